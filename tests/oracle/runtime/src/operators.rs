//! Operators, comparisons, sums, formatting: everything a float does without a method.

use crate::float::Float;
use crate::number::{Number, Partials};
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

impl<F: Float> Number<F> {
    fn binary(operator: char, a: Self, b: Self) -> Self {
        let value = F::operate(operator, a.value, b.value);
        let (x, y) = (a.value.wide(), b.value.wide());
        // By formula: in num-dual a zero part times an infinite factor is NaN.
        let partials = match operator {
            '+' => Partials::linear(1.0, 1.0),
            '-' => Partials::linear(1.0, -1.0),
            '*' => Partials { ab: Some(1.0), ..Partials::linear(y, x) },
            '/' => {
                let (q, r) = (x / y, 1.0 / y);
                let (ab, bb) = (Some(-r / y), Some(2.0 * q / y / y));
                Partials { ab, bb, ..Partials::linear(r, -q / y) }
            }
            // a % b = a - b trunc(a / b)
            '%' => remainder(x, y, f64::trunc),
            other => unreachable!("operator {other}"),
        };
        a.chain2(b, value, &partials)
    }
}

/// Partials of a - b q where q = round(a / b) is piecewise constant.
pub(crate) fn remainder(a: f64, b: f64, round: fn(f64) -> f64) -> Partials {
    Partials::linear(1.0, -round(a / b))
}

macro_rules! operators {
    ($($operator:literal $trait:ident $method:ident $assign_trait:ident $assign:ident;)*) => {$(
        impl<F: Float> $trait for Number<F> {
            type Output = Number<F>;
            fn $method(self, other: Self) -> Number<F> {
                Number::binary($operator, self, other)
            }
        }
        impl<F: Float> $trait<&Number<F>> for Number<F> {
            type Output = Number<F>;
            fn $method(self, other: &Self) -> Number<F> {
                Number::binary($operator, self, *other)
            }
        }
        impl<F: Float> $trait<Number<F>> for &Number<F> {
            type Output = Number<F>;
            fn $method(self, other: Number<F>) -> Number<F> {
                Number::binary($operator, *self, other)
            }
        }
        impl<F: Float> $trait for &Number<F> {
            type Output = Number<F>;
            fn $method(self, other: Self) -> Number<F> {
                Number::binary($operator, *self, *other)
            }
        }
        impl<F: Float> $assign_trait for Number<F> {
            fn $assign(&mut self, other: Self) {
                *self = Number::binary($operator, *self, other);
            }
        }
        impl<F: Float> $assign_trait<&Number<F>> for Number<F> {
            fn $assign(&mut self, other: &Self) {
                *self = Number::binary($operator, *self, *other);
            }
        }
    )*};
}

operators! {
    '+' Add add AddAssign add_assign;
    '-' Sub sub SubAssign sub_assign;
    '*' Mul mul MulAssign mul_assign;
    '/' Div div DivAssign div_assign;
    '%' Rem rem RemAssign rem_assign;
}

impl<F: Float> Neg for Number<F> {
    type Output = Number<F>;
    fn neg(self) -> Number<F> {
        self.chain_linear(F::operate('n', self.value, self.value), -1.0)
    }
}

impl<F: Float> Neg for &Number<F> {
    type Output = Number<F>;
    fn neg(self) -> Number<F> {
        -*self
    }
}

impl<F: Float> PartialEq for Number<F> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<F: Float> PartialOrd for Number<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

/// The neutral element of std's sums is -0.0, so that a sum of -0.0 is -0.0.
impl<F: Float> Sum for Number<F> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Number::constant(F::narrow(-0.0)), |sum, number| sum + number)
    }
}

impl<'a, F: Float> Sum<&'a Number<F>> for Number<F> {
    fn sum<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        numbers.copied().sum()
    }
}

impl<F: Float> Product for Number<F> {
    fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Number::constant(F::narrow(1.0)), |product, number| product * number)
    }
}

impl<'a, F: Float> Product<&'a Number<F>> for Number<F> {
    fn product<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        numbers.copied().product()
    }
}

impl<F: Float> Default for Number<F> {
    fn default() -> Self {
        Number::constant(F::default())
    }
}

macro_rules! formats {
    ($($trait:ident)*) => {$(
        impl<F: Float> fmt::$trait for Number<F> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::$trait::fmt(&self.value, f)
            }
        }
    )*};
}

formats! { Display Debug LowerExp UpperExp }
