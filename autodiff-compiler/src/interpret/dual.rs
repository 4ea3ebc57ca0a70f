//! First-order dual numbers: forward mode through the interpreter.
//!
//! The rules are those of [`partials`](super::partials), which are on purpose not taken from
//! `derivatives`, so that each checks the other. The tangent is an `f64`, whatever the type of the value.

use super::partials::{integer_partial, partials};
use super::{Datum, Interpreter, Number, Outcome, Real, Trap};
use crate::ir::Function;
use crate::ir::operations::FloatOperation;
use crate::types::FloatType;

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
