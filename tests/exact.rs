//! Every function of the corpus against exact arithmetic, and against the taped reference, after every pass.

#[allow(unreachable_pub)]
mod common;
#[path = "common/lowered.rs"]
mod lowered;

use autodiff_compiler::ir::Function;
use autodiff_compiler::verification::parallel::gathered;
use autodiff_compiler::verification::source::with_callees;
use autodiff_compiler::verification::{Checker, Program, Settings, Verdict, exact};
use autodiff_corpus::{plain, text};
use autodiff_oracle_runtime::Entry;
use autodiff_oracle_runtime::compare::samples;
use common::report;
use exact::Exactness;
use lowered::{arguments, lowered};
use std::collections::{BTreeMap, BTreeSet};

/// What came of the programs.
#[derive(Debug, Default)]
struct Count {
    programs: usize,
    agree: usize,
    exactly: usize,
    panic: usize,
    /// The functions that agreed exactly.
    settled: BTreeSet<&'static str>,
    /// By reason: how many programs, and one of them.
    unsettled: BTreeMap<String, (usize, String)>,
    failures: Vec<String>,
}

impl Count {
    fn note(&mut self, reason: String, label: String) {
        self.unsettled.entry(reason).or_insert((0, label)).0 += 1;
    }

    /// Checks a function at its samples.
    fn function(
        &mut self,
        plain: &Entry,
        text: &text::Function,
        functions: &[Function],
        main: &Function,
    ) {
        let tolerance = if text.file == "single" { 1e-4 } else { 1e-9 };
        let checker = Checker::default();
        // Every fourth is a sample as it stands.
        for (label, inputs) in samples(plain).into_iter().step_by(4) {
            let Some(arguments) = arguments(main, &inputs) else { continue };
            let program = Program { functions: functions.to_vec(), arguments };
            self.programs += 1;
            // Once is enough of exact arithmetic.
            match checker.check(&program, &Settings { tolerance, points: 0, ..Settings::default() })
            {
                Ok(Verdict::Agrees) => self.agree += 1,
                Ok(Verdict::Panics) => {
                    self.panic += 1;
                    continue;
                }
                Ok(Verdict::Refused(reason)) => {
                    self.note(format!("refused: {reason}"), label);
                    continue;
                }
                Err(failure) => {
                    self.failures.push(format!("{label}: {failure}"));
                    continue;
                }
            }
            match checker.check_exactly(&program, &Settings::default()) {
                Ok(Exactness::Agrees) => {
                    self.exactly += 1;
                    self.settled.insert(plain.name);
                }
                Ok(Exactness::Inconclusive(what)) => self.note(format!("undefined: {what}"), label),
                Ok(Exactness::Nothing) => self.note("nothing".to_owned(), label),
                Err(failure) => self.failures.push(format!("{label}: exactly: {failure}")),
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.agree += other.agree;
        self.exactly += other.exactly;
        self.panic += other.panic;
        self.settled.extend(other.settled);
        for (reason, (count, label)) in other.unsettled {
            self.unsettled.entry(reason).or_insert((0, label)).0 += count;
        }
        self.failures.extend(other.failures);
    }
}

#[test]
fn the_corpus_agrees_after_every_pass() {
    thread_local! {
        // Spans do not leave their thread.
        static CORPUS: Vec<(text::Function, Option<Function>)> = lowered();
    }
    let table = plain::table();
    let counts = gathered(table.len() as u64, |number, count: &mut Count| {
        CORPUS.with(|corpus| {
            let plain = &table[number as usize];
            let (text, main) = &corpus[number as usize];
            assert_eq!(plain.name, text.path());
            let Some(main) = main else { return };
            let file = corpus.iter().filter(|(other, _)| other.file == text.file);
            let file: Vec<_> = file.filter_map(|(_, ir)| ir.clone()).collect();
            count.function(plain, text, &with_callees(&file, main), main);
        });
    });
    let mut total = Count::default();
    counts.into_iter().for_each(|count| total.add(count));
    println!("{total:#?}");
    let Count { programs, agree, exactly, settled, failures, .. } = total;
    report(&failures, programs);
    assert!(programs >= 880, "only {programs} programs");
    assert!(exactly >= 760, "only {exactly} programs exactly");
    assert!(settled.len() >= 340, "only {} functions", settled.len());
    // Those whose result is infinite or a quotient of constants that are 0.
    assert!(agree - exactly <= 20, "{} of {agree} programs are undefined", agree - exactly);
}
