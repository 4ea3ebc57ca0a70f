//! Functions in the form that loops with lanes call: of numbers ([`Signature`]), and Jacobian-vector products, which
//! take a tangent in each lane ([`Product`]).
//!
//! The former are compiled into their callers, for the instruction set that was chosen there; the latter are compiled
//! for each instruction set.

use super::super::item::{Item, name_of};
use super::super::names::identifier;
use super::super::{Emitter, Header, types};
use super::LaneLoop;
use crate::ir::lanes::InLanes;
use crate::ir::{ParameterBinding, free_name};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use std::rc::Rc;

/// `fn __value_lanes(simd, x: Lanes) -> Lanes`, `fn __jvp_lanes(simd, x: &[f64; 3], x_tangent: [Lanes; 3]) -> …`
pub(in super::super) fn tokens(output: &InLanes, item: &Item) -> TokenStream {
    let header = item.header_for(&format!("__{}_lanes", output.output), "");
    if let Some(primal) = output.primal {
        return product(output, primal, &header, item);
    }
    let InLanes { function, lanes, float, .. } = output;
    let mut emitter = Emitter::new(function, &header);
    let simd = emitter.simd.clone();
    let names: Vec<_> = function.parameters.iter().map(name_of).collect();
    let body = match lanes {
        Some(lanes) => {
            emitter.lanes = Some(LaneLoop::with(Rc::clone(lanes), &function.body));
            for parameter in &function.parameters {
                let name = emitter.names.take(&parameter.name, parameter.span.start);
                if let ParameterBinding::Value(value) = parameter.binding {
                    emitter.hold(value, super::Code::Name(name));
                }
            }
            let (prologue, body) = (&header.prologue, emitter.body());
            quote!(#prologue #body)
        }
        None => by_lane(&simd, &names, &function.result_type, float, &item.path(output.output)),
    };
    let result = function.result_type.clone();
    Signature { names: &names, float, result }.with(&header, &simd, &body)
}

/// What such a function takes and gives.
pub(crate) struct Signature<'s> {
    pub(crate) names: &'s [Ident],
    pub(crate) float: &'s FloatType,
    /// A number or a tuple of numbers.
    pub(crate) result: Type,
}

impl Signature<'_> {
    /// The function, its name and visibility those of a header.
    pub(crate) fn with(&self, header: &Header, simd: &Ident, body: &TokenStream) -> TokenStream {
        let Self { names, float, result } = self;
        let Header { name, visibility, crate_path, .. } = header;
        let number = types::tokens(&Type::Float((*float).clone()));
        let lanes = quote!(#crate_path::__private::simd::Lanes<__Simd, ::core::primitive::#number>);
        let result = match result {
            Type::Tuple(elements) => {
                let elements = elements.iter().map(|_| &lanes);
                quote!((#(#elements),*))
            }
            _ => lanes.clone(),
        };
        quote! {
            #[doc(hidden)]
            #[cfg_attr(not(debug_assertions), inline(always))]
            #visibility fn #name<__Simd: #crate_path::__private::simd::Instructions>(
                #simd: __Simd, #(#names: #lanes),*
            ) -> #result {
                use #crate_path::__private::simd as __simd;
                // Outside the name may stand for something else, which is an error of its own.
                use ::core::primitive::#number;
                #body
            }
        }
    }
}

/// A Jacobian-vector product in several directions.
fn product(output: &InLanes, primal: usize, header: &Header, item: &Item) -> TokenStream {
    let InLanes { function, lanes, float, .. } = output;
    let mut emitter = Emitter::new(function, header);
    let simd = emitter.simd.clone();
    let names: Vec<_> = function.parameters.iter().map(name_of).collect();
    let (_, tangents) = function.parameters.split_at(primal);
    let tangents: Vec<_> = tangents.iter().map(|parameter| parameter.ty.clone()).collect();
    let Type::Tuple(results) = &function.result_type else { return TokenStream::new() };
    let body = match lanes {
        Some(lanes) => {
            emitter.lanes = Some(LaneLoop::with(Rc::clone(lanes), &function.body));
            // The signature is written below, by the same names.
            let parameters = emitter.parameters().into_iter().zip(&names);
            let changed = parameters.filter(|(parameter, _)| is_mutable(parameter));
            let own = changed.map(|(_, name)| quote!(let mut #name = #name;));
            let (own, prologue) = (own.collect::<TokenStream>(), &header.prologue);
            let body = emitter.body();
            quote!(#own #prologue #body)
        }
        None => one_by_one(&simd, &names, &tangents, float, &item.path("jvp")),
    };
    let (declared, _) = item.parameters(function);
    let product = Product {
        declared: &declared[..primal],
        names: &names[primal..],
        tangents: &tangents,
        float,
        value: match &header.result_type {
            Some(written) => written.clone(),
            None => types::tokens(&results[0]),
        },
        tangent: results[1].clone(),
    };
    product.with(header, &simd, &body)
}

/// Whether a parameter is declared with `mut`.
fn is_mutable(parameter: &TokenStream) -> bool {
    let first = parameter.clone().into_iter().next();
    matches!(first, Some(proc_macro2::TokenTree::Ident(word)) if word == "mut")
}

/// What a Jacobian-vector product in several directions takes and gives.
pub(crate) struct Product<'p> {
    /// The parameters of the function itself.
    pub(crate) declared: &'p [TokenStream],
    /// The names of those for tangents.
    pub(crate) names: &'p [Ident],
    /// Their types, for one direction.
    pub(crate) tangents: &'p [Type],
    pub(crate) float: &'p FloatType,
    /// The type of what the function returns.
    pub(crate) value: TokenStream,
    /// That of its tangent, in one direction.
    pub(crate) tangent: Type,
}

impl Product<'_> {
    /// The function, its name and visibility those of a header.
    pub(crate) fn with(&self, header: &Header, simd: &Ident, body: &TokenStream) -> TokenStream {
        let Self { declared, names, tangents, float, value, tangent } = self;
        let Header { name, visibility, crate_path, .. } = header;
        let number = types::tokens(&Type::Float((*float).clone()));
        let lanes = quote!(#crate_path::__private::simd::Lanes<__Simd, ::core::primitive::#number>);
        let tangents = tangents.iter().map(|ty| types::tokens_with(ty, &lanes));
        let tangent = types::tokens_with(tangent, &lanes);
        quote! {
            #[doc(hidden)]
            #visibility fn #name<__Simd: #crate_path::__private::simd::Instructions>(
                #simd: __Simd, #(#declared,)* #(#names: #tangents),*
            ) -> (#value, #tangent) {
                use #crate_path::__private::simd as __simd;
                __simd::fearless::Simd::vectorize(
                    #simd,
                    #[inline(always)]
                    || { #body },
                )
            }
        }
    }
}

/// A product in one direction after the other.
pub(crate) fn one_by_one(
    simd: &Ident,
    names: &[Ident],
    tangents: &[Type],
    float: &FloatType,
    product: &TokenStream,
) -> TokenStream {
    let lane = identifier(&free_name("lane", names.iter().map(Ident::to_string)));
    let (primal, own) = names.split_at(names.len() - tangents.len());
    // They are passed several times.
    let again = primal
        .iter()
        .map(|name| quote_spanned!(crate::edition::root()=> ::core::clone::Clone::clone(&#name)));
    let one = own.iter().zip(tangents).map(|(name, ty)| match ty {
        Type::Reference { .. } => quote!(&__simd::one_of(#name, #lane)),
        _ => quote!(__simd::Directions::one(&#name, #lane)),
    });
    let count = Literal::usize_unsuffixed(if *float == FloatType::F32 { 16 } else { 8 });
    quote!(__simd::one_by_one(#simd, #count, |#lane| #product(#(#again,)* #(#one),*)))
}

/// Lanes one after the other.
pub(crate) fn by_lane(
    simd: &Ident,
    parameters: &[Ident],
    result: &Type,
    float: &FloatType,
    output: &TokenStream,
) -> TokenStream {
    let free =
        |wanted: &str| identifier(&free_name(wanted, parameters.iter().map(Ident::to_string)));
    let (lane, all) = (free("lane"), free("all"));
    let Type::Tuple(elements) = result else {
        return quote!(__simd::from_lanes(#simd, |#lane| #output(#(#parameters.lane(#lane)),*)));
    };
    let count = Literal::usize_unsuffixed(if *float == FloatType::F32 { 16 } else { 8 });
    let result = types::tokens(result);
    let positions = (0..elements.len()).map(Literal::usize_unsuffixed);
    quote! {
        let #all: [#result; #count] =
            ::core::array::from_fn(|#lane| #output(#(#parameters.lane(#lane)),*));
        (#(__simd::from_lanes(#simd, |#lane| #all[#lane].#positions)),*)
    }
}
