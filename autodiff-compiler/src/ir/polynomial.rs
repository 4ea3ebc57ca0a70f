//! How far indices are apart, as polynomials.
//!
//! `state[2 * layer * b + j]` and `state[(2 * layer + 1) * b + j]` are b elements apart: while j runs over b indices,
//! neither meets the other. Indices are polynomials over values that nothing is known of. Sums and products of
//! `usize` are those of whole numbers, modulo 2⁶⁴ where they wrap, and polynomials over both rings expand alike.

use super::ValueId;
use super::operations::IntegerOperation;
use std::collections::BTreeMap;

/// What is known of integers.
pub(crate) trait Integers {
    /// The constant that a value is.
    fn number(&self, value: ValueId) -> Option<i128>;
    /// The operation that a value is calculated by, and of what.
    fn calculated(&self, value: ValueId) -> Option<(IntegerOperation, &[ValueId])>;
}

/// Coefficients by the sorted values whose product they stand before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Polynomial(BTreeMap<Vec<ValueId>, i128>);

/// More terms than people write into an index.
const MOST_TERMS: usize = 32;
/// As large as a number in an index may be, so that nothing here overflows and what is apart is so modulo 2⁶⁴.
const LARGEST: i128 = 1 << 20;

impl Polynomial {
    fn constant(number: i128) -> Self {
        Self(BTreeMap::from_iter([(vec![], number)])).normal()
    }

    /// The polynomial of an integer that does not wrap: `None` if some part of it may.
    pub(crate) fn exact(value: ValueId, integers: &impl Integers) -> Option<Self> {
        use IntegerOperation::{Add, Mul, Sub};
        let wraps = match integers.calculated(value) {
            Some((Add | Sub | Mul, arguments)) => {
                arguments.iter().any(|argument| Self::exact(*argument, integers).is_none())
            }
            Some(_) => true,
            None => false,
        };
        if wraps { None } else { Self::of(value, integers) }
    }

    /// The polynomial of an integer.
    pub(crate) fn of(value: ValueId, integers: &impl Integers) -> Option<Self> {
        use IntegerOperation::{Add, Mul, Sub, WrappingAdd, WrappingMul, WrappingSub};
        if let Some(constant) = integers.number(value) {
            return (constant.abs() <= LARGEST).then(|| Self::constant(constant));
        }
        match integers.calculated(value) {
            Some((operation @ (Add | WrappingAdd | Sub | WrappingSub), arguments)) => {
                let (a, b) = (Self::of(arguments[0], integers)?, Self::of(arguments[1], integers)?);
                let sign = if matches!(operation, Sub | WrappingSub) { -1 } else { 1 };
                a.plus(&b, sign)
            }
            Some((Mul | WrappingMul, arguments)) => {
                let (a, b) = (Self::of(arguments[0], integers)?, Self::of(arguments[1], integers)?);
                a.times(&b)
            }
            _ => Some(Self(BTreeMap::from_iter([(vec![value], 1)]))),
        }
    }

    /// a + sign · b
    pub(crate) fn plus(mut self, other: &Self, sign: i128) -> Option<Self> {
        for (values, coefficient) in &other.0 {
            *self.0.entry(values.clone()).or_default() += sign * coefficient;
        }
        self.normal().bounded()
    }

    fn times(&self, other: &Self) -> Option<Self> {
        let mut product = Self::default();
        for (a, c) in &self.0 {
            for (b, d) in &other.0 {
                let mut values: Vec<_> = a.iter().chain(b).copied().collect();
                values.sort_unstable();
                *product.0.entry(values).or_default() += c * d;
            }
        }
        product.normal().bounded()
    }

    fn normal(mut self) -> Self {
        self.0.retain(|_, coefficient| *coefficient != 0);
        self
    }

    fn bounded(self) -> Option<Self> {
        let fits = self.0.len() <= MOST_TERMS && self.0.values().all(|c| c.abs() <= LARGEST);
        fits.then_some(self)
    }

    /// The value that it is, if it is one.
    pub(crate) fn only_value(&self) -> Option<ValueId> {
        let mut terms = self.0.iter();
        match (terms.next(), terms.next()) {
            (Some((values, 1)), None) if values.len() == 1 => Some(values[0]),
            _ => None,
        }
    }

    /// The number that it is, if it is one.
    pub(crate) fn only_number(&self) -> Option<i128> {
        match self.0.iter().next() {
            None => Some(0),
            Some((values, number)) => (values.is_empty() && self.0.len() == 1).then_some(*number),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is the product of the other one, which has one term, and a polynomial.
    pub(crate) fn is_divisible_by(&self, other: &Self) -> bool {
        let mut terms = other.0.iter();
        let (Some((divisor, by)), None) = (terms.next(), terms.next()) else { return false };
        self.0.iter().all(|(values, coefficient)| {
            let mut rest = values.clone();
            let mut takes = |value: &ValueId| {
                let position = rest.iter().position(|other| other == value);
                position.map(|position| rest.remove(position)).is_some()
            };
            coefficient % by == 0 && divisor.iter().all(&mut takes)
        })
    }

    /// Whether it is a multiple of the other one, with a whole number that is not zero.
    pub(crate) fn is_multiple_of(&self, other: &Self) -> bool {
        let Some((values, divisor)) = other.0.iter().next() else { return false };
        let Some(factor) = self.0.get(values).map(|c| c / divisor) else { return false };
        let multiple: Vec<_> = other.0.iter().map(|(values, c)| (values, factor * c)).collect();
        factor != 0 && self.0.iter().map(|(values, c)| (values, *c)).eq(multiple)
    }
}
