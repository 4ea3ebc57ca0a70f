//! The derivative table, and the two ways to apply a row of it: forwards to tangents ([`jvp`]) and
//! backwards to an adjoint ([`vjp`]).
//!
//! A row gives, for every argument of an operation, the partial derivative of the output as a
//! formula of the arguments and the output. The table expands to an exhaustive `match`: an operation
//! without a row does not compile. Formulas are emitted as IR operations, so that differentiating
//! the result again is right as well.
//!
//! What the rows promise:
//! * they are accurate to a few rounding errors wherever the operation is: no cancellation, no
//!   overflow of an intermediate where the derivative itself is finite;
//! * where the derivative does not exist they follow the conventions of the crate's documentation
//!   (`abs'(0) = 0`, a tie of `max` goes to the second argument, …);
//! * an argument that did not contribute gets exactly nothing, whatever the factor is.

mod product;
#[cfg(test)]
mod tests;

use crate::formula::{Formulas, Node, Operand, Term};
use crate::ir::ValueId;
use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, Operation};
use crate::types::Type;
use product::Emitter;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E, PI};

macro_rules! derivative_rules {
    ($( $name:ident ($($argument:ident),*) $(= $output:ident)? => [$($partial:expr),*]; )*) => {
        /// The partial derivative with respect to each argument.
        fn row<'f>(operation: FloatOperation, formulas: &'f Formulas) -> Vec<Term<'f>> {
            match operation {
                $( FloatOperation::$name => {
                    let mut position = 0..;
                    $( let $argument =
                        formulas.add(Node::Argument(position.next().unwrap_or_default())); )*
                    $( let $output = formulas.add(Node::Output); )?
                    let _ = ($($argument,)* position);
                    vec![$( Operand::term($partial, formulas) ),*]
                } )*
            }
        }
    };
}

derivative_rules! {
    // Arithmetic.
    Neg(a)                  => [-1.0];
    Add(a, b)               => [1.0, 1.0];
    Sub(a, b)               => [1.0, -1.0];
    Mul(a, b)               => [b, a];
    Div(a, b)           = y => [1.0 / b, -y / b];
    MulAdd(a, b, c)         => [b, a, 1.0];
    Recip(a)            = y => [-(y * y)];
    // a = y + q b with an integer q, which (a - y) / b finds better than a / b; the difference of
    // quotients does not overflow.
    Rem(a, b)           = y => [1.0, (y / b - a / b).round()];
    RemEuclid(a, b)     = y => [1.0, (y / b - a / b).round()];
    DivEuclid(a, b)         => [0.0, 0.0];
    Midpoint(a, b)          => [0.5, 0.5];
    ToDegrees(a)            => [180.0 / PI];
    ToRadians(a)            => [PI / 180.0];

    // Signs and choices: 0 at 0; a tie goes to the second argument; NaN is never chosen.
    Abs(a)                  => [a.equals(0.0).choose(0.0, a.signum())];
    Signum(a)               => [0.0];
    Copysign(a, b)      = y => [a.equals(0.0).choose(0.0, a.signum() * y.signum()), 0.0];
    Max(a, b)           = y => [y.differs(b).choose(1.0, 0.0), y.differs(b).choose(0.0, 1.0)];
    Min(a, b)           = y => [y.differs(b).choose(1.0, 0.0), y.differs(b).choose(0.0, 1.0)];
    Clamp(a, low, high)     => [a.below(low).choose(0.0, a.above(high).choose(0.0, 1.0)),
                                a.below(low).choose(1.0, 0.0),
                                a.above(high).choose(1.0, 0.0)];

    // Steps.
    Floor(a)                => [0.0];
    Ceil(a)                 => [0.0];
    Round(a)                => [0.0];
    RoundTiesEven(a)        => [0.0];
    Trunc(a)                => [0.0];
    Fract(a)                => [1.0];
    NextUp(a)               => [1.0];
    NextDown(a)             => [1.0];

    // Roots and lengths. sqrt and cbrt are vertical at 0; hypot is flat at (0, 0).
    Sqrt(a)             = y => [0.5 / y];
    Cbrt(a)             = y => [1.0 / (3.0 * y * y)];
    Hypot(a, b)         = y => [a / nonzero(y), b / nonzero(y)];

    // Exponentials and logarithms. exp_m1 + 1 would cancel.
    Exp(a)              = y => [y];
    Exp2(a)             = y => [LN_2 * y];
    ExpM1(a)                => [a.exp()];
    Ln(a)                   => [1.0 / a];
    Ln1p(a)                 => [1.0 / (a + 1.0)];
    Log(a, base)        = y => [1.0 / (a * base.ln()), -y / (base * base.ln())];
    Log2(a)                 => [LOG2_E / a];
    Log10(a)                => [LOG10_E / a];
    // a^0 is flat in a, also where 1 / a is infinite; y ln a is 0 where y is, at a = 0 too.
    Powf(a, b)          = y => [flat_at_zero(b, a.powf(b - 1.0)),
                                y * y.equals(0.0).choose(1.0, a).ln()];
    Powi(a, n)              => [n.to_float() * a.powi(n.equals(0).choose(n, n.predecessor())), 0.0];

    // Circular functions. Squares that would overflow or cancel are factored or left to hypot.
    Sin(a)                  => [a.cos()];
    Cos(a)                  => [-a.sin()];
    Tan(a)              = y => [y * y + 1.0];
    Asin(a)                 => [1.0 / ((1.0 - a) * (a + 1.0)).sqrt()];
    Acos(a)                 => [-1.0 / ((1.0 - a) * (a + 1.0)).sqrt()];
    Atan(a)                 => [1.0 / (a * a + 1.0)];
    Atan2(a, b)             => [b / nonzero(a.hypot(b)) / nonzero(a.hypot(b)),
                                -(a / nonzero(a.hypot(b)) / nonzero(a.hypot(b)))];

    // Hyperbolic functions. 1 - tanh² would cancel, 1 / cosh² would overflow when differentiated again.
    Sinh(a)                 => [a.cosh()];
    Cosh(a)                 => [a.sinh()];
    Tanh(a)                 => [a.sech_squared()];
    SechSquared(a)      = y => [-2.0 * (y * a.tanh())];
    Asinh(a)                => [1.0 / a.hypot(1.0)];
    Acosh(a)                => [1.0 / ((a - 1.0).sqrt() * (a + 1.0).sqrt())];
    Atanh(a)                => [1.0 / ((1.0 - a) * (a + 1.0))];

    // Special functions.
    Erf(a)                  => [FRAC_2_SQRT_PI * (-(a * a)).exp()];
    Erfc(a)                 => [-(FRAC_2_SQRT_PI * (-(a * a)).exp())];
    NormCdf(a)              => [FRAC_1_SQRT_2_PI * (-0.5 * (a * a)).exp()];
    LnGamma(a)              => [a.digamma()];
    Digamma(a)              => [a.trigamma()];
    Trigamma(a)             => [a.polygamma(2)];
    Polygamma(a, n)         => [a.polygamma(n.successor()), 0.0];

    Detach(a)               => [0.0];
}

/// 1 / √(2π), the density of the normal distribution at 0.
const FRAC_1_SQRT_2_PI: f64 = 0.398_942_280_401_432_7;

/// A denominator whose zeros are divided into zero: 0 / nonzero(0) = 0.
fn nonzero(term: Term<'_>) -> Term<'_> {
    term.equals(0.0).choose(1.0, term)
}

/// b power, but 0 for b = 0 and an infinite power. (Not for b = 0 alone: that would lose the second
/// derivative by a and b, which is the power.)
fn flat_at_zero<'f>(b: Term<'f>, power: Term<'f>) -> Term<'f> {
    b.equals(0.0).and(power.abs().equals(f64::INFINITY)).choose(0.0, b * power)
}

/// Reverse mode: what an operation adds to the adjoints of its arguments, given the adjoint of its
/// output. Emits only for the arguments that are `wanted`; `None` is an exact zero.
///
/// # Panics
/// If `arguments` and `wanted` are not as long as the operation's arity.
pub fn vjp(
    operation: Operation,
    arguments: &[ValueId],
    output: ValueId,
    adjoint: ValueId,
    wanted: &[bool],
    builder: &mut Builder,
) -> Vec<Option<ValueId>> {
    let factors: Vec<_> = wanted.iter().map(|wanted| wanted.then_some(adjoint)).collect();
    products(operation, arguments, output, &factors, builder)
}

/// Forward mode: the tangent of an operation's output, given the tangents of its arguments. `None`
/// is an exact zero.
///
/// # Panics
/// If `arguments` and `tangents` are not as long as the operation's arity.
pub fn jvp(
    operation: Operation,
    arguments: &[ValueId],
    output: ValueId,
    tangents: &[Option<ValueId>],
    builder: &mut Builder,
) -> Option<ValueId> {
    if operation == Operation::Select {
        // The tangent of the chosen side, not a sum: the other side may be NaN.
        return select_tangent(arguments, output, tangents, builder);
    }
    products(operation, arguments, output, tangents, builder)
        .into_iter()
        .flatten()
        .reduce(|sum, term| builder.float_operation(FloatOperation::Add, &[sum, term]))
}

/// The partial derivatives of an operation, each times its factor.
fn products(
    operation: Operation,
    arguments: &[ValueId],
    output: ValueId,
    factors: &[Option<ValueId>],
    builder: &mut Builder,
) -> Vec<Option<ValueId>> {
    assert_eq!(arguments.len(), operation.arity());
    assert_eq!(factors.len(), operation.arity());
    let Type::Float(float) = builder.function.value(output).ty.clone() else {
        return vec![None; arguments.len()];
    };
    match operation {
        Operation::Float(operation) => {
            let formulas = Formulas::default();
            let partials: Vec<_> = row(operation, &formulas).into_iter().map(Term::index).collect();
            row_products(&formulas, &partials, arguments, output, factors, builder)
        }
        Operation::Select => {
            let zero = |builder: &mut Builder| builder.float(0.0, &float);
            let mut pick = |factor: Option<ValueId>, first: bool| {
                let (factor, zero) = (factor?, zero(builder));
                let (yes, no) = if first { (factor, zero) } else { (zero, factor) };
                let ty = Type::Float(float.clone());
                Some(builder.operation(Operation::Select, &[arguments[0], yes, no], ty))
            };
            vec![None, pick(factors[1], true), pick(factors[2], false)]
        }
        Operation::Cast => {
            // Between float types the derivative is 1, in the type of the other side.
            let from = builder.function.value(arguments[0]).ty.clone();
            vec![factors[0].filter(|_| from.is_float()).map(|factor| {
                let given = &builder.function.value(factor).ty;
                let wanted = if *given == from { Type::Float(float) } else { from };
                if *given == wanted {
                    return factor;
                }
                builder.operation(Operation::Cast, &[factor], wanted)
            })]
        }
        Operation::Predicate(_)
        | Operation::Compare(_)
        | Operation::Boolean(_)
        | Operation::Integer(_) => vec![None; arguments.len()],
    }
}

/// The partial derivatives of a row, each times its factor.
fn row_products(
    formulas: &Formulas,
    partials: &[usize],
    arguments: &[ValueId],
    output: ValueId,
    factors: &[Option<ValueId>],
    builder: &mut Builder,
) -> Vec<Option<ValueId>> {
    let Type::Float(float) = builder.function.value(output).ty.clone() else { return vec![] };
    let mut emitter = Emitter { formulas, builder, arguments, output, float, emitted: vec![] };
    partials
        .iter()
        .zip(factors)
        .map(|(partial, factor)| emitter.scaled(*partial, (*factor)?))
        .collect()
}

fn select_tangent(
    arguments: &[ValueId],
    output: ValueId,
    tangents: &[Option<ValueId>],
    builder: &mut Builder,
) -> Option<ValueId> {
    let ty = builder.function.value(output).ty.clone();
    let Type::Float(float) = &ty else { return None };
    if tangents[1].is_none() && tangents[2].is_none() {
        return None;
    }
    let yes = tangents[1].unwrap_or_else(|| builder.float(0.0, float));
    let no = tangents[2].unwrap_or_else(|| builder.float(0.0, float));
    Some(builder.operation(Operation::Select, &[arguments[0], yes, no], ty))
}

/// Whether an operation passes on derivatives of its arguments, by argument: `false` is an exact
/// zero everywhere (`floor`, `detach`, the exponent of `powi`, comparisons, integers).
pub fn has_derivative(operation: Operation, position: usize) -> bool {
    match operation {
        Operation::Float(operation) => {
            let formulas = Formulas::default();
            row(operation, &formulas)
                .get(position)
                .is_some_and(|partial| formulas.node(partial.index()) != Node::Number(0.0))
        }
        Operation::Select => position > 0,
        Operation::Cast => true,
        _ => false,
    }
}
