//! The first tier: a file through the front end and every pass, run by the interpreter.
//!
//! It finds what is wrong in the passes from `resolve` to the last simplification. What it cannot find:
//! mistakes of `resolve`, `infer` and `lower` that give a program of another meaning (it starts from the
//! IR that they make), and of `emit`. Those are for the second tier ([`crate::compiled`]).

use crate::source::Source;
use autodiff_compiler::verification::{Checker, Failure, Program, Settings, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What came of a file.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All samples agree; so many of them panic, and so does what is derived.
    Agrees {
        /// The samples.
        samples: usize,
        /// Those in which the function panics.
        panics: usize,
    },
    /// The compiler refuses a function, or the interpreter cannot run it.
    Refused(String),
    /// A pass is wrong.
    Fails(Failure),
}

/// How many floats arguments hold at most.
const LONG: usize = 30;

/// Checks a file.
pub fn check_file(text: &str) -> Outcome {
    match Source::parse(text) {
        Ok(source) => check_source(&source),
        Err(error) => {
            Outcome::Fails(Failure { pass: "generate", message: format!("{error}\n{text}") })
        }
    }
}

/// Checks a file that is read.
pub fn check_source(source: &Source) -> Outcome {
    match programs(source) {
        Ok(programs) => check_programs(source, &programs, &Settings::default()),
        Err(outcome) => outcome,
    }
}

/// What the front end makes of a file, with each sample.
///
/// # Errors
/// What came of the file, if it makes nothing.
pub fn programs(source: &Source) -> Result<Vec<Program>, Outcome> {
    match catch_unwind(AssertUnwindSafe(|| source.programs())) {
        Ok(Ok(programs)) => Ok(programs),
        Ok(Err(reason)) => Err(Outcome::Refused(reason)),
        Err(_) => {
            let message = "the front end panics".to_owned();
            Err(Outcome::Fails(Failure { pass: "front end", message }))
        }
    }
}

/// Checks what the front end makes of a file.
pub fn check_programs(source: &Source, programs: &[Program], settings: &Settings) -> Outcome {
    let single = source.functions.iter().any(|function| {
        let tokens = quote::ToTokens::to_token_stream(&function.item).to_string();
        tokens.contains("f32")
    });
    // Adjoints of `f32` values are `f32`.
    let tolerance = if single { 1e-4 } else { settings.tolerance };
    let settings = Settings { tolerance, ..settings.clone() };
    let checker = Checker::default();
    let mut panics = 0;
    // Long lists are for code that works on several elements at a time; passes see short ones.
    let is_long = |program: &&Program| {
        program.arguments.iter().map(|argument| argument.floats().len()).sum::<usize>() > LONG
    };
    for program in programs.iter().filter(|program| !is_long(program)) {
        match checker.check(program, &settings) {
            Ok(Verdict::Agrees) => {}
            Ok(Verdict::Panics) => panics += 1,
            Ok(Verdict::Refused(reason)) => return Outcome::Refused(reason),
            Err(failure) => return Outcome::Fails(failure),
        }
    }
    Outcome::Agrees { samples: programs.len(), panics }
}
