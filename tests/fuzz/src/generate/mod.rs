//! Random functions of the accepted subset, as Rust source.
//!
//! [`file()`] writes one file in the format of the corpus: annotated helper functions, one annotated main
//! function with everything a user may write in it, and a `samples!` item with arguments for it. The same
//! seed and number always give the same file.
//!
//! What is guaranteed: rustc accepts the file (types, borrows, moves: the scope knows what is borrowed,
//! moved and frozen); indices are in bounds unless the file is one of the few that may panic; lists are short, and
//! loops trip a few times, so that a program runs some thousand instructions at most, but for one sample of
//! every third file; numbers that loops carry stay of moderate size unless the file is one of those that are
//! rational functions of their arguments (those the exact oracle decides without tolerance, whatever their size).
//!
//! Nothing is guaranteed about what a program computes.

mod control;
mod floats;
mod functions;
mod integers;
mod lists;
mod loops;
mod nested;
mod order;
mod scope;
mod statements;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scope::Scope;
use std::fmt::Write;

/// What the functions of a file may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Numbers are `f32`.
    single: bool,
    /// Only `+ - * /` and what chooses between numbers.
    rational: bool,
    /// Indices may be out of bounds, integers may overflow.
    panics: bool,
    /// Carried arrays, calls and early exits are there for sure.
    together: bool,
    /// Lists are also long: loops over them run several iterations at a time.
    long: bool,
}

/// A file and the name of its main function.
#[derive(Clone, Debug)]
pub struct File {
    /// The text, in the format of the corpus.
    pub text: String,
    /// The main function.
    pub name: String,
}

/// File `number` of the series that a seed begins.
pub fn file(seed: u64, number: u64) -> File {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    let mut percent = |share: u32| random.random_range(0..100u32) < share;
    let style = Style {
        rational: percent(30),
        single: percent(8),
        panics: percent(8),
        together: percent(58),
        long: number.is_multiple_of(3),
    };
    let mut generator = Generator {
        random,
        style,
        scope: Scope::default(),
        text: String::new(),
        indent: 0,
        budget: 0,
        names: 0,
        runs: 1,
        helpers: vec![],
        result: functions::Result::Float,
        optional: false,
        loops: vec![],
        function_depth: 0,
        longest: 4,
    };
    let name = format!("main_{number}");
    generator.file(&name);
    let mut text = generator.text;
    if style.single {
        text = text.replace("f64", "f32");
    }
    File { text, name }
}

/// Writes a file; a method for every construct.
struct Generator {
    random: ChaCha8Rng,
    style: Style,
    scope: Scope,
    text: String,
    indent: usize,
    /// Statements that may still come in this function.
    budget: usize,
    /// How many names there are.
    names: usize,
    /// How often this point is reached at most in one call.
    runs: usize,
    /// The functions that can be called.
    helpers: Vec<functions::Helper>,
    /// What the function returns that is being written.
    result: functions::Result,
    /// Whether it may also return `None`.
    optional: bool,
    /// The loops around this point, in this function or closure.
    loops: Vec<loops::Around>,
    /// How many nested functions and closures are around this point: `return` leaves them alone.
    function_depth: usize,
    /// How many elements a list has at most, whichever.
    longest: usize,
}

impl Generator {
    /// One of the first `count` numbers.
    fn pick(&mut self, count: usize) -> usize {
        self.random.random_range(0..count.max(1))
    }

    /// True in so many of a hundred cases.
    fn percent(&mut self, share: usize) -> bool {
        self.pick(100) < share
    }

    /// One of them.
    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.pick(choices.len())].clone()
    }

    /// One of them, each as likely as its weight.
    fn weighted<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let total: usize = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.pick(total);
        for (weight, choice) in choices {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *choice,
            }
        }
        choices[choices.len() - 1].1
    }

    /// A name of its own.
    fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// A line at the present depth.
    fn line(&mut self, text: impl AsRef<str>) {
        let indent = 4 * self.indent;
        let _ = writeln!(self.text, "{:indent$}{}", "", text.as_ref());
    }

    /// `head {`, what the body writes, `}` and a tail; what is declared inside is gone afterwards.
    fn block(&mut self, head: &str, tail: &str, body: impl FnOnce(&mut Self)) {
        self.line(format!("{head} {{"));
        self.indent += 1;
        let kept = self.scope.enter();
        body(self);
        self.scope.leave(kept);
        self.indent -= 1;
        self.line(format!("}}{tail}"));
    }
}
