//! The partial derivatives of every float operation, as relations that hold in floats and in a field.
//!
//! These are the textbook formulas, written by hand and on purpose not taken from `derivatives`: forward
//! mode, the taped reference and the exact oracle take theirs from here, and each checks the table. At
//! points without a derivative they follow the project's conventions.
//!
//! A relation is arithmetic on the arguments, the value, constants and other operations. In floats
//! ([`f64`]) it is the derivative up to rounding. In a field ([`super::field`]) the operations are opaque,
//! so a formula for the same derivative in other functions is another element: what is written here is in
//! the basis of functions that the table uses, too (`tan' = 1 + tan²`, not `1 / cos²`; `atan2`
//! by `hypot`; `tanh' = sech²`, which a field knows to be `1 - tanh²`). Constants come rounded to the type of what they meet, as in code.

use super::{Real, Trap};
use crate::ir::operations::FloatOperation;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E, PI};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Numbers that relations are made of.
pub(crate) trait Arithmetic:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Whether numbers have a range that an intermediate result may leave.
    const HAS_RANGE: bool;

    /// A constant of the same type.
    fn number(self, constant: f64) -> Self;

    /// The float by which cases are told apart.
    fn decides(self) -> f64;

    /// An operation on numbers of this type.
    fn apply(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap>;

    /// An operation with an integer second argument.
    fn apply_integer(self, operation: FloatOperation, integer: i32) -> Result<Self, Trap>;
}

impl Arithmetic for f64 {
    const HAS_RANGE: bool = true;

    fn number(self, constant: f64) -> Self {
        constant
    }

    fn decides(self) -> f64 {
        self
    }

    fn apply(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let arity = || Trap::Broken(format!("`{}` of {arguments:?}", operation.text()));
        operation.evaluate_f64(arguments).ok_or_else(arity)
    }

    fn apply_integer(self, operation: FloatOperation, integer: i32) -> Result<Self, Trap> {
        use super::Number;
        Ok(Real::operate_integer(operation, Real::Double(self), integer)?.to_f64())
    }
}

/// The derivative of operation(a, integer) by a.
pub(crate) fn integer_partial<A: Arithmetic>(
    operation: FloatOperation,
    a: A,
    integer: i32,
) -> Result<A, Trap> {
    let factor = a.number(f64::from(integer));
    Ok(match (operation, integer) {
        // n a^(n-1)
        (FloatOperation::Powi, 0) => factor,
        (FloatOperation::Powi, i32::MIN) => {
            factor * A::apply(FloatOperation::Powf, &[a, factor - a.number(1.0)])?
        }
        (FloatOperation::Powi, n) => factor * a.apply_integer(operation, n - 1)?,
        (FloatOperation::Polygamma, n) => a.apply_integer(operation, n.saturating_add(1))?,
        (other, _) => return Err(Trap::Broken(format!("`{}` of an integer", other.text()))),
    })
}

/// The partial derivatives of y = operation(a, b, c); `None` where y does not depend on the argument.
pub(crate) fn partials<A: Arithmetic>(
    operation: FloatOperation,
    [a, b, c]: [A; 3],
    y: A,
) -> Result<[Option<A>; 3], Trap> {
    use FloatOperation::*;
    let one = |slope: A| [Some(slope), None, None];
    let two = |first: A, second: A| [Some(first), Some(second), None];
    let number = |constant: f64| a.number(constant);
    let unit = number(1.0);
    let of = |operation: FloatOperation, argument: A| A::apply(operation, &[argument]);
    let (at_a, at_b, at_c) = (a.decides(), b.decides(), c.decides());
    // 1 for the argument that `max` or `min` gave: the second on a tie, the other one beside a NaN.
    let pick = |first: bool| if first { one(unit) } else { [None, Some(unit), None] };
    let sign = |x: f64| if x == 0.0 { 0.0 } else { x.signum() };
    // The factor of b that was taken away.
    let quotient = || number(((at_a - y.decides()) / at_b).round());
    // (1 - a) (1 + a), which does not cancel
    let cap = || (unit - a) * (unit + a);
    Ok(match operation {
        Neg => one(-unit),
        Add => two(unit, unit),
        Sub => two(unit, -unit),
        Mul => two(b, a),
        // quotient rule; squares would overflow
        Div => two(unit / b, -(a / b) / b),
        // a % b = a - trunc(a / b) b
        Rem | RemEuclid => two(unit, -quotient()),
        MulAdd => [Some(b), Some(a), Some(unit)],
        Abs => one(number(sign(at_a))),
        // |a| with the sign of b
        Copysign => one(number(sign(at_a) * 1.0f64.copysign(at_b))),
        Recip => one(-(unit / a) / a),
        Sqrt => one(unit / (number(2.0) * y)),
        Cbrt => one(unit / (number(3.0) * y * y)),
        // Flat at the origin, where a and b are 0 themselves.
        Hypot if at_a == 0.0 && at_b == 0.0 => two(a, b),
        Hypot => two(a / y, b / y),
        Exp => one(y),
        Exp2 => one(number(LN_2) * y),
        ExpM1 => one(of(Exp, a)?),
        Ln => one(unit / a),
        Ln1p => one(unit / (unit + a)),
        // ln a / ln b
        Log => {
            let base = of(Ln, b)?;
            two(unit / (a * base), -of(Ln, a)? / (b * base * base))
        }
        Log2 => one(number(LOG2_E) / a),
        Log10 => one(number(LOG10_E) / a),
        Powf => {
            let power = A::apply(Powf, &[a, b - unit])?;
            let infinite = power.decides().is_infinite();
            let in_base = match at_b == 0.0 && !at_a.is_nan() && infinite {
                true => number(0.0),
                // The slope itself is not infinite if the power times a is not lost.
                false if A::HAS_RANGE && infinite && at_a != 0.0 && at_a.is_finite() => b / a * y,
                false => b * power,
            };
            // The power outweighs the logarithm where it is zero, for a = 0 and a = inf.
            let in_power = if y.decides() == 0.0 { number(0.0) } else { y * of(Ln, a)? };
            two(in_base, in_power)
        }
        Sin => one(of(Cos, a)?),
        Cos => one(-of(Sin, a)?),
        Tan => one(unit + y * y),
        Asin => one(unit / of(Sqrt, cap())?),
        Acos => one(-unit / of(Sqrt, cap())?),
        Atan => one(unit / (unit + a * a)),
        // Flat at the origin, where a and b are 0 themselves.
        Atan2 if at_a == 0.0 && at_b == 0.0 => two(b, -a),
        Atan2 => {
            // No square overflows or is lost.
            let length = A::apply(Hypot, &[a, b])?;
            two(b / length / length, -(a / length / length))
        }
        Sinh => one(of(Cosh, a)?),
        Cosh => one(of(Sinh, a)?),
        Tanh => one(of(SechSquared, a)?),
        SechSquared => one(number(-2.0) * y * of(Tanh, a)?),
        Asinh => one(unit / A::apply(Hypot, &[a, unit])?),
        // NaN below the domain, where the product of the two is positive again
        Acosh => one(unit / (of(Sqrt, a - unit)? * of(Sqrt, a + unit)?)),
        Atanh => one(unit / cap()),
        Max => pick(at_a > at_b || at_b.is_nan()),
        Min => pick(at_a < at_b || at_b.is_nan()),
        Clamp if at_a < at_b => [None, Some(unit), None],
        Clamp if at_a > at_c => [None, None, Some(unit)],
        Clamp => one(unit),
        Midpoint => two(number(0.5), number(0.5)),
        Signum | Floor | Ceil | Round | RoundTiesEven | Trunc | Detach | DivEuclid => [None; 3],
        Fract | NextUp | NextDown => one(unit),
        ToDegrees => one(number(180.0 / PI)),
        ToRadians => one(number(PI / 180.0)),
        Erf => one(number(FRAC_2_SQRT_PI) * of(Exp, -a * a)?),
        Erfc => one(-number(FRAC_2_SQRT_PI) * of(Exp, -a * a)?),
        NormCdf => one(number(DENSITY_AT_ZERO) * of(Exp, number(-0.5) * a * a)?),
        LnGamma => one(of(Digamma, a)?),
        Digamma => one(of(Trigamma, a)?),
        Trigamma => one(a.apply_integer(Polygamma, 2)?),
        Powi | Polygamma => {
            return Err(Trap::Broken(format!("`{}` of floats alone", operation.text())));
        }
    })
}

/// 1 / √(2π).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;
