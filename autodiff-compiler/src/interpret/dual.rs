//! First-order dual numbers: forward mode through the interpreter.
//!
//! The rules are the textbook formulas, written here by hand and on purpose not taken from
//! `derivatives`, so that each checks the other. At points without a derivative they follow the
//! project's conventions. The tangent is an `f64`, whatever the type of the value.

use super::{Datum, Interpreter, Number, Outcome, Real, Trap};
use crate::ir::Function;
use crate::ir::operations::FloatOperation;
use crate::types::FloatType;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10, PI};

/// A value and its tangent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual {
    /// The value, as the program computes it.
    pub value: Real,
    /// Its derivative in the chosen direction.
    pub tangent: f64,
    /// Whether it depends on what varies. A zero tangent that does still makes NaN of an infinite
    /// slope, as the zero adjoint would; what does not depend never contributes.
    pub varied: bool,
}

impl Dual {
    /// Something that varies.
    pub fn variable(value: Real, tangent: f64) -> Self {
        Self { value, tangent, varied: true }
    }
}

impl Number for Dual {
    fn constant(value: Real) -> Self {
        Self { value, tangent: 0.0, varied: false }
    }

    fn primal(self) -> Real {
        self.value
    }

    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let filler = Real::Double(0.0);
        let mut values = [filler; 3];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = argument.value;
        }
        let count = arguments.len().min(3);
        let value = Real::operate(operation, &values[..count])?;
        let [a, b, c] = values.map(Real::to_f64);
        let slopes = partials(operation, [a, b, c], value.to_f64())?;
        Ok(chain(value, &slopes, arguments))
    }

    fn operate_integer(
        operation: FloatOperation,
        argument: Self,
        integer: i32,
    ) -> Result<Self, Trap> {
        let value = Real::operate_integer(operation, argument.value, integer)?;
        let a = argument.value.to_f64();
        let slope = integer_partial(operation, a, integer)?;
        Ok(chain(value, &[Some(slope)], &[argument]))
    }

    fn cast(self, to: &FloatType) -> Self {
        Self { value: self.value.cast(to), ..self }
    }
}

/// Σ slope · tangent over the arguments that vary and that the value depends on.
fn chain(value: Real, slopes: &[Option<f64>], arguments: &[Dual]) -> Dual {
    let mut result = Dual::constant(value);
    for (slope, argument) in slopes.iter().zip(arguments) {
        if let (Some(slope), true) = (slope, argument.varied) {
            result.tangent += slope * argument.tangent;
            result.varied = true;
        }
    }
    result
}

/// The derivative of operation(a, integer) by a.
pub(crate) fn integer_partial(
    operation: FloatOperation,
    a: f64,
    integer: i32,
) -> Result<f64, Trap> {
    Ok(match (operation, integer) {
        // n a^(n-1)
        (FloatOperation::Powi, 0) => 0.0,
        (FloatOperation::Powi, i32::MIN) => f64::from(integer) * a.powf(f64::from(integer) - 1.0),
        (FloatOperation::Powi, n) => f64::from(n) * a.powi(n - 1),
        (FloatOperation::Polygamma, n) => {
            Real::operate_integer(operation, Real::Double(a), n.saturating_add(1))?.to_f64()
        }
        (other, _) => return Err(Trap::Broken(format!("`{}` of an integer", other.text()))),
    })
}

fn special(operation: FloatOperation, a: f64) -> Result<f64, Trap> {
    Ok(Real::operate(operation, &[Real::Double(a)])?.to_f64())
}

/// The partial derivatives of y = operation(a, b, c); `None` where y does not depend on the argument.
pub(crate) fn partials(
    operation: FloatOperation,
    [a, b, c]: [f64; 3],
    y: f64,
) -> Result<[Option<f64>; 3], Trap> {
    use FloatOperation::*;
    let one = |slope: f64| [Some(slope), None, None];
    let two = |first: f64, second: f64| [Some(first), Some(second), None];
    // 1 for the argument that `max` or `min` gave: the second on a tie, the other one beside a NaN.
    let pick = |first: bool| if first { one(1.0) } else { [None, Some(1.0), None] };
    let sign = |x: f64| if x == 0.0 { 0.0 } else { x.signum() };
    Ok(match operation {
        Neg => one(-1.0),
        Add => two(1.0, 1.0),
        Sub => two(1.0, -1.0),
        Mul => two(b, a),
        // quotient rule; squares would overflow
        Div => two(1.0 / b, -(a / b) / b),
        // a % b = a - trunc(a / b) b
        Rem => two(1.0, -((a - y) / b).round()),
        RemEuclid => two(1.0, -((a - y) / b).round()),
        MulAdd => [Some(b), Some(a), Some(1.0)],
        Abs => one(sign(a)),
        // |a| with the sign of b
        Copysign => one(sign(a) * 1.0f64.copysign(b)),
        Recip => one(-(1.0 / a) / a),
        Sqrt => one(1.0 / (2.0 * a.sqrt())),
        Cbrt => one(1.0 / (3.0 * a.cbrt().powi(2))),
        Hypot if a == 0.0 && b == 0.0 => two(0.0, 0.0),
        Hypot => two(a / a.hypot(b), b / a.hypot(b)),
        Exp => one(a.exp()),
        Exp2 => one(LN_2 * a.exp2()),
        ExpM1 => one(a.exp()),
        Ln => one(1.0 / a),
        Ln1p => one(1.0 / (1.0 + a)),
        // ln a / ln b
        Log => two(1.0 / (a * b.ln()), -a.ln() / (b * b.ln() * b.ln())),
        // a LN_10 would overflow
        Log2 => one(1.0 / LN_2 / a),
        Log10 => one(1.0 / LN_10 / a),
        Powf => {
            // NaN^0 is 1, and has no slope all the same.
            let in_base = match a.powf(b - 1.0) {
                _ if b == 0.0 && !a.is_nan() => 0.0,
                // The slope itself is not infinite if the power times a is not lost.
                power if power.is_infinite() && a != 0.0 && a.is_finite() => b / a * a.powf(b),
                power => b * power,
            };
            // The power outweighs the logarithm where it is zero, for a = 0 and a = inf.
            let in_power = if a.powf(b) == 0.0 { 0.0 } else { a.powf(b) * a.ln() };
            two(in_base, in_power)
        }
        Sin => one(a.cos()),
        Cos => one(-a.sin()),
        Tan => one(1.0 / a.cos().powi(2)),
        Asin => one(1.0 / ((1.0 - a) * (1.0 + a)).sqrt()),
        Acos => one(-1.0 / ((1.0 - a) * (1.0 + a)).sqrt()),
        Atan => one(1.0 / (1.0 + a * a)),
        Atan2 if a == 0.0 && b == 0.0 => two(0.0, 0.0),
        Atan2 => {
            // In units in which no square overflows or is lost.
            let unit = a.abs().max(b.abs());
            if unit.is_infinite() {
                // Flat in what is finite, without a slope in what is not.
                return Ok(two(b / unit / unit, -a / unit / unit));
            }
            let (p, q) = (a / unit, b / unit);
            let square = p * p + q * q;
            two(q / square / unit, -p / square / unit)
        }
        Sinh => one(a.cosh()),
        Cosh => one(a.sinh()),
        Tanh => one(1.0 / a.cosh().powi(2)),
        Asinh => one(1.0 / a.hypot(1.0)),
        // NaN below the domain, where the product of the two is positive again
        Acosh => one(1.0 / ((a - 1.0).sqrt() * (a + 1.0).sqrt())),
        Atanh => one(1.0 / ((1.0 - a) * (1.0 + a))),
        Max => pick(a > b || b.is_nan()),
        Min => pick(a < b || b.is_nan()),
        Clamp if a < b => [None, Some(1.0), None],
        Clamp if a > c => [None, None, Some(1.0)],
        Clamp => one(1.0),
        Midpoint => two(0.5, 0.5),
        Signum | Floor | Ceil | Round | RoundTiesEven | Trunc | Detach | DivEuclid => [None; 3],
        Fract | NextUp | NextDown => one(1.0),
        ToDegrees => one(180.0 / PI),
        ToRadians => one(PI / 180.0),
        Erf => one(FRAC_2_SQRT_PI * (-a * a).exp()),
        Erfc => one(-FRAC_2_SQRT_PI * (-a * a).exp()),
        NormCdf => one((-0.5 * a * a).exp() / (2.0 * PI).sqrt()),
        LnGamma => one(special(Digamma, a)?),
        Digamma => one(special(Trigamma, a)?),
        Trigamma => one(Real::operate_integer(Polygamma, Real::Double(a), 2)?.to_f64()),
        Powi | Polygamma => {
            return Err(Trap::Broken(format!("`{}` of floats alone", operation.text())));
        }
    })
}

/// What the function returns and leaves in its parameters, with the derivative of every float of it in a
/// direction: one number for each float of the arguments, in order. Those with a zero there do not vary.
pub fn directional_derivative(
    interpreter: &Interpreter<'_>,
    function: &Function,
    arguments: &[Datum<Real>],
    direction: &[f64],
) -> Result<Outcome<Dual>, Trap> {
    let mut tangents = direction.iter().copied();
    let arguments = arguments
        .iter()
        .map(|argument| {
            argument.map(&mut |value| match tangents.next() {
                None | Some(0.0) => Dual::constant(value),
                Some(tangent) => Dual::variable(value, tangent),
            })
        })
        .collect();
    interpreter.run(function, arguments)
}

/// The gradient of a float function by as many directional derivatives as the arguments have floats,
/// in order.
pub fn gradient(
    interpreter: &Interpreter<'_>,
    function: &Function,
    arguments: &[Datum<Real>],
) -> Result<Vec<f64>, Trap> {
    let count = arguments.iter().map(|argument| argument.floats().len()).sum();
    let mut direction = vec![0.0; count];
    let mut found = Vec::with_capacity(count);
    for k in 0..count {
        direction[k] = 1.0;
        let outcome = directional_derivative(interpreter, function, arguments, &direction)?;
        direction[k] = 0.0;
        found.push(outcome.result.number()?.tangent);
    }
    Ok(found)
}
