//! Whether iterations can run in any order: what they share is only read, or only added to, or every iteration
//! has an element of its own.

use super::facts::Facts;
use crate::ir::lanes::{Lanes, Reduction, Varying};
use crate::ir::operations::FloatOperation;
use crate::ir::polynomial::Polynomial;
use crate::ir::*;
use crate::reverse::extremum::{extremum, for_each_use};
use crate::reverse::independence::is_sum;

/// What each value is that a loop carries, if no iteration depends on what others made of it.
pub(super) fn reductions(counted: &For) -> Option<Vec<Reduction>> {
    let reduction = |position: usize| match extremum(&counted.body, position) {
        Some(FloatOperation::Max) => Some(Reduction::Max),
        Some(_) => Some(Reduction::Min),
        None if is_sum(counted, position) == Some(true) => Some(Reduction::Sum),
        // Run backwards, the iteration before is the one after.
        None if counted.reversed => None,
        None => is_previous(&counted.body, position).then_some(Reduction::Previous),
    };
    (0..counted.carried.len()).map(reduction).collect()
}

/// Whether a carried value is a number of the iteration before that is only added to memory, after that number of
/// this iteration.
fn is_previous(body: &Region, position: usize) -> bool {
    let (parameter, next) = (body.parameters[1 + position], body.yields[position]);
    let mut after = body.instructions.iter();
    if !after.any(|instruction| instruction.results.contains(&next)) {
        return false;
    }
    let added = |instruction: &&Instruction| {
        matches!(&instruction.kind, InstructionKind::AddTo(place, value)
            if *value == parameter && place.operands().all(|index| index != parameter))
    };
    let mut uses = 0;
    for_each_use(body, &mut |value| uses += usize::from(value == parameter));
    uses == after.filter(added).count()
}

/// Whether nothing that an iteration leaves is looked at by another one.
pub(super) fn are_apart(counted: &For, lanes: &Lanes, facts: &Facts) -> bool {
    let mut shared: Vec<(SlotId, Accesses<'_>)> = vec![];
    counted.body.for_each_instruction(&mut |instruction| {
        let (place, adds) = match &instruction.kind {
            InstructionKind::AddTo(place, _) => (place, true),
            InstructionKind::Load(place) | InstructionKind::Store(place, _) => (place, false),
            // Other instructions touch local slots only, or no memory.
            _ => return,
        };
        if lanes.has_lanes(place) {
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
        !accesses.writes
            || accesses.only_adds
            || have_own_elements(&accesses.places, counted, lanes, facts)
    };
    let mut carried = lanes.reductions.iter().zip(0..);
    let previous = carried.all(|(kind, position)| {
        *kind != Reduction::Previous || is_shifted(&counted.body, position, lanes)
    });
    previous && shared.iter().all(|(_, accesses)| apart(accesses))
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

/// Whether a number of the iteration before differs from lane to lane, and is added to consecutive elements only: there
/// it is shifted by a lane.
fn is_shifted(body: &Region, position: usize, lanes: &Lanes) -> bool {
    let (parameter, next) = (body.parameters[1 + position], body.yields[position]);
    let is_consecutive = |place: &Place| match place.path.split_last() {
        Some((Projection::Index { index, .. }, path)) => {
            let array = Place { root: place.root, path: path.to_vec() };
            lanes.varying(*index) == Some(Varying::Consecutive)
                && !lanes.has_lanes(place)
                && array.operands().all(|operand| lanes.varying(operand).is_none())
        }
        _ => false,
    };
    let mut shifted = lanes.varying(next) == Some(Varying::Float);
    body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::AddTo(place, value) = &instruction.kind
            && *value == parameter
        {
            shifted &= is_consecutive(place);
        }
    });
    shifted
}

/// Whether all of these places are in the column of a matrix that has the number of the iteration: whatever the row is,
/// an element that another iteration has is another one.
///
/// In an array of rows, the index of the loop stands at the same depth in all of them. In one row after the other, the
/// index is that of the loop, which begins at 0, plus a multiple of its trips.
fn have_own_columns(places: &[&Place], counted: &For, facts: &Facts) -> bool {
    let own = counted.body.parameters[0];
    let is_step = |place: &Place, depth: usize| {
        let elements = place.path.iter().all(|step| !matches!(step, Projection::Range { .. }));
        let here =
            matches!(place.path.get(depth), Some(Projection::Index { index, .. }) if *index == own);
        elements && here
    };
    let depths = places.first().map_or(0, |place| place.path.len());
    if (0..depths).any(|depth| places.iter().all(|place| is_step(place, depth))) {
        return true;
    }
    let starts_at_zero = facts.constants.get(&counted.start) == Some(&0);
    let trips = Polynomial::exact(counted.end, facts).filter(|_| starts_at_zero);
    let (Some(trips), Some(column)) = (trips, Polynomial::exact(own, facts)) else { return false };
    places.iter().all(|place| {
        let [Projection::Index { index, .. }] = place.path[..] else { return false };
        let row = Polynomial::exact(index, facts).and_then(|index| index.plus(&column, -1));
        row.is_some_and(|row| row.is_divisible_by(&trips))
    })
}

/// Whether all of these places of one root are in elements that an iteration has for itself.
///
/// Their indices grow by one from iteration to iteration. Two of them are the same element in one iteration, or as
/// many elements apart as the loop has iterations, or a multiple of that, so that they never meet. What an inner loop
/// calculates is another index in each of its trips.
fn have_own_elements(places: &[&Place], counted: &For, lanes: &Lanes, facts: &Facts) -> bool {
    let once = |value: ValueId| {
        let mut instructions = counted.body.instructions.iter();
        value == counted.body.parameters[0]
            || instructions.any(|instruction| instruction.results.contains(&value))
    };
    // The fields before the array, where its part begins, and the index in that.
    let own = |place: &Place| {
        let first = place.path.iter().position(|step| !matches!(step, Projection::Field(_)))?;
        let (fields, elements) = place.path.split_at(first);
        let mut starts = vec![];
        for step in elements {
            match step {
                Projection::Range { start, .. } => starts.push(*start),
                Projection::Index { index, .. } => {
                    let is_own =
                        lanes.varying(*index) == Some(Varying::Consecutive) && once(*index);
                    let same = starts.iter().all(|start| lanes.varying(*start).is_none());
                    return (is_own && same).then(|| (fields.to_vec(), starts, *index));
                }
                Projection::Field(_) => return None,
            }
        }
        None
    };
    if have_own_columns(places, counted, facts) {
        return true;
    }
    let Some(owned) = places.iter().map(|place| own(place)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let Some((first, others)) = owned.split_first() else { return false };
    if others.iter().all(|other| other == first) {
        return true;
    }
    let offset = |starts: &[ValueId], index: ValueId| {
        let index = Polynomial::of(index, facts)?;
        starts.iter().try_fold(index, |sum, start| sum.plus(&Polynomial::of(*start, facts)?, 1))
    };
    let offsets = owned.iter().map(|(_, starts, index)| offset(starts, *index));
    let Some(offsets) = offsets.collect::<Option<Vec<_>>>() else { return false };
    let trips = |value| Polynomial::of(value, facts);
    let trips = match (trips(counted.end), trips(counted.start)) {
        (Some(end), Some(start)) => end.plus(&start, -1),
        _ => None,
    };
    let Some(trips) = trips else { return false };
    let same_array = owned.iter().all(|(fields, ..)| *fields == first.0);
    let apart = |a: &Polynomial, b: &Polynomial| {
        let between = a.clone().plus(b, -1);
        between.is_some_and(|between| between.is_zero() || between.is_multiple_of(&trips))
    };
    same_array && (0..offsets.len()).all(|a| (0..a).all(|b| apart(&offsets[a], &offsets[b])))
}
