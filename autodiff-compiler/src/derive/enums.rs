//! `#[derive(Differentiable)]` on an enum: one that holds no floats, whose tangent is `()`.
//!
//! A derivative has one float for each float of a value, of whichever variant; so an enum can only be what travels
//! beside floats: a mode, a status. What its variants hold has to be seen to hold no floats, or is left out by
//! `#[differentiable(skip)]`. Functions that use the enum learn that there is nothing to look into.

use super::Definition;
use super::read::{crate_path, is_skipped};
use super::tangent::held;
use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::types::Holds;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, ItemEnum};

/// Expands the derive on an enum.
pub(super) fn expand(item: &ItemEnum, diagnostics: &mut Diagnostics) -> TokenStream {
    let core = crate_path(&item.attrs, diagnostics);
    let mut witnesses = vec![];
    let mut holds = Holds::Numbers;
    for field in item.variants.iter().flat_map(|variant| &variant.fields) {
        if is_skipped(&field.attrs, diagnostics) {
            holds = holds.min(Holds::NoFloats);
            continue;
        }
        let of_field = held(&field.ty);
        holds = holds.min(of_field);
        if of_field == Holds::Anything {
            diagnostics.error(
                SourceSpan::of(&field.ty),
                format!("`{}` may hold floats: an enum has no derivative", field.ty.to_token_stream()),
                "a derivative needs the same floats for every value: use a struct with the floats and an enum; \
                 or leave this out of the derivative by `#[differentiable(skip)]`"
                    .to_owned(),
            );
        }
        witnesses.push(super::witness(&field.ty));
    }
    let name = &item.ident;
    let parameters: Vec<&GenericParam> = item.generics.params.iter().collect();
    let (declared, applied) = Definition::declared_and_applied(&parameters);
    let where_clause = &item.generics.where_clause;
    let (header, of) = (quote!(impl<#(#declared),*>), quote!(#name<#(#applied),*>));
    let published = crate::transport::publish_enum(item, holds);
    quote! {
        #[automatically_derived]
        #[allow(private_bounds, clippy::all)]
        #header #core::Differentiable for #of #where_clause {
            type Tangent = ();

            #[inline]
            fn zero_tangent(&self) {
                #(#witnesses)*
            }

            #[inline]
            fn empty_tangent() {}

            #[inline]
            fn set_zero(&self, (): &mut (), _: #core::ParameterPath<'_>) {}
        }
        #[automatically_derived]
        #[allow(private_bounds, clippy::all)]
        #header #core::Parameters for #of #where_clause {
            #[inline]
            fn walk(&mut self, (): &(), _: #core::ParameterPath<'_>, _: &mut impl #core::Visitor) {}
        }
        #published
    }
}
