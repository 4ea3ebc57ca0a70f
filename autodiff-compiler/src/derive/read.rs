//! Reads the item and its `#[differentiable(…)]` attributes.

use super::tangent::{Tangent, is_passive, tangent_type};
use super::{Definition, FieldDefinition};
use crate::diagnostics::{Diagnostics, SourceSpan};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Item, ItemEnum, ItemStruct, Path, Token, Type, TypeParamBound, WherePredicate,
};

/// What can be derived for.
pub(super) enum Derivable {
    Struct(ItemStruct),
    Enum(ItemEnum),
}

/// The item, if it can be derived for.
pub(super) fn item(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Option<Derivable> {
    match syn::parse2::<Item>(tokens) {
        Ok(Item::Struct(item)) => return Some(Derivable::Struct(item)),
        Ok(Item::Enum(item)) => return Some(Derivable::Enum(item)),
        Ok(Item::Union(item)) => {
            diagnostics.error(
                item.union_token.span,
                "`Differentiable` cannot be derived for a union",
                "use a struct".to_owned(),
            );
        }
        Ok(other) => diagnostics.error(
            SourceSpan::of(&other),
            "`Differentiable` can only be derived for a struct",
            None,
        ),
        Err(error) => diagnostics.syntax_error(error),
    }
    None
}

/// Where core is, by `#[differentiable(crate = path)]`.
pub(super) fn crate_path(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> TokenStream {
    let mut core = quote!(::autodiff_core);
    read_attributes(attributes, diagnostics, |meta| {
        let known = meta.path.is_ident("crate");
        if known {
            let path: Path = meta.value()?.parse()?;
            core = path.into_token_stream();
        }
        Ok(known)
    });
    core
}

/// Whether a field is left out by `#[differentiable(skip)]`.
pub(super) fn is_skipped(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> bool {
    let mut skip = false;
    read_attributes(attributes, diagnostics, |meta| {
        skip |= meta.path.is_ident("skip");
        Ok(meta.path.is_ident("skip"))
    });
    skip
}

pub(super) fn read(item: ItemStruct, diagnostics: &mut Diagnostics) -> Definition {
    let mut core = quote!(::autodiff_core);
    let mut tangent = format_ident!("{}Tangent", item.ident);
    read_attributes(&item.attrs, diagnostics, |meta| {
        if meta.path.is_ident("crate") {
            let path: Path = meta.value()?.parse()?;
            core = path.into_token_stream();
            Ok(true)
        } else if meta.path.is_ident("tangent") {
            tangent = meta.value()?.parse()?;
            Ok(true)
        } else {
            Ok(false)
        }
    });
    let floats = float_parameters(&item);
    let mut fields = Vec::new();
    for (index, field) in item.fields.iter().enumerate() {
        let skip = is_skipped(&field.attrs, diagnostics);
        let member = match &field.ident {
            Some(name) => syn::Member::Named(name.clone()),
            None => syn::Member::Unnamed(syn::Index::from(index)),
        };
        let text = match &field.ident {
            Some(name) => name.unraw().to_string(),
            None => index.to_string(),
        };
        let passive = skip || is_passive(&field.ty);
        let tangent =
            if passive { Tangent::unit() } else { tangent_type(&field.ty, &floats, &core) };
        fields.push(FieldDefinition { field: field.clone(), member, text, tangent, passive, skip });
    }
    Definition { item, core, tangent, fields, floats }
}

/// Reads `#[differentiable(…)]`; `accept` says whether it knows an argument.
fn read_attributes(
    attributes: &[Attribute],
    diagnostics: &mut Diagnostics,
    mut accept: impl FnMut(&syn::meta::ParseNestedMeta) -> syn::Result<bool>,
) {
    for attribute in attributes.iter().filter(|a| a.path().is_ident("differentiable")) {
        let result = attribute.parse_nested_meta(|meta| {
            if accept(&meta)? {
                return Ok(());
            }
            Err(meta.error(
                "unknown argument\nhelp: `#[differentiable(…)]` takes `skip` on a field, \
                 `tangent = Name` and `crate = path` on the struct",
            ))
        });
        if let Err(error) = result {
            diagnostics.syntax_error(error);
        }
    }
}

/// Names of the type parameters with a bound whose last segment is `Float`.
fn float_parameters(item: &ItemStruct) -> HashSet<String> {
    let is_float = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|segment| segment.ident == "Float")
            }
            _ => false,
        })
    };
    let inline = item.generics.type_params().filter(|parameter| is_float(&parameter.bounds));
    let mut names: HashSet<String> = inline.map(|parameter| parameter.ident.to_string()).collect();
    for predicate in item.generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && let Type::Path(bounded) = &predicate.bounded_ty
            && let Some(name) = bounded.path.get_ident()
            && is_float(&predicate.bounds)
        {
            names.insert(name.to_string());
        }
    }
    names
}
