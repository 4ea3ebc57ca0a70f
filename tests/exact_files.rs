//! Every function of every test file against exact arithmetic, and against the taped reference, after every
//! pass: those that tests compile, whole programs among them, and those that tests of the compiler keep in
//! strings. Arguments, and values for what the compiler does not look into, are made up.

#[allow(unreachable_pub)]
mod common;

use autodiff_compiler::interpret::World;
use autodiff_compiler::ir::Function;
use autodiff_compiler::types::Type;
use autodiff_compiler::verification::exact::Exactness;
use autodiff_compiler::verification::files::{self, File, Wanted};
use autodiff_compiler::verification::parallel::gathered;
use autodiff_compiler::verification::source::with_callees;
use autodiff_compiler::verification::{Checker, Program, Settings, Verdict};
use common::report;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What came of the functions of a suite.
#[derive(Debug, Default)]
struct Count {
    functions: usize,
    /// Functions that agreed exactly in some world.
    settled: usize,
    /// Those about which exact arithmetic was asked in vain: something was undefined in every world.
    inconclusive: usize,
    programs: usize,
    agree: usize,
    exactly: usize,
    panic: usize,
    /// Why others are not settled: how many functions, and one of them.
    unsettled: BTreeMap<String, (usize, String)>,
    failures: Vec<String>,
}

/// Different values, lengths and signs.
fn worlds(file: &File) -> Vec<World> {
    let constants = &file.constants;
    [(0, 3, false), (1, 4, true), (2, 2, false), (3, 5, true), (4, 4, false), (5, 6, true)]
        .map(|(seed, length, positive)| World {
            seed,
            length,
            positive,
            constants: constants.clone(),
        })
        .into()
}

/// A message without what it is about.
fn without_names(message: &str) -> String {
    message.split('`').enumerate().map(|(k, part)| if k % 2 == 0 { part } else { "…" }).collect()
}

fn is_single(functions: &[Function]) -> bool {
    let single = |ty: &Type| format!("{ty}").contains("f32");
    functions.iter().any(|function| {
        function.values.iter().any(|value| single(&value.ty))
            || function.slots.iter().any(|slot| single(&slot.ty))
    })
}

impl Count {
    fn add(&mut self, other: Self) {
        self.functions += other.functions;
        self.settled += other.settled;
        self.inconclusive += other.inconclusive;
        self.programs += other.programs;
        self.agree += other.agree;
        self.exactly += other.exactly;
        self.panic += other.panic;
        for (reason, (count, label)) in other.unsettled {
            self.unsettled.entry(reason).or_insert((0, label)).0 += count;
        }
        self.failures.extend(other.failures);
    }

    fn read(&mut self, name: &str, text: &str, wanted: Wanted) {
        let file = files::read(text, wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.file(name, &file);
    }

    fn file(&mut self, name: &str, file: &File) {
        let known: Vec<_> =
            file.functions.iter().filter_map(|(_, lowered)| lowered.as_ref().ok()).collect();
        let known: Vec<Function> = known.into_iter().cloned().collect();
        for (function, lowered) in &file.functions {
            self.functions += 1;
            let label = format!("{name} {function}");
            let reason = match lowered {
                Ok(main) => self.function(&label, file, &known, main),
                Err(reason) => Some(format!("front end: {}", without_names(reason))),
            };
            if let Some(reason) = reason {
                self.inconclusive += usize::from(reason.starts_with("undefined"));
                self.unsettled.entry(reason).or_insert((0, label)).0 += 1;
            }
        }
    }

    /// Why nothing was settled.
    fn function(
        &mut self,
        label: &str,
        file: &File,
        known: &[Function],
        main: &Function,
    ) -> Option<String> {
        let functions = with_callees(known, main);
        let tolerance = if is_single(&functions) { 1e-4 } else { 1e-9 };
        let mut reason = None;
        let mut conclusive = 0;
        let mut agreed = false;
        let checker = Checker::default();
        // A whole program takes a second, and its parts are asked by themselves.
        let enough = if functions.len() > 8 { 1 } else { 2 };
        for world in worlds(file) {
            if conclusive == enough {
                break;
            }
            self.programs += 1;
            let program =
                Program { functions: functions.clone(), arguments: world.arguments(main) };
            let settings = Settings {
                tolerance,
                steps: 100_000,
                points: 0,
                world: Some(world),
                ..Settings::default()
            };
            // Of a whole program, floats are asked once.
            let verdict = match agreed && enough == 1 {
                true => Ok(Verdict::Agrees),
                false => checker.check(&program, &settings),
            };
            match verdict {
                Ok(Verdict::Agrees) => {
                    agreed = true;
                    self.agree += 1;
                }
                Ok(Verdict::Panics) => {
                    self.panic += 1;
                    reason = Some("panics".to_owned());
                    continue;
                }
                Ok(Verdict::Refused(refusal)) => {
                    reason = Some(format!("refused: {refusal}"));
                    continue;
                }
                Err(failure) => {
                    self.failures.push(format!("{label}: {failure}"));
                    continue;
                }
            }
            match checker.check_exactly(&program, &Settings { points: 1, ..settings }) {
                Ok(Exactness::Agrees) => {
                    self.exactly += 1;
                    conclusive += 1;
                }
                Ok(Exactness::Inconclusive(what)) => reason = Some(format!("undefined: {what}")),
                Ok(Exactness::Nothing) => reason = Some("nothing".to_owned()),
                Err(failure) => self.failures.push(format!("{label}: exactly: {failure}")),
            }
        }
        match conclusive {
            0 => reason,
            _ => {
                self.settled += 1;
                None
            }
        }
    }
}

/// The Rust files of a folder of the repository, at any depth.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = vec![];
    let mut open = vec![root];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("the folder is read");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name_of(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display().to_string()
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file is read")
}

/// Checks the annotated functions of files.
fn annotated(paths: &[PathBuf]) -> Count {
    let counts = gathered(paths.len() as u64, |number, count: &mut Count| {
        let path = &paths[number as usize];
        count.read(&name_of(path), &text_of(path), Wanted::Annotated);
    });
    let mut total = Count::default();
    counts.into_iter().for_each(|count| total.add(count));
    total
}

/// Prints what was counted; `settled`: how many functions are to be settled, at least. (What is not, and
/// why, is printed.) Whatever could be run and has a derivative is to be settled but for `inconclusive`.
fn settle(what: &str, count: &Count, settled: usize, inconclusive: usize) {
    println!("{what}: {count:#?}");
    report(&count.failures, count.programs);
    assert!(count.settled >= settled, "only {} functions", count.settled);
    assert!(count.inconclusive <= inconclusive, "{} are undefined", count.inconclusive);
}

/// A whole program: each takes long, and they run beside each other. (Their data are no functions.)
fn whole_program(name: &str, settled: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.rs"));
    settle(name, &annotated(&[path]), settled, 0);
}

#[test]
fn bundle_adjustment() {
    whole_program("bundle", 38);
}

#[test]
fn gas_dynamics() {
    whole_program("gas", 37);
}

#[test]
fn kalman_filter() {
    whole_program("kalman", 26);
}

#[test]
fn no_whole_program_is_left_out() {
    let names: Vec<_> = rust_files("tests/programs").iter().map(|path| name_of(path)).collect();
    assert_eq!(
        names,
        ["bundle", "data", "gas", "kalman"].map(|name| format!("tests/programs/{name}.rs"))
    );
}

#[test]
fn problems_of_more_garbow_and_hillstrom() {
    settle("problems", &annotated(&rust_files("tests/more_garbow_hillstrom")), 71, 0);
}

#[test]
fn regressions() {
    settle("regressions", &annotated(&rust_files("tests/regression")), 51, 0);
}

#[test]
fn suites() {
    let names =
        ["tricks", "unseen", "edges", "calls", "checkpoint", "modules", "values", "gradients"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = names.map(|name| root.join(format!("tests/{name}.rs"))).into();
    for folder in ["examples", "benches", "autodiff-core/tests"] {
        paths.extend(rust_files(folder));
    }
    let mut count = annotated(&paths);
    // Crates that call each other.
    let mut crates = String::new();
    for name in ["models", "old", "user"] {
        let texts = rust_files(&format!("tests/elsewhere/{name}/src"));
        let texts: String = texts.iter().map(|path| text_of(path)).collect();
        crates += &format!("mod {name} {{ {texts} }}\n");
    }
    count.read("tests/elsewhere", &crates, Wanted::Annotated);
    settle("suites", &count, 172, 0);
}

#[test]
fn tests_of_the_compiler() {
    let mut count = Count::default();
    for path in rust_files("autodiff-compiler") {
        for file in files::read_strings(&text_of(&path)).expect("it consists of tokens") {
            count.file(&name_of(&path), &file);
        }
    }
    // Functions that a macro compiles and lowers.
    for path in rust_files("autodiff-compiler/src/lower/tests") {
        count.read(&name_of(&path), &text_of(&path), Wanted::All);
    }
    settle("strings", &count, 180, 0);
}
