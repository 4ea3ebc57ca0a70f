//! Whether a panic of the original is one with lanes, too.
//!
//! The emission calculates what differs between lanes where it is used. What may panic and is used nowhere, or only
//! under a condition or in an inner loop, would not panic there.

use super::split::{along, values_inside};
use crate::ir::lanes::{Lanes, Varying};
use crate::ir::*;

/// Whether all that may panic and differs between lanes is used where it stands.
pub(super) fn whatever_may_panic(body: &Region, lanes: &Lanes) -> bool {
    Evaluation { body, inside: values_inside(body), lanes }.region(body)
}

struct Evaluation<'l> {
    /// The body of the loop.
    body: &'l Region,
    /// What it defines.
    inside: Set<ValueId>,
    lanes: &'l Lanes,
}

impl Evaluation<'_> {
    fn region(&self, region: &Region) -> bool {
        let mut used = Set::new();
        used.insert_all(&region.yields);
        for instruction in region.instructions.iter().rev() {
            let results = &instruction.results;
            let writes = !instruction.kind.writes().is_empty();
            let is_used = writes || results.iter().any(|result| used.contains(*result));
            let differs = |value: ValueId| self.lanes.varying(value).is_some();
            let differs = results.iter().any(|result| differs(*result))
                || instruction.kind.operands().into_iter().any(differs);
            if differs && !is_used && self.may_panic(&instruction.kind, results) {
                return false;
            }
            let mut inner_panics = false;
            instruction.kind.for_each_region(&mut |inner| {
                inner_panics |= !self.region(inner);
            });
            if inner_panics {
                return false;
            }
            if is_used {
                used.insert_all(&instruction.kind.operands());
            }
        }
        true
    }

    fn may_panic(&self, kind: &InstructionKind, results: &[ValueId]) -> bool {
        match kind {
            // An index that grows with that of the loop stays in the range of its type.
            InstructionKind::Operation(operation, _) => {
                use crate::ir::operations::{IntegerOperation, Operation};
                let is_shift = *operation == Operation::Integer(IntegerOperation::Add)
                    && self.lanes.varying(results[0]) == Some(Varying::Consecutive);
                operation.may_panic() && !is_shift
            }
            // Groups end before what is along the loop's index is not there.
            InstructionKind::Load(place) => {
                let is_along = matches!(place.path[..], [Projection::Index { index, .. }]
                if along(self.body, &self.inside, index).is_some());
                !is_along && kind.may_panic()
            }
            InstructionKind::Call(_) => true,
            _ => false,
        }
    }
}
