//! The second tier: files compiled by rustc three times (as they are, over the oracle's dual numbers, with
//! `#[differentiate]`, `jvp` of all and `hvp` of a third) and run.
//!
//! It finds what the first tier cannot: a program taken for another by the front end, emitted code that
//! rustc rejects or that computes something else than its IR. The oracle shares no code with the compiler.
//! What it cannot find is what rounding hides, and what only other arguments show.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What came of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Value and derivatives agree.
    Agrees,
    /// The macro refuses it: the first line of the message.
    Refused(String),
    /// rustc rejects the file as it is: a mistake of the generator.
    Invalid(String),
    /// rustc rejects what was emitted.
    Rejected(String),
    /// What was emitted computes something else.
    Wrong(String),
}

impl Fate {
    /// Whether the compiler made a mistake.
    pub fn is_failure(&self) -> bool {
        matches!(self, Fate::Rejected(_) | Fate::Wrong(_))
    }
}

/// What came of many files.
#[derive(Debug, Default)]
pub struct Report {
    /// Of each file.
    pub fates: Vec<Option<Fate>>,
    /// Calls that were compared: of values, of gradients, of vector-Jacobian products, of Jacobian-vector
    /// products, of Hessian-vector products.
    pub compared: [usize; 5],
    /// Derivatives whose terms are too large to compare.
    pub skipped: usize,
}

/// Where batches are compiled.
pub struct Workshop {
    root: PathBuf,
    folder: PathBuf,
    /// How many packages a batch is split into, for as many rustc at once.
    packages: usize,
    /// Whether loops get lanes.
    lanes: bool,
}

impl Workshop {
    /// A workshop in the `target` folder of the workspace at `root`.
    pub fn new(root: &Path, name: &str, packages: usize) -> Self {
        let folder = root.join("target").join(name);
        Self { root: root.to_owned(), folder, packages: packages.max(1), lanes: true }
    }

    /// Compiles without the feature `simd`, which is a sixth of rustc's work.
    #[must_use]
    pub fn without_lanes(self) -> Self {
        Self { lanes: false, ..self }
    }

    /// Compiles and runs files.
    ///
    /// # Errors
    /// If cargo cannot be run, or fails for another reason than the files.
    pub fn check(&self, files: &[String]) -> Result<Report, String> {
        let mut report = Report { fates: vec![None; files.len()], ..Report::default() };
        loop {
            let left: Vec<usize> =
                (0..files.len()).filter(|index| report.fates[*index].is_none()).collect();
            if left.is_empty() {
                return Ok(report);
            }
            let packages: Vec<Vec<usize>> = (0..self.packages)
                .map(|package| {
                    left.iter().copied().skip(package).step_by(self.packages).collect::<Vec<_>>()
                })
                .filter(|package| !package.is_empty())
                .collect();
            self.write(&packages, files).map_err(|error| error.to_string())?;
            let rejected = self.build()?;
            if rejected.is_empty() {
                for (number, package) in packages.iter().enumerate() {
                    self.run(number, package, &mut report)?;
                }
                return Ok(report);
            }
            let mut progress = false;
            for (index, fate) in rejected {
                if let Some(known @ None) = report.fates.get_mut(index) {
                    *known = Some(fate);
                    progress = true;
                }
            }
            if !progress {
                return Err("cargo finds the same errors again".to_owned());
            }
        }
    }

    fn write(&self, packages: &[Vec<usize>], files: &[String]) -> std::io::Result<()> {
        // Of another batch.
        let _ = fs::remove_dir_all(self.folder.join("crates"));
        let mut members = vec![];
        for (number, package) in packages.iter().enumerate() {
            let name = format!("crates/batch_{number}");
            let folder = self.folder.join(&name);
            fs::create_dir_all(folder.join("src"))?;
            fs::create_dir_all(folder.join("files"))?;
            for index in package {
                fs::write(folder.join(format!("files/p{index}.rs")), &files[*index])?;
            }
            fs::write(folder.join("Cargo.toml"), self.manifest(number))?;
            fs::write(folder.join("src/main.rs"), main(package, files))?;
            members.push(format!("{name:?}"));
        }
        // Without debug information and optimization: most of the time is rustc's.
        let workspace = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[profile.dev]\ndebug = false\nincremental = false\n",
            members.join(", ")
        );
        fs::write(self.folder.join("Cargo.toml"), workspace)?;
        // The same versions as here.
        fs::copy(self.root.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        Ok(())
    }

    fn manifest(&self, number: usize) -> String {
        let path =
            |relative: &str| self.root.join(relative).display().to_string().replace('\\', "/");
        format!(
            "[package]\nname = \"batch_{number}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nautodiff-core = {{ path = {:?}, default-features = {} }}\n\
             autodiff-oracle = {{ path = {:?} }}\nautodiff-oracle-runtime = {{ path = {:?} }}\n",
            path("autodiff-core"),
            self.lanes,
            path("tests/oracle"),
            path("tests/oracle/runtime")
        )
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // The files' own lints are nobody's business.
            .env("RUSTFLAGS", "--cap-lints=allow");
        command
    }

    /// Builds everything; which files have errors.
    fn build(&self) -> Result<BTreeMap<usize, Fate>, String> {
        let output = self
            .cargo(&["build", "--keep-going", "--quiet", "--message-format=json"])
            .output()
            .map_err(|error| error.to_string())?;
        let mut rejected = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            if let Some((index, fate)) = error(&message["message"]) {
                // What rustc says of the file itself comes first.
                let known = rejected.entry(index).or_insert_with(|| fate.clone());
                if matches!(fate, Fate::Invalid(_)) {
                    *known = fate;
                }
            }
        }
        match output.status.success() || !rejected.is_empty() {
            true => Ok(rejected),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    fn run(&self, number: usize, package: &[usize], report: &mut Report) -> Result<(), String> {
        let name = format!("batch_{number}");
        let output = self
            .cargo(&["run", "--quiet", "--package", &name])
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{name} ends with {}: {error}", output.status));
        }
        for index in package {
            report.fates[*index] = Some(Fate::Agrees);
        }
        for line in text.lines() {
            if let Some(numbers) = line.strip_prefix("compared ") {
                let numbers: Vec<usize> =
                    numbers.split(' ').filter_map(|number| number.parse().ok()).collect();
                if let [compared @ .., skipped] = &numbers[..] {
                    let sums = report.compared.iter_mut().zip(compared);
                    sums.for_each(|(sum, more)| *sum += more);
                    report.skipped += skipped;
                }
            } else if let Some((index, message)) = failure(line) {
                report.fates[index] = Some(Fate::Wrong(message));
            }
        }
        Ok(())
    }
}

/// `p12::f3 #0.1: …`.
fn failure(line: &str) -> Option<(usize, String)> {
    let (file, _) = line.strip_prefix('p')?.split_once("::")?;
    Some((file.parse().ok()?, line.to_owned()))
}

/// The file that an error of rustc is about.
fn error(message: &Value) -> Option<(usize, Fate)> {
    if message["level"] != "error" {
        return None;
    }
    let text = message["message"].as_str().unwrap_or_default();
    let rendered = message["rendered"].as_str().unwrap_or_default().to_owned();
    let mut spans = vec![];
    collect_spans(message, &mut spans);
    let index = spans.iter().find_map(|span| number_of(span["file_name"].as_str()?))?;
    let first = text.lines().next().unwrap_or_default().to_owned();
    let ours = message["code"].is_null()
        && (text.contains("\nhelp: ") || spans.iter().any(is_compile_error));
    Some((
        index,
        match ours {
            true => Fate::Refused(first),
            // Every file is three modules; an error in the original is one in `plain`.
            false if is_in_plain(&spans) => Fate::Invalid(rendered),
            false => Fate::Rejected(rendered),
        },
    ))
}

/// All spans of a message, those that macros come from included.
fn collect_spans<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("file_name") {
                found.push(value);
            }
            fields.values().for_each(|field| collect_spans(field, found));
        }
        Value::Array(elements) => elements.iter().for_each(|e| collect_spans(e, found)),
        _ => {}
    }
}

fn number_of(path: &str) -> Option<usize> {
    let name = path.rsplit(['/', '\\']).next()?;
    name.strip_prefix('p')?.strip_suffix(".rs")?.parse().ok()
}

fn is_compile_error(span: &&Value) -> bool {
    span["expansion"]["macro_decl_name"].as_str().is_some_and(|name| name.contains("compile_error"))
}

/// Whether no macro but those that keep the item had a part in it.
fn is_in_plain(spans: &[&Value]) -> bool {
    spans.iter().all(|span| {
        let name = span["expansion"]["macro_decl_name"].as_str().unwrap_or("#[plain]");
        name == "#[plain]" || !name.starts_with("#[")
    })
}

/// The name of the function that has samples.
fn main_name(text: &str) -> Option<&str> {
    let (_, samples) = text.split_once("samples!")?;
    let name = samples.split_once("gradient ")?.1;
    Some(name.split(':').next()?.trim())
}

/// The program of a batch.
fn main(package: &[usize], files: &[String]) -> String {
    let single: Vec<String> = package
        .iter()
        .filter(|index| files[**index].contains("f32"))
        .filter_map(|index| Some(format!("p{index}::{}", main_name(&files[*index])?)))
        .collect();
    let mut text = String::new();
    let versions = [
        ("plain", "pub(crate) use autodiff_oracle::{plain as differentiate, samples};"),
        (
            "dual",
            "pub(crate) use autodiff_oracle::{dual as differentiate, samples};\n    \
             pub(crate) use autodiff_oracle_runtime::{Dual as f64, Dual32 as f32};",
        ),
        ("derived", "pub(crate) use autodiff_oracle::{extended as differentiate, samples};"),
    ];
    for (version, uses) in versions {
        let _ = writeln!(text, "mod {version} {{\n    {uses}");
        for index in package {
            let _ = writeln!(
                text,
                "    pub mod p{index} {{ use super::*; include!(\"../files/p{index}.rs\"); }}"
            );
        }
        text.push_str("}\n");
    }
    for (version, entry) in [("plain", "Entry"), ("dual", "Entry"), ("derived", "Derived")] {
        let table = if version == "derived" { "extended" } else { version };
        let _ = writeln!(
            text,
            "fn {version}() -> Vec<autodiff_oracle_runtime::{entry}> {{\n    let mut all = vec![];"
        );
        for index in package {
            let _ = writeln!(
                text,
                "    all.extend(autodiff_oracle::table!({table} crate::{version}::p{index} \"files/p{index}.rs\"));"
            );
        }
        text.push_str("    all\n}\n");
    }
    let _ = writeln!(
        text,
        "fn main() {{\n    autodiff_oracle_runtime::compare::report(&plain(), &dual(), &derived(), &{single:?});\n}}"
    );
    text
}
