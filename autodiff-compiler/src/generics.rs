//! What a callee's type and length parameters stand for in a call.

use crate::types::{FloatType, Length, Type};
use std::collections::HashMap;
use std::rc::Rc;

/// What the callee's type and length parameters stand for in this call.
#[derive(Default)]
pub(crate) struct Generics {
    floats: HashMap<Rc<str>, FloatType>,
    lengths: HashMap<Rc<str>, Length>,
}

impl Generics {
    /// Compares a declared type with the actual one.
    pub(crate) fn bind(&mut self, declared: &Type, actual: &Type) {
        match (declared.referent(), actual.referent()) {
            (Type::Float(FloatType::Parameter(name)), Type::Float(actual)) => {
                self.floats.entry(name.clone()).or_insert_with(|| actual.clone());
            }
            (Type::Array(declared, length), Type::Array(actual, known)) => {
                if let Length::Expression(name) = length {
                    self.lengths.entry(name.clone()).or_insert_with(|| known.clone());
                }
                self.bind(declared, actual);
            }
            (
                Type::Slice(declared) | Type::Vec(declared),
                Type::Array(actual, _) | Type::Slice(actual) | Type::Vec(actual),
            ) => self.bind(declared, actual),
            (Type::Tuple(declared), Type::Tuple(actual)) => {
                declared
                    .iter()
                    .zip(actual)
                    .for_each(|(declared, actual)| self.bind(declared, actual));
            }
            _ => {}
        }
    }

    /// The type in the caller's terms.
    pub(crate) fn substitute(&self, ty: &Type) -> Type {
        match ty {
            Type::Float(FloatType::Parameter(name)) => {
                self.floats.get(name).map_or_else(|| ty.clone(), |float| Type::Float(float.clone()))
            }
            Type::Array(element, length) => {
                let known = match length {
                    Length::Expression(name) => self.lengths.get(name).unwrap_or(length),
                    Length::Literal(_) => length,
                };
                Type::Array(Box::new(self.substitute(element)), known.clone())
            }
            Type::Slice(element) => Type::Slice(Box::new(self.substitute(element))),
            Type::Vec(element) => Type::Vec(Box::new(self.substitute(element))),
            Type::Tuple(elements) => {
                Type::Tuple(elements.iter().map(|element| self.substitute(element)).collect())
            }
            other => other.clone(),
        }
    }
}
