//! `cargo xtask fuzz`: random functions through the passes, and a part of them through rustc; random IR through the
//! passes.

use autodiff_compiler::verification::Settings;
use autodiff_fuzz::campaign::{Failure, Summary, compile, interpret, keep};
use autodiff_fuzz::compiled::Workshop;
use autodiff_fuzz::ir;
use clap::{Arg, ArgAction, Command, value_parser};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// The passes make and drop many small things; this is a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What to check.
struct Arguments {
    /// Functions to compile and run, for each seed.
    programs: u64,
    /// Functions to run through the interpreter, those to compile included.
    interpreted: u64,
    /// Functions in IR to run through the interpreter, for each seed.
    ir: u64,
    /// How they are asked about.
    settings: fn() -> Settings,
    /// Where the series of functions begins.
    seed: u64,
    /// How many seeds, one after the other.
    seeds: u64,
    /// How many functions are compiled at once.
    batch: usize,
    /// Whether loops get lanes in what is compiled.
    lanes: bool,
}

impl Arguments {
    fn parse() -> Self {
        let number = |name: &'static str, help: &'static str| {
            Arg::new(name).long(name).help(help).value_parser(value_parser!(u64))
        };
        let matches = Command::new("fuzz")
            .about("Checks random functions")
            .arg(number("programs", "How many functions to compile and run").default_value("300"))
            .arg(number(
                "interpreted",
                "How many to run through the interpreter [default: a third more than programs]",
            ))
            .arg(number("ir", "How many functions in IR to run through it").default_value("0"))
            .arg(number("seed", "Where the series of functions begins").default_value("1"))
            .arg(number("seeds", "How many seeds, one after the other").default_value("1"))
            .arg(number("batch", "How many functions are compiled at once").default_value("150"))
            .arg(
                Arg::new("without-lanes")
                    .long("without-lanes")
                    .help("Compile without the feature `simd`, in a sixth of the time")
                    .action(ArgAction::SetTrue),
            )
            .arg(
                Arg::new("briefly")
                    .long("briefly")
                    .help("Ask the interpreter about the end of the road only, at one random point")
                    .action(ArgAction::SetTrue),
            )
            .get_matches();
        let settings = match matches.get_flag("briefly") {
            true => Settings::brief,
            false => Settings::default,
        };
        let get = |name: &str| matches.get_one::<u64>(name).copied();
        let given = |name: &str| get(name).unwrap_or_default();
        let programs = given("programs");
        Self {
            programs,
            interpreted: get("interpreted").unwrap_or(programs * 4 / 3),
            ir: given("ir"),
            settings,
            seed: given("seed"),
            seeds: given("seeds"),
            batch: (given("batch") as usize).max(1),
            lanes: !matches.get_flag("without-lanes"),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Panics are results here.
    std::panic::set_hook(Box::new(|_| {}));
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let packages = std::thread::available_parallelism().map_or(1, usize::from);
    let workshop = Workshop::new(&root, "fuzz", packages);
    let workshop = if arguments.lanes { workshop } else { workshop.without_lanes() };
    let interpreted = arguments.interpreted;
    let mut summary = Summary::default();
    let found = root.join("tests/fuzz/found");
    let mut shown = 0;
    let start = Instant::now();
    for seed in arguments.seed..arguments.seed + arguments.seeds {
        if arguments.ir > 0 && !ir_agrees(seed, arguments, start) {
            return Ok(false);
        }
        let candidates = arguments.programs * 4 / 3;
        let mut good = interpret(seed, interpreted, candidates, arguments.settings, &mut summary);
        println!(
            "seed {seed}: {interpreted} functions through the passes, {} mistakes so far, {:.0} s",
            summary.failures.len(),
            start.elapsed().as_secs_f64()
        );
        show(&summary.failures, &mut shown, &found)?;
        good.truncate(arguments.programs as usize);
        for batch in good.chunks(arguments.batch) {
            compile(seed, batch, &workshop, &mut summary)?;
            println!(
                "seed {seed}: {} functions compiled and run, {} mistakes so far, {:.0} s",
                summary.compiled,
                summary.failures.len(),
                start.elapsed().as_secs_f64()
            );
            show(&summary.failures, &mut shown, &found)?;
        }
    }
    Ok(report(&summary))
}

/// Runs functions in IR through the passes and prints what came of it; whether all is well.
fn ir_agrees(seed: u64, arguments: &Arguments, start: Instant) -> bool {
    let summary = ir::interpret(seed, arguments.ir, arguments.settings);
    let seconds = start.elapsed().as_secs_f64();
    println!("seed {seed}, IR: {summary}, {seconds:.0} s");
    for failure in &summary.failures {
        println!("\n{failure}");
    }
    summary.failures.is_empty()
}

/// Prints the mistakes that were not shown yet, and keeps them.
fn show(failures: &[Failure], shown: &mut usize, found: &Path) -> Result<(), String> {
    for failure in &failures[*shown..] {
        let path = keep(failure, found).map_err(|error| error.to_string())?;
        println!("\n{}: {}", failure.pass, failure.message);
        println!("{}\nkept as {}", failure.text, path.display());
    }
    *shown = failures.len();
    Ok(())
}

/// Prints what came of it; whether all is well.
fn report(summary: &Summary) -> bool {
    let (pairs, all) = summary.coverage.pairs();
    println!(
        "\n{} functions through the passes: {} runs, {} of them panic; {} compiled: {} values, {} gradients, {} vector-Jacobian, {} Jacobian-vector and {} Hessian-vector products compared",
        summary.interpreted,
        summary.runs.0,
        summary.runs.1,
        summary.compiled,
        summary.compared[0],
        summary.compared[1],
        summary.compared[2],
        summary.compared[3],
        summary.compared[4]
    );
    println!(
        "{:.1} % with carried arrays, calls and early exits together; {pairs} of {all} pairs of constructs",
        summary.coverage.together()
    );
    for (construct, share) in summary.coverage.shares() {
        print!("{construct} {share:.0} %, ");
    }
    println!("\npairs that never occurred: {:?}", summary.coverage.missing());
    println!("refused: {:.2} %", summary.refusals());
    for (reason, count) in &summary.refused {
        println!("  {count} {reason}");
    }
    for invalid in &summary.invalid {
        println!("the generator: {invalid}");
    }
    let enough = summary.refusals() < 2.0 && summary.invalid.is_empty();
    println!("{} mistakes", summary.failures.len());
    summary.failures.is_empty() && enough
}
