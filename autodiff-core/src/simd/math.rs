//! The functions of floats on lanes, by the names that floats have for them.

use super::{Lane, Lanes, Operand, from_lanes};
use crate::Float;
use fearless_simd::{Simd, SimdBase, SimdFloat};

macro_rules! of_vector {
    ($($name:ident)*) => {
        impl<S: Simd, T: Lane> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self) -> Self {
                    Self(self.0.$name())
                }
            )*
        }
    };
}

of_vector! { abs sqrt floor ceil round round_ties_even trunc fract }

macro_rules! lane_by_lane {
    ($($name:ident)*) => {
        impl<S: Simd, T: Lane + Float> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self) -> Self {
                    from_lanes(self.simd(), |lane| Float::$name(self.lane(lane)))
                }
            )*
        }
    };
}

lane_by_lane! {
    exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt signum
    to_degrees to_radians next_up next_down
}

macro_rules! lane_by_lane_of_two {
    ($($name:ident)*) => {
        impl<S: Simd, T: Lane + Float> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self, other: impl Operand<S, T>) -> Self {
                    let other = other.spread(self.simd());
                    from_lanes(self.simd(), |lane| Float::$name(self.lane(lane), other.lane(lane)))
                }
            )*
        }
    };
}

lane_by_lane_of_two! { powf atan2 hypot copysign rem_euclid div_euclid midpoint log }

macro_rules! special {
    ($($name:ident)*) => { $(
        /// The function of the same name of [`crate::special`].
        #[inline(always)]
        pub fn $name<S: Simd, T: Lane + Float>(x: Lanes<S, T>) -> Lanes<S, T> {
            from_lanes(x.simd(), |lane| crate::special::$name(x.lane(lane)))
        }
    )* };
}

special! { erf erfc norm_cdf ln_gamma digamma trigamma sech_squared }

impl<S: Simd, T: Lane + Float> Lanes<S, T> {
    /// `1 / x`
    #[inline(always)]
    pub fn recip(self) -> Self {
        splat_one(self) / self
    }

    /// The method of the same name of floats: NaN is never chosen.
    #[inline(always)]
    pub fn max(self, other: impl Operand<S, T>) -> Self {
        let other = other.spread(self.simd());
        (self.greater(other) | other.is_nan()).choose(self.simd(), self, other)
    }

    /// The method of the same name of floats: NaN is never chosen.
    #[inline(always)]
    pub fn min(self, other: impl Operand<S, T>) -> Self {
        let other = other.spread(self.simd());
        (self.less(other) | other.is_nan()).choose(self.simd(), self, other)
    }

    /// The method of the same name of floats.
    ///
    /// # Panics
    ///
    /// If in some lane `low` is above `high`, or one of them is NaN.
    #[inline(always)]
    pub fn clamp(self, low: impl Operand<S, T>, high: impl Operand<S, T>) -> Self {
        let (low, high) = (low.spread(self.simd()), high.spread(self.simd()));
        from_lanes(self.simd(), |lane| {
            Float::clamp(self.lane(lane), low.lane(lane), high.lane(lane))
        })
    }

    /// A power with a whole exponent, by squaring: the order of the products is that of the bits of the exponent,
    /// from the lowest on.
    #[inline(always)]
    pub fn powi(self, exponent: i32) -> Self {
        let one = splat_one(self);
        let (mut square, mut rest, mut power) = (self, exponent.unsigned_abs(), one);
        loop {
            if rest & 1 == 1 {
                power = power * square;
            }
            rest >>= 1;
            if rest == 0 {
                break;
            }
            square = square * square;
        }
        if exponent < 0 { one / power } else { power }
    }

    /// `self * factor + summand`, rounded once.
    #[inline(always)]
    pub fn mul_add(self, factor: impl Operand<S, T>, summand: impl Operand<S, T>) -> Self {
        let (factor, summand) = (factor.spread(self.simd()), summand.spread(self.simd()));
        Self(self.0.mul_add_precise(factor.0, summand.0))
    }
}

#[inline(always)]
fn splat_one<S: Simd, T: Lane + Float>(of: Lanes<S, T>) -> Lanes<S, T> {
    super::splat(of.simd(), T::from_f64(1.0))
}
