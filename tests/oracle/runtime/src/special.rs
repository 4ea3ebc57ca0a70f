//! The special functions of core, over numbers with derivatives. Values are core's; derivatives are
//! computed here, from series of their own.

use crate::float::Float;
use crate::number::Number;
use autodiff_core::special as core;
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

fn apply<F: Float>(x: Number<F>, f: fn(f64) -> f64, slope: f64, curvature: f64) -> Number<F> {
    // Core computes in f64 for f32 too, and rounds.
    x.chain(F::narrow(f(x.value.wide())), slope, curvature)
}

/// The error function.
pub fn erf<F: Float>(x: Number<F>) -> Number<F> {
    let v = x.value.wide();
    let slope = FRAC_2_SQRT_PI * (-v * v).exp();
    apply(x, core::erf, slope, -2.0 * v * slope)
}

/// Its complement.
pub fn erfc<F: Float>(x: Number<F>) -> Number<F> {
    let v = x.value.wide();
    let slope = -FRAC_2_SQRT_PI * (-v * v).exp();
    apply(x, core::erfc, slope, -2.0 * v * slope)
}

/// The cumulative normal distribution.
pub fn norm_cdf<F: Float>(x: Number<F>) -> Number<F> {
    let v = x.value.wide();
    let slope = (-0.5 * v * v).exp() / (2.0 * PI).sqrt();
    apply(x, core::norm_cdf, slope, -v * slope)
}

/// ln |Γ|.
pub fn ln_gamma<F: Float>(x: Number<F>) -> Number<F> {
    let v = x.value.wide();
    apply(x, core::ln_gamma, polygamma(0, v), polygamma(1, v))
}

/// The derivative of `ln_gamma`.
pub fn digamma<F: Float>(x: Number<F>) -> Number<F> {
    let v = x.value.wide();
    apply(x, core::digamma, polygamma(1, v), polygamma(2, v))
}

/// The value with zero derivative.
pub fn detach<F: Float>(x: Number<F>) -> Number<F> {
    Number::constant(x.value)
}

/// Bernoulli numbers B2, B4, ….
const BERNOULLI: [f64; 8] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
];

/// ψ, ψ′ and ψ″ by upward recurrence to the asymptotic series; reflected for negative arguments.
fn polygamma(order: u32, x: f64) -> f64 {
    if x <= 0.0 {
        if x == x.floor() {
            return f64::NAN;
        }
        // ψ(x) = ψ(1-x) - π cot πx, and its derivatives.
        let (s, c) = (PI * x).sin_cos();
        return match order {
            0 => polygamma(0, 1.0 - x) - PI * c / s,
            1 => -polygamma(1, 1.0 - x) + (PI / s).powi(2),
            _ => polygamma(2, 1.0 - x) - 2.0 * PI.powi(3) * c / s.powi(3),
        };
    }
    let mut x = x;
    let mut sum = 0.0;
    while x < 12.0 {
        sum += match order {
            0 => -1.0 / x,
            1 => 1.0 / (x * x),
            _ => -2.0 / (x * x * x),
        };
        x += 1.0;
    }
    sum += match order {
        0 => x.ln() - 0.5 / x,
        1 => 1.0 / x + 0.5 / (x * x),
        _ => -1.0 / (x * x) - 1.0 / (x * x * x),
    };
    let mut power = 1.0 / (x * x); // x^-2k
    for (k, b) in BERNOULLI.iter().enumerate() {
        let n = 2.0 * (k + 1) as f64;
        sum += match order {
            0 => -b / n * power,
            1 => b * power / x,
            _ => -b * (n + 1.0) * power / (x * x),
        };
        power /= x * x;
    }
    sum
}
