//! Tangents of content with structure.

use super::Forward;
use crate::ir::*;
use crate::types::Type;

impl Forward<'_> {
    /// The tangent of content that goes to a place of a type.
    pub(super) fn content(&mut self, content: &Aggregate, ty: &Type) -> Aggregate {
        let tangent = ty.tangent();
        if tangent == Type::Unit {
            return Aggregate::Unit;
        }
        match content {
            Aggregate::Unit => Aggregate::Unit,
            Aggregate::Value(value) => Aggregate::Value(self.tangent(*value)),
            Aggregate::Place(place, transfer) => match self.tangent_place(place) {
                Some(place) => {
                    // A tangent struct is `Clone`, and not always `Copy` where the struct is.
                    let copied = *transfer == Transfer::Copy && !tangent.is_copy();
                    let transfer = if copied { Transfer::Clone } else { *transfer };
                    Aggregate::Place(place, transfer)
                }
                None => self.builder.zeros(&tangent, Some(place)),
            },
            Aggregate::Reference { place, mutable } => match self.tangent_place(place) {
                Some(place) => Aggregate::Reference { place, mutable: *mutable },
                None => self.builder.zeros(&tangent, Some(place)),
            },
            Aggregate::Tuple(elements) => {
                let Type::Tuple(types) = ty else { return Aggregate::Unit };
                let parts = elements.iter().zip(types);
                Aggregate::Tuple(parts.map(|(element, ty)| self.content(element, ty)).collect())
            }
            Aggregate::Struct(definition, fields) => {
                let Type::Struct(tangent) = &tangent else { return Aggregate::Unit };
                let type_of = |name: &str| {
                    let field = definition.fields.iter().find(|(other, _)| **other == *name);
                    field.map_or(Type::Unit, |(_, ty)| ty.clone())
                };
                let parts = fields.iter().map(|(name, field)| {
                    let ty = type_of(name);
                    (name.clone(), self.content(field, &ty))
                });
                let parts = parts.collect();
                Aggregate::Struct(tangent.clone(), parts)
            }
            Aggregate::Array(elements) => Aggregate::Array(self.elements(elements, ty)),
            Aggregate::Vec(elements) => Aggregate::Vec(self.elements(elements, ty)),
            Aggregate::ArrayRepeat(element, length) => {
                Aggregate::ArrayRepeat(self.element(element, ty), length.clone())
            }
            Aggregate::VecRepeat(element, count) => {
                Aggregate::VecRepeat(self.element(element, ty), *count)
            }
            Aggregate::VecWithCapacity(_)
            | Aggregate::ZerosLike(_)
            | Aggregate::Stack
            | Aggregate::RestoredStack
            | Aggregate::Deferred => content.clone(),
        }
    }

    /// The tangent of a place, and that of content of a type that goes there. Where nothing of the place is
    /// differentiated, what is taken is emptied.
    pub(super) fn incoming(
        &mut self,
        place: &Place,
        content: &Aggregate,
        ty: &Type,
    ) -> Option<(Place, Aggregate)> {
        let target = self.tangent_place(place);
        if target.is_none() {
            self.empty_what_is_taken(content);
        }
        target.map(|target| (target, self.content(content, ty)))
    }

    /// What is taken to where nothing is differentiated leaves an empty tangent behind, as it leaves an empty
    /// `Vec`. (What is moved is not looked at before it is set again.)
    pub(super) fn empty_what_is_taken(&mut self, content: &Aggregate) {
        content.for_each_transfer(&mut |place, transfer| {
            if transfer == Transfer::Take
                && let Some(target) = self.tangent_place(place)
            {
                let empty = Aggregate::Vec(vec![]);
                self.builder.push(InstructionKind::Assign(target, empty), vec![]);
            }
        });
    }

    /// A tangent that stands behind content which takes something: what is taken is gone then, so zeros in
    /// its shape are made before.
    pub(super) fn zeros_before(&mut self, tangent: Aggregate, ty: &Type) -> Aggregate {
        match (tangent, ty) {
            (zeros @ (Aggregate::ZerosLike(_) | Aggregate::VecRepeat(..)), ty) => {
                let slot = self.builder.define(ty.clone(), "zeros".into(), zeros);
                Aggregate::Place(Place::root(slot), Transfer::Move)
            }
            (Aggregate::Tuple(parts), Type::Tuple(types)) => {
                let parts = parts.into_iter().zip(types);
                Aggregate::Tuple(parts.map(|(part, ty)| self.zeros_before(part, ty)).collect())
            }
            (Aggregate::Array(elements), Type::Array(element, _)) => {
                let elements = elements.into_iter();
                Aggregate::Array(elements.map(|part| self.zeros_before(part, element)).collect())
            }
            (Aggregate::Vec(elements), Type::Vec(element)) => {
                let elements = elements.into_iter();
                Aggregate::Vec(elements.map(|part| self.zeros_before(part, element)).collect())
            }
            (Aggregate::Struct(definition, parts), Type::Struct(_)) => {
                let types = definition.fields.iter();
                let parts = parts.into_iter().map(|(name, part)| {
                    let ty = types.clone().find(|(other, _)| *other == name);
                    let part = ty.map_or(part.clone(), |(_, ty)| self.zeros_before(part, ty));
                    (name, part)
                });
                let parts = parts.collect();
                Aggregate::Struct(definition, parts)
            }
            (other, _) => other,
        }
    }

    fn elements(&mut self, elements: &[Aggregate], ty: &Type) -> Vec<Aggregate> {
        let element_type = ty.element().cloned().unwrap_or(Type::Unit);
        elements.iter().map(|element| self.content(element, &element_type)).collect()
    }

    fn element(&mut self, element: &Aggregate, ty: &Type) -> Box<Aggregate> {
        let element_type = ty.element().cloned().unwrap_or(Type::Unit);
        Box::new(self.content(element, &element_type))
    }

    /// The change of length of a tangent, whose `Vec` is as long as the primal's.
    pub(super) fn resize(
        &mut self,
        target: &Place,
        kind: &ResizeKind,
        element: &Type,
    ) -> ResizeKind {
        match kind {
            ResizeKind::Resize(length, content) => {
                ResizeKind::Resize(*length, self.content(content, element))
            }
            ResizeKind::ExtendFrom(source) => match self.tangent_place(source) {
                Some(source) => ResizeKind::ExtendFrom(source),
                None => {
                    let (old, more) =
                        (self.builder.length(target.clone()), self.builder.length(source.clone()));
                    let length = self
                        .builder
                        .integer(crate::ir::operations::IntegerOperation::Add, &[old, more]);
                    ResizeKind::Resize(length, self.builder.zeros(&element.tangent(), None))
                }
            },
            other => other.clone(),
        }
    }
}
