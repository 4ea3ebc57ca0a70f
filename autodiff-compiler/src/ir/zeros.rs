//! Zeros in the shape of a derivative.

use super::builder::Builder;
use super::*;
use crate::types::{Length, Type};

impl Builder {
    /// Zeros of a tangent type. Where the shape is dynamic it is that of the primal place.
    pub fn zeros(&mut self, tangent: &Type, primal: Option<&Place>) -> Aggregate {
        match tangent {
            Type::Float(ty) => Aggregate::Value(self.float(0.0, ty)),
            Type::Array(element, length) if primal.is_none() || has_static_shape(element) => {
                Aggregate::ArrayRepeat(Box::new(self.zeros(element, None)), length.clone())
            }
            Type::Tuple(elements) if primal.is_none() || has_static_shape(tangent) => {
                Aggregate::Tuple(elements.iter().map(|element| self.zeros(element, None)).collect())
            }
            Type::Struct(definition) if primal.is_none() || has_static_shape(tangent) => {
                let fields = definition.fields.iter();
                let zeros = fields.map(|(name, ty)| (name.clone(), self.zeros(ty, None)));
                let zeros = zeros.collect();
                Aggregate::Struct(definition.clone(), zeros)
            }
            Type::Vec(element) if has_static_shape(element) && primal.is_some() => {
                let length = primal.map(|place| self.length(place.clone()));
                let zero = self.zeros(element, None);
                length
                    .map_or(Aggregate::Unit, |length| Aggregate::VecRepeat(Box::new(zero), length))
            }
            Type::Unit => Aggregate::Unit,
            _ => match primal {
                Some(place) => Aggregate::ZerosLike(place.clone()),
                None => Aggregate::Vec(vec![]),
            },
        }
    }

    /// Sets every float at a place of a tangent type to zero.
    pub fn fill_with_zeros(&mut self, place: &Place, tangent: &Type) {
        match tangent {
            Type::Float(ty) => {
                let zero = self.float(0.0, ty);
                self.store(place.clone(), zero);
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                if let Type::Float(ty) = &**element {
                    let zero = self.float(0.0, ty);
                    self.push(InstructionKind::Fill(place.clone(), zero), vec![]);
                    return;
                }
                let (start, end) = (self.usize(0), self.length(place.clone()));
                let index = self.value(Type::USIZE, None);
                self.open(vec![index]);
                let element_place = place.project(Projection::Index { index, proven: true });
                self.fill_with_zeros(&element_place, element);
                let body = self.close(vec![]);
                self.push(InstructionKind::For(For { body, ..For::over(start, end) }), vec![]);
            }
            Type::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let field = Projection::Field(index.to_string().into());
                    self.fill_with_zeros(&place.project(field), element);
                }
            }
            Type::Struct(definition) => {
                for (name, ty) in &definition.fields {
                    self.fill_with_zeros(&place.project(Projection::Field(name.clone())), ty);
                }
            }
            _ => {}
        }
    }
}

/// Whether zeros of this tangent type need no primal to know their shape.
pub fn has_static_shape(tangent: &Type) -> bool {
    match tangent {
        Type::Float(_) | Type::Unit => true,
        Type::Array(element, Length::Literal(_) | Length::Expression(_)) => {
            has_static_shape(element)
        }
        Type::Tuple(elements) => elements.iter().all(has_static_shape),
        Type::Struct(definition) => definition.fields.iter().all(|(_, ty)| has_static_shape(ty)),
        _ => false,
    }
}
