//! Executes a function in IR, generic over the number type.
//!
//! It is the reference for what IR means: run on [`Real`] it computes what the compiled function
//! computes, bit for bit, panics included (special functions to a few roundings: theirs are the
//! reference values of `ir::operations`). Run on [`Dual`] it gives directional derivatives by
//! forward mode, independent of the derivative table and of the reverse sweep.
//!
//! What it does not look into is [`Trap::Unsupported`]: opaque tokens, `match` on opaque values; unless
//! a [`World`] makes them up.
//! Printing prints nothing; assertions are checked where their condition is a value.
//!
//! ```
//! use autodiff_compiler::interpret::{Datum, Real, run};
//! # use autodiff_compiler::ir::{operations::FloatOperation, sketch::Sketch};
//! # use autodiff_compiler::types::Type;
//! let mut sketch = Sketch::new("square", Type::F64);
//! let x = sketch.scalar("x", Type::F64);
//! let y = sketch.float_operation(FloatOperation::Mul, &[x, x]);
//! let square = sketch.returns_value(y);
//! let outcome = run::<Real>(&square, vec![Datum::from(3.0)]).unwrap();
//! assert_eq!(outcome.result, Datum::from(9.0));
//! ```

mod datum;
mod dual;
mod effects;
mod execute;
mod field;
mod integers;
mod memory;
mod number;
pub(crate) mod partials;
#[cfg(test)]
mod tests;
mod world;

pub use datum::Datum;
pub use dual::{Dual, directional_derivative, gradient};
pub use field::{Element, Field, Functions};
pub use number::{Number, Real};
pub use world::World;

use crate::ir::Function;
use std::collections::HashMap;

/// Why execution stopped.
#[derive(Clone, Debug, PartialEq)]
pub enum Trap {
    /// `a[i]` with `i >= len`.
    IndexOutOfBounds {
        /// i.
        index: usize,
        /// len.
        length: usize,
    },
    /// `a[i..j]` with `i > j` or `j > len`, or lengths that differ in a copy between slices.
    Slice,
    /// Integer overflow, in any build or in a debug build.
    Overflow,
    /// An integer division by zero.
    DivisionByZero,
    /// Another panic, with its message or the name of what panics.
    Panic(String),
    /// More steps, or more calls in one another, than allowed.
    StepLimit,
    /// Something that the interpreter does not look into.
    Unsupported(String),
    /// The function is not well formed, or what the compiler took as proven does not hold: a bug of
    /// the compiler.
    Broken(String),
}

impl Trap {
    /// Whether the compiled function panics here.
    pub fn is_panic(&self) -> bool {
        !matches!(self, Trap::StepLimit | Trap::Unsupported(_) | Trap::Broken(_))
    }
}

/// What a function leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<N> {
    /// What it returns; behind references, what they point to.
    pub result: Datum<N>,
    /// The parameters at exit, in order: those behind `&mut` as the caller sees them afterwards.
    pub parameters: Vec<Datum<N>>,
    /// The number of instructions that ran.
    pub steps: u64,
}

/// What integer overflow does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OverflowMode {
    /// It panics, as in debug builds.
    #[default]
    Panic,
    /// It wraps, as in release builds.
    Wrap,
}

/// How to execute.
#[derive(Clone, Debug)]
pub struct Interpreter<'a> {
    functions: HashMap<String, &'a Function>,
    world: Option<&'a World>,
    overflow: OverflowMode,
    step_limit: u64,
    depth_limit: u32,
}

impl Default for Interpreter<'_> {
    fn default() -> Self {
        Self {
            functions: HashMap::new(),
            world: None,
            overflow: OverflowMode::default(),
            step_limit: 100_000_000,
            depth_limit: u32::MAX,
        }
    }
}

impl<'a> Interpreter<'a> {
    /// Overflow panics, a hundred million steps, no function to call.
    pub fn new() -> Self {
        Self::default()
    }

    /// What integer overflow does.
    pub fn overflow(mut self, mode: OverflowMode) -> Self {
        self.overflow = mode;
        self
    }

    /// How many instructions may run, those of callees included.
    pub fn step_limit(mut self, limit: u64) -> Self {
        self.step_limit = limit;
        self
    }

    /// How many calls may be under way in one another; more is [`Trap::StepLimit`]. Without a limit, the
    /// stack is one.
    pub fn depth_limit(mut self, limit: u32) -> Self {
        self.depth_limit = limit;
        self
    }

    /// Where values come from for what is not looked into.
    pub fn world(mut self, world: &'a World) -> Self {
        self.world = Some(world);
        self
    }

    /// A function that others call by this name (the last segment of the path; for derivative code
    /// with the output: `step::__forward`).
    pub fn function(mut self, name: &str, function: &'a Function) -> Self {
        self.functions.insert(name.to_owned(), function);
        self
    }

    /// Executes a function. An argument is what the parameter's type holds, references left out.
    pub fn run<N: Number>(
        &self,
        function: &Function,
        arguments: Vec<Datum<N>>,
    ) -> Result<Outcome<N>, Trap> {
        self.run_with_tape(function, arguments, &mut Vec::new())
    }

    /// The same for a function that leaves something on the tape, or takes it from there: the forward
    /// and the reverse sweep of a callee.
    pub fn run_with_tape<N: Number>(
        &self,
        function: &Function,
        arguments: Vec<Datum<N>>,
        tape: &mut Vec<Datum<N>>,
    ) -> Result<Outcome<N>, Trap> {
        let mut steps = 0;
        execute::function(self, function, arguments, &mut steps, tape, 0)
    }
}

/// Executes a function that calls no others, with the default settings.
pub fn run<N: Number>(function: &Function, arguments: Vec<Datum<N>>) -> Result<Outcome<N>, Trap> {
    Interpreter::new().run(function, arguments)
}
