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
fn by_value(rows: Vec<Vec<f64>>, out: &mut [f64]) {
    out[0] = rows[0][0] * rows[0][1];
}

#[differentiate]
fn local_rows(x: f64, n: usize) -> [f64; 2] {
    let mut rows = vec![vec![x; n], vec![x * x]];
    rows[0].push(x);
    [rows[0][0], rows[1][0]]
}

#[differentiate]
fn kept(state: &State, out: &mut [f64]) {
    out[0] = state.x * state.history[0][0];
}

#[differentiate]
fn total(x: &[Vec<f64>]) -> f64 {
    x[0][0] * x[1][0]
}

#[differentiate]
fn changed_afterwards(x: f64) -> f64 {
    let mut rows = vec![vec![x], vec![x * x]];
    let before = total(&rows);
    rows[0][0] = 0.0;
    before + rows[1][0]
}

#[differentiate]
fn of_a_part(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        let rows = vec![vec![x[i]; i + 1], x.to_vec()];
        sum += total(&rows);
    }
    sum
}

fn main() {}
