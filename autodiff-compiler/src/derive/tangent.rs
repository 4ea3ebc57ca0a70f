//! Tangent types of field types, as far as tokens tell.

use crate::types::Holds;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::HashSet;
use syn::{Expr, GenericArgument, Lit, PathArguments, Type};

/// Primitive types that hold no floats.
const PRIMITIVES: &[&str] = &[
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "bool",
    "char", "str",
];

/// Types of std that hold no floats.
const PASSIVE: &[(&str, &str)] =
    &[("String", "::std::string::String"), ("PhantomData", "::core::marker::PhantomData")];

/// Types of std built from their type arguments alone: they hold no floats if these do not.
const CONTAINERS: &[(&str, &str)] = &[
    ("Vec", "::std::vec::Vec"),
    ("Box", "::std::boxed::Box"),
    ("Option", "::core::option::Option"),
    ("Rc", "::std::rc::Rc"),
    ("Arc", "::std::sync::Arc"),
];

/// Whether a name is one of a type whose own tangent is `()`.
fn is_passive_name(name: &Ident) -> bool {
    PRIMITIVES.iter().any(|known| name == known) || PASSIVE.iter().any(|(known, _)| name == known)
}

/// A passive type with std's names written from the root.
pub(super) fn canonical(ty: &Type) -> TokenStream {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            let Some(segment) = path.path.segments.last() else { return quote!(#ty) };
            let name = &segment.ident;
            if PRIMITIVES.iter().any(|known| name == known) {
                return quote_spanned!(crate::edition::root()=> ::core::primitive::#name);
            }
            let mut std = PASSIVE.iter().chain(CONTAINERS);
            let known =
                std.find(|(known, _)| name == known).and_then(|(_, path)| path.parse().ok());
            let Some(known): Option<TokenStream> = known else { return quote!(#ty) };
            let container = CONTAINERS.iter().any(|(known, _)| name == known);
            match type_arguments(&segment.arguments).filter(|_| container) {
                Some(arguments) => {
                    let arguments = arguments.map(canonical);
                    quote!(#known<#(#arguments),*>)
                }
                None => {
                    let arguments = &segment.arguments;
                    quote!(#known #arguments)
                }
            }
        }
        Type::Array(array) => {
            let (element, length) = (canonical(&array.elem), &array.len);
            quote!([#element; #length])
        }
        Type::Slice(slice) => {
            let element = canonical(&slice.elem);
            quote!([#element])
        }
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().map(canonical);
            quote!((#(#elements,)*))
        }
        Type::Reference(reference) => {
            let (lifetime, mutability) = (&reference.lifetime, &reference.mutability);
            let referent = canonical(&reference.elem);
            quote!(& #lifetime #mutability #referent)
        }
        Type::Group(group) => canonical(&group.elem),
        Type::Paren(paren) => canonical(&paren.elem),
        other => quote!(#other),
    }
}

/// A tangent type, and what is known about it.
pub(super) struct Tangent {
    pub(super) tokens: TokenStream,
    /// It is, or is made of, primitive floats and `()` alone, by value.
    pub(super) copy: bool,
    /// `Default` is known to be implemented.
    pub(super) default: bool,
    /// The types in it that the trait is asked for.
    pub(super) by_trait: Vec<Leaf>,
}

/// What a type is seen to hold.
pub(super) fn held(ty: &Type) -> Holds {
    let least =
        |parts: &mut dyn Iterator<Item = &Type>| parts.map(held).min().unwrap_or(Holds::Numbers);
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            let Some(segment) = path.path.segments.last() else { return Holds::Anything };
            let name = &segment.ident;
            if is_passive_name(name) {
                let is_number = name != "str" && PRIMITIVES.iter().any(|known| name == known);
                return if is_number { Holds::Numbers } else { Holds::NoFloats };
            }
            let container = CONTAINERS.iter().any(|(container, _)| name == container);
            let arguments = type_arguments(&segment.arguments).filter(|_| container);
            arguments.map_or(Holds::Anything, |mut arguments| least(&mut arguments))
        }
        Type::Array(array) => held(&array.elem),
        Type::Tuple(tuple) => least(&mut tuple.elems.iter()),
        Type::Group(group) => held(&group.elem),
        Type::Paren(paren) => held(&paren.elem),
        Type::Slice(slice) => held(&slice.elem).min(Holds::NoFloats),
        Type::Reference(reference) => held(&reference.elem).min(Holds::NoFloats),
        Type::BareFn(_) => Holds::NoFloats,
        _ => Holds::Anything,
    }
}

/// Whether a type is seen to hold no floats.
pub(super) fn is_passive(ty: &Type) -> bool {
    held(ty) >= Holds::NoFloats
}

/// The types in `<A, B>`; `None` without angle brackets or with anything else in them.
fn type_arguments(arguments: &PathArguments) -> Option<impl Iterator<Item = &Type>> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    let types: Option<Vec<&Type>> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect();
    types.map(Vec::into_iter)
}

/// A type that the trait is asked for.
pub(super) struct Leaf {
    pub(super) ty: Type,
    /// It stands in a `Vec` or behind a reference, so that it may be the struct itself again.
    pub(super) indirect: bool,
}

impl Tangent {
    fn behind_indirection(mut self) -> Self {
        self.by_trait.iter_mut().for_each(|leaf| leaf.indirect = true);
        self
    }

    pub(super) fn unit() -> Self {
        Tangent { tokens: quote!(()), copy: true, default: true, by_trait: Vec::new() }
    }
}

/// The tangent type of a type that may hold floats.
pub(super) fn tangent_type(ty: &Type, floats: &HashSet<String>, core: &TokenStream) -> Tangent {
    if is_passive_element(ty) {
        return Tangent::unit();
    }
    match ty {
        Type::Group(group) => tangent_type(&group.elem, floats, core),
        Type::Paren(paren) => tangent_type(&paren.elem, floats, core),
        Type::Path(path) if path.qself.is_none() => {
            if let Some(name) = path.path.get_ident() {
                if name == "f32" || name == "f64" {
                    let tokens = quote!(#name);
                    return Tangent { tokens, copy: true, default: true, by_trait: Vec::new() };
                }
                if floats.contains(&name.to_string()) {
                    let tokens = quote!(#name);
                    return Tangent { tokens, copy: true, default: true, by_trait: Vec::new() };
                }
            }
            let vec = path.path.segments.last().filter(|segment| segment.ident == "Vec");
            if let Some(segment) = vec
                && let Some(arguments) = type_arguments(&segment.arguments)
                && let [element] = arguments.collect::<Vec<_>>()[..]
            {
                let element = tangent_type(element, floats, core);
                let Tangent { tokens, by_trait, .. } = element.behind_indirection();
                let tokens = quote_spanned!(crate::edition::root()=> ::std::vec::Vec<#tokens>);
                return Tangent { tokens, copy: false, default: true, by_trait };
            }
            Tangent {
                tokens: quote!(<#ty as #core::Differentiable>::Tangent),
                copy: false,
                default: false,
                by_trait: vec![Leaf { ty: ty.clone(), indirect: false }],
            }
        }
        Type::Array(array) => {
            let inner = tangent_type(&array.elem, floats, core);
            let (element, length) = (&inner.tokens, &array.len);
            let short = match length {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Int(digits) => digits.base10_parse::<u64>().is_ok_and(|n| n <= 32),
                    _ => false,
                },
                _ => false,
            };
            Tangent {
                tokens: quote!([#element; #length]),
                copy: inner.copy,
                default: inner.default && short,
                by_trait: inner.by_trait,
            }
        }
        Type::Tuple(tuple) => {
            let elements: Vec<Tangent> =
                tuple.elems.iter().map(|ty| tangent_type(ty, floats, core)).collect();
            let tokens = elements.iter().map(|element| &element.tokens);
            Tangent {
                tokens: quote!((#(#tokens,)*)),
                copy: elements.iter().all(|element| element.copy),
                default: elements.iter().all(|element| element.default),
                by_trait: elements.into_iter().flat_map(|element| element.by_trait).collect(),
            }
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => {
                let element = tangent_type(&slice.elem, floats, core);
                let Tangent { tokens, by_trait, .. } = element.behind_indirection();
                let tokens = quote_spanned!(crate::edition::root()=> ::std::vec::Vec<#tokens>);
                Tangent { tokens, copy: false, default: true, by_trait }
            }
            referent => tangent_type(referent, floats, core).behind_indirection(),
        },
        other => Tangent {
            tokens: quote!(<#other as #core::Differentiable>::Tangent),
            copy: false,
            default: false,
            by_trait: vec![Leaf { ty: other.clone(), indirect: false }],
        },
    }
}

/// Inside a composite type, core's traits decide: only a type whose own tangent is `()` becomes `()`
/// there (an array of integers in a tuple is an array of `()`).
fn is_passive_element(ty: &Type) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().is_some_and(|segment| is_passive_name(&segment.ident))
        }
        Type::Group(group) => is_passive_element(&group.elem),
        Type::Paren(paren) => is_passive_element(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    }
}

/// Whether the type holds a shared reference to what may be floats: nothing can step it in place.
pub(super) fn is_shared(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            !is_passive(ty) && (reference.mutability.is_none() || is_shared(&reference.elem))
        }
        Type::Array(array) => is_shared(&array.elem),
        Type::Slice(slice) => is_shared(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_shared),
        Type::Group(group) => is_shared(&group.elem),
        Type::Paren(paren) => is_shared(&paren.elem),
        Type::Path(path) => path.path.segments.iter().any(|segment| {
            type_arguments(&segment.arguments).is_some_and(|mut types| types.any(is_shared))
        }),
        _ => false,
    }
}
