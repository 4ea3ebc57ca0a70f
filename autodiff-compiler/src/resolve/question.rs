//! `x?`: a `match` whose other arm returns.
//!
//! | in a function that returns | `x?` means |
//! | --- | --- |
//! | `Result<_, _>` | `match x { Ok(value) => value, Err(error) => return Err(From::from(error)) }` |
//! | `Option<_>` | `match x { Some(value) => value, None => return None }` |
//!
//! So the passes after this one know nothing of it.

use super::Resolver;
use crate::diagnostics::SourceSpan;
use crate::hir::{
    Arm, BindingId, Callee, ExpressionId, ExpressionKind, Path, Pattern, PatternKind, Variant,
};
use crate::types::Type;
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

impl Resolver<'_> {
    pub(super) fn question(&mut self, question: &syn::ExprTry) -> ExpressionId {
        let scrutinee = self.expression(&question.expr);
        let span = question.question_token.span.into();
        let arms = match &self.return_type {
            Some(Type::Result(..)) => self.return_of_error(span),
            Some(Type::Option(_)) => self.return_of_none(span),
            _ => {
                return self.refuse(
                    span,
                    "`?` stands in a function or closure that is not seen to return a `Result` or an `Option`",
                    "write what it returns: `-> Result<f64, Error>`; a closure needs it, too: \
                     `|x| -> Option<f64> { … }`"
                        .to_string(),
                );
            }
        };
        self.push(ExpressionKind::Match { scrutinee, arms }, span)
    }

    fn return_of_error(&mut self, span: SourceSpan) -> Vec<Arm> {
        let (ok, value) = self.content(Variant::Ok, "value", span);
        let (err, error) = self.content(Variant::Err, "error", span);
        let body = self.variable(value, span.start);
        let error = self.variable(error, span.start);
        let from = quote_spanned!(crate::edition::root()=> ::core::convert::From::from);
        let error = self.call_of(from, "From::from", error, span);
        let error = self.call_of(Variant::Err.path(), Variant::Err.name(), error, span);
        let otherwise = self.leave_with(error, span);
        vec![
            Arm { pattern: ok, guard: None, body },
            Arm { pattern: err, guard: None, body: otherwise },
        ]
    }

    fn return_of_none(&mut self, span: SourceSpan) -> Vec<Arm> {
        let (some, value) = self.content(Variant::Some, "value", span);
        let body = self.variable(value, span.start);
        let tokens = quote_spanned!(crate::edition::root()=> ::core::option::Option::None);
        let none = Path { tokens, text: "Option::None".into(), generics: vec![] };
        let none = self.push(ExpressionKind::Path(none), span);
        let otherwise = self.leave_with(none, span);
        let pattern = Pattern { kind: PatternKind::None, span };
        vec![
            Arm { pattern: some, guard: None, body },
            Arm { pattern, guard: None, body: otherwise },
        ]
    }

    /// The pattern of a variant, and the variable for what is in it.
    fn content(&mut self, variant: Variant, name: &str, span: SourceSpan) -> (Pattern, BindingId) {
        let binding = self.bind(Ident::new(name, span.start), false, None);
        let kind = PatternKind::Binding { binding, by_reference: None, inner: None };
        let inner = Box::new(Pattern { kind, span });
        (Pattern { kind: PatternKind::Variant(variant, inner), span }, binding)
    }

    fn call_of(
        &mut self,
        tokens: TokenStream,
        text: &str,
        argument: ExpressionId,
        span: SourceSpan,
    ) -> ExpressionId {
        let callee = Callee::Path(Path { tokens, text: text.into(), generics: vec![] });
        self.push(ExpressionKind::Call { callee, arguments: vec![argument] }, span)
    }

    fn leave_with(&mut self, value: ExpressionId, span: SourceSpan) -> ExpressionId {
        let target = self.return_target;
        self.push(ExpressionKind::Return { target, value: Some(value) }, span)
    }
}
