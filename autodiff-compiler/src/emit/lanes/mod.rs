//! Loops whose iterations run several at a time.
//!
//! The body is written as any other, by the same code; what differs from lane to lane
//! ([`crate::ir::lanes`]) is a vector of core's `simd` module, which has the operators and methods of a number,
//! so that a body reads as the scalar one does. This module writes what has another form there:
//!
//! * [`values`]: operations, comparisons to masks, and what is calculated lane by lane;
//! * [`memory`]: loads, stores and sums;
//! * [`branches`]: both sides of a branch whose condition differs run, and a mask chooses.
//!
//! A function with such loops has its body in an inner function that is generic over the instruction set, and
//! chooses that when it is called.

mod branches;
mod memory;
mod values;

use super::expressions::Code;
use super::pending::{Built, Reads, Variable};
use super::{Emitter, control::Deliver};
use crate::ir::lanes::{Lanes, Reduction, Varying};
use crate::ir::{
    Aggregate, Constant, For, Function, Instruction, InstructionKind, Map, Set, SlotId, ValueId,
};
use crate::types::{Length, Type};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::rc::Rc;

/// The loop with lanes that is being written.
pub(super) struct LaneLoop {
    lanes: Rc<Lanes>,
    /// The index of the loop.
    index: ValueId,
    /// What defines the values that are calculated lane by lane.
    definitions: Map<ValueId, Rc<InstructionKind>>,
    /// What these calculations, and places that are reached lane by lane, need. It has names from where it is
    /// defined: what is said in a closure may be said several times, and later than it was written.
    by_lane: Set<ValueId>,
    /// The lanes that got here, if not all of them did.
    mask: Option<Ident>,
}

impl<'a> Emitter<'a> {
    /// How a value differs between the lanes of the loop that is being written.
    pub(super) fn varying(&self, value: ValueId) -> Option<Varying> {
        self.lanes.as_ref().and_then(|lane_loop| lane_loop.lanes.varying(value))
    }

    /// Whether a slot has a content for each lane.
    pub(super) fn has_lanes(&self, slot: SlotId) -> bool {
        match &self.lanes {
            Some(lane_loop) => lane_loop.lanes.has_lanes(slot),
            None => self.lane_sums.contains(slot),
        }
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
        match &instruction.kind {
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

    /// The token of the instruction set.
    pub(super) fn simd(&self) -> Code {
        Code::Name(self.simd.clone())
    }

    /// `if __Simd::VECTORS { for i in (start..end).step_by(8) { … } }`, and what the lanes have summed. Where there
    /// are no vectors there are no groups, and rustc has nothing to translate.
    pub(super) fn lane_loop(&mut self, instruction: &Instruction, counted: &For, lanes: Rc<Lanes>) {
        let For { start, end, carried, body, .. } = counted;
        self.before_loop(instruction, carried, &[*start, *end]);
        let inside = self.values_read_inside(instruction);
        for value in self.pending.due(&|value, _| inside.contains(value)) {
            self.flush(value);
        }
        let order: Vec<_> = carried.iter().copied().chain([*start, *end]).collect();
        self.settle(&order);
        let mut firsts = vec![];
        for first in carried {
            firsts.push(self.operand(*first));
        }
        let (start, end) = (self.operand(*start).code, self.operand(*end).code);
        let indices = Code::range(&start, &end, false);
        let count = Literal::usize_unsuffixed(lanes.count);

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
        let index = body.parameters[0];
        let reductions = lanes.reductions.clone();
        let outer = self.lanes.replace(LaneLoop { lanes, index, definitions, by_lane, mask: None });
        let (number, simd) = (self.lane_type(), self.simd());
        let mut sums = vec![];
        for (parameter, reduction) in body.parameters[1..].iter().zip(&reductions) {
            let known = self.function.value(*parameter);
            let hint =
                known.name.as_deref().map_or("sum".to_string(), |name| format!("{name}_lanes"));
            let name = self.names.fresh(&hint, known.span.start);
            let neutral = self.simd_path(match reduction {
                Reduction::Sum => "neutral",
                Reduction::Max | Reduction::Min => "missing",
            });
            self.statements.push(quote!(let mut #name = #neutral::<_, #number>(#simd);));
            let variable = Variable(self.variables.len());
            self.variables.push(name);
            self.hold_in(*parameter, variable);
            sums.push(variable);
        }
        self.names.open();
        let hint = self.function.value(index).name.clone().unwrap_or_else(|| "i".into());
        let name = self.names.fresh(&hint, self.function.value(index).span.start);
        self.hold(index, Code::Name(name.clone()));
        let deliver: Vec<_> = sums.iter().copied().map(Deliver::Assign).collect();
        let block = self.block(body, &deliver, &[]).braced();
        self.names.close();
        self.lanes = outer;
        self.statements.push(quote_spanned! {crate::edition::root()=>
            if __Simd::VECTORS {
                for #name in ::core::iter::Iterator::step_by(#indices, #count) #block
            }
        });
        for ((result, variable), (first, position)) in
            instruction.results.iter().zip(sums).zip(firsts.into_iter().zip(0..))
        {
            let of_lanes = match reductions[position] {
                Reduction::Sum => "sum",
                Reduction::Max => "largest",
                Reduction::Min => "smallest",
            };
            let sum = Code::Name(self.variables[variable.0].clone()).method(of_lanes, vec![]);
            let mut built = Built {
                code: sum.clone(),
                reads: Reads { variables: [variable].into_iter().collect(), ..Reads::default() },
                ordered: false,
            };
            match reductions[position] {
                Reduction::Sum if self.is_neutral(carried[position]) => {}
                Reduction::Sum => {
                    let first = built.absorb(first);
                    built.code = Code::float_sum(first, sum);
                }
                Reduction::Max | Reduction::Min => {
                    let first = built.absorb(first);
                    let name = if reductions[position] == Reduction::Max { "max" } else { "min" };
                    built.code = first.method(name, vec![sum]);
                }
            }
            self.define(*result, built);
        }
    }

    /// Whether adding the value changes nothing.
    fn is_neutral(&self, value: ValueId) -> bool {
        let mut neutral = false;
        self.function.body.for_each_instruction(&mut |instruction| {
            if let InstructionKind::Constant(Constant::Float(constant, _)) = &instruction.kind
                && instruction.results == [value]
            {
                neutral = *constant == 0.0 && constant.is_sign_negative();
            }
        });
        neutral
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
