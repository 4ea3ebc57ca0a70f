//! What is known to be where: scalars that a walk has read from or written to places.

use crate::ir::{Aggregate, InstructionKind, Place, Projection, Region, SlotId, ValueId};
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

/// Paths to scalars and the values that are there now.
///
/// A copy is cheap: every `if` and every loop makes one, few change much of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    /// By root; missing at the end where nothing is known.
    known: Vec<Rc<Vec<(Path, ValueId)>>>,
}

impl Contents {
    /// The scalar at a place.
    pub(super) fn get(&self, root: SlotId, path: &[Step]) -> Option<ValueId> {
        for (other, value) in &**self.known.get(root.0 as usize)? {
            if other == path {
                return Some(*value);
            }
        }
        None
    }

    /// What is at a place is this value.
    pub(super) fn set(&mut self, root: SlotId, path: Path, value: ValueId) {
        let root = root.0 as usize;
        while self.known.len() <= root {
            self.known.push(Rc::default());
        }
        Rc::make_mut(&mut self.known[root]).push((path, value));
    }

    /// What is at a place changes.
    pub(super) fn forget(&mut self, root: SlotId, path: &[Step]) {
        self.retain(root, &|other| !overlap(path, other));
    }

    /// The scalar at a place changes, or every scalar below it; lengths stay.
    pub(super) fn forget_scalar(&mut self, root: SlotId, path: &[Step]) {
        self.retain(root, &|other| other.last() == Some(&Step::Length) || !overlap(path, other));
    }

    /// Anything in the root may change.
    pub(super) fn forget_root(&mut self, root: SlotId) {
        self.retain(root, &|_| false);
    }

    fn retain(&mut self, root: SlotId, stays: &dyn Fn(&Path) -> bool) {
        match self.known.get_mut(root.0 as usize) {
            Some(known) if !known.is_empty() => {
                Rc::make_mut(known).retain(|(path, _)| stays(path));
            }
            _ => {}
        }
    }

    /// Anything that an instruction or what is nested in it may change may have changed.
    pub(super) fn forget_changed(&mut self, kind: &InstructionKind) {
        match kind {
            // No length.
            InstructionKind::Store(place, _)
            | InstructionKind::AddTo(place, _)
            | InstructionKind::Fill(place, _) => {
                self.retain(place.root, &|path| path.last() == Some(&Step::Length));
            }
            _ => {
                kind.for_each_written_root(&mut |root| self.forget_root(root));
                for_each_lent_root(kind, &mut |root| self.forget_root(root));
            }
        }
        kind.for_each_region(&mut |region| self.forget_changed_in(region));
    }

    /// Anything that a region may change may have changed.
    pub(super) fn forget_changed_in(&mut self, region: &Region) {
        region.instructions.iter().for_each(|inner| self.forget_changed(&inner.kind));
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
pub(super) fn path(place: &Place, constant: &dyn Fn(ValueId) -> Option<i128>) -> Path {
    let mut steps = Path::with_capacity(place.path.len() + 1);
    for projection in &place.path {
        steps.push(match projection {
            Projection::Field(name) => Step::Field(name.clone()),
            Projection::Index { index, .. } => match constant(*index) {
                Some(number) => Step::Element(number),
                None => Step::Index(*index),
            },
            Projection::Range { start, end, .. } => Step::Range(*start, *end),
        });
    }
    steps
}

/// Calls `visit` on every root that an instruction or what is nested in it may change.
fn for_each_changed_root(kind: &InstructionKind, visit: &mut dyn FnMut(SlotId)) {
    kind.for_each_written_root(visit);
    for_each_lent_root(kind, visit);
    kind.for_each_region(&mut |region| for_each_changed_root_in(region, visit));
}

/// Calls `visit` on every root that a region may change.
pub(super) fn for_each_changed_root_in(region: &Region, visit: &mut dyn FnMut(SlotId)) {
    for instruction in &region.instructions {
        for_each_changed_root(&instruction.kind, visit);
    }
}

/// Calls `visit` on every root that the contents of an instruction hand out by `&mut`.
pub(super) fn for_each_lent_root(kind: &InstructionKind, visit: &mut dyn FnMut(SlotId)) {
    kind.for_each_content(&mut |content| lent(content, visit));
}

fn lent(content: &Aggregate, visit: &mut dyn FnMut(SlotId)) {
    match content {
        Aggregate::Reference { place, mutable: true } => visit(place.root),
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().for_each(|element| lent(element, visit));
        }
        Aggregate::Struct(_, fields) => fields.iter().for_each(|(_, field)| lent(field, visit)),
        Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
            lent(element, visit);
        }
        _ => {}
    }
}
