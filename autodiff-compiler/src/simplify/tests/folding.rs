//! Constant folding against the arithmetic of the compiled program, on special values: whatever folds is
//! what the emitted operation gives, bit for bit, in the precision of its type.

use super::claims::Float;
use crate::ir::Constant;
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::simplify::{Folding, fold};
use crate::types::{FloatType, IntegerType, Type};

/// Folds as users' builds do.
fn fold(operation: Operation, constants: &[&Constant], ty: &Type) -> Option<Constant> {
    fold::fold(operation, constants, ty, Folding::Rounded)
}

/// Calls `visit` with all lists of so many numbers.
fn for_each_list(numbers: &[f64], length: usize, visit: &mut dyn FnMut(&[f64])) {
    let count = numbers.len().pow(length as u32);
    let mut list = vec![0.0; length];
    for combination in 0..count {
        let mut rest = combination;
        for place in &mut list {
            *place = numbers[rest % numbers.len()];
            rest /= numbers.len();
        }
        visit(&list);
    }
}

fn singles() -> Vec<f64> {
    f32::special().into_iter().map(f64::from).collect()
}

fn as_single(arguments: &[f64]) -> Vec<f32> {
    arguments.iter().map(|argument| *argument as f32).collect()
}

/// What an operation on constants folds to.
fn folded(operation: FloatOperation, arguments: &[f64], ty: &FloatType) -> Option<f64> {
    let constants: Vec<Constant> =
        arguments.iter().map(|argument| Constant::Float(*argument, ty.clone())).collect();
    let constants: Vec<&Constant> = constants.iter().collect();
    match fold(Operation::Float(operation), &constants, &Type::Float(ty.clone()))? {
        Constant::Float(value, result) if result == *ty => Some(value),
        other => panic!("{} of {ty:?} became {other:?}", operation.text()),
    }
}

/// Checks all float operations on all lists of some numbers; `expected` says whether a result is right.
fn check(ty: &FloatType, numbers: &[f64], is_right: impl Fn(FloatOperation, &[f64], f64) -> bool) {
    let mut folding = 0;
    for operation in FloatOperation::ALL {
        let mut folds = false;
        for_each_list(numbers, operation.arity(), &mut |arguments| {
            if let Some(value) = folded(*operation, arguments, ty) {
                folds = true;
                assert!(
                    is_right(*operation, arguments, value),
                    "{} of {arguments:?} on {ty:?} became {value:e}",
                    operation.text()
                );
            }
        });
        folding += usize::from(folds);
    }
    assert_eq!(folding, 17, "operations on {ty:?} fold");
}

#[test]
fn floats_fold_to_what_the_program_calculates() {
    let double = |operation: FloatOperation, arguments: &[f64], value: f64| {
        operation.evaluate_f64(arguments).map(f64::to_bits) == Some(value.to_bits())
    };
    let single = |operation: FloatOperation, arguments: &[f64], value: f64| {
        let bits = operation.evaluate_f32(&as_single(arguments)).map(f32::to_bits);
        bits == Some((value as f32).to_bits()) && f64::from(value as f32) == value
    };
    check(&FloatType::F64, &f64::special(), double);
    check(&FloatType::F32, &singles(), single);
    // A type parameter may be either; its constants are rounded to it.
    let generic = FloatType::Parameter("T".into());
    let both = |operation: FloatOperation, arguments: &[f64], value: f64| {
        double(operation, arguments, value) && single(operation, arguments, value)
    };
    check(&generic, &[f64::special(), singles()].concat()[..60], both);
    check(&generic, &singles(), both);
}

#[test]
fn comparisons_fold_to_what_the_program_decides() {
    fn decide<F: PartialOrd>(comparison: Comparison, a: F, b: F) -> bool {
        match comparison {
            Comparison::Equal => a == b,
            Comparison::NotEqual => a != b,
            Comparison::Less => a < b,
            Comparison::LessEqual => a <= b,
            Comparison::Greater => a > b,
            Comparison::GreaterEqual => a >= b,
        }
    }
    let numbers = [f64::special(), singles()].concat();
    for ty in [FloatType::F64, FloatType::F32, FloatType::Parameter("T".into())] {
        let mut folded = 0;
        for_each_list(&numbers, 2, &mut |numbers| {
            let is_single = numbers.iter().all(|number| {
                number.is_nan() || f64::from(*number as f32).to_bits() == number.to_bits()
            });
            if ty == FloatType::F32 && !is_single {
                return;
            }
            let constants =
                [numbers[0], numbers[1]].map(|number| Constant::Float(number, ty.clone()));
            for comparison in Comparison::ALL {
                let operation = Operation::Compare(*comparison);
                let result = fold(operation, &[&constants[0], &constants[1]], &Type::Bool);
                let Some(result) = result else { continue };
                folded += 1;
                let double = decide(*comparison, numbers[0], numbers[1]);
                let single = decide(*comparison, numbers[0] as f32, numbers[1] as f32);
                let is = |truth| result == Constant::Bool(truth);
                let right = match ty {
                    FloatType::F64 => is(double),
                    FloatType::F32 => is(single),
                    FloatType::Parameter(_) => is(double) && is(single),
                };
                assert!(right, "{comparison:?} of {numbers:?} on {ty:?} became {result:?}");
            }
        });
        assert!(folded > 10_000, "{folded} comparisons on {ty:?} fold");
    }
}

#[test]
fn casts_fold_to_what_the_program_casts() {
    let cast = |constant: Constant, ty: Type| match fold(Operation::Cast, &[&constant], &ty)? {
        Constant::Float(value, _) => Some(value),
        other => panic!("{constant:?} became {other:?}"),
    };
    let mut folded = 0;
    for number in [f64::special(), singles()].concat() {
        if let Some(value) = cast(Constant::Float(number, FloatType::F64), Type::F32) {
            assert_eq!(value.to_bits(), f64::from(number as f32).to_bits(), "{number:e} as f32");
            folded += 1;
        }
    }
    let powers = (0..40).flat_map(|power| [-1, 0, 1].map(|offset| (1i64 << power) + offset));
    for integer in powers.flat_map(|integer| [integer, -integer]) {
        let constant = Constant::Integer(integer.into(), IntegerType::I64);
        for (ty, expected) in [(Type::F32, f64::from(integer as f32)), (Type::F64, integer as f64)]
        {
            if let Some(value) = cast(constant.clone(), ty.clone()) {
                assert_eq!(value.to_bits(), expected.to_bits(), "{integer} as {ty:?}");
                folded += 1;
            }
        }
    }
    assert!(folded > 200, "{folded} casts fold");
}

macro_rules! every_pair {
    ($integer:ident, $ty:expr, $absolute:expr) => {
        let mut folded = 0;
        let mut compare = |operation, arguments: &[$integer], ty, expected: Option<i128>| {
            let constants: Vec<Constant> =
                arguments.iter().map(|a| Constant::Integer((*a).into(), $ty)).collect();
            let constants: Vec<&Constant> = constants.iter().collect();
            let result = fold(Operation::Integer(operation), &constants, &Type::Integer(ty));
            if let Some(result) = result {
                let expected = expected.map(|expected| Constant::Integer(expected, ty));
                assert_eq!(Some(result), expected, "{operation:?} of {arguments:?}");
                folded += 1;
            }
        };
        let wide = |result: Option<$integer>| result.map(i128::from);
        for a in $integer::MIN..=$integer::MAX {
            compare(IntegerOperation::Neg, &[a], $ty, wide(a.checked_neg()));
            for b in $integer::MIN..=$integer::MAX {
                use IntegerOperation::*;
                for (operation, expected) in [
                    (Add, a.checked_add(b)),
                    (Sub, a.checked_sub(b)),
                    (Mul, a.checked_mul(b)),
                    (Div, a.checked_div(b)),
                    (Rem, a.checked_rem(b)),
                    (DivEuclid, a.checked_div_euclid(b)),
                    (RemEuclid, a.checked_rem_euclid(b)),
                    (Min, Some(a.min(b))),
                    (Max, Some(a.max(b))),
                    (WrappingAdd, Some(a.wrapping_add(b))),
                    (WrappingSub, Some(a.wrapping_sub(b))),
                    (WrappingMul, Some(a.wrapping_mul(b))),
                    (SaturatingAdd, Some(a.saturating_add(b))),
                    (SaturatingSub, Some(a.saturating_sub(b))),
                    (SaturatingMul, Some(a.saturating_mul(b))),
                ] {
                    compare(operation, &[a, b], $ty, wide(expected));
                }
                compare(AbsDiff, &[a, b], $absolute, Some(a.abs_diff(b).into()));
            }
        }
        assert!(folded > 400_000, "{folded} operations on {:?} fold", $ty);
    };
}

#[test]
fn integers_fold_only_where_the_program_does_not_panic() {
    every_pair!(i8, IntegerType::I8, IntegerType::U8);
    every_pair!(u8, IntegerType::U8, IntegerType::U8);
}
