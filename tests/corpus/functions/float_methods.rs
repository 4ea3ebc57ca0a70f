//! Every method of the floating-point types, in small groups.

use super::{differentiate, samples};

/// Operators.
#[differentiate]
pub fn operators(a: f64, b: f64) -> f64 {
    let mut c = a + b * 2.0 - a / b;
    c += -a;
    c -= b % 0.3;
    c *= a;
    c /= 1.0 + b * b;
    c %= 5.0;
    c
}
samples! { gradient operators: (0.7, 1.9), (-2.0, 0.5), (3.0, -4.0) }

/// Remainder of two varying operands.
#[differentiate]
pub fn remainder(a: f64, b: f64) -> f64 {
    a % b
}
samples! { gradient remainder: (7.5, 2.0), (-7.5, 2.0), (7.5, -2.3), (1.0, 4.0) }

/// Exponentials.
#[differentiate]
pub fn exponentials(x: f64) -> f64 {
    x.exp() + x.exp2() * 0.5 + x.exp_m1()
}
samples! { gradient exponentials: (0.3,), (-2.0,), (0.0,), (-0.0,), (710.0,), (f64::NEG_INFINITY,), (f64::NAN,) }

/// Logarithms.
#[differentiate]
pub fn logarithms(x: f64) -> f64 {
    x.ln() + x.log2() - x.log10() + x.ln_1p()
}
samples! { gradient logarithms: (0.3,), (7.0,), (f64::INFINITY,), (-0.5,) }

/// Logarithm to a varying base.
#[differentiate]
pub fn log_base(x: f64, base: f64) -> f64 {
    x.log(base)
}
samples! { gradient log_base: (5.0, 3.0), (0.2, 10.0), (1.0, 2.0) }

/// Roots and the reciprocal.
#[differentiate]
pub fn roots(x: f64) -> f64 {
    x.sqrt() + x.cbrt() + x.recip()
}
samples! { gradient roots: (2.0,), (0.01,), (1e300,) }

/// Square root alone: infinite slope at zero.
#[differentiate]
pub fn square_root(x: f64) -> f64 {
    x.sqrt()
}
samples! { gradient square_root: (4.0,), (0.0,), (-1.0,), (f64::INFINITY,), (5e-324,) }

/// Cube root of negative numbers.
#[differentiate]
pub fn cube_root(x: f64) -> f64 {
    x.cbrt()
}
samples! { gradient cube_root: (-8.0,), (27.0,), (1e-30,) }

/// Power with varying base and exponent.
#[differentiate]
pub fn power(x: f64, y: f64) -> f64 {
    x.powf(y)
}
samples! { gradient power: (2.0, 3.5), (0.5, -1.5), (0.0, 2.0), (0.0, 1.0), (1.0, 7.0), (-2.0, 3.0) }

/// Integer powers of every sign.
#[differentiate]
pub fn integer_powers(x: f64) -> f64 {
    x.powi(0) + x.powi(1) + x.powi(2) + x.powi(3) + x.powi(-1) + x.powi(-2) + x.powi(7)
}
samples! { gradient integer_powers: (1.3,), (-0.7,) }

/// An integer power with a passive exponent.
#[differentiate]
pub fn power_by_count(x: f64, n: i32) -> f64 {
    x.powi(n)
}
samples! { gradient power_by_count: (1.5, 5), (1.5, -3), (0.0, 0), (0.0, 1), (-2.0, 4), (0.0, 3) }

/// Trigonometric functions.
#[differentiate]
pub fn trigonometry(x: f64) -> f64 {
    x.sin() * 2.0 + x.cos() * 3.0 + x.tan()
}
samples! { gradient trigonometry: (0.4,), (-2.0,), (0.0,), (1e6,) }

/// `sin_cos` as a pair.
#[differentiate]
pub fn sine_and_cosine(x: f64) -> f64 {
    let (s, c) = x.sin_cos();
    s * s - 2.0 * s * c
}
samples! { gradient sine_and_cosine: (0.4,), (-2.0,) }

/// Inverse trigonometric functions.
#[differentiate]
pub fn inverse_trigonometry(x: f64) -> f64 {
    x.asin() + 2.0 * x.acos() + x.atan()
}
samples! { gradient inverse_trigonometry: (0.4,), (-0.9,), (0.0,), (2.0,) }

/// Two-argument arctangent in all quadrants.
#[differentiate]
pub fn arctangent2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}
samples! { gradient arctangent2: (1.0, 2.0), (1.0, -2.0), (-1.0, -2.0), (-1.0, 2.0), (1.0, 0.0), (0.0, 0.0) }

/// Hypotenuse.
#[differentiate]
pub fn hypotenuse(x: f64, y: f64) -> f64 {
    x.hypot(y)
}
samples! { gradient hypotenuse: (3.0, 4.0), (-1.0, 0.0), (0.0, 0.0), (1e200, 1e200) }

/// Hyperbolic functions.
#[differentiate]
pub fn hyperbolic(x: f64) -> f64 {
    x.sinh() + x.cosh() * 0.5 + x.tanh() * 3.0
}
samples! { gradient hyperbolic: (0.4,), (-2.0,), (0.0,) }

/// Hyperbolic tangent where it saturates.
#[differentiate]
pub fn tanh_saturated(x: f64) -> f64 {
    x.tanh()
}
samples! { gradient tanh_saturated: (0.5,), (15.0,), (-15.0,), (800.0,), (f64::INFINITY,) }

/// Inverse hyperbolic functions.
#[differentiate]
pub fn inverse_hyperbolic(x: f64, y: f64, z: f64) -> f64 {
    x.asinh() + y.acosh() + z.atanh()
}
samples! { gradient inverse_hyperbolic: (0.4, 1.5, 0.3), (-2.0, 3.0, -0.9) }

/// Absolute value, sign and copied sign.
#[differentiate]
pub fn signs(x: f64, y: f64) -> f64 {
    x.abs() * 2.0 + y.signum() * x + x.copysign(y)
}
samples! { gradient signs: (0.4, -1.0), (-0.4, -1.0), (2.0, 3.0), (0.0, 1.0), (-0.0, -0.0) }

/// Maximum and minimum.
#[differentiate]
pub fn extremes(x: f64, y: f64) -> f64 {
    x.max(y) * 3.0 + x.min(y)
}
samples! { gradient extremes: (1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN) }

/// Clamping to passive bounds.
#[differentiate(wrt(x))]
pub fn clamped(x: f64, low: f64, high: f64) -> f64 {
    x.clamp(low, high) * 2.0
}
samples! { gradient clamped: (0.5, 0.0, 1.0), (-1.0, 0.0, 1.0), (2.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0) }

/// Rounding: slopes are zero, except of the fraction.
#[differentiate]
pub fn rounding(x: f64) -> f64 {
    x.floor() + x.ceil() * x + x.round() - x.trunc() * 0.5 + x.fract() * 4.0 + x.round_ties_even()
}
samples! { gradient rounding: (1.3,), (-2.7,), (0.5,), (2.5,), (0.0,) }

/// Euclidean division and remainder.
#[differentiate]
pub fn euclid(x: f64, y: f64) -> f64 {
    x.rem_euclid(y) + 0.5 * x.div_euclid(y)
}
samples! { gradient euclid: (7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0) }

/// Degrees and radians.
#[differentiate]
pub fn angles(x: f64) -> f64 {
    x.to_radians().sin() + (x * 0.01).to_degrees()
}
samples! { gradient angles: (30.0,), (-200.0,) }

/// Fused multiply-add.
#[differentiate]
pub fn fused(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c) * c.mul_add(a, b)
}
samples! { gradient fused: (1.1, 2.2, 3.3), (0.0, -1.0, 2.0) }

/// Questions about floats as conditions.
#[differentiate]
pub fn classified(x: f64) -> f64 {
    if x.is_nan() {
        0.0
    } else if x.is_infinite() {
        1.0
    } else if x.is_sign_negative() && x.is_normal() {
        x * x
    } else if x.is_subnormal() || !x.is_finite() {
        2.0 * x
    } else if x.is_sign_positive() {
        3.0 * x
    } else {
        -x
    }
}
samples! { gradient classified: (f64::NAN,), (f64::INFINITY,), (-2.0,), (1e-310,), (5.0,), (-0.0,), (0.0,) }

/// Functions by path instead of by method.
#[differentiate]
pub fn by_path(x: f64, y: f64) -> f64 {
    f64::sin(x) + f64::powi(y, 3) - f64::max(x, y) + f64::sqrt(f64::abs(x * y)) + f64::from(3u8)
}
samples! { gradient by_path: (0.3, 1.2), (-1.0, 2.0) }

/// Constants of std.
#[differentiate]
pub fn constants(x: f64) -> f64 {
    use std::f64::consts;
    let a = std::f64::consts::PI * x + consts::E * x * x;
    let b = consts::FRAC_1_SQRT_2 + consts::LN_10 + core::f64::consts::SQRT_2;
    if x < f64::EPSILON || x > f64::MAX { a } else { a * b + f64::MIN_POSITIVE }
}
samples! { gradient constants: (0.3,), (-1.0,) }

/// Midpoint and neighbours.
#[differentiate]
pub fn neighbours(x: f64, y: f64) -> f64 {
    x.midpoint(y) * 2.0 + x.next_up() * y.next_down()
}
samples! { gradient neighbours: (0.3, 1.5), (-2.0, 2.0) }
