//! The number: a float of the program with first and second derivatives in `f64`.

use crate::float::Float;
use num_dual::HyperDual64;

/// A derivative, and to what its rounding errors are relative.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// The derivative.
    pub value: f64,
    /// The sum of the absolute values of what was added up to give it.
    pub scale: f64,
}

impl Slope {
    /// The derivative of what does not depend on the direction.
    pub(crate) const ZERO: Self = Self { value: 0.0, scale: 0.0 };
    /// The derivative of an input with respect to itself.
    const ONE: Self = Self { value: 1.0, scale: 1.0 };

    fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, scale: self.scale * factor.abs() }
    }

    fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, scale: self.scale + other.scale }
    }
}

/// Stands for a float of type `F`: the value, its derivatives in two directions at once, and the second
/// derivative in both, as in a hyper-dual number (J. A. Fike and J. J. Alonso, AIAA 2011-886).
///
/// `None` is the derivative of what does not depend on the direction: it contributes nothing, whatever
/// it is multiplied with, as in reverse mode. A zero that was computed is a number like any other.
#[derive(Clone, Copy)]
pub struct Number<F> {
    pub(crate) value: F,
    pub(crate) first: Option<Slope>,
    pub(crate) second: Option<Slope>,
    pub(crate) mixed: Option<Slope>,
}

/// Stands for `f64`.
pub type Dual = Number<f64>;

/// Stands for `f32`; derivatives are kept in `f64`.
pub type Dual32 = Number<f32>;

/// Partial derivatives of a function of two arguments: first order, then second order. `None` is the
/// second derivative of what is linear: it contributes nothing, even beside an infinite slope.
pub(crate) struct Partials {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) aa: Option<f64>,
    pub(crate) ab: Option<f64>,
    pub(crate) bb: Option<f64>,
}

impl Partials {
    /// Of a function that is linear in both together.
    pub(crate) fn linear(a: f64, b: f64) -> Self {
        Self { a, b, aa: None, ab: None, bb: None }
    }
}

/// A tangent times a factor; what is absent contributes nothing.
fn times(tangent: Option<Slope>, factor: f64) -> Option<Slope> {
    Some(tangent?.times(factor))
}

/// The product of two tangents and a second derivative.
pub(crate) fn curved(a: Option<Slope>, b: Option<Slope>, curvature: Option<f64>) -> Option<Slope> {
    let (a, b) = (a?, b?);
    let product = Slope { value: a.value * b.value, scale: a.scale * b.scale };
    Some(product.times(curvature?))
}

/// Two equal terms of which the difference is taken: nothing but their rounding.
pub(crate) fn rounding(term: Option<Slope>) -> Option<Slope> {
    Some(Slope { value: 0.0, scale: term?.scale })
}

/// The sum of what is present.
pub(crate) fn sum(terms: &[Option<Slope>]) -> Option<Slope> {
    let mut sum: Option<Slope> = None;
    // Tests are not optimized: a chain of iterators would take most of the time of whole programs.
    for term in terms {
        sum = match (sum, *term) {
            (Some(sum), Some(term)) => Some(sum.plus(term)),
            (sum, term) => sum.or(term),
        };
    }
    sum
}

impl<F> Number<F> {
    /// A number with zero derivatives.
    pub const fn constant(value: F) -> Self
    where
        F: Copy,
    {
        Self { value, first: None, second: None, mixed: None }
    }
}

impl<F: Float> Number<F> {
    /// An input: its derivatives with respect to itself in the two directions.
    pub fn input(value: F, first: bool, second: bool) -> Self {
        let seed = |on: bool| on.then_some(Slope::ONE);
        Self { value, first: seed(first), second: seed(second), mixed: None }
    }

    /// The value.
    pub fn value(self) -> F {
        self.value
    }

    /// The derivative in the first direction.
    pub fn first(self) -> f64 {
        self.first_slope().value
    }

    /// The derivative in the second direction.
    pub fn second(self) -> f64 {
        self.second.unwrap_or(Slope::ZERO).value
    }

    /// The second derivative in both directions.
    pub fn mixed(self) -> f64 {
        self.mixed_slope().value
    }

    pub(crate) fn first_slope(self) -> Slope {
        self.first.unwrap_or(Slope::ZERO)
    }

    pub(crate) fn mixed_slope(self) -> Slope {
        self.mixed.unwrap_or(Slope::ZERO)
    }

    /// The chain rule for f(self) with f' and f''.
    pub(crate) fn chain(self, value: F, slope: f64, curvature: f64) -> Self {
        self.chain_with(value, slope, Some(curvature))
    }

    /// The chain rule for f(self) that is linear, at least piecewise.
    pub(crate) fn chain_linear(self, value: F, slope: f64) -> Self {
        self.chain_with(value, slope, None)
    }

    /// (f(u))ᵢ = f' uᵢ and (f(u))ᵢⱼ = f' uᵢⱼ + f'' uᵢ uⱼ
    fn chain_with(self, value: F, slope: f64, curvature: Option<f64>) -> Self {
        Self {
            value,
            first: times(self.first, slope),
            second: times(self.second, slope),
            mixed: sum(&[times(self.mixed, slope), curved(self.first, self.second, curvature)]),
        }
    }

    /// The chain rule with f' and f'' from `num-dual`.
    pub(crate) fn chain_dual(self, value: F, f: impl Fn(HyperDual64) -> HyperDual64) -> Self {
        let image = f(HyperDual64::new(self.value.wide(), 1.0, 1.0, 0.0));
        self.chain(value, image.eps1, image.eps1eps2)
    }

    /// The chain rule for f(self, other).
    pub(crate) fn chain2(self, other: Self, value: F, p: &Partials) -> Self {
        Self {
            value,
            first: sum(&[times(self.first, p.a), times(other.first, p.b)]),
            second: sum(&[times(self.second, p.a), times(other.second, p.b)]),
            mixed: sum(&[
                times(self.mixed, p.a),
                times(other.mixed, p.b),
                curved(self.first, self.second, p.aa),
                curved(self.first, other.second, p.ab),
                curved(other.first, self.second, p.ab),
                curved(other.first, other.second, p.bb),
            ]),
        }
    }

    /// The same derivatives with another value, for a function with slope 1.
    pub(crate) fn with_value<G: Float>(self, value: G) -> Number<G> {
        Number { value, first: self.first, second: self.second, mixed: self.mixed }
    }
}
