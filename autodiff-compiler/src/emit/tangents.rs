//! What takes directions: `jvp`, `hvp`.

use super::item::{Item, list, name_of, same_length};
use super::{Header, types};
use crate::forward::takes_tangent;
use crate::ir::{Function, Parameter};
use crate::signature::is_output;
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::quote;

impl Item {
    /// The Jacobian-vector product, as forward mode made it.
    pub(super) fn jvp(&self, value: &Function, jvp: &Function) -> TokenStream {
        let covered = covered(value);
        let mut header = self.header_for("jvp", &self.jvp_words(value));
        if value.result_type.holds_floats() {
            let result = self.result_type(value);
            let tangent = types::tokens(&value.result_type.tangent());
            header.result_type = Some(quote!((#result, #tangent)));
        }
        let tangents = &jvp.parameters[value.parameters.len()..];
        header.prologue.extend(tangent_checks(&covered, tangents));
        super::function(jvp, &header)
    }

    /// The Hessian-vector product.
    pub(super) fn hvp(&self, value: &Function, hvp: &Function) -> TokenStream {
        let mut header = self.header_for("hvp", &self.hvp_words(value));
        header.result_type = None;
        let tangents = &hvp.parameters[value.parameters.len()..];
        header.prologue.extend(tangent_checks(&crate::matrix::active(value), tangents));
        super::function(hvp, &header)
    }

    pub(super) fn hvp_words(&self, value: &Function) -> String {
        let active = crate::matrix::active(value);
        format!(
            "The Hessian of {} with respect to {}, times a direction of the same shapes: the derivative of \
             the gradient in that direction, by forward mode over reverse mode.{}",
            self.reference(),
            list(&active),
            panic_words(&active)
        )
    }

    /// What `hvp` checks that is made from the gradient with its tangents.
    pub(super) fn direction_checks(&self, value: &Function, product: &Function) -> TokenStream {
        let active = crate::matrix::active(value);
        let directions = &product.parameters[value.parameters.len() + active.len()..];
        tangent_checks(&active, directions)
    }

    /// A product that others call.
    pub(super) fn hidden(&self, name: &str, function: &Function) -> TokenStream {
        let attributes = quote!(#[doc(hidden)]);
        let header = self.header_for(name, "");
        super::function(function, &Header { attributes, result_type: None, ..header })
    }

    pub(super) fn jvp_words(&self, value: &Function) -> String {
        let covered = covered(value);
        let mut words = match value.result_type.holds_floats() {
            true => format!("The value of {} and its derivative", self.reference()),
            false => format!("What {} does, and the derivative of it", self.reference()),
        };
        words.push_str(&format!(
            " in the direction of tangents of {}: the Jacobian-vector product, by forward mode.",
            list(&covered)
        ));
        if covered.iter().any(|parameter| is_output(&parameter.ty)) {
            words.push_str(
                " Behind `&mut` the tangent of the content at entry goes in, and that of the content at exit \
                 comes out.",
            );
        }
        words.push_str(panic_words(&covered));
        words
    }
}

/// The parameters that have a tangent.
fn covered(value: &Function) -> Vec<&Parameter> {
    value.parameters.iter().filter(|parameter| takes_tangent(parameter)).collect()
}

fn panic_words(covered: &[&Parameter]) -> &'static str {
    match covered.iter().any(|parameter| is_dynamic(parameter)) {
        true => "\n\n# Panics\nIf a tangent has not as many elements as its parameter.",
        false => "",
    }
}

/// Tangents of the wrong length are reported before anything happens.
fn tangent_checks(covered: &[&Parameter], tangents: &[Parameter]) -> TokenStream {
    let pairs = covered.iter().zip(tangents);
    let dynamic = pairs.filter(|(parameter, _)| is_dynamic(parameter));
    let checks = dynamic
        .map(|(parameter, tangent)| same_length(&name_of(tangent), &name_of(parameter), "tangent"));
    checks.collect()
}

fn is_dynamic(parameter: &Parameter) -> bool {
    matches!(parameter.ty.referent(), Type::Slice(_) | Type::Vec(_))
}
