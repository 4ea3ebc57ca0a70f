//! Functions that call functions, here and in the other crate, and methods.

use ::autodiff_core::{Differentiable, differentiate};
use ::models::{at, half_square, Line};

/// Calls another crate's function, and one of its own that takes an array.
#[differentiate]
#[must_use]
pub fn energy(x: f64, w: &[f64; 2]) -> f64 {
    half_square(x * w[0]) + 3.0 * norm(w)
}

/// The squared length.
#[differentiate]
#[must_use]
pub fn norm(w: &[f64; 2]) -> f64 {
    w[0] * w[0] + w[1] * w[1]
}

/// Calls a function with a struct, in a loop.
#[differentiate]
#[must_use]
pub fn fit(line: &Line, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for value in x {
        sum += half_square(at(line, *value) - 1.0);
    }
    sum
}

/// Calls itself.
#[differentiate]
#[must_use]
pub fn power(x: f64, n: u32) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

/// A spring.
#[derive(Clone, Debug, Differentiable)]
pub struct Spring {
    /// Force per length.
    pub stiffness: f64,
    /// Length without force.
    pub rest: f64,
}

#[differentiate]
impl Spring {
    /// Potential energy at a length; the spring is passive.
    #[differentiate]
    #[must_use]
    pub fn energy(&self, length: f64) -> f64 {
        half_square(self.stretch(length)) * self.stiffness
    }

    /// How far it is stretched.
    #[differentiate]
    #[must_use]
    pub fn stretch(&self, length: f64) -> f64 {
        length - self.rest
    }

    /// Differentiated with respect to the spring itself.
    #[differentiate(wrt(self))]
    #[must_use]
    pub fn tension(&self, length: f64) -> f64 {
        self.stiffness * (length - self.rest)
    }
}

/// Two springs, one inside of the other's struct.
#[derive(Clone, Debug, Differentiable)]
pub struct Tandem {
    /// The first.
    pub first: Spring,
    /// How much stiffer the second is.
    pub ratios: ::std::vec::Vec<f64>,
    /// A line of the other crate.
    pub line: Line,
}

/// Reads fields of fields.
#[differentiate]
#[must_use]
pub fn tandem(springs: &Tandem, length: f64) -> f64 {
    let mut force = springs.line.slope * length;
    for ratio in &springs.ratios {
        force += springs.first.stiffness * ratio * (length - springs.first.rest);
    }
    force
}

/// A damper; its `impl` block is not annotated.
#[derive(Clone, Debug)]
pub struct Damper {
    /// Force per speed.
    pub strength: f64,
}

impl Damper {
    /// Dissipated power at a speed.
    #[differentiate]
    #[must_use]
    pub fn power(&self, speed: f64) -> f64 {
        self.strength * speed * speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::std::prelude::v1::*;
    use ::std::assert_eq;

    #[test]
    fn calls() {
        let (value, (by_x, by_w)) = energy::value_and_gradient(3.0, &[2.0, 5.0]);
        assert_eq!((value, by_x, by_w), (105.0, 12.0, [30.0, 30.0]));
        let line = Line { slope: 2.0, offset: 1.0, rank: 0 };
        let (value, (slopes, by_x)) = fit::value_and_gradient(&line, &[1.0, 2.0]);
        assert_eq!((value, slopes.slope, slopes.offset), (10.0, 10.0, 6.0));
        assert_eq!(by_x, [4.0, 8.0]);
        assert_eq!(power::value_and_gradient(2.0, 5), (32.0, 80.0));
    }

    #[test]
    fn nested_structs() {
        let springs = Tandem {
            first: Spring { stiffness: 10.0, rest: 1.0 },
            ratios: ::std::vec::Vec::from([0.5, 2.0]),
            line: Line { slope: 4.0, offset: 0.0, rank: 1 },
        };
        let (value, (by, by_length)) = tandem::value_and_gradient(&springs, 3.0);
        assert_eq!((value, by_length), (62.0, 29.0));
        assert_eq!((by.first.stiffness, by.first.rest, by.line.slope), (5.0, -25.0, 3.0));
        assert_eq!(by.ratios, [20.0, 20.0]);
    }

    #[test]
    fn methods() {
        let spring = Spring { stiffness: 10.0, rest: 1.0 };
        assert_eq!(spring.energy_value_and_gradient(3.0), (20.0, 20.0));
        assert_eq!(spring.stretch_gradient(3.0), 1.0);
        let (value, by_spring) = spring.tension_value_and_gradient(3.0);
        assert_eq!((value, by_spring.stiffness, by_spring.rest), (20.0, 2.0, -10.0));
        let damper = Damper { strength: 2.0 };
        assert_eq!(damper.power_value_and_gradient(3.0), (18.0, 12.0));
    }
}
