//! What the kernels are made of: polynomials, sums and products with their rounding errors, quotients of such
//! pairs, powers of two.
//!
//! A pair `(high, low)` stands for the sum `high + low`, `low` being at most about a rounding error of `high`.
//! Error-free sums and products are those of Knuth, Dekker and Veltkamp; J.-M. Muller et al., "Handbook of
//! Floating-Point Arithmetic", 2nd ed., chapter 4.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8, u64x8};

/// Eight `f64`, which every kernel works on.
pub(super) type Lanes<S> = f64x8<S>;

/// A sum of two that are not yet added.
pub(super) type Pair<S> = (Lanes<S>, Lanes<S>);

/// Whether `mul_add` rounds once at this level. A constant, once inlined.
#[inline(always)]
fn fused<S: Simd>(simd: S) -> bool {
    let level = simd.level();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return level.as_avx2().is_some();
    #[cfg(target_arch = "aarch64")]
    return level.as_neon().is_some();
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let _ = level;
        false
    }
}

/// The polynomial with these coefficients, lowest first: Horner's rule over pairs of terms, which halves the
/// length of the chain.
#[inline(always)]
pub(super) fn polynomial<S: Simd, const N: usize>(
    x: Lanes<S>,
    coefficients: &[f64; N],
) -> Lanes<S> {
    let simd = x.simd;
    let square = x * x;
    let mut pairs = coefficients.chunks(2).rev().map(
        #[inline(always)]
        |chunk| match *chunk {
            [low, high] => f64x8::splat(simd, high).mul_add(x, low),
            [low] => f64x8::splat(simd, low),
            _ => unreachable!("chunks of two"),
        },
    );
    let mut sum = pairs.next().unwrap_or_else(|| f64x8::splat(simd, 0.0));
    for pair in pairs {
        sum = sum.mul_add(square, pair);
    }
    sum
}

/// `a + b` and its rounding error.
#[inline(always)]
pub(super) fn two_sum<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Pair<S> {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a + b` and its rounding error, where `|a| ≥ |b|` or `a` is zero.
#[inline(always)]
pub(super) fn ordered_sum<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Pair<S> {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// `a b` and its rounding error, if nothing is beyond 2⁹⁹⁰ and the error does not underflow.
#[inline(always)]
pub(super) fn two_product<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Pair<S> {
    let product = a * b;
    if fused(a.simd) {
        return (product, a.mul_sub(b, product));
    }
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    let error = a_high * b_high - product + a_high * b_low + a_low * b_high + a_low * b_low;
    (product, error)
}

/// Two parts of 26 bits with the sum `a` (Veltkamp).
#[inline(always)]
fn halves<S: Simd>(a: Lanes<S>) -> Pair<S> {
    let scaled = a * 134_217_729.0; // 2²⁷ + 1
    let high = scaled - (scaled - a);
    (high, a - high)
}

/// The quotient of two pairs, as a pair good to about 100 bits.
#[inline(always)]
pub(super) fn quotient<S: Simd>(numerator: Pair<S>, denominator: Pair<S>) -> Pair<S> {
    let inverse = f64x8::splat(numerator.0.simd, 1.0) / denominator.0;
    let high = numerator.0 * inverse;
    let (product, error) = two_product(high, denominator.0);
    let rest = ((numerator.0 - product) - error) + (numerator.1 - high * denominator.1);
    (high, rest * inverse)
}

/// The product of two pairs, as a pair that is not normalized.
#[inline(always)]
pub(super) fn pair_product<S: Simd>(a: Pair<S>, b: Pair<S>) -> Pair<S> {
    let (high, low) = two_product(a.0, b.0);
    (high, low + (a.0 * b.1 + a.1 * b.0))
}

/// `a` rounded to an integer, ties to even, for `a ≥ 0`.
#[inline(always)]
pub(super) fn nearest<S: Simd>(a: Lanes<S>) -> Lanes<S> {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    a.simd_lt(TWO_52).select((a + TWO_52) - TWO_52, a)
}

/// Added to a number below 2⁵¹, this leaves the nearest integer in the last bits.
const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²

/// The integer nearest to `x · factor`, for `|x · factor| < 2⁵⁰`: as a number, and its last bits plus `OFFSET`.
#[inline(always)]
pub(super) fn round_product<S: Simd, const OFFSET: u16>(
    x: Lanes<S>,
    factor: f64,
) -> (Lanes<S>, u64x8<S>) {
    let shift = const { SHIFT + OFFSET as f64 };
    let shifted = x.mul_add(factor, shift);
    (shifted - shift, shifted.to_bits())
}

/// 2ⁿ, where the last 12 bits are n + 1023 and in 1..2047.
#[inline(always)]
pub(super) fn power_of_two<S: Simd>(biased: u64x8<S>) -> Lanes<S> {
    f64x8::from_bits(biased << 52)
}

/// Lanes with the sign of `sign` flipped into them.
#[inline(always)]
pub(super) fn flip_sign<S: Simd>(x: Lanes<S>, sign: u64x8<S>) -> Lanes<S> {
    f64x8::from_bits(x.to_bits() ^ (sign & (1 << 63)))
}
