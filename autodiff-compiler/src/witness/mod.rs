//! What the compiler assumes from names is checked by rustc.
//!
//! The compiler takes `Vec` for std's, `f64` for the primitive, `vec!` for std's macro, `std::mem::swap`
//! for std's function and `x.sin()` for `f64::sin` because of their names. Where the user means
//! something else by such a name, one of these items does not compile.

mod macros;
mod methods;
mod paths;

pub(crate) use paths::same_function;

use crate::hir::{Body, Callee, ExpressionKind};
use crate::infer::Types;
use crate::known::ASKED_FOR;
use crate::signature::Environment;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeSet;

/// One constant for each std type whose name occurs in the tokens of a function.
pub fn witnesses(function: TokenStream, crate_path: &TokenStream) -> TokenStream {
    let mut names = BTreeSet::new();
    names_in(function, &mut names);
    let mut tokens = TokenStream::new();
    for (name, span) in names.into_iter().map(|Named { name, span }| (name, span)) {
        let ident = Ident::new(&name, span);
        let same_type = quote_spanned!(span=> #crate_path::__private::same_type);
        let of_byte = quote_spanned!(span=> #ident<u8>);
        tokens.extend(match name.as_str() {
            "Vec" => quote_spanned!(crate::edition::root()=> const _: fn() = #same_type::<#of_byte, ::std::vec::Vec<u8>>;),
            "Some" | "None" => {
                let variant = Ident::new(&name, Span::call_site());
                let path = quote_spanned!(crate::edition::root()=> ::core::option::Option::<u8>::#variant);
                let same = same_function(quote!(#ident), path, span, crate_path);
                quote!(const _: fn() = || #same;)
            }
            "Option" => {
                quote_spanned!(crate::edition::root()=> const _: fn() = #same_type::<#of_byte, ::core::option::Option<u8>>;)
            }
            _ => {
                let primitive = Ident::new(&name, Span::call_site());
                quote_spanned!(crate::edition::root()=> const _: fn() = #same_type::<#ident, ::core::primitive::#primitive>;)
            }
        });
    }
    tokens
}

/// A constant in which everything else that the body assumes from names is checked: macros, functions
/// by path, methods. It stands where the function stands. `unsayable`: names that mean something in the
/// function but not in an item inside of it.
pub fn names(
    function: &syn::ItemFn,
    body: &Body,
    types: &Types,
    environment: &Environment,
    unsayable: &[String],
    crate_path: &TokenStream,
) -> TokenStream {
    let macros = macros::checks(function.block.to_token_stream());
    let paths = paths::checks(body, types, environment, crate_path);
    let generics = &function.sig.generics;
    let methods = methods::checks(body, types, generics, unsayable, crate_path);
    let constants = paths::constants(body, types);
    if macros.is_empty() && constants.is_empty() && paths.is_empty() && methods.is_empty() {
        return TokenStream::new();
    }
    // The body's own imports are seen here, too.
    let items = &body.items;
    quote! {
        #[allow(
            dead_code, unused_imports, unused_mut, unused_variables, unused_must_use,
            non_camel_case_types, unreachable_code, unconditional_recursion, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery
        )]
        const _: () = {
            #(#items)*
            #macros
            #methods
            #constants
            fn paths() { #paths }
        };
    }
}

/// One constant for each path that is taken for one of core's functions. In core, each has a type of
/// its name beside it: where the path means the user's own function, that type is not found.
pub fn special(body: &Body, environment: &Environment, crate_path: &TokenStream) -> TokenStream {
    let mut seen = BTreeSet::new();
    let mut tokens = TokenStream::new();
    for expression in &body.expressions {
        let (ExpressionKind::Call { callee: Callee::Path(path), .. }
        | ExpressionKind::FunctionPath(Callee::Path(path))) = &expression.kind
        else {
            continue;
        };
        let last = path.text.rsplit("::").next().unwrap_or_default();
        let known = crate::known::function(&path.text, &[]).is_some()
            && !environment.functions.contains_key(&*path.text);
        if known && ASKED_FOR.contains(&last) && seen.insert(path.text.clone()) {
            let name = Ident::new(last, Span::call_site());
            let path = without_generics(path.tokens.clone());
            tokens.extend(quote!(const _: fn(#path) -> #crate_path::special::#name = |x| x;));
        }
    }
    tokens
}

/// The path up to its generic arguments (`erf::<f64>`).
fn without_generics(path: TokenStream) -> TokenStream {
    let mut plain: Vec<TokenTree> = path
        .into_iter()
        .take_while(|token| !matches!(token, TokenTree::Punct(open) if open.as_char() == '<'))
        .collect();
    while matches!(plain.last(), Some(TokenTree::Punct(_))) {
        plain.pop();
    }
    plain.into_iter().collect()
}

/// The names of std that the compiler takes for what they usually mean; sorted.
const NAMES: &[&str] = &[
    "None", "Option", "Some", "Vec", "bool", "f32", "f64", "i128", "i16", "i32", "i64", "i8",
    "isize", "u128", "u16", "u32", "u64", "u8", "usize",
];

/// A name and one of the places where it stands, ordered by name.
struct Named {
    name: String,
    span: Span,
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Named {}

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Named {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

/// Names that stand alone (`model::Vec` and `x.f64` do not).
fn names_in(tokens: TokenStream, names: &mut BTreeSet<Named>) {
    let mut after = ' ';
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if after != ':' && after != '.' && NAMES.binary_search(&name.as_str()).is_ok() {
                    names.insert(Named { name, span: ident.span() });
                }
                after = ' ';
            }
            TokenTree::Group(group) => {
                names_in(group.stream(), names);
                after = ' ';
            }
            TokenTree::Punct(punct) => {
                // `: Vec` is a type annotation, `:: Vec` is a path: only the second colon is joint.
                after = match (after, punct.as_char(), punct.spacing()) {
                    (_, ':', proc_macro2::Spacing::Joint) => ';',
                    (';', ':', _) => ':',
                    (_, '.', _) => '.',
                    _ => ' ',
                };
            }
            TokenTree::Literal(_) => after = ' ',
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted() {
        assert!(super::NAMES.is_sorted());
    }
}
