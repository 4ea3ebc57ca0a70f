//! `asin`, `acos`, `atan`, `atan2`, `asinh`, `acosh`, `atanh`.
//!
//! Arguments are brought to where a polynomial converges fast by the half-angle formula of the sine and the
//! addition formula of the tangent (DLMF 4.24.1, 4.24.15), the inverse hyperbolic functions to `ln_1p`
//! (DLMF 4.37.16, 4.37.19, 4.37.24). What is rounded on the way is kept in pairs.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8};

use super::arithmetic::{
    Lanes, Pair, flip_sign, ordered_sum, pair_product, polynomial, quotient, two_product, two_sum,
};
use super::coefficients::{ASIN, ATAN, HALF_PI, HALF_PI_PARTS};
use super::logarithm::ln_1p_pair;

/// The square root of a pair, as a pair.
#[inline(always)]
fn square_root<S: Simd>((high, low): Pair<S>) -> Pair<S> {
    let root = high.sqrt();
    let (square, error) = two_product(root, root);
    (root, ((high - square) - error + low) / (root + root + f64::MIN_POSITIVE))
}

/// s, and the rest, of asin(|x|) = s + rest where |x| ≤ 1/2, and else of asin √((1 - |x|) / 2).
#[inline(always)]
fn asin_parts<S: Simd>(magnitude: Lanes<S>) -> Pair<S> {
    let zero = f64x8::splat(magnitude.simd, 0.0);
    let far = magnitude.simd_gt(0.5);
    let half = magnitude.mul_add(-0.5, 0.5);
    let root = square_root((half, zero));
    let z = far.select(half, magnitude * magnitude);
    let s = far.select(root.0, magnitude);
    let rest = far.select(root.1, zero);
    (s, (s * z).mul_add(polynomial(z, &ASIN), rest))
}

/// asin x.
#[inline(always)]
pub(super) fn asin<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let (s, rest) = asin_parts(magnitude);
    let (high, low) = ordered_sum(f64x8::splat(x.simd, HALF_PI_PARTS[0]), s * -2.0);
    let far = high + (low + rest.mul_add(-2.0, HALF_PI_PARTS[1]));
    magnitude.simd_gt(0.5).select(far, s + rest).copysign(x)
}

/// acos x.
#[inline(always)]
pub(super) fn acos<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let (s, rest) = asin_parts(magnitude);
    let (signed, signed_rest) = (s.copysign(x), rest.copysign(x));
    let (high, low) = ordered_sum(f64x8::splat(x.simd, HALF_PI_PARTS[0]), -signed);
    let near = high + (low - (signed_rest - HALF_PI_PARTS[1]));
    let (high, low) = ordered_sum(f64x8::splat(x.simd, 2.0 * HALF_PI_PARTS[0]), s * -2.0);
    let left = high + (low + rest.mul_add(-2.0, 2.0 * HALF_PI_PARTS[1]));
    let right = (s + rest) * 2.0;
    magnitude.simd_le(0.5).select(near, x.simd_lt(0.0).select(left, right))
}

/// The angle in [0, π] of the point (±x, y), where x and y are finite, not negative and not both zero;
/// `left` where the sign is minus. `exact` says where y / x has a remainder that does not underflow.
///
/// The smaller over the larger is in [0, 1]; above √2 - 1, the angle is taken from π/4. What is left is in
/// quarters of π, which are added in parts.
#[inline(always)]
fn angle<S: Simd>(y: Lanes<S>, x: Lanes<S>, left: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let splat = |value: f64| f64x8::splat(simd, value);
    let swap = y.simd_gt(x);
    let (small, large) = (swap.select(x, y), swap.select(y, x));
    let steep = small.simd_gt(large * 0.414_213_562_373_095_03);
    let (difference, sum) = (two_sum(small, -large), two_sum(large, small));
    let numerator = (steep.select(difference.0, small), steep.select(difference.1, splat(0.0)));
    let denominator = (steep.select(sum.0, large), steep.select(sum.1, splat(0.0)));
    let (q, rest) = quotient(numerator, denominator);
    // Where the remainder may underflow, the plain quotient is as good as the angle.
    let tiny = numerator.0.abs().simd_lt(1e-270);
    let q = tiny.select(numerator.0 / denominator.0, q);
    let rest = tiny.select(splat(0.0), rest);
    let square = q * q;
    let rest = (q * square).mul_add(polynomial(square, &ATAN), rest);

    let quarters = steep.select(splat(1.0), splat(0.0));
    let quarters = swap.select(splat(2.0) - quarters, quarters);
    let quarters = left.simd_lt(0.0).select(splat(4.0) - quarters, quarters);
    let turn = swap.select(splat(-0.0), splat(0.0)).to_bits() ^ left.to_bits();
    let (q, rest) = (flip_sign(q, turn), flip_sign(rest, turn));
    let (high, low) = ordered_sum(quarters * (HALF_PI[0] * 0.5), q);
    let below = quarters.mul_add(HALF_PI[2] * 0.5, quarters * (HALF_PI[1] * 0.5));
    high + (low + (rest + below))
}

/// atan x.
#[inline(always)]
pub(super) fn atan<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let one = f64x8::splat(x.simd, 1.0);
    let magnitude = x.abs();
    // From here on it is π/2 to the last bit.
    let bounded = magnitude.simd_gt(1e18).select(f64x8::splat(x.simd, 1e18), magnitude);
    angle(bounded, one, one).copysign(x)
}

/// The angle of the point (x, y), in [-π, π].
#[inline(always)]
pub(super) fn atan2<S: Simd>(y: Lanes<S>, x: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let splat = |value: f64| f64x8::splat(simd, value);
    let (height, width) = (y.abs(), x.abs());
    let most = height.simd_gt(width).select(height, width);
    let scale = most.simd_gt(1e300).select(
        splat(f64::from_bits((1023 - 200) << 52)),
        most.simd_lt(1e-200).select(splat(f64::from_bits((1023 + 300) << 52)), splat(1.0)),
    );
    // An infinite coordinate counts as 1 and a finite one beside it as 0; the origin lies on the axis.
    let infinite = most.simd_eq(f64::INFINITY);
    let direction = |side: Lanes<S>| {
        let at_infinity = side.simd_eq(f64::INFINITY).select(splat(1.0), splat(0.0));
        infinite.select(at_infinity, side * scale)
    };
    let origin = most.simd_eq(0.0);
    let width = origin.select(splat(1.0), direction(width));
    let value = angle(direction(height), width, splat(1.0).copysign(x)).copysign(y);
    (x.simd_ne(x) | y.simd_ne(y)).select(splat(f64::NAN), value)
}

/// Where squares overflow, and asinh x and acosh x are ln(2 x) to the last bit.
const HUGE: f64 = 1e150;

/// ln(1 + argument), where x is huge ln(2 x).
#[inline(always)]
fn logarithm_or_huge<S: Simd>(x: Lanes<S>, argument: Pair<S>) -> Lanes<S> {
    let zero = f64x8::splat(x.simd, 0.0);
    let huge = x.simd_gt(HUGE);
    let argument = (huge.select(x, argument.0), huge.select(zero, argument.1));
    let extra = huge.select(f64x8::splat(x.simd, std::f64::consts::LN_2), zero);
    ln_1p_pair(argument) + extra
}

/// asinh x = ln(1 + |x| + x² / (1 + √(1 + x²))), with the sign put back.
#[inline(always)]
pub(super) fn asinh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let one = f64x8::splat(x.simd, 1.0);
    let magnitude = x.abs();
    let square = two_product(magnitude, magnitude);
    let (sum, error) = two_sum(one, square.0);
    let root = square_root((sum, error + square.1));
    let (denominator, error) = ordered_sum(root.0, one);
    let (high, low) = quotient(square, (denominator, error + root.1));
    let (sum, error) = two_sum(magnitude, high);
    let value = logarithm_or_huge(magnitude, (sum, error + low)).copysign(x);
    magnitude.simd_lt(1e-9).select(x, value)
}

/// acosh x = ln(1 + t + √(t (t + 2))) with t = x - 1.
#[inline(always)]
pub(super) fn acosh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let t = two_sum(x, f64x8::splat(simd, -1.0));
    let (sum, error) = two_sum(t.0, f64x8::splat(simd, 2.0));
    let (high, low) = pair_product(t, (sum, error + t.1));
    let root = square_root(ordered_sum(high, low));
    let (sum, error) = two_sum(t.0, root.0);
    let value = logarithm_or_huge(x, (sum, error + t.1 + root.1));
    x.simd_lt(1.0).select(f64x8::splat(simd, f64::NAN), value)
}

/// atanh x = ln(1 + 2|x| / (1 - |x|)) / 2, with the sign put back.
#[inline(always)]
pub(super) fn atanh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let zero = f64x8::splat(x.simd, 0.0);
    let denominator = two_sum(f64x8::splat(x.simd, 1.0), -magnitude);
    let argument = quotient((magnitude + magnitude, zero), denominator);
    let value = (ln_1p_pair(argument) * 0.5).copysign(x);
    magnitude.simd_lt(1e-9).select(x, value)
}
