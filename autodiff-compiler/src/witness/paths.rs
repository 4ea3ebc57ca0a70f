//! Functions that are taken for std's because of their path are std's: every function has a type of its
//! own, and the two have to be of one type.

use crate::emit::type_tokens;
use crate::hir::{Body, Callee, ExpressionId, ExpressionKind};
use crate::infer::{Types, receiver_of};
use crate::known::{Known, KnownFunction, function};
use crate::signature::Environment;
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::HashSet;

/// Statements, one for each path in the body that is taken for a function of std.
pub(super) fn checks(
    body: &Body,
    types: &Types,
    environment: &Environment,
    crate_path: &TokenStream,
) -> TokenStream {
    let mut seen = HashSet::new();
    let mut tokens = TokenStream::new();
    for expression in &body.expressions {
        let (path, arguments) = match &expression.kind {
            ExpressionKind::Call { callee: Callee::Path(path), arguments } => {
                (path, arguments.as_slice())
            }
            ExpressionKind::FunctionPath(Callee::Path(path)) => (path, [].as_slice()),
            _ => continue,
        };
        if environment.functions.contains_key(&*path.text)
            || environment.methods.contains_key(&*path.text)
        {
            continue;
        }
        let Some(known) = function(&path.text, &[]) else { continue };
        let Ok(mut written) = syn::parse2::<syn::ExprPath>(path.tokens.clone()) else { continue };
        for segment in &mut written.path.segments {
            segment.arguments = syn::PathArguments::None;
        }
        let compared = match known {
            Known::Function(function) => of_function(function, &written),
            Known::Primitive(ty, method) => {
                let arguments: Vec<_> = arguments.iter().map(|id| types.of(*id)).collect();
                of_primitive(&ty, &method, &arguments, &written, crate_path)
            }
            Known::FloatTrait(method) => {
                let ty = arguments.first().map(|first| types.of(*first).referent().clone());
                of_float_trait(&method, ty, &written, crate_path)
            }
        };
        let Some((written, path)) = compared else { continue };
        if seen.insert(written.to_string()) {
            tokens.extend(same_function(written, path, expression.span.start, crate_path));
        }
    }
    tokens
}

/// Items, one for each path that is taken for a constant of std: it has its value.
pub(super) fn constants(body: &Body, types: &Types) -> TokenStream {
    let mut seen = HashSet::new();
    let mut tokens = TokenStream::new();
    for (index, expression) in body.expressions.iter().enumerate() {
        let ExpressionKind::Path(path) = &expression.kind else { continue };
        let ty = types.of(ExpressionId(index as u32));
        let Some(constant) = crate::lower::constant_of_std(&path.text, ty) else { continue };
        let written = &path.tokens;
        if !seen.insert(written.to_string()) {
            continue;
        }
        let bits = match ty {
            Type::Float(_) => quote!(.to_bits()),
            _ => TokenStream::new(),
        };
        tokens.extend(quote_spanned! {expression.span.start=>
            const _: () = ::core::assert!(
                (#written) #bits == (#constant) #bits,
                "this name is taken for the constant of the standard library: give yours another name"
            );
        });
    }
    tokens
}

/// A block that compiles if two paths name one function; the error is shown at `at`.
pub(crate) fn same_function(
    written: TokenStream,
    path: TokenStream,
    at: Span,
    crate_path: &TokenStream,
) -> TokenStream {
    let pair = Ident::new("pair", at);
    quote! {{
        let #pair = #crate_path::__private::pair(#written, #path);
        #crate_path::__private::same_function(#pair);
    }}
}

/// Methods of numbers that come from traits which are not in scope by themselves: the function that such
/// a method is taken for. `argument`: the type of what follows the receiver.
pub(super) fn of_imported_trait(
    ty: &TokenStream,
    method: &str,
    argument: Option<&TokenStream>,
    crate_path: &TokenStream,
) -> Option<TokenStream> {
    let name = match method {
        "add" => "Add",
        "sub" => "Sub",
        "mul" => "Mul",
        "div" => "Div",
        "rem" => "Rem",
        "neg" => {
            return Some(quote_spanned!(crate::edition::root()=> <#ty as ::core::ops::Neg>::neg));
        }
        "not" => {
            return Some(quote_spanned!(crate::edition::root()=> <#ty as ::core::ops::Not>::not));
        }
        "to_f64" => return Some(quote!(<#ty as #crate_path::Float>::to_f64)),
        _ => return None,
    };
    let (name, method) =
        (Ident::new(name, Span::call_site()), Ident::new(method, Span::call_site()));
    Some(quote_spanned!(crate::edition::root()=> <#ty as ::core::ops::#name<#argument>>::#method))
}

/// The path as written and that of the function it is taken for.
fn of_function(
    function: KnownFunction,
    written: &syn::ExprPath,
) -> Option<(TokenStream, TokenStream)> {
    use KnownFunction as K;
    let plain = quote!(::<u8>);
    let (generics, path) = match function {
        K::Swap => (plain, quote_spanned!(crate::edition::root()=> ::core::mem::swap)),
        K::Replace => (plain, quote_spanned!(crate::edition::root()=> ::core::mem::replace)),
        K::Take => (plain, quote_spanned!(crate::edition::root()=> ::core::mem::take)),
        K::Drop => (plain, quote_spanned!(crate::edition::root()=> ::core::mem::drop)),
        // Alone it is among the names of types.
        K::Some if written.path.get_ident().is_some() => return None,
        K::Some => (plain, quote_spanned!(crate::edition::root()=> ::core::option::Option::Some)),
        K::CompareMax => (plain, quote_spanned!(crate::edition::root()=> ::core::cmp::max)),
        K::CompareMin => (plain, quote_spanned!(crate::edition::root()=> ::core::cmp::min)),
        K::Identity if written.path.segments.last()?.ident == "black_box" => {
            (plain, quote_spanned!(crate::edition::root()=> ::core::hint::black_box))
        }
        K::Identity => (plain, quote_spanned!(crate::edition::root()=> ::core::convert::identity)),
        K::IteratorOnce => (plain, quote_spanned!(crate::edition::root()=> ::core::iter::once)),
        K::IteratorRepeat => (plain, quote_spanned!(crate::edition::root()=> ::core::iter::repeat)),
        K::IteratorRepeatN => {
            (plain, quote_spanned!(crate::edition::root()=> ::core::iter::repeat_n))
        }
        K::IteratorZip => (
            quote!(::<[u8; 1], [u8; 1]>),
            quote_spanned!(crate::edition::root()=> ::core::iter::zip),
        ),
        K::ArrayFromFn => (
            quote!(::<u8, 1, fn(usize) -> u8>),
            quote_spanned!(crate::edition::root()=> ::core::array::from_fn),
        ),
        K::VecNew | K::VecWithCapacity | K::VecFrom => {
            let called = &written.path.segments.last()?.ident;
            if called == "from" {
                return None;
            }
            (
                TokenStream::new(),
                quote_spanned!(crate::edition::root()=> ::std::vec::Vec::<u8>::#called),
            )
        }
        // They have a check of their own, or are refused.
        K::Ok | K::Err | K::Detach => return None,
        K::Erf | K::Erfc | K::NormCdf | K::LnGamma | K::Digamma => return None,
    };
    Some((written.to_token_stream(), quote!(#path #generics)))
}

fn of_primitive(
    ty: &Type,
    method: &str,
    arguments: &[&Type],
    written: &syn::ExprPath,
    crate_path: &TokenStream,
) -> Option<(TokenStream, TokenStream)> {
    let name = type_tokens(ty);
    let primitive = quote_spanned!(crate::edition::root()=> ::core::primitive::#name);
    let called = Ident::new(method, Span::call_site());
    let path = match method {
        "from" => {
            let argument =
                arguments.first().filter(|ty| ty.is_scalar()).map(|ty| type_tokens(ty))?;
            quote_spanned!(crate::edition::root()=> <#primitive as ::core::convert::From<#argument>>::from)
        }
        "default" => {
            quote_spanned!(crate::edition::root()=> <#primitive as ::core::default::Default>::default)
        }
        "from_bits" => quote!(<#primitive>::from_bits),
        _ => {
            // Passed along (`fold(0.0, f64::add)`), its arguments are of the type itself.
            let argument = arguments.get(1).map_or(primitive.clone(), |ty| type_tokens(ty));
            match of_imported_trait(&primitive, method, Some(&argument), crate_path) {
                Some(path) => path,
                None => {
                    receiver_of(ty, method)?;
                    quote!(<#primitive>::#called)
                }
            }
        }
    };
    Some((written.to_token_stream(), path))
}

fn of_float_trait(
    method: &str,
    ty: Option<Type>,
    written: &syn::ExprPath,
    crate_path: &TokenStream,
) -> Option<(TokenStream, TokenStream)> {
    let ty = ty.filter(|ty| matches!(ty, Type::Float(FloatType::F32 | FloatType::F64)))?;
    let ty = type_tokens(&ty);
    let mut owner = written.path.clone();
    owner.segments.pop();
    owner.segments.pop_punct();
    let owner = owner.to_token_stream();
    let called = Ident::new(method, Span::call_site());
    Some((quote!(<#ty as #owner>::#called), quote!(<#ty as #crate_path::Float>::#called)))
}
