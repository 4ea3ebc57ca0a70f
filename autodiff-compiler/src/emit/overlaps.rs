//! Arguments that borrow the same variable.
//!
//! Rust lets a function have two parts of one array, one of them mutably, only by `split_at_mut` or the
//! like. The IR knows them as two places in one root, so a call of them needs such a split again: where
//! one range begins at the end of the other it is written as that; otherwise an argument is passed as a
//! copy, which is written back if the callee may change it.

use super::Emitter;
use super::expressions::Code;
use super::pending::{Built, Writes};
use crate::ir::{Argument, Place, Projection, ValueId};
use crate::types::Type;
use proc_macro2::{Span, TokenStream};
use quote::quote;

impl Emitter<'_> {
    /// The arguments of a call, and what is to be written after it. `types`: those of the first ones, where they are
    /// known.
    pub(super) fn call_arguments(
        &mut self,
        arguments: &[Argument],
        types: &[Type],
        built: &mut Built,
        writes: &Writes,
    ) -> (Vec<Code>, Vec<TokenStream>) {
        let overlapping: Vec<usize> =
            (0..arguments.len()).filter(|k| overlaps(arguments, *k)).collect();
        if let [first, second] = overlapping[..]
            && let (Some(a), Some(b)) = (place(&arguments[first]), place(&arguments[second]))
        {
            for (low, high) in [(first, second), (second, first)] {
                let (below, above) = if low == first { (a, b) } else { (b, a) };
                if let Some(ranges) = adjoining(below, above) {
                    return (
                        self.split(arguments, types, [low, high], &ranges, built, writes),
                        vec![],
                    );
                }
            }
        }
        // One argument may borrow the variable itself: the last mutable one.
        let is_mutable = |k: &usize| matches!(arguments[*k], Argument::Mutable(_));
        let direct = overlapping.iter().copied().rfind(is_mutable);
        let mut codes = vec![];
        let mut after = vec![];
        for (k, argument) in arguments.iter().enumerate() {
            let copied = overlapping.contains(&k) && Some(k) != direct;
            let code = match place(argument) {
                Some(place) if copied => {
                    let mutable = is_mutable(&k);
                    let (code, back) = self.copied(place, mutable, writes);
                    after.extend(back);
                    code
                }
                _ => {
                    let argument = self.argument_of(argument, types.get(k));
                    built.absorb(argument)
                }
            };
            codes.push(code);
        }
        (codes, after)
    }

    /// `let (low, high) = base.split_at_mut(middle);` and the arguments made of that.
    fn split(
        &mut self,
        arguments: &[Argument],
        types: &[Type],
        [low, high]: [usize; 2],
        ranges: &Adjoining,
        built: &mut Built,
        writes: &Writes,
    ) -> Vec<Code> {
        let base = self.place(&ranges.base).code;
        let [start, middle, end] = ranges.bounds.map(|value| self.operand(value).code);
        self.before_writing(writes);
        let names = ["low", "high"].map(|name| self.names.fresh(name, Span::call_site()));
        let [low_name, high_name] = &names;
        let split = base.method("split_at_mut", vec![middle.clone()]).tokens();
        self.statements.push(quote!(let (#low_name, #high_name) = #split;));
        let mut codes = vec![];
        for (k, argument) in arguments.iter().enumerate() {
            let mutable = matches!(argument, Argument::Mutable(_));
            let range = |name: &proc_macro2::Ident, from: Code, to: Code| {
                let whole = Box::new(Code::Name(name.clone()));
                Code::Range(whole, Box::new(from), Box::new(to)).borrow(mutable)
            };
            codes.push(if k == low {
                range(low_name, start.clone(), middle.clone())
            } else if k == high {
                let length = Code::infix("-", end.clone(), middle.clone());
                range(high_name, Code::atom(quote!(0)), length)
            } else {
                let argument = self.argument_of(argument, types.get(k));
                built.absorb(argument)
            });
        }
        codes
    }

    /// A copy of what is at a place, as an argument, and the statement that writes it back.
    fn copied(
        &mut self,
        place: &Place,
        mutable: bool,
        writes: &Writes,
    ) -> (Code, Option<TokenStream>) {
        let slice = matches!(self.function.place_type(place), Some(Type::Slice(_) | Type::Vec(_)));
        let code = self.scalar_place(place).code;
        self.before_writing(writes);
        let name = self.names.fresh("part", Span::call_site());
        let target = code.tokens();
        let mutability = if mutable { quote!(mut) } else { quote!() };
        let back = match slice {
            true => {
                self.statements.push(quote!(let #mutability #name = #target.to_vec();));
                quote!(#target.clone_from_slice(&#name);)
            }
            false => {
                self.statements.push(quote!(let #mutability #name = #target;));
                quote!(#target = #name;)
            }
        };
        (Code::Name(name).borrow(mutable), mutable.then_some(back))
    }
}

/// Two ranges of one base, the second from the end of the first.
struct Adjoining {
    base: Place,
    /// Start of the first, where they meet, end of the second.
    bounds: [ValueId; 3],
}

fn adjoining(low: &Place, high: &Place) -> Option<Adjoining> {
    let (Projection::Range { start, end, .. }, path) = low.path.split_last()? else { return None };
    let (Projection::Range { start: from, end: to, .. }, other) = high.path.split_last()? else {
        return None;
    };
    (path == other && end == from).then(|| Adjoining {
        base: Place { root: low.root, path: path.to_vec() },
        bounds: [*start, *end, *to],
    })
}

fn place(argument: &Argument) -> Option<&Place> {
    match argument {
        Argument::Shared(place) | Argument::Mutable(place) => Some(place),
        Argument::Value(_) | Argument::Place(_) => None,
    }
}

/// Whether another argument borrows the same variable, one of them mutably.
fn overlaps(arguments: &[Argument], k: usize) -> bool {
    let Some(own) = place(&arguments[k]) else { return false };
    let mutable = |argument: &Argument| matches!(argument, Argument::Mutable(_));
    arguments.iter().enumerate().any(|(other, argument)| {
        other != k
            && place(argument).is_some_and(|place| place.root == own.root && !apart(place, own))
            && (mutable(argument) || mutable(&arguments[k]))
    })
}

/// Whether rustc sees that two places are apart: they are in different fields.
fn apart(a: &Place, b: &Place) -> bool {
    for (a, b) in a.path.iter().zip(&b.path) {
        match (a, b) {
            (Projection::Field(a), Projection::Field(b)) if a != b => return true,
            (a, b) if a != b => return false,
            _ => {}
        }
    }
    false
}
