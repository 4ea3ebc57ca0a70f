//! Which functions of a file take part: every free function at the top of the file that takes floats and
//! returns one float.
//!
//! Left out are what no caller could sample: generic and `unsafe` functions, functions under `#[cfg]`
//! (they may not be there), and parameters that are not floats, integers, `bool`, or arrays, slices,
//! vectors and tuples of these, by value or shared reference.

use quote::ToTokens;
use syn::{FnArg, GenericParam, Item, ItemFn, Pat, ReturnType, Type};

/// A function that takes part.
#[derive(Default)]
pub(crate) struct Candidate {
    /// Its name.
    pub(crate) name: String,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

/// A parameter that can be sampled.
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: String,
    /// The type of an argument that owns its content: `Vec<f64>` for `&[f64]`.
    pub(crate) owned: String,
    /// Whether the function takes it by reference.
    pub(crate) by_reference: bool,
    /// Whether it holds floats.
    pub(crate) holds_floats: bool,
}

/// The candidates of a file.
pub(crate) fn candidates(text: &str) -> Result<Vec<Candidate>, String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    Ok(free_functions(&file).filter_map(candidate).collect())
}

/// The functions at the top of a file.
pub(crate) fn free_functions(file: &syn::File) -> impl Iterator<Item = &ItemFn> {
    file.items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    })
}

/// Whether a type says that it holds floats.
pub(crate) fn mentions_floats(ty: &Type) -> bool {
    fn any(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(name) => name == "f64" || name == "f32",
            proc_macro2::TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(ty.to_token_stream())
}

/// Whether a type may be anything: not made of numbers, nor a reference to such.
pub(crate) fn is_unknown(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_unknown(&reference.elem),
        Type::Slice(slice) => is_unknown(&slice.elem),
        ty => !can_be_sampled(ty),
    }
}

fn candidate(function: &ItemFn) -> Option<Candidate> {
    let signature = &function.sig;
    let only_lifetimes = signature
        .generics
        .params
        .iter()
        .all(|generic| matches!(generic, GenericParam::Lifetime(_)));
    let conditional =
        function.attrs.iter().any(|a| a.path().is_ident("cfg") || a.path().is_ident("test"));
    if !only_lifetimes || conditional || signature.unsafety.is_some() {
        return None;
    }
    let ReturnType::Type(_, result) = &signature.output else { return None };
    if !is_named(result, &["f64", "f32"]) {
        return None;
    }
    let parameters: Vec<Parameter> =
        signature.inputs.iter().enumerate().map(parameter).collect::<Option<_>>()?;
    parameters
        .iter()
        .any(|parameter| parameter.holds_floats)
        .then(|| Candidate { name: signature.ident.to_string(), parameters })
}

fn parameter((index, input): (usize, &FnArg)) -> Option<Parameter> {
    let FnArg::Typed(typed) = input else { return None };
    let name = match &*typed.pat {
        Pat::Ident(pattern) => pattern.ident.to_string(),
        _ => format!("argument_{index}"),
    };
    let (ty, by_reference) = match &*typed.ty {
        Type::Reference(reference) if reference.mutability.is_none() => (&*reference.elem, true),
        ty => (ty, false),
    };
    let owned = match ty {
        Type::Slice(slice) if by_reference && can_be_sampled(&slice.elem) => {
            format!("::autodiff_published_check::Vec<{}>", slice.elem.to_token_stream())
        }
        ty if can_be_sampled(ty) => ty.to_token_stream().to_string(),
        _ => return None,
    };
    Some(Parameter { name, owned, by_reference, holds_floats: mentions_floats(ty) })
}

const NUMBERS: &[&str] =
    &["f64", "f32", "bool", "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize"];

fn can_be_sampled(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => can_be_sampled(&array.elem),
        Type::Tuple(tuple) => {
            (1..=4).contains(&tuple.elems.len()) && tuple.elems.iter().all(can_be_sampled)
        }
        Type::Path(path) if is_named(ty, NUMBERS) => path.qself.is_none(),
        Type::Path(path) => {
            let Some(segment) = path.path.segments.last() else { return false };
            let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return false;
            };
            path.path.segments.len() == 1
                && segment.ident == "Vec"
                && arguments.args.iter().all(
                    |argument| matches!(argument, syn::GenericArgument::Type(ty) if can_be_sampled(ty)),
                )
        }
        _ => false,
    }
}

fn is_named(ty: &Type, names: &[&str]) -> bool {
    matches!(ty, Type::Path(path) if names.iter().any(|name| path.path.is_ident(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_functions_of_floats_take_part() {
        let text = "
            pub fn a(x: f64, n: u32) -> f64 { x }
            fn b(x: &[f64], (y, z): (f64, f64), w: &[f32; 3]) -> f32 { 0.0 }
            fn generic<T>(x: T, y: f64) -> f64 { y }
            unsafe fn dangerous(x: f64) -> f64 { x }
            fn of_integers(n: u32) -> f64 { 0.0 }
            fn to_integers(x: f64) -> u32 { 0 }
            fn of_a_struct(x: Point, y: f64) -> f64 { y }
            fn writes(x: &mut [f64], y: f64) -> f64 { y }
            #[cfg(test)] fn test(x: f64) -> f64 { x }
            mod inner { fn c(x: f64) -> f64 { x } }";
        let candidates = candidates(text).unwrap();
        let names: Vec<_> = candidates.iter().map(|candidate| &*candidate.name).collect();
        assert_eq!(names, ["a", "b"]);
        let owned: Vec<_> = candidates[1].parameters.iter().map(|p| &*p.owned).collect();
        assert_eq!(owned, ["::autodiff_published_check::Vec<f64>", "(f64 , f64)", "[f32 ; 3]"]);
    }
}
