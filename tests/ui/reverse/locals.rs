#![allow(unused)]

use autodiff_core::differentiate;

use autodiff_core::Differentiable;

#[derive(Clone, Differentiable)]
struct State {
    x: f64,
    history: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Wrapped {
    Number(f64),
}

#[differentiate]
fn taken_apart(x: f64) -> f64 {
    let wrapped = Wrapped::Number(x);
    match wrapped {
        Wrapped::Number(y) => y * y,
    }
}

fn main() {}
