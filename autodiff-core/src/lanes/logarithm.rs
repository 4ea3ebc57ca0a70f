//! `ln`, `ln_1p`, `log2`, `log10`.
//!
//! x = 2ⁿ m with m in [√½, √2), and ln m = 2 atanh s with s = (m - 1) / (m + 1) (P. T. P. Tang, "Table-driven
//! implementation of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16 (1990), whose
//! second procedure this is, without tables).

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8};

use super::arithmetic::{
    Lanes, Pair, ordered_sum, pair_product, polynomial, quotient, two_product, two_sum,
};
use super::coefficients::{LN, LN_2, LN_TAIL, LOG2_E_PARTS, LOG10_2, TWO_THIRDS};

/// The bits of √½.
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// The bits of 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// n and m - 1 with x = 2ⁿ m and m in [√½, √2), for positive x.
#[inline(always)]
fn decompose<S: Simd>(x: Lanes<S>) -> Pair<S> {
    const INTEGER: u64 = 0x4330_0000_0000_0000; // the bits of 2⁵²
    const BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;
    let simd = x.simd;
    let subnormal = x.simd_lt(f64::MIN_POSITIVE);
    let x = subnormal.select(x * 18_014_398_509_481_984.0, x); // 2⁵⁴
    let bias = subnormal.select(f64x8::splat(simd, BIAS + 54.0), f64x8::splat(simd, BIAS));
    let bits = x.to_bits() + const { ONE - ROOT_HALF };
    let n = f64x8::from_bits((bits >> 52) | INTEGER) - bias;
    let m = f64x8::from_bits((bits & ((1 << 52) - 1)) + ROOT_HALF);
    (n, m - 1.0)
}

/// The value of a logarithm, put right where x is not positive and finite.
#[inline(always)]
fn defined<S: Simd>(x: Lanes<S>, value: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let value = x.simd_lt(f64::INFINITY).select(value, x);
    let undefined =
        x.simd_eq(0.0).select(f64x8::splat(simd, f64::NEG_INFINITY), f64x8::splat(simd, f64::NAN));
    x.simd_le(0.0).select(undefined, value)
}

/// n ln 2 + ln(1 + f) + rest for |f| ≤ √2 - 1.
#[inline(always)]
fn sum_of_logarithms<S: Simd>(n: Lanes<S>, f: Lanes<S>, rest: Lanes<S>) -> Lanes<S> {
    let s = f / (f + 2.0);
    let z = s * s;
    let series = z * polynomial(z, &LN); // ln(1 + f) = s (2 + series), and 2 s = f - s f
    let below = n.mul_add(LN_2[1], rest) - s * (f - series);
    n.mul_add(LN_2[0], f + below)
}

/// ln x.
#[inline(always)]
pub(super) fn ln<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let (n, f) = decompose(x);
    defined(x, sum_of_logarithms(n, f, f64x8::splat(x.simd, 0.0)))
}

/// ln(1 + x), without loss near 0.
#[inline(always)]
pub(super) fn ln_1p<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let value = ln_1p_pair((x, f64x8::splat(x.simd, 0.0)));
    x.abs().simd_lt(1e-17).select(x, value) // keeps the zero's sign
}

/// ln(1 + high + low).
///
/// What 1 + high loses in rounding, and low, come in as a first-order term; where high is in
/// [√½ - 1, √2 - 1), it is itself the f of [`sum_of_logarithms`].
#[inline(always)]
pub(super) fn ln_1p_pair<S: Simd>((high, low): Pair<S>) -> Lanes<S> {
    let (shifted, lost) = two_sum(f64x8::splat(high.simd, 1.0), high);
    let (n, f) = decompose(shifted);
    let near = n.simd_eq(0.0);
    let f = near.select(high, f);
    let rest = near.select(low, lost + low) / shifted;
    defined(shifted, sum_of_logarithms(n, f, rest))
}

/// log₂ x as a pair good to about 64 bits, for positive finite x.
///
/// The quotient s and the first two terms of the series are pairs; from the third on, one `f64` is enough.
#[inline(always)]
pub(super) fn log2_pair<S: Simd>(x: Lanes<S>) -> Pair<S> {
    let simd = x.simd;
    let zero = f64x8::splat(simd, 0.0);
    let (n, f) = decompose(x);
    let s = quotient((f, zero), ordered_sum(f64x8::splat(simd, 2.0), f));
    let z = two_product(s.0, s.0);
    let z = (z.0, z.1 + (s.0 + s.0) * s.1);
    let (high, low) =
        ordered_sum(f64x8::splat(simd, TWO_THIRDS[0]), z.0 * polynomial(z.0, &LN_TAIL));
    let (high, low) = pair_product(z, (high, low + TWO_THIRDS[1]));
    let (factor, error) = ordered_sum(f64x8::splat(simd, 2.0), high);
    let ln = pair_product(s, (factor, error + low));
    let parts = (f64x8::splat(simd, LOG2_E_PARTS[0]), f64x8::splat(simd, LOG2_E_PARTS[1]));
    let fraction = pair_product(ln, parts);
    let (high, low) = ordered_sum(n, fraction.0);
    ordered_sum(high, low + fraction.1)
}

/// log₂ x.
#[inline(always)]
pub(super) fn log2<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let (high, low) = log2_pair(x);
    defined(x, high + low)
}

/// log₁₀ x.
#[inline(always)]
pub(super) fn log10<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let parts = (f64x8::splat(x.simd, LOG10_2[0]), f64x8::splat(x.simd, LOG10_2[1]));
    let (high, low) = pair_product(log2_pair(x), parts);
    defined(x, high + low)
}
