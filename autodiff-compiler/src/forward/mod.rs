//! Forward mode: from the IR of a function to the IR of its derivatives along directions.
//!
//! The Jacobian-vector product ([`forward`]) has the primal's parameters, then for each active parameter
//! one for its tangent: a number or array by value, a slice or `Vec` as slice; behind `&mut` the tangent at
//! entry goes in and that at exit comes out. It returns the primal's result with its tangent, as a pair, if
//! that holds floats. [`begin`] makes the same code for other [`Seeds`]: directions that do not come out
//! again, or several at once, the unit vectors; what becomes of the tangents of the result is then for the
//! caller.
//!
//! * *Values.* An active value has a tangent in each direction, computed just after it by the derivative
//!   table; what many directions have in common is calculated once ([`preaccumulate`]).
//! * *Memory.* An active slot has a tangent slot of the tangent type; what happens to the slot happens
//!   to its tangent slot, at the same indices: stores store tangents, swaps swap, `push` pushes. So the
//!   lengths agree at every point.
//! * *Control flow.* Branches yield, and loops carry, the tangents beside the values.
//! * *Calls.* The callee's Jacobian-vector product at the same arguments ([`calls`]), in one direction.
//!
//! Derivative code may be differentiated again: what it keeps on stacks has its tangents on stacks beside
//! them.
//!
//! Assumes verified IR in which [`crate::reverse::support::check`] found nothing to refuse. Guarantees:
//! the primal's instructions stay, in order, with every panic and effect; tangent code does not panic
//! where the primal did not; a branch or iteration that was not run contributes nothing.

mod calls;
mod content;
mod parameters;
mod preaccumulate;
#[cfg(test)]
mod tests;

pub use calls::missing;
pub use parameters::{Seeds, takes_tangent, tangent_parameter};

use crate::activity::Activity;
use crate::derivatives;
use crate::ir::builder::Builder;
use crate::ir::operations::Operation;
use crate::ir::*;
use crate::reverse::Refusal;
use crate::types::{FloatType, Type};
use preaccumulate::Preaccumulation;
use std::rc::Rc;

/// The Jacobian-vector product of a function, and why it is not to be used, if there is anything.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// The function.
    pub function: Function,
    /// What could not be differentiated.
    pub refusals: Vec<Refusal>,
}

/// The Jacobian-vector product of a function whose activity is given. What is behind `&mut` is an output:
/// see [`crate::reverse::split::with_active_outputs`].
pub fn forward(primal: &Function, activity: &Activity) -> Forwarded {
    begin(primal, activity, Seeds::Tangents).finish_with_tangent(primal)
}

/// The function with its tangents, up to its end: the caller goes on with [`Forward::builder`].
pub fn begin<'a>(primal: &Function, activity: &'a Activity, seeds: Seeds<'_>) -> Forward<'a> {
    begin_with(primal, activity, seeds, Map::new())
}

/// The same with slots that exist already for the tangents of some slots.
pub fn begin_with<'a>(
    primal: &Function,
    activity: &'a Activity,
    seeds: Seeds<'_>,
    chosen: Map<SlotId, SlotId>,
) -> Forward<'a> {
    let span = primal.span();
    let builder = Builder::new(Function { body: Region::default(), ..primal.clone() }, span);
    let tangents: Vec<_> =
        seeds.activities(primal, activity).into_iter().map(Tangents::new).collect();
    let preaccumulation = Preaccumulation::of(primal, tangents.len());
    let mut forward = Forward {
        activity,
        builder,
        tangents,
        chosen,
        preaccumulation,
        direction: 0,
        refusals: vec![],
    };
    forward.parameters(primal, seeds);
    forward.instructions(&primal.body);
    forward
}

/// The state of the pass.
pub struct Forward<'a> {
    /// In all directions together.
    activity: &'a Activity,
    /// The function so far.
    pub builder: Builder,
    /// By direction.
    tangents: Vec<Tangents>,
    /// Slots that were made beforehand for the tangents of others.
    chosen: Map<SlotId, SlotId>,
    /// Formulas whose partial derivatives are calculated once for all directions.
    preaccumulation: Preaccumulation,
    /// The direction whose tangents are computed now.
    direction: usize,
    /// What could not be differentiated.
    pub refusals: Vec<Refusal>,
}

/// The tangents in one direction.
struct Tangents {
    /// What varies in this direction.
    activity: Rc<Activity>,
    /// Of active values; those that are missing are zero.
    values: Map<ValueId, ValueId>,
    slots: Map<SlotId, SlotId>,
    /// Parameters whose content is that at entry yet, and the position of the one float in it that varies, if
    /// there is one.
    units: Map<SlotId, Option<u64>>,
}

impl Tangents {
    fn new(activity: Rc<Activity>) -> Self {
        Self { activity, values: Map::new(), slots: Map::new(), units: Map::new() }
    }
}

impl Forward<'_> {
    /// The tangent of a value in the one direction that there is.
    pub fn tangent_of(&mut self, value: ValueId) -> ValueId {
        self.tangent(value)
    }

    /// The same, if it is not known to be zero.
    pub fn known_tangent_of(&self, value: ValueId) -> Option<ValueId> {
        self.known(value)
    }

    /// Ends a function in one direction: it returns what the primal does, with its tangent, as a pair, if that
    /// holds floats.
    pub fn finish_with_tangent(mut self, primal: &Function) -> Forwarded {
        if primal.result_type.holds_floats() {
            let mut tangent = self.tangents_of_result(primal).remove(0);
            let mut takes = false;
            primal.result.for_each_taken(&mut |_| takes = true);
            if takes {
                tangent = self.zeros_before(tangent, &primal.result_type.tangent());
            }
            let function = &mut self.builder.function;
            function.result = Aggregate::Tuple(vec![primal.result.clone(), tangent]);
            function.result_type =
                Type::Tuple(vec![primal.result_type.clone(), primal.result_type.tangent()]);
        }
        Forwarded { function: self.builder.finish(), refusals: self.refusals }
    }

    /// The tangents of the result, by direction.
    pub fn tangents_of_result(&mut self, primal: &Function) -> Vec<Aggregate> {
        self.in_each_direction(|forward| forward.content(&primal.result, &primal.result_type))
    }

    /// The tangents of what is behind a parameter at exit, by direction; `None` if they are zeros.
    pub fn tangents_at_exit(&mut self, slot: SlotId) -> Vec<Option<Place>> {
        self.in_each_direction(|forward| forward.tangent_place(&Place::root(slot)))
    }

    /// Does the same in each direction, in order.
    fn in_each_direction<T>(&mut self, mut step: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let directions = 0..self.tangents.len();
        directions
            .map(|direction| {
                self.direction = direction;
                step(self)
            })
            .collect()
    }

    /// A local slot for the tangent of a slot.
    fn define_tangent(&mut self, primal: SlotId, content: Aggregate) {
        let Slot { name, ty, .. } = self.builder.function.slot(primal).clone();
        let name: Rc<str> = format!("{name}_tangent").into();
        let slot = match self.chosen.get(&primal) {
            Some(chosen) => {
                let chosen = *chosen;
                self.builder.push(InstructionKind::Define(chosen, content), vec![]);
                chosen
            }
            None => self.builder.define(ty.tangent(), name, content),
        };
        self.set_slot(primal, slot);
    }

    fn set_slot(&mut self, primal: SlotId, tangent: SlotId) {
        self.tangents[self.direction].slots.insert(primal, tangent);
    }

    /// The tangent of a value, if it has one.
    fn known(&self, value: ValueId) -> Option<ValueId> {
        self.tangents[self.direction].values.get(&value).copied()
    }

    fn instructions(&mut self, region: &Region) {
        self.plan_formulas(region);
        for instruction in &region.instructions {
            self.builder.at(instruction.span);
            // What a loop changes it has changed when it runs again.
            if self.tangents.iter().any(|tangents| tangents.units.iter().next().is_some()) {
                instruction.kind.regions().into_iter().for_each(|inner| {
                    inner.written_roots().into_iter().for_each(|root| self.forget_unit(root));
                });
            }
            self.instruction(instruction);
            instruction.kind.for_each_written_root(&mut |root| self.forget_unit(root));
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let results = &instruction.results;
        match &instruction.kind {
            InstructionKind::Operation(operation, arguments) => {
                self.builder.append(instruction.clone());
                if self.in_formula(*operation, arguments, results[0]) {
                    return;
                }
                self.in_each_direction(|forward| {
                    if forward.is_active(results[0]) {
                        forward.operation(*operation, arguments, results[0]);
                    }
                });
            }
            InstructionKind::Load(place) => {
                self.builder.append(instruction.clone());
                self.in_each_direction(|forward| {
                    if forward.is_active(results[0]) {
                        forward.loaded(place, results[0]);
                    }
                });
            }
            // The tangent was pushed first.
            InstructionKind::Pop(place) => {
                self.builder.append(instruction.clone());
                self.in_each_direction(|forward| forward.popped(place, results[0]));
            }
            InstructionKind::Store(..)
            | InstructionKind::Fill(..)
            | InstructionKind::AddTo(..)
            | InstructionKind::Swap(..) => {
                self.builder.append(instruction.clone());
                self.in_each_direction(|forward| forward.written(&instruction.kind));
            }
            // What is moved is gone afterwards: the tangent goes first.
            InstructionKind::Define(..)
            | InstructionKind::Assign(..)
            | InstructionKind::Push(..)
            | InstructionKind::Resize(..) => {
                self.in_each_direction(|forward| forward.made(&instruction.kind));
                self.builder.append(instruction.clone());
            }
            InstructionKind::If { condition, then_region, else_region } => {
                let active = self.active_of(results);
                let regions = [then_region, else_region].map(|region| self.branch(region, &active));
                let [then_region, else_region] = regions;
                let kind = InstructionKind::If { condition: *condition, then_region, else_region };
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::Match { scrutinee, arms } => {
                let active = self.active_of(results);
                let arms = arms.iter().map(|arm| MatchArm {
                    body: self.branch(&arm.body, &active),
                    ..arm.clone()
                });
                let kind =
                    InstructionKind::Match { scrutinee: scrutinee.clone(), arms: arms.collect() };
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::For(counted) => {
                let parameters = &counted.body.parameters[1..];
                let active = self.active_of(parameters);
                let mut carried = counted.carried.clone();
                carried.extend(self.tangents_of(&counted.carried, &active));
                let body = self.body(&counted.body, parameters, &active);
                let kind = InstructionKind::For(For { carried, body, ..counted.clone() });
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::Loop { carried, body } => {
                let active = self.active_of(&body.parameters);
                let mut all = carried.clone();
                all.extend(self.tangents_of(carried, &active));
                let body = self.body(body, &body.parameters, &active);
                let kind = InstructionKind::Loop { carried: all, body };
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::Call(call) => self.call(call, instruction),
            InstructionKind::Opaque(_) | InstructionKind::Effect(_) => {
                self.in_each_direction(|forward| {
                    for content in instruction.kind.contents() {
                        forward.empty_what_is_taken(content);
                    }
                });
                self.builder.append(instruction.clone());
                self.passive_slot(&instruction.kind);
            }
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            // Of sweeps, whose own derivative is made before they have a tape.
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => self.builder.append(instruction.clone()),
        }
    }

    /// The tangent of an operation's result.
    fn operation(&mut self, operation: Operation, arguments: &[ValueId], result: ValueId) {
        let tangents: Vec<_> = arguments.iter().map(|value| self.known(*value)).collect();
        let tangent = derivatives::jvp(operation, arguments, result, &tangents, &mut self.builder);
        self.set(result, tangent);
    }

    /// The tangent of what is loaded.
    fn loaded(&mut self, place: &Place, result: ValueId) {
        let Some(target) = self.tangent_place(place) else { return };
        let unit = self.tangents[self.direction].units.get(&place.root).copied();
        let known = match unit {
            Some(Some(one)) => self.builder.position_in(place).map(|position| position == one),
            Some(None) => Some(false),
            None => None,
        };
        let tangent = match known {
            // It does not vary in this direction.
            Some(false) => return,
            Some(true) => {
                let ty = self.float_type(result);
                self.builder.float(1.0, &ty)
            }
            None => {
                let ty = self.builder.function.value(result).ty.clone();
                self.builder.load(target, ty)
            }
        };
        self.set(result, Some(tangent));
    }

    /// The content of a root is no longer that at entry.
    fn forget_unit(&mut self, root: SlotId) {
        self.tangents.iter_mut().for_each(|tangents| {
            tangents.units.remove(&root);
        });
    }

    /// The tangent of what is taken from a stack.
    fn popped(&mut self, place: &Place, result: ValueId) {
        let Some(place) = self.tangent_place(place) else { return };
        if self.is_active(result) {
            let ty = self.builder.function.value(result).ty.clone();
            let tangent = self.builder.push(InstructionKind::Pop(place), vec![ty])[0];
            self.set(result, Some(tangent));
        } else {
            // The tangents of a stack have its length, looked at or not.
            self.builder.push(InstructionKind::Resize(place, ResizeKind::Pop), vec![]);
        }
    }

    /// The same to the tangents, after memory was written.
    fn written(&mut self, kind: &InstructionKind) {
        let kind = match kind {
            InstructionKind::Store(place, value) | InstructionKind::Fill(place, value) => {
                let Some(place) = self.tangent_place(place) else { return };
                let tangent = self.tangent(*value);
                match kind {
                    InstructionKind::Fill(..) => InstructionKind::Fill(place, tangent),
                    _ => InstructionKind::Store(place, tangent),
                }
            }
            InstructionKind::AddTo(place, value) => {
                let (Some(place), Some(tangent)) = (self.tangent_place(place), self.known(*value))
                else {
                    return;
                };
                InstructionKind::AddTo(place, tangent)
            }
            InstructionKind::Swap(a, b) => {
                let (Some(a), Some(b)) = (self.tangent_place(a), self.tangent_place(b)) else {
                    return;
                };
                InstructionKind::Swap(a, b)
            }
            _ => return,
        };
        self.builder.push(kind, vec![]);
    }

    /// The same to the tangents, before content is made.
    fn made(&mut self, kind: &InstructionKind) {
        match kind {
            InstructionKind::Define(slot, content) if self.is_active_slot(*slot) => {
                let ty = self.builder.function.slot(*slot).ty.clone();
                let content = self.content(content, &ty);
                self.define_tangent(*slot, content);
            }
            InstructionKind::Define(_, content) => self.empty_what_is_taken(content),
            InstructionKind::Assign(place, Aggregate::Place(source, _))
                if matches!(self.type_at(place), Type::Slice(_))
                    && !self.is_active_slot(source.root) =>
            {
                if let Some(target) = self.tangent_place(place) {
                    let tangent = self.type_at(place).tangent();
                    self.builder.fill_with_zeros(&target, &tangent);
                }
            }
            InstructionKind::Assign(place, content) => {
                let ty = self.type_at(place);
                if let Some((target, content)) = self.incoming(place, content, &ty) {
                    self.builder.push(InstructionKind::Assign(target, content), vec![]);
                }
            }
            InstructionKind::Push(place, content) => {
                let element = self.type_at(place).element().cloned().unwrap_or(Type::Unit);
                if let Some((target, content)) = self.incoming(place, content, &element) {
                    self.builder.push(InstructionKind::Push(target, content), vec![]);
                }
            }
            InstructionKind::Resize(place, kind) => {
                if let Some(target) = self.tangent_place(place) {
                    let element = self.type_at(place).element().cloned().unwrap_or(Type::Unit);
                    let kind = self.resize(&target, kind, &element);
                    self.builder.push(InstructionKind::Resize(target, kind), vec![]);
                }
            }
            _ => {}
        }
    }

    /// Whether a value has a tangent in the direction.
    fn is_active(&self, value: ValueId) -> bool {
        self.tangents[self.direction].activity.is_active(value)
    }

    /// Whether a slot has a tangent in the direction.
    fn is_active_slot(&self, slot: SlotId) -> bool {
        self.tangents[self.direction].activity.is_active_slot(slot)
    }

    /// Content that does not vary yet, in a slot that is active: its tangent is zero.
    fn passive_slot(&mut self, kind: &InstructionKind) {
        let Some(slot) = kind.defined_slot() else { return };
        let tangent = self.builder.function.slot(slot).ty.tangent();
        self.in_each_direction(|forward| forward.zero_tangent(slot, &tangent));
        self.direction = 0;
    }

    /// The positions of active values, by direction.
    fn active_of(&mut self, values: &[ValueId]) -> Vec<Vec<usize>> {
        self.in_each_direction(|forward| {
            let positions = 0..values.len();
            positions.filter(|position| forward.is_active(values[*position])).collect()
        })
    }

    /// A branch that yields tangents, too.
    fn branch(&mut self, region: &Region, active: &[Vec<usize>]) -> Region {
        self.builder.open(region.parameters.clone());
        self.instructions(region);
        let mut yields = region.yields.clone();
        yields.extend(self.tangents_of(&region.yields, active));
        self.builder.close(yields)
    }

    /// The tangents of the values at some positions, direction by direction.
    fn tangents_of(&mut self, values: &[ValueId], positions: &[Vec<usize>]) -> Vec<ValueId> {
        let tangents = self.in_each_direction(|forward| {
            let own = positions[forward.direction].iter();
            own.map(|position| forward.tangent(values[*position])).collect::<Vec<_>>()
        });
        tangents.concat()
    }

    /// New values for them, which an instruction with regions gives.
    fn new_tangents(&mut self, values: &[ValueId], positions: &[Vec<usize>]) -> Vec<ValueId> {
        let tangents = self.in_each_direction(|forward| {
            let own = positions[forward.direction].iter();
            own.map(|position| forward.new_tangent(values[*position])).collect::<Vec<_>>()
        });
        tangents.concat()
    }

    /// A loop's body that carries tangents, too.
    fn body(&mut self, body: &Region, carried: &[ValueId], active: &[Vec<usize>]) -> Region {
        let mut parameters = body.parameters.clone();
        parameters.extend(self.new_tangents(carried, active));
        let region = self.branch(body, active);
        Region { parameters, ..region }
    }

    /// Appends an instruction whose results at some positions have tangents as further results.
    fn append_with_tangents(
        &mut self,
        instruction: &Instruction,
        kind: InstructionKind,
        active: &[Vec<usize>],
    ) {
        let mut results = instruction.results.clone();
        results.extend(self.new_tangents(&instruction.results, active));
        self.builder.append(Instruction { kind, results, span: instruction.span });
    }

    fn new_tangent(&mut self, value: ValueId) -> ValueId {
        let Value { ty, name, .. } = self.builder.function.value(value).clone();
        let name = name.map(|name| format!("{name}_tangent").into());
        let tangent = self.builder.value(ty, name);
        self.set(value, Some(tangent));
        tangent
    }

    /// The tangent of a value; zero if it has none.
    fn tangent(&mut self, value: ValueId) -> ValueId {
        match self.known(value) {
            Some(tangent) => tangent,
            None => {
                let ty = self.float_type(value);
                self.builder.float(0.0, &ty)
            }
        }
    }

    fn set(&mut self, value: ValueId, tangent: Option<ValueId>) {
        let Some(tangent) = tangent else { return };
        if let Some(name) = self.builder.function.value(value).name.clone() {
            let known = &mut self.builder.function.values[tangent.0 as usize];
            if known.name.is_none() {
                known.name = Some(format!("{name}_tangent").into());
            }
        }
        self.tangents[self.direction].values.insert(value, tangent);
    }

    fn float_type(&self, value: ValueId) -> FloatType {
        match &self.builder.function.value(value).ty {
            Type::Float(ty) => ty.clone(),
            // Only floats are active.
            _ => FloatType::F64,
        }
    }

    /// The tangent of a place; `None` if its root is not active, or the tangent of what is there is `()`.
    fn tangent_place(&mut self, place: &Place) -> Option<Place> {
        if !self.is_active_slot(place.root) || self.type_at(place).tangent() == Type::Unit {
            return None;
        }
        let Some(root) = self.tangents[self.direction].slots.get(&place.root).copied() else {
            // Going on would lose a derivative.
            self.refusals.push(Refusal {
                span: self.builder.span(),
                message: format!(
                    "autodiff made a mistake: `{}` has no tangent",
                    self.builder.function.slot(place.root).name
                ),
                help: Some("please report this function".into()),
            });
            return None;
        };
        Some(Place { root, path: place.path.clone() })
    }

    /// The type at a place (`()` where the path does not fit, which `verify` excludes).
    fn type_at(&self, place: &Place) -> Type {
        self.builder.function.place_type(place).unwrap_or(Type::Unit)
    }
}
