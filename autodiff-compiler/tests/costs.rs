//! What emitted code costs: a table for each file of the corpus, of what random functions found, of some
//! random functions, and of the programs, in `tests/corpus/costs`, with a row for each function that is emitted.
//!
//! It guards that nothing becomes dearer unnoticed, and that code stays short enough to be read: a change of a pass
//! that keeps a copy, reserves memory, stores what could be calculated again or leaves a loop unfused changes a row,
//! though no gradient. It cannot see whether the code is right, nor how fast it is. A digest that changes
//! while the costs stay says that the text has changed: read the code again (`AUTODIFF_EMIT` writes it).
//! The digest of
//! what stands beside the functions holds where all tokens come from, too: what rustc's messages point at.
//! `UPDATE_EXPECT=1` writes the tables.
//!
//! The columns are counted in the text: lines as formatted, without documentation; tokens; operators `+ - * /` outside
//! of indices and methods of floats; loops; branches (`if`, `match`, `&&`, `||`); indexed places, and those of them
//! that are written; what makes, resizes or copies memory or uses it as a stack; calls. Macros are answered in this
//! process, so that signatures travel as they do between items.

#[path = "costs/expanded.rs"]
mod expanded;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/fuzz/src/generate/mod.rs"]
mod generate;
#[path = "costs/kept.rs"]
mod kept;
#[allow(dead_code)]
#[path = "../../tests/corpus/src/outputs.rs"]
mod outputs;
#[allow(dead_code)] // each test uses a part
#[path = "costs/table.rs"]
mod table;

use autodiff_compiler::lanes::with_lanes;
use autodiff_compiler::threads::with_threads;
use proc_macro2::TokenStream;
use quote::quote;
use table::Table;

/// The table of a text, and what of it is refused.
fn table(text: &str, more: &dyn Fn(&syn::Signature) -> TokenStream) -> (Table, String) {
    let mut table = Table::default();
    let mut refused = String::new();
    for expanded in expanded::expanded(text, more) {
        for message in table::messages(expanded.items.clone()) {
            refused += &format!("{}: {message}\n", expanded.name);
        }
        table.add(&expanded.name, expanded.items);
    }
    (table, refused)
}

/// Both tables of a text: loops as they are, and what differs when they run several iterations at once.
fn tables(text: &str, more: &dyn Fn(&syn::Signature) -> TokenStream) -> String {
    let (plain, refused) = with_lanes(false, || with_threads(true, || table(text, more)));
    let (mut lanes, _) = with_lanes(true, || with_threads(true, || table(text, more)));
    lanes.without(&plain);
    let mut written = plain.text();
    if !lanes.is_empty() {
        written += &format!("\nWith lanes\n{}", lanes.text());
    }
    if !refused.is_empty() {
        written += &format!("\nRefused\n{refused}");
    }
    written
}

/// What the corpus asks of a function besides what is always emitted, but for what is listed as refused.
fn asked(file: &str, signature: &syn::Signature, refused: &str) -> TokenStream {
    let name = &signature.ident;
    let is_refused = |output: &str| {
        refused.lines().any(|line| line.starts_with(&format!("{file}::{name} ({output}):")))
    };
    let outputs = outputs::outputs(signature).iter().filter(|output| !is_refused(output));
    let outputs = outputs.map(|output| match output.parse::<TokenStream>() {
        Ok(tokens) => tokens,
        Err(error) => panic!("{output}: {error}"),
    });
    quote!(#(#outputs),*)
}

fn corpus(file: &str) {
    let text = kept::read(&format!("tests/corpus/functions/{file}.rs"));
    let refused = kept::read("tests/corpus/refused.txt");
    kept::agrees(file, &tables(&text, &|signature| asked(file, signature, &refused)));
}

/// One table for a folder, with all outputs that are always emitted or that its files ask for.
fn folder(name: &str, folder: &str) {
    let mut written = String::new();
    for (file, text) in kept::rust_files(folder) {
        written += &format!("{file}\n{}\n", tables(&text, &|_| TokenStream::new()));
    }
    kept::agrees(name, &written);
}

/// A test for each file of the corpus, and one that none is left out.
macro_rules! corpus {
    ($($file:ident)*) => {
        $(
            #[test]
            fn $file() {
                corpus(stringify!($file));
            }
        )*

        #[test]
        fn no_file_of_the_corpus_is_left_out() {
            let entries = std::fs::read_dir(kept::root().join("tests/corpus/functions")).expect("the folder");
            let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
            names.sort();
            assert_eq!(names, [$(concat!(stringify!($file), ".rs")),*]);
        }
    };
}

corpus! {
    branches calls carried closures control_flow float_methods formulas integers iterators landscapes losses
    matrices misc mutation nested_lists recipes reductions single slices tuples
}

/// A test for each file that uses the macros as users do, with its place.
macro_rules! files {
    ($($name:ident: $path:literal)*) => {
        $(
            #[test]
            fn $name() {
                let text = kept::read($path);
                kept::agrees(stringify!($name), &tables(&text, &|_| TokenStream::new()));
            }
        )*
    };
}

files! {
    program_bundle: "tests/programs/bundle.rs"
    program_gas: "tests/programs/gas.rs"
    program_kalman: "tests/programs/kalman.rs"
    tests_auxiliary: "tests/auxiliary.rs"
    tests_calls: "tests/calls.rs"
    tests_checkpoint: "tests/checkpoint.rs"
    tests_modules: "tests/modules.rs"
    tests_nested: "tests/nested.rs"
    tests_second: "tests/second.rs"
    tests_tangents: "tests/tangents.rs"
    tests_tricks: "tests/tricks.rs"
    tests_batch: "autodiff-core/tests/batch.rs"
    tests_threads: "autodiff-core/tests/threads.rs"
}

#[test]
fn regression() {
    folder("regression", "tests/regression");
}

#[test]
fn found() {
    folder("found", "tests/fuzz/found");
}

/// Two rows for each file that the generator of `tests/fuzz` writes: the sums over its functions, with loops as they
/// are and with lanes. Ten files a test.
fn random(ten: u64) {
    let mut sums = Table::default();
    for number in ten * 10..ten * 10 + 10 {
        let file = generate::file(11, number);
        for lanes in [false, true] {
            let (table, refused) = with_lanes(lanes, || table(&file.text, &random_outputs));
            assert_eq!(refused, "", "{}", file.text);
            let kind = if lanes { " with lanes" } else { "" };
            sums.add_sum(format!("file {number}{kind}"), &table);
        }
    }
    kept::agrees(&format!("random/{ten}"), &sums.text());
}

/// First order of all functions, products with Hessians of those that return one float.
fn random_outputs(signature: &syn::Signature) -> TokenStream {
    match outputs::returns_float(signature) {
        true => quote!(jvp, order = 2, hvp),
        false => quote!(jvp, order = 2),
    }
}

macro_rules! random {
    ($($test:ident: $ten:literal)*) => {
        $(
            #[test]
            fn $test() {
                random($ten);
            }
        )*
    };
}

random! {
    random_0: 0 random_1: 1 random_2: 2 random_3: 3 random_4: 4 random_5: 5 random_6: 6 random_7: 7
}
