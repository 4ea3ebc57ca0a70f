//! What random programs cost in IR after each pass: a table for each style in `tests/corpus/costs/ir`.
//!
//! Other tests ask whether a pass is right. These guard that it does what it did: a condition that keeps a copy, or
//! leaves something out that could be calculated once, changes a number or at least a digest, on the row of the first
//! pass that is concerned. They cannot tell what is better. `UPDATE_EXPECT=1` writes the tables.

use super::derived::{By, Derived, Stage};
use super::*;
use crate::emit::{self, Header};
use crate::random::{Style, program};
use crate::simplify::{self, Folding};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many programs there are of each style, each as it comes and simplified.
const PROGRAMS: usize = 40;

/// What is counted of some functions.
#[derive(Default)]
struct Costs {
    functions: usize,
    instructions: usize,
    lines: usize,
    digest: u32,
}

impl Costs {
    fn add(&mut self, function: &Function) {
        let text = function.to_string();
        function.body.for_each_instruction(&mut |_| self.instructions += 1);
        self.add_text(&text);
    }

    fn add_text(&mut self, text: &str) {
        self.functions += 1;
        self.lines += text.lines().count();
        // FNV-1a.
        let step = |digest: u32, byte: u8| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        self.digest = text.bytes().fold(self.digest, step);
    }
}

/// The rows of a table, by pass and output.
#[derive(Default)]
struct Table(BTreeMap<(usize, &'static str, &'static str), Costs>);

impl Table {
    fn row(&mut self, position: usize, pass: &'static str, output: &'static str) -> &mut Costs {
        self.0.entry((position, pass, output)).or_default()
    }

    fn stage(&mut self, position: usize, stage: &Stage) {
        for (output, function) in stage.named_functions() {
            self.row(position, stage.pass, output).add(function);
        }
    }

    fn derived(&mut self, derived: &Derived) {
        let after = derived.stages.len() + 1;
        for (position, stage) in derived.stages.iter().enumerate() {
            self.stage(position + 1, stage);
        }
        derived.lanes.iter().for_each(|stage| self.stage(after, stage));
        derived.chunks.iter().for_each(|stage| self.stage(after + 1, stage));
        let last = derived.stages.last().map(Stage::named_functions).unwrap_or_default();
        for (output, function) in last {
            if !output.ends_with("sweep") {
                self.emitted(after + 2, output, function);
            }
        }
    }

    fn emitted(&mut self, position: usize, output: &'static str, function: &Function) {
        let text = emit::function(function, &Header::new("random")).to_string();
        self.row(position, "emit", output).add_text(&text.replace(';', ";\n"));
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{:26} {:13} functions instructions  lines   digest\n",
            "after the pass", "output"
        );
        for ((_, pass, output), costs) in &self.0 {
            let Costs { functions, instructions, lines, digest } = costs;
            let _ = writeln!(
                text,
                "{pass:26} {output:13} {functions:9} {instructions:12} {lines:6} {digest:08x}"
            );
        }
        text
    }
}

fn table(style: Style, mut seed: u64) -> String {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 32) as u32
    };
    let mut table = Table::default();
    for _ in 0..PROGRAMS {
        let choices: Vec<_> = (0..next() % 300).map(|_| next()).collect();
        let program = program(style, &choices);
        let mut simplified = program.main().clone();
        simplify::simplify(&mut simplified);
        table.row(0, "simplify", "value").add(&simplified);
        table.emitted(9, "value", &simplified);
        for function in [program.main().clone(), simplified] {
            let passes = Passes::default();
            for strategy in
                [Strategy::default(), Strategy { checkpoint: true, ..Strategy::default() }]
            {
                let by = By { strategy, folding: Folding::Rounded, passes: &passes };
                match by.derived(std::slice::from_ref(&function)) {
                    Ok(Ok(derived)) => table.derived(&derived),
                    Ok(Err(refusal)) => table.row(1, "reverse", "refused").add_text(&refusal),
                    Err(failure) => panic!("{failure}"),
                }
            }
        }
    }
    table.text()
}

macro_rules! styles {
    ($($name:ident: $style:expr, $seed:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let path = concat!("../../../tests/corpus/costs/ir/", stringify!($name), ".txt");
                expect_test::expect_file![path].assert_eq(&table($style, $seed));
            }
        )*
    };
}

styles! {
    tame: Style::TAME, 0x9e37_79b9_7f4a_7c15;
    wild: Style::WILD, 0xbf58_476d_1ce4_e5b9;
    exits: Style { writes: false, ..Style::TAME }, 0x94d0_49bb_1331_11eb;
    reductions: Style::REDUCTIONS, 0xd6e8_feb8_6659_fd93;
    recurrences: Style { recurrences: true, ..Style::REDUCTIONS }, 0xff51_afd7_ed55_8ccd;
    many_results: Style { many_results: true, ..Style::TAME }, 0xc4ce_b9fe_1a85_ec53;
    narrow: Style { narrow: true, ..Style::TAME }, 0x2545_f491_4f6c_dd1d;
    panics: Style { panics: true, all_operations: true, ..Style::TAME }, 0x5851_f42d_4c95_7f2d;
}

/// What functions of files are in IR, as they are lowered and simplified.
fn lowered(paths: &[&str]) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut text = String::new();
    for path in paths {
        let source = std::fs::read_to_string(root.join(path)).expect("the file is read");
        let file = files::read(&source, files::Wanted::All).expect("it consists of tokens");
        let _ = writeln!(text, "{path:50} functions instructions  lines   digest");
        for (name, lowered) in file.functions {
            let mut function = match lowered {
                Ok(function) => function,
                Err(message) => {
                    let _ = writeln!(text, "{name}: {message}");
                    continue;
                }
            };
            let mut costs = Costs::default();
            costs.add(&function);
            simplify::simplify(&mut function);
            costs.add(&function);
            let Costs { functions, instructions, lines, digest } = costs;
            let _ =
                writeln!(text, "{name:50} {functions:9} {instructions:12} {lines:6} {digest:08x}");
        }
    }
    text
}

macro_rules! files {
    ($($name:ident: $($path:literal)+;)*) => {
        $(
            #[test]
            fn $name() {
                let path = concat!("../../../tests/corpus/costs/ir/", stringify!($name), ".txt");
                expect_test::expect_file![path].assert_eq(&lowered(&[$($path),+]));
            }
        )*
    };
}

files! {
    lowered_corpus_1: "tests/corpus/functions/branches.rs" "tests/corpus/functions/calls.rs"
        "tests/corpus/functions/carried.rs" "tests/corpus/functions/closures.rs"
        "tests/corpus/functions/control_flow.rs" "tests/corpus/functions/float_methods.rs";
    lowered_corpus_2: "tests/corpus/functions/formulas.rs" "tests/corpus/functions/integers.rs"
        "tests/corpus/functions/iterators.rs" "tests/corpus/functions/landscapes.rs"
        "tests/corpus/functions/losses.rs" "tests/corpus/functions/matrices.rs";
    lowered_corpus_3: "tests/corpus/functions/misc.rs" "tests/corpus/functions/mutation.rs"
        "tests/corpus/functions/recipes.rs" "tests/corpus/functions/reductions.rs"
        "tests/corpus/functions/single.rs" "tests/corpus/functions/slices.rs" "tests/corpus/functions/tuples.rs";
    lowered_tests: "tests/tricks.rs" "tests/second.rs" "tests/nested.rs" "tests/calls.rs" "tests/modules.rs"
        "tests/unseen.rs" "tests/values.rs" "tests/edges.rs";
    lowered_types: "autodiff-compiler/tests/types/chains.rs" "autodiff-compiler/tests/types/floats.rs"
        "autodiff-compiler/tests/types/flow.rs" "autodiff-compiler/tests/types/generics.rs"
        "autodiff-compiler/tests/types/integers.rs" "autodiff-compiler/tests/types/sequences.rs"
        "autodiff-compiler/tests/types/structs.rs" "autodiff-compiler/tests/types/unseen.rs";
    lowered_problems: "tests/more_garbow_hillstrom/problems_01_07.rs"
        "tests/more_garbow_hillstrom/problems_08_14.rs" "tests/more_garbow_hillstrom/problems_15_21.rs"
        "tests/more_garbow_hillstrom/problems_22_28.rs" "tests/more_garbow_hillstrom/problems_29_35.rs";
    lowered_tests_of_lower_1: "autodiff-compiler/src/lower/tests/basics.rs" "autodiff-compiler/src/lower/tests/exits.rs" "autodiff-compiler/src/lower/tests/functions.rs";
    lowered_tests_of_lower_2: "autodiff-compiler/src/lower/tests/memory.rs" "autodiff-compiler/src/lower/tests/refusals.rs"
        "autodiff-compiler/src/lower/tests/seldom.rs" "autodiff-compiler/src/lower/tests/text.rs";
}
