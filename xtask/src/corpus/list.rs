//! Reads the list of crates, `tests/published/crates.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct List {
    crates: Vec<Entry>,
}

/// A crate of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Entry {
    /// Its name.
    pub(super) name: String,
    /// Its exact version.
    pub(super) version: String,
    /// Features to switch on.
    #[serde(default)]
    pub(super) features: Vec<String>,
    /// Whether its default features are on.
    #[serde(default = "yes")]
    pub(super) default_features: bool,
    /// The files whose functions take part, relative to the crate's folder.
    pub(super) files: Vec<String>,
    /// Where floats are drawn from, unless `ranges` says otherwise.
    pub(super) floats: (f64, f64),
    /// Where integers are drawn from, unless `ranges` says otherwise.
    #[serde(default = "small")]
    pub(super) integers: (f64, f64),
    /// Length of slices and vectors.
    #[serde(default = "four")]
    pub(super) length: usize,
    /// Ranges of single parameters, by `"function.parameter"` or `"parameter"`.
    #[serde(default)]
    pub(super) ranges: BTreeMap<String, (f64, f64)>,
    /// Functions whose derivative is a convention that differences do not see, and which one.
    #[serde(default)]
    pub(super) conventions: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn small() -> (f64, f64) {
    (1.0, 4.0)
}

fn four() -> usize {
    4
}

impl Entry {
    /// A crate of no name, with other ranges of floats and integers than usual.
    pub(crate) fn with_ranges(floats: (f64, f64), integers: (f64, f64)) -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            features: vec![],
            default_features: true,
            files: vec![],
            floats,
            integers,
            length: four(),
            ranges: BTreeMap::new(),
            conventions: BTreeMap::new(),
        }
    }

    /// Where a parameter is drawn from.
    pub(super) fn range(&self, function: &str, parameter: &str, is_float: bool) -> (f64, f64) {
        let default = if is_float { self.floats } else { self.integers };
        let keys = [format!("{function}.{parameter}"), parameter.to_string()];
        keys.iter().find_map(|key| self.ranges.get(key)).copied().unwrap_or(default)
    }
}

/// Reads the list.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, String> {
    let list: List = toml::from_str(&super::read(path)?)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(list.crates)
}
