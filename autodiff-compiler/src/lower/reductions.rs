//! Consumers that keep one of the items: `reduce`, `max_by`, `find` and their like.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Operand, Pointer};
use super::producer::Producer;
use crate::hir::{ExpressionId, ExpressionKind};
use crate::ir::operations::{BooleanOperation, Comparison};
use crate::ir::{Constant, ValueId};
use crate::types::{IntegerType, Type};
use std::rc::Rc;

/// Which of two items a reduction by comparison keeps.
#[derive(Clone, Copy)]
pub(super) enum Keep {
    /// The first of several smallest.
    Least,
    /// The last of several greatest.
    Greatest,
}

impl Lowerer<'_> {
    /// `Option` of what is left of the items when two at a time become one.
    pub(super) fn reduced(
        &mut self,
        items: &Rc<Producer>,
        ty: &Type,
        step: impl FnMut(&mut Self, Operand, Operand) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        self.reduced_from(items, &payload_type(ty), |_, item| Ok(item), step)
    }

    /// The type of an item with its key.
    pub(super) fn keyed(
        &mut self,
        id: ExpressionId,
        function: &Operand,
        item: Type,
    ) -> Lowered<Type> {
        let body = self.body;
        if let Operand::Closure(closure) = function
            && let ExpressionKind::Closure { body, .. } = &body.expression(closure.expression).kind
        {
            let key = self.types.of(*body).referent().clone();
            return Ok(Type::Tuple(vec![key, item]));
        }
        self.refuse(
            id,
            "a key that no closure computes is not supported",
            "write a closure that calls the function: `|item| key(item)`",
        )
    }

    /// The same with what `prepare` makes of each item, of type `content`.
    pub(super) fn reduced_from(
        &mut self,
        items: &Rc<Producer>,
        content: &Type,
        mut prepare: impl FnMut(&mut Self, Operand) -> Lowered<Operand>,
        mut step: impl FnMut(&mut Self, Operand, Operand) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let none = self.none_of(content)?;
        let key = self.temporary();
        self.scope.insert(key, none);
        self.drive(items, 0, None, &mut |lowerer, item| {
            let item = prepare(lowerer, item)?;
            let Some(Operand::Option { some, payload }) = lowerer.scope.get(&key).cloned() else {
                return Ok(());
            };
            let next = if matches!(*payload, Operand::Unset) {
                return lowerer.references_kept();
            } else {
                lowerer.fork(
                    some,
                    |lowerer| {
                        let kept = lowerer.read(Pointer::Value(payload.clone()))?;
                        step(lowerer, kept, item.clone())
                    },
                    |_| Ok(item.clone()),
                )?
            };
            let some = lowerer.truth(true);
            let value = Operand::Option { some, payload: Box::new(next) };
            lowerer.assign(Pointer::Local(key, Vec::new()), value)
        })?;
        self.take_result(key)
    }

    /// `None` that can become `Some` in a loop. References to scalars are kept as their values.
    fn none_of(&mut self, content: &Type) -> Lowered<Operand> {
        let some = self.truth(false);
        let payload = self.undefined_item(content)?;
        Ok(Operand::Option { some, payload: Box::new(payload) })
    }

    fn undefined_item(&mut self, content: &Type) -> Lowered<Operand> {
        Ok(match content {
            Type::Reference { to, mutable: false } if to.referent().is_scalar() => {
                let value = self.undefined_item(to)?;
                Operand::Reference { to: Pointer::Value(Box::new(value)), mutable: false }
            }
            Type::Tuple(elements) => Operand::Tuple(
                elements.iter().map(|ty| self.undefined_item(ty)).collect::<Lowered<_>>()?,
            ),
            ty => self.undefined(ty, "value")?,
        })
    }

    pub(super) fn references_kept<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "a reference to one of several elements is not supported",
            "find the index of the element, or copy it",
        )
    }

    pub(super) fn keep(
        &mut self,
        keep: Keep,
        ordering: ValueId,
        kept: Operand,
        item: Operand,
    ) -> Lowered<Operand> {
        let zero = self.builder.constant(Constant::Integer(0, IntegerType::I8));
        let greater = self.builder.compare(Comparison::Greater, ordering, zero);
        match keep {
            Keep::Least => self.fork(greater, |_| Ok(item), |_| Ok(kept)),
            Keep::Greatest => self.fork(greater, |_| Ok(kept), |_| Ok(item)),
        }
    }

    pub(super) fn any_or_all(
        &mut self,
        items: &Rc<Producer>,
        function: &Operand,
        any: bool,
    ) -> Lowered<Operand> {
        let found = self.search(items, |lowerer, item| {
            let holds = lowerer.apply(function, vec![item])?;
            let holds = lowerer.as_scalar(holds)?;
            Ok(if any { holds } else { lowerer.builder.boolean(BooleanOperation::Not, &[holds]) })
        })?;
        if any {
            return Ok(found);
        }
        let found = self.as_scalar(found)?;
        Ok(Operand::Scalar(self.builder.boolean(BooleanOperation::Not, &[found])))
    }

    /// The first item that is wanted; `wanted` tells, and gives what to keep of it.
    pub(super) fn find(
        &mut self,
        items: &Rc<Producer>,
        content: &Type,
        mut wanted: impl FnMut(&mut Self, Operand) -> Lowered<(ValueId, Operand)>,
    ) -> Lowered<Operand> {
        let none = self.none_of(content)?;
        let key = self.temporary();
        self.scope.insert(key, none);
        let jump = self.internal_jump();
        let stop = self.exit_code(jump);
        self.drive(items, 0, Some(stop), &mut |lowerer, item| {
            let (holds, item) = wanted(lowerer, item)?;
            if let Some(Operand::Option { payload, .. }) = lowerer.scope.get(&key)
                && matches!(**payload, Operand::Unset)
            {
                return lowerer.references_kept();
            }
            lowerer.fork(
                holds,
                |lowerer| {
                    let some = lowerer.truth(true);
                    let value = Operand::Option { some, payload: Box::new(item) };
                    lowerer.assign(Pointer::Local(key, Vec::new()), value)?;
                    Err(super::flow::Halt::Exit(super::flow::Exit::leaving(stop)))
                },
                |_| Ok(Operand::Unit),
            )?;
            Ok(())
        })?;
        self.take_result(key)
    }
}

pub(super) fn payload_type(ty: &Type) -> Type {
    match ty {
        Type::Option(content) => (**content).clone(),
        other => other.clone(),
    }
}
