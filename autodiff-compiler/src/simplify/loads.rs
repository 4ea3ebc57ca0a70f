//! The walk over memory: loads of what is known to be there, additions to it, copies of it.

use super::common::{DefinitionKind, Walk};
use super::memory::{Path, Step};
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Length, Type};

/// Up to this length, arrays are known element by element.
const SMALL: u64 = 16;

impl Walk<'_> {
    /// Constant indices into arrays of known length need no check when they run, nor do those of a loop that ends where
    /// the list does.
    pub(super) fn prove_bounds(&self, place: &mut Place) {
        let mut prefix = Place::root(place.root);
        for projection in &mut place.path {
            if let Projection::Index { index, proven } = projection
                && !*proven
            {
                *proven = match (self.function.place_type(&prefix), self.integer(*index)) {
                    (Some(Type::Array(_, Length::Literal(length))), Some(number)) => {
                        (0..i128::from(length)).contains(&number)
                    }
                    _ => self.is_below_length(&prefix, *index),
                };
            }
            prefix.path.push(projection.clone());
        }
    }

    pub(super) fn length(&mut self, place: Place, instruction: Instruction) {
        let result = instruction.results[0];
        let literal = match self.function.place_type(&place) {
            Some(Type::Array(_, Length::Literal(length))) => Some(length),
            _ => None,
        };
        if let Some(length) = literal.filter(|_| !instruction.kind.may_panic()) {
            let constant = Constant::Integer(length.into(), IntegerType::Usize);
            self.changed = true;
            return self.define_constant(result, constant, instruction.span);
        }
        if place.path.is_empty() && matches!(self.function.slot(place.root).ty, Type::Slice(_)) {
            if let Some(known) = self.same(DefinitionKind::Length(place.root), result) {
                return self.replace(result, known);
            }
            self.output.push(instruction);
            return;
        }
        let mut path = self.path(&place);
        path.push(Step::Length);
        if let Some(known) = self.contents.get(place.root, &path) {
            return self.replace(result, known);
        }
        let Some(known) = self.known_length(&place, &instruction) else {
            self.contents.set(place.root, path, result);
            self.output.push(instruction);
            return;
        };
        self.contents.set(place.root, path, known);
        if !instruction.kind.may_panic() {
            return self.replace(result, known);
        }
        self.output.push(instruction);
        if self.uses[result.0 as usize] > 0 {
            self.replace(result, known);
        }
    }

    pub(super) fn load(&mut self, place: Place, instruction: Instruction) {
        let result = instruction.results[0];
        let path = self.path(&place);
        if let Some(known) = self.contents.get(place.root, &path) {
            return self.replace(result, known);
        }
        self.contents.set(place.root, path, result);
        self.output.push(instruction);
    }

    pub(super) fn store(&mut self, place: Place, value: ValueId, instruction: Instruction) {
        let path = self.path(&place);
        if self.contents.get(place.root, &path) == Some(value) {
            self.changed = true;
            return;
        }
        self.contents.forget_scalar(place.root, &path);
        self.contents.set(place.root, path, value);
        self.output.push(instruction);
    }

    /// An addition to what is known becomes a store of the sum.
    pub(super) fn add_to(&mut self, place: Place, value: ValueId, mut instruction: Instruction) {
        let path = self.path(&place);
        let Some(known) = self.contents.get(place.root, &path) else {
            self.contents.forget_scalar(place.root, &path);
            self.output.push(instruction);
            return;
        };
        let ty = self.function.value(value).ty.clone();
        let sum = self.fresh(ty, value, instruction.span);
        self.uses[sum.0 as usize] = 1;
        self.uses[known.0 as usize] += 1;
        let add = Operation::Float(FloatOperation::Add);
        self.define_operation(sum, add, vec![known, value], instruction.span);
        let sum = self.value(sum);
        self.changed = true;
        instruction.kind = InstructionKind::Store(place.clone(), sum);
        self.store(place, sum, instruction);
    }

    /// What a slot holds after content went there.
    pub(super) fn fill_in(&mut self, root: SlotId, path: Path, content: &Aggregate) {
        let step = |step: Step| path.iter().cloned().chain([step]).collect::<Path>();
        match content {
            Aggregate::Value(value) => self.contents.set(root, path, *value),
            Aggregate::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.fill_in(root, step(Step::Field(index.to_string().into())), element);
                }
            }
            Aggregate::Struct(_, fields) => {
                for (name, field) in fields {
                    self.fill_in(root, step(Step::Field(name.clone())), field);
                }
            }
            Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                for (index, element) in elements.iter().enumerate().take(SMALL as usize) {
                    self.fill_in(root, step(Step::Element(index as i128)), element);
                }
            }
            Aggregate::ArrayRepeat(element, Length::Literal(length)) if *length <= SMALL => {
                for index in 0..*length {
                    self.fill_in(root, step(Step::Element(index.into())), element);
                }
            }
            Aggregate::VecRepeat(_, length) => self.contents.set(root, step(Step::Length), *length),
            _ => {}
        }
    }

    /// Copies of a local whose content is all known are made of that content.
    pub(super) fn copy_known(&mut self, content: &mut Aggregate) {
        match content {
            Aggregate::Place(place, Transfer::Copy)
                if self.function.slot(place.root).kind == SlotKind::Local =>
            {
                let path = self.path(place);
                if let Some(ty) = self.function.place_type(place)
                    && let Some(known) = self.known_content(place.root, &path, &ty)
                {
                    *content = known;
                    self.changed = true;
                }
            }
            Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                elements.iter_mut().for_each(|element| self.copy_known(element));
            }
            Aggregate::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| self.copy_known(field));
            }
            _ => {}
        }
    }

    pub(super) fn known_content(
        &self,
        root: SlotId,
        path: &[Step],
        ty: &Type,
    ) -> Option<Aggregate> {
        let below = |step: Step, ty: &Type| {
            let path: Path = path.iter().cloned().chain([step]).collect();
            self.known_content(root, &path, ty)
        };
        match ty {
            Type::Array(element, Length::Literal(length)) if *length <= SMALL => (0..*length)
                .map(|index| below(Step::Element(index.into()), element))
                .collect::<Option<_>>()
                .map(Aggregate::Array),
            Type::Tuple(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, ty)| below(Step::Field(index.to_string().into()), ty))
                .collect::<Option<_>>()
                .map(Aggregate::Tuple),
            Type::Struct(definition) => definition
                .fields
                .iter()
                .map(|(name, ty)| Some((name.clone(), below(Step::Field(name.clone()), ty)?)))
                .collect::<Option<_>>()
                .map(|fields| Aggregate::Struct(definition.clone(), fields)),
            ty if ty.is_scalar() => self.contents.get(root, path).map(Aggregate::Value),
            _ => None,
        }
    }
}
