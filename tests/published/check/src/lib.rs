//! Compares gradients of functions from published crates with differences; called by the code that
//! `cargo xtask corpus` writes beside them.
//!
//! For each function, [`Report::function`] is called once with a closure that draws a point from a
//! [`Sampler`] and hands it to [`Point::compare`]. One line a function goes to standard output, for
//! `cargo xtask corpus` to read: its number, what came of it and a message, separated by tabs.

mod sampler;
mod steps;

use autodiff_core::{Float, ParameterPath, Parameters, Visitor, check};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// For crates without `std`.
pub use std::vec::Vec;

pub use sampler::{Ranges, Sample, Sampler};

/// How many points a function is compared at.
const POINTS: u64 = 8;

/// Writes one line for each function.
#[derive(Debug, Default)]
pub struct Report {
    from: usize,
}

/// What came of one point.
enum Outcome {
    /// The gradient agrees with differences.
    Agrees,
    /// There is nothing to compare: the function panics or is not finite there, or too rough.
    Undecided(String),
    /// The gradient or the value is wrong.
    Wrong(String),
}

/// One point of one function.
#[derive(Debug)]
pub struct Point {
    seed: u64,
}

/// What [`Point::compare`] found.
pub struct Compared(Outcome);

/// A parameter in messages.
pub fn shown(parameter: &impl std::fmt::Debug) -> String {
    format!("{parameter:?}")
}

impl Report {
    /// A report on every function from this number on.
    pub fn new(from: usize) -> Self {
        std::panic::set_hook(Box::new(|_| {})); // functions may panic outside their domain
        Self { from }
    }

    /// Compares one function at several points and writes a line about it.
    ///
    /// `seed` chooses the points.
    pub fn function(
        &mut self,
        number: usize,
        seed: u64,
        compare: impl Fn(&mut Sampler, Point) -> Compared,
    ) {
        if number < self.from {
            return;
        }
        println!("{number}\tstarted\t");
        let (mut agree, mut wrong, mut undecided) = (0, vec![], vec![]);
        for index in 0..POINTS {
            let seed = seed.wrapping_add(index);
            let Compared(outcome) = compare(&mut Sampler::new(seed), Point { seed });
            match outcome {
                Outcome::Agrees => agree += 1,
                Outcome::Undecided(message) => undecided.push(message),
                Outcome::Wrong(message) => wrong.push(message),
            }
        }
        let (verdict, message) = match (wrong.first(), undecided.first()) {
            (Some(message), _) => ("wrong", message.clone()),
            (None, Some(message)) if agree == 0 => ("unchecked", message.clone()),
            _ => ("agrees", format!("{agree} of {POINTS} points")),
        };
        println!("{number}\t{verdict}\t{}", message.replace(['\n', '\t'], " "));
    }
}

impl Point {
    /// Compares the gradient with differences of the original at one point, and the value with the
    /// original's value.
    ///
    /// `shown` is the point in messages, passive parameters included.
    pub fn compare<P, L>(
        self,
        point: &P,
        shown: &[String],
        original: impl Fn(&P) -> L,
        value_and_gradient: impl Fn(&P) -> (L, P::Tangent),
    ) -> Compared
    where
        P: Parameters + Clone,
        L: Float,
    {
        let shown = shown.join(", ");
        Compared(outcome(self.seed, point, &original, &value_and_gradient).map_or_else(
            |outcome| match outcome {
                Outcome::Wrong(message) => Outcome::Wrong(format!("at ({shown}): {message}")),
                Outcome::Undecided(message) => {
                    Outcome::Undecided(format!("at ({shown}): {message}"))
                }
                Outcome::Agrees => Outcome::Agrees,
            },
            |()| Outcome::Agrees,
        ))
    }
}

fn outcome<P, L>(
    seed: u64,
    point: &P,
    original: &impl Fn(&P) -> L,
    value_and_gradient: &impl Fn(&P) -> (L, P::Tangent),
) -> Result<(), Outcome>
where
    P: Parameters + Clone,
    L: Float,
{
    let Some(expected) = quietly(|| original(point)) else {
        return Err(Outcome::Undecided("the function panics".to_owned()));
    };
    let Some((value, gradient)) = quietly(|| value_and_gradient(point)) else {
        return Err(Outcome::Wrong("the gradient panics where the function does not".to_owned()));
    };
    let (value, expected) = (value.to_f64(), expected.to_f64());
    if value != expected && !(value.is_nan() && expected.is_nan()) {
        let message = format!("the value is {value:e}, the function's {expected:e}");
        return Err(Outcome::Wrong(message));
    }
    // The tolerance of `check` is absolute below 1; here it is relative to value and gradient.
    let mut largest = Largest(value.abs());
    point.clone().walk(&gradient, ParameterPath::Root("gradient"), &mut largest);
    let tolerance = 10.0 * L::EPSILON.to_f64().sqrt() * largest.0.clamp(f64::MIN_POSITIVE, 1.0);
    let options = check::Options {
        tolerance: Some(tolerance),
        random_points: 0,
        seed,
        ..check::Options::default()
    };
    let checked = quietly(|| {
        check::gradient_with(
            |p: &P| quietly(|| original(p)).unwrap_or(L::NAN),
            |p: &P| value_and_gradient(p).1,
            point,
            &options,
        )
    });
    match checked {
        None => Err(Outcome::Wrong("the gradient does not fit the parameters".to_owned())),
        Some(Ok(_)) => Ok(()),
        Some(Err(failure @ check::Failure::Mismatch { .. })) => {
            let function = |p: &P| quietly(|| original(p)).unwrap_or(L::NAN);
            Err(match steps::larger_steps_agree(point, &gradient, &function, tolerance) {
                true => Outcome::Undecided(format!("larger steps agree, but {failure}")),
                false => Outcome::Wrong(failure.to_string()),
            })
        }
        Some(Err(failure)) => Err(Outcome::Undecided(failure.to_string())),
    }
}

/// The largest float of a gradient.
struct Largest(f64);

impl Visitor for Largest {
    fn floats<T: Float>(&mut self, _: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        for slope in gradient {
            self.0 = self.0.max(slope.to_f64().abs());
        }
    }
}

/// What the function returns, unless it panics.
fn quietly<R>(function: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(function)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(slope: f64, value: f64) -> Result<(), Outcome> {
        outcome(0, &2.0, &|x: &f64| x * x, &|x: &f64| (x * x + value, 2.0 * x + slope))
    }

    #[test]
    fn wrong_gradients_and_values_are_noticed() {
        assert!(verdict(0.0, 0.0).is_ok());
        assert!(matches!(verdict(1e-3, 0.0), Err(Outcome::Wrong(_))));
        assert!(matches!(verdict(f64::NAN, 0.0), Err(Outcome::Wrong(_))));
        assert!(matches!(verdict(0.0, 1e-9), Err(Outcome::Wrong(_))));
    }

    #[test]
    fn small_gradients_are_compared_relatively() {
        let tiny =
            |slope: f64| outcome(0, &2.0, &|x: &f64| 1e-9 * x, &move |x: &f64| (1e-9 * x, slope));
        assert!(tiny(1e-9).is_ok());
        assert!(matches!(tiny(2e-9), Err(Outcome::Wrong(_))));
    }

    #[test]
    fn what_cannot_be_compared_is_not_called_right() {
        let nowhere = outcome(0, &2.0, &|_: &f64| f64::NAN, &|x: &f64| (f64::NAN, *x));
        assert!(matches!(nowhere, Err(Outcome::Undecided(_))));
    }
}
