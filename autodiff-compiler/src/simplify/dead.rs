//! Dead code: what nothing needs goes.
//!
//! Needed is what runs for its effect (panics included), what writes memory that is read later or is
//! the caller's, and every value these depend on. Results of `if`, carried values of loops (cyclic
//! ones, too) and local slots that nobody needs go one by one. In derivative code, where the same
//! index has been checked before, a possible panic is no reason to stay.

use super::Options;
use crate::ir::*;

/// Removes dead code. Returns whether anything went.
pub(super) fn eliminate(function: &mut Function, options: &Options) -> bool {
    let mut live = Live {
        options,
        kinds: function.slots.iter().map(|slot| slot.kind).collect(),
        values: vec![false; function.values.len()],
        slots: vec![false; function.slots.len()],
        changed: true,
    };
    function.result.for_each_operand(&mut |value| live.need(*value));
    let mut places = Vec::new();
    function.result.places(&mut places);
    places.into_iter().for_each(|place| live.need_slot(place.root));
    while std::mem::replace(&mut live.changed, false) {
        live.region(&function.body);
    }
    let mut removed = false;
    live.sweep(&mut function.body, &mut removed);
    removed
}

struct Live<'a> {
    options: &'a Options,
    kinds: Vec<SlotKind>,
    values: Vec<bool>,
    slots: Vec<bool>,
    changed: bool,
}

impl Live<'_> {
    fn is_needed(&self, value: ValueId) -> bool {
        self.values[value.0 as usize]
    }

    fn need(&mut self, value: ValueId) {
        self.changed |= !std::mem::replace(&mut self.values[value.0 as usize], true);
    }

    fn need_slot(&mut self, slot: SlotId) {
        self.changed |= !std::mem::replace(&mut self.slots[slot.0 as usize], true);
    }

    /// Whether writes to a slot matter.
    fn is_needed_slot(&self, slot: SlotId) -> bool {
        self.kinds[slot.0 as usize] == SlotKind::Mutable || self.slots[slot.0 as usize]
    }

    /// Whether the instruction belongs to derivative code, by what it defines or writes.
    fn is_derivative(&self, instruction: &Instruction) -> bool {
        let writes = instruction.kind.writes();
        (!instruction.results.is_empty() || !writes.is_empty())
            && instruction.results.iter().all(|value| value.0 >= self.options.primal_values)
            && writes.iter().all(|place| place.root.0 >= self.options.primal_slots)
    }

    /// Whether an instruction stays, leaving aside what its regions hold.
    fn stays_itself(&self, instruction: &Instruction) -> bool {
        let kind = &instruction.kind;
        if instruction.results.iter().any(|value| self.is_needed(*value)) {
            return true;
        }
        match kind {
            InstructionKind::Call(_)
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore
            | InstructionKind::Effect(_)
            | InstructionKind::Opaque(_)
            | InstructionKind::Match { .. }
            // It may run forever.
            | InstructionKind::Loop { .. } => return true,
            _ => {}
        }
        kind.writes().iter().any(|place| self.is_needed_slot(place.root))
            || (kind.may_panic() && !self.is_derivative(instruction))
    }

    fn stays(&self, instruction: &Instruction) -> bool {
        self.stays_itself(instruction)
            || instruction
                .kind
                .regions()
                .iter()
                .any(|region| region.instructions.iter().any(|inner| self.stays(inner)))
    }

    // Marking.

    fn region(&mut self, region: &Region) {
        for instruction in region.instructions.iter().rev() {
            if self.stays(instruction) {
                self.mark(instruction);
            }
        }
    }

    fn mark(&mut self, instruction: &Instruction) {
        let kind = &instruction.kind;
        match kind {
            InstructionKind::If { condition, then_region, else_region } => {
                self.need(*condition);
                for (position, result) in instruction.results.iter().enumerate() {
                    if self.is_needed(*result) {
                        self.need(then_region.yields[position]);
                        self.need(else_region.yields[position]);
                    }
                }
            }
            InstructionKind::For(For { start, end, step, carried, exits, body, .. }) => {
                self.need(*start);
                self.need(*end);
                step.iter().for_each(|step| self.need(*step));
                self.carried(instruction, carried, &body.parameters[1..], &body.yields, *exits);
            }
            InstructionKind::Loop { carried, body } => {
                self.carried(instruction, carried, &body.parameters, &body.yields, true);
            }
            InstructionKind::Match { arms, .. } => {
                kind.for_each_operand(&mut |value| self.need(*value));
                for arm in arms {
                    arm.guard.iter().flat_map(|guard| &guard.yields).for_each(|v| self.need(*v));
                    for (result, value) in instruction.results.iter().zip(&arm.body.yields) {
                        if self.is_needed(*result) {
                            self.need(*value);
                        }
                    }
                }
            }
            _ => kind.for_each_operand(&mut |value| self.need(*value)),
        }
        // What changes a place and is not needed otherwise does not read it.
        let own = match kind {
            InstructionKind::AddTo(place, _)
            | InstructionKind::Push(place, _)
            | InstructionKind::Resize(place, _) => Some(place),
            _ => None,
        };
        for place in kind.reads() {
            if own != Some(place) {
                self.need_slot(place.root);
            }
        }
        if let InstructionKind::Swap(a, b) = kind {
            self.need_slot(a.root);
            self.need_slot(b.root);
        }
        // Kept for what it writes or for its panic: then the root has to exist.
        for place in kind.writes() {
            self.need_slot(place.root);
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
        exits: bool,
    ) {
        for position in 0..carried.len() {
            if self.is_needed(instruction.results[position])
                || self.is_needed(parameters[position])
                || (exits && position == 0)
            {
                // Sweeping asks the parameter.
                self.need(parameters[position]);
                self.need(carried[position]);
                self.need(yields[position]);
            }
        }
    }

    // Sweeping.

    fn sweep(&self, region: &mut Region, removed: &mut bool) {
        let before = region.instructions.len();
        region.instructions.retain(|instruction| self.stays(instruction));
        *removed |= region.instructions.len() != before;
        for instruction in &mut region.instructions {
            match &mut instruction.kind {
                InstructionKind::If { then_region, else_region, .. } => {
                    let needed = self.needed(&instruction.results);
                    *removed |= needed.contains(&false);
                    retain(&mut instruction.results, &needed);
                    retain(&mut then_region.yields, &needed);
                    retain(&mut else_region.yields, &needed);
                }
                InstructionKind::Match { arms, .. } => {
                    let needed = self.needed(&instruction.results);
                    *removed |= needed.contains(&false);
                    retain(&mut instruction.results, &needed);
                    arms.iter_mut().for_each(|arm| retain(&mut arm.body.yields, &needed));
                }
                InstructionKind::For(For { carried, body, .. }) => {
                    let mut needed = vec![true];
                    needed.extend(self.needed(&body.parameters[1..]));
                    *removed |= needed.contains(&false);
                    retain(&mut body.parameters, &needed);
                    let needed = &needed[1..];
                    retain(carried, needed);
                    retain(&mut body.yields, needed);
                    retain(&mut instruction.results, needed);
                }
                InstructionKind::Loop { carried, body } => {
                    let needed = self.needed(&body.parameters);
                    *removed |= needed.contains(&false);
                    retain(&mut body.parameters, &needed);
                    retain(carried, &needed);
                    retain(&mut body.yields, &needed);
                    retain(&mut instruction.results, &needed);
                }
                _ => {}
            }
            for region in instruction.kind.regions_mut() {
                self.sweep(region, removed);
            }
        }
    }

    fn needed(&self, values: &[ValueId]) -> Vec<bool> {
        values.iter().map(|value| self.is_needed(*value)).collect()
    }
}

fn retain(values: &mut Vec<ValueId>, needed: &[bool]) {
    let mut needed = needed.iter();
    values.retain(|_| needed.next().copied().unwrap_or(true));
}
