//! The macros that we know, one row each, and how their arguments are read. `fence` and `resolve` share
//! them.

use crate::hir::MacroKind;
use proc_macro2::{Ident, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

/// What a macro is to us.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum KnownMacro {
    /// Arguments, then a format string with its own; `usize` arguments come before the format string.
    Effect(MacroKind, usize),
    /// `vec![…]`.
    Vec,
    /// `matches!(…)`.
    Matches,
    /// `format!(…)`: a passive `String`.
    Format,
    /// A passive value by its tokens alone, of this type.
    Constant(&'static str),
}

/// Every macro that may stand in the body.
pub(crate) const KNOWN_MACROS: &[(&str, KnownMacro)] = &[
    ("print", KnownMacro::Effect(MacroKind::Print, 0)),
    ("println", KnownMacro::Effect(MacroKind::Print, 0)),
    ("eprint", KnownMacro::Effect(MacroKind::Print, 0)),
    ("eprintln", KnownMacro::Effect(MacroKind::Print, 0)),
    ("dbg", KnownMacro::Effect(MacroKind::Print, usize::MAX)),
    ("assert", KnownMacro::Effect(MacroKind::Assert, 1)),
    ("assert_eq", KnownMacro::Effect(MacroKind::Assert, 2)),
    ("assert_ne", KnownMacro::Effect(MacroKind::Assert, 2)),
    ("debug_assert", KnownMacro::Effect(MacroKind::Assert, 1)),
    ("debug_assert_eq", KnownMacro::Effect(MacroKind::Assert, 2)),
    ("debug_assert_ne", KnownMacro::Effect(MacroKind::Assert, 2)),
    ("panic", KnownMacro::Effect(MacroKind::Panic, 0)),
    ("unreachable", KnownMacro::Effect(MacroKind::Panic, 0)),
    ("todo", KnownMacro::Effect(MacroKind::Panic, 0)),
    ("unimplemented", KnownMacro::Effect(MacroKind::Panic, 0)),
    ("vec", KnownMacro::Vec),
    ("matches", KnownMacro::Matches),
    ("format", KnownMacro::Format),
    ("cfg", KnownMacro::Constant("bool")),
    ("line", KnownMacro::Constant("u32")),
    ("column", KnownMacro::Constant("u32")),
    ("file", KnownMacro::Constant("&str")),
    ("module_path", KnownMacro::Constant("&str")),
    ("stringify", KnownMacro::Constant("&str")),
    ("concat", KnownMacro::Constant("&str")),
    ("env", KnownMacro::Constant("&str")),
    ("include_str", KnownMacro::Constant("&str")),
];

/// The row of a macro, by the last segment of its path; `std::` may stand before it.
pub(crate) fn known_macro(path: &syn::Path) -> Option<KnownMacro> {
    let name = path.segments.last()?.ident.to_string();
    let from_std = match path.segments.len() {
        1 => true,
        2 => {
            let root = &path.segments[0].ident;
            root == "std" || root == "core" || root == "alloc"
        }
        _ => false,
    };
    from_std
        .then(|| KNOWN_MACROS.iter().find(|(known, _)| *known == name).map(|(_, row)| *row))
        .flatten()
}

/// The names of all known macros.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN_MACROS.iter().map(|(name, _)| *name)
}

/// `value` or `name = value`.
pub(crate) struct FormatArgument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

impl FormatArgument {
    /// The arguments of `println!`, `assert!`, `format!` and so on.
    pub(crate) fn read_all(tokens: TokenStream) -> syn::Result<Vec<Self>> {
        let arguments = Punctuated::<Self, Token![,]>::parse_terminated.parse2(tokens)?;
        Ok(arguments.into_iter().collect())
    }
}

impl Parse for FormatArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        Ok(Self { name, value: input.parse()? })
    }
}

/// The arguments of `vec!`.
pub(crate) enum VecArguments {
    /// `vec![a, b]`
    List(Punctuated<Expr, Token![,]>),
    /// `vec![value; length]`
    Repeat(Expr, Expr),
}

impl VecArguments {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        syn::parse2(tokens)
    }
}

impl Parse for VecArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self::List(Punctuated::new()));
        }
        let first: Expr = input.parse()?;
        if input.parse::<Option<Token![;]>>()?.is_some() {
            return Ok(Self::Repeat(first, input.parse()?));
        }
        let mut elements = Punctuated::new();
        elements.push_value(first);
        while let Some(comma) = input.parse::<Option<Token![,]>>()? {
            elements.push_punct(comma);
            if input.is_empty() {
                break;
            }
            elements.push_value(input.parse()?);
        }
        Ok(Self::List(elements))
    }
}

/// The arguments of `matches!(value, pattern if guard)`.
pub(crate) struct MatchesArguments {
    pub(crate) value: Expr,
    pub(crate) pattern: syn::Pat,
    pub(crate) guard: Option<Expr>,
}

impl MatchesArguments {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        syn::parse2(tokens)
    }
}

impl Parse for MatchesArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { value, pattern, guard })
    }
}
