//! A `Vec` that is set after its declaration, moved and set again, or moved out of another.

// The odd ways of writing are the point.
#![allow(clippy::needless_late_init, clippy::never_loop, clippy::needless_range_loop)]

use crate::close;
use autodiff_core::differentiate;

#[differentiate]
fn set_by_branch(x: &[f64]) -> f64 {
    let v = if x[0] > 0.0 { x.to_vec() } else { vec![1.0] };
    v[0] * v[0]
}

#[differentiate]
fn set_later(x: &[f64]) -> f64 {
    let v;
    v = x.to_vec();
    let w = loop {
        let t = x.to_vec();
        break t;
    };
    v[0] * w[1]
}

#[differentiate]
fn moved_and_set_again(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let b = a;
    a = vec![b[0] * b[1]; 2];
    a[0] * b[1]
}

#[differentiate]
fn pushed_and_set_again(x: &[f64]) -> f64 {
    let mut rows = vec![];
    let mut row = x.to_vec();
    for i in 0..2 {
        let next: Vec<f64> = row.iter().map(|v| v * x[i]).collect();
        rows.push(row);
        row = next;
    }
    rows[0][0] * rows[1][1] + row[0]
}

#[test]
fn gradients() {
    let x = [2.0, 3.0];
    close(&set_by_branch::gradient(&x), &[4.0, 0.0]);
    close(&set_by_branch::gradient(&[-1.0, 3.0]), &[0.0, 0.0]);
    close(&set_later::gradient(&x), &[3.0, 2.0]);
    // (x₀ x₁) x₁
    close(&moved_and_set_again::gradient(&x), &[9.0, 12.0]);
    // x₀ (x₁ x₀) + x₀ x₀ x₁
    assert_eq!(pushed_and_set_again::value(&x), pushed_and_set_again(&x));
    close(&pushed_and_set_again::gradient(&x), &[24.0, 8.0]);
}
