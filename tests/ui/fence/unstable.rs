#![allow(unused)]

use autodiff_core::differentiate;

// Rust's own parser takes these, and says that they are unstable.

#[differentiate]
fn try_block(x: f64) -> f64 {
    let y: Option<f64> = try { x };
    x
}

#[differentiate]
fn generator(x: f64) -> f64 {
    yield x;
    x
}

#[differentiate]
fn generator_closure(x: f64) -> f64 {
    let g = static || x;
    x
}

#[differentiate]
fn constant_closure(x: f64) -> f64 {
    let g = const || 1.0;
    x
}

#[differentiate]
fn tail_call(x: f64) -> f64 {
    become tail_call(x)
}

#[differentiate]
unsafe extern "C" fn variadic(x: f64, mut more: ...) -> f64 {
    x
}

fn main() {}
