//! Every pass against the interpreter, on random programs.

use super::tests::choices;
use super::{Style, program};
use crate::activity::Activity;
use crate::interpret::{Datum, Real, run};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::sketch::{Sketch, mutable, vector};
use crate::ir::{Aggregate, Function, InstructionKind, Place};
use crate::reverse::reverse;
use crate::schedule::schedule;
use crate::simplify::simplify_derivative;
use crate::types::{FloatType, Type};
use crate::verification::exact::Exactness;
use crate::verification::{Program, Settings, Verdict, check, check_fully};
use proptest::prelude::{ProptestConfig, TestCaseError, proptest};
use proptest::test_runner::TestCaseResult;

/// All checks of a program of a style, of the function as it comes or as the road simplifies it first.
fn agrees_in(style: Style, choices: &[u32], simplified: bool) -> TestCaseResult {
    let program = program(style, choices);
    // Adjoints of `f32` values are `f32`, and so are the slopes of operations on them.
    let tolerance = if style.narrow { 1e-4 } else { 1e-9 };
    match check(&program, &Settings { tolerance, simplified, ..Settings::default() }) {
        Ok(_) => Ok(()),
        Err(failure) => Err(TestCaseError::fail(failure.to_string())),
    }
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
    fn wild_programs(choices in choices()) {
        agrees_in(Style::WILD, &choices, true)?;
    }

    #[test]
    fn reductions(choices in choices()) {
        agrees_in(Style::REDUCTIONS, &choices, false)?;
    }

    #[test]
    fn recurrences(choices in choices()) {
        agrees_in(Style { recurrences: true, ..Style::REDUCTIONS }, &choices, false)?;
    }

    #[test]
    fn loops_with_exits(choices in choices()) {
        agrees_in(Style { writes: false, ..Style::TAME }, &choices, false)?;
    }

    #[test]
    fn mutation(choices in choices()) {
        agrees_in(Style::TAME, &choices, false)?;
    }

    #[test]
    fn mutation_of_many_outputs(choices in choices()) {
        agrees_in(Style { many_results: true, ..Style::TAME }, &choices, false)?;
    }

    #[test]
    fn narrow_numbers(choices in choices()) {
        agrees_in(Style { narrow: true, ..Style::TAME }, &choices, false)?;
    }

    #[test]
    fn simplified_programs(choices in choices()) {
        agrees_in(Style::TAME, &choices, true)?;
    }

    #[test]
    fn programs_that_panic(choices in choices()) {
        let style = Style { panics: true, all_operations: true, ..Style::TAME };
        agrees_in(style, &choices, true)?;
    }

    #[test]
    fn extremes(choices in choices()) {
        let style = Style { many_results: false, narrow: false, ..Style::WILD };
        agrees_in(style, &choices, false)?;
    }

    #[test]
    fn extremes_of_narrow_numbers(choices in choices()) {
        agrees_in(Style { many_results: false, ..Style::WILD }, &choices, true)?;
    }
}

/// The checks above are content with what exact arithmetic does not contradict: how often it confirms.
#[test]
fn most_programs_are_not_refused_and_are_settled_exactly() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 32) as u32
    };
    let exits = Style { writes: false, ..Style::TAME };
    let recurrences = Style { recurrences: true, ..Style::REDUCTIONS };
    let many = Style { many_results: true, ..Style::TAME };
    let narrow = Style { narrow: true, ..Style::TAME };
    // How many of 100 agree, and of how many of those exact arithmetic is not sure, at most.
    for (name, style, simplified, least, unsure) in [
        ("tame", Style::TAME, true, 98, 2),
        ("as it comes", Style::TAME, false, 98, 2),
        ("exits", exits, false, 98, 2),
        ("reductions", Style::REDUCTIONS, false, 98, 2),
        ("recurrences", recurrences, false, 98, 2),
        ("many results", many, false, 98, 2),
        ("narrow", narrow, false, 98, 2),
        ("wild", Style::WILD, true, 75, 10),
    ] {
        let (mut agree, mut exact) = (0, 0);
        for _ in 0..100 {
            let choices: Vec<_> = (0..next() % 300).map(|_| next()).collect();
            let tolerance = if style.narrow { 1e-4 } else { 1e-9 };
            let settings = Settings { tolerance, simplified, ..Settings::default() };
            let checked = check_fully(&program(style, &choices), &settings);
            let checked = checked.unwrap_or_else(|failure| panic!("{failure}"));
            agree += usize::from(checked.verdict == Verdict::Agrees);
            exact += usize::from(checked.exactness == Exactness::Agrees);
        }
        println!("{name}: {agree} of 100 agree, {exact} exactly");
        assert!(agree >= least, "{name}: {agree} of 100");
        assert!(
            agree - exact <= unsure,
            "{name}: exact arithmetic is not sure of {}",
            agree - exact
        );
    }
}

// What the random programs found.

#[track_caller]
fn agrees(function: Function, arguments: Vec<Datum<Real>>) {
    let program = Program::new(function, arguments);
    for simplified in [false, true] {
        let settings = Settings { tolerance: 1e-12, simplified, ..Settings::default() };
        match check(&program, &settings) {
            Ok(Verdict::Agrees | Verdict::Panics) => {}
            Ok(Verdict::Refused(reason)) => panic!("refused: {reason}"),
            Err(failure) => panic!("{failure}"),
        }
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
    agrees(function, vec![0.7.into(), [3.0, 4.0].into()]);
}

/// a^0 is flat in a, also where 1 / a overflows.
#[test]
fn a_power_with_exponent_zero_is_flat_at_tiny_bases() {
    for tiny in [5e-309, -5e-309, 0.0, -0.0] {
        let mut s = Sketch::new("power", Type::F64);
        let (x, y) = (s.scalar("x", Type::F64), s.scalar("y", Type::F64));
        let power = s.float_operation(FloatOperation::Powf, &[x, y]);
        let function = s.returns_value(power);
        let mut gradient = schedule(reverse(&function, &Activity::of(&function)));
        simplify_derivative(&mut gradient, &function);
        let nothing = Datum::from(f64::NAN);
        let arguments = vec![tiny.into(), 0.0.into(), nothing.clone(), nothing];
        let outcome = run::<Real>(&gradient, arguments).unwrap();
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
