//! A crate that publishes annotated functions, in edition 2021, with every lint that users set.
#![deny(warnings, missing_docs, unused, rust_2018_idioms, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use autodiff_core::{differentiate, Differentiable};

/// Half a square.
///
/// ```
/// use models::half_square;
/// assert_eq!(half_square::gradient(3.0), 3.0);
/// ```
#[differentiate]
#[must_use]
pub fn half_square(x: f64) -> f64 {
    x * x / 2.0
}

/// Two functions of one name in two modules.
pub mod first {
    use autodiff_core::differentiate;

    /// Twice.
    #[differentiate]
    #[must_use]
    pub fn scale(x: f64) -> f64 {
        2.0 * x
    }
}

/// The other one.
pub mod second {
    /// Thrice.
    #[autodiff_core::differentiate]
    #[must_use]
    pub fn scale(x: f64) -> f64 {
        3.0 * x
    }

    // Only its gradient is used: no `dead_code` for the function.
    #[autodiff_core::differentiate]
    fn private(x: f64) -> f64 {
        x.sin()
    }

    /// The cosine, by way of a derivative.
    #[must_use]
    pub fn cosine(x: f64) -> f64 {
        private::gradient(x)
    }
}

/// A line.
#[derive(Clone, Debug, Differentiable)]
pub struct Line {
    /// Rise over run.
    pub slope: f64,
    /// Value at 0.
    pub offset: f64,
    /// Not differentiated.
    pub rank: usize,
}

/// The line at a point.
#[differentiate]
#[must_use]
pub fn at(line: &Line, x: f64) -> f64 {
    line.slope * x + line.offset
}

/// Everything under one roof.
pub mod prelude {
    pub use crate::first::*;
    pub use crate::{at, half_square, Line};
}

/// The crate that emitted code of others may go through.
pub mod reexported {
    pub use autodiff_core;
}
