#![allow(unused)]

use autodiff_core::differentiate;

use autodiff_core::Differentiable;

#[derive(Clone, Differentiable)]
struct State {
    x: f64,
    history: Vec<f64>,
}

#[differentiate(wrt(x))]
fn made_in_a_loop(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let rows = vec![vec![x; i], vec![x]];
        sum += rows[i % 2][0] * rows[0].len() as f64;
    }
    sum
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
