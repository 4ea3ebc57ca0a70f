//! Coercion sites and joins.
//!
//! rustc coerces at `let` with a type, arguments, fields, returned values and elements: `!` to
//! anything, `&mut T` to `&T`, `&Vec<T>` and `&[T; N]` to `&[T]`, `&&T` to `&T`. Everywhere else types
//! are unified.

use super::unify::{reference, shared};
use super::{Inference, Kind};
use crate::hir::ExpressionId;
use crate::types::Type;

/// The common type of branches, arms, array elements or `break` values.
#[derive(Clone, Debug, Default)]
pub(super) struct Join {
    /// What the context expects, if it says.
    expected: Option<Type>,
    /// The type so far; `None` while all alternatives are `!`.
    merged: Option<Type>,
}

impl Join {
    /// A join in a context that expects a type.
    pub(super) fn new(expected: Option<&Type>) -> Self {
        Self { expected: expected.cloned(), merged: None }
    }

    /// The type of the whole.
    pub(super) fn result(self) -> Type {
        self.merged.unwrap_or(Type::Never)
    }
}

impl Inference<'_> {
    /// Checks an expression where a type is expected, coercing to it.
    pub(super) fn check_against(&mut self, id: ExpressionId, expected: &Type) {
        let found = self.check(id, Some(expected));
        self.coerce(id, &found, expected);
    }

    /// Coerces the type of an expression to an expected type, or reports.
    pub(super) fn coerce(&mut self, at: ExpressionId, found: &Type, expected: &Type) {
        if !self.try_coerce(found, expected) {
            self.mismatch(at, found, expected);
        }
    }

    fn try_coerce(&mut self, found: &Type, expected: &Type) -> bool {
        let (from, to) = (self.variables.shallow(found), self.variables.shallow(expected));
        match (&from, &to) {
            (Type::Never, _) => true,
            (Type::Reference { to: from, .. }, Type::Reference { to, .. }) => {
                self.try_coerce_referent(from, to)
            }
            // Closures and functions travel as passive values where only a bound is known.
            (Type::Closure(_) | Type::Function, Type::Opaque(_) | Type::Function) => true,
            _ => self.variables.unify(&from, &to).is_ok(),
        }
    }

    fn try_coerce_referent(&mut self, found: &Type, expected: &Type) -> bool {
        let (from, to) = (self.variables.shallow(found), self.variables.shallow(expected));
        match (&from, &to) {
            (Type::Vec(from) | Type::Array(from, _), Type::Slice(to)) => {
                self.variables.unify(from, to).is_ok()
            }
            (Type::Closure(_) | Type::Function, Type::Opaque(_)) => true,
            (Type::Reference { .. }, Type::Reference { .. }) => {
                self.variables.unify(&from, &to).is_ok()
            }
            (Type::Reference { to: inner, .. }, known) if !matches!(known, Type::Variable(_)) => {
                self.try_coerce_referent(inner, &to)
            }
            // A smart pointer or a string type may dereference to anything.
            (Type::Opaque(_), _) => true,
            _ => self.variables.unify(&from, &to).is_ok(),
        }
    }

    /// Adds an alternative to a join.
    pub(super) fn join(&mut self, join: &mut Join, at: ExpressionId, found: &Type) {
        if matches!(self.variables.shallow(found), Type::Never) {
            return;
        }
        if let Some(expected) = join.expected.clone()
            && matches!(self.variables.shallow(&expected), Type::Reference { .. })
        {
            self.coerce(at, found, &expected);
            join.merged = Some(expected);
            return;
        }
        match join.merged.clone() {
            None => join.merged = Some(found.clone()),
            Some(merged) => {
                if !self.try_coerce(found, &merged) {
                    if self.try_coerce(&merged, found) {
                        join.merged = Some(found.clone());
                    } else {
                        self.mismatch(at, found, &merged);
                    }
                }
            }
        }
    }

    /// The type behind all references, and how many there are.
    pub(super) fn peel(&self, ty: &Type) -> (Type, Vec<bool>) {
        let mut layers = Vec::new();
        let mut ty = self.variables.shallow(ty);
        while let Type::Reference { mutable, to } = ty {
            layers.push(mutable);
            ty = self.variables.shallow(&to);
        }
        (ty, layers)
    }

    /// The type behind at most one reference.
    pub(super) fn peel_once(&self, ty: &Type) -> Type {
        match self.variables.shallow(ty) {
            Type::Reference { to, .. } => self.variables.shallow(&to),
            other => other,
        }
    }

    /// The item type of something that is iterated over; `None` while that is unknown.
    pub(super) fn item_of(&mut self, ty: &Type) -> Option<Type> {
        Some(match self.variables.shallow(ty) {
            Type::Iterator(item)
            | Type::Range(item)
            | Type::Array(item, _)
            | Type::Option(item) => *item,
            Type::Vec(item) => *item,
            Type::Reference { mutable, to } => match self.variables.shallow(&to) {
                Type::Array(item, _) | Type::Slice(item) | Type::Vec(item) | Type::Option(item) => {
                    reference(mutable, *item)
                }
                Type::Iterator(item) | Type::Range(item) => *item,
                inner @ Type::Reference { .. } => self.item_of(&inner)?,
                Type::Variable(_) => return None,
                _ => self.variables.fresh_opaque(),
            },
            Type::Variable(_) => return None,
            _ => self.variables.fresh_opaque(),
        })
    }

    /// The item type of something that is iterated over, as a variable if that is unknown.
    pub(super) fn item_or_later(&mut self, at: ExpressionId, ty: &Type) -> Type {
        if let Some(item) = self.item_of(ty) {
            return item;
        }
        let item = match self.variables.shallow(ty) {
            // What `&collection` hands out are references.
            Type::Reference { mutable: false, .. } => shared(self.variables.fresh(Kind::Any)),
            _ => self.variables.fresh(Kind::Any),
        };
        self.later(super::Obligation::Iterate { at, collection: ty.clone(), item: item.clone() });
        item
    }

    /// `&T` where the iterator adaptors hand out references to their items.
    pub(super) fn by_reference(&self, item: &Type) -> Type {
        shared(item.clone())
    }
}
