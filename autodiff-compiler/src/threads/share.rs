//! Whether the iterations of a loop are independent, and what they share.
//!
//! Carried values have to be sums, of floats or counts, that no iteration looks at, not even to panic ([`super::sums`]). Memory outside of the loop is only read; or only
//! added to; or every iteration has an element of its own there. Of what iterations add to, a chunk needs a copy:
//! of the whole, or of the elements near its own indices, if all additions go there. A stack that only this loop
//! uses holds nothing between iterations, and so is every chunk's own; so is a tape from which an iteration takes
//! what it left there.

use super::sums;
use crate::hir::MacroKind;
use crate::ir::builder::Builder;
use crate::ir::offsets::{constant, offsets};
use crate::ir::*;
use crate::reverse::independence::carries_only_sums_and_counts;
use crate::types::{IntegerType, Length, Type};

/// What independent iterations share and change.
#[derive(Default)]
pub(super) struct Shared {
    /// Roots that iterations add to, anywhere.
    pub(super) sums: Vec<SlotId>,
    /// Roots of which an iteration touches elements at fixed distances from its index.
    pub(super) windows: Vec<Window>,
    /// Stacks that are empty between iterations.
    pub(super) stacks: Vec<SlotId>,
    /// How far the indices that reach windows are from that of the loop.
    pub(super) offsets: Map<ValueId, i128>,
}

/// Elements of a root at fixed distances from the index of an iteration.
pub(super) struct Window {
    pub(super) root: SlotId,
    /// The least distance.
    pub(super) lowest: i128,
    /// The largest.
    pub(super) highest: i128,
    /// Whether they are only added to; if not, both distances are the same, and iterations do not meet.
    pub(super) adds: bool,
}

/// What the iterations share, if they are independent and can run on other threads.
pub(super) fn shared(
    builder: &Builder,
    counted: &For,
    mentions_in_function: &Map<SlotId, usize>,
) -> Option<Shared> {
    let function = &builder.function;
    let plain = !counted.inclusive && counted.step.is_none() && !counted.exits;
    let index = *counted.body.parameters.first()?;
    let by_usize = function.value(index).ty == Type::Integer(IntegerType::Usize);
    let sums = |value| counts(builder, counted, value);
    if !plain
        || !by_usize
        || !carries_only_sums_and_counts(counted, &sums)
        || !sums::are_unseen(counted)
    {
        return None;
    }
    let captured = counted.body.free_uses();
    captured.iter().all(|value| is_plain(&function.value(*value).ty)).then_some(())?;
    let mut accesses = Accesses { function, local: Set::new(), roots: vec![] };
    let mut stacks = vec![];
    for (slot, count) in mentions(&counted.body).iter() {
        // All but its definition.
        let elsewhere = mentions_in_function.get(&slot).copied().unwrap_or(0) - count;
        if elsewhere == 1 && is_stack(builder, slot) && is_pushed_first(&counted.body, slot) {
            accesses.local.insert(slot);
            stacks.push(slot);
        }
    }
    (leaves_on_tape(&counted.body) == 0).then_some(())?;
    counted.body.for_each_instruction(&mut |instruction| {
        if let Some(slot) = instruction.kind.defined_slot() {
            accesses.local.insert(slot);
        }
    });
    let mut known = Some(());
    counted.body.for_each_instruction(&mut |instruction| {
        known = known.and_then(|()| accesses.instruction(&instruction.kind));
    });
    known?;
    let mut shared = Shared { stacks, offsets: offsets(builder, counted), ..Shared::default() };
    for root in &accesses.roots {
        if !is_plain(&function.slot(root.slot).ty) {
            return None;
        }
        if !root.is_written {
            continue;
        }
        match root.window(function, &shared.offsets, &|value| constant(builder, counted, value)) {
            Some(window) => shared.windows.push(window),
            None if root.only_adds && !root.is_copied && is_sum(&function.slot(root.slot).ty) => {
                shared.sums.push(root.slot);
            }
            None => return None,
        }
    }
    Some(shared)
}

/// How often instructions mention each slot.
pub(super) fn mentions(region: &Region) -> Map<SlotId, usize> {
    let mut mentions = Map::new();
    region.for_each_instruction(&mut |instruction| {
        let mut kind = instruction.kind.clone();
        kind.regions_mut().into_iter().for_each(|inner| *inner = Region::default());
        kind.for_each_slot_mut(&mut |slot| {
            let count = mentions.get(slot).copied().unwrap_or(0);
            mentions.insert(*slot, count + 1);
        });
    });
    mentions
}

/// Whether a slot is a stack that was made where the loop stands.
fn is_stack(builder: &Builder, slot: SlotId) -> bool {
    builder.innermost().iter().any(|instruction| {
        matches!(instruction.kind, InstructionKind::Define(own, Aggregate::Stack) if own == slot)
    })
}

/// Whether all of an iteration that may push onto a stack comes before what may pop from it.
fn is_pushed_first(body: &Region, stack: SlotId) -> bool {
    let (mut popped, mut first) = (false, true);
    for instruction in &body.instructions {
        let (mut pushes, mut pops) = (false, false);
        let mut look = |kind: &InstructionKind| match kind {
            InstructionKind::Push(place, _) => pushes |= place.root == stack,
            InstructionKind::Pop(place) => pops |= place.root == stack,
            _ => {}
        };
        look(&instruction.kind);
        instruction.kind.for_each_region(&mut |region| {
            region.for_each_instruction(&mut |inner| look(&inner.kind));
        });
        first &= !(pushes && (pops || popped));
        popped |= pops;
    }
    first
}

/// How many more calls leave something on the tape than take something from it.
fn leaves_on_tape(body: &Region) -> isize {
    let mut left = 0;
    body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Call(call) = &instruction.kind {
            left += isize::from(call.output.leaves_on_tape());
            left -= isize::from(call.output.takes_from_tape());
        }
    });
    left
}

/// How iterations use memory outside of the loop.
struct Accesses<'r> {
    function: &'r Function,
    /// Slots that an iteration brings into being.
    local: Set<SlotId>,
    roots: Vec<Root<'r>>,
}

/// How they use one root.
struct Root<'r> {
    slot: SlotId,
    /// The scalars that they load, store or add to.
    places: Vec<&'r Place>,
    is_written: bool,
    only_adds: bool,
    /// Whether something reads it in another way.
    is_copied: bool,
}

impl<'r> Accesses<'r> {
    /// Takes an instruction down; `None` if it cannot run on another thread, or not in any order.
    fn instruction(&mut self, kind: &'r InstructionKind) -> Option<()> {
        match kind {
            InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore
            | InstructionKind::Define(_, Aggregate::RestoredStack) => return None,
            InstructionKind::Call(call) if call.signature.notes.prints => return None,
            InstructionKind::Opaque(opaque) => opaque.is_constant().then_some(())?,
            InstructionKind::Effect(effect) => {
                matches!(effect.kind, MacroKind::Assert | MacroKind::Panic).then_some(())?;
            }
            _ => {}
        }
        match kind {
            InstructionKind::Load(place) => self.scalar(place, false, false),
            InstructionKind::Store(place, _) => self.scalar(place, true, false),
            InstructionKind::AddTo(place, _) => self.scalar(place, true, true),
            InstructionKind::Length(place) => {
                self.root(place.root);
            }
            _ => {
                let mut written = false;
                kind.for_each_written(&mut |place| written |= !self.local.contains(place.root));
                (!written).then_some(())?;
                for place in kind.reads() {
                    if let Some(root) = self.root(place.root) {
                        root.is_copied = true;
                    }
                }
            }
        }
        Some(())
    }

    fn scalar(&mut self, place: &'r Place, writes: bool, adds: bool) {
        if let Some(root) = self.root(place.root) {
            root.places.push(place);
            root.is_written |= writes;
            root.only_adds &= adds;
        }
    }

    /// What is known of a root, if it is outside.
    fn root(&mut self, slot: SlotId) -> Option<&mut Root<'r>> {
        if self.local.contains(slot) {
            return None;
        }
        let position = self.roots.iter().position(|root| root.slot == slot).unwrap_or_else(|| {
            let none = vec![];
            self.roots.push(Root {
                slot,
                places: none,
                is_written: false,
                only_adds: true,
                is_copied: false,
            });
            self.roots.len() - 1
        });
        let function = self.function;
        debug_assert!((slot.0 as usize) < function.slots.len());
        self.roots.get_mut(position)
    }
}

impl Root<'_> {
    /// The elements that iterations touch, if all of them are at fixed distances from the index.
    fn window(
        &self,
        function: &Function,
        offsets: &Map<ValueId, i128>,
        constant: &dyn Fn(ValueId) -> Option<i128>,
    ) -> Option<Window> {
        let element = function.slot(self.slot).ty.element()?;
        if self.is_copied || !is_copied_alone(element) {
            return None;
        }
        let mut window: Option<(i128, i128)> = None;
        for place in &self.places {
            let (offset, proven, _) = near(place, offsets, constant)?;
            // Where the index could be below 0, somebody has to have asked.
            (proven || offset >= 0).then_some(())?;
            let (lowest, highest) = window.get_or_insert((offset, offset));
            (*lowest, *highest) = (offset.min(*lowest), offset.max(*highest));
        }
        let (lowest, highest) = window?;
        let adds = self.only_adds;
        (adds || lowest == highest && lowest >= 0).then_some(())?;
        Some(Window { root: self.slot, lowest, highest, adds })
    }
}

/// How far the element of a place is from the index of the loop, whether it is known to be there, and how many
/// steps of the path lead to it.
pub(super) fn near(
    place: &Place,
    offsets: &Map<ValueId, i128>,
    constant: &dyn Fn(ValueId) -> Option<i128>,
) -> Option<(i128, bool, usize)> {
    match place.path.as_slice() {
        [Projection::Index { index, proven }, ..] => Some((*offsets.get(index)?, *proven, 1)),
        [
            Projection::Range { start, proven: true, .. },
            Projection::Index { index, proven: true },
            ..,
        ] => Some((offsets.get(start)? + constant(*index)?, true, 2)),
        _ => None,
    }
}

/// Whether an integer that is added up is not negative: the sum overflows in chunks where it did in one piece.
fn counts(builder: &Builder, counted: &For, value: ValueId) -> bool {
    match builder.function.value(value).ty {
        Type::Integer(ty) if ty.is_signed() => {
            constant(builder, counted, value).is_some_and(|by| by >= 0)
        }
        Type::Integer(_) => true,
        _ => false,
    }
}

/// Whether every thread may read a type: it is made of numbers.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Unit | Type::Bool | Type::Float(_) | Type::Integer(_) => true,
        Type::Tuple(elements) => elements.iter().all(is_plain),
        Type::Array(element, _)
        | Type::Slice(element)
        | Type::Vec(element)
        | Type::Option(element)
        | Type::Reference { to: element, .. } => is_plain(element),
        Type::Result(value, error) => is_plain(value) && is_plain(error),
        Type::Struct(definition) => definition.fields.iter().all(|(_, ty)| is_plain(ty)),
        _ => false,
    }
}

/// Whether an element is copied by itself: a number, or arrays of such.
fn is_copied_alone(ty: &Type) -> bool {
    match ty {
        Type::Float(_) | Type::Integer(_) | Type::Bool => true,
        Type::Array(element, _) => is_copied_alone(element),
        _ => false,
    }
}

/// Whether a chunk can have sums of the type, and knows how many.
fn is_sum(ty: &Type) -> bool {
    fn has_fixed_shape(ty: &Type) -> bool {
        match ty {
            Type::Float(_) => true,
            Type::Array(element, Length::Literal(_)) => has_fixed_shape(element),
            Type::Tuple(elements) => elements.iter().all(has_fixed_shape),
            Type::Struct(definition) => definition.fields.iter().all(|(_, ty)| has_fixed_shape(ty)),
            _ => false,
        }
    }
    match ty {
        Type::Slice(element) | Type::Vec(element) | Type::Array(element, _) => {
            has_fixed_shape(element)
        }
        other => has_fixed_shape(other),
    }
}
