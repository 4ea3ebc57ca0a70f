//! Random floats, indices and truth values.

use super::Generator;
use crate::ir::ValueId;
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, FloatPredicate, IntegerOperation, Operation,
};
use crate::types::{FloatType, IntegerType, Type};

/// Smooth operations that keep numbers of moderate size; the plain ones come up most.
const MODERATE: &[FloatOperation] = {
    use FloatOperation::*;
    &[
        Add, Add, Add, Sub, Sub, Mul, Mul, Mul, Neg, Sin, Cos, Tanh, Atan, MulAdd, Div, Abs, Max,
        Min, Asinh, Sqrt, Exp, Hypot, Recip, Cbrt, Erf, NormCdf, Ln1p, ExpM1, Midpoint, Atan2,
        Powf, Copysign, Fract, Detach, Floor, Clamp,
    ]
};

impl Generator<'_> {
    /// A float that is there already, most likely a new one, or a constant.
    pub(super) fn float(&mut self) -> ValueId {
        let count = self.scope.floats.len();
        if count == 0 || self.choices.chance(15) {
            return self.constant();
        }
        let back = match self.choices.chance(40) {
            false => self.choices.pick(count.min(3)),
            true => self.choices.pick(count),
        };
        self.scope.floats[count - 1 - back]
    }

    /// A new float from others.
    pub(super) fn float_operation(&mut self) {
        let operation = match self.style.all_operations {
            false => MODERATE[self.choices.pick(MODERATE.len())],
            true => match self.choices.chance(50) {
                false => MODERATE[self.choices.pick(MODERATE.len())],
                true => FloatOperation::ALL[self.choices.pick(FloatOperation::ALL.len())],
            },
        };
        let first = self.float();
        let value = match operation {
            FloatOperation::Powi => {
                let power = self.choices.pick(7) as i32 - 3;
                let power = self.i32(power);
                self.sketch.float_operation(operation, &[first, power])
            }
            // Only derivative code has it, and it takes an integer.
            FloatOperation::Polygamma => first,
            FloatOperation::Clamp if !self.style.panics => {
                let low = self.sketch.float(-0.75, &FloatType::F64);
                let high = self.sketch.float(0.75, &FloatType::F64);
                self.sketch.float_operation(operation, &[first, low, high])
            }
            _ => {
                let mut arguments = vec![first];
                while arguments.len() < operation.arity() {
                    let argument = self.float();
                    arguments.push(argument);
                }
                self.sketch.float_operation(operation, &arguments)
            }
        };
        self.scope.floats.push(value);
    }

    /// A float that is narrowed, or comes from an integer, or one of two.
    pub(super) fn odd_float(&mut self) {
        let value = match self.choices.pick(if self.style.narrow { 3 } else { 2 }) {
            0 => {
                let condition = self.truth();
                let (a, b) = (self.float(), self.float());
                self.sketch.operation(Operation::Select, &[condition, a, b], Type::F64)
            }
            1 => {
                let index = self.index();
                self.sketch.operation(Operation::Cast, &[index], Type::F64)
            }
            _ => {
                let wide = self.float();
                let narrow = self.sketch.operation(Operation::Cast, &[wide], Type::F32);
                let square = self.sketch.float_operation(FloatOperation::Mul, &[narrow, narrow]);
                self.sketch.operation(Operation::Cast, &[square], Type::F64)
            }
        };
        self.scope.floats.push(value);
    }

    /// A `usize` of moderate size.
    pub(super) fn index(&mut self) -> ValueId {
        let count = self.scope.indices.len();
        if count == 0 || self.choices.chance(25) {
            let constant = self.choices.pick(4);
            return self.sketch.usize(constant);
        }
        let back = self.choices.pick(count);
        self.scope.indices[count - 1 - back]
    }

    /// A new `usize` from others.
    pub(super) fn index_operation(&mut self) {
        use IntegerOperation::*;
        let (a, b) = (self.index(), self.index());
        let value = match self.style.panics {
            true => {
                let all = [Add, Mul, Sub, Rem, Div, Min, Max, WrappingSub, AbsDiff, And, Xor];
                let operation = all[self.choices.pick(all.len())];
                self.sketch.integer(operation, &[a, b])
            }
            false => {
                // Small again, so that nothing overflows and loops stay short.
                let all = [Add, Mul, Min, Max, AbsDiff, Xor, Or];
                let operation = all[self.choices.pick(all.len())];
                let value = self.sketch.integer(operation, &[a, b]);
                let seven = self.sketch.usize(7);
                self.sketch.integer(And, &[value, seven])
            }
        };
        self.scope.indices.push(value);
    }

    /// A truth value.
    pub(super) fn truth(&mut self) -> ValueId {
        let value = match self.choices.pick(6) {
            0 | 1 => {
                let (a, b) = (self.float(), self.float());
                let operation = Comparison::ALL[self.choices.pick(Comparison::ALL.len())];
                self.sketch.compare(operation, a, b)
            }
            2 => {
                let (a, b) = (self.index(), self.index());
                let operation = Comparison::ALL[self.choices.pick(Comparison::ALL.len())];
                self.sketch.compare(operation, a, b)
            }
            3 => {
                let a = self.float();
                let predicate = FloatPredicate::ALL[self.choices.pick(FloatPredicate::ALL.len())];
                self.sketch.operation(Operation::Predicate(predicate), &[a], Type::Bool)
            }
            4 => {
                let (a, b) = (self.old_truth(), self.old_truth());
                use BooleanOperation::*;
                let operation = [And, Or, Xor][self.choices.pick(3)];
                self.sketch.boolean(operation, &[a, b])
            }
            _ => {
                let a = self.old_truth();
                self.sketch.boolean(BooleanOperation::Not, &[a])
            }
        };
        self.scope.truths.push(value);
        value
    }

    fn old_truth(&mut self) -> ValueId {
        let count = self.scope.truths.len();
        match count {
            0 => {
                let (a, b) = (self.float(), self.float());
                self.sketch.compare(Comparison::Less, a, b)
            }
            _ => {
                let back = self.choices.pick(count);
                self.scope.truths[count - 1 - back]
            }
        }
    }

    /// Integers of another type: wrapping and signed arithmetic that ends as an index.
    pub(super) fn signed(&mut self) {
        let ty = Type::Integer(IntegerType::I32);
        let index = self.index();
        let a = self.sketch.operation(Operation::Cast, &[index], ty);
        let b = self.choices.pick(7) as i32 - 3;
        let b = self.i32(b);
        use IntegerOperation::*;
        let all = [Sub, Mul, WrappingMul, Min, Max, RemEuclid, DivEuclid, SaturatingSub];
        let operation = match self.style.panics {
            true => all[self.choices.pick(all.len())],
            false => [Sub, Mul, WrappingMul, Min, Max][self.choices.pick(5)],
        };
        let value = self.sketch.integer(operation, &[a, b]);
        let three = self.i32(3);
        let small = self.sketch.integer(And, &[value, three]);
        let index = self.sketch.operation(Operation::Cast, &[small], Type::USIZE);
        self.scope.indices.push(index);
    }
}
