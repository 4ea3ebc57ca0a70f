//! Operators.
//!
//! As rustc does for built-in types, one reference is looked through on either side, both sides are
//! one number type, and the result is that type (`&f64 * f64`, `a + &b`). What operators of other
//! types give cannot be seen.

use super::unify::Mismatch;
use super::{Inference, Kind, Obligation};
use crate::hir::{
    BinaryOperator, Expression, ExpressionId, ExpressionKind, Literal, UnaryOperator,
};
use crate::types::Type;

/// What an operator does to types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// `+ - * / %`: two numbers of one type to that type.
    Arithmetic,
    /// `& | ^`: integers or truth values of one type to that type.
    Bitwise,
    /// `<< >>`: an integer and a count of any integer type.
    Shift,
    /// `&& ||`.
    Lazy,
    /// `== != < <= > >=`.
    Comparison,
}

/// The class of an operator.
pub(super) fn class(operator: BinaryOperator) -> Class {
    use BinaryOperator::*;
    match operator {
        Add | Subtract | Multiply | Divide | Remainder => Class::Arithmetic,
        BitAnd | BitOr | BitXor => Class::Bitwise,
        ShiftLeft | ShiftRight => Class::Shift,
        And | Or => Class::Lazy,
        Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual => Class::Comparison,
    }
}

impl Inference<'_> {
    /// `left operator right`.
    pub(super) fn binary(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Type {
        match class(operator) {
            Class::Lazy => {
                self.check_against(left, &Type::Bool);
                self.check_against(right, &Type::Bool);
                Type::Bool
            }
            Class::Comparison => {
                let left = self.check(left, None);
                let right = self.check(right, None);
                self.compare_or_later(id, left, right);
                Type::Bool
            }
            class => {
                let left = self.check(left, None);
                let right = self.check(right, None);
                if let Some(ty) = self.apply_binary(id, class, &left, &right) {
                    return ty;
                }
                let result = self.variables.fresh(Kind::Any);
                let obligation =
                    Obligation::Binary { at: id, class, left, right, result: result.clone() };
                self.later(obligation);
                result
            }
        }
    }

    /// The type of `left operator right`; `None` while an operand is unknown.
    pub(super) fn apply_binary(
        &mut self,
        at: ExpressionId,
        class: Class,
        left: &Type,
        right: &Type,
    ) -> Option<Type> {
        let (left, right) = (self.peel_once(left), self.peel_once(right));
        if class == Class::Shift {
            return match &left {
                Type::Variable(_) if self.variables.is_unknown(&left) => None,
                _ if self.variables.is_number(&left) => Some(left),
                _ => Some(self.variables.fresh_opaque()),
            };
        }
        let built_in = |this: &Self, ty: &Type| {
            this.variables.is_number(ty) || (class == Class::Bitwise && *ty == Type::Bool)
        };
        if built_in(self, &left) && built_in(self, &right) {
            if self.variables.unify(&left, &right).is_err() {
                self.mismatch(at, &right, &left);
            }
            return Some(left);
        }
        if self.variables.is_unknown(&left) || self.variables.is_unknown(&right) {
            return None;
        }
        let plain =
            |ty: &Type| *ty == Type::Bool || matches!(ty, Type::Float(_) | Type::Integer(_));
        if plain(&left) && plain(&right) {
            self.mismatch(at, &right, &left);
            return Some(left);
        }
        if matches!(left, Type::Never) || matches!(right, Type::Never) {
            return Some(if matches!(left, Type::Never) { right } else { left });
        }
        Some(self.variables.fresh_opaque())
    }

    /// Makes the sides of a comparison agree now or later.
    pub(super) fn compare_or_later(&mut self, at: ExpressionId, left: Type, right: Type) {
        if !self.compare(at, &left, &right) {
            self.later(Obligation::Comparison { at, left, right });
        }
    }

    /// Makes the sides of a comparison agree; whether both are known.
    pub(super) fn compare(&mut self, at: ExpressionId, left: &Type, right: &Type) -> bool {
        let ((left, _), (right, _)) = (self.peel(left), self.peel(right));
        if self.variables.is_unknown(&left) || self.variables.is_unknown(&right) {
            return false;
        }
        let agree = match (&left, &right) {
            (
                Type::Vec(a) | Type::Slice(a) | Type::Array(a, _),
                Type::Vec(b) | Type::Slice(b) | Type::Array(b, _),
            ) => self.variables.unify(a, b),
            (Type::Opaque(_) | Type::Struct(_), _) | (_, Type::Opaque(_) | Type::Struct(_)) => {
                Ok(())
            }
            _ => self.variables.unify(&left, &right),
        };
        if agree == Err(Mismatch) {
            self.mismatch(at, &right, &left);
        }
        true
    }

    /// `place operator= value`.
    pub(super) fn assign_operation(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        place: ExpressionId,
        value: ExpressionId,
    ) {
        let left = self.check(place, None);
        let right = self.check(value, None);
        let class = class(operator);
        if self.apply_binary(id, class, &left, &right).is_none() {
            let result = left.clone();
            self.later(Obligation::Binary { at: id, class, left, right, result });
        }
    }

    /// The type of a prefix operator; `None` while the operand is unknown.
    pub(super) fn apply_unary(&mut self, operator: UnaryOperator, operand: &Type) -> Option<Type> {
        if operator == UnaryOperator::Dereference {
            return Some(match self.variables.shallow(operand) {
                Type::Reference { to, .. } => *to,
                Type::Vec(element) => Type::Slice(element),
                Type::Variable(_) => return None,
                _ => self.variables.fresh_opaque(),
            });
        }
        let ty = self.peel_once(operand);
        Some(match &ty {
            _ if self.variables.is_number(&ty) => ty,
            Type::Bool | Type::Never => ty,
            Type::Variable(_) => return None,
            _ => self.variables.fresh_opaque(),
        })
    }

    /// `value as ty`. A literal takes the type it is cast to, as in rustc.
    pub(super) fn cast(&mut self, value: ExpressionId, ty: &Type) -> Type {
        let found = self.check(value, None);
        let ty = self.written(ty);
        if self.is_literal(value) {
            let same_kind = match self.variables.free(&found) {
                Some((_, Kind::Integer, _)) => ty.is_integer(),
                Some((_, Kind::Float, _)) => ty.is_float(),
                _ => false,
            };
            if same_kind {
                self.unify(value, &found, &ty);
            }
        }
        ty
    }

    /// Whether it is a number without anything that says its type, or one with a sign before it.
    pub(super) fn is_literal(&self, id: ExpressionId) -> bool {
        let Expression { kind, .. } = self.body.expression(id);
        match kind {
            ExpressionKind::Literal(literal) => !matches!(literal, Literal::Bool(_)),
            ExpressionKind::Unary(UnaryOperator::Negate | UnaryOperator::Not, inner) => {
                self.is_literal(*inner)
            }
            _ => false,
        }
    }

    /// Whether it is such a number, or arithmetic with nothing but such.
    pub(super) fn is_of_literals(&self, id: ExpressionId) -> bool {
        match self.body.expression(id).kind {
            ExpressionKind::Binary(operator, left, right) => {
                class(operator) == Class::Arithmetic
                    && self.is_of_literals(left)
                    && self.is_of_literals(right)
            }
            ExpressionKind::Unary(UnaryOperator::Negate, inner) => self.is_of_literals(inner),
            _ => self.is_literal(id),
        }
    }
}
