//! Making one instruction of two that may run together.

use crate::ir::*;
use crate::reverse::LoopPair;

/// Takes the instructions at `first` and `second` out of the region, moves those at `before` up to
/// where `first` was, and puts what `combine` makes of the two behind them.
fn join(
    region: &mut Region,
    first: usize,
    second: usize,
    before: &[usize],
    combine: impl FnOnce(Instruction, Instruction) -> Instruction,
) {
    let mut slots: Vec<Option<Instruction>> =
        std::mem::take(&mut region.instructions).into_iter().map(Some).collect();
    let (Some(a), Some(b)) = (slots[first].take(), slots[second].take()) else { return };
    let mut middle: Vec<_> = before.iter().filter_map(|position| slots[*position].take()).collect();
    middle.push(combine(a, b));
    let tail = slots.split_off(first);
    region.instructions =
        slots.into_iter().flatten().chain(middle).chain(tail.into_iter().flatten()).collect();
}

/// Merges two `if`s on the same condition.
pub(super) fn branches(region: &mut Region, first: usize, second: usize, before: &[usize]) {
    join(region, first, second, before, |mut a, b| {
        let (
            InstructionKind::If { then_region: a_then, else_region: a_else, .. },
            InstructionKind::If { then_region: b_then, else_region: b_else, .. },
        ) = (&mut a.kind, b.kind)
        else {
            return a;
        };
        for (target, mut source) in [(a_then, b_then), (a_else, b_else)] {
            // Inside the branch, results of the first `if` are what the branch yields.
            let inside: Map<_, _> =
                a.results.iter().copied().zip(target.yields.iter().copied()).collect();
            source.replace_uses(&|value| inside.get(&value).copied().unwrap_or(value));
            target.instructions.extend(source.instructions);
            target.yields.extend(source.yields);
        }
        a.results.extend(b.results);
        a
    });
}

/// Fuses a forward loop with the loop that runs its iterations again.
pub(super) fn loops(
    region: &mut Region,
    first: usize,
    second: usize,
    before: &[usize],
    pair: &LoopPair,
) {
    join(region, first, second, before, |a, b| {
        let (InstructionKind::For(forward), InstructionKind::For(mut fused)) = (a.kind, b.kind)
        else {
            return Instruction { kind: InstructionKind::Constant(Constant::Bool(false)), ..a };
        };
        // In the rerun iteration the carried values were placeholders, or ran again: now they are known.
        let carried: Vec<_> =
            forward.body.parameters[1..].iter().map(|value| pair.renaming.value(*value)).collect();
        let mut results = a.results;
        let mut again = b.results;
        for position in (0..fused.carried.len()).rev() {
            if carried.contains(&fused.body.parameters[1 + position]) {
                fused.body.parameters.remove(1 + position);
                fused.body.yields.remove(position);
                fused.carried.remove(position);
                again.remove(position); // which nothing uses
            }
        }
        fused.body.instructions.retain(|instruction| {
            !matches!(instruction.kind, InstructionKind::Constant(Constant::Undefined(_)))
                || !carried.contains(&instruction.results[0])
        });
        fused.body.parameters.splice(1..1, carried);
        let yields = forward.body.yields.iter().map(|value| pair.renaming.value(*value));
        fused.body.yields.splice(0..0, yields);
        fused.carried.splice(0..0, forward.carried);
        results.append(&mut again);
        Instruction { kind: InstructionKind::For(fused), results, span: a.span }
    });
}
