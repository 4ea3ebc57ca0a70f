//! Every annotated function of the corpus, and of the files that once showed a mistake, against exact
//! arithmetic and against the tape after every pass, with arguments that are made up: a test for each file.
//!
//! `tests/exact.rs` and `tests/exact_files.rs` of the workspace ask more, of samples that people chose. These
//! need nothing but the compiler, and each is short: whoever changes a pass can run those that reach it.

use autodiff_compiler::interpret::{Datum, World};
use autodiff_compiler::ir::Function;
use autodiff_compiler::verification::exact::{Exactness, check_exactly};
use autodiff_compiler::verification::files::{self, Wanted};
use autodiff_compiler::verification::source::with_callees;
use autodiff_compiler::verification::{Program, Settings, Verdict, check};
use std::path::{Path, PathBuf};

/// The Rust files of a folder of the workspace.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder is read");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files
}

/// Checks the functions of a file in up to three worlds each, and counts those that are settled, exactly.
fn settled(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).expect("the file is read");
    let file = files::read(&text, Wanted::Annotated).expect("it consists of tokens");
    let known = file.functions.iter().filter_map(|(_, lowered)| lowered.as_ref().ok());
    let known: Vec<Function> = known.cloned().collect();
    let mut settled = 0;
    for main in &known {
        let functions = with_callees(&known, main);
        let single = functions.iter().any(|function| format!("{function}").contains("f32"));
        for (seed, length, positive) in [(1, 4, true), (0, 3, false), (3, 5, true)] {
            let mut constants = file.constants.clone();
            // The reverse half of a function need not take the array whose length says what `N` is.
            constants.entry("N".to_owned()).or_insert(Datum::Integer(length as i128));
            let world = World { seed, length, positive, constants };
            let program =
                Program { functions: functions.clone(), arguments: world.arguments(main) };
            let settings = Settings {
                tolerance: if single { 1e-4 } else { 1e-9 },
                steps: 100_000,
                points: 0,
                world: Some(world),
                ..Settings::default()
            };
            match check(&program, &settings) {
                Ok(Verdict::Agrees) => {}
                Ok(Verdict::Panics | Verdict::Refused(_)) => continue,
                Err(failure) => panic!("{} {}: {failure}", path.display(), main.name),
            }
            match check_exactly(&program, &Settings { points: 1, ..settings }) {
                Ok(Exactness::Agrees) => {
                    settled += 1;
                    break;
                }
                Ok(Exactness::Inconclusive(_) | Exactness::Nothing) => {}
                Err(failure) => panic!("{} {}: exactly: {failure}", path.display(), main.name),
            }
        }
    }
    println!("{}: {settled} of {}", path.display(), file.functions.len());
    settled
}

/// A test for each file of the corpus, with the number of functions that are settled there, and one that
/// none is left out.
macro_rules! corpus {
    ($($file:ident: $settled:literal,)*) => {
        $(
            #[test]
            fn $file() {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/functions");
                let settled = settled(&folder.join(concat!(stringify!($file), ".rs")));
                assert!(settled >= $settled, "only {settled} functions");
            }
        )*

        #[test]
        fn no_file_of_the_corpus_is_left_out() {
            let files = rust_files("tests/corpus/functions");
            let names: Vec<_> = files.iter().map(|path| path.file_stem().expect("a name")).collect();
            assert_eq!(names, [$(stringify!($file)),*]);
        }
    };
}

corpus! {
    branches: 18,
    calls: 16,
    carried: 21,
    closures: 13,
    control_flow: 16,
    float_methods: 30,
    formulas: 30,
    integers: 10,
    iterators: 14,
    landscapes: 25,
    losses: 22,
    matrices: 14,
    misc: 18,
    mutation: 57,
    nested_lists: 11,
    recipes: 19,
    reductions: 37,
    single: 8,
    slices: 14,
    tuples: 8,
}

#[test]
fn what_was_found_by_random_functions() {
    let settled: usize = rust_files("tests/fuzz/found").iter().map(|path| settled(path)).sum();
    assert!(settled >= 14, "only {settled} functions");
}

#[test]
fn regressions() {
    let settled: usize = rust_files("tests/regression").iter().map(|path| settled(path)).sum();
    assert!(settled >= 64, "only {settled} functions");
}
