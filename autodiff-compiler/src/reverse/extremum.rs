//! Maxima and minima over loops.
//!
//! The reverse of `m = max(m, e)` asks each iteration whether its `e` was the maximum so far, which is another
//! number in each iteration and would be stored. It may as well ask whether `e` is the maximum of all. The adjoint
//! of `m` goes backwards past iterations that changed nothing, up to the last one whose `e` is the maximum, takes
//! all of it there, and is zero before. As long as it is on its way, the maximum so far is the one of all; before
//! that, both answers contribute zero.
//!
//! Assumes the reverse of an iteration, in which nothing is recorded yet. Guarantees: the same contributions.

use crate::ir::operations::{Comparison, FloatOperation, Operation};
use crate::ir::*;

/// Lets the reverse of an iteration compare with the final value of each maximum or minimum that the loop carries.
pub(super) fn compare_with_the_last(counted: &For, results: &[ValueId], reversed: &mut Region) {
    if counted.exits {
        return;
    }
    for (position, result) in results.iter().enumerate().take(counted.carried.len()) {
        let next = counted.body.yields[position];
        if extremum(&counted.body, position).is_some() && only_compared(reversed, next) {
            reversed.replace_uses(&|value| if value == next { *result } else { value });
        }
    }
}

/// Whether a carried value becomes the larger (`Max`), or the smaller (`Min`), of itself and something else, and is
/// not looked at.
pub(crate) fn extremum(body: &Region, position: usize) -> Option<FloatOperation> {
    use FloatOperation::{Max, Min};
    let (parameter, next) = (body.parameters[1 + position], body.yields[position]);
    let found = body.instructions.iter().find_map(|instruction| match &instruction.kind {
        InstructionKind::Operation(Operation::Float(operation @ (Max | Min)), arguments)
            if instruction.results == [next]
                && arguments[0] == parameter
                && arguments[1] != parameter =>
        {
            Some(*operation)
        }
        _ => None,
    })?;
    let (mut of_parameter, mut of_next) = (0, 0);
    let mut count = |value: ValueId| {
        of_parameter += usize::from(value == parameter);
        of_next += usize::from(value == next);
    };
    for_each_use(body, &mut count);
    ((of_parameter, of_next) == (1, 1)).then_some(found)
}

/// Whether a value is used in comparisons for equality only.
fn only_compared(region: &Region, value: ValueId) -> bool {
    let (mut all, mut compared) = (0, 0);
    for_each_use(region, &mut |used| all += usize::from(used == value));
    region.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Operation(
            Operation::Compare(Comparison::Equal | Comparison::NotEqual),
            arguments,
        ) = &instruction.kind
        {
            compared += arguments.iter().filter(|argument| **argument == value).count();
        }
    });
    all == compared
}

/// Calls `visit` on every use in a region and those nested in it.
fn for_each_use(region: &Region, visit: &mut dyn FnMut(ValueId)) {
    for instruction in &region.instructions {
        instruction.kind.for_each_operand(&mut |value| visit(*value));
        instruction.kind.for_each_region(&mut |inner| for_each_use(inner, visit));
    }
    region.yields.iter().for_each(|value| visit(*value));
}
