//! Calls of derivatives inside of functions.

use autodiff_core::differentiate;

#[differentiate(order = 2)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn one_argument_is_missing(x: f64) -> f64 {
    product::gradient(x).0
}

#[differentiate(order = 2)]
fn ends<const N: usize>(x: [f64; N]) -> f64 {
    x[0] * x[N - 1]
}

#[differentiate]
fn generic_arguments(x: f64) -> f64 {
    ends::gradient::<2>([x, x])[0]
}

fn main() {}
