//! `erf`, `erfc` and the normal distribution function, in `f64`.

use super::coefficients::{ERF_MIDDLE, ERF_SMALL, ERFC_LARGE, ERFC_MIDDLE, ERFC_SMALL, ERFC_TAIL};
use std::f64::consts::FRAC_1_SQRT_2;

/// `erf(x) / x` as a function of `y = x²`, for |x| at most 1.
#[inline]
fn erf_quotient(y: f64) -> f64 {
    if y < 0.25 { ERF_SMALL.at(y) } else { ERF_MIDDLE.at(y) }
}

/// `exp(x²) erfc(x)` for `x` at least 1/2.
#[inline]
fn scaled_erfc(x: f64) -> f64 {
    if x < 1.0 {
        ERFC_SMALL.at(x)
    } else if x < 2.0 {
        ERFC_MIDDLE.at(x)
    } else if x < 4.0 {
        ERFC_LARGE.at(x)
    } else {
        ERFC_TAIL.at(1.0 / (x * x)) / x
    }
}

/// `exp(-factor x²)` for a factor that is a power of two. With `x = head + rest`, where the square of
/// `head` has no rounding error: `x² = head² + rest (x + head)`.
#[inline]
fn gaussian(x: f64, factor: f64) -> f64 {
    let head = f64::from_bits(x.to_bits() & !0 << 27);
    let rest = x - head;
    (-factor * head * head).exp() * (-factor * rest * (x + head)).exp()
}

pub(super) fn erf(x: f64) -> f64 {
    let size = x.abs();
    if size < 1.0 {
        x * erf_quotient(x * x)
    } else if size < 6.0 {
        (1.0 - gaussian(size, 1.0) * scaled_erfc(size)).copysign(x)
    } else if x.is_nan() {
        x
    } else {
        1.0_f64.copysign(x) // erfc(6) is below the spacing of floats at 1
    }
}

pub(super) fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x > 28.0 {
        0.0 // below the smallest subnormal number
    } else if x >= 0.5 {
        gaussian(x, 1.0) * scaled_erfc(x)
    } else if x > -1.0 {
        1.0 - x * erf_quotient(x * x)
    } else if x > -6.0 {
        2.0 - gaussian(-x, 1.0) * scaled_erfc(-x)
    } else {
        2.0
    }
}

pub(super) fn norm_cdf(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() {
        x
    } else if size < 0.75 {
        let scaled = x * FRAC_1_SQRT_2;
        0.5 + 0.5 * scaled * erf_quotient(scaled * scaled)
    } else {
        // The exponent comes from x, which is exact, and not from x/√2, which is rounded.
        let tail = if size > 40.0 {
            0.0
        } else {
            0.5 * gaussian(size, 0.5) * scaled_erfc(size * FRAC_1_SQRT_2)
        };
        if x < 0.0 { tail } else { 1.0 - tail }
    }
}
