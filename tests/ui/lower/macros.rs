#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn left_in_an_assertion(x: f64, n: usize) -> f64 {
    assert!(if n > 0 { true } else { return x });
    x * x
}

#[differentiate]
fn message_that_may_panic(x: &[f64]) -> f64 {
    assert!(x.len() > 2, "{}", x[1]);
    x[0]
}

#[differentiate]
fn in_some_builds(x: &[f64]) -> f64 {
    debug_assert!(x[1] > 0.0);
    x[0]
}

fn main() {}
