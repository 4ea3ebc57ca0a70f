//! The walk over `if`, `match` and loops.

use super::common::{Outcome, Walk};
use super::matching::Graph;
use crate::diagnostics::SourceSpan;
use crate::ir::operations::{BooleanOperation, Operation};
use crate::ir::*;

impl Walk<'_> {
    pub(super) fn branch(
        &mut self,
        condition: ValueId,
        then_region: Region,
        else_region: Region,
        results: Vec<ValueId>,
        span: SourceSpan,
    ) {
        if let Some(Constant::Bool(truth)) = self.constant(condition) {
            let region = if *truth { then_region } else { else_region };
            for instruction in region.instructions {
                self.instruction(instruction);
            }
            for (result, value) in results.iter().zip(region.yields) {
                let value = self.value(value);
                self.replace(*result, value);
            }
            self.changed = true;
            return;
        }
        let mut then_region = self.nested(then_region, false);
        let mut else_region = self.nested(else_region, false);
        self.contents.forget_changed_in(&then_region);
        self.contents.forget_changed_in(&else_region);

        let mut kept: Vec<usize> = Vec::new();
        let mut later = Vec::new();
        for position in 0..results.len() {
            let yields = (then_region.yields[position], else_region.yields[position]);
            let same = |other: &&usize| {
                (then_region.yields[**other], else_region.yields[**other]) == yields
            };
            if yields.0 == yields.1 {
                self.replace(results[position], yields.0);
            } else if let Some(other) = kept.iter().find(same) {
                self.replace(results[position], results[*other]);
            } else if let Some(outcome) = self.chosen(condition, yields) {
                later.push((results[position], outcome));
            } else {
                kept.push(position);
            }
        }
        let pick = |values: &[ValueId]| kept.iter().map(|position| values[*position]).collect();
        then_region.yields = pick(&then_region.yields);
        else_region.yields = pick(&else_region.yields);
        let results = pick(&results);
        let kind = InstructionKind::If { condition, then_region, else_region };
        self.output.push(Instruction { kind, results, span });
        for (result, outcome) in later {
            self.changed = true;
            match outcome {
                Outcome::Value(value) => self.replace(result, value),
                Outcome::Constant(constant) => self.define_constant(result, constant, span),
                Outcome::Operation(operation, arguments) => {
                    self.define_operation(result, operation, arguments, span);
                }
            }
        }
    }

    /// What an `if` gives whose branches give constants.
    pub(super) fn chosen(&self, condition: ValueId, yields: (ValueId, ValueId)) -> Option<Outcome> {
        let (yes, no) = (self.constant(yields.0)?, self.constant(yields.1)?);
        match (yes, no) {
            (Constant::Bool(true), Constant::Bool(false)) => Some(Outcome::Value(condition)),
            (Constant::Bool(false), Constant::Bool(true)) => {
                let not = Operation::Boolean(BooleanOperation::Not);
                Some(Outcome::Operation(not, vec![condition]))
            }
            (Constant::Float(a, _), Constant::Float(b, _)) if a.to_bits() == b.to_bits() => {
                Some(Outcome::Constant(yes.clone()))
            }
            (Constant::Undefined(_), _) => Some(Outcome::Constant(no.clone())),
            (_, Constant::Undefined(_)) => Some(Outcome::Constant(yes.clone())),
            _ if yes == no && !matches!(yes, Constant::Float(..)) => {
                Some(Outcome::Constant(yes.clone()))
            }
            _ => None,
        }
    }

    pub(super) fn looped(&mut self, mut instruction: Instruction) {
        let results = instruction.results.clone();
        let (carried, body, index, exits) = match &mut instruction.kind {
            InstructionKind::For(For { carried, body, exits, .. }) => {
                (carried.clone(), std::mem::take(body), 1, *exits)
            }
            InstructionKind::Loop { carried, body } => {
                (carried.clone(), std::mem::take(body), 0, true)
            }
            _ => return,
        };
        // What a loop carries unchanged is what it starts with.
        for position in usize::from(exits)..carried.len() {
            if body.yields[position] == body.parameters[index + position] {
                if self.value(results[position]) == results[position] {
                    self.replace(results[position], carried[position]);
                }
                if self.value(body.parameters[index + position]) != carried[position] {
                    self.replace(body.parameters[index + position], carried[position]);
                }
            }
        }
        self.contents.forget_changed_in(&body);
        if let InstructionKind::For(For { end, inclusive: false, .. }) = &instruction.kind {
            self.ends.insert(body.parameters[0], *end);
        }
        let new_body = self.nested(body, true);
        match &mut instruction.kind {
            InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. } => {
                *body = new_body;
            }
            _ => {}
        }
        self.output.push(instruction);
    }

    pub(super) fn arm(&mut self, arm: MatchArm) -> MatchArm {
        MatchArm {
            guard: arm.guard.map(|guard| self.nested(guard, false)),
            body: self.nested(arm.body, false),
            ..arm
        }
    }
}
