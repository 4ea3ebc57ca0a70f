//! What goes from the forward sweep to the reverse sweep of a split function.
//!
//! Values are saved at the end of the one and restored at the start of the other. What loops record is
//! on stacks: where the reverse sweep takes everything in exactly the opposite order, calls included,
//! numbers go straight to the tape, iteration by iteration; a stack that is used in another way is saved
//! as a whole. Small arrays go as numbers ([`super::unpack`]); a larger one that is kept as it is goes from the
//! parameter to the tape.
//!
//! The order is compared, not assumed: scheduling may have moved branches. Both functions are read as
//! lists of what they leave or take, each with the regions around it; the lists have to mirror each
//! other, nesting included. Then the runs mirror each other, too, since a reverse loop runs as often as
//! its loop and a reverse branch is taken if its branch was.

use super::unpack::unpack_small_arrays;
use crate::ir::*;
use std::collections::HashSet;
use std::rc::Rc;

/// What the reverse sweep needs of the forward sweep.
#[derive(Clone, Debug)]
pub struct Tape {
    /// Values of the forward sweep, and the parameters of the reverse sweep that they become.
    pub(super) saved: Vec<(ValueId, ValueId)>,
    /// Stacks, which are slots of both.
    pub(super) stacks: Vec<SlotId>,
    /// How many parameters the reverse sweep has besides.
    pub(super) parameters: usize,
}

impl Tape {
    /// Values of the forward sweep, and the parameters of the reverse sweep that they become.
    pub fn saved(&self) -> &[(ValueId, ValueId)] {
        &self.saved
    }

    /// Stacks, which are slots of both.
    pub fn stacks(&self) -> &[SlotId] {
        &self.stacks
    }

    /// How many parameters the reverse sweep has besides.
    pub fn own_parameters(&self) -> usize {
        self.parameters
    }

    /// The tape of sweeps that leave more, the reverse sweep with more parameters of its own.
    pub fn with(
        &self,
        saved: impl IntoIterator<Item = (ValueId, ValueId)>,
        stacks: impl IntoIterator<Item = SlotId>,
        parameters: usize,
    ) -> Self {
        let mut tape = self.clone();
        tape.saved.extend(saved);
        tape.stacks.extend(stacks);
        tape.parameters = parameters;
        tape
    }

    /// Writes the tape into both functions, for what the reverse sweep, which is simplified, really
    /// uses.
    pub fn write(mut self, forward: &mut Function, reverse: &mut Function) {
        let mut used: HashSet<_> = reverse.body.free_uses().into_iter().collect();
        reverse.result.for_each_operand(&mut |value| {
            used.insert(*value);
        });
        let mut touched = HashSet::new();
        reverse.body.for_each_instruction(&mut |instruction| {
            touched.extend(instruction.kind.reads().iter().map(|place| place.root));
            touched.extend(instruction.kind.writes().iter().map(|place| place.root));
        });
        self.saved.retain(|(_, parameter)| used.contains(parameter));
        self.stacks.retain(|stack| touched.contains(stack));

        let mut direct = direct_stacks(&self.stacks, forward, reverse);
        let (mut unpacked_forward, mut unpacked_reverse) = (forward.clone(), reverse.clone());
        let (sweeps, stacks) = ((&mut unpacked_forward, &mut unpacked_reverse), &self.stacks);
        if unpack_small_arrays(stacks, sweeps.0, sweeps.1) {
            let unpacked = direct_stacks(stacks, sweeps.0, sweeps.1);
            // As stacks of numbers they would be worse than as stacks of arrays.
            if unpacked.len() > direct.len() {
                (*forward, *reverse, direct) = (unpacked_forward, unpacked_reverse, unpacked);
            }
        }
        if !direct.is_empty() {
            save_directly(&mut forward.body, &direct);
            restore_directly(&mut reverse.body, &direct);
            self.stacks.retain(|stack| !direct.contains(stack));
        }

        let arrays: Vec<_> =
            self.stacks.iter().filter_map(|stack| kept_array(*stack, forward, reverse)).collect();
        for KeptArray { stack, source: _, copy } in &arrays {
            remove_mentions(&mut forward.body, *stack);
            remove_mentions(&mut reverse.body, *stack);
            self.stacks.retain(|other| other != stack);
            reverse.slots[copy.0 as usize].kind = SlotKind::Local;
        }

        let span = forward.span();
        let step = |kind, results| Instruction { kind, results, span };
        let (saved, restored): (Vec<_>, Vec<_>) = self.saved.into_iter().unzip();
        let mut end = vec![];
        let mut start = vec![];
        if !saved.is_empty() {
            end.push(step(InstructionKind::Save(saved), vec![]));
            start.push(step(InstructionKind::Restore, restored));
        }
        for KeptArray { source, copy, .. } in arrays {
            end.push(step(InstructionKind::SaveStack(source), vec![]));
            start.push(step(InstructionKind::Define(copy, Aggregate::RestoredStack), vec![]));
        }
        // The workspace hands out first what came back last: the reverse sweep drops first what the
        // forward sweep made last, so each gets the memory again that it had.
        for stack in self.stacks.into_iter().rev() {
            end.push(step(InstructionKind::SaveStack(stack), vec![]));
            let definition = InstructionKind::Define(stack, Aggregate::RestoredStack);
            start.push(step(definition, vec![]));
            reverse.slots[stack.0 as usize].kind = SlotKind::Local;
        }
        start.reverse();
        forward.body.instructions.extend(end);
        reverse.body.instructions.splice(0..0, start);
        reverse.parameters.truncate(self.parameters);
    }
}

/// An array of the forward sweep that the reverse sweep has a copy of.
struct KeptArray {
    /// The stack that it would go by.
    stack: SlotId,
    source: SlotId,
    copy: SlotId,
}

/// What a stack holds if it is one array for the whole function, which nothing changes.
fn kept_array(stack: SlotId, forward: &Function, reverse: &Function) -> Option<KeptArray> {
    let mentions = |body: &Region| {
        let mut count = 0;
        body.for_each_instruction(&mut |instruction| {
            let kind = &instruction.kind;
            let mentioned = kind.reads().iter().any(|place| place.root == stack)
                || kind.writes().iter().any(|place| place.root == stack);
            count += usize::from(mentioned);
        });
        count
    };
    let source =
        forward.body.instructions.iter().find_map(|instruction| match &instruction.kind {
            InstructionKind::Push(place, Aggregate::Place(source, Transfer::Copy))
                if place.root == stack && source.path.is_empty() =>
            {
                Some(source.root)
            }
            _ => None,
        })?;
    let copy =
        reverse.body.instructions.iter().find_map(|instruction| match &instruction.kind {
            InstructionKind::Define(copy, Aggregate::Place(place, Transfer::Copy))
                if place.root == stack =>
            {
                Some(*copy)
            }
            _ => None,
        })?;
    // The definition and the push; the one copy.
    let plain = mentions(&forward.body) == 2 && mentions(&reverse.body) == 1;
    let array = matches!(forward.slot(source).ty, crate::types::Type::Array(..));
    (plain && array && !forward.body.written_roots().contains(&source)).then_some(KeptArray {
        stack,
        source,
        copy,
    })
}

/// Removes what is directly in a region and touches the slot.
fn remove_mentions(region: &mut Region, slot: SlotId) {
    region.instructions.retain(|instruction| {
        let kind = &instruction.kind;
        !kind.reads().iter().any(|place| place.root == slot)
            && !kind.writes().iter().any(|place| place.root == slot)
    });
}

/// Something left on the tape or taken from it.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    /// A number by the stack that it would be on.
    Number(SlotId),
    /// What a callee leaves.
    Call(Rc<str>),
}

/// An item and the regions around it, from the outside inward: which instruction owns each, and which of
/// its regions it is.
struct Event {
    item: Item,
    path: Vec<(usize, usize)>,
}

/// The stacks whose numbers can go straight to the tape: all that are only pushed to and popped from, or
/// none if the order differs.
fn direct_stacks(stacks: &[SlotId], forward: &Function, reverse: &Function) -> HashSet<SlotId> {
    let mut candidates: HashSet<SlotId> = stacks
        .iter()
        .copied()
        .filter(|stack| forward.slot(*stack).ty.element().is_some_and(|ty| ty.is_scalar()))
        .collect();
    let mut reruns = false;
    forward.body.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Define(..) | InstructionKind::Push(_, Aggregate::Value(_)) => {}
        InstructionKind::Resize(_, ResizeKind::Reserve(_)) => {}
        kind => exclude(kind, &mut candidates),
    });
    reverse.body.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Pop(_) => {}
        // Iterations that run again leave and take things in an order of their own.
        InstructionKind::Call(call) if call.output.leaves_on_tape() => reruns = true,
        kind => exclude(kind, &mut candidates),
    });
    if reruns {
        return HashSet::new();
    }
    let left = events(&forward.body, &candidates, false);
    let mut taken = events(&reverse.body, &candidates, true);
    taken.reverse();
    if mirrored(&left, &taken) { candidates } else { HashSet::new() }
}

/// What the instruction touches is no plain stack.
fn exclude(kind: &InstructionKind, candidates: &mut HashSet<SlotId>) {
    for place in kind.reads() {
        candidates.remove(&place.root);
    }
    for place in kind.writes() {
        candidates.remove(&place.root);
    }
}

/// What a function leaves, or takes if `taking`, in order. Of branches one runs, so their order is free:
/// it is turned around where things are taken, so that it mirrors itself.
fn events(body: &Region, candidates: &HashSet<SlotId>, taking: bool) -> Vec<Event> {
    fn walk(
        region: &Region,
        candidates: &HashSet<SlotId>,
        taking: bool,
        path: &mut Vec<(usize, usize)>,
        found: &mut Vec<Event>,
    ) {
        for (position, instruction) in region.instructions.iter().enumerate() {
            let item = match &instruction.kind {
                InstructionKind::Push(place, _) | InstructionKind::Pop(place)
                    if candidates.contains(&place.root) =>
                {
                    Some(Item::Number(place.root))
                }
                InstructionKind::Call(call) if call.output.uses_tape() => {
                    Some(Item::Call(call.name.clone()))
                }
                _ => None,
            };
            found.extend(item.map(|item| Event { item, path: path.clone() }));
            let mut regions: Vec<_> = instruction.kind.regions().into_iter().enumerate().collect();
            if taking {
                regions.reverse();
            }
            for (number, inner) in regions {
                path.push((position, number));
                walk(inner, candidates, taking, path, found);
                path.pop();
            }
        }
    }
    let mut found = vec![];
    walk(body, candidates, taking, &mut vec![], &mut found);
    found
}

/// Whether two lists hold the same, nested in the same way.
fn mirrored(left: &[Event], taken: &[Event]) -> bool {
    let common = |a: &Event, b: &Event| {
        a.path.iter().zip(&b.path).take_while(|(outer, other)| outer == other).count()
    };
    left.len() == taken.len()
        && left.iter().zip(taken).all(|(a, b)| a.item == b.item && a.path.len() == b.path.len())
        && left
            .windows(2)
            .zip(taken.windows(2))
            .all(|(left, taken)| common(&left[0], &left[1]) == common(&taken[0], &taken[1]))
}

/// Pushes become saves; those beside each other one.
fn save_directly(region: &mut Region, direct: &HashSet<SlotId>) {
    let mut instructions: Vec<Instruction> = Vec::with_capacity(region.instructions.len());
    for mut instruction in std::mem::take(&mut region.instructions) {
        for inner in instruction.kind.regions_mut() {
            save_directly(inner, direct);
        }
        match instruction.kind {
            InstructionKind::Push(place, Aggregate::Value(value))
                if direct.contains(&place.root) =>
            {
                if let Some(Instruction { kind: InstructionKind::Save(values), .. }) =
                    instructions.last_mut()
                {
                    values.push(value);
                } else {
                    let kind = InstructionKind::Save(vec![value]);
                    instructions.push(Instruction { kind, ..instruction });
                }
            }
            InstructionKind::Define(slot, _) if direct.contains(&slot) => {}
            InstructionKind::Resize(ref place, _) if direct.contains(&place.root) => {}
            kind => instructions.push(Instruction { kind, ..instruction }),
        }
    }
    region.instructions = instructions;
}

/// Pops become restores; those beside each other one.
fn restore_directly(region: &mut Region, direct: &HashSet<SlotId>) {
    let mut instructions: Vec<Instruction> = Vec::with_capacity(region.instructions.len());
    for mut instruction in std::mem::take(&mut region.instructions) {
        for inner in instruction.kind.regions_mut() {
            restore_directly(inner, direct);
        }
        match &instruction.kind {
            InstructionKind::Pop(place) if direct.contains(&place.root) => {
                match instructions.last_mut() {
                    // What is restored last was saved first.
                    Some(Instruction { kind: InstructionKind::Restore, results, .. }) => {
                        results.splice(0..0, instruction.results);
                    }
                    _ => {
                        instruction.kind = InstructionKind::Restore;
                        instructions.push(instruction);
                    }
                }
            }
            _ => instructions.push(instruction),
        }
    }
    region.instructions = instructions;
}
