//! Mutation: every row of a table, or every branch of a pass, is changed in turn, and a test must fail.
//!
//! All mutants of a run are compiled into one copy of the workspace under `target/mutate`; the
//! environment chooses one at run time (`schemata`). Mutants that do not compile are given up (`build`).
//! Every test is run once to see which mutants it reaches; a mutant is then run against the tests that
//! reach it, the fastest first, until one fails (`run`). A mutant that survives must be in the committed
//! list of explained survivors (`explained`), else the command fails.

mod arithmetic;
mod branches;
mod build;
pub(crate) mod copy;
mod explained;
mod passes;
mod report;
mod roots;
mod run;
mod schemata;
mod tables;

use crate::files::read;
use run::Fate;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

/// A change of a text.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    range: Range<usize>,
    by: String,
}

/// A place with mutants.
#[derive(Debug)]
struct Site {
    file: String,
    /// Index of its table or pass.
    group: usize,
    range: Range<usize>,
    /// What a reader calls it.
    row: String,
    form: Form,
    /// The numbers of its mutants.
    mutants: Range<u32>,
}

/// How mutants are written into a place.
#[derive(Debug)]
enum Form {
    /// Variants of an expression, all of one type with `convert`.
    Choice { convert: Option<&'static str>, changes: Vec<Change> },
    /// Text around an expression or statement, with NUMBER for the number of the only mutant.
    Wrap { before: &'static str, after: &'static str, what: &'static str },
}

/// One change that a test should notice.
#[derive(Debug)]
struct Mutant {
    site: usize,
    change: Option<Change>,
    /// The number of the line, for messages.
    line: usize,
    /// The line without its margins, which the list of explained survivors goes by.
    line_text: String,
    /// What is changed, in words.
    what: String,
}

/// A test program and which of its tests count.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Suite {
    package: &'static str,
    /// Arguments of `cargo test`.
    target: &'static [&'static str],
    /// A test counts if its name contains one of these.
    filters: &'static [&'static str],
}

impl Suite {
    fn is_in_program_of(&self, other: &Suite) -> bool {
        (self.package, self.target) == (other.package, other.target)
    }
}

/// A table or a pass.
#[derive(Clone, Copy)]
struct Group {
    name: &'static str,
    /// The package that it is in.
    package: &'static str,
    /// The tests that should notice.
    suites: &'static [Suite],
}

/// Everything that is to be changed.
#[derive(Default)]
struct Plan {
    groups: Vec<Group>,
    /// The files as they are.
    sources: BTreeMap<String, String>,
    sites: Vec<Site>,
    /// The first has the number 1.
    mutants: Vec<Mutant>,
}

impl Plan {
    fn mutant(&self, number: u32) -> &Mutant {
        &self.mutants[number as usize - 1]
    }

    fn site_of(&self, number: u32) -> &Site {
        &self.sites[self.mutant(number).site]
    }

    fn packages(&self) -> BTreeSet<&'static str> {
        self.groups.iter().map(|group| group.package).collect()
    }

    /// Numbers the mutants of a site.
    fn add(&mut self, mut site: Site) {
        let source = &self.sources[&site.file];
        let from = self.mutants.len() as u32 + 1;
        let index = self.sites.len();
        let mut add = |change: Option<Change>, range: &Range<usize>, what: String| {
            let start = source[..range.start].rfind('\n').map_or(0, |end| end + 1);
            let text = source[start..].lines().next().unwrap_or_default();
            let line_text = text.trim().to_string();
            let line = source[..range.start].matches('\n').count() + 1;
            self.mutants.push(Mutant { site: index, change, line, line_text, what });
        };
        match &site.form {
            Form::Choice { changes, .. } => {
                for change in changes {
                    let before = one_line(&source[change.range.clone()]);
                    let what = format!("`{before}` becomes `{}`", one_line(&change.by));
                    add(Some(change.clone()), &change.range, what);
                }
            }
            Form::Wrap { what, .. } => {
                let text = one_line(&source[site.range.clone()]);
                add(None, &site.range, format!("`{text}` {what}"));
            }
        }
        site.mutants = from..self.mutants.len() as u32 + 1;
        self.sites.push(site);
    }
}

/// A text without its line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the arguments of the command say.
struct Arguments {
    passes: bool,
    /// Only print what would be changed.
    list: bool,
    /// Only every so-manieth mutant is run.
    every: usize,
    only: Option<String>,
    /// Only those that survived the last time are run.
    again: bool,
    /// Only tests that take no longer, in seconds.
    within: u64,
    /// No mutant is begun after so many minutes of running them.
    minutes: u64,
    jobs: usize,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let mut parsed = Arguments {
            passes: false,
            list: false,
            every: 1,
            only: None,
            again: false,
            within: 600,
            minutes: u64::MAX / 60,
            jobs,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().cloned().ok_or(format!("{argument} what?"));
            match &**argument {
                "--passes" => parsed.passes = true,
                "--list" => parsed.list = true,
                "--again" => parsed.again = true,
                "--every" => {
                    parsed.every = value()?.parse().map_err(|error| format!("--every: {error}"))?;
                }
                "--only" => parsed.only = Some(value()?),
                "--within" => {
                    parsed.within =
                        value()?.parse().map_err(|error| format!("--within: {error}"))?;
                }
                "--minutes" => {
                    parsed.minutes =
                        value()?.parse().map_err(|error| format!("--minutes: {error}"))?;
                }
                "--jobs" => {
                    parsed.jobs = value()?.parse().map_err(|error| format!("--jobs: {error}"))?;
                }
                other => return Err(format!("unknown argument `{other}`")),
            }
        }
        Ok(parsed)
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let arguments = Arguments::parse(arguments)?;
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let only = arguments.only.as_deref();
    let plan = match arguments.passes {
        true => passes::plan(&root, only)?,
        false => tables::plan(&root, only)?,
    };
    match arguments.list {
        true => {
            report::list(&plan);
            Ok(())
        }
        false => carry_out(&root, &plan, &arguments),
    }
}

/// Builds and runs all mutants, prints what became of them, and fails on an unexplained survivor.
fn carry_out(root: &Path, plan: &Plan, arguments: &Arguments) -> Result<(), String> {
    let start = Instant::now();
    let keep = |file: &str| plan.sources.contains_key(file) || is_runtime(plan, file);
    let name = if arguments.passes { "mutate/passes" } else { "mutate/tables" };
    let copy = copy::Copy::of(root, name, &root.join("target/mutate/build"), keep)?;
    add_runtime(root, plan, &copy)?;
    println!("{} mutants at {} places", plan.mutants.len(), plan.sites.len());

    let mut suites: Vec<Suite> = vec![];
    for suite in plan.groups.iter().flat_map(|group| group.suites) {
        if !suites.iter().any(|other| other.is_in_program_of(suite)) {
            suites.push(*suite);
        }
    }
    let (programs, given_up) =
        build::until_it_compiles(&copy, &plan.sources, &plan.sites, &plan.mutants, &suites)?;
    println!("{} do not compile; built after {} s", given_up.len(), start.elapsed().as_secs());

    let list = explained::read_list(root)?;
    let survivors_file = copy.root.with_file_name("survivors.toml");
    let survivors = match arguments.again {
        true => explained::read_survivors(&survivors_file)?,
        false => vec![],
    };
    let is_wanted = |number: u32| {
        let (site, mutant) = (plan.site_of(number), plan.mutant(number));
        !arguments.again || survivors.iter().any(|entry| entry.is_for(&site.file, mutant))
    };
    let programs_of = |group: &Group| -> Vec<_> {
        let program_of = |suite: &Suite| {
            let position = suites.iter().position(|other| other.is_in_program_of(suite))?;
            Some((programs[position].clone(), suite.filters))
        };
        group.suites.iter().filter_map(program_of).collect()
    };
    let mut recorded: Vec<(&[Suite], Vec<run::Test>)> = vec![];
    for group in &plan.groups {
        if !recorded.iter().any(|(suites, _)| *suites == group.suites) {
            let folder = copy.root.with_file_name("records");
            let mut tests = run::record(&programs_of(group), &folder, arguments.jobs)?;
            let all = tests.len();
            tests.retain(|test| test.time <= Duration::from_secs(arguments.within));
            println!("{} tests left out", all - tests.len());
            println!("{} tests; after {} s", tests.len(), start.elapsed().as_secs());
            recorded.push((group.suites, tests));
        }
    }
    let mut fates = BTreeMap::new();
    let mut programs_of_suites = vec![];
    for (suites, tests) in &recorded {
        let mut mutants = vec![];
        for (index, group) in plan.groups.iter().enumerate() {
            if group.suites == *suites {
                let of_group = (1..=plan.mutants.len() as u32)
                    .filter(|number| plan.site_of(*number).group == index)
                    .filter(|number| !given_up.contains(number) && is_wanted(*number))
                    .step_by(arguments.every.max(1));
                mutants.extend(of_group);
                programs_of_suites = programs_of(group);
            }
        }
        // In an order that has nothing to do with where they are, for a run that is broken off.
        mutants.sort_by_key(|number| number.wrapping_mul(0x9e37_79b1));
        println!("{} mutants", mutants.len());
        let progress = |done: usize, number: u32, fate: &Fate| {
            report::progress(plan, number, fate, &list);
            if done.is_multiple_of(100) {
                println!("  {done}; after {} s", start.elapsed().as_secs());
            }
        };
        let deadline = Instant::now().checked_add(Duration::from_secs(arguments.minutes * 60));
        let found =
            run::kill(&programs_of_suites, tests, &mutants, arguments.jobs, deadline, progress)?;
        fates.extend(found);
    }
    report::print(plan, &fates, &list, &survivors_file)?;
    println!("{} s", start.elapsed().as_secs());
    report::judge(plan, &fates, &list, arguments.passes)
}

/// The root of a package's library.
fn lib_of(package: &str) -> String {
    format!("{package}/src/lib.rs")
}

fn is_runtime(plan: &Plan, file: &str) -> bool {
    plan.packages().iter().any(|package| {
        file == lib_of(package)
            || file == format!("{package}/src/mutant.rs")
            || file == format!("{package}/src/mutant_operand.rs")
    })
}

/// Adds the module that knows the active mutant to the crates.
fn add_runtime(root: &Path, plan: &Plan, copy: &copy::Copy) -> Result<(), String> {
    for package in plan.packages() {
        let mut lib = read(&root.join(lib_of(package)))?;
        lib.push_str("\n#[doc(hidden)]\npub mod mutant;\n");
        copy.write(&format!("{package}/src/mutant.rs"), include_str!("runtime.rs"))?;
        if package == "autodiff-compiler" {
            lib.push_str("mod mutant_operand;\n");
            let file = format!("{package}/src/mutant_operand.rs");
            copy.write(&file, include_str!("operand.rs"))?;
        }
        copy.write(&lib_of(package), &lib)?;
    }
    Ok(())
}
