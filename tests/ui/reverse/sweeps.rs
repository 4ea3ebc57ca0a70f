#![allow(unused)]

use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct State {
    x: f64,
    history: Vec<Vec<f64>>,
}

#[differentiate(checkpoint, wrt(x))]
fn growing(x: f64, n: usize) -> f64 {
    let mut rows = vec![vec![x]];
    for i in 0..n {
        let last = rows[i][0];
        rows.push(vec![last * last * x]);
    }
    rows[n][0]
}

#[differentiate(checkpoint)]
fn of_what_changes(x: f64, list: &mut Vec<f64>) -> f64 {
    let mut y = x;
    for i in 0..10 {
        y = y * list[i % 2];
    }
    list[0] = y;
    list[1] = 2.0;
    y * list[0]
}

#[differentiate]
fn kept(state: &State, out: &mut [f64]) {
    out[0] = state.x * state.history[0][0];
}

#[differentiate]
fn labelled(x: f64, label: String) -> f64 {
    if label.is_empty() { x } else { x * x }
}

#[differentiate]
fn handed_over(x: f64, label: String) -> f64 {
    labelled(x, label) * x
}

fn main() {}
