//! Every function of the corpus against exact arithmetic, and against the taped reference, after every pass.

#[allow(unreachable_pub)]
mod common;
#[path = "common/lowered.rs"]
mod lowered;

use autodiff_compiler::verification::source::with_callees;
use autodiff_compiler::verification::{Checker, Program, Settings, Verdict, exact};
use autodiff_corpus::plain;
use autodiff_oracle_runtime::compare::samples;
use common::report;
use exact::Exactness;
use lowered::{arguments, lowered};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_corpus_agrees_after_every_pass() {
    let functions = lowered();
    let mut failures = Vec::new();
    // By reason: how many programs, and one of them.
    let mut unsettled: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut settled = BTreeSet::new();
    let (mut programs, mut agree, mut exact, mut panic) = (0, 0, 0, 0);
    for (plain, (function, ir)) in plain::table().iter().zip(&functions) {
        assert_eq!(plain.name, function.path());
        let Some(ir) = ir else { continue };
        let file: Vec<_> = functions
            .iter()
            .filter(|(other, _)| other.file == function.file)
            .filter_map(|(_, ir)| ir.clone())
            .collect();
        let functions = with_callees(&file, ir);
        let tolerance = if function.file == "single" { 1e-4 } else { 1e-9 };
        let checker = Checker::default();
        // Every fourth is a sample as it stands.
        for (label, inputs) in samples(plain).into_iter().step_by(4) {
            let Some(arguments) = arguments(ir, &inputs) else { continue };
            let program = Program { functions: functions.clone(), arguments };
            programs += 1;
            let mut note = |reason: String| {
                unsettled.entry(reason).or_insert((0, label.clone())).0 += 1;
            };
            // Once is enough of exact arithmetic.
            match checker.check(&program, &Settings { tolerance, points: 0, ..Settings::default() })
            {
                Ok(Verdict::Agrees) => agree += 1,
                Ok(Verdict::Panics) => {
                    panic += 1;
                    continue;
                }
                Ok(Verdict::Refused(reason)) => {
                    note(format!("refused: {reason}"));
                    continue;
                }
                Err(failure) => {
                    failures.push(format!("{label}: {failure}"));
                    continue;
                }
            }
            match checker.check_exactly(&program, &Settings::default()) {
                Ok(Exactness::Agrees) => {
                    exact += 1;
                    settled.insert(plain.name);
                }
                Ok(Exactness::Inconclusive(what)) => note(format!("undefined: {what}")),
                Ok(Exactness::Nothing) => note("nothing".to_owned()),
                Err(failure) => failures.push(format!("{label}: exactly: {failure}")),
            }
        }
    }
    println!(
        "{programs} programs: {agree} agree, {exact} exactly ({} functions), {panic} panic; {unsettled:#?}",
        settled.len()
    );
    report(&failures, programs);
    assert!(programs >= 880, "only {programs} programs");
    assert!(exact >= 760, "only {exact} programs exactly");
    assert!(settled.len() >= 340, "only {} functions", settled.len());
    // Those whose result is infinite or a quotient of constants that are 0.
    assert!(agree - exact <= 20, "{} of {agree} programs are undefined", agree - exact);
}
