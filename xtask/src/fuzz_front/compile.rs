//! Compiles a batch of mutants, first without the attribute, then with it, and runs what is accepted.
//!
//! Each mutant is a module of one crate, in a file of its own, so that a message of rustc tells which
//! mutant it is about. Errors of name resolution hide errors of types, and these hide errors of borrows and all warnings:
//! mutants with errors are left out until the rest compiles.

use super::subjects::Subject;
use super::{Fate, Mutant};
use crate::corpus::{self, Function, Workspace, compile, driver, list, select};
use crate::files;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate that mutants are compiled in.
pub(super) struct Scratch {
    root: PathBuf,
    folder: PathBuf,
}

/// What rustc says about a mutant.
struct Message {
    mutant: usize,
    is_error: bool,
    code: Option<String>,
    text: String,
    rendered: String,
}

/// How a module is written.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    Annotated,
    /// Annotated, and with code that compares it.
    Compared,
}

impl Scratch {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), folder: root.join("target/fuzz-front") }
    }

    /// What becomes of each mutant.
    pub(super) fn examine(
        &self,
        subjects: &[Subject],
        mutants: &[Mutant],
    ) -> Result<Vec<Fate>, String> {
        let modules = |form: Form| -> Vec<Option<String>> {
            mutants
                .iter()
                .map(|mutant| subjects[mutant.subject].mutant(mutant, form != Form::Plain).0)
                .collect()
        };
        let (plain, annotated) = (modules(Form::Plain), modules(Form::Annotated));
        let mut fates = vec![Fate::Void; mutants.len()];
        let mut alive: BTreeSet<usize> =
            (0..mutants.len()).filter(|mutant| plain[*mutant].is_some()).collect();

        let warnings = self.until_clean(Form::Plain, &plain, &mut alive, |mutant, _| {
            fates[mutant] = Fate::Invalid;
        })?;
        let known: BTreeSet<_> =
            warnings.iter().map(|message| (message.mutant, summary(message))).collect();

        let warnings =
            self.until_clean(Form::Annotated, &annotated, &mut alive, |mutant, all| {
                fates[mutant] = rejected(all);
            })?;
        for message in &warnings {
            let said = (message.mutant, summary(message));
            if alive.contains(&message.mutant) && !known.contains(&said) {
                let kind = format!("warning {}", message.code.as_deref().unwrap_or_default());
                fates[message.mutant] = Fate::Bug(kind, message.rendered.clone());
                alive.remove(&message.mutant);
            }
        }
        for mutant in &alive {
            fates[*mutant] = Fate::Accepted(None);
        }
        self.compare(&annotated, alive, &mut fates)?;
        Ok(fates)
    }

    /// Leaves out what has errors until nothing has; the last warnings.
    fn until_clean(
        &self,
        form: Form,
        modules: &[Option<String>],
        alive: &mut BTreeSet<usize>,
        mut dropped: impl FnMut(usize, &[&Message]),
    ) -> Result<Vec<Message>, String> {
        loop {
            self.write(form, modules, alive)?;
            let messages = self.build(form)?;
            let mut by_mutant: BTreeMap<usize, Vec<&Message>> = BTreeMap::new();
            for message in messages.iter().filter(|message| message.is_error) {
                by_mutant.entry(message.mutant).or_default().push(message);
            }
            if by_mutant.is_empty() {
                return Ok(messages);
            }
            for (mutant, messages) in by_mutant {
                if !alive.remove(&mutant) {
                    let rendered = &messages[0].rendered;
                    return Err(format!("an error of a mutant that is not there:\n{rendered}"));
                }
                dropped(mutant, &messages);
            }
        }
    }

    fn write(
        &self,
        form: Form,
        modules: &[Option<String>],
        alive: &BTreeSet<usize>,
    ) -> Result<(), String> {
        let path = |folder: &str| self.root.join(folder).display().to_string().replace('\\', "/");
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\n\n[package]\nname = \"runner\"\nversion = \"0.0.0\"\n\
             edition = \"2024\"\n\n[profile.dev]\ndebug = false\n\n[dependencies]\n\
             autodiff-core = {{ path = \"{}\" }}\nautodiff-published-check = {{ path = \"{}\" }}\n",
            path("autodiff-core"),
            path("tests/published/check"),
        );
        files::write(&self.folder.join("Cargo.toml"), &manifest)?;
        let (mut main, mut calls) = (String::new(), String::new());
        for mutant in alive {
            let text = modules[*mutant].as_deref().unwrap_or_default();
            let mut text = text.to_string();
            if form == Form::Compared {
                let module = comparison(*mutant, &text).unwrap_or_default();
                text.push_str(&module);
                writeln!(calls, "    m{mutant}::__corpus::run(&mut report);").expect("memory");
            }
            files::write(&self.folder.join(format!("src/m{mutant}.rs")), &text)?;
            writeln!(main, "pub mod m{mutant};").expect("memory");
        }
        match form {
            Form::Compared => write!(
                main,
                "fn main() {{\n    let from = std::env::args().nth(1).map_or(0, |n| n.parse().unwrap());\n    \
                 let mut report = autodiff_published_check::Report::new(from);\n{calls}}}\n"
            ),
            _ => writeln!(main, "fn main() {{}}"),
        }
        .expect("memory");
        files::write(&self.folder.join("src/main.rs"), &main)
    }

    fn build(&self, form: Form) -> Result<Vec<Message>, String> {
        let command = if form == Form::Compared { "build" } else { "check" };
        let output = Command::new(files::cargo())
            .args([command, "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .output()
            .map_err(|error| error.to_string())?;
        let messages: Vec<Message> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter_map(|line: Value| message(&line))
            .collect();
        let has_errors = messages.iter().any(|message| message.is_error);
        match has_errors || output.status.success() {
            true => Ok(messages),
            false => Err(format!(
                "{}\n{}",
                String::from_utf8_lossy(&output.stderr),
                String::from_utf8_lossy(&output.stdout)
                    .lines()
                    .filter(|line| line.contains("\"level\":\"error\""))
                    .collect::<String>()
            )),
        }
    }

    /// Runs accepted mutants.
    fn compare(
        &self,
        modules: &[Option<String>],
        mut alive: BTreeSet<usize>,
        fates: &mut [Fate],
    ) -> Result<(), String> {
        let mut functions = vec![];
        for (mutant, text) in modules.iter().enumerate() {
            let candidate = text.as_deref().and_then(candidate);
            if candidate.is_none() {
                alive.remove(&mutant);
            }
            let candidate = candidate.unwrap_or_default();
            let (file, fate) = (format!("m{mutant}.rs"), corpus::Fate::Pending);
            functions.push(Function { crate_index: 0, file, candidate, fate });
        }
        // What cannot be called in this way is not run.
        self.until_clean(Form::Compared, modules, &mut alive, |_, _| {})?;
        let workspace = Workspace { folder: self.folder.clone(), root: self.root.clone() };
        compile::run(&workspace, &mut functions)?;
        for mutant in alive {
            fates[mutant] = match &functions[mutant].fate {
                corpus::Fate::Agrees(message) => Fate::Accepted(Some(message.clone())),
                corpus::Fate::Wrong(message)
                    if ["the value is", "panics where", "ended with"]
                        .iter()
                        .any(|words| message.contains(words)) =>
                {
                    Fate::Bug("wrong".to_string(), message.clone())
                }
                corpus::Fate::Wrong(message) => Fate::Suspicious(message.clone()),
                _ => Fate::Accepted(None),
            };
        }
        Ok(())
    }
}

/// How the mutant of a module is called, if it can be: it is the last function there.
fn candidate(text: &str) -> Option<select::Candidate> {
    let last = syn::parse_file(text).ok()?.items.pop()?;
    let syn::Item::Fn(function) = last else { return None };
    let candidates = select::candidates(text).ok()?;
    candidates.into_iter().find(|candidate| function.sig.ident == candidate.name)
}

/// The code that compares the mutant of a module.
fn comparison(mutant: usize, text: &str) -> Option<String> {
    let entry = list::Entry::with_ranges((0.3, 1.9), (1.0, 3.0));
    let code = driver::comparison(mutant, mutant as u64, &candidate(text)?, &entry, false);
    Some(format!(
        "#[allow(warnings)]\npub mod __corpus {{\n    use super::*;\n    \
         pub fn run(__report: &mut ::autodiff_published_check::Report) {{\n{code}    }}\n}}\n"
    ))
}

fn summary(message: &Message) -> (Option<String>, String) {
    (message.code.clone(), message.text.clone())
}

/// What errors of an annotated mutant say.
fn rejected(messages: &[&Message]) -> Fate {
    let bug = |kind: &str, message: &Message| Fate::Bug(kind.to_string(), message.rendered.clone());
    let is_refusal = |message: &Message| {
        message.code.is_none() && message.text.contains("help: ")
            || message.text.starts_with("this name is taken for")
            // What a callee or type without derivative says: there is no macro of its name.
            || message.code.is_none() && message.text.starts_with("cannot find macro `")
    };
    if let Some(message) = messages.iter().find(|message| message.text.contains("panicked")) {
        return bug("panic", message);
    }
    match messages.iter().find(|message| is_refusal(message)) {
        Some(refusal) => match messages.iter().find(|message| !is_refusal(message)) {
            Some(other) => bug("refused, and another error", other),
            None => Fate::Refused(refusal.text.lines().next().unwrap_or_default().to_string()),
        },
        None => {
            let code = messages[0].code.as_deref().unwrap_or("without a code");
            bug(&format!("error {code}"), messages[0])
        }
    }
}

fn message(line: &Value) -> Option<Message> {
    let message = &line["message"];
    if line["reason"] != "compiler-message" {
        return None;
    }
    let is_error = match message["level"].as_str()? {
        "error" => true,
        "warning" => false,
        _ => return None,
    };
    let mut spans: Vec<&Value> = message["spans"].as_array()?.iter().collect();
    let children = message["children"].as_array()?;
    spans.extend(children.iter().filter_map(|child| child["spans"].as_array()).flatten());
    let mutant = spans.into_iter().find_map(mutant_of)?;
    Some(Message {
        mutant,
        is_error,
        code: message["code"]["code"].as_str().map(str::to_string),
        text: message["message"].as_str()?.to_string(),
        rendered: message["rendered"].as_str()?.to_string(),
    })
}

/// The mutant that a place is in, or the macro that stands there.
fn mutant_of(mut span: &Value) -> Option<usize> {
    while !span.is_null() {
        let file = span["file_name"].as_str()?.replace('\\', "/");
        let number = file.strip_prefix("src/m").and_then(|file| file.strip_suffix(".rs"));
        if let Some(Ok(number)) = number.map(str::parse) {
            return Some(number);
        }
        span = &span["expansion"]["span"];
    }
    None
}
