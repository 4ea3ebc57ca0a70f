//! Iterator chains.

use super::{differentiate, samples};

/// `map` and `collect` into a `Vec`.
#[differentiate]
pub fn collected(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v.tanh()).collect()
}
samples! { gradient collected: (vec![1.0, -2.0],), (vec![],) }

/// Collected and used again.
#[differentiate]
pub fn centered_energy(x: &[f64]) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let centered: Vec<f64> = x.iter().map(|v| v - mean).collect();
    centered.iter().map(|v| v.powi(2)).sum::<f64>() + centered[0]
}
samples! { gradient centered_energy: (vec![1.0, -2.0, 4.0],), (vec![],) }

/// Collected with `collect::<Vec<_>>` over a range.
#[differentiate]
pub fn collected_range(a: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| a.powi(i as i32)).collect::<Vec<_>>()
}
samples! { gradient collected_range: (1.5, 4), (1.5, 0) }

/// Sums over a range.
#[differentiate]
pub fn range_sum(x: f64, n: u32) -> f64 {
    (1..=n).map(|k| x.sin() / k as f64).sum::<f64>()
        + (0..n).rev().map(|k| f64::from(k) * x).sum::<f64>()
}
samples! { gradient range_sum: (0.7, 4), (0.7, 0) }

/// Three slices zipped.
#[differentiate]
pub fn triple_zip(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    a.iter().zip(b).zip(c).map(|((a, b), c)| a * b * c).sum()
}
samples! { gradient triple_zip: (vec![1.0, 2.0], vec![3.0, 4.0], vec![0.5, -1.0]), (vec![1.0], vec![], vec![2.0]) }

/// `filter` on a passive condition, `count`, and `max` of integers.
#[differentiate(wrt(x))]
pub fn counted(x: &[f64], labels: &[i32]) -> f64 {
    let positive = labels.iter().filter(|l| **l > 0).count();
    let top = labels.iter().copied().max().unwrap_or(0);
    let sum: f64 = x.iter().zip(labels).filter(|(_, l)| **l > 0).map(|(v, _)| v * v).sum();
    sum / (1.0 + positive as f64) + top as f64
}
samples! { gradient counted: (vec![1.0, 2.0, 3.0], vec![1, -1, 5]), (vec![], vec![]) }

/// `skip`, `take`, `rev` of a pair.
#[differentiate]
pub fn autocovariance(x: &[f64], lag: usize) -> f64 {
    let n = x.len();
    x.iter().skip(lag).zip(x.iter().take(n - lag)).map(|(a, b)| a * b).sum::<f64>() / n as f64
}
samples! { gradient autocovariance: (vec![1.0, 2.0, -1.0, 0.5], 1), (vec![1.0, 2.0], 0), (vec![1.0], 2), (vec![], 0) }

/// `min_by`-free arg-minimum by index, then its neighbours.
#[differentiate]
pub fn parabola_peak(x: &[f64]) -> f64 {
    let mut best = 0;
    for i in 1..x.len() {
        if x[i] < x[best] {
            best = i;
        }
    }
    if best == 0 || best + 1 == x.len() {
        return x[best];
    }
    let (l, m, r) = (x[best - 1], x[best], x[best + 1]);
    m - (r - l).powi(2) / (8.0 * (r - 2.0 * m + l))
}
samples! { gradient parabola_peak: (vec![3.0, 1.0, 0.5, 2.0],), (vec![0.0, 1.0],), (vec![],) }

/// `for` over `iter_mut().enumerate()` and over `&mut`.
#[differentiate]
pub fn windowed_signal(mut x: Vec<f64>) -> f64 {
    let n = x.len() as f64;
    for (i, v) in x.iter_mut().enumerate() {
        *v *= 0.5 - 0.5 * (2.0 * std::f64::consts::PI * i as f64 / n).cos();
    }
    for v in &mut x {
        *v += 1.0;
    }
    x.iter().product()
}
samples! { gradient windowed_signal: (vec![1.0, 2.0, 3.0],), (vec![],) }

/// `into_iter` of a `Vec` and of an array.
#[differentiate]
pub fn consumed(x: Vec<f64>, y: [f64; 2]) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v.sqrt();
    }
    y.into_iter().map(|v| v * s).sum()
}
samples! { gradient consumed: (vec![1.0, 4.0], [0.5, 2.0]), (vec![], [1.0, 1.0]) }

/// `fold` from the back.
#[differentiate]
pub fn nested_fractions(x: &[f64]) -> f64 {
    x.iter().rev().fold(1.0, |acc, v| v + 1.0 / acc)
}
samples! { gradient nested_fractions: (vec![1.0, 2.0, 3.0],), (vec![],) }

/// `any`-like search by flags, with two loops.
#[differentiate(wrt(x))]
pub fn conditioned(x: &[f64], keys: &[u32], wanted: u32) -> f64 {
    let mut found = false;
    for k in keys {
        if *k == wanted {
            found = true;
        }
    }
    let scale = if found { 2.0 } else { 0.5 };
    x.iter().map(|v| scale * v).sum()
}
samples! { gradient conditioned: (vec![1.0, 2.0], vec![3, 4], 4), (vec![1.0, 2.0], vec![3, 4], 5) }

/// Chunk means by nested chains.
#[differentiate]
pub fn chunk_means(x: &[f64], size: usize) -> f64 {
    x.chunks(size).map(|c| c.iter().sum::<f64>() / c.len() as f64).map(|m| m * m).sum()
}
samples! { gradient chunk_means: (vec![1.0, 2.0, 3.0, 4.0, 5.0], 2), (vec![], 3), (vec![1.0], 0) }

/// Sum of references and sums of copies start from the same zero.
#[differentiate]
pub fn signed_zero_sum(x: &[f64]) -> f64 {
    let a: f64 = x.iter().sum();
    let b: f64 = x.iter().copied().sum();
    1.0 / a + 1.0 / b
}
samples! { gradient signed_zero_sum: (vec![2.0],), (vec![-0.0],), (vec![],), (vec![0.0, -0.0],) }
