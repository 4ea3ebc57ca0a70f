//! Instruction counts, which are repeatable where times are not: `benches/instructions.rs` under
//! callgrind. A call costs the difference between many runs and one, so start-up does not count.

use crate::files::cargo;
use std::process::Command;

const CASES: &[&str] = &["puzzle", "regression"];
const TIMES: u64 = 101;

/// Prints instructions a call, emitted and by hand, and their ratio.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let output = Command::new(cargo())
        .args(["bench", "--no-run", "--bench", "instructions", "--message-format=json"])
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages
        .lines()
        .filter(|line| line.contains("\"name\":\"instructions\""))
        .find_map(|line| line.split("\"executable\":\"").nth(1)?.split('"').next())
        .ok_or("cargo did not say where the benchmark is")?;
    println!("{:<12} {:>10} {:>10} {:>7}", "loss", "emitted", "by hand", "ratio");
    for case in CASES {
        let emitted = per_call(executable, &format!("{case}-emitted"))?;
        let by_hand = per_call(executable, &format!("{case}-by-hand"))?;
        println!("{case:<12} {emitted:>10.1} {by_hand:>10.1} {:>7.3}", emitted / by_hand);
    }
    Ok(())
}

fn per_call(executable: &str, case: &str) -> Result<f64, String> {
    let many = count(executable, case, TIMES)?;
    let one = count(executable, case, 1)?;
    Ok((many - one) as f64 / (TIMES - 1) as f64)
}

fn count(executable: &str, case: &str, times: u64) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", executable, case])
        .arg(times.to_string())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .find_map(|line| line.split("Collected : ").nth(1)?.trim().parse().ok())
        .ok_or_else(|| format!("callgrind said\n{text}"))
}
