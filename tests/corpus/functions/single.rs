//! Single precision, and both precisions together.

use super::{differentiate, samples};

/// Mean squared error in `f32`.
#[differentiate(wrt(w))]
pub fn mse_f32(w: &[f32; 2], x: &[f32], y: &[f32]) -> f32 {
    let mut total = 0.0;
    for (x, y) in x.iter().zip(y) {
        let r = w[0] * x + w[1] - y;
        total += r * r;
    }
    total / x.len() as f32
}
samples! { gradient mse_f32: ([0.5, 1.0], vec![1.0, 2.0, -1.5], vec![0.3, 1.7, 2.0]), ([0.5, 1.0], vec![], vec![]) }

/// Methods of `f32`.
#[differentiate]
pub fn methods_f32(x: f32, y: f32) -> f32 {
    x.sin() * y.exp() + x.powi(3) - y.powf(1.5)
        + (x * y).abs().sqrt()
        + x.max(y)
        + x.hypot(y).ln_1p()
}
samples! { gradient methods_f32: (0.4, 1.3), (-0.7, 0.2) }

/// Sigmoid with a branch.
#[differentiate]
pub fn sigmoid_f32(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}
samples! { gradient sigmoid_f32: (0.3,), (-2.0,), (0.0,), (100.0,), (-200.0,) }

/// Constants of `f32` and literals with suffixes.
#[differentiate]
pub fn wave_f32(t: f32, frequency: f32) -> f32 {
    let phase = 2f32 * std::f32::consts::PI * frequency * t;
    phase.sin() * 0.5_f32 + f32::EPSILON
}
samples! { gradient wave_f32: (0.1, 3.0) }

/// Rounding differs between the precisions: sums in `f64` of `f32` data.
#[differentiate(wrt(x))]
pub fn mixed_precision(x: &[f32]) -> f64 {
    let mut sum = 0.0f64;
    for &v in x {
        sum += v as f64 * v as f64;
    }
    sum.sqrt()
}
samples! { gradient mixed_precision: (vec![0.1, 0.2, 0.7],), (vec![],) }

/// Down to `f32` and up again.
#[differentiate]
pub fn through_single(x: f64) -> f64 {
    let y = x as f32;
    let z = y * 3.0f32;
    f64::from(z) * x + (x * 0.1) as f32 as f64
}
samples! { gradient through_single: (0.1,), (1e10,) }

/// Softmax of an `f32` array, entropy as result.
#[differentiate]
pub fn entropy_f32(logits: &[f32; 3]) -> f32 {
    let m = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let s: f32 = logits.iter().map(|l| (l - m).exp()).sum();
    logits
        .iter()
        .map(|l| {
            let p = (l - m).exp() / s;
            -p * p.ln()
        })
        .sum()
}
samples! { gradient entropy_f32: ([0.1, 0.5, -0.3],) }

/// Carried state in `f32`.
#[differentiate(wrt(x))]
pub fn filter_f32(x: &[f32], a: f32) -> f32 {
    let mut state = 0.0;
    for v in x {
        state = a * state + (1.0 - a) * v;
    }
    state
}
samples! { gradient filter_f32: (vec![1.0, 2.0, 3.0], 0.7), (vec![], 0.7) }
