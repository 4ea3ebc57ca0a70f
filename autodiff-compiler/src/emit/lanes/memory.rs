//! Memory of several lanes.

use super::super::Emitter;
use super::super::expressions::Code;
use super::super::pending::{Built, Writes};
use crate::ir::lanes::Varying;
use crate::ir::{Instruction, Place, Projection, Set, ValueId};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

/// Where the lanes of a place are.
enum Where {
    /// All at one place; in a slot with lanes, each has its own there.
    Together,
    /// In consecutive elements of an array from this index on.
    Along(Place, ValueId),
    /// Anywhere.
    Apart,
}

impl Emitter<'_> {
    fn whereabouts(&self, place: &Place) -> Where {
        let varies = |value: ValueId| self.varying(value).is_some();
        if !place.operands().any(varies) {
            return Where::Together;
        }
        let Some((Projection::Index { index, .. }, path)) = place.path.split_last() else {
            return Where::Apart;
        };
        let array = Place { root: place.root, path: path.to_vec() };
        let is_along = self.varying(*index) == Some(Varying::Consecutive)
            && !array.operands().any(varies)
            && !self.has_lanes(place);
        if is_along { Where::Along(array, *index) } else { Where::Apart }
    }

    /// Reads a float for each lane; `false` if that is written as for one.
    pub(super) fn lane_load(&mut self, place: &Place, result: ValueId) -> bool {
        let simd = self.simd();
        let mut built = match self.whereabouts(place) {
            Where::Together => return false,
            Where::Along(array, index) => {
                self.settle(&place.operands().collect::<Vec<_>>());
                let (mut built, first) = self.array_from(&array, index, false);
                let array = built.code;
                built.code = Code::call(self.simd_path("load"), vec![simd, array, first]);
                built
            }
            Where::Apart => {
                let operands: Vec<_> = place.operands().collect();
                let own = self.has_lanes(place);
                let mut built = self.closure(|emitter, lane| {
                    emitter.at_lane_with(&operands, lane, |emitter| {
                        let mut built = emitter.scalar_place(place);
                        if own {
                            let lane = Code::Name(lane.clone());
                            built.code = built.code.method("lane", vec![lane]);
                        }
                        built
                    })
                });
                built.code = Code::call(self.simd_path("from_lanes"), vec![simd, built.code]);
                built
            }
        };
        built.reads.content.insert(place.root);
        built.ordered = false;
        self.define(result, built);
        true
    }

    /// `&array` and the index of the first lane.
    fn array_from(&mut self, array: &Place, index: ValueId, mutable: bool) -> (Built, Code) {
        let mut built = self.borrow(array, mutable);
        let first = self.operand(index);
        let first = built.absorb(first);
        (built, first)
    }

    /// Overwrites a float in each lane.
    pub(super) fn lane_store(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
        let simd = self.simd();
        let mask = self.lane_mask();
        self.settle_writing(place, value);
        match self.whereabouts(place) {
            Where::Together => {
                let mut value = self.operand(value).code;
                let target = self.scalar_place(place).code;
                if let Some(mask) = mask {
                    value = mask.method("choose", vec![simd, value, target.clone()]);
                }
                self.before_writing(&Writes::of(&instruction.kind));
                self.assignment(target, value);
            }
            Where::Along(array, index) => {
                let value = self.operand(value).code;
                let (built, first) = self.array_from(&array, index, true);
                self.before_writing(&Writes::of(&instruction.kind));
                let statement = self.store_along(built.code, first, value);
                self.statement(statement);
            }
            Where::Apart => self.each_lane(instruction, place, value, "set_lane", "="),
        }
    }

    /// Adds a float in each lane.
    pub(super) fn lane_add_to(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
        let simd = self.simd();
        if let Some(next) = self.becomes(value) {
            // It is used here and carried on: it needs a name.
            self.flush(next);
        }
        self.settle_writing(place, value);
        match self.whereabouts(place) {
            Where::Together => {
                let value = self.masked_summand(value);
                let target = self.scalar_place(place).code;
                self.before_writing(&Writes::of(&instruction.kind));
                let sum = match self.has_lanes(place) {
                    true => value,
                    false => value.method("sum", vec![]),
                };
                self.assignment(target.clone(), Code::float_sum(target, sum));
            }
            Where::Along(array, index) => {
                let value = self.masked_summand(value);
                let (built, first) = self.array_from(&array, index, true);
                self.before_writing(&Writes::of(&instruction.kind));
                let arguments = vec![simd, built.code, first, value];
                self.statement(Code::call(self.simd_path("add_to"), arguments));
            }
            Where::Apart => self.each_lane(instruction, place, value, "add_to_lane", "+="),
        }
    }

    /// Writes the numbers of all lanes into the block of a stack: `store(block, i, value)`.
    pub(super) fn record_lanes(
        &mut self,
        instruction: &Instruction,
        place: &Place,
        value: ValueId,
    ) -> bool {
        let Some((block, position)) = self.block_at(place) else { return false };
        self.settle(&[value]);
        let value = self.operand(value).code;
        self.before_writing(&Writes::of(&instruction.kind));
        let statement = self.store_along(block, position, value);
        self.statement(statement);
        true
    }

    /// Overwrites consecutive elements, for the lanes that got here.
    fn store_along(&self, array: Code, first: Code, value: Code) -> Code {
        match self.lane_mask() {
            None => Code::call(self.simd_path("store"), vec![array, first, value]),
            Some(mask) => Code::call(
                self.simd_path("store_where"),
                vec![self.simd(), array, first, mask, value],
            ),
        }
    }

    /// Reads the numbers of all lanes from the block of a stack.
    pub(super) fn recorded_lanes(&mut self, place: &Place, result: ValueId) -> bool {
        let Some((block, position)) = self.block_at(place) else { return false };
        let simd = self.simd();
        let mut built =
            Built::pure(Code::call(self.simd_path("load"), vec![simd, block, position]));
        built.reads.content.insert(place.root);
        self.define(result, built);
        true
    }

    fn settle_writing(&mut self, place: &Place, value: ValueId) {
        let order: Vec<_> = std::iter::once(value).chain(place.operands()).collect();
        self.settle(&order);
        self.before_borrowing(&order, &Set::from_iter([place.root]));
    }

    /// What is added where a lane that did not get here adds nothing.
    fn masked_summand(&mut self, value: ValueId) -> Code {
        let summand = self.summand(value);
        match self.lane_mask() {
            None => summand,
            Some(mask) => {
                let (neutral, number, simd) =
                    (self.simd_path("neutral"), self.lane_type(), self.simd());
                let nothing = Code::call(quote!(#neutral::<_, #number>), vec![simd.clone()]);
                mask.method("choose", vec![simd, summand, nothing])
            }
        }
    }

    /// The number that is added in each lane.
    fn summand(&mut self, value: ValueId) -> Code {
        let own = self.operand(value).code;
        match self.becomes(value) {
            None => own,
            Some(next) => {
                let next = self.operand(next).code;
                Code::call(self.simd_path("later"), vec![own, next])
            }
        }
    }

    /// What a carried value becomes that is a number of the iteration before.
    fn becomes(&self, value: ValueId) -> Option<ValueId> {
        self.lanes.as_ref().and_then(|lane_loop| lane_loop.previous.get(&value).copied())
    }

    fn lane_mask(&self) -> Option<Code> {
        self.lanes.as_ref().and_then(|lane_loop| lane_loop.mask.clone()).map(Code::Name)
    }

    /// `for lane in 0..8 { place += value.lane(lane); }`
    fn each_lane(
        &mut self,
        instruction: &Instruction,
        place: &Place,
        value: ValueId,
        method: &'static str,
        operator: &str,
    ) {
        self.flush(value);
        let numbers = self.operand(value).code;
        let own = self.has_lanes(place);
        self.before_writing(&Writes::of(&instruction.kind));
        self.names.open();
        let lane = self.names.fresh("lane", Span::call_site());
        let operands: Vec<_> = place.operands().collect();
        let target =
            self.at_lane_with(&operands, &lane, |emitter| emitter.scalar_place(place)).code;
        let number = numbers.method("lane", vec![Code::Name(lane.clone())]);
        let statement = match own {
            true => {
                let arguments = vec![Code::Name(lane.clone()), number];
                let call = target.method(method, arguments);
                quote!(#call;)
            }
            false => {
                let operator: TokenStream = operator.parse().unwrap_or_default();
                quote!(#target #operator #number;)
            }
        };
        let statement = match self.lane_mask() {
            None => statement,
            Some(mask) => {
                let holds = mask.method("lane", vec![Code::Name(lane.clone())]);
                quote!(if #holds { #statement })
            }
        };
        self.names.close();
        let count = self.lanes.as_ref().map_or(8, |lane_loop| lane_loop.lanes.count);
        let count = Literal::usize_unsuffixed(count);
        self.statements.push(quote!(for #lane in 0..#count { #statement }));
    }
}
