//! Compiles the copy with all mutants in it, and gives up those that do not compile.

use super::copy::Copy;
use super::schemata::{self, Schemata};
use super::{Mutant, Site, Suite};
use crate::files::{cargo, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

/// A test program.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    /// Where cargo would start it.
    pub(super) folder: PathBuf,
    /// The root of the copy.
    pub(super) workspace: PathBuf,
}

/// Writes the mutants into the copy and builds the suites, until what is left compiles. Gives the test
/// program of each suite, and the mutants that do not compile.
pub(super) fn until_it_compiles(
    copy: &Copy,
    sources: &BTreeMap<String, String>,
    sites: &[Site],
    mutants: &[Mutant],
    suites: &[Suite],
) -> Result<(Vec<Program>, BTreeSet<u32>), String> {
    // What did not compile last time is not tried again: a round takes as long as a build.
    let memory = copy.root.with_file_name("do-not-compile");
    let known = std::fs::read_to_string(&memory).unwrap_or_default();
    let known: BTreeSet<&str> = known.lines().collect();
    let key = |number: u32| {
        let mutant = &mutants[number as usize - 1];
        format!("{}: {}: {}", sites[mutant.site].file, mutant.line_text, mutant.what)
    };
    let numbers = 1..=mutants.len() as u32;
    let mut given_up: BTreeSet<u32> =
        numbers.filter(|number| known.contains(key(*number).as_str())).collect();
    loop {
        let mut texts = BTreeMap::new();
        for (file, source) in sources {
            let of_file: Vec<_> = sites.iter().filter(|site| site.file == *file).collect();
            let schemata = schemata::render(source, &of_file, mutants, &given_up);
            copy.write(file, &schemata.text)?;
            texts.insert(file.clone(), schemata);
        }
        let mut programs = vec![];
        let mut errors = BTreeSet::new();
        for suite in suites {
            match build(copy, suite, &texts)? {
                Outcome::Program(program) => programs.push(program),
                Outcome::Errors(found) => {
                    errors.extend(found);
                    break;
                }
            }
        }
        if errors.is_empty() {
            return Ok((programs, given_up));
        }
        given_up.extend(errors);
        println!("  {} mutants do not compile", given_up.len());
        let keys: Vec<_> = given_up.iter().map(|number| key(*number)).collect();
        write(&memory, &keys.join("\n"))?;
    }
}

enum Outcome {
    Program(Program),
    /// The mutants with errors.
    Errors(Vec<u32>),
}

fn build(
    copy: &Copy,
    suite: &Suite,
    texts: &BTreeMap<String, Schemata>,
) -> Result<Outcome, String> {
    let output = Command::new(cargo())
        .current_dir(&copy.root)
        .args(["test", "--no-run", "--message-format=json", "--package", suite.package])
        .args(suite.target)
        .env("CARGO_TARGET_DIR", &copy.target)
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "-Awarnings")
        .output()
        .map_err(|error| error.to_string())?;
    let mut program = None;
    let mut errors = BTreeSet::new();
    let mut elsewhere = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if message["reason"] == "compiler-artifact"
            && let Some(path) = message["executable"].as_str()
            && let Some(manifest) = message["manifest_path"].as_str()
        {
            let folder = PathBuf::from(manifest).parent().map(PathBuf::from).unwrap_or_default();
            program = Some(Program { path: path.into(), folder, workspace: copy.root.clone() });
        }
        if message["message"]["level"] != "error" {
            continue;
        }
        let spans = message["message"]["spans"].as_array().cloned().unwrap_or_default();
        // What is missing because of a statement that may be left out is found where it is used.
        let is_cause = |span: &&serde_json::Value| {
            let label = span["label"].as_str().unwrap_or_default();
            label.contains("might get skipped") || label.contains("in some conditions")
        };
        let is_primary = |span: &&serde_json::Value| span["is_primary"] == true;
        let mut found: Vec<u32> =
            spans.iter().filter(is_cause).flat_map(|span| mutants_at(span, texts)).collect();
        if found.is_empty() {
            found = spans.iter().filter(is_primary).flat_map(|s| mutants_at(s, texts)).collect();
        }
        if found.is_empty() {
            // What a note says may be skipped, or else what any of them points at.
            let notes = message["message"]["children"].as_array().cloned().unwrap_or_default();
            let of_notes = notes.iter().flat_map(|note| note["spans"].as_array().cloned());
            let all = of_notes.flatten().chain(spans.iter().cloned());
            found = all.flat_map(|span| mutants_at(&span, texts)).collect();
        }
        if found.is_empty() && !spans.is_empty() {
            elsewhere.push_str(message["message"]["rendered"].as_str().unwrap_or_default());
        }
        errors.extend(found);
    }
    match (output.status.success(), program) {
        (true, Some(program)) => Ok(Outcome::Program(program)),
        (true, None) => Err(format!("{} {:?} is no test program", suite.package, suite.target)),
        _ if !errors.is_empty() => Ok(Outcome::Errors(errors.into_iter().collect())),
        _ if !elsewhere.is_empty() => Err(elsewhere),
        _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The mutants at the place of an error, also where it is in the expansion of a macro.
fn mutants_at(span: &serde_json::Value, texts: &BTreeMap<String, Schemata>) -> Vec<u32> {
    let mut span = span;
    loop {
        let file = span["file_name"].as_str().unwrap_or_default().replace('\\', "/");
        let start = span["byte_start"].as_u64().unwrap_or_default();
        let text = texts.iter().find(|(name, _)| file.ends_with(&***name) || name.ends_with(&file));
        if let Some((_, schemata)) = text {
            let found = schemata.at(usize::try_from(start).unwrap_or_default());
            if !found.is_empty() {
                return found;
            }
        }
        span = &span["expansion"]["span"];
        if span.is_null() {
            return vec![];
        }
    }
}
