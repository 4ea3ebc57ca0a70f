//! The two sweeps as two functions, for callees whose reverse runs later than their forward sweep.
//!
//! `__forward` has the primal's parameters and result, and leaves on the tape what the reverse sweep
//! needs. `__reverse` takes it from there. Its parameters are, in this order,
//!
//! 1. the cotangent of the result, if that holds floats: a float by value, anything else behind
//!    `&mut` (it may be consumed);
//! 2. for every active parameter that is a reference, `&mut` its adjoint. Behind `&`, the gradient is
//!    added to it; behind `&mut`, the cotangent of the content at exit goes in and that of the content
//!    at entry comes out.
//!
//! It returns the gradient with respect to the active parameters that are passed by value: nothing,
//! one, or a tuple.
//!
//! The reverse sees no memory of the primal: whatever it needs is saved as a number, or is on a stack,
//! or is computed again from those.

use super::facts::Facts;
use super::recompute::{Memory, PriceOfMemory, Source};
use super::tape::Tape;
use super::{Adjoints, Refusal, Reverse, Reversed, Scope, Strategy, moves};
use crate::activity::Activity;
use crate::ir::zeros::has_static_shape;
use crate::ir::*;
use crate::signature::{is_mutable, is_output};
use crate::types::Type;
use std::collections::HashSet;
use std::rc::Rc;

/// Both functions, before the tape is written in.
#[derive(Clone, Debug)]
pub struct Split {
    /// The forward sweep.
    pub forward: Function,
    /// The reverse sweep; what it needs of the forward sweep are parameters yet.
    pub reverse: Reversed,
    /// What goes from one to the other.
    pub tape: Tape,
}

/// The function as its sweeps see it: the content behind `&mut` is an output, so it is active at entry,
/// too, whatever `wrt` says.
pub fn with_active_outputs(primal: &Function) -> Function {
    let mut function = primal.clone();
    for parameter in &mut function.parameters {
        parameter.active |= is_output(&parameter.ty);
    }
    function
}

/// Splits a function whose activity is given; see [`with_active_outputs`].
pub fn split(primal: &Function, activity: &Activity, strategy: Strategy) -> Split {
    let (primal, refusals) = moves::with_takes(primal, activity);
    let primal = &primal;
    let mut reverse = Reverse::new(primal, activity);
    reverse.refusals = refusals;
    reverse.strategy = strategy;
    reverse.facts = Facts::of(primal, false);
    reverse.storing = true;
    reverse.builder.function.parameters.clear();
    let mut forward = primal.body.clone();
    let cotangent = reverse.cotangent_parameter(primal);
    reverse.adjoint_parameters(primal);
    let own_parameters = reverse.builder.function.parameters.len();

    reverse.builder.open(vec![]);
    let kept = kept_arrays(primal);
    let copies: Vec<_> = kept.iter().map(|slot| reverse.keep_array(*slot)).collect();
    let scope = Scope { live: kept.into_iter().collect(), written_later: HashSet::new() };
    let mut adjoints = Adjoints::default();
    reverse.define_local_adjoints(&mut forward, &primal.result, &scope);
    reverse.define_parameter_adjoints(primal, &mut forward);
    match (cotangent, &primal.result) {
        (Some(ParameterBinding::Value(seed)), Aggregate::Value(result)) => {
            reverse.contribute(&mut adjoints, *result, seed);
        }
        (Some(ParameterBinding::Value(seed)), Aggregate::Place(place, _)) => {
            if let Some(target) = reverse.adjoint_place(place) {
                reverse.builder.push(InstructionKind::AddTo(target, seed), vec![]);
            }
        }
        (Some(ParameterBinding::Slot(slot)), result) => {
            reverse.take_content(&Place::root(slot), result, &mut adjoints);
        }
        _ => {}
    }
    reverse.instructions(&mut forward, &mut adjoints, &scope);
    forward.instructions.splice(0..0, copies);
    let (result, result_type) = reverse.returned(primal, &mut adjoints);
    let mut sweep = reverse.builder.close(vec![]);

    // What the sweep uses of the forward function comes in by parameters.
    let mut values = sweep.free_uses();
    result.for_each_operand(&mut |value| values.push(*value));
    let parameters: HashSet<_> = primal.parameters.iter().filter_map(scalar).collect();
    let mut known = Map::new();
    let function = &mut reverse.builder.function;
    let price = strategy.price(PriceOfMemory::Traffic);
    let (stored, computed) = {
        let nothing = HashSet::new();
        let source = Source::new(&forward, Memory { live: &nothing, written: &nothing });
        let is_forward =
            |value: ValueId| parameters.contains(&value) || source.definition(value).is_some();
        values.retain(|value| is_forward(*value));
        let plan = source.plan(function, &values, &|value| !is_forward(value), price);
        (plan.stored.clone(), source.compute_again(function, &plan, &mut known))
    };
    let mut saved = vec![];
    for value in stored {
        let Value { ty, name, span } = function.value(value).clone();
        let copy = function.new_value(ty.clone(), name.clone(), span);
        function.parameters.push(Parameter {
            name: name.unwrap_or_else(|| "saved".into()),
            ty,
            binding: ParameterBinding::Value(copy),
            active: false,
            span,
        });
        known.insert(value, copy);
        saved.push((value, copy));
    }
    let mut instructions = computed;
    instructions.append(&mut sweep.instructions);
    sweep.instructions = instructions;
    let available = |value: ValueId| known.get(&value).copied().unwrap_or(value);
    sweep.replace_uses(&available);
    let mut result = result;
    result.for_each_operand_mut(&mut |value| *value = available(*value));

    let Reverse { builder, stacks: definitions, loops, mut refusals, .. } = reverse;
    let mut function = builder.finish();
    let stacks: Vec<_> = definitions.iter().filter_map(|d| d.kind.defined_slot()).collect();
    // Counters start from constants, in iterations that the reverse sweep runs again, too.
    let constants = definitions
        .iter()
        .filter(|definition| matches!(definition.kind, InstructionKind::Constant(_)))
        .cloned();
    sweep.instructions.splice(0..0, constants.collect::<Vec<_>>());
    for (value, _) in &saved {
        let Value { ty, span, .. } = function.value(*value);
        if !ty.is_scalar() {
            refusals.push(not_kept(*span, ty));
        }
    }
    let forward_body = Region {
        instructions: definitions.into_iter().chain(forward.instructions).collect(),
        ..Region::default()
    };
    let forward = Function {
        name: primal.name.clone(),
        parameters: primal.parameters.clone(),
        outside: Rc::clone(&primal.outside),
        body: forward_body,
        result: primal.result.clone(),
        result_type: primal.result_type.clone(),
        values: function.values.clone(),
        slots: {
            let mut slots = function.slots.clone();
            for (slot, original) in slots.iter_mut().zip(&primal.slots) {
                slot.kind = original.kind;
            }
            slots
        },
    };
    for stack in &stacks {
        let Slot { ty, name, span, .. } = function.slot(*stack).clone();
        function.slots[stack.0 as usize].kind = SlotKind::ByValue;
        if ty.element().is_none_or(|element| !element.is_copy()) {
            refusals.push(not_kept(span, &ty));
        }
        function.parameters.push(Parameter {
            name,
            ty,
            binding: ParameterBinding::Slot(*stack),
            active: false,
            span,
        });
    }
    function.body = sweep;
    function.result = result;
    function.result_type = result_type;
    let first_derivative_value = ValueId(primal.values.len() as u32);
    Split {
        forward,
        reverse: Reversed { function, loops, refusals, first_derivative_value },
        tape: Tape { saved, stacks, parameters: own_parameters },
    }
}

/// Arrays behind `&` that loops read: one copy on the tape is less than every number that is read. Only
/// what the reverse sweep really uses is kept in the end.
fn kept_arrays(primal: &Function) -> Vec<SlotId> {
    let written = primal.body.written_roots();
    let mut read = HashSet::new();
    primal.body.for_each_instruction(&mut |instruction| {
        if matches!(instruction.kind, InstructionKind::For(_) | InstructionKind::Loop { .. }) {
            for region in instruction.kind.regions() {
                region.for_each_instruction(&mut |inner| {
                    if let InstructionKind::Load(place) = &inner.kind {
                        read.insert(place.root);
                    }
                });
            }
        }
    });
    let slots = primal.parameters.iter().filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) if !is_mutable(&parameter.ty) => Some(slot),
        _ => None,
    });
    slots
        .filter(|slot| {
            let ty = &primal.slot(*slot).ty;
            matches!(ty, Type::Array(..))
                && ty.is_copy()
                && read.contains(slot)
                && !written.contains(slot)
        })
        .collect()
}

fn not_kept(span: crate::diagnostics::SourceSpan, ty: &Type) -> Refusal {
    Refusal {
        span,
        message: format!(
            "the derivative needs this value of type `{ty}` again, and cannot keep it"
        ),
        help: Some("use numbers or truth values where the derivative depends on it".into()),
    }
}

/// The value of a parameter that is one number.
fn scalar(parameter: &Parameter) -> Option<ValueId> {
    match parameter.binding {
        ParameterBinding::Value(value) => Some(value),
        ParameterBinding::Slot(_) => None,
    }
}

impl Reverse {
    /// A copy of an array parameter for the reverse sweep, under its own name there. Returns what the
    /// forward sweep does for it.
    fn keep_array(&mut self, slot: SlotId) -> Instruction {
        let Slot { ty, name, span, .. } = self.builder.function.slot(slot).clone();
        let function = &mut self.builder.function;
        let stack_type = Type::Vec(Box::new(ty));
        let stack =
            function.new_slot(stack_type, format!("{name}_stack").into(), span, SlotKind::Local);
        function.slots[slot.0 as usize].kind = SlotKind::Local;
        let definition = super::stash::definition(&self.builder.function, stack);
        self.stacks.push(definition);
        let index = self.builder.usize(0);
        let stack = Place::root(stack);
        let kept = stack.project(Projection::Index { index, proven: true });
        let copy = Aggregate::Place(kept, Transfer::Copy);
        self.builder.push(InstructionKind::Define(slot, copy), vec![]);
        let content = Aggregate::Place(Place::root(slot), Transfer::Copy);
        Instruction { kind: InstructionKind::Push(stack, content), results: vec![], span }
    }

    /// The parameter for the cotangent of the result.
    fn cotangent_parameter(&mut self, primal: &Function) -> Option<ParameterBinding> {
        if !primal.result_type.holds_floats() {
            return None;
        }
        let span = self.builder.span();
        let name: Rc<str> = "cotangent".into();
        let function = &mut self.builder.function;
        let tangent = primal.result_type.tangent();
        let (ty, binding) = if tangent.is_float() {
            let value = function.new_value(tangent.clone(), Some(name.clone()), span);
            (tangent, ParameterBinding::Value(value))
        } else {
            let slot = function.new_slot(tangent.clone(), name.clone(), span, SlotKind::Mutable);
            let ty = Type::Reference { mutable: true, to: Box::new(tangent) };
            (ty, ParameterBinding::Slot(slot))
        };
        function.parameters.push(Parameter { name, ty, binding, active: false, span });
        Some(binding)
    }

    /// The parameters for the adjoints of active parameters that are references.
    fn adjoint_parameters(&mut self, primal: &Function) {
        for parameter in primal.parameters.iter().filter(|parameter| parameter.active) {
            let (Type::Reference { mutable, to }, ParameterBinding::Slot(slot)) =
                (&parameter.ty, parameter.binding)
            else {
                continue;
            };
            let tangent = to.tangent();
            if tangent == Type::Unit {
                continue;
            }
            let content = match tangent {
                // Only what is behind `&mut` may change its length.
                Type::Vec(element) if !(*mutable && matches!(**to, Type::Vec(_))) => {
                    Type::Slice(element)
                }
                other => other,
            };
            let name: Rc<str> = format!("{}_adjoint", parameter.name).into();
            let function = &mut self.builder.function;
            let adjoint =
                function.new_slot(content.clone(), name.clone(), parameter.span, SlotKind::Mutable);
            function.parameters.push(Parameter {
                name,
                ty: Type::Reference { mutable: true, to: Box::new(content) },
                binding: ParameterBinding::Slot(adjoint),
                active: false,
                span: parameter.span,
            });
            self.adjoint_slots.insert(slot, adjoint);
        }
    }

    /// Adjoints of parameters that are passed by value and live in memory, if they are active, become so,
    /// or have a gradient of dynamic shape.
    fn define_parameter_adjoints(&mut self, primal: &Function, forward: &mut Region) {
        let mut shapes = vec![];
        for parameter in &primal.parameters {
            let ParameterBinding::Slot(slot) = parameter.binding else { continue };
            let ty = parameter.ty.tangent();
            let active = self.is_active_slot(slot);
            // Where nothing depends on it, its gradient still has the shape that it has at entry.
            let only_shape = parameter.active && !active && !has_static_shape(&ty);
            if matches!(parameter.ty, Type::Reference { .. }) || !(active || only_shape) {
                continue;
            }
            let gone =
                active && (moves::moved_out(forward, slot) || moves::moves(&primal.result, slot));
            let position = if active { forward.instructions.len() } else { 0 };
            self.builder.at(parameter.span);
            let (content, shape) = self.zeros_after_scope(slot, gone, forward, position);
            self.define_adjoint(slot, ty, content);
            shapes.push((slot, shape));
        }
        self.restore_adjoints(shapes);
    }

    /// The gradient with respect to what is passed by value.
    fn returned(&mut self, primal: &Function, adjoints: &mut Adjoints) -> (Aggregate, Type) {
        let mut parts = vec![];
        let mut types = vec![];
        for parameter in by_value(primal) {
            let ty = parameter.ty.tangent();
            parts.push(match parameter.binding {
                ParameterBinding::Value(value) => {
                    let adjoint = match adjoints.take(value) {
                        Some(adjoint) => adjoint,
                        None => {
                            let float = self.float_type(value);
                            self.builder.float(0.0, &float)
                        }
                    };
                    self.name_adjoint(value, adjoint);
                    Aggregate::Value(adjoint)
                }
                ParameterBinding::Slot(slot) => {
                    let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Move };
                    match self.adjoint_slots.get(&slot) {
                        Some(adjoint) => Aggregate::Place(Place::root(*adjoint), transfer),
                        None => self.builder.zeros(&ty, None),
                    }
                }
            });
            types.push(ty);
        }
        match parts.len() {
            0 => (Aggregate::Unit, Type::Unit),
            1 => (parts.remove(0), types.remove(0)),
            _ => (Aggregate::Tuple(parts), Type::Tuple(types)),
        }
    }
}

/// The active parameters that are passed by value.
fn by_value(primal: &Function) -> impl Iterator<Item = &Parameter> {
    primal.parameters.iter().filter(|parameter| {
        let reference = matches!(parameter.ty, Type::Reference { .. });
        parameter.active && !reference && parameter.ty.tangent() != Type::Unit
    })
}
