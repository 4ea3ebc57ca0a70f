//! hello: a square and its slope.

use super::Function;
use crate::timing::{Outcome, Repeat};
use autodiff_core::differentiate;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("square", value), ("double", slope)];

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

fn value(input: &RawValue) -> Outcome {
    Repeat::ONCE.run(&serde_json::from_str(input.get())?, |x| square(*x))
}

fn slope(input: &RawValue) -> Outcome {
    Repeat::ONCE.run(&serde_json::from_str(input.get())?, |x| square::gradient(*x))
}
