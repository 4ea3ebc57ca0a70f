//! A crate that uses annotated functions of its own and of another crate, in edition 2024.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]
#![no_implicit_prelude]

extern crate std;

mod bare;
mod calls;

use ::autodiff_core::differentiate;

/// Uses a function before it is defined.
#[must_use]
pub fn early() -> f64 {
    later::gradient(2.0)
}

/// Is used before it is defined.
#[differentiate]
#[must_use]
pub fn later(x: f64) -> f64 {
    x * x * x
}

/// `fn` and type come with one import.
pub mod model {
    use ::autodiff_core::differentiate;
    use ::std::iter::Iterator;

    /// Mean squared error of a parabola.
    #[differentiate(wrt(w))]
    #[must_use]
    pub fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
        x.iter()
            .zip(y)
            .map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2))
            .sum::<f64>()
            / x.len() as f64
    }

    /// A name that clashes with its module's when both are imported: free functions instead.
    #[differentiate(name = "energy_")]
    #[must_use]
    pub fn model(x: f64) -> f64 {
        x.exp()
    }
}

#[cfg(test)]
mod tests {
    use super::model::{energy_gradient, energy_value_and_gradient, model, mse};
    use super::*;
    use ::models::prelude::*;
    use ::std::prelude::v1::*;
    use ::std::{assert, assert_eq};

    #[test]
    fn everywhere() {
        assert_eq!(early(), 12.0);
        assert_eq!(later(2.0), 8.0);
        let (loss, slope) = mse::value_and_gradient(&[1.0, 2.0, 3.0], &[1.0], &[6.0]);
        assert_eq!((loss, slope), (0.0, [0.0; 3]));
        assert_eq!(mse(&[1.0, 2.0, 3.0], &[1.0], &[6.0]), 0.0);
        assert_eq!(energy_gradient(0.0), model(0.0));
        assert_eq!(energy_value_and_gradient(0.0), (1.0, 1.0));
    }

    #[test]
    fn from_another_crate_through_a_glob() {
        assert_eq!(half_square::gradient(4.0), 4.0);
        assert_eq!(scale::gradient(4.0), 2.0);
        assert_eq!(::models::second::scale::gradient(4.0), 3.0);
        let line = Line { slope: 2.0, offset: 1.0, rank: 7 };
        let (value, (slopes, by_x)) = at::value_and_gradient(&line, 3.0);
        assert_eq!((value, slopes.slope, slopes.offset, by_x), (7.0, 3.0, 1.0, 2.0));
    }

    #[test]
    fn in_function_bodies() {
        #[differentiate]
        fn inner(x: f64, y: &[f64]) -> f64 {
            let mut sum = x;
            for value in y {
                sum += value * value;
            }
            sum
        }
        let (value, (by_x, by_y)) = inner::value_and_gradient(1.0, &[2.0]);
        assert_eq!(inner(1.0, &[2.0]), value);
        assert_eq!((value, by_x), (5.0, 1.0));
        assert!(by_y == [4.0]);
    }
}
