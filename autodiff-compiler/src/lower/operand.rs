//! What an expression or variable is while it is lowered.
//!
//! Scalars are SSA values. Tuples, known structs and known `Option`s are trees of such ("exploded").
//! Arrays and `Vec`s are memory. References, iterators, closures and ranges have no counterpart in
//! the IR: they are followed here.

use super::producer::Producer;
use crate::hir::{BindingId, Callee, ExpressionId};
use crate::ir::{Aggregate, Place, Projection, SlotId, ValueId};
use crate::types::{StructType, Type};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the environment knows things by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// A variable of the user.
    Binding(BindingId),
    /// A variable that lowering needs: an accumulator, a counter, a value on its way out.
    Temporary(u32),
}

/// What every variable is at this point of the program.
pub(super) type Scope = BTreeMap<Key, Operand>;

/// What an expression or variable is.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `()`.
    Unit,
    /// A scalar, or a passive thing that we do not look into.
    Scalar(ValueId),
    /// `(a, b)`.
    Tuple(Vec<Operand>),
    /// A struct with known fields.
    Struct(Rc<StructType>, Vec<(Rc<str>, Operand)>),
    /// The memory that a variable owns.
    Slot(SlotId),
    /// Content that is on its way to memory.
    Pending(Aggregate, Type),
    /// `&x` or `&mut x`.
    Reference {
        /// What it points to.
        to: Pointer,
        /// `&mut`.
        mutable: bool,
    },
    /// An `Option` whose state we follow; the payload is undefined if it is `None`.
    Option {
        /// Whether it is `Some`: a `bool`.
        some: ValueId,
        /// The content.
        payload: Box<Operand>,
    },
    /// A `Result` whose state we follow.
    Result {
        /// Whether it is `Ok`: a `bool`.
        ok: ValueId,
        /// What is in `Ok`; undefined if it is `Err`.
        payload: Box<Operand>,
        /// What is in `Err`, as an `Option` that is not looked into: errors are passive.
        error: Box<Operand>,
    },
    /// `Ordering`, as an `i8` of -1, 0 or 1.
    Ordering(ValueId),
    /// Something to iterate over.
    Iterator(Rc<Producer>),
    /// A closure; inlined where it is called.
    Closure(Rc<ClosureValue>),
    /// A function named by path or nested.
    Function(Callee),
    /// A range used as a value.
    Range {
        /// Lower end.
        start: Option<ValueId>,
        /// Upper end.
        end: Option<ValueId>,
        /// `..=`.
        inclusive: bool,
    },
    /// Not set yet, and without a representation until it is.
    Unset,
    /// Different things on different paths (two references, two closures).
    Conflict,
    /// What follows from an error that was reported.
    Poison,
}

/// A closure expression and what it captured.
#[derive(Clone, Debug)]
pub(super) struct ClosureValue {
    /// The closure expression.
    pub expression: ExpressionId,
    /// Made inside an inlined function: the variables of that call that it uses.
    pub captured: Scope,
}

/// What a reference points to, or where a place expression is.
#[derive(Clone, Debug)]
pub(super) enum Pointer {
    /// Memory.
    Memory(Place),
    /// A variable that is not in memory, and a path of fields in it.
    Local(Key, Vec<Rc<str>>),
    /// A value that nobody can change meanwhile.
    Value(Box<Operand>),
}

impl Operand {
    /// Calls `visit` on every value in the tree, indices of places included.
    pub(super) fn for_each_value(&mut self, visit: &mut dyn FnMut(&mut ValueId)) {
        match self {
            Operand::Scalar(value) | Operand::Ordering(value) => visit(value),
            Operand::Tuple(elements) => {
                elements.iter_mut().for_each(|element| element.for_each_value(visit));
            }
            Operand::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| field.for_each_value(visit));
            }
            Operand::Pending(content, _) => content.for_each_operand_mut(visit),
            Operand::Reference { to, .. } => to.for_each_value(visit),
            Operand::Option { some, payload } => {
                visit(some);
                payload.for_each_value(visit);
            }
            Operand::Result { ok, payload, error } => {
                visit(ok);
                payload.for_each_value(visit);
                error.for_each_value(visit);
            }
            Operand::Iterator(producer) => Rc::make_mut(producer).for_each_value(visit),
            Operand::Closure(closure) if !closure.captured.is_empty() => {
                Rc::make_mut(closure)
                    .captured
                    .values_mut()
                    .for_each(|operand| operand.for_each_value(visit));
            }
            Operand::Range { start, end, .. } => {
                start.iter_mut().chain(end).for_each(visit);
            }
            Operand::Unit
            | Operand::Slot(_)
            | Operand::Closure(_)
            | Operand::Function(_)
            | Operand::Unset
            | Operand::Conflict
            | Operand::Poison => {}
        }
    }

    /// Whether a part of it is content on its way to memory.
    pub(super) fn has_pending(&self) -> bool {
        match self {
            Operand::Pending(..) => true,
            Operand::Tuple(parts) => parts.iter().any(Operand::has_pending),
            Operand::Struct(_, fields) => fields.iter().any(|(_, field)| field.has_pending()),
            Operand::Option { payload, .. } => payload.has_pending(),
            Operand::Result { payload, error, .. } => payload.has_pending() || error.has_pending(),
            _ => false,
        }
    }

    /// The values in the tree.
    pub(super) fn values(&self) -> Vec<ValueId> {
        let mut found = Vec::new();
        self.clone().for_each_value(&mut |value| found.push(*value));
        found
    }

    /// The same tree with other values, in the order of [`Operand::values`].
    pub(super) fn with_values(&self, values: &[ValueId]) -> Operand {
        let mut copy = self.clone();
        let mut next = values.iter();
        copy.for_each_value(&mut |value| {
            if let Some(new) = next.next() {
                *value = *new;
            }
        });
        copy
    }

    /// Whether two trees differ in nothing but their values, so that a join can choose the values.
    pub(super) fn same_shape(&self, other: &Operand) -> bool {
        match (self, other) {
            (Operand::Unit, Operand::Unit)
            | (Operand::Scalar(_), Operand::Scalar(_))
            | (Operand::Ordering(_), Operand::Ordering(_))
            | (Operand::Unset, Operand::Unset)
            | (Operand::Conflict, Operand::Conflict)
            | (Operand::Poison, Operand::Poison) => true,
            (Operand::Tuple(a), Operand::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_shape(b))
            }
            (Operand::Struct(a, x), Operand::Struct(b, y)) => {
                a.name == b.name
                    && x.len() == y.len()
                    && x.iter().zip(y).all(|((m, a), (n, b))| m == n && a.same_shape(b))
            }
            (Operand::Slot(a), Operand::Slot(b)) => a == b,
            (
                Operand::Reference { to: a, mutable: m },
                Operand::Reference { to: b, mutable: n },
            ) => m == n && a.same_shape(b),
            (Operand::Option { payload: a, .. }, Operand::Option { payload: b, .. }) => {
                a.same_shape(b)
            }
            (
                Operand::Result { payload: a, error: e, .. },
                Operand::Result { payload: b, error: f, .. },
            ) => a.same_shape(b) && e.same_shape(f),
            (Operand::Iterator(a), Operand::Iterator(b)) => a.same_shape(b),
            (Operand::Closure(a), Operand::Closure(b)) => {
                a.expression == b.expression
                    && a.captured.len() == b.captured.len()
                    && a.captured.values().zip(b.captured.values()).all(|(a, b)| a.same_shape(b))
            }
            (Operand::Function(a), Operand::Function(b)) => same_callee(a, b),
            (
                Operand::Range { start: a, end: b, inclusive: i },
                Operand::Range { start: c, end: d, inclusive: j },
            ) => a.is_some() == c.is_some() && b.is_some() == d.is_some() && i == j,
            _ => false,
        }
    }
}

/// Whether two callees are the same function for sure.
pub(super) fn same_callee(a: &Callee, b: &Callee) -> bool {
    match (a, b) {
        (Callee::Path(a), Callee::Path(b)) => a.text == b.text,
        (Callee::Nested(a), Callee::Nested(b)) => a == b,
        (Callee::Value(a), Callee::Value(b)) => a == b,
        _ => false,
    }
}

impl From<Operand> for Pointer {
    fn from(operand: Operand) -> Self {
        Pointer::Value(Box::new(operand))
    }
}

impl Pointer {
    fn for_each_value(&mut self, visit: &mut dyn FnMut(&mut ValueId)) {
        match self {
            Pointer::Memory(place) => place.for_each_operand_mut(visit),
            Pointer::Local(..) => {}
            Pointer::Value(operand) => operand.for_each_value(visit),
        }
    }

    fn same_shape(&self, other: &Pointer) -> bool {
        match (self, other) {
            (Pointer::Memory(a), Pointer::Memory(b)) => same_place_shape(a, b),
            (Pointer::Local(a, p), Pointer::Local(b, q)) => a == b && p == q,
            (Pointer::Value(a), Pointer::Value(b)) => a.same_shape(b),
            _ => false,
        }
    }
}

/// Whether two places differ in nothing but their indices.
pub(super) fn same_place_shape(a: &Place, b: &Place) -> bool {
    a.root == b.root
        && a.path.len() == b.path.len()
        && a.path.iter().zip(&b.path).all(|(a, b)| match (a, b) {
            (Projection::Index { proven: p, .. }, Projection::Index { proven: q, .. })
            | (Projection::Range { proven: p, .. }, Projection::Range { proven: q, .. }) => p == q,
            (Projection::Field(a), Projection::Field(b)) => a == b,
            _ => false,
        })
}
