//! Stacks of derivative code, and which loops touch them once in each iteration.

use super::{Aggregate, For, Function, InstructionKind, Set, SlotId};
use crate::types::{FloatType, IntegerType, Type};

/// Slots that are stacks of derivative code.
pub(crate) fn stacks(function: &Function) -> Set<SlotId> {
    let mut found = Set::new();
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Define(slot, Aggregate::Stack | Aggregate::RestoredStack) =
            &instruction.kind
            && matches!(function.slot(*slot).ty, Type::Vec(_))
        {
            found.insert(*slot);
        }
    });
    found
}

/// The stacks that a loop touches once in each iteration, whatever happens there, and whether it takes from them:
/// it fills or reads a block of each, forwards when it fills it, backwards when it reads it.
pub(crate) fn recorded_by(
    function: &Function,
    stacks: &Set<SlotId>,
    counted: &For,
) -> Vec<(SlotId, bool)> {
    let plain = !counted.inclusive && counted.step.is_none() && !counted.exits;
    if !plain || function.value(counted.start).ty != Type::USIZE {
        return vec![];
    }
    let mut found = vec![];
    for instruction in &counted.body.instructions {
        let (place, taken) = match &instruction.kind {
            InstructionKind::Push(place, Aggregate::Value(_)) => (place, false),
            InstructionKind::Pop(place) => (place, true),
            _ => continue,
        };
        let number = function.slot(place.root).ty.element().is_some_and(is_number);
        let known = stacks.contains(place.root) && place.path.is_empty();
        // The last one that was pushed is the first one that is popped.
        if number && known && taken == counted.reversed {
            found.push((place.root, taken));
        }
    }
    found.retain(|(stack, _)| counted.body.count(&mut |kind| kind.touches(*stack)) == 1);
    found
}

/// Whether it is a type of std whose default is zero.
fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Float(float) => matches!(float, FloatType::F32 | FloatType::F64),
        Type::Integer(IntegerType::I128 | IntegerType::U128) => false,
        Type::Integer(_) | Type::Bool => true,
        _ => false,
    }
}
