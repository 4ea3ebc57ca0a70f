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

fn main() {}
