//! What a path that was not taken contributes is absent, whatever it would have been multiplied by.
//!
//! The adjoint of what only one side of a branch uses is zero on the other side. Multiplied by a slope that is infinite
//! or NaN there, it would no longer be: in `x.sqrt().max(1.0)` at 0 the maximum passes a zero on to the infinite slope
//! of the root. So the product is calculated as if the adjoint were there, and chosen only where it is:
//!
//! ```text
//! a = if c { b } else { 0 };  x' += a * s     becomes     p = b * s;  x' += if c { p } else { 0 }
//! ```
//!
//! A chain of products, quotients, negations, and sums of what is absent together has one choice, at its end.
//!
//! Assumes derivative code in which nothing was simplified yet; values before `first` are the primal's and stay as they
//! are. Guarantees: the same values where all slopes are finite, but for the sign of zero.

use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::{FloatType, Type};

/// Lets what is absent stay so.
pub(super) fn keep_absent(function: &mut Function, first: ValueId) {
    let body = std::mem::take(&mut function.body);
    let mut pass = Pass {
        function,
        first,
        zeros: Set::new(),
        finite: Set::new(),
        absent: Map::new(),
        chosen: Map::new(),
    };
    let body = pass.region(body);
    let Pass { chosen, .. } = pass;
    function.body = body;
    let use_of = |value: ValueId| chosen.get(&value).copied().unwrap_or(value);
    function.result.for_each_operand_mut(&mut |value| *value = use_of(*value));
}

/// Where a value is absent.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Absence {
    condition: ValueId,
    /// It is there where the condition holds, or where it does not.
    holds: bool,
}

struct Pass<'f> {
    function: &'f mut Function,
    first: ValueId,
    /// Constants that are zero.
    zeros: Set<ValueId>,
    /// Constants that are finite.
    finite: Set<ValueId>,
    /// What is absent on a path, and what stands for it in a chain that chooses at its end: the value that is chosen, or
    /// itself.
    absent: Map<ValueId, (Absence, ValueId)>,
    /// The choices at the ends of chains.
    chosen: Map<ValueId, ValueId>,
}

impl Pass<'_> {
    fn region(&mut self, region: Region) -> Region {
        let Region { parameters, instructions, yields } = region;
        let mut changed = Vec::with_capacity(instructions.len());
        for instruction in instructions {
            self.instruction(instruction, &mut changed);
        }
        let yields = yields.into_iter().map(|value| self.use_of(value)).collect();
        Region { parameters, instructions: changed, yields }
    }

    /// A value as it is used outside of chains.
    fn use_of(&self, value: ValueId) -> ValueId {
        self.chosen.get(&value).copied().unwrap_or(value)
    }

    fn float_of(&self, value: ValueId) -> Option<FloatType> {
        match &self.function.value(value).ty {
            Type::Float(float) => Some(float.clone()),
            _ => None,
        }
    }

    fn instruction(&mut self, mut instruction: Instruction, changed: &mut Vec<Instruction>) {
        if let InstructionKind::Constant(Constant::Float(number, _)) = &instruction.kind {
            if *number == 0.0 {
                self.zeros.insert(instruction.results[0]);
            }
            if number.is_finite() {
                self.finite.insert(instruction.results[0]);
            }
        }
        if let InstructionKind::Operation(operation, arguments) = &mut instruction.kind
            && instruction.results[0] >= self.first
            && let Some((absence, is_safe)) = self.link(*operation, arguments)
        {
            let (result, span) = (instruction.results[0], instruction.span);
            changed.push(instruction);
            self.absent.insert(result, (absence, result));
            if !is_safe {
                self.choose(result, absence, span, changed);
            }
            return;
        }
        instruction.kind.for_each_operand_mut(&mut |value| *value = self.use_of(*value));
        for inner in instruction.kind.regions_mut() {
            *inner = self.region(std::mem::take(inner));
        }
        self.find_absent(&instruction);
        changed.push(instruction);
    }

    /// Results that are zero on one side of a branch.
    fn find_absent(&mut self, instruction: &Instruction) {
        match &instruction.kind {
            InstructionKind::Operation(Operation::Select, arguments) => {
                let [condition, yes, no] = arguments[..] else { return };
                let result = instruction.results[0];
                if result < self.first || self.float_of(result).is_none() {
                    return;
                }
                let holds = self.zeros.contains(no);
                if holds != self.zeros.contains(yes) {
                    let there = if holds { yes } else { no };
                    self.absent.insert(result, (Absence { condition, holds }, there));
                }
            }
            InstructionKind::If { condition, then_region, else_region } => {
                for (position, result) in instruction.results.iter().enumerate() {
                    let (yes, no) = (then_region.yields[position], else_region.yields[position]);
                    let holds = self.zeros.contains(no);
                    if *result >= self.first
                        && self.float_of(*result).is_some()
                        && holds != self.zeros.contains(yes)
                    {
                        let absence = Absence { condition: *condition, holds };
                        self.absent.insert(*result, (absence, *result));
                    }
                }
            }
            _ => {}
        }
    }

    /// If an operation continues a chain: where its result is absent, and whether that is zero without a choice. Its
    /// operands become those of the chain.
    fn link(&self, operation: Operation, arguments: &mut [ValueId]) -> Option<(Absence, bool)> {
        use FloatOperation::{Add, Div, Mul, Neg, Sub};
        let Operation::Float(operation) = operation else { return None };
        let absence = |value: ValueId| self.absent.get(&value).copied();
        let is_linked = |value: ValueId| self.chosen.get(&value).is_some();
        // What is there in a chain may be anything where it is absent.
        let is_zero = |value: ValueId, there: ValueId| there == value && !is_linked(value);
        match (operation, &mut arguments[..]) {
            (Neg, [a]) => {
                let (absent, there) = absence(*a)?;
                let is_safe = is_zero(*a, there);
                *a = there;
                Some((absent, is_safe))
            }
            (Mul, [a, b]) => {
                let (a, b) = if absence(*a).is_some() { (a, b) } else { (b, a) };
                self.scaled(a, b)
            }
            (Div, [a, b]) => self.scaled(a, b),
            (Add | Sub, [a, b]) => {
                let ((first, there), (second, other)) = (absence(*a)?, absence(*b)?);
                let is_safe = is_zero(*a, there) && is_zero(*b, other);
                (first == second).then(|| {
                    (*a, *b) = (there, other);
                    (first, is_safe)
                })
            }
            _ => None,
        }
    }

    /// What is absent, times or over something.
    fn scaled(&self, value: &mut ValueId, by: &mut ValueId) -> Option<(Absence, bool)> {
        let (absent, there) = self.absent.get(value).copied()?;
        let is_zero = there == *value && self.chosen.get(value).is_none();
        let is_safe = is_zero && self.finite.contains(*by) && !self.zeros.contains(*by);
        *value = there;
        *by = self.use_of(*by);
        Some((absent, is_safe))
    }

    /// Chooses the end of a chain where it is there.
    fn choose(
        &mut self,
        value: ValueId,
        absence: Absence,
        span: crate::diagnostics::SourceSpan,
        changed: &mut Vec<Instruction>,
    ) {
        let Some(float) = self.float_of(value) else { return };
        let ty = Type::Float(float.clone());
        let zero = self.function.new_value(ty.clone(), None, span);
        let kind = InstructionKind::Constant(Constant::Float(0.0, float));
        changed.push(Instruction { kind, results: vec![zero], span });
        let result = self.function.new_value(ty, None, span);
        let arguments = match absence.holds {
            true => vec![absence.condition, value, zero],
            false => vec![absence.condition, zero, value],
        };
        let kind = InstructionKind::Operation(Operation::Select, arguments);
        changed.push(Instruction { kind, results: vec![result], span });
        self.chosen.insert(value, result);
    }
}
