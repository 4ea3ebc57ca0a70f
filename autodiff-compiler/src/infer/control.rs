//! Blocks, branches, loops and closures.

use super::coerce::Join;
use super::{Callable, Inference, Kind};
use crate::hir::{Arm, Block, ExpressionId, ExpressionKind, Parameter, ReturnTarget, Statement};
use crate::types::Type;

impl<'a> Inference<'a> {
    /// A block. It has type `!` if it has no value and a statement in it does not return.
    pub(super) fn block(
        &mut self,
        id: ExpressionId,
        block: &'a Block,
        hint: Option<&Type>,
    ) -> Type {
        if block.labelled {
            self.breaks.insert(id, Join::new(hint));
        }
        let mut leaves = false;
        for statement in &block.statements {
            leaves |= self.statement(statement);
        }
        let value = match block.value {
            Some(value) => self.check(value, hint),
            None if leaves => Type::Never,
            None => Type::Unit,
        };
        let Some(mut join) = self.breaks.remove(&id) else {
            return value;
        };
        self.join(&mut join, block.value.unwrap_or(id), &value);
        join.result()
    }

    /// Checks a statement; whether it does not return.
    fn statement(&mut self, statement: &'a Statement) -> bool {
        match statement {
            Statement::Expression(id) => {
                let ty = self.check(*id, None);
                self.dropped.push(ty.clone());
                matches!(ty, Type::Never)
            }
            Statement::Let { pattern, ty, value, otherwise } => {
                let written = ty.as_ref().map(|ty| self.written(ty));
                let found = value.map(|value| (value, self.check(value, written.as_ref())));
                let ty = match (written, &found) {
                    (Some(written), Some((value, found))) => {
                        self.coerce(*value, found, &written);
                        written
                    }
                    (Some(written), None) => written,
                    (None, Some((_, found))) => found.clone(),
                    (None, None) => self.variables.fresh(Kind::Any),
                };
                if let Some(otherwise) = otherwise {
                    self.check(*otherwise, None);
                }
                self.pattern(pattern, &ty);
                matches!(found, Some((_, Type::Never)))
            }
        }
    }

    /// `if`, with or without `else`.
    pub(super) fn branch(
        &mut self,
        id: ExpressionId,
        condition: ExpressionId,
        then_branch: ExpressionId,
        else_branch: Option<ExpressionId>,
        hint: Option<&Type>,
    ) -> Type {
        self.check_against(condition, &Type::Bool);
        let Some(else_branch) = else_branch else {
            self.check_against(then_branch, &Type::Unit);
            return Type::Unit;
        };
        let hint = sized(hint);
        let mut join = Join::new(hint);
        for branch in [then_branch, else_branch] {
            let ty = self.check(branch, hint);
            self.join(&mut join, id, &ty);
        }
        join.result()
    }

    /// `match`.
    pub(super) fn matching(
        &mut self,
        scrutinee: ExpressionId,
        arms: &'a [Arm],
        hint: Option<&Type>,
    ) -> Type {
        let scrutinee = self.check(scrutinee, None);
        for arm in arms {
            self.pattern(&arm.pattern, &scrutinee);
        }
        let hint = sized(hint);
        let mut join = Join::new(hint);
        for arm in arms {
            if let Some(guard) = arm.guard {
                self.check_against(guard, &Type::Bool);
            }
            let ty = self.check(arm.body, hint);
            self.join(&mut join, arm.body, &ty);
        }
        join.result()
    }

    /// `loop`.
    pub(super) fn endless(
        &mut self,
        id: ExpressionId,
        body: ExpressionId,
        hint: Option<&Type>,
    ) -> Type {
        self.breaks.insert(id, Join::new(sized(hint)));
        self.check(body, None);
        self.breaks.remove(&id).map_or(Type::Never, Join::result)
    }

    /// `break`.
    pub(super) fn leave(
        &mut self,
        id: ExpressionId,
        target: ExpressionId,
        value: Option<ExpressionId>,
    ) -> Type {
        let found = match value {
            Some(value) => self.check(value, None),
            None => Type::Unit,
        };
        // `while` and `for` have no join: their type is `()`.
        if let Some(mut join) = self.breaks.remove(&target) {
            self.join(&mut join, value.unwrap_or(id), &found);
            self.breaks.insert(target, join);
        }
        Type::Never
    }

    /// `return`.
    pub(super) fn give_back(
        &mut self,
        id: ExpressionId,
        target: ReturnTarget,
        value: Option<ExpressionId>,
    ) -> Type {
        let Some(expected) = self.results.get(&target).cloned() else {
            if let Some(value) = value {
                self.check(value, None);
            }
            return Type::Never;
        };
        match value {
            Some(value) => self.check_against(value, &expected),
            None => self.coerce(id, &Type::Unit, &expected),
        }
        Type::Never
    }

    /// A closure, with the signature that the context expects, if it does.
    pub(super) fn closure(
        &mut self,
        id: ExpressionId,
        parameters: &'a [Parameter],
        result: Option<&Type>,
        body: ExpressionId,
        expected: Option<(&[Type], &Type)>,
    ) -> Type {
        let mut types = Vec::new();
        for (index, parameter) in parameters.iter().enumerate() {
            let ty = match &parameter.ty {
                Some(ty) => self.written(ty),
                None => self.variables.fresh(Kind::Any),
            };
            if let Some(expected) = expected.and_then(|(types, _)| types.get(index)) {
                self.unify(id, expected, &ty);
            }
            self.pattern(&parameter.pattern, &ty);
            types.push(ty);
        }
        let result = match result {
            Some(result) => self.written(result),
            None => self.variables.fresh(Kind::Any),
        };
        if let Some((_, expected)) = expected {
            self.unify(body, &result, expected);
        }
        let callable = Callable { parameters: Some(types), result: result.clone() };
        self.callables.insert(id, callable);
        self.results.insert(ReturnTarget::Closure(id), result.clone());
        self.check_against(body, &result);
        if self.variables.is_unknown(&result)
            && matches!(self.expressions[body.0 as usize], Some(Type::Never))
        {
            self.unify(body, &result, &Type::Never);
        }
        Type::Closure(id)
    }

    /// Checks an argument that is called with these parameter types, and gives what it returns.
    pub(super) fn apply(&mut self, argument: ExpressionId, parameters: &[Type], result: &Type) {
        let body = self.body;
        if let ExpressionKind::Closure { parameters: patterns, result: written, body: inner } =
            &body.expression(argument).kind
        {
            let expected = Some((parameters, result));
            let ty = self.closure(argument, patterns, written.as_ref(), *inner, expected);
            self.expressions[argument.0 as usize] = Some(ty);
            return;
        }
        let ty = self.check(argument, None);
        match self.peel(&ty).0 {
            Type::Closure(id) => {
                let Some(callable) = self.callables.get(&id).cloned() else { return };
                for (parameter, given) in callable.parameters.iter().flatten().zip(parameters) {
                    self.coerce(argument, given, parameter);
                }
                self.coerce(argument, &callable.result, result);
            }
            _ => {
                // A function that cannot be seen.
                self.variables.mark_opaque(result);
            }
        }
    }
}

/// A hint that values can have: an unsized type behind a reference says nothing about them.
fn sized(hint: Option<&Type>) -> Option<&Type> {
    hint.filter(|hint| !matches!(hint, Type::Slice(_)))
}
