//! Lanes: loops whose iterations may run in any order run several at a time.
//!
//! Such a loop becomes two: one over whole groups of iterations, marked for the emission with what differs
//! between the iterations of a group ([`For::lanes`]), and the loop as it was over the rest. What all iterations
//! add to one element is summed in a carried value first ([`split`]). Sums, maxima and minima may be carried; reversed
//! loops run forwards.
//!
//! Assumes simplified IR, and is the last pass. Guarantees: to the IR, where a group's iterations run one after
//! the other, the same values but for the order of sums and the sign of a maximum that is zero, and the same panics. A loop of the primal is split in
//! all outputs or in none, so that all of them give the same bits for the value.

mod dependence;
mod evaluated;
mod shape;
mod split;

use crate::ir::builder::Builder;
use crate::ir::lanes::Lanes;
use crate::ir::*;
use crate::switch;
use crate::types::{FloatType, Type};
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
    loop {
        let choices: Vec<_> = outputs.iter().map(|output| choosing.choice(output)).collect();
        let mut agreed = true;
        for choice in &choices {
            for index in &choice.chosen {
                let refused = choices.iter().any(|other| other.refused.contains(index));
                if choosing.is_primal(*index) && refused {
                    choosing.banned.insert(*index);
                    agreed = false;
                }
            }
        }
        if agreed {
            break;
        }
    }
    for output in outputs {
        let span = output.span();
        let empty = Function::empty(output.name.clone(), Type::Unit);
        let mut function = std::mem::replace(*output, empty);
        let body = std::mem::take(&mut function.body);
        let mut builder = Builder::new(function, span);
        choosing.append(&mut builder, body.instructions);
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
    chosen: Vec<ValueId>,
    refused: Vec<ValueId>,
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

    fn choice(&self, function: &Function) -> Choice {
        let mut choice = Choice::default();
        self.choose(function, &function.body, &mut choice);
        choice
    }

    fn choose(&self, function: &Function, region: &Region, choice: &mut Choice) {
        for instruction in &region.instructions {
            if let InstructionKind::For(counted) = &instruction.kind {
                let index = counted.body.parameters[0];
                if self.lanes_of(function, &region.instructions, counted).is_some() {
                    choice.chosen.push(index);
                    continue;
                }
                choice.refused.push(index);
            }
            instruction.kind.for_each_region(&mut |inner| self.choose(function, inner, choice));
        }
    }

    /// Appends instructions with their loops split.
    fn append(&self, builder: &mut Builder, instructions: Vec<Instruction>) {
        for mut instruction in instructions {
            builder.at(instruction.span);
            if let InstructionKind::For(counted) = &instruction.kind
                && let Some(lanes) = self.lanes_of(&builder.function, builder.innermost(), counted)
            {
                split::split(builder, instruction, lanes);
                continue;
            }
            for inner in instruction.kind.regions_mut() {
                let Region { parameters, instructions, yields } = std::mem::take(inner);
                builder.open(parameters);
                self.append(builder, instructions);
                *inner = builder.close(yields);
            }
            builder.append(instruction);
        }
    }

    /// How the iterations of a loop run together, if they may and it is worth it. `before`: what stands before it.
    fn lanes_of(
        &self,
        function: &Function,
        before: &[Instruction],
        counted: &For,
    ) -> Option<Lanes> {
        let index = *counted.body.parameters.first()?;
        if self.banned.contains(index) || !self.may_run_forwards(counted) {
            return None;
        }
        let lanes = shape::shape(function, counted, self.width)?;
        let constant = |value: ValueId| {
            before.iter().find_map(|instruction| match &instruction.kind {
                InstructionKind::Constant(Constant::Integer(constant, _))
                    if instruction.results == [value] =>
                {
                    Some(*constant)
                }
                _ => None,
            })
        };
        let few = match (constant(counted.start), constant(counted.end)) {
            (Some(start), Some(end)) => end - start < 2 * lanes.count as i128,
            _ => false,
        };
        (!few && dependence::are_apart(counted, &lanes)).then_some(lanes)
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
