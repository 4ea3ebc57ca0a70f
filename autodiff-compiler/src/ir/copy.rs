//! Copying regions with fresh names.

use super::*;

/// New names for values and slots; what is not in it keeps its name.
#[derive(Clone, Debug, Default)]
pub struct Renaming {
    /// Values.
    pub values: Map<ValueId, ValueId>,
    /// Slots.
    pub slots: Map<SlotId, SlotId>,
}

impl Renaming {
    /// The new name of a value.
    pub fn value(&self, value: ValueId) -> ValueId {
        self.values.get(&value).copied().unwrap_or(value)
    }

    /// The new name of a slot.
    pub fn slot(&self, slot: SlotId) -> SlotId {
        self.slots.get(&slot).copied().unwrap_or(slot)
    }
}

impl Function {
    /// A copy of a value under a fresh name, recorded in the renaming.
    pub fn copy_value(&mut self, value: ValueId, renaming: &mut Renaming) -> ValueId {
        let Value { ty, name, span } = self.value(value).clone();
        let copy = self.new_value(ty, name, span);
        renaming.values.insert(value, copy);
        copy
    }

    /// A copy of the region in which everything that it defines has a fresh name.
    pub fn copy_region(&mut self, region: &Region, renaming: &mut Renaming) -> Region {
        let parameters = region
            .parameters
            .iter()
            .map(|parameter| match renaming.values.get(parameter) {
                Some(chosen) => *chosen,
                None => self.copy_value(*parameter, renaming),
            })
            .collect();
        let instructions = region
            .instructions
            .iter()
            .map(|instruction| self.copy_instruction(instruction, renaming))
            .collect();
        let yields = region.yields.iter().map(|value| renaming.value(*value)).collect();
        Region { parameters, instructions, yields }
    }

    /// A copy of the instruction in which everything that it defines has a fresh name.
    pub fn copy_instruction(
        &mut self,
        instruction: &Instruction,
        renaming: &mut Renaming,
    ) -> Instruction {
        if let Some(slot) = instruction.kind.defined_slot() {
            let Slot { ty, name, span, kind } = self.slot(slot).clone();
            let copy = self.new_slot(ty, name, span, kind);
            renaming.slots.insert(slot, copy);
        }
        let mut kind = instruction.kind.clone();
        kind.for_each_operand_mut(&mut |value| *value = renaming.value(*value));
        kind.for_each_slot_mut(&mut |slot| *slot = renaming.slot(*slot));
        if let InstructionKind::Match { arms, .. } = &mut kind {
            for (_, binding) in arms.iter_mut().flat_map(|arm| &mut arm.bindings) {
                *binding = self.copy_value(*binding, renaming);
            }
        }
        for region in kind.regions_mut() {
            *region = self.copy_region(region, renaming);
        }
        if let InstructionKind::For(For { chunks: Some(chunks), .. }) = &mut kind {
            chunks.fold = renaming.value(chunks.fold);
        }
        let results =
            instruction.results.iter().map(|result| self.copy_value(*result, renaming)).collect();
        Instruction { kind, results, span: instruction.span }
    }
}

impl Region {
    /// Renames in place what is defined and used here and in nested regions.
    pub fn rename(&mut self, renaming: &Renaming) {
        let rename = |values: &mut Vec<ValueId>| {
            values.iter_mut().for_each(|value| *value = renaming.value(*value));
        };
        rename(&mut self.parameters);
        rename(&mut self.yields);
        for instruction in &mut self.instructions {
            rename(&mut instruction.results);
            let kind = &mut instruction.kind;
            kind.for_each_operand_mut(&mut |value| *value = renaming.value(*value));
            kind.for_each_slot_mut(&mut |slot| *slot = renaming.slot(*slot));
            if let InstructionKind::Match { arms, .. } = kind {
                for (_, value) in arms.iter_mut().flat_map(|arm| &mut arm.bindings) {
                    *value = renaming.value(*value);
                }
            }
            if let InstructionKind::For(For { chunks: Some(chunks), .. }) = kind {
                chunks.fold = renaming.value(chunks.fold);
            }
            kind.regions_mut().into_iter().for_each(|region| region.rename(renaming));
        }
    }
}
