//! Names to what they mean: `syn` syntax becomes [`Body`].
//!
//! Assumes that the [fence](crate::fence) let the function pass. Guarantees what `hir` promises:
//! every variable is one [`BindingId`] by Rust's scoping rules, every `break`, `continue` and
//! `return` points at what it leaves, and sugar that needs no types is gone:
//!
//! * `(a, b) = (b, a)` is a `let` and one assignment a place, as rustc desugars it;
//! * `matches!(x, p if g)` is a `match`, and so is `x?`;
//! * names captured in format strings (`"{x}"`) are explicit arguments;
//! * items inside the body are collected in [`Body::items`].
//!
//! What is not a variable, a nested function or a local item stays a path: rustc has checked it in
//! the function that the user wrote.
//!
//! | file | job |
//! | --- | --- |
//! | `scopes` | which names are visible, and their macro hygiene |
//! | `types` | `syn::Type` to [`crate::types::Type`] |
//! | `signatures` | whole signatures, and what a body needs from outside |
//! | `paths` | paths: variable, constant, function, struct |
//! | `patterns` | patterns and what they bind |
//! | `expressions`, `control` | expressions; blocks, branches, loops, closures |
//! | `assignments` | assignment and destructuring |
//! | `question` | `?` |
//! | `items` | `fn`, `const`, `use`, `type` inside the body |
//! | `macros`, `format` | known macros and their format strings |
//! | `spans` | first and last token of an expression, without printing it |

mod assignments;
mod control;
mod expressions;
mod format;
mod items;
mod macros;
mod paths;
mod patterns;
mod question;
mod scopes;
mod signatures;
mod spans;
#[cfg(test)]
mod tests;
mod types;

pub use signatures::{External, Outline, external_paths, outline, signature_of};
pub use types::{TypeContext, read_type};

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::hir::{
    Binding, BindingId, Body, Expression, ExpressionId, ExpressionKind, NestedFunction,
    ReturnTarget,
};
use crate::signature::Environment;
use crate::types::Type;
use proc_macro2::Ident;
use scopes::Scopes;
use std::collections::BTreeSet;

/// Resolves a free function. `None` if anything was refused; the reasons are in `diagnostics`.
pub fn resolve(
    function: &syn::ItemFn,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Body> {
    let context = TypeContext::new(environment);
    resolve_in(&function.sig, &function.block, context, diagnostics)
}

/// Resolves a function where `context` tells `Self` and the generic parameters of the `impl` around
/// it; the function's own generic parameters are added here.
pub fn resolve_in(
    signature: &syn::Signature,
    block: &syn::Block,
    context: TypeContext<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Body> {
    let before = diagnostics.iter().count();
    let (body, _) = run(signature, block, context, diagnostics);
    (diagnostics.iter().count() == before).then_some(body)
}

/// Resolves and also tells what was asked of the environment.
fn run(
    signature: &syn::Signature,
    block: &syn::Block,
    mut context: TypeContext<'_>,
    diagnostics: &mut Diagnostics,
) -> (Body, External) {
    context.add_generics(&signature.generics);
    let constants = context.const_parameters().to_vec();
    let mut resolver = Resolver {
        types: context,
        diagnostics,
        body: Body {
            expressions: Vec::new(),
            bindings: Vec::new(),
            functions: Vec::new(),
            parameters: Vec::new(),
            result: Type::Unit,
            root: ExpressionId(0),
            items: Vec::new(),
            constants,
            outside: Vec::new(),
        },
        scopes: Scopes::default(),
        targets: Vec::new(),
        return_target: ReturnTarget::Function,
        return_type: None,
        in_error: false,
        uses: Vec::new(),
        nested_calls: Vec::new(),
        items: Vec::new(),
        free_names: Vec::new(),
        external: External::default(),
        clashes: Vec::new(),
    };
    resolver.function(signature, block);
    (resolver.body, resolver.external)
}

/// What `break` and `continue` can name.
struct Target {
    label: Option<syn::Lifetime>,
    expression: ExpressionId,
    is_loop: bool,
}

/// The pass: the body under construction and what is visible at this point of the source.
struct Resolver<'a> {
    types: TypeContext<'a>,
    diagnostics: &'a mut Diagnostics,
    body: Body,
    scopes: Scopes,
    /// Enclosing loops and labelled blocks, innermost last; fresh in closures and nested functions.
    targets: Vec<Target>,
    return_target: ReturnTarget,
    /// What that returns, if it is written.
    return_type: Option<Type>,
    /// Whether this is inside of an error: what errors are made of is passive.
    in_error: bool,
    /// Every use of a variable so far, for what closures capture.
    uses: Vec<(BindingId, proc_macro2::Span)>,
    /// Calls between nested functions, caller first, for recursion.
    nested_calls: Vec<(ReturnTarget, crate::hir::FunctionId, proc_macro2::Span)>,
    /// Names of items declared in the body.
    items: Vec<Ident>,
    /// First segments of paths that named nothing local.
    free_names: Vec<Ident>,
    external: External,
    /// Names that were refused because of macro hygiene.
    clashes: Vec<String>,
}

impl Resolver<'_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.scopes.open();
        self.body.parameters = self.parameters(&signature.inputs);
        self.body.result = self.result_type(&signature.output);
        self.return_type = Some(self.body.result.clone());
        self.body.root = self.block_expression(block, None);
        self.scopes.close();
        self.check_item_names();
        self.check_nested_recursion();
        let outside: BTreeSet<_> = self.free_names.iter().map(Ident::to_string).collect();
        self.body.outside = outside.into_iter().collect();
    }

    fn result_type(&mut self, output: &syn::ReturnType) -> Type {
        match output {
            syn::ReturnType::Default => Type::Unit,
            syn::ReturnType::Type(_, ty) => self.read_type(ty),
        }
    }

    /// Reads a type and notes the structs that it asks for.
    fn read_type(&mut self, ty: &syn::Type) -> Type {
        self.external.types_in(ty, &self.types);
        self.note_type_names(ty);
        read_type(ty, &self.types)
    }

    /// A new expression.
    fn push(&mut self, kind: ExpressionKind, span: impl Into<SourceSpan>) -> ExpressionId {
        self.body.expressions.push(Expression { kind, span: span.into() });
        ExpressionId(self.body.expressions.len() as u32 - 1)
    }

    /// An expression whose index is needed before its content is known: loops, closures.
    fn reserve(&mut self, span: impl Into<SourceSpan>) -> ExpressionId {
        self.push(ExpressionKind::Tuple(Vec::new()), span)
    }

    fn fill(&mut self, id: ExpressionId, kind: ExpressionKind) {
        self.body.expressions[id.0 as usize].kind = kind;
    }

    /// A new variable.
    fn bind(&mut self, name: Ident, mutable: bool, ty: Option<Type>) -> BindingId {
        self.body.bindings.push(Binding { name, mutable, ty });
        BindingId(self.body.bindings.len() as u32 - 1)
    }

    /// A use of a variable.
    fn variable(&mut self, binding: BindingId, span: proc_macro2::Span) -> ExpressionId {
        self.uses.push((binding, span));
        self.push(ExpressionKind::Variable(binding), span)
    }

    /// Reports, and gives an expression to go on with.
    fn refuse(
        &mut self,
        span: impl Into<SourceSpan>,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> ExpressionId {
        let span = span.into();
        self.diagnostics.error(span, message, help);
        self.reserve(span)
    }

    /// A nested function may not reach itself: it is expanded where it is called.
    fn check_nested_recursion(&mut self) {
        let calls = std::mem::take(&mut self.nested_calls);
        for (caller, callee, span) in &calls {
            let ReturnTarget::Nested(caller) = caller else { continue };
            let mut reached = vec![*callee];
            let mut next = 0;
            while let Some(function) = reached.get(next).copied() {
                next += 1;
                for (from, to, _) in &calls {
                    if *from == ReturnTarget::Nested(function) && !reached.contains(to) {
                        reached.push(*to);
                    }
                }
            }
            if reached.contains(caller) {
                let name = self.body.function(*callee).name.clone();
                self.diagnostics.error(
                    *span,
                    format!("nested function `{name}` is recursive"),
                    format!(
                        "move `{name}` out of the function and annotate it with `#[differentiate]`"
                    ),
                );
            }
        }
    }

    /// A placeholder that the caller replaces.
    fn reserve_function(&mut self, name: Ident) -> crate::hir::FunctionId {
        self.body.functions.push(NestedFunction {
            name,
            parameters: Vec::new(),
            result: Type::Unit,
            body: ExpressionId(0),
        });
        crate::hir::FunctionId(self.body.functions.len() as u32 - 1)
    }
}
