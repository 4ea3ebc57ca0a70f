//! Macros with effects: they run once, in the value sweep.

use super::Lowerer;
use super::flow::{Exit, Halt, Lowered};
use super::operand::Operand;
use crate::hir::{self, ExpressionId, MacroCall, MacroKind};
use crate::ir::{Effect, InstructionKind};

impl Lowerer<'_> {
    /// `println!`, `assert!`, `panic!` and their families.
    pub(super) fn macro_call(&mut self, id: ExpressionId, call: &MacroCall) -> Lowered<Operand> {
        let span = self.body.span(id);
        match call.kind {
            MacroKind::Print => {
                self.effect(call)?;
                Ok(Operand::Unit)
            }
            MacroKind::Panic => {
                self.effect(call)?;
                Err(Halt::Exit(Exit::diverging()))
            }
            MacroKind::Assert => {
                let name = call.path.text.rsplit("::").next().unwrap_or_default().to_owned();
                let end = self.branch(None, |lowerer| {
                    lowerer.effect(call)?;
                    Ok(Operand::Unit)
                })?;
                self.builder.at(span);
                let holes = holes(&call.pieces);
                let conditions = if name.ends_with("assert") { 1 } else { 2 };
                // Arguments of the message are evaluated only on failure, those of `debug_assert!`
                // only in some builds: it must not be possible to tell.
                let visible = holes.len() > conditions || name.starts_with("debug");
                let (effect, before) = match end.region.instructions.split_last() {
                    Some((effect, before)) if end.exit.live && end.exit.targets.is_empty() => {
                        (effect.clone(), before.to_vec())
                    }
                    _ => {
                        return self.refuse(
                            id,
                            "an assertion that can be left",
                            "compute its condition in a `let` before it",
                        );
                    }
                };
                let told = before
                    .iter()
                    .any(|step| step.kind.may_panic() || !step.kind.regions().is_empty());
                if visible && told && !self.conditions_alone(call, conditions, &name)? {
                    return self.refuse(
                        id,
                        "the message of this assertion may panic itself, or it may not be evaluated",
                        "compute its arguments in `let`s before it",
                    );
                }
                for step in before {
                    self.builder.append(step);
                }
                self.builder.append(effect);
                self.scope = end.scope;
                Ok(Operand::Unit)
            }
            MacroKind::Matches => self.refuse(id, "`matches!` is not supported here", None),
        }
    }

    /// Whether only the conditions of an `assert!` may panic, and not its message.
    fn conditions_alone(
        &mut self,
        call: &MacroCall,
        conditions: usize,
        name: &str,
    ) -> Lowered<bool> {
        if name.starts_with("debug") {
            return Ok(false);
        }
        for hole in holes(&call.pieces).into_iter().skip(conditions) {
            let end = self.branch(None, |lowerer| lowerer.value(hole))?;
            let told = |step: &crate::ir::Instruction| {
                step.kind.may_panic() || !step.kind.regions().is_empty()
            };
            if end.region.instructions.iter().any(told) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn effect(&mut self, call: &MacroCall) -> Lowered<()> {
        let span = self.builder.span();
        let mut back = Vec::new();
        let pieces = self.pieces(&call.pieces, &mut back)?;
        self.builder.at(span);
        let effect = Effect { path: call.path.tokens.clone(), kind: call.kind, pieces };
        self.builder.push(InstructionKind::Effect(effect), Vec::new());
        self.read_back(back)
    }
}

/// The expressions in the holes, in order.
fn holes(pieces: &[hir::Piece]) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            hir::Piece::Tokens(_) => {}
            hir::Piece::Group(_, inner) => found.extend(holes(inner)),
            hir::Piece::Expression(expression) => found.push(*expression),
        }
    }
    found
}
