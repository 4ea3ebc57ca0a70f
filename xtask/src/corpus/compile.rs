//! Compiles the annotated crates, sorts refused functions from accepted ones by the compiler's errors,
//! and runs what is left.
//!
//! Errors without a code are ours (`compile_error!`), or say that a callee has no derivative; errors
//! with a code mean that rustc rejects emitted code. A crate with errors of the first kind never
//! reaches type checking, so errors of the second kind are only looked at when there are none.

use super::annotate::{Annotated, Key, Package};
use super::list::Entry;
use super::{Fate, Function, Workspace, driver};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A function may take so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The code of rustc's error about two items of one name.
const CLASH: &str = "E0255";

/// An error of the compiler.
struct Failure {
    crate_index: usize,
    /// File, relative to the crate's folder, and line; the innermost place first.
    places: Vec<(String, usize)>,
    code: Option<String>,
    message: String,
    rendered: String,
}

/// Takes the attribute from functions with errors until there are none. All errors, as rustc renders
/// them, are in `target/corpus/errors.txt`.
pub(super) fn until_it_compiles(
    workspace: &Workspace,
    crates: &[Entry],
    packages: &[Package],
    functions: &mut [Function],
    annotated: &mut Annotated,
) -> Result<(), String> {
    let mut causes: BTreeMap<Key, Fate> = BTreeMap::new();
    let mut errors = String::new();
    loop {
        driver::write_workspace(workspace, crates, packages, functions, annotated)?;
        let failures = build(workspace, crates)?;
        errors.extend(failures.iter().map(|failure| format!("{}\n", failure.rendered)));
        super::write(&workspace.folder.join("errors.txt"), &errors)?;
        if failures.is_empty() {
            return Ok(());
        }
        let refusing: BTreeSet<usize> = failures
            .iter()
            .filter(|failure| failure.code.is_none())
            .map(|failure| failure.crate_index)
            .collect();
        // A name that is taken makes errors wherever it is used.
        let clashing: BTreeSet<usize> = failures
            .iter()
            .filter(|failure| failure.code.as_deref() == Some(CLASH))
            .map(|failure| failure.crate_index)
            .collect();
        let mut round: BTreeMap<Key, Fate> = BTreeMap::new();
        for failure in &failures {
            let index = failure.crate_index;
            let follows = refusing.contains(&index)
                || clashing.contains(&index) && failure.code.as_deref() != Some(CLASH);
            if failure.code.is_some() && follows {
                continue;
            }
            let key = culprit(failure, packages, annotated)
                .ok_or_else(|| format!("not about an annotated function:\n{}", failure.rendered))?;
            round.entry(key).or_insert_with(|| fate(failure, &causes));
        }
        println!("{} functions do not compile", round.len());
        for (key, fate) in round {
            if clashes(&fate) && annotated.get(&key) == Some(&false) {
                annotated.insert(key, true);
                continue;
            }
            annotated.remove(&key);
            for function in functions.iter_mut().filter(|function| function.key() == key) {
                function.fate = fate.clone();
            }
            causes.insert(key, fate);
        }
    }
}

/// Whether the function's name is that of a module beside it.
fn clashes(fate: &Fate) -> bool {
    matches!(fate, Fate::Rejected(message) if message.starts_with(CLASH))
}

/// The annotated function that an error is about.
fn culprit(failure: &Failure, packages: &[Package], annotated: &Annotated) -> Option<Key> {
    let index = failure.crate_index;
    let by_place = failure.places.iter().find_map(|(file, line)| {
        let name = packages[index].files.get(file)?.function_at(*line)?;
        let key = (index, file.clone(), name.to_string());
        annotated.contains_key(&key).then_some(key)
    });
    // The name of an item that clashes with another one.
    let by_name = || {
        let name = failure.message.split('`').nth(1)?;
        annotated.keys().find(|(other, _, function)| *other == index && function == name).cloned()
    };
    by_place.or_else(by_name)
}

fn fate(failure: &Failure, causes: &BTreeMap<Key, Fate>) -> Fate {
    let message = failure.message.lines().next().unwrap_or_default().to_string();
    if let Some(code) = &failure.code {
        return Fate::Rejected(format!("{code}: {message}"));
    }
    let Some(rest) = message.strip_prefix("cannot find macro `") else {
        return Fate::Refused(message);
    };
    let callee = rest.split('`').next().unwrap_or_default();
    let cause = causes
        .iter()
        .find(|((index, _, name), _)| *index == failure.crate_index && name == callee)
        .map(|(_, fate)| fate);
    Fate::Refused(match cause {
        Some(Fate::Refused(cause) | Fate::Rejected(cause)) => {
            format!("calls `{callee}`, which is refused: {cause}")
        }
        _ => format!("calls `{callee}`, which is not annotated"),
    })
}

/// Builds the runner and everything it needs; the errors.
fn build(workspace: &Workspace, crates: &[Entry]) -> Result<Vec<Failure>, String> {
    let output = Command::new(super::cargo())
        .args(["build", "--keep-going", "--package=runner", "--message-format=json"])
        .current_dir(&workspace.folder)
        .env("CARGO_TARGET_DIR", target(workspace))
        // The crates' own lints are not our business.
        .env("RUSTFLAGS", "--cap-lints=warn")
        .output()
        .map_err(|error| error.to_string())?;
    let failures: Vec<Failure> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter_map(|line: Value| failure(&line, crates))
        .collect();
    match failures.is_empty() && !output.status.success() {
        true => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        false => Ok(failures),
    }
}

fn target(workspace: &Workspace) -> PathBuf {
    workspace.folder.join("target")
}

fn failure(line: &Value, crates: &[Entry]) -> Option<Failure> {
    let message = &line["message"];
    if line["reason"] != "compiler-message" || message["level"] != "error" {
        return None;
    }
    let rendered = message["rendered"].as_str()?.to_string();
    let text = message["message"].as_str()?.to_string();
    if text.starts_with("aborting due to") {
        return None;
    }
    // `erf::erfc! {…}`, by which a caller asks for a signature, is a path that leads nowhere.
    let callee = text.strip_prefix("cannot find `").and_then(|rest| rest.split('`').next());
    let is_callee = |span: &Value| {
        let shown = &span["text"][0];
        let (Some(line), Some(start), Some(end)) = (
            shown["text"].as_str(),
            shown["highlight_start"].as_u64(),
            shown["highlight_end"].as_u64(),
        ) else {
            return false;
        };
        let word = line.chars().skip(start as usize - 1).take((end - start) as usize);
        callee.is_some_and(|callee| word.eq(callee.chars()))
    };
    let spans = message["spans"].as_array()?;
    let asked = message["code"]["code"] == "E0433" && spans.iter().any(is_callee);
    let text = match callee {
        Some(callee) if asked => format!("cannot find macro `{callee}`"),
        _ => text,
    };
    let mut spans: Vec<&Value> = message["spans"].as_array()?.iter().collect();
    spans.sort_by_key(|span| span["is_primary"] != true);
    let mut places = vec![];
    for mut span in spans {
        while !span.is_null() {
            if let (Some(file), Some(line)) =
                (span["file_name"].as_str(), span["line_start"].as_u64())
            {
                places.push((file.replace('\\', "/"), line as usize));
            }
            span = &span["expansion"]["span"];
        }
    }
    let source = line["target"]["src_path"].as_str()?.replace('\\', "/");
    let crate_index = crates
        .iter()
        .position(|entry| source.contains(&format!("/corpus/crates/{}/", entry.name)))?;
    let folder = format!("crates/{}/", crates[crate_index].name);
    let places = places
        .into_iter()
        .filter_map(|(file, line)| Some((file.split_once(&folder)?.1.to_string(), line)))
        .collect();
    // The words of our own comparison of what a name means here with what we take it for: a refusal,
    // although rustc finds it.
    let compared = text.starts_with("this name is taken for");
    let code = message["code"]["code"].as_str().filter(|_| !asked && !compared);
    let code = code.map(str::to_string);
    Some(Failure { crate_index, places, code, message: text, rendered })
}

/// Runs the comparisons.
pub(crate) fn run(workspace: &Workspace, functions: &mut [Function]) -> Result<(), String> {
    let mut from = Some(0);
    while let Some(first) = from {
        from = run_from(workspace, functions, first)?;
    }
    Ok(())
}

/// Runs the comparisons from one function on. If one does not come to an end, the number after it.
fn run_from(
    workspace: &Workspace,
    functions: &mut [Function],
    from: usize,
) -> Result<Option<usize>, String> {
    let mut child = Command::new(target(workspace).join("debug/runner"))
        .arg(from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let output = child.stdout.take().ok_or("the runner has no output")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let mut current = from;
    let patience_ended = loop {
        let line = match lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(error) => break error == mpsc::RecvTimeoutError::Timeout,
        };
        let mut fields = line.splitn(3, '\t');
        // Functions may print, too.
        let (Some(Ok(number)), Some(verdict), Some(message)) =
            (fields.next().map(str::parse::<usize>), fields.next(), fields.next())
        else {
            continue;
        };
        current = number;
        let message = message.to_string();
        functions[number].fate = match verdict {
            "agrees" => Fate::Agrees(message),
            "wrong" => Fate::Wrong(message),
            "unchecked" => Fate::Unchecked(message),
            _ => continue,
        };
    };
    if patience_ended {
        child.kill().map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(None);
    }
    functions[current].fate = match patience_ended {
        true => Fate::Unchecked(format!("it did not return within {} s", PATIENCE.as_secs())),
        false => Fate::Wrong(format!("the program ended with {status}")),
    };
    Ok(Some(current + 1))
}
