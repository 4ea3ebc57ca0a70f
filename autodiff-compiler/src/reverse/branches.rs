//! The reverse of `if` and `match`.

use super::recompute::{Memory, PriceOfMemory};
use super::stash::{self, Branch};
use super::{Adjoints, Reverse, Scope};
use crate::ir::operations::Comparison;
use crate::ir::*;
use crate::types::{IntegerType, Type};

impl Reverse {
    /// `if`: the same condition again; each branch hands out its contributions to outer values, the
    /// other branch hands out zero.
    pub(super) fn branch(
        &mut self,
        instruction: &mut Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let seeds = self.take_results(instruction, adjoints);
        let InstructionKind::If { condition, then_region, else_region } = &mut instruction.kind
        else {
            return;
        };
        let condition = *condition;
        let mut then_reverse = self.reverse_branch(then_region, &seeds, scope);
        let mut else_reverse = self.reverse_branch(else_region, &seeds, scope);

        let results = &mut instruction.results;
        let branch = Branch { this: then_region, others: vec![else_region], bindings: &[] };
        self.hand_out(results, branch, &mut then_reverse.region, scope);
        let branch = Branch { this: else_region, others: vec![then_region], bindings: &[] };
        self.hand_out(results, branch, &mut else_reverse.region, scope);
        self.close_branches(condition, then_reverse, else_reverse, adjoints);
    }

    /// `match`: the forward sweep yields the number of the arm taken; the reverse branches on it.
    pub(super) fn matched(
        &mut self,
        instruction: &mut Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let seeds = self.take_results(instruction, adjoints);
        let InstructionKind::Match { arms, .. } = &mut instruction.kind else { return };
        let mut reversed: Vec<_> =
            arms.iter_mut().map(|arm| self.reverse_branch(&mut arm.body, &seeds, scope)).collect();
        if reversed.iter().all(ReversedRegion::is_empty) {
            return;
        }
        for (index, reversed) in reversed.iter_mut().enumerate() {
            let (before, rest) = arms.split_at_mut(index);
            let Some((this, after)) = rest.split_first_mut() else { continue };
            let bindings: Vec<_> = this.bindings.iter().map(|(_, value)| *value).collect();
            let others = before.iter_mut().chain(after).map(|arm| &mut arm.body).collect();
            let branch = Branch { this: &mut this.body, others, bindings: &bindings };
            self.hand_out(&mut instruction.results, branch, &mut reversed.region, scope);
        }
        let code = Type::EXIT_CODE;
        let taken = self.builder.function.new_value(code, Some("arm".into()), instruction.span);
        instruction.results.push(taken);
        for (index, arm) in arms.iter_mut().enumerate() {
            let number = Constant::Integer(index as i128, IntegerType::U32);
            let value = stash::constant(&mut self.builder.function, &mut arm.body, number);
            arm.body.yields.push(value);
        }
        // if arm == 1 {…}  if arm == 0 {…}: one after the other, each contributes if it was taken. From the last
        // to the first, so that what they take from the tape mirrors what the arms leave there.
        for (index, reversed) in reversed.into_iter().enumerate().rev() {
            if !reversed.is_empty() {
                let number = self.builder.exit_code(index as u32);
                let condition = self.builder.compare(Comparison::Equal, taken, number);
                self.close_branches(condition, reversed, ReversedRegion::default(), adjoints);
            }
        }
    }

    /// Lets the reverse of a branch use what is inside.
    fn hand_out(
        &mut self,
        results: &mut Vec<ValueId>,
        branch: Branch<'_>,
        reversed: &mut Region,
        scope: &Scope,
    ) {
        let mut written = scope.written_later.clone();
        written.extend(branch.this.written_roots());
        let memory = Memory { live: &scope.live, written: &written };
        let price = self.strategy.price(PriceOfMemory::First);
        let memory = self.storing.then_some((memory, price));
        let free = |value: ValueId| self.facts.is_free(value);
        stash::branch_results(&mut self.builder.function, results, branch, reversed, memory, &free);
    }

    fn reverse_branch(
        &mut self,
        forward: &mut Region,
        seeds: &[Option<ValueId>],
        scope: &Scope,
    ) -> ReversedRegion {
        self.builder.open(vec![]);
        let mut inner = Adjoints::default();
        let yields = forward.yields.clone();
        for (value, seed) in yields.iter().zip(seeds) {
            if let Some(seed) = seed {
                self.contribute(&mut inner, *value, *seed);
            }
        }
        self.region(forward, &mut inner, scope);
        let region = self.builder.close(vec![]);
        ReversedRegion { region, contributions: inner.into_ordered() }
    }

    /// Emits the reverse `if` from its two reversed branches.
    fn close_branches(
        &mut self,
        condition: ValueId,
        then_reverse: ReversedRegion,
        else_reverse: ReversedRegion,
        adjoints: &mut Adjoints,
    ) {
        if then_reverse.is_empty() && else_reverse.is_empty() {
            return;
        }
        let mut outer: Vec<ValueId> = Vec::new();
        for (value, _) in then_reverse.contributions.iter().chain(&else_reverse.contributions) {
            if !outer.contains(value) {
                outer.push(*value);
            }
        }
        let mut regions = [then_reverse, else_reverse].map(|reversed| {
            let contributions: Map<_, _> = reversed.contributions.into_iter().collect();
            let mut region = reversed.region;
            for value in &outer {
                let contribution = match contributions.get(value) {
                    Some(contribution) => *contribution,
                    None => {
                        let zero = Constant::Float(0.0, self.float_type(*value));
                        stash::constant(&mut self.builder.function, &mut region, zero)
                    }
                };
                region.yields.push(contribution);
            }
            region
        });
        let else_region = std::mem::take(&mut regions[1]);
        let then_region = std::mem::take(&mut regions[0]);
        let types = outer.iter().map(|value| Type::Float(self.float_type(*value))).collect();
        let kind = InstructionKind::If { condition, then_region, else_region };
        let results = self.builder.push(kind, types);
        for (value, contribution) in outer.into_iter().zip(results) {
            self.contribute(adjoints, value, contribution);
        }
    }
}

/// A reversed branch or arm: its instructions and what it contributes to outer values.
#[derive(Default)]
struct ReversedRegion {
    region: Region,
    contributions: Vec<(ValueId, ValueId)>,
}

impl ReversedRegion {
    fn is_empty(&self) -> bool {
        self.region.instructions.is_empty() && self.contributions.is_empty()
    }
}
