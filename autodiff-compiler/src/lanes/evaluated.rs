//! Whether a panic of the original is one with lanes, too.
//!
//! The emission calculates what differs between lanes where it is used. What may panic and is used nowhere, or only
//! under a condition or in an inner loop, would not panic there.

use crate::ir::lanes::{Lanes, Varying};
use crate::ir::*;

/// Whether all that may panic and differs between lanes is used where it stands.
pub(super) fn whatever_may_panic(region: &Region, lanes: &Lanes) -> bool {
    let mut used = Set::new();
    used.insert_all(&region.yields);
    for instruction in region.instructions.iter().rev() {
        let results = &instruction.results;
        let writes = !instruction.kind.writes().is_empty();
        let is_used = writes || results.iter().any(|result| used.contains(*result));
        let differs = |value: ValueId| lanes.varying(value).is_some();
        let differs = results.iter().any(|result| differs(*result))
            || instruction.kind.operands().into_iter().any(differs);
        if differs && !is_used && may_panic(&instruction.kind, results, lanes) {
            return false;
        }
        let mut inner_panics = false;
        instruction.kind.for_each_region(&mut |inner| {
            inner_panics |= !whatever_may_panic(inner, lanes);
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

fn may_panic(kind: &InstructionKind, results: &[ValueId], lanes: &Lanes) -> bool {
    match kind {
        // An index that grows with that of the loop stays in the range of its type.
        InstructionKind::Operation(operation, _) => {
            use crate::ir::operations::{IntegerOperation, Operation};
            let is_shift = *operation == Operation::Integer(IntegerOperation::Add)
                && lanes.varying(results[0]) == Some(Varying::Consecutive);
            operation.may_panic() && !is_shift
        }
        // Groups end before what is along the loop's index is not there.
        InstructionKind::Load(place) => {
            let is_along = matches!(place.path[..], [Projection::Index { index, .. }]
                if lanes.varying(index) == Some(Varying::Consecutive));
            !is_along && kind.may_panic()
        }
        _ => false,
    }
}
