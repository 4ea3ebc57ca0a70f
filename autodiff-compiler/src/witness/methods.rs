//! Methods that are taken for std's are std's.
//!
//! `x.sin()` of a `&f64` is `f64::sin`, unless a trait in scope has a `sin` for `&f64`: rustc looks at
//! the receiver as it is, then borrowed, then dereferenced, and takes the first method that fits. So a
//! trait of our own puts a method of that name at the last place before std's, and the method that rustc
//! finds has to be ours.

use super::paths::{of_imported_trait, same_function};
use crate::emit::type_tokens;
use crate::hir::{Body, ExpressionKind};
use crate::infer::{Types, receiver_of};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::collections::HashSet;

/// How a receiver is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    Value,
    Shared,
    Mutable,
}

impl Passed {
    fn apply(self, ty: &Type) -> Type {
        match self {
            Passed::Value => ty.clone(),
            Passed::Shared => Type::Reference { mutable: false, to: Box::new(ty.clone()) },
            Passed::Mutable => Type::Reference { mutable: true, to: Box::new(ty.clone()) },
        }
    }
}

/// One check for each method and receiver type in the body. `generics` are the function's own; types
/// that mention a name of `unsayable` (the parameters of an `impl` around it) are left out.
pub(super) fn checks(
    body: &Body,
    types: &Types,
    generics: &syn::Generics,
    unsayable: &[String],
    crate_path: &TokenStream,
) -> TokenStream {
    let mut seen = HashSet::new();
    let mut tokens = TokenStream::new();
    for expression in &body.expressions {
        let ExpressionKind::MethodCall { receiver, method, arguments, .. } = &expression.kind
        else {
            continue;
        };
        let ty = types.of(*receiver);
        let name = method.to_string();
        if is_concrete_number(ty) {
            let receiver = type_tokens(ty);
            let argument = arguments.first().map(|argument| type_tokens(types.of(*argument)));
            let path = of_imported_trait(&receiver, &name, argument.as_ref(), crate_path);
            if let Some(path) = path {
                if seen.insert((name, receiver.to_string())) {
                    let (written, at) = (quote!(<#receiver>::#method), method.span());
                    let same = same_function(written, path, at, crate_path);
                    tokens.extend(quote!(const _: fn() = || #same;));
                }
                continue;
            }
        }
        if is_found_at_once(ty, &name) {
            continue;
        }
        let Some(taken) = receiver_of(ty.referent(), &name) else { continue };
        let Some((place, passed)) = last_before(ty, &taken) else { continue };
        let receiver = type_tokens(ty);
        if !can_be_said(ty) || mentions(&receiver, unsayable) {
            continue;
        }
        if seen.insert((name, receiver.to_string())) {
            let unsized_place = matches!(ty, Type::Slice(_));
            let receiver = if unsized_place { quote!(&mut #receiver) } else { receiver };
            let said = Said { method, receiver, unsized_place, generics, crate_path };
            tokens.extend(said.check(&place, passed));
        }
    }
    tokens
}

/// Whether std has the method for references to what has it, so that rustc finds it for `&&x` as it is.
fn is_found_at_once(receiver: &Type, name: &str) -> bool {
    const OF_REFERENCES: &[&str] = &["cmp", "partial_cmp", "eq", "ne", "lt", "le", "gt", "ge"];
    let Type::Reference { to, .. } = receiver else { return false };
    matches!(**to, Type::Reference { .. }) && OF_REFERENCES.contains(&name)
}

/// A method call to check.
struct Said<'a> {
    method: &'a Ident,
    /// The receiver's type; a reference to it if it is a place without size (`x[1..].swap(…)`).
    receiver: TokenStream,
    unsized_place: bool,
    generics: &'a syn::Generics,
    crate_path: &'a TokenStream,
}

impl Said<'_> {
    fn check(self, place: &Type, passed: Passed) -> TokenStream {
        let Said { method, receiver, unsized_place, generics, crate_path } = self;
        let at = method.span();
        let place = type_tokens(place);
        let taken = match passed {
            Passed::Value => quote!(self),
            Passed::Shared => quote!(&self),
            Passed::Mutable => quote!(&mut self),
        };
        let where_clause = &generics.where_clause;
        let mut said = generics.clone();
        said.where_clause = None;
        // Of the function's parameters, an `impl` may only have those that its type mentions.
        let mut mentioned = said.clone();
        mentioned.params = said
            .params
            .iter()
            .filter(|parameter| match parameter {
                syn::GenericParam::Lifetime(_) => false,
                syn::GenericParam::Type(parameter) => {
                    mentions(&place, &[parameter.ident.to_string()])
                }
                syn::GenericParam::Const(parameter) => {
                    mentions(&place, &[parameter.ident.to_string()])
                }
            })
            .cloned()
            .collect();
        // In the user's place, so that errors are shown there.
        let value = if unsized_place {
            quote_spanned!(at=> (*receiver))
        } else {
            quote_spanned!(at=> receiver)
        };
        let found = quote_spanned!(at=> #crate_path::__private::method_of_std(#value.#method()));
        quote! {
            const _: () = {
                trait Nearest { fn #method(#taken) -> #crate_path::__private::MethodOfStd; }
                impl #mentioned Nearest for #place {
                    fn #method(#taken) -> #crate_path::__private::MethodOfStd {
                        #crate_path::__private::MethodOfStd
                    }
                }
                fn check #said (mut receiver: #receiver) #where_clause { #found }
            };
        }
        .into_iter()
        .map(|token| with_receiver_at(token, at))
        .collect()
    }
}

/// `receiver` is one name wherever it stands.
fn with_receiver_at(token: TokenTree, at: Span) -> TokenTree {
    match token {
        TokenTree::Ident(ident) if ident == "receiver" => {
            TokenTree::Ident(Ident::new("receiver", at))
        }
        TokenTree::Group(group) => {
            let inside = group.stream().into_iter().map(|token| with_receiver_at(token, at));
            let mut changed = proc_macro2::Group::new(group.delimiter(), inside.collect());
            changed.set_span(group.span());
            TokenTree::Group(changed)
        }
        other => other,
    }
}

/// Where rustc looks last before it finds the method whose `self` is of type `taken`, for a receiver of
/// type `ty`; `None` if it finds it at once.
fn last_before(ty: &Type, taken: &Type) -> Option<(Type, Passed)> {
    let mut places = vec![];
    let mut step = ty;
    let mut behind_reference = false;
    let mut behind_shared = false;
    loop {
        for passed in [Passed::Value, Passed::Shared, Passed::Mutable] {
            // What rustc would refuse in the user's function, too, is no place to look at.
            let allowed = match passed {
                Passed::Value if matches!(step, Type::Slice(_)) => false,
                Passed::Value => !behind_reference || is_copied(step),
                Passed::Shared => true,
                Passed::Mutable => !behind_shared,
            };
            places.push((step.clone(), passed, allowed));
        }
        match step {
            Type::Reference { mutable, to } => {
                behind_reference = true;
                behind_shared |= !mutable;
                step = to;
            }
            _ => break,
        }
    }
    if let Type::Array(element, _) | Type::Vec(element) = step {
        let slice = Type::Slice(element.clone());
        places.push((slice.clone(), Passed::Value, false));
        places.push((slice.clone(), Passed::Shared, true));
        places.push((slice, Passed::Mutable, !behind_shared));
    }
    let found = places.iter().position(|(ty, passed, _)| passed.apply(ty) == *taken)?;
    let before = places[..found].iter().rev().find(|(.., allowed)| *allowed)?;
    Some((before.0.clone(), before.1))
}

/// A number of a known type, or references to one.
fn is_concrete_number(ty: &Type) -> bool {
    match ty.referent() {
        Type::Float(float) => !matches!(float, FloatType::Parameter(_)),
        Type::Integer(_) | Type::Bool => true,
        _ => false,
    }
}

/// Whether values of this type may be moved out of a reference.
fn is_copied(ty: &Type) -> bool {
    match ty {
        Type::Array(element, _) => is_copied(element),
        Type::Tuple(elements) => elements.iter().all(is_copied),
        Type::Reference { mutable, .. } => !mutable,
        Type::Bool | Type::Float(_) | Type::Integer(_) => true,
        _ => false,
    }
}

/// Whether the type can be written down at another place.
fn can_be_said(ty: &Type) -> bool {
    match ty {
        Type::Unit | Type::Bool | Type::Integer(_) => true,
        Type::Float(FloatType::F32 | FloatType::F64 | FloatType::Parameter(_)) => true,
        Type::Tuple(elements) => elements.iter().all(can_be_said),
        Type::Array(inner, _) | Type::Slice(inner) | Type::Vec(inner) | Type::Option(inner) => {
            can_be_said(inner)
        }
        Type::Result(value, error) => can_be_said(value) && can_be_said(error),
        Type::Reference { to, .. } => can_be_said(to),
        Type::Struct(_) => true,
        _ => false,
    }
}

fn mentions(tokens: &TokenStream, names: &[String]) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == name),
        TokenTree::Group(group) => mentions(&group.stream(), names),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(ty: &str, taken: &str) -> String {
        let environment = crate::signature::Environment::default();
        let context = crate::resolve::TypeContext::new(&environment);
        let read = |text: &str| {
            let ty: syn::Type = syn::parse_str(text).expect("a type");
            crate::resolve::read_type(&ty, &context)
        };
        last_before(&read(ty), &read(taken))
            .map_or("found at once".to_string(), |(ty, passed)| format!("{passed:?} {ty}"))
    }

    #[test]
    fn the_last_place_before_a_method_is_found() {
        assert_eq!(place("f64", "f64"), "found at once");
        assert_eq!(place("&f64", "f64"), "Mutable &f64");
        assert_eq!(place("&&f64", "f64"), "Shared &f64");
        assert_eq!(place("Vec<f64>", "&Vec<f64>"), "Value Vec<f64>");
        assert_eq!(place("Vec<f64>", "&[f64]"), "Mutable Vec<f64>");
        assert_eq!(place("Vec<f64>", "&mut [f64]"), "Shared [f64]");
        assert_eq!(place("&[f64]", "&[f64]"), "found at once");
        assert_eq!(place("&mut [f64]", "&[f64]"), "Mutable &mut [f64]");
        assert_eq!(place("&[f64; 3]", "&[f64]"), "Shared [f64; 3]");
        assert_eq!(place("&mut Vec<f64>", "&Vec<f64>"), "Mutable &mut Vec<f64>");
    }
}
