//! Generic parameters that no argument determines: the outputs name them when they call each other.

use crate::close;
use autodiff_core::differentiate;

#[differentiate]
fn power<const N: u32>(x: f64) -> f64 {
    let mut product = 1.0;
    for _ in 0..N {
        product *= x;
    }
    product
}

/// Without loop over the parameter, and with a lifetime, which may not be named.
#[allow(clippy::needless_lifetimes)] // the case is that it has one
#[differentiate]
fn first<'a, const N: usize>(x: &'a [f64], y: &[f64]) -> f64 {
    x[N] * y[0]
}

#[differentiate(name = "powers_")]
fn powers<const N: usize>(x: f64) -> [f64; 2] {
    [x * N as f64, x * x]
}

#[test]
fn outputs_call_each_other() {
    let (value, slope) = power::value_and_gradient::<3>(2.0);
    close(&[value, slope, power::gradient::<2>(3.0)], &[8.0, 12.0, 6.0]);
    let (value, (x, y)) = first::value_and_gradient::<1>(&[2.0, 3.0], &[5.0]);
    close(&[value, x[0], x[1], y[0]], &[15.0, 0.0, 5.0, 3.0]);
    let (value, slope) = powers_vjp::<3>(2.0, [1.0, 10.0]);
    close(&[value[0], value[1], slope], &[6.0, 4.0, 43.0]);
}
