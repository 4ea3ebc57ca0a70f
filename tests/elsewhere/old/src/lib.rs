//! In the edition of 2015, `::core` is a path in this crate.

#![deny(warnings)]

extern crate autodiff_core;

use autodiff_core::differentiate;

/// Needs `core::cmp`, `std::vec` and the workspace of `autodiff-core`.
#[differentiate]
pub fn chained(x: &[f64], y: &[f64]) -> f64 {
    let mut last = Vec::with_capacity(x.len());
    for (a, b) in x.iter().zip(y) {
        last.push(a * b + inner::half(*a));
    }
    let mut sum = 0.0;
    for i in 1..last.len().min(100) {
        sum += last[i] * last[i - 1];
    }
    sum
}

mod inner {
    #[::autodiff_core::differentiate]
    pub fn half(x: f64) -> f64 {
        0.5 * x.max(0.0)
    }
}

#[test]
fn gradients_are_right() {
    let (value, (x, y)) = chained::value_and_gradient(&[1.0, 2.0], &[3.0, 4.0]);
    assert_eq!(value, 3.5 * 9.0);
    assert_eq!(x, [3.5 * 9.0, 3.5 * 4.5]);
    assert_eq!(y, [9.0, 7.0]);
}
