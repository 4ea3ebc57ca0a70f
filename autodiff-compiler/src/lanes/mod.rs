//! Lanes: loops whose iterations may run in any order run several at a time.
//!
//! Such a loop becomes two: one over whole groups of iterations, marked for the emission with what differs
//! between the iterations of a group ([`For::lanes`]), and the loop as it was over the rest. What all iterations
//! add to one element is summed in a carried value first ([`split`]). Sums, maxima and minima may be carried; reversed
//! loops run forwards.
//!
//! A loop that stands in another one may be short. What whole groups leave of it runs as one more group, over the last
//! iterations, of which those that ran before are masked, and the loop over the rest is for short ones only.
//!
//! Assumes simplified IR, and is the last pass. Guarantees: to the IR, where a group's iterations run one after
//! the other, the same values but for the order of sums and the sign of a maximum that is zero, and the same panics. A loop of the primal is split in
//! all outputs or in none, so that all of them give the same bits for the value.

pub(crate) mod callee;
mod dependence;
mod directions;
mod evaluated;
mod facts;
mod shape;
mod split;
mod sums;

use crate::ir::builder::Builder;
use crate::ir::lanes::{Lanes, Reduction, Varying};
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::reverse::recompute;
use crate::switch;
use crate::types::{FloatType, Type};
use facts::Facts;
use std::cell::Cell;

thread_local! {
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs something with loops split into lanes, if `wanted`: core has to be there with what they need.
pub fn with_lanes<R>(wanted: bool, run: impl FnOnce() -> R) -> R {
    switch::with(&WANTED, wanted, run)
}

/// Whether loops are to be split into lanes.
pub(crate) fn are_wanted() -> bool {
    WANTED.get()
}

/// How many iterations are to run together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    /// As many as core's vectors hold.
    Vectors,
    /// So many: a power of two. Short loops have groups then, too, for a check in IR.
    #[cfg(any(test, feature = "interpret"))]
    Of(usize),
}

impl Width {
    fn of(self, float: &FloatType) -> usize {
        match self {
            Self::Vectors if *float == FloatType::F32 => 16,
            Self::Vectors => 8,
            #[cfg(any(test, feature = "interpret"))]
            Self::Of(count) => count,
        }
    }
}

/// Splits the loops of a function and of its derivatives. `primal_values`: how many values the function has.
pub(crate) fn split_loops(outputs: &mut [&mut Function], primal_values: usize, width: Width) {
    let mut choosing = Choosing { primal_values, width, banned: Set::new() };
    let facts: Vec<_> = outputs.iter().map(|output| Facts::of(output)).collect();
    let choices = loop {
        let choices: Vec<_> = outputs
            .iter()
            .zip(&facts)
            .map(|(output, facts)| choosing.choice(output, facts))
            .collect();
        let mut agreed = true;
        for choice in &choices {
            for (index, _) in &choice.chosen {
                let refused = choices.iter().any(|other| other.refused.contains(index));
                if choosing.is_primal(*index) && refused {
                    choosing.banned.insert(*index);
                    agreed = false;
                }
            }
        }
        if agreed {
            break choices;
        }
    };
    let overlapping = choosing.overlapping(&choices);
    for ((output, facts), overlapping) in outputs.iter_mut().zip(&facts).zip(&overlapping) {
        let span = output.span();
        let empty = Function::empty(output.name.clone(), Type::Unit);
        let mut function = std::mem::replace(*output, empty);
        let body = std::mem::take(&mut function.body);
        let mut builder = Builder::new(function, span);
        let known = Known { facts, overlapping };
        choosing.append(&mut builder, &known, body.instructions);
        **output = builder.finish();
    }
}

/// Whether a function has loops with lanes.
pub(crate) fn has_lanes(function: &Function) -> bool {
    let mut found = false;
    function.body.for_each_instruction(&mut |instruction| {
        found |= matches!(&instruction.kind, InstructionKind::For(For { lanes: Some(_), .. }));
    });
    found
}

/// Which loops of a function could be split, by their index values.
#[derive(Default)]
struct Choice {
    /// With whether the last group may overlap the one before.
    chosen: Vec<(ValueId, bool)>,
    refused: Vec<ValueId>,
}

/// What is known of an output that is being split.
struct Known<'k> {
    facts: &'k Facts,
    /// The indices of loops whose last group overlaps the one before.
    overlapping: &'k Set<ValueId>,
}

/// Which loops are split.
struct Choosing {
    /// How many values the primal has: the values before that are its own.
    primal_values: usize,
    width: Width,
    /// The indices of loops of the primal that another output cannot split.
    banned: Set<ValueId>,
}

impl Choosing {
    fn is_primal(&self, index: ValueId) -> bool {
        (index.0 as usize) < self.primal_values
    }

    fn choice(&self, function: &Function, facts: &Facts) -> Choice {
        let mut choice = Choice::default();
        self.choose(function, facts, &function.body, false, &mut choice);
        choice
    }

    /// The loops of each output whose last group overlaps the one before: those of the primal in all outputs, or in
    /// none.
    fn overlapping(&self, choices: &[Choice]) -> Vec<Set<ValueId>> {
        let chosen = || choices.iter().flat_map(|choice| &choice.chosen);
        let may = |index: ValueId| {
            !self.is_primal(index) || chosen().all(|(other, may)| *other != index || *may)
        };
        let of_one = |choice: &Choice| {
            let all = choice.chosen.iter().filter(|(index, own)| *own && may(*index));
            Set::from_iter(all.map(|(index, _)| *index))
        };
        choices.iter().map(of_one).collect()
    }

    fn choose(
        &self,
        function: &Function,
        facts: &Facts,
        region: &Region,
        nested: bool,
        choice: &mut Choice,
    ) {
        for instruction in &region.instructions {
            if let InstructionKind::For(counted) = &instruction.kind {
                let index = counted.body.parameters[0];
                if let Some(lanes) = self.lanes_of(function, facts, counted) {
                    // A Jacobian-vector product is worth it wherever it stands.
                    let worth_it = nested || calls_product(counted, &lanes);
                    choice.chosen.push((index, worth_it && may_overlap(counted, &lanes)));
                    continue;
                }
                choice.refused.push(index);
            }
            let nested = nested
                || match &instruction.kind {
                    InstructionKind::For(counted) => counted.chunks.is_none(),
                    kind => matches!(kind, InstructionKind::Loop { .. }),
                };
            instruction
                .kind
                .for_each_region(&mut |inner| self.choose(function, facts, inner, nested, choice));
        }
    }

    /// Appends instructions with their loops split.
    fn append(&self, builder: &mut Builder, known: &Known<'_>, instructions: Vec<Instruction>) {
        for mut instruction in instructions {
            builder.at(instruction.span);
            if let InstructionKind::For(counted) = &instruction.kind
                && let Some(mut lanes) = self.lanes_of(&builder.function, known.facts, counted)
            {
                lanes.overlaps = known.overlapping.contains(counted.body.parameters[0]);
                split::split(builder, instruction, lanes);
                continue;
            }
            for inner in instruction.kind.regions_mut() {
                let Region { parameters, instructions, yields } = std::mem::take(inner);
                builder.open(parameters);
                self.append(builder, known, instructions);
                *inner = builder.close(yields);
            }
            builder.append(instruction);
        }
    }

    /// How the iterations of a loop run together, if they may and it is worth it.
    fn lanes_of(&self, function: &Function, facts: &Facts, counted: &For) -> Option<Lanes> {
        let index = *counted.body.parameters.first()?;
        if self.banned.contains(index) || !self.may_run_forwards(counted) {
            return None;
        }
        let lanes = shape::shape(function, facts, counted, self.width)?;
        let constant = |value: ValueId| facts.constants.get(&value).copied();
        let few = match (constant(counted.start), constant(counted.end)) {
            (Some(start), Some(end)) => end - start < 2 * lanes.count as i128,
            _ => false,
        };
        (!few && dependence::are_apart(counted, &lanes, facts)).then_some(lanes)
    }

    /// Whether a loop whose iterations are apart may run from its start to its end: a reversed one of the primal might
    /// panic at another iteration first. What a reverse sweep does for an iteration panics for none, since the value
    /// sweep did not.
    fn may_run_forwards(&self, counted: &For) -> bool {
        if !counted.reversed || !self.is_primal(counted.body.parameters[0]) {
            return true;
        }
        let mut panics = false;
        counted.body.for_each_instruction(&mut |inner| panics |= inner.kind.may_panic());
        !panics
    }
}

/// Whether an iteration calls a Jacobian-vector product.
fn calls_product(counted: &For, lanes: &Lanes) -> bool {
    let calls = |instruction: &Instruction| match &instruction.kind {
        InstructionKind::Call(call) => lanes.product(call).is_some(),
        _ => false,
    };
    counted.body.instructions.iter().any(calls)
}

/// The least price of an iteration, in sums, for which a group that overlaps the one before is cheaper than the
/// iterations that are left: it reads what that one has just written, which the processor has to wait for.
const LEAST_PRICE: u64 = 20;

/// Whether an iteration may run once more, on the memory that it left, if nothing is kept of that, and whether it is
/// worth it. No number that it finds there may lead to a panic.
fn may_overlap(counted: &For, lanes: &Lanes) -> bool {
    let mut may = !lanes.reductions.contains(&Reduction::Previous);
    let mut price = 0;
    counted.body.for_each_instruction(&mut |inner| match &inner.kind {
        InstructionKind::Operation(operation, arguments) => {
            let of_float = lanes.varying(arguments[0]) == Some(Varying::Float);
            let is_index = lanes.varying(inner.results[0]) == Some(Varying::ByLane);
            let panics = *operation == Operation::Float(FloatOperation::Clamp);
            may &= !(panics || of_float && is_index);
            if matches!(operation, Operation::Float(_)) {
                price += recompute::price(*operation);
            }
        }
        // The trips of an inner loop are not known.
        InstructionKind::Call(_) | InstructionKind::For(_) => price += LEAST_PRICE,
        _ => {}
    });
    may && price >= LEAST_PRICE
}
