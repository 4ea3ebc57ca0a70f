//! About how much work an iteration is: the decision on threads, and the size of chunks, rest on it.
//!
//! The unit is what an addition takes. Inner loops count as often as they run, where that is known before the
//! loop; where they run up to the loop's own index, or from there, for half of its range; else [`UNKNOWN_TRIPS`] times.

use super::quantity::Quantity;
use crate::ir::builder::Builder;
use crate::ir::offsets::{constant, offsets};
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::*;

/// How often an inner loop runs of which nothing is known.
const UNKNOWN_TRIPS: u64 = 8;

/// About how much work an iteration of a loop is; at least 1.
pub(super) fn of_an_iteration(builder: &mut Builder, counted: &For) -> Quantity {
    let mut inside = Set::new();
    inside.insert_all(&counted.body.parameters);
    counted.body.for_each_instruction(&mut |instruction| {
        inside.insert_all(&instruction.results);
        instruction.kind.for_each_region(&mut |region| inside.insert_all(&region.parameters));
    });
    let near = offsets(builder, counted);
    let mut estimate = Estimate { builder, counted, inside, near };
    let work = estimate.region(&counted.body);
    work.plus(builder, Quantity::Known(1))
}

struct Estimate<'e> {
    builder: &'e mut Builder,
    counted: &'e For,
    /// What the loop defines.
    inside: Set<ValueId>,
    /// Values that are its index plus or minus a constant.
    near: Map<ValueId, i128>,
}

impl Estimate<'_> {
    fn region(&mut self, region: &Region) -> Quantity {
        let mut known = 0_u64;
        let mut work = Quantity::Known(0);
        for instruction in &region.instructions {
            match self.instruction(&instruction.kind) {
                Quantity::Known(more) => known = known.saturating_add(more),
                value => work = work.plus(self.builder, value),
            }
        }
        work.plus(self.builder, Quantity::Known(known))
    }

    fn instruction(&mut self, kind: &InstructionKind) -> Quantity {
        let units = match kind {
            InstructionKind::Constant(_) | InstructionKind::Length(_) => 0,
            InstructionKind::Operation(operation, _) => of_operation(*operation),
            InstructionKind::Load(_) | InstructionKind::Store(..) => 1,
            InstructionKind::AddTo(..) => 2,
            InstructionKind::Call(_) => 100,
            InstructionKind::For(inner) => {
                let trips = self.trips(inner);
                let body = self.region(&inner.body);
                return trips.times(self.builder, body);
            }
            InstructionKind::Loop { body, .. } => {
                let body = self.region(body);
                return Quantity::Known(UNKNOWN_TRIPS).times(self.builder, body);
            }
            InstructionKind::If { then_region, else_region, .. } => {
                let then_work = self.region(then_region);
                let else_work = self.region(else_region);
                return then_work.max(self.builder, else_work);
            }
            InstructionKind::Match { .. } => {
                let mut work = Quantity::Known(2);
                for region in kind.regions() {
                    let arm = self.region(region);
                    work = work.max(self.builder, arm);
                }
                return work;
            }
            _ => 10,
        };
        Quantity::Known(units)
    }

    fn trips(&mut self, inner: &For) -> Quantity {
        let (Some(start), Some(end)) = (self.outside(inner.start), self.outside(inner.end)) else {
            return Quantity::Known(UNKNOWN_TRIPS);
        };
        end.minus(self.builder, start)
    }

    /// About the same number before the loop.
    fn outside(&mut self, value: ValueId) -> Option<Quantity> {
        if let Some(constant) = constant(self.builder, self.counted, value) {
            return u64::try_from(constant).ok().map(Quantity::Known);
        }
        if self.builder.function.value(value).ty != crate::types::Type::USIZE {
            return None;
        }
        if !self.inside.contains(value) {
            return Some(Quantity::Value(value));
        }
        if self.near.contains_key(&value) {
            let end = self.outside(self.counted.end)?;
            return Some(end.divided_by(self.builder, Quantity::Known(2)));
        }
        let mut definition = None;
        self.counted.body.for_each_instruction(&mut |instruction| {
            if instruction.results == [value] {
                definition = Some(instruction.kind.clone());
            }
        });
        match definition? {
            InstructionKind::Length(place) if place.path.is_empty() => {
                let mut local = false;
                self.counted.body.for_each_instruction(&mut |instruction| {
                    local |= instruction.kind.defined_slot() == Some(place.root);
                });
                (!local).then(|| Quantity::Value(self.builder.length(place)))
            }
            InstructionKind::Operation(Operation::Integer(IntegerOperation::Min), arguments) => {
                let (a, b) = (self.outside(arguments[0])?, self.outside(arguments[1])?);
                Some(a.min(self.builder, b))
            }
            _ => None,
        }
    }
}

fn of_operation(operation: Operation) -> u64 {
    use FloatOperation::*;
    match operation {
        Operation::Float(operation) => match operation {
            Neg | Add | Sub | Mul | Abs | Max | Min => 1,
            Div | Sqrt | Powi => 4,
            _ => 20,
        },
        _ => 1,
    }
}
