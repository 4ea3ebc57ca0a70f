//! Many random functions through the tiers, over several seeds, with what came of them.

use crate::compiled::{Fate, Workshop};
use crate::coverage::{Coverage, constructs};
use crate::generate::{self, File};
use crate::interpreted::{Outcome, check_programs, programs};
use crate::reduce::reduce;
use crate::source::Source;
use autodiff_compiler::verification::parallel::gathered;
use autodiff_compiler::verification::{Settings, is_moderate};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much a failing file may be tried to be made smaller.
const INTERPRETED_ATTEMPTS: usize = 20_000;
const COMPILED_ATTEMPTS: usize = 120;

/// A file that shows a mistake.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed and the number of the file.
    pub from: (u64, u64),
    /// The pass to blame, or the tier.
    pub pass: String,
    /// What is wrong.
    pub message: String,
    /// The file, as small as it got.
    pub text: String,
}

/// What came of a campaign.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files that went through the passes.
    pub interpreted: u64,
    /// Runs of them, and those that panic, as what is derived does.
    pub runs: (usize, usize),
    /// Files that were compiled and run.
    pub compiled: u64,
    /// Comparisons of values, gradients, vector-Jacobian, Jacobian-vector and Hessian-vector products.
    pub compared: [usize; 5],
    /// Files that were refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Mistakes of the generator.
    pub invalid: Vec<String>,
    /// Mistakes of the compiler.
    pub failures: Vec<Failure>,
    /// What occurred.
    pub coverage: Coverage,
}

impl Summary {
    /// The share of files that were refused, in percent.
    pub fn refusals(&self) -> f64 {
        let refused: u64 = self.refused.values().sum();
        100.0 * refused as f64 / self.interpreted.max(1) as f64
    }

    fn unite(&mut self, other: Summary) {
        self.interpreted += other.interpreted;
        self.runs.0 += other.runs.0;
        self.runs.1 += other.runs.1;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.failures.extend(other.failures);
        self.invalid.extend(other.invalid);
        self.coverage.unite(other.coverage);
    }
}

/// What came of one file in the first tier.
enum Step {
    /// It may go on to be compiled.
    Good,
    /// It ends here.
    End,
}

/// Runs files `0..count` of a seed through the passes on all processors. Gives those among the first
/// `candidates` that can be compiled.
pub fn interpret(
    seed: u64,
    count: u64,
    candidates: u64,
    settings: fn() -> Settings,
    summary: &mut Summary,
) -> Vec<(u64, File)> {
    let parts = gathered(count, |number, (own, good): &mut (Summary, Vec<_>)| {
        let file = generate::file(seed, number);
        let candidate = number < candidates;
        if let Step::Good = step((seed, number), &file, candidate, &settings(), own) {
            good.push((number, file));
        }
    });
    let mut good = vec![];
    for (own, more) in parts {
        summary.unite(own);
        good.extend(more);
    }
    good.sort_by_key(|(number, _)| *number);
    good
}

fn step(
    (seed, number): (u64, u64),
    file: &File,
    candidate: bool,
    settings: &Settings,
    summary: &mut Summary,
) -> Step {
    summary.interpreted += 1;
    let parsed = syn::parse_file(&file.text).map_err(|error| error.to_string());
    let source = parsed.and_then(|parsed| {
        summary.coverage.add(&constructs(&parsed));
        Source::of(&parsed)
    });
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            summary.invalid.push(format!("seed {seed}, file {number}: {error}"));
            return Step::End;
        }
    };
    let programs = programs(&source);
    let outcome = match &programs {
        Ok(programs) => check_programs(&source, programs, settings),
        Err(outcome) => outcome.clone(),
    };
    match outcome {
        Outcome::Agrees { samples, panics } => {
            summary.runs.0 += samples;
            summary.runs.1 += panics;
            let moderate = |program: &_| is_moderate(program, &Settings::default());
            let good = candidate && panics == 0;
            match good && programs.is_ok_and(|programs| programs.iter().all(moderate)) {
                true => Step::Good,
                false => Step::End,
            }
        }
        Outcome::Refused(reason) => {
            *summary.refused.entry(without_names(&reason)).or_default() += 1;
            Step::End
        }
        Outcome::Fails(failure) => {
            let pass = failure.pass;
            let mut fails = |text: &str| matches!(crate::interpreted::check_file(text), Outcome::Fails(f) if f.pass == pass);
            let text = reduce(&file.text, INTERPRETED_ATTEMPTS, &mut fails);
            let message = match crate::interpreted::check_file(&text) {
                Outcome::Fails(failure) => failure.message,
                _ => failure.message,
            };
            let from = (seed, number);
            summary.failures.push(Failure { from, pass: pass.to_owned(), message, text });
            Step::End
        }
    }
}

/// A reason in which everything between backticks is one.
fn without_names(reason: &str) -> String {
    let parts: Vec<_> = reason
        .split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "…" })
        .collect();
    let text = parts.join("`");
    text.split(' ')
        .map(|word| if word.parse::<u32>().is_ok() { "N" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Compiles files and runs them.
///
/// # Errors
/// If cargo fails for another reason than the files.
pub fn compile(
    seed: u64,
    files: &[(u64, File)],
    workshop: &Workshop,
    summary: &mut Summary,
) -> Result<(), String> {
    let texts: Vec<String> = files.iter().map(|(_, file)| file.text.clone()).collect();
    let report = workshop.check(&texts)?;
    summary.compared.iter_mut().zip(report.compared).for_each(|(sum, more)| *sum += more);
    for ((number, file), fate) in files.iter().zip(report.fates) {
        summary.compiled += 1;
        match fate {
            Some(Fate::Agrees) | None => {}
            Some(Fate::Refused(reason)) => {
                *summary.refused.entry(without_names(&reason)).or_default() += 1;
            }
            Some(Fate::Invalid(error)) => {
                summary.invalid.push(format!("seed {seed}, file {number}: {error}"));
            }
            Some(Fate::Rejected(message)) | Some(Fate::Wrong(message)) => {
                let wrong = message.starts_with('p');
                let mut fails = |text: &str| {
                    let Ok(source) = Source::parse(text) else { return false };
                    let Ok(programs) = source.programs() else { return false };
                    if !programs.iter().all(|p| is_moderate(p, &Settings::default())) {
                        return false;
                    }
                    let one = workshop.check(&[text.to_owned()]);
                    one.is_ok_and(|report| match &report.fates[0] {
                        Some(Fate::Wrong(_)) => wrong,
                        Some(Fate::Rejected(_)) => !wrong,
                        _ => false,
                    })
                };
                let text = reduce(&file.text, COMPILED_ATTEMPTS, &mut fails);
                let pass = if wrong { "compiled" } else { "rejected by rustc" };
                summary.failures.push(Failure {
                    from: (seed, *number),
                    pass: pass.to_owned(),
                    message,
                    text,
                });
            }
        }
    }
    Ok(())
}

/// Keeps a failure as a file that the tests replay.
///
/// # Errors
/// If it cannot be written.
pub fn keep(failure: &Failure, folder: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let (seed, number) = failure.from;
    let path = folder.join(format!("seed_{seed}_file_{number}.rs"));
    let first = failure.message.lines().next().unwrap_or_default();
    let text = format!("// {}: {first}\n\n{}", failure.pass, failure.text);
    std::fs::write(&path, text)?;
    Ok(path)
}
