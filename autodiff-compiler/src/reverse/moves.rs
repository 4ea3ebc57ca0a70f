//! What is moved out of a slot.
//!
//! Whoever takes the content of a `Vec` hands its adjoint back in reverse, so the adjoint of a slot that
//! is moved out begins empty. That holds only if the move happens: a slot that is moved out on some paths
//! would have an empty adjoint on the others. [`with_takes`] makes those moves leave an empty `Vec` behind:
//! then the slot has a length at its end on every path, and its adjoint begins with as many zeros.

use super::Refusal;
use super::content::has_static_shape;
use crate::activity::Activity;
use crate::diagnostics::SourceSpan;
use crate::ir::*;
use crate::types::Type;

/// Whether the whole content of the slot is moved out somewhere in the region, for good: a slot that
/// is set again has its last content, or an empty `Vec`, at the end.
pub(super) fn moved_out(region: &Region, slot: SlotId) -> bool {
    let (mut moved, mut set_again) = (false, false);
    region.for_each_instruction(&mut |instruction| {
        for content in instruction.kind.contents() {
            moved |= moves(content, slot);
        }
        if let InstructionKind::Assign(place, _) = &instruction.kind {
            set_again |= place.root == slot && place.path.is_empty();
        }
    });
    moved && !set_again
}

/// Whether making the content moves the whole slot into it.
pub(super) fn moves(content: &Aggregate, slot: SlotId) -> bool {
    match content {
        Aggregate::Place(place, Transfer::Move) => place.root == slot && place.path.is_empty(),
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().any(|element| moves(element, slot))
        }
        Aggregate::Struct(_, fields) => fields.iter().any(|(_, field)| moves(field, slot)),
        _ => false,
    }
}

/// The places that making the content leaves empty, or without content.
pub(super) fn handed_over<'a>(content: &'a Aggregate, places: &mut Vec<&'a Place>) {
    match content {
        Aggregate::Place(place, Transfer::Move | Transfer::Take) => places.push(place),
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().for_each(|element| handed_over(element, places));
        }
        Aggregate::Struct(_, fields) => {
            fields.iter().for_each(|(_, field)| handed_over(field, places));
        }
        _ => {}
    }
}

/// The function in which an active `Vec` that is moved out under a condition is taken instead. What else
/// is moved so and has lengths of its own is refused.
pub(super) fn with_takes(primal: &Function, activity: &Activity) -> (Function, Vec<Refusal>) {
    let mut function = primal.clone();
    let mut body = std::mem::take(&mut function.body);
    let parameters = function.parameters.iter().filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some(slot),
        ParameterBinding::Value(_) => None,
    });
    let outside: Vec<_> = parameters.chain(body.defined_slots()).collect();
    let mut takes = Takes { function: &function, activity, refusals: vec![] };
    takes.inside(&mut body, &outside);
    let refusals = takes.refusals;
    function.body = body;
    (function, refusals)
}

struct Takes<'a> {
    function: &'a Function,
    activity: &'a Activity,
    refusals: Vec<Refusal>,
}

impl Takes<'_> {
    /// Looks into the regions inside of one for moves of what is outside of them.
    fn inside(&mut self, region: &mut Region, outside: &[SlotId]) {
        for instruction in &mut region.instructions {
            for inner in instruction.kind.regions_mut() {
                self.region(inner, outside);
                let mut known = outside.to_vec();
                known.extend(inner.defined_slots());
                self.inside(inner, &known);
            }
        }
    }

    fn region(&mut self, region: &mut Region, outside: &[SlotId]) {
        for instruction in &mut region.instructions {
            let span = instruction.span;
            instruction.kind.for_each_content_mut(&mut |content| {
                self.content(content, outside, span);
            });
        }
    }

    fn content(&mut self, content: &mut Aggregate, outside: &[SlotId], span: SourceSpan) {
        match content {
            Aggregate::Place(place, transfer @ Transfer::Move)
                if place.path.is_empty() && outside.contains(&place.root) =>
            {
                let slot = self.function.slot(place.root);
                if !self.activity.is_active_slot(place.root) {
                    return;
                }
                match &slot.ty {
                    Type::Vec(_) => *transfer = Transfer::Take,
                    ty if has_static_shape(&ty.tangent()) => {}
                    ty => self.refusals.push(Refusal {
                        span,
                        message: format!("`{}: {ty}` is moved on some paths only", slot.name),
                        help: Some("move a clone of it, or use one flat `Vec`".into()),
                    }),
                }
            }
            Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                elements.iter_mut().for_each(|element| self.content(element, outside, span));
            }
            Aggregate::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| self.content(field, outside, span));
            }
            _ => {}
        }
    }
}
