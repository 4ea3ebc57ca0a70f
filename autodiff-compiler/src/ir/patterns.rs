//! What the tokens of a pattern say.

use proc_macro2::{TokenStream, TokenTree};

/// Whether a pattern says `&` or `ref` itself: what its names are then does not follow from what is matched.
pub fn takes_reference_apart(pattern: &TokenStream) -> bool {
    pattern.clone().into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Ident(word) => word == "ref",
        TokenTree::Group(group) => takes_reference_apart(&group.stream()),
        TokenTree::Literal(_) => false,
    })
}
