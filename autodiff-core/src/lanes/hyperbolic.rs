//! `tanh`, `sech_squared`, `sinh`, `cosh`, from the exponential and quotients of pairs.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, f64x8};

use super::arithmetic::{Lanes, ordered_sum, polynomial, quotient, two_product, two_sum};
use super::coefficients::SINH;
use super::exponential::{exp_scaled, half_exp_m1};

/// tanh x = e / (e + 1) with e = (exp(2x) - 1) / 2 (DLMF 4.28.4), in pairs, with the sign put back.
#[inline(always)]
pub(super) fn tanh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let bounded = magnitude.simd_gt(20.0).select(f64x8::splat(x.simd, 20.0), magnitude);
    let e = half_exp_m1(bounded + bounded);
    let (denominator, error) = two_sum(e.0, f64x8::splat(x.simd, 1.0));
    let (high, low) = quotient(e, (denominator, error + e.1));
    let value = (high + low).copysign(x);
    magnitude.simd_lt(1e-9).select(x, value) // keeps the zero's sign and what is subnormal
}

/// 1 / cosh² x = 4 e / (1 + e)² with e = exp(-2|x|).
#[inline(always)]
pub(super) fn sech_squared<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let simd = x.simd;
    let magnitude = x.abs();
    let four_e = exp_scaled::<S, 2>(magnitude * -2.0); // normal where e is not
    let (sum, error) = ordered_sum(f64x8::splat(simd, 1.0), four_e * 0.25);
    let (square, square_error) = two_product(sum, sum);
    let square_error = square_error + (sum + sum) * error;
    let inverse = f64x8::splat(simd, 1.0) / square;
    let value = four_e * inverse;
    // To first order in what the square lacks; e itself is good to its last bit.
    value - value * (square_error * inverse)
}

/// cosh x = h + 1 / (4 h) with h = exp(|x|) / 2.
#[inline(always)]
pub(super) fn cosh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let half = exp_scaled::<S, -1>(x.abs());
    half + f64x8::splat(x.simd, 0.25) / half
}

/// sinh x: a polynomial below 1, h - 1 / (4 h) above.
#[inline(always)]
pub(super) fn sinh<S: Simd>(x: Lanes<S>) -> Lanes<S> {
    let magnitude = x.abs();
    let half = exp_scaled::<S, -1>(magnitude);
    let far = (half - f64x8::splat(x.simd, 0.25) / half).copysign(x);
    let square = x * x;
    let near = (x * square).mul_add(polynomial(square, &SINH), x);
    magnitude.simd_lt(1.0).select(near, far)
}
