//! Reverse mode: from the IR of a function to the IR of its gradient.
//!
//! The result has the primal's parameters, then for each active parameter a `&mut` parameter that
//! receives its gradient; it returns what the primal returns. The body is the forward sweep (the
//! primal's instructions, in order, with every panic and effect) followed by the reverse sweep.
//!
//! How each construct is reversed:
//!
//! * *Straight code.* SSA values stay visible, so partial derivatives use them directly. Memory needs
//!   no undo: what the reverse sweep needs are loaded values and indices, which are SSA values.
//! * *`if`.* The reverse sweep branches on the same condition. What it needs from inside a branch
//!   becomes an additional result of the forward `if` ([`stash`]).
//! * *Independent loops* ([`independence`]): the reverse sweep runs the iterations again, each
//!   followed by its own reverse; nothing is stored. [`crate::schedule`] fuses this with the forward
//!   loop where the cotangents are known by then.
//! * *Other loops.* The forward loop records on stacks what the reverse of an iteration needs and
//!   cannot compute again ([`recompute`]); the reverse loop runs the iterations backwards and pops. Or
//!   the state at iteration entry is kept, and the body runs again ([`rerun`]).
//! * *Calls.* The callee's gradient at the same arguments, or its forward and reverse sweep
//!   ([`calls`], [`split`]).
//! * *Memory.* An active slot has an adjoint slot of the tangent type. A load adds to it, a store
//!   takes from it and leaves zero, a swap swaps.
//!
//! Assumes verified IR in which [`support::check`] found nothing to refuse. Guarantees: instructions
//! of the forward sweep keep their order; nothing in the reverse sweep panics that did not panic
//! forward; a branch or iteration that was not run contributes nothing.

mod branches;
mod calls;
mod content;
mod escape;
pub(crate) mod extremum;
mod facts;

pub(crate) mod independence;
mod keep;
mod loops;
mod memory;
mod moves;
mod nested;
pub(crate) mod recompute;
mod rerun;
mod shape;
pub mod split;
mod stash;
mod state;
pub mod support;
pub mod tape;
#[cfg(test)]
mod tests;
mod unpack;

use crate::activity::Activity;
use crate::derivatives;
use crate::diagnostics::SourceSpan;
use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::{FloatType, Type};
use facts::Facts;
use recompute::{Memory, PriceOfMemory};
use std::collections::HashSet;
use std::rc::Rc;

/// The gradient function and what scheduling wants to know about it.
#[derive(Clone, Debug)]
pub struct Reversed {
    /// The gradient function.
    pub function: Function,
    /// Forward and reverse loops of the same source loop.
    pub loops: Vec<LoopPair>,
    /// What could not be differentiated: the function is not to be used if there is anything.
    pub refusals: Vec<Refusal>,
    /// Values below this index are the primal's.
    pub first_derivative_value: ValueId,
}

/// An independent loop, forward, and the loop that runs it again with its reverse.
#[derive(Clone, Debug)]
pub struct LoopPair {
    /// The index of the forward loop.
    pub forward: ValueId,
    /// The index of the reverse loop.
    pub reverse: ValueId,
    /// How many instructions at the start of the reverse loop's body are the rerun iteration.
    pub rerun: usize,
    /// From the names of the forward body to those of the rerun one.
    pub renaming: Renaming,
}

/// Differentiates a function whose activity is given.
pub fn reverse(primal: &Function, activity: &Activity) -> Reversed {
    reverse_with(primal, activity, Strategy::default())
}

/// Differentiates a function whose activity is given, with the user's choices.
pub fn reverse_with(primal: &Function, activity: &Activity, strategy: Strategy) -> Reversed {
    let first_derivative_value = ValueId(primal.values.len() as u32);
    let (primal, refusals) = moves::with_takes(primal, activity);
    let primal = &primal;
    let mut reverse = Reverse::new(primal, activity);
    reverse.refusals = refusals;
    reverse.strategy = strategy;
    reverse.facts = Facts::of(primal, true);
    let gradients = reverse.gradient_parameters(primal);
    let mut forward = primal.body.clone();

    reverse.builder.open(vec![]);
    reverse.start_gradients(&gradients, &primal.body);
    reverse.start_passive_parameters(primal);
    let mut adjoints = Adjoints::default();
    let mut live: HashSet<SlotId> = primal
        .parameters
        .iter()
        .filter_map(|parameter| match parameter.binding {
            ParameterBinding::Slot(slot) => Some(slot),
            ParameterBinding::Value(_) => None,
        })
        .collect();
    live.extend(forward.defined_slots());
    let scope = Scope { live, written_later: HashSet::new() };
    reverse.define_local_adjoints(&mut forward, &Aggregate::Unit, &scope);
    reverse.seed_loss(&primal.result, &primal.result_type, &mut adjoints);
    reverse.instructions(&mut forward, &mut adjoints, &scope);
    reverse.finish_gradients(&gradients, &mut adjoints);
    let sweep = reverse.builder.close(vec![]);

    for instruction in std::mem::take(&mut reverse.stacks) {
        reverse.builder.append(instruction);
    }
    for instruction in forward.instructions.into_iter().chain(sweep.instructions) {
        reverse.builder.append(instruction);
    }
    Reversed {
        function: reverse.builder.finish(),
        loops: reverse.loops,
        refusals: reverse.refusals,
        first_derivative_value,
    }
}

/// The state of the pass.
struct Reverse {
    /// Which values need an adjoint; copies of loop bodies extend it.
    active: Vec<bool>,
    /// Which slots need an adjoint.
    active_slots: Vec<bool>,
    builder: Builder,
    /// From a slot to the slot of its adjoint.
    adjoint_slots: Map<SlotId, SlotId>,
    /// Definitions of the stacks, for the start of the body.
    stacks: Vec<Instruction>,
    loops: Vec<LoopPair>,
    /// Whether what the reverse uses from inside a branch would be stored: the branch is in a loop
    /// that records, or in a function whose reverse runs later.
    storing: bool,
    /// Whether a loop around has iterations that depend on each other.
    sequential: bool,
    facts: Facts,
    strategy: Strategy,
    refusals: Vec<Refusal>,
}

/// What the user chose about store and recompute.
#[derive(Clone, Copy, Debug)]
pub struct Strategy {
    /// Outermost sequential loops keep few states and run again from those.
    pub checkpoint: bool,
    /// What costs less to compute again than to store is. If not, everything is stored: for verification.
    pub recompute: bool,
}

impl Default for Strategy {
    fn default() -> Self {
        Self { checkpoint: false, recompute: true }
    }
}

impl Strategy {
    /// The price of memory, where it has one.
    fn price(self, price: PriceOfMemory) -> PriceOfMemory {
        if self.recompute { price } else { PriceOfMemory::Nothing }
    }
}

/// Something that turned out not to be differentiable on the way.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where.
    pub span: SourceSpan,
    /// Why.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// What the reverse of a region may assume about memory.
#[derive(Clone, Debug)]
struct Scope {
    /// Slots whose names are visible where the reverse of this region stands.
    live: HashSet<SlotId>,
    /// Roots that the forward sweep changes after this region (or in other iterations of it): by the
    /// time the reverse of this region runs, their content is not what the region saw.
    written_later: HashSet<SlotId>,
}

impl Scope {
    fn memory(&self) -> Memory<'_> {
        Memory { live: &self.live, written: &self.written_later }
    }
}

/// Adjoints of values so far.
#[derive(Clone, Debug, Default)]
struct Adjoints {
    of: Map<ValueId, ValueId>,
    /// In the order of first contribution, so that output is stable.
    order: Vec<ValueId>,
}

impl Adjoints {
    fn set(&mut self, value: ValueId, adjoint: ValueId) {
        if self.of.insert(value, adjoint).is_none() {
            self.order.push(value);
        }
    }

    /// The adjoint of a value whose definition is reversed now: it is complete, and ends.
    fn take(&mut self, value: ValueId) -> Option<ValueId> {
        let adjoint = self.of.remove(&value)?;
        self.order.retain(|other| *other != value);
        Some(adjoint)
    }

    /// What is left after a region: contributions to values defined outside.
    fn into_ordered(mut self) -> Vec<(ValueId, ValueId)> {
        self.order.iter().filter_map(|value| Some((*value, self.of.remove(value)?))).collect()
    }
}

/// An active parameter and where its gradient goes.
struct GradientParameter {
    primal: ParameterBinding,
    gradient: SlotId,
    ty: Type,
}

impl Reverse {
    fn new(primal: &Function, activity: &Activity) -> Self {
        let span = primal.span();
        let values = 0..primal.values.len() as u32;
        let slots = 0..primal.slots.len() as u32;
        Self {
            active: values.map(|value| activity.is_active(ValueId(value))).collect(),
            active_slots: slots.map(|slot| activity.is_active_slot(SlotId(slot))).collect(),
            builder: Builder::new(Function { body: Region::default(), ..primal.clone() }, span),
            adjoint_slots: Map::new(),
            stacks: Vec::new(),
            loops: Vec::new(),
            storing: false,
            sequential: false,
            facts: Facts::default(),
            strategy: Strategy::default(),
            refusals: Vec::new(),
        }
    }

    fn is_active(&self, value: ValueId) -> bool {
        self.active.get(value.0 as usize).copied().unwrap_or(false)
    }

    fn is_active_slot(&self, slot: SlotId) -> bool {
        self.active_slots.get(slot.0 as usize).copied().unwrap_or(false)
    }

    /// Copies keep the activity of what they copy.
    fn inherit_activity(&mut self, renaming: &Renaming) {
        self.active.resize(self.builder.function.values.len(), false);
        for (old, new) in renaming.values.iter() {
            self.active[new.0 as usize] = self.is_active(old);
        }
        self.facts.inherit(renaming);
        self.active_slots.resize(self.builder.function.slots.len(), false);
        for (old, new) in renaming.slots.iter() {
            self.active_slots[new.0 as usize] = self.is_active_slot(old);
        }
    }

    /// The float type of a value.
    fn float_type(&self, value: ValueId) -> FloatType {
        match &self.builder.function.value(value).ty {
            Type::Float(ty) => ty.clone(),
            // Only floats are active.
            _ => FloatType::F64,
        }
    }

    /// `adjoint(value) += contribution`.
    fn contribute(&mut self, adjoints: &mut Adjoints, value: ValueId, contribution: ValueId) {
        if !self.is_active(value) {
            return;
        }
        let sum = match adjoints.of.get(&value) {
            Some(adjoint) => {
                self.builder.float_operation(FloatOperation::Add, &[*adjoint, contribution])
            }
            None => contribution,
        };
        adjoints.set(value, sum);
    }

    /// What is returned is differentiated: its float has the adjoint one.
    fn seed_loss(&mut self, result: &Aggregate, ty: &Type, adjoints: &mut Adjoints) {
        match (result, ty) {
            (Aggregate::Value(value), Type::Float(float)) => {
                let one = self.builder.float(1.0, float);
                self.contribute(adjoints, *value, one);
            }
            (Aggregate::Place(place, _), Type::Float(float)) => {
                if let Some(place) = self.adjoint_place(place) {
                    let one = self.builder.float(1.0, float);
                    self.builder.push(InstructionKind::AddTo(place, one), vec![]);
                }
            }
            (Aggregate::Tuple(parts), Type::Tuple(types)) => {
                self.seed_loss(&parts[0], &types[0], adjoints);
            }
            (Aggregate::Place(place, transfer), Type::Tuple(types)) => {
                let float = place.project(Projection::Field("0".into()));
                self.seed_loss(&Aggregate::Place(float, *transfer), &types[0], adjoints);
            }
            _ => {}
        }
    }

    /// Gives the complete adjoint of a named value a name, for readable output.
    fn name_adjoint(&mut self, value: ValueId, adjoint: ValueId) {
        if let Some(name) = self.builder.function.value(value).name.clone() {
            let known = &mut self.builder.function.values[adjoint.0 as usize];
            if known.name.is_none() {
                known.name = Some(format!("{name}_adjoint").into());
            }
        }
    }

    /// Appends the reverse of a region to the region open in the builder. The region's instructions
    /// may gain results, yields and pushes, so that the reverse can use what happened inside.
    fn region(&mut self, forward: &mut Region, adjoints: &mut Adjoints, scope: &Scope) {
        self.define_local_adjoints(forward, &Aggregate::Unit, scope);
        self.instructions(forward, adjoints, scope);
    }

    /// The same when the adjoints of the region's slots exist.
    fn instructions(&mut self, forward: &mut Region, adjoints: &mut Adjoints, scope: &Scope) {
        let mut scope = scope.clone();
        for index in (0..forward.instructions.len()).rev() {
            let written = forward.instructions[index].written_roots();
            self.builder.at(forward.instructions[index].span);
            let (past, rest) = forward.instructions.split_at_mut(index);
            let before = self.instruction(&mut rest[0], past, adjoints, &scope);
            forward.instructions.splice(index..index, before);
            scope.written_later.extend(written);
        }
    }

    /// Appends the reverse of an instruction. `past`: what happened before it in its region. Returns what
    /// the forward sweep is to do just before it.
    fn instruction(
        &mut self,
        instruction: &mut Instruction,
        past: &[Instruction],
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        match &instruction.kind {
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            // Only derivative code has them.
            | InstructionKind::AddTo(..)
            | InstructionKind::Pop(_)
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => {}
            InstructionKind::Operation(operation, arguments) => {
                if let Some(adjoint) = self.taken(instruction.results[0], adjoints) {
                    self.operation(*operation, arguments, instruction.results[0], adjoint, adjoints);
                }
            }
            InstructionKind::Load(place) => {
                if let Some(adjoint) = self.taken(instruction.results[0], adjoints)
                    && let Some(place) = self.adjoint_place(place)
                {
                    self.builder.push(InstructionKind::AddTo(place, adjoint), vec![]);
                }
            }
            InstructionKind::Define(slot, Aggregate::Deferred) => {
                // Its length may be asked for before it is set, and where it is never set.
                let slot = *slot;
                let is_list = matches!(self.builder.function.slot(slot).ty, Type::Vec(_));
                if is_list && self.is_active_slot(slot) {
                    instruction.kind = InstructionKind::Define(slot, Aggregate::Vec(vec![]));
                }
            }
            InstructionKind::Store(..)
            | InstructionKind::Fill(..)
            | InstructionKind::Define(..)
            | InstructionKind::Assign(..)
            | InstructionKind::Push(..)
            | InstructionKind::Resize(..)
            | InstructionKind::Swap(..) => {
                let (mut before, old_shape) = self.record_shape(instruction, past);
                before.extend(self.restart_what_is_lost(instruction));
                self.memory(&instruction.kind, old_shape, adjoints);
                return before;
            }
            InstructionKind::Opaque(_) | InstructionKind::Effect(_) => {
                return self.restart_what_is_lost(instruction);
            }
            InstructionKind::Call(_) => return self.call(instruction, adjoints, scope),
            InstructionKind::If { .. } => self.branch(instruction, adjoints, scope),
            InstructionKind::Match { .. } => self.matched(instruction, adjoints, scope),
            InstructionKind::For(_) | InstructionKind::Loop { .. } => {
                return self.looped(instruction, adjoints, scope);
            }
        }
        vec![]
    }

    /// The complete adjoint of a result, if it is active and anything depends on it.
    fn taken(&mut self, result: ValueId, adjoints: &mut Adjoints) -> Option<ValueId> {
        let adjoint = adjoints.take(result).filter(|_| self.is_active(result))?;
        self.name_adjoint(result, adjoint);
        Some(adjoint)
    }

    /// `adjoint(argument_i) += adjoint(output) * d output / d argument_i`.
    fn operation(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        output: ValueId,
        adjoint: ValueId,
        adjoints: &mut Adjoints,
    ) {
        let wanted: Vec<bool> = arguments.iter().map(|value| self.is_active(*value)).collect();
        let contributions =
            derivatives::vjp(operation, arguments, output, adjoint, &wanted, &mut self.builder);
        for (argument, contribution) in arguments.iter().zip(contributions) {
            if let Some(contribution) = contribution {
                self.contribute(adjoints, *argument, contribution);
            }
        }
    }

    /// Adds a `&mut` parameter for the gradient of each active parameter.
    fn gradient_parameters(&mut self, primal: &Function) -> Vec<GradientParameter> {
        let function = &mut self.builder.function;
        let mut gradients = Vec::new();
        for parameter in primal.parameters.iter().filter(|parameter| parameter.active) {
            let name: Rc<str> = buffer_name(&primal.parameters, &primal.outside, parameter).into();
            let tangent = parameter.ty.tangent();
            // Buffers of dynamic length are passed as slices.
            let content = tangent.clone().as_slice();
            let gradient =
                function.new_slot(content.clone(), name.clone(), parameter.span, SlotKind::Mutable);
            function.parameters.push(Parameter {
                name,
                ty: Type::Reference { mutable: true, to: Box::new(content) },
                binding: ParameterBinding::Slot(gradient),
                active: false,
                span: parameter.span,
            });
            gradients.push(GradientParameter { primal: parameter.binding, gradient, ty: tangent });
        }
        gradients
    }

    /// At the start of the reverse sweep: gradients of dynamic length are zeroed and accumulated in
    /// place, others are accumulated in a local, which the optimizer keeps in registers.
    fn start_gradients(&mut self, gradients: &[GradientParameter], body: &Region) {
        for parameter in gradients {
            let ParameterBinding::Slot(primal) = parameter.primal else { continue };
            let dynamic = matches!(parameter.ty, Type::Vec(_));
            if dynamic && shape::is_reshaped(&self.builder.function, body, primal) {
                // Its adjoint is resized backwards; at the end it has the length of the gradient.
                let root = Place::root(primal);
                let zeros = match moves::moved_out(body, primal) {
                    true => Aggregate::Vec(vec![]),
                    false => self.builder.zeros(&parameter.ty, Some(&root)),
                };
                self.define_adjoint(primal, parameter.ty.clone(), zeros);
            } else if dynamic {
                self.builder.fill_with_zeros(&Place::root(parameter.gradient), &parameter.ty);
                self.adjoint_slots.insert(primal, parameter.gradient);
            } else {
                let zeros = self.builder.zeros(&parameter.ty, Some(&Place::root(primal)));
                self.define_adjoint(primal, parameter.ty.clone(), zeros);
            }
        }
    }

    /// A parameter that is passive at entry can hold what depends on active ones later.
    fn start_passive_parameters(&mut self, primal: &Function) {
        for parameter in primal.parameters.iter().filter(|parameter| !parameter.active) {
            let ParameterBinding::Slot(slot) = parameter.binding else { continue };
            if self.is_active_slot(slot) && !self.adjoint_slots.contains_key(&slot) {
                let name = format!("{}_adjoint", parameter.name).into();
                let root = Place::root(slot);
                let resized = shape::is_reshaped(&self.builder.function, &primal.body, slot);
                let ty = parameter.ty.tangent();
                // What is set as a whole, or taken, is a `Vec` of its own.
                let adjoint = match resized {
                    true if moves::moved_out(&primal.body, slot) => {
                        self.builder.define(ty, name, Aggregate::Vec(vec![]))
                    }
                    true => {
                        let zeros = self.builder.zeros(&ty, Some(&root));
                        self.builder.define(ty, name, zeros)
                    }
                    false => self.temporary(&ty, name, Some(&root), None),
                };
                self.adjoint_slots.insert(slot, adjoint);
            }
        }
    }

    /// At the end of the reverse sweep: writes gradients that were accumulated elsewhere.
    fn finish_gradients(&mut self, gradients: &[GradientParameter], adjoints: &mut Adjoints) {
        for parameter in gradients {
            let target = Place::root(parameter.gradient);
            match parameter.primal {
                ParameterBinding::Value(value) => {
                    let adjoint = match adjoints.take(value) {
                        Some(adjoint) => {
                            self.name_adjoint(value, adjoint);
                            adjoint
                        }
                        None => {
                            let ty = self.float_type(value);
                            self.builder.float(0.0, &ty)
                        }
                    };
                    self.builder.store(target, adjoint);
                }
                ParameterBinding::Slot(primal) => {
                    let adjoint = self.adjoint_slots[&primal];
                    if adjoint == parameter.gradient {
                        continue;
                    }
                    if let Type::Float(_) = parameter.ty {
                        let value = self.builder.load(Place::root(adjoint), parameter.ty.clone());
                        self.builder.store(target, value);
                    } else {
                        let transfer = match &parameter.ty {
                            ty if ty.is_copy() => Transfer::Copy,
                            // Into the caller's slice.
                            Type::Vec(element) if element.is_copy() => Transfer::Copy,
                            Type::Vec(_) => Transfer::Clone,
                            _ => Transfer::Move,
                        };
                        let content = Aggregate::Place(Place::root(adjoint), transfer);
                        self.builder.push(InstructionKind::Assign(target, content), vec![]);
                    }
                }
            }
        }
    }

    /// A local slot for the adjoint of a slot.
    fn define_adjoint(&mut self, primal: SlotId, ty: Type, content: Aggregate) -> SlotId {
        let name: Rc<str> = format!("{}_adjoint", self.builder.function.slot(primal).name).into();
        let slot = self.builder.define(ty, name, content);
        self.adjoint_slots.insert(primal, slot);
        slot
    }
}

/// The name of the buffer that receives the gradient with respect to a parameter.
pub(crate) fn buffer_name(
    parameters: &[Parameter],
    outside: &[String],
    parameter: &Parameter,
) -> String {
    name_beside(parameters, outside, &format!("{}_gradient", parameter.name))
}

/// The parameter of these whose gradient a buffer receives.
pub(crate) fn owner_of_buffer<'p>(
    own: &'p [Parameter],
    outside: &[String],
    buffer: &Parameter,
) -> Option<&'p Parameter> {
    own.iter().find(|parameter| *buffer.name == *buffer_name(own, outside, parameter))
}
