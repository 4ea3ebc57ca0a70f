//! Simplification: rewrites, common subexpressions, loop-invariant code, dead code, to a bounded
//! fixpoint.
//!
//! Assumes verified IR and keeps it so. Values that the function returns, writes to its parameters or
//! decides on keep every bit, and every panic of the original stays; only what flows into derivative
//! outputs alone takes rewrites with a weaker [`Claim`].

mod absent;
mod better;
mod branches;
mod common;
mod dead;
mod exactness;
mod fold;
mod hoist;
mod lengths;
mod loads;
mod matching;
mod memory;
mod reciprocals;
mod rewrites;
mod stores;
#[cfg(test)]
mod tests;

use crate::ir::{Aggregate, Function, Region};
use exactness::Exactness;
pub use rewrites::Claim;

/// What becomes of float operations on constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Folding {
    /// They are calculated and rounded, as the compiled program would.
    #[default]
    Rounded,
    /// They are calculated where that is exact, and stay operations elsewhere: then every rewrite is an
    /// identity of exact arithmetic. For verification.
    Exact,
}

/// Simplifies the value function: bit for bit the same, with the same panics.
pub fn simplify(function: &mut Function) {
    simplify_with(function, Folding::default());
}

/// The same, with a choice of what becomes of constants.
pub fn simplify_with(function: &mut Function, folding: Folding) {
    let options = Options {
        outputs: function.parameters.len(),
        primal_values: u32::MAX,
        primal_slots: u32::MAX,
        folding,
    };
    run(function, &options);
}

/// Simplifies a function that also calculates derivatives: what `primal` calculates stays bit for bit
/// the same. The function's values and slots begin with those of `primal`, and so do its parameters;
/// the parameters after those receive derivatives.
pub fn simplify_derivative(function: &mut Function, primal: &Function) {
    simplify_derivative_with(function, primal, Folding::default());
}

/// The same, with a choice of what becomes of constants.
pub fn simplify_derivative_with(function: &mut Function, primal: &Function, folding: Folding) {
    let options = Options {
        outputs: primal.parameters.len(),
        primal_values: primal.values.len() as u32,
        primal_slots: primal.slots.len() as u32,
        folding,
    };
    absent::keep_absent(function, crate::ir::ValueId(options.primal_values));
    let mut exactness = run(function, &options);
    reciprocals::use_known(function, &mut exactness);
}

/// Where the value of the primal is in the result of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueIn {
    /// It is the result.
    Result,
    /// It is the first part of a tuple; the others are derivatives.
    First,
    /// It is not returned.
    Nothing,
}

/// Simplifies a function that returns derivatives, in which the values and slots of `primal` come first: what
/// that returns and leaves behind stays bit for bit the same.
pub fn simplify_second(function: &mut Function, primal: &Function, kept: ValueIn) {
    simplify_second_with(function, primal, kept, Folding::default());
}

/// The same, with a choice of what becomes of constants.
pub fn simplify_second_with(
    function: &mut Function,
    primal: &Function,
    kept: ValueIn,
    folding: Folding,
) {
    let options = Options {
        outputs: primal.parameters.len(),
        primal_values: primal.values.len() as u32,
        primal_slots: primal.slots.len() as u32,
        folding,
    };
    absent::keep_absent(function, crate::ir::ValueId(options.primal_values));
    let mut exactness = Exactness::of_second(function, primal.parameters.len(), kept);
    fixpoint(function, &options, &mut exactness);
    reciprocals::share(function, &mut exactness);
}

/// Simplifies a function that calculates derivatives only: the reverse sweep of `primal` by itself.
pub fn simplify_reverse(function: &mut Function, primal: &Function) {
    simplify_reverse_with(function, primal, Folding::default());
}

/// The same, with a choice of what becomes of constants.
pub fn simplify_reverse_with(function: &mut Function, primal: &Function, folding: Folding) {
    let options = Options {
        outputs: 0,
        primal_values: primal.values.len() as u32,
        primal_slots: primal.slots.len() as u32,
        folding,
    };
    absent::keep_absent(function, crate::ir::ValueId(options.primal_values));
    let mut exactness = Exactness::of_derivative(function);
    fixpoint(function, &options, &mut exactness);
    reciprocals::use_known(function, &mut exactness);
}

/// What is derivative code.
#[derive(Clone, Copy, Debug)]
struct Options {
    /// Parameters from this position on receive derivatives.
    outputs: usize,
    /// Values from this number on are those of derivative code.
    primal_values: u32,
    /// Slots from this number on are those of derivative code.
    primal_slots: u32,
    folding: Folding,
}

/// Rounds until nothing changes; each makes the function smaller or moves it toward canonical order,
/// so that the bound is for safety.
const ROUNDS: usize = 16;

fn run(function: &mut Function, options: &Options) -> Exactness {
    let mut exactness = if options.outputs < function.parameters.len() {
        Exactness::except_into(function, options.outputs)
    } else {
        Exactness::everything(function)
    };
    fixpoint(function, options, &mut exactness);
    exactness
}

fn fixpoint(function: &mut Function, options: &Options, exactness: &mut Exactness) {
    for _ in 0..ROUNDS {
        let mut changed = common::share(function, exactness, options.folding);
        changed |= hoist::hoist(function, exactness);
        changed |= stores::remove_overwritten(function);
        changed |= dead::eliminate(function, options);
        if !changed {
            break;
        }
    }
}

/// How often each value is used.
fn count_uses(body: &Region, result: &Aggregate, values: usize) -> Vec<u32> {
    let mut uses = vec![0; values];
    let mut count = |value: &crate::ir::ValueId| uses[value.0 as usize] += 1;
    result.for_each_operand(&mut count);
    fn region(region_: &Region, count: &mut dyn FnMut(&crate::ir::ValueId)) {
        for instruction in &region_.instructions {
            instruction.kind.for_each_operand(count);
            instruction.kind.regions().into_iter().for_each(|inner| region(inner, count));
        }
        region_.yields.iter().for_each(count);
    }
    region(body, &mut count);
    uses
}
