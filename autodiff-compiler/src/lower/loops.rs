//! Loops: what they carry.
//!
//! Every variable that may change is carried at first; those that the body does not change are taken
//! out again, so that the loop carries exactly what it must.

use super::Lowerer;
use super::flow::{Exit, Lowered};
use super::operand::{Key, Operand};
use crate::ir::{For, InstructionKind, ValueId};
use crate::types::Type;

/// The head of a loop.
#[derive(Clone, Debug)]
pub(super) enum Header {
    /// Counted.
    Counted {
        /// First index.
        start: ValueId,
        /// End of the indices.
        end: ValueId,
        /// `end` is an index.
        inclusive: bool,
        /// `step_by`.
        step: Option<ValueId>,
        /// Last to first.
        reversed: bool,
    },
    /// Until an exit.
    Endless,
}

impl Lowerer<'_> {
    /// A loop. The variables that the body may change are carried; those that it does not change
    /// are taken out again. `again`: the exit code of `continue`. Returns how the loop ends, without
    /// having caught the code of `break`.
    pub(super) fn repeat(
        &mut self,
        header: Header,
        again: u32,
        body: impl FnOnce(&mut Self, ValueId) -> Lowered<()>,
    ) -> Lowered<Exit> {
        let span = self.builder.span();
        let before = self.scope.clone();
        let keys: Vec<Key> = before.keys().copied().filter(|key| self.can_change(*key)).collect();
        let index = match &header {
            Header::Counted { start, .. } => {
                let ty = self.builder.function.value(*start).ty.clone();
                self.builder.value(ty, None)
            }
            Header::Endless => ValueId(0),
        };
        let mut carried = Carried::default();
        for key in &keys {
            let operand = &before[key];
            let mut inside = operand.clone();
            let name = self.key_name(*key).filter(|_| matches!(operand, Operand::Scalar(_)));
            inside.for_each_value(&mut |value| {
                let known = self.builder.function.value(*value).clone();
                carried.initial.push(*value);
                let name = name.clone().or(known.name);
                *value = self.builder.value(known.ty, name);
                carried.parameters.push(*value);
            });
            self.scope.insert(*key, inside);
        }
        let inside = self.scope.clone();
        let mut end = self.branch(Some(again), |lowerer| {
            body(lowerer, index)?;
            Ok(Operand::Unit)
        })?;
        self.builder.at(span);
        let mut results = Vec::new();
        for key in &keys {
            let entry = &inside[key];
            let after = end.scope.get(key).filter(|_| !end.exit.diverges()).unwrap_or(entry);
            if !after.same_shape(entry) {
                let name = self.key_name(*key).unwrap_or_else(|| "a value".into());
                self.error::<()>(
                    span,
                    format!("`{name}` does not stay one thing from iteration to iteration"),
                    "a reference that a loop moves along is not supported; keep an index instead",
                )?;
            }
            results.extend(after.values());
        }
        // Take out what does not change.
        let kept: Vec<bool> =
            carried.parameters.iter().zip(&results).map(|(a, b)| a != b).collect();
        let constant: Vec<(ValueId, ValueId)> = (0..kept.len())
            .filter(|position| !kept[*position])
            .map(|position| (carried.parameters[position], carried.initial[position]))
            .collect();
        let replacement = |value: ValueId| {
            constant.iter().find(|(old, _)| *old == value).map_or(value, |(_, new)| *new)
        };
        let endless = matches!(header, Header::Endless);
        let exits = endless || !end.exit.targets.is_empty();
        let mut initial = Vec::new();
        let mut types = Vec::new();
        let mut names = Vec::new();
        if exits {
            let code = end.exit.clone();
            let value = self.append_to(&mut end, |lowerer| lowerer.code(&code));
            end.region.yields.push(value);
            end.region.parameters.push(self.builder.value(Type::EXIT_CODE, Some("exit".into())));
            initial.push(self.builder.exit_code(0));
            types.push(Type::EXIT_CODE);
            names.push(Some("exit".into()));
        }
        for (position, result) in results.iter().enumerate() {
            if kept[position] {
                let parameter = carried.parameters[position];
                end.region.yields.push(*result);
                end.region.parameters.push(parameter);
                initial.push(carried.initial[position]);
                let known = self.builder.function.value(parameter);
                types.push(known.ty.clone());
                names.push(known.name.clone());
            }
        }
        if !constant.is_empty() {
            end.region.replace_uses(&replacement);
        }
        if let Header::Counted { .. } = header {
            self.name_value(index, &"i".into());
        }
        let kind = match header {
            Header::Counted { start, end: last, inclusive, step, reversed } => {
                end.region.parameters.insert(0, index);
                InstructionKind::For(For {
                    start,
                    end: last,
                    inclusive,
                    step,
                    reversed,
                    carried: initial,
                    exits,
                    body: end.region,
                    lanes: None,
                    chunks: None,
                })
            }
            Header::Endless => InstructionKind::Loop { carried: initial, body: end.region },
        };
        let outcome = self.builder.push(kind, types);
        for (value, name) in outcome.iter().zip(names) {
            self.builder.function.values[value.0 as usize].name = name;
        }
        let mut rest = outcome.iter().skip(usize::from(exits));
        let mut position = 0;
        self.scope = before;
        for key in &keys {
            if let Some(operand) = self.scope.get_mut(key) {
                operand.for_each_value(&mut |value| {
                    if kept[position] {
                        *value = rest.next().copied().unwrap_or(*value);
                    }
                    position += 1;
                });
            }
        }
        let code = exits.then(|| outcome[0]);
        Ok(Exit { live: !endless, targets: end.exit.targets, code })
    }
}

/// What a loop carries, before it is known what changes.
#[derive(Default)]
struct Carried {
    initial: Vec<ValueId>,
    parameters: Vec<ValueId>,
}
