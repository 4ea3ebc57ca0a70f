//! One loop becomes a loop over chunks of its iterations.
//!
//! ```text
//! for i in start..end carrying s { … }
//!
//! size, count = by the sizes of the data
//! for c in 0..count carrying s {
//!     first = start + c * size, last = min(first + size, end)
//!     sums of the chunk = 0, its elements = a copy of those it will touch
//!     for i in first..last carrying s' = 0 { … }       on the chunk's sums and elements
//!     fold: s = s + s', sums += those of the chunk, elements = those of the chunk
//! }
//! ```
//!
//! An index into the elements of a chunk is counted from the first one that the chunk can touch. The last one is
//! the last of the root's, so that an iteration that leaves the root leaves the chunk's elements, too, and panics.

use super::quantity::Quantity;
use super::share::{Shared, Window, near};
use super::{Grid, work};
use crate::ir::builder::Builder;
use crate::ir::chunks::Chunks;
use crate::ir::offsets::constant;
use crate::ir::operations::{FloatOperation, IntegerOperation};
use crate::ir::*;
use crate::types::Type;

/// The most chunks: enough for the threads of a machine, few enough to fold.
const MOST: u64 = 64;
/// A chunk is at least so much work, and as much again for each number that it sums.
const LEAST_WORK: u64 = 6000;
const WORK_OF_A_SUM: u64 = 8;
/// The most numbers in the sums of all chunks together.
const MOST_SUMS: u64 = 1 << 20;
/// The most numbers in an array of a chunk.
const LONGEST_ARRAY: u64 = 512;
/// Chunks of at least so many iterations have a multiple of it: whole groups of lanes.
const ALIGNMENT: u64 = 16;

/// The sizes of the chunks of a loop.
pub(super) struct Sizes {
    /// How many there are.
    count: Quantity,
    /// How many iterations each has, but for the last one.
    size: Quantity,
    /// About how much work all of them are.
    work: Quantity,
}

/// The sizes of the chunks; `None` if the loop is known to be too short for several.
pub(super) fn sizes(
    builder: &mut Builder,
    counted: &For,
    shared: &Shared,
    grid: Grid,
) -> Option<Sizes> {
    let trips = match (known(builder, counted.start), known(builder, counted.end)) {
        (Some(start), Some(end)) => Quantity::Known(end.saturating_sub(start)),
        (start, _) => {
            let start = start.map_or(Quantity::Value(counted.start), Quantity::Known);
            Quantity::Value(counted.end).minus(builder, start)
        }
    };
    match grid {
        Grid::Cache => {}
        #[cfg(any(test, feature = "interpret"))]
        Grid::Of(size) => {
            let size = Quantity::Known(size as u64);
            return Some(Sizes { count: trips.divided_by(builder, size), size, work: trips });
        }
    }
    let iteration = work::of_an_iteration(builder, counted);
    if let (Quantity::Known(trips), Quantity::Known(iteration)) = (trips, iteration)
        && trips.saturating_mul(iteration) < 2 * LEAST_WORK
    {
        return None;
    }
    let sums = shared.sums.iter().fold(Quantity::Known(0), |sum, root| {
        let floats = numbers(builder, *root);
        sum.plus(builder, floats)
    });
    let of_sums = sums.times(builder, Quantity::Known(WORK_OF_A_SUM));
    let least_work = of_sums.plus(builder, Quantity::Known(LEAST_WORK));
    let mut least = least_work.divided_by(builder, iteration);
    let at_least_one = sums.max(builder, Quantity::Known(1));
    let most = match at_least_one {
        Quantity::Known(sums) => Quantity::Known((MOST_SUMS / sums).clamp(1, MOST)),
        Quantity::Value(_) => {
            let all = builder.usize(MOST_SUMS as usize);
            let sums = at_least_one.value(builder);
            let fitting = Quantity::Value(builder.integer(IntegerOperation::Div, &[all, sums]));
            let fitting = fitting.max(builder, Quantity::Known(1));
            fitting.min(builder, Quantity::Known(MOST))
        }
    };
    let shares = trips.divided_by(builder, most);
    let aligned = match &mut least {
        Quantity::Known(least) if *least >= ALIGNMENT => {
            *least = least.next_multiple_of(ALIGNMENT);
            true
        }
        _ => false,
    };
    let mut size = shares.max(builder, least);
    if aligned {
        size = match size {
            Quantity::Known(size) => Quantity::Known(size.next_multiple_of(ALIGNMENT)),
            Quantity::Value(size) => {
                let alignment = builder.usize(ALIGNMENT as usize);
                let arguments = [size, alignment];
                Quantity::Value(builder.integer(IntegerOperation::NextMultipleOf, &arguments))
            }
        };
    }
    let work = trips.times(builder, iteration);
    Some(Sizes { count: trips.divided_by(builder, size), size, work })
}

fn known(builder: &Builder, value: ValueId) -> Option<u64> {
    match builder.constant_of(value) {
        Some(Constant::Integer(constant, _)) => u64::try_from(*constant).ok(),
        _ => None,
    }
}

/// How many numbers a root holds.
fn numbers(builder: &mut Builder, root: SlotId) -> Quantity {
    let ty = builder.function.slot(root).ty.clone();
    if let Some(count) = ty.float_count() {
        return Quantity::Known(count);
    }
    let each = ty.element().and_then(Type::float_count).unwrap_or(1);
    let length = Quantity::Value(builder.length(Place::root(root)));
    length.times(builder, Quantity::Known(each))
}

/// Appends the loop over chunks that a loop becomes.
pub(super) fn split(
    builder: &mut Builder,
    instruction: Instruction,
    shared: &Shared,
    sizes: Sizes,
) {
    let Instruction { kind: InstructionKind::For(mut counted), results, span } = instruction else {
        return;
    };
    let work = sizes.work.value(builder);
    let (size, count) = (sizes.size.value(builder), sizes.count.value(builder));
    if let (Quantity::Value(size), Quantity::Value(count)) = (sizes.size, sizes.count) {
        name(builder, size, "chunk_size");
        name(builder, count, "chunks");
    }
    let start = builder.usize(0);
    let mut over = For { carried: counted.carried.clone(), ..For::over(start, count) };
    let index = builder.value(Type::USIZE, Some("chunk".into()));
    over.body.parameters.push(index);
    for parameter in &counted.body.parameters[1..] {
        let Value { ty, name, .. } = builder.function.value(*parameter).clone();
        let name = name.or_else(|| Some("sum".into()));
        over.body.parameters.push(builder.value(ty, name));
    }
    let outer_sums = over.body.parameters[1..].to_vec();
    shared.stacks.iter().for_each(|stack| builder.undefine(*stack));
    builder.open(std::mem::take(&mut over.body.parameters));

    // The chunk's own.
    let first = builder.integer(IntegerOperation::Mul, &[index, size]);
    let first = match known(builder, counted.start) {
        Some(0) => first,
        _ => builder.integer(IntegerOperation::Add, &[counted.start, first]),
    };
    name(builder, first, "first");
    let last = builder.integer(IntegerOperation::SaturatingAdd, &[first, size]);
    let last = builder.integer(IntegerOperation::Min, &[last, counted.end]);
    name(builder, last, "last");
    let windows: Vec<_> = shared
        .windows
        .iter()
        .map(|window| {
            let content = Elements::of(builder, window, first, last);
            let steps = steps(builder, &counted, window, &shared.offsets);
            content.enter(builder, &mut counted.body, first, steps)
        })
        .collect();
    let mut renaming = Renaming::default();
    let parts: Vec<_> = shared
        .sums
        .iter()
        .map(|root| {
            let slot = builder.function.slot(*root).clone();
            let ty = of_a_chunk(&slot.ty);
            let zeros = builder.zeros(&ty, Some(&Place::root(*root)));
            let part = builder.define(ty, part_of(&slot.name), zeros);
            renaming.slots.insert(*root, part);
            (*root, part)
        })
        .collect();
    for stack in &shared.stacks {
        builder.push(InstructionKind::Define(*stack, Aggregate::Stack), vec![]);
    }
    counted.body.rename(&renaming);
    counted.start = first;
    counted.end = last;
    for carried in &mut counted.carried {
        let Value { ty, .. } = builder.function.value(*carried).clone();
        *carried = nothing(builder, &ty);
    }
    let part_sums: Vec<_> = results
        .iter()
        .map(|result| {
            let Value { ty, name, .. } = builder.function.value(*result).clone();
            builder.value(ty, name.map(|name| part_of(&name)))
        })
        .collect();
    let kind = InstructionKind::For(counted);
    builder.append(Instruction { kind, results: part_sums.clone(), span });

    // The fold.
    let zero = builder.usize(0);
    let yields: Vec<_> = outer_sums
        .into_iter()
        .zip(part_sums)
        .map(|(sum, part)| match builder.function.value(sum).ty {
            Type::Integer(_) => builder.integer(IntegerOperation::Add, &[sum, part]),
            _ => builder.float_operation(FloatOperation::Add, &[sum, part]),
        })
        .collect();
    for (root, part) in parts {
        let ty = of_a_chunk(&builder.function.slot(root).ty);
        add_to(builder, zero, &Place::root(root), &Place::root(part), &ty);
    }
    windows.into_iter().for_each(|window| window.leave(builder, first));
    over.body = builder.close(yields);
    over.chunks = Some(Chunks { work, fold: zero });
    builder.append(Instruction { kind: InstructionKind::For(over), results, span });
}

/// What is added up to nothing.
fn nothing(builder: &mut Builder, ty: &Type) -> ValueId {
    match ty {
        Type::Float(float) => builder.float(-0.0, float),
        Type::Integer(ty) => builder.constant(Constant::Integer(0, *ty)),
        _ => builder.constant(Constant::Bool(false)),
    }
}

/// Content for elements of a type that are overwritten or added to.
fn blank(builder: &mut Builder, ty: &Type) -> Aggregate {
    match ty {
        Type::Float(float) => Aggregate::Value(builder.float(0.0, float)),
        Type::Array(element, length) => {
            Aggregate::ArrayRepeat(Box::new(blank(builder, element)), length.clone())
        }
        other => Aggregate::Value(nothing(builder, other)),
    }
}

fn name(builder: &mut Builder, value: ValueId, name: &str) {
    builder.function.values[value.0 as usize].name = Some(name.into());
}

/// A name for what a chunk has of its own.
fn part_of(name: &str) -> std::rc::Rc<str> {
    format!("{name}_part").into()
}

/// The type of what a chunk has instead of a root. Threads of a pool have small stacks: long arrays are not there.
fn of_a_chunk(ty: &Type) -> Type {
    let is_short = ty.float_count().is_some_and(|count| count <= LONGEST_ARRAY);
    match ty {
        Type::Array(element, _) if !is_short => Type::Vec(element.clone()),
        Type::Slice(element) => Type::Vec(element.clone()),
        other => other.clone(),
    }
}

/// Adds everything at a place to what is at another one. `zero`: the number.
fn add_to(builder: &mut Builder, zero: ValueId, sum: &Place, part: &Place, ty: &Type) {
    match ty {
        Type::Float(_) => {
            let value = builder.load(part.clone(), ty.clone());
            builder.push(InstructionKind::AddTo(sum.clone(), value), vec![]);
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
            let end = builder.length(part.clone());
            let index = builder.value(Type::USIZE, Some("j".into()));
            builder.open(vec![index]);
            let step = Projection::Index { index, proven: true };
            add_to(builder, zero, &sum.project(step.clone()), &part.project(step), element);
            let body = builder.close(vec![]);
            builder.push(InstructionKind::For(For { body, ..For::over(zero, end) }), vec![]);
        }
        other => {
            for (name, ty) in other.fields() {
                let step = Projection::Field(name);
                add_to(builder, zero, &sum.project(step.clone()), &part.project(step), &ty);
            }
        }
    }
}

/// Which indices lead to the elements of a window, and how far from the lowest one.
struct Steps {
    /// Distances of elements from the lowest one, each once.
    distances: Vec<i128>,
    /// The distance of the element of a place, and how many steps of its path that takes.
    places: Vec<(Place, i128, usize)>,
}

fn steps(builder: &Builder, counted: &For, window: &Window, offsets: &Map<ValueId, i128>) -> Steps {
    let mut steps = Steps { distances: vec![], places: vec![] };
    let constant = |value| constant(builder, counted, value);
    counted.body.for_each_instruction(&mut |instruction| {
        let (InstructionKind::Load(place)
        | InstructionKind::Store(place, _)
        | InstructionKind::AddTo(place, _)) = &instruction.kind
        else {
            return;
        };
        if place.root != window.root {
            return;
        }
        let Some((offset, _, count)) = near(place, offsets, &constant) else { return };
        let distance = offset - window.lowest;
        if !steps.distances.contains(&distance) {
            steps.distances.push(distance);
        }
        if !steps.places.iter().any(|(known, ..)| known == place) {
            steps.places.push((place.clone(), distance, count));
        }
    });
    steps
}

/// The elements of a root that a chunk can touch, in a `Vec` of its own.
struct Elements {
    root: SlotId,
    part: SlotId,
    element: Type,
    adds: bool,
    /// How many elements before index 0 it has room for.
    before: u64,
    /// How far its first element is from the chunk's first index, if not before.
    after: u64,
}

impl Elements {
    /// Brings them into being.
    fn of(builder: &mut Builder, window: &Window, first: ValueId, last: ValueId) -> Self {
        let slot = builder.function.slot(window.root).clone();
        let element = slot.ty.element().cloned().unwrap_or(Type::Unit);
        let before = u64::try_from(-window.lowest).unwrap_or(0);
        let after = u64::try_from(window.lowest).unwrap_or(0);
        let (first, last) = (Quantity::Value(first), Quantity::Value(last));
        // Counted from `before` elements before the root's first.
        let reach = u64::try_from(window.highest + i128::from(before)).unwrap_or(0);
        let end = last.plus(builder, Quantity::Known(reach));
        let length = Quantity::Value(builder.length(Place::root(window.root)));
        let length = length.plus(builder, Quantity::Known(before));
        let end = end.min(builder, length);
        let start = first.plus(builder, Quantity::Known(after));
        let count = end.minus(builder, start).value(builder);
        let zero = blank(builder, &element);
        let content = Aggregate::VecRepeat(Box::new(zero), count);
        let ty = Type::Vec(Box::new(element.clone()));
        let part = builder.define(ty, part_of(&slot.name), content);
        Self { root: window.root, part, element, adds: window.adds, before, after }
    }

    /// Lets the body of the loop touch them instead of the root's.
    fn enter(self, builder: &mut Builder, body: &mut Region, first: ValueId, steps: Steps) -> Self {
        if !self.adds {
            let zero = builder.usize(0);
            self.over(builder, first, zero, |builder, own, inside| {
                copy(builder, inside, own, &self.element);
            });
        }
        let index = body.parameters[0];
        builder.open(vec![]);
        let at_lowest = builder.integer(IntegerOperation::Sub, &[index, first]);
        let mut indices = vec![];
        for distance in steps.distances {
            let index = match distance {
                0 => at_lowest,
                _ => {
                    let by = builder.usize(distance as usize);
                    builder.integer(IntegerOperation::Add, &[at_lowest, by])
                }
            };
            indices.push((distance, index));
        }
        let mut instructions = builder.close(vec![]).instructions;
        instructions.append(&mut body.instructions);
        body.instructions = instructions;
        let places = steps.places.iter().filter_map(|(place, distance, count)| {
            let (_, index) = indices.iter().find(|(known, _)| known == distance)?;
            let mut path = vec![Projection::Index { index: *index, proven: is_proven(place) }];
            path.extend_from_slice(&place.path[*count..]);
            Some((place.clone(), Place { root: self.part, path }))
        });
        replace(body, &places.collect::<Vec<_>>());
        self
    }

    /// Gives them back to the root.
    fn leave(self, builder: &mut Builder, first: ValueId) {
        let zero = builder.usize(0);
        self.over(builder, first, zero, |builder, own, inside| match self.adds {
            true => add_to(builder, zero, own, inside, &self.element),
            false => copy(builder, own, inside, &self.element),
        });
    }

    /// A loop over those that the root has: the element there, and the one here.
    fn over(
        &self,
        builder: &mut Builder,
        first: ValueId,
        zero: ValueId,
        each: impl FnOnce(&mut Builder, &Place, &Place),
    ) {
        let (zero, first) = (Quantity::Value(zero), Quantity::Value(first));
        let start = match self.before {
            0 => zero,
            before => Quantity::Known(before).minus(builder, first),
        };
        let base = first.plus(builder, Quantity::Known(self.after));
        let (start, base) = (start.value(builder), base.value(builder));
        let end = builder.length(Place::root(self.part));
        let index = builder.value(Type::USIZE, Some("j".into()));
        builder.open(vec![index]);
        let mut own = builder.integer(IntegerOperation::Add, &[base, index]);
        if self.before > 0 {
            let before = builder.usize(self.before as usize);
            own = builder.integer(IntegerOperation::Sub, &[own, before]);
        }
        let at = |slot, index| Place::root(slot).project(Projection::Index { index, proven: true });
        each(builder, &at(self.root, own), &at(self.part, index));
        let body = builder.close(vec![]);
        builder.push(InstructionKind::For(For { body, ..For::over(start, end) }), vec![]);
    }
}

/// Copies an element.
fn copy(builder: &mut Builder, to: &Place, from: &Place, ty: &Type) {
    match ty {
        Type::Float(_) | Type::Integer(_) | Type::Bool => {
            let value = builder.load(from.clone(), ty.clone());
            builder.store(to.clone(), value);
        }
        _ => {
            let content = from.clone().once_more(ty);
            builder.push(InstructionKind::Assign(to.clone(), content), vec![]);
        }
    }
}

fn is_proven(place: &Place) -> bool {
    match &place.path[0] {
        Projection::Index { proven, .. } | Projection::Range { proven, .. } => *proven,
        Projection::Field(_) => true,
    }
}

/// Puts places in the place of others.
fn replace(region: &mut Region, places: &[(Place, Place)]) {
    for instruction in &mut region.instructions {
        if let InstructionKind::Load(place)
        | InstructionKind::Store(place, _)
        | InstructionKind::AddTo(place, _) = &mut instruction.kind
            && let Some((_, new)) = places.iter().find(|(old, _)| old == place)
        {
            *place = new.clone();
        }
        instruction.kind.regions_mut().into_iter().for_each(|inner| replace(inner, places));
    }
}
