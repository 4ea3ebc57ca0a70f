//! What is moved out of a slot.
//!
//! Whoever takes the content of a `Vec` hands its adjoint back in reverse, so the adjoint of a slot that
//! is moved out begins empty. That holds only if the move happens: a slot that is moved out on some paths
//! would have an empty adjoint on the others. [`with_takes`] makes those moves leave an empty `Vec` behind:
//! then the slot has a length at its end on every path, and its adjoint begins with as many zeros. So do
//! moves out of a slot that is set again, and out of a part of one: what is read before it is set again,
//! for its length, is empty.

use super::Refusal;
use crate::activity::Activity;
use crate::diagnostics::SourceSpan;
use crate::ir::zeros::has_static_shape;
use crate::ir::*;
use crate::types::Type;
use std::collections::HashSet;

/// Whether the slot is without content at the end of the region: what was there is moved out.
pub(super) fn moved_out(region: &Region, slot: SlotId) -> bool {
    is_moved_after(&region.instructions, slot)
}

/// The same after some instructions of a region.
pub(super) fn is_moved_after(instructions: &[Instruction], slot: SlotId) -> bool {
    let mut moved = false;
    for instruction in instructions {
        moved |= instruction.kind.contents().into_iter().any(|content| moves(content, slot));
        if let InstructionKind::Assign(place, _) = &instruction.kind {
            moved &= place.root != slot || !place.path.is_empty();
        }
    }
    moved
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

/// The function in which an active `Vec` that is moved under a condition, out of a part of something, or out
/// of a slot that is set again is taken instead. What else is moved so and has lengths of its own is refused.
pub(super) fn with_takes(primal: &Function, activity: &Activity) -> (Function, Vec<Refusal>) {
    let mut function = primal.clone();
    let mut body = std::mem::take(&mut function.body);
    let parameters = function.parameters.iter().filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some(slot),
        ParameterBinding::Value(_) => None,
    });
    let own = parameters.chain(body.defined_slots()).collect();
    let set_again = set_again(&body).into_iter().map(|(slot, _)| slot).collect();
    let mut takes = Takes { function: &function, activity, set_again, refusals: vec![] };
    takes.region(&mut body, &own);
    let refusals = takes.refusals;
    function.body = body;
    (function, refusals)
}

/// The slots that are assigned as wholes, and where.
fn set_again(region: &Region) -> Vec<(SlotId, SourceSpan)> {
    let mut found = vec![];
    region.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Assign(place, _) = &instruction.kind
            && place.path.is_empty()
        {
            found.push((place.root, instruction.span));
        }
    });
    found
}

struct Takes<'a> {
    function: &'a Function,
    activity: &'a Activity,
    set_again: HashSet<SlotId>,
    refusals: Vec<Refusal>,
}

impl Takes<'_> {
    /// `own`: the slots that the region defines.
    fn region(&mut self, region: &mut Region, own: &HashSet<SlotId>) {
        for position in 0..region.instructions.len() {
            let (past, rest) = region.instructions.split_at_mut(position);
            let instruction = &mut rest[0];
            let span = instruction.span;
            instruction.kind.for_each_content_mut(&mut |content| self.content(content, own, span));
            for inner in instruction.kind.regions_mut() {
                self.set_again_inside(inner, past);
                let own = inner.defined_slots().collect();
                self.region(inner, &own);
            }
        }
    }

    fn content(&mut self, content: &mut Aggregate, own: &HashSet<SlotId>, span: SourceSpan) {
        match content {
            Aggregate::Place(place, transfer @ Transfer::Move) => {
                let slot = self.function.slot(place.root);
                if !self.activity.is_active_slot(place.root) || slot.kind == SlotKind::Shared {
                    return;
                }
                let part = !place.path.is_empty();
                let condition = !own.contains(&place.root);
                let Some(ty) = self.function.place_type(place) else { return };
                match &ty {
                    Type::Vec(_) if part || condition || self.set_again.contains(&place.root) => {
                        *transfer = Transfer::Take;
                    }
                    Type::Vec(_) => {}
                    ty if has_static_shape(&ty.tangent()) => {}
                    ty if part => self.refuse(
                        span,
                        format!("a part of `{}`, of type `{ty}`, is moved out of it", slot.name),
                    ),
                    ty if condition => self
                        .refuse(span, format!("`{}: {ty}` is moved on some paths only", slot.name)),
                    _ => {}
                }
            }
            Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                elements.iter_mut().for_each(|element| self.content(element, own, span));
            }
            Aggregate::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| self.content(field, own, span));
            }
            _ => {}
        }
    }

    /// Refuses what is moved out, and set again on some paths.
    fn set_again_inside(&mut self, inner: &Region, past: &[Instruction]) {
        for (slot, span) in set_again(inner) {
            let Slot { name, ty, .. } = self.function.slot(slot);
            if self.activity.is_active_slot(slot)
                && !has_static_shape(&ty.tangent())
                && is_moved_after(past, slot)
            {
                self.refuse(
                    span,
                    format!("`{name}: {ty}` is moved before, and set again on some paths only"),
                );
            }
        }
    }

    fn refuse(&mut self, span: SourceSpan, message: String) {
        let help = Some("move a clone of it, or use one flat `Vec`".into());
        self.refusals.push(Refusal { span, message, help });
    }
}
