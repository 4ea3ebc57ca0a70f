//! Stacks that keep their length are written as slices.
//!
//! An adjoint in the workspace gets its length where it is made. Behind the stack's name rustc would read pointer
//! and length again after each write to memory, which may be the stack itself for all it knows; of a slice it keeps
//! both, and knows that the length is the one of the array that the loop runs over.
//!
//! Assumes verified IR. Guarantees: what is found is only read, written in place and asked for its length; slices
//! are what such places are anyway.

use crate::ir::*;
use crate::types::Type;

/// The slots of stacks that get their length where they are defined and keep it.
pub(super) fn stacks_of_fixed_length(function: &Function) -> Set<SlotId> {
    let mut found = vec![];
    in_region(&function.body, &mut found);
    let mut kept = Set::new();
    for slot in found {
        let element = function.slot(slot).ty.element();
        if matches!(function.slot(slot).ty, Type::Vec(_))
            && element.is_some_and(Type::is_scalar)
            && only_in_place(function, slot)
        {
            kept.insert(slot);
        }
    }
    kept
}

/// Finds definitions that are followed by the length.
fn in_region(region: &Region, found: &mut Vec<SlotId>) {
    for pair in region.instructions.windows(2) {
        if let (
            InstructionKind::Define(slot, Aggregate::Stack),
            InstructionKind::Resize(place, ResizeKind::Resize(..)),
        ) = (&pair[0].kind, &pair[1].kind)
            && *place == Place::root(*slot)
        {
            found.push(*slot);
        }
    }
    for instruction in &region.instructions {
        instruction.kind.for_each_region(&mut |inner| in_region(inner, found));
    }
}

/// Whether all but the definition and the length that follows it leaves the stack where it is, and as long as it is.
fn only_in_place(function: &Function, slot: SlotId) -> bool {
    let whole = Place::root(slot);
    let mut others = 0;
    function.body.for_each_instruction(&mut |instruction| {
        let kind = &instruction.kind;
        let in_place = match kind {
            InstructionKind::Length(_)
            | InstructionKind::Load(_)
            | InstructionKind::Store(..)
            | InstructionKind::AddTo(..)
            | InstructionKind::Fill(..) => true,
            _ => {
                kind.reads().iter().all(|place| place.root != slot)
                    && kind.writes().iter().all(|place| place.root != slot)
            }
        };
        others += usize::from(!in_place);
    });
    let mut returned = vec![];
    function.result.places(&mut returned);
    others == 2 && returned.iter().all(|place| **place != whole && place.root != slot)
}
