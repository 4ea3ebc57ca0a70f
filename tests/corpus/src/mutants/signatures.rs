//! Changes to a function as a whole: its parameters, names, generics and attributes.

use super::{Context, Kind, parsed};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, ItemFn, Type, parse_quote};

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::Function("renamed", rename),
        Kind::Function("renamed", rename),
        Kind::Function("single precision", single),
        Kind::Function("parameter type", parameter_type),
        Kind::Function("parameter pattern", parameter_pattern),
        Kind::Function("parameter added", add_parameter),
        Kind::Function("generics", generics),
        Kind::Function("attribute", attribute),
        Kind::Function("return type", return_type),
    ]
}

/// Names that generated code might use, keywords, and names of things that everyone uses.
const NAMES: &[&str] = &[
    "value",
    "gradient",
    "adjoint",
    "x_adjoint",
    "sum_adjoint",
    "result",
    "workspace",
    "tape",
    "state",
    "stack",
    "trip",
    "exit",
    "cotangent",
    "sum",
    "product",
    "difference",
    "quotient",
    "negated",
    "i",
    "j",
    "k",
    "n",
    "len",
    "x_len",
    "length",
    "index",
    "count",
    "step",
    "f64",
    "f32",
    "usize",
    "core",
    "std",
    "autodiff_core",
    "max",
    "min",
    "drop",
    "clone",
    "zip",
    "iter",
    "exp",
    "sin",
    "r#type",
    "r#match",
    "r#fn",
    "r#loop",
    "r#in",
    "r#gen",
    "_x",
    "__x",
    "_0",
    "x_1",
    "product_1",
    "größe",
    "µ",
    "Δx",
    "X",
    "N",
    "T",
    "vec",
    "pop",
    "push",
    "reverse",
    "forward",
    "primal",
    "tangent",
    "seed",
    "default",
    "union",
    "auto",
    "raw",
    "macro_rules",
    "loop_count",
    "branch",
    "condition",
    "taken",
    "adjoints",
    "value_and_gradient",
    "gradient_into",
    "Float",
    "Vec",
    "Some",
    "Ok",
];

fn replace(tokens: TokenStream, change: &impl Fn(&Ident) -> Option<TokenTree>) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(name) => change(&name).unwrap_or(TokenTree::Ident(name)),
            TokenTree::Group(group) => {
                let stream = replace(group.stream(), change);
                TokenTree::Group(Group::new(group.delimiter(), stream))
            }
            other => other,
        })
        .collect()
}

fn rewrite(function: &mut ItemFn, change: impl Fn(&Ident) -> Option<TokenTree>) -> bool {
    let before = function.to_token_stream().to_string();
    let Ok(changed) = syn::parse2(replace(function.to_token_stream(), &change)) else {
        return false;
    };
    *function = changed;
    function.to_token_stream().to_string() != before
}

fn rename(function: &mut ItemFn, context: &mut Context) -> bool {
    let name = context.name();
    let to = NAMES[context.choice / context.names.len().max(1) % NAMES.len()];
    let to = match to.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(to, Span::call_site()),
    };
    rewrite(function, |ident| (*ident == name).then(|| to.clone().into()))
}

fn single(function: &mut ItemFn, _: &mut Context) -> bool {
    rewrite(function, |ident| (ident == "f64").then(|| Ident::new("f32", Span::call_site()).into()))
}

/// The type of a chosen parameter.
fn chosen<'f>(function: &'f mut ItemFn, context: &Context) -> Option<&'f mut syn::PatType> {
    let count = function.sig.inputs.len().max(1);
    match function.sig.inputs.iter_mut().nth(context.choice % count) {
        Some(FnArg::Typed(typed)) => Some(typed),
        _ => None,
    }
}

fn parameter_type(function: &mut ItemFn, context: &mut Context) -> bool {
    let choice = context.choice / 16;
    let Some(typed) = chosen(function, context) else { return false };
    let types: [Type; 22] = [
        parse_quote!(f64),
        parse_quote!(f32),
        parse_quote!(&f64),
        parse_quote!(&mut f64),
        parse_quote!(&[f64]),
        parse_quote!(&[f64; 3]),
        parse_quote!([f64; 3]),
        parse_quote!(Vec<f64>),
        parse_quote!(&Vec<f64>),
        parse_quote!(&mut [f64]),
        parse_quote!(&mut Vec<f64>),
        parse_quote!(std::vec::Vec<f64>),
        parse_quote!(&[f32]),
        parse_quote!(usize),
        parse_quote!(i32),
        parse_quote!(&[[f64; 2]]),
        parse_quote!(&[Vec<f64>]),
        parse_quote!((f64, f64)),
        parse_quote!(Option<f64>),
        parse_quote!(&'static [f64]),
        parse_quote!(Box<[f64]>),
        parse_quote!(impl Fn(f64) -> f64),
    ];
    *typed.ty = types[choice % types.len()].clone();
    true
}

fn parameter_pattern(function: &mut ItemFn, context: &mut Context) -> bool {
    let choice = context.choice / 16;
    let Some(typed) = chosen(function, context) else { return false };
    let pattern = typed.pat.clone();
    *typed.pat = match (choice % 4, &*pattern) {
        (0, syn::Pat::Ident(name)) => {
            let name = &name.ident;
            parse_quote!(mut #name)
        }
        (1, syn::Pat::Ident(name)) => {
            let name = &name.ident;
            parse_quote!(#name @ _)
        }
        (2, _) => parse_quote!(_),
        (3, syn::Pat::Ident(name)) => {
            let name = &name.ident;
            if let Type::Reference(reference) = &*typed.ty {
                let inner = &reference.elem;
                *typed.ty = parse_quote!(&#inner);
                parse_quote!(&#name)
            } else {
                parse_quote!(ref #name)
            }
        }
        _ => return false,
    };
    true
}

fn add_parameter(function: &mut ItemFn, context: &mut Context) -> bool {
    let parameters: [FnArg; 10] = [
        parse_quote!(unused: f64),
        parse_quote!(_: f64),
        parse_quote!(_unused: &[f64]),
        parse_quote!(text: &str),
        parse_quote!(flag: bool),
        parse_quote!(count: usize),
        parse_quote!((first, second): (f64, f64)),
        parse_quote!([a, b]: [f64; 2]),
        parse_quote!(unit: ()),
        parse_quote!(buffer: &mut [f64]),
    ];
    function.sig.inputs.push(context.choose(&parameters).clone());
    true
}

fn generics(function: &mut ItemFn, context: &mut Context) -> bool {
    match context.choice % 6 {
        0 => function.sig.generics.params.push(parse_quote!(const M: usize)),
        1 => function.sig.generics.params.insert(0, parse_quote!('a)),
        2 => function.sig.generics.params.push(parse_quote!(U: Copy)),
        3 => function.sig.generics.make_where_clause().predicates.push(parse_quote!(f64: Copy)),
        4 => function.sig.generics.params.push(parse_quote!(const FLAG: bool)),
        _ => {
            function.sig.generics.params.push(parse_quote!(const M: usize));
            function.sig.inputs.push(parse_quote!(array: &[f64; M]));
        }
    }
    true
}

fn attribute(function: &mut ItemFn, context: &mut Context) -> bool {
    match context.choice % 14 {
        0 => function.attrs.push(parse_quote!(#[inline])),
        1 => function.attrs.push(parse_quote!(#[must_use])),
        2 => function.attrs.insert(0, parse_quote!(#[doc = " Odd: `[x]` [`y`] <T>"])),
        3 => function.attrs.push(parse_quote!(#[allow(non_snake_case)])),
        4 => function.attrs.push(parse_quote!(#[deprecated])),
        5 => function.attrs.push(parse_quote!(#[cfg(all())])),
        6 => function.attrs.push(parse_quote!(#[track_caller])),
        7 => function.attrs.push(parse_quote!(#[cold])),
        8 => function.vis = parse_quote!(pub(crate)),
        9 => function.vis = parse_quote!(pub(super)),
        10 => function.sig.abi = Some(parse_quote!(extern "C")),
        11 => function.sig.constness = Some(Default::default()),
        12 => function.attrs.push(parse_quote!(#[cfg_attr(all(), inline)])),
        _ => function.attrs.push(parse_quote!(#[expect(unused_variables)])),
    }
    true
}

fn return_type(function: &mut ItemFn, context: &mut Context) -> bool {
    let syn::ReturnType::Type(_, ty) = &function.sig.output else { return false };
    let block = &function.block;
    let (output, body): (Type, syn::Block) = match context.choice % 6 {
        0 => (parsed!((#ty, usize)), parsed!({ (#block, 3) })),
        1 => (parsed!([#ty; 2]), parsed!({ let result = #block; [result, result] })),
        2 => (parsed!((#ty,)), parsed!({ (#block,) })),
        3 => (parsed!(Vec<#ty>), parsed!({ vec![#block] })),
        4 => (parsed!(Option<#ty>), parsed!({ Some(#block) })),
        _ => (parsed!(Result<#ty, String>), parsed!({ Ok(#block) })),
    };
    function.sig.output = parsed!(-> #output);
    *function.block = body;
    true
}
