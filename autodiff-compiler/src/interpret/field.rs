//! Numbers of a prime field that stand for floats: exact arithmetic, and nothing to excuse.
//!
//! A [`Field`] is a float, the *shadow*, by which the program decides (branches, `max`, `floor`, casts to
//! integers), and an [`Element`] of GF(p), p = 2⁶¹ − 1, with a coefficient of t, where t² = 0: what the
//! program computes if it is run on elements, and the derivative of that. The elements of arguments are
//! random and have nothing to do with their shadows; the shadows only choose which code runs.
//!
//! * `+ - * /`, `mul_add`, `recip`, `powi`, … are those of the field. A constant is the exact rational
//!   number that its float is, modulo p.
//! * `floor`, `trunc`, `signum`, `div_euclid` and casts from integers give the number that the shadow says.
//!   `abs`, `max`, `clamp`, `%`, `fract`, … are the linear function that the shadow chooses.
//! * Other functions are *opaque*: the element is a keyed hash ([`Functions`]) of the operation and its
//!   arguments, as good as a random function. Their derivatives are the relations of [`super::partials`],
//!   in terms of opaque functions again.
//!
//! What is assumed of opaque functions, since the compiler or the derivative table uses it, is this and
//! nothing else:
//!
//! * `ln 1 = 0` (the slope of `powf` where it is 0);
//! * `log_b(a) = ln a / ln b` (the slope in the base is written with the one or the other);
//! * `a.powf(n)` is the product for the whole number n as a constant, |n| ≤ 64 (rewrites of `powf`).
//!
//! Where the shadow is 0 the element is not. Conventions at a point without a derivative are chosen by
//! the shadow, on both sides.
//!
//! An element may be *undefined*: a constant that is no number, a quotient by 0, and whatever is computed
//! from those. Such a comparison says nothing, and is tried again at another point.
//!
//! **How sure it is.** Two programs that compute the same rational function of arguments and opaque values
//! agree at every point where both are defined. Two that do not agree at a random point with a probability
//! of at most d / p, where d is the degree of the difference (Schwartz, Zippel), and of 2⁻⁶¹ for each pair
//! of opaque arguments that the hash might confuse. An opaque value has degree 1 again, a sum of two
//! quotients at most the sum of their degrees, and so has a product: d is below 2ⁿ where n such operations
//! follow one another on what is not opaque, and below 2²⁰, which makes 2⁻⁴¹ a point, for n = 20. It is
//! far less where a loop only adds to what it carries. A loop that squares what it carries does reach 2ⁿ:
//! after some 60 iterations the bound says nothing, and what remains is that a difference would have to be
//! a multiple of xᵖ - x to hide. Points are independent, so two of them square the probability.

use super::partials::{Arithmetic, integer_partial, partials};
use super::{Number, Real, Trap};
use crate::ir::operations::FloatOperation;
use crate::types::FloatType;
use std::cell::Cell;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// 2⁶¹ − 1, a Mersenne prime.
const P: u64 = (1 << 61) - 1;

/// An element of the field, or undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element(u64);

impl Element {
    /// 0.
    pub const ZERO: Self = Self(0);
    /// 1.
    pub const ONE: Self = Self(1);
    /// No element; so is what is computed from it.
    pub const UNDEFINED: Self = Self(u64::MAX);

    /// Whether it is an element.
    pub fn is_defined(self) -> bool {
        self != Self::UNDEFINED
    }

    /// The element that a random number stands for.
    pub fn of_random(number: u64) -> Self {
        Self((number >> 3) % P)
    }

    /// The rational number that a float is; undefined for what is no number.
    pub fn of_float(value: f64) -> Self {
        if !value.is_finite() {
            return Self::UNDEFINED;
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let exponent = (bits >> 52 & 0x7ff) as i64;
        let (mantissa, exponent) = match exponent {
            0 => (fraction, -1074),
            exponent => (fraction | 1 << 52, exponent - 1075),
        };
        // 2⁶¹ = 1
        let shift = exponent.rem_euclid(61) as u32;
        let magnitude = Self(mantissa) * Self(1 << shift);
        if value.is_sign_negative() { -magnitude } else { magnitude }
    }

    /// 1 / x; undefined for 0.
    pub fn inverse(self) -> Self {
        match self {
            Self::UNDEFINED | Self::ZERO => Self::UNDEFINED,
            // x^(p - 1) = 1
            other => other.power(P - 2),
        }
    }

    fn power(self, mut exponent: u64) -> Self {
        let (mut base, mut product) = (self, Self::ONE);
        while exponent > 0 {
            if exponent & 1 == 1 {
                product = product * base;
            }
            base = base * base;
            exponent >>= 1;
        }
        product
    }

    /// x^n, and 0^0 = 1 as for floats.
    fn integer_power(self, n: i32) -> Self {
        let power = self.power(n.unsigned_abs().into());
        match n < 0 {
            true => power.inverse(),
            false if !self.is_defined() => self,
            false => power,
        }
    }
}

impl Add for Element {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        if !self.is_defined() || !other.is_defined() {
            return Self::UNDEFINED;
        }
        let sum = self.0 + other.0;
        Self(if sum >= P { sum - P } else { sum })
    }
}

impl Neg for Element {
    type Output = Self;
    fn neg(self) -> Self {
        match self {
            Self::UNDEFINED | Self::ZERO => self,
            Self(value) => Self(P - value),
        }
    }
}

impl Sub for Element {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Element {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if !self.is_defined() || !other.is_defined() {
            return Self::UNDEFINED;
        }
        let product = u128::from(self.0) * u128::from(other.0);
        // 2⁶¹ = 1
        let folded = (product as u64 & P) + (product >> 61) as u64;
        Self(if folded >= P { folded - P } else { folded })
    }
}

impl Div for Element {
    type Output = Self;
    #[allow(clippy::suspicious_arithmetic_impl)] // that is what a quotient is
    fn div(self, other: Self) -> Self {
        self * other.inverse()
    }
}

thread_local! {
    static KEY: Cell<u64> = const { Cell::new(0) };
}

/// The opaque functions: a key chooses them all.
#[derive(Clone, Copy, Debug)]
pub struct Functions(u64);

impl Functions {
    /// The functions of a key.
    pub fn new(key: u64) -> Self {
        Self(key)
    }

    /// Runs something on these functions, in this thread.
    pub fn during<T>(self, run: impl FnOnce() -> T) -> T {
        let before = KEY.replace(self.0);
        let result = run();
        KEY.set(before);
        result
    }

    /// The value of an opaque function.
    fn value(operation: FloatOperation, arguments: &[Element]) -> Element {
        if arguments.iter().any(|argument| !argument.is_defined()) {
            return Element::UNDEFINED;
        }
        let mut state = mix(KEY.get() ^ mix(operation as u64 + 1));
        for argument in arguments {
            state = mix(state ^ argument.0).wrapping_add(argument.0.rotate_left(32));
        }
        Element::of_random(mix(state))
    }
}

/// A permutation of 64 bits in which every bit of the result depends on all (the finalizer of splitmix64).
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A float and the element that stands for it.
#[derive(Clone, Copy, Debug)]
struct Point {
    shadow: Real,
    element: Element,
}

impl Point {
    fn constant(shadow: Real) -> Self {
        Self { shadow, element: Element::of_float(shadow.to_f64()) }
    }

    /// The element of an operation whose value the shadows say.
    fn element(operation: FloatOperation, arguments: &[Self], value: Real) -> Element {
        use FloatOperation::*;
        let argument = |k: usize| match arguments.get(k) {
            Some(argument) => argument.element,
            None => Element::UNDEFINED,
        };
        let at = |k: usize| arguments.get(k).map_or(0.0, |argument| argument.shadow.to_f64());
        let (a, b, c) = (argument(0), argument(1), argument(2));
        let number = |constant: f64| value.same_type(constant).element;
        let said = Element::of_float(value.to_f64());
        let opaque = || {
            let elements = [a, b, c];
            Functions::value(operation, &elements[..arguments.len().min(3)])
        };
        let signed = |negative: bool, element: Element| if negative { -element } else { element };
        match operation {
            Neg => -a,
            Add => a + b,
            Sub => a - b,
            Mul => a * b,
            Div => a / b,
            MulAdd => a * b + c,
            Recip => a.inverse(),
            Midpoint => (a + b) * Element::of_float(0.5),
            ToDegrees => a * number(180.0 / std::f64::consts::PI),
            ToRadians => a * number(std::f64::consts::PI / 180.0),
            Detach => a,
            // What the shadow chooses.
            Abs => signed(at(0).is_sign_negative(), a),
            Copysign => signed(at(0).is_sign_negative() != at(1).is_sign_negative(), a),
            Max if at(0) > at(1) || at(1).is_nan() => a,
            Min if at(0) < at(1) || at(1).is_nan() => a,
            Max | Min => b,
            Clamp if at(0) < at(1) => b,
            Clamp if at(0) > at(2) => c,
            Clamp => a,
            Rem | RemEuclid => a - number(((at(0) - value.to_f64()) / at(1)).round()) * b,
            Fract => a - number(at(0).trunc()),
            // What the shadow says.
            Signum | Floor | Ceil | Round | RoundTiesEven | Trunc | DivEuclid => said,
            // One step further, whatever that is.
            NextUp | NextDown => a + Functions::value(operation, &[]),
            // What is assumed.
            Ln if a == Element::ONE => Element::ZERO,
            Log => {
                let logarithm = |of: Element| match of {
                    Element::ONE => Element::ZERO,
                    of => Functions::value(Ln, &[of]),
                };
                logarithm(a) / logarithm(b)
            }
            SechSquared => {
                let tanh = Functions::value(Tanh, &[a]);
                Element::ONE - tanh * tanh
            }
            Powf => match whole(at(1)) {
                Some(n) if b == Element::of_float(at(1)) => a.integer_power(n),
                _ => opaque(),
            },
            Sqrt | Cbrt | Hypot | Exp | Exp2 | ExpM1 | Ln | Ln1p | Log2 | Log10 | Powi | Sin
            | Cos | Tan | Asin | Acos | Atan | Atan2 | Sinh | Cosh | Tanh | Asinh | Acosh
            | Atanh | Erf | Erfc | NormCdf | LnGamma | Digamma | Trigamma | Polygamma => opaque(),
        }
    }
}

/// The whole number that a float is, if it is small.
fn whole(value: f64) -> Option<i32> {
    (value == value.trunc() && value.abs() <= 64.0).then_some(value as i32)
}

impl Real {
    /// A constant of the same type.
    fn same_type(self, constant: f64) -> Point {
        Point::constant(match self {
            Real::Single(_) => Real::Single(constant as f32),
            Real::Double(_) => Real::Double(constant),
        })
    }
}

macro_rules! point_operators {
    ($($trait:ident $method:ident $operation:ident;)*) => { $(
        impl $trait for Point {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                let element = self.element.$method(other.element);
                let shadow = match (self.shadow, other.shadow) {
                    (Real::Single(a), Real::Single(b)) => Real::Single(a.$method(b)),
                    (a, b) => Real::Double(a.to_f64().$method(b.to_f64())),
                };
                Self { shadow, element }
            }
        }
    )* };
}

point_operators! {
    Add add Add;
    Sub sub Sub;
    Mul mul Mul;
    Div div Div;
}

impl Neg for Point {
    type Output = Self;
    fn neg(self) -> Self {
        let shadow = match self.shadow {
            Real::Single(value) => Real::Single(-value),
            Real::Double(value) => Real::Double(-value),
        };
        Self { shadow, element: -self.element }
    }
}

impl Arithmetic for Point {
    const HAS_RANGE: bool = false;

    fn number(self, constant: f64) -> Self {
        self.shadow.same_type(constant)
    }

    fn decides(self) -> f64 {
        self.shadow.to_f64()
    }

    fn apply(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let mut shadows = [Real::Double(0.0); 3];
        for (shadow, argument) in shadows.iter_mut().zip(arguments) {
            *shadow = argument.shadow;
        }
        let shadow = Real::operate(operation, &shadows[..arguments.len().min(3)])?;
        Ok(Self { shadow, element: Self::element(operation, arguments, shadow) })
    }

    fn apply_integer(self, operation: FloatOperation, integer: i32) -> Result<Self, Trap> {
        let shadow = Real::operate_integer(operation, self.shadow, integer)?;
        let element = match operation {
            FloatOperation::Powi => self.element.integer_power(integer),
            other => Functions::value(other, &[self.element, Element::of_float(integer.into())]),
        };
        Ok(Self { shadow, element })
    }
}

/// A float, the element that stands for it, and the coefficient of t.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    point: Point,
    tangent: Element,
}

impl Field {
    /// An argument.
    pub fn new(shadow: Real, element: Element, tangent: Element) -> Self {
        Self { point: Point { shadow, element }, tangent }
    }

    /// The element.
    pub fn element(self) -> Element {
        self.point.element
    }

    /// The coefficient of t.
    pub fn tangent(self) -> Element {
        self.tangent
    }

    /// A value with the tangent that is the sum of slope times tangent over the arguments.
    fn chain(
        point: Point,
        arguments: &[Self],
        slopes: impl FnOnce() -> Result<[Option<Point>; 3], Trap>,
    ) -> Result<Self, Trap> {
        let mut tangent = Element::ZERO;
        if arguments.iter().any(|argument| argument.tangent != Element::ZERO) {
            for (slope, argument) in slopes()?.into_iter().zip(arguments) {
                if let (Some(slope), true) = (slope, argument.tangent != Element::ZERO) {
                    tangent = tangent + slope.element * argument.tangent;
                }
            }
        }
        Ok(Self { point, tangent })
    }
}

impl Number for Field {
    fn constant(value: Real) -> Self {
        Self { point: Point::constant(value), tangent: Element::ZERO }
    }

    fn primal(self) -> Real {
        self.point.shadow
    }

    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let mut points = [Point::constant(Real::Double(0.0)); 3];
        for (point, argument) in points.iter_mut().zip(arguments) {
            *point = argument.point;
        }
        let value = Point::apply(operation, &points[..arguments.len().min(3)])?;
        Self::chain(value, arguments, || partials(operation, points, value))
    }

    fn operate_integer(
        operation: FloatOperation,
        argument: Self,
        integer: i32,
    ) -> Result<Self, Trap> {
        let value = argument.point.apply_integer(operation, integer)?;
        Self::chain(value, &[argument], || {
            Ok([Some(integer_partial(operation, argument.point, integer)?), None, None])
        })
    }

    fn cast(self, to: &FloatType) -> Self {
        Self { point: Point { shadow: self.point.shadow.cast(to), ..self.point }, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Datum, run};
    use super::*;
    use crate::ir::operations::FloatOperation as F;

    #[test]
    fn elements_are_the_rational_numbers_that_floats_are() {
        let of = Element::of_float;
        assert_eq!(of(0.375) * of(8.0), of(3.0));
        assert_eq!(of(-0.5) + of(0.5), Element::ZERO);
        assert_eq!(of(1.0) / of(4.0), of(0.25));
        assert_eq!(of(f64::MAX) / of(f64::MAX), Element::ONE);
        assert_eq!(of(5e-324) * of(2f64.powi(1000)) * of(2f64.powi(74)), Element::ONE);
        assert_eq!(of(3.0).integer_power(-2) * of(9.0), Element::ONE);
        assert_ne!(of(1.0) / of(3.0), of(1.0 / 3.0), "rounded");
        assert_ne!(of(0.1) + of(0.2), of(0.3), "rounded");
    }

    #[test]
    fn what_is_undefined_stays_so() {
        for undefined in
            [Element::of_float(f64::NAN), Element::of_float(f64::INFINITY), Element::ZERO.inverse()]
        {
            assert!(!undefined.is_defined());
            assert!(!(undefined * Element::ZERO).is_defined());
            assert!(!(-undefined + Element::ONE).is_defined());
        }
    }

    /// Functions of other keys are others; of the same key, the same.
    #[test]
    fn keys_choose_functions() {
        let x = Field::new(Real::Double(0.5), Element::of_random(12345678), Element::ONE);
        let sine = |key| Functions::new(key).during(|| Field::operate(F::Sin, &[x]).unwrap());
        assert_eq!(sine(1).element(), sine(1).element());
        assert_ne!(sine(1).element(), sine(2).element());
        let cosine = Functions::new(1).during(|| Field::operate(F::Cos, &[x]).unwrap());
        assert_eq!(sine(1).tangent(), cosine.element());
        assert_eq!(cosine.tangent(), -sine(1).element());
    }

    /// The shadow decides, the element is computed.
    #[test]
    fn shadows_choose() {
        let number = |shadow, element| {
            Field::new(Real::Double(shadow), Element::of_random(element), Element::ONE)
        };
        let (small, large) = (number(-1.5, 999_999), number(2.0, 888_888));
        let max = Field::operate(F::Max, &[small, large]).unwrap();
        assert_eq!(max.element(), large.element());
        let abs = Field::operate(F::Abs, &[small]).unwrap();
        assert_eq!((abs.element(), abs.tangent()), (-small.element(), -Element::ONE));
        let floor = Field::operate(F::Floor, &[small]).unwrap();
        assert_eq!((floor.element(), floor.tangent()), (Element::of_float(-2.0), Element::ZERO));
    }

    /// Where the float overflows, its slope is another formula; elements have no range.
    #[test]
    fn the_slope_of_a_power_is_one_formula() {
        let slope = |shadow| {
            let base = Field::new(Real::Double(shadow), Element::of_random(5555), Element::ONE);
            let exponent =
                Field::new(Real::Double(shadow), Element::of_random(7777), Element::ZERO);
            Field::operate(F::Powf, &[base, exponent]).unwrap().tangent()
        };
        assert_eq!(slope(2.5), slope(400.0));
    }

    #[test]
    fn the_coefficient_of_t_is_the_derivative() {
        let mut s = crate::ir::sketch::Sketch::new("f", crate::types::Type::F64);
        let x = s.scalar("x", crate::types::Type::F64);
        let square = s.float_operation(F::Mul, &[x, x]);
        let quotient = s.float_operation(F::Div, &[x, square]);
        let function = s.returns_value(quotient);
        let element = Element::of_random(77_777_777);
        let argument = Field::new(Real::Double(3.0), element, Element::of_float(5.0));
        let result = run(&function, vec![Datum::Float(argument)]).unwrap().result;
        let result = result.number().unwrap();
        // (1 / x)' = -1 / x²
        assert_eq!(result.element() * element, Element::ONE);
        assert_eq!(result.tangent() * element * element, Element::of_float(-5.0));
    }
}
