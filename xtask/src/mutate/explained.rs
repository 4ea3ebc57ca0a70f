//! The committed list of mutants that no test can or need notice, each with the reason.

use super::Mutant;
use crate::files::read;
use serde::Deserialize;
use std::path::Path;

/// The file, relative to the root.
pub(super) const LIST: &str = "tests/mutation/explained.toml";

/// Why a mutant may survive.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// It computes the same.
    Equivalent,
    /// It only costs time, memory, or readability of the emitted code.
    Performance,
}

/// An explained mutant: a file, a line of it, and what is changed there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) file: String,
    /// The text of the line, without its margins.
    pub(super) line: String,
    pub(super) mutation: String,
    pub(super) kind: Kind,
    pub(super) reason: String,
}

impl Entry {
    /// Whether it explains this mutant.
    pub(super) fn is_for(&self, file: &str, mutant: &Mutant) -> bool {
        self.file == file && self.line == mutant.line_text && self.mutation == mutant.what
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    mutant: Vec<Entry>,
}

/// Reads the list.
pub(super) fn read_list(root: &Path) -> Result<Vec<Entry>, String> {
    let text = read(&root.join(LIST))?;
    let list: List = toml::from_str(&text).map_err(|error| format!("{LIST}: {error}"))?;
    match list.mutant.iter().find(|entry| entry.reason.trim().is_empty()) {
        Some(entry) => Err(format!("{LIST}: no reason for {entry:?}")),
        None => Ok(list.mutant),
    }
}

/// What a run has left to explain: entries of the same form without a reason.
pub(super) fn read_survivors(file: &Path) -> Result<Vec<Entry>, String> {
    let text = read(file)?.replace("kind = \"\"", "kind = \"equivalent\"");
    let list: List =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(list.mutant)
}

#[cfg(test)]
mod tests {
    use super::super::{passes, tables};
    use super::*;

    #[test]
    fn every_entry_has_a_mutant() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let plans = [tables::plan(&root, None).unwrap(), passes::plan(&root, None).unwrap()];
        for entry in read_list(&root).unwrap() {
            let is_there = plans.iter().any(|plan| {
                plan.mutants
                    .iter()
                    .any(|mutant| entry.is_for(&plan.sites[mutant.site].file, mutant))
            });
            assert!(is_there, "{}: no mutant like {entry:?}", entry.file);
        }
    }
}
