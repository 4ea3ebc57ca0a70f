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
        skipped: Set::new(),
        loop_parameters: Set::new(),
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
    /// What instructions write that have been met and did not stay.
    skipped: Set<SlotId>,
    /// Parameters of loops whose carried values have been looked at.
    loop_parameters: Set<ValueId>,
    /// Whether something was met too early and has to be looked at again. Definitions are met after
    /// their uses, but for those of loop parameters and of memory.
    changed: bool,
}

impl Live<'_> {
    fn is_needed(&self, value: ValueId) -> bool {
        self.values[value.0 as usize]
    }

    fn need(&mut self, value: ValueId) {
        if !std::mem::replace(&mut self.values[value.0 as usize], true) {
            self.changed |= self.loop_parameters.contains(value);
        }
    }

    fn need_slot(&mut self, slot: SlotId) {
        if !std::mem::replace(&mut self.slots[slot.0 as usize], true) {
            self.changed |= self.skipped.contains(slot);
        }
    }

    /// Whether writes to a slot matter.
    fn is_needed_slot(&self, slot: SlotId) -> bool {
        self.kinds[slot.0 as usize] == SlotKind::Mutable || self.slots[slot.0 as usize]
    }

    /// Whether the instruction belongs to derivative code, by what it defines or writes.
    fn is_derivative(&self, instruction: &Instruction) -> bool {
        let mut any = !instruction.results.is_empty();
        let mut all = true;
        for value in &instruction.results {
            all &= value.0 >= self.options.primal_values;
        }
        instruction.kind.for_each_written_root(&mut |root| {
            any = true;
            all &= root.0 >= self.options.primal_slots;
        });
        any && all
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
        let mut writes = false;
        kind.for_each_written_root(&mut |root| writes |= self.is_needed_slot(root));
        writes || (kind.may_panic() && !self.is_derivative(instruction))
    }

    fn stays(&self, instruction: &Instruction) -> bool {
        let mut stays = self.stays_itself(instruction);
        instruction.kind.for_each_region(&mut |region| {
            stays = stays || region.instructions.iter().any(|inner| self.stays(inner));
        });
        stays
    }

    // Marking.

    fn region(&mut self, region: &Region) {
        for instruction in region.instructions.iter().rev() {
            if self.stays(instruction) {
                self.mark(instruction);
            } else {
                self.skip(&instruction.kind);
            }
        }
    }

    fn skip(&mut self, kind: &InstructionKind) {
        kind.for_each_written_root(&mut |root| {
            self.skipped.insert(root);
        });
        kind.for_each_region(&mut |region| {
            region.instructions.iter().for_each(|inner| self.skip(&inner.kind));
        });
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
        kind.for_each_written_root(&mut |root| self.need_slot(root));
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
        self.loop_parameters.insert_all(parameters);
        for position in 0..carried.len() {
            if self.is_needed(instruction.results[position])
                || self.is_needed(parameters[position])
                || (exits && position == 0)
            {
                // Sweeping asks the parameter. What it needs in turn is needed here.
                self.values[parameters[position].0 as usize] = true;
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
