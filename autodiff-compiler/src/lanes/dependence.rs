//! Whether iterations can run in any order: what they share is only read, or only added to, or every iteration
//! has an element of its own.

use crate::ir::lanes::{Lanes, Reduction, Varying};
use crate::ir::operations::FloatOperation;
use crate::ir::*;
use crate::reverse::extremum::extremum;
use crate::reverse::independence::is_sum;

/// What each value is that a loop carries, if none of them is looked at by an iteration.
pub(super) fn reductions(counted: &For) -> Option<Vec<Reduction>> {
    let reduction = |position: usize| match extremum(&counted.body, position) {
        Some(FloatOperation::Max) => Some(Reduction::Max),
        Some(_) => Some(Reduction::Min),
        None => (is_sum(counted, position) == Some(true)).then_some(Reduction::Sum),
    };
    (0..counted.carried.len()).map(reduction).collect()
}

/// Whether nothing that an iteration leaves is looked at by another one.
pub(super) fn are_apart(counted: &For, lanes: &Lanes) -> bool {
    let mut shared: Vec<(SlotId, Accesses<'_>)> = vec![];
    counted.body.for_each_instruction(&mut |instruction| {
        let (place, adds) = match &instruction.kind {
            InstructionKind::AddTo(place, _) => (place, true),
            InstructionKind::Load(place) | InstructionKind::Store(place, _) => (place, false),
            // Other instructions touch local slots only, or no memory.
            _ => return,
        };
        if lanes.slots.contains(place.root) {
            return;
        }
        let writes = !matches!(instruction.kind, InstructionKind::Load(_));
        let known = shared.iter().position(|(root, _)| *root == place.root);
        let position = known.unwrap_or_else(|| {
            shared.push((place.root, Accesses::default()));
            shared.len() - 1
        });
        let accesses = &mut shared[position].1;
        accesses.places.push(place);
        accesses.writes |= writes;
        accesses.only_adds &= adds;
    });
    let apart = |accesses: &Accesses<'_>| {
        !accesses.writes || accesses.only_adds || have_own_elements(&accesses.places, lanes)
    };
    shared.iter().all(|(_, accesses)| apart(accesses))
}

struct Accesses<'r> {
    places: Vec<&'r Place>,
    writes: bool,
    only_adds: bool,
}

impl Default for Accesses<'_> {
    fn default() -> Self {
        Self { places: vec![], writes: false, only_adds: true }
    }
}

/// Whether all of these places of one root are in the element that an index of one name selects, which grows by
/// one from iteration to iteration.
fn have_own_elements(places: &[&Place], lanes: &Lanes) -> bool {
    let own = |place: &Place| {
        let first = place.path.iter().position(|step| !matches!(step, Projection::Field(_)))?;
        match &place.path[first] {
            Projection::Index { index, .. }
                if lanes.varying(*index) == Some(Varying::Consecutive) =>
            {
                Some((place.path[..first].to_vec(), *index))
            }
            _ => None,
        }
    };
    let first = places.first().and_then(|place| own(place));
    first.is_some() && places.iter().all(|place| own(place) == first)
}
