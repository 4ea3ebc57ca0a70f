//! What an iteration adds to the element of the next one is carried to it.
//!
//! ```text
//! for i in a..b { … x[i] += p; x[i + 1] += q; }      carry c = -0
//!                                                    for i in a..b { … x[i] += c; x[i] += p; c = q; }
//!                                                    if a < b { x[b] += c; }
//! ```
//!
//! The adjoints of neighbours (a difference of consecutive elements, say) come in this form. An element is written
//! once then, and no iteration waits for what the one before has just written.
//!
//! Assumes simplified derivative code. Guarantees: the same values bit for bit (the sums keep their order, and -0
//! changes none); a panic for an element that is not there may come at the end of the loop. Adjoints have the length
//! of what they belong to, where the value sweep was before.

use crate::ir::builder::Builder;
use crate::ir::offsets::offsets;
use crate::ir::operations::{Comparison, IntegerOperation};
use crate::ir::*;
use crate::types::Type;

/// Lets the loops of derivative code carry what they add to the next element of adjoints (slots from `first` on).
pub fn carry_to_neighbours(function: &mut Function, first: SlotId) {
    let span = function.span();
    let taken = std::mem::replace(function, Function::empty(function.name.clone(), Type::Unit));
    let mut builder = Builder::new(taken, span);
    let body = std::mem::take(&mut builder.function.body);
    append(&mut builder, body.instructions, first);
    *function = builder.finish();
}

fn append(builder: &mut Builder, instructions: Vec<Instruction>, first: SlotId) {
    for mut instruction in instructions {
        builder.at(instruction.span);
        for inner in instruction.kind.regions_mut() {
            let Region { parameters, instructions, yields } = std::mem::take(inner);
            builder.open(parameters);
            append(builder, instructions, first);
            *inner = builder.close(yields);
        }
        let mut last = vec![];
        if let InstructionKind::For(counted) = &mut instruction.kind {
            while let Some(pair) = pair(builder, counted, first) {
                last.push(carry(builder, counted, &mut instruction.results, pair));
            }
        }
        let bounds = match &instruction.kind {
            InstructionKind::For(counted) => Some((counted.start, counted.end)),
            _ => None,
        };
        builder.append(instruction);
        if let Some(bounds) = bounds {
            last.into_iter().for_each(|last| add_last(builder, bounds, last));
        }
    }
}

/// Two additions of a body, by their positions in it, to neighbours.
struct Pair {
    lower: usize,
    upper: usize,
    /// How far the lower one is from the index of the loop.
    offset: i128,
}

/// What is left to add after the loop.
struct Last {
    place: Place,
    offset: i128,
    sum: ValueId,
}

fn pair(builder: &Builder, counted: &For, first: SlotId) -> Option<Pair> {
    let plain = !counted.inclusive && counted.step.is_none() && !counted.exits && !counted.reversed;
    if !plain {
        return None;
    }
    let offsets = offsets(builder, counted);
    let outside = counted.body.free_uses();
    let additions = counted.body.instructions.iter().enumerate().filter_map(addition);
    let additions: Vec<_> = additions.collect();
    additions.iter().find_map(|(lower, place)| {
        let (array, index) = element(place)?;
        let offset = *offsets.get(&index)?;
        let (upper, _) = additions.iter().find(|(_, other)| {
            element(other).is_some_and(|(same, index)| {
                same == array && offsets.get(&index) == Some(&(offset + 1))
            })
        })?;
        let fits = place.root >= first
            && counted.body.count(&mut |kind| kind.accesses(place.root)) == 2
            && array.operands().all(|value| outside.contains(&value));
        fits.then_some(Pair { lower: *lower, upper: *upper, offset })
    })
}

fn addition((position, instruction): (usize, &Instruction)) -> Option<(usize, &Place)> {
    match &instruction.kind {
        InstructionKind::AddTo(place, _) => Some((position, place)),
        _ => None,
    }
}

/// The path to an array, and the index in it.
fn element(place: &Place) -> Option<(Place, ValueId)> {
    match place.path.split_last() {
        Some((Projection::Index { index, .. }, path)) => {
            Some((Place { root: place.root, path: path.to_vec() }, *index))
        }
        _ => None,
    }
}

/// Changes the loop; what is left to add after it.
fn carry(builder: &mut Builder, counted: &mut For, results: &mut Vec<ValueId>, pair: Pair) -> Last {
    let take = |instructions: &mut Vec<Instruction>, position: usize| {
        let instruction = instructions.remove(position);
        let InstructionKind::AddTo(place, value) = instruction.kind else {
            unreachable!("found as an addition")
        };
        (place, value, instruction.span)
    };
    let instructions = &mut counted.body.instructions;
    // The later one first: the other keeps its position.
    let (lower, upper) = match pair.lower < pair.upper {
        true => {
            let upper = take(instructions, pair.upper);
            (take(instructions, pair.lower), upper)
        }
        false => {
            let lower = take(instructions, pair.lower);
            (lower, take(instructions, pair.upper))
        }
    };
    let (place, own, span) = lower;
    let (_, next, _) = upper;
    let Value { ty, .. } = builder.function.value(next).clone();
    let name = Some("carried".into());
    let parameter = builder.value(ty.clone(), name);
    let zero = match &ty {
        Type::Float(float) => builder.float(-0.0, float),
        _ => unreachable!("floats are added"),
    };
    counted.carried.push(zero);
    counted.body.parameters.push(parameter);
    counted.body.yields.push(next);
    for value in [parameter, own] {
        let kind = InstructionKind::AddTo(place.clone(), value);
        counted.body.instructions.push(Instruction { kind, results: vec![], span });
    }
    let sum = builder.value(ty, Some("carried".into()));
    results.push(sum);
    Last { place, offset: pair.offset, sum }
}

/// `if start < end { place[end + offset] += sum; }`
fn add_last(builder: &mut Builder, (start, end): (ValueId, ValueId), last: Last) {
    let Last { mut place, offset, sum } = last;
    let condition = builder.compare(Comparison::Less, start, end);
    builder.open(vec![]);
    let by = builder.usize(offset.unsigned_abs() as usize);
    let shifted = match offset {
        0 => end,
        1.. => builder.integer(IntegerOperation::Add, &[end, by]),
        _ => builder.integer(IntegerOperation::Sub, &[end, by]),
    };
    if let Some(Projection::Index { index, .. }) = place.path.last_mut() {
        *index = shifted;
    }
    builder.push(InstructionKind::AddTo(place, sum), vec![]);
    let then_region = builder.close(vec![]);
    let kind = InstructionKind::If { condition, then_region, else_region: Region::default() };
    builder.push(kind, vec![]);
}
