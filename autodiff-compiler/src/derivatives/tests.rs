//! Every row of the derivative table against differences of its operation, in `f64` and `f32`, and
//! the conventions at points without a derivative.

use super::*;
use crate::diagnostics::SourceSpan;
use crate::ir::operations::{BooleanOperation, Comparison, IntegerOperation};
use crate::ir::{Constant, Function, InstructionKind};
use crate::types::{FloatType, IntegerType};
use FloatOperation::*;
use proc_macro2::Span;
use std::collections::HashMap;

/// A number in a test run; floats of `f32` code are rounded after every operation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Datum {
    Float(f64),
    Integer(i128),
    Bool(bool),
}

impl Datum {
    fn float(self) -> f64 {
        match self {
            Datum::Float(x) => x,
            Datum::Integer(n) => n as f64,
            Datum::Bool(_) => panic!("a truth value"),
        }
    }
}

/// Whether argument `position` of an operation is an `i32`.
fn is_exponent(operation: FloatOperation, position: usize) -> bool {
    matches!(operation, Powi | Polygamma) && position == 1
}

fn float_value(operation: FloatOperation, arguments: &[f64], float: &FloatType) -> f64 {
    match float {
        FloatType::F32 => {
            let arguments: Vec<_> = arguments.iter().map(|x| *x as f32).collect();
            operation.evaluate_f32(&arguments).unwrap().into()
        }
        _ => operation.evaluate_f64(arguments).unwrap(),
    }
}

fn step(operation: Operation, arguments: &[Datum], float: &FloatType) -> Datum {
    match (operation, arguments) {
        (Operation::Float(operation), _) => {
            let arguments: Vec<_> = arguments.iter().map(|datum| datum.float()).collect();
            Datum::Float(float_value(operation, &arguments, float))
        }
        (Operation::Compare(comparison), [a, b]) => {
            let (a, b) = (a.float(), b.float());
            Datum::Bool(match comparison {
                Comparison::Equal => a == b,
                Comparison::NotEqual => a != b,
                Comparison::Less => a < b,
                Comparison::LessEqual => a <= b,
                Comparison::Greater => a > b,
                Comparison::GreaterEqual => a >= b,
            })
        }
        (Operation::Boolean(BooleanOperation::And), [Datum::Bool(a), Datum::Bool(b)]) => {
            Datum::Bool(*a & *b)
        }
        (Operation::Integer(IntegerOperation::SaturatingSub), [a, _]) => {
            Datum::Integer((a.float() as i32).saturating_sub(1).into())
        }
        (Operation::Integer(IntegerOperation::SaturatingAdd), [a, _]) => {
            Datum::Integer((a.float() as i32).saturating_add(1).into())
        }
        (Operation::Cast, [a]) => Datum::Float(a.float()),
        (Operation::Select, [Datum::Bool(condition), a, b]) => *if *condition { a } else { b },
        _ => panic!("{operation:?} {arguments:?}"),
    }
}

/// A change of one partial derivative of a row, given its node.
type Mutation = fn(&Formulas, usize) -> usize;

/// What `vjp` gives for each argument, run at a point.
fn pullback(
    operation: FloatOperation,
    arguments: &[f64],
    adjoint: f64,
    float: &FloatType,
) -> Vec<f64> {
    mutated_pullback(operation, arguments, adjoint, float, |_, partial| partial)
}

/// The same, for a row that was changed.
fn mutated_pullback(
    operation: FloatOperation,
    arguments: &[f64],
    adjoint: f64,
    float: &FloatType,
    mutation: Mutation,
) -> Vec<f64> {
    let function = Function::empty("f", Type::Unit);
    let mut builder = Builder::new(function, SourceSpan::from(Span::call_site()));
    let ty = Type::Float(float.clone());
    let mut known = HashMap::new();
    let ids: Vec<_> = (0..arguments.len())
        .map(|position| {
            let exponent = is_exponent(operation, position);
            let ty = if exponent { Type::Integer(IntegerType::I32) } else { ty.clone() };
            let id = builder.value(ty, None);
            let datum = match exponent {
                true => Datum::Integer(arguments[position] as i128),
                false => Datum::Float(arguments[position]),
            };
            known.insert(id, datum);
            id
        })
        .collect();
    let output = builder.value(ty.clone(), None);
    known.insert(output, Datum::Float(float_value(operation, arguments, float)));
    let factor = builder.value(ty, None);
    known.insert(factor, Datum::Float(adjoint));
    let formulas = Formulas::default();
    let partials: Vec<_> = row(operation, &formulas)
        .into_iter()
        .map(|partial| mutation(&formulas, partial.index()))
        .collect();
    let factors = vec![Some(factor); ids.len()];
    let found = row_products(&formulas, &partials, &ids, output, &factors, &mut builder);
    for instruction in builder.finish().body.instructions {
        let datum = match instruction.kind {
            InstructionKind::Constant(Constant::Float(x, _)) => Datum::Float(x),
            InstructionKind::Constant(Constant::Integer(n, _)) => Datum::Integer(n),
            InstructionKind::Operation(operation, operands) => {
                let operands: Vec<_> = operands.iter().map(|id| known[id]).collect();
                step(operation, &operands, float)
            }
            other => panic!("{other:?}"),
        };
        known.insert(instruction.results[0], datum);
    }
    found.into_iter().map(|id| id.map_or(0.0, |id| known[&id].float())).collect()
}

/// The partial derivatives at a point, in `f64`.
fn slopes(operation: FloatOperation, arguments: &[f64]) -> Vec<f64> {
    pullback(operation, arguments, 1.0, &FloatType::F64)
}

/// Numbers in [0, 1) that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Richardson's extrapolation of central differences; `None` where a kink is nearby.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> Option<f64> {
    let mut table: Vec<f64> = Vec::new();
    let mut agreement = f64::INFINITY;
    for level in 0..5 {
        let step = 0.03 / f64::from(1 << level);
        let mut better = (f(x + step) - f(x - step)) / (2.0 * step);
        let mut power = 1.0;
        for entry in &mut table {
            power *= 4.0;
            let best = better + (better - *entry) / (power - 1.0);
            agreement = (best - better).abs();
            if agreement > 1e-2 * (1.0 + best.abs()) {
                return None;
            }
            *entry = std::mem::replace(&mut better, best);
        }
        table.push(better);
    }
    (agreement <= 1e-7 * (1.0 + table[4].abs())).then_some(table[4])
}

#[test]
fn rows_fit_the_arity() {
    for &operation in FloatOperation::ALL {
        let formulas = Formulas::default();
        assert_eq!(row(operation, &formulas).len(), operation.arity(), "{operation:?}");
        assert_eq!(operation.sample().len(), operation.arity(), "{operation:?}");
    }
}

/// Whether a row, changed or not, agrees with differences for an argument; the message if not.
fn agrees(operation: FloatOperation, position: usize, mutation: Mutation) -> Result<(), String> {
    let mut random = Random(1);
    let mut accepted = 0;
    for _ in 0..100 {
        let point: Vec<f64> = (operation.sample().iter().enumerate())
            .map(|(argument, range)| {
                // Representable in f32, too.
                let x = range.start + (range.end - range.start) * random.next();
                let x = f64::from(x as f32);
                if is_exponent(operation, argument) { x.trunc() } else { x }
            })
            .collect();
        let along = |x: f64| {
            let mut point = point.clone();
            point[position] = x;
            operation.evaluate_f64(&point).unwrap()
        };
        let Some(expected) = difference(along, point[position]) else { continue };
        let scale = 1.0 + expected.abs() + operation.evaluate_f64(&point).unwrap().abs();
        accepted += 1;
        for (float, tolerance) in [(FloatType::F64, 2e-9), (FloatType::F32, 1e-4)] {
            let found = mutated_pullback(operation, &point, 1.0, &float, mutation)[position];
            if (found - expected).abs() > tolerance * scale {
                return Err(format!(
                    "{} {operation:?}, argument {position} at {point:?}: {found} is not {expected}",
                    float.name()
                ));
            }
        }
    }
    if accepted < 60 {
        return Err(format!("{operation:?}, argument {position}: {accepted} points"));
    }
    Ok(())
}

/// Every partial derivative that has one: not of integers, and not `detach`, whose zero is a wish.
fn partials() -> impl Iterator<Item = (FloatOperation, usize)> {
    FloatOperation::ALL
        .iter()
        .filter(|operation| **operation != Detach)
        .flat_map(|operation| (0..operation.arity()).map(|position| (*operation, position)))
        .filter(|(operation, position)| !is_exponent(*operation, *position))
}

#[test]
fn rows_agree_with_differences() {
    for (operation, position) in partials() {
        agrees(operation, position, |_, partial| partial).unwrap();
    }
}

#[test]
fn a_changed_row_does_not_agree() {
    let mutations: [(&str, Mutation); 3] = [
        ("negated", |formulas, partial| match formulas.node(partial) {
            Node::Number(0.0) => formulas.add(Node::Number(-1.0)).index(),
            _ => {
                let neg = Operation::Float(Neg);
                formulas.add(Node::Operation(neg, vec![partial])).index()
            }
        }),
        ("one more", |formulas, partial| {
            let one = formulas.add(Node::Number(1.0)).index();
            formulas.add(Node::Operation(Operation::Float(Add), vec![partial, one])).index()
        }),
        ("nothing or one", |formulas, partial| {
            let zero = formulas.node(partial) == Node::Number(0.0);
            formulas.add(Node::Number(if zero { 1.0 } else { 0.0 })).index()
        }),
    ];
    for (operation, position) in partials() {
        for (name, mutation) in mutations {
            assert!(
                agrees(operation, position, mutation).is_err(),
                "{operation:?}, argument {position}, {name}: nothing noticed"
            );
        }
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[test]
fn conventions() {
    let cases: &[(FloatOperation, &[f64], &[f64])] = &[
        (Abs, &[0.0], &[0.0]),
        (Abs, &[-0.0], &[0.0]),
        (Abs, &[-INF], &[-1.0]),
        (Signum, &[0.0], &[0.0]),
        (Copysign, &[0.0, -1.0], &[0.0, 0.0]),
        (Copysign, &[3.0, -0.0], &[-1.0, 0.0]),
        (Copysign, &[-3.0, -1.0], &[1.0, 0.0]),
        // A tie goes to the second argument, NaN is never chosen.
        (Max, &[1.0, 1.0], &[0.0, 1.0]),
        (Min, &[1.0, 1.0], &[0.0, 1.0]),
        (Max, &[0.0, -0.0], &[0.0, 1.0]),
        (Min, &[-0.0, 0.0], &[0.0, 1.0]),
        (Max, &[2.0, 1.0], &[1.0, 0.0]),
        (Max, &[1.0, 2.0], &[0.0, 1.0]),
        (Min, &[2.0, 1.0], &[0.0, 1.0]),
        (Min, &[1.0, 2.0], &[1.0, 0.0]),
        (Max, &[NAN, 1.0], &[0.0, 1.0]),
        (Max, &[1.0, NAN], &[1.0, 0.0]),
        (Min, &[NAN, 1.0], &[0.0, 1.0]),
        (Min, &[1.0, NAN], &[1.0, 0.0]),
        (Max, &[INF, INF], &[0.0, 1.0]),
        // Inside, bounds included, to the argument; outside to the bound.
        (Clamp, &[0.5, 0.0, 1.0], &[1.0, 0.0, 0.0]),
        (Clamp, &[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0]),
        (Clamp, &[1.0, 0.0, 1.0], &[1.0, 0.0, 0.0]),
        (Clamp, &[-1.0, 0.0, 1.0], &[0.0, 1.0, 0.0]),
        (Clamp, &[2.0, 0.0, 1.0], &[0.0, 0.0, 1.0]),
        (Clamp, &[NAN, 0.0, 1.0], &[1.0, 0.0, 0.0]),
        (Floor, &[2.0], &[0.0]),
        (Ceil, &[2.0], &[0.0]),
        (Round, &[2.5], &[0.0]),
        (RoundTiesEven, &[2.5], &[0.0]),
        (Trunc, &[2.0], &[0.0]),
        (Fract, &[2.0], &[1.0]),
        (Sqrt, &[0.0], &[INF]),
        (Cbrt, &[0.0], &[INF]),
        (Cbrt, &[-0.0], &[INF]),
        (Hypot, &[0.0, 0.0], &[0.0, 0.0]),
        (Hypot, &[-0.0, 0.0], &[0.0, 0.0]),
        (Atan2, &[0.0, 0.0], &[0.0, 0.0]),
        (Atan2, &[-0.0, -0.0], &[0.0, 0.0]),
        // Powers of zero.
        (Powf, &[0.0, 2.0], &[0.0, 0.0]),
        (Powf, &[0.0, 1.0], &[1.0, 0.0]),
        (Powf, &[0.0, 0.5], &[INF, 0.0]),
        (Powf, &[0.0, 0.0], &[0.0, -INF]),
        (Powf, &[INF, -1.0], &[0.0, 0.0]),
        (Powf, &[2.0, 0.0], &[0.0, std::f64::consts::LN_2]),
        (Powi, &[0.0, 0.0], &[0.0, 0.0]),
        (Powi, &[0.0, 1.0], &[1.0, 0.0]),
        (Powi, &[0.0, 2.0], &[0.0, 0.0]),
        (Powi, &[3.0, 0.0], &[0.0, 0.0]),
        (Powi, &[-2.0, 3.0], &[12.0, 0.0]),
        (Powi, &[-2.0, -1.0], &[-0.25, 0.0]),
        (Powi, &[2.0, f64::MIN as i32 as f64], &[0.0, 0.0]),
        // Remainders.
        (Rem, &[7.5, 2.0], &[1.0, -3.0]),
        (Rem, &[-7.5, 2.0], &[1.0, 3.0]),
        (Rem, &[1.0, INF], &[1.0, 0.0]),
        (RemEuclid, &[-7.5, 2.0], &[1.0, 4.0]),
        (RemEuclid, &[-1.5e308, 1e308], &[1.0, 2.0]),
        (DivEuclid, &[-7.5, 2.0], &[0.0, 0.0]),
        (Detach, &[3.0], &[0.0]),
        // Ends of domains.
        (Asin, &[1.0], &[INF]),
        (Acos, &[-1.0], &[-INF]),
        (Acosh, &[1.0], &[INF]),
        (Atanh, &[-1.0], &[INF]),
        (Ln, &[0.0], &[INF]),
        (Ln1p, &[-1.0], &[INF]),
        (Exp, &[-INF], &[0.0]),
        (Tanh, &[INF], &[0.0]),
        (Erf, &[INF], &[0.0]),
        (Atan, &[INF], &[0.0]),
    ];
    for (operation, point, expected) in cases {
        let found = slopes(*operation, point);
        assert_eq!(found, *expected, "{operation:?} at {point:?}");
    }
    assert!(slopes(Powf, &[-2.0, 3.0])[1].is_nan(), "not defined for exponents nearby");
    assert_eq!(slopes(Powf, &[-2.0, 3.0])[0], 12.0);
    assert!(slopes(Abs, &[NAN])[0].is_nan());
}

#[test]
fn what_has_no_derivative_is_known_before_anything_is_emitted() {
    let flat = [Floor, Ceil, Round, RoundTiesEven, Trunc, Signum, Detach, DivEuclid];
    let partly = [(DivEuclid, 1), (Copysign, 1), (Powi, 1), (Polygamma, 1)];
    for &operation in FloatOperation::ALL {
        for position in 0..operation.arity() {
            let zero = flat.contains(&operation) && position == 0
                || partly.contains(&(operation, position));
            let found = has_derivative(Operation::Float(operation), position);
            assert_eq!(found, !zero, "{operation:?}, argument {position}");
        }
    }
}

#[test]
fn remainders_lose_whole_multiples() {
    let mut random = Random(3);
    for _ in 0..1000 {
        let (a, b) = (100.0 * (random.next() - 0.5), 0.1 + random.next());
        for operation in [Rem, RemEuclid] {
            let slope = slopes(operation, &[a, b])[1];
            let y = operation.evaluate_f64(&[a, b]).unwrap();
            assert_eq!(slope, slope.round(), "{operation:?} at {a:?}, {b:?}");
            assert!((slope * b + a - y).abs() < 1e-12, "{operation:?} at {a:?}, {b:?}");
        }
    }
}

#[test]
fn an_argument_that_does_not_contribute_gets_nothing_of_an_infinite_adjoint() {
    for adjoint in [INF, NAN] {
        let pullback =
            |operation, point: &[f64]| pullback(operation, point, adjoint, &FloatType::F64);
        assert_eq!(pullback(Max, &[2.0, 1.0])[1], 0.0);
        assert_eq!(pullback(Max, &[1.0, 2.0])[0], 0.0);
        assert_eq!(pullback(Min, &[2.0, 1.0])[0], 0.0);
        assert_eq!(pullback(Clamp, &[2.0, 0.0, 1.0])[..2], [0.0, 0.0]);
        assert_eq!(pullback(Clamp, &[0.5, 0.0, 1.0])[1..], [0.0, 0.0]);
        assert_eq!(pullback(Abs, &[0.0]), [0.0]);
        assert_eq!(pullback(Floor, &[0.3]), [0.0]);
    }
}

#[test]
fn slopes_keep_their_accuracy_at_the_ends_of_the_range() {
    let close = |operation: FloatOperation, point: &[f64], position: usize, expected: f64| {
        let found = slopes(operation, point)[position];
        assert!(
            (found - expected).abs() <= 2e-15 * expected.abs(),
            "{operation:?} at {point:?}: {found:e} is not {expected:e}"
        );
    };
    close(Tanh, &[20.0], 0, 4.0 * (-40f64).exp());
    close(ExpM1, &[-40.0], 0, (-40f64).exp());
    close(Asinh, &[1e200], 0, 1e-200);
    close(Acosh, &[1e200], 0, 1e-200);
    close(Hypot, &[3e200, 4e200], 0, 0.6);
    close(Hypot, &[3e-200, 4e-200], 1, 0.8);
    close(Atan2, &[3e-200, 4e-200], 0, 0.16e200);
    close(Atan2, &[3e200, 4e200], 1, -0.12e-200);
    close(Powf, &[1e-200, 2.0], 0, 2e-200);
    close(Powf, &[1e200, 2.0], 0, 2e200);
    close(Powi, &[1e200, 2.0], 0, 2e200);
    close(Asin, &[1.0 - f64::EPSILON], 0, 1.0 / (f64::EPSILON * (2.0 - f64::EPSILON)).sqrt());
    close(Atanh, &[1.0 - f64::EPSILON], 0, 1.0 / (f64::EPSILON * (2.0 - f64::EPSILON)));
    close(Erfc, &[10.0], 0, -FRAC_2_SQRT_PI * (-100f64).exp());
    close(Div, &[1e-300, 1e-200], 1, -1e100);
    close(Cbrt, &[1e-300], 0, 1e200 / 3.0);
    // A remainder just below the divisor: a / b rounds up to 3.
    let below = 3f64.next_down();
    assert_eq!(slopes(Rem, &[below, 1.0])[1], -2.0);
}

#[test]
fn selections_and_casts_pass_derivatives_on() {
    let text = |build: &dyn Fn(&mut Builder) -> Vec<Option<ValueId>>| {
        let function = Function::empty("f", Type::Unit);
        let mut builder = Builder::new(function, SourceSpan::from(Span::call_site()));
        let results: Vec<_> = build(&mut builder).into_iter().map(|id| id.map(|id| id.0)).collect();
        format!("{}{results:?}", builder.finish())
    };
    let selection = text(&|builder| {
        let condition = builder.value(Type::Bool, None);
        let [a, b, y, adjoint] = [(); 4].map(|()| builder.value(Type::F64, None));
        vjp(Operation::Select, &[condition, a, b], y, adjoint, &[false, true, true], builder)
    });
    expect_test::expect![[r#"
        fn f() -> () {
            %5 = 0.0_f64
            %6 = select %0, %4, %5
            %7 = 0.0_f64
            %8 = select %0, %7, %4
            return ()
        }
        [None, Some(6), Some(8)]"#]]
    .assert_eq(&selection);
    let cast = text(&|builder| {
        let a = builder.value(Type::F32, None);
        let [y, adjoint] = [(); 2].map(|()| builder.value(Type::F64, None));
        let mut found = vjp(Operation::Cast, &[a], y, adjoint, &[true], builder);
        let tangent = builder.value(Type::F32, None);
        found.push(jvp(Operation::Cast, &[a], y, &[Some(tangent)], builder));
        let integer = builder.value(Type::USIZE, None);
        found.extend(vjp(Operation::Cast, &[integer], y, adjoint, &[true], builder));
        found
    });
    expect_test::expect![[r#"
        fn f() -> () {
            %3: f32 = cast %2
            %5: f64 = cast %4
            return ()
        }
        [Some(3), Some(5), None]"#]]
    .assert_eq(&cast);
}
