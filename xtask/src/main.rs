//! Maintenance commands: `cargo xtask <command>`.

mod bits;
mod build_time;
mod compile_time;
mod corpus;
mod dependencies;
mod expansion;
mod faults;
mod files;
mod fuzz;
mod fuzz_front;
mod hessian_time;
mod instructions;
mod mutate;
mod process;
mod rewrites;
mod timed_crate;

use std::process::ExitCode;

/// A command: its name, what it does, and how.
type Command = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: &[Command] = &[
    (
        "dependencies",
        "fail if the macro depends on more than syn, quote, proc-macro2, unicode-ident and us",
        dependencies::run,
    ),
    (
        "instructions",
        "count the instructions of emitted gradients against handwritten ones (needs valgrind)",
        instructions::run,
    ),
    (
        "expansion",
        "time the expansion of a function of 20 lines in the dev profile",
        expansion::run,
    ),
    ("bits", "compare the bits of all gradients in debug and in release builds", bits::run),
    (
        "corpus",
        "differentiate free functions of published crates and compare with differences",
        corpus::run,
    ),
    (
        "mutate",
        "change each row of the tables, or with --passes each branch of the passes: a test must fail",
        mutate::run,
    ),
    (
        "faults",
        "plant faults by hand in a copy of the workspace: a test must find each and name the pass",
        faults::run,
    ),
    (
        "rewrites",
        "check the claims of the rewrite table on every f32 (minutes, all processors)",
        rewrites::run,
    ),
    ("fuzz", "check random functions, interpreted and compiled (--help tells more)", fuzz::run),
    (
        "fuzz-front",
        "compile mutants of real functions: --functions N --seed S [--published]",
        fuzz_front::run,
    ),
    (
        "hessian-time",
        "time the release build of a crate with the Hessian of a loss of 80 parameters",
        hessian_time::run,
    ),
    (
        "compile-time",
        "time cargo check and release builds of 100 annotated functions against ones by hand",
        compile_time::run,
    ),
    ("build-time", "time a cold build of the macro against one of serde_derive", build_time::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chosen = arguments.first().and_then(|name| COMMANDS.iter().find(|row| row.0 == name));
    let Some((name, _, run)) = chosen else {
        eprintln!("usage: cargo xtask <command>\n");
        for (name, what, _) in COMMANDS {
            eprintln!("  {name:<14} {what}");
        }
        return ExitCode::FAILURE;
    };
    match run(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}
