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

    /// Zeros of a tangent type of static shape, but for the float at a position, which is one.
    pub fn unit(&mut self, tangent: &Type, position: Option<u64>) -> Aggregate {
        let Some(position) = position else { return self.zeros(tangent, None) };
        match tangent {
            Type::Float(ty) => Aggregate::Value(self.float(1.0, ty)),
            Type::Array(element, Length::Literal(length)) => {
                let size = element.float_count().unwrap_or(0).max(1);
                let elements = (0..*length).map(|index| {
                    let inside = (index == position / size).then_some(position % size);
                    self.unit(element, inside)
                });
                let elements = elements.collect();
                Aggregate::Array(elements)
            }
            Type::Tuple(elements) => Aggregate::Tuple(self.units(elements.iter(), position)),
            Type::Struct(definition) => {
                let types = definition.fields.iter().map(|(_, ty)| ty);
                let parts = self.units(types, position);
                let names = definition.fields.iter().map(|(name, _)| name.clone());
                Aggregate::Struct(definition.clone(), names.zip(parts).collect())
            }
            _ => Aggregate::Unit,
        }
    }

    /// The same for parts that lie end to end.
    fn units<'t>(
        &mut self,
        parts: impl Iterator<Item = &'t Type>,
        position: u64,
    ) -> Vec<Aggregate> {
        let mut first = 0;
        parts
            .map(|part| {
                let end = first + part.float_count().unwrap_or(0);
                let inside = (first..end).contains(&position).then(|| position - first);
                first = end;
                self.unit(part, inside)
            })
            .collect()
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
