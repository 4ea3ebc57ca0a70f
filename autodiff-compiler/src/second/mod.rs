//! Second order: forward mode over the gradient.
//!
//! [`returning_gradient`] makes a function that returns what the gradient function leaves in its buffers;
//! [`hessian_vector_product`] is the tangent of that gradient in a direction that the caller gives.
//! Hessians, which need several directions, are in [`crate::matrix`].
//!
//! For callers that are differentiated themselves: [`gradient_with_tangents`], and the two sweeps
//! ([`sweeps`]).
//!
//! Assumes the gradient of a function that returns one float, after all passes but that which moves memory to
//! the workspace. Guarantees: every panic and effect of the primal, in order, once.

pub mod sweeps;

use crate::activity::Activity;
use crate::forward::{self, Forwarded, Seeds};
use crate::ir::builder::Builder;
use crate::ir::*;
use crate::signature::one_or_tuple;
use crate::types::Type;

/// The function that returns the gradient instead of filling buffers: one part per active parameter, a tuple
/// if there are several. Its values are those of the gradient function.
pub fn returning_gradient(primal: &Function, gradient: &Function) -> Function {
    let (own, buffers) = gradient.parameters.split_at(primal.parameters.len());
    let active: Vec<_> = own.iter().filter(|parameter| parameter.active).cloned().collect();
    let mut function = gradient.clone();
    function.parameters.truncate(own.len());
    let body = std::mem::take(&mut function.body);
    let span = primal.span();
    let mut builder = Builder::new(function, span);
    let mut slots = vec![];
    for (buffer, parameter) in buffers.iter().zip(&active) {
        let ParameterBinding::Slot(slot) = buffer.binding else { continue };
        let ty = parameter.ty.tangent();
        let shape = match parameter.binding {
            ParameterBinding::Slot(primal) => Some(Place::root(primal)),
            ParameterBinding::Value(_) => None,
        };
        let zeros = builder.zeros(&ty, shape.as_ref());
        let own = &mut builder.function.slots[slot.0 as usize];
        own.kind = SlotKind::Local;
        own.ty = ty.clone();
        builder.push(InstructionKind::Define(slot, zeros), vec![]);
        slots.push((slot, ty));
    }
    let mut untouched: Vec<_> = slots.iter().map(|(slot, _)| *slot).collect();
    for mut instruction in body.instructions {
        // It is full of zeros already.
        if let InstructionKind::Fill(place, _) = &instruction.kind
            && place.path.is_empty()
            && untouched.contains(&place.root)
        {
            continue;
        }
        let written = instruction.written_roots();
        untouched.retain(|slot| !written.contains(slot));
        // What is copied into the caller's slice is the buffer itself here.
        if let InstructionKind::Assign(place, Aggregate::Place(_, transfer)) = &mut instruction.kind
            && place.path.is_empty()
            && slots.iter().any(|(slot, ty)| *slot == place.root && !ty.is_copy())
        {
            *transfer = Transfer::Move;
        }
        builder.append(instruction);
    }
    let parts: Vec<_> = slots
        .iter()
        .map(|(slot, ty)| match ty {
            Type::Float(_) => Aggregate::Value(builder.load(Place::root(*slot), ty.clone())),
            ty => Place::root(*slot).leaving(ty),
        })
        .collect();
    let types = slots.into_iter().map(|(_, ty)| ty).collect();
    let mut function = builder.finish();
    function.result = one_or_tuple(parts, Aggregate::Tuple);
    function.result_type = one_or_tuple(types, Type::Tuple);
    function
}

/// The product of the Hessian with the directions that follow the parameters, in the shape of the gradient.
pub fn hessian_vector_product(primal: &Function, gradient: &Function) -> Forwarded {
    let function = returning_gradient(primal, gradient);
    let activity = Activity::of(&function);
    let mut forward = forward::begin(&function, &activity, Seeds::Directions);
    let product = forward.tangents_of_result(&function).remove(0);
    let mut made = forward.builder.finish();
    made.result = product;
    made.result_type = function.result_type.tangent();
    Forwarded { function: made, refusals: forward.refusals }
}

/// The gradient function with the tangents of all that it takes and gives: those of the active parameters
/// follow the buffers, then those of the buffers, which come out.
pub fn gradient_with_tangents(gradient: &Function) -> Forwarded {
    forward::forward(gradient, &Activity::of(gradient))
}

/// A function that has tangents already, with the tangents of everything once more: those of the parameters
/// from position `own` on, too.
pub fn once_more(function: &Function, own: usize) -> Forwarded {
    let function = active_from(function, own);
    forward::forward(&function, &Activity::of(&function))
}

/// The function in which the parameters from a position on are active.
pub fn active_from(function: &Function, own: usize) -> Function {
    let mut function = function.clone();
    function.parameters.iter_mut().skip(own).for_each(|parameter| parameter.active = true);
    function
}

/// The function without what it prints and checks: it ran with that once already.
pub(crate) fn without_effects(function: &Function) -> Function {
    fn region(region_: &mut Region) {
        region_
            .instructions
            .retain(|instruction| !matches!(instruction.kind, InstructionKind::Effect(_)));
        for instruction in &mut region_.instructions {
            instruction.kind.regions_mut().into_iter().for_each(region);
        }
    }
    let mut function = function.clone();
    region(&mut function.body);
    function
}
