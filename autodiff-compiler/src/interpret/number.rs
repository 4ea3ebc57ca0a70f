//! The numbers that the interpreter computes with.

use super::Trap;
use crate::ir::operations::{FloatOperation, FloatPredicate};
use crate::types::FloatType;
use std::fmt::Debug;

/// A float, or something that stands for one and has one to take decisions by.
pub trait Number: Copy + Debug + 'static {
    /// A constant: its derivative is zero.
    fn constant(value: Real) -> Self;

    /// The float by which comparisons, predicates and casts decide.
    fn primal(self) -> Real;

    /// An operation on floats alone.
    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap>;

    /// `powi`, `polygamma`: an operation with an integer second argument.
    fn operate_integer(operation: FloatOperation, value: Self, integer: i32) -> Result<Self, Trap>;

    /// `as f32`, `as f64`.
    fn cast(self, to: &FloatType) -> Self;
}

/// A float of the compiled program. A type parameter bounded by `Float` stands for `f64`.
#[derive(Clone, Copy, Debug)]
pub enum Real {
    /// `f32`.
    Single(f32),
    /// `f64`.
    Double(f64),
}

impl PartialEq for Real {
    /// Bit for bit, except that every NaN equals every NaN.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Real::Single(a), Real::Single(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Real::Double(a), Real::Double(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            _ => false,
        }
    }
}

impl Real {
    /// A number of a type, rounded to it.
    pub fn of_type(value: f64, ty: &FloatType) -> Self {
        match ty {
            FloatType::F32 => Real::Single(value as f32),
            FloatType::F64 | FloatType::Parameter(_) => Real::Double(value),
        }
    }

    /// The number as `f64`; exact.
    pub fn to_f64(self) -> f64 {
        match self {
            Real::Single(value) => value.into(),
            Real::Double(value) => value,
        }
    }

    /// +0 of the same type.
    pub fn zero(self) -> Self {
        match self {
            Real::Single(_) => Real::Single(0.0),
            Real::Double(_) => Real::Double(0.0),
        }
    }

    pub(super) fn predicate(self, predicate: FloatPredicate) -> bool {
        macro_rules! ask {
            ($value:expr) => {
                match predicate {
                    FloatPredicate::IsNan => $value.is_nan(),
                    FloatPredicate::IsInfinite => $value.is_infinite(),
                    FloatPredicate::IsFinite => $value.is_finite(),
                    FloatPredicate::IsSubnormal => $value.is_subnormal(),
                    FloatPredicate::IsNormal => $value.is_normal(),
                    FloatPredicate::IsSignPositive => $value.is_sign_positive(),
                    FloatPredicate::IsSignNegative => $value.is_sign_negative(),
                }
            };
        }
        match self {
            Real::Single(value) => ask!(value),
            Real::Double(value) => ask!(value),
        }
    }
}

/// `clamp` asserts that the bounds are ordered.
fn clamp_panics<T: PartialOrd>(arguments: &[T]) -> bool {
    match arguments {
        [_, low, high] => !matches!(
            low.partial_cmp(high),
            Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
        ),
        _ => false,
    }
}

impl Number for Real {
    fn constant(value: Real) -> Self {
        value
    }

    fn primal(self) -> Real {
        self
    }

    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let arity = || Trap::Broken(format!("`{}` of {arguments:?}", operation.text()));
        let clamp = || Trap::Panic("clamp".to_owned());
        // At most three arguments; those of one type come together.
        let (mut single, mut double) = ([0.0f32; 3], [0.0f64; 3]);
        let count = arguments.len().min(3);
        let mut singles = 0;
        for (k, argument) in arguments.iter().take(3).enumerate() {
            match argument {
                Real::Single(value) => {
                    single[k] = *value;
                    singles += 1;
                }
                Real::Double(value) => double[k] = *value,
            }
        }
        if singles == 0 {
            let arguments = &double[..count];
            if operation == FloatOperation::Clamp && clamp_panics(arguments) {
                return Err(clamp());
            }
            operation.evaluate_f64(arguments).map(Real::Double).ok_or_else(arity)
        } else if singles == count {
            let arguments = &single[..count];
            if operation == FloatOperation::Clamp && clamp_panics(arguments) {
                return Err(clamp());
            }
            operation.evaluate_f32(arguments).map(Real::Single).ok_or_else(arity)
        } else {
            Err(arity())
        }
    }

    fn operate_integer(operation: FloatOperation, value: Self, integer: i32) -> Result<Self, Trap> {
        match (operation, value) {
            (FloatOperation::Powi, Real::Single(value)) => Ok(Real::Single(value.powi(integer))),
            (FloatOperation::Powi, Real::Double(value)) => Ok(Real::Double(value.powi(integer))),
            (operation, Real::Single(value)) => {
                { operation.evaluate_f32(&[value, integer as f32]).map(Real::Single) }
                    .ok_or_else(|| Trap::Broken(format!("`{}` of two", operation.text())))
            }
            (operation, Real::Double(value)) => {
                { operation.evaluate_f64(&[value, integer.into()]).map(Real::Double) }
                    .ok_or_else(|| Trap::Broken(format!("`{}` of two", operation.text())))
            }
        }
    }

    fn cast(self, to: &FloatType) -> Self {
        match (self, to) {
            (Real::Double(value), FloatType::F32) => Real::Single(value as f32),
            (Real::Single(value), FloatType::F64 | FloatType::Parameter(_)) => {
                Real::Double(value.into())
            }
            (same, _) => same,
        }
    }
}
