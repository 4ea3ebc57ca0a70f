//! What users build when they build the macro, and that the lock file holds one major `syn`.

use std::collections::BTreeSet;
use std::process::Command;

const ALLOWED: &[&str] =
    &["autodiff-macro", "autodiff-compiler", "syn", "quote", "proc-macro2", "unicode-ident"];

/// Compares `cargo tree` with the list.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let tree = cargo(&["tree", "-p", "autodiff-macro", "-e", "normal", "--prefix", "none"])?;
    let names: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for name in &names {
        println!("{name}");
    }
    let extra: Vec<_> = names.iter().filter(|name| !ALLOWED.contains(name)).collect();
    if !extra.is_empty() {
        return Err(format!("the macro depends on {extra:?}"));
    }
    let lock = std::fs::read_to_string("Cargo.lock").map_err(|error| error.to_string())?;
    let versions = lock.matches("name = \"syn\"\n").count();
    if versions != 1 {
        return Err(format!("Cargo.lock holds {versions} versions of syn"));
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(crate::files::cargo())
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
