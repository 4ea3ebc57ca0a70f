//! Types by unification: every expression and variable of a body gets the type that rustc gives it.
//!
//! The pass may assume what [`crate::hir`] promises and that rustc accepts the original function;
//! where it does not, rustc reports that on the user's tokens. It guarantees that no
//! [`Type::Variable`] is left in [`Types`], or that something was reported.
//!
//! The body is walked once in the order in which rustc checks it. What cannot be decided at that
//! point (an operator on an unknown operand, a method of an unknown receiver) is an *obligation* and
//! is tried again when more is known; closures are checked with the parameter types that the adaptor
//! gives them. At the end, in this order: an unknown that comes from something the compiler cannot
//! see takes the type of the number it is combined with; what stays unseen is passive
//! ([`Type::Opaque`]); literals without suffix become `i32` and `f64`; what is unknown then is an
//! error with the advice to write the type. Nothing else is guessed.
//!
//! An expression has the type it has before coercions at its use (`&v` of a `Vec` stays `&Vec<f64>`
//! where `&[f64]` is expected).
//!
//! | file | job |
//! | --- | --- |
//! | `unify` | variables, unification |
//! | `coerce` | coercion sites, joins of branches, auto-dereference |
//! | `expressions`, `control` | the walk: values and places; blocks, branches, loops, closures |
//! | `operators` | operators on numbers and references to them |
//! | `patterns` | patterns with default binding modes |
//! | `methods`, `iterators` | method calls whose type is not a plain signature |
//! | `signatures`, `table` | known signatures as text, and how they are read |
//! | `calls` | calls and functions by path |
//! | `obligations` | what is tried again, and what happens at the end |

mod calls;
mod coerce;
mod control;
mod expressions;
mod iterators;
mod methods;
mod obligations;
mod operators;
mod patterns;
mod receivers;
mod signatures;
mod table;
#[cfg(test)]
mod tests;
mod unify;

pub use receivers::receiver_of;

use crate::diagnostics::Diagnostics;
use crate::hir::{
    BindingId, Body, ExpressionId, ExpressionKind, Literal, Pattern, PatternKind, ReturnTarget,
    Statement,
};
use crate::signature::Environment;
use crate::types::{FloatType, Length, Type};
use coerce::Join;
use obligations::Obligation;
use std::collections::HashMap;
use std::rc::Rc;
use unify::{Kind, Variables, substitute};

/// The types of a body.
#[derive(Clone, Debug)]
pub struct Types {
    /// By [`ExpressionId`].
    pub expressions: Vec<Type>,
    /// By [`BindingId`].
    pub bindings: Vec<Type>,
    /// Ranges up to something unseen, which are taken for ranges of `usize`.
    pub counters: HashMap<ExpressionId, Counter>,
}

/// What the ends of a range that is taken for one of `usize` may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Any integers: `for _ in 0..LIMIT` counts, and looks at no number.
    Trips,
    /// `usize`, which rustc has to check.
    Usize,
}

impl Types {
    /// The type of an expression, before any coercion at its use.
    pub fn of(&self, id: ExpressionId) -> &Type {
        &self.expressions[id.0 as usize]
    }

    /// The type of a variable.
    pub fn binding(&self, id: BindingId) -> &Type {
        &self.bindings[id.0 as usize]
    }
}

/// Infers the types of a body. `None` if anything was refused; the reasons are in `diagnostics`.
pub fn infer(
    body: &Body,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Types> {
    let before = diagnostics.iter().count();
    let mut variables = Variables::default();
    let bindings = body.bindings.iter().map(|_| variables.fresh(Kind::Any)).collect();
    let mut inference = Inference {
        body,
        environment,
        diagnostics,
        variables,
        expressions: vec![None; body.expressions.len()],
        bindings,
        callables: HashMap::new(),
        breaks: HashMap::new(),
        results: HashMap::new(),
        pending: Vec::new(),
        lengths: Vec::new(),
        counters: Vec::new(),
        guessed_counters: HashMap::new(),
        dropped: Vec::new(),
        passed: Vec::new(),
        float_parameters: Vec::new(),
    };
    inference.run();
    let types = inference.types();
    (diagnostics.iter().count() == before).then_some(types)
}

/// The signature of a closure or of a function used as a value.
#[derive(Clone, Debug)]
struct Callable {
    /// Parameter types; `None` for a function that the compiler does not know.
    parameters: Option<Vec<Type>>,
    /// The result.
    result: Type,
}

/// The pass. While it runs, a function used as a value has the type [`Type::Closure`] too, with the
/// expression that names it.
struct Inference<'a> {
    body: &'a Body,
    environment: &'a Environment,
    diagnostics: &'a mut Diagnostics,
    variables: Variables,
    expressions: Vec<Option<Type>>,
    bindings: Vec<Type>,
    callables: HashMap<ExpressionId, Callable>,
    /// Values that `break` gives to loops and labelled blocks.
    breaks: HashMap<ExpressionId, Join>,
    /// Return types of what `return` can leave.
    results: HashMap<ReturnTarget, Type>,
    pending: Vec<Obligation>,
    /// Results of `len()` of something unseen.
    lengths: Vec<(ExpressionId, Type)>,
    /// Ranges whose ends have no sign, and what they go over.
    counters: Vec<(ExpressionId, Type)>,
    /// Those that are taken for ranges of `usize`.
    guessed_counters: HashMap<ExpressionId, Counter>,
    /// Types of values that nobody takes.
    dropped: Vec<Type>,
    /// Arguments of something unseen.
    passed: Vec<ExpressionId>,
    /// Names of type parameters bounded by `Float` that occur in the body's types.
    float_parameters: Vec<Rc<str>>,
}

impl<'a> Inference<'a> {
    fn run(&mut self) {
        let body = self.body;
        self.collect_float_parameters();
        for (index, function) in body.functions.iter().enumerate() {
            let target = ReturnTarget::Nested(crate::hir::FunctionId(index as u32));
            self.function(&function.parameters, &function.result, target, function.body);
        }
        self.function(&body.parameters, &body.result, ReturnTarget::Function, body.root);
        self.settle();
    }

    fn function(
        &mut self,
        parameters: &'a [crate::hir::Parameter],
        result: &Type,
        target: ReturnTarget,
        body: ExpressionId,
    ) {
        for parameter in parameters {
            let ty = match &parameter.ty {
                Some(ty) => self.written(ty),
                None => self.variables.fresh(Kind::Any),
            };
            self.pattern(&parameter.pattern, &ty);
        }
        let result = self.written(result);
        self.results.insert(target, result.clone());
        self.check_against(body, &result);
    }

    fn collect_float_parameters(&mut self) {
        let body = self.body;
        let parameters = body.functions.iter().flat_map(|function| &function.parameters);
        let written = body.parameters.iter().chain(parameters).filter_map(|p| p.ty.as_ref());
        let results = body.functions.iter().map(|function| &function.result);
        let mut names = Vec::new();
        for ty in written.chain(results).chain([&body.result]) {
            substitute(
                ty,
                &mut |name| {
                    if !names.contains(name) {
                        names.push(name.clone());
                    }
                    None
                },
                &mut Length::clone,
            );
        }
        self.float_parameters = names;
    }

    /// A type as the user wrote it, with a variable for each `_`.
    fn written(&mut self, ty: &Type) -> Type {
        match ty {
            _ if *ty == Type::INFERRED => self.variables.fresh(Kind::Any),
            Type::Opaque(None) => self.variables.fresh_opaque(),
            Type::Tuple(elements) => {
                Type::Tuple(elements.iter().map(|ty| self.written(ty)).collect())
            }
            Type::Array(element, length) => {
                let length = match length {
                    Length::Expression(text) if &**text == "_" => self.variables.fresh_length(),
                    length => length.clone(),
                };
                Type::Array(Box::new(self.written(element)), length)
            }
            Type::Slice(element) => Type::Slice(Box::new(self.written(element))),
            Type::Vec(element) => Type::Vec(Box::new(self.written(element))),
            Type::Option(value) => Type::Option(Box::new(self.written(value))),
            Type::Result(value, error) => {
                Type::Result(Box::new(self.written(value)), Box::new(self.written(error)))
            }
            Type::Reference { mutable, to } => {
                Type::Reference { mutable: *mutable, to: Box::new(self.written(to)) }
            }
            other => other.clone(),
        }
    }

    /// How messages name a type: a number literal may have no type yet.
    fn described(&self, ty: &Type) -> String {
        match self.variables.free(ty) {
            Some((_, Kind::Integer, _)) => "an integer".to_string(),
            Some((_, Kind::Float, _)) => "a float".to_string(),
            _ => self.variables.deep(ty).described(),
        }
    }

    /// Reports that two types do not agree where they must.
    fn mismatch(&mut self, at: ExpressionId, found: &Type, expected: &Type) {
        let texts = (self.described(found), self.described(expected));
        let found = self.variables.deep(found);
        let expected = self.variables.deep(expected);
        let (message, help) = match (&found, &expected) {
            (Type::Closure(_) | Type::Function, Type::Closure(_) | Type::Function) => (
                "which function this is depends on a condition".to_string(),
                "call each function in its own branch".to_string(),
            ),
            (Type::Opaque(Some(unknown)), _) | (_, Type::Opaque(Some(unknown))) => (
                format!("{} is not known to be the same as {}", texts.0, texts.1),
                format!(
                    "only the name of `{}` can be seen here: write the type that it stands for, \
                     or derive `Differentiable` for it",
                    unknown.text
                ),
            ),
            _ => (
                format!("expected {}, found {}", texts.1, texts.0),
                "write the types of the variables that are involved".to_string(),
            ),
        };
        self.diagnostics.error(self.body.span(at), message, help);
    }

    /// Makes two types one, or reports on the expression.
    fn unify(&mut self, at: ExpressionId, found: &Type, expected: &Type) {
        if self.variables.unify(found, expected).is_err() {
            self.mismatch(at, found, expected);
        }
    }

    /// The result: everything resolved, what stayed unknown reported.
    fn types(mut self) -> Types {
        let written = std::mem::take(&mut self.bindings);
        let mut reported = Vec::new();
        // Where a type can be written is told first.
        let is_unknown = |index: &usize| self.finished(&written[*index]).1.is_some();
        let (in_lets, others): (Vec<usize>, Vec<usize>) = (0..written.len())
            .filter(is_unknown)
            .partition(|index| self.is_let(BindingId(*index as u32)));
        for index in in_lets.into_iter().chain(others) {
            self.report_unknown(index, &written[index], &mut reported);
        }
        let bindings = written.iter().map(|ty| self.finished(ty).0).collect();
        let mut expressions = Vec::new();
        for (index, ty) in std::mem::take(&mut self.expressions).iter().enumerate() {
            // An expression that no walk reached stands in something that was refused.
            let ty = ty.as_ref().unwrap_or(&Type::Unit);
            let integer = matches!(self.variables.free(ty), Some((_, Kind::Integer, _)));
            let (ty, unknown) = self.finished(ty);
            if let Some(variables) = unknown
                && !variables.iter().any(|variable| reported.contains(variable))
            {
                let ty_text = example(&ty, integer);
                let help = match &self.body.expressions[index].kind {
                    ExpressionKind::Literal(Literal::Integer(value, None)) => {
                        format!("write its type: `{value}_{ty_text}`")
                    }
                    _ => format!("give it a name and a type: `let value: {ty_text} = …`"),
                };
                self.diagnostics.error(
                    self.body.expressions[index].span,
                    "the type of this expression cannot be known here",
                    help,
                );
                reported.extend(variables);
            }
            expressions.push(ty);
        }
        Types { expressions, bindings, counters: self.guessed_counters }
    }

    /// Reports a variable whose type stayed unknown, unless that was told of another one.
    fn report_unknown(&mut self, index: usize, ty: &Type, reported: &mut Vec<u32>) {
        let binding = &self.body.bindings[index];
        let integer = matches!(self.variables.free(ty), Some((_, Kind::Integer, _)));
        let (ty, unknown) = self.finished(ty);
        let Some(variables) = unknown else { return };
        if variables.iter().any(|variable| reported.contains(variable)) {
            return;
        }
        let name = &binding.name;
        let ty_text = example(&ty, integer);
        let help = match self.is_let(BindingId(index as u32)) {
            true => {
                let mutable = if binding.mutable { "mut " } else { "" };
                format!("write it: `let {mutable}{name}: {ty_text} = …`")
            }
            false => format!(
                "write the type of what it comes from: `let value: {ty_text} = …`, and use that"
            ),
        };
        let message = format!("the type of `{name}` cannot be known here");
        self.diagnostics.error(name.span(), message, help);
        reported.extend(variables);
    }

    /// Whether the variable is declared by a `let` of its own, where its type can be written.
    fn is_let(&self, wanted: BindingId) -> bool {
        self.body.expressions.iter().any(|expression| match &expression.kind {
            ExpressionKind::Block(block) => block.statements.iter().any(|statement| {
                matches!(
                    statement,
                    Statement::Let {
                        pattern: Pattern { kind: PatternKind::Binding { binding, .. }, .. },
                        ..
                    } if *binding == wanted
                )
            }),
            _ => false,
        })
    }

    /// The type with nothing open in it, and the variables that nothing determined.
    fn finished(&self, ty: &Type) -> (Type, Option<Vec<u32>>) {
        let mut unknown = Vec::new();
        let ty = self.finish(&self.variables.deep(ty), &mut unknown);
        (ty, (!unknown.is_empty()).then_some(unknown))
    }

    fn finish(&self, ty: &Type, unknown: &mut Vec<u32>) -> Type {
        let mut inner = |ty: &Type| Box::new(self.finish(ty, unknown));
        match ty {
            Type::Variable(index) => {
                match self.variables.free(ty) {
                    Some((_, Kind::Any, true)) => {}
                    _ => unknown.push(*index),
                }
                Type::Opaque(None)
            }
            Type::Tuple(elements) => Type::Tuple(elements.iter().map(|ty| *inner(ty)).collect()),
            Type::Array(element, length) => {
                let element = inner(element);
                if unify::is_open(length) {
                    unknown.push(u32::MAX);
                }
                Type::Array(element, length.clone())
            }
            Type::Slice(element) => Type::Slice(inner(element)),
            Type::Vec(element) => Type::Vec(inner(element)),
            Type::Option(value) => Type::Option(inner(value)),
            Type::Result(value, error) => {
                let value = inner(value);
                Type::Result(value, inner(error))
            }
            Type::Iterator(item) => Type::Iterator(inner(item)),
            Type::Range(index) => Type::Range(inner(index)),
            Type::Reference { mutable, to } => Type::Reference { mutable: *mutable, to: inner(to) },
            Type::Closure(id) => match self.body.expression(*id).kind {
                ExpressionKind::Closure { .. } => ty.clone(),
                _ => Type::Function,
            },
            other => other.clone(),
        }
    }

    /// Whether the name is a type parameter bounded by `Float`.
    fn float_parameter(&self, name: &str) -> Option<Type> {
        let name = self.float_parameters.iter().find(|other| ***other == *name)?;
        Some(Type::Float(FloatType::Parameter(name.clone())))
    }
}

/// A type to show in advice: the known part, with a likely number type for what is open.
fn example(ty: &Type, is_integer: bool) -> String {
    let number = if is_integer { "usize" } else { "f64" };
    ty.to_string().replace('_', number)
}
