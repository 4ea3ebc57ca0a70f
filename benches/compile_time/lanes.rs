//! Loops whose iterations are independent.

use super::SHIFT;
use autodiff_core::differentiate;

#[differentiate(wrt(w))]
pub fn parabola(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        sum += (w[0] * x * x + w[1] * x + SHIFT * w[2] - y).powi(2);
    }
    sum
}

pub fn parabola_by_hand(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    let (mut sum, mut gradient) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let residual = w[0] * x * x + w[1] * x + SHIFT * w[2] - y;
        sum += residual * residual;
        gradient[0] += 2.0 * residual * x * x;
        gradient[1] += 2.0 * residual * x;
        gradient[2] += 2.0 * SHIFT * residual;
    }
    (sum, gradient)
}

#[differentiate(wrt(w))]
pub fn classes(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for k in 0..x.len() {
        let score = w[0] + SHIFT * w[1] * x[k] + w[2] * x[k] * x[k];
        sum += (1.0 + score.exp()).ln() - y[k] * score;
    }
    sum
}

pub fn classes_by_hand(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    let (mut sum, mut gradient) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let e = (w[0] + SHIFT * w[1] * x + w[2] * x * x).exp();
        sum += (1.0 + e).ln() - y * (w[0] + SHIFT * w[1] * x + w[2] * x * x);
        let slope = e / (1.0 + e) - y;
        gradient[0] += slope;
        gradient[1] += slope * SHIFT * x;
        gradient[2] += slope * x * x;
    }
    (sum, gradient)
}

#[differentiate(wrt(w))]
pub fn counts(w: &[f64; 2], x: &[f64], y: &[f64]) -> f64 {
    x.iter()
        .zip(y)
        .map(|(x, y)| {
            let score = w[0] + SHIFT * w[1] * x;
            score.exp() - y * score
        })
        .sum()
}

pub fn counts_by_hand(w: &[f64; 2], x: &[f64], y: &[f64]) -> (f64, [f64; 2]) {
    let (mut sum, mut gradient) = (0.0, [0.0; 2]);
    for (x, y) in x.iter().zip(y) {
        let score = w[0] + SHIFT * w[1] * x;
        let e = score.exp();
        sum += e - y * score;
        gradient[0] += e - y;
        gradient[1] += (e - y) * SHIFT * x;
    }
    (sum, gradient)
}

#[differentiate(wrt(w))]
pub fn decay(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * (-SHIFT * w[1] * x).exp() + w[2] - y).powi(2)).sum()
}

pub fn decay_by_hand(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    let (mut sum, mut gradient) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let share = (-SHIFT * w[1] * x).exp();
        let residual = w[0] * share + w[2] - y;
        sum += residual * residual;
        gradient[0] += 2.0 * residual * share;
        gradient[1] -= 2.0 * residual * w[0] * share * SHIFT * x;
        gradient[2] += 2.0 * residual;
    }
    (sum, gradient)
}

#[differentiate]
pub fn chain(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for k in 0..x.len() - 1 {
        sum += 100.0 * (x[k + 1] - x[k] * x[k]).powi(2) + (SHIFT - x[k]).powi(2);
    }
    sum
}

pub fn chain_by_hand(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut sum, mut gradient) = (0.0, vec![0.0; x.len()]);
    for k in 0..x.len() - 1 {
        let (a, b) = (x[k + 1] - x[k] * x[k], SHIFT - x[k]);
        sum += 100.0 * a * a + b * b;
        gradient[k] -= 400.0 * a * x[k] + 2.0 * b;
        gradient[k + 1] += 200.0 * a;
    }
    (sum, gradient)
}
