//! gmm: the posterior of a Gaussian mixture with a Wishart prior.

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use autodiff_core::special::ln_gamma;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::f64::consts::PI;

pub const FUNCTIONS: &[(&str, Function)] = &[("objective", objective), ("jacobian", jacobian)];

/// The logarithm of a sum of exponentials.
#[differentiate]
fn log_sum_exp(x: &[f64]) -> f64 {
    let highest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    highest + x.iter().map(|x| (x - highest).exp()).sum::<f64>().ln()
}

/// The logarithm of the constant of the Wishart distribution.
fn log_wishart_constant(d: usize, m: f64, gamma: f64) -> f64 {
    let p = d as f64;
    let degrees = p + m + 1.0;
    let mut log_gamma = p * (p - 1.0) / 4.0 * PI.ln();
    for j in 1..=d {
        log_gamma += ln_gamma(degrees / 2.0 + (1.0 - j as f64) / 2.0);
    }
    degrees * p * (gamma.ln() - 0.5 * 2f64.ln()) - log_gamma
}

/// The log posterior of points `x` in d dimensions.
///
/// Of each component there are the logarithm of a weight, a mean and a triangular matrix Q, Qᵀ Q being its
/// precision: the logarithms `q` of the diagonal, and `l` below it, column after column.
#[differentiate(wrt(alpha, mu, q, l))]
#[allow(clippy::too_many_arguments)]
fn log_posterior(
    alpha: &[f64],
    mu: &[f64],
    q: &[f64],
    l: &[f64],
    x: &[f64],
    d: usize,
    m: f64,
    gamma: f64,
) -> f64 {
    let k = alpha.len();
    let n = x.len() / d;
    let below = d * (d - 1) / 2;
    let diagonal: Vec<f64> = q.iter().map(|q| q.exp()).collect();
    let log_determinants: Vec<f64> = q.chunks_exact(d).map(|q| q.iter().sum::<f64>()).collect();

    let mut beta = vec![0.0; k];
    let mut v = vec![0.0; d];
    let mut sum = 0.0;
    for point in x.chunks_exact(d) {
        for c in 0..k {
            let mean = &mu[c * d..(c + 1) * d];
            let diagonal = &diagonal[c * d..(c + 1) * d];
            let l = &l[c * below..(c + 1) * below];
            for i in 0..d {
                v[i] = diagonal[i] * (point[i] - mean[i]);
            }
            let mut start = 0;
            for j in 0..d {
                let z = point[j] - mean[j];
                let length = d - j - 1;
                let column = &l[start..start + length];
                for i in 0..length {
                    v[j + 1 + i] += column[i] * z;
                }
                start += length;
            }
            let square: f64 = v.iter().map(|v| v * v).sum();
            beta[c] = alpha[c] + log_determinants[c] - 0.5 * square;
        }
        sum += log_sum_exp(&beta);
    }

    let mut prior = 0.0;
    for c in 0..k {
        let of_diagonal: f64 = diagonal[c * d..(c + 1) * d].iter().map(|q| q * q).sum();
        let of_rest: f64 = l[c * below..(c + 1) * below].iter().map(|l| l * l).sum();
        prior += 0.5 * gamma * gamma * (of_diagonal + of_rest) - m * log_determinants[c];
    }
    let constant: f64 = log_wishart_constant(d, m, gamma);
    sum - n as f64 * d as f64 / 2.0 * (2.0 * PI).ln() - n as f64 * log_sum_exp(alpha)
        + k as f64 * constant
        - prior
}

#[derive(Deserialize)]
struct Input {
    d: usize,
    x: Vec<Vec<f64>>,
    m: f64,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

/// The same with matrices row after row.
struct Mixture {
    d: usize,
    x: Vec<f64>,
    m: f64,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<f64>,
    q: Vec<f64>,
    l: Vec<f64>,
}

impl Input {
    fn flat(self) -> serde_json::Result<Mixture> {
        let (d, k) = (self.d, self.alpha.len());
        let rows = |matrix: &[Vec<f64>], length: usize| matrix.iter().all(|r| r.len() == length);
        let fits = d > 0
            && k > 0
            && [&self.mu, &self.q, &self.l].iter().all(|matrix| matrix.len() == k)
            && [&self.x, &self.mu, &self.q].iter().all(|matrix| rows(matrix, d))
            && rows(&self.l, d * (d - 1) / 2);
        if !fits {
            return Err(unfit("lengths do not match d and k"));
        }
        Ok(Mixture {
            d,
            x: self.x.concat(),
            m: self.m,
            gamma: self.gamma,
            alpha: self.alpha,
            mu: self.mu.concat(),
            q: self.q.concat(),
            l: self.l.concat(),
        })
    }
}

/// The gradient, row after row, and how it is written.
#[derive(Serialize)]
#[serde(into = "Rows")]
#[derive(Clone)]
struct Slopes {
    d: usize,
    alpha: Vec<f64>,
    mu: Vec<f64>,
    q: Vec<f64>,
    l: Vec<f64>,
}

#[derive(Serialize)]
struct Rows {
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

impl From<Slopes> for Rows {
    fn from(slopes: Slopes) -> Rows {
        let (d, k) = (slopes.d, slopes.alpha.len());
        let rows = |flat: &[f64], length: usize| {
            (0..k).map(|row| flat[row * length..(row + 1) * length].to_vec()).collect()
        };
        Rows {
            mu: rows(&slopes.mu, d),
            q: rows(&slopes.q, d),
            l: rows(&slopes.l, d * (d - 1) / 2),
            alpha: slopes.alpha,
        }
    }
}

fn objective(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.flat()?, |at| {
        log_posterior(&at.alpha, &at.mu, &at.q, &at.l, &at.x, at.d, at.m, at.gamma)
    })
}

fn jacobian(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.flat()?,
        |at| Slopes {
            d: at.d,
            alpha: vec![0.0; at.alpha.len()],
            mu: vec![0.0; at.mu.len()],
            q: vec![0.0; at.q.len()],
            l: vec![0.0; at.l.len()],
        },
        |at, to| {
            log_posterior::gradient_into(
                &at.alpha,
                &at.mu,
                &at.q,
                &at.l,
                &at.x,
                at.d,
                at.m,
                at.gamma,
                &mut to.alpha,
                &mut to.mu,
                &mut to.q,
                &mut to.l,
            );
        },
    )
}
