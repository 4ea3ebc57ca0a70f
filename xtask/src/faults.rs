//! Faults planted by hand: each is put into a copy of the workspace, and the test that is meant to find
//! it must fail and name the pass.
//!
//! `tests/faults/faults.toml` lists them: a text that occurs exactly once in a file, what it becomes, the
//! test, and the pass. A test names the pass if it is one of the pass's own (`simplify::tests::…`), or if
//! its message starts with the name (`reverse: …`, as [`autodiff_compiler::verification::Failure`] prints
//! itself). A fault that does not compile has found nothing.

use crate::files::{cargo, read};
use crate::mutate::copy::Copy;
use crate::process::within;
use comfy_table::Table;
use serde::Deserialize;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The list, relative to the root.
const LIST: &str = "tests/faults/faults.toml";

/// What a test may take, on a machine that does other things as well.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    /// What goes wrong, for the reader.
    breaks: String,
    file: String,
    text: String,
    becomes: String,
    package: String,
    /// Arguments of `cargo test` that choose the program.
    #[serde(default = "library")]
    target: Vec<String>,
    /// The start of the test's path.
    test: String,
    pass: String,
}

fn library() -> Vec<String> {
    vec!["--lib".to_string()]
}

#[derive(Deserialize)]
struct List {
    fault: Vec<Fault>,
}

fn list(root: &Path) -> Result<Vec<Fault>, String> {
    let list: List =
        toml::from_str(&read(&root.join(LIST))?).map_err(|error| format!("{LIST}: {error}"))?;
    Ok(list.fault)
}

impl Fault {
    /// The file with the fault.
    fn planted(&self, source: &str) -> Result<String, String> {
        match source.matches(&self.text).count() {
            1 => Ok(source.replace(&self.text, &self.becomes)),
            count => Err(format!("{}: its text is {count} times in {}", self.name, self.file)),
        }
    }
}

/// Plants the faults one after the other; `arguments` may name some to take alone.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut faults = list(&root)?;
    if !arguments.is_empty() {
        faults.retain(|fault| arguments.contains(&fault.name));
    }
    let sources = faults.iter().map(|fault| {
        let source = read(&root.join(&fault.file))?;
        let planted = fault.planted(&source)?;
        Ok((source, planted))
    });
    let sources: Vec<_> = sources.collect::<Result<_, String>>()?;
    // What the copies depend on is built already in the workspace itself.
    let copy = Copy::of(&root, "faults", &root.join("target"), |_| false)?;
    let mut table = Table::new();
    table.set_header(["fault", "test", "pass", "outcome"]);
    let mut missed = vec![];
    for (fault, (source, planted)) in faults.iter().zip(sources) {
        let start = Instant::now();
        copy.write(&fault.file, &planted)?;
        let outcome = outcome(&copy, fault);
        copy.write(&fault.file, &source)?;
        let outcome = outcome?;
        println!("{}: {outcome:?}, {} s", fault.name, start.elapsed().as_secs());
        if outcome != Outcome::Found {
            missed.push(format!("{} ({}): {outcome:?}", fault.name, fault.breaks));
        }
        let word = format!("{outcome:?}").to_lowercase();
        table.add_row([&fault.name, &fault.test, &fault.pass, &word]);
    }
    println!("{table}");
    match missed.len() {
        0 => Ok(()),
        count => Err(format!("{count} faults:\n{}", missed.join("\n"))),
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    /// The test fails and names the pass.
    Found,
    /// The test fails without naming the pass.
    NotNamed(String),
    /// The test passes.
    Missed,
    /// There is no such test, or nothing compiles.
    Broken(String),
}

fn outcome(copy: &Copy, fault: &Fault) -> Result<Outcome, String> {
    let built = Command::new(cargo())
        .current_dir(&copy.root)
        .args(["test", "--no-run", "--message-format=json", "--package", &fault.package])
        .args(&fault.target)
        .env("CARGO_TARGET_DIR", &copy.target)
        // Of what is built again, one place is another: this takes a fourth of the time.
        .env("CARGO_INCREMENTAL", "1")
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&built.stdout);
    let messages = text.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok());
    let program = messages.filter_map(|m| m["executable"].as_str().map(str::to_string)).next_back();
    let Some(program) = program.filter(|_| built.status.success()) else {
        return Ok(Outcome::Broken(String::from_utf8_lossy(&built.stderr).into_owned()));
    };
    let output = copy.root.with_file_name("output");
    let file = File::create(&output).map_err(|error| error.to_string())?;
    let child = Command::new(program)
        .current_dir(copy.root.join(&fault.package))
        .arg(&fault.test)
        .env("RUST_BACKTRACE", "0")
        .stdout(file)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let status = within(child, LIMIT, || false)?;
    let text = read(&output)?;
    if text.contains("running 0 tests") {
        return Ok(Outcome::Broken(format!("there is no test `{}`", fault.test)));
    }
    Ok(match status {
        None => Outcome::NotNamed("it hangs".to_string()),
        Some(status) if status.success() => Outcome::Missed,
        Some(_) if names(&text, &fault.pass) => Outcome::Found,
        Some(_) => Outcome::NotNamed(text),
    })
}

/// Whether the output of failed tests names a pass: in the path of a test or at the start of a message.
fn names(output: &str, pass: &str) -> bool {
    output.lines().any(|line| {
        let failed = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED"));
        failed.is_some_and(|path| path.starts_with(&format!("{pass}::")))
            || line.starts_with(&format!("{pass}: "))
            || line.starts_with(&format!("Test failed: {pass}: "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_can_be_planted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let faults = list(&root).unwrap();
        assert!(faults.len() >= 20);
        for fault in &faults {
            let source = read(&root.join(&fault.file)).unwrap();
            assert_ne!(fault.planted(&source).unwrap(), source, "{}: no change", fault.name);
        }
    }

    #[test]
    fn the_document_lists_every_fault() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let document = read(&root.join("docs/verification.md")).unwrap();
        for Fault { name, breaks, pass, test, .. } in list(&root).unwrap() {
            let row = format!("| `{name}` | {breaks} | {pass} | `{test}` |");
            assert!(document.lines().any(|line| line == row), "missing: {row}");
        }
    }

    #[test]
    fn a_pass_is_named_by_a_test_of_its_own_or_at_the_start_of_a_message() {
        assert!(names("test lower::tests::ranges ... FAILED", "lower"));
        assert!(names("x\nreverse: the gradient is 1, not 2", "reverse"));
        assert!(!names("test lower::tests::ranges ... ok", "lower"));
        assert!(!names("it is in reverse: the gradient", "reverse"));
    }
}
