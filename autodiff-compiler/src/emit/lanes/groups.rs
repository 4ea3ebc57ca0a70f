//! The loop over groups of iterations.

use super::super::Emitter;
use super::super::control::Deliver;
use super::super::expressions::Code;
use super::super::pending::{Built, Reads, Variable};
use super::LaneLoop;
use crate::ir::lanes::{Lanes, Reduction};
use crate::ir::{Constant, For, Instruction, InstructionKind, Map, ValueId};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::rc::Rc;

impl Emitter<'_> {
    /// `if __Simd::VECTORS { for i in (start..end).step_by(8) { … } }`, and what the lanes have summed. Where there
    /// are no vectors there are no groups, and rustc has nothing to translate.
    pub(in super::super) fn lane_loop(
        &mut self,
        instruction: &Instruction,
        counted: &For,
        lanes: Rc<Lanes>,
    ) {
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
        let (mut start, mut end) = (self.operand(*start).code, self.operand(*end).code);
        let recorded = self.recorded_by(counted);
        let overlaps = lanes.overlaps;
        if overlaps || !recorded.is_empty() {
            // They are said several times.
            for (hint, bound) in [("first", &mut start), ("end", &mut end)] {
                if !matches!(bound, Code::Name(_) | Code::Number { .. }) {
                    let name = self.names.fresh(hint, Span::call_site());
                    let value = std::mem::replace(bound, Code::Name(name.clone()));
                    self.statements.push(quote!(let #name: usize = #value;));
                }
            }
        }
        let count = Literal::usize_unsuffixed(lanes.count);
        let mut whole = end.clone();
        if overlaps {
            let name = self.names.fresh("whole", Span::call_site());
            let most = Literal::usize_unsuffixed(lanes.count - 1);
            let typed = (start.typed(), end.typed());
            self.statements.push(match (&start, &typed) {
                (Code::Number { digits, .. }, (_, end)) if digits == "0" => {
                    quote!(let #name: usize = #end & !#most;)
                }
                (_, (start, end)) => quote!(let #name: usize = #end - (#end - #start & #most);),
            });
            whole = Code::Name(name);
        }
        let indices = Code::range(&start, &whole, false);

        let index = body.parameters[0];
        let reductions = lanes.reductions.clone();
        let parameters = body.parameters[1..].iter().zip(&body.yields).zip(&reductions);
        let previous = parameters.filter(|(_, kind)| **kind == Reduction::Previous);
        let previous = Map::from_iter(previous.map(|((own, next), _)| (*own, *next)));
        let lane_count = lanes.count;
        let lane_loop = LaneLoop { index: Some(index), previous, ..LaneLoop::with(lanes, body) };
        let outer = self.lanes.replace(lane_loop);
        let (number, simd) = (self.lane_type(), self.simd());
        let mut sums = vec![];
        for ((parameter, reduction), first) in
            body.parameters[1..].iter().zip(&reductions).zip(&firsts)
        {
            let known = self.function.value(*parameter);
            let hint =
                known.name.as_deref().map_or("sum".to_string(), |name| format!("{name}_lanes"));
            let name = self.names.fresh(&hint, known.span.start);
            let nothing = match reduction {
                Reduction::Sum => "neutral",
                Reduction::Max | Reduction::Min => "missing",
                Reduction::Previous => "splat",
            };
            let first = (*reduction == Reduction::Previous).then(|| first.code.clone());
            let nothing = self.simd_path(nothing);
            let arguments = std::iter::once(simd.clone()).chain(first).collect();
            let nothing = Code::call(quote!(#nothing::<_, #number>), arguments);
            self.statements.push(quote!(let mut #name = #nothing;));
            let variable = Variable(self.variables.len());
            self.variables.push(name);
            self.hold_in(*parameter, variable);
            sums.push(variable);
        }
        self.names.open();
        let hint = self.function.value(index).name.clone().unwrap_or_else(|| "i".into());
        let name = self.names.fresh(&hint, self.function.value(index).span.start);
        self.hold(index, Code::Name(name.clone()));
        let blocks = self.blocks_of(recorded, &name, (&start, &end));
        let deliver: Vec<_> = sums.iter().copied().map(Deliver::Assign).collect();
        let block = self.block(body, &deliver, &[]).braced();
        self.names.close();
        let last = overlaps.then(|| self.last_group(counted, &name, (&whole, &end), &sums));
        self.lanes = outer;
        self.statements.push(quote_spanned! {crate::edition::root()=>
            if __Simd::VECTORS {
                for #name in ::core::iter::Iterator::step_by(#indices, #count) #block
                #last
            }
        });
        self.end_blocks(blocks);
        for ((result, variable), (first, position)) in
            instruction.results.iter().zip(sums).zip(firsts.into_iter().zip(0..))
        {
            let lanes = Code::Name(self.variables[variable.0].clone());
            let of_lanes = |method| lanes.clone().method(method, vec![]);
            let mut built = Built {
                code: lanes.clone(),
                reads: Reads { variables: [variable].into_iter().collect(), ..Reads::default() },
                ordered: false,
            };
            let first = built.absorb(first);
            built.code = match reductions[position] {
                Reduction::Sum if self.is_neutral(carried[position]) => of_lanes("sum"),
                Reduction::Sum => Code::float_sum(first, of_lanes("sum")),
                Reduction::Max => first.method("max", vec![of_lanes("largest")]),
                Reduction::Min => first.method("min", vec![of_lanes("smallest")]),
                Reduction::Previous => {
                    let last = Literal::usize_unsuffixed(lane_count - 1);
                    lanes.clone().method("lane", vec![Code::atom(last)])
                }
            };
            self.define(*result, built);
        }
    }

    /// The group over the last iterations, of which those before the end of whole groups have run.
    ///
    /// `if whole < end { let i = end - 8; let left = last_lanes(simd, end - whole); … }`
    fn last_group(
        &mut self,
        counted: &For,
        index: &Ident,
        (whole, end): (&Code, &Code),
        sums: &[Variable],
    ) -> TokenStream {
        let body = &counted.body;
        let (number, last_lanes, simd) =
            (self.lane_type(), self.simd_path("last_lanes"), self.simd());
        let count = self.lanes.as_ref().map_or(8, |lane_loop| lane_loop.lanes.count);
        let count = Literal::usize_unsuffixed(count);
        self.names.open();
        let left = self.names.fresh("left", Span::call_site());
        let mut saved = vec![];
        for (variable, parameter) in sums.iter().zip(&body.parameters[1..]) {
            let name = self.variables[variable.0].clone();
            let before = self.names.fresh("before", Span::call_site());
            self.hold_in(*parameter, *variable);
            saved.push((name, before));
        }
        self.hold(body.parameters[0], Code::Name(index.clone()));
        if let Some(lane_loop) = &mut self.lanes {
            lane_loop.mask = Some(left.clone());
        }
        let deliver: Vec<_> = sums.iter().copied().map(Deliver::Assign).collect();
        let block = self.block(body, &deliver, &[]).braced();
        if let Some(lane_loop) = &mut self.lanes {
            lane_loop.mask = None;
        }
        self.names.close();
        let (sums, before): (Vec<_>, Vec<_>) = saved.into_iter().unzip();
        quote! {
            if #whole < #end {
                let #index: usize = #end - #count;
                let #left = #last_lanes::<_, #number>(#simd, #end - #whole);
                #(let #before = #sums;)*
                #block
                #(#sums = #left.choose(#simd, #sums, #before);)*
            }
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
