//! The two sweeps of a function as items, and `vjp`, which runs one after the other.

use super::fallible::{Fallible, first};
use super::item::{Item, list, name_of, one_or_tuple, same_length};
use super::{Header, types};
use crate::ir::{Function, Parameter, name_beside};
use crate::signature::is_output;
use crate::types::Type;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

impl Item {
    /// `__forward` and `__reverse`, or the same with tangents.
    pub(super) fn sweeps(
        &self,
        names: [&str; 2],
        forward: &Function,
        reverse: &Function,
    ) -> [TokenStream; 2] {
        let hidden = quote!(#[doc(hidden)]);
        let header = self.header_for(names[0], "");
        let result_type = header.result_type.clone().filter(|_| names[0] == "__forward");
        let forward = super::function(
            forward,
            &Header { attributes: hidden.clone(), takes_tape: true, result_type, ..header },
        );
        let header = self.header_for(names[1], "");
        let reverse = super::function(
            reverse,
            &Header {
                attributes: hidden,
                takes_tape: true,
                parameter_types: vec![],
                receiver: None,
                result_type: None,
                ..header
            },
        );
        [forward, reverse]
    }

    /// One sweep after the other. `fallible`: what the user calls, of a function that may fail.
    pub(super) fn vjp(&self, value: &Function, fallible: Option<&Fallible>) -> TokenStream {
        let (mut declared, passed) = self.parameters(value);
        let core = &self.header.crate_path;
        let mut before = vec![];
        let mut arguments = vec![];
        let given = match fallible {
            None => &value.result_type,
            Some(_) => first(&value.result_type),
        };
        let tangent = given.tangent();
        let beside = |wanted: &str| name_beside(&value.parameters, &value.outside, wanted);
        let free = |wanted: &str| super::names::identifier(&beside(wanted));
        let cotangent = free("cotangent");
        if value.result_type.holds_floats() {
            let (ty, owned) = by_slice(&tangent, &cotangent);
            declared.push(quote!(#cotangent: #ty));
            if fallible.is_some() {
                let (owned, adjoint) = (self.cotangent_of_parts(value, owned), free("adjoint"));
                before.push(quote!(let mut #adjoint = #owned;));
                arguments.push(quote!(&mut #adjoint));
            } else if tangent.is_float() {
                arguments.push(quote!(#cotangent));
            } else {
                before.push(quote!(let mut #cotangent = #owned;));
                arguments.push(quote!(&mut #cotangent));
            }
        }
        let mut gradients = vec![];
        let mut kinds = vec![];
        let mut returned = vec![];
        // How long what comes out is, shows when it has come out.
        let mut after = vec![];
        let (tape, value_name) = (free("tape"), free("value"));
        let blamed = cotangent.to_string();
        dynamic_parts(&tangent, &quote!(#cotangent), &quote!(#value_name), &blamed, &mut after);
        let active: Vec<&Parameter> =
            value.parameters.iter().filter(|parameter| parameter.active).collect();
        for parameter in &value.parameters {
            let tangent = parameter.ty.tangent();
            if tangent == Type::Unit {
                continue;
            }
            let named = |what: &str| {
                let name = beside(&format!("{}_{what}", parameter.name));
                super::names::identifier_at(&name, parameter.span.start)
            };
            let adjoint = named("adjoint");
            if is_output(&parameter.ty) {
                let cotangent = named("cotangent");
                let (ty, owned) = by_slice(&tangent, &cotangent);
                declared.push(quote!(#cotangent: #ty));
                before.extend(length_check(parameter, &cotangent));
                before.push(quote!(let mut #adjoint = #owned;));
                arguments.push(quote!(&mut #adjoint));
                if matches!(parameter.ty.referent(), Type::Vec(_)) {
                    let name = name_of(parameter);
                    let blamed = cotangent.to_string();
                    dynamic_parts(&tangent, &quote!(#adjoint), &quote!(#name), &blamed, &mut after);
                }
            } else if !parameter.active {
                continue;
            } else if matches!(parameter.ty, Type::Reference { .. }) {
                let (ty, zeros) = (types::tokens(&tangent), self.zeros(parameter));
                before.push(quote!(let mut #adjoint: #ty = #zeros;));
                arguments.push(quote!(&mut #adjoint));
            } else {
                returned.push(adjoint.clone());
            }
            if parameter.active {
                gradients.push(adjoint);
                kinds.push(types::tokens(&tangent));
            }
        }
        let (forward, reverse) = (self.path("__forward"), self.path("__reverse"));
        let returned = match &returned[..] {
            [] => quote!(),
            several => {
                let pattern = one_or_tuple(several);
                quote!(let #pattern =)
            }
        };
        let (gradient, gradient_type) = (one_or_tuple(&gradients), one_or_tuple(&kinds));
        let result = self.result_type(value);
        let result = if value.result_type == Type::Unit { quote!(()) } else { result };
        let primal = quote!(#forward(#(#passed,)* &mut #tape));
        let (primal, given, returned_type) = match fallible {
            None => (primal, quote!((#value_name, #gradient)), quote!((#result, #gradient_type))),
            Some(fallible) => {
                let (settled, of_value) = (fallible.settled(core, primal), fallible.value());
                let ty = fallible.around(quote!((#of_value, #gradient_type)));
                (quote!(#settled?), fallible.success(quote!((#value_name, #gradient))), ty)
            }
        };
        let body = quote! {
            let mut #tape = #core::__private::Tape::new();
            #(#before)*
            let #value_name = #primal;
            #(#after)*
            #returned #reverse(#(#arguments,)* &mut #tape);
            #given
        };
        let words = format!(
            "The value of {} and its vector-Jacobian product: the gradient of the sum of its outputs, \
             each times its cotangent, with respect to {}. The outputs are what is returned, if that \
             holds floats, then what is behind each `&mut` parameter at exit; the gradient with \
             respect to such a parameter is that with respect to its content at entry.",
            self.reference(),
            list(&active)
        );
        match fallible {
            None => self.wrapper("vjp", &words, &declared, returned_type, body),
            Some(fallible) => {
                let words = format!("{words}{}", fallible.words(&self.reference()));
                self.public("vjp", &words, &declared, returned_type, body)
            }
        }
    }
}

/// That cotangents are as long as what they belong to, where that is dynamic. `blamed`: what the caller calls it.
fn dynamic_parts(
    tangent: &Type,
    cotangent: &TokenStream,
    output: &TokenStream,
    blamed: &str,
    checks: &mut Vec<TokenStream>,
) {
    match tangent {
        Type::Vec(_) => {
            let message = format!(
                "`{blamed}` has {{}} elements, but its output has {{}}: the cotangent needs as many"
            );
            checks.push(quote_spanned! {crate::edition::root()=>
                ::core::assert!(
                    #cotangent.len() == #output.len(),
                    #message,
                    #cotangent.len(),
                    #output.len()
                );
            });
        }
        Type::Tuple(parts) => {
            for (index, part) in parts.iter().enumerate() {
                let blamed = format!("{blamed}.{index}");
                let index = proc_macro2::Literal::usize_unsuffixed(index);
                let parts = (quote!(#cotangent.#index), quote!(#output.#index));
                dynamic_parts(part, &parts.0, &parts.1, &blamed, checks);
            }
        }
        _ => {}
    }
}

/// Whether the function has outputs besides one float.
pub(super) fn has_vjp(value: &Function) -> bool {
    !value.result_type.is_float()
        || value.parameters.iter().any(|parameter| is_output(&parameter.ty))
}

/// How a cotangent is passed (by value, but a `Vec` as slice), and how it is made one's own.
fn by_slice(tangent: &Type, name: &Ident) -> (TokenStream, TokenStream) {
    match tangent {
        Type::Vec(element) => {
            let element = types::tokens(element);
            (quote!(&[#element]), quote!(#name.to_vec()))
        }
        other => (types::tokens(other), quote!(#name)),
    }
}

/// A slice cannot change its length, so its cotangent has the same.
fn length_check(parameter: &Parameter, cotangent: &Ident) -> Option<TokenStream> {
    if !matches!(parameter.ty.referent(), Type::Slice(_)) {
        return None;
    }
    Some(same_length(cotangent, &name_of(parameter), "cotangent"))
}
