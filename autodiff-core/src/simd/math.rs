//! The functions of floats on lanes, by the names that floats have for them.

use super::{Lane, Lanes, Operand, from_lanes};
use crate::Float;
use fearless_simd::{Simd, SimdFloat};

macro_rules! by_kernel {
    ($($name:ident($($other:ident)?))*) => {
        impl<S: Simd, T: Lane> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self $(, $other: impl Operand<S, T>)?) -> Self {
                    Self(crate::lanes::$name(self.0 $(, $other.spread(self.simd()).0)?))
                }
            )*
        }
    };
}

by_kernel! {
    abs() sqrt() floor() ceil() round() trunc() fract() signum() recip()
    exp() exp2() exp_m1() ln() ln_1p() log2() log10()
    sin() cos() tan() asin() acos() atan()
    sinh() cosh() tanh() asinh() acosh() atanh() cbrt()
    powf(exponent) atan2(other) hypot(other) copysign(sign) max(other) min(other)
}

macro_rules! lane_by_lane {
    ($($name:ident($($other:ident)?))*) => {
        impl<S: Simd, T: Lane> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self $(, $other: impl Operand<S, T>)?) -> Self {
                    $( let $other = $other.spread(self.simd()); )?
                    from_lanes(self.simd(), |lane| Float::$name(self.lane(lane) $(, $other.lane(lane))?))
                }
            )*
        }
    };
}

lane_by_lane! {
    round_ties_even() to_degrees() to_radians() next_up() next_down()
    rem_euclid(other) div_euclid(other) midpoint(other) log(base)
}

macro_rules! special {
    ($($name:ident)*) => { $(
        /// The function of the same name of [`crate::special`].
        #[inline(always)]
        pub fn $name<S: Simd, T: Lane>(x: Lanes<S, T>) -> Lanes<S, T> {
            from_lanes(x.simd(), |lane| crate::special::$name(x.lane(lane)))
        }
    )* };
}

special! { erf erfc norm_cdf ln_gamma digamma trigamma }

/// The function of the same name of [`crate::special`].
#[inline(always)]
pub fn sech_squared<S: Simd, T: Lane>(x: Lanes<S, T>) -> Lanes<S, T> {
    Lanes(crate::lanes::sech_squared(x.0))
}

impl<S: Simd, T: Lane> Lanes<S, T> {
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

    /// The method of the same name of floats. Small powers are products, as scalar code multiplies them.
    #[inline(always)]
    pub fn powi(self, exponent: i32) -> Self {
        match exponent {
            0 => super::splat(self.simd(), T::from_f64(1.0)),
            1 => self,
            2 => self * self,
            3 => self * self * self,
            4 => (self * self) * (self * self),
            _ => Self(crate::lanes::powi(self.0, exponent)),
        }
    }

    /// `self * factor + summand`, rounded once.
    #[inline(always)]
    pub fn mul_add(self, factor: impl Operand<S, T>, summand: impl Operand<S, T>) -> Self {
        let (factor, summand) = (factor.spread(self.simd()), summand.spread(self.simd()));
        Self(self.0.mul_add_precise(factor.0, summand.0))
    }
}
