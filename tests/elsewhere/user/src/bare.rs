//! No prelude at all: every name that emitted code uses is its own business.

use ::autodiff_core::differentiate;

/// Loops, branches and a buffer, without a prelude.
#[differentiate]
#[must_use]
pub fn bare(x: &[f64], scale: f64) -> f64 {
    let mut buffer = [0.0; 4];
    let mut sum = 0.0;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            buffer[i % 4] += x[i] * scale;
        } else {
            sum += x[i].abs().sqrt();
        }
    }
    for value in buffer {
        sum += value.powi(2);
    }
    sum
}
