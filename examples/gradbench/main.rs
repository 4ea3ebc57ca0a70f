//! A tool for GradBench, the benchmark of automatic differentiation across languages: it answers the messages
//! of an eval, one line of JSON each, from standard input to standard output.
//!
//! ```sh
//! cargo run --release --example gradbench
//! ```
//!
//! `docs/gradbench.md` has measurements and says how to run the evals against it. The functions that are
//! differentiated are in `evals/`, one file an eval; every derivative there is one that `#[differentiate]` made.

#![allow(unreachable_pub)] // the modules are shared with a test and a bench

mod evals;
mod protocol;
mod timing;

use std::io::{BufWriter, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    match protocol::serve(stdin().lock(), BufWriter::new(stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gradbench: {error}");
            ExitCode::FAILURE
        }
    }
}
