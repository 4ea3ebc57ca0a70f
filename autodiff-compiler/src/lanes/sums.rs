//! What all iterations add to one element is summed by lanes, and added once.

use super::split::Splitting;
use crate::ir::builder::Builder;
use crate::ir::lanes::{Reduction, Varying};
use crate::ir::operations::{Comparison, FloatOperation, Operation};
use crate::ir::*;
use crate::types::{Length, Type};

/// The longest array with a sum for each lane and element: its sums stay in the cache next to the processor.
const LONGEST_ARRAY: u64 = 64;

/// Sums for every element of an array that all iterations add to.
pub(super) struct Array {
    root: SlotId,
    sums: SlotId,
    length: usize,
    float: Type,
}

/// Adds what the groups have summed for an array.
pub(super) fn add_array(builder: &mut Builder, array: Array) {
    let Array { root, sums, length, float } = array;
    let (start, end) = (builder.usize(0), builder.usize(length));
    let index = builder.value(Type::USIZE, Some("j".into()));
    builder.open(vec![index]);
    let element = |slot| Place::root(slot).project(Projection::Index { index, proven: true });
    let sum = builder.load(element(sums), float);
    builder.push(InstructionKind::AddTo(element(root), sum), vec![]);
    let body = builder.close(vec![]);
    builder.push(InstructionKind::For(For { body, ..For::over(start, end) }), vec![]);
}

/// Adds what the groups have summed to the places. A place that may not be there is left alone if there was no
/// iteration that would have gone to it.
pub(super) fn add_sums(
    builder: &mut Builder,
    (start, end): (ValueId, ValueId),
    places: Vec<Place>,
    sums: &[ValueId],
) {
    let mut guarded = vec![];
    for (place, sum) in places.into_iter().zip(sums) {
        // What is proven in the loop is proven for its iterations.
        let is_there = place.path.iter().all(|step| matches!(step, Projection::Field(_)));
        let kind = InstructionKind::AddTo(place, *sum);
        let instruction = Instruction { kind, results: vec![], span: builder.span() };
        match is_there {
            true => builder.append(instruction),
            false => guarded.push(instruction),
        }
    }
    if !guarded.is_empty() {
        let condition = builder.compare(Comparison::Less, start, end);
        let then_region = Region { instructions: guarded, ..Region::default() };
        let kind = InstructionKind::If { condition, then_region, else_region: Region::default() };
        builder.push(kind, vec![]);
    }
}

impl Splitting<'_> {
    /// Lets iterations add to arrays of sums what they add to the elements of short arrays, at indices that are
    /// the same for all of them.
    pub(super) fn accumulate_arrays(&mut self, body: &mut Region) -> Vec<Array> {
        let mut roots: Vec<(SlotId, bool)> = vec![];
        body.for_each_instruction(&mut |instruction| {
            let (place, adds) = match &instruction.kind {
                InstructionKind::AddTo(place, _) => (place, true),
                InstructionKind::Load(place) | InstructionKind::Store(place, _) => (place, false),
                _ => return,
            };
            let is_one_index =
                matches!(place.path[..], [Projection::Index { index, .. }] if self.lanes.varying(index).is_none());
            let fits = adds && is_one_index && !self.lanes.slots.contains(place.root);
            match roots.iter_mut().find(|(root, _)| *root == place.root) {
                Some((_, all)) => *all &= fits,
                None => roots.push((place.root, fits)),
            }
        });
        let mut arrays = vec![];
        for (root, fits) in roots {
            let slot = self.builder.function.slot(root).clone();
            let Type::Array(element, Length::Literal(length)) = &slot.ty else { continue };
            if !fits || *length > LONGEST_ARRAY || !element.is_float() {
                continue;
            }
            let zero = self.builder.float(-0.0, &self.lanes.float);
            let content =
                Aggregate::ArrayRepeat(Box::new(Aggregate::Value(zero)), Length::Literal(*length));
            let name = format!("{}_lanes", slot.name);
            let sums = self.builder.define(slot.ty.clone(), name.into(), content);
            self.lanes.sums.insert(sums);
            let renaming =
                Renaming { slots: Map::from_iter([(root, sums)]), ..Renaming::default() };
            body.rename(&renaming);
            let (length, float) = (*length as usize, (**element).clone());
            arrays.push(Array { root, sums, length, float });
        }
        arrays
    }

    /// Lets the loop carry what all iterations add to one element; gives the instructions without the additions,
    /// and the elements.
    pub(super) fn accumulate(
        &mut self,
        groups: &mut For,
        instructions: Vec<Instruction>,
    ) -> (Vec<Instruction>, Vec<Place>) {
        let (mut kept, mut places) = (vec![], vec![]);
        for instruction in instructions {
            let span = instruction.span;
            let (place, value) = match instruction.kind {
                InstructionKind::AddTo(place, value)
                    if !self.lanes.has_lanes(&place)
                        && place.operands().all(|index| !self.inside.contains(index)) =>
                {
                    (place, value)
                }
                kind => {
                    kept.push(Instruction { kind, ..instruction });
                    continue;
                }
            };
            let ty = self.builder.function.value(value).ty.clone();
            let position = places.iter().position(|known| *known == place).unwrap_or_else(|| {
                places.push(place);
                let zero = self.builder.float(-0.0, &self.lanes.float);
                groups.carried.push(zero);
                let name = Some("sum".into());
                let parameter = self.builder.function.new_value(ty.clone(), name, span);
                self.lanes.varying.insert(parameter, Varying::Float);
                groups.body.parameters.push(parameter);
                groups.body.yields.push(parameter);
                self.lanes.reductions.push(Reduction::Sum);
                places.len() - 1
            });
            let at = groups.body.yields.len() - places.len() + position;
            let next = self.builder.function.new_value(ty, None, span);
            self.lanes.varying.insert(next, Varying::Float);
            let operation = Operation::Float(FloatOperation::Add);
            let arguments = vec![groups.body.yields[at], value];
            let kind = InstructionKind::Operation(operation, arguments);
            kept.push(Instruction { kind, results: vec![next], span });
            groups.body.yields[at] = next;
        }
        (kept, places)
    }
}
