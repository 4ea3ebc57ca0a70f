//! Forward mode: from the IR of a function to the IR of its Jacobian-vector product.
//!
//! The result has the primal's parameters, then for each active parameter one for its tangent: a number
//! or array by value, a slice or `Vec` as slice; behind `&mut` the tangent at entry goes in and that at
//! exit comes out. It returns the primal's result with its tangent, as a pair, if that holds floats.
//!
//! * *Values.* An active value has a tangent, computed just after it by the derivative table.
//! * *Memory.* An active slot has a tangent slot of the tangent type; what happens to the slot happens
//!   to its tangent slot, at the same indices: stores store tangents, swaps swap, `push` pushes. So the
//!   lengths agree at every point.
//! * *Control flow.* Branches yield, and loops carry, the tangents beside the values.
//! * *Calls.* The callee's Jacobian-vector product at the same arguments ([`calls`]).
//!
//! Assumes verified IR in which [`crate::reverse::support::check`] found nothing to refuse. Guarantees:
//! the primal's instructions stay, in order, with every panic and effect; tangent code does not panic
//! where the primal did not; a branch or iteration that was not run contributes nothing.

mod calls;
mod content;
#[cfg(test)]
mod tests;

pub use calls::active_calls;

use crate::activity::Activity;
use crate::derivatives;
use crate::ir::builder::Builder;
use crate::ir::*;
use crate::reverse::Refusal;
use crate::signature::{is_mutable, is_output};
use crate::types::{FloatType, Type};
use std::collections::HashSet;
use std::rc::Rc;

/// The Jacobian-vector product of a function, and why it is not to be used, if there is anything.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// The function.
    pub function: Function,
    /// What could not be differentiated.
    pub refusals: Vec<Refusal>,
}

/// Differentiates a function whose activity is given. What is behind `&mut` is an output: see
/// [`crate::reverse::split::with_active_outputs`].
pub fn forward(primal: &Function, activity: &Activity) -> Forwarded {
    let span = primal
        .parameters
        .first()
        .map_or_else(|| proc_macro2::Span::call_site().into(), |parameter| parameter.span);
    let builder = Builder::new(Function { body: Region::default(), ..primal.clone() }, span);
    let mut forward = Forward {
        activity,
        builder,
        tangents: Map::new(),
        tangent_slots: Map::new(),
        refusals: vec![],
    };
    forward.parameters(primal);
    forward.instructions(&primal.body);
    forward.result(primal);
    Forwarded { function: forward.builder.finish(), refusals: forward.refusals }
}

struct Forward<'a> {
    activity: &'a Activity,
    builder: Builder,
    /// Of active values; those that are missing are zero.
    tangents: Map<ValueId, ValueId>,
    tangent_slots: Map<SlotId, SlotId>,
    refusals: Vec<Refusal>,
}

/// Whether a Jacobian-vector product takes a tangent of a parameter.
pub fn takes_tangent(parameter: &Parameter) -> bool {
    (parameter.active || is_output(&parameter.ty)) && parameter.ty.tangent() != Type::Unit
}

/// The type in which a tangent is passed.
pub fn tangent_parameter(ty: &Type) -> Type {
    let tangent = ty.tangent();
    let slice = |content: Type| match content {
        Type::Vec(element) => Type::Slice(element),
        other => other,
    };
    match ty {
        // Only a `Vec` itself can change its length.
        Type::Reference { mutable: true, to } => {
            let resizable = matches!(**to, Type::Vec(_));
            let to = if resizable { tangent } else { slice(tangent) };
            Type::Reference { mutable: true, to: Box::new(to) }
        }
        _ => match slice(tangent) {
            slice @ Type::Slice(_) => Type::Reference { mutable: false, to: Box::new(slice) },
            other => other,
        },
    }
}

impl Forward<'_> {
    /// The parameters for tangents, and tangents of what becomes active in other parameters.
    fn parameters(&mut self, primal: &Function) {
        let changed = changed_roots(primal);
        for parameter in &primal.parameters {
            let tangent = parameter.ty.tangent();
            if !takes_tangent(parameter) {
                if let ParameterBinding::Slot(slot) = parameter.binding
                    && self.activity.is_active_slot(slot)
                {
                    let zeros = self.builder.zeros(&tangent, Some(&Place::root(slot)));
                    self.define_tangent(slot, zeros);
                }
                continue;
            }
            let ty = tangent_parameter(&parameter.ty);
            let mut name = format!("{}_tangent", parameter.name);
            while primal.parameters.iter().any(|other| *other.name == *name) {
                name.push('_');
            }
            let name: Rc<str> = name.into();
            let function = &mut self.builder.function;
            let binding = match parameter.binding {
                ParameterBinding::Value(value) => {
                    let own = function.new_value(ty.clone(), Some(name.clone()), parameter.span);
                    self.tangents.insert(value, own);
                    ParameterBinding::Value(own)
                }
                ParameterBinding::Slot(slot) => {
                    let kind = match &ty {
                        Type::Reference { mutable: true, .. } => SlotKind::Mutable,
                        Type::Reference { .. } => SlotKind::Shared,
                        _ => SlotKind::ByValue,
                    };
                    let content = ty.referent().clone();
                    let own = function.new_slot(content, name.clone(), parameter.span, kind);
                    if kind == SlotKind::Shared && changed.contains(&slot) {
                        // A `Vec` that was passed by value is the function's own, and so is its tangent.
                        let copy = Aggregate::Place(Place::root(own), Transfer::Clone);
                        self.define_tangent(slot, copy);
                    } else {
                        self.tangent_slots.insert(slot, own);
                    }
                    ParameterBinding::Slot(own)
                }
            };
            let span = parameter.span;
            let parameter = Parameter { name, ty, binding, active: false, span };
            self.builder.function.parameters.push(parameter);
        }
    }

    /// A local slot for the tangent of a slot.
    fn define_tangent(&mut self, primal: SlotId, content: Aggregate) {
        let Slot { name, ty, .. } = self.builder.function.slot(primal).clone();
        let name: Rc<str> = format!("{name}_tangent").into();
        let slot = self.builder.define(ty.tangent(), name, content);
        self.tangent_slots.insert(primal, slot);
    }

    /// The result with its tangent.
    fn result(&mut self, primal: &Function) {
        if !primal.result_type.holds_floats() {
            return;
        }
        let tangent_type = primal.result_type.tangent();
        let tangent = self.content(&primal.result, &primal.result_type);
        let function = &mut self.builder.function;
        function.result = Aggregate::Tuple(vec![primal.result.clone(), tangent]);
        function.result_type = Type::Tuple(vec![primal.result_type.clone(), tangent_type]);
    }

    fn instructions(&mut self, region: &Region) {
        for instruction in &region.instructions {
            self.builder.at(instruction.span);
            self.instruction(instruction);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let results = &instruction.results;
        match &instruction.kind {
            InstructionKind::Operation(operation, arguments) => {
                self.builder.append(instruction.clone());
                if self.activity.is_active(results[0]) {
                    let tangents: Vec<_> =
                        arguments.iter().map(|value| self.tangents.get(value).copied()).collect();
                    let tangent = derivatives::jvp(
                        *operation,
                        arguments,
                        results[0],
                        &tangents,
                        &mut self.builder,
                    );
                    self.set(results[0], tangent);
                }
            }
            InstructionKind::Load(place) => {
                self.builder.append(instruction.clone());
                if self.activity.is_active(results[0])
                    && let Some(place) = self.tangent_place(place)
                {
                    let ty = self.builder.function.value(results[0]).ty.clone();
                    let tangent = self.builder.load(place, ty);
                    self.set(results[0], Some(tangent));
                }
            }
            InstructionKind::Store(place, value) => {
                self.builder.append(instruction.clone());
                if let Some(place) = self.tangent_place(place) {
                    let tangent = self.tangent(*value);
                    self.builder.store(place, tangent);
                }
            }
            InstructionKind::Fill(place, value) => {
                self.builder.append(instruction.clone());
                if let Some(place) = self.tangent_place(place) {
                    let tangent = self.tangent(*value);
                    self.builder.push(InstructionKind::Fill(place, tangent), vec![]);
                }
            }
            InstructionKind::AddTo(place, value) => {
                self.builder.append(instruction.clone());
                if let (Some(place), Some(tangent)) =
                    (self.tangent_place(place), self.tangents.get(value).copied())
                {
                    self.builder.push(InstructionKind::AddTo(place, tangent), vec![]);
                }
            }
            // What is moved is gone afterwards: the tangent goes first.
            InstructionKind::Define(slot, content) => {
                if self.activity.is_active_slot(*slot) {
                    let ty = self.builder.function.slot(*slot).ty.clone();
                    let content = self.content(content, &ty);
                    self.define_tangent(*slot, content);
                } else {
                    self.empty_what_is_taken(content);
                }
                self.builder.append(instruction.clone());
            }
            InstructionKind::Assign(place, Aggregate::Place(source, _))
                if matches!(self.type_at(place), Type::Slice(_))
                    && !self.activity.is_active_slot(source.root) =>
            {
                self.builder.append(instruction.clone());
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
                self.builder.append(instruction.clone());
            }
            InstructionKind::Push(place, content) => {
                let element = self.type_at(place).element().cloned().unwrap_or(Type::Unit);
                if let Some((target, content)) = self.incoming(place, content, &element) {
                    self.builder.push(InstructionKind::Push(target, content), vec![]);
                }
                self.builder.append(instruction.clone());
            }
            InstructionKind::Resize(place, kind) => {
                if let Some(target) = self.tangent_place(place) {
                    let element = self.type_at(place).element().cloned().unwrap_or(Type::Unit);
                    let kind = self.resize(&target, kind, &element);
                    self.builder.push(InstructionKind::Resize(target, kind), vec![]);
                }
                self.builder.append(instruction.clone());
            }
            InstructionKind::Swap(a, b) => {
                self.builder.append(instruction.clone());
                if let (Some(a), Some(b)) = (self.tangent_place(a), self.tangent_place(b)) {
                    self.builder.push(InstructionKind::Swap(a, b), vec![]);
                }
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
                carried.extend(self.initial(&counted.carried, &active));
                let body = self.body(&counted.body, parameters, &active);
                let kind = InstructionKind::For(For { carried, body, ..counted.clone() });
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::Loop { carried, body } => {
                let active = self.active_of(&body.parameters);
                let mut all = carried.clone();
                all.extend(self.initial(carried, &active));
                let body = self.body(body, &body.parameters, &active);
                let kind = InstructionKind::Loop { carried: all, body };
                self.append_with_tangents(instruction, kind, &active);
            }
            InstructionKind::Call(call) => self.call(call, instruction),
            InstructionKind::Opaque(_) | InstructionKind::Effect(_) => {
                for content in instruction.kind.contents() {
                    self.empty_what_is_taken(content);
                }
                self.builder.append(instruction.clone());
            }
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            // Of derivative code, whose own derivative is made elsewhere.
            | InstructionKind::Pop(_)
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => self.builder.append(instruction.clone()),
        }
    }

    /// The positions of active values.
    fn active_of(&self, values: &[ValueId]) -> Vec<usize> {
        (0..values.len()).filter(|position| self.activity.is_active(values[*position])).collect()
    }

    /// A branch that yields tangents, too.
    fn branch(&mut self, region: &Region, active: &[usize]) -> Region {
        self.builder.open(region.parameters.clone());
        self.instructions(region);
        let mut yields = region.yields.clone();
        for position in active {
            yields.push(self.tangent(region.yields[*position]));
        }
        self.builder.close(yields)
    }

    /// The tangents that a loop begins with.
    fn initial(&mut self, carried: &[ValueId], active: &[usize]) -> Vec<ValueId> {
        active.iter().map(|position| self.tangent(carried[*position])).collect()
    }

    /// A loop's body that carries tangents, too.
    fn body(&mut self, body: &Region, carried: &[ValueId], active: &[usize]) -> Region {
        let mut parameters = body.parameters.clone();
        for position in active {
            parameters.push(self.new_tangent(carried[*position]));
        }
        let region = self.branch(body, active);
        Region { parameters, ..region }
    }

    /// Appends an instruction whose results at some positions have tangents as further results.
    fn append_with_tangents(
        &mut self,
        instruction: &Instruction,
        kind: InstructionKind,
        active: &[usize],
    ) {
        let mut results = instruction.results.clone();
        for position in active {
            results.push(self.new_tangent(instruction.results[*position]));
        }
        self.builder.append(Instruction { kind, results, span: instruction.span });
    }

    /// A value for a tangent that an instruction with regions gives.
    fn new_tangent(&mut self, value: ValueId) -> ValueId {
        let Value { ty, name, .. } = self.builder.function.value(value).clone();
        let name = name.map(|name| format!("{name}_tangent").into());
        let tangent = self.builder.value(ty, name);
        self.tangents.insert(value, tangent);
        tangent
    }

    /// The tangent of a value; zero if it has none.
    fn tangent(&mut self, value: ValueId) -> ValueId {
        match self.tangents.get(&value) {
            Some(tangent) => *tangent,
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
        self.tangents.insert(value, tangent);
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
        if !self.activity.is_active_slot(place.root) || self.type_at(place).tangent() == Type::Unit
        {
            return None;
        }
        let Some(root) = self.tangent_slots.get(&place.root).copied() else {
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

/// The slots that the function changes, or moves something out of.
fn changed_roots(function: &Function) -> HashSet<SlotId> {
    let mut changed = function.body.written_roots();
    let mut taken = |content: &Aggregate| {
        content.for_each_taken(&mut |place| {
            changed.insert(place.root);
        });
    };
    function.body.for_each_instruction(&mut |instruction| {
        instruction.kind.contents().into_iter().for_each(&mut taken);
        if let InstructionKind::Call(call) = &instruction.kind {
            for argument in &call.arguments {
                if let Argument::Value(content) = argument {
                    taken(content);
                }
            }
        }
    });
    taken(&function.result);
    let slots = function.parameters.iter().filter(|parameter| is_mutable(&parameter.ty));
    changed.extend(slots.filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some(slot),
        ParameterBinding::Value(_) => None,
    }));
    changed
}
