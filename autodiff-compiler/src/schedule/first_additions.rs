//! What is added to zeros is stored.
//!
//! ```text
//! x_gradient = 0                                       for i in 0..x.len() { … x_gradient[i] = p; … }
//! for i in 0..x.len() { … x_gradient[i] += p; … }
//! ```
//!
//! A loop that adds once to each element of an array of zeros, in order, is the first to write it: the zeros need not be
//! there, and the loop need not read them. (Zeros that bring an array into being stay.)
//!
//! Assumes simplified derivative code, whose adjoints of dynamic length are as long as what they belong to. Guarantees:
//! the same values, but for the sign of zero.

use crate::ir::*;
use crate::reverse::owner_of_buffer;
use crate::types::{Length, Type};

/// Lets loops store what they add first to the adjoints (slots from `first` on).
pub(super) fn store_first_additions(function: &mut Function, first: SlotId) {
    let lengths = Lengths::of(function, first);
    let mut body = std::mem::take(&mut function.body);
    lengths.region(&mut body);
    function.body = body;
}

/// How many elements an array has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// As many as the value says.
    Value(ValueId),
    /// As many as behind the `&` parameter.
    Of(SlotId),
    Literal(i128),
}

/// What is known of the lengths of adjoints.
struct Lengths {
    first: SlotId,
    /// Of the buffers of a gradient, and of local arrays that keep their length.
    counts: Map<SlotId, Count>,
    /// Integers that are constants, or the length of what is behind a `&` parameter.
    known: Map<ValueId, Count>,
    zeros: Set<ValueId>,
}

impl Lengths {
    fn of(function: &Function, first: SlotId) -> Self {
        let mut lengths =
            Self { first, counts: buffers(function, first), known: Map::new(), zeros: Set::new() };
        let is_shared = |slot: SlotId| function.slot(slot).kind == SlotKind::Shared;
        let (mut defined, mut changed) = (Set::new(), Set::new());
        function.body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Constant(Constant::Integer(number, _)) => {
                lengths.known.insert(instruction.results[0], Count::Literal(*number));
            }
            InstructionKind::Constant(Constant::Float(number, _)) if *number == 0.0 => {
                lengths.zeros.insert(instruction.results[0]);
            }
            InstructionKind::Length(place) if place.path.is_empty() && is_shared(place.root) => {
                lengths.known.insert(instruction.results[0], Count::Of(place.root));
            }
            InstructionKind::Define(slot, content) if *slot >= first => {
                if !defined.insert(*slot) {
                    changed.insert(*slot);
                } else if let Some(count) = count(content) {
                    lengths.counts.insert(*slot, count);
                }
            }
            InstructionKind::Fill(..) => {}
            kind => kind.for_each_written(&mut |place| {
                if place.path.is_empty() {
                    changed.insert(place.root);
                }
            }),
        });
        let is_slice = |slot: SlotId| matches!(function.slot(slot).ty, Type::Slice(_));
        let kept = lengths.counts.iter().filter(|(s, _)| is_slice(*s) || !changed.contains(*s));
        lengths.counts = kept.map(|(slot, count)| (slot, *count)).collect();
        lengths
    }

    fn region(&self, region: &mut Region) {
        let mut position = 0;
        while position < region.instructions.len() {
            for inner in region.instructions[position].kind.regions_mut() {
                self.region(inner);
            }
            let filled = self.zeroed(&region.instructions[position].kind);
            let stored = filled.is_some_and(|slot| {
                self.store_first(slot, &mut region.instructions[position + 1..])
            });
            let is_fill = matches!(region.instructions[position].kind, InstructionKind::Fill(..));
            match stored && is_fill {
                true => drop(region.instructions.remove(position)),
                false => position += 1,
            }
        }
    }

    /// The array of known length that an instruction sets to zero.
    fn zeroed(&self, kind: &InstructionKind) -> Option<SlotId> {
        let slot = match kind {
            InstructionKind::Fill(place, value)
                if place.path.is_empty() && self.zeros.contains(*value) =>
            {
                place.root
            }
            InstructionKind::Define(
                slot,
                Aggregate::VecRepeat(element, _) | Aggregate::ArrayRepeat(element, _),
            ) if matches!(**element, Aggregate::Value(value) if self.zeros.contains(value)) => {
                *slot
            }
            _ => return None,
        };
        (slot >= self.first && self.counts.contains_key(&slot)).then_some(slot)
    }

    /// Whether what comes next to an array is a loop that adds once to each element; it stores then.
    fn store_first(&self, slot: SlotId, next: &mut [Instruction]) -> bool {
        for instruction in next {
            if let InstructionKind::For(counted) = &mut instruction.kind
                && self.covers(counted, slot)
                && let Some(addition) = only_addition(&counted.body, slot)
            {
                let kind = &mut counted.body.instructions[addition].kind;
                if let InstructionKind::AddTo(place, value) = kind {
                    *kind = InstructionKind::Store(place.clone(), *value);
                }
                return true;
            }
            if instruction.accesses(slot) {
                return false;
            }
        }
        false
    }

    /// Whether the index of a loop is that of every element, whatever happens.
    fn covers(&self, counted: &For, slot: SlotId) -> bool {
        let plain = !counted.inclusive && !counted.exits && counted.step.is_none();
        let one_by_one = counted.lanes.is_none() && counted.chunks.is_none();
        let from_the_first = self.known.get(&counted.start) == Some(&Count::Literal(0));
        let count = self.counts.get(&slot).copied();
        let to_the_last = count == Some(Count::Value(counted.end))
            || (count.is_some() && self.known.get(&counted.end).copied() == count);
        plain && one_by_one && from_the_first && to_the_last
    }
}

/// The buffers of a gradient and the parameters behind `&` that they belong to.
fn buffers(function: &Function, first: SlotId) -> Map<SlotId, Count> {
    let slot = |parameter: &Parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some(slot),
        ParameterBinding::Value(_) => None,
    };
    let is_slice = |slot: SlotId| matches!(function.slot(slot).ty, Type::Slice(_));
    let is_later = |parameter: &&Parameter| slot(parameter).is_some_and(|slot| slot >= first);
    let own = function.parameters.iter().position(|parameter| is_later(&parameter));
    let own = &function.parameters[..own.unwrap_or(function.parameters.len())];
    let pairs = function.parameters.iter().filter_map(|parameter| {
        let buffer = slot(parameter).filter(|slot| *slot >= first && is_slice(*slot))?;
        let owner = slot(owner_of_buffer(own, &function.outside, parameter)?)?;
        let is_own = owner < first && function.slot(owner).kind == SlotKind::Shared;
        is_own.then_some((buffer, Count::Of(owner)))
    });
    pairs.collect()
}

/// The length of floats that are brought into being all equal.
fn count(content: &Aggregate) -> Option<Count> {
    match content {
        Aggregate::VecRepeat(_, length) => Some(Count::Value(*length)),
        Aggregate::ArrayRepeat(_, Length::Literal(length)) => {
            Some(Count::Literal(i128::from(*length)))
        }
        _ => None,
    }
}

/// The position of the only instruction of a loop's body that touches an array, if it adds to the loop's own element.
fn only_addition(body: &Region, slot: SlotId) -> Option<usize> {
    let mut touching = body.instructions.iter().enumerate().filter(|(_, i)| i.accesses(slot));
    let (position, instruction) = touching.next().filter(|_| touching.next().is_none())?;
    let InstructionKind::AddTo(place, _) = &instruction.kind else { return None };
    let own = matches!(
        place.path.as_slice(),
        [Projection::Index { index, .. }] if *index == body.parameters[0]
    );
    own.then_some(position)
}
