#![allow(unused)]

use autodiff_core::{derivative_of, differentiate};

#[differentiate]
fn inner(x: f64) -> f64 {
    x * x
}

#[differentiate(jvp)]
fn outer(x: f64, n: usize) -> f64 {
    let passive = inner(n as f64);
    x.sin() * inner(2.0 * x) + passive
}

fn cube(x: f64) -> f64 {
    x * x * x
}

#[derivative_of(cube)]
fn slope_of_cube(x: f64) -> (f64, f64) {
    (x * x * x, 3.0 * x * x)
}

#[differentiate(jvp)]
fn by_hand(x: f64) -> f64 {
    cube(x) + x
}

fn main() {}
