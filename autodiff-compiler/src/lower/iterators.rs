//! Iterators: what they produce, by index where there is one.
//!
//! An iterator expression is a [`Producer`]; nothing runs until a `for` loop or a consumer drives it
//! (`drive`, `consumers`). An *indexed* producer knows its length and the item at an index, so that
//! any chain of adaptors is one `for` region over indices.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Operand, Pointer};
use super::producer::{Mode, Producer};
use crate::ir::operations::{Comparison, IntegerOperation, Operation};
use crate::ir::{Aggregate, Constant, Place, Projection, ValueId};
use crate::types::{IntegerType, Type};
use std::rc::Rc;

impl Lowerer<'_> {
    /// What `IntoIterator` makes of a value.
    pub(super) fn producer(&mut self, operand: Operand) -> Lowered<Rc<Producer>> {
        Ok(match operand {
            Operand::Iterator(producer) => producer,
            Operand::Range { start: Some(start), end, inclusive } => {
                self.range_producer(start, end, inclusive)?
            }
            Operand::Reference { to, mutable } => {
                let to = self.follow(to)?;
                match self.peek(&to) {
                    Some(Operand::Iterator(_) | Operand::Range { .. }) => {
                        return self.consumed_in_part();
                    }
                    Some(Operand::Option { some, payload }) if !mutable => {
                        let item = self.borrow(Pointer::Value(payload), false)?;
                        Rc::new(Producer::Maybe { some, payload: item })
                    }
                    _ => {
                        let place = self.memory(to)?;
                        let mode = if mutable { Mode::Mutable } else { Mode::Shared };
                        self.elements(place, mode)?
                    }
                }
            }
            Operand::Option { some, payload } => {
                Rc::new(Producer::Maybe { some, payload: *payload })
            }
            Operand::Conflict => return self.conflict(),
            operand @ Operand::Pending(..) => {
                let place = self.memory(Pointer::Value(Box::new(operand)))?;
                self.elements(place, Mode::Owned)?
            }
            Operand::Slot(slot) => self.elements(Place::root(slot), Mode::Owned)?,
            Operand::Poison => return Err(super::flow::Halt::Error),
            _ => {
                let span = self.builder.span();
                return self.error(
                    span,
                    "iteration over this is not supported",
                    "iterate over a range, an array, a slice or a `Vec`",
                );
            }
        })
    }

    pub(super) fn consumed_in_part<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "an iterator that is consumed step by step is not supported",
            "use a `for` loop, an index, or `skip` and `take`",
        )
    }

    fn range_producer(
        &mut self,
        start: ValueId,
        end: Option<ValueId>,
        inclusive: bool,
    ) -> Lowered<Rc<Producer>> {
        if !self.builder.function.value(start).ty.is_integer() {
            let span = self.builder.span();
            return self.error(
                span,
                "a range to iterate over must be of integers",
                "iterate over integers and compute the numbers from them",
            );
        }
        Ok(Rc::new(Producer::Range { start, end, inclusive }))
    }

    /// The elements of an array, slice or `Vec`.
    pub(super) fn elements(&mut self, place: Place, mode: Mode) -> Lowered<Rc<Producer>> {
        let ty = self.place_type(&place);
        if ty.element().is_none() {
            let span = self.builder.span();
            return self.error(
                span,
                format!("iteration over {} is not supported", ty.described()),
                "iterate over a range, an array, a slice or a `Vec`",
            );
        }
        let length = self.builder.length(place.clone());
        let place = super::assignment::proven(place);
        Ok(Rc::new(Producer::Elements { place, length, mode }))
    }

    fn is_zero(&self, value: ValueId) -> bool {
        matches!(self.builder.constant_of(value), Some(Constant::Integer(0, IntegerType::Usize)))
    }

    /// Whether the item at an index is the index.
    pub(super) fn counts_from_zero(&self, producer: &Producer) -> bool {
        matches!(producer, Producer::Range { start, end: Some(_), inclusive: false }
            if self.is_zero(*start))
    }

    /// The number of items; `None`: no end.
    pub(super) fn count(&mut self, producer: &Producer) -> Lowered<Option<ValueId>> {
        use Producer::*;
        Ok(match producer {
            Range { end: Some(end), .. } if self.counts_from_zero(producer) => Some(*end),
            Range { start, end: Some(end), inclusive } => {
                Some(self.range_length(*start, *end, *inclusive))
            }
            Range { end: None, .. } | Repeat(_) | Index => None,
            Elements { length, .. } => Some(*length),
            Chunks { count, .. } | Windows { count, .. } => Some(*count),
            Once(_) => Some(self.builder.usize(1)),
            Map(inner, _) | Inspect(inner, _) | Cloned(inner) | Enumerate(inner) | Rev(inner) => {
                self.count(inner)?
            }
            Zip(a, b) => {
                let (a, b) = (self.count(a)?, self.count(b)?);
                self.least(a, b)
            }
            Skip(inner, skipped) => match self.count(inner)? {
                Some(count) if self.is_zero(*skipped) => Some(count),
                Some(count) => {
                    Some(self.builder.integer(IntegerOperation::SaturatingSub, &[count, *skipped]))
                }
                None => None,
            },
            Take(inner, taken) => {
                let count = self.count(inner)?;
                self.least(count, Some(*taken))
            }
            StepBy(inner, step) => match self.count(inner)? {
                Some(count) => {
                    Some(self.builder.integer(IntegerOperation::DivCeil, &[count, *step]))
                }
                None => None,
            },
            _ => return self.not_indexed(),
        })
    }

    fn not_indexed<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "this combination of iterators is not supported",
            "write it as a `for` loop, or `collect` the inner iterator first",
        )
    }

    fn least(&mut self, a: Option<ValueId>, b: Option<ValueId>) -> Option<ValueId> {
        match (a, b) {
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(a), Some(b)) => Some(self.builder.integer(IntegerOperation::Min, &[a, b])),
            (a, b) => a.or(b),
        }
    }

    fn range_length(&mut self, start: ValueId, end: ValueId, inclusive: bool) -> ValueId {
        let ty = self.builder.function.value(start).ty.clone();
        if ty == Type::USIZE && !inclusive {
            return self.builder.integer(IntegerOperation::SaturatingSub, &[end, start]);
        }
        let comparison = if inclusive { Comparison::LessEqual } else { Comparison::Less };
        let any = self.builder.compare(comparison, start, end);
        let unsigned = match &ty {
            Type::Integer(ty) => Type::Integer(unsigned(*ty)),
            _ => Type::USIZE,
        };
        let difference = self.builder.operation(
            Operation::Integer(IntegerOperation::AbsDiff),
            &[end, start],
            unsigned,
        );
        let mut length = self.cast_value(difference, &Type::USIZE);
        if inclusive {
            let one = self.builder.usize(1);
            length = self.builder.integer(IntegerOperation::SaturatingAdd, &[length, one]);
        }
        let zero = self.builder.usize(0);
        self.builder.operation(Operation::Select, &[any, length, zero], Type::USIZE)
    }

    /// The item at an index.
    pub(super) fn item(&mut self, producer: &Producer, index: ValueId) -> Lowered<Operand> {
        use Producer::*;
        Ok(match producer {
            Index => Operand::Scalar(index),
            Range { .. } if self.counts_from_zero(producer) => Operand::Scalar(index),
            Range { start, .. } => {
                let ty = self.builder.function.value(*start).ty.clone();
                let offset = self.cast_value(index, &ty);
                let add = if ty == Type::USIZE {
                    IntegerOperation::Add
                } else {
                    IntegerOperation::WrappingAdd
                };
                Operand::Scalar(self.builder.integer(add, &[*start, offset]))
            }
            Elements { place, mode, .. } => {
                let place = place.project(Projection::Index { index, proven: true });
                match mode {
                    Mode::Shared => self.borrow(Pointer::Memory(place), false)?,
                    Mode::Mutable => self.borrow(Pointer::Memory(place), true)?,
                    Mode::Owned => self.read(Pointer::Memory(place))?,
                }
            }
            Chunks { place, length, size, exact, mutable, .. } => {
                let start = self.builder.integer(IntegerOperation::Mul, &[index, *size]);
                let end = if *exact {
                    self.builder.integer(IntegerOperation::Add, &[start, *size])
                } else {
                    let end =
                        self.builder.integer(IntegerOperation::SaturatingAdd, &[start, *size]);
                    self.builder.integer(IntegerOperation::Min, &[end, *length])
                };
                let place = place.project(Projection::Range { start, end, proven: true });
                Operand::Reference { to: Pointer::Memory(place), mutable: *mutable }
            }
            Windows { place, size, .. } => {
                let end = self.builder.integer(IntegerOperation::Add, &[index, *size]);
                let place = place.project(Projection::Range { start: index, end, proven: true });
                Operand::Reference { to: Pointer::Memory(place), mutable: false }
            }
            Once(item) | Repeat(item) => self.read(Pointer::Value(Box::new(item.clone())))?,
            Map(inner, function) => {
                let item = self.item(inner, index)?;
                self.apply(function, vec![item])?
            }
            Inspect(inner, function) => {
                let item = self.item(inner, index)?;
                self.inspected(item, function)?
            }
            Cloned(inner) => {
                let item = self.item(inner, index)?;
                self.cloned(item)?
            }
            Zip(a, b) => {
                let first = self.item(a, index)?;
                let second = self.item(b, index)?;
                Operand::Tuple(vec![first, second])
            }
            Enumerate(inner) => {
                let item = self.item(inner, index)?;
                Operand::Tuple(vec![Operand::Scalar(index), item])
            }
            Rev(inner) => {
                let Some(count) = self.count(inner)? else { return self.not_indexed() };
                let one = self.builder.usize(1);
                let last = self.builder.integer(IntegerOperation::Sub, &[count, one]);
                let index = self.builder.integer(IntegerOperation::Sub, &[last, index]);
                self.item(inner, index)?
            }
            Skip(inner, skipped) => {
                let index = self.builder.integer(IntegerOperation::Add, &[index, *skipped]);
                self.item(inner, index)?
            }
            Take(inner, _) => self.item(inner, index)?,
            StepBy(inner, step) => {
                let index = self.builder.integer(IntegerOperation::Mul, &[index, *step]);
                self.item(inner, index)?
            }
            _ => return self.not_indexed(),
        })
    }

    /// Runs a function on a reference to the item.
    pub(super) fn inspected(&mut self, item: Operand, function: &Operand) -> Lowered<Operand> {
        let (item, reference) = self.looked_at(item)?;
        self.apply(function, vec![reference])?;
        Ok(item)
    }

    /// An item and a reference to it.
    pub(super) fn looked_at(&mut self, item: Operand) -> Lowered<(Operand, Operand)> {
        let item = match item {
            Operand::Pending(content, ty) => self.materialized(content, ty),
            other => other,
        };
        let reference = match &item {
            Operand::Pending(Aggregate::Place(place, _), _) => {
                Operand::Reference { to: Pointer::Memory(place.clone()), mutable: false }
            }
            other => {
                Operand::Reference { to: Pointer::Value(Box::new(other.clone())), mutable: false }
            }
        };
        Ok((item, reference))
    }
}

pub(super) fn unsigned(ty: IntegerType) -> IntegerType {
    use IntegerType::*;
    match ty {
        I8 | U8 => U8,
        I16 | U16 => U16,
        I32 | U32 => U32,
        I64 | U64 => U64,
        I128 | U128 => U128,
        Isize | Usize => Usize,
    }
}
