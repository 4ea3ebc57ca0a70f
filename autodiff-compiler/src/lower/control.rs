//! Blocks, branches, `match`, loops and exits of the source.

use super::flow::{Exit, Fork, Halt, Lowered};
use super::loops::Header;
use super::operand::{Operand, Pointer};
use super::producer::Producer;
use super::{Jump, Lowerer, scan};
use crate::hir::{
    Arm, BinaryOperator, Block, ExpressionId, ExpressionKind, Pattern, PatternKind, Statement,
};
use crate::ir::ValueId;
use crate::types::Type;
use quote::quote;
use std::rc::Rc;

impl Lowerer<'_> {
    /// `{ … }`
    pub(super) fn block(&mut self, id: ExpressionId, block: &Block) -> Lowered<Operand> {
        if block.labelled {
            let ty = self.type_of(id);
            return self.leavable(Jump::Break(id), &ty, id, |lowerer| lowerer.statements(block));
        }
        self.statements(block)
    }

    fn statements(&mut self, block: &Block) -> Lowered<Operand> {
        let mut failed = false;
        for statement in &block.statements {
            let (guards, depth) = (self.guards.len(), self.builder.depth());
            match self.statement(statement) {
                Ok(()) => {}
                Err(Halt::Error) => {
                    // Go on, to report other errors; what this would have declared is not known.
                    failed = true;
                    self.guards.truncate(guards);
                    self.builder.truncate(depth);
                    if let Statement::Let { pattern, .. } = statement {
                        self.poison(pattern);
                    }
                }
                Err(exit) => return if failed { Err(Halt::Error) } else { Err(exit) },
            }
        }
        let value = match block.value {
            Some(value) => self.value(value)?,
            None => Operand::Unit,
        };
        if failed { Err(Halt::Error) } else { Ok(value) }
    }

    fn statement(&mut self, statement: &Statement) -> Lowered<()> {
        match statement {
            Statement::Expression(expression) => self.value(*expression).map(drop),
            Statement::Let { pattern, value: None, .. } => {
                self.builder.at(pattern.span);
                let mut bound = Vec::new();
                scan::bound(pattern, &mut bound);
                bound.into_iter().try_for_each(|binding| self.declare_unset(binding))
            }
            Statement::Let { pattern, value: Some(value), otherwise, .. } => match otherwise {
                None => self.let_pattern(pattern, *value),
                Some(otherwise) => self.let_else(pattern, *value, *otherwise),
            },
        }
    }

    fn let_pattern(&mut self, pattern: &Pattern, value: ExpressionId) -> Lowered<()> {
        if let PatternKind::Binding { binding, by_reference: None, inner: None } = &pattern.kind {
            let operand = self.value(value)?;
            self.builder.at(pattern.span);
            return self.declare(*binding, operand);
        }
        let mut pointer = self.place(value)?;
        if let Pointer::Memory(place) = &pointer
            && let Some(Type::Opaque(None)) = self.builder.function.place_type(place)
        {
            // As a value it has the type of the annotation.
            let operand = self.read(pointer)?;
            pointer = Pointer::Value(Box::new(self.typed(operand, value)?));
        }
        self.bind(pattern, pointer, None)
    }

    fn let_else(
        &mut self,
        pattern: &Pattern,
        value: ExpressionId,
        otherwise: ExpressionId,
    ) -> Lowered<()> {
        let pointer = self.place(value)?;
        let pointer = self.pinned(pointer)?;
        if self.is_unknown_match(pattern, &pointer) {
            self.builder.at(self.body.span(value));
            return self.unknown_let_else(pattern, pointer, otherwise);
        }
        if let Some(holds) = self.test(pattern, pointer.clone())? {
            self.fork(holds, |_| Ok(Operand::Unit), |lowerer| lowerer.value(otherwise))?;
        }
        self.bind(pattern, pointer, None)
    }

    /// `if`
    pub(super) fn branching(
        &mut self,
        condition: ExpressionId,
        then_branch: ExpressionId,
        else_branch: Option<ExpressionId>,
        ty: &Type,
    ) -> Lowered<Operand> {
        let otherwise = |lowerer: &mut Self| match else_branch {
            Some(branch) => lowerer.value(branch),
            None => Ok(Operand::Unit),
        };
        let body = self.body;
        let single = matches!(body.expression(condition).kind, ExpressionKind::Let(..));
        if !scan::has_let(body, condition) || single || else_branch.is_none() {
            return self.conditionally(
                condition,
                &mut |lowerer| lowerer.value(then_branch),
                &mut { otherwise },
            );
        }
        // A chain has several ways to the `else` branch: the `then` branch leaves instead.
        let jump = self.internal_jump();
        let code = self.exit_code(jump);
        self.leavable_always(jump, ty, |lowerer, key| {
            lowerer.conditionally(
                condition,
                &mut |lowerer| {
                    let value = lowerer.value(then_branch)?;
                    lowerer.assign(Pointer::Local(key, Vec::new()), value)?;
                    Err(Halt::Exit(Exit::leaving(code)))
                },
                &mut |_| Ok(Operand::Unit),
            )?;
            otherwise(lowerer)
        })
    }

    /// A condition chain as a `bool`.
    pub(super) fn condition_chain_value(&mut self, id: ExpressionId) -> Lowered<Operand> {
        let jump = self.internal_jump();
        let code = self.exit_code(jump);
        self.leavable_always(jump, &Type::Bool, |lowerer, key| {
            lowerer.conditionally(
                id,
                &mut |lowerer| {
                    let value = Operand::Scalar(lowerer.truth(true));
                    lowerer.assign(Pointer::Local(key, Vec::new()), value)?;
                    Err(Halt::Exit(Exit::leaving(code)))
                },
                &mut |_| Ok(Operand::Unit),
            )?;
            Ok(Operand::Scalar(lowerer.truth(false)))
        })
    }

    /// `let PATTERN = value` as a `bool`.
    pub(super) fn let_as_bool(
        &mut self,
        pattern: &Pattern,
        value: ExpressionId,
    ) -> Lowered<Operand> {
        let pointer = self.place(value)?;
        let holds = self.test(pattern, pointer)?;
        Ok(Operand::Scalar(match holds {
            Some(holds) => holds,
            None => self.truth(true),
        }))
    }

    /// Runs one of two things; `otherwise` is lowered once for each part of a chain with `let`.
    fn conditionally(
        &mut self,
        condition: ExpressionId,
        then: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
        otherwise: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let body = self.body;
        match &body.expression(condition).kind {
            ExpressionKind::Let(pattern, scrutinee) => {
                let span = self.builder.span();
                let pointer = self.place(*scrutinee)?;
                let pointer = self.pinned(pointer)?;
                if self.is_unknown_match(pattern, &pointer) {
                    self.builder.at(body.span(*scrutinee));
                    return self.unknown_if_let(pattern, pointer, then, otherwise);
                }
                self.builder.at(span);
                match self.test(pattern, pointer.clone())? {
                    None => {
                        self.bind(pattern, pointer, None)?;
                        then(self)
                    }
                    Some(holds) => self.fork(
                        holds,
                        |lowerer| {
                            lowerer.bind(pattern, pointer, None)?;
                            then(lowerer)
                        },
                        otherwise,
                    ),
                }
            }
            ExpressionKind::Binary(BinaryOperator::And, a, b) if scan::has_let(body, condition) => {
                // Both parts may need `otherwise`.
                let otherwise = std::cell::RefCell::new(otherwise);
                let b = *b;
                self.conditionally(
                    *a,
                    &mut |lowerer| {
                        lowerer.conditionally(b, then, &mut |lowerer| {
                            (otherwise.borrow_mut())(lowerer)
                        })
                    },
                    &mut |lowerer| (otherwise.borrow_mut())(lowerer),
                )
            }
            _ => {
                let condition = self.scalar(condition)?;
                self.fork(condition, then, otherwise)
            }
        }
    }

    /// A pointer that can be looked at several times.
    fn pinned(&mut self, pointer: Pointer) -> Lowered<Pointer> {
        match pointer {
            Pointer::Memory(place) => {
                let ty = self.place_type(&place);
                if ty.is_scalar() {
                    let value = self.builder.load(place, ty);
                    return Ok(Pointer::Value(Box::new(Operand::Scalar(value))));
                }
                Ok(Pointer::Memory(self.touch(place)?))
            }
            Pointer::Value(operand) if matches!(*operand, Operand::Pending(..)) => {
                let ty = self.operand_type(&operand);
                if matches!(ty, Type::Option(_) | Type::Result(..) | Type::Opaque(_)) {
                    return Ok(Pointer::Value(operand));
                }
                Ok(Pointer::Memory(self.memory(Pointer::Value(operand))?))
            }
            other => Ok(other),
        }
    }

    /// `match`
    pub(super) fn matching(
        &mut self,
        id: ExpressionId,
        scrutinee: ExpressionId,
        arms: &[Arm],
    ) -> Lowered<Operand> {
        let pointer = self.place(scrutinee)?;
        let pointer = self.pinned(pointer)?;
        self.builder.at(self.body.span(id));
        if arms.iter().any(|arm| self.is_unknown_match(&arm.pattern, &pointer)) {
            self.builder.at(self.body.span(scrutinee));
            return self.unknown_match(pointer, arms);
        }
        let pointer = match arms.iter().any(|arm| arm.guard.is_some()) {
            true => self.kept_for_guards(pointer, scrutinee)?,
            false => pointer,
        };
        self.arms(pointer, arms)
    }

    /// What is matched, with memory for content that is on its way: guards look at it before an arm takes it.
    fn kept_for_guards(&mut self, pointer: Pointer, scrutinee: ExpressionId) -> Lowered<Pointer> {
        match pointer {
            Pointer::Value(operand) if operand.has_pending() => {
                let ty = self.type_of(scrutinee);
                Ok(self.settle(*operand, &ty, &"matched".into())?.into())
            }
            other => Ok(other),
        }
    }

    /// Binds the variables of a pattern for its guard, which moves nothing: what lives in memory is lent to it.
    fn bind_for_guard(&mut self, pattern: &Pattern, pointer: Pointer) -> Lowered<()> {
        self.bind(pattern, pointer, Some(false))?;
        let mut bound = Vec::new();
        scan::bound(pattern, &mut bound);
        for binding in bound {
            let key = super::Key::Binding(binding);
            let ty = self.types.binding(binding).clone();
            match self.scope.get(&key).cloned() {
                Some(Operand::Reference { to, .. }) if ty.is_scalar() => {
                    let value = self.read(to)?;
                    self.declare(binding, value)?;
                }
                // A reference to an error, which stands for the error itself.
                Some(Operand::Scalar(lent)) if matches!(ty, Type::Opaque(_)) => {
                    self.lend_to_guard(binding, quote!(), lent, &ty);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn arms(&mut self, pointer: Pointer, arms: &[Arm]) -> Lowered<Operand> {
        let Some((arm, rest)) = arms.split_first() else {
            return Err(Halt::Exit(Exit::diverging()));
        };
        // rustc has checked that the last arm matches what is left.
        let holds = if rest.is_empty() && arm.guard.is_none() {
            None
        } else {
            self.test(&arm.pattern, pointer.clone())?
        };
        let holds = match arm.guard {
            None => holds,
            Some(guard) => Some(self.guarded(holds, &arm.pattern, &pointer, guard)?),
        };
        let Some(holds) = holds else {
            self.bind(&arm.pattern, pointer, None)?;
            return self.value(arm.body);
        };
        self.builder.at(arm.pattern.span);
        self.fork(
            holds,
            |lowerer| {
                lowerer.bind(&arm.pattern, pointer.clone(), None)?;
                lowerer.value(arm.body)
            },
            |lowerer| lowerer.arms(pointer.clone(), rest),
        )
    }

    /// Whether a pattern matches and its guard holds.
    fn guarded(
        &mut self,
        holds: Option<ValueId>,
        pattern: &Pattern,
        pointer: &Pointer,
        guard: ExpressionId,
    ) -> Lowered<ValueId> {
        let check = |lowerer: &mut Self| {
            lowerer.bind_for_guard(pattern, pointer.clone())?;
            if scan::has_let(lowerer.body, guard) {
                return lowerer.refuse(guard, "`let` in a guard", "use `if let` in the arm");
            }
            lowerer.scalar(guard)
        };
        match holds {
            None => check(self),
            Some(holds) => {
                let both = self.lazy_with(true, holds, check)?;
                self.as_scalar(both)
            }
        }
    }

    /// Lowers something that can be left early with a value.
    pub(super) fn leavable(
        &mut self,
        jump: Jump,
        ty: &Type,
        inside: ExpressionId,
        lower: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let early = match jump {
            Jump::Return(target) => scan::returns_early(self.body, inside, target),
            Jump::Break(target) => scan::breaks(self.body, inside, target),
            Jump::Continue(_) | Jump::Internal(_) => true,
        };
        if !early {
            return lower(self);
        }
        self.leavable_always(jump, ty, |lowerer, _| lower(lowerer))
    }

    fn leavable_always(
        &mut self,
        jump: Jump,
        ty: &Type,
        lower: impl FnOnce(&mut Self, super::Key) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let code = self.exit_code(jump);
        let span = self.builder.span();
        let (key, outer) = self.begin_result(jump, ty)?;
        let outcome = self.scoped(Some(code), |lowerer| {
            let value = lower(lowerer, key)?;
            lowerer.set_result(key, value, ty)?;
            Ok(Operand::Unit)
        });
        self.end_result(jump, outer);
        let (_, exit) = outcome?;
        self.builder.at(span);
        self.resume(exit, None)?;
        self.result(key, ty)
    }

    /// The value that was put into a variable of lowering's own, which ends.
    pub(super) fn take_result(&mut self, key: super::Key) -> Lowered<Operand> {
        let Some(operand) = self.scope.remove(&key) else { return Ok(Operand::Unit) };
        self.release(&operand);
        self.read(Pointer::Value(Box::new(operand)))
    }

    /// Marks the memory of a temporary variable as free to be taken over.
    pub(super) fn release(&mut self, operand: &Operand) {
        match operand {
            Operand::Slot(slot) => {
                self.fresh.insert(*slot);
            }
            Operand::Tuple(parts) => parts.iter().for_each(|part| self.release(part)),
            Operand::Struct(_, fields) => fields.iter().for_each(|(_, field)| self.release(field)),
            Operand::Option { payload, .. } => self.release(payload),
            Operand::Result { payload, error, .. } => {
                self.release(payload);
                self.release(error);
            }
            _ => {}
        }
    }

    /// `break`, `continue`, `return`
    pub(super) fn leave(&mut self, jump: Jump, value: Option<ExpressionId>) -> Lowered<Operand> {
        let span = self.builder.span();
        let value = value.map(|value| self.value(value)).transpose()?;
        self.builder.at(span);
        if let (Some((key, ty)), Some(value)) = (self.results.get(&jump).cloned(), value) {
            self.set_result(key, value, &ty)?;
        }
        Err(Halt::Exit(Exit::leaving(self.exit_code(jump))))
    }

    /// `while`
    pub(super) fn while_loop(
        &mut self,
        id: ExpressionId,
        condition: ExpressionId,
        body: ExpressionId,
    ) -> Lowered<Operand> {
        let stop = self.exit_code(Jump::Break(id));
        let again = self.exit_code(Jump::Continue(id));
        let exit = self.repeat(Header::Endless, again, |lowerer, _| {
            lowerer.conditionally(
                condition,
                &mut |lowerer| {
                    lowerer.value(body)?;
                    Ok(Operand::Unit)
                },
                &mut |_| Err(Halt::Exit(Exit::leaving(stop))),
            )?;
            Ok(())
        })?;
        self.resume(exit, Some(stop))?;
        Ok(Operand::Unit)
    }

    /// `loop`
    pub(super) fn endless_loop(
        &mut self,
        id: ExpressionId,
        body: ExpressionId,
    ) -> Lowered<Operand> {
        let jump = Jump::Break(id);
        let stop = self.exit_code(jump);
        let again = self.exit_code(Jump::Continue(id));
        let ty = self.type_of(id);
        let (key, outer) = self.begin_result(jump, &ty)?;
        let exit = self.repeat(Header::Endless, again, |lowerer, _| {
            lowerer.value(body)?;
            Ok(())
        });
        self.end_result(jump, outer);
        let exit = exit?;
        self.resume(exit, Some(stop))?;
        self.result(key, &ty)
    }

    /// `for`
    pub(super) fn for_loop(
        &mut self,
        id: ExpressionId,
        pattern: &Pattern,
        iterator: ExpressionId,
        body: ExpressionId,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let stop = self.exit_code(Jump::Break(id));
        let again = self.exit_code(Jump::Continue(id));
        let items = self.value(iterator)?;
        self.builder.at(self.body.span(iterator));
        let producer: Rc<Producer> = self.producer(items)?;
        self.builder.at(span);
        self.drive(&producer, again, Some(stop), &mut |lowerer, item| {
            lowerer.bind(pattern, Pointer::Value(Box::new(item)), None)?;
            lowerer.value(body)?;
            Ok(())
        })?;
        Ok(Operand::Unit)
    }

    /// Joins the arms of a `match` that was built arm by arm.
    pub(super) fn finish_match(
        &mut self,
        fork: Fork,
        ends: Vec<super::flow::End>,
    ) -> Lowered<Operand> {
        let before = self.scope.clone();
        self.finish(fork, ends, &before)
    }
}
