#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn cut_short(x: f64) -> f64 {
    let mut rows = vec![vec![x], vec![x, x]];
    let before = rows[1][1] * x;
    rows.truncate(1);
    rows[0][0] * before
}

#[differentiate]
fn without_the_last(x: f64) -> f64 {
    let mut rows = vec![vec![x], vec![x, x]];
    let before = rows[1][1] * x;
    rows.pop();
    rows[0][0] * before
}

#[differentiate]
fn rows_in_a_sweep(x: f64, n: usize) -> [f64; 2] {
    let mut rows = vec![vec![x; n], vec![x * x]];
    rows[0].push(x);
    [rows[0][0], rows[1][0]]
}

#[derive(Clone, autodiff_core::Differentiable)]
struct Series {
    points: Vec<f64>,
}

#[differentiate]
fn moved_on_some_paths(x: f64, n: usize) -> f64 {
    let series = Series { points: vec![x; 3] };
    let first = series.points[0];
    if n > 2 {
        let moved = series;
        return moved.points[1] * x;
    }
    first
}

fn main() {}
