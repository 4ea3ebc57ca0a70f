use super::{Style, program};
use crate::interpret::{Interpreter, Outcome, OverflowMode, Real, Trap};
use crate::ir::verify::verify;
use crate::verification::Program;
use proptest::prelude::*;

/// Choices for a program of some size.
pub(super) fn choices() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..400)
}

/// What the program does; it verifies and is not broken.
fn outcome(program: &Program) -> Result<Outcome<Real>, Trap> {
    let function = program.main();
    verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
    let interpreter = Interpreter::new().step_limit(1_000_000).overflow(OverflowMode::Panic);
    let outcome = interpreter.run(function, program.arguments.clone());
    if let Err(trap @ (Trap::Broken(_) | Trap::Unsupported(_))) = &outcome {
        panic!("{trap:?}\n{function}");
    }
    outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn wild_programs_verify_and_run(choices in choices()) {
        let _ = outcome(&program(Style::WILD, &choices));
    }

    #[test]
    fn tame_programs_return(choices in choices()) {
        let program = program(Style::TAME, &choices);
        if let Err(trap) = outcome(&program) {
            prop_assert!(false, "{trap:?}\n{}\n{:?}", program.main(), program.arguments);
        }
    }

    #[test]
    fn reductions_return(choices in choices()) {
        let program = program(Style::REDUCTIONS, &choices);
        if let Err(trap) = outcome(&program) {
            prop_assert!(false, "{trap:?}\n{}\n{:?}", program.main(), program.arguments);
        }
    }
}
