#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn out_of_another(run: ([Vec<f64>; 2], f64)) -> f64 {
    let rows = run.0;
    rows[0][1] * run.1
}

#[differentiate]
fn on_one_path(rows: [Vec<f64>; 2], x: f64, keep: bool) -> f64 {
    let mut kept = [vec![x], vec![x]];
    if keep {
        kept = rows;
    }
    kept[0][0] * x
}

#[differentiate]
fn set_again_on_one_path(x: f64) -> f64 {
    let mut rows = [vec![x, x], vec![x]];
    let moved = rows;
    if x > 0.0 {
        rows = [vec![x], vec![x]];
        return moved[0][1] * rows[0][0];
    }
    moved[1][0]
}

fn main() {}
