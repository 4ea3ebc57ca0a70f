//! Functions in the form that loops with lanes call: of numbers ([`Signature`]), and Jacobian-vector products, which
//! take a tangent in each lane ([`Product`]).
//!
//! The former are compiled into their callers, for the instruction set that was chosen there; the latter are compiled
//! for each instruction set.

use super::super::item::{Item, name_of};
use super::super::names::identifier;
use super::super::{Emitter, Header, types};
use super::LaneLoop;
use crate::ir::lanes::{InLanes, ProductOf};
use crate::ir::{ParameterBinding, free_name};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use std::rc::Rc;

/// `fn __value_lanes(simd, x: Lanes) -> Lanes`, `fn __jvp_lanes(simd, x: &[f64; 3], x_tangent: [Lanes; 3]) -> …`
pub(in super::super) fn tokens(output: &InLanes, item: &Item) -> TokenStream {
    let header = item.header_for(&format!("__{}_lanes", output.output), "");
    if let Some(of) = output.product {
        return product(output, of, &header, item);
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
fn product(output: &InLanes, of: ProductOf, header: &Header, item: &Item) -> TokenStream {
    let InLanes { function, lanes, float, .. } = output;
    let mut emitter = Emitter::new(function, header);
    let simd = emitter.simd.clone();
    let names: Vec<_> = function.parameters.iter().map(name_of).collect();
    let types: Vec<_> = function.parameters.iter().map(|parameter| parameter.ty.clone()).collect();
    let (value, tangent) = match &function.result_type {
        Type::Tuple(parts) if of.pair => (&parts[0], Some(&parts[1])),
        value => (value, None),
    };
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
        None => {
            let product = item.path("jvp");
            let (simd, names, types) = (&simd, &names, &types);
            OneByOne { simd, names, types, of, tangent, float, product }.tokens()
        }
    };
    let product = Product {
        declared: &item.parameters(function).0[..of.primal],
        names: &names[of.primal..],
        tangents: &types[of.primal..],
        float,
        value: header.result_type.clone().unwrap_or_else(|| types::tokens(value)),
        tangent: tangent.cloned(),
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
    /// That of its tangent, in one direction, if it has one.
    pub(crate) tangent: Option<Type>,
}

impl Product<'_> {
    /// The function, its name and visibility those of a header.
    pub(crate) fn with(&self, header: &Header, simd: &Ident, body: &TokenStream) -> TokenStream {
        let Self { declared, names, tangents, float, value, tangent } = self;
        let Header { name, visibility, crate_path, .. } = header;
        let number = types::tokens(&Type::Float((*float).clone()));
        let lanes = quote!(#crate_path::__private::simd::Lanes<__Simd, ::core::primitive::#number>);
        let tangents = tangents.iter().map(|ty| types::tokens_with(ty, &lanes));
        let result = match tangent {
            Some(tangent) => {
                let tangent = types::tokens_with(tangent, &lanes);
                quote!((#value, #tangent))
            }
            None => value.clone(),
        };
        quote! {
            #[doc(hidden)]
            #visibility fn #name<__Simd: #crate_path::__private::simd::Instructions>(
                #simd: __Simd, #(#declared,)* #(#names: #tangents),*
            ) -> #result {
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
struct OneByOne<'p> {
    simd: &'p Ident,
    names: &'p [Ident],
    types: &'p [Type],
    of: ProductOf,
    /// The type of the result's tangent.
    tangent: Option<&'p Type>,
    float: &'p FloatType,
    product: TokenStream,
}

impl OneByOne<'_> {
    /// What is behind `&mut` is copied for each direction, and goes back with what was made of it:
    ///
    /// ```text
    /// let (value, tangent) = one_by_one(simd, 8, |lane| {
    ///     let mut x = x.to_owned();
    ///     let mut x_tangent = one(x_tangent, lane);
    ///     let result = jvp(&mut x, y.clone(), &mut x_tangent, one(y_tangent, lane));
    ///     ((result.0, x), (result.1, x_tangent))
    /// });
    /// give(x, value.1);
    /// give(x_tangent, tangent.1);
    /// (value.0, tangent.0)
    /// ```
    fn tokens(&self) -> TokenStream {
        let Self { simd, names, types, of, tangent: own_tangent, float, product } = self;
        let free =
            |wanted: &str| identifier(&free_name(wanted, names.iter().map(Ident::to_string)));
        let (lane, result) = (free("lane"), free("result"));
        let (value, tangent) = (free("value"), free("tangent"));
        let mut copies = vec![];
        let mut arguments = vec![];
        let mut changed = [vec![], vec![]];
        let number = types::tokens(&Type::Float((*float).clone()));
        let lanes = quote!(__simd::Lanes<__Simd, #number>);
        let mut given_types = vec![match own_tangent {
            Some(ty) => types::tokens_with(ty, &lanes),
            None => quote!(()),
        }];
        for (position, (name, ty)) in names.iter().zip(*types).enumerate() {
            let is_tangent = position >= of.primal;
            let own = match (is_tangent, ty) {
                // They are passed several times.
                (false, Type::Reference { mutable: true, .. }) => {
                    quote_spanned!(crate::edition::root()=> ::std::borrow::ToOwned::to_owned(&*#name))
                }
                (false, _) => {
                    quote_spanned!(crate::edition::root()=> ::core::clone::Clone::clone(&#name))
                }
                (true, ty) if matches!(ty.referent(), Type::Slice(_)) => {
                    quote!(__simd::one_of(&#name, #lane))
                }
                (true, Type::Reference { .. }) => quote!(__simd::Directions::one(&*#name, #lane)),
                (true, _) => quote!(__simd::Directions::one(&#name, #lane)),
            };
            arguments.push(match ty {
                Type::Reference { mutable: true, .. } => {
                    copies.push(quote!(let mut #name = #own;));
                    changed[usize::from(is_tangent)].push(name);
                    if is_tangent {
                        given_types.push(types::tokens_with(&ty.referent().tangent(), &lanes));
                    }
                    quote!(&mut #name)
                }
                Type::Reference { .. } if is_tangent => quote!(&#own),
                _ => own,
            });
        }
        let [given, tangents] = &changed;
        let parts = match of.pair {
            true => quote!((#result.0 #(, #given)*,), (#result.1 #(, #tangents)*,)),
            false => quote!((#result #(, #given)*,), ((), #(#tangents),*)),
        };
        let returned = match of.pair {
            true => quote!((#value.0, #tangent.0)),
            false => quote!(#value.0),
        };
        let back = |of: &Ident, names: &[&Ident]| -> TokenStream {
            let positions = (1..).map(Literal::usize_unsuffixed).take(names.len());
            quote!(#(__simd::Give::give(#of.#positions, #names);)*)
        };
        let (values_back, tangents_back) = (back(&value, given), back(&tangent, tangents));
        let count = Literal::usize_unsuffixed(if **float == FloatType::F32 { 16 } else { 8 });
        quote! {
            let (#value, #tangent) = __simd::one_by_one::<_, _, (#(#given_types,)*)>(#simd, #count, |#lane| {
                #(#copies)*
                let #result = #product(#(#arguments),*);
                (#parts)
            });
            #values_back
            #tangents_back
            #returned
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
