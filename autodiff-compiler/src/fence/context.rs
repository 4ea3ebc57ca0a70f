//! What depends on the surroundings: signatures, and closures that escape.

use super::{Fence, table};
use crate::diagnostics::SourceSpan;
use syn::{Expr, FnArg, Signature};

/// What happens to the value of an expression, as far as closures are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Bound by a `let`, called, or passed as an argument.
    Stays,
    /// Returned, stored, or computed with.
    Escapes,
}

/// Whether a call builds something that keeps its arguments: `Some(…)`, `Pair(…)`.
pub(super) fn is_constructor(callee: &Expr) -> bool {
    match callee {
        Expr::Paren(inner) => is_constructor(&inner.expr),
        Expr::Group(inner) => is_constructor(&inner.expr),
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident.to_string().starts_with(|first: char| first.is_uppercase())
        }),
        _ => false,
    }
}

impl Fence<'_> {
    /// The signature of the annotated function or of one nested in it.
    pub(super) fn signature(&mut self, signature: &Signature) {
        if let Some(token) = signature.asyncness {
            self.error(
                token.span,
                "an `async` function cannot be differentiated",
                "compute the value in a function that is not `async`, and call that",
            );
        }
        if let Some(token) = signature.unsafety {
            self.error(
                token.span,
                "an `unsafe` function cannot be differentiated",
                "make the function safe, and assert what it assumes",
            );
        }
        if let Some(abi) = &signature.abi {
            self.error(
                SourceSpan::of(abi),
                "a function with a foreign calling convention cannot be differentiated",
                "annotate a Rust function and call it from this one",
            );
        }
        if let Some(variadic) = &signature.variadic {
            self.error(
                SourceSpan::of(&variadic.dots),
                "a variadic function cannot be differentiated",
                "take a slice",
            );
        }
        self.generics(&signature.generics);
        for input in &signature.inputs {
            if !self.passes(table::parameter(input)) {
                continue;
            }
            match input {
                FnArg::Receiver(receiver) => {
                    self.attributes(&receiver.attrs);
                    self.ty(&receiver.ty);
                }
                FnArg::Typed(parameter) => {
                    self.attributes(&parameter.attrs);
                    self.pattern(&parameter.pat);
                    self.ty(&parameter.ty);
                }
            }
        }
        if let syn::ReturnType::Type(_, ty) = &signature.output {
            self.ty(ty);
        }
    }

    /// A nested function is expanded where it is called: its types must be known as they stand.
    pub(super) fn nested_signature(&mut self, signature: &Signature) {
        self.signature(signature);
        for parameter in &signature.generics.params {
            let name = match parameter {
                syn::GenericParam::Lifetime(_) => continue,
                syn::GenericParam::Type(parameter) => &parameter.ident,
                syn::GenericParam::Const(parameter) => &parameter.ident,
            };
            self.error(
                name.span(),
                "a nested function with generic parameters is not supported",
                "write the types, use a closure, or move it out of the function and annotate it",
            );
        }
    }

    fn generics(&mut self, generics: &syn::Generics) {
        for parameter in &generics.params {
            if self.passes(table::generic_parameter(parameter))
                && let syn::GenericParam::Type(parameter) = parameter
            {
                for bound in &parameter.bounds {
                    self.passes(table::bound(bound));
                }
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if self.passes(table::where_predicate(predicate))
                && let syn::WherePredicate::Type(predicate) = predicate
            {
                for bound in &predicate.bounds {
                    self.passes(table::bound(bound));
                }
            }
        }
    }

    pub(super) fn closure(&mut self, closure: &syn::ExprClosure, place: Place) {
        if place == Place::Escapes {
            self.error(
                closure.or1_token.span,
                "a closure that is returned or stored cannot be differentiated",
                "call it here, or bind it with `let` and pass it on as an argument",
            );
        }
        if let Some(token) = closure.asyncness {
            self.error(
                token.span,
                "`async` closures cannot be differentiated",
                "compute the value in a closure that is not `async`",
            );
        }
        if let Some(token) = closure.constness {
            let help = "leave out `const`";
            self.error(token.span, "`const` closures are not supported", help);
        }
        if let Some(token) = closure.movability {
            self.error(
                token.span,
                "generators cannot be differentiated",
                "collect the values into a `Vec`, or call a closure with each",
            );
        }
        for input in &closure.inputs {
            self.pattern(input);
        }
        if let syn::ReturnType::Type(_, ty) = &closure.output {
            self.ty(ty);
        }
        self.expression(&closure.body, Place::Escapes);
    }

    fn error(&mut self, span: impl Into<SourceSpan>, message: &'static str, help: &'static str) {
        self.diagnostics.error(span, message, help.to_string());
    }
}
