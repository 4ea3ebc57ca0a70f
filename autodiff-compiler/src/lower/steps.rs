//! What loops over iterators are made of: counters, conditions, stops.

use super::Lowerer;
use super::flow::{Exit, Halt, Lowered};
use super::operand::{Key, Operand, Pointer};
use crate::ir::ValueId;
use crate::ir::operations::IntegerOperation;

impl Lowerer<'_> {
    /// The scalar that a variable of lowering's own is.
    pub(super) fn variable(&mut self, key: Key) -> Lowered<ValueId> {
        let operand = self.scope.get(&key).cloned().unwrap_or(Operand::Poison);
        self.as_scalar(operand)
    }

    /// Runs something that counts in a variable of its own, from 0.
    pub(super) fn counting(
        &mut self,
        run: impl FnOnce(&mut Self, Key) -> Lowered<()>,
    ) -> Lowered<()> {
        let zero = Operand::Scalar(self.builder.usize(0));
        let key = self.temporary();
        self.scope.insert(key, zero);
        let done = run(self, key);
        self.scope.remove(&key);
        done
    }

    /// The count so far; it goes up by one.
    pub(super) fn next_count(&mut self, key: Key) -> Lowered<ValueId> {
        let count = self.variable(key)?;
        self.name_value(count, &"count".into());
        let one = self.builder.usize(1);
        let next = self.builder.integer(IntegerOperation::Add, &[count, one]);
        self.scope.insert(key, Operand::Scalar(next));
        Ok(count)
    }

    /// Runs something that can be ended with an exit code of its own.
    pub(super) fn stoppable(
        &mut self,
        run: impl FnOnce(&mut Self, u32) -> Lowered<()>,
    ) -> Lowered<()> {
        let jump = self.internal_jump();
        let stop = self.exit_code(jump);
        let (_, exit) = self.scoped(Some(stop), |lowerer| {
            run(lowerer, stop)?;
            Ok(Operand::Unit)
        })?;
        self.resume(exit, None)
    }

    /// Goes on if a condition holds and leaves with the code otherwise.
    pub(super) fn go_on_if(&mut self, condition: ValueId, stop: u32) -> Lowered<()> {
        self.fork(condition, |_| Ok(Operand::Unit), |_| Err(Halt::Exit(Exit::leaving(stop))))?;
        Ok(())
    }

    pub(super) fn only_if(
        &mut self,
        condition: ValueId,
        then: &mut dyn FnMut(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.fork(
            condition,
            |lowerer| {
                then(lowerer)?;
                Ok(Operand::Unit)
            },
            |_| Ok(Operand::Unit),
        )?;
        Ok(())
    }

    /// Calls a function that returns an `Option`.
    pub(super) fn optional(
        &mut self,
        function: &Operand,
        arguments: Vec<Operand>,
    ) -> Lowered<(ValueId, Operand)> {
        match self.apply(function, arguments)? {
            Operand::Option { some, payload } => Ok((some, self.read(Pointer::Value(payload))?)),
            Operand::Poison => Err(Halt::Error),
            _ => {
                let span = self.builder.span();
                self.error(
                    span,
                    "this function must return an `Option` that is made in it",
                    "write `if … { Some(…) } else { None }`",
                )
            }
        }
    }
}
