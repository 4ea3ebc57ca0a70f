//! Branches on a condition that differs from lane to lane: both sides run, and a mask chooses between what they
//! give. What a side writes, it writes for its lanes only.

use super::super::Emitter;
use super::super::expressions::Code;
use super::super::pending::Built;
use crate::ir::{Instruction, Region, ValueId};
use proc_macro2::{Ident, Span};
use quote::quote;

impl Emitter<'_> {
    /// Whether an instruction is a branch of which both sides run.
    pub(in super::super) fn is_masked(&self, instruction: &Instruction) -> bool {
        match &instruction.kind {
            crate::ir::InstructionKind::If { condition, .. } => self.varying(*condition).is_some(),
            _ => false,
        }
    }

    pub(super) fn masked_branches(
        &mut self,
        instruction: &Instruction,
        condition: ValueId,
        then_region: &Region,
        else_region: &Region,
    ) {
        let mask = self.mask(condition);
        self.before_branches(instruction, &[], &[]);
        let mask = self.named_mask("mask", mask.code);
        let live: Vec<bool> =
            instruction.results.iter().map(|result| self.use_count(*result) > 0).collect();
        let outer = self.lanes.as_ref().and_then(|lane_loop| lane_loop.mask.clone());
        let within = |code: Code| match &outer {
            None => code,
            Some(outer) => Code::infix("&", Code::Name(outer.clone()), code),
        };
        let taken = match &outer {
            Some(_) if writes(then_region) => {
                self.named_mask("taken", within(Code::Name(mask.clone())))
            }
            _ => mask.clone(),
        };
        let on_true = self.side(then_region, taken, &live);
        let untaken = match writes(else_region) {
            true => {
                let not = Code::Prefix("!", Box::new(Code::Name(mask.clone())));
                self.named_mask("untaken", within(not))
            }
            false => mask.clone(),
        };
        let on_false = self.side(else_region, untaken, &live);
        if let Some(lane_loop) = &mut self.lanes {
            lane_loop.mask = outer;
        }
        let results: Vec<_> =
            instruction.results.iter().zip(&live).filter(|(_, live)| **live).collect();
        for ((result, _), (a, b)) in results.into_iter().zip(on_true.into_iter().zip(on_false)) {
            let simd = self.simd();
            let mut built = Built::pure(Code::atom(quote!()));
            let (a, b) = (built.absorb(a), built.absorb(b));
            built.code = Code::Name(mask.clone()).method("choose", vec![simd, a, b]);
            self.define(*result, built);
        }
    }

    /// The instructions of one side, and what it gives.
    fn side(&mut self, region: &Region, mask: Ident, live: &[bool]) -> Vec<Built> {
        if let Some(lane_loop) = &mut self.lanes {
            lane_loop.mask = Some(mask);
        }
        region.instructions.iter().for_each(|instruction| self.instruction(instruction));
        let mut given = vec![];
        for (value, live) in region.yields.iter().zip(live) {
            if *live {
                self.flush(*value);
                given.push(self.operand(*value));
            }
        }
        given
    }

    fn named_mask(&mut self, hint: &str, code: Code) -> Ident {
        let name = self.names.fresh(hint, Span::call_site());
        self.statements.push(quote!(let #name = #code;));
        name
    }
}

fn writes(region: &Region) -> bool {
    let mut found = false;
    region.for_each_instruction(&mut |instruction| {
        instruction.kind.for_each_written(&mut |_| found = true);
    });
    found
}
