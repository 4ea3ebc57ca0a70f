//! Hessians and Jacobians as items.

use super::item::{Item, Matrix, list};
use super::types;
use crate::ir::{Function, Parameter};
use crate::matrix::active;
use crate::options::Output;
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::quote;

impl Item {
    /// A function that returns a matrix, alone or with what was computed on the way.
    pub(super) fn matrix(&self, value: &Function, matrix: &Matrix) -> TokenStream {
        let Matrix { output, function } = matrix;
        let mut header = self.header_for(output.name(), &self.matrix_words(value, *output));
        header.result_type = match output {
            // The user's own words for the type of the value.
            Output::ValueGradientHessian | Output::ValueAndJacobian => {
                let Type::Tuple(parts) = &function.result_type else { return quote!() };
                let value = match value.result_type {
                    Type::Unit => quote!(()),
                    _ => self.result_type(value),
                };
                let others = parts[1..].iter().map(types::tokens);
                Some(quote!((#value, #(#others),*)))
            }
            _ => None,
        };
        super::function(function, &header)
    }

    pub(super) fn matrix_words(&self, value: &Function, output: Output) -> String {
        let active = active(value);
        match output {
            Output::Hessian => self.hessian_words(&active),
            Output::ValueGradientHessian => format!(
                "The value of {}, its gradient, and {}",
                self.reference(),
                decapitalized(&self.hessian_words(&active))
            ),
            Output::ValueAndJacobian => format!(
                "What {} returns, and {}",
                self.reference(),
                decapitalized(&self.jacobian_words(&active))
            ),
            _ => self.jacobian_words(&active),
        }
    }

    fn hessian_words(&self, active: &[&Parameter]) -> String {
        let mut words = format!(
            "The Hessian of {} with respect to {}: the matrix of second derivatives, symmetric to the last \
             bit",
            self.reference(),
            list(active)
        );
        match active {
            [_] => {}
            _ => words.push_str(", over all their floats end to end"),
        }
        words.push_str(" (row after row, where it is a `Vec`).");
        words
    }

    fn jacobian_words(&self, active: &[&Parameter]) -> String {
        let mut words = format!(
            "The Jacobian of {} with respect to {}: a row for each output, a column for each input (row after \
             row, where it is a `Vec`). The outputs are the floats that are returned, then those behind each \
             `&mut` parameter at exit, end to end.",
            self.reference(),
            list(active)
        );
        if active.len() > 1 {
            words.push_str(" One matrix for each parameter; for a number one column.");
        }
        words
    }
}

fn decapitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
