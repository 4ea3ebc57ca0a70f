//! The types that constants and scalar operations take and give.

use super::super::operations::{FloatOperation, IntegerOperation, Operation};
use super::super::*;
use super::{Verified, compatible, count};

/// A constant is one of its type's values.
pub(super) fn constant(constant: &Constant) -> Verified {
    match constant {
        Constant::Float(value, FloatType::F32) => {
            match value.is_nan() || f64::from(*value as f32) == *value {
                true => Ok(()),
                false => Err(format!("{value:?} is not an f32")),
            }
        }
        Constant::Integer(value, ty) => match integer_fits(*value, *ty) {
            true => Ok(()),
            false => Err(format!("{value} is not one of {}", ty.name())),
        },
        Constant::LeftOver(count) => match count.is_power_of_two() {
            true => Ok(()),
            false => Err(format!("groups of {count}, which is not a power of two")),
        },
        Constant::Float(..) | Constant::Bool(_) | Constant::Undefined(_) => Ok(()),
    }
}

fn integer_fits(value: i128, ty: IntegerType) -> bool {
    match ty {
        IntegerType::I8 => i8::try_from(value).is_ok(),
        IntegerType::I16 => i16::try_from(value).is_ok(),
        IntegerType::I32 => i32::try_from(value).is_ok(),
        // `isize` and `usize` are those of the target; no known one has more than 64 bits.
        IntegerType::I64 | IntegerType::Isize => i64::try_from(value).is_ok(),
        IntegerType::U8 => u8::try_from(value).is_ok(),
        IntegerType::U16 => u16::try_from(value).is_ok(),
        IntegerType::U32 => u32::try_from(value).is_ok(),
        IntegerType::U64 | IntegerType::Usize => u64::try_from(value).is_ok(),
        IntegerType::I128 | IntegerType::U128 => true,
    }
}

/// Argument types and result type of an operation.
pub(super) fn operation(operation: Operation, arguments: &[&Type], result: &Type) -> Verified {
    count("arguments", arguments.len(), operation.arity())?;
    let expect = |what: &str, found: &Type, expected: &Type| match compatible(found, expected) {
        true => Ok(()),
        false => Err(format!("{what} has type `{found}`, expected `{expected}`")),
    };
    let all = |expected: &Type| {
        arguments.iter().try_for_each(|found| expect("an argument", found, expected))
    };
    match operation {
        Operation::Float(operation) => {
            let ty = float(arguments[0])?;
            match operation {
                FloatOperation::Powi | FloatOperation::Polygamma => {
                    expect("the power", arguments[1], &Type::Integer(IntegerType::I32))?;
                }
                _ => all(ty)?,
            }
            expect("the result", result, ty)
        }
        Operation::Predicate(_) => {
            float(arguments[0])?;
            expect("the result", result, &Type::Bool)
        }
        Operation::Compare(_) => {
            scalar(arguments[0])?;
            all(arguments[0])?;
            expect("the result", result, &Type::Bool)
        }
        Operation::Boolean(_) => {
            all(&Type::Bool)?;
            expect("the result", result, &Type::Bool)
        }
        Operation::Integer(operation) => integer(operation, arguments, result),
        Operation::Cast => cast(arguments[0], result),
        Operation::Select => {
            expect("the condition", arguments[0], &Type::Bool)?;
            scalar(arguments[1])?;
            expect("an argument", arguments[2], arguments[1])?;
            expect("the result", result, arguments[1])
        }
    }
}

fn float(ty: &Type) -> Verified<&Type> {
    match ty.is_float() {
        true => Ok(ty),
        false => Err(format!("an argument has type `{ty}`, which is not a float type")),
    }
}

fn scalar(ty: &Type) -> Verified {
    match ty.is_scalar() {
        true => Ok(()),
        false => Err(format!("an argument has type `{ty}`, which is not a scalar")),
    }
}

/// What `as` does between scalars.
fn cast(from: &Type, to: &Type) -> Verified {
    let allowed = matches!(
        (from, to),
        (Type::Integer(_) | Type::Float(_), Type::Integer(_) | Type::Float(_))
            | (Type::Bool, Type::Integer(_) | Type::Bool)
    );
    match allowed {
        true => Ok(()),
        false => Err(format!("`{from}` cannot be cast to `{to}`")),
    }
}

/// Which integer types an operation takes.
#[derive(PartialEq)]
enum Sign {
    Any,
    Signed,
    Unsigned,
}

/// The type of an integer operation's second argument.
enum Second {
    Same,
    U32,
    Any,
}

/// The type of an integer operation's result.
enum Gives {
    Same,
    Unsigned,
    U32,
    Bool,
}

fn signature(operation: IntegerOperation) -> (Sign, Second, Gives) {
    use IntegerOperation::*;
    match operation {
        Not | Add | Sub | Mul | Div | Rem | And | Or | Xor | Min | Max | Clamp | Isqrt
        | DivEuclid | RemEuclid | WrappingAdd | WrappingSub | WrappingMul | WrappingNeg
        | SaturatingAdd | SaturatingSub | SaturatingMul | SwapBytes | ReverseBits => {
            (Sign::Any, Second::Same, Gives::Same)
        }
        Neg | Abs | Signum => (Sign::Signed, Second::Same, Gives::Same),
        UnsignedAbs => (Sign::Signed, Second::Same, Gives::Unsigned),
        AbsDiff => (Sign::Any, Second::Same, Gives::Unsigned),
        ShiftLeft | ShiftRight => (Sign::Any, Second::Any, Gives::Same),
        Pow | WrappingPow | SaturatingPow | WrappingShl | WrappingShr | RotateLeft
        | RotateRight => (Sign::Any, Second::U32, Gives::Same),
        DivCeil | NextMultipleOf | NextPowerOfTwo => (Sign::Unsigned, Second::Same, Gives::Same),
        Ilog2 | Ilog10 | CountOnes | CountZeros | LeadingZeros | TrailingZeros => {
            (Sign::Any, Second::Same, Gives::U32)
        }
        IsPowerOfTwo => (Sign::Unsigned, Second::Same, Gives::Bool),
        CheckpointBudget | NextCheckpoint => (Sign::Unsigned, Second::Same, Gives::Same),
        IsPositive | IsNegative => (Sign::Signed, Second::Same, Gives::Bool),
    }
}

fn integer(operation: IntegerOperation, arguments: &[&Type], result: &Type) -> Verified {
    let Type::Integer(ty) = arguments[0] else {
        return Err(format!("an argument has type `{}`, which is no integer type", arguments[0]));
    };
    let (sign, second, gives) = signature(operation);
    if (sign == Sign::Signed && !ty.is_signed()) || (sign == Sign::Unsigned && ty.is_signed()) {
        return Err(format!("`{}` does not exist for {}", operation.text(), ty.name()));
    }
    for argument in &arguments[1..] {
        let fits = match second {
            Second::Same => compatible(argument, arguments[0]),
            Second::U32 => compatible(argument, &Type::Integer(IntegerType::U32)),
            Second::Any => argument.is_integer(),
        };
        if !fits {
            return Err(format!("an argument has type `{argument}`"));
        }
    }
    let expected = match gives {
        Gives::Same => Type::Integer(*ty),
        Gives::Unsigned => Type::Integer(unsigned(*ty)),
        Gives::U32 => Type::Integer(IntegerType::U32),
        Gives::Bool => Type::Bool,
    };
    match compatible(result, &expected) {
        true => Ok(()),
        false => Err(format!("the result has type `{result}`, expected `{expected}`")),
    }
}

/// The unsigned type of the same width.
fn unsigned(ty: IntegerType) -> IntegerType {
    use IntegerType::*;
    match ty {
        I8 | U8 => U8,
        I16 | U16 => U16,
        I32 | U32 => U32,
        I64 | U64 => U64,
        I128 | U128 => U128,
        Isize | Usize => Usize,
    }
}
