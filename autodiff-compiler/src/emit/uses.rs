//! How often each value is used by code that will be emitted, and where.

use crate::ir::{Function, InstructionKind, Region, Set, ValueId};

/// The number of uses of every value, indexed by [`ValueId`]. Uses by pure instructions whose own
/// results are not used do not count, nor do yields to results that are not used.
pub(super) fn count(function: &Function) -> Vec<u32> {
    let mut uses = vec![0; function.values.len()];
    function.result.for_each_operand(&mut |value| uses[value.0 as usize] += 1);
    count_region(&function.body, &[], &mut uses);
    uses
}

/// `live`: which yields count; missing ones do.
fn count_region(region: &Region, live: &[bool], uses: &mut [u32]) {
    for (position, value) in region.yields.iter().enumerate() {
        if live.get(position).copied().unwrap_or(true) {
            uses[value.0 as usize] += 1;
        }
    }
    // Backward: the uses of what an instruction defines are known when it is met.
    for instruction in region.instructions.iter().rev() {
        let kind = &instruction.kind;
        let live: Vec<bool> =
            instruction.results.iter().map(|value| uses[value.0 as usize] > 0).collect();
        if is_dropped(kind, live.contains(&true)) {
            continue;
        }
        match kind {
            InstructionKind::If { then_region, else_region, .. } => {
                count_region(then_region, &live, uses);
                count_region(else_region, &live, uses);
            }
            InstructionKind::Match { arms, .. } => {
                for arm in arms {
                    arm.guard.iter().for_each(|guard| count_region(guard, &[], uses));
                    count_region(&arm.body, &live, uses);
                }
            }
            _ => kind.for_each_region(&mut |body| count_region(body, &[], uses)),
        }
        kind.for_each_operand(&mut |value| uses[value.0 as usize] += 1);
    }
}

/// Whether nothing is emitted for an instruction: no result is used and it does nothing else.
pub(super) fn is_dropped(kind: &InstructionKind, used: bool) -> bool {
    match kind {
        InstructionKind::Constant(_) => !used,
        InstructionKind::Operation(..) | InstructionKind::Length(_) | InstructionKind::Load(_) => {
            !used && !kind.may_panic()
        }
        _ => false,
    }
}

/// The values that emitted code reads in the regions of an instruction, defined there or not.
pub(super) fn values_read_inside(
    kind: &InstructionKind,
    live: &[bool],
    uses: &[u32],
) -> Set<ValueId> {
    let mut found = Set::new();
    add_values_read_inside(kind, live, uses, &mut found);
    found
}

/// `live`: which of the instruction's results are used.
fn add_values_read_inside(
    kind: &InstructionKind,
    live: &[bool],
    uses: &[u32],
    found: &mut Set<ValueId>,
) {
    let guards: Vec<&Region> = match kind {
        InstructionKind::Match { arms, .. } => {
            arms.iter().filter_map(|arm| arm.guard.as_ref()).collect()
        }
        _ => vec![],
    };
    let branches = matches!(kind, InstructionKind::If { .. } | InstructionKind::Match { .. });
    for region in kind.regions() {
        // What a loop carries and what a guard asks is read in any case.
        let always = !branches || guards.iter().any(|guard| std::ptr::eq(*guard, region));
        for (position, value) in region.yields.iter().enumerate() {
            if always || live.get(position).copied().unwrap_or(true) {
                found.insert(*value);
            }
        }
        for instruction in &region.instructions {
            let live: Vec<bool> =
                instruction.results.iter().map(|value| uses[value.0 as usize] > 0).collect();
            if !is_dropped(&instruction.kind, live.contains(&true)) {
                instruction.kind.for_each_operand(&mut |value| {
                    found.insert(*value);
                });
                add_values_read_inside(&instruction.kind, &live, uses, found);
            }
        }
    }
}

/// Whether an instruction or a region in it reads the value.
pub(super) fn reads(kind: &InstructionKind, value: ValueId) -> bool {
    kind.operands().contains(&value) || reads_inside(kind, value)
}

/// Whether a region of the instruction reads the value.
pub(super) fn reads_inside(kind: &InstructionKind, value: ValueId) -> bool {
    kind.regions().into_iter().any(|region| {
        region.yields.contains(&value)
            || region.instructions.iter().any(|instruction| reads(&instruction.kind, value))
    })
}
