//! `exp`, `exp2`, `exp_m1`.
//!
//! x = n ln 2 + r with |r| ≤ ln(2)/2, in two parts of ln 2 (W. J. Cody and W. Waite, "Software Manual for the
//! Elementary Functions", 1980), then a polynomial of degree 11 and a scaling by 2ⁿ in two steps, so that
//! results that underflow are rounded once.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8, u64x8};

use super::arithmetic::{
    Lanes, Pair, ordered_sum, polynomial, power_of_two, round_product, two_sum,
};
use super::coefficients::{EXP, LN_2, LOG2_E};

/// Twice the bias of the exponent: half of n + 2046 is a biased exponent for every n there is.
const BIASED_TWICE: u16 = 2046;

/// exp x.
#[inline(always)]
pub(super) fn exp<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    exp_scaled::<S, 0>(x)
}

/// 2^`EXTRA` exp x, for small `EXTRA`.
#[inline(always)]
pub(super) fn exp_scaled<S: Simd, const EXTRA: i8>(x: Lanes<S>) -> Lanes<S> {
    let (n, bits) = round_product::<S, BIASED_TWICE>(x, LOG2_E);
    let r = n.mul_add(-LN_2[1], n.mul_add(-LN_2[0], x));
    let scaled = exp_reduced::<S, EXTRA>(r, bits);
    within(x, 711.0, -748.0, scaled)
}

/// 2^(high + low).
#[inline(always)]
pub(super) fn exp2_pair<S: Simd>((high, low): Pair<S>) -> Lanes<S> {
    let (n, bits) = round_product::<S, BIASED_TWICE>(high, 1.0);
    let scaled = exp_reduced::<S, 0>(((high - n) + low) * std::f64::consts::LN_2, bits);
    within(high, 1026.0, -1080.0, scaled)
}

/// 2ˣ.
#[inline(always)]
pub(super) fn exp2<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    exp2_pair((x, f64x8::splat(x.simd, 0.0)))
}

/// 2^(n + `EXTRA`) exp r, where the last bits are n + 2046.
#[inline(always)]
fn exp_reduced<S: Simd, const EXTRA: i8>(r: Lanes<S>, bits: u64x8<S>) -> Lanes<S> {
    let tail = polynomial(r, &EXP);
    let value = (r * r).mul_add(tail, r) + 1.0;
    let bits = if EXTRA == 0 { bits } else { bits + const { EXTRA as i64 as u64 } };
    let half = bits >> 1;
    value * power_of_two(half) * power_of_two(bits - half)
}

/// `value`, infinity above `most` and zero below `least`.
#[inline(always)]
fn within<S: Simd>(x: Lanes<S>, most: f64, least: f64, value: Lanes<S>) -> Lanes<S> {
    let value = x.simd_gt(most).select(f64x8::splat(x.simd, f64::INFINITY), value);
    x.simd_lt(least).select(f64x8::splat(x.simd, 0.0), value)
}

/// (exp x - 1) / 2 as a pair, for x in [-700, 709.8].
///
/// With exp r - 1 = r + q it is (2ⁿ r + (2ⁿ - 1)) + 2ⁿ q, whose first sum keeps its rounding error, as does
/// the reduction of x.
#[inline(always)]
pub(super) fn half_exp_m1<S: Simd>(x: Lanes<S>) -> Pair<S> {
    let (n, bits) = round_product::<S, 1022>(x, LOG2_E);
    let (from, by) = (n.mul_add(-LN_2[0], x), n * LN_2[1]);
    let r = from - by;
    let rest = (from - r) - by;
    let q = (r * r).mul_add(polynomial(r, &EXP), rest.mul_add(r, rest));
    let power = power_of_two(bits);
    let (before, before_rest) = two_sum(power, f64x8::splat(x.simd, -0.5));
    let (high, low) = ordered_sum(before, power * r);
    ordered_sum(high, power.mul_add(q, low + before_rest))
}

/// exp x - 1, without cancellation near 0.
#[inline(always)]
pub(super) fn exp_m1<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let bounded = x.simd_lt(-50.0).select(f64x8::splat(x.simd, -50.0), x);
    let (high, low) = half_exp_m1(bounded);
    let value = (high + low) * 2.0;
    let value = x.simd_gt(709.8).select(f64x8::splat(x.simd, f64::INFINITY), value);
    x.abs().simd_lt(1e-17).select(x, value) // keeps the zero's sign and what is subnormal
}
