//! The mutable variables of carried values.
//!
//! SSA gives every state of a variable its own value. Here they share one `let mut` variable again:
//! the value that an iteration yields is assigned where it is computed (it is *targeted*), if by then
//! all values that the variable held before are dead. Otherwise it is assigned at the end of the
//! body, all of them at once where they depend on each other.

use super::Emitter;
use super::pending::{Built, Variable};
use super::uses;
use crate::ir::{For, Instruction, InstructionKind, Region, ValueId};
use quote::quote;

impl Emitter<'_> {
    /// Assigns all variables at once: each expression means the variables' old values.
    pub(super) fn assign_all(&mut self, mut assignments: Vec<(Variable, Built)>) {
        while !assignments.is_empty() {
            let free = assignments.iter().position(|(variable, _)| {
                let mut readers = assignments
                    .iter()
                    .filter(|(_, built)| built.reads.variables.contains(*variable));
                readers.all(|(own, _)| own == variable)
            });
            match free {
                Some(position) => {
                    let (variable, built) = assignments.remove(position);
                    self.assign_variable(variable, built);
                }
                None => {
                    for (variable, _) in &assignments {
                        self.assigned.insert(*variable);
                    }
                    let targets = assignments.iter().map(|(v, _)| self.variables[v.0].clone());
                    let values = assignments.iter().map(|(_, built)| &built.code);
                    self.statements.push(quote!((#(#targets),*) = (#(#values),*);));
                    return;
                }
            }
        }
    }

    /// Lets a value that the region yields to a variable be assigned where it is computed, if the
    /// value that the variable holds until then is not needed any more from there on.
    pub(super) fn try_target(
        &mut self,
        region: &Region,
        yields: &[ValueId],
        value: ValueId,
        variable: Variable,
    ) {
        let Some(holder) = self.holder_of(variable) else { return };
        if value == holder || self.target_of(value).is_some() {
            return;
        }
        let defines = |instruction: &Instruction| instruction.results.contains(&value);
        let Some(position) = region.instructions.iter().position(defines) else { return };
        let instruction = &region.instructions[position];
        let result = instruction.results.iter().position(|own| *own == value);
        // The first value of a loop may be the holder: then the loop goes on with the variable.
        let otherwise_first = |carried: &[ValueId]| {
            carried.iter().enumerate().any(|(k, first)| *first == holder && Some(k) != result)
        };
        let needed_inside = match &instruction.kind {
            InstructionKind::Constant(_) => true,
            InstructionKind::For(For { start, end, step, carried, .. }) => {
                [Some(*start), Some(*end), *step].contains(&Some(holder))
                    || otherwise_first(carried)
                    || uses::reads_inside(&instruction.kind, holder)
            }
            InstructionKind::Loop { carried, .. } => {
                otherwise_first(carried) || uses::reads_inside(&instruction.kind, holder)
            }
            _ => false,
        };
        let needed_later = region.instructions[position + 1..]
            .iter()
            .any(|instruction| uses::reads(&instruction.kind, holder));
        if !needed_inside && !needed_later && !yields.contains(&holder) {
            self.targets.push((value, variable));
        }
    }
}
