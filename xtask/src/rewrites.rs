//! Checks the claims of the rewrite table on every `f32`: runs the test that does it, in release mode.

use crate::files::cargo;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The test.
const TEST: &str = "simplify::tests::exhaustive::rows_keep_their_claims_on_every_single_float";

/// Runs the test, which prints a line for each row.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let mut child = Command::new(cargo())
        .args(["test", "--release", "--package", "autodiff-compiler", "--lib"])
        .args(["--", "--ignored", "--exact", "--nocapture", TEST])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // A filter that fits no test is a success to cargo.
    let mut ran = false;
    for line in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
        let line = line.map_err(|error| error.to_string())?;
        ran |= line.contains("1 passed");
        println!("{line}");
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    match (status.success(), ran) {
        (true, true) => Ok(()),
        (true, false) => Err(format!("there is no test {TEST}")),
        (false, _) => Err("a row does not keep its claim".to_string()),
    }
}
