//! Small arrays that sweeps keep for each other become numbers.
//!
//! A callee often takes an array of a few numbers: a point, a rotation. The forward sweep keeps a copy of it on a
//! stack, and the reverse sweep lends what is on top of the stack to the callee's reverse. As a stack of arrays
//! that costs more than the arithmetic: a buffer of the workspace for each, moved to the tape and back. As numbers
//! it goes to the tape like all others ([`super::tape`]), and the array is made again from them.
//!
//! Assumes sweeps whose tape is not written yet. Guarantees: what the reverse sweep reads is what the forward
//! sweep pushed, in the same order; a stack that is used in another way stays as it is.

use crate::ir::operations::{IntegerOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Length, Type};
use std::collections::HashSet;

/// At most so many numbers.
const LARGEST: u64 = 16;

/// Makes stacks of numbers from stacks of small arrays, where each is pushed to at one place and taken from at
/// one place. Returns whether there are any.
pub(super) fn unpack_small_arrays(
    stacks: &[SlotId],
    forward: &mut Function,
    reverse: &mut Function,
) -> bool {
    // In the order of the pushes, which the pops have to mirror.
    let mut pushed = vec![];
    forward.body.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Push(place, _) if stacks.contains(&place.root) => pushed.push(place.root),
        _ => {}
    });
    let mut unpacked = vec![];
    for stack in &pushed {
        let Some((element, count)) = small_array(&forward.slot(*stack).ty) else { continue };
        let once = pushed.iter().filter(|other| *other == stack).count() == 1;
        if !once || !only_pushed(&forward.body, *stack) {
            continue;
        }
        let Some(taken) = taken_as_numbers(reverse, *stack, &element, count) else { continue };
        reverse.body = taken;
        let mut body = std::mem::take(&mut forward.body);
        push_numbers(&mut body, forward, *stack, &element, count);
        forward.body = body;
        for function in [&mut *forward, &mut *reverse] {
            function.slots[stack.0 as usize].ty = Type::Vec(Box::new(element.clone()));
        }
        unpacked.push(*stack);
    }
    mirror(&mut reverse.body, &unpacked);
    !unpacked.is_empty()
}

/// The numbers of what is on a stack, if those are small arrays.
fn small_array(stack: &Type) -> Option<(Type, usize)> {
    match stack.element()? {
        Type::Array(element, Length::Literal(count @ 1..=LARGEST)) if element.is_scalar() => {
            Some(((**element).clone(), *count as usize))
        }
        _ => None,
    }
}

/// Whether the forward sweep only pushes copies of places.
fn only_pushed(body: &Region, stack: SlotId) -> bool {
    let mut plain = true;
    body.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Define(slot, Aggregate::Stack) if *slot == stack => {}
        InstructionKind::Push(to, Aggregate::Place(_, Transfer::Copy)) if to.root == stack => {}
        InstructionKind::Resize(place, ResizeKind::Reserve(_)) if place.root == stack => {}
        kind => plain &= !kind.touches(stack),
    });
    plain
}

/// Pushes the numbers one by one.
fn push_numbers(
    region: &mut Region,
    function: &mut Function,
    stack: SlotId,
    element: &Type,
    count: usize,
) {
    let mut instructions = Vec::with_capacity(region.instructions.len());
    for mut instruction in std::mem::take(&mut region.instructions) {
        for inner in instruction.kind.regions_mut() {
            push_numbers(inner, function, stack, element, count);
        }
        let span = instruction.span;
        match instruction.kind {
            InstructionKind::Push(to, Aggregate::Place(from, Transfer::Copy))
                if to.root == stack =>
            {
                let mut numbers = vec![];
                for position in 0..count {
                    let usize = Type::Integer(IntegerType::Usize);
                    let index = function.new_value(usize, None, span);
                    let position = Constant::Integer(position as i128, IntegerType::Usize);
                    let kind = InstructionKind::Constant(position);
                    instructions.push(Instruction { kind, results: vec![index], span });
                    let number = function.new_value(element.clone(), None, span);
                    let place = from.project(Projection::Index { index, proven: true });
                    let kind = InstructionKind::Load(place);
                    instructions.push(Instruction { kind, results: vec![number], span });
                    numbers.push(number);
                }
                instructions.extend(numbers.into_iter().map(|number| {
                    let kind = InstructionKind::Push(to.clone(), Aggregate::Value(number));
                    Instruction { kind, results: vec![], span }
                }));
            }
            kind => instructions.push(Instruction { kind, ..instruction }),
        }
    }
    region.instructions = instructions;
}

/// The body of the reverse sweep with an array made from popped numbers, where it now reads the top of a stack
/// and then drops that. `None` if it uses the stack in any other way.
fn taken_as_numbers(
    reverse: &mut Function,
    stack: SlotId,
    element: &Type,
    count: usize,
) -> Option<Region> {
    let mut body = reverse.body.clone();
    let name = reverse.slot(stack).name.trim_end_matches("_stack").into();
    let ty = Type::Array(Box::new(element.clone()), Length::Literal(count as u64));
    let copy = SlotId(reverse.slots.len() as u32);
    let mut ones = HashSet::new();
    body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Constant(Constant::Integer(1, _)) = instruction.kind {
            ones.extend(&instruction.results);
        }
    });
    let mut top = Top { stack, copy, removed: HashSet::new(), ones, begin: None };
    top.in_region(&mut body)?;
    // Nothing else looks at the stack, or knows how long it was.
    let mut left = false;
    body.for_each_instruction(&mut |instruction| left |= instruction.kind.touches(stack));
    let known = |value: &ValueId| top.removed.contains(value);
    if left || top.begin.is_none() || body.free_uses().iter().any(known) {
        return None;
    }
    let mut returned = false;
    reverse.result.for_each_operand(&mut |value| returned |= known(value));
    if returned {
        return None;
    }
    let span = reverse.slot(stack).span;
    reverse.new_slot(ty, name, span, SlotKind::Local);
    let numbers: Vec<_> =
        (0..count).map(|_| reverse.new_value(element.clone(), None, span)).collect();
    let mut taken: Vec<_> = numbers
        .iter()
        .rev()
        .map(|number| Instruction {
            kind: InstructionKind::Pop(Place::root(stack)),
            results: vec![*number],
            span,
        })
        .collect();
    let array = Aggregate::Array(numbers.into_iter().map(Aggregate::Value).collect());
    let kind = InstructionKind::Define(copy, array);
    taken.push(Instruction { kind, results: vec![], span });
    insert(&mut body, top.begin.as_deref()?, taken);
    Some(body)
}

/// Inserts instructions at a place: positions of instructions and of their regions, from the outside inward, then
/// the position.
fn insert(region: &mut Region, place: &[usize], instructions: Vec<Instruction>) {
    match place {
        [position] => {
            region.instructions.splice(position..position, instructions);
        }
        [position, inner, rest @ ..] => {
            let mut regions = region.instructions[*position].kind.regions_mut();
            insert(regions[*inner], rest, instructions);
        }
        [] => unreachable!("a place has a position"),
    }
}

/// The top of a stack that becomes an array.
struct Top {
    stack: SlotId,
    copy: SlotId,
    /// The lengths of the stack, and the indices of its top.
    removed: HashSet<ValueId>,
    /// Constants of one.
    ones: HashSet<ValueId>,
    /// Where the array has to be.
    begin: Option<Vec<usize>>,
}

impl Top {
    /// Finds the region that drops the top and changes it. `None` if there are several.
    fn in_region(&mut self, region: &mut Region) -> Option<()> {
        let drops = |instruction: &Instruction| match &instruction.kind {
            InstructionKind::Resize(place, ResizeKind::Pop) => {
                place.root == self.stack && place.path.is_empty()
            }
            _ => false,
        };
        let dropped = region.instructions.iter().position(drops);
        let Some(dropped) = dropped else {
            for (position, instruction) in region.instructions.iter_mut().enumerate() {
                for (number, inner) in instruction.kind.regions_mut().into_iter().enumerate() {
                    let before = self.begin.take();
                    self.in_region(inner)?;
                    match (before, &mut self.begin) {
                        (Some(_), Some(_)) => return None,
                        (Some(before), None) => self.begin = Some(before),
                        (None, Some(place)) => {
                            place.splice(0..0, [position, number]);
                        }
                        (None, None) => {}
                    }
                }
            }
            return Some(());
        };
        let mentions = |instruction: &Instruction| instruction.touches(self.stack);
        let first = region.instructions.iter().position(mentions)?;
        region.instructions.remove(dropped);
        let mut rest = region.instructions.split_off(first);
        let after = rest.split_off(dropped - first);
        let mut inside = Region { instructions: rest, ..Region::default() };
        self.read_copy(&mut inside);
        region.instructions.append(&mut inside.instructions);
        region.instructions.extend(after);
        self.begin = Some(vec![first]);
        Some(())
    }

    /// Reads of the top become reads of the array.
    fn read_copy(&mut self, region: &mut Region) {
        let stack = self.stack;
        region.instructions.retain(|instruction| match &instruction.kind {
            InstructionKind::Length(place) if place.root == stack && place.path.is_empty() => {
                self.removed.extend(&instruction.results);
                false
            }
            InstructionKind::Operation(
                Operation::Integer(IntegerOperation::WrappingSub),
                arguments,
            ) if self.removed.contains(&arguments[0]) && self.ones.contains(&arguments[1]) => {
                self.removed.extend(&instruction.results);
                false
            }
            _ => true,
        });
        for instruction in &mut region.instructions {
            self.read_by(&mut instruction.kind);
            for inner in instruction.kind.regions_mut() {
                self.read_copy(inner);
            }
        }
    }

    fn read_by(&self, kind: &mut InstructionKind) {
        match kind {
            InstructionKind::Load(place) | InstructionKind::Length(place) => self.read_at(place),
            InstructionKind::Call(call) => {
                for argument in &mut call.arguments {
                    if let Argument::Shared(place) | Argument::Place(place) = argument {
                        self.read_at(place);
                    }
                }
            }
            _ => {}
        }
        kind.for_each_content_mut(&mut |content| {
            if let Aggregate::Place(place, Transfer::Copy) = content {
                self.read_at(place);
            }
        });
    }

    fn read_at(&self, place: &mut Place) {
        if place.root != self.stack {
            return;
        }
        if let Some(Projection::Index { index, .. }) = place.path.first()
            && self.removed.contains(index)
        {
            place.root = self.copy;
            place.path.remove(0);
        }
    }
}

/// Brings pops that follow each other into the order that mirrors the pushes.
fn mirror(region: &mut Region, unpacked: &[SlotId]) {
    for instruction in &mut region.instructions {
        for inner in instruction.kind.regions_mut() {
            mirror(inner, unpacked);
        }
    }
    let rank = |instruction: &Instruction| match &instruction.kind {
        InstructionKind::Pop(place) => unpacked.iter().position(|stack| *stack == place.root),
        _ => None,
    };
    let mut position = 0;
    // Where what was popped since the last thing that uses the tape begins, and which stacks those are.
    let mut run: Vec<(usize, usize)> = vec![];
    while position < region.instructions.len() {
        let Some(own) = rank(&region.instructions[position]) else {
            if keeps_order(&region.instructions[position]) {
                run.clear();
            }
            position += 1;
            continue;
        };
        let rest = &region.instructions[position..];
        let length = rest.iter().take_while(|pop| rank(pop) == Some(own)).count() + 1;
        // Before all that were pushed earlier.
        let before = run.iter().position(|(_, other)| *other < own).unwrap_or(run.len());
        let to = run.get(before).map_or(position, |(place, _)| *place);
        region.instructions[to..position + length].rotate_right(length);
        for (place, _) in &mut run[before..] {
            *place += length;
        }
        run.insert(before, (to, own));
        position += length;
    }
}

/// Whether something in an instruction takes part in the order of the tape.
fn keeps_order(instruction: &Instruction) -> bool {
    let own = |kind: &InstructionKind| match kind {
        InstructionKind::Push(..) | InstructionKind::Pop(_) => true,
        InstructionKind::Call(call) => call.output.uses_tape(),
        _ => false,
    };
    let mut found = own(&instruction.kind);
    for region in instruction.kind.regions() {
        region.for_each_instruction(&mut |inner| found |= own(&inner.kind));
    }
    found
}
