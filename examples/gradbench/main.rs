//! A tool for GradBench, the benchmark of automatic differentiation across languages: it answers the messages
//! of an eval, one line of JSON each, from standard input to standard output.
//!
//! ```sh
//! cargo run --release --example gradbench
//! cargo run --release --example gradbench --features rayon -- --threads 2
//! ```
//!
//! `docs/gradbench.md` has measurements and says how to run the evals against it. The functions that are
//! differentiated are in `evals/`, one file an eval; every derivative there is one that `#[differentiate]` made.

#![allow(unreachable_pub)] // the modules are shared with a test and a bench

mod evals;
mod protocol;
mod threads;
mod timing;

use clap::{Arg, Command, value_parser};
use std::io::{BufWriter, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Command::new("gradbench")
        .about("Answers the evals of GradBench, from standard input to standard output")
        .arg(
            Arg::new("threads")
                .long("threads")
                .help("How many threads derivatives run on; several need the feature rayon")
                .value_parser(value_parser!(u16).range(1..))
                .default_value("1"),
        )
        .get_matches();
    let count = arguments.get_one("threads").copied().unwrap_or(1u16);
    let served = threads::choose(count.into()).and_then(|()| {
        protocol::serve(stdin().lock(), BufWriter::new(stdout().lock()))
            .map_err(|error| error.to_string())
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gradbench: {error}");
            ExitCode::FAILURE
        }
    }
}
