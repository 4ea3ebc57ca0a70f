//! *Useful*: the returned floats depend on it. A walk against the order of the code, to a fixpoint.

use super::{Leaf, Marks, has_derivative, visit_aggregate};
use crate::ir::*;

/// The walk.
pub(super) struct Useful<'a> {
    pub(super) function: &'a Function,
    pub(super) marks: Marks,
}

impl Useful<'_> {
    /// Takes the marks of what has no floats: an auxiliary value has no adjoint, whatever it is made of.
    pub(super) fn only_floats(&mut self) {
        let values = self.marks.values.iter_mut().zip(&self.function.values);
        values.for_each(|(mark, value)| *mark &= value.ty.holds_floats());
        let slots = self.marks.slots.iter_mut().zip(&self.function.slots);
        slots.for_each(|(mark, slot)| *mark &= slot.ty.holds_floats());
    }

    pub(super) fn result(&mut self, result: &Aggregate) {
        self.content(result);
    }

    /// What the caller sees behind `&mut` parameters is an output.
    pub(super) fn parameters(&mut self) {
        for (index, slot) in self.function.slots.iter().enumerate() {
            if slot.kind == SlotKind::Mutable {
                self.marks.mark_slot(SlotId(index as u32));
            }
        }
    }

    fn content(&mut self, content: &Aggregate) {
        visit_aggregate(content, &mut |leaf| match leaf {
            Leaf::Value(value) => self.marks.mark_value(value),
            Leaf::Place(place) => self.marks.mark_slot(place.root),
        });
    }

    fn argument(&mut self, argument: &Argument) {
        match argument {
            Argument::Value(content) => self.content(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.marks.mark_slot(place.root);
            }
        }
    }

    pub(super) fn region(&mut self, region: &Region) {
        for instruction in region.instructions.iter().rev() {
            self.instruction(instruction);
        }
    }

    fn copy(&mut self, from: ValueId, to: ValueId) {
        if self.marks.value(from) {
            self.marks.mark_value(to);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let results = &instruction.results;
        let result_useful = results.iter().any(|result| self.marks.value(*result));
        match &instruction.kind {
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            | InstructionKind::Effect(_)
            // Of sweeps with their tape.
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => {}
            InstructionKind::Operation(operation, arguments) => {
                for (position, argument) in arguments.iter().enumerate() {
                    if result_useful && has_derivative(*operation, position) {
                        self.marks.mark_value(*argument);
                    }
                }
            }
            InstructionKind::Load(place) | InstructionKind::Pop(place) => {
                if result_useful {
                    self.marks.mark_slot(place.root);
                }
            }
            InstructionKind::Store(place, value)
            | InstructionKind::AddTo(place, value)
            | InstructionKind::Fill(place, value) => {
                if self.marks.slot(place.root) {
                    self.marks.mark_value(*value);
                }
            }
            InstructionKind::Define(slot, content) => {
                if self.marks.slot(*slot) {
                    self.content(content);
                }
            }
            InstructionKind::Assign(place, content) | InstructionKind::Push(place, content) => {
                if self.marks.slot(place.root) {
                    self.content(content);
                }
            }
            InstructionKind::Resize(place, kind) => {
                if self.marks.slot(place.root) {
                    match kind {
                        ResizeKind::Resize(_, content) => self.content(content),
                        ResizeKind::ExtendFrom(source) => self.marks.mark_slot(source.root),
                        _ => {}
                    }
                }
            }
            InstructionKind::Swap(a, b) => {
                if self.marks.slot(a.root) || self.marks.slot(b.root) {
                    self.marks.mark_slot(a.root);
                    self.marks.mark_slot(b.root);
                }
            }
            InstructionKind::If { then_region, else_region, .. } => {
                for region in [then_region, else_region] {
                    for (inner, outer) in region.yields.iter().zip(results) {
                        self.copy(*outer, *inner);
                    }
                    self.region(region);
                }
            }
            InstructionKind::For(For { carried, body, .. }) => {
                self.looped(carried, body, &body.parameters[1..], results);
            }
            InstructionKind::Loop { carried, body } => {
                self.looped(carried, body, &body.parameters, results);
            }
            InstructionKind::Match { scrutinee, arms } => {
                for arm in arms {
                    for (inner, outer) in arm.body.yields.iter().zip(results) {
                        self.copy(*outer, *inner);
                    }
                    self.region(&arm.body);
                    if arm.bindings.iter().any(|(_, value)| self.marks.value(*value)) {
                        self.argument(scrutinee);
                    }
                }
            }
            InstructionKind::Call(Call { arguments, result_slot, output, .. }) => {
                // What goes to the tape is useful, and what is taken from there is not asked about.
                let useful = output.uses_tape()
                    || result_useful
                    || result_slot.is_some_and(|slot| self.marks.slot(slot))
                    || arguments.iter().any(|argument| match argument {
                        Argument::Mutable(place) => self.marks.slot(place.root),
                        _ => false,
                    });
                if useful {
                    arguments.iter().for_each(|argument| self.argument(argument));
                    // Its reverse takes a cotangent of the result's shape, needed or not.
                    result_slot.iter().for_each(|slot| self.marks.mark_slot(*slot));
                }
            }
            InstructionKind::Opaque(Opaque { pieces, result_slot }) => {
                if result_useful || result_slot.is_some_and(|slot| self.marks.slot(slot)) {
                    for argument in pieces.iter().flat_map(Piece::arguments) {
                        self.argument(argument);
                    }
                }
            }
        }
    }

    fn looped(
        &mut self,
        carried: &[ValueId],
        body: &Region,
        parameters: &[ValueId],
        results: &[ValueId],
    ) {
        for (((next, parameter), result), initial) in
            body.yields.iter().zip(parameters).zip(results).zip(carried)
        {
            // Without iterations the result is the initial value: the adjoint passes through the
            // parameter, even if the body does not look at it.
            self.copy(*result, *parameter);
            self.copy(*parameter, *next);
            self.copy(*parameter, *initial);
        }
        self.region(body);
        for (parameter, (next, initial)) in parameters.iter().zip(body.yields.iter().zip(carried)) {
            self.copy(*parameter, *next);
            self.copy(*parameter, *initial);
        }
    }
}
