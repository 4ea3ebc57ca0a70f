//! Whether anything looks at the sums that a loop carries.
//!
//! An iteration of a chunk does not see what earlier chunks have summed. [`crate::reverse::independence`] says that
//! what is carried is a sum; there an assertion may look at it, since the value sweep runs it in order. Here nothing
//! may but what becomes the sum.

use crate::ir::operations::{IntegerOperation, Operation};
use crate::ir::*;

/// Whether what the loop carries goes nowhere but into what it carries next.
pub(super) fn are_unseen(counted: &For) -> bool {
    let mut sums = Set::new();
    sums.insert_all(&counted.body.parameters[1..]);
    follow(&counted.body, &mut sums)
}

/// Adds what is calculated from sums to them; `false` if something else looks at one.
fn follow(region: &Region, sums: &mut Set<ValueId>) -> bool {
    region.instructions.iter().all(|instruction| {
        let seen = instruction.kind.operands().iter().any(|value| sums.contains(*value));
        let yields = |region: &Region, sums: &mut Set<ValueId>, into: &[ValueId]| {
            for (value, result) in region.yields.iter().zip(into) {
                if sums.contains(*value) {
                    sums.insert(*result);
                }
            }
        };
        match &instruction.kind {
            InstructionKind::Operation(operation, _) => {
                if seen {
                    sums.insert(instruction.results[0]);
                }
                // A count may overflow, and then does so when chunks are added up, too.
                let counts = *operation == Operation::Integer(IntegerOperation::Add);
                !(seen && operation.may_panic() && !counts)
            }
            InstructionKind::If { condition, then_region, else_region } => {
                let unseen = follow(then_region, sums) && follow(else_region, sums);
                yields(then_region, sums, &instruction.results);
                yields(else_region, sums, &instruction.results);
                unseen && !sums.contains(*condition)
            }
            InstructionKind::For(For { start, end, step, carried, body, exits: false, .. }) => {
                let range = [Some(*start), Some(*end), *step];
                let parameters = &body.parameters[1..];
                for (first, parameter) in carried.iter().zip(parameters) {
                    if sums.contains(*first) {
                        sums.insert(*parameter);
                    }
                }
                let mut unseen = true;
                // What one round makes a sum may make another one in the next.
                for _ in 0..=carried.len() {
                    unseen &= follow(body, sums);
                    yields(body, sums, parameters);
                }
                yields(body, sums, &instruction.results);
                let passed = carried.iter().zip(&instruction.results);
                for (first, result) in passed {
                    if sums.contains(*first) {
                        sums.insert(*result);
                    }
                }
                unseen && !range.into_iter().flatten().any(|bound| sums.contains(bound))
            }
            kind => {
                let mut inside = false;
                kind.for_each_region(&mut |region| {
                    inside |= region.yields.iter().any(|value| sums.contains(*value));
                    region.for_each_instruction(&mut |inner| {
                        inside |= inner.kind.operands().iter().any(|value| sums.contains(*value));
                        let regions = inner.kind.regions();
                        let mut yields = regions.iter().flat_map(|region| &region.yields);
                        inside |= yields.any(|value| sums.contains(*value));
                    });
                });
                !seen && !inside
            }
        }
    })
}
