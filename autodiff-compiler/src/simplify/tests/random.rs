//! The pass on random programs: values and panics stay bit for bit, gradients but for roundings.

use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::interpret::{Datum, Interpreter, Outcome, Real, Trap};
use crate::ir::Function;
use crate::ir::verify::verify;
use crate::random::{Style, program};
use crate::simplify::{simplify, simplify_derivative};
use crate::{reverse, schedule};
use proptest::prelude::*;

fn choices() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..400)
}

fn run(function: &Function, arguments: &[Datum<Real>]) -> Result<Outcome<Real>, Trap> {
    verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
    Interpreter::new().step_limit(1_000_000).run(function, arguments.to_vec())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())) || a.is_nan() || !a.is_finite()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn values_and_panics_stay_bit_for_bit(choices in choices()) {
        let program = program(Style::WILD, &choices);
        let before = run(&program.function, &program.arguments);
        prop_assume!(!matches!(before, Err(Trap::StepLimit)));
        let mut simplified = program.function.clone();
        simplify(&mut simplified);
        let after = run(&simplified, &program.arguments);
        match (before, after) {
            (Ok(before), Ok(after)) => {
                prop_assert_eq!(before.result, after.result, "{}\n{}", program.function, simplified);
                prop_assert_eq!(before.parameters, after.parameters);
                prop_assert!(after.steps <= before.steps + 50);
            }
            (before, after) => prop_assert_eq!(before.err(), after.err()),
        }
        let once = simplified.to_string();
        simplify(&mut simplified);
        prop_assert_eq!(once, simplified.to_string(), "not a fixpoint");
    }

    #[test]
    fn gradients_stay_and_values_stay_bit_for_bit(choices in choices()) {
        for style in [Style::TAME, Style::REDUCTIONS] {
            let program = program(style, &choices);
            let mut primal = program.function.clone();
            simplify(&mut primal);
            let activity = Activity::of(&primal);
            let mut diagnostics = Diagnostics::new();
            reverse::support::check(&primal, &activity, &mut diagnostics);
            if !diagnostics.is_empty() {
                continue;
            }
            let gradient = schedule::schedule(reverse::reverse(&primal, &activity));
            if verify(&gradient).is_err() {
                continue; // a matter of the passes before
            }
            let mut simplified = gradient.clone();
            simplify_derivative(&mut simplified, &primal);
            let mut arguments = program.arguments.clone();
            for (parameter, argument) in primal.parameters.iter().zip(&program.arguments) {
                if parameter.active {
                    arguments.push(argument.zeros_like());
                }
            }
            let before = run(&gradient, &arguments);
            let after = run(&simplified, &arguments);
            let (before, after) = match (before, after) {
                (Ok(before), Ok(after)) => (before, after),
                (before, after) => {
                    prop_assert_eq!(before.err(), after.err(), "{}\n{}", gradient, simplified);
                    continue;
                }
            };
            prop_assert_eq!(&before.result, &after.result);
            for (position, (before, after)) in
                before.parameters.iter().zip(&after.parameters).enumerate()
            {
                if position < primal.parameters.len() {
                    prop_assert_eq!(before, after);
                    continue;
                }
                for (a, b) in before.floats().iter().zip(after.floats()) {
                    let (a, b) = (a.to_f64(), b.to_f64());
                    prop_assert!(close(a, b), "{a:e} {b:e}\n{gradient}\n{simplified}");
                }
            }
        }
    }
}
