//! The passes and the tests that should notice a change in one of their branches.

use super::{Group, Plan, Site, Suite, branches};
use crate::files::read;
use std::path::Path;

const COMPILER: &str = "autodiff-compiler";

/// What every pass is run against, the fastest program first.
const SUITES: &[Suite] = &[
    Suite { package: COMPILER, target: &["--lib"], filters: &[""] },
    // What is emitted for the corpus and for every test, and what is refused: all that later programs could look
    // at, but for random functions and what only verification asks for.
    Suite { package: COMPILER, target: &["--test", "costs"], filters: &[""] },
    Suite { package: COMPILER, target: &["--test", "refused"], filters: &[""] },
    Suite { package: COMPILER, target: &["--test", "variants"], filters: &[""] },
];

/// Each pass with its folder or file in `src`.
const PASSES: &[&str] = &[
    "simplify",
    "activity",
    "reverse",
    "forward",
    "second",
    "matrix",
    "schedule",
    "lower",
    "emit",
    "infer",
    "resolve",
    "transport",
];

/// All mutants of the passes, or of the one pass or file whose path from `src` starts like this.
pub(super) fn plan(root: &Path, only: Option<&str>) -> Result<Plan, String> {
    let source_root = root.join(COMPILER).join("src");
    let mut plan = Plan::default();
    for name in PASSES {
        let mut files = vec![];
        let folder = source_root.join(name);
        match folder.is_dir() {
            true => list(&folder, name, &mut files)?,
            false => files.push(format!("{name}.rs")),
        }
        files.retain(|file| only.is_none_or(|only| file.starts_with(only)));
        files.sort();
        if !files.is_empty() {
            plan.groups.push(Group { name, package: COMPILER, suites: SUITES });
        }
        for file in files {
            let source = read(&source_root.join(&file))?;
            let path = format!("{COMPILER}/src/{file}");
            let sites = branches::sites(&source).map_err(|error| format!("{path}: {error}"))?;
            plan.sources.insert(path.clone(), source);
            for site in sites {
                plan.add(Site { file: path.clone(), group: plan.groups.len() - 1, ..site });
            }
        }
    }
    match plan.mutants.is_empty() {
        true => Err(format!("no pass starts with `{}`", only.unwrap_or_default())),
        false => Ok(plan),
    }
}

/// The files of a pass without its tests.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), String> {
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        if name == "tests" || name == "tests.rs" {
            continue;
        } else if entry.path().is_dir() {
            list(&entry.path(), &path, files)?;
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    Ok(())
}
