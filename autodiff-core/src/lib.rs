//! Compile-time symbolic differentiation for stable Rust: gradients you can trust and read.
//!
//! [`#[differentiate]`](macro@differentiate) on an ordinary function makes its gradient, as plain Rust,
//! while the program is compiled. The function stays as it was written; beside it, under the same name,
//! stand its derivatives:
//!
//! ```
//! use autodiff_core::differentiate;
//!
//! #[differentiate(wrt(w))]
//! fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
//!     x.iter()
//!         .zip(y)
//!         .map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2))
//!         .sum::<f64>()
//!         / x.len() as f64
//! }
//!
//! let (x, y) = ([0.0, 1.0, 2.0], [3.0, 6.0, 11.0]); // of x² + 2x + 3
//! let (loss, slope) = mse::value_and_gradient(&[1.0, 2.0, 3.0], &x, &y);
//! assert_eq!((loss, slope), (0.0, [0.0; 3]));
//! ```
//!
//! Around it:
//!
//! * [`Differentiable`](macro@Differentiable) derives what a struct needs to be differentiated by.
//! * [`optimize`] has optimizers and [`minimize`](optimize::minimize()), which run down a gradient.
//! * [`check`] compares a gradient with differences of the function's values.
//! * [`special`] has the error function, the gamma function and their relatives.
//! * [`Float`] is for functions that serve `f32` and `f64`.
//!
//! # Where there is no derivative
//!
//! `abs` has slope 0 at 0. `max` and `min` pass the slope to the argument that the value came from, and
//! on a tie to the second. `clamp` has slope 0 outside of its bounds and 1 inside, the bounds included.
//! `floor`, `ceil`, `round`, `trunc`, `signum` and casts to integers have slope 0, `fract` has slope 1.
//! `sqrt` has the slope `inf` at 0; `hypot(0, 0)` and `atan2(0, 0)` have slope 0; `powf(0, y)` has slope
//! 0 in `y` for `y > 0`. A branch that is not taken never contributes.

#![forbid(unsafe_code)]

pub mod check;
mod differentiable;
mod float;
pub mod optimize;
pub mod special;

pub use autodiff_macro::{Differentiable, differentiate};
pub use differentiable::{Differentiable, ParameterPath, Parameters, Visitor};
pub use float::Float;
pub use special::detach;

// The derive's documentation examples and tests name this crate as its users do.
extern crate self as autodiff_core;

/// What generated code calls; not for users, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::float::Sealed;
    pub use autodiff_macro::__resume as resume;
}
