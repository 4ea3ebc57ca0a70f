//! What is known to be where: scalars that a walk has read from or written to places.

use crate::ir::{Aggregate, InstructionKind, Place, Projection, Region, SlotId, ValueId};
use std::collections::HashMap;
use std::rc::Rc;

/// One step of a path, with constant indices by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `.name`.
    Field(Rc<str>),
    /// `[number]`.
    Element(i128),
    /// `[value]`.
    Index(ValueId),
    /// `[start..end]`.
    Range(ValueId, ValueId),
    /// `.len()`.
    Length,
}

/// A path from a root.
pub(super) type Path = Vec<Step>;

/// Paths to scalars and the values that are there now, by root.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    known: HashMap<SlotId, Vec<(Path, ValueId)>>,
}

impl Contents {
    /// The scalar at a place.
    pub(super) fn get(&self, root: SlotId, path: &[Step]) -> Option<ValueId> {
        let known = self.known.get(&root)?;
        known.iter().find(|(other, _)| other == path).map(|(_, value)| *value)
    }

    /// What is at a place is this value.
    pub(super) fn set(&mut self, root: SlotId, path: Path, value: ValueId) {
        self.known.entry(root).or_default().push((path, value));
    }

    /// What is at a place changes.
    pub(super) fn forget(&mut self, root: SlotId, path: &[Step]) {
        if let Some(known) = self.known.get_mut(&root) {
            known.retain(|(other, _)| !overlap(path, other));
        }
    }

    /// The scalar at a place changes, or every scalar below it; lengths stay.
    pub(super) fn forget_scalar(&mut self, root: SlotId, path: &[Step]) {
        if let Some(known) = self.known.get_mut(&root) {
            known.retain(|(other, _)| other.last() == Some(&Step::Length) || !overlap(path, other));
        }
    }

    /// Anything in these roots may change.
    pub(super) fn forget_roots(&mut self, roots: &[SlotId]) {
        for root in roots {
            self.known.remove(root);
        }
    }
}

/// Whether two paths from one root may lead to common memory.
fn overlap(a: &[Step], b: &[Step]) -> bool {
    for (a, b) in a.iter().zip(b) {
        match (a, b) {
            (Step::Field(a), Step::Field(b)) if a != b => return false,
            (Step::Element(a), Step::Element(b)) if a != b => return false,
            // What follows counts from the start of the range.
            (Step::Range(..), _) | (_, Step::Range(..)) if a != b => return true,
            _ => {}
        }
    }
    true
}

/// The path of a place; `constant` tells the number of an index.
pub(super) fn path(place: &Place, constant: impl Fn(ValueId) -> Option<i128>) -> Path {
    place
        .path
        .iter()
        .map(|projection| match projection {
            Projection::Field(name) => Step::Field(name.clone()),
            Projection::Index { index, .. } => {
                constant(*index).map_or(Step::Index(*index), Step::Element)
            }
            Projection::Range { start, end, .. } => Step::Range(*start, *end),
        })
        .collect()
}

/// Every root that an instruction or what is nested in it may change.
pub(super) fn written_roots(kind: &InstructionKind) -> Vec<SlotId> {
    let mut roots: Vec<_> = kind.writes().into_iter().map(|place| place.root).collect();
    roots.extend(lent_roots(kind));
    for region in kind.regions() {
        roots.extend(region_written_roots(region));
    }
    roots
}

/// Every root that a region may change.
pub(super) fn region_written_roots(region: &Region) -> Vec<SlotId> {
    region.instructions.iter().flat_map(|instruction| written_roots(&instruction.kind)).collect()
}

/// Every root that the contents of an instruction hand out by `&mut`.
pub(super) fn lent_roots(kind: &InstructionKind) -> Vec<SlotId> {
    let mut roots = Vec::new();
    kind.contents().into_iter().for_each(|content| lent(content, &mut roots));
    roots
}

/// Roots that content hands out by `&mut`.
fn lent(content: &Aggregate, roots: &mut Vec<SlotId>) {
    match content {
        Aggregate::Reference { place, mutable: true } => roots.push(place.root),
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().for_each(|element| lent(element, roots));
        }
        Aggregate::Struct(_, fields) => fields.iter().for_each(|(_, field)| lent(field, roots)),
        Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
            lent(element, roots);
        }
        _ => {}
    }
}
