//! The reverse of `if`, `match`, loops and calls.

use super::independence::{self, Reductions};
use super::stash;
use super::{Adjoints, LoopPair, Reverse, Scope};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation};
use crate::ir::*;
use crate::types::{FloatType, IntegerType, Type};
use std::collections::HashMap;

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
        let then_reverse = self.reverse_branch(then_region, &seeds, scope);
        let else_reverse = self.reverse_branch(else_region, &seeds, scope);
        let mut reversed = [then_reverse, else_reverse];

        let function = &mut self.builder.function;
        let results = &mut instruction.results;
        let [then_reverse, else_reverse] = &mut reversed;
        stash::branch_results(
            function,
            results,
            then_region,
            &mut [else_region],
            &[],
            &mut then_reverse.region,
        );
        stash::branch_results(
            function,
            results,
            else_region,
            &mut [then_region],
            &[],
            &mut else_reverse.region,
        );
        let [then_reverse, else_reverse] = reversed;
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
            let mut others: Vec<_> =
                before.iter_mut().chain(after).map(|arm| &mut arm.body).collect();
            stash::branch_results(
                &mut self.builder.function,
                &mut instruction.results,
                &mut this.body,
                &mut others,
                &bindings,
                &mut reversed.region,
            );
        }
        let code = Type::EXIT_CODE;
        let taken = self.builder.function.new_value(code, Some("arm".into()), instruction.span);
        instruction.results.push(taken);
        for (index, arm) in arms.iter_mut().enumerate() {
            let number = Constant::Integer(index as i128, IntegerType::U32);
            let value = stash::constant(&mut self.builder.function, &mut arm.body, number);
            arm.body.yields.push(value);
        }
        // if arm == 0 {…}  if arm == 1 {…}: one after the other, each contributes if it was taken.
        for (index, reversed) in reversed.into_iter().enumerate() {
            if !reversed.is_empty() {
                let number = self.builder.exit_code(index as u32);
                let condition = self.builder.compare(Comparison::Equal, taken, number);
                self.close_branches(condition, reversed, ReversedRegion::default(), adjoints);
            }
        }
    }

    /// The adjoints of the results, by position.
    fn take_results(
        &mut self,
        instruction: &Instruction,
        adjoints: &mut Adjoints,
    ) -> Vec<Option<ValueId>> {
        instruction.results.iter().map(|result| self.taken(*result, adjoints)).collect()
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
            let contributions: HashMap<_, _> = reversed.contributions.into_iter().collect();
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

    /// `for` and `loop`.
    pub(super) fn looped(
        &mut self,
        instruction: &mut Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let seeds = self.take_results(instruction, adjoints);
        let touches_adjoints = {
            let mut found = false;
            for region in instruction.kind.regions() {
                region.for_each_instruction(&mut |inner| {
                    found |= inner.kind.writes().iter().any(|p| self.is_active_slot(p.root));
                });
            }
            found
        };
        if seeds.iter().all(Option::is_none) && !touches_adjoints {
            return;
        }
        if let InstructionKind::For(counted) = &instruction.kind
            && let Some(reductions) =
                independence::reductions(counted, |value| self.is_active(value), scope_of(scope))
        {
            let counted = counted.clone();
            self.independent(&counted, &reductions, &seeds, adjoints, scope);
        } else {
            self.recorded(instruction, &seeds, adjoints, scope);
        }
    }

    /// An independent loop: each iteration again, followed by its reverse.
    fn independent(
        &mut self,
        forward: &For,
        reductions: &Reductions,
        seeds: &[Option<ValueId>],
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let mut renaming = Renaming::default();
        let index = self.builder.function.copy_value(forward.body.parameters[0], &mut renaming);
        // Carried values are not known when an iteration runs again, nor needed.
        for parameter in &forward.body.parameters[1..] {
            self.builder.function.copy_value(*parameter, &mut renaming);
        }
        let mut rerun = self.builder.function.copy_region(&forward.body, &mut renaming);
        self.inherit_activity(&renaming);
        let placeholders = rerun.parameters.split_off(1).into_iter().map(|parameter| {
            let ty = self.builder.function.value(parameter).ty.clone();
            Instruction {
                kind: InstructionKind::Constant(Constant::Undefined(ty)),
                results: vec![parameter],
                span: self.builder.span(),
            }
        });
        rerun.instructions.splice(0..0, placeholders.collect::<Vec<_>>());

        let mut inner = Adjoints::default();
        for (value, seed) in rerun.yields.clone().iter().zip(seeds) {
            if let Some(seed) = seed {
                self.contribute(&mut inner, *value, *seed);
            }
        }
        let mut inner_scope = scope.clone();
        inner_scope.live.extend(rerun.defined_slots());
        self.builder.open(vec![]);
        self.region(&mut rerun, &mut inner, &inner_scope);
        let sweep = self.builder.close(vec![]);

        // The adjoint of a sum passes through its iterations unchanged.
        let mut passed = vec![];
        for (position, parameter) in forward.body.parameters[1..].iter().enumerate() {
            inner.take(renaming.value(*parameter));
            if let (true, Some(seed)) = (reductions.is_sum(position), seeds[position]) {
                passed.push((forward.carried[position], seed));
            }
        }
        let rerun_count = rerun.instructions.len();
        self.builder.open(vec![index]);
        for instruction in rerun.instructions.into_iter().chain(sweep.instructions) {
            self.builder.append(instruction);
        }
        let pair = LoopPair {
            forward: forward.body.parameters[0],
            reverse: index,
            rerun: rerun_count,
            renaming,
        };
        let shape =
            For { carried: vec![], exits: false, body: Region::default(), ..forward.clone() };
        self.close_accumulating(shape, inner.into_ordered(), adjoints);
        self.loops.push(pair);
        for (initial, seed) in passed {
            self.contribute(adjoints, initial, seed);
        }
    }

    /// A loop that records: the forward loop pushes what the reverse of an iteration needs, the
    /// reverse loop runs backwards and pops.
    fn recorded(
        &mut self,
        instruction: &mut Instruction,
        seeds: &[Option<ValueId>],
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        // Where the number of iterations is not known beforehand, the forward loop counts them.
        let count = match &instruction.kind {
            InstructionKind::For(For { exits: false, .. }) => None,
            _ => Some(self.count_iterations(instruction)),
        };
        let results_of_body = usize::from(matches!(instruction.kind, InstructionKind::For(_)));
        let (carried, body) = match &mut instruction.kind {
            InstructionKind::For(For { carried, body, .. })
            | InstructionKind::Loop { carried, body } => (carried.clone(), body),
            _ => return,
        };
        let parameters = body.parameters[results_of_body..].to_vec();

        // The adjoints of the carried values are carried by the reverse loop.
        let mut reverse_carried = vec![];
        for (position, parameter) in parameters.iter().enumerate() {
            let seed = seeds.get(position).copied().flatten();
            if self.is_active(*parameter) {
                let ty = self.float_type(*parameter);
                let name = self.builder.function.value(*parameter).name.clone();
                let name = name.map(|name| format!("{name}_adjoint").into());
                let value = self.builder.value(Type::Float(ty.clone()), name);
                let initial = match seed {
                    Some(seed) => seed,
                    None => self.builder.float(0.0, &ty),
                };
                reverse_carried.push((position, value, initial));
            }
        }

        let index = match &instruction.kind {
            InstructionKind::For(_) if count.is_none() => {
                let InstructionKind::For(For { body, .. }) = &instruction.kind else { return };
                let ty = self.builder.function.value(body.parameters[0]).ty.clone();
                let name = self.builder.function.value(body.parameters[0]).name.clone();
                self.builder.value(ty, name)
            }
            _ => self.builder.value(Type::USIZE, None),
        };
        let (InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. }) =
            &mut instruction.kind
        else {
            return;
        };
        let mut inner = Adjoints::default();
        self.builder.open(vec![]);
        for (position, value, _) in &reverse_carried {
            let next = body.yields[*position];
            self.contribute(&mut inner, next, *value);
        }
        let mut inner_scope = scope.clone();
        inner_scope.written_later.extend(body.written_roots());
        self.region(body, &mut inner, &inner_scope);
        let mut next_adjoints = vec![];
        for (position, _, _) in &reverse_carried {
            let parameter = parameters[*position];
            let adjoint = match inner.take(parameter) {
                Some(adjoint) => adjoint,
                None => {
                    let ty = self.float_type(parameter);
                    self.builder.float(0.0, &ty)
                }
            };
            next_adjoints.push(adjoint);
        }
        let mut reversed = self.builder.close(next_adjoints);
        let contributions = inner.into_ordered();
        // Contributions are used by the accumulation below: recording must see them.
        let known_yields = reversed.yields.len();
        reversed.yields.extend(contributions.iter().map(|(_, contribution)| *contribution));
        let index_of = match (&count, results_of_body) {
            (None, 1) => Some((body.parameters[0], index)),
            _ => None,
        };
        let stacks = stash::record_iteration(
            &mut self.builder.function,
            body,
            &mut reversed,
            index_of,
            &stash::Memory { live: &scope.live, written: &inner_scope.written_later },
        );
        self.stacks.extend(stacks);
        let contributed = reversed.yields.split_off(known_yields);
        let contributions: Vec<_> = contributions
            .iter()
            .zip(contributed)
            .map(|((value, _), contribution)| (*value, contribution))
            .collect();

        let shape = match (&instruction.kind, count) {
            (InstructionKind::For(counted), None) => For {
                reversed: !counted.reversed,
                carried: vec![],
                exits: false,
                body: Region::default(),
                ..counted.clone()
            },
            (_, count) => {
                let start = self.builder.usize(0);
                For {
                    start,
                    end: count.unwrap_or(start),
                    inclusive: false,
                    step: None,
                    reversed: false,
                    carried: vec![],
                    exits: false,
                    body: Region::default(),
                }
            }
        };
        let mut region_parameters = vec![index];
        region_parameters.extend(reverse_carried.iter().map(|(_, value, _)| *value));
        self.builder.open(region_parameters);
        for step in reversed.instructions {
            self.builder.append(step);
        }
        let initials: Vec<_> = reverse_carried.iter().map(|(_, _, initial)| *initial).collect();
        let results =
            self.close_carrying(shape, initials, reversed.yields, contributions, adjoints);
        for ((position, _, _), adjoint) in reverse_carried.iter().zip(results) {
            self.contribute(adjoints, carried[*position], adjoint);
        }
    }

    /// Adds a counter of the iterations to a loop; returns the final count.
    fn count_iterations(&mut self, instruction: &mut Instruction) -> ValueId {
        let zero = self.new_forward_constant(instruction);
        let function = &mut self.builder.function;
        let span = instruction.span;
        let name = Some("iterations".into());
        let parameter = function.new_value(Type::USIZE, name.clone(), span);
        let result = function.new_value(Type::USIZE, name, span);
        let one = function.new_value(Type::USIZE, None, span);
        let next = function.new_value(Type::USIZE, None, span);
        let (InstructionKind::For(For { carried, body, .. })
        | InstructionKind::Loop { carried, body }) = &mut instruction.kind
        else {
            return zero;
        };
        carried.push(zero);
        body.parameters.push(parameter);
        body.instructions.push(Instruction {
            kind: InstructionKind::Constant(Constant::Integer(1, IntegerType::Usize)),
            results: vec![one],
            span,
        });
        body.instructions.push(Instruction {
            kind: InstructionKind::Operation(
                operations::Operation::Integer(IntegerOperation::WrappingAdd),
                vec![parameter, one],
            ),
            results: vec![next],
            span,
        });
        body.yields.push(next);
        instruction.results.push(result);
        result
    }

    /// A zero for the start of a counter, defined at the start of the function.
    fn new_forward_constant(&mut self, instruction: &Instruction) -> ValueId {
        let zero = self.builder.function.new_value(Type::USIZE, None, instruction.span);
        self.stacks.push(Instruction {
            kind: InstructionKind::Constant(Constant::Integer(0, IntegerType::Usize)),
            results: vec![zero],
            span: instruction.span,
        });
        zero
    }

    /// Closes the open region as a loop over `start..end` that sums contributions.
    pub(super) fn close_accumulating_loop(
        &mut self,
        start: ValueId,
        end: ValueId,
        contributions: Vec<(ValueId, ValueId)>,
        adjoints: &mut Adjoints,
    ) {
        let shape = For {
            start,
            end,
            inclusive: false,
            step: None,
            reversed: false,
            carried: vec![],
            exits: false,
            body: Region::default(),
        };
        self.close_accumulating(shape, contributions, adjoints);
    }

    /// Closes the open region as a loop that sums contributions to outer values.
    fn close_accumulating(
        &mut self,
        shape: For,
        contributions: Vec<(ValueId, ValueId)>,
        adjoints: &mut Adjoints,
    ) {
        self.close_carrying(shape, vec![], vec![], contributions, adjoints);
    }

    /// Closes the open region as a loop that carries values and sums contributions to outer values;
    /// returns the final carried values. Sums start from zero and are added afterwards, so that the
    /// loop does not depend on what came before it.
    fn close_carrying(
        &mut self,
        shape: For,
        mut carried: Vec<ValueId>,
        mut yields: Vec<ValueId>,
        contributions: Vec<(ValueId, ValueId)>,
        adjoints: &mut Adjoints,
    ) -> Vec<ValueId> {
        let own = carried.len();
        let mut sums = vec![];
        for (value, contribution) in &contributions {
            let ty = self.float_type(*value);
            let name = self.builder.function.value(*value).name.clone();
            let name = name.map(|name| format!("{name}_adjoint").into());
            let sum = self.builder.value(Type::Float(ty), name);
            let next = self.builder.float_operation(FloatOperation::Add, &[sum, *contribution]);
            sums.push(sum);
            yields.push(next);
        }
        let mut body = self.builder.close(yields);
        body.parameters.extend(&sums);
        for (value, _) in &contributions {
            let ty: FloatType = self.float_type(*value);
            carried.push(self.builder.float(0.0, &ty));
        }
        let types = body
            .yields
            .iter()
            .map(|value| self.builder.function.value(*value).ty.clone())
            .collect();
        let kind = InstructionKind::For(For { carried, body, ..shape });
        let mut results = self.builder.push(kind, types);
        let totals = results.split_off(own);
        for ((value, _), total) in contributions.into_iter().zip(totals) {
            self.contribute(adjoints, value, total);
        }
        results
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

/// What a loop that runs again sees of memory.
fn scope_of(scope: &Scope) -> independence::Memory<'_> {
    independence::Memory { live: &scope.live, written_later: &scope.written_later }
}
