//! What is known of a function's values and slots before its loops are looked at.

use crate::ir::operations::{IntegerOperation, Operation};
use crate::ir::polynomial::Integers;
use crate::ir::recorded::stacks;
use crate::ir::*;

/// By the names of values and slots, which splitting loops does not change.
pub(super) struct Facts {
    /// Integers that are constants.
    pub(super) constants: Map<ValueId, i128>,
    /// Integers that are calculated, and of what.
    pub(super) integers: Map<ValueId, (IntegerOperation, Vec<ValueId>)>,
    /// Stacks of derivative code.
    pub(super) stacks: Set<SlotId>,
}

impl Facts {
    pub(super) fn of(function: &Function) -> Self {
        let (mut constants, mut integers) = (Map::new(), Map::new());
        function.body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Constant(Constant::Integer(number, _)) => {
                constants.insert(instruction.results[0], *number);
            }
            InstructionKind::Operation(Operation::Integer(operation), arguments) => {
                integers.insert(instruction.results[0], (*operation, arguments.clone()));
            }
            _ => {}
        });
        Self { constants, integers, stacks: stacks(function) }
    }
}

impl Integers for Facts {
    fn number(&self, value: ValueId) -> Option<i128> {
        self.constants.get(&value).copied()
    }

    fn calculated(&self, value: ValueId) -> Option<(IntegerOperation, &[ValueId])> {
        let (operation, arguments) = self.integers.get(&value)?;
        Some((*operation, arguments))
    }
}
