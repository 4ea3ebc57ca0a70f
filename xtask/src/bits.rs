//! Debug and release builds give the same bits: runs `benches/bits.rs` in both and compares.

use crate::files::cargo;
use std::process::Command;

/// Compares the two outputs.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    // What the tests have built already.
    let debug = output(&["--profile", "dev"])?;
    // What is of second order is not compared, and most of what rustc would optimize.
    let release = output(&["--profile", "bench", "--features", "autodiff-oracle/only-gradients"])?;
    let mut compared = 0;
    let mut different = vec![];
    let panics = |output: &str, name: &str| {
        output.lines().filter(|line| line.strip_suffix(" panics") == Some(name)).count()
    };
    for line in debug.lines().filter(|line| line.split(' ').count() == 3) {
        let name = line.split(' ').next().unwrap_or_default();
        // An overflow panics in debug builds only: then a sample is missing there.
        if panics(&debug, name) != panics(&release, name) {
            continue;
        }
        compared += 1;
        if !release.lines().any(|other| other == line) {
            different.push(name);
        }
    }
    println!("debug and release: {compared} functions, {} differ", different.len());
    match compared >= 200 && different.is_empty() {
        true => Ok(()),
        false => Err(format!("{compared} functions compared, these differ: {different:?}")),
    }
}

fn output(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(cargo())
        .args(["bench", "--quiet", "--bench", "bits"])
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
