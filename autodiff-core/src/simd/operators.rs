//! Arithmetic between lanes, and of lanes with one number for all of them.

use super::{Lane, Lanes, Mask, from_lanes, splat};
use fearless_simd::Simd;
use std::ops::{Add, AddAssign, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Sub};

macro_rules! operators {
    ($($trait:ident $method:ident)*) => { $(
        impl<S: Simd, T: Lane> $trait for Lanes<S, T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($trait::$method(self.0, other.0))
            }
        }

        impl<S: Simd, T: Lane> $trait<T> for Lanes<S, T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: T) -> Self {
                Self($trait::$method(self.0, other))
            }
        }

        operators! { @number f64 $trait $method }
        operators! { @number f32 $trait $method }
    )* };
    (@number $number:ident $trait:ident $method:ident) => {
        impl<S: Simd> $trait<Lanes<S, $number>> for $number {
            type Output = Lanes<S, $number>;
            #[inline(always)]
            fn $method(self, other: Lanes<S, $number>) -> Lanes<S, $number> {
                Lanes($trait::$method(splat(other.simd(), self).0, other.0))
            }
        }
    };
}

operators! { Add add  Sub sub  Mul mul  Div div }

impl<S: Simd, T: Lane> Neg for Lanes<S, T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<S: Simd, T: Lane> AddAssign for Lanes<S, T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<S: Simd, T: Lane> AddAssign<T> for Lanes<S, T> {
    #[inline(always)]
    fn add_assign(&mut self, other: T) {
        *self = *self + other;
    }
}

macro_rules! assigning {
    ($($trait:ident $method:ident $operator:tt)*) => { $(
        impl<S: Simd, T: Lane> std::ops::$trait for Lanes<S, T> {
            #[inline(always)]
            fn $method(&mut self, other: Self) {
                *self = *self $operator other;
            }
        }

        impl<S: Simd, T: Lane> std::ops::$trait<T> for Lanes<S, T> {
            #[inline(always)]
            fn $method(&mut self, other: T) {
                *self = *self $operator other;
            }
        }
    )* };
}

assigning! { SubAssign sub_assign -  MulAssign mul_assign *  DivAssign div_assign / }

impl<S: Simd, T: Lane> BitAnd for Mask<S, T> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl<S: Simd, T: Lane> BitOr for Mask<S, T> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<S: Simd, T: Lane> BitXor for Mask<S, T> {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self((self.0 & !other.0) | (!self.0 & other.0))
    }
}

impl<S: Simd, T: Lane> Rem for Lanes<S, T> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, other: Self) -> Self {
        from_lanes(self.simd(), |lane| self.lane(lane) % other.lane(lane))
    }
}

impl<S: Simd, T: Lane> Rem<T> for Lanes<S, T> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, other: T) -> Self {
        from_lanes(self.simd(), |lane| self.lane(lane) % other)
    }
}

impl<S: Simd, T: Lane> Not for Mask<S, T> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
}
