//! Lengths that are known without a look: of a list that was made with one, and of a part whose bounds are so far
//! apart; and indices of loops that are below them.
//!
//! A row of a matrix, `&m[i * d..(i + 1) * d]`, has d elements. The bounds of a part that is there are as far apart as
//! their polynomials, whether or not sums and products wrap on the way.

use super::common::{DefinitionKind, Walk};
use super::matching::Graph;
use super::memory::Step;
use crate::ir::operations::{IntegerOperation, Operation};
use crate::ir::polynomial::{Integers, Polynomial};
use crate::ir::*;
use crate::types::{IntegerType, Type};

impl Integers for Walk<'_> {
    fn number(&self, value: ValueId) -> Option<i128> {
        self.integer(value)
    }

    fn calculated(&self, value: ValueId) -> Option<(IntegerOperation, &[ValueId])> {
        match self.operation(value)? {
            (Operation::Integer(operation), arguments) => Some((operation, arguments)),
            _ => None,
        }
    }
}

impl Walk<'_> {
    /// What the length of a part is, if its bounds tell. Where a part that is not there panics, the instruction that
    /// would is to stay.
    pub(super) fn known_length(&mut self, place: &Place, like: &Instruction) -> Option<ValueId> {
        if let Some(value) = self.length_of_part(place) {
            return Some(value);
        }
        let number = self.between(place)?.only_number().filter(|number| *number >= 0)?;
        let constant = self.fresh(Type::USIZE, like.results[0], like.span);
        self.define_constant(constant, Constant::Integer(number, IntegerType::Usize), like.span);
        Some(self.value(constant))
    }

    /// The value that is as large as a part is long.
    fn length_of_part(&self, place: &Place) -> Option<ValueId> {
        let (start, end) = bounds(place)?;
        if let Some((IntegerOperation::Add, [a, b])) = self.calculated(end) {
            if *a == start {
                return Some(*b);
            } else if *b == start {
                return Some(*a);
            }
        }
        self.between(place)?.only_value()
    }

    /// How far the bounds of a part are apart.
    fn between(&self, place: &Place) -> Option<Polynomial> {
        let (start, end) = bounds(place)?;
        Polynomial::of(end, self)?.plus(&Polynomial::of(start, self)?, -1)
    }

    /// Whether an index is one of a loop that ends where a list does.
    pub(super) fn is_below_length(&self, list: &Place, index: ValueId) -> bool {
        let Some(end) = self.ends.get(&index) else { return false };
        let is_length = |end: ValueId| match self.definition(end) {
            Some(DefinitionKind::Length(slot)) => list.path.is_empty() && *slot == list.root,
            _ => false,
        };
        let mut path = self.path(list);
        path.push(Step::Length);
        is_length(*end)
            || self.contents.get(list.root, &path) == Some(*end)
            || self.length_of_part(list) == Some(*end)
    }
}

fn bounds(place: &Place) -> Option<(ValueId, ValueId)> {
    match place.path.last()? {
        Projection::Range { start, end, .. } => Some((*start, *end)),
        _ => None,
    }
}
