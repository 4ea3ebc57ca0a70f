//! Stores that are overwritten before anyone looks go.
//!
//! The reverse of `v[i] += x` takes the adjoint of `v[i]`, sets it to zero, as every reverse of a store does, and gives
//! it back. The zero goes here, and what was loaded is then stored where it still is, which [`super::loads`] sees.
//!
//! Memory that the caller gave stays as it is, since a panic on the way would show what is there; so do stores that may
//! panic themselves.

use super::memory::{Path, path};
use crate::ir::{Function, InstructionKind, Region, SlotId, SlotKind};

/// Removes them. Returns whether anything went.
pub(super) fn remove_overwritten(function: &mut Function) -> bool {
    let kinds: Vec<_> = function.slots.iter().map(|slot| slot.kind).collect();
    let mut removed = false;
    region(&mut function.body, &kinds, &mut removed);
    removed
}

fn region(region_: &mut Region, kinds: &[SlotKind], removed: &mut bool) {
    // Stores since which nothing has read their root: their positions, and where they go.
    let mut unread: Vec<(usize, SlotId, Path)> = vec![];
    let mut overwritten = vec![];
    for (position, instruction) in region_.instructions.iter_mut().enumerate() {
        for inner in instruction.kind.regions_mut() {
            region(inner, kinds, removed);
        }
        let InstructionKind::Store(place, _) = &instruction.kind else {
            unread.retain(|(_, root, _)| !instruction.touches(*root));
            continue;
        };
        let (root, path) = (place.root, path(place, &|_| None));
        let is_own = kinds[root.0 as usize] == SlotKind::Local;
        let same = unread.iter_mut().find(|(_, other, known)| *other == root && *known == path);
        if let Some((known, ..)) = same {
            overwritten.push(std::mem::replace(known, position));
        } else if is_own && !instruction.kind.may_panic() {
            unread.push((position, root, path));
        }
    }
    *removed |= !overwritten.is_empty();
    let mut position = 0;
    region_.instructions.retain(|_| {
        position += 1;
        !overwritten.contains(&(position - 1))
    });
}
