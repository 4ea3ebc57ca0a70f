//! Loops whose iterations run several at a time.
//!
//! The body is written as any other, by the same code; what differs from lane to lane
//! ([`crate::ir::lanes`]) is a vector of core's `simd` module, which has the operators and methods of a number,
//! so that a body reads as the scalar one does. This module writes what has another form there:
//!
//! * [`values`]: operations, comparisons to masks, and what is calculated lane by lane;
//! * [`memory`]: loads, stores and sums;
//! * [`branches`]: both sides of a branch whose condition differs run, and a mask chooses;
//! * [`groups`]: the loop over groups of iterations, and what comes of what it carries;
//! * [`callee`]: functions that such loops call.
//!
//! A function with such loops has its body in an inner function that is generic over the instruction set, and
//! chooses that when it is called.

mod branches;
pub(crate) mod callee;
mod groups;
mod memory;
mod values;

use super::Emitter;
use super::expressions::Code;
use crate::ir::lanes::{Lanes, Varying};
use crate::ir::{
    Aggregate, Call, For, Function, Instruction, InstructionKind, Map, Place, Region, Set, SlotId,
    ValueId,
};
use crate::types::{Length, Type};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::quote;
use std::rc::Rc;

/// The loop with lanes that is being written.
pub(super) struct LaneLoop {
    lanes: Rc<Lanes>,
    /// The index of the loop; a function that is called for all lanes has none.
    index: Option<ValueId>,
    /// What defines the values that are calculated lane by lane.
    definitions: Map<ValueId, Rc<InstructionKind>>,
    /// What these calculations, and places that are reached lane by lane, need. It has names from where it is
    /// defined: what is said in a closure may be said several times, and later than it was written.
    by_lane: Set<ValueId>,
    /// What carried values are of the iteration before, by what they become.
    previous: Map<ValueId, ValueId>,
    /// The lanes that got here, if not all of them did.
    mask: Option<Ident>,
}

impl LaneLoop {
    /// A body without a loop's index: that of a function which is called for all lanes.
    fn with(lanes: Rc<Lanes>, body: &Region) -> Self {
        let (mut definitions, mut by_lane) = (Map::new(), Set::new());
        body.for_each_instruction(&mut |inner| {
            for result in &inner.results {
                if let Some(Varying::ByLane | Varying::Consecutive) = lanes.varying(*result) {
                    definitions.insert(*result, Rc::new(inner.kind.clone()));
                    by_lane.insert_all(&inner.kind.operands());
                }
            }
            if let InstructionKind::Load(place)
            | InstructionKind::Store(place, _)
            | InstructionKind::AddTo(place, _) = &inner.kind
                && place.operands().any(|index| lanes.varying(index).is_some())
            {
                // Those that are calculated anew have no names.
                let anew = |index: &ValueId| definitions.contains_key(index);
                by_lane.insert_all(&place.operands().filter(|i| !anew(i)).collect::<Vec<_>>());
            }
        });
        Self { lanes, index: None, definitions, by_lane, previous: Map::new(), mask: None }
    }
}

impl<'a> Emitter<'a> {
    /// How a value differs between the lanes of the loop that is being written.
    pub(super) fn varying(&self, value: ValueId) -> Option<Varying> {
        self.lanes.as_ref().and_then(|lane_loop| lane_loop.lanes.varying(value))
    }

    /// Whether there is a content for each lane at a place.
    pub(super) fn has_lanes(&self, place: &Place) -> bool {
        match &self.lanes {
            Some(lane_loop) => lane_loop.lanes.has_lanes(place),
            None => self.lane_sums.contains(place.root),
        }
    }

    /// Whether a slot's type is not the one that it has for one lane.
    pub(super) fn is_typed_by_lanes(&self, slot: SlotId) -> bool {
        let results = self.lanes.as_ref().map(|lane_loop| &lane_loop.lanes.results);
        self.has_lanes(&Place::root(slot)) || results.is_some_and(|results| results.contains(slot))
    }

    /// The type of a list with lanes, which may be empty: that does not tell rustc what will be in it.
    pub(super) fn list_of_lanes(&self, slot: SlotId) -> Option<TokenStream> {
        let ty = &self.function.slot(slot).ty;
        let is_list = !ty.is_copy() && self.has_lanes(&Place::root(slot));
        let (lanes, number) = (self.simd_path("Lanes"), self.lane_type());
        is_list.then(|| super::types::tokens_with(ty, &quote!(#lanes<__Simd, #number>)))
    }

    /// The function that gives a tangent in each lane, if a call is one of that.
    pub(super) fn product_in_lanes(&self, call: &Call) -> Option<&'static str> {
        self.lanes.as_ref().and_then(|lane_loop| lane_loop.lanes.product(call))
    }

    /// Whether a value is needed lane by lane.
    pub(super) fn is_needed_by_lane(&self, value: ValueId) -> bool {
        self.lanes.as_ref().is_some_and(|lane_loop| lane_loop.by_lane.contains(value))
    }

    /// An instruction outside of loops with lanes that works with the sums of one; `false` if it is another.
    fn sums_instruction(&mut self, instruction: &Instruction) -> bool {
        match &instruction.kind {
            InstructionKind::Define(slot, Aggregate::ArrayRepeat(_, Length::Literal(count)))
                if self.lane_sums.contains(*slot) =>
            {
                let Type::Array(element, _) = &self.function.slot(*slot).ty else { return false };
                let (neutral, simd) = (self.simd_path("neutral"), &self.simd);
                let (number, count) =
                    (super::types::tokens(element), Literal::u64_unsuffixed(*count));
                let content = quote!([#neutral::<_, #number>(#simd); #count]);
                self.declare_slot(*slot, Some(content));
                true
            }
            InstructionKind::Load(place) if self.lane_sums.contains(place.root) => {
                let mut built = self.scalar_place(place);
                built.reads.content.insert(place.root);
                built.code = built.code.method("sum", vec![]);
                self.define(instruction.results[0], built);
                true
            }
            _ => false,
        }
    }

    /// `: T`, where a value's type is one of the user's program.
    pub(super) fn annotation(&self, value: ValueId) -> Option<super::types::Annotation<'a>> {
        match self.varying(value) {
            Some(Varying::Float | Varying::Mask) => None,
            _ => super::types::annotation(&self.function.value(value).ty),
        }
    }

    /// Writes an instruction that has another form for several lanes; `false` if it has not.
    pub(super) fn lane_instruction(&mut self, instruction: &Instruction) -> bool {
        let Some(lane_loop) = &self.lanes else { return self.sums_instruction(instruction) };
        let lanes = lane_loop.lanes.clone();
        let is_loop = lane_loop.index.is_some();
        match &instruction.kind {
            // What a function called for all lanes does once.
            InstructionKind::Store(place, _) | InstructionKind::AddTo(place, _)
                if !is_loop && !lanes.has_lanes(place) =>
            {
                false
            }
            InstructionKind::Operation(operation, arguments) => {
                match lanes.varying(instruction.results[0]) {
                    None | Some(Varying::Consecutive) => return false,
                    Some(Varying::ByLane) => {}
                    Some(Varying::Float | Varying::Mask) => {
                        self.settle(arguments);
                        let built =
                            self.lane_operation(*operation, arguments, instruction.results[0]);
                        self.define(instruction.results[0], built);
                    }
                }
                true
            }
            InstructionKind::Load(place) => match lanes.varying(instruction.results[0]) {
                Some(Varying::Float) => self.lane_load(place, instruction.results[0]),
                Some(_) => true,
                None => false,
            },
            InstructionKind::Store(place, value) => {
                self.lane_store(instruction, place, *value);
                true
            }
            InstructionKind::AddTo(place, value) => {
                self.lane_add_to(instruction, place, *value);
                true
            }
            InstructionKind::Call(call) => self.lane_call(instruction, call),
            InstructionKind::Push(place, Aggregate::Value(value)) => {
                self.record_lanes(instruction, place, *value)
            }
            InstructionKind::Pop(place) => self.recorded_lanes(place, instruction.results[0]),
            InstructionKind::If { condition, then_region, else_region }
                if lanes.varying(*condition).is_some() =>
            {
                self.masked_branches(instruction, *condition, then_region, else_region);
                true
            }
            _ => false,
        }
    }

    /// `__simd::name`: the inner function has a name for core's module.
    pub(super) fn simd_path(&self, name: &str) -> TokenStream {
        let name = super::names::identifier(name);
        quote!(__simd::#name)
    }

    /// The type of the lanes' floats.
    fn lane_type(&self) -> Ident {
        let float = self.lanes.as_ref().map(|lane_loop| lane_loop.lanes.float.name().to_string());
        super::names::identifier(float.as_deref().unwrap_or("f64"))
    }

    /// Zero in every lane.
    pub(super) fn no_lanes(&self) -> TokenStream {
        let (splat, number, simd) = (self.simd_path("splat"), self.lane_type(), &self.simd);
        quote!(#splat::<_, #number>(#simd, 0.0))
    }

    /// The token of the instruction set.
    pub(super) fn simd(&self) -> Code {
        Code::Name(self.simd.clone())
    }
}

/// The slots in which loops with lanes sum: they exist before and after their loop.
pub(super) fn sums(function: &Function) -> Set<SlotId> {
    let mut sums = Set::new();
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::For(For { lanes: Some(lanes), .. }) = &instruction.kind {
            sums.unite(&lanes.sums);
        }
    });
    sums
}

/// The body of a function with lanes: an inner function for every instruction set, and the choice of one.
pub(super) struct Dispatch<'e> {
    pub(super) crate_path: &'e TokenStream,
    pub(super) generics: &'e TokenStream,
    pub(super) where_clause: &'e TokenStream,
    pub(super) parameters: &'e [TokenStream],
    pub(super) arguments: &'e [Ident],
    pub(super) result: &'e TokenStream,
    pub(super) simd: &'e Ident,
    pub(super) body: TokenStream,
}

impl Dispatch<'_> {
    pub(super) fn tokens(self) -> TokenStream {
        let own = self.generic_parameters();
        let Self { crate_path, where_clause, parameters, arguments, result, simd, body, .. } = self;
        let inner = Ident::new("__with_lanes", Span::call_site());
        quote! {
            #[inline(always)]
            fn #inner<#own __Simd: #crate_path::__private::simd::Instructions>(
                #simd: __Simd, #(#parameters),*
            ) #result #where_clause {
                use #crate_path::__private::simd as __simd;
                #body
            }
            #crate_path::__private::dispatch!(#simd => #inner(#simd, #(#arguments),*))
        }
    }

    /// `T: Float, const N: usize,` of `<T: Float, const N: usize>`.
    fn generic_parameters(&self) -> TokenStream {
        let mut tokens: Vec<TokenTree> = self.generics.clone().into_iter().collect();
        if tokens.len() < 3 {
            return TokenStream::new();
        }
        tokens.pop();
        tokens.remove(0);
        let ends_with_comma =
            matches!(tokens.last(), Some(TokenTree::Punct(last)) if last.as_char() == ',');
        let tokens: TokenStream = tokens.into_iter().collect();
        if ends_with_comma { tokens } else { quote!(#tokens,) }
    }
}
