//! The methods of the floating-point types.

use crate::float::Float;
use crate::number::{Number, Partials, curved, rounding, sum};
use crate::operators::remainder;
use num_dual::DualNum;

/// Methods whose derivatives `num-dual` gets right over the whole range.
macro_rules! from_num_dual {
    ($($method:ident)*) => {$(
        #[doc = concat!("As `f64::", stringify!($method), "`.")]
        #[must_use]
        pub fn $method(self) -> Self {
            self.chain_dual(self.value.$method(), |x| DualNum::$method(&x))
        }
    )*};
}

/// Methods with f'(x) and f''(x) by formula.
macro_rules! by_formula {
    ($($method:ident $x:ident $y:ident => $slope:expr, $curvature:expr;)*) => {$(
        #[doc = concat!("As `f64::", stringify!($method), "`.")]
        #[must_use]
        pub fn $method(self) -> Self {
            let ($x, $y) = (self.value.wide(), self.value.wide().$method());
            let _ = ($x, $y);
            self.chain(self.value.$method(), $slope, $curvature)
        }
    )*};
}

/// Methods that are linear, at least piecewise, with f'(x).
macro_rules! linear {
    ($($method:ident $x:ident => $slope:expr;)*) => {$(
        #[doc = concat!("As `f64::", stringify!($method), "`.")]
        #[must_use]
        pub fn $method(self) -> Self {
            let $x = self.value.wide();
            let _ = $x;
            self.chain_linear(self.value.$method(), $slope)
        }
    )*};
}

/// Piecewise constant methods.
macro_rules! steps {
    ($($method:ident)*) => {$(
        #[doc = concat!("As `f64::", stringify!($method), "`.")]
        #[must_use]
        pub fn $method(self) -> Self {
            Number::constant(self.value.$method())
        }
    )*};
}

/// Questions about the value.
macro_rules! predicates {
    ($($method:ident)*) => {$(
        #[doc = concat!("As `f64::", stringify!($method), "`.")]
        pub fn $method(self) -> bool {
            self.value.$method()
        }
    )*};
}

impl<F: Float> Number<F> {
    from_num_dual! {
        recip exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan atan sinh cosh asinh
    }

    by_formula! {
        sqrt x y => 0.5 / y, -0.25 / (x * y);
        cbrt x y => 1.0 / (3.0 * y * y), -2.0 / (9.0 * x * y * y);
        asin x _y => ((1.0 - x) * (1.0 + x)).sqrt().recip(), x / ((1.0 - x) * (1.0 + x)).powf(1.5);
        acos x _y => -((1.0 - x) * (1.0 + x)).sqrt().recip(), -x / ((1.0 - x) * (1.0 + x)).powf(1.5);
        acosh x _y => ((x - 1.0).sqrt() * (x + 1.0).sqrt()).recip(), -x / ((x - 1.0) * (x + 1.0)).powf(1.5);
        atanh x _y => ((1.0 - x) * (1.0 + x)).recip(), 2.0 * x / ((1.0 - x) * (1.0 + x)).powi(2);
        tanh x y => x.cosh().powi(-2), -2.0 * y * x.cosh().powi(-2);
    }

    linear! {
        abs x => if x == 0.0 { 0.0 } else { x.signum() };
        fract x => 1.0;
        next_up x => 1.0;
        next_down x => 1.0;
        to_degrees x => 180.0 / std::f64::consts::PI;
        to_radians x => std::f64::consts::PI / 180.0;
    }

    steps! {
        signum floor ceil round round_ties_even trunc
    }

    predicates! {
        is_nan is_infinite is_finite is_subnormal is_normal is_sign_positive is_sign_negative
    }

    /// As `f64::classify`.
    pub fn classify(self) -> std::num::FpCategory {
        self.value.classify()
    }

    /// As `f64::total_cmp`.
    pub fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.total_cmp(&other.value)
    }

    /// As `f64::sin_cos`.
    #[must_use]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    /// As `f64::powi`.
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        let (x, k) = (self.value.wide(), f64::from(n));
        if n == 1 {
            return self.chain_linear(self.value.powi(n), 1.0);
        }
        let slope = if n == 0 { 0.0 } else { k * x.powi(n.wrapping_sub(1)) };
        let curvature = if n == 0 { 0.0 } else { k * (k - 1.0) * x.powi(n.wrapping_sub(2)) };
        self.chain(self.value.powi(n), slope, curvature)
    }

    /// As `f64::powf`. `powf(0, y)` has slope 0 in `y` for `y > 0`.
    #[must_use]
    pub fn powf(self, exponent: Self) -> Self {
        let (x, y) = (self.value.wide(), exponent.value.wide());
        // y x^(y-1) is 0 for y = 0, whatever x is.
        let term =
            |factor: f64, power: f64| if factor == 0.0 { 0.0 } else { factor * x.powf(power) };
        let flat = x == 0.0 && y > 0.0;
        let p = Partials {
            a: term(y, y - 1.0),
            b: if flat { 0.0 } else { x.powf(y) * x.ln() },
            aa: Some(term(y * (y - 1.0), y - 2.0)),
            ab: Some(if x == 0.0 && y > 1.0 { 0.0 } else { x.powf(y - 1.0) * (1.0 + y * x.ln()) }),
            bb: Some(if flat { 0.0 } else { x.powf(y) * x.ln() * x.ln() }),
        };
        self.chain2(exponent, self.value.powf(exponent.value), &p)
    }

    /// As `f64::log`.
    #[must_use]
    pub fn log(self, base: Self) -> Self {
        let (x, b) = (self.value.wide(), base.value.wide());
        let (lx, lb) = (x.ln(), b.ln());
        let p = Partials {
            a: 1.0 / (x * lb),
            b: -lx / (b * lb * lb),
            aa: Some(-1.0 / (x * x * lb)),
            ab: Some(-1.0 / (x * b * lb * lb)),
            bb: Some(lx * (lb + 2.0) / (b * b * lb * lb * lb)),
        };
        self.chain2(base, self.value.log(base.value), &p)
    }

    /// As `f64::hypot`. Flat at (0, 0).
    #[must_use]
    pub fn hypot(self, other: Self) -> Self {
        let (x, y) = (self.value.wide(), other.value.wide());
        let h = x.hypot(y);
        let p = if h == 0.0 {
            Partials::linear(0.0, 0.0)
        } else {
            let (c, s) = (x / h, y / h);
            let (aa, ab, bb) = (Some(s * s / h), Some(-c * s / h), Some(c * c / h));
            Partials { a: c, b: s, aa, ab, bb }
        };
        let mut length = self.chain2(other, self.value.hypot(other.value), &p);
        if h != 0.0 {
            // Who differentiates y / h subtracts y² / h³ from 1 / h, and rounds both.
            length.mixed = sum(&[
                length.mixed,
                rounding(curved(self.first, self.second, Some(1.0 / h))),
                rounding(curved(other.first, other.second, Some(1.0 / h))),
            ]);
        }
        length
    }

    /// As `f64::atan2`. Flat at (0, 0).
    #[must_use]
    pub fn atan2(self, other: Self) -> Self {
        let (y, x) = (self.value.wide(), other.value.wide());
        let h = x.hypot(y);
        let p = if h == 0.0 {
            Partials::linear(0.0, 0.0)
        } else {
            let (c, s) = (x / h, y / h);
            Partials {
                a: c / h,
                b: -s / h,
                aa: Some(-2.0 * c * s / h / h),
                ab: Some((s * s - c * c) / h / h),
                bb: Some(2.0 * c * s / h / h),
            }
        };
        self.chain2(other, self.value.atan2(other.value), &p)
    }

    /// As `f64::max`: the derivative of the one the value came from, of the second on a tie.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        let value = self.value.max(other.value);
        if self.value > other.value || other.value.is_nan() {
            self.with_value(value)
        } else {
            other.with_value(value)
        }
    }

    /// As `f64::min`: the derivative of the one the value came from, of the second on a tie.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        let value = self.value.min(other.value);
        if self.value < other.value || other.value.is_nan() {
            self.with_value(value)
        } else {
            other.with_value(value)
        }
    }

    /// As `f64::clamp`: the bounds belong to the inside.
    #[must_use]
    pub fn clamp(self, low: Self, high: Self) -> Self {
        let value = self.value.clamp(low.value, high.value);
        if self.value < low.value {
            low.with_value(value)
        } else if self.value > high.value {
            high.with_value(value)
        } else {
            self.with_value(value)
        }
    }

    /// As `f64::copysign`: `|x|` with a sign, so flat at 0.
    #[must_use]
    pub fn copysign(self, sign: Self) -> Self {
        let value = self.value.copysign(sign.value);
        if self.value.wide() == 0.0 {
            return self.chain_linear(value, 0.0);
        }
        let same = self.value.is_sign_negative() == sign.value.is_sign_negative();
        self.chain_linear(value, if same { 1.0 } else { -1.0 })
    }

    /// As `f64::midpoint`.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        self.chain2(other, self.value.midpoint(other.value), &Partials::linear(0.5, 0.5))
    }

    /// As `f64::rem_euclid`.
    #[must_use]
    pub fn rem_euclid(self, other: Self) -> Self {
        let (a, b) = (self.value.wide(), other.value.wide());
        let mut p = remainder(a, b, |quotient| quotient);
        p.b = -a.div_euclid(b);
        self.chain2(other, self.value.rem_euclid(other.value), &p)
    }

    /// As `f64::div_euclid`: piecewise constant.
    #[must_use]
    pub fn div_euclid(self, other: Self) -> Self {
        Number::constant(self.value.div_euclid(other.value))
    }

    /// As `f64::mul_add`.
    #[must_use]
    pub fn mul_add(self, factor: Self, addend: Self) -> Self {
        let value = self.value.mul_add(factor.value, addend.value);
        (self * factor + addend).with_value(value)
    }
}

macro_rules! constants {
    ($float:ident) => {
        #[allow(missing_docs)]
        impl Number<$float> {
            pub const EPSILON: Self = Number::constant($float::EPSILON);
            pub const INFINITY: Self = Number::constant($float::INFINITY);
            pub const NEG_INFINITY: Self = Number::constant($float::NEG_INFINITY);
            pub const NAN: Self = Number::constant($float::NAN);
            pub const MAX: Self = Number::constant($float::MAX);
            pub const MIN: Self = Number::constant($float::MIN);
            pub const MIN_POSITIVE: Self = Number::constant($float::MIN_POSITIVE);
            pub const DIGITS: u32 = $float::DIGITS;
            pub const MANTISSA_DIGITS: u32 = $float::MANTISSA_DIGITS;
            pub const RADIX: u32 = $float::RADIX;
            // What `autodiff_core::Float` adds, for generic functions.
            pub const ZERO: Self = Number::constant(0.0);
            pub const ONE: Self = Number::constant(1.0);
            pub const PI: Self = Number::constant(std::$float::consts::PI);
            pub const TAU: Self = Number::constant(std::$float::consts::TAU);
            pub const E: Self = Number::constant(std::$float::consts::E);
            pub const LN_2: Self = Number::constant(std::$float::consts::LN_2);
            pub const SQRT_2: Self = Number::constant(std::$float::consts::SQRT_2);

            /// The nearest constant.
            pub fn from_f64(value: impl Into<f64>) -> Self {
                Number::constant(value.into() as $float)
            }
            /// The nearest constant.
            pub fn from_usize(value: usize) -> Self {
                Number::constant(value as $float)
            }
        }
    };
}

constants!(f32);
constants!(f64);

macro_rules! conversions {
    ($float:ident: $($from:ident)*) => {$(
        impl From<$from> for Number<$float> {
            fn from(value: $from) -> Self {
                Number::constant($float::from(value))
            }
        }
    )*};
}

conversions!(f32: f32 i8 i16 u8 u16 bool);
conversions!(f64: f32 f64 i8 i16 i32 u8 u16 u32 bool);

impl From<Number<f32>> for Number<f64> {
    fn from(number: Number<f32>) -> Self {
        number.with_value(f64::from(number.value))
    }
}
