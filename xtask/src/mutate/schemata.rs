//! Mutant schemata: a source text that holds all mutants at once, of which the module `mutant` chooses
//! one at run time. So a crate is compiled once for all of them.

use super::{Form, Mutant, Site};
use std::collections::BTreeSet;
use std::ops::Range;

/// A text with mutants, and where in it each is.
pub(super) struct Schemata {
    pub(super) text: String,
    /// A mutant's number and the part of the text that is there for it.
    places: Vec<(u32, Range<usize>)>,
}

impl Schemata {
    /// The mutants to give up if the compiler finds an error at this place.
    pub(super) fn at(&self, offset: usize) -> Vec<u32> {
        let around = self.places.iter().filter(|(_, range)| range.contains(&offset));
        let smallest = around.clone().map(|(_, range)| range.len()).min();
        around.filter(|(_, range)| Some(range.len()) == smallest).map(|row| row.0).collect()
    }
}

/// What is inserted at one place of the original text.
struct Insertion {
    at: usize,
    /// Closing parts come before opening ones; of several opening ones that of the largest site is
    /// first, of several closing ones that of the smallest.
    order: (bool, isize),
    parts: Vec<(Part, String)>,
}

/// What a piece of inserted text is there for.
#[derive(Clone, PartialEq)]
enum Part {
    Glue,
    /// The variant of one mutant.
    Variant(u32),
    /// The start of a site with these mutants.
    Open(Vec<u32>),
    Close,
}

/// Inserts the mutants of a file, except the given-up ones.
pub(super) fn render(
    source: &str,
    sites: &[&Site],
    mutants: &[Mutant],
    given_up: &BTreeSet<u32>,
) -> Schemata {
    let mut insertions = vec![];
    for site in sites {
        let numbers: Vec<u32> =
            site.mutants.clone().filter(|number| !given_up.contains(number)).collect();
        if numbers.is_empty() {
            continue;
        }
        let (mut before, after) = match &site.form {
            Form::Wrap { before, after, .. } => {
                let before = before.replace("NUMBER", &numbers[0].to_string());
                (vec![(Part::Glue, before)], (*after).to_string())
            }
            Form::Choice { convert, .. } => choice(source, site, mutants, &numbers, convert),
        };
        before.insert(0, (Part::Open(numbers), String::new()));
        let length = site.range.len().cast_signed();
        insertions.push(Insertion { at: site.range.start, order: (true, -length), parts: before });
        let parts = vec![(Part::Glue, after), (Part::Close, String::new())];
        insertions.push(Insertion { at: site.range.end, order: (false, length), parts });
    }
    insertions.sort_by_key(|insertion| (insertion.at, insertion.order));

    let mut schemata = Schemata { text: String::new(), places: vec![] };
    let mut open = vec![];
    let mut done = 0;
    for insertion in insertions {
        schemata.text.push_str(&source[done..insertion.at]);
        done = insertion.at;
        for (part, text) in insertion.parts {
            let start = schemata.text.len();
            schemata.text.push_str(&text);
            match part {
                Part::Glue => {}
                Part::Variant(number) => schemata.places.push((number, start..schemata.text.len())),
                Part::Open(numbers) => open.push((numbers, start)),
                Part::Close => {
                    let (numbers, from) = open.pop().unwrap_or_default();
                    let range = from..schemata.text.len();
                    schemata.places.extend(numbers.into_iter().map(|n| (n, range.clone())));
                }
            }
        }
    }
    schemata.text.push_str(&source[done..]);
    schemata
}

/// The variants of a site, and what comes after the original expression.
fn choice(
    source: &str,
    site: &Site,
    mutants: &[Mutant],
    numbers: &[u32],
    convert: &Option<&str>,
) -> (Vec<(Part, String)>, String) {
    let (wrap, unwrap) = match convert {
        Some(convert) => (format!("{convert}("), ")"),
        None => (String::new(), ""),
    };
    let mut parts = vec![(Part::Glue, "(".to_string())];
    for number in numbers {
        let Some(change) = &mutants[*number as usize - 1].change else { continue };
        let head = &source[site.range.start..change.range.start];
        let tail = &source[change.range.end..site.range.end];
        let variant = format!("{wrap}{head}{}{tail}{unwrap}", change.by);
        parts.push((Part::Glue, format!("if crate::mutant::is({number}) {{ ")));
        parts.push((Part::Variant(*number), variant));
        parts.push((Part::Glue, " } else ".to_string()));
    }
    parts.push((Part::Glue, format!("{{ {wrap}")));
    (parts, format!("{unwrap} }})"))
}
