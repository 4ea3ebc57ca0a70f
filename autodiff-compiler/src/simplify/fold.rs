//! Operations on constants: what every machine agrees on is calculated now.
//!
//! Floats: only operations that IEEE 754 rounds correctly, in the precision of their type, and only
//! where the result is a number. Integers: only where nothing overflows, on any target.

use super::Folding;
use crate::ir::Constant;
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use crate::types::{FloatType, IntegerType, Type};

/// The result of an operation on constants, if it is certain.
pub(super) fn fold(
    operation: Operation,
    arguments: &[&Constant],
    ty: &Type,
    folding: Folding,
) -> Option<Constant> {
    match (operation, arguments) {
        (Operation::Float(operation), _) => {
            let Type::Float(ty) = ty else { return None };
            let numbers: Option<Vec<f64>> =
                arguments.iter().map(|argument| float(argument)).collect();
            let numbers = numbers?;
            fold_float(operation, &numbers, ty)
                .filter(|value| {
                    folding == Folding::Rounded || is_exact(operation, &numbers, *value)
                })
                .map(|value| Constant::Float(value, ty.clone()))
        }
        (Operation::Compare(comparison), [a, b]) => compare(comparison, a, b).map(Constant::Bool),
        (Operation::Boolean(operation), _) => {
            let truths: Option<Vec<bool>> = arguments
                .iter()
                .map(|argument| match argument {
                    Constant::Bool(truth) => Some(*truth),
                    _ => None,
                })
                .collect();
            let result = match (operation, truths?.as_slice()) {
                (BooleanOperation::Not, [a]) => !a,
                (BooleanOperation::And, [a, b]) => a & b,
                (BooleanOperation::Or, [a, b]) => a | b,
                (BooleanOperation::Xor, [a, b]) => a ^ b,
                _ => return None,
            };
            Some(Constant::Bool(result))
        }
        (Operation::Integer(operation), _) => {
            let Type::Integer(ty) = ty else { return None };
            let numbers: Option<Vec<i128>> =
                arguments.iter().map(|argument| integer(argument)).collect();
            let result = fold_integer(operation, &numbers?)?;
            fits(result, *ty).then_some(Constant::Integer(result, *ty))
        }
        (Operation::Cast, [a]) => cast(a, ty).filter(|to| match (a, to) {
            (Constant::Float(from, _), Constant::Float(to, _)) => {
                folding == Folding::Rounded || from == to
            }
            _ => true,
        }),
        _ => None,
    }
}

/// Whether a result is exact; `false` if that is not easily told.
fn is_exact(operation: FloatOperation, arguments: &[f64], result: f64) -> bool {
    // Beyond these, a product's error may be lost to underflow.
    let moderate = |x: f64| x == 0.0 || (1e-140..1e140).contains(&x.abs());
    if !arguments.iter().chain([&result]).all(|x| moderate(*x)) {
        return false;
    }
    match (operation, arguments) {
        // The rest after rounding (Knuth, The Art of Computer Programming 2, section 4.2.2).
        (FloatOperation::Add, [a, b]) => rest_of_sum(*a, *b, result) == 0.0,
        (FloatOperation::Sub, [a, b]) => rest_of_sum(*a, -*b, result) == 0.0,
        (FloatOperation::Mul, [a, b]) => a.mul_add(*b, -result) == 0.0,
        (FloatOperation::Div, [a, b]) => result.mul_add(*b, -*a) == 0.0,
        (FloatOperation::Recip, [a]) => result.mul_add(*a, -1.0) == 0.0,
        (FloatOperation::MulAdd | FloatOperation::Sqrt, _) => false,
        // Choices, signs and whole numbers.
        _ => true,
    }
}

/// What is left of `a + b` without `sum`, if that is `a + b` rounded; not zero for any other sum.
fn rest_of_sum(a: f64, b: f64, sum: f64) -> f64 {
    if sum != a + b {
        return f64::NAN;
    }
    let of_b = sum - a;
    (a - (sum - of_b)) + (b - of_b)
}

fn float(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::Float(value, _) => Some(*value),
        _ => None,
    }
}

fn integer(constant: &Constant) -> Option<i128> {
    match constant {
        // Constants are two's complement in 128 bits: large `u128` ones look negative.
        Constant::Integer(value, IntegerType::U128) if *value < 0 => None,
        Constant::Integer(value, _) => Some(*value),
        _ => None,
    }
}

macro_rules! fold_as {
    ($name:ident, $float:ty) => {
        fn $name(operation: FloatOperation, arguments: &[f64]) -> Option<f64> {
            let arguments: Vec<$float> = arguments.iter().map(|value| *value as $float).collect();
            let result: $float = match (operation, arguments.as_slice()) {
                (FloatOperation::Neg, [a]) => -a,
                (FloatOperation::Add, [a, b]) => a + b,
                (FloatOperation::Sub, [a, b]) => a - b,
                (FloatOperation::Mul, [a, b]) => a * b,
                (FloatOperation::Div, [a, b]) => a / b,
                (FloatOperation::MulAdd, [a, b, c]) => a.mul_add(*b, *c),
                (FloatOperation::Recip, [a]) => a.recip(),
                (FloatOperation::Sqrt, [a]) => a.sqrt(),
                (FloatOperation::Abs, [a]) => a.abs(),
                (FloatOperation::Copysign, [a, b]) => a.copysign(*b),
                (FloatOperation::Floor, [a]) => a.floor(),
                (FloatOperation::Ceil, [a]) => a.ceil(),
                (FloatOperation::Round, [a]) => a.round(),
                (FloatOperation::RoundTiesEven, [a]) => a.round_ties_even(),
                (FloatOperation::Trunc, [a]) => a.trunc(),
                (FloatOperation::Max, [a, b]) if a != b => a.max(*b),
                (FloatOperation::Min, [a, b]) if a != b => a.min(*b),
                _ => return None,
            };
            result.is_finite().then_some(result as f64)
        }
    };
}

fold_as!(fold_f64, f64);
fold_as!(fold_f32, f32);

fn fold_float(operation: FloatOperation, arguments: &[f64], ty: &FloatType) -> Option<f64> {
    match ty {
        FloatType::F64 => fold_f64(operation, arguments),
        FloatType::F32 => fold_f32(operation, arguments),
        // Only what is the same number in both precisions.
        FloatType::Parameter(_) => {
            let representable = arguments.iter().all(|value| f64::from(*value as f32) == *value);
            let result = fold_f64(operation, arguments)?;
            let single = fold_f32(operation, arguments)?;
            (representable && result.to_bits() == single.to_bits()).then_some(result)
        }
    }
}

fn compare(comparison: Comparison, a: &Constant, b: &Constant) -> Option<bool> {
    let ordering = match (a, b) {
        (Constant::Float(a, FloatType::Parameter(_)), Constant::Float(b, _)) => {
            // Different numbers may be one in a narrower type.
            let (a, b) = (*a as f32, *b as f32);
            if a == b {
                return None;
            }
            a.partial_cmp(&b)
        }
        (Constant::Float(a, _), Constant::Float(b, _)) => a.partial_cmp(b),
        (Constant::Integer(..), Constant::Integer(..)) => Some(integer(a)?.cmp(&integer(b)?)),
        (Constant::Bool(a), Constant::Bool(b)) => Some(a.cmp(b)),
        _ => return None,
    };
    Some(match comparison {
        Comparison::Equal => ordering.is_some_and(|ordering| ordering.is_eq()),
        Comparison::NotEqual => !ordering.is_some_and(|ordering| ordering.is_eq()),
        Comparison::Less => ordering.is_some_and(|ordering| ordering.is_lt()),
        Comparison::LessEqual => ordering.is_some_and(|ordering| ordering.is_le()),
        Comparison::Greater => ordering.is_some_and(|ordering| ordering.is_gt()),
        Comparison::GreaterEqual => ordering.is_some_and(|ordering| ordering.is_ge()),
    })
}

fn fold_integer(operation: IntegerOperation, arguments: &[i128]) -> Option<i128> {
    use IntegerOperation::*;
    Some(match (operation, arguments) {
        (Neg, [a]) => a.checked_neg()?,
        (Abs, [a]) => a.checked_abs()?,
        (Add | WrappingAdd | SaturatingAdd, [a, b]) => a.checked_add(*b)?,
        (Sub | WrappingSub | SaturatingSub, [a, b]) => a.checked_sub(*b)?,
        (Mul | WrappingMul | SaturatingMul, [a, b]) => a.checked_mul(*b)?,
        (Div, [a, b]) => a.checked_div(*b)?,
        // Of the smallest integer it panics, since the quotient overflows.
        (Rem | RemEuclid, [_, -1]) => return None,
        (Rem, [a, b]) => a.checked_rem(*b)?,
        (DivEuclid, [a, b]) => a.checked_div_euclid(*b)?,
        (RemEuclid, [a, b]) => a.checked_rem_euclid(*b)?,
        (Min, [a, b]) => *a.min(b),
        (Max, [a, b]) => *a.max(b),
        (AbsDiff, [a, b]) => a.checked_sub(*b)?.checked_abs()?,
        _ => return None,
    })
}

/// Whether the type has the value on every target.
fn fits(value: i128, ty: IntegerType) -> bool {
    match ty {
        IntegerType::I8 => i8::try_from(value).is_ok(),
        IntegerType::I16 => i16::try_from(value).is_ok(),
        IntegerType::I32 => i32::try_from(value).is_ok(),
        IntegerType::I64 => i64::try_from(value).is_ok(),
        IntegerType::U8 => u8::try_from(value).is_ok(),
        IntegerType::U16 => u16::try_from(value).is_ok(),
        IntegerType::U32 => u32::try_from(value).is_ok(),
        IntegerType::U64 => u64::try_from(value).is_ok(),
        // At least 16 bits.
        IntegerType::Isize => i16::try_from(value).is_ok(),
        IntegerType::Usize => u16::try_from(value).is_ok(),
        IntegerType::I128 => true,
        IntegerType::U128 => value >= 0,
    }
}

fn cast(constant: &Constant, ty: &Type) -> Option<Constant> {
    match (constant, ty) {
        (Constant::Integer(..), Type::Integer(ty)) => {
            let value = integer(constant)?;
            fits(value, *ty).then_some(Constant::Integer(value, *ty))
        }
        (Constant::Integer(..), Type::Float(ty)) => {
            // Exact in every float type.
            let value = integer(constant)?;
            (value.unsigned_abs() <= 1 << 24).then_some(Constant::Float(value as f64, ty.clone()))
        }
        (Constant::Float(value, FloatType::F32), Type::Float(FloatType::F64))
        | (Constant::Float(value, FloatType::F64), Type::Float(FloatType::F64)) => {
            Some(Constant::Float(*value, FloatType::F64))
        }
        (Constant::Float(value, FloatType::F32 | FloatType::F64), Type::Float(FloatType::F32)) => {
            let single = *value as f32;
            single.is_finite().then_some(Constant::Float(single.into(), FloatType::F32))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> Constant {
        Constant::Float(value, FloatType::F64)
    }

    fn size(value: i128) -> Constant {
        Constant::Integer(value, IntegerType::Usize)
    }

    #[test]
    fn floats_round_in_their_own_precision() {
        let single = |value: f32| Constant::Float(value.into(), FloatType::F32);
        let add = Operation::Float(FloatOperation::Add);
        let sum = fold(add, &[&single(0.1), &single(0.2)], &Type::F32, Folding::Rounded);
        assert_eq!(sum, Some(single(0.1f32 + 0.2)));
        let sum = fold(add, &[&double(0.1), &double(0.2)], &Type::F64, Folding::Rounded);
        assert_eq!(sum, Some(double(0.1 + 0.2)));
        let generic = FloatType::Parameter("T".into());
        let constant = |value| Constant::Float(value, generic.clone());
        let ty = Type::Float(generic.clone());
        assert_eq!(fold(add, &[&constant(0.1), &constant(0.2)], &ty, Folding::Rounded), None);
        assert_eq!(
            fold(add, &[&constant(0.5), &constant(1.0)], &ty, Folding::Rounded),
            Some(constant(1.5))
        );
    }

    #[test]
    fn what_is_uncertain_stays() {
        let divide = Operation::Float(FloatOperation::Div);
        assert_eq!(fold(divide, &[&double(0.0), &double(0.0)], &Type::F64, Folding::Rounded), None);
        assert_eq!(fold(divide, &[&double(1.0), &double(0.0)], &Type::F64, Folding::Rounded), None);
        let exp = Operation::Float(FloatOperation::Exp);
        assert_eq!(fold(exp, &[&double(1.0)], &Type::F64, Folding::Rounded), None);
        let max = Operation::Float(FloatOperation::Max);
        assert_eq!(fold(max, &[&double(0.0), &double(-0.0)], &Type::F64, Folding::Rounded), None);
        let sub = Operation::Integer(IntegerOperation::Sub);
        assert_eq!(fold(sub, &[&size(1), &size(2)], &Type::USIZE, Folding::Rounded), None);
        let add = Operation::Integer(IntegerOperation::Add);
        assert_eq!(fold(add, &[&size(65_535), &size(1)], &Type::USIZE, Folding::Rounded), None);
        assert_eq!(fold(add, &[&size(2), &size(1)], &Type::USIZE, Folding::Rounded), Some(size(3)));
    }

    #[test]
    fn comparisons_with_nan_are_unordered() {
        let found = |comparison| compare(comparison, &double(f64::NAN), &double(1.0));
        assert_eq!(found(Comparison::Equal), Some(false));
        assert_eq!(found(Comparison::NotEqual), Some(true));
        assert_eq!(found(Comparison::GreaterEqual), Some(false));
    }

    #[test]
    fn exact_folding_leaves_what_is_rounded() {
        let fold = |operation, arguments: &[f64], ty: FloatType| {
            let constants: Vec<_> =
                arguments.iter().map(|value| Constant::Float(*value, ty.clone())).collect();
            let constants: Vec<_> = constants.iter().collect();
            let ty = Type::Float(ty.clone());
            fold(Operation::Float(operation), &constants, &ty, Folding::Exact)
        };
        use FloatOperation::*;
        assert_eq!(fold(Add, &[0.1, 0.2], FloatType::F64), None);
        assert_eq!(fold(Add, &[1.0, 1e-17], FloatType::F64), None);
        assert_eq!(fold(Add, &[0.1, 0.1], FloatType::F64), Some(double(0.2)));
        assert_eq!(fold(Sub, &[2.5, 1.0], FloatType::F64), Some(double(1.5)));
        assert_eq!(fold(Mul, &[0.1, 0.1], FloatType::F64), None);
        assert_eq!(fold(Mul, &[0.1, 4.0], FloatType::F64), Some(double(0.4)));
        assert_eq!(fold(Div, &[1.0, 3.0], FloatType::F64), None);
        assert_eq!(fold(Div, &[3.0, 8.0], FloatType::F64), Some(double(0.375)));
        assert_eq!(fold(Sqrt, &[4.0], FloatType::F64), None, "an opaque function");
        let third = f64::from(1.0f32 / 3.0);
        assert_eq!(fold(Mul, &[third, third], FloatType::F32), None);
        assert_eq!(fold(Add, &[third, 1024.0], FloatType::F32), None);
        let narrowed = |value: f64| {
            super::fold(Operation::Cast, &[&double(value)], &Type::F32, Folding::Exact)
        };
        assert_eq!(narrowed(0.1), None);
        assert_eq!(narrowed(0.5), Some(Constant::Float(0.5, FloatType::F32)));
    }
}
