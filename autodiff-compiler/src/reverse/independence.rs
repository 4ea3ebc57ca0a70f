//! Which loops have independent iterations that only feed sums.
//!
//! Such a loop needs nothing stored: an iteration can be run again, at any time, before its reverse.
//! A loop qualifies if it has no early exit; what it writes is local to the iteration; what it reads
//! from outside still has the same content in the reverse sweep; and every active carried value is a sum
//! (`next = carried + something`, the carried value not used elsewhere). A carried value without derivative that
//! iterations look at (the power of a point in a polynomial) is a *recurrence*: running the iterations again, in
//! their order, makes it again. Other carried values feed only themselves, and what may panic does not depend on
//! them.

use super::recompute::Memory;
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::*;
use std::collections::HashSet;

/// How the carried values of an independent loop are made.
#[derive(Clone, Debug)]
pub(super) struct Reductions {
    kinds: Vec<Carried>,
}

/// What a carried value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// A sum that no iteration looks at.
    Sum,
    /// What iterations look at, without a derivative.
    Recurrence,
    /// It feeds itself.
    Own,
}

impl Reductions {
    /// Whether the carried value at this position is a sum.
    pub(super) fn is_sum(&self, position: usize) -> bool {
        self.kinds.get(position) == Some(&Carried::Sum)
    }

    /// Whether iterations look at the carried value at this position, so that those that run again need it.
    pub(super) fn is_recurrence(&self, position: usize) -> bool {
        self.kinds.get(position) == Some(&Carried::Recurrence)
    }
}

/// The reductions of a loop if its iterations are independent.
pub(super) fn reductions(
    counted: &For,
    is_active: impl Fn(ValueId) -> bool,
    memory: Memory<'_>,
) -> Option<Reductions> {
    if counted.exits || !memory_is_local(&counted.body, memory) {
        return None;
    }
    let mut kinds = vec![];
    for (position, parameter) in counted.body.parameters[1..].iter().enumerate() {
        kinds.push(match is_sum(counted, position) {
            Some(true) => Carried::Sum,
            _ if is_active(*parameter) => return None,
            Some(false) => Carried::Own,
            None => Carried::Recurrence,
        });
    }
    Some(Reductions { kinds })
}

/// Whether all that a loop carries are sums that no iteration looks at; of integers, if what is added `counts`.
pub(crate) fn carries_only_sums_and_counts(
    counted: &For,
    counts: &dyn Fn(ValueId) -> bool,
) -> bool {
    (0..counted.carried.len())
        .all(|position| is_sum_or_count(counted, position, counts) == Some(true))
}

/// Whether a carried value is a sum; `None` if something else depends on it.
pub(crate) fn is_sum(counted: &For, position: usize) -> Option<bool> {
    is_sum_or_count(counted, position, &|_| false)
}

fn is_sum_or_count(
    counted: &For,
    position: usize,
    counts: &dyn Fn(ValueId) -> bool,
) -> Option<bool> {
    let parameter = counted.body.parameters[position + 1];
    let mut analysis = Dependence { class: Map::from_iter([(parameter, Class::Sum)]), counts };
    analysis.region(&counted.body)?;
    let mut nexts = counted.body.yields.iter().map(|next| analysis.of(*next)).enumerate();
    let others_free = nexts.all(|(other, class)| other == position || class == Class::Free);
    others_free.then(|| analysis.of(counted.body.yields[position]) == Class::Sum)
}

fn memory_is_local(body: &Region, memory: Memory<'_>) -> bool {
    let mut local = HashSet::new();
    let mut holds = true;
    body.for_each_instruction(&mut |instruction| {
        local.extend(instruction.kind.defined_slot());
        // Unknown code may answer differently the second time.
        holds &= !matches!(instruction.kind, InstructionKind::Opaque(_));
        if matches!(instruction.kind, InstructionKind::Effect(_)) {
            return;
        }
        holds &= instruction.kind.writes().iter().all(|place| local.contains(&place.root));
        holds &= instruction
            .kind
            .reads()
            .iter()
            .all(|place| local.contains(&place.root) || memory.still_holds(place.root));
    });
    holds
}

/// How a value depends on one carried value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Not at all.
    Free,
    /// It is the carried value plus something free.
    Sum,
    /// In another way.
    Other,
}

impl Class {
    fn join(self, other: Class) -> Class {
        if self == other { self } else { Class::Other }
    }
}

struct Dependence<'c> {
    /// Values that are not free.
    class: Map<ValueId, Class>,
    /// Integers of which a sum is a sum.
    counts: &'c dyn Fn(ValueId) -> bool,
}

impl Dependence<'_> {
    fn of(&self, value: ValueId) -> Class {
        self.class.get(&value).copied().unwrap_or(Class::Free)
    }

    fn set(&mut self, value: ValueId, class: Class) {
        if class == Class::Free {
            self.class.remove(&value);
        } else {
            self.class.insert(value, class);
        }
    }

    fn all_free(&self, values: &[ValueId]) -> bool {
        values.iter().all(|value| self.of(*value) == Class::Free)
    }

    /// `None` where the dependence leaves through memory.
    fn region(&mut self, region: &Region) -> Option<()> {
        region.instructions.iter().try_for_each(|instruction| self.instruction(instruction))
    }

    fn instruction(&mut self, instruction: &Instruction) -> Option<()> {
        let operands = instruction.kind.operands();
        match &instruction.kind {
            InstructionKind::Constant(_) | InstructionKind::Effect(_) => {}
            InstructionKind::Operation(operation, arguments) => {
                // A carried value is not known when an iteration runs again: what may panic must not
                // depend on it. Counting is common, and is dead code there.
                use IntegerOperation::{Add, Sub};
                let counts = matches!(operation, Operation::Integer(Add | Sub));
                if operation.may_panic() && !counts && !self.all_free(arguments) {
                    return None;
                }
                let class = self.operation(*operation, arguments);
                self.set(instruction.results[0], class);
            }
            InstructionKind::Load(_) | InstructionKind::Length(_) => {
                let class = if self.all_free(&operands) { Class::Free } else { Class::Other };
                self.set(instruction.results[0], class);
            }
            InstructionKind::If { condition, then_region, else_region } => {
                let free = self.of(*condition) == Class::Free;
                let acts = |region| writes(region) || may_panic(region);
                if !free && (acts(then_region) || acts(else_region)) {
                    return None;
                }
                self.region(then_region)?;
                self.region(else_region)?;
                for (position, result) in instruction.results.iter().enumerate() {
                    let class = self
                        .of(then_region.yields[position])
                        .join(self.of(else_region.yields[position]));
                    self.set(*result, if free { class } else { Class::Other });
                }
            }
            InstructionKind::For(For { start, end, step, carried, body, exits, .. }) => {
                if !self.all_free(&[*start, *end])
                    || step.is_some_and(|step| self.of(step) != Class::Free)
                {
                    return None;
                }
                self.looped(carried, &body.parameters[1..], body, &instruction.results)?;
                // Whether it is left early decides how often it runs.
                if *exits && self.of(instruction.results[0]) != Class::Free {
                    return None;
                }
            }
            InstructionKind::Loop { carried, body } => {
                self.looped(carried, &body.parameters, body, &instruction.results)?;
                if self.of(instruction.results[0]) != Class::Free {
                    return None;
                }
            }
            InstructionKind::Match { arms, .. } => {
                let free = self.all_free(&operands);
                if !free {
                    return None;
                }
                for arm in arms {
                    self.region(&arm.body)?;
                }
                for (position, result) in instruction.results.iter().enumerate() {
                    let class = arms
                        .iter()
                        .map(|arm| self.of(arm.body.yields[position]))
                        .reduce(Class::join)
                        .unwrap_or(Class::Free);
                    self.set(*result, class);
                }
            }
            // Everything else writes memory or leaves the function.
            _ => {
                if !self.all_free(&operands) {
                    return None;
                }
            }
        }
        Some(())
    }

    fn operation(&self, operation: Operation, arguments: &[ValueId]) -> Class {
        if self.all_free(arguments) {
            return Class::Free;
        }
        let class = |position: usize| self.of(arguments[position]);
        match operation {
            Operation::Float(FloatOperation::Add) => match (class(0), class(1)) {
                (Class::Sum, Class::Free) | (Class::Free, Class::Sum) => Class::Sum,
                _ => Class::Other,
            },
            Operation::Float(FloatOperation::Sub) => match (class(0), class(1)) {
                (Class::Sum, Class::Free) => Class::Sum,
                _ => Class::Other,
            },
            Operation::Integer(IntegerOperation::Add) => match (class(0), class(1)) {
                (Class::Sum, Class::Free) if (self.counts)(arguments[1]) => Class::Sum,
                (Class::Free, Class::Sum) if (self.counts)(arguments[0]) => Class::Sum,
                _ => Class::Other,
            },
            Operation::Select if class(0) == Class::Free => class(1).join(class(2)),
            _ => Class::Other,
        }
    }

    fn looped(
        &mut self,
        carried: &[ValueId],
        parameters: &[ValueId],
        body: &Region,
        results: &[ValueId],
    ) -> Option<()> {
        for (initial, parameter) in carried.iter().zip(parameters) {
            let class = self.of(*initial);
            self.set(*parameter, class);
        }
        // Classes only move towards `Other`: two rounds more than there are carried values suffice.
        for _ in 0..carried.len() + 2 {
            self.region(body)?;
            let mut stable = true;
            for (parameter, next) in parameters.iter().zip(&body.yields) {
                let joined = self.of(*parameter).join(self.of(*next));
                stable &= joined == self.of(*parameter);
                self.set(*parameter, joined);
            }
            if stable {
                break;
            }
        }
        for (parameter, result) in parameters.iter().zip(results) {
            let class = self.of(*parameter);
            self.set(*result, class);
        }
        Some(())
    }
}

fn may_panic(region: &Region) -> bool {
    let mut found = false;
    region.for_each_instruction(&mut |instruction| found |= instruction.kind.may_panic());
    found
}

fn writes(region: &Region) -> bool {
    let mut found = false;
    region.for_each_instruction(&mut |instruction| found |= !instruction.kind.writes().is_empty());
    found
}
