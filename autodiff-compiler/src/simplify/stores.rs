//! Stores that are overwritten before anyone looks go.
//!
//! The reverse of `v[i] += x` takes the adjoint of `v[i]`, sets it to zero, as every reverse of a store does, and gives
//! it back. The zero goes here, and what was loaded is then stored where it still is, which [`super::loads`] sees.
//!
//! Memory that the caller gave stays as it is, since a panic on the way would show what is there; so do stores that may
//! panic themselves.

use crate::ir::{Function, InstructionKind, Place, Projection, Region, SlotKind};

/// Removes them. Returns whether anything went.
pub(super) fn remove_overwritten(function: &mut Function) -> bool {
    let kinds: Vec<_> = function.slots.iter().map(|slot| slot.kind).collect();
    let mut removed = false;
    region(&mut function.body, &kinds, &mut removed);
    removed
}

fn region(region_: &mut Region, kinds: &[SlotKind], removed: &mut bool) {
    // Stores since which nothing has read their root, with their positions.
    let mut unread: Vec<(usize, Place)> = vec![];
    let mut overwritten = vec![];
    for (position, instruction) in region_.instructions.iter_mut().enumerate() {
        for inner in instruction.kind.regions_mut() {
            region(inner, kinds, removed);
        }
        if let InstructionKind::Store(place, _) = &instruction.kind {
            let is_own = kinds[place.root.0 as usize] == SlotKind::Local;
            if let Some(known) = unread.iter_mut().find(|(_, other)| is_same(other, place)) {
                overwritten.push(std::mem::replace(&mut known.0, position));
            } else if is_own && is_proven(place) {
                unread.push((position, place.clone()));
            }
            continue;
        }
        unread.retain(|(_, place)| !touches(&instruction.kind, place));
    }
    *removed |= !overwritten.is_empty();
    let mut position = 0;
    region_.instructions.retain(|_| {
        position += 1;
        !overwritten.contains(&(position - 1))
    });
}

/// Whether an instruction, or one inside of it, does something with the root of a place.
fn touches(kind: &InstructionKind, place: &Place) -> bool {
    let own = kind.reads().iter().any(|read| read.root == place.root)
        || kind.writes().iter().any(|written| written.root == place.root);
    let mut inner = false;
    kind.for_each_region(&mut |region| {
        region.for_each_instruction(&mut |instruction| inner |= touches(&instruction.kind, place));
    });
    own || inner
}

fn is_proven(place: &Place) -> bool {
    place.path.iter().all(|step| match step {
        Projection::Index { proven, .. } | Projection::Range { proven, .. } => *proven,
        Projection::Field(_) => true,
    })
}

/// Whether two places are one, whatever is known of their bounds.
fn is_same(a: &Place, b: &Place) -> bool {
    let same = |(a, b): (&Projection, &Projection)| match (a, b) {
        (Projection::Index { index: a, .. }, Projection::Index { index: b, .. }) => a == b,
        (
            Projection::Range { start: a, end: b, .. },
            Projection::Range { start: c, end: d, .. },
        ) => (a, b) == (c, d),
        (Projection::Field(a), Projection::Field(b)) => a == b,
        _ => false,
    };
    a.root == b.root && a.path.len() == b.path.len() && a.path.iter().zip(&b.path).all(same)
}
