//! Calls of the macros that we know ([`crate::macros`]).

use super::format::captured_names;
use super::patterns::Refutable;
use super::{Resolver, spans};
use crate::diagnostics::SourceSpan;
use crate::hir::{
    Arm, ExpressionId, ExpressionKind, Literal, MacroCall, MacroKind, OpaqueExpression, Pattern,
    PatternKind, Piece,
};
use crate::macros::{FormatArgument, KnownMacro, MatchesArguments, VecArguments, known_macro};
use crate::types::{Holds, OpaqueType, Type};
use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

impl Resolver<'_> {
    /// A macro call; `statement` if its value is dropped.
    pub(super) fn macro_expression(&mut self, mac: &syn::Macro, statement: bool) -> ExpressionId {
        let span = SourceSpan {
            start: spans::of_path(&mac.path).start,
            end: match &mac.delimiter {
                syn::MacroDelimiter::Paren(token) => token.span.join(),
                syn::MacroDelimiter::Brace(token) => token.span.join(),
                syn::MacroDelimiter::Bracket(token) => token.span.join(),
            },
        };
        // Under the name of a known macro, an import of the body may bring another one.
        let imported = mac
            .path
            .get_ident()
            .is_some_and(|name| *name != crate::known::without_std(&self.types.text(&mac.path)));
        let result = match known_macro(&mac.path).filter(|_| !imported) {
            Some(KnownMacro::Effect(kind, leading)) => {
                if leading == usize::MAX && !statement {
                    let help = "print it with `eprintln!` in a statement of its own".to_string();
                    return self.refuse(span, "the value of `dbg!` is not differentiated", help);
                }
                self.effect(mac, kind, leading, span)
            }
            Some(KnownMacro::Vec) => self.vec_macro(mac, span),
            Some(KnownMacro::Matches) => self.matches_macro(mac, span),
            Some(KnownMacro::Format) => self.format_macro(mac, span),
            Some(KnownMacro::Constant(ty)) => {
                self.note_names_in(mac.tokens.clone());
                let ty = syn::parse_str(ty).ok().map(|ty| self.read_type(&ty));
                let pieces = vec![Piece::Tokens(mac.to_token_stream())];
                Ok(self.push(ExpressionKind::Opaque(OpaqueExpression { ty, pieces }), span))
            }
            None => {
                let name = mac.path.to_token_stream().to_string().replace(' ', "");
                let help =
                    "write what it expands to, or call it outside of the function".to_string();
                return self.refuse(
                    span,
                    format!("we cannot see what the macro `{name}!` does"),
                    help,
                );
            }
        };
        match result {
            Ok(id) => id,
            Err(error) => {
                self.diagnostics.syntax_error(error);
                self.reserve(span)
            }
        }
    }

    fn effect(
        &mut self,
        mac: &syn::Macro,
        kind: MacroKind,
        leading: usize,
        span: SourceSpan,
    ) -> syn::Result<ExpressionId> {
        let arguments = FormatArgument::read_all(mac.tokens.clone())?;
        let pieces = self.format_pieces(arguments, leading);
        let path = self.path(None, &mac.path);
        Ok(self.push(ExpressionKind::Macro(MacroCall { path, kind, pieces }), span))
    }

    fn format_macro(&mut self, mac: &syn::Macro, span: SourceSpan) -> syn::Result<ExpressionId> {
        let arguments = FormatArgument::read_all(mac.tokens.clone())?;
        let arguments = self.format_pieces(arguments, 0);
        let path = &mac.path;
        let pieces =
            vec![Piece::Tokens(quote!(#path!)), Piece::Group(Delimiter::Parenthesis, arguments)];
        let tokens = quote_spanned!(crate::edition::root()=> ::std::string::String);
        let text = "String".into();
        let ty = Some(Type::Opaque(Some(OpaqueType { tokens, text, holds: Holds::NoFloats })));
        Ok(self.push(ExpressionKind::Opaque(OpaqueExpression { ty, pieces }), span))
    }

    /// The arguments with holes. `leading` expressions come before the format string.
    fn format_pieces(&mut self, arguments: Vec<FormatArgument>, leading: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let named: Vec<_> = arguments.iter().filter_map(|argument| argument.name.clone()).collect();
        let mut captured = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 {
                pieces.push(comma());
            }
            if let Some(name) = &argument.name {
                pieces.push(Piece::Tokens(quote!(#name =)));
            }
            match format_string(&argument.value) {
                // The format string itself must stay a literal.
                Some(text) if index == leading => {
                    pieces.push(Piece::Tokens(argument.value.to_token_stream()));
                    captured = captured_names(&text);
                }
                _ => pieces.push(Piece::Expression(self.expression(&argument.value))),
            }
        }
        let span = arguments
            .get(leading)
            .map_or_else(proc_macro2::Span::call_site, |argument| spans::of(&argument.value).start);
        for name in captured {
            if named.iter().any(|other| *other == name) {
                continue;
            }
            let Ok(identifier) = syn::parse_str::<proc_macro2::Ident>(&name) else { continue };
            match self.scopes.variable(&name) {
                Some(binding) => {
                    let value = self.variable(binding, span);
                    pieces.push(Piece::Tokens(quote!(, #identifier =)));
                    pieces.push(Piece::Expression(value));
                }
                // A constant: it stays captured.
                None => self.note_names_in(identifier.to_token_stream()),
            }
        }
        pieces
    }

    fn vec_macro(&mut self, mac: &syn::Macro, span: SourceSpan) -> syn::Result<ExpressionId> {
        let kind = match VecArguments::read(mac.tokens.clone())? {
            VecArguments::List(elements) => {
                ExpressionKind::VecList(self.all_expressions(&elements))
            }
            VecArguments::Repeat(value, length) => {
                let value = self.expression(&value);
                ExpressionKind::VecRepeat(value, self.expression(&length))
            }
        };
        Ok(self.push(kind, span))
    }

    fn matches_macro(&mut self, mac: &syn::Macro, span: SourceSpan) -> syn::Result<ExpressionId> {
        let arguments = MatchesArguments::read(mac.tokens.clone())?;
        let scrutinee = self.expression(&arguments.value);
        self.scopes.open();
        let pattern = self.pattern(&arguments.pattern, None, Refutable::Yes);
        let guard = arguments.guard.as_ref().map(|guard| self.expression(guard));
        self.scopes.close();
        let mut truth = |value| self.push(ExpressionKind::Literal(Literal::Bool(value)), span);
        let arms = vec![
            Arm { pattern, guard, body: truth(true) },
            Arm {
                pattern: Pattern { kind: PatternKind::Wild, span },
                guard: None,
                body: truth(false),
            },
        ];
        Ok(self.push(ExpressionKind::Match { scrutinee, arms }, span))
    }
}

fn comma() -> Piece {
    let comma = TokenTree::Punct(Punct::new(',', Spacing::Alone));
    Piece::Tokens(TokenStream::from(comma))
}

/// The text of a string literal.
fn format_string(expression: &Expr) -> Option<String> {
    match super::expressions::unwrapped(expression) {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
