//! Mutants of real functions through the front end: whatever rustc takes, `#[differentiate]` takes or
//! refuses with a message of ours; it never panics, never emits what rustc rejects or warns of, and
//! never changes the value.
//!
//! A mutant is a function of the corpus, of `tests/programs` or (with `--published`) of a published crate,
//! written differently in a few places (`tests/corpus/src/mutants`). It stands in a module of its own
//! together with the items of its file that it needs. Those that rustc takes without the attribute are
//! compiled with it (`compile`); those that are accepted are run: the value is compared with the plain function's and
//! the gradient with differences, by the code that `cargo xtask corpus` uses. What fails is made small by leaving
//! mutations out, and written to `target/fuzz-front/failures`.

mod compile;
mod subjects;

use crate::files;
use compile::Scratch;
use quote::ToTokens;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;
use subjects::Subject;

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/corpus/src/text.rs"]
mod text;

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/corpus/src/mutants/mod.rs"]
mod mutants;

/// So many are compiled at a time.
const BATCH: usize = 250;

/// A mutant: its function, and what is written differently.
#[derive(Clone)]
struct Mutant {
    subject: usize,
    mutations: Vec<mutants::Mutation>,
    /// Whether the attribute has the arguments that the function's author gave it.
    options: bool,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq)]
enum Fate {
    /// Nothing was changed, or it cannot be written as text.
    Void,
    /// rustc rejects it as it is.
    Invalid,
    /// The compiler refused it, with a message.
    Refused(String),
    /// Accepted; `None` if it could not be run, else what the comparison says.
    Accepted(Option<String>),
    /// A bug: what kind, and what rustc or the comparison says.
    Bug(String, String),
    /// The gradient differs from differences: a bug, or a function without a derivative there.
    Suspicious(String),
}

/// Tries `--functions N` mutants of `--seed S`.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (mut functions, mut seed, mut published) = (1000usize, 1u64, false);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, String> {
            let text = words.next().ok_or(format!("{word} needs a number"))?;
            text.parse().map_err(|_| format!("{text} is not a number"))
        };
        match word.as_str() {
            "--functions" => functions = number()? as usize,
            "--seed" => seed = number()?,
            "--published" => published = true,
            _ => return Err(format!("{word}: expected --functions N, --seed S or --published")),
        }
    }
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let subjects = subjects::all(&root, published)?;
    println!("{} functions to change", subjects.len());
    let scratch = Scratch::new(&root);
    let mut numbers = mutants::Numbers(seed);
    let (mut counts, mut bugs) = (BTreeMap::new(), 0);
    let begin = Instant::now();
    let mut tried = 0;
    while tried < functions {
        let size = BATCH.min(functions - tried);
        let batch: Vec<Mutant> = (0..size).map(|_| random(&mut numbers, &subjects)).collect();
        let fates = scratch.examine(&subjects, &batch)?;
        let failed: Vec<(Mutant, Fate)> = batch
            .into_iter()
            .zip(fates)
            .inspect(|(_, fate)| *counts.entry(row(fate)).or_insert(0) += 1)
            .filter(|(_, fate)| matches!(fate, Fate::Bug(..) | Fate::Suspicious(_)))
            .collect();
        for (number, (mutant, fate)) in shrink(&scratch, &subjects, failed)?.iter().enumerate() {
            bugs += usize::from(matches!(fate, Fate::Bug(..)));
            let label = format!("{seed}_{}", tried + number);
            record(&root, &label, &subjects, mutant, fate)?;
        }
        tried += size;
        println!("{tried} tried, {bugs} bugs, {:.0} s", begin.elapsed().as_secs_f64());
    }
    println!();
    for (row, count) in counts {
        println!("{count:>6}  {row}");
    }
    match bugs {
        0 => Ok(()),
        _ => Err(format!("{bugs} mutants failed: see target/fuzz-front/failures")),
    }
}

fn random(numbers: &mut mutants::Numbers, subjects: &[Subject]) -> Mutant {
    let subject = numbers.draw() as usize % subjects.len();
    let count = 1 + numbers.draw() as usize % 3;
    let options = numbers.draw().is_multiple_of(4);
    Mutant { subject, mutations: numbers.mutations(count), options }
}

/// The line of the summary that a fate counts in.
fn row(fate: &Fate) -> String {
    match fate {
        Fate::Void => "not changed".to_string(),
        Fate::Invalid => "rejected by rustc without the attribute".to_string(),
        Fate::Refused(message) => format!("refused: {}", general(message)),
        Fate::Accepted(None) => "accepted, not run".to_string(),
        Fate::Accepted(Some(_)) => "accepted, run".to_string(),
        Fate::Bug(kind, _) => format!("BUG: {kind}"),
        Fate::Suspicious(_) => "accepted, differs from differences".to_string(),
    }
}

/// A message without the names in it.
fn general(message: &str) -> String {
    message.split('`').enumerate().map(|(k, part)| if k % 2 == 0 { part } else { "_" }).collect()
}

/// Leaves mutations out as long as something fails in the same way.
fn shrink(
    scratch: &Scratch,
    subjects: &[Subject],
    mut failed: Vec<(Mutant, Fate)>,
) -> Result<Vec<(Mutant, Fate)>, String> {
    loop {
        let mut smaller = vec![];
        for (index, (mutant, _)) in failed.iter().enumerate() {
            for left_out in 0..mutant.mutations.len() {
                let mut candidate = mutant.clone();
                candidate.mutations.remove(left_out);
                smaller.push((index, candidate));
            }
        }
        if smaller.is_empty() {
            return Ok(failed);
        }
        let candidates: Vec<Mutant> = smaller.iter().map(|(_, mutant)| mutant.clone()).collect();
        let fates = scratch.examine(subjects, &candidates)?;
        let mut changed = false;
        for ((index, mutant), fate) in smaller.into_iter().zip(fates) {
            let (known, known_fate) = &mut failed[index];
            if row(&fate) == row(known_fate) && mutant.mutations.len() < known.mutations.len() {
                (*known, *known_fate) = (mutant, fate);
                changed = true;
            }
        }
        if !changed {
            return Ok(failed);
        }
    }
}

/// Writes a failure down.
fn record(
    root: &Path,
    label: &str,
    subjects: &[Subject],
    mutant: &Mutant,
    fate: &Fate,
) -> Result<(), String> {
    let subject = &subjects[mutant.subject];
    let (text, changes) = subject.mutant(mutant, true);
    let (kind, message) = match fate {
        Fate::Bug(kind, message) => (kind.as_str(), message),
        Fate::Suspicious(message) => ("differs from differences", message),
        _ => return Ok(()),
    };
    let mut file = String::new();
    for line in format!("{kind}; changed: {}\n{message}", changes.join(", ")).lines() {
        writeln!(file, "// {line}").map_err(|error| error.to_string())?;
    }
    file.push_str(&text.unwrap_or_default());
    let name = format!("{}_{label}.rs", subject.function.sig.ident);
    println!("  {kind}: target/fuzz-front/failures/{name}");
    let path = root.join("target/fuzz-front/failures").join(name);
    files::write(&path, &file)?;
    // For the reader; it does not matter if there is no rustfmt.
    let _ = std::process::Command::new("rustfmt").args(["--edition", "2024"]).arg(path).output();
    Ok(())
}

impl Subject {
    /// The text of a mutant's module, with the attribute or without; nothing if nothing is changed. And the
    /// names of the changes.
    fn mutant(&self, mutant: &Mutant, annotated: bool) -> (Option<String>, Vec<&'static str>) {
        let mut function = self.function.clone();
        let changes = mutants::mutate(&mut function, &mutant.mutations);
        let changed = function.to_token_stream().to_string();
        let void = changed == self.function.to_token_stream().to_string()
            || syn::parse_str::<syn::ItemFn>(&changed).is_err();
        if void {
            return (None, changes);
        }
        let options = if mutant.options { self.options.to_string() } else { String::new() };
        let attribute = match (annotated, options.is_empty()) {
            (false, _) => String::new(),
            (true, true) => "#[differentiate] ".to_string(),
            (true, false) => format!("#[differentiate({options})] "),
        };
        let others: String = self.others(annotated);
        (Some(format!("{others}{attribute}{changed}\n")), changes)
    }
}
