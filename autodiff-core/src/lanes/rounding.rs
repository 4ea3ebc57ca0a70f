//! Operations whose results are exact or rounded once: `sqrt`, `recip`, `max`, `floor` and the like, for both
//! vector types without a detour.

use fearless_simd::{Select as _, Simd, SimdMask as _};

use super::LaneFloat;

/// The square root.
#[inline(always)]
pub fn sqrt<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.sqrt()
}

/// The absolute value.
#[inline(always)]
pub fn abs<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.abs()
}

/// 1 / x.
#[inline(always)]
pub fn recip<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    V::splat_f64(x.token(), 1.0) / x
}

/// The integer below.
#[inline(always)]
pub fn floor<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.floor()
}

/// The integer above.
#[inline(always)]
pub fn ceil<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.ceil()
}

/// The nearest integer, halves away from zero.
#[inline(always)]
pub fn round<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.round()
}

/// The integer toward zero.
#[inline(always)]
pub fn trunc<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.trunc()
}

/// What [`trunc`] takes away.
#[inline(always)]
pub fn fract<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x - x.trunc()
}

/// 1 with the sign of x, NaN for NaN.
#[inline(always)]
pub fn signum<S: Simd, V: LaneFloat<S>>(x: V) -> V {
    x.simd_eq(x).select(V::splat_f64(x.token(), 1.0).copysign(x), x)
}

/// x with the sign of y.
#[inline(always)]
pub fn copysign<S: Simd, V: LaneFloat<S>>(x: V, y: V) -> V {
    x.copysign(y)
}

/// The larger; of a number and NaN the number, of equals the second.
#[inline(always)]
pub fn max<S: Simd, V: LaneFloat<S>>(x: V, y: V) -> V {
    (x.simd_gt(y) | y.simd_ne(y)).select(x, y)
}

/// The smaller; of a number and NaN the number, of equals the second.
#[inline(always)]
pub fn min<S: Simd, V: LaneFloat<S>>(x: V, y: V) -> V {
    (x.simd_lt(y) | y.simd_ne(y)).select(x, y)
}

/// x within bounds, NaN for NaN. Unlike the standard library's it does not panic where the bounds are in the
/// wrong order or NaN: that is the caller's to ask, with [`bounds_are_ordered`].
#[inline(always)]
pub fn clamp<S: Simd, V: LaneFloat<S>>(x: V, least: V, most: V) -> V {
    let x = x.simd_lt(least).select(least, x);
    x.simd_gt(most).select(most, x)
}

/// Whether the standard library's `clamp` accepts these bounds in every lane.
#[inline(always)]
pub fn bounds_are_ordered<S: Simd, V: LaneFloat<S>>(least: V, most: V) -> bool {
    least.simd_le(most).all_true()
}

/// The remainder of division toward zero, `x % y`, lane by lane.
#[inline(always)]
pub fn rem<S: Simd, V: LaneFloat<S>>(x: V, y: V) -> V {
    x.map_2(
        y,
        #[inline(always)]
        |x, y| x % y,
    )
}
