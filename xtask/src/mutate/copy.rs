//! A copy of the workspace under `target/`, so that a run that is broken off leaves the sources as they
//! were.

use crate::files::write;
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of the workspace.
pub(crate) struct Copy {
    /// Its root.
    pub(crate) root: PathBuf,
    /// Where cargo builds it.
    pub(crate) target: PathBuf,
}

impl Copy {
    /// Copies what differs; what the `keep` predicate names is left as it is in the copy.
    pub(crate) fn of(
        root: &Path,
        name: &str,
        target: &Path,
        keep: impl Fn(&str) -> bool,
    ) -> Result<Copy, String> {
        let folder = root.join("target").join(name);
        let copy = Copy { root: folder.join("workspace"), target: target.to_path_buf() };
        let mut files = vec![];
        list(root, "", &mut files)?;
        for file in &files {
            if !keep(file) {
                copy_file(&root.join(file), &copy.root.join(file))?;
            }
        }
        let mut present = vec![];
        if copy.root.is_dir() {
            list(&copy.root, "", &mut present)?;
        }
        for file in present.iter().filter(|file| !files.contains(file) && !keep(file)) {
            fs::remove_file(copy.root.join(file)).map_err(|error| format!("{file}: {error}"))?;
        }
        Ok(copy)
    }

    /// Writes a file of the copy.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<(), String> {
        write(&self.root.join(file), text)
    }
}

/// Writes the file if it differs: cargo looks at the time of change.
fn copy_file(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    let bytes = fs::read(from).map_err(failed)?;
    if fs::read(to).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(to, bytes).map_err(failed)
}

/// The files below a folder, relative to the root, without what is built and what git keeps.
fn list(root: &Path, folder: &str, files: &mut Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}/{folder}: {error}", root.display());
    for entry in fs::read_dir(root.join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = match folder {
            "" => name.clone(),
            _ => format!("{folder}/{name}"),
        };
        if entry.file_type().map_err(failed)?.is_dir() {
            // Cargo marks what it builds into; `tests/ui/target` is only called so.
            let built = root.join(&path).join("CACHEDIR.TAG").is_file() || path == "target";
            if !built && name != ".git" {
                list(root, &path, files)?;
            }
        } else if path != ".git" {
            files.push(path);
        }
    }
    Ok(())
}
