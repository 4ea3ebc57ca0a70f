//! What an iterator expression is until it is driven.

use super::operand::{Operand, same_place_shape};
use crate::ir::{Place, ValueId};
use std::rc::Rc;

/// Something that yields items.
#[derive(Clone, Debug)]
pub(super) enum Producer {
    /// `start..end`, `start..=end`, `start..`.
    Range { start: ValueId, end: Option<ValueId>, inclusive: bool },
    /// The index itself.
    Index,
    /// Elements of an array, slice or `Vec`.
    Elements { place: Place, length: ValueId, mode: Mode },
    /// `chunks`, `chunks_exact` and their `mut` variants; `count` of them.
    Chunks {
        place: Place,
        length: ValueId,
        size: ValueId,
        count: ValueId,
        exact: bool,
        mutable: bool,
    },
    /// `windows`.
    Windows { place: Place, size: ValueId, count: ValueId },
    /// `once`.
    Once(Operand),
    /// `repeat`.
    Repeat(Operand),
    /// An `Option`.
    Maybe { some: ValueId, payload: Operand },
    /// `map`.
    Map(Rc<Producer>, Operand),
    /// `inspect`.
    Inspect(Rc<Producer>, Operand),
    /// `copied`, `cloned`.
    Cloned(Rc<Producer>),
    /// `zip`.
    Zip(Rc<Producer>, Rc<Producer>),
    /// `enumerate`.
    Enumerate(Rc<Producer>),
    /// `rev`.
    Rev(Rc<Producer>),
    /// `skip`.
    Skip(Rc<Producer>, ValueId),
    /// `take`.
    Take(Rc<Producer>, ValueId),
    /// `step_by`.
    StepBy(Rc<Producer>, ValueId),
    /// The same items, each asked for in turn: what their functions do can be seen.
    Ordered(Rc<Producer>),
    /// `chain`.
    Chain(Rc<Producer>, Rc<Producer>),
    /// `filter`.
    Filter(Rc<Producer>, Operand),
    /// `filter_map`.
    FilterMap(Rc<Producer>, Operand),
    /// `take_while`.
    TakeWhile(Rc<Producer>, Operand),
    /// `map_while`.
    MapWhile(Rc<Producer>, Operand),
    /// `skip_while`.
    SkipWhile(Rc<Producer>, Operand),
    /// `flat_map`; `flatten` without a function.
    FlatMap(Rc<Producer>, Option<Operand>),
    /// `scan`: initial state, its type, function.
    Scan(Rc<Producer>, Operand, Operand),
}

/// How elements are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `&T`
    Shared,
    /// `&mut T`
    Mutable,
    /// `T`
    Owned,
}

impl Producer {
    /// Calls `visit` on every value in it.
    pub(super) fn for_each_value(&mut self, visit: &mut dyn FnMut(&mut ValueId)) {
        use Producer::*;
        match self {
            Range { start, end, .. } => {
                visit(start);
                end.iter_mut().for_each(visit);
            }
            Index => {}
            Elements { place, length, .. } => {
                place.for_each_operand_mut(visit);
                visit(length);
            }
            Chunks { place, length, size, count, .. } => {
                place.for_each_operand_mut(visit);
                [length, size, count].into_iter().for_each(visit);
            }
            Windows { place, size, count } => {
                place.for_each_operand_mut(visit);
                [size, count].into_iter().for_each(visit);
            }
            Once(item) | Repeat(item) => item.for_each_value(visit),
            Maybe { some, payload } => {
                visit(some);
                payload.for_each_value(visit);
            }
            Cloned(inner) | Enumerate(inner) | Rev(inner) | Ordered(inner) => {
                Rc::make_mut(inner).for_each_value(visit);
            }
            Map(inner, function)
            | Inspect(inner, function)
            | Filter(inner, function)
            | FilterMap(inner, function)
            | TakeWhile(inner, function)
            | MapWhile(inner, function)
            | SkipWhile(inner, function) => {
                Rc::make_mut(inner).for_each_value(visit);
                function.for_each_value(visit);
            }
            FlatMap(inner, function) => {
                Rc::make_mut(inner).for_each_value(visit);
                function.iter_mut().for_each(|function| function.for_each_value(visit));
            }
            Scan(inner, state, function) => {
                Rc::make_mut(inner).for_each_value(visit);
                state.for_each_value(visit);
                function.for_each_value(visit);
            }
            Zip(a, b) | Chain(a, b) => {
                Rc::make_mut(a).for_each_value(visit);
                Rc::make_mut(b).for_each_value(visit);
            }
            Skip(inner, count) | Take(inner, count) | StepBy(inner, count) => {
                Rc::make_mut(inner).for_each_value(visit);
                visit(count);
            }
        }
    }

    /// Whether it differs in nothing but values. Only plain ones are compared: the answer `false`
    /// leads to an error at most.
    pub(super) fn same_shape(&self, other: &Producer) -> bool {
        use Producer::*;
        match (self, other) {
            (Range { end: a, inclusive: i, .. }, Range { end: b, inclusive: j, .. }) => {
                a.is_some() == b.is_some() && i == j
            }
            (Elements { place: a, mode: m, .. }, Elements { place: b, mode: n, .. }) => {
                same_place_shape(a, b) && m == n
            }
            (Cloned(a), Cloned(b)) | (Enumerate(a), Enumerate(b)) | (Rev(a), Rev(b)) => {
                a.same_shape(b)
            }
            (Zip(a, b), Zip(c, d)) => a.same_shape(c) && b.same_shape(d),
            _ => false,
        }
    }

    /// Whether it knows its length and the item at an index.
    pub(super) fn indexed(&self) -> bool {
        use Producer::*;
        match self {
            Range { .. }
            | Index
            | Elements { .. }
            | Chunks { .. }
            | Windows { .. }
            | Once(_)
            | Repeat(_) => true,
            Map(inner, _)
            | Inspect(inner, _)
            | Cloned(inner)
            | Enumerate(inner)
            | Rev(inner)
            | Skip(inner, _)
            | Take(inner, _)
            | StepBy(inner, _) => inner.indexed(),
            Zip(a, b) => a.indexed() && b.indexed(),
            _ => false,
        }
    }

    /// Whether an item must be asked for even if it is not used: a function runs for it.
    pub(super) fn runs_code(&self) -> bool {
        use Producer::*;
        match self {
            Range { .. }
            | Index
            | Elements { .. }
            | Chunks { .. }
            | Windows { .. }
            | Once(_)
            | Repeat(_)
            | Maybe { .. } => false,
            Cloned(inner)
            | Enumerate(inner)
            | Rev(inner)
            | Skip(inner, _)
            | Take(inner, _)
            | StepBy(inner, _) => inner.runs_code(),
            Zip(a, b) | Chain(a, b) => a.runs_code() || b.runs_code(),
            _ => true,
        }
    }
}
