//! Prints what became of the functions, and says whether that is good enough.

use super::list::Entry;
use super::{Fate, Function};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use std::collections::BTreeMap;

/// At least so many functions.
const FUNCTIONS: usize = 100;
/// From at least so many crates.
const CRATES: usize = 15;
/// At least so many of a hundred are accepted.
const ACCEPTED: usize = 80;

#[derive(Clone, Copy, Default)]
struct Counts {
    functions: usize,
    accepted: usize,
    refused: usize,
    rejected: usize,
    wrong: usize,
    unchecked: usize,
    conventions: usize,
}

impl Counts {
    fn of<'f>(functions: impl Iterator<Item = &'f Function>) -> Self {
        let mut counts = Self::default();
        for function in functions {
            counts.functions += 1;
            match function.fate {
                Fate::Refused(_) => counts.refused += 1,
                Fate::Rejected(_) => counts.rejected += 1,
                Fate::Wrong(_) => counts.wrong += 1,
                Fate::Unchecked(_) | Fate::Pending => counts.unchecked += 1,
                Fate::Convention(_) => counts.conventions += 1,
                Fate::Agrees(_) => counts.accepted += 1,
            }
        }
        counts
    }

    fn row(self) -> [String; 7] {
        [
            self.functions,
            self.accepted,
            self.refused,
            self.rejected,
            self.wrong,
            self.unchecked,
            self.conventions,
        ]
        .map(|count| count.to_string())
    }
}

/// Prints the counts of each crate, and every function that is not accepted with its cause.
pub(super) fn print(crates: &[Entry], functions: &[Function]) {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header([
        "crate",
        "functions",
        "accepted",
        "refused",
        "do not compile",
        "wrong",
        "not compared",
        "convention",
    ]);
    for (index, entry) in crates.iter().enumerate() {
        let counts = Counts::of(functions.iter().filter(|function| function.crate_index == index));
        let name = format!("{} {}", entry.name, entry.version);
        table.add_row([name].into_iter().chain(counts.row()));
    }
    let counts = Counts::of(functions.iter());
    table.add_row(["together".to_string()].into_iter().chain(counts.row()));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\n{table}");
    println!("\n{:.1} % accepted", percentage(counts));

    let mut causes: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for function in functions {
        let (kind, cause) = match &function.fate {
            Fate::Refused(cause) => ("refused", without_names(cause)),
            Fate::Rejected(cause) => ("does not compile", cause.clone()),
            Fate::Wrong(cause) => ("WRONG", cause.clone()),
            Fate::Unchecked(cause) => ("not compared", cause.clone()),
            Fate::Convention(reason) => ("by convention", reason.clone()),
            Fate::Pending => ("not compared", "the runner does not know it".to_string()),
            Fate::Agrees(_) => continue,
        };
        let name = &function.candidate.name;
        let place = format!("{} {} {name}", crates[function.crate_index].name, function.file);
        let place = match &function.fate {
            Fate::Refused(cause) => format!("{place}: {cause}"),
            _ => place,
        };
        causes.entry((kind, cause)).or_default().push(place);
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|((kind, _), places)| (*kind, std::cmp::Reverse(places.len())));
    for ((kind, cause), places) in causes {
        println!("\n{} {kind}: {cause}", places.len());
        for place in places {
            println!("    {place}");
        }
    }
}

/// Fails if the corpus is not what it should be.
pub(super) fn judge(crates: &[Entry], functions: &[Function]) -> Result<(), String> {
    let counts = Counts::of(functions.iter());
    let mut failures = vec![];
    let mut require = |holds: bool, otherwise: String| {
        if !holds {
            failures.push(otherwise);
        }
    };
    let crates_taken = (0..crates.len())
        .filter(|index| functions.iter().any(|function| function.crate_index == *index))
        .count();
    require(counts.functions >= FUNCTIONS, format!("fewer than {FUNCTIONS} functions"));
    require(crates_taken >= CRATES, format!("fewer than {CRATES} crates"));
    require(
        100 * counts.accepted >= ACCEPTED * counts.functions,
        format!("{:.1} % accepted, {ACCEPTED} wanted", percentage(counts)),
    );
    require(counts.wrong == 0, format!("{} wrong", counts.wrong));
    require(counts.rejected == 0, format!("{} do not compile", counts.rejected));
    require(counts.unchecked == 0, format!("{} could not be compared", counts.unchecked));
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("; ")),
    }
}

fn percentage(counts: Counts) -> f64 {
    100.0 * counts.accepted as f64 / counts.functions.max(1) as f64
}

/// A message with every name in it replaced, to count messages of one kind together.
fn without_names(message: &str) -> String {
    let parts = message.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part } else { "`…`" }).collect()
}
