//! Every pass against the interpreter, on random programs.

use super::taped::{self, Component};
use super::tests::{choices, outcome};
use super::{Program, Style, program};
use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::interpret::{Datum, Interpreter, Outcome, OverflowMode, Real, Trap, gradient};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::sketch::{Sketch, mutable, vector};
use crate::ir::verify::verify;
use crate::ir::{Aggregate, Function, InstructionKind, Parameter, Place};
use crate::reverse::split::{Split, split, with_active_outputs};
use crate::reverse::{self, Strategy, support};
use crate::schedule::schedule;
use crate::simplify::{simplify, simplify_derivative, simplify_reverse};
use crate::types::{FloatType, Type};
use proptest::prelude::{ProptestConfig, TestCaseError, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseResult;

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

/// Whether the road to a gradient is refused by the check before it.
fn refused(function: &Function, activity: &Activity) -> bool {
    let mut diagnostics = Diagnostics::new();
    support::check(function, activity, &mut diagnostics);
    !diagnostics.is_empty()
}

/// The stages of the road from a value function to its gradient, `None` where it is refused.
fn stages(function: &Function, strategy: Strategy) -> Option<[(&'static str, Function); 3]> {
    let activity = Activity::of(function);
    if refused(function, &activity) {
        return None;
    }
    let reversed = reverse::reverse_with(function, &activity, strategy);
    if !reversed.refusals.is_empty() {
        return None;
    }
    let first = reversed.function.clone();
    let second = schedule(reversed);
    let mut third = second.clone();
    simplify_derivative(&mut third, function);
    Some([("reverse", first), ("schedule", second), ("simplify", third)])
}

/// Gradients of the stages against the reference, and what they compute beside it against the value
/// function.
fn gradients_agree(style: Style, choices: &[u32], simplified_first: bool) -> TestCaseResult {
    let mut program = program(style, choices);
    if simplified_first {
        simplify(&mut program.function);
    }
    // Adjoints of `f32` values are `f32`, and so are the slopes of operations on them.
    check_gradient(&program, if style.narrow { 1e-4 } else { 1e-9 })
}

/// Whether a gradient is the reference's, with rounding in proportion to what it is a sum of. Where the
/// reference is not finite, nor is it; for a finite component it may be so only where an adjoint has met
/// an infinite factor.
fn same_gradient(found: &[f64], reference: &[Component], tolerance: f64) -> Result<(), String> {
    if found.len() != reference.len() {
        return Err(format!("{} components for {}", found.len(), reference.len()));
    }
    for (k, (found, expected)) in found.iter().zip(reference).enumerate() {
        let Component { slope, size, singular, unknown } = *expected;
        let agrees = match slope.is_finite() && size.is_finite() {
            true => (found - slope).abs() <= tolerance * size || (singular && !found.is_finite()),
            // Past the range of numbers, or of those in which it is a sum of terms that are not.
            false => slope.is_finite() || !found.is_finite(),
        };
        if !agrees && !unknown {
            return Err(format!("component {k}: {found:e} for {expected:?}"));
        }
    }
    Ok(())
}

fn floats<'d>(data: impl IntoIterator<Item = &'d Datum<Real>>) -> Vec<f64> {
    data.into_iter().flat_map(Datum::floats).map(Real::to_f64).collect()
}

fn bits(slopes: &[f64]) -> Vec<u64> {
    slopes.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect()
}

/// Arguments of a gradient function: gradients overwrite what is there.
fn with_gradients(program: &Program) -> Vec<Datum<Real>> {
    let mut all = program.arguments.clone();
    for (parameter, argument) in program.function.parameters.iter().zip(&program.arguments) {
        if parameter.active {
            all.push(garbage(argument));
        }
    }
    all
}

fn check_gradient(program: &Program, tolerance: f64) -> TestCaseResult {
    check_strategy(program, Strategy::default(), tolerance)
}

fn check_strategy(program: &Program, strategy: Strategy, tolerance: f64) -> TestCaseResult {
    let Program { function, arguments } = program;
    let Some(stages) = stages(function, strategy) else { return Ok(()) };
    let count = arguments.len();
    let all = with_gradients(program);
    let value = seen(execute(function, arguments, OverflowMode::Panic), count);
    let reference = taped::gradient(&Interpreter::new(), function, arguments);
    if let (Ok((reference, true)), Ok(forward)) =
        (&reference, gradient(&Interpreter::new(), function, arguments))
    {
        // Forward mode has an order of its own: it agrees where no order makes a difference.
        if reference.iter().all(|component| !component.singular && component.size < 1e8) {
            let forward = same_gradient(&forward, reference, 1e-9);
            prop_assert_eq!(forward, Ok(()), "forward\n{}\n{:?}", function, arguments);
        }
    }
    let mut scheduled: Option<Vec<f64>> = None;
    for (stage, reverse) in &stages {
        let outcome = execute(reverse, &all, OverflowMode::Panic);
        let gradients = outcome.as_ref().ok().map(|outcome| floats(&outcome.parameters[count..]));
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
        let (Some(gradients), Ok((reference, moderate))) = (gradients, &reference) else {
            continue;
        };
        // Rewrites of derivative code regroup products and sums: `Claim::Rounding` promises nothing
        // where an intermediate result overflows or underflows.
        if *stage == "simplify" && !moderate {
            continue;
        }
        let agree = same_gradient(&gradients, reference, tolerance);
        prop_assert_eq!(agree, Ok(()), "{}\n{}\n{}\n{:?}", stage, function, reverse, arguments);
        match *stage {
            "reverse" => scheduled = Some(gradients),
            // Fusing changes the order of nothing.
            "schedule" => {
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

/// Loops that keep few states give what loops that record give: bit for bit before simplification,
/// which regroups the products of the two differently.
fn checkpoints_agree(style: Style, choices: &[u32]) -> TestCaseResult {
    let program = program(style, choices);
    let Program { function, arguments } = &program;
    let Some(plain) = stages(function, Strategy::default()) else { return Ok(()) };
    let Some(kept) = stages(function, Strategy { checkpoint: true }) else { return Ok(()) };
    let (count, all) = (arguments.len(), with_gradients(&program));
    let reference = taped::gradient(&Interpreter::new(), function, arguments);
    for ((stage, plain), (_, kept)) in plain.iter().zip(&kept) {
        let plain_outcome = execute(plain, &all, OverflowMode::Panic);
        let kept_outcome = execute(kept, &all, OverflowMode::Panic);
        let gradients = [&plain_outcome, &kept_outcome].map(|outcome| match outcome {
            Ok(outcome) => floats(&outcome.parameters[count..]),
            Err(_) => vec![],
        });
        let message = || format!("{stage}\n{function}\n{plain}\n{kept}\n{arguments:?}");
        prop_assert_eq!(seen(plain_outcome, count), seen(kept_outcome, count), "{}", message());
        if *stage != "simplify" {
            prop_assert_eq!(bits(&gradients[0]), bits(&gradients[1]), "{}", message());
        } else if let Ok((reference, true)) = &reference {
            for gradient in &gradients {
                let agree = same_gradient(gradient, reference, 1e-9);
                prop_assert_eq!(agree, Ok(()), "{}", message());
            }
        }
    }
    Ok(())
}

/// The two sweeps as functions of their own give the value and the gradient.
fn sweeps_agree(style: Style, choices: &[u32], tolerance: f64) -> TestCaseResult {
    let Program { function, arguments } = program(style, choices);
    let primal = with_active_outputs(&function);
    let activity = Activity::of(&primal);
    if refused(&primal, &activity) {
        return Ok(());
    }
    let Split { mut forward, reverse, tape } = split(&primal, &activity, Strategy::default());
    if !reverse.refusals.is_empty() {
        return Ok(());
    }
    let mut reverse = schedule(reverse);
    simplify_reverse(&mut reverse, &primal);
    tape.write(&mut forward, &mut reverse);
    simplify_derivative(&mut forward, &primal);
    for function in [&forward, &reverse] {
        verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
    }

    let interpreter = Interpreter::new().step_limit(2_000_000);
    let value = interpreter.run(&function, arguments.clone());
    let mut tape = Vec::new();
    let after = interpreter.run_with_tape(&forward, arguments.clone(), &mut tape);
    let message = || format!("{function}\n{forward}\n{reverse}\n{arguments:?}");
    prop_assert_eq!(
        seen(value, arguments.len()),
        seen(after.clone(), arguments.len()),
        "{}",
        message()
    );
    let Ok(after) = after else { return Ok(()) };
    // Behind `&` the gradient is added, behind `&mut` the cotangent at exit goes in: zero.
    let mut adjoints = vec![Datum::from(1.0)];
    for (parameter, exit) in primal.parameters.iter().zip(&after.parameters) {
        if parameter.active && matches!(parameter.ty, Type::Reference { .. }) {
            adjoints.push(exit.zeros_like());
        }
    }
    let outcome = interpreter.run_with_tape(&reverse, adjoints, &mut tape);
    let Ok(outcome) = outcome else {
        return Err(TestCaseError::fail(format!("{outcome:?}\n{}", message())));
    };
    prop_assert!(tape.is_empty(), "left on the tape: {:?}\n{}", tape, message());
    let mut by_value = match outcome.result {
        Datum::Tuple(parts) if by_value(&primal) > 1 => parts.into_iter(),
        one => vec![one].into_iter(),
    };
    let mut behind = outcome.parameters.into_iter().skip(1);
    let gradients =
        primal.parameters.iter().filter(|parameter| parameter.active).map(|p| match p.ty {
            Type::Reference { .. } => behind.next(),
            _ => by_value.next(),
        });
    let gradients: Vec<_> = gradients.map(|part| part.unwrap_or(Datum::Nothing)).collect();
    let reference = taped::gradient(&interpreter, &function, &arguments);
    let Ok((reference, true)) = reference else { return Ok(()) };
    let agree = same_gradient(&floats(&gradients), &reference, tolerance);
    prop_assert_eq!(agree, Ok(()), "{}", message());
    Ok(())
}

fn by_value(function: &Function) -> usize {
    let by_value = |parameter: &&Parameter| {
        parameter.active && !matches!(parameter.ty, Type::Reference { .. })
    };
    function.parameters.iter().filter(by_value).count()
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
    fn gradients_at_extremes(choices in choices()) {
        let style = Style { many_results: false, narrow: false, ..Style::WILD };
        gradients_agree(style, &choices, false)?;
    }

    #[test]
    fn gradients_at_extremes_through_narrow_numbers(choices in choices()) {
        let style = Style { many_results: false, ..Style::WILD };
        gradients_agree(style, &choices, true)?;
    }

    #[test]
    fn gradients_from_checkpoints(choices in choices()) {
        checkpoints_agree(Style::TAME, &choices)?;
    }

    #[test]
    fn gradients_from_sweeps(choices in choices()) {
        sweeps_agree(Style::TAME, &choices, 1e-9)?;
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
        accepted += usize::from(stages(&program.function, Strategy::default()).is_some());
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

/// The adjoint of an element is reached without asking because the element was: it does not move
/// before the load that asks.
#[test]
fn what_relies_on_a_check_stays_behind_it() {
    let mut s = Sketch::new("checked", Type::F64);
    let x = s.scalar("x", Type::F64);
    let a = Place::root(s.slot("a", mutable(vector(Type::F64))));
    let n = s.scalar("n", Type::USIZE);
    let zero = s.usize(0);
    let positive = s.float(0.0, &FloatType::F64);
    let condition = s.compare(Comparison::Less, positive, x);
    s.branch(
        condition,
        &[],
        |s| {
            s.store(a.at(zero), x);
            vec![]
        },
        |_| vec![],
    );
    let last = s.load(a.at(n), Type::F64);
    let function = s.returns_value(last);
    for n in [0, 1, 2] {
        agrees(function.clone(), vec![2.0.into(), [3.0, 4.0].into(), Datum::from(n as usize)]);
    }
}

/// Memory that every iteration overwrites before it reads it is not kept for running iterations again;
/// its length is that of then, whatever happens to it afterwards.
#[test]
fn what_is_run_again_has_the_length_of_then() {
    let mut s = Sketch::new("grows_later", Type::F64);
    let x = s.scalar("x", Type::F64);
    let a = Place::root(s.slot("a", mutable(vector(Type::F64))));
    let (zero, three) = (s.usize(0), s.usize(3));
    let last = s.count(zero, three, vec![x], |s, _, carried| {
        s.push(InstructionKind::Fill(a.clone(), carried[0]), vec![]);
        let (start, end) = (s.usize(0), s.length(a.clone()));
        let sum = s.count(start, end, vec![carried[0]], |s, i, sum| {
            let element = s.load(a.at(i), Type::F64);
            let square = s.float_operation(FloatOperation::Mul, &[element, element]);
            vec![s.float_operation(FloatOperation::Add, &[sum[0], square])]
        });
        vec![s.float_operation(FloatOperation::Sin, &[sum[0]])]
    });
    s.push(InstructionKind::Push(a.clone(), Aggregate::Value(last[0])), vec![]);
    let function = s.returns_value(last[0]);
    let program = Program { function, arguments: vec![0.7.into(), [3.0, 4.0].into()] };
    for strategy in [Strategy { checkpoint: false }, Strategy { checkpoint: true }] {
        if let Err(error) = check_strategy(&program, strategy, 1e-12) {
            panic!("{error}");
        }
    }
}

/// a^0 is flat in a, also where 1 / a overflows.
#[test]
fn a_power_with_exponent_zero_is_flat_at_tiny_bases() {
    for tiny in [5e-309, -5e-309, 0.0, -0.0] {
        let mut s = Sketch::new("power", Type::F64);
        let (x, y) = (s.scalar("x", Type::F64), s.scalar("y", Type::F64));
        let power = s.float_operation(FloatOperation::Powf, &[x, y]);
        let function = s.returns_value(power);
        let [_, _, (_, simplified)] = stages(&function, Strategy::default()).unwrap();
        let nothing = Datum::from(f64::NAN);
        let arguments = vec![tiny.into(), 0.0.into(), nothing.clone(), nothing];
        let outcome = execute(&simplified, &arguments, OverflowMode::Panic).unwrap();
        assert_eq!(outcome.parameters[2], Datum::from(0.0), "{tiny}");
    }
}

/// A loop whose inner loops end early by what it carries is no sum of independent terms.
#[test]
fn a_carried_value_that_ends_an_inner_loop_is_no_sum() {
    let mut s = Sketch::new("ended", Type::F64);
    let x = s.scalar("x", Type::F64);
    let (zero, three) = (s.usize(0), s.usize(3));
    let sum = s.count(zero, three, vec![x], |s, _, outer| {
        let (code, zero, three) = (s.exit_code(0), s.usize(0), s.usize(3));
        let inner = s.count_with(
            zero,
            three,
            vec![code, x],
            |counted| counted.exits = true,
            |s, _, inner| {
                let next = s.float_operation(FloatOperation::Add, &[inner[1], x]);
                let leave = s.compare(Comparison::Less, x, outer[0]);
                let (stay, go) = (s.exit_code(0), s.exit_code(1));
                let select = Operation::Select;
                vec![s.operation(select, &[leave, go, stay], Type::EXIT_CODE), next]
            },
        );
        vec![s.float_operation(FloatOperation::Add, &[outer[0], inner[1]])]
    });
    agrees(s.returns_value(sum[0]), vec![0.5.into()]);
}

/// What a carried value guards is not run again without it.
#[test]
fn what_a_carried_value_guards_does_not_panic_again() {
    let mut s = Sketch::new("guarded", Type::F64);
    let (x, zero, three) = (s.scalar("x", Type::F64), s.usize(0), s.usize(3));
    let sum = s.count(zero, three, vec![x], |s, i, carried| {
        let condition = s.compare(Comparison::Less, carried[0], x);
        s.branch(
            condition,
            &[],
            |s| {
                s.integer(IntegerOperation::Rem, &[i, i]);
                vec![]
            },
            |_| vec![],
        );
        vec![s.float_operation(FloatOperation::Add, &[carried[0], x])]
    });
    agrees(s.returns_value(sum[0]), vec![1.5.into()]);
}
