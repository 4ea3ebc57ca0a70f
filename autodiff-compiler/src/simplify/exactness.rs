//! Which values must keep their bits.
//!
//! The value sweep does: what the function returns, writes to its parameters, prints, branches on,
//! indexes with. A value is exact if anything of that depends on it. What only flows into derivative
//! outputs is not, and may take rewrites with weaker claims.

use super::ValueIn;
use crate::ir::*;

/// By value and by slot: whether it is exact.
#[derive(Clone, Debug)]
pub(super) struct Exactness {
    values: Vec<bool>,
    slots: Vec<bool>,
    changed: bool,
}

impl Exactness {
    /// Everything is exact.
    pub(super) fn everything(function: &Function) -> Self {
        Self {
            values: vec![true; function.values.len()],
            slots: vec![true; function.slots.len()],
            changed: false,
        }
    }

    /// All but what only flows into the parameters from the given position on.
    pub(super) fn except_into(function: &Function, outputs: usize) -> Self {
        Self::of_second(function, outputs, ValueIn::Result)
    }

    /// What flows into the first parameters, and into the value in the result.
    pub(super) fn of_second(function: &Function, outputs: usize, kept: ValueIn) -> Self {
        let mut exactness = Self::nothing(function);
        for parameter in function.parameters.iter().take(outputs) {
            if let ParameterBinding::Slot(slot) = parameter.binding {
                exactness.slots[slot.0 as usize] = true;
            }
        }
        match (kept, &function.result) {
            (ValueIn::Result, result) => exactness.content(result),
            (ValueIn::First, Aggregate::Tuple(parts)) => {
                parts.first().into_iter().for_each(|first| exactness.content(first));
            }
            (ValueIn::First, _) | (ValueIn::Nothing, _) => {}
        }
        exactness.complete(function)
    }

    /// What decides which code runs.
    pub(super) fn of_derivative(function: &Function) -> Self {
        Self::nothing(function).complete(function)
    }

    fn nothing(function: &Function) -> Self {
        Self {
            // Truth values and integers decide which code runs.
            values: function.values.iter().map(|value| !value.ty.is_float()).collect(),
            slots: vec![false; function.slots.len()],
            changed: true,
        }
    }

    /// Adds what the exact values depend on.
    fn complete(mut self, function: &Function) -> Self {
        while std::mem::replace(&mut self.changed, false) {
            self.region(&function.body);
        }
        self
    }

    pub(super) fn is_exact(&self, value: ValueId) -> bool {
        self.values.get(value.0 as usize).copied().unwrap_or(true)
    }

    /// Marks a value.
    pub(super) fn set_exact(&mut self, value: ValueId) {
        if let Some(known) = self.values.get_mut(value.0 as usize) {
            self.changed |= !*known;
            *known = true;
        }
    }

    /// Takes up the value made last.
    pub(super) fn extend(&mut self, value: ValueId, like: ValueId) {
        let exact = self.is_exact(like);
        self.values.resize(value.0 as usize, true);
        self.values.push(exact);
    }

    fn is_exact_slot(&self, slot: SlotId) -> bool {
        self.slots.get(slot.0 as usize).copied().unwrap_or(true)
    }

    fn set_exact_slot(&mut self, slot: SlotId) {
        if let Some(known) = self.slots.get_mut(slot.0 as usize) {
            self.changed |= !*known;
            *known = true;
        }
    }

    /// All of some content is exact.
    fn content(&mut self, content: &Aggregate) {
        content.for_each_operand(&mut |value| self.set_exact(*value));
        let mut places = Vec::new();
        content.places(&mut places);
        places.into_iter().for_each(|place| self.set_exact_slot(place.root));
    }

    fn all_operands(&mut self, kind: &InstructionKind) {
        kind.for_each_operand(&mut |value| self.set_exact(*value));
        for place in kind.reads() {
            self.set_exact_slot(place.root);
        }
        for place in kind.writes() {
            self.set_exact_slot(place.root);
        }
    }

    /// Values that are one: if one is exact, all are.
    fn together(&mut self, values: &[ValueId]) {
        if values.iter().any(|value| self.is_exact(*value)) {
            values.iter().for_each(|value| self.set_exact(*value));
        }
    }

    fn region(&mut self, region: &Region) {
        for instruction in region.instructions.iter().rev() {
            self.instruction(instruction);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let kind = &instruction.kind;
        match kind {
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => {}
            // Cotangents.
            InstructionKind::Call(Call { output, .. }) if output.takes_from_tape() => {}
            InstructionKind::Operation(_, arguments) => {
                if self.is_exact(instruction.results[0]) {
                    arguments.iter().for_each(|argument| self.set_exact(*argument));
                }
            }
            InstructionKind::Load(place) | InstructionKind::Pop(place) => {
                if self.is_exact(instruction.results[0]) {
                    self.set_exact_slot(place.root);
                }
            }
            InstructionKind::Store(place, value)
            | InstructionKind::AddTo(place, value)
            | InstructionKind::Fill(place, value) => {
                if self.is_exact_slot(place.root) {
                    self.set_exact(*value);
                }
            }
            InstructionKind::Define(slot, content) => {
                if self.is_exact_slot(*slot) {
                    self.content(content);
                }
            }
            InstructionKind::Assign(place, _)
            | InstructionKind::Push(place, _)
            | InstructionKind::Resize(place, _) => {
                if self.is_exact_slot(place.root) {
                    self.all_operands(kind);
                }
            }
            InstructionKind::Swap(a, b) => {
                if self.is_exact_slot(a.root) || self.is_exact_slot(b.root) {
                    self.all_operands(kind);
                }
            }
            InstructionKind::Call(_) | InstructionKind::Opaque(_) | InstructionKind::Effect(_) => {
                self.all_operands(kind);
            }
            InstructionKind::If { then_region, else_region, .. } => {
                for position in 0..instruction.results.len() {
                    self.together(&[
                        instruction.results[position],
                        then_region.yields[position],
                        else_region.yields[position],
                    ]);
                }
            }
            InstructionKind::For(For { carried, body, .. }) => {
                self.carried(instruction, carried, &body.parameters[1..], &body.yields);
            }
            InstructionKind::Loop { carried, body } => {
                self.carried(instruction, carried, &body.parameters, &body.yields);
            }
            InstructionKind::Match { scrutinee, arms } => {
                if let Argument::Value(content) = scrutinee {
                    self.content(content);
                }
                let mut places = Vec::new();
                scrutinee.places(&mut places);
                places.into_iter().for_each(|place| self.set_exact_slot(place.root));
                for arm in arms {
                    for (result, value) in instruction.results.iter().zip(&arm.body.yields) {
                        self.together(&[*result, *value]);
                    }
                }
            }
        }
        for region in kind.regions().into_iter().rev() {
            self.region(region);
        }
    }

    fn carried(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        parameters: &[ValueId],
        yields: &[ValueId],
    ) {
        for position in 0..carried.len() {
            self.together(&[
                instruction.results[position],
                carried[position],
                parameters[position],
                yields[position],
            ]);
        }
    }
}
