//! The [`Float`] trait: `f32` and `f64` under one name.
//!
//! A generic function writes `T: Float` and has the operators, the methods and the constants of the
//! primitive types. Code that `#[differentiate]` emits for generic functions calls nothing else, by
//! path (`T::sin(x)`), so the methods have the names and the meaning of the inherent ones.

use crate::differentiable::{Differentiable, Parameters};
use std::cmp::Ordering;
use std::fmt::{Debug, Display, LowerExp};
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

/// What only this crate does with floats.
#[doc(hidden)]
pub trait Sealed: Sized {
    /// 0 for `f32`, 1 for `f64`.
    const INDEX: usize;

    /// The one of two buffers that holds this type.
    fn buffer<'a>(single: &'a mut Vec<f32>, double: &'a mut Vec<f64>) -> &'a mut Vec<Self>;
}

macro_rules! float {
    (
        constants { $($(#[$constant_meta:meta])* $constant:ident = $module:ident;)* }
        unary { $($unary:ident)* }
        binary { $($binary:ident($other:ident))* }
        predicates { $($predicate:ident)* }
    ) => {
        /// A floating-point type: `f32` or `f64`.
        ///
        /// The trait is sealed: derivative rules rely on the meaning of these two types. Methods are
        /// those of the primitive types and do what their documentation in std says.
        ///
        /// ```
        /// use autodiff_core::Float;
        ///
        /// fn logistic<T: Float>(x: T) -> T {
        ///     T::ONE / (T::ONE + (-x).exp())
        /// }
        /// assert_eq!(logistic(0.0_f32), 0.5);
        /// assert_eq!(logistic(0.0_f64), 0.5);
        /// ```
        pub trait Float:
            Sealed
            + Differentiable<Tangent = Self>
            + Parameters
            + Copy
            + Debug
            + Display
            + Send
            + Sync
            + 'static
            + LowerExp
            + Default
            + PartialEq
            + PartialOrd
            + Send
            + Sync
            + From<f32>
            + Neg<Output = Self>
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + for<'a> Add<&'a Self, Output = Self>
            + for<'a> Sub<&'a Self, Output = Self>
            + for<'a> Mul<&'a Self, Output = Self>
            + for<'a> Div<&'a Self, Output = Self>
            + for<'a> Rem<&'a Self, Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + DivAssign
            + RemAssign
            + for<'a> AddAssign<&'a Self>
            + for<'a> SubAssign<&'a Self>
            + for<'a> MulAssign<&'a Self>
            + for<'a> DivAssign<&'a Self>
            + for<'a> RemAssign<&'a Self>
            + Sum
            + Product
            + for<'a> Sum<&'a Self>
            + for<'a> Product<&'a Self>
            + 'static
        {
            /// Zero.
            const ZERO: Self;
            /// One.
            const ONE: Self;
            $($(#[$constant_meta])* const $constant: Self;)*

            /// The nearest value of this type.
            fn from_f64(value: f64) -> Self;
            /// The same value as `f64`; exact.
            fn to_f64(self) -> f64;
            /// The nearest value of this type.
            fn from_usize(value: usize) -> Self;

            $(
                #[doc = concat!("As [`f64::", stringify!($unary), "`].")]
                #[must_use]
                fn $unary(self) -> Self;
            )*
            $(
                #[doc = concat!("As [`f64::", stringify!($binary), "`].")]
                #[must_use]
                fn $binary(self, $other: Self) -> Self;
            )*
            $(
                #[doc = concat!("As [`f64::", stringify!($predicate), "`].")]
                fn $predicate(self) -> bool;
            )*
            /// As [`f64::mul_add`].
            #[must_use]
            fn mul_add(self, a: Self, b: Self) -> Self;
            /// As [`f64::powi`].
            #[must_use]
            fn powi(self, n: i32) -> Self;
            /// As [`f64::clamp`].
            ///
            /// # Panics
            ///
            /// If `min > max` or one of them is NaN.
            #[must_use]
            fn clamp(self, min: Self, max: Self) -> Self;
            /// As [`f64::sin_cos`].
            fn sin_cos(self) -> (Self, Self);
            /// As [`f64::total_cmp`].
            fn total_cmp(&self, other: &Self) -> Ordering;
            /// As [`f64::classify`].
            fn classify(self) -> FpCategory;
        }

        float!(@implement f32 [$($constant = $module;)*] [$($unary)*] [$($binary($other))*] [$($predicate)*]);
        float!(@implement f64 [$($constant = $module;)*] [$($unary)*] [$($binary($other))*] [$($predicate)*]);
    };
    (@implement $ty:ident
        [$($constant:ident = $module:ident;)*]
        [$($unary:ident)*]
        [$($binary:ident($other:ident))*]
        [$($predicate:ident)*]
    ) => {
        impl Float for $ty {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            $(const $constant: Self = float!(@constant $ty $module $constant);)*

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $ty
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn from_usize(value: usize) -> Self {
                value as $ty
            }
            $(
                #[inline]
                fn $unary(self) -> Self {
                    <$ty>::$unary(self)
                }
            )*
            $(
                #[inline]
                fn $binary(self, $other: Self) -> Self {
                    <$ty>::$binary(self, $other)
                }
            )*
            $(
                #[inline]
                fn $predicate(self) -> bool {
                    <$ty>::$predicate(self)
                }
            )*
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                <$ty>::mul_add(self, a, b)
            }
            #[inline]
            fn powi(self, n: i32) -> Self {
                <$ty>::powi(self, n)
            }
            #[inline]
            #[track_caller]
            fn clamp(self, min: Self, max: Self) -> Self {
                <$ty>::clamp(self, min, max)
            }
            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                <$ty>::sin_cos(self)
            }
            #[inline]
            fn total_cmp(&self, other: &Self) -> Ordering {
                <$ty>::total_cmp(self, other)
            }
            #[inline]
            fn classify(self) -> FpCategory {
                <$ty>::classify(self)
            }
        }
    };
    (@constant $ty:ident inherent $constant:ident) => { <$ty>::$constant };
    (@constant $ty:ident consts $constant:ident) => { std::$ty::consts::$constant };
}

float! {
    constants {
        /// Distance from 1 to the next larger value.
        EPSILON = inherent;
        /// Smallest finite value.
        MIN = inherent;
        /// Smallest positive normal value.
        MIN_POSITIVE = inherent;
        /// Largest finite value.
        MAX = inherent;
        /// Not a number.
        NAN = inherent;
        /// Infinity.
        INFINITY = inherent;
        /// Negative infinity.
        NEG_INFINITY = inherent;
        /// π
        PI = consts;
        /// 2π
        TAU = consts;
        /// Euler's number e.
        E = consts;
        /// √2
        SQRT_2 = consts;
        /// ln 2
        LN_2 = consts;
        /// ln 10
        LN_10 = consts;
        /// log₂ e
        LOG2_E = consts;
        /// log₂ 10
        LOG2_10 = consts;
        /// log₁₀ e
        LOG10_E = consts;
        /// log₁₀ 2
        LOG10_2 = consts;
        /// 1/π
        FRAC_1_PI = consts;
        /// 2/π
        FRAC_2_PI = consts;
        /// 2/√π
        FRAC_2_SQRT_PI = consts;
        /// 1/√2
        FRAC_1_SQRT_2 = consts;
        /// π/2
        FRAC_PI_2 = consts;
        /// π/3
        FRAC_PI_3 = consts;
        /// π/4
        FRAC_PI_4 = consts;
        /// π/6
        FRAC_PI_6 = consts;
        /// π/8
        FRAC_PI_8 = consts;
    }
    unary {
        abs signum recip sqrt cbrt
        exp exp2 exp_m1 ln ln_1p log2 log10
        sin cos tan asin acos atan
        sinh cosh tanh asinh acosh atanh
        floor ceil round round_ties_even trunc fract
        to_degrees to_radians next_up next_down
    }
    binary {
        copysign(sign) hypot(other) log(base) powf(n) atan2(other)
        max(other) min(other) midpoint(other) div_euclid(rhs) rem_euclid(rhs)
    }
    predicates {
        is_nan is_infinite is_finite is_subnormal is_normal is_sign_positive is_sign_negative
    }
}

impl Sealed for f32 {
    const INDEX: usize = 0;

    fn buffer<'a>(single: &'a mut Vec<f32>, _: &'a mut Vec<f64>) -> &'a mut Vec<f32> {
        single
    }
}

impl Sealed for f64 {
    const INDEX: usize = 1;

    fn buffer<'a>(_: &'a mut Vec<f32>, double: &'a mut Vec<f64>) -> &'a mut Vec<f64> {
        double
    }
}
