//! Lane math: the functions of `f64` and `f32` on vectors of eight and sixteen, at every level of
//! [`fearless_simd`]. What the compiler's code for independent loops calls; hidden from users.
//!
//! Every function takes any [`LaneFloat`]. Kernels are written once, over eight `f64`; sixteen `f32` go through
//! them in two halves and come back rounded. There are no branches but one: `sin`, `cos`, `sin_cos` and `tan`
//! leave vectors with a lane beyond 51 471 to the standard library.
//!
//! Assumes round-to-nearest and no flushing of subnormals. Kernels do not assume that `mul_add` rounds once:
//! at levels without it, products that must be exact are computed from halves. So bits differ between levels,
//! and between lane math and the standard library; on one level, a lane's result depends on its arguments alone,
//! but for the four functions just named.
//!
//! The worst errors of `f64`, in ulp of the exact value, found at 20 000 random points a function and at the hard
//! points of `tests/references/lanes.py`, at SSE2 and AVX2 (the larger). Results of `f32` are at most one float
//! from the rounded `f64` function at the points of the tests. 2 ulp is what the tests allow.
//!
//! | function | ulp | function | ulp | function | ulp |
//! | --- | --- | --- | --- | --- | --- |
//! | `exp` | 1.0 | `exp2` | 1.1 | `exp_m1` | 1.1 |
//! | `ln` | 0.8 | `ln_1p` | 0.8 | `log2`, `log10` | 0.5 |
//! | `sin`, `cos`¹ | 0.8 | `tan`¹ | 1.1 | `powf` | 1.2 |
//! | `tanh` | 0.9 | `sech_squared` | 1.9 | `powi` | 1.8 |
//! | `sinh` | 1.5 | `cosh` | 1.4 | `hypot` | 1.2 |
//! | `asin`, `acos` | 0.6 | `atan`, `atan2` | 0.7 | `cbrt` | 1.2 |
//! | `asinh` | 1.0 | `acosh` | 1.0 | `atanh` | 0.8 |
//!
//! ¹ Up to 51 471. Beyond, the error is the standard library's, which is large where f64 comes closest to a
//! multiple of π/2: `cos(6381956970095103 · 2⁷⁹⁷)` of one is off by 8 ulp, `tan` by 14.

mod arithmetic;
mod circular;
mod coefficients;
mod exponential;
mod hyperbolic;
mod inverse;
mod logarithm;
mod power;
mod rounding;

use fearless_simd::prelude::*;
use fearless_simd::{f32x16, f64x8};

use crate::float::Float;
pub use rounding::*;

mod sealed {
    pub trait Sealed {}
}

impl<S: Simd> sealed::Sealed for f64x8<S> {}
impl<S: Simd> sealed::Sealed for f32x16<S> {}

/// A vector of floats: `f64x8` or `f32x16`. Arithmetic, comparisons, `select`, `mul_add`, and conversion from and
/// to arrays are those of [`SimdFloat`] and [`SimdBase`].
pub trait LaneFloat<S: Simd>: SimdFloat<S, Element: Float> + sealed::Sealed {
    /// Every lane this number.
    fn splat_f64(simd: S, value: f64) -> Self;

    /// A kernel over `f64`, applied to all lanes.
    fn in_double(self, kernel: impl Fn(f64x8<S>) -> f64x8<S>) -> Self;

    /// A kernel of two arguments.
    fn in_double_2(self, other: Self, kernel: impl Fn(f64x8<S>, f64x8<S>) -> f64x8<S>) -> Self;

    /// A kernel of two results.
    fn in_double_pair(self, kernel: impl Fn(f64x8<S>) -> (f64x8<S>, f64x8<S>)) -> (Self, Self);

    /// A scalar function, lane by lane.
    #[inline(always)]
    fn map(self, function: impl Fn(Self::Element) -> Self::Element) -> Self {
        let mut lanes = self.to_array();
        for lane in lanes.as_mut() {
            *lane = function(*lane);
        }
        Self::load_array(self.token(), lanes)
    }

    /// A scalar function of two arguments, lane by lane.
    #[inline(always)]
    fn map_2(
        self,
        other: Self,
        function: impl Fn(Self::Element, Self::Element) -> Self::Element,
    ) -> Self {
        let (mut lanes, others) = (self.to_array(), other.to_array());
        for (lane, other) in lanes.as_mut().iter_mut().zip(others.as_ref()) {
            *lane = function(*lane, *other);
        }
        Self::load_array(self.token(), lanes)
    }
}

impl<S: Simd> LaneFloat<S> for f64x8<S> {
    #[inline(always)]
    fn splat_f64(simd: S, value: f64) -> Self {
        Self::splat(simd, value)
    }

    #[inline(always)]
    fn in_double(self, kernel: impl Fn(f64x8<S>) -> f64x8<S>) -> Self {
        kernel(self)
    }

    #[inline(always)]
    fn in_double_2(self, other: Self, kernel: impl Fn(f64x8<S>, f64x8<S>) -> f64x8<S>) -> Self {
        kernel(self, other)
    }

    #[inline(always)]
    fn in_double_pair(self, kernel: impl Fn(f64x8<S>) -> (f64x8<S>, f64x8<S>)) -> (Self, Self) {
        kernel(self)
    }
}

impl<S: Simd> LaneFloat<S> for f32x16<S> {
    #[inline(always)]
    fn splat_f64(simd: S, value: f64) -> Self {
        Self::splat(simd, value as f32)
    }

    #[inline(always)]
    fn in_double(self, kernel: impl Fn(f64x8<S>) -> f64x8<S>) -> Self {
        let (low, high) = self.widen();
        kernel(low).narrow(kernel(high))
    }

    #[inline(always)]
    fn in_double_2(self, other: Self, kernel: impl Fn(f64x8<S>, f64x8<S>) -> f64x8<S>) -> Self {
        let ((low, high), (other_low, other_high)) = (self.widen(), other.widen());
        kernel(low, other_low).narrow(kernel(high, other_high))
    }

    #[inline(always)]
    fn in_double_pair(self, kernel: impl Fn(f64x8<S>) -> (f64x8<S>, f64x8<S>)) -> (Self, Self) {
        let (low, high) = self.widen();
        let ((first_low, second_low), (first_high, second_high)) = (kernel(low), kernel(high));
        (first_low.narrow(first_high), second_low.narrow(second_high))
    }
}

/// Applies a function of the standard library to each lane. Not inlined: it stands where it is rarely needed.
#[cold]
#[inline(never)]
fn each_of(mut lanes: [f64; 8], function: fn(f64) -> f64) -> [f64; 8] {
    for lane in &mut lanes {
        *lane = function(*lane);
    }
    lanes
}

#[inline(always)]
fn each<S: Simd>(x: f64x8<S>, function: fn(f64) -> f64) -> f64x8<S> {
    f64x8::simd_from(x.simd, each_of(x.to_array(), function))
}

/// Without optimization nothing that is inlined shares its memory with anything else: a function of a dozen kernels
/// would need more than the 2 MB of stack that threads have.
const OUT_OF_LINE: bool = cfg!(debug_assertions);

/// Runs a kernel in a function of its own, compiled for the instruction set.
#[inline(never)]
fn out_of_line<S: Simd, R>(simd: S, kernel: impl FnOnce() -> R) -> R {
    simd.vectorize(kernel)
}

/// Public functions by their kernels. The closures make inlining certain, without which the kernel would be
/// compiled for the baseline instruction set.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) $method:ident $kernel:path;)*) => {
        $(
            $(#[$doc])*
            #[inline(always)]
            pub fn $name<S: Simd, V: LaneFloat<S>>($($argument: V),+) -> V {
                if OUT_OF_LINE {
                    let simd = functions!(@token $($argument),+);
                    return out_of_line(
                        simd,
                        #[inline(always)]
                        || functions!(@call $method $kernel, $($argument),+),
                    );
                }
                functions!(@call $method $kernel, $($argument),+)
            }
        )*
    };
    (@token $x:ident $(, $y:ident)*) => {
        fearless_simd::ExtractToken::token(&$x)
    };
    (@call $method:ident $kernel:path, $x:ident) => {
        $x.$method(
            #[inline(always)]
            |x| $kernel(x),
        )
    };
    (@call $method:ident $kernel:path, $x:ident, $y:ident) => {
        $x.$method(
            $y,
            #[inline(always)]
            |x, y| $kernel(x, y),
        )
    };
}

functions! {
    /// eˣ.
    exp(x) in_double exponential::exp;
    /// 2ˣ.
    exp2(x) in_double exponential::exp2;
    /// eˣ - 1.
    exp_m1(x) in_double exponential::exp_m1;
    /// The natural logarithm.
    ln(x) in_double logarithm::ln;
    /// ln(1 + x).
    ln_1p(x) in_double logarithm::ln_1p;
    /// The logarithm to base 2.
    log2(x) in_double logarithm::log2;
    /// The logarithm to base 10.
    log10(x) in_double logarithm::log10;
    /// The sine.
    sin(x) in_double circular::sin;
    /// The cosine.
    cos(x) in_double circular::cos;
    /// The tangent.
    tan(x) in_double circular::tan;
    /// The hyperbolic sine.
    sinh(x) in_double hyperbolic::sinh;
    /// The hyperbolic cosine.
    cosh(x) in_double hyperbolic::cosh;
    /// The hyperbolic tangent.
    tanh(x) in_double hyperbolic::tanh;
    /// The derivative of [`tanh`], [`crate::special::sech_squared`].
    sech_squared(x) in_double hyperbolic::sech_squared;
    /// The inverse of the sine, in [-π/2, π/2].
    asin(x) in_double inverse::asin;
    /// The inverse of the cosine, in [0, π].
    acos(x) in_double inverse::acos;
    /// The inverse of the tangent, in [-π/2, π/2].
    atan(x) in_double inverse::atan;
    /// The angle of the point (x, y).
    atan2(y, x) in_double_2 inverse::atan2;
    /// The inverse of the hyperbolic sine.
    asinh(x) in_double inverse::asinh;
    /// The inverse of the hyperbolic cosine.
    acosh(x) in_double inverse::acosh;
    /// The inverse of the hyperbolic tangent.
    atanh(x) in_double inverse::atanh;
    /// x to the power y.
    powf(x, y) in_double_2 power::powf;
    /// The cube root.
    cbrt(x) in_double power::cbrt;
    /// √(x² + y²).
    hypot(x, y) in_double_2 power::hypot;
    /// [`crate::special::erf`], lane by lane.
    erf(x) map crate::special::erf;
    /// [`crate::special::erfc`], lane by lane.
    erfc(x) map crate::special::erfc;
    /// [`crate::special::norm_cdf`], lane by lane.
    norm_cdf(x) map crate::special::norm_cdf;
    /// [`crate::special::ln_gamma`], lane by lane.
    ln_gamma(x) map crate::special::ln_gamma;
    /// [`crate::special::digamma`], lane by lane.
    digamma(x) map crate::special::digamma;
}

/// x to the power n, the same for all lanes.
#[inline(always)]
pub fn powi<S: Simd, V: LaneFloat<S>>(x: V, n: i32) -> V {
    #[inline(always)]
    fn inlined<S: Simd, V: LaneFloat<S>>(x: V, n: i32) -> V {
        x.in_double(
            #[inline(always)]
            |x| power::powi(x, n),
        )
    }
    if OUT_OF_LINE {
        return out_of_line(
            fearless_simd::ExtractToken::token(&x),
            #[inline(always)]
            || inlined(x, n),
        );
    }
    inlined(x, n)
}

/// The sine and the cosine.
#[inline(always)]
pub fn sin_cos<S: Simd, V: LaneFloat<S>>(x: V) -> (V, V) {
    x.in_double_pair(
        #[inline(always)]
        |x| circular::sin_cos(x),
    )
}
