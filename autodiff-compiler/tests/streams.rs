//! Random token streams as everything that the macros read, and mutants of real functions, through the
//! whole road: any answer will do, a panic will not.
//!
//! `mutations.rs` does the same with the tokens of real functions jumbled.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod text;

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/mutants/mod.rs"]
mod mutants;

use autodiff_compiler::expand::{differentiate, resume};
use autodiff_compiler::{derive, rule};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use quote::{ToTokens, quote};

/// Single tokens of Rust, and some that belong together: without these next to nothing would parse.
const TOKENS: &[&str] = &[
    // Names, types, literals.
    "x",
    "y",
    "i",
    "f",
    "self",
    "Self",
    "super",
    "crate",
    "_",
    "T",
    "N",
    "f64",
    "f32",
    "usize",
    "i32",
    "bool",
    "str",
    "Vec",
    "Option",
    "Some",
    "None",
    "r#type",
    "größe",
    "0",
    "1",
    "1.0",
    "2.5f32",
    "1e-320",
    "0xff_u8",
    "true",
    "\"text\"",
    "'c'",
    "b'b'",
    "'a",
    "c\"c\"",
    "std",
    "wrt",
    "name",
    "order",
    "strict",
    "value",
    "checkpoint",
    // Keywords.
    "fn",
    "let",
    "mut",
    "ref",
    "if",
    "else",
    "match",
    "for",
    "in",
    "while",
    "loop",
    "break",
    "continue",
    "return",
    "move",
    "as",
    "pub",
    "const",
    "static",
    "struct",
    "enum",
    "union",
    "trait",
    "impl",
    "mod",
    "use",
    "where",
    "unsafe",
    "async",
    "await",
    "dyn",
    "extern",
    "type",
    "macro_rules",
    "yield",
    "gen",
    "box",
    // Punctuation.
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "&&",
    "|",
    "||",
    "!",
    "=",
    "==",
    "<",
    ">",
    "<=",
    "+=",
    "..",
    "..=",
    "...",
    ".",
    ",",
    ";",
    ":",
    "::",
    "->",
    "=>",
    "?",
    "#",
    "$",
    "@",
    "~",
    "^",
    "<<",
    ">>=",
    // What belongs together.
    "let x = 1.0;",
    "x += y;",
    "fn f(x: f64) -> f64",
    "x: f64",
    "y: &[f64]",
    "&mut [f64]",
    "-> f64",
    "pub fn",
    "for i in 0..3",
    "if x > 0.0",
    "match x",
    "x => x,",
    "|x| x",
    "x.sin()",
    ".iter()",
    ".sum::<f64>()",
    "x[i]",
    "#[differentiate]",
    "#[differentiate(wrt(x))]",
    "#[cfg(test)]",
    "#[derive(Differentiable)]",
    "impl S",
    "struct S",
    "where T: Float",
    "<T: Float>",
    "<'a>",
    "<const N: usize>",
    "vec![x; 3]",
    "assert!(x)",
    "wrt(x)",
    "name = \"f_\"",
    "crate = a::b",
    "value: f64,",
    "#[differentiable(skip)]",
    "let mut y = x",
    "return x;",
    "break 'a",
    "'a: loop",
    "else { x }",
    "..Default::default()",
    "x as f64",
    "(x, y)",
    "[f64; N]",
];

#[derive(Clone, Debug)]
enum Stream {
    Token(usize),
    Group(u8, Vec<Stream>),
}

fn streams(length: usize) -> impl Strategy<Value = Vec<Stream>> {
    let token = (0..TOKENS.len()).prop_map(Stream::Token);
    let tree = token.prop_recursive(4, 40, 8, |inner| {
        (0..4u8, prop::collection::vec(inner, 0..8))
            .prop_map(|(kind, inner)| Stream::Group(kind, inner))
    });
    prop::collection::vec(tree, 0..length)
}

fn tokens(streams: &[Stream]) -> TokenStream {
    streams
        .iter()
        .map(|stream| match stream {
            Stream::Token(index) => TOKENS[*index].parse().expect("tokens"),
            Stream::Group(kind, inner) => {
                let delimiters =
                    [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
                let group = Group::new(delimiters[usize::from(*kind) % 4], tokens(inner));
                TokenTree::Group(group).into_token_stream()
            }
        })
        .collect()
}

/// Everything that the macros read.
fn through_all_roads(tokens: &TokenStream) {
    let none = TokenStream::new;
    let function = quote!(
        fn f(x: f64, y: f64) -> f64 {
            x * y
        }
    );
    for attribute in [quote!(#tokens), quote!(wrt(#tokens)), quote!(wrt(x), #tokens)] {
        differentiate(attribute.clone(), function.clone());
        differentiate(attribute, quote!(mod m { #function }));
    }
    for item in [
        quote!(#tokens),
        quote!(fn f(#tokens) -> f64 { 1.0 }),
        quote!(fn f(x: f64, y: &[f64]) -> f64 { #tokens }),
        quote!(fn f(x: f64) -> f64 { let y = #tokens; y }),
        quote!(fn f<#tokens>(x: f64) -> f64 { x }),
        quote!(fn f(x: f64) #tokens { x }),
        quote!(#tokens fn f(x: f64) -> f64 { x }),
        quote!(impl S { #tokens }),
        quote!(impl #tokens { #[differentiate] fn f(&self, x: f64) -> f64 { x } }),
        quote!(impl S { #[differentiate] fn f(&self, x: f64) -> f64 { #tokens } }),
        quote!(impl S { #[differentiate(#tokens)] fn f(&self, x: f64) -> f64 { x } }),
        quote!(mod m { #tokens }),
        quote!(mod m { impl S { #[differentiate] fn f(&self) -> f64 { #tokens } } }),
    ] {
        differentiate(none(), item);
    }
    for item in [
        quote!(#tokens),
        quote!(struct S { #tokens }),
        quote!(struct S(#tokens);),
        quote!(struct S<#tokens> { x: f64 }),
        quote!(struct S { x: f64, y: #tokens }),
        quote!(#tokens struct S { x: f64 }),
        quote!(
            #[differentiable(#tokens)]
            struct S {
                x: f64,
            }
        ),
        quote!(
            struct S {
                #[differentiable(#tokens)]
                x: f64,
            }
        ),
    ] {
        derive::expand(item);
    }
    let by_hand = quote!(
        fn rule(x: f64) -> (f64, f64) {
            (x, 1.0)
        }
    );
    rule::derivative_of(quote!(#tokens), by_hand.clone());
    rule::derivative_of(quote!(f, #tokens), by_hand);
    for item in [
        quote!(#tokens),
        quote!(fn rule(#tokens) -> (f64, f64) { (x, 1.0) }),
        quote!(fn rule(x: f64) -> #tokens { x }),
        quote!(fn rule(x: f64, #tokens, cotangent: f64) -> (f64, f64) { x }),
    ] {
        rule::derivative_of(quote!(f), item);
    }
    resume(tokens.clone());
}

thread_local! {
    /// Reading the corpus costs more than a case.
    static FUNCTIONS: Vec<syn::ItemFn> =
        text::functions().into_iter().map(|function| function.item).collect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn random_tokens_do_not_panic(streams in streams(24)) {
        through_all_roads(&tokens(&streams));
    }

    #[test]
    fn mutants_do_not_panic(function in 0..100_000usize, seed in any::<u64>(), count in 1..5usize) {
        let mut mutant = FUNCTIONS.with(|functions| functions[function % functions.len()].clone());
        mutants::mutate(&mut mutant, &mutants::Numbers(seed).mutations(count));
        differentiate(TokenStream::new(), mutant.to_token_stream());
    }
}
