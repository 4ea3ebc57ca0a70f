//! Running iterators: every loop over a [`Producer`] is built here.

use super::Lowerer;
use super::flow::{Exit, Halt, Lowered};
use super::loops::Header;
use super::operand::{Operand, Pointer};
use super::producer::Producer;
use crate::ir::operations::{Comparison, IntegerOperation};
use crate::ir::{Constant, ValueId};
use crate::types::Type;
use std::rc::Rc;

/// What is done with each item. It may be lowered more than once (`chain` is two loops).
pub(super) type Sink<'s, 'a> = dyn FnMut(&mut Lowerer<'a>, Operand) -> Lowered<()> + 's;

/// A loop over indices that is the iteration over a producer.
struct Plan {
    start: ValueId,
    end: ValueId,
    inclusive: bool,
    step: Option<ValueId>,
    reversed: bool,
    /// What yields the item at the loop's index.
    items: Rc<Producer>,
    /// The source has no end: reaching the end of the indices is an overflow.
    endless: bool,
}

impl<'a> Lowerer<'a> {
    /// Runs a producer. `again`: the exit code that ends an iteration; `stop`: the one that ends all.
    pub(super) fn drive(
        &mut self,
        producer: &Rc<Producer>,
        again: u32,
        stop: Option<u32>,
        sink: &mut Sink<'_, 'a>,
    ) -> Lowered<()> {
        if producer.indexed() {
            return self.drive_indexed(producer, again, stop, sink);
        }
        let (_, exit) = self.scoped(stop, |lowerer| {
            lowerer.drive_sequential(producer, again, sink)?;
            Ok(Operand::Unit)
        })?;
        self.resume(exit, None)
    }

    fn drive_indexed(
        &mut self,
        producer: &Rc<Producer>,
        again: u32,
        stop: Option<u32>,
        sink: &mut Sink<'_, 'a>,
    ) -> Lowered<()> {
        let span = self.builder.span();
        let plan = self.plan(producer)?;
        let items = plan.items;
        let header = Header::Counted {
            start: plan.start,
            end: plan.end,
            inclusive: plan.inclusive,
            step: plan.step,
            reversed: plan.reversed,
        };
        let run = |lowerer: &mut Self| {
            lowerer.repeat(header, again, |lowerer, index| {
                lowerer.builder.at(span);
                let item = lowerer.item(&items, index)?;
                sink(lowerer, item)
            })
        };
        if !plan.endless {
            let exit = run(self)?;
            return self.resume(exit, stop);
        }
        let (_, exit) = self.scoped(stop, |lowerer| {
            let exit = run(lowerer)?;
            lowerer.resume(exit, None)?;
            lowerer.panic("attempt to add with overflow");
            Err(Halt::Exit(Exit::diverging()))
        })?;
        self.resume(exit, None)
    }

    /// The loop that runs an indexed producer.
    fn plan(&mut self, producer: &Rc<Producer>) -> Lowered<Plan> {
        match &**producer {
            Producer::Range { start, end: Some(end), inclusive } => {
                let items = if self.counts_from_zero(producer) {
                    producer.clone()
                } else {
                    Rc::new(Producer::Index)
                };
                Ok(Plan {
                    start: *start,
                    end: *end,
                    inclusive: *inclusive,
                    step: None,
                    reversed: false,
                    items,
                    endless: false,
                })
            }
            Producer::Range { start, end: None, .. } => self.endless_plan(*start),
            Producer::Map(inner, function) => {
                let plan = self.plan(inner)?;
                let items = Rc::new(Producer::Map(plan.items, function.clone()));
                Ok(Plan { items, ..plan })
            }
            Producer::Inspect(inner, function) => {
                let plan = self.plan(inner)?;
                let items = Rc::new(Producer::Inspect(plan.items, function.clone()));
                Ok(Plan { items, ..plan })
            }
            Producer::Cloned(inner) => {
                let plan = self.plan(inner)?;
                let items = Rc::new(Producer::Cloned(plan.items));
                Ok(Plan { items, ..plan })
            }
            Producer::Rev(inner) => {
                let plan = self.plan(inner)?;
                Ok(Plan { reversed: !plan.reversed, ..plan })
            }
            Producer::StepBy(inner, step) => {
                let plan = self.plan(inner)?;
                if plan.step.is_none() && !plan.reversed {
                    return Ok(Plan { step: Some(*step), ..plan });
                }
                self.counted_plan(producer)
            }
            Producer::Skip(inner, skipped) if self.counts_positions(inner) => {
                let plan = self.plan(inner)?;
                Ok(Plan { start: *skipped, ..plan })
            }
            Producer::Take(inner, taken) if self.counts_positions(inner) => {
                let plan = self.plan(inner)?;
                let end = self.builder.integer(IntegerOperation::Min, &[plan.end, *taken]);
                Ok(Plan { end, ..plan })
            }
            _ => self.counted_plan(producer),
        }
    }

    /// Whether the plan runs from 0 to the number of items.
    fn counts_positions(&self, producer: &Producer) -> bool {
        match producer {
            Producer::Range { .. } => self.counts_from_zero(producer),
            Producer::Map(inner, _) | Producer::Inspect(inner, _) | Producer::Cloned(inner) => {
                self.counts_positions(inner)
            }
            // Skipped items are still asked for: functions run for them.
            Producer::Elements { .. }
            | Producer::Chunks { .. }
            | Producer::Windows { .. }
            | Producer::Enumerate(_)
            | Producer::Zip(..) => !producer.runs_code(),
            _ => false,
        }
    }

    fn counted_plan(&mut self, producer: &Rc<Producer>) -> Lowered<Plan> {
        let Some(end) = self.count(producer)? else {
            let zero = self.builder.usize(0);
            let plan = self.endless_plan(zero)?;
            return Ok(Plan { items: producer.clone(), ..plan });
        };
        let start = self.builder.usize(0);
        let items = producer.clone();
        Ok(Plan {
            start,
            end,
            inclusive: false,
            step: None,
            reversed: false,
            items,
            endless: false,
        })
    }

    /// `start..`: it is left by an exit, or overflows at the greatest number.
    fn endless_plan(&mut self, start: ValueId) -> Lowered<Plan> {
        let ty = match &self.builder.function.value(start).ty {
            Type::Integer(ty) => *ty,
            _ => return self.no_combination(),
        };
        // All bits of the unsigned type, without the sign bit: its width may be the target's.
        let unsigned = super::iterators::unsigned(ty);
        let zero = self.builder.constant(Constant::Integer(0, unsigned));
        let mut end = self.builder.integer(IntegerOperation::Not, &[zero]);
        if ty.is_signed() {
            let one = self.builder.constant(Constant::Integer(1, unsigned));
            end = self.builder.integer(IntegerOperation::ShiftRight, &[end, one]);
            end = self.cast_value(end, &Type::Integer(ty));
        }
        let items = Rc::new(Producer::Index);
        let step = None;
        Ok(Plan { start, end, inclusive: false, step, reversed: false, items, endless: true })
    }

    /// Runs a producer whose items must be asked for one after another.
    fn drive_sequential(
        &mut self,
        producer: &Rc<Producer>,
        again: u32,
        sink: &mut Sink<'_, 'a>,
    ) -> Lowered<()> {
        if producer.indexed() {
            return self.drive_indexed(producer, again, None, sink);
        }
        use Producer::*;
        match &**producer {
            Ordered(inner) => self.drive_sequential(inner, again, sink),
            Maybe { some, payload } => {
                let payload = payload.clone();
                self.fork(
                    *some,
                    |lowerer| {
                        let (_, exit) = lowerer.scoped(Some(again), |lowerer| {
                            let item = lowerer.read(Pointer::Value(Box::new(payload)))?;
                            sink(lowerer, item)?;
                            Ok(Operand::Unit)
                        })?;
                        lowerer.resume(exit, None)?;
                        Ok(Operand::Unit)
                    },
                    |_| Ok(Operand::Unit),
                )?;
                Ok(())
            }
            Map(inner, function) => self.drive_sequential(inner, again, &mut |lowerer, item| {
                let item = lowerer.apply(function, vec![item])?;
                sink(lowerer, item)
            }),
            Inspect(inner, function) => {
                self.drive_sequential(inner, again, &mut |lowerer, item| {
                    let item = lowerer.inspected(item, function)?;
                    sink(lowerer, item)
                })
            }
            Cloned(inner) => self.drive_sequential(inner, again, &mut |lowerer, item| {
                let item = lowerer.cloned(item)?;
                sink(lowerer, item)
            }),
            Filter(inner, function) => self.drive_sequential(inner, again, &mut |lowerer, item| {
                let (item, reference) = lowerer.looked_at(item)?;
                let holds = lowerer.apply(function, vec![reference])?;
                let holds = lowerer.as_scalar(holds)?;
                lowerer.only_if(holds, &mut |lowerer| sink(lowerer, item.clone()))
            }),
            FilterMap(inner, function) => {
                self.drive_sequential(inner, again, &mut |lowerer, item| {
                    let (some, payload) = lowerer.optional(function, vec![item])?;
                    lowerer.only_if(some, &mut |lowerer| sink(lowerer, payload.clone()))
                })
            }
            TakeWhile(inner, function) => self.stoppable(|lowerer, stop| {
                lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                    let (item, reference) = lowerer.looked_at(item)?;
                    let holds = lowerer.apply(function, vec![reference])?;
                    let holds = lowerer.as_scalar(holds)?;
                    lowerer.go_on_if(holds, stop)?;
                    sink(lowerer, item)
                })
            }),
            MapWhile(inner, function) => self.stoppable(|lowerer, stop| {
                lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                    let (some, payload) = lowerer.optional(function, vec![item])?;
                    lowerer.go_on_if(some, stop)?;
                    sink(lowerer, payload)
                })
            }),
            Scan(inner, state, function) => {
                let ty = self.operand_type(state);
                let key = self.declare_temporary(state.clone(), &ty, "state")?;
                let done = self.stoppable(|lowerer, stop| {
                    lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                        let to = match lowerer.scope.get(&key) {
                            Some(Operand::Slot(slot)) => {
                                Pointer::Memory(crate::ir::Place::root(*slot))
                            }
                            _ => Pointer::Local(key, Vec::new()),
                        };
                        let state = Operand::Reference { to, mutable: true };
                        let (some, payload) = lowerer.optional(function, vec![state, item])?;
                        lowerer.go_on_if(some, stop)?;
                        sink(lowerer, payload)
                    })
                });
                self.scope.remove(&key);
                done
            }
            SkipWhile(inner, function) => {
                let started = Operand::Scalar(self.truth(false));
                let key = self.declare_temporary(started, &Type::Bool, "started")?;
                let done = self.drive_sequential(inner, again, &mut |lowerer, item| {
                    let (item, reference) = lowerer.looked_at(item)?;
                    let started = lowerer.variable(key)?;
                    let wanted = lowerer.lazy_with(false, started, |lowerer| {
                        let holds = lowerer.apply(function, vec![reference])?;
                        let holds = lowerer.as_scalar(holds)?;
                        let not = crate::ir::operations::BooleanOperation::Not;
                        Ok(lowerer.builder.boolean(not, &[holds]))
                    })?;
                    let wanted = lowerer.as_scalar(wanted)?;
                    lowerer.scope.insert(key, Operand::Scalar(wanted));
                    lowerer.only_if(wanted, &mut |lowerer| sink(lowerer, item.clone()))
                });
                self.scope.remove(&key);
                done
            }
            Enumerate(inner) => self.counting(|lowerer, key| {
                lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                    let count = lowerer.next_count(key)?;
                    sink(lowerer, Operand::Tuple(vec![Operand::Scalar(count), item]))
                })
            }),
            Zip(first, second) if second.indexed() => {
                let Some(length) = self.count(second)? else {
                    return self.counting(|lowerer, key| {
                        lowerer.drive_sequential(first, again, &mut |lowerer, item| {
                            let count = lowerer.next_count(key)?;
                            let other = lowerer.item(second, count)?;
                            sink(lowerer, Operand::Tuple(vec![item, other]))
                        })
                    });
                };
                self.counting(|lowerer, key| {
                    lowerer.stoppable(|lowerer, stop| {
                        lowerer.drive_sequential(first, again, &mut |lowerer, item| {
                            let count = lowerer.next_count(key)?;
                            let more = lowerer.builder.compare(Comparison::Less, count, length);
                            lowerer.go_on_if(more, stop)?;
                            let other = lowerer.item(second, count)?;
                            sink(lowerer, Operand::Tuple(vec![item, other]))
                        })
                    })
                })
            }
            Skip(inner, skipped) => self.counting(|lowerer, key| {
                lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                    let count = lowerer.next_count(key)?;
                    let wanted = lowerer.builder.compare(Comparison::GreaterEqual, count, *skipped);
                    lowerer.only_if(wanted, &mut |lowerer| sink(lowerer, item.clone()))
                })
            }),
            StepBy(inner, step) => self.counting(|lowerer, key| {
                lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                    let count = lowerer.next_count(key)?;
                    let rest = lowerer.builder.integer(IntegerOperation::Rem, &[count, *step]);
                    let zero = lowerer.builder.usize(0);
                    let wanted = lowerer.builder.compare(Comparison::Equal, rest, zero);
                    lowerer.only_if(wanted, &mut |lowerer| sink(lowerer, item.clone()))
                })
            }),
            Take(inner, taken) => self.taking(inner, *taken, again, sink),
            Chain(first, second) => {
                self.drive_sequential(first, again, sink)?;
                self.drive_sequential(second, again, sink)
            }
            FlatMap(inner, function) => {
                let next = self.internal_jump();
                let next = self.exit_code(next);
                self.drive_sequential(inner, next, &mut |lowerer, item| {
                    let items = match function {
                        Some(function) => lowerer.apply(function, vec![item])?,
                        None => item,
                    };
                    let items = lowerer.producer(items)?;
                    lowerer.drive_sequential(&items, again, sink)
                })
            }
            Rev(inner) => match reversed(inner) {
                Some(turned) => self.drive_sequential(&turned, again, sink),
                None => self.no_combination(),
            },
            _ => self.no_combination(),
        }
    }

    fn no_combination<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "this combination of iterators is not supported",
            "write it as a `for` loop, or `collect` the inner iterator first",
        )
    }

    /// `take` of items that are asked for: after the last one nothing more is asked for.
    fn taking(
        &mut self,
        inner: &Rc<Producer>,
        taken: ValueId,
        again: u32,
        sink: &mut Sink<'_, 'a>,
    ) -> Lowered<()> {
        let zero = self.builder.usize(0);
        let any = self.builder.compare(Comparison::Greater, taken, zero);
        self.fork(
            any,
            |lowerer| {
                lowerer.counting(|lowerer, key| {
                    lowerer.stoppable(|lowerer, stop| {
                        lowerer.drive_sequential(inner, again, &mut |lowerer, item| {
                            let count = lowerer.next_count(key)?;
                            let (_, exit) = lowerer.scoped(Some(again), |lowerer| {
                                sink(lowerer, item)?;
                                Ok(Operand::Unit)
                            })?;
                            lowerer.resume(exit, None)?;
                            let one = lowerer.builder.usize(1);
                            let next =
                                lowerer.builder.integer(IntegerOperation::Add, &[count, one]);
                            let more = lowerer.builder.compare(Comparison::Less, next, taken);
                            lowerer.go_on_if(more, stop)
                        })
                    })
                })?;
                Ok(Operand::Unit)
            },
            |_| Ok(Operand::Unit),
        )?;
        Ok(())
    }
}

/// The same items from the last to the first.
fn reversed(producer: &Producer) -> Option<Rc<Producer>> {
    use Producer::*;
    let turn = |inner: &Rc<Producer>| Rc::new(Rev(inner.clone()));
    Some(Rc::new(match producer {
        Map(inner, function) => Map(turn(inner), function.clone()),
        Inspect(inner, function) => Inspect(turn(inner), function.clone()),
        Cloned(inner) => Cloned(turn(inner)),
        Filter(inner, function) => Filter(turn(inner), function.clone()),
        FilterMap(inner, function) => FilterMap(turn(inner), function.clone()),
        Chain(first, second) => Chain(turn(second), turn(first)),
        Rev(inner) => return Some(inner.clone()),
        _ => return None,
    }))
}
