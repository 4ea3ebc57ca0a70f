//! Whether instructions have to do with some memory.

use super::{Instruction, InstructionKind, Region, SlotId};

impl InstructionKind {
    /// Whether the instruction itself reads, asks the length of, or changes something of the slot.
    pub fn touches(&self, slot: SlotId) -> bool {
        matches!(self, Self::Length(place) if place.root == slot) || self.accesses(slot)
    }

    /// The same for the content: asking for the length is no access.
    pub fn accesses(&self, slot: SlotId) -> bool {
        let read =
            !matches!(self, Self::Length(_)) && self.reads().iter().any(|place| place.root == slot);
        let mut accessed = read;
        self.for_each_written_root(&mut |root| accessed |= root == slot);
        accessed
    }
}

impl Instruction {
    /// Whether it, or an instruction inside of it, touches the slot.
    pub fn touches(&self, slot: SlotId) -> bool {
        self.any(&mut |kind| kind.touches(slot))
    }

    /// Whether it, or an instruction inside of it, accesses the content of the slot.
    pub fn accesses(&self, slot: SlotId) -> bool {
        self.any(&mut |kind| kind.accesses(slot))
    }

    /// Whether it, or an instruction inside of it, is such.
    pub fn any(&self, is: &mut dyn FnMut(&InstructionKind) -> bool) -> bool {
        let mut found = is(&self.kind);
        self.kind.for_each_region(&mut |region| {
            region.for_each_instruction(&mut |inner| found = found || is(&inner.kind));
        });
        found
    }
}

impl Region {
    /// How many instructions, with those inside of others, are such.
    pub fn count(&self, is: &mut dyn FnMut(&InstructionKind) -> bool) -> usize {
        let mut count = 0;
        self.for_each_instruction(&mut |instruction| count += usize::from(is(&instruction.kind)));
        count
    }
}
