//! Macros with effects: printing prints nothing, assertions are checked where their conditions are
//! values, panics panic.

use super::execute::Frame;
use super::{Datum, Number, Real, Trap};
use crate::hir::MacroKind;
use crate::ir::{Aggregate, Argument, Effect, Piece};
use proc_macro2::TokenTree;

impl<N: Number> Frame<'_, N> {
    pub(super) fn effect(&mut self, effect: &Effect) -> Result<(), Trap> {
        let path = effect.path.to_string().replace(' ', "");
        let name = path.rsplit("::").next().unwrap_or_default();
        match effect.kind {
            MacroKind::Print => Ok(()),
            MacroKind::Panic => Err(Trap::Panic(format!("{name}!"))),
            MacroKind::Assert => {
                let conditions = conditions(&effect.pieces);
                let holds = match (name.trim_start_matches("debug_"), &conditions[..]) {
                    ("assert", [Some(condition), ..]) => self.scalar(condition)?.truth()?,
                    ("assert_eq", [Some(a), Some(b), ..]) => self.equal(a, b)?,
                    ("assert_ne", [Some(a), Some(b), ..]) => !self.equal(a, b)?,
                    // Made up: it holds.
                    _ => self.world(&format!("{name}! of tokens")).map(|_| true)?,
                };
                match holds {
                    true => Ok(()),
                    false => Err(Trap::Panic(format!("{name}!"))),
                }
            }
            MacroKind::Matches => Err(Trap::Unsupported("matches! of tokens".to_owned())),
        }
    }

    fn equal(&mut self, a: &Argument, b: &Argument) -> Result<bool, Trap> {
        fn same<N: Number>(a: &Datum<N>, b: &Datum<N>) -> Result<bool, Trap> {
            Ok(match (a, b) {
                (Datum::Float(a), Datum::Float(b)) => match (a.primal(), b.primal()) {
                    (Real::Single(a), Real::Single(b)) => a == b,
                    (a, b) => a.to_f64() == b.to_f64(),
                },
                (Datum::Integer(a), Datum::Integer(b)) => a == b,
                (Datum::Bool(a), Datum::Bool(b)) => a == b,
                (Datum::List(a), Datum::List(b)) | (Datum::Tuple(a), Datum::Tuple(b)) => {
                    let mut equal = a.len() == b.len();
                    for (a, b) in a.iter().zip(b) {
                        equal &= same(a, b)?;
                    }
                    equal
                }
                _ => return Err(Trap::Unsupported("an assertion on opaque values".to_owned())),
            })
        }
        same(&self.scalar(a)?, &self.scalar(b)?)
    }

    fn scalar(&mut self, argument: &Argument) -> Result<Datum<N>, Trap> {
        match argument {
            // Not moved: the assertion looks through a reference.
            Argument::Value(Aggregate::Place(place, _)) => self.view(place)?.copied(),
            Argument::Value(content) => self.content(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.view(place)?.copied()
            }
        }
    }
}

/// The macro's arguments, split at the commas: `Some` where one is a single hole.
fn conditions(pieces: &[Piece]) -> Vec<Option<&Argument>> {
    let mut found = Vec::new();
    // What the argument under way consists of.
    let mut holes: Vec<&Argument> = Vec::new();
    let mut other = false;
    let mut settle = |holes: &mut Vec<_>, other: &mut bool| {
        match (holes.pop(), *other, holes.is_empty()) {
            (Some(hole), false, true) => found.push(Some(hole)),
            _ => found.push(None),
        }
        holes.clear();
        *other = false;
    };
    for piece in pieces {
        match piece {
            Piece::Argument(argument) => holes.push(argument),
            Piece::Group(..) => other = true,
            Piece::Tokens(tokens) => {
                for token in tokens.clone() {
                    match token {
                        TokenTree::Punct(comma) if comma.as_char() == ',' => {
                            settle(&mut holes, &mut other);
                        }
                        _ => other = true,
                    }
                }
            }
        }
    }
    settle(&mut holes, &mut other);
    found
}
