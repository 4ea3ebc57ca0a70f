//! Integer operations and casts, each by the method of the primitive type itself.

use super::{Datum, Number, OverflowMode, Real, Trap};
use crate::ir::operations::IntegerOperation;
use crate::types::{FloatType, IntegerType, Type};

/// Runs the code with `$native` standing for the primitive type.
macro_rules! with_type {
    ($ty:expr, signed $signed:ident, unsigned $unsigned:ident, $($argument:expr),*) => {
        match $ty {
            IntegerType::I8 => $signed::<i8>($($argument),*),
            IntegerType::I16 => $signed::<i16>($($argument),*),
            IntegerType::I32 => $signed::<i32>($($argument),*),
            IntegerType::I64 => $signed::<i64>($($argument),*),
            IntegerType::I128 => $signed::<i128>($($argument),*),
            IntegerType::Isize => $signed::<isize>($($argument),*),
            IntegerType::U8 => $unsigned::<u8>($($argument),*),
            IntegerType::U16 => $unsigned::<u16>($($argument),*),
            IntegerType::U32 => $unsigned::<u32>($($argument),*),
            IntegerType::U64 => $unsigned::<u64>($($argument),*),
            IntegerType::U128 => $unsigned::<u128>($($argument),*),
            IntegerType::Usize => $unsigned::<usize>($($argument),*),
        }
    };
}

/// The primitive integer types with their operations.
trait Native: Copy {
    fn operate(
        operation: IntegerOperation,
        arguments: &[i128],
        mode: OverflowMode,
    ) -> Result<Answer, Trap>;
    fn wrap(value: i128) -> i128;
    fn from_real(value: Real) -> i128;
}

/// What an integer operation gives.
enum Answer {
    Integer(i128),
    Bool(bool),
}

/// What only signed types have.
macro_rules! signed_operation {
    ($operation:expr, $a:ident, $b:ident, $plain:ident, $settle:ident) => {
        match $operation {
            Isqrt => match $a.checked_isqrt() {
                Some(value) => $plain(value),
                None => Err(Trap::Panic("isqrt".to_owned())),
            },
            Abs => $settle($a.checked_abs(), $a.wrapping_abs()),
            UnsignedAbs => Ok(Answer::Integer($a.unsigned_abs() as i128)),
            Signum => $plain($a.signum()),
            IsPositive => Ok(Answer::Bool($a.is_positive())),
            IsNegative => Ok(Answer::Bool($a.is_negative())),
            other => Err(Trap::Broken(format!("`{}` of a signed integer", other.text()))),
        }
    };
}

/// What only unsigned types have.
macro_rules! unsigned_operation {
    ($operation:expr, $a:ident, $b:ident, $plain:ident, $settle:ident) => {
        match $operation {
            Isqrt => $plain($a.isqrt()),
            DivCeil => $plain($a.div_ceil($b)),
            NextMultipleOf => {
                let rest = $a % $b;
                let wrapped = if rest == 0 { $a } else { $a.wrapping_add($b - rest) };
                $settle($a.checked_next_multiple_of($b), wrapped)
            }
            NextPowerOfTwo => $settle($a.checked_next_power_of_two(), 0),
            IsPowerOfTwo => Ok(Answer::Bool($a.is_power_of_two())),
            other => Err(Trap::Broken(format!("`{}` of an unsigned integer", other.text()))),
        }
    };
}

macro_rules! native {
    ($($ty:ident $unsigned:ident $own:ident;)*) => { $(
        impl Native for $ty {
            fn operate(
                operation: IntegerOperation,
                arguments: &[i128],
                mode: OverflowMode,
            ) -> Result<Answer, Trap> {
                use IntegerOperation::*;
                let argument = |k: usize| arguments.get(k).copied().unwrap_or_default();
                let a = argument(0) as $ty;
                let b = argument(1) as $ty;
                // Shift and power counts have types of their own.
                let count = argument(1);
                let n = count as u32;
                // A result that overflow changes.
                let settle = |checked: Option<$ty>, wrapped: $ty| match (mode, checked) {
                    (_, Some(value)) => Ok(Answer::Integer(value as i128)),
                    (OverflowMode::Panic, None) => Err(Trap::Overflow),
                    (OverflowMode::Wrap, None) => Ok(Answer::Integer(wrapped as i128)),
                };
                // A result that overflow never lets pass.
                let strict = |checked: Option<$ty>| match checked {
                    Some(value) => Ok(Answer::Integer(value as i128)),
                    None => Err(Trap::Overflow),
                };
                let plain = |value: $ty| Ok(Answer::Integer(value as i128));
                let bits = |value: u32| Ok(Answer::Integer(value.into()));
                let shift_fits = (0..i128::from($ty::BITS)).contains(&count);
                if matches!(operation, Div | Rem | DivEuclid | RemEuclid | DivCeil | NextMultipleOf)
                    && b == 0
                {
                    return Err(Trap::DivisionByZero);
                }
                match operation {
                    Neg => settle(a.checked_neg(), a.wrapping_neg()),
                    Not => plain(!a),
                    Add => settle(a.checked_add(b), a.wrapping_add(b)),
                    Sub => settle(a.checked_sub(b), a.wrapping_sub(b)),
                    Mul => settle(a.checked_mul(b), a.wrapping_mul(b)),
                    Div => strict(a.checked_div(b)),
                    Rem => strict(a.checked_rem(b)),
                    And => plain(a & b),
                    Or => plain(a | b),
                    Xor => plain(a ^ b),
                    ShiftLeft => settle(shift_fits.then(|| a.wrapping_shl(n)), a.wrapping_shl(n)),
                    ShiftRight => settle(shift_fits.then(|| a.wrapping_shr(n)), a.wrapping_shr(n)),
                    Min => plain(a.min(b)),
                    Max => plain(a.max(b)),
                    Clamp => {
                        let high = argument(2) as $ty;
                        match b <= high {
                            true => plain(a.clamp(b, high)),
                            false => Err(Trap::Panic("clamp".to_owned())),
                        }
                    }
                    AbsDiff => {
                        let difference: $unsigned = a.abs_diff(b);
                        Ok(Answer::Integer(difference as i128))
                    }
                    Pow => settle(a.checked_pow(n), a.wrapping_pow(n)),
                    DivEuclid => strict(a.checked_div_euclid(b)),
                    RemEuclid => strict(a.checked_rem_euclid(b)),
                    Ilog2 => match a.checked_ilog2() {
                        Some(value) => bits(value),
                        None => Err(Trap::Panic("ilog2".to_owned())),
                    },
                    Ilog10 => match a.checked_ilog10() {
                        Some(value) => bits(value),
                        None => Err(Trap::Panic("ilog10".to_owned())),
                    },
                    WrappingAdd => plain(a.wrapping_add(b)),
                    WrappingSub => plain(a.wrapping_sub(b)),
                    WrappingMul => plain(a.wrapping_mul(b)),
                    WrappingNeg => plain(a.wrapping_neg()),
                    WrappingPow => plain(a.wrapping_pow(n)),
                    WrappingShl => plain(a.wrapping_shl(n)),
                    WrappingShr => plain(a.wrapping_shr(n)),
                    SaturatingAdd => plain(a.saturating_add(b)),
                    SaturatingSub => plain(a.saturating_sub(b)),
                    SaturatingMul => plain(a.saturating_mul(b)),
                    SaturatingPow => plain(a.saturating_pow(n)),
                    RotateLeft => plain(a.rotate_left(n)),
                    RotateRight => plain(a.rotate_right(n)),
                    CountOnes => bits(a.count_ones()),
                    CountZeros => bits(a.count_zeros()),
                    LeadingZeros => bits(a.leading_zeros()),
                    TrailingZeros => bits(a.trailing_zeros()),
                    SwapBytes => plain(a.swap_bytes()),
                    ReverseBits => plain(a.reverse_bits()),
                    CheckpointBudget => plain(2 * ($ty::BITS - a.leading_zeros()) as $ty),
                    // Any choice gives the same results: halves are as good as core's.
                    NextCheckpoint => plain(match argument(2) {
                        0 => b,
                        _ => a + (b - a).min((b - a) / 2 + 1),
                    }),
                    other => $own!(other, a, b, plain, settle),
                }
            }

            fn wrap(value: i128) -> i128 {
                value as $ty as i128
            }

            fn from_real(value: Real) -> i128 {
                match value {
                    Real::Single(value) => value as $ty as i128,
                    Real::Double(value) => value as $ty as i128,
                }
            }
        }
    )* };
}

native! {
    i8 u8 signed_operation;
    u8 u8 unsigned_operation;
    i16 u16 signed_operation;
    u16 u16 unsigned_operation;
    i32 u32 signed_operation;
    u32 u32 unsigned_operation;
    i64 u64 signed_operation;
    u64 u64 unsigned_operation;
    i128 u128 signed_operation;
    u128 u128 unsigned_operation;
    isize usize signed_operation;
    usize usize unsigned_operation;
}

fn operate_on<T: Native>(
    operation: IntegerOperation,
    arguments: &[i128],
    mode: OverflowMode,
) -> Result<Answer, Trap> {
    T::operate(operation, arguments, mode)
}

fn wrap_to<T: Native>(value: i128) -> i128 {
    T::wrap(value)
}

fn real_to<T: Native>(value: Real) -> i128 {
    T::from_real(value)
}

/// An operation on integers of a type.
pub(super) fn operate<N>(
    operation: IntegerOperation,
    ty: IntegerType,
    arguments: &[i128],
    mode: OverflowMode,
) -> Result<Datum<N>, Trap> {
    let answer =
        with_type!(ty, signed operate_on, unsigned operate_on, operation, arguments, mode)?;
    Ok(match answer {
        Answer::Integer(value) => Datum::Integer(value),
        Answer::Bool(value) => Datum::Bool(value),
    })
}

/// `value as to`.
pub(super) fn cast<N: Number>(value: &Datum<N>, from: &Type, to: &Type) -> Result<Datum<N>, Trap> {
    Ok(match (value, to) {
        (Datum::Float(value), Type::Float(to)) => Datum::Float(value.cast(to)),
        (Datum::Float(value), Type::Integer(to)) => {
            let value = value.primal();
            Datum::Integer(with_type!(to, signed real_to, unsigned real_to, value))
        }
        (Datum::Integer(value), Type::Integer(to)) => {
            Datum::Integer(with_type!(to, signed wrap_to, unsigned wrap_to, *value))
        }
        // The integer is exact in 128 bits, so there is one rounding, as from the type itself.
        (Datum::Integer(value), Type::Float(to)) => {
            let wide = matches!(from, Type::Integer(IntegerType::U128));
            let value = match (to, wide) {
                (FloatType::F32, false) => Real::Single(*value as f32),
                (FloatType::F32, true) => Real::Single(*value as u128 as f32),
                (_, false) => Real::Double(*value as f64),
                (_, true) => Real::Double(*value as u128 as f64),
            };
            Datum::Float(N::constant(value))
        }
        (Datum::Bool(value), Type::Integer(_)) => Datum::Integer((*value).into()),
        (Datum::Bool(value), Type::Bool) => Datum::Bool(*value),
        (value, to) => return Err(Trap::Broken(format!("{value:?} as {to}"))),
    })
}
