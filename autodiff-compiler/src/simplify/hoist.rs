//! Loop-invariant code motion: operations that do not depend on the iteration move before the loop.
//!
//! A loop may run zero times, so only what cannot panic moves. Constants, lengths and loads move
//! where an operation that moves needs them.

use super::memory::region_written_roots;
use crate::ir::*;
use std::collections::HashSet;

/// Moves invariant operations out of every loop. Returns whether anything moved.
pub(super) fn hoist(function: &mut Function) -> bool {
    let mut deferred = HashSet::new();
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Define(slot, Aggregate::Deferred) = &instruction.kind {
            deferred.insert(*slot);
        }
    });
    let mut body = std::mem::take(&mut function.body);
    let mut hoisted = false;
    region(&mut body, &deferred, &mut hoisted);
    function.body = body;
    hoisted
}

fn region(region_: &mut Region, deferred: &HashSet<SlotId>, hoisted: &mut bool) {
    let mut instructions = Vec::with_capacity(region_.instructions.len());
    for mut instruction in std::mem::take(&mut region_.instructions) {
        for inner in instruction.kind.regions_mut() {
            region(inner, deferred, hoisted);
        }
        if let InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. } =
            &mut instruction.kind
        {
            let moved = invariants(body, deferred);
            *hoisted |= !moved.is_empty();
            instructions.extend(moved);
        }
        instructions.push(instruction);
    }
    region_.instructions = instructions;
}

/// Takes the invariant operations, and what they need, out of the body of a loop.
fn invariants(body: &mut Region, deferred: &HashSet<SlotId>) -> Vec<Instruction> {
    let written: HashSet<SlotId> = region_written_roots(body).into_iter().collect();
    let mut inside: HashSet<ValueId> = body.parameters.iter().copied().collect();
    let mut slots = HashSet::new();
    body.for_each_instruction(&mut |instruction| {
        inside.extend(&instruction.results);
        for region in instruction.kind.regions() {
            inside.extend(&region.parameters);
        }
        if let InstructionKind::Match { arms, .. } = &instruction.kind {
            inside.extend(arms.iter().flat_map(|arm| &arm.bindings).map(|(_, value)| *value));
        }
        slots.extend(instruction.kind.writes().into_iter().map(|place| place.root));
    });

    // Down: what could move.
    let mut movable: Vec<bool> = Vec::with_capacity(body.instructions.len());
    for instruction in &body.instructions {
        let kind = &instruction.kind;
        let invariant = match kind {
            InstructionKind::Constant(_) | InstructionKind::Operation(..) => true,
            InstructionKind::Length(place) | InstructionKind::Load(place) => {
                !written.contains(&place.root)
                    && !slots.contains(&place.root)
                    && !deferred.contains(&place.root)
            }
            _ => false,
        };
        let moves = invariant
            && !kind.may_panic()
            && kind.operands().iter().all(|operand| !inside.contains(operand));
        if moves {
            instruction.results.iter().for_each(|result| {
                inside.remove(result);
            });
        }
        movable.push(moves);
    }
    // Up: operations, and what they need.
    let mut needed: HashSet<ValueId> = HashSet::new();
    for (instruction, moves) in body.instructions.iter().zip(&mut movable).rev() {
        let worth = matches!(instruction.kind, InstructionKind::Operation(..))
            || instruction.results.iter().any(|result| needed.contains(result));
        *moves &= worth;
        if *moves {
            needed.extend(instruction.kind.operands());
        }
    }
    let mut movable = movable.into_iter();
    let (moved, kept) = std::mem::take(&mut body.instructions)
        .into_iter()
        .partition(|_| movable.next().unwrap_or(false));
    body.instructions = kept;
    moved
}
