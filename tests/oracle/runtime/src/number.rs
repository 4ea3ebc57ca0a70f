//! The number: a float of the program with first and second derivatives in `f64`.

use crate::float::Float;
use num_dual::HyperDual64;

/// Stands for a float of type `F`: the value, and its derivatives in two directions at once.
///
/// `None` is the derivative of what does not depend on the direction: it contributes nothing, whatever
/// it is multiplied with, as in reverse mode. A zero that was computed is a number like any other.
#[derive(Clone, Copy)]
pub struct Number<F> {
    pub(crate) value: F,
    pub(crate) first: Option<f64>,
    pub(crate) second: Option<f64>,
    pub(crate) mixed: Option<f64>,
    /// The sum of the absolute values of all that was added up to give `first`: rounding errors of
    /// `first` are relative to it.
    pub(crate) scale: f64,
}

/// Stands for `f64`.
pub type Dual = Number<f64>;

/// Stands for `f32`; derivatives are kept in `f64`.
pub type Dual32 = Number<f32>;

/// Partial derivatives of a function of two arguments: first order, then second order.
pub(crate) struct Partials {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) aa: f64,
    pub(crate) ab: f64,
    pub(crate) bb: f64,
}

/// The sum of the products; what is absent contributes nothing.
fn sum(products: &[(Option<f64>, f64)]) -> Option<f64> {
    let present = products.iter().filter_map(|(tangent, factor)| Some((*tangent)? * factor));
    present.reduce(|sum, product| sum + product)
}

/// The product of two tangents.
fn both(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? * b?)
}

impl<F> Number<F> {
    /// A number with zero derivatives.
    pub const fn constant(value: F) -> Self
    where
        F: Copy,
    {
        Self { value, first: None, second: None, mixed: None, scale: 0.0 }
    }
}

impl<F: Float> Number<F> {
    /// An input: its derivatives with respect to itself in the two directions.
    pub fn input(value: F, first: bool, second: bool) -> Self {
        let seed = |on: bool| on.then_some(1.0);
        let scale = if first { 1.0 } else { 0.0 };
        Self { value, first: seed(first), second: seed(second), mixed: None, scale }
    }

    /// The value.
    pub fn value(self) -> F {
        self.value
    }

    /// The derivative in the first direction.
    pub fn first(self) -> f64 {
        self.first.unwrap_or(0.0)
    }

    /// To what rounding errors of the derivative in the first direction are relative.
    pub fn scale(self) -> f64 {
        self.scale
    }

    /// The derivative in the second direction.
    pub fn second(self) -> f64 {
        self.second.unwrap_or(0.0)
    }

    /// The second derivative in both directions.
    pub fn mixed(self) -> f64 {
        self.mixed.unwrap_or(0.0)
    }

    /// The chain rule for f(self) with f' and f''.
    pub(crate) fn chain(self, value: F, slope: f64, curvature: f64) -> Self {
        Self {
            value,
            first: sum(&[(self.first, slope)]),
            second: sum(&[(self.second, slope)]),
            mixed: sum(&[(self.mixed, slope), (both(self.first, self.second), curvature)]),
            scale: sum(&[(self.first.map(|_| self.scale), slope.abs())]).unwrap_or(0.0),
        }
    }

    /// The chain rule with f' and f'' from `num-dual`.
    pub(crate) fn chain_dual(self, value: F, f: impl Fn(HyperDual64) -> HyperDual64) -> Self {
        let image = f(HyperDual64::new(self.value.wide(), 1.0, 1.0, 0.0));
        self.chain(value, image.eps1, image.eps1eps2)
    }

    /// The chain rule for f(self, other).
    pub(crate) fn chain2(self, other: Self, value: F, p: &Partials) -> Self {
        let scale = |number: Self| number.first.map(|_| number.scale);
        Self {
            value,
            first: sum(&[(self.first, p.a), (other.first, p.b)]),
            second: sum(&[(self.second, p.a), (other.second, p.b)]),
            mixed: sum(&[
                (self.mixed, p.a),
                (other.mixed, p.b),
                (both(self.first, self.second), p.aa),
                (both(self.first, other.second), p.ab),
                (both(other.first, self.second), p.ab),
                (both(other.first, other.second), p.bb),
            ]),
            scale: sum(&[(scale(self), p.a.abs()), (scale(other), p.b.abs())]).unwrap_or(0.0),
        }
    }

    /// The chain rule for f(self, other) with partial derivatives from `num-dual`.
    pub(crate) fn chain2_dual(
        self,
        other: Self,
        value: F,
        f: impl Fn(HyperDual64, HyperDual64) -> HyperDual64,
    ) -> Self {
        let (a, b) = (self.value.wide(), other.value.wide());
        let seeded = |x: f64, first: f64, second: f64| HyperDual64::new(x, first, second, 0.0);
        let in_a = f(seeded(a, 1.0, 1.0), seeded(b, 0.0, 0.0));
        let in_b = f(seeded(a, 0.0, 0.0), seeded(b, 1.0, 1.0));
        let in_both = f(seeded(a, 1.0, 0.0), seeded(b, 0.0, 1.0));
        self.chain2(
            other,
            value,
            &Partials {
                a: in_a.eps1,
                b: in_b.eps1,
                aa: in_a.eps1eps2,
                ab: in_both.eps1eps2,
                bb: in_b.eps1eps2,
            },
        )
    }

    /// The same derivatives with another value, for a function with slope 1.
    pub(crate) fn with_value<G: Float>(self, value: G) -> Number<G> {
        Number {
            value,
            first: self.first,
            second: self.second,
            mixed: self.mixed,
            scale: self.scale,
        }
    }
}
