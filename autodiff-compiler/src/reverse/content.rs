//! Adjoints of content with structure: zeros in its shape, and the reverse of building it.

use super::{Adjoints, Reverse};
use crate::ir::*;
use crate::types::Type;

impl Reverse {
    /// The reverse of putting content into a place: each value and place that the content was made of
    /// takes its part of the adjoint at `source`.
    pub(super) fn take_content(
        &mut self,
        source: &Place,
        content: &Aggregate,
        adjoints: &mut Adjoints,
    ) {
        match content {
            Aggregate::Value(value) => {
                if self.is_active(*value) {
                    let ty = self.builder.function.value(*value).ty.clone();
                    let adjoint = self.builder.load(source.clone(), ty);
                    self.contribute(adjoints, *value, adjoint);
                }
            }
            Aggregate::Place(place, transfer) => {
                let Some(target) = self.adjoint_place(place) else { return };
                let ty = self.type_at(source);
                let handed_over = match transfer {
                    Transfer::Take => true,
                    Transfer::Move => !ty.is_copy(),
                    Transfer::Copy | Transfer::Clone => false,
                };
                if handed_over {
                    // What is left at `place` has nothing of what was there: its adjoint starts anew.
                    let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Take };
                    let back = Aggregate::Place(source.clone(), transfer);
                    self.builder.push(InstructionKind::Assign(target, back), vec![]);
                } else {
                    self.add_all(&target, source, &ty);
                }
            }
            Aggregate::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let field = Projection::Field(index.to_string().into());
                    self.take_content(&source.project(field), element, adjoints);
                }
            }
            Aggregate::Struct(_, fields) => {
                for (name, field) in fields {
                    let projection = Projection::Field(name.clone());
                    self.take_content(&source.project(projection), field, adjoints);
                }
            }
            Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if self.has_active_part(element) {
                        let index = self.builder.usize(index);
                        let projection = Projection::Index { index, proven: true };
                        self.take_content(&source.project(projection), element, adjoints);
                    }
                }
            }
            Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
                if self.has_active_part(element) {
                    self.take_from_elements(source, element, adjoints);
                }
            }
            Aggregate::Unit
            | Aggregate::Reference { .. }
            | Aggregate::VecWithCapacity(_)
            | Aggregate::ZerosLike(_)
            | Aggregate::Stack
            | Aggregate::RestoredStack
            | Aggregate::Deferred => {}
        }
    }

    /// Whether anything in the content is active.
    pub(super) fn has_active_part(&self, content: &Aggregate) -> bool {
        let mut clone = content.clone();
        let mut found = false;
        clone.for_each_operand_mut(&mut |value| found |= self.is_active(*value));
        clone.for_each_slot_mut(&mut |slot| found |= self.is_active_slot(*slot));
        found
    }

    /// The reverse of repeating one element over a whole array.
    pub(super) fn take_from_elements(
        &mut self,
        source: &Place,
        element: &Aggregate,
        adjoints: &mut Adjoints,
    ) {
        let length = self.builder.length(source.clone());
        let zero = self.builder.usize(0);
        self.take_from_range(source, zero, length, element, adjoints);
    }

    /// The same for the elements `start..end` (none if `end < start`).
    pub(super) fn take_from_range(
        &mut self,
        source: &Place,
        start: ValueId,
        end: ValueId,
        element: &Aggregate,
        adjoints: &mut Adjoints,
    ) {
        // adjoint(v) += sum over i of adjoint(m)[i], as a loop that carries the sums.
        let mut inner = Adjoints::default();
        let index = self.builder.value(Type::USIZE, None);
        self.builder.open(vec![index]);
        let place = source.project(Projection::Index { index, proven: true });
        self.take_content(&place, element, &mut inner);
        let contributions = inner.into_ordered();
        self.close_accumulating(For::over(start, end), contributions, adjoints);
    }

    /// `target += source`, element by element.
    pub(super) fn add_all(&mut self, target: &Place, source: &Place, tangent: &Type) {
        match tangent {
            Type::Float(_) => {
                let adjoint = self.builder.load(source.clone(), tangent.clone());
                self.builder.push(InstructionKind::AddTo(target.clone(), adjoint), vec![]);
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                let target = target.clone();
                self.for_each_element(source, |reverse, place| {
                    if let Some(Projection::Index { index, .. }) = place.path.last() {
                        let projection = Projection::Index { index: *index, proven: true };
                        reverse.add_all(&target.project(projection), &place, element);
                    }
                });
            }
            Type::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let field = Projection::Field(index.to_string().into());
                    self.add_all(&target.project(field.clone()), &source.project(field), element);
                }
            }
            Type::Struct(definition) => {
                for (name, ty) in &definition.fields {
                    let field = Projection::Field(name.clone());
                    self.add_all(&target.project(field.clone()), &source.project(field), ty);
                }
            }
            _ => {}
        }
    }

    /// A loop over the elements of an array, slice or `Vec`.
    pub(super) fn for_each_element(&mut self, place: &Place, body: impl FnOnce(&mut Self, Place)) {
        let length = self.builder.length(place.clone());
        let zero = self.builder.usize(0);
        let index = self.builder.value(Type::USIZE, None);
        self.builder.open(vec![index]);
        body(self, place.project(Projection::Index { index, proven: true }));
        let region = self.builder.close(vec![]);
        let counted = For { body: region, ..For::over(zero, length) };
        self.builder.push(InstructionKind::For(counted), vec![]);
    }
}
