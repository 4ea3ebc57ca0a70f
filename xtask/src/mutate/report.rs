//! What became of the mutants.

use super::explained::{Entry, Kind};
use super::run::Fate;
use super::{Mutant, Plan};
use crate::files::write;
use comfy_table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// The share of the mutants of the passes that tests must notice, in percent.
const WANTED: usize = 90;

fn entry<'l>(plan: &Plan, mutant: &Mutant, list: &'l [Entry]) -> Option<&'l Entry> {
    list.iter().find(|entry| entry.is_for(&plan.sites[mutant.site].file, mutant))
}

/// Prints all mutants.
pub(super) fn list(plan: &Plan) {
    for (index, group) in plan.groups.iter().enumerate() {
        let of_group = plan.mutants.iter().filter(|mutant| plan.sites[mutant.site].group == index);
        for mutant in of_group.clone() {
            let site = &plan.sites[mutant.site];
            println!("{}:{} {}: {}", site.file, mutant.line, site.row, mutant.what);
        }
        println!("{}: {} mutants", group.name, of_group.count());
    }
}

/// Prints a mutant that survives without an explanation.
pub(super) fn progress(plan: &Plan, number: u32, fate: &Fate, list: &[Entry]) {
    let word = match fate {
        Fate::Killed => return,
        Fate::Survived => "survived",
        Fate::NotReached => "is not reached",
    };
    let (mutant, site) = (plan.mutant(number), plan.site_of(number));
    if entry(plan, mutant, list).is_none() {
        println!("{}:{} {}: {} {word}", site.file, mutant.line, site.row, mutant.what);
    }
}

/// Prints a line for each table or pass, and writes the unexplained survivors in the form of the list,
/// for whoever explains them.
pub(super) fn print(
    plan: &Plan,
    fates: &BTreeMap<u32, Fate>,
    list: &[Entry],
    survivors_file: &Path,
) -> Result<(), String> {
    let mut table = Table::new();
    table.set_header([
        "",
        "places",
        "mutants",
        "killed",
        "survived",
        "equivalent",
        "performance",
        "not reached",
    ]);
    let mut survivors = String::new();
    for (index, group) in plan.groups.iter().enumerate() {
        let mut counts = [0; 5];
        let mut places = BTreeSet::new();
        for (number, fate) in fates.iter().filter(|row| plan.site_of(*row.0).group == index) {
            let mutant = plan.mutant(*number);
            let site = plan.site_of(*number);
            places.insert(mutant.site);
            let explanation = entry(plan, mutant, list).map(|entry| entry.kind);
            counts[match (fate, explanation) {
                (Fate::Killed, _) => 0,
                (_, Some(Kind::Equivalent)) => 2,
                (_, Some(Kind::Performance)) => 3,
                (Fate::Survived, None) => 1,
                (Fate::NotReached, None) => 4,
            }] += 1;
            if *fate == Fate::Killed || explanation.is_some() {
                continue;
            }
            writeln!(
                survivors,
                "[[mutant]]\nfile = {:?}\nline = {:?}\nmutation = {:?}\nkind = \"\"\nreason = \"\"\n",
                site.file, mutant.line_text, mutant.what
            )
            .map_err(|error| error.to_string())?;
        }
        let cells = [places.len(), counts.iter().sum()].into_iter().chain(counts);
        let name = std::iter::once(group.name.to_string());
        table.add_row(name.chain(cells.map(|cell| cell.to_string())));
    }
    println!("{table}");
    write(survivors_file, &survivors)
}

/// Whether the tests notice what they should: every row of a table, nine of ten branches of a pass, and
/// what they do not notice is explained.
pub(super) fn judge(
    plan: &Plan,
    fates: &BTreeMap<u32, Fate>,
    list: &[Entry],
    passes: bool,
) -> Result<(), String> {
    let killed = fates.values().filter(|fate| **fate == Fate::Killed).count();
    println!("{killed} of {} killed", fates.len());
    let survives = |(number, fate): &(&u32, &Fate)| {
        **fate != Fate::Killed && entry(plan, plan.mutant(**number), list).is_none()
    };
    let open = fates.iter().filter(survives).count();
    if open > 0 {
        return Err(format!("{open} mutants survive without an explanation"));
    }
    // An entry may stand for several mutants of a line: one of them has to survive.
    for entry in list {
        let mut of_entry = fates.iter().filter(|(number, _)| {
            entry.is_for(&plan.site_of(**number).file, plan.mutant(**number))
        });
        if of_entry.clone().next().is_some() && of_entry.all(|(_, fate)| *fate == Fate::Killed) {
            return Err(format!("is killed, and needs no explanation: {entry:?}"));
        }
    }
    if passes && killed * 100 < WANTED * fates.len() {
        return Err(format!("fewer than {WANTED} % are killed"));
    }
    Ok(())
}
