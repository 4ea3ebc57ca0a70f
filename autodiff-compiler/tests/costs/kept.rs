//! Tables that are kept in `tests/corpus/costs`.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn read(path: &str) -> String {
    match std::fs::read_to_string(root().join(path)) {
        Ok(text) => text,
        Err(error) => panic!("{path}: {error}"),
    }
}

/// The names and texts of the Rust files of a folder.
pub(crate) fn rust_files(folder: &str) -> Vec<(String, String)> {
    let entries = match std::fs::read_dir(root().join(folder)) {
        Ok(entries) => entries,
        Err(error) => panic!("{folder}: {error}"),
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".rs")).collect();
    names.sort();
    let read = |name: String| {
        let text = read(&format!("{folder}/{name}"));
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// Compares a table with the one that is kept, or writes it.
pub(crate) fn agrees(name: &str, text: &str) {
    let path = format!("tests/corpus/costs/{name}.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        if let Err(error) = std::fs::write(root().join(&path), text) {
            panic!("{path}: {error}");
        }
        return;
    }
    let kept = read(&path);
    let mut differences = String::new();
    let (mut old, mut new) = (kept.lines(), text.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                let [old, new] = [old, new].map(|line| line.unwrap_or("(nothing)"));
                differences += &format!("- {old}\n+ {new}\n");
            }
        }
        if differences.len() > 4000 {
            differences += "and more\n";
            break;
        }
    }
    assert!(differences.is_empty(), "{path} differs, UPDATE_EXPECT=1 writes it:\n{differences}");
}
