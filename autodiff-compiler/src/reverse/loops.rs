//! The reverse of loops.

use super::extremum;
use super::independence::{self, Reductions};
use super::recompute::{Memory, PriceOfMemory};
use super::stash;
use super::{Adjoints, LoopPair, Refusal, Reverse, Scope};
use crate::ir::operations::{FloatOperation, IntegerOperation};
use crate::ir::*;
use crate::types::{FloatType, IntegerType, Type};

impl Reverse {
    /// The adjoints of the results, by position.
    pub(super) fn take_results(
        &mut self,
        instruction: &Instruction,
        adjoints: &mut Adjoints,
    ) -> Vec<Option<ValueId>> {
        instruction.results.iter().map(|result| self.taken(*result, adjoints)).collect()
    }

    /// `for` and `loop`. Returns what is to be done before the forward loop.
    pub(super) fn looped(
        &mut self,
        instruction: &mut Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
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
            return vec![];
        }
        if let InstructionKind::For(counted) = &instruction.kind
            && let Some(reductions) =
                independence::reductions(counted, |value| self.is_active(value), scope.memory())
        {
            let counted = counted.clone();
            let storing = std::mem::replace(&mut self.storing, false);
            self.independent(&counted, &reductions, &seeds, adjoints, scope);
            self.storing = storing;
            vec![]
        } else {
            let storing = std::mem::replace(&mut self.storing, true);
            let outermost = std::mem::replace(&mut self.sequential, true);
            let before = self.sequential(instruction, &seeds, !outermost, adjoints, scope);
            self.sequential = outermost;
            self.storing = storing;
            before
        }
    }

    /// A loop whose iterations depend on each other.
    fn sequential(
        &mut self,
        instruction: &mut Instruction,
        seeds: &[Option<ValueId>],
        outermost: bool,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        if outermost {
            match self.rerunnable(instruction, scope) {
                Some(changed) if self.strategy.checkpoint => {
                    return self.checkpointed(instruction, &changed, seeds, adjoints, scope);
                }
                Some(changed) if self.rerun_pays(instruction, &changed) => {
                    return self.rerun(instruction, &changed, seeds, adjoints, scope);
                }
                None if self.strategy.checkpoint => {
                    self.refusals.push(not_checkpointed(instruction));
                }
                _ => {}
            }
        }
        self.recorded(instruction, seeds, adjoints, scope)
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
        for parameter in &forward.body.parameters[1..] {
            self.builder.function.copy_value(*parameter, &mut renaming);
        }
        let mut rerun = self.builder.function.copy_region(&forward.body, &mut renaming);
        self.inherit_activity(&renaming);
        // Recurrences run again, too. Other carried values are not known then, nor needed.
        let mut recurrences = vec![];
        let mut accumulation = Accumulation::default();
        let mut placeholders = vec![];
        for (position, parameter) in rerun.parameters.split_off(1).into_iter().enumerate() {
            if reductions.is_recurrence(position) {
                recurrences.push(parameter);
                accumulation.initial.push(forward.carried[position]);
                accumulation.next.push(rerun.yields[position]);
                continue;
            }
            let ty = self.builder.function.value(parameter).ty.clone();
            placeholders.push(Instruction {
                kind: InstructionKind::Constant(Constant::Undefined(ty)),
                results: vec![parameter],
                span: self.builder.span(),
            });
        }
        rerun.instructions.splice(0..0, placeholders);

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
        self.builder.open([vec![index], recurrences].concat());
        for instruction in rerun.instructions.into_iter().chain(sweep.instructions) {
            self.builder.append(instruction);
        }
        let pair = LoopPair {
            forward: forward.body.parameters[0],
            reverse: index,
            rerun: rerun_count,
            renaming,
        };
        accumulation.contributions = inner.into_ordered();
        self.close_carrying(forward.same_indices(), accumulation, adjoints);
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
    ) -> Vec<Instruction> {
        // Where the number of iterations is not known beforehand, the forward loop counts them.
        let count = match &instruction.kind {
            InstructionKind::For(For { exits: false, .. }) => None,
            _ => Some(self.count_iterations(instruction)),
        };
        let results_of_body = usize::from(matches!(instruction.kind, InstructionKind::For(_)));
        let (carried, body) = match &mut instruction.kind {
            InstructionKind::For(For { carried, body, .. })
            | InstructionKind::Loop { carried, body } => (carried.clone(), body),
            _ => return vec![],
        };
        let parameters = body.parameters[results_of_body..].to_vec();

        let reverse_carried = self.carried_adjoints(&parameters, seeds);
        let index = match &instruction.kind {
            InstructionKind::For(_) if count.is_none() => {
                let InstructionKind::For(For { body, .. }) = &instruction.kind else {
                    return vec![];
                };
                let ty = self.builder.function.value(body.parameters[0]).ty.clone();
                let name = self.builder.function.value(body.parameters[0]).name.clone();
                self.builder.value(ty, name)
            }
            _ => self.builder.value(Type::USIZE, None),
        };
        let (InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. }) =
            &mut instruction.kind
        else {
            return vec![];
        };
        let mut inner = Adjoints::default();
        self.builder.open(vec![]);
        for carried in &reverse_carried {
            self.contribute(&mut inner, body.yields[carried.position], carried.adjoint);
        }
        let mut inner_scope = scope.clone();
        inner_scope.written_later.extend(body.written_roots());
        self.region(body, &mut inner, &inner_scope);
        let mut next_adjoints = vec![];
        for carried in &reverse_carried {
            let parameter = parameters[carried.position];
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
        if let (InstructionKind::For(counted), None) = (&instruction.kind, &count) {
            extremum::compare_with_the_last(counted, &instruction.results, &mut reversed);
        }
        let (InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. }) =
            &mut instruction.kind
        else {
            return vec![];
        };
        let contributions = inner.into_ordered();
        // Contributions are used by the accumulation below: recording must see them.
        let known_yields = reversed.yields.len();
        reversed.yields.extend(contributions.iter().map(|(_, contribution)| *contribution));
        let index_of = match (&count, results_of_body) {
            (None, 1) => Some((body.parameters[0], index)),
            _ => None,
        };
        let memory = Memory { live: &scope.live, written: &inner_scope.written_later };
        let stacks = stash::record_iteration(
            &mut self.builder.function,
            body,
            &mut reversed,
            index_of,
            (memory, self.strategy.price(PriceOfMemory::First)),
        );
        for stack in &stacks {
            self.stacks.push(stash::definition(&self.builder.function, *stack));
        }
        let contributed = reversed.yields.split_off(known_yields);
        let contributions: Vec<_> = contributions
            .iter()
            .zip(contributed)
            .map(|((value, _), contribution)| (*value, contribution))
            .collect();

        let before = match (&instruction.kind, count) {
            (InstructionKind::For(counted), None) => self.reserve(counted, &stacks),
            _ => vec![],
        };
        let shape = match (&instruction.kind, count) {
            (InstructionKind::For(counted), None) => {
                For { reversed: !counted.reversed, ..counted.same_indices() }
            }
            (_, count) => {
                let start = self.builder.usize(0);
                For::over(start, count.unwrap_or(start))
            }
        };
        let mut region_parameters = vec![index];
        region_parameters.extend(reverse_carried.iter().map(|carried| carried.adjoint));
        self.builder.open(region_parameters);
        for step in reversed.instructions {
            self.builder.append(step);
        }
        let accumulation = Accumulation {
            initial: reverse_carried.iter().map(|carried| carried.initial).collect(),
            next: reversed.yields,
            contributions,
        };
        let results = self.close_carrying(shape, accumulation, adjoints);
        for (reversed, adjoint) in reverse_carried.iter().zip(results) {
            self.contribute(adjoints, carried[reversed.position], adjoint);
        }
        before
    }

    /// The adjoints of the carried values, which the reverse loop carries.
    pub(super) fn carried_adjoints(
        &mut self,
        parameters: &[ValueId],
        seeds: &[Option<ValueId>],
    ) -> Vec<CarriedAdjoint> {
        let mut carried = vec![];
        for (position, parameter) in parameters.iter().enumerate() {
            let seed = seeds.get(position).copied().flatten();
            if self.is_active(*parameter) {
                let ty = self.float_type(*parameter);
                let name = self.builder.function.value(*parameter).name.clone();
                let name = name.map(|name| format!("{name}_adjoint").into());
                let adjoint = self.builder.value(Type::Float(ty.clone()), name);
                let initial = match seed {
                    Some(seed) => seed,
                    None => self.builder.float(0.0, &ty),
                };
                carried.push(CarriedAdjoint { position, adjoint, initial });
            }
        }
        carried
    }

    /// Where the trip count is known, stacks get their memory at once, and no more than they need.
    pub(super) fn reserve(&mut self, counted: &For, stacks: &[SlotId]) -> Vec<Instruction> {
        let For { start, end, inclusive, step, .. } = counted;
        let function = &mut self.builder.function;
        if *inclusive || step.is_some() || function.value(*start).ty != Type::USIZE {
            return vec![];
        }
        let span = self.builder.span();
        let function = &mut self.builder.function;
        let trips = function.new_value(Type::USIZE, None, span);
        let difference = operations::Operation::Integer(IntegerOperation::SaturatingSub);
        let kind = InstructionKind::Operation(difference, vec![*end, *start]);
        let mut before = vec![Instruction { kind, results: vec![trips], span }];
        for stack in stacks {
            let kind = InstructionKind::Resize(Place::root(*stack), ResizeKind::Reserve(trips));
            before.push(Instruction { kind, results: vec![], span });
        }
        if stacks.is_empty() { vec![] } else { before }
    }

    /// Adds a counter of the iterations to a loop; returns the final count.
    pub(super) fn count_iterations(&mut self, instruction: &mut Instruction) -> ValueId {
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

    /// Closes the open region as a loop that sums contributions to outer values.
    pub(super) fn close_accumulating(
        &mut self,
        shape: For,
        contributions: Vec<(ValueId, ValueId)>,
        adjoints: &mut Adjoints,
    ) {
        let accumulation = Accumulation { initial: vec![], next: vec![], contributions };
        self.close_carrying(shape, accumulation, adjoints);
    }

    /// Closes the open region as a loop that carries values and sums contributions to outer values;
    /// returns the final carried values. Sums start from zero and are added afterwards, so that the
    /// loop does not depend on what came before it.
    pub(super) fn close_carrying(
        &mut self,
        shape: For,
        accumulation: Accumulation,
        adjoints: &mut Adjoints,
    ) -> Vec<ValueId> {
        let Accumulation { initial: mut carried, next: mut yields, contributions } = accumulation;
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

/// The adjoint of a carried value, carried by the reverse loop.
pub(super) struct CarriedAdjoint {
    /// Where the value stands among the carried ones of the forward loop.
    pub(super) position: usize,
    /// The adjoint at the start of an iteration's reverse.
    pub(super) adjoint: ValueId,
    /// The adjoint of the loop's result.
    pub(super) initial: ValueId,
}

/// What a reverse loop carries and sums.
#[derive(Default)]
pub(super) struct Accumulation {
    /// Initial carried values.
    pub(super) initial: Vec<ValueId>,
    /// Their next values.
    pub(super) next: Vec<ValueId>,
    /// Outer values and what an iteration contributes to their adjoints.
    pub(super) contributions: Vec<(ValueId, ValueId)>,
}

/// Why the iterations of a loop cannot be run again.
fn not_checkpointed(instruction: &Instruction) -> Refusal {
    let mut unknown = None;
    for region in instruction.kind.regions() {
        region.for_each_instruction(&mut |inner| {
            if let InstructionKind::Opaque(opaque) = &inner.kind
                && !opaque.is_constant()
                && unknown.is_none()
            {
                unknown = Some(inner.span);
            }
        });
    }
    match unknown {
        Some(span) => Refusal {
            span,
            message: "the loop around this cannot be checkpointed: unknown code may give something \
                      else when it runs again"
                .into(),
            help: Some(
                "calculate it before the loop, or in an annotated function; or leave out `checkpoint`"
                    .into(),
            ),
        },
        None => Refusal {
            span: instruction.span,
            message: "this loop cannot be checkpointed: its iterations cannot be run again".into(),
            help: Some(
                "its state has to be numbers, arrays and flat slices or `Vec`s, and what it reads \
                 must not change after it; or leave out `checkpoint`"
                    .into(),
            ),
        },
    }
}
