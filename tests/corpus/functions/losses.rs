//! Loss functions of regression, classification and robust statistics.

use super::{differentiate, samples};

/// Mean squared error of a parabola.
#[differentiate(wrt(w))]
pub fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
        / x.len() as f64
}
samples! { gradient mse:
    ([1.0, 2.0, 3.0], vec![0.5, -1.5, 2.0, 0.0], vec![2.0, 1.0, -3.0, 0.25]),
    ([0.1, -0.2, 0.3], vec![4.0, 1e3], vec![2.0]),
    ([0.0; 3], vec![], vec![]),
}

/// The same with indices.
#[differentiate(wrt(w, b))]
pub fn linear_mse(w: &[f64], b: f64, x: &[f64], y: &[f64]) -> f64 {
    let features = w.len();
    let mut total = 0.0;
    for i in 0..y.len() {
        let mut prediction = b;
        for j in 0..features {
            prediction += w[j] * x[i * features + j];
        }
        let error = prediction - y[i];
        total += error * error;
    }
    total / y.len() as f64
}
samples! { gradient linear_mse:
    (vec![0.5, -1.0], 0.25, vec![1.0, 2.0, 3.0, -4.0, 0.5, 0.0], vec![1.0, 0.0, -2.0]),
    (vec![], 0.5, vec![], vec![1.0, 2.0]),
    (vec![1.0, 2.0], 0.0, vec![1.0, 2.0, 3.0], vec![1.0, 5.0]),
    (vec![1.0], 0.0, vec![], vec![]),
}

/// Mean absolute error.
#[differentiate]
pub fn mean_absolute_error(prediction: &[f64], target: &[f64]) -> f64 {
    let n = prediction.len();
    let sum: f64 = prediction.iter().zip(target.iter()).map(|(&p, &t)| (p - t).abs()).sum();
    sum / (n as f64)
}
samples! { gradient mean_absolute_error:
    (vec![1.0, 2.0, 3.0], vec![1.5, 2.0, -3.0]),
    (vec![0.5], vec![0.25]),
}

/// Logistic loss with labels in {-1, +1}, stable for large margins.
#[differentiate(wrt(w))]
pub fn logistic_loss(w: &[f64], x: &[Vec<f64>], labels: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (row, label) in x.iter().zip(labels) {
        let mut score = 0.0;
        for (a, b) in row.iter().zip(w) {
            score += a * b;
        }
        let margin = label * score;
        loss += if margin > 0.0 { (-margin).exp().ln_1p() } else { margin.exp().ln_1p() - margin };
    }
    loss
}
samples! { gradient logistic_loss:
    (vec![0.3, -0.7], vec![vec![1.0, 2.0], vec![-1.0, 0.5], vec![3.0, 3.0]], vec![1.0, -1.0, 1.0]),
    (vec![40.0], vec![vec![20.0], vec![-20.0]], vec![1.0, 1.0]),
    (vec![0.0, 0.0], vec![vec![1.0, 2.0]], vec![-1.0]),
}

/// Binary cross-entropy of probabilities, clamped away from 0 and 1.
#[differentiate(wrt(p))]
pub fn binary_cross_entropy(p: &[f64], y: &[f64]) -> f64 {
    const EPSILON: f64 = 1e-12;
    let total: f64 = p
        .iter()
        .zip(y)
        .map(|(p, y)| {
            let p = p.clamp(EPSILON, 1.0 - EPSILON);
            -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
        })
        .sum();
    total / p.len() as f64
}
samples! { gradient binary_cross_entropy:
    (vec![0.1, 0.9, 0.5], vec![0.0, 1.0, 1.0]),
    (vec![0.0, 1.0, 1.5], vec![0.0, 1.0, 0.0]),
}

/// Huber's loss.
#[differentiate(wrt(residual))]
pub fn huber(residual: f64, delta: f64) -> f64 {
    let a = residual.abs();
    if a <= delta { 0.5 * residual * residual } else { delta * (a - 0.5 * delta) }
}
samples! { gradient huber: (0.3, 1.0), (-2.5, 1.0), (1.0, 1.0), (0.0, 0.0) }

/// Hinge loss summed over samples.
#[differentiate(wrt(w, bias))]
pub fn hinge(w: &[f64; 2], bias: f64, points: &[[f64; 2]], labels: &[f64], lambda: f64) -> f64 {
    let data: f64 = points
        .iter()
        .zip(labels)
        .map(|(p, y)| (1.0 - y * (w[0] * p[0] + w[1] * p[1] + bias)).max(0.0))
        .sum();
    data + lambda * (w[0] * w[0] + w[1] * w[1])
}
samples! { gradient hinge:
    ([0.5, -0.25], 0.1, vec![[1.0, 2.0], [-2.0, 0.5], [3.0, -3.0]], vec![1.0, -1.0, 1.0], 0.01),
    ([1.0, 0.0], 0.0, vec![[1.0, 5.0]], vec![1.0], 0.5),
}

/// Squared hinge.
#[differentiate]
pub fn squared_hinge(scores: Vec<f64>, labels: Vec<bool>) -> f64 {
    let mut total = 0.0;
    for (score, positive) in scores.iter().zip(labels.iter()) {
        let sign = if *positive { 1.0 } else { -1.0 };
        let slack = 1.0 - sign * score;
        if slack > 0.0 {
            total += slack * slack;
        }
    }
    total
}
samples! { gradient squared_hinge:
    (vec![0.5, 2.0, -0.5], vec![true, true, false]),
    (vec![], vec![]),
    (vec![1.0, -1.0], vec![true, false]),
}

/// Softmax cross-entropy for one row of logits, shifted by the maximum.
#[differentiate(wrt(logits))]
pub fn softmax_cross_entropy(logits: &[f64], class: usize) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|l| (l - largest).exp()).sum();
    sum.ln() + largest - logits[class]
}
samples! { gradient softmax_cross_entropy:
    (vec![0.1, 2.0, -1.0, 0.5], 1),
    (vec![1000.0, 999.0], 0),
    (vec![1.0, 2.0], 2),
}

/// Focal loss of one prediction.
#[differentiate(wrt(p))]
pub fn focal(p: f64, positive: bool, gamma: f64) -> f64 {
    let pt = if positive { p } else { 1.0 - p };
    -(1.0 - pt).powf(gamma) * pt.ln()
}
samples! { gradient focal: (0.3, true, 2.0), (0.8, false, 2.0), (0.5, true, 0.0) }

/// Cauchy (Lorentzian) robust loss.
#[differentiate(wrt(x))]
pub fn cauchy(x: &[f64], scale: f64) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += (v / scale).powi(2).ln_1p();
    }
    0.5 * scale * scale * sum
}
samples! { gradient cauchy: (vec![0.1, -3.0, 20.0], 1.5), (vec![], 1.0) }

/// Geman-McClure robust loss.
#[differentiate]
pub fn geman_mcclure(x: f64, scale: f64) -> f64 {
    let r = (x / scale).powi(2);
    2.0 * r / (r + 4.0)
}
samples! { gradient geman_mcclure: (0.7, 1.0), (-5.0, 2.0), (0.0, 1.0) }

/// Tukey's biweight: constant outside the cutoff.
#[differentiate(wrt(r))]
pub fn tukey_biweight(r: f64, c: f64) -> f64 {
    if r.abs() > c {
        c * c / 6.0
    } else {
        let t = 1.0 - (r / c).powi(2);
        c * c / 6.0 * (1.0 - t * t * t)
    }
}
samples! { gradient tukey_biweight: (0.5, 4.685), (6.0, 4.685), (-4.0, 4.685), (4.685, 4.685) }

/// Welsch loss.
#[differentiate]
pub fn welsch(x: f64, c: f64) -> f64 {
    let z = x / c;
    c * c / 2.0 * (1.0 - (-z * z).exp())
}
samples! { gradient welsch: (0.4, 2.0), (-3.0, 0.5) }

/// Log-cosh loss written to be stable.
#[differentiate(wrt(prediction))]
pub fn log_cosh(prediction: &[f64], target: &[f64]) -> f64 {
    assert_eq!(prediction.len(), target.len(), "lengths differ");
    prediction
        .iter()
        .zip(target)
        .map(|(p, t)| {
            let x = (p - t).abs();
            x + (-2.0 * x).exp().ln_1p() - std::f64::consts::LN_2
        })
        .sum()
}
samples! { gradient log_cosh:
    (vec![1.0, 2.0], vec![0.5, 4.0]),
    (vec![1.0], vec![0.5, 4.0]),
}

/// Quantile (pinball) loss.
#[differentiate(wrt(q))]
pub fn pinball(q: f64, data: &[f64], tau: f64) -> f64 {
    let mut loss = 0.0;
    for &y in data.iter() {
        let d = y - q;
        if d >= 0.0 {
            loss += tau * d;
        } else {
            loss += (tau - 1.0) * d;
        }
    }
    loss
}
samples! { gradient pinball: (1.2, vec![0.5, 1.0, 2.0, 3.5], 0.9), (1.0, vec![1.0], 0.5), (1.0, vec![], 0.5) }

/// Poisson negative log-likelihood with a log link.
#[differentiate(wrt(theta))]
pub fn poisson_nll(theta: [f64; 2], x: &[f64], counts: &[u32]) -> f64 {
    let mut total = 0.0;
    for (xi, &k) in x.iter().zip(counts) {
        let eta = theta[0] + theta[1] * xi;
        total += eta.exp() - k as f64 * eta;
    }
    total
}
samples! { gradient poisson_nll: ([0.2, 0.4], vec![0.0, 1.0, 2.0], vec![1, 2, 5]) }

/// Gaussian negative log-likelihood with a predicted variance.
#[differentiate(wrt(mean, log_variance))]
pub fn gaussian_nll(mean: f64, log_variance: f64, data: &[f64]) -> f64 {
    let n = data.len() as f64;
    let squares: f64 = data.iter().map(|d| (d - mean) * (d - mean)).sum();
    0.5 * (n * (log_variance + (2.0 * std::f64::consts::PI).ln()) + squares * (-log_variance).exp())
}
samples! { gradient gaussian_nll: (0.5, -0.3, vec![1.0, 0.2, -0.7]), (0.0, 0.0, vec![]) }

/// Triplet margin loss.
#[differentiate]
pub fn triplet(anchor: &[f64; 3], positive: &[f64; 3], negative: &[f64; 3]) -> f64 {
    let mut near = 0.0;
    let mut far = 0.0;
    for i in 0..3 {
        near += (anchor[i] - positive[i]).powi(2);
        far += (anchor[i] - negative[i]).powi(2);
    }
    f64::max(near.sqrt() - far.sqrt() + 0.2, 0.0)
}
samples! { gradient triplet:
    ([0.1, 0.2, 0.3], [0.5, -0.1, 0.9], [0.2, 0.1, 0.4]),
    ([0.0; 3], [0.1; 3], [5.0; 3]),
}

/// Contrastive loss, selected by a flag.
#[differentiate(wrt(a, b))]
pub fn contrastive(a: (f64, f64), b: (f64, f64), same: bool, margin: f64) -> f64 {
    let d = (a.0 - b.0).hypot(a.1 - b.1);
    match same {
        true => d * d,
        false => (margin - d).max(0.0).powi(2),
    }
}
samples! { gradient contrastive:
    ((0.1, 0.2), (0.4, -0.3), true, 1.0),
    ((0.1, 0.2), (0.4, -0.3), false, 1.0),
    ((1.0, 1.0), (1.0, 1.0), false, 1.0),
}

/// Kullback-Leibler divergence of two discrete distributions.
#[differentiate]
pub fn kullback_leibler(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q.iter()).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
}
samples! { gradient kullback_leibler:
    (vec![0.2, 0.3, 0.5], vec![0.25, 0.25, 0.5]),
    (vec![0.0, 1.0], vec![0.5, 0.5]),
}

/// Elastic net penalty.
#[differentiate(wrt(w))]
pub fn elastic_net(w: &Vec<f64>, l1: f64, l2: f64) -> f64 {
    let absolute: f64 = w.iter().map(|v| v.abs()).sum();
    let square: f64 = w.iter().map(|v| v * v).sum();
    l1 * absolute + 0.5 * l2 * square
}
samples! { gradient elastic_net: (vec![0.5, -2.0, 0.0], 0.1, 0.01), (vec![], 1.0, 1.0) }

/// Soft margin ranking loss over all pairs.
#[differentiate(wrt(scores))]
pub fn pairwise_ranking(scores: &[f64], relevance: &[i32]) -> f64 {
    let mut loss = 0.0;
    for i in 0..scores.len() {
        for j in 0..scores.len() {
            if relevance[i] > relevance[j] {
                loss += (scores[j] - scores[i]).exp().ln_1p();
            }
        }
    }
    loss
}
samples! { gradient pairwise_ranking:
    (vec![0.1, 0.9, -0.4], vec![2, 0, 1]),
    (vec![0.1, 0.9], vec![1]),
}
