//! Functions of the corpus with their tokens jumbled, through the whole road: any answer will do, a
//! panic will not.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

use autodiff_compiler::expand::differentiate;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use quote::ToTokens;

/// Tokens that change the meaning where they land.
const STRANGERS: &[&str] = &[
    "x",
    "i",
    "0",
    "1.0",
    "usize",
    "f64",
    "mut",
    "ref",
    "&",
    "*",
    "-",
    "!",
    "..",
    "..=",
    "_",
    "?",
    "'a",
    "break",
    "continue",
    "return",
    "loop",
    "move",
    "|",
    "||",
    "if",
    "else",
    "match",
    "let",
    "as",
    "=",
    "+=",
    "=>",
    "::",
    ",",
    ";",
    "\"{x}\"",
    "\"{:.p$}\"",
    "b'a'",
    "1u8",
    "1e999",
    "N",
    "Some",
    "None",
    "self",
    "Self",
    "unsafe",
    "()",
    "[]",
    "{}",
    "(x, y)",
    "[x; 2]",
    "vec![x; n]",
    "matches!(x, _)",
    "println!(\"{y}\")",
    "340282366920938463463374607431768211456",
];

/// One jumble: which token (counted through all groups) and what happens to it.
#[derive(Clone, Debug)]
enum Jumble {
    Delete(usize),
    Double(usize),
    Exchange(usize),
    Insert(usize, usize),
    Replace(usize, usize),
    Unwrap(usize),
}

fn jumble() -> impl Strategy<Value = Jumble> {
    let place = 0..400usize;
    let stranger = 0..STRANGERS.len();
    prop_oneof![
        place.clone().prop_map(Jumble::Delete),
        place.clone().prop_map(Jumble::Double),
        place.clone().prop_map(Jumble::Exchange),
        (place.clone(), stranger.clone()).prop_map(|(place, token)| Jumble::Insert(place, token)),
        (place.clone(), stranger).prop_map(|(place, token)| Jumble::Replace(place, token)),
        place.prop_map(Jumble::Unwrap),
    ]
}

fn stranger(index: usize) -> TokenStream {
    STRANGERS[index].parse().unwrap_or_default()
}

/// Applies a jumble to the token of its number; `next` counts.
fn apply(tokens: TokenStream, jumble: &Jumble, next: &mut usize) -> TokenStream {
    let mut trees: Vec<TokenStream> = Vec::new();
    let mut exchange = None;
    for tree in tokens {
        let number = *next;
        *next += 1;
        let plain = TokenStream::from(tree.clone());
        let inner = match tree {
            TokenTree::Group(group) => {
                let stream = apply(group.stream(), jumble, next);
                let delimiter = match jumble {
                    Jumble::Unwrap(place) if *place == number => Delimiter::None,
                    _ => group.delimiter(),
                };
                TokenTree::Group(Group::new(delimiter, stream)).into()
            }
            other => TokenStream::from(other),
        };
        match jumble {
            Jumble::Delete(place) if *place == number => {}
            Jumble::Double(place) if *place == number => trees.extend([plain, inner]),
            Jumble::Exchange(place) if *place == number => exchange = Some((trees.len(), inner)),
            Jumble::Insert(place, token) if *place == number => {
                trees.extend([stranger(*token), inner]);
            }
            Jumble::Replace(place, token) if *place == number => trees.push(stranger(*token)),
            _ => trees.push(inner),
        }
    }
    if let Some((at, tree)) = exchange {
        let after = (at + 1).min(trees.len());
        trees.insert(after, tree);
    }
    trees.into_iter().collect()
}

thread_local! {
    /// Reading the corpus costs more than a case.
    static FUNCTIONS: Vec<TokenStream> =
        corpus::functions().iter().map(|function| function.item.to_token_stream()).collect();
}

fn jumbled(function: usize, jumbles: &[Jumble]) -> TokenStream {
    let mut tokens = FUNCTIONS.with(|functions| functions[function % functions.len()].clone());
    for jumble in jumbles {
        tokens = apply(tokens, jumble, &mut 0);
    }
    tokens
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn jumbled_functions_do_not_panic(
        function in 0..100_000usize,
        jumbles in prop::collection::vec(jumble(), 1..4),
    ) {
        let tokens = jumbled(function, &jumbles);
        differentiate(TokenStream::new(), tokens);
    }

    #[test]
    fn jumbled_arguments_do_not_panic(
        jumbles in prop::collection::vec(jumble(), 0..4),
    ) {
        let mut attribute = "wrt(a, b), name = \"f_\", crate = c::d, strict, value, order = 2"
            .parse::<TokenStream>()
            .unwrap_or_default();
        for jumble in &jumbles {
            let near = match jumble.clone() {
                Jumble::Delete(place) => Jumble::Delete(place % 24),
                Jumble::Double(place) => Jumble::Double(place % 24),
                Jumble::Exchange(place) => Jumble::Exchange(place % 24),
                Jumble::Insert(place, token) => Jumble::Insert(place % 24, token),
                Jumble::Replace(place, token) => Jumble::Replace(place % 24, token),
                Jumble::Unwrap(place) => Jumble::Unwrap(place % 24),
            };
            attribute = apply(attribute, &near, &mut 0);
        }
        differentiate(attribute, quote::quote!(fn f(a: f64, b: f64) -> f64 { a * b }));
    }
}
