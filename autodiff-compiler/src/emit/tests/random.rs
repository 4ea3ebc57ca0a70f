//! Random well-formed functions: values of all scalar types, memory with checked indices, branches,
//! loops with carried values and exits. They mean nothing; they stress orders and shared variables.

use crate::interpret::{Datum, Real};
use crate::ir::operations::{
    BooleanOperation as B, Comparison as C, FloatOperation as F, IntegerOperation as I, Operation,
};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice};
use crate::ir::{Aggregate, Constant, Function, InstructionKind, Place, SlotId, ValueId};
use crate::types::{FloatType, Type};

/// A small generator of pseudorandom numbers (xorshift).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) % n as u64) as usize
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// What is visible at a point.
#[derive(Clone)]
struct Visible {
    floats: Vec<ValueId>,
    counts: Vec<ValueId>,
    truths: Vec<ValueId>,
    /// Slots with at least one float, and whether they may be written.
    slots: Vec<(SlotId, bool)>,
}

struct Generator<'r> {
    random: &'r mut Random,
    budget: usize,
}

/// A random function of a float, a count, a truth value, a shared and a mutable slice.
pub(super) fn function(random: &mut Random) -> Function {
    let result = Type::Tuple(vec![Type::F64, Type::F64, Type::USIZE]);
    let mut s = Sketch::new("random", result);
    let a = s.scalar("a", Type::F64);
    let n = s.scalar("n", Type::USIZE);
    let flag = s.scalar("flag", Type::Bool);
    let x = s.slot("x", shared(slice(Type::F64)));
    let y = s.slot("y", mutable(slice(Type::F64)));
    let mut visible = Visible {
        floats: vec![a],
        counts: vec![n],
        truths: vec![flag],
        slots: vec![(x, false), (y, true)],
    };
    let mut generator = Generator { random, budget: 40 };
    generator.region(&mut s, &mut visible, 3);
    let results = vec![
        Aggregate::Value(generator.random.pick(&visible.floats)),
        Aggregate::Value(generator.random.pick(&visible.floats)),
        Aggregate::Value(generator.random.pick(&visible.counts)),
    ];
    s.returns(Aggregate::Tuple(results))
}

/// Arguments for it.
pub(super) fn arguments(random: &mut Random) -> Vec<Datum<Real>> {
    let mut list = || {
        let length = random.below(5);
        let content: Vec<f64> = (0..length).map(|_| random.below(64) as f64 / 8.0 - 3.0).collect();
        Datum::from(content)
    };
    let (x, y) = (list(), list());
    let a = Datum::from(random.below(32) as f64 / 4.0 - 2.5);
    vec![a, Datum::from(random.below(5)), Datum::from(random.below(2) == 0), x, y]
}

impl Generator<'_> {
    fn region(&mut self, s: &mut Sketch, visible: &mut Visible, depth: usize) {
        let count = 1 + self.random.below(7);
        for _ in 0..count {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.instruction(s, visible, depth);
        }
    }

    fn place(&mut self, visible: &Visible, write: bool) -> Option<Place> {
        let slots: Vec<SlotId> = visible
            .slots
            .iter()
            .filter(|(_, mutable)| *mutable || !write)
            .map(|(s, _)| *s)
            .collect();
        if slots.is_empty() {
            return None;
        }
        let slot = self.random.pick(&slots);
        Some(Place::root(slot).at(self.recent(&visible.counts)))
    }

    /// Rather one of the last values, so that chains grow.
    fn recent(&mut self, values: &[ValueId]) -> ValueId {
        let back = self.random.below(4).min(self.random.below(values.len()));
        values[values.len() - 1 - back]
    }

    fn maybe_name(&mut self, s: &mut Sketch, value: ValueId) {
        if self.random.below(4) == 0 {
            let name = self.random.pick(&["a", "sum", "t", "i", "x", "loop"]);
            s.function.values[value.0 as usize].name = Some(name.into());
        }
    }

    fn instruction(&mut self, s: &mut Sketch, visible: &mut Visible, depth: usize) {
        match self.random.below(if depth > 0 { 17 } else { 11 }) {
            0 | 1 => {
                let operation = self.random.pick(&[F::Add, F::Sub, F::Mul, F::Div, F::Max]);
                let (a, b) = (self.recent(&visible.floats), self.recent(&visible.floats));
                let value = s.float_operation(operation, &[a, b]);
                self.maybe_name(s, value);
                visible.floats.push(value);
            }
            2 => {
                let operation = self.random.pick(&[F::Neg, F::Abs, F::Floor, F::Sqrt]);
                let a = self.recent(&visible.floats);
                let value = s.float_operation(operation, &[a]);
                visible.floats.push(value);
            }
            3 => {
                let value = self.random.pick(&[0.0, 1.0, -2.0, 0.5, f64::INFINITY, 3.0]);
                let value = s.float(value, &FloatType::F64);
                self.maybe_name(s, value);
                visible.floats.push(value);
            }
            4 => {
                let value = self.random.below(3);
                let value = s.usize(value);
                visible.counts.push(value);
            }
            5 => {
                let operation = self.random.pick(&[I::Add, I::Sub, I::Mul, I::Rem, I::Min, I::And]);
                let (a, b) = (self.recent(&visible.counts), self.recent(&visible.counts));
                let value = s.integer(operation, &[a, b]);
                self.maybe_name(s, value);
                visible.counts.push(value);
            }
            6 => {
                let comparison = self.random.pick(&[C::Less, C::Equal, C::GreaterEqual]);
                let (a, b) = if self.random.below(2) == 0 {
                    (self.recent(&visible.floats), self.recent(&visible.floats))
                } else {
                    (self.recent(&visible.counts), self.recent(&visible.counts))
                };
                let mut value = s.compare(comparison, a, b);
                if self.random.below(3) == 0 {
                    let other = self.recent(&visible.truths);
                    let operation = self.random.pick(&[B::And, B::Or, B::Xor]);
                    value = s.boolean(operation, &[value, other]);
                }
                visible.truths.push(value);
            }
            7 => {
                if let Some(place) = self.place(visible, false) {
                    let value = s.load(place, Type::F64);
                    self.maybe_name(s, value);
                    visible.floats.push(value);
                }
            }
            8 | 9 => {
                if let Some(place) = self.place(visible, true) {
                    let value = self.recent(&visible.floats);
                    match self.random.below(5) {
                        0 => {
                            s.push(InstructionKind::AddTo(place, value), vec![]);
                        }
                        1 => {
                            let old = s.load(place.clone(), Type::F64);
                            let new = s.float_operation(F::Sub, &[old, value]);
                            s.store(place, new);
                        }
                        2 => {
                            if let Some(other) = self.place(visible, true) {
                                s.push(InstructionKind::Swap(place, other), vec![]);
                            }
                        }
                        _ => s.store(place, value),
                    }
                }
            }
            10 => match self.random.below(4) {
                0 => {
                    let (c, a, b) = (
                        self.recent(&visible.truths),
                        self.recent(&visible.floats),
                        self.recent(&visible.floats),
                    );
                    let value = s.operation(Operation::Select, &[c, a, b], Type::F64);
                    visible.floats.push(value);
                }
                1 => {
                    let n = self.recent(&visible.counts);
                    let value = s.operation(Operation::Cast, &[n], Type::F64);
                    visible.floats.push(value);
                }
                2 => {
                    let slot = self.random.pick(&visible.slots).0;
                    let value = s.length(Place::root(slot));
                    visible.counts.push(value);
                }
                _ => {
                    let value = self.recent(&visible.floats);
                    let content = Aggregate::ArrayRepeat(
                        Box::new(Aggregate::Value(value)),
                        crate::types::Length::Literal(3),
                    );
                    let name = self.random.pick(&["buffer", "x", "t"]);
                    let slot = s.define(array(Type::F64, 3), name.into(), content);
                    visible.slots.push((slot, true));
                }
            },
            11..=13 => {
                let condition = self.recent(&visible.truths);
                let types = [Type::F64, Type::F64, Type::USIZE];
                let mut side = |s: &mut Sketch| {
                    let mut inner = visible.clone();
                    self.region(s, &mut inner, depth - 1);
                    vec![
                        self.recent(&inner.floats),
                        self.random.pick(&inner.floats),
                        self.recent(&inner.counts),
                    ]
                };
                // Both sides borrow the generator: one after the other.
                s.open(vec![]);
                let yields = side(s);
                let then_region = s.close(yields);
                s.open(vec![]);
                let yields = side(s);
                let else_region = s.close(yields);
                let results = s.push(
                    InstructionKind::If { condition, then_region, else_region },
                    types.to_vec(),
                );
                visible.floats.extend(&results[..2]);
                visible.counts.push(results[2]);
            }
            14 | 15 => {
                let (start, end) = (self.recent(&visible.counts), s.usize(3));
                let exits = self.random.below(2) == 0;
                let mut carried = vec![
                    self.recent(&visible.floats),
                    self.random.pick(&visible.floats),
                    self.recent(&visible.counts),
                ];
                if exits {
                    carried.insert(0, s.exit_code(0));
                }
                let reversed = self.random.below(3) == 0;
                let results = s.count_with(
                    start,
                    end,
                    carried,
                    |counted| {
                        counted.exits = exits;
                        counted.reversed = reversed;
                    },
                    |s, i, carried| self.loop_body(s, visible, depth, Some(i), carried, exits),
                );
                let first = usize::from(exits);
                visible.floats.extend(&results[first..first + 2]);
                visible.counts.push(results[first + 2]);
            }
            _ => {
                let budget = s.usize(4);
                let carried = vec![
                    s.exit_code(0),
                    self.recent(&visible.floats),
                    self.random.pick(&visible.floats),
                    budget,
                ];
                let results = s.repeat(carried, |s, carried| {
                    self.loop_body(s, visible, depth, None, carried, true)
                });
                visible.floats.extend(&results[1..3]);
                visible.counts.push(results[3]);
            }
        }
    }

    /// Yields the next carried values; a loop without index counts its last one down to 0.
    fn loop_body(
        &mut self,
        s: &mut Sketch,
        visible: &Visible,
        depth: usize,
        index: Option<ValueId>,
        carried: &[ValueId],
        exits: bool,
    ) -> Vec<ValueId> {
        let first = usize::from(exits);
        let mut inner = visible.clone();
        inner.counts.extend(index);
        inner.floats.extend(&carried[first..first + 2]);
        inner.counts.push(carried[first + 2]);
        for value in &carried[first..first + 2] {
            self.maybe_name(s, *value);
        }
        self.region(s, &mut inner, depth - 1);
        let mut floats = vec![self.recent(&inner.floats), self.recent(&inner.floats)];
        if self.random.below(4) == 0 {
            floats = vec![carried[first + 1], carried[first]];
        }
        let (count, ends) = match index {
            Some(_) => (self.recent(&inner.counts), self.recent(&inner.truths)),
            None => {
                let one = s.usize(1);
                let zero = s.usize(0);
                let left = s.integer(I::Sub, &[carried[first + 2], one]);
                let ends = s.compare(C::Equal, left, zero);
                if self.random.below(2) == 0 {
                    let other = self.recent(&inner.truths);
                    (left, s.boolean(B::Or, &[ends, other]))
                } else {
                    (left, ends)
                }
            }
        };
        let mut yields = Vec::new();
        if exits {
            let code = s.branch(
                ends,
                &[Type::EXIT_CODE],
                |s| vec![s.exit_code(1)],
                |s| vec![s.constant(Constant::Undefined(Type::EXIT_CODE))],
            );
            yields.extend(code);
        }
        yields.extend(floats);
        yields.push(count);
        yields
    }
}
