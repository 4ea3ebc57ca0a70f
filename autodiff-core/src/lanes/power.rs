//! `powf`, `powi`, `cbrt`, `hypot`.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8};

use super::arithmetic::{Lanes, Pair, flip_sign, nearest, ordered_sum, pair_product, two_product};
use super::exponential::exp2_pair;
use super::logarithm::log2_pair;

/// x to the power y, by 2^(y log₂ |x|) with the logarithm and the product as pairs, with the signs and the
/// special values of IEEE 754 (9.2.1).
#[inline(always)]
pub(super) fn powf<S: Simd>(x: Lanes<S>, y: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let splat = |value: f64| f64x8::splat(simd, value);
    let base = x.abs();
    let size = y.abs();

    // Beyond 2⁶⁵, y takes every base but 1 out of range.
    const MOST: f64 = 36_893_488_147_419_103_232.0;
    let exponent = size.simd_gt(MOST).select(splat(MOST).copysign(y), y);
    let (high, low) = log2_pair(base);
    let (high, low) = pair_product((high, low), (exponent, splat(0.0)));
    let finite = exp2_pair((high, low));

    let extreme = base.simd_eq(0.0) | base.simd_eq(f64::INFINITY);
    let vanishes = base.simd_eq(0.0) ^ y.simd_lt(0.0);
    let value = extreme.select(vanishes.select(splat(0.0), splat(f64::INFINITY)), finite);

    let integer = nearest(size).simd_eq(size);
    let half = size * 0.5;
    let odd = integer & nearest(half).simd_ne(half) & size.simd_lt(9_007_199_254_740_992.0);
    let value = flip_sign(value, odd.select(x, splat(0.0)).to_bits());
    let undefined = (x.simd_lt(0.0) & !extreme & !integer) | x.simd_ne(x) | y.simd_ne(y);
    let value = undefined.select(splat(f64::NAN), value);
    (x.simd_eq(1.0) | y.simd_eq(0.0)).select(splat(1.0), value)
}

/// x to the power n: products for small n, products of pairs up to 64, [`powf`] beyond.
#[inline(always)]
pub(super) fn powi<S: Simd>(x: Lanes<S>, n: i32) -> Lanes<S> {
    let one = f64x8::splat(x.simd, 1.0);
    match n {
        0 => one,
        1 => x,
        2 => x * x,
        3 => x * x * x,
        4 => (x * x) * (x * x),
        -1 => one / x,
        -2 => (one / x) * (one / x),
        -64..=64 => {
            let base = if n < 0 { inverse(x) } else { (x, f64x8::splat(x.simd, 0.0)) };
            let (high, low) = repeated_product(base, n.unsigned_abs());
            // What overflowed or vanished has no rounding error, and a zero keeps its sign.
            (low.abs().simd_lt(f64::INFINITY) & low.simd_ne(0.0)).select(high + low, high)
        }
        _ => powf(x, f64x8::splat(x.simd, f64::from(n))),
    }
}

/// 1 / x as a pair; the second part is not finite where the first is zero or infinite.
#[inline(always)]
fn inverse<S: Simd>(x: Lanes<S>) -> Pair<S> {
    let high = f64x8::splat(x.simd, 1.0) / x;
    let (product, error) = two_product(high, x);
    (high, ((f64x8::splat(x.simd, 1.0) - product) - error) * high)
}

/// A pair to the power `n > 0`, by squaring.
#[inline(always)]
fn repeated_product<S: Simd>(mut square: Pair<S>, mut n: u32) -> Pair<S> {
    while n.is_multiple_of(2) {
        square = pair_product(square, square);
        n /= 2;
    }
    let mut product = square;
    while n > 1 {
        n /= 2;
        square = pair_product(square, square);
        if n % 2 == 1 {
            product = pair_product(product, square);
        }
    }
    product
}

/// The cube root, by 2^(log₂ |x| / 3).
#[inline(always)]
pub(super) fn cbrt<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let third = (
        f64x8::splat(x.simd, 1.0 / 3.0),
        f64x8::splat(x.simd, 1.850_371_707_708_594e-17), // 1/3 less its first part: 2⁻⁵⁴ / 3
    );
    let (high, low) = pair_product(log2_pair(magnitude), third);
    let value = exp2_pair(ordered_sum(high, low)).copysign(x);
    (magnitude.simd_gt(0.0) & magnitude.simd_lt(f64::INFINITY)).select(value, x)
}

/// √(x² + y²), scaled where the squares leave the range; infinite if either is.
#[inline(always)]
pub(super) fn hypot<S: Simd>(x: Lanes<S>, y: Lanes<S>) -> Lanes<S> {
    const UP: f64 = f64::from_bits((1023 + 700) << 52); // 2⁷⁰⁰
    const DOWN: f64 = f64::from_bits((1023 - 700) << 52);
    let simd = x.simd;
    let splat = |value: f64| f64x8::splat(simd, value);
    let (x, y) = (x.abs(), y.abs());
    let most = x.simd_gt(y).select(x, y);
    let (large, small) = (most.simd_gt(1e150), most.simd_lt(1e-120));
    let scale = large.select(splat(DOWN), small.select(splat(UP), splat(1.0)));
    let back = large.select(splat(UP), small.select(splat(DOWN), splat(1.0)));
    let (x_scaled, y_scaled) = (x * scale, y * scale);
    let value = (x_scaled * x_scaled + y_scaled * y_scaled).sqrt() * back;
    (x.simd_eq(f64::INFINITY) | y.simd_eq(f64::INFINITY)).select(splat(f64::INFINITY), value)
}
