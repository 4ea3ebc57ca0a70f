//! Functions of numbers in the form that loops with lanes call.
//!
//! They are compiled into their callers, for the instruction set that was chosen there.

use super::super::item::{Item, name_of};
use super::super::names::identifier;
use super::super::{Emitter, Header, types};
use super::LaneLoop;
use crate::ir::lanes::InLanes;
use crate::ir::{ParameterBinding, free_name};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use std::rc::Rc;

/// `fn __value_lanes(simd, x: Lanes) -> Lanes`
pub(in super::super) fn tokens(output: &InLanes, item: &Item) -> TokenStream {
    let header = item.header_for(&format!("__{}_lanes", output.output), "");
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
