//! Random well-typed functions in IR with arguments to run them on, for differential tests: every
//! pass must keep what the interpreter says about them.
//!
//! A program is read off a list of numbers, one for each choice; where the list ends, every choice is
//! the simplest one. A shorter list or smaller numbers mean a simpler program, so a property test
//! that shrinks the list shrinks the program.
//!
//! Programs are short by construction: a loop has seven trips at most, or as many as a list has elements,
//! and no list ever has more than [`LONGEST`], however often code runs that pushes to one.

mod control;
#[cfg(test)]
mod differential;
mod memory;
mod scalars;
#[cfg(test)]
mod tests;

use crate::interpret::{Datum, Real};
use crate::ir::operations::FloatOperation;
use crate::ir::sketch::{Sketch, array, mutable, shared, slice, vector};
use crate::ir::{Aggregate, Place, ValueId};
use crate::types::{FloatType, IntegerType, Type};
use crate::verification::Program;

/// What programs may do.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether they may panic: indices out of bounds, overflow.
    pub panics: bool,
    /// Whether they write memory.
    pub writes: bool,
    /// Whether loops carry more than sums, products, minima and maxima.
    pub recurrences: bool,
    /// Whether loops end early, and `loop` occurs.
    pub exits: bool,
    /// Whether constants and arguments may be signed zeros, infinite, NaN, subnormal or huge.
    pub extremes: bool,
    /// Whether all operations occur, or only those that are smooth and of moderate size.
    pub all_operations: bool,
    /// Whether `f32` occurs.
    pub narrow: bool,
    /// Whether the result is a tuple of everything at hand, or one float.
    pub many_results: bool,
}

impl Style {
    /// Everything at once.
    pub const WILD: Style = Style {
        panics: true,
        writes: true,
        recurrences: true,
        exits: true,
        extremes: true,
        all_operations: true,
        narrow: true,
        many_results: true,
    };

    /// A float function of moderate numbers that does not panic.
    pub const TAME: Style = Style {
        panics: false,
        writes: true,
        recurrences: true,
        exits: true,
        extremes: false,
        all_operations: false,
        narrow: false,
        many_results: false,
    };

    /// A float function whose loops only read memory and feed reductions.
    pub const REDUCTIONS: Style =
        Style { writes: false, recurrences: false, exits: false, ..Style::TAME };
}

/// The program that the choices stand for; it is one function, and verifies.
pub fn program(style: Style, choices: &[u32]) -> Program {
    let mut generator = Generator {
        sketch: Sketch::new("random", Type::F64),
        choices: Choices { list: choices, next: 0 },
        style,
        scope: Scope::default(),
        arguments: Vec::new(),
        budget: 60,
        runs: 1,
        longest: 4,
    };
    generator.parameters();
    generator.statements(0);
    generator.finish()
}

/// The numbers that decide.
struct Choices<'a> {
    list: &'a [u32],
    next: usize,
}

impl Choices<'_> {
    /// One of the first `count` numbers; 0 at the end of the list.
    fn pick(&mut self, count: usize) -> usize {
        let choice = self.list.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        choice as usize % count.max(1)
    }

    /// True in so many of a hundred cases; false at the end of the list.
    fn chance(&mut self, percent: usize) -> bool {
        self.pick(100) >= 100 - percent
    }
}

/// What there is to use at this point.
#[derive(Clone, Default)]
struct Scope {
    floats: Vec<ValueId>,
    indices: Vec<ValueId>,
    truths: Vec<ValueId>,
    lists: Vec<List>,
    /// Places of single floats, and whether they may be written.
    cells: Vec<(Place, bool)>,
    loops: Vec<Counted>,
}

/// An array, slice or `Vec` of `f64`.
#[derive(Clone)]
struct List {
    place: Place,
    writable: bool,
    /// The length of an array.
    fixed: Option<u64>,
    /// Whether it can be pushed to.
    growable: bool,
}

/// A loop around this point, over the indices of a list: `before..len - after`.
#[derive(Clone)]
struct Counted {
    index: ValueId,
    place: Place,
    before: usize,
    after: usize,
}

struct Generator<'a> {
    sketch: Sketch,
    choices: Choices<'a>,
    style: Style,
    scope: Scope,
    arguments: Vec<Datum<Real>>,
    /// Statements that may still come.
    budget: usize,
    /// How often this point is reached at most.
    runs: usize,
    /// How many elements a list has at most, whichever.
    longest: usize,
}

/// How many elements a list may get, and so a loop trips: three nested loops make a few thousand.
const LONGEST: usize = 16;

impl Generator<'_> {
    fn parameters(&mut self) {
        for name in ["x", "y", "z"].into_iter().take(1 + self.choices.pick(3)) {
            let value = self.sketch.scalar(name, Type::F64);
            self.scope.floats.push(value);
            let argument = self.number();
            self.arguments.push(argument.into());
        }
        for name in ["a", "b", "c"].into_iter().take(self.choices.pick(4)) {
            self.memory_parameter(name);
        }
        if self.choices.chance(40) {
            let value = self.sketch.scalar("n", Type::USIZE);
            self.scope.indices.push(value);
            let argument = self.choices.pick(5);
            self.arguments.push(argument.into());
        }
    }

    fn memory_parameter(&mut self, name: &str) {
        let writes = self.style.writes;
        let least = usize::from(!self.style.panics);
        let length = least + self.choices.pick(4);
        let floats = |generator: &mut Self, length: usize| -> Datum<Real> {
            (0..length).map(|_| generator.number()).collect::<Vec<_>>().into()
        };
        let plain = |place: Place, fixed: Option<u64>, writable: bool, growable: bool| List {
            place,
            writable,
            fixed,
            growable,
        };
        match self.choices.pick(8) {
            0 => {
                let slot = self.sketch.slot(name, shared(slice(Type::F64)));
                self.scope.lists.push(plain(Place::root(slot), None, false, false));
                let argument = floats(self, length);
                self.arguments.push(argument);
            }
            1 => {
                let slot = self.sketch.slot(name, shared(array(Type::F64, 3)));
                self.scope.lists.push(plain(Place::root(slot), Some(3), false, false));
                let argument = floats(self, 3);
                self.arguments.push(argument);
            }
            2 => {
                let slot = self.sketch.slot(name, mutable(slice(Type::F64)));
                self.scope.lists.push(plain(Place::root(slot), None, writes, false));
                let argument = floats(self, length);
                self.arguments.push(argument);
            }
            3 => {
                let slot = self.sketch.slot(name, array(Type::F64, 2));
                self.scope.lists.push(plain(Place::root(slot), Some(2), writes, false));
                let argument = floats(self, 2);
                self.arguments.push(argument);
            }
            4 => {
                let slot = self.sketch.slot(name, mutable(vector(Type::F64)));
                self.scope.lists.push(plain(Place::root(slot), None, writes, writes));
                let argument = floats(self, length);
                self.arguments.push(argument);
            }
            5 => {
                // Rows of two.
                let slot = self.sketch.slot(name, shared(slice(array(Type::F64, 2))));
                let rows: Vec<Datum<Real>> = (0..length).map(|_| floats(self, 2)).collect();
                self.arguments.push(rows.into());
                let rows = Place::root(slot);
                let row = self.index_into(&rows, None);
                self.scope.lists.push(plain(row, Some(2), false, false));
            }
            6 => {
                let ty = Type::Tuple(vec![Type::F64, array(Type::F64, 2)]);
                let slot = self.sketch.slot(name, mutable(ty));
                let pair = Place::root(slot);
                self.scope.cells.push((pair.field("0"), writes));
                self.scope.lists.push(plain(pair.field("1"), Some(2), writes, false));
                let argument = Datum::Tuple(vec![self.number().into(), floats(self, 2)]);
                self.arguments.push(argument);
            }
            _ => {
                let slot = self.sketch.slot(name, shared(Type::F64));
                self.scope.cells.push((Place::root(slot), false));
                let argument = self.number();
                self.arguments.push(argument.into());
            }
        }
    }

    /// A float for a constant or an argument.
    fn number(&mut self) -> f64 {
        const EXTREMES: [f64; 12] = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            f64::MIN_POSITIVE / 4.0,
            f64::MAX,
            f64::EPSILON,
            2.0,
            0.5,
        ];
        if self.style.extremes && self.choices.chance(40) {
            return EXTREMES[self.choices.pick(EXTREMES.len())];
        }
        // 0.5 first, then anything from -2 to 2.
        0.5 + (self.choices.pick(4001) as f64 / 1000.0 + 2.0) % 4.0 - 2.0
    }

    /// The function with its result.
    fn finish(mut self) -> Program {
        let mut results = self.results();
        let result = match self.style.many_results {
            true => {
                let scope = self.scope.clone();
                results.extend(scope.indices.iter().rev().take(2));
                results.extend(scope.truths.iter().rev().take(1));
                let types = results.iter().map(|id| self.sketch.function.value(*id).ty.clone());
                self.sketch.function.result_type = Type::Tuple(types.collect());
                Aggregate::Tuple(results.into_iter().map(Aggregate::Value).collect())
            }
            false => {
                let mut total = results[0];
                for result in &results[1..] {
                    total = self.sketch.float_operation(FloatOperation::Add, &[total, *result]);
                }
                let auxiliary = self.scope.indices.last().copied();
                match auxiliary.filter(|_| self.choices.chance(15)) {
                    Some(index) => {
                        let types = vec![Type::F64, Type::USIZE];
                        self.sketch.function.result_type = Type::Tuple(types);
                        Aggregate::Tuple([total, index].map(Aggregate::Value).to_vec())
                    }
                    None => Aggregate::Value(total),
                }
            }
        };
        Program::new(self.sketch.returns(result), self.arguments)
    }

    /// Some floats of the outermost scope and the sums of what was written.
    fn results(&mut self) -> Vec<ValueId> {
        let mut results: Vec<_> = self.scope.floats.iter().rev().take(4).copied().collect();
        for list in self.scope.lists.clone() {
            if list.writable && list.place.path.is_empty() {
                results.push(self.sum_of(&list));
            }
        }
        results
    }

    fn constant(&mut self) -> ValueId {
        let number = self.number();
        self.sketch.float(number, &FloatType::F64)
    }

    fn i32(&mut self, value: i32) -> ValueId {
        let constant = crate::ir::Constant::Integer(value.into(), IntegerType::I32);
        self.sketch.constant(constant)
    }
}
