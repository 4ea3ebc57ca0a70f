//! `sin`, `cos`, `tan`.
//!
//! r = x - n π/2 in three parts of π/2, the first two products being exact (W. J. Cody and W. Waite, "Software
//! Manual for the Elementary Functions", 1980), as a pair, so that nothing is lost near multiples of π/2; then
//! polynomials in r². Lanes beyond 2¹⁵ π/2 go to the standard library one by one.

use fearless_simd::{
    Select as _, Simd, SimdBase as _, SimdFloat as _, SimdMask as _, f64x8, u64x8,
};

use super::arithmetic::{
    Lanes, Pair, flip_sign, ordered_sum, polynomial, quotient, round_product, two_sum,
};
use super::coefficients::{COS, HALF_PI, SIN, TWO_OVER_PI};
use super::each;

/// Up to here n has 15 bits, and so n times 38 bits is exact.
const MOST: f64 = 51_471.0;

/// n in the last bits, and x - n π/2 as a pair.
#[inline(always)]
fn reduce<S: Simd>(x: Lanes<S>) -> (u64x8<S>, Pair<S>) {
    let (n, bits) = round_product::<S, 0>(x, TWO_OVER_PI);
    let first = n.mul_add(-HALF_PI[0], x);
    let (high, low) = two_sum(first, n * -HALF_PI[1]);
    (bits, ordered_sum(high, n.mul_add(-HALF_PI[2], low)))
}

/// sin(high + low) as a pair, for |high| ≤ π/4.
#[inline(always)]
fn sin_reduced<S: Simd>((high, low): Pair<S>) -> Pair<S> {
    let z = high * high;
    let low = low * z.mul_add(-0.5, 1.0); // times cos
    ordered_sum(high, (high * z).mul_add(polynomial(z, &SIN), low))
}

/// cos(high + low) as a pair, for |high| ≤ π/4.
#[inline(always)]
fn cos_reduced<S: Simd>((high, low): Pair<S>) -> Pair<S> {
    let z = high * high;
    let (first, rest) = ordered_sum(f64x8::splat(high.simd, 1.0), z * -0.5);
    ordered_sum(first, (z * z).mul_add(polynomial(z, &COS), rest - high * low))
}

/// sin x and cos x, where both are asked for; the optimizer drops what is not used.
#[inline(always)]
fn near_sin_cos<S: Simd>(x: Lanes<S>) -> Pair<S> {
    let (n, r) = reduce(x);
    let ((sin, sin_rest), (cos, cos_rest)) = (sin_reduced(r), cos_reduced(r));
    let (sin, cos) = (sin + sin_rest, cos + cos_rest);
    let even = (n & 1).simd_eq(0);
    let (first, second) = (even.select(sin, cos), even.select(cos, sin));
    let tiny = x.abs().simd_lt(1e-9);
    let first = tiny.select(x, first); // keeps the zero's sign and what is subnormal
    (flip_sign(first, n << 62), flip_sign(second, (n + 1) << 62))
}

/// Whether some lane is too large for [`reduce`].
#[inline(always)]
fn any_far<S: Simd>(x: Lanes<S>) -> bool {
    x.abs().simd_gt(MOST).any_true()
}

/// sin x.
#[inline(always)]
pub(super) fn sin<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    if any_far(x) { each(x, f64::sin) } else { near_sin_cos(x).0 }
}

/// cos x.
#[inline(always)]
pub(super) fn cos<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    if any_far(x) { each(x, f64::cos) } else { near_sin_cos(x).1 }
}

/// sin x and cos x.
#[inline(always)]
pub(super) fn sin_cos<S: Simd>(x: Lanes<S>) -> Pair<S> {
    if any_far(x) { (each(x, f64::sin), each(x, f64::cos)) } else { near_sin_cos(x) }
}

/// tan x.
#[inline(always)]
pub(super) fn tan<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    if any_far(x) {
        return each(x, f64::tan);
    }
    let (n, r) = reduce(x);
    let (sin, cos) = (sin_reduced(r), cos_reduced(r));
    let even = (n & 1).simd_eq(0);
    let numerator = (even.select(sin.0, cos.0), even.select(sin.1, cos.1));
    let denominator = (even.select(cos.0, sin.0), even.select(cos.1, sin.1));
    let (high, low) = quotient(numerator, denominator);
    let value = flip_sign(high + low, n << 63);
    x.abs().simd_lt(1e-9).select(x, value)
}
