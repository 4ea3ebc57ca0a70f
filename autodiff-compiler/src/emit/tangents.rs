//! `jvp`: value and directional derivative.

use super::item::{Item, list, name_of, same_length};
use super::types;
use crate::forward::takes_tangent;
use crate::ir::{Function, Parameter};
use crate::signature::is_output;
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::quote;

impl Item {
    /// The Jacobian-vector product, as forward mode made it.
    pub(super) fn jvp(&self, value: &Function, jvp: &Function) -> TokenStream {
        let covered: Vec<&Parameter> =
            value.parameters.iter().filter(|parameter| takes_tangent(parameter)).collect();
        let mut header = self.header_for("jvp", &self.jvp_words(value, &covered));
        if value.result_type.holds_floats() {
            let result = self.result_type(value);
            let tangent = types::tokens(&value.result_type.tangent());
            header.result_type = Some(quote!((#result, #tangent)));
        }
        let tangents = &jvp.parameters[value.parameters.len()..];
        let pairs = covered.iter().zip(tangents);
        let dynamic = pairs.filter(|(parameter, _)| is_dynamic(parameter));
        header.prologue.extend(dynamic.map(|(parameter, tangent)| {
            same_length(&name_of(tangent), &name_of(parameter), "tangent")
        }));
        super::function(jvp, &header)
    }

    fn jvp_words(&self, value: &Function, covered: &[&Parameter]) -> String {
        let mut words = match value.result_type.holds_floats() {
            true => format!("The value of {} and its derivative", self.reference()),
            false => format!("What {} does, and the derivative of it", self.reference()),
        };
        words.push_str(&format!(
            " in the direction of tangents of {}: the Jacobian-vector product, by forward mode.",
            list(covered)
        ));
        if covered.iter().any(|parameter| is_output(&parameter.ty)) {
            words.push_str(
                " Behind `&mut` the tangent of the content at entry goes in, and that of the content at exit \
                 comes out.",
            );
        }
        if covered.iter().any(|parameter| is_dynamic(parameter)) {
            words.push_str("\n\n# Panics\nIf a tangent has not as many elements as its parameter.");
        }
        words
    }
}

fn is_dynamic(parameter: &Parameter) -> bool {
    matches!(parameter.ty.referent(), Type::Slice(_) | Type::Vec(_))
}
