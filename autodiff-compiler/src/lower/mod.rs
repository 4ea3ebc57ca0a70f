//! Typed syntax to IR.
//!
//! Assumes what `resolve` and `infer` guarantee. The result computes what rustc's translation of the
//! function computes, bit for bit, with its order of evaluation and its panics. Nothing of the source
//! language is left but scalar operations, memory and structured control:
//!
//! * variables are SSA values; tuples and known structs are taken apart; arrays and `Vec`s are slots;
//! * references are followed to the place they point to ([`operand`]);
//! * early exits are exit codes ([`flow`]);
//! * iterator chains are `for` regions, never unrolled ([`iterators`]);
//! * closures and nested functions are inlined where they are called ([`calls`]).
//!
//! What cannot be expressed is refused on its token. In doubt it refuses: it never mistranslates.

mod assignment;
mod calls;
mod collections;
mod consumers;
mod control;
mod copies;
mod drive;
mod environment;
mod expressions;
mod fallible;
mod flow;
mod iterators;
mod literals;
mod loops;
mod macros;
mod methods;
mod nested;
mod operand;
mod options;
mod passive;
mod patterns;
mod places;
mod producer;
mod reductions;
mod result;
mod scalars;
mod scan;
mod steps;
#[cfg(test)]
mod tests;
mod unknown;
mod visible;

pub use literals::constant_of_std;

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::hir::{self, BindingId, ExpressionId, PatternKind, ReturnTarget};
use crate::infer::Types;
use crate::ir::builder::Builder;
use crate::ir::{
    Aggregate, Function, Parameter, ParameterBinding, Place, Region, SlotId, SlotKind, free_name,
};
use crate::signature::Environment;
use crate::types::Type;
use flow::{Guard, Halt, Lowered};
use operand::{Key, Operand, Pointer, Scope};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Lowers a function. `active`: one flag a parameter. `None` if something was refused.
pub fn lower(
    body: &hir::Body,
    types: &Types,
    environment: &Environment,
    name: &str,
    active: &[bool],
    diagnostics: &mut Diagnostics,
) -> Option<Function> {
    let span = body.span(body.root);
    let function = Function {
        name: name.to_owned(),
        values: Vec::new(),
        slots: Vec::new(),
        parameters: Vec::new(),
        outside: body.outside.clone().into(),
        body: Region::default(),
        result: Aggregate::Unit,
        result_type: body.result.outcome().unwrap_or_else(|| body.result.clone()),
    };
    let mut lowerer = Lowerer {
        body,
        types,
        environment,
        name,
        builder: Builder::new(function, span),
        scope: Scope::new(),
        guards: Vec::new(),
        diagnostics,
        failed: false,
        fresh: HashSet::new(),
        deferred: HashSet::new(),
        whole: scan::whole_structs(body, types),
        temporaries: 0,
        codes: HashMap::new(),
        results: HashMap::new(),
        inlining: Vec::new(),
        tables: HashMap::new(),
    };
    let result = lowerer.function(active);
    if lowerer.failed {
        return None;
    }
    let mut function = lowerer.builder.finish();
    function.result = result.ok()?;
    copies::copy_what_is_read_again(&mut function);
    Some(function)
}

/// What can be left early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Jump {
    Break(ExpressionId),
    Continue(ExpressionId),
    Return(ReturnTarget),
    /// The end of something that lowering makes up: a short-circuiting iterator, a condition chain.
    Internal(u32),
}

/// A function or closure that is being inlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inlining {
    Closure(ExpressionId),
    Nested(hir::FunctionId),
}

struct Lowerer<'a> {
    body: &'a hir::Body,
    types: &'a Types,
    environment: &'a Environment,
    /// The name of the function, for recursion.
    name: &'a str,
    builder: Builder,
    /// What the variables are now.
    scope: Scope,
    guards: Vec<Guard>,
    diagnostics: &'a mut Diagnostics,
    failed: bool,
    /// Slots of temporaries: a `let` takes them over.
    fresh: HashSet<SlotId>,
    /// Variables without initial value: they may be set without being `mut`.
    deferred: HashSet<BindingId>,
    /// Struct variables that live in memory in one piece.
    whole: HashSet<BindingId>,
    temporaries: u32,
    codes: HashMap<Jump, u32>,
    /// Where the value of something that can be left early goes.
    results: HashMap<Jump, (Key, Type)>,
    inlining: Vec<Inlining>,
    /// What references to the user's constants lead to, by path.
    tables: HashMap<Rc<str>, SlotId>,
}

impl<'a> Lowerer<'a> {
    fn function(&mut self, active: &[bool]) -> Lowered<Aggregate> {
        let body = self.body;
        for (position, parameter) in body.parameters.iter().enumerate() {
            let active = active.get(position).copied().unwrap_or(false);
            self.parameter(position, parameter, active)?;
        }
        let returned = Jump::Return(ReturnTarget::Function);
        let ty = body.result.clone();
        let value = self.leavable(returned, &ty, body.root, |lowerer| lowerer.value(body.root));
        let result = match &body.expression(body.root).kind {
            hir::ExpressionKind::Block(block) => block.value.unwrap_or(body.root),
            _ => body.root,
        };
        self.builder.at(body.span(result));
        match value {
            Ok(value) => self.returned(value, &ty),
            // Every path panics or runs for ever.
            Err(Halt::Exit(_)) => {
                let value = self.undefined(&ty, "result")?;
                self.returned(value, &ty)
            }
            Err(Halt::Error) => Err(Halt::Error),
        }
    }

    /// The name of a parameter that the user takes apart.
    fn name_of_parts(&self, position: usize) -> Rc<str> {
        let named = self.body.parameters.iter().filter_map(|other| match other.pattern.kind {
            PatternKind::Binding { binding, .. } => Some(self.binding_name(binding)),
            _ => None,
        });
        free_name(&format!("argument_{position}"), named).into()
    }

    /// Declares a parameter of the function.
    fn parameter(
        &mut self,
        position: usize,
        parameter: &hir::Parameter,
        active: bool,
    ) -> Lowered<()> {
        let span = parameter.pattern.span;
        self.builder.at(span);
        let ty = match (&parameter.ty, &parameter.pattern.kind) {
            (Some(ty), _) => ty.clone(),
            (None, PatternKind::Binding { binding, .. }) => self.types.binding(*binding).clone(),
            (None, _) => return self.error(span, "a parameter without type", None),
        };
        let name: Rc<str> = match &parameter.pattern.kind {
            PatternKind::Binding { binding, .. } => self.binding_name(*binding),
            _ => self.name_of_parts(position),
        };
        let (binding, operand) = if ty.is_scalar() {
            let value = self.builder.value(ty.clone(), Some(name.clone()));
            (ParameterBinding::Value(value), Operand::Scalar(value))
        } else {
            let (content, kind) = match &ty {
                Type::Reference { mutable, to } => {
                    ((**to).clone(), if *mutable { SlotKind::Mutable } else { SlotKind::Shared })
                }
                other => (other.clone(), SlotKind::ByValue),
            };
            let content = content_type(&content);
            let slot = self.builder.function.new_slot(content, name.clone(), span, kind);
            let operand = match &ty {
                Type::Reference { mutable, .. } => {
                    Operand::Reference { to: Pointer::Memory(Place::root(slot)), mutable: *mutable }
                }
                _ => Operand::Slot(slot),
            };
            (ParameterBinding::Slot(slot), operand)
        };
        self.builder.function.parameters.push(Parameter { name, ty, binding, active, span });
        match &parameter.pattern.kind {
            PatternKind::Binding { binding, by_reference: None, inner: None } => {
                self.scope.insert(Key::Binding(*binding), operand);
                Ok(())
            }
            _ => {
                let pointer = match operand {
                    Operand::Slot(slot) => Pointer::Memory(Place::root(slot)),
                    other => Pointer::Value(Box::new(other)),
                };
                self.bind(&parameter.pattern, pointer, None)
            }
        }
    }

    /// Reports an error.
    fn error<T>(
        &mut self,
        span: SourceSpan,
        message: impl Into<String>,
        help: impl Into<Option<&'static str>>,
    ) -> Lowered<T> {
        self.failed = true;
        self.diagnostics.error(span, message, help.into().map(str::to_owned));
        Err(Halt::Error)
    }

    /// Gives up on what rustc reports where the function stands as it was written.
    fn left_to_rustc<T>(&mut self) -> Lowered<T> {
        self.failed = true;
        Err(Halt::Error)
    }

    /// Reports that something is not supported here.
    fn refuse<T>(
        &mut self,
        id: ExpressionId,
        message: impl Into<String>,
        help: impl Into<Option<&'static str>>,
    ) -> Lowered<T> {
        let span = self.body.span(id);
        self.error(span, message, help)
    }

    /// The exit code of a jump.
    fn exit_code(&mut self, jump: Jump) -> u32 {
        let next = self.codes.len() as u32 + 1;
        *self.codes.entry(jump).or_insert(next)
    }

    /// A jump of its own.
    fn internal_jump(&mut self) -> Jump {
        self.temporaries += 1;
        Jump::Internal(self.temporaries)
    }

    /// A variable of lowering's own.
    fn temporary(&mut self) -> Key {
        self.temporaries += 1;
        Key::Temporary(self.temporaries)
    }
}

/// The type of memory behind any number of references: what a chain of references ends at.
fn content_type(ty: &Type) -> Type {
    ty.referent().clone()
}
