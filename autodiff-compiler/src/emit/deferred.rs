//! Locals that are declared first and set later.
//!
//! rustc accepts such a local where it sees that every path to a use sets it. Early exits are codes and
//! branches in IR, so it does not see it where one branch sets the local and another one, on the other
//! value of the code, does: then the declaration sets the local to something that is never read.

use super::expressions::member;
use super::types;
use crate::ir::{Aggregate, Function, Instruction, InstructionKind, Region, Set, SlotId};
use crate::types::{FloatType, Type};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// The slots whose definition is deferred and that are not set on every path that rustc sees.
pub(super) fn unset_somewhere(function: &Function) -> Set<SlotId> {
    let mut unset = Set::new();
    let mut used = vec![];
    function.result.places(&mut used);
    let at_end: Vec<SlotId> = used.into_iter().map(|place| place.root).collect();
    region(&function.body, &at_end, &mut unset);
    unset
}

fn region(region: &Region, at_end: &[SlotId], unset: &mut Set<SlotId>) {
    for (index, instruction) in region.instructions.iter().enumerate() {
        if let InstructionKind::Define(slot, Aggregate::Deferred) = instruction.kind {
            let mut path = Path { slot, set: false, fails: false };
            path.instructions(&region.instructions[index + 1..]);
            if path.fails || (at_end.contains(&slot) && !path.set) {
                unset.insert(slot);
            }
        }
        for inner in instruction.kind.regions() {
            self::region(inner, &[], unset);
        }
    }
}

/// What rustc knows of a slot along the paths of a region.
struct Path {
    slot: SlotId,
    /// Whether every path so far sets it.
    set: bool,
    /// Whether it is used where some path has not set it.
    fails: bool,
}

impl Path {
    fn instructions(&mut self, instructions: &[Instruction]) {
        instructions.iter().for_each(|instruction| self.instruction(&instruction.kind));
    }

    fn instruction(&mut self, kind: &InstructionKind) {
        let reads = kind.reads().iter().any(|place| place.root == self.slot);
        let (mut whole, mut part) = (false, false);
        for place in kind.writes() {
            if place.root == self.slot {
                let sets = matches!(kind, InstructionKind::Assign(..)) && place.path.is_empty();
                whole |= sets;
                part |= !sets;
            }
        }
        self.fails |= !self.set && (reads || part);
        let before = self.set;
        match kind {
            InstructionKind::If { then_region, else_region, .. } => {
                self.instructions(&then_region.instructions);
                let after = std::mem::replace(&mut self.set, before);
                self.instructions(&else_region.instructions);
                self.set &= after;
            }
            other => {
                let regions = other.regions();
                let mut all = !regions.is_empty() && matches!(other, InstructionKind::Match { .. });
                for inner in regions {
                    self.set = before;
                    self.instructions(&inner.instructions);
                    all &= self.set;
                }
                // A loop may run zero times.
                self.set = before || all;
            }
        }
        self.set |= whole;
    }
}

/// Some value of a type, as an expression; `lanes`: one of the lanes that stand where the type has floats.
pub(super) fn placeholder(ty: &Type, lanes: Option<&TokenStream>) -> Option<TokenStream> {
    let placeholder = |ty: &Type| placeholder(ty, lanes);
    Some(match (ty, lanes) {
        (Type::Float(_), Some(lanes)) => lanes.clone(),
        (Type::Unit, _) => quote!(()),
        (Type::Bool, _) => quote!(false),
        (Type::Float(FloatType::F32 | FloatType::F64), _) => quote!(0.0),
        (Type::Float(FloatType::Parameter(_)), _) => {
            quote_spanned!(crate::edition::root()=> ::core::default::Default::default())
        }
        (Type::Integer(_), _) => quote!(0),
        (Type::Tuple(elements), _) => {
            let elements = elements.iter().map(placeholder).collect::<Option<Vec<_>>>()?;
            quote!((#(#elements,)*))
        }
        (Type::Array(element, length), _) => {
            let (content, length) = (placeholder(element)?, types::length(length));
            match element.is_copy() {
                true => quote!([#content; #length]),
                false => {
                    quote_spanned!(crate::edition::root()=> ::core::array::from_fn(|_| #content))
                }
            }
        }
        (Type::Vec(_), _) => quote_spanned!(crate::edition::root()=> ::std::vec::Vec::new()),
        (Type::Option(_), _) => {
            quote_spanned!(crate::edition::root()=> ::core::option::Option::None)
        }
        (Type::Struct(definition), _) if !definition.tangent => {
            let path = types::expression_path(&definition.path);
            let mut fields = vec![];
            for (name, ty) in &definition.fields {
                let (name, value) = (member(name), placeholder(ty)?);
                fields.push(quote!(#name: #value));
            }
            quote!(#path { #(#fields),* })
        }
        _ => return None,
    })
}
