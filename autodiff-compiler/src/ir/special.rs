//! Reference values of the special functions, for the evaluator and the tests.
//!
//! These are the plain textbook series, slow and accurate to a few roundings (`ln_gamma` near its
//! zeros 1 and 2: in absolute terms). They share nothing with `autodiff_core::special`, which is what
//! emitted code calls.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign.
pub(super) fn erf(x: f64) -> f64 {
    if x.abs() > 3.0 {
        return 1.0f64.copysign(x) - erfc(x.abs()).copysign(x);
    }
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while term.abs() > sum.abs() * 1e-18 {
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
        n += 1.0;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) for large x.
pub(super) fn erfc(x: f64) -> f64 {
    if x.is_nan() || x < 1.5 {
        return 1.0 - erf(x);
    }
    if x.is_infinite() {
        return 0.0;
    }
    let fraction = (1..=200).rev().fold(x, |rest, k| x + 0.5 * f64::from(k) / rest);
    0.5 * FRAC_2_SQRT_PI * (-x * x).exp() / fraction
}

/// The normal distribution's cumulative distribution function.
pub(super) fn norm_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// Bernoulli numbers B₂, B₄, ….
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// Where the asymptotic series take over.
const LARGE: f64 = 20.0;

/// ln |Γ(x)|: Stirling's series after moving up by the recurrence, reflection below 0.
pub(super) fn ln_gamma(x: f64) -> f64 {
    if x == f64::INFINITY || x.is_nan() {
        return x;
    }
    if x <= 0.0 {
        if x == x.floor() {
            return f64::INFINITY;
        }
        return (PI / (PI * x).sin().abs()).ln() - ln_gamma(1.0 - x);
    }
    let (mut x, mut product) = (x, 1.0);
    while x < LARGE {
        product *= x;
        x += 1.0;
    }
    let mut power = 1.0 / x;
    let mut series = 0.0;
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        let k = 2.0 * f64::from(k);
        series += bernoulli / (k * (k - 1.0)) * power;
        power /= x * x;
    }
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - product.ln()
}

/// 1 / cosh² x.
pub(super) fn sech_squared(x: f64) -> f64 {
    1.0 / x.cosh() / x.cosh()
}

/// The n-th derivative of digamma: the asymptotic series after moving up by the recurrence.
pub(super) fn polygamma(x: f64, order: i32) -> f64 {
    if order < 0 || x.is_nan() || x < -1e6 {
        return f64::NAN;
    }
    if x <= 0.0 && x == x.floor() {
        return if order % 2 == 1 { f64::INFINITY } else { f64::NAN };
    }
    let n = f64::from(order);
    let factorial: f64 = (1..=order).map(f64::from).product();
    let sign = if order % 2 == 0 { -1.0 } else { 1.0 };
    let (mut x, mut shifted) = (x, 0.0);
    while x < LARGE + n {
        shifted += factorial / x.powi(order + 1);
        x += 1.0;
    }
    // ψ(x) ~ ln x - 1/2x - Σ B₂ₖ / (2k x²ᵏ), differentiated n times.
    let lead = if order == 0 { -x.ln() } else { factorial / n / x.powi(order) };
    let mut series = lead + 0.5 * factorial / x.powi(order + 1);
    let mut rising = factorial * (n + 1.0) / (x.powi(order) * x * x); // (2k+n-1)!/(2k-1)! / x^(2k+n)
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        let k = 2.0 * f64::from(k);
        series += bernoulli / k * rising;
        rising *= (k + n) / k * (k + n + 1.0) / (k + 1.0) / (x * x);
    }
    sign * (series + shifted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 4e-15 * expected.abs().max(1e-300),
            "{found:e} {expected:e}"
        );
    }

    #[test]
    fn known_values() {
        close(erf(0.5), 0.520_499_877_813_046_5);
        close(erf(-2.5), -0.999_593_047_982_555);
        close(erfc(2.0), 0.004_677_734_981_047_266);
        close(erfc(5.0), 1.537_459_794_428_034_8e-12);
        close(norm_cdf(-1.0), 0.158_655_253_931_457_05);
        close(ln_gamma(0.5), 0.5 * PI.ln());
        close(ln_gamma(10.0), 362_880f64.ln());
        close(ln_gamma(-0.5), (2.0 * PI.sqrt()).ln());
        close(polygamma(1.0, 0), -0.577_215_664_901_532_9);
        close(polygamma(1.0, 1), PI * PI / 6.0);
        close(polygamma(1.0, 2), -2.404_113_806_319_188_4);
        close(polygamma(2.5, 1), PI * PI / 2.0 - 4.0 - 4.0 / 9.0);
        close(polygamma(1.0, 3), PI.powi(4) / 15.0);
    }
}
