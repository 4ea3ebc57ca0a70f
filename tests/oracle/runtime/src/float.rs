//! The two floating-point types under one name, values only.

use std::fmt::{Debug, Display, LowerExp, UpperExp};

macro_rules! float {
    ($($unary:ident)*; $($binary:ident)*; $($predicate:ident)*) => {
        /// `f32` or `f64`, with the methods of std.
        #[allow(missing_docs)]
        pub trait Float: Copy + PartialOrd + Default + Debug + Display + LowerExp + UpperExp + 'static {
            fn wide(self) -> f64;
            fn narrow(value: f64) -> Self;
            fn operate(operator: char, a: Self, b: Self) -> Self;
            fn mul_add(self, b: Self, c: Self) -> Self;
            fn powi(self, n: i32) -> Self;
            fn clamp(self, low: Self, high: Self) -> Self;
            fn total_cmp(&self, other: &Self) -> std::cmp::Ordering;
            fn classify(self) -> std::num::FpCategory;
            $(fn $unary(self) -> Self;)*
            $(fn $binary(self, other: Self) -> Self;)*
            $(fn $predicate(self) -> bool;)*
        }
        float!(@impl f32; $($unary)*; $($binary)*; $($predicate)*);
        float!(@impl f64; $($unary)*; $($binary)*; $($predicate)*);
    };
    (@impl $float:ident; $($unary:ident)*; $($binary:ident)*; $($predicate:ident)*) => {
        impl Float for $float {
            fn wide(self) -> f64 {
                self.into()
            }
            fn narrow(value: f64) -> Self {
                value as $float
            }
            fn operate(operator: char, a: Self, b: Self) -> Self {
                match operator {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a / b,
                    '%' => a % b,
                    'n' => -a,
                    other => unreachable!("operator {other}"),
                }
            }
            fn mul_add(self, b: Self, c: Self) -> Self {
                $float::mul_add(self, b, c)
            }
            fn powi(self, n: i32) -> Self {
                $float::powi(self, n)
            }
            fn clamp(self, low: Self, high: Self) -> Self {
                $float::clamp(self, low, high)
            }
            fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
                $float::total_cmp(self, other)
            }
            fn classify(self) -> std::num::FpCategory {
                $float::classify(self)
            }
            $(fn $unary(self) -> Self {
                $float::$unary(self)
            })*
            $(fn $binary(self, other: Self) -> Self {
                $float::$binary(self, other)
            })*
            $(fn $predicate(self) -> bool {
                $float::$predicate(self)
            })*
        }
    };
}

float! {
    abs signum recip sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos atan sinh
    cosh tanh asinh acosh atanh floor ceil round round_ties_even trunc fract to_degrees to_radians
    next_up next_down;
    copysign hypot log powf atan2 max min midpoint div_euclid rem_euclid;
    is_nan is_infinite is_finite is_subnormal is_normal is_sign_positive is_sign_negative
}
