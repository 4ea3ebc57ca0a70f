//! Passive content that becomes active later, passive indices, and steps backwards over inclusive ranges.

use crate::close;
use autodiff_core::differentiate;

const START: [f64; 2] = [1.0, 2.0];

#[differentiate(jvp, jacobian)]
fn from_a_constant(x: f64) -> [f64; 2] {
    let mut f = START;
    f[0] -= x;
    f
}

#[differentiate]
fn inclusive_steps(x: &[f64]) -> f64 {
    let mut product = 1.0;
    for k in (0..=8_usize).step_by(2) {
        product *= x[k];
    }
    for k in (0..3_u64).step_by(2) {
        product *= x[k as usize];
    }
    product
}

fn measured(t: f64) -> f64 {
    t.exp()
}

#[allow(clippy::needless_range_loop)] // as users write
#[differentiate]
fn passive_index(x: f64) -> [f64; 2] {
    let mut f = [0.0; 2];
    for i in 0..2 {
        f[i] = x * measured(i as f64);
    }
    f
}

#[test]
fn gradients() {
    let (value, slope) = from_a_constant::jvp(0.5, 2.0);
    assert_eq!((value, slope), ([0.5, 2.0], [-2.0, 0.0]));
    assert_eq!(from_a_constant::jacobian(0.5), [-1.0, 0.0]);
    let x = [2.0, 9.0, 3.0, 9.0, 5.0, 9.0, 7.0, 9.0, 11.0];
    let (value, slope) = inclusive_steps::value_and_gradient(&x);
    // x₀² x₂² x₄ x₆ x₈
    assert_eq!(value, 13860.0);
    close(&slope, &[13860.0, 0.0, 9240.0, 0.0, 2772.0, 0.0, 1980.0, 0.0, 1260.0]);
    assert_eq!(passive_index::vjp(3.0, [1.0, 0.0]).1, 1.0);
}
