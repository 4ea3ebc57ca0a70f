//! Errors of a function, collected so that the user sees all of them at once.
//!
//! Every pass that can refuse something takes `&mut Diagnostics`, reports, and goes on. `expand.rs`
//! asks between passes whether anything was reported and stops there; nothing is thrown.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One refusal: the token it is about, what is wrong, and what the user can do.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// First token of the offending syntax.
    pub start: Span,
    /// Last token of the offending syntax.
    pub end: Span,
    /// What is wrong, naming the construct; lower case, no final stop.
    pub message: String,
    /// What to write instead; shown after `help:`.
    pub help: Option<String>,
}

/// The errors of one annotated item.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    collected: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports an error on the tokens of `spanned`.
    pub fn error(
        &mut self,
        span: impl Into<SourceSpan>,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let SourceSpan { start, end } = span.into();
        self.collected.push(Diagnostic { start, end, message: message.into(), help: help.into() });
    }

    /// Adds the errors that `syn` found.
    pub fn syntax_error(&mut self, error: syn::Error) {
        for error in error {
            self.error(error.span(), error.to_string(), None);
        }
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.collected.is_empty()
    }

    /// The errors so far, in the order they were reported.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.collected.iter()
    }

    /// `compile_error!` invocations, one an error, each on its tokens.
    pub fn into_compile_errors(self) -> TokenStream {
        self.collected.into_iter().map(Diagnostic::into_compile_error).collect()
    }
}

impl Diagnostic {
    /// Message and help as rustc shows them.
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }

    fn into_compile_error(self) -> TokenStream {
        // rustc underlines from the span of the first token to the span of the last one.
        let text = self.text();
        let head = quote_spanned!(self.start=> ::core::compile_error!);
        let tail = quote_spanned!(self.end=> { #text });
        quote::quote!(#head #tail)
    }
}

/// First and last token of a piece of syntax (`Span::join` is not there on stable procedural macros).
#[derive(Clone, Copy, Debug)]
pub struct SourceSpan {
    /// Span of the first token.
    pub start: Span,
    /// Span of the last token.
    pub end: Span,
}

impl SourceSpan {
    /// The tokens of a syntax node.
    pub fn of(node: &impl quote::ToTokens) -> Self {
        let mut tokens = node.to_token_stream().into_iter();
        let start = tokens.next().map_or_else(Span::call_site, |token| token.span());
        let end = tokens.last().map_or(start, |token| token.span());
        Self { start, end }
    }
}

impl From<Span> for SourceSpan {
    fn from(span: Span) -> Self {
        Self { start: span, end: span }
    }
}
