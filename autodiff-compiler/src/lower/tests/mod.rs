//! Lowered functions against the same functions compiled by rustc, and IR as text.

mod basics;
mod exits;
mod functions;
mod memory;
mod refusals;
mod seldom;
mod text;

use crate::diagnostics::Diagnostics;
use crate::interpret::{Datum, Interpreter, Outcome, Real, Trap};
use crate::ir::Function;
use crate::signature::Environment;
use crate::verification::{Program, Settings, check};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Parses and lowers a function, or gives the errors.
fn try_compile(source: &str, environment: &Environment) -> Result<Function, String> {
    let item: syn::ItemFn = syn::parse_str(source).map_err(|error| error.to_string())?;
    let mut diagnostics = Diagnostics::new();
    let name = item.sig.ident.to_string();
    let function = crate::resolve::resolve(&item, environment, &mut diagnostics).and_then(|body| {
        let types = crate::infer::infer(&body, environment, &mut diagnostics)?;
        let active = vec![true; body.parameters.len()];
        super::lower(&body, &types, environment, &name, &active, &mut diagnostics)
    });
    match function {
        Some(function) if diagnostics.is_empty() => {
            crate::ir::verify::verify(&function).map_err(|error| format!("{error}\n{function}"))?;
            Ok(function)
        }
        _ => Err(diagnostics.iter().map(|error| error.text() + "\n").collect()),
    }
}

fn compile(source: &str) -> Function {
    try_compile(source, &Environment::default()).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

/// A type whose values are data of the interpreter.
trait Datable {
    fn datum(&self) -> Datum<Real>;
}

macro_rules! datable {
    ($($ty:ty: $self:ident => $datum:expr;)*) => { $(
        impl Datable for $ty {
            fn datum(&$self) -> Datum<Real> { $datum }
        }
    )* };
}

datable! {
    f64: self => Datum::from(*self);
    f32: self => Datum::from(*self);
    bool: self => Datum::Bool(*self);
    i8: self => Datum::Integer(i128::from(*self));
    u8: self => Datum::Integer(i128::from(*self));
    i32: self => Datum::Integer(i128::from(*self));
    u32: self => Datum::Integer(i128::from(*self));
    i64: self => Datum::Integer(i128::from(*self));
    u64: self => Datum::Integer(i128::from(*self));
    usize: self => Datum::Integer(*self as i128);
    (): self => Datum::Unit;
}

impl<T: Datable> Datable for Vec<T> {
    fn datum(&self) -> Datum<Real> {
        Datum::List(self.iter().map(Datable::datum).collect())
    }
}

impl<T: Datable, const N: usize> Datable for [T; N] {
    fn datum(&self) -> Datum<Real> {
        Datum::List(self.iter().map(Datable::datum).collect())
    }
}

impl<A: Datable, B: Datable> Datable for (A, B) {
    fn datum(&self) -> Datum<Real> {
        Datum::Tuple(vec![self.0.datum(), self.1.datum()])
    }
}

impl<A: Datable, B: Datable, C: Datable> Datable for (A, B, C) {
    fn datum(&self) -> Datum<Real> {
        Datum::Tuple(vec![self.0.datum(), self.1.datum(), self.2.datum()])
    }
}

/// A parameter type: how it is passed from something owned.
trait Passed<'a> {
    type Owned: Datable + Clone;
    const MUTABLE: bool = false;
    fn pass(owned: &'a mut Self::Owned) -> Self;
}

macro_rules! passed_by_value {
    ($($ty:ty)*) => { $(
        impl Passed<'_> for $ty {
            type Owned = $ty;
            fn pass(owned: &mut $ty) -> $ty { *owned }
        }
        impl<'a> Passed<'a> for &'a $ty {
            type Owned = $ty;
            fn pass(owned: &'a mut $ty) -> &'a $ty { owned }
        }
        impl<'a> Passed<'a> for &'a mut $ty {
            type Owned = $ty;
            const MUTABLE: bool = true;
            fn pass(owned: &'a mut $ty) -> &'a mut $ty { owned }
        }
    )* };
}

passed_by_value! { f64 f32 bool i8 u8 i32 u32 i64 u64 usize }

impl<T: Datable + Clone, const N: usize> Passed<'_> for [T; N] {
    type Owned = [T; N];
    fn pass(owned: &mut [T; N]) -> [T; N] {
        owned.clone()
    }
}

impl<A: Datable + Clone, B: Datable + Clone> Passed<'_> for (A, B) {
    type Owned = (A, B);
    fn pass(owned: &mut (A, B)) -> (A, B) {
        owned.clone()
    }
}

impl<'a, A: Datable + Clone, B: Datable + Clone> Passed<'a> for &'a mut (A, B) {
    type Owned = (A, B);
    const MUTABLE: bool = true;
    fn pass(owned: &'a mut (A, B)) -> &'a mut (A, B) {
        owned
    }
}

impl<'a, T: Datable + Clone, const N: usize> Passed<'a> for &'a [T; N] {
    type Owned = [T; N];
    fn pass(owned: &'a mut [T; N]) -> &'a [T; N] {
        owned
    }
}

impl<'a, T: Datable + Clone, const N: usize> Passed<'a> for &'a mut [T; N] {
    type Owned = [T; N];
    const MUTABLE: bool = true;
    fn pass(owned: &'a mut [T; N]) -> &'a mut [T; N] {
        owned
    }
}

impl<T: Datable + Clone> Passed<'_> for Vec<T> {
    type Owned = Vec<T>;
    fn pass(owned: &mut Vec<T>) -> Vec<T> {
        owned.clone()
    }
}

impl<'a, T: Datable + Clone> Passed<'a> for &'a [T] {
    type Owned = Vec<T>;
    fn pass(owned: &'a mut Vec<T>) -> &'a [T] {
        owned
    }
}

impl<'a, T: Datable + Clone> Passed<'a> for &'a mut [T] {
    type Owned = Vec<T>;
    const MUTABLE: bool = true;
    fn pass(owned: &'a mut Vec<T>) -> &'a mut [T] {
        owned
    }
}

impl<'a, T: Datable + Clone> Passed<'a> for &'a Vec<T> {
    type Owned = Vec<T>;
    fn pass(owned: &'a mut Vec<T>) -> &'a Vec<T> {
        owned
    }
}

impl<'a, T: Datable + Clone> Passed<'a> for &'a mut Vec<T> {
    type Owned = Vec<T>;
    const MUTABLE: bool = true;
    fn pass(owned: &'a mut Vec<T>) -> &'a mut Vec<T> {
        owned
    }
}

/// Equal to the bit; one NaN is like another.
fn same(a: &Datum<Real>, b: &Datum<Real>) -> bool {
    match (a, b) {
        (Datum::Float(a), Datum::Float(b)) => match (a, b) {
            (Real::Double(a), Real::Double(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Real::Single(a), Real::Single(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            _ => false,
        },
        (Datum::List(a), Datum::List(b)) | (Datum::Tuple(a), Datum::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Datum::Struct(a), Datum::Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| same(a, b))
        }
        (a, b) => a == b,
    }
}

/// What a compiled function did: its result and the parameters afterwards with whether they count;
/// `None` if it panicked.
type Done = Option<(Datum<Real>, Vec<(bool, Datum<Real>)>)>;

fn compare(label: &str, function: &Function, arguments: Vec<Datum<Real>>, done: &Done) {
    let outcome: Result<Outcome<Real>, Trap> =
        Interpreter::new().step_limit(1_000_000).run(function, arguments.clone());
    match (done, outcome) {
        (None, Err(trap)) if trap.is_panic() => {}
        (Some((result, parameters)), Ok(outcome)) => {
            assert!(
                same(result, &outcome.result),
                "{label}: {arguments:?}\nrustc: {result:?}\nIR: {:?}\n{function}",
                outcome.result
            );
            for ((counts, expected), found) in parameters.iter().zip(&outcome.parameters) {
                assert!(
                    !counts || same(expected, found),
                    "{label}: {arguments:?}\nrustc: {expected:?}\nIR: {found:?}\n{function}"
                );
            }
        }
        (done, outcome) => {
            panic!("{label}: {arguments:?}\nrustc: {done:?}\nIR: {outcome:?}\n{function}")
        }
    }
}

/// Compares a lowered function, and what simplification makes of it, with the compiled one.
fn compare_all<T>(
    source: &str,
    samples: Vec<T>,
    data: impl Fn(&T) -> Vec<Datum<Real>>,
    mut call: impl FnMut(&mut T) -> (Datum<Real>, Vec<(bool, Datum<Real>)>),
) {
    let function = compile(source);
    let mut simplified = function.clone();
    crate::simplify::simplify(&mut simplified);
    crate::ir::verify::verify(&simplified).unwrap_or_else(|error| panic!("{error}\n{simplified}"));
    for mut sample in samples {
        let arguments = data(&sample);
        let done = catch_unwind(AssertUnwindSafe(|| call(&mut sample))).ok();
        compare("lowered", &function, arguments.clone(), &done);
        compare("simplified", &simplified, arguments.clone(), &done);
        // What comes after: some results are infinite, and some have no derivative.
        let mut program = Program::new(function.clone(), arguments);
        for parameter in &mut program.functions[0].parameters {
            parameter.active = parameter.ty.holds_floats();
        }
        let settings = Settings { tolerance: 1e-4, ..Settings::default() };
        if let Err(failure) = check(&program, &settings) {
            panic!("{failure}");
        }
    }
}

/// Functions, each followed by tuples of arguments: a test each.
macro_rules! agree {
    ($( fn $name:ident ( $($argument:ident : $ty:ty),* $(,)? ) -> $result:ty { $($body:tt)* }
        with $($sample:expr),+ ; )*) => { $(
        #[test]
        #[allow(unused_mut, unused_variables, unused_assignments, dead_code, clippy::all)]
        fn $name() {
            use super::{Datable, Passed};
            fn $name($($argument: $ty),*) -> $result { $($body)* }
            let source = stringify!(fn $name($($argument: $ty),*) -> $result { $($body)* });
            let samples: Vec<($(<$ty as Passed<'_>>::Owned,)*)> = vec![$($sample),+];
            super::compare_all(
                source,
                samples,
                |($($argument,)*)| vec![$($argument.datum()),*],
                |($($argument,)*)| {
                    let result = $name($(<$ty as Passed<'_>>::pass($argument)),*).datum();
                    (result, vec![$((<$ty as Passed<'_>>::MUTABLE, $argument.datum())),*])
                },
            );
        }
    )* };
}
use agree;
