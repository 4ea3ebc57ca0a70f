//! `ln Γ` and its derivatives, in `f64`.

use super::coefficients::{
    DIGAMMA_HIGH, DIGAMMA_LOW, DIGAMMA_ZERO, DIGAMMA_ZERO_REST, LN_GAMMA_HIGH, LN_GAMMA_LOW,
};
use std::f64::consts::PI;

/// Bernoulli numbers B₂, B₄, …, B₂₀.
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
    -174611.0 / 330.0,
];

/// From here on the asymptotic series are used.
const LARGE: f64 = 10.0;

/// `Σ B₂ₖ w(k) / x²ᵏ`, smallest term first.
#[inline]
fn bernoulli_sum(x: f64, weight: impl Fn(f64) -> f64) -> f64 {
    let square = 1.0 / (x * x);
    let terms = BERNOULLI.iter().enumerate().rev();
    terms.fold(0.0, |sum, (k, number)| (sum + number * weight(k as f64 + 1.0)) * square)
}

pub(super) fn ln_gamma(x: f64) -> f64 {
    if x >= LARGE {
        // (x - 1/2) ln x - x + ln(2π)/2 + Σ B₂ₖ / (2k (2k - 1) x²ᵏ⁻¹)
        const HALF_LN_TAU_LESS_HALF: f64 = 0.418_938_533_204_672_7;
        if x == f64::INFINITY {
            return x;
        }
        let series = x * bernoulli_sum(x, |k| 1.0 / (2.0 * k * (2.0 * k - 1.0)));
        (x - 0.5) * (x.ln() - 1.0) + (HALF_LN_TAU_LESS_HALF + series)
    } else if x >= 3.0 {
        // Down to [2, 3); the subtractions are exact.
        let (mut y, mut product) = (x, 1.0);
        while y >= 3.0 {
            y -= 1.0;
            product *= y;
        }
        ln_gamma_about_two(y - 2.0) + product.ln()
    } else if x >= 1.5 {
        ln_gamma_about_two(x - 2.0)
    } else if x >= 0.5 {
        // ln Γ(1 + x) - ln x in z = x - 1, which is exact.
        let z = x - 1.0;
        ln_gamma_about_two(z) - z.ln_1p()
    } else if x > 0.0 {
        // ln Γ(1 + x) = x (x - 1) Q(x - 1)
        x * (x - 1.0) * LN_GAMMA_LOW.at(x - 1.0) - x.ln()
    } else if x == 0.0 || x == f64::NEG_INFINITY {
        f64::INFINITY
    } else if x.is_nan() {
        x
    } else {
        // Γ(x) Γ(1 - x) = π / sin(πx), so |Γ(x)| = π / |x sin(πx) Γ(-x)|; inf at the poles.
        let distance = x - x.round();
        (PI / (x * (PI * distance).sin()).abs()).ln() - ln_gamma(-x)
    }
}

/// `ln Γ(2 + z)` for z in [-1, 1], exact at its zeros -1 and 0.
#[inline]
fn ln_gamma_about_two(z: f64) -> f64 {
    let quotient = if z < 0.0 { LN_GAMMA_LOW.at(z) } else { LN_GAMMA_HIGH.at(z) };
    z * (1.0 + z) * quotient
}

pub(super) fn digamma(x: f64) -> f64 {
    if x >= LARGE {
        // ln x - 1/(2x) - Σ B₂ₖ / (2k x²ᵏ)
        x.ln() - 0.5 / x - bernoulli_sum(x, |k| 0.5 / k)
    } else if x >= 1.0 {
        let (mut y, mut sum) = (x, 0.0);
        while y >= 4.0 {
            y -= 1.0;
            sum += 1.0 / y;
        }
        let from_zero = (y - DIGAMMA_ZERO) - DIGAMMA_ZERO_REST;
        let quotient = if y < 2.0 { DIGAMMA_LOW.at(y) } else { DIGAMMA_HIGH.at(y) };
        from_zero * quotient + sum
    } else if x > 0.0 {
        digamma(1.0 + x) - 1.0 / x
    } else if x == 0.0 {
        -1.0 / x
    } else {
        // ψ(x) = ψ(1 - x) - π / tan(πx)
        let distance = x - x.round();
        if distance == 0.0 || !x.is_finite() {
            return f64::NAN;
        }
        digamma(1.0 - x) - PI / (PI * distance).tan()
    }
}

/// The Hurwitz zeta function `Σ 1/(x + k)ˢ` over k = 0, 1, …, for x > 0 and s ≥ 2.
fn zeta(s: i32, x: f64) -> f64 {
    let order = f64::from(s);
    // Terms up to where the Euler-Maclaurin series converges fast.
    let (mut y, mut head) = (x, 0.0);
    while y < LARGE + order {
        head += y.powi(-s);
        y += 1.0;
    }
    // y¹⁻ˢ/(s - 1) + y⁻ˢ/2 + Σ B₂ₖ s (s + 1) … (s + 2k - 2) / (2k)! y⁻ˢ⁻²ᵏ⁺¹, as a multiple of y⁻ˢ
    let (mut series, mut factor) = (0.0, 0.5 * order / y);
    for (k, number) in BERNOULLI.iter().enumerate() {
        series += number * factor;
        let k = 2.0 * k as f64 + 2.0;
        factor *= (order + k - 1.0) * (order + k) / ((k + 1.0) * (k + 2.0) * y * y);
    }
    head + y.powi(1 - s) * (1.0 / (order - 1.0) + (0.5 + series) / y)
}

pub(super) fn polygamma(x: f64, n: i32) -> f64 {
    if n <= 0 {
        return if n == 0 { digamma(x) } else { f64::NAN };
    }
    if x.is_nan() || x == f64::NEG_INFINITY || n > 170 {
        return f64::NAN; // 171! leaves the range of f64
    }
    if x == f64::INFINITY {
        return if n % 2 == 0 { -0.0 } else { 0.0 };
    }
    let s = n + 1;
    let factorial = (1..=n).fold(1.0, |product, k| product * f64::from(k));
    let factor = if n % 2 == 0 { -factorial } else { factorial };
    if x > 0.0 {
        return factor * zeta(s, x);
    }
    // The sum over all integers, less the terms that lie below x. With d the distance to the nearest
    // integer: Σ 1/(d + k)ˢ = 1/dˢ + ζ(s, 1 + d) + (-1)ˢ ζ(s, 1 - d).
    let distance = x - x.round();
    if distance == 0.0 {
        return if n % 2 == 1 {
            f64::INFINITY
        } else if x == 0.0 {
            f64::NEG_INFINITY.copysign(-x)
        } else {
            f64::NAN
        };
    }
    let sign = if s % 2 == 0 { 1.0 } else { -1.0 };
    let all = distance.powi(-s) + zeta(s, 1.0 + distance) + sign * zeta(s, 1.0 - distance);
    factor * (all - sign * zeta(s, 1.0 - x))
}
