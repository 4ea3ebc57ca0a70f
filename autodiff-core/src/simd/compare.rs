//! Questions about lanes. NaN answers as it does for numbers.

use super::{Lane, Lanes, Mask, Operand};
use fearless_simd::{Simd, SimdBase, SimdFloat};

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $of_vector:ident)*) => {
        impl<S: Simd, T: Lane> Lanes<S, T> {
            $(
                $(#[$doc])*
                #[inline(always)]
                pub fn $name(self, other: impl Operand<S, T>) -> Mask<S, T> {
                    Mask(self.0.$of_vector(other.spread(self.simd()).0))
                }
            )*
        }
    };
}

comparisons! {
    /// `==`
    equal simd_eq
    /// `!=`
    not_equal simd_ne
    /// `<`
    less simd_lt
    /// `<=`
    less_equal simd_le
    /// `>`
    greater simd_gt
    /// `>=`
    greater_equal simd_ge
}

macro_rules! predicates {
    ($($name:ident)*) => {
        impl<S: Simd, T: Lane> Lanes<S, T> {
            $(
                /// The method of the same name of floats.
                #[inline(always)]
                pub fn $name(self) -> Mask<S, T> {
                    Mask(self.0.$name())
                }
            )*
        }
    };
}

predicates! { is_nan is_infinite is_finite is_subnormal is_normal is_sign_positive is_sign_negative }
