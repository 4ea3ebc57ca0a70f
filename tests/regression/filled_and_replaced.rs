//! A buffer that every iteration fills first, and that gets another length later in the iteration: run
//! again from a checkpoint it needs the length that it had then.

#![allow(clippy::needless_range_loop)] // as users write

use crate::close;
use autodiff_core::differentiate;

#[differentiate(checkpoint)]
fn replaced(c: &[[f64; 2]; 3], x: f64) -> f64 {
    let mut b = vec![1.0; 4];
    let mut s = x;
    for i in 0..3 {
        b.fill(s);
        let t = b.iter().sum::<f64>() * b[0];
        b = c[i].to_vec();
        s = t * x + b[1];
    }
    s * b[0]
}

#[differentiate(checkpoint)]
fn swapped(b: &mut Vec<f64>, c: &mut Vec<f64>, x: f64) -> f64 {
    let mut s = x;
    for _ in 0..3 {
        b.fill(s);
        s = b.iter().sum::<f64>() * b[0] * x;
        std::mem::swap(b, c);
    }
    s * b[0]
}

/// s₀ = x, sᵢ₊₁ = nᵢ sᵢ² x + cᵢ₁ with n = 4, 2, 2; the result is s₃ c₂₀.
#[test]
fn lengths_are_those_of_the_iteration() {
    let (x, c) = (0.5, [[3.0, 0.25], [4.0, 1.5], [5.0, -2.0]]);
    let (mut s, mut by_x, mut by_c) = (x, 1.0, [0.0; 3]);
    for (i, n) in [4.0, 2.0, 2.0].into_iter().enumerate() {
        by_x = n * (2.0 * s * x * by_x + s * s);
        by_c = by_c.map(|slope| n * 2.0 * s * x * slope);
        by_c[i] += 1.0;
        s = n * s * s * x + c[i][1];
    }
    let (value, (c_gradient, x_gradient)) = replaced::value_and_gradient(&c, x);
    close(&[value, x_gradient], &[s * c[2][0], by_x * c[2][0]]);
    let expected = by_c.map(|slope| slope * c[2][0]);
    close(&c_gradient.map(|row| row[1]), &expected);
    close(&c_gradient.map(|row| row[0]), &[0.0, 0.0, s]);
}

/// sᵢ₊₁ = nᵢ sᵢ² x with n = 3, 1, 3. After three swaps b is what was filled with s₁.
#[test]
fn lengths_go_with_what_is_swapped() {
    let x = 0.75_f64;
    let (mut b, mut c) = (vec![1.0, 2.0, 3.0], vec![4.0]);
    let (value, (b_gradient, c_gradient, x_gradient)) =
        swapped::value_and_gradient(&mut b, &mut c, x);
    // s₁ = 3 x³, s₂ = 9 x⁷, s₃ = 243 x¹⁵
    close(&[value, x_gradient], &[729.0 * x.powi(18), 18.0 * 729.0 * x.powi(17)]);
    close(&b_gradient, &[0.0; 3]);
    close(&c_gradient, &[0.0]);
}
