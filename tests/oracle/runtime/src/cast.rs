//! `as`, and constants from outside the rewritten code.

use crate::number::Number;

/// `value as T`.
pub trait CastTo<T> {
    /// The conversion of `as`.
    fn cast_to(self) -> T;
}

/// `value as T`, where either may be a number with derivatives.
pub fn cast<T, S: CastTo<T>>(value: S) -> T {
    value.cast_to()
}

macro_rules! plain_casts {
    ($($from:ident)* => $to:tt) => {$( plain_casts!(@from $from => $to); )*};
    (@from $from:ident => [$($to:ident)*]) => {$(
        impl CastTo<$to> for $from {
            fn cast_to(self) -> $to {
                self as $to
            }
        }
    )*};
}

plain_casts! {
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize
        => [i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize]
}
plain_casts! { bool char => [i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize] }
plain_casts! { u8 => [char] }

macro_rules! number_casts {
    ($($integer:ident)*) => {$(
        impl CastTo<Number<f64>> for $integer {
            fn cast_to(self) -> Number<f64> {
                Number::constant(self as f64)
            }
        }
        impl CastTo<Number<f32>> for $integer {
            fn cast_to(self) -> Number<f32> {
                Number::constant(self as f32)
            }
        }
        impl CastTo<$integer> for Number<f64> {
            fn cast_to(self) -> $integer {
                self.value as $integer
            }
        }
        impl CastTo<$integer> for Number<f32> {
            fn cast_to(self) -> $integer {
                self.value as $integer
            }
        }
    )*};
}

number_casts! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

macro_rules! float_casts {
    ($($from:ident $to:ident;)*) => {$(
        impl CastTo<Number<$to>> for Number<$from> {
            fn cast_to(self) -> Number<$to> {
                self.with_value(self.value as $to)
            }
        }
        impl CastTo<Number<$to>> for $from {
            fn cast_to(self) -> Number<$to> {
                Number::constant(self as $to)
            }
        }
    )*};
}

float_casts! { f64 f64; f64 f32; f32 f64; f32 f32; }

/// What a constant from outside becomes: floats become numbers.
pub trait Lift {
    /// The type in rewritten code.
    type Lifted;
    /// The conversion.
    fn lift(self) -> Self::Lifted;
}

/// A constant from outside.
pub fn lift<T: Lift>(value: T) -> T::Lifted {
    value.lift()
}

macro_rules! lift_floats {
    ($($float:ident)*) => {$(
        impl Lift for $float {
            type Lifted = Number<$float>;
            fn lift(self) -> Number<$float> {
                Number::constant(self)
            }
        }
        impl Lift for Number<$float> {
            type Lifted = Number<$float>;
            fn lift(self) -> Number<$float> {
                self
            }
        }
    )*};
}

lift_floats! { f32 f64 }

macro_rules! lift_others {
    ($($ty:ty)*) => {$(
        impl Lift for $ty {
            type Lifted = $ty;
            fn lift(self) -> $ty {
                self
            }
        }
    )*};
}

lift_others! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char &'static str }

impl<T: Lift, const N: usize> Lift for [T; N] {
    type Lifted = [T::Lifted; N];
    fn lift(self) -> Self::Lifted {
        self.map(Lift::lift)
    }
}

impl<T: Lift + Copy> Lift for &'static [T] {
    type Lifted = Vec<T::Lifted>;
    fn lift(self) -> Self::Lifted {
        self.iter().map(|value| value.lift()).collect()
    }
}

macro_rules! lift_tuples {
    ($($($name:ident)*;)*) => {$(
        #[allow(non_snake_case)]
        impl<$($name: Lift),*> Lift for ($($name,)*) {
            type Lifted = ($($name::Lifted,)*);
            fn lift(self) -> Self::Lifted {
                let ($($name,)*) = self;
                ($($name.lift(),)*)
            }
        }
    )*};
}

lift_tuples! { A; A B; A B C; A B C D; }
