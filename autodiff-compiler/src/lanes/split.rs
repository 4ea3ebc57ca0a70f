//! One loop becomes two: whole groups of iterations with lanes, and the rest as it was.
//!
//! ```text
//! for i in start..end carrying s { … }      middle = start + whole groups
//!                                           for i in start..middle lanes carrying s { … }
//!                                           for i in middle..end carrying s { … }
//! ```
//!
//! A reversed loop that takes what another one recorded runs its rest first, backwards, so that it finds that on top
//! of the stacks; any other one runs forwards.
//!
//! The groups end before the first iteration that would leave one of the arrays the body runs along: that
//! iteration panics in the second loop, as it did. What all iterations add to one element becomes a carried sum
//! of the first loop, added once after it. In its body, what is the same in all lanes is spread over them where
//! it meets what differs (a cast to the type it has, which gives what it takes), so that the emission finds
//! one kind of value on both sides of a branch, in what a loop carries, and in a store.

use super::sums::{add_array, add_sums};
use crate::diagnostics::SourceSpan;
use crate::ir::builder::Builder;
use crate::ir::lanes::{Lanes, Varying};
use crate::ir::operations::{Comparison, IntegerOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Type};
use std::rc::Rc;

/// Appends the two loops that a loop becomes.
pub(super) fn split(builder: &mut Builder, instruction: Instruction, lanes: Lanes) {
    let Instruction { kind: InstructionKind::For(mut counted), results, span } = instruction else {
        return;
    };
    // Iterations that are apart run in any order, but for what they take from stacks.
    counted.reversed &= takes(&counted.body);
    hoist_constants(builder, &mut counted.body);
    let mut rest = counted.same_indices();
    rest.body = builder.function.copy_region(&counted.body, &mut Renaming::default());

    let inside = values_inside(&counted.body);
    let mut splitting = Splitting { inside, builder, lanes, is_loop: true };
    let end = splitting.end_of_groups(&counted);
    let mut arrays = splitting.accumulate_arrays(&mut counted.body);
    let mut groups = For {
        carried: counted.carried,
        reversed: counted.reversed,
        ..For::over(counted.start, end)
    };
    groups.body = counted.body;
    let instructions = std::mem::take(&mut groups.body.instructions);
    let (instructions, places) = splitting.accumulate(&mut groups, instructions);
    let parameters = std::mem::take(&mut groups.body.parameters);
    splitting.builder.open(parameters);
    splitting.append_spread(instructions);
    groups.body = splitting.builder.close(std::mem::take(&mut groups.body.yields));

    let Splitting { builder, lanes, .. } = splitting;
    groups.lanes = Some(Rc::new(lanes));
    rest.start = end;
    let bounds = (groups.start, end);
    // What the loop that runs first hands to the other one, and what was there before it.
    let own = results.len();
    let between = like(builder, &results);
    if groups.reversed {
        rest.carried = groups.carried[..own].to_vec();
        groups.carried[..own].copy_from_slice(&between);
        let kind = InstructionKind::For(rest);
        builder.append(Instruction { kind, results: between, span });
        append_groups(builder, groups, results, bounds, places, span);
    } else {
        rest.carried.clone_from(&between);
        append_groups(builder, groups, between, bounds, places, span);
        arrays.drain(..).for_each(|array| add_array(builder, array));
        builder.append(Instruction { kind: InstructionKind::For(rest), results, span });
    }
    arrays.into_iter().for_each(|array| add_array(builder, array));
}

/// A function that is called for several lanes: everything that goes where values differ differs, the result, too; of
/// the result of a `product`, the tangent if it is a pair with that.
pub(super) fn spread_function(
    mut function: Function,
    lanes: Lanes,
    product: Option<bool>,
) -> (Function, Lanes) {
    let span = function.span();
    let body = std::mem::take(&mut function.body);
    let inside = values_inside(&body);
    let mut result = std::mem::replace(&mut function.result, Aggregate::Unit);
    let mut builder = Builder::new(function, span);
    let mut splitting = Splitting { inside, builder: &mut builder, lanes, is_loop: false };
    splitting.append_spread(body.instructions);
    match (&mut result, product) {
        (whole, None) => splitting.spread_content(whole),
        (Aggregate::Tuple(parts), Some(true)) => {
            parts.last_mut().into_iter().for_each(|part| splitting.spread_content(part));
        }
        _ => {}
    }
    let lanes = splitting.lanes;
    let mut function = builder.finish();
    function.result = result;
    (function, lanes)
}

/// Whether it takes something from a stack.
fn takes(body: &Region) -> bool {
    body.instructions.iter().any(|inner| matches!(inner.kind, InstructionKind::Pop(_)))
}

/// New values of the types and names of others.
fn like(builder: &mut Builder, values: &[ValueId]) -> Vec<ValueId> {
    let copies = values.iter().map(|value| {
        let Value { ty, name, .. } = builder.function.value(*value).clone();
        builder.value(ty, name)
    });
    copies.collect()
}

/// Appends the loop over groups, with the values that it gives, and adds to `places` what it has summed for them.
fn append_groups(
    builder: &mut Builder,
    groups: For,
    mut results: Vec<ValueId>,
    bounds: (ValueId, ValueId),
    places: Vec<Place>,
    span: SourceSpan,
) {
    let sums = like(builder, &groups.carried[results.len()..]);
    results.extend(&sums);
    builder.append(Instruction { kind: InstructionKind::For(groups), results, span });
    add_sums(builder, bounds, places, &sums);
}

/// Puts the constants of a body before the loop.
fn hoist_constants(builder: &mut Builder, body: &mut Region) {
    let instructions = std::mem::take(&mut body.instructions);
    for mut instruction in instructions {
        if let InstructionKind::Constant(_) = instruction.kind {
            builder.append(instruction);
            continue;
        }
        for region in instruction.kind.regions_mut() {
            hoist_constants(builder, region);
        }
        body.instructions.push(instruction);
    }
}

pub(super) fn values_inside(body: &Region) -> Set<ValueId> {
    let mut inside = Set::new();
    inside.insert_all(&body.parameters);
    body.for_each_instruction(&mut |instruction| {
        inside.insert_all(&instruction.results);
        instruction.kind.for_each_region(&mut |region| inside.insert_all(&region.parameters));
    });
    inside
}

pub(super) struct Splitting<'b> {
    pub(super) builder: &'b mut Builder,
    pub(super) lanes: Lanes,
    /// What the body of the loop defines.
    pub(super) inside: Set<ValueId>,
    /// Whether every lane is an iteration of its own: of what is the same in all of them, each has its own then.
    is_loop: bool,
}

impl Splitting<'_> {
    /// The index after the last whole group in which no iteration leaves an array it runs along.
    fn end_of_groups(&mut self, counted: &For) -> ValueId {
        use IntegerOperation::{And, Min, SaturatingSub, WrappingAdd, WrappingSub};
        let mut end = counted.end;
        for (array, index) in self.arrays_along(counted) {
            let length = self.builder.length(array);
            let indices = match index {
                Along::Index => length,
                Along::Shifted(operation, by) => self.builder.integer(operation, &[length, by]),
            };
            end = self.builder.integer(Min, &[end, indices]);
        }
        let starts_at_zero = self.builder.constant_of(counted.start)
            == Some(&Constant::Integer(0, IntegerType::Usize));
        let trips = match starts_at_zero {
            true => end,
            false => self.builder.integer(SaturatingSub, &[end, counted.start]),
        };
        let left_over = self.builder.constant(Constant::LeftOver(self.lanes.count));
        if self.lanes.overlaps {
            // All, if they fill a group.
            let enough = self.builder.compare(Comparison::Less, left_over, trips);
            let arguments = [enough, end, counted.start];
            return self.builder.operation(Operation::Select, &arguments, Type::USIZE);
        }
        let remainder = self.builder.integer(And, &[trips, left_over]);
        let whole = self.builder.integer(WrappingSub, &[trips, remainder]);
        match starts_at_zero {
            true => whole,
            false => self.builder.integer(WrappingAdd, &[counted.start, whole]),
        }
    }

    /// The arrays that the body indexes by the loop's index, or by one that is shifted, without knowing that it is
    /// in bounds: under a condition that varies nothing is known of the lanes for which it does not hold.
    fn arrays_along(&self, counted: &For) -> Vec<(Place, Along)> {
        let mut found = vec![];
        self.find_arrays(&counted.body, &counted.body, false, &mut found);
        found
    }

    fn find_arrays(
        &self,
        body: &Region,
        region: &Region,
        masked: bool,
        found: &mut Vec<(Place, Along)>,
    ) {
        for instruction in &region.instructions {
            match &instruction.kind {
                InstructionKind::Load(place)
                | InstructionKind::Store(place, _)
                | InstructionKind::AddTo(place, _)
                | InstructionKind::Length(place) => self.find_along(body, place, masked, found),
                InstructionKind::If { condition, then_region, else_region } => {
                    let masked = masked || self.lanes.varying(*condition).is_some();
                    self.find_arrays(body, then_region, masked, found);
                    self.find_arrays(body, else_region, masked, found);
                }
                kind => kind.for_each_region(&mut |inner| {
                    self.find_arrays(body, inner, masked, found);
                }),
            }
        }
    }

    fn find_along(
        &self,
        body: &Region,
        place: &Place,
        masked: bool,
        found: &mut Vec<(Place, Along)>,
    ) {
        for (depth, step) in place.path.iter().enumerate() {
            let Projection::Index { index, proven } = step else { continue };
            let array = Place { root: place.root, path: place.path[..depth].to_vec() };
            let outside = |value: ValueId| !self.inside.contains(value);
            let is_own = self.lanes.has_lanes(place);
            if *proven && !masked || is_own || !array.operands().all(outside) {
                continue;
            }
            let Some(along) = along(body, &self.inside, *index) else { continue };
            if !found.iter().any(|(other, same)| *other == array && *same == along) {
                found.push((array, along));
            }
        }
    }

    /// Appends instructions in which everything that goes where values differ differs.
    fn append_spread(&mut self, instructions: Vec<Instruction>) {
        for mut instruction in instructions {
            self.builder.at(instruction.span);
            match &mut instruction.kind {
                InstructionKind::Store(place, value)
                | InstructionKind::AddTo(place, value)
                | InstructionKind::Fill(place, value)
                    if self.is_spread(place) =>
                {
                    *value = self.spread(*value);
                }
                InstructionKind::Assign(place, content)
                | InstructionKind::Push(place, content)
                | InstructionKind::Resize(place, ResizeKind::Resize(_, content))
                    if self.is_spread(place) =>
                {
                    self.spread_content(content);
                }
                InstructionKind::Define(slot, content) if self.is_spread(&Place::root(*slot)) => {
                    self.spread_content(content);
                }
                InstructionKind::Call(call) if self.lanes.product(call).is_some() => {
                    let primal = call.signature.parameters.len();
                    for argument in &mut call.arguments[primal..] {
                        if let Argument::Value(content) = argument {
                            self.spread_content(content);
                        }
                    }
                }
                InstructionKind::Call(call)
                    if self.defines_lanes(call) || self.which(&instruction.results) == [true] =>
                {
                    for argument in &mut call.arguments {
                        if let Argument::Value(content) = argument {
                            self.spread_content(content);
                        }
                    }
                }
                InstructionKind::If { then_region, else_region, .. } => {
                    let varying = self.which(&instruction.results);
                    self.spread_region(then_region, &varying);
                    self.spread_region(else_region, &varying);
                }
                InstructionKind::For(inner) => {
                    let varying = self.which(&inner.body.parameters[1..]);
                    for (value, varies) in inner.carried.iter_mut().zip(&varying) {
                        if *varies {
                            *value = self.spread(*value);
                        }
                    }
                    self.spread_region(&mut inner.body, &varying);
                }
                InstructionKind::Loop { carried, body } => {
                    let varying = self.which(&body.parameters);
                    for (value, varies) in carried.iter_mut().zip(&varying) {
                        if *varies {
                            *value = self.spread(*value);
                        }
                    }
                    self.spread_region(body, &varying);
                }
                InstructionKind::Match { arms, .. } => {
                    let varying = self.which(&instruction.results);
                    for arm in arms {
                        self.spread_region(&mut arm.body, &varying);
                    }
                }
                _ => {}
            }
            self.builder.append(instruction);
        }
    }

    /// Whether what is written to a place is written for each lane.
    fn is_spread(&self, place: &Place) -> bool {
        self.is_loop || self.lanes.has_lanes(place)
    }

    /// Whether what a call gives has a content for each lane.
    fn defines_lanes(&self, call: &Call) -> bool {
        call.result_slot.is_some_and(|slot| self.lanes.slots.contains(slot))
    }

    fn which(&self, values: &[ValueId]) -> Vec<bool> {
        values.iter().map(|value| self.lanes.varying(*value).is_some()).collect()
    }

    fn spread_region(&mut self, region: &mut Region, varying: &[bool]) {
        let Region { parameters, instructions, mut yields } = std::mem::take(region);
        self.builder.open(parameters);
        self.append_spread(instructions);
        for (value, varies) in yields.iter_mut().zip(varying) {
            if *varies {
                *value = self.spread(*value);
            }
        }
        *region = self.builder.close(yields);
    }

    fn spread_content(&mut self, content: &mut Aggregate) {
        match content {
            Aggregate::Value(value) => *value = self.spread(*value),
            Aggregate::Array(elements) | Aggregate::Vec(elements) | Aggregate::Tuple(elements) => {
                elements.iter_mut().for_each(|element| self.spread_content(element));
            }
            Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
                self.spread_content(element);
            }
            _ => {}
        }
    }

    /// The value for each lane.
    fn spread(&mut self, value: ValueId) -> ValueId {
        if self.lanes.varying(value).is_some() {
            return value;
        }
        let ty = Type::Float(self.lanes.float.clone());
        let spread = self.builder.operation(Operation::Cast, &[value], ty);
        self.lanes.varying.insert(spread, Varying::Float);
        spread
    }
}

/// How an index follows that of a loop; `inside`: what its body defines.
pub(super) fn along(body: &Region, inside: &Set<ValueId>, index: ValueId) -> Option<Along> {
    let own = body.parameters[0];
    if index == own {
        return Some(Along::Index);
    }
    let mut found = None;
    body.for_each_instruction(&mut |instruction| {
        if instruction.results != [index] {
            return;
        }
        if let InstructionKind::Operation(Operation::Integer(operation), arguments) =
            &instruction.kind
            && let [a, b] = arguments[..]
        {
            use IntegerOperation::{Add, SaturatingAdd, SaturatingSub, Sub};
            found = match operation {
                Add if a == own => Some(Along::Shifted(SaturatingSub, b)),
                Add if b == own => Some(Along::Shifted(SaturatingSub, a)),
                Sub if a == own => Some(Along::Shifted(SaturatingAdd, b)),
                _ => None,
            };
        }
    });
    found.filter(|along| match along {
        Along::Shifted(_, by) => !inside.contains(*by),
        Along::Index => true,
    })
}

/// How an index follows the index of a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    /// It is that index.
    Index,
    /// It is shifted; the operation that shifts a length to the index of the loop, and by what.
    Shifted(IntegerOperation, ValueId),
}
