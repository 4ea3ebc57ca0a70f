//! Runs the random functions of `tests/fuzz`, in a release build.

use crate::files::cargo;
use std::process::Command;

/// Hands the arguments over.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let status = Command::new(cargo())
        .args(["run", "--quiet", "--release", "--package", "autodiff-fuzz", "--"])
        .args(arguments)
        .status()
        .map_err(|error| error.to_string())?;
    match status.success() {
        true => Ok(()),
        false => Err("see above".to_string()),
    }
}
