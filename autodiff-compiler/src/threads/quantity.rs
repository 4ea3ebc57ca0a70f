//! Counts that are known now or when the function runs: what is known is not calculated there.

use crate::ir::ValueId;
use crate::ir::builder::Builder;
use crate::ir::operations::IntegerOperation;

/// A `usize`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quantity {
    /// This one.
    Known(u64),
    /// What a value is.
    Value(ValueId),
}

impl Quantity {
    /// As a value.
    pub(super) fn value(self, builder: &mut Builder) -> ValueId {
        match self {
            Self::Known(number) => builder.usize(number as usize),
            Self::Value(value) => value,
        }
    }

    fn operation(
        self,
        builder: &mut Builder,
        operation: IntegerOperation,
        other: Self,
        known: fn(u64, u64) -> u64,
    ) -> Self {
        if let (Self::Known(a), Self::Known(b)) = (self, other) {
            return Self::Known(known(a, b));
        }
        let (a, b) = (self.value(builder), other.value(builder));
        Self::Value(builder.integer(operation, &[a, b]))
    }

    pub(super) fn plus(self, builder: &mut Builder, other: Self) -> Self {
        if let Self::Known(0) = self {
            return other;
        }
        if let Self::Known(0) = other {
            return self;
        }
        self.operation(builder, IntegerOperation::SaturatingAdd, other, u64::saturating_add)
    }

    /// 0 where it would be less.
    pub(super) fn minus(self, builder: &mut Builder, other: Self) -> Self {
        if let Self::Known(0) = other {
            return self;
        }
        self.operation(builder, IntegerOperation::SaturatingSub, other, u64::saturating_sub)
    }

    pub(super) fn times(self, builder: &mut Builder, other: Self) -> Self {
        match (self, other) {
            (Self::Known(1), quantity) | (quantity, Self::Known(1)) => quantity,
            _ => {
                self.operation(builder, IntegerOperation::SaturatingMul, other, u64::saturating_mul)
            }
        }
    }

    pub(super) fn min(self, builder: &mut Builder, other: Self) -> Self {
        self.operation(builder, IntegerOperation::Min, other, u64::min)
    }

    pub(super) fn max(self, builder: &mut Builder, other: Self) -> Self {
        self.operation(builder, IntegerOperation::Max, other, u64::max)
    }

    /// Rounded up; by what is not 0.
    pub(super) fn divided_by(self, builder: &mut Builder, other: Self) -> Self {
        if let Self::Known(1) = other {
            return self;
        }
        self.operation(builder, IntegerOperation::DivCeil, other, u64::div_ceil)
    }
}
