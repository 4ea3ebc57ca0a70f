//! How far integers are from the index of a loop.

use super::builder::Builder;
use super::operations::{IntegerOperation, Operation};
use super::{Constant, For, InstructionKind, Map, ValueId};

/// The constant that a value is.
pub(crate) fn constant(builder: &Builder, counted: &For, value: ValueId) -> Option<i128> {
    let mut found = match builder.constant_of(value) {
        Some(Constant::Integer(constant, _)) => Some(*constant),
        _ => None,
    };
    counted.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Constant(Constant::Integer(constant, _)) = &instruction.kind
            && instruction.results == [value]
        {
            found = Some(*constant);
        }
    });
    found
}

/// The values that are the loop's index plus or minus a constant.
pub(crate) fn offsets(builder: &Builder, counted: &For) -> Map<ValueId, i128> {
    let mut offsets = Map::from_iter([(counted.body.parameters[0], 0)]);
    counted.body.for_each_instruction(&mut |instruction| {
        use IntegerOperation::{Add, Sub};
        let InstructionKind::Operation(Operation::Integer(operation @ (Add | Sub)), arguments) =
            &instruction.kind
        else {
            return;
        };
        let known = |position: usize| offsets.get(&arguments[position]).copied();
        let constant = |position: usize| constant(builder, counted, arguments[position]);
        let offset = match operation {
            Add => match known(0) {
                Some(offset) => constant(1).map(|by| offset + by),
                None => known(1).and_then(|offset| Some(offset + constant(0)?)),
            },
            _ => known(0).and_then(|offset| Some(offset - constant(1)?)),
        };
        if let Some(offset) = offset {
            offsets.insert(instruction.results[0], offset);
        }
    });
    offsets
}
