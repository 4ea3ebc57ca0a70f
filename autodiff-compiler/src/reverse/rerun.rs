//! Loops that keep the state at iteration entry and run the body again, instead of recording what
//! happens inside.
//!
//! The state of a loop is what one iteration leaves for the next: its carried values and the memory
//! that it writes. With the state at its entry, an iteration can be run again at any time, and be
//! followed by its reverse; what it records of loops inside is gone when it is done.
//!
//! * *Every state* ([`Reverse::rerun`]): the forward loop pushes the state at each iteration's entry.
//!   That pays where the body holds loops over the whole of the memory that it changes: a few numbers
//!   an element instead of everything that is calculated from them.
//! * *Checkpoints* ([`Reverse::checkpointed`], asked for by `checkpoint`): only the state before the
//!   first iteration is kept at first; the reverse sweep runs forward from kept states to the one it
//!   needs and keeps some on the way, so that memory grows with the logarithm of the trip count
//!   (`next_checkpoint` in core has the schedule and its source).
//!
//! Both give the bits of the recording loop as long as nothing is simplified. Simplification regroups
//! products of derivative code by what is at hand in the same region, and that differs between the two: in
//! rare programs a gradient differs in its last bits. Values never do.
//!
//! Memory that is run again is a copy: the primal's keeps its content at exit.

use super::loops::{Accumulation, CarriedAdjoint};
use super::state::{Loop, State};
use super::{Adjoints, Reverse, Scope, stash};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::*;
use crate::types::Type;
use std::collections::HashSet;

impl Reverse {
    /// The memory that an iteration changes, if iterations can be run again.
    pub(super) fn rerunnable(
        &self,
        instruction: &Instruction,
        scope: &Scope,
    ) -> Option<Vec<SlotId>> {
        let (parameters, body) = Loop::body_of(instruction)?;
        let scalar = |value: &ValueId| self.builder.function.value(*value).ty.is_scalar();
        if !parameters.iter().all(scalar) {
            return None;
        }
        let mut local = HashSet::new();
        let mut moved: Vec<Place> = vec![];
        let mut possible = true;
        body.for_each_instruction(&mut |instruction| {
            local.extend(instruction.kind.defined_slot());
            // Unknown code may answer differently the second time.
            possible &= match &instruction.kind {
                InstructionKind::Opaque(opaque) => opaque.is_constant(),
                _ => true,
            };
            instruction.kind.for_each_content(&mut |content| {
                content.for_each_taken(&mut |place| moved.push(place.clone()));
            });
        });
        let mut changed: Vec<SlotId> = vec![];
        let mut read = vec![];
        body.for_each_instruction(&mut |instruction| {
            if matches!(instruction.kind, InstructionKind::Effect(_)) {
                return;
            }
            let writes = instruction.kind.writes();
            for root in writes.iter().map(|place| place.root) {
                if !local.contains(&root) && !changed.contains(&root) {
                    changed.push(root);
                }
            }
            read.extend(instruction.kind.reads().iter().map(|place| place.root));
        });
        possible &= read.iter().all(|root| {
            local.contains(root) || changed.contains(root) || scope.memory().still_holds(*root)
        });
        // Copies are filled from stacks of plain data.
        possible &= changed.iter().all(|root| {
            let ty = &self.builder.function.slot(*root).ty;
            let plain = match ty {
                Type::Slice(element) | Type::Vec(element) => element.is_copy(),
                ty => ty.is_copy(),
            };
            plain && moved.iter().all(|place| place.root != *root)
        });
        possible.then_some(changed)
    }

    /// Keeps the state at every iteration's entry. Returns what is to be done before the forward loop.
    pub(super) fn rerun(
        &mut self,
        instruction: &mut Instruction,
        changed: &[SlotId],
        seeds: &[Option<ValueId>],
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        // Before the counter is added: it is not part of the state.
        let Some(looped) = Loop::of(instruction) else { return vec![] };
        let count = match &instruction.kind {
            InstructionKind::For(For { exits: false, .. }) => None,
            _ => Some(self.count_iterations(instruction)),
        };
        let state = self.state(&looped, changed, &scope.live);
        // The forward loop pushes at the start of each iteration.
        let values = looped.parameters.clone();
        let pushes = self.push_state(&state, &values, |kept| kept.root);
        if let InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. } =
            &mut instruction.kind
        {
            body.instructions.splice(0..0, pushes);
        }
        let mut before = state.before.clone();
        if let (InstructionKind::For(counted), None) = (&instruction.kind, count) {
            before.extend(self.reserve(counted, &state.stacks));
        }
        for stack in state.all_stacks() {
            self.stacks.push(stash::definition(&self.builder.function, stack));
        }

        self.define_copies(&state);
        let (index, shape) = match (&looped.counted, count) {
            (Some(counted), None) => {
                let parameter = self.builder.function.value(looped.body.parameters[0]).clone();
                let index = self.builder.value(parameter.ty, parameter.name);
                let shape = For { reversed: !counted.reversed, ..counted.same_indices() };
                (index, shape)
            }
            (_, count) => {
                let start = self.builder.usize(0);
                (self.builder.value(Type::USIZE, None), backwards(start, count.unwrap_or(start)))
            }
        };
        let reverse_carried = self.open_reverse_loop(&looped, index, seeds);
        let values = self.load_state(&state, &looped);
        self.pop_state(&state);
        let index = match (&looped.counted, count) {
            (Some(_), None) => Some(index),
            (Some(counted), Some(_)) => Some(self.index_at(counted, index)),
            _ => None,
        };
        self.iteration_again(
            &looped,
            &state,
            &values,
            index,
            &reverse_carried,
            shape,
            adjoints,
            scope,
        );
        before
    }

    /// Keeps few states and runs forward from them. Returns what is to be done before the forward loop.
    pub(super) fn checkpointed(
        &mut self,
        instruction: &mut Instruction,
        changed: &[SlotId],
        seeds: &[Option<ValueId>],
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        // Before the counter is added: it is not part of the state.
        let Some(looped) = Loop::of(instruction) else { return vec![] };
        let count = self.count_iterations(instruction);
        let state = self.state(&looped, changed, &scope.live);
        let span = self.builder.span();
        let indices = self.builder.function.new_slot(
            Type::Vec(Box::new(Type::USIZE)),
            "checkpoints".into(),
            span,
            SlotKind::Local,
        );
        for stack in state.all_stacks().into_iter().chain([indices]) {
            self.stacks.push(stash::definition(&self.builder.function, stack));
        }
        let indices = Place::root(indices);

        // Before the forward loop: the state before its first iteration.
        self.builder.open(vec![]);
        let zero = self.builder.usize(0);
        self.push(&indices, Aggregate::Value(zero));
        let first = self.builder.close(vec![]).instructions;
        let mut before = state.before.clone();
        before.extend(first);
        before.extend(self.push_state(&state, &looped.carried, |kept| kept.root));

        self.define_copies(&state);
        let budget = self.integer_operation(IntegerOperation::CheckpointBudget, &[count]);
        let start = self.builder.usize(0);
        let wanted = self.builder.value(Type::USIZE, Some("wanted".into()));
        let shape = backwards(start, count);
        let reverse_carried = self.open_reverse_loop(&looped, wanted, seeds);
        let top = self.top(&indices);
        let kept = self.builder.load(top, Type::USIZE);
        let values = self.load_state(&state, &looped);
        let values = self.advance(&looped, &state, &indices, kept, wanted, budget, values);
        let done = self.builder.compare(Comparison::Equal, kept, wanted);
        self.builder.open(vec![]);
        self.pop_state(&state);
        self.builder.push(InstructionKind::Resize(indices, ResizeKind::Pop), vec![]);
        let then_region = self.builder.close(vec![]);
        let kind =
            InstructionKind::If { condition: done, then_region, else_region: Region::default() };
        self.builder.push(kind, vec![]);
        let index = looped.counted.as_ref().map(|counted| self.index_at(counted, wanted));
        self.iteration_again(
            &looped,
            &state,
            &values,
            index,
            &reverse_carried,
            shape,
            adjoints,
            scope,
        );
        before
    }

    /// Opens the body of the reverse loop; what it carries.
    fn open_reverse_loop(
        &mut self,
        looped: &Loop,
        index: ValueId,
        seeds: &[Option<ValueId>],
    ) -> Vec<CarriedAdjoint> {
        let carried = self.carried_adjoints(&looped.parameters, seeds);
        let mut parameters = vec![index];
        parameters.extend(carried.iter().map(|carried| carried.adjoint));
        self.builder.open(parameters);
        carried
    }

    /// Runs forward from the kept state to the wanted iteration, keeping states on the way. Returns
    /// the carried values there.
    #[allow(clippy::too_many_arguments)]
    fn advance(
        &mut self,
        looped: &Loop,
        state: &State,
        indices: &Place,
        kept: ValueId,
        wanted: ValueId,
        budget: ValueId,
        values: Vec<ValueId>,
    ) -> Vec<ValueId> {
        let code = self.builder.exit_code(0);
        let mut carried = vec![code, kept];
        carried.extend(&values);
        let parameters: Vec<_> = carried
            .iter()
            .map(|value| {
                let Value { ty, name, .. } = self.builder.function.value(*value).clone();
                self.builder.value(ty, name)
            })
            .collect();
        self.builder.open(parameters.clone());
        let from = parameters[1];
        let stored = self.builder.length(indices.clone());
        let free = self.integer_operation(IntegerOperation::SaturatingSub, &[budget, stored]);
        let next = self.integer_operation(IntegerOperation::NextCheckpoint, &[from, wanted, free]);

        // for k in from..next { body }
        let trip = self.builder.value(Type::USIZE, None);
        let mut renaming = self.copies(state);
        let mut inner = vec![trip];
        for parameter in &looped.parameters {
            inner.push(self.builder.function.copy_value(*parameter, &mut renaming));
        }
        self.builder.open(inner);
        if let Some(counted) = &looped.counted {
            let index = self.index_at(counted, trip);
            renaming.values.insert(looped.body.parameters[0], index);
        }
        let body = self.builder.function.copy_region(&looped.body, &mut renaming);
        for instruction in without_effects(body.instructions) {
            self.builder.append(instruction);
        }
        let body = self.builder.close(body.yields);
        let types: Vec<_> = parameters[2..]
            .iter()
            .map(|value| self.builder.function.value(*value).ty.clone())
            .collect();
        let forward = For { carried: parameters[2..].to_vec(), body, ..For::over(from, next) };
        let values = self.builder.push(InstructionKind::For(forward), types);

        let arrived = self.builder.compare(Comparison::Equal, next, wanted);
        self.builder.open(vec![]);
        self.push(indices, Aggregate::Value(next));
        let mut keep = self.builder.close(vec![]);
        keep.instructions.extend(self.push_state(state, &values, |kept| kept.copy));
        let kind = InstructionKind::If {
            condition: arrived,
            then_region: Region::default(),
            else_region: keep,
        };
        self.builder.push(kind, vec![]);
        let one = self.builder.exit_code(1);
        let zero = self.builder.exit_code(0);
        let code =
            self.builder.operation(Operation::Select, &[arrived, one, zero], Type::EXIT_CODE);
        let mut yields = vec![code, next];
        yields.extend(values);
        let types =
            yields.iter().map(|value| self.builder.function.value(*value).ty.clone()).collect();
        let body = self.builder.close(yields);
        let mut results = self.builder.push(InstructionKind::Loop { carried, body }, types);
        results.split_off(2)
    }

    /// Runs one iteration again and reverses it; closes the reverse loop.
    #[allow(clippy::too_many_arguments)]
    fn iteration_again(
        &mut self,
        looped: &Loop,
        state: &State,
        values: &[ValueId],
        index: Option<ValueId>,
        reverse_carried: &[CarriedAdjoint],
        shape: For,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let mut renaming = self.copies(state);
        for (parameter, value) in looped.parameters.iter().zip(values) {
            renaming.values.insert(*parameter, *value);
        }
        if let Some(index) = index {
            renaming.values.insert(looped.body.parameters[0], index);
        }
        let mut again = self.builder.function.copy_region(&looped.body, &mut renaming);
        again.instructions = without_effects(again.instructions);
        again.parameters.clear();
        self.inherit_activity(&renaming);
        for kept in &state.memory {
            if let Some(adjoint) = self.adjoint_slots.get(&kept.root).copied() {
                self.adjoint_slots.insert(kept.copy, adjoint);
            }
        }
        let mut inner = Adjoints::default();
        self.builder.open(vec![]);
        for carried in reverse_carried {
            self.contribute(&mut inner, again.yields[carried.position], carried.adjoint);
        }
        let mut inner_scope = scope.clone();
        inner_scope.live.extend(again.defined_slots());
        inner_scope.live.extend(state.memory.iter().map(|kept| kept.copy));
        let storing = std::mem::replace(&mut self.storing, false);
        self.region(&mut again, &mut inner, &inner_scope);
        self.storing = storing;
        let next: Vec<_> = reverse_carried
            .iter()
            .map(|carried| {
                let value = values[carried.position];
                inner.take(value).unwrap_or_else(|| {
                    let ty = self.float_type(value);
                    self.builder.float(0.0, &ty)
                })
            })
            .collect();
        let sweep = self.builder.close(vec![]);
        for instruction in again.instructions.into_iter().chain(sweep.instructions) {
            self.builder.append(instruction);
        }
        let accumulation = Accumulation {
            initial: reverse_carried.iter().map(|carried| carried.initial).collect(),
            next,
            contributions: inner.into_ordered(),
        };
        let results = self.close_carrying(shape, accumulation, adjoints);
        for (carried, adjoint) in reverse_carried.iter().zip(results) {
            self.contribute(adjoints, looped.carried[carried.position], adjoint);
        }
    }
}

/// `(start..end).rev()`
fn backwards(start: ValueId, end: ValueId) -> For {
    For { reversed: true, ..For::over(start, end) }
}

/// Effects happened when the iteration ran first.
fn without_effects(mut instructions: Vec<Instruction>) -> Vec<Instruction> {
    instructions.retain(|instruction| !matches!(instruction.kind, InstructionKind::Effect(_)));
    for instruction in &mut instructions {
        for region in instruction.kind.regions_mut() {
            region.instructions = without_effects(std::mem::take(&mut region.instructions));
        }
    }
    instructions
}

/// How many values must be recorded for each one of the state before running again pays.
const PAYS: usize = 2;

impl Reverse {
    /// Whether keeping the state takes far less memory than recording. It is asked of loops with loops
    /// inside over the memory that they change: both then grow with its length.
    pub(super) fn rerun_pays(&self, instruction: &Instruction, changed: &[SlotId]) -> bool {
        let Some((_, body)) = Loop::body_of(instruction) else { return false };
        let mut lengths = HashSet::new();
        let mut recorded = 0;
        for inner in &body.instructions {
            if let InstructionKind::For(counted) = &inner.kind {
                lengths.extend(self.facts.bounded_by(counted.end, body));
                recorded += self.recorded_in(&counted.body, changed);
            }
        }
        let covered = changed.iter().all(|root| {
            let ty = &self.builder.function.slot(*root).ty;
            !matches!(ty, Type::Slice(_) | Type::Vec(_)) || lengths.contains(root)
        });
        let kept = |root: &&SlotId| !self.facts.is_overwritten_first(body, **root);
        let kept = changed.iter().filter(kept).count();
        !lengths.is_empty() && covered && recorded > PAYS * kept
    }

    /// About how many values an iteration would record: operands of nonlinear operations that come
    /// from the changed memory.
    fn recorded_in(&self, body: &Region, changed: &[SlotId]) -> usize {
        let mut from_memory = HashSet::new();
        let mut needed = HashSet::new();
        body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Load(place) if changed.contains(&place.root) => {
                from_memory.extend(instruction.results.iter().copied());
            }
            InstructionKind::Operation(operation, arguments)
                if arguments.iter().any(|argument| from_memory.contains(argument)) =>
            {
                from_memory.extend(instruction.results.iter().copied());
                let active = arguments.iter().filter(|argument| self.is_active(**argument)).count();
                let linear = matches!(
                    operation,
                    Operation::Float(
                        FloatOperation::Add | FloatOperation::Sub | FloatOperation::Neg
                    )
                ) || (*operation == Operation::Float(FloatOperation::Mul)
                    && active < 2);
                if !linear && active > 0 {
                    needed.extend(arguments.iter().filter(|a| from_memory.contains(*a)).copied());
                }
            }
            _ => {}
        });
        needed.len()
    }
}
