//! Every pass against the interpreter, on random programs.

use super::tests::{choices, outcome};
use super::{Program, Style, program};
use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::interpret::{
    Datum, Interpreter, Number, Outcome, OverflowMode, Real, Trap, dual, gradient,
};
use crate::ir::operations::FloatOperation;
use crate::ir::sketch::{Sketch, mutable, vector};
use crate::ir::verify::verify;
use crate::ir::{Aggregate, Function, InstructionKind, Place};
use crate::reverse::{self, support};
use crate::schedule::schedule;
use crate::simplify::{simplify, simplify_derivative};
use crate::types::{FloatType, Type};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::cell::Cell;

/// What the function does with the arguments; a broken function fails the test.
fn execute(
    function: &Function,
    arguments: &[Datum<Real>],
    mode: OverflowMode,
) -> Result<Outcome<Real>, Trap> {
    verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
    let interpreter = Interpreter::new().step_limit(2_000_000).overflow(mode);
    let outcome = interpreter.run(function, arguments.to_vec());
    if let Err(trap @ (Trap::Broken(_) | Trap::Unsupported(_))) = &outcome {
        panic!("{trap:?}\n{function}");
    }
    outcome
}

/// Result and parameters at exit, or why there are none. Steps may differ.
type Seen = Result<(Datum<Real>, Vec<Datum<Real>>), Trap>;

fn seen(outcome: Result<Outcome<Real>, Trap>, parameters: usize) -> Seen {
    outcome.map(|mut outcome| {
        outcome.parameters.truncate(parameters);
        (outcome.result, outcome.parameters)
    })
}

fn simplify_keeps_bits(style: Style, choices: &[u32]) -> TestCaseResult {
    let Program { function, arguments } = program(style, choices);
    let mut simplified = function.clone();
    simplify(&mut simplified);
    for mode in [OverflowMode::Panic, OverflowMode::Wrap] {
        let count = arguments.len();
        let before = seen(execute(&function, &arguments, mode), count);
        let after = seen(execute(&simplified, &arguments, mode), count);
        prop_assert_eq!(&before, &after, "{}\n{}\n{:?}", function, simplified, arguments);
    }
    Ok(())
}

/// Something to overwrite: NaN in the shape of a gradient.
fn garbage(argument: &Datum<Real>) -> Datum<Real> {
    let mut datum = argument.zeros_like();
    datum.for_each_float_mut(&mut |value| *value = Real::Double(f64::NAN));
    datum
}

/// The stages of the road from a value function to its gradient, `None` where it is refused.
fn stages(function: &Function) -> Option<[(&'static str, Function); 3]> {
    let activity = Activity::of(function);
    let mut diagnostics = Diagnostics::new();
    support::check(function, &activity, &mut diagnostics);
    if !diagnostics.is_empty() {
        return None;
    }
    let reversed = reverse::reverse(function, &activity);
    let first = reversed.function.clone();
    let second = schedule(reversed);
    let mut third = second.clone();
    simplify_derivative(&mut third, function);
    Some([("reverse", first), ("schedule", second), ("simplify", third)])
}

/// A float that notes whether a value or slope on the way was huge, infinite or NaN.
#[derive(Clone, Copy, Debug)]
struct Watched(Real);

thread_local! {
    static ALL_FINITE: Cell<bool> = const { Cell::new(true) };
}

impl Watched {
    fn note(slope: f64) {
        ALL_FINITE.set(ALL_FINITE.get() && slope.abs() < 1e100);
    }
}

impl Number for Watched {
    fn constant(value: Real) -> Self {
        Watched(value)
    }

    fn primal(self) -> Real {
        self.0
    }

    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let mut values = [Real::Double(0.0); 3];
        values.iter_mut().zip(arguments).for_each(|(value, argument)| *value = argument.0);
        let value = Real::operate(operation, &values[..arguments.len().min(3)])?;
        let slopes = dual::partials(operation, values.map(Real::to_f64), value.to_f64())?;
        slopes.into_iter().flatten().for_each(Self::note);
        // Outside the domain of an operation the slope means nothing.
        Self::note(value.to_f64());
        Ok(Watched(value))
    }

    fn operate_integer(operation: FloatOperation, value: Self, integer: i32) -> Result<Self, Trap> {
        Self::note(dual::integer_partial(operation, value.0.to_f64(), integer)?);
        Real::operate_integer(operation, value.0, integer).map(Watched)
    }

    fn cast(self, to: &FloatType) -> Self {
        Watched(self.0.cast(to))
    }
}

/// Whether every slope on the way is finite: then no zero adjoint can become NaN, and the gradient
/// must be finite if forward mode's is.
fn slopes_are_finite(function: &Function, arguments: &[Datum<Real>]) -> bool {
    ALL_FINITE.set(true);
    let arguments = arguments.iter().map(|argument| argument.map(&mut Watched)).collect();
    Interpreter::new().run(function, arguments).is_ok() && ALL_FINITE.get()
}

/// Gradients of the stages against forward mode, and what they compute beside it against the value
/// function.
fn gradients_agree(style: Style, choices: &[u32], simplified_first: bool) -> TestCaseResult {
    let mut program = program(style, choices);
    if simplified_first {
        simplify(&mut program.function);
    }
    // Adjoints of `f32` values are `f32`, tangents of forward mode are not.
    let tolerance = if style.narrow { 1e-4 } else { 1e-9 };
    // Among infinite and huge numbers only values and panics are compared.
    check_gradient(&program, if style.extremes { f64::INFINITY } else { tolerance })
}

fn check_gradient(program: &Program, tolerance: f64) -> TestCaseResult {
    let Program { function, arguments } = program;
    let Some(stages) = stages(function) else { return Ok(()) };
    let count = arguments.len();
    let mut all = arguments.clone();
    for (parameter, argument) in function.parameters.iter().zip(arguments) {
        if parameter.active {
            all.push(garbage(argument));
        }
    }
    let value = seen(execute(function, arguments, OverflowMode::Panic), count);
    let finite = slopes_are_finite(function, arguments);
    let forward = gradient(&Interpreter::new(), function, arguments);
    let mut scheduled: Option<Vec<f64>> = None;
    for (stage, reverse) in &stages {
        let outcome = execute(reverse, &all, OverflowMode::Panic);
        let gradients: Option<Vec<f64>> = outcome.as_ref().ok().map(|outcome| {
            let gradients = outcome.parameters[count..].iter().flat_map(Datum::floats);
            gradients.map(Real::to_f64).collect()
        });
        let found = seen(outcome, count);
        prop_assert_eq!(
            &value,
            &found,
            "value of {}\n{}\n{}\n{:?}",
            stage,
            function,
            reverse,
            arguments
        );
        let Some(gradients) = gradients else { continue };
        let Ok(forward) = &forward else { continue };
        prop_assert_eq!(gradients.len(), forward.len());
        // What a program without NaN, infinite or huge slopes computes is compared.
        let size = forward.iter().fold(1.0f64, |size, slope| size.max(slope.abs()));
        let moderate = finite
            && tolerance.is_finite()
            && forward.iter().all(|slope| slope.is_finite())
            && size < 1e8;
        for (k, (found, expected)) in gradients.iter().zip(forward).enumerate() {
            prop_assert!(
                !moderate || (found - expected).abs() <= tolerance * size,
                "component {} of {}: {} for {}\n{}\n{}\n{:?}",
                k,
                stage,
                found,
                expected,
                function,
                reverse,
                arguments
            );
        }
        match *stage {
            "reverse" => scheduled = Some(gradients),
            // Fusing changes the order of nothing.
            "schedule" => {
                let bits = |slopes: &[f64]| -> Vec<u64> {
                    slopes.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect()
                };
                let before = scheduled.take().unwrap_or_default();
                prop_assert_eq!(
                    bits(&before),
                    bits(&gradients),
                    "schedule\n{}\n{}\n{:?}",
                    stages[0].1,
                    reverse,
                    arguments
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The number of cases; `PROPTEST_CASES` asks for more.
fn cases(count: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    let failure_persistence = None;
    ProptestConfig {
        cases: asked.unwrap_or(count),
        failure_persistence,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn simplify_keeps_wild_values(choices in choices()) {
        simplify_keeps_bits(Style::WILD, &choices)?;
    }

    #[test]
    fn simplify_keeps_tame_values(choices in choices()) {
        simplify_keeps_bits(Style::TAME, &choices)?;
    }

    #[test]
    fn gradients_of_reductions(choices in choices()) {
        gradients_agree(Style::REDUCTIONS, &choices, false)?;
    }

    #[test]
    fn gradients_of_recurrences(choices in choices()) {
        let style = Style { recurrences: true, ..Style::REDUCTIONS };
        gradients_agree(style, &choices, false)?;
    }

    #[test]
    fn gradients_of_loops_with_exits(choices in choices()) {
        let style = Style { writes: false, ..Style::TAME };
        gradients_agree(style, &choices, false)?;
    }

    #[test]
    fn gradients_with_mutation(choices in choices()) {
        gradients_agree(Style::TAME, &choices, false)?;
    }

    #[test]
    fn gradients_through_narrow_numbers(choices in choices()) {
        let style = Style { narrow: true, ..Style::TAME };
        gradients_agree(style, &choices, false)?;
    }

    #[test]
    fn gradients_after_simplification(choices in choices()) {
        gradients_agree(Style::TAME, &choices, true)?;
    }

    #[test]
    fn gradients_of_programs_that_panic(choices in choices()) {
        let style = Style { panics: true, all_operations: true, ..Style::TAME };
        gradients_agree(style, &choices, true)?;
    }

    #[test]
    fn gradients_at_extremes_panic_as_the_values_do(choices in choices()) {
        let style = Style { many_results: false, ..Style::WILD };
        gradients_agree(style, &choices, true)?;
    }
}

#[test]
fn most_programs_are_not_refused() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 32) as u32
    };
    let mut accepted = 0;
    for _ in 0..200 {
        let choices: Vec<_> = (0..next() % 300).map(|_| next()).collect();
        let program = program(Style::TAME, &choices);
        let _ = outcome(&program);
        accepted += usize::from(stages(&program.function).is_some());
    }
    assert!(accepted > 150, "{accepted} of 200");
}

// What the random programs found.

#[track_caller]
fn agrees(function: Function, arguments: Vec<Datum<Real>>) {
    let program = Program { function, arguments };
    if let Err(error) = check_gradient(&program, 1e-12) {
        panic!("{error}");
    }
}

/// Without iterations, a loop's result is the initial value, though the body does not look at it.
#[test]
fn an_initial_value_passes_through_a_loop_that_overwrites_it() {
    for trips in [0, 3] {
        let mut s = Sketch::new("last", Type::F64);
        let (x, y) = (s.scalar("x", Type::F64), s.scalar("y", Type::F64));
        let n = s.scalar("n", Type::USIZE);
        let zero = s.usize(0);
        let last = s.count(zero, n, vec![x], |s, _, _| {
            vec![s.float_operation(FloatOperation::Mul, &[y, y])]
        });
        agrees(s.returns_value(last[0]), vec![2.0.into(), 3.0.into(), Datum::from(trips as usize)]);
    }
}

/// The adjoint of a `&mut Vec` that grows shrinks with it; its gradient has the length at entry.
#[test]
fn a_vector_behind_a_reference_grows() {
    let mut s = Sketch::new("grow", Type::F64);
    let a = Place::root(s.slot("a", mutable(vector(Type::F64))));
    let zero = s.usize(0);
    let first = s.load(a.at(zero), Type::F64);
    let square = s.float_operation(FloatOperation::Mul, &[first, first]);
    s.push(InstructionKind::Push(a.clone(), Aggregate::Value(square)), vec![]);
    let two = s.usize(2);
    let last = s.load(a.at(two), Type::F64);
    agrees(s.returns_value(last), vec![[3.0, 4.0].into()]);
}

/// A fused loop runs the iterations of the primal: what may panic there stays.
#[test]
fn a_fused_loop_keeps_its_panics() {
    let mut s = Sketch::new("clamped", Type::F64);
    let x = s.scalar("x", Type::F64);
    let (zero, three) = (s.usize(0), s.usize(3));
    let (low, high) = (s.float(1.0, &FloatType::F64), s.float(0.0, &FloatType::F64));
    let sum = s.count(zero, three, vec![high], |s, _, carried| {
        s.float_operation(FloatOperation::Clamp, &[carried[0], low, carried[0]]);
        let square = s.float_operation(FloatOperation::Mul, &[x, x]);
        vec![s.float_operation(FloatOperation::Add, &[carried[0], square])]
    });
    agrees(s.returns_value(sum[0]), vec![2.0.into()]);
}
