//! Types in the emitted code: std's by rooted path, the user's by the tokens they wrote.

use super::expressions::punctuation;
use crate::types::{FloatType, Length, Type};
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// The tokens of a type; what we do not know is `_`.
pub(super) fn tokens(ty: &Type) -> TokenStream {
    spelled(ty, &|float| name(float.name()).to_token_stream())
}

/// The tokens of a type with something else for its floats.
pub(super) fn tokens_with(ty: &Type, float: &TokenStream) -> TokenStream {
    spelled(ty, &|_| float.clone())
}

/// The tokens of a type, by those of its floats.
fn spelled(ty: &Type, float: &dyn Fn(&FloatType) -> TokenStream) -> TokenStream {
    let inner = |ty: &Type| spelled(ty, float);
    match ty {
        Type::Unit => quote!(()),
        Type::Never => quote!(!),
        Type::Bool => quote!(bool),
        Type::Float(own) => float(own),
        Type::Integer(integer) => name(integer.name()).to_token_stream(),
        Type::Tuple(elements) => {
            let elements = elements.iter().map(inner);
            quote!((#(#elements,)*))
        }
        Type::Array(element, length) => {
            let (element, length) = (inner(element), self::length(length));
            quote!([#element; #length])
        }
        Type::Slice(element) => {
            let element = inner(element);
            quote!([#element])
        }
        Type::Vec(element) => {
            let element = inner(element);
            quote_spanned!(crate::edition::root()=> ::std::vec::Vec<#element>)
        }
        Type::Reference { mutable: false, to } => {
            let to = inner(to);
            quote!(&#to)
        }
        Type::Reference { mutable: true, to } => {
            let to = inner(to);
            quote!(&mut #to)
        }
        Type::Struct(definition) => definition.path.clone(),
        Type::Option(value) => {
            let value = inner(value);
            quote_spanned!(crate::edition::root()=> ::core::option::Option<#value>)
        }
        Type::Result(value, error) => {
            let (value, error) = (inner(value), inner(error));
            quote_spanned!(crate::edition::root()=> ::core::result::Result<#value, #error>)
        }
        Type::Opaque(Some(opaque)) => opaque.tokens.clone(),
        // Only the typed syntax has the others.
        Type::Opaque(None)
        | Type::Iterator(_)
        | Type::Range(_)
        | Type::Closure(_)
        | Type::Function
        | Type::Variable(_) => quote!(_),
    }
}

/// `: T`, if that says anything that rustc does not have to find out itself.
pub(super) fn annotation(ty: &Type) -> Option<Annotation<'_>> {
    match ty {
        Type::Never
        | Type::Opaque(None)
        | Type::Iterator(_)
        | Type::Range(_)
        | Type::Closure(_)
        | Type::Function
        | Type::Variable(_) => None,
        known => Some(Annotation(known)),
    }
}

/// `: T`.
pub(super) struct Annotation<'t>(&'t Type);

impl ToTokens for Annotation<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        punctuation(":", tokens);
        match self.0 {
            Type::Float(float) => name(float.name()).to_tokens(tokens),
            Type::Integer(integer) => name(integer.name()).to_tokens(tokens),
            ty => self::tokens(ty).to_tokens(tokens),
        }
    }
}

/// The length of an array type.
pub(super) fn length(length: &Length) -> TokenStream {
    match length {
        Length::Literal(count) => {
            let count = Literal::u64_unsuffixed(*count);
            quote!(#count)
        }
        Length::Expression(text) => {
            let tokens: TokenStream = text.parse().unwrap_or_default();
            let alone = tokens.clone().into_iter().count() == 1;
            if alone { tokens } else { quote!({ #tokens }) }
        }
    }
}

/// A primitive type or a type parameter.
fn name(name: &str) -> Ident {
    super::names::identifier(name)
}

/// The path of a struct where an expression is expected: `Point<T>` becomes `Point::<T>`.
pub(super) fn expression_path(path: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = path.clone().into_iter().collect();
    let generics = tokens.windows(2).position(|pair| {
        matches!(pair, [TokenTree::Ident(_), TokenTree::Punct(open)] if open.as_char() == '<')
    });
    if let Some(name) = generics {
        tokens.splice(name + 1..name + 1, quote!(::));
    }
    tokens.into_iter().collect()
}
