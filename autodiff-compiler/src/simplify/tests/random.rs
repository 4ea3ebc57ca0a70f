//! The pass on random programs, beside what [`crate::verification`] checks of it: nothing gets slower, and
//! what is simplified stays as it is.

use crate::interpret::Interpreter;
use crate::random::{Style, program};
use crate::simplify::simplify;
use proptest::prelude::*;

fn choices() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_gets_slower_and_all_is_done_at_once(choices in choices()) {
        let program = program(Style::WILD, &choices);
        let interpreter = Interpreter::new().step_limit(1_000_000);
        let mut simplified = program.main().clone();
        simplify(&mut simplified);
        let before = interpreter.run(program.main(), program.arguments.clone());
        let after = interpreter.run(&simplified, program.arguments.clone());
        if let (Ok(before), Ok(after)) = (before, after) {
            prop_assert!(after.steps <= before.steps + 50, "{}\n{simplified}", program.main());
        }
        let once = simplified.to_string();
        simplify(&mut simplified);
        prop_assert_eq!(once, simplified.to_string(), "not a fixpoint");
    }
}
