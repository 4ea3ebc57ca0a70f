//! Macros that are taken for std's are std's: where a macro of the user goes by one of their names, the
//! name is ambiguous in a module that sees both.

use crate::macros::{KNOWN_MACROS, KnownMacro};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::collections::BTreeMap;

/// What to write after the name to have a call that compiles.
fn arguments(name: &str) -> TokenStream {
    match name {
        "vec" => quote!([]),
        "matches" => quote!((0u8, _)),
        "assert" | "debug_assert" => quote!((true)),
        "assert_eq" | "debug_assert_eq" => quote!((0u8, 0u8)),
        "assert_ne" | "debug_assert_ne" => quote!((0u8, 1u8)),
        "format" | "print" | "eprint" => quote!(("")),
        _ => quote!(()),
    }
}

/// Items, one function for each macro in the tokens that is taken for one of std's.
pub(super) fn checks(tokens: TokenStream) -> TokenStream {
    let mut found = Found::default();
    found.walk(tokens);
    let mut checks = TokenStream::new();
    for (root, span) in found.roots {
        // The crate in front is the standard library.
        let root = Ident::new(&root, span);
        checks.extend(match root.to_string().as_str() {
            "alloc" => quote_spanned!(crate::edition::root()=> const _: fn(#root::vec::Vec<u8>) -> ::std::vec::Vec<u8> = |x| x;),
            _ => quote_spanned!(crate::edition::root()=> const _: fn(#root::option::Option<u8>) -> ::core::option::Option<u8> = |x| x;),
        });
    }
    if found.names.is_empty() {
        return checks;
    }
    let imported = found.names.keys().map(|name| Ident::new(name, Span::call_site()));
    let calls = found.names.iter().map(|(name, span)| {
        let (called, arguments) = (Ident::new(name, *span), arguments(name));
        match name.as_str() {
            "vec" => quote_spanned!(crate::edition::root()=> let _: ::std::vec::Vec<u8> = #called! #arguments;),
            _ => quote!(let _ = #called! #arguments;),
        }
    });
    quote! {
        #checks
        mod macros {
            mod standard {
                pub(super) use ::std::{#(#imported),*};
            }
            use super::*;
            use self::standard::*;
            #(const _: fn() = || { #calls };)*
        }
    }
}

#[derive(Default)]
struct Found {
    names: BTreeMap<String, Span>,
    roots: BTreeMap<String, Span>,
}

impl Found {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_punct = |index: Option<usize>, character: char| {
            index.and_then(|index| tokens.get(index)).is_some_and(
                |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == character),
            )
        };
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.walk(group.stream()),
                TokenTree::Ident(ident)
                    if is_punct(Some(index + 1), '!')
                        && matches!(tokens.get(index + 2), Some(TokenTree::Group(_))) =>
                {
                    let name = ident.to_string();
                    let looked_into = KNOWN_MACROS.iter().any(|(known, row)| {
                        *known == name && !matches!(row, KnownMacro::Constant(_))
                    });
                    if !looked_into {
                        continue;
                    }
                    if !is_punct(index.checked_sub(1), ':') {
                        self.names.entry(name).or_insert(ident.span());
                    } else if !is_punct(index.checked_sub(4), ':')
                        && let Some(TokenTree::Ident(root)) =
                            index.checked_sub(3).and_then(|root| tokens.get(root))
                    {
                        self.roots.entry(root.to_string()).or_insert(root.span());
                    }
                }
                _ => {}
            }
        }
    }
}
