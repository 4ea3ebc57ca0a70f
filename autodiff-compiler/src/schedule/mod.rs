//! Scheduling: forward and reverse code of one construct run together where nothing forbids it.
//!
//! * A forward `if` and a later `if` on the same condition become one, so that what is inside can
//!   meet.
//! * An independent loop and the loop that runs its iterations again with their reverse become one:
//!   the iteration runs once, forward and backward, and nothing is stored.
//!
//! Both move the later instruction up to the earlier one, together with what it needs from in
//! between. That is allowed if what it needs does not itself depend on the earlier instruction (a
//! cotangent that is only known once the sum is: then the loops stay apart), cannot panic and has no
//! effects. Effects of iterations that run a second time are dropped.
//!
//! Assumes the output of [`crate::reverse`], before anything else touched it. Guarantees: the same
//! values bit for bit, the same panics and effects in the same order.

mod dependence;
mod first_additions;
mod fuse;
mod handed_over;
mod neighbours;
mod workspace;

use crate::ir::set::Numbered;
use crate::ir::*;
use crate::reverse::{LoopPair, Reversed};
use first_additions::store_first_additions;
use handed_over::end_where_handed_over;
pub use neighbours::carry_to_neighbours;
pub use workspace::use_workspace;

/// What is done last to simplified derivative code, whose slots begin with `first`.
pub fn finish(function: &mut Function, first: SlotId) {
    carry_to_neighbours(function, first);
    end_where_handed_over(function);
    store_first_additions(function, first);
    use_workspace(function, first);
}

/// Fuses what belongs together.
pub fn schedule(reversed: Reversed) -> Function {
    let Reversed { mut function, loops, first_derivative_value, .. } = reversed;
    let mut body = std::mem::take(&mut function.body);
    let loops = loops.into_iter().map(|pair| (pair.reverse, pair)).collect();
    let mut schedule = Schedule {
        loops,
        first_derivative_value,
        fused: Renaming::default(),
        run_once: Set::new(),
    };
    schedule.region(&mut body);
    body.rename(&schedule.primal_names());
    function.body = body;
    function
}

struct Schedule {
    /// Loop pairs by the index value of the reverse loop.
    loops: Map<ValueId, LoopPair>,
    first_derivative_value: ValueId,
    /// From what fused loops run to what their forward loops ran.
    fused: Renaming,
    /// The index values of fused loops: their iterations run once, and keep their effects.
    run_once: Set<ValueId>,
}

impl Schedule {
    fn region(&mut self, region: &mut Region) {
        while self.merge_branches(region) {}
        while self.fuse_loops(region) {}
        for instruction in &mut region.instructions {
            if let InstructionKind::For(For { body, .. }) = &mut instruction.kind
                && let Some(pair) = self.loops.get(&body.parameters[0])
                && !self.run_once.contains(body.parameters[0])
            {
                let rerun = pair.rerun.min(body.instructions.len());
                let mut iteration: Vec<_> = body.instructions.drain(..rerun).collect();
                drop_effects(&mut iteration);
                body.instructions.splice(0..0, iteration);
            }
            for nested in instruction.kind.regions_mut() {
                self.region(nested);
            }
        }
    }

    /// A fused loop runs the iterations of the primal and keeps their panics, so it gets back the names
    /// of the primal: by those the simplification knows what may not go.
    fn primal_names(&self) -> Renaming {
        Renaming { values: settled(&self.fused.values), slots: settled(&self.fused.slots) }
    }

    /// Merges one pair of `if`s on the same condition, of which the later is derivative code.
    fn merge_branches(&self, region: &mut Region) -> bool {
        let mut first_on = Map::new();
        for (position, instruction) in region.instructions.iter().enumerate() {
            let InstructionKind::If { condition, .. } = &instruction.kind else { continue };
            let derivative = self.is_derivative(instruction);
            match first_on.get(condition) {
                Some(first) if derivative => {
                    if let Some(order) = dependence::meet(region, *first, position, true) {
                        fuse::branches(region, *first, position, &order);
                        return true;
                    }
                }
                _ => {
                    first_on.insert(*condition, position);
                }
            }
        }
        false
    }

    /// Whether an `if` was made by the reverse sweep: it then has no result of the primal, and what
    /// it holds is derivative code.
    fn is_derivative(&self, instruction: &Instruction) -> bool {
        let made = |value: &ValueId| *value >= self.first_derivative_value;
        let mut all = instruction.results.iter().all(made);
        for region in instruction.kind.regions() {
            region.for_each_instruction(&mut |inner| all &= inner.results.iter().all(made));
        }
        all
    }

    /// Fuses one forward loop with its reverse.
    fn fuse_loops(&mut self, region: &mut Region) -> bool {
        let mut forward = Map::new();
        for (position, instruction) in region.instructions.iter().enumerate() {
            let InstructionKind::For(For { body, .. }) = &instruction.kind else { continue };
            let index = body.parameters[0];
            if let Some(pair) = self.loops.get(&index)
                && let Some(first) = forward.get(&pair.forward)
                && let Some(order) = dependence::meet(region, *first, position, false)
            {
                fuse::loops(region, *first, position, &order, pair);
                let Renaming { values, slots } = &pair.renaming;
                self.fused.values.extend(values.iter().map(|(primal, rerun)| (*rerun, primal)));
                self.fused.slots.extend(slots.iter().map(|(primal, rerun)| (*rerun, primal)));
                self.run_once.insert(index);
                return true;
            }
            forward.insert(index, position);
        }
        false
    }
}

/// Follows a renaming to its end.
fn settled<T: Numbered>(names: &Map<T, T>) -> Map<T, T> {
    let settle = |mut name: T| {
        while let Some(next) = names.get(&name) {
            name = *next;
        }
        name
    };
    names.iter().map(|(name, _)| (name, settle(name))).collect()
}

fn drop_effects(instructions: &mut Vec<Instruction>) {
    instructions.retain(|instruction| !matches!(instruction.kind, InstructionKind::Effect(_)));
    for instruction in instructions {
        for region in instruction.kind.regions_mut() {
            drop_effects(&mut region.instructions);
        }
    }
}
