//! First-order optimizers and [`minimize`].
//!
//! [`Sgd`], [`Adam`] and [`Nadam`] follow the definitions and defaults of Keras 3 and are tested
//! against its trajectories. They step any [`Parameters`] in place: floats, arrays, slices, `Vec`,
//! tuples of these and structs with `#[derive(Differentiable)]`.
//!
//! ```
//! use autodiff_core::optimize::{Nadam, Stopping, minimize};
//!
//! // f(x, y) = (x - 3)² + (x y - 6)² and its gradient
//! let objective = |&[x, y]: &[f64; 2]| {
//!     let (a, b) = (x - 3.0, x * y - 6.0);
//!     (a * a + b * b, [2.0 * a + 2.0 * b * y, 2.0 * b * x])
//! };
//! let mut point = [1.0, 1.0];
//! let stopping = Stopping::after(10_000).gradient_norm(1e-9);
//! let report = minimize(objective, &mut point, &mut Nadam::new(0.05)?, &stopping)?;
//! assert!((point[0] - 3.0).abs() < 1e-8 && (point[1] - 2.0).abs() < 1e-8);
//! println!("{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adam;
mod minimize;
mod nadam;
mod sgd;
mod state;

pub use adam::Adam;
pub use minimize::{
    MinimizeError, NotFinite, Progress, Reason, Record, Report, Stopping, minimize, minimize_into,
    minimize_with,
};
pub use nadam::Nadam;
pub use sgd::Sgd;

use crate::differentiable::Parameters;

/// A rule that moves parameters against their gradient.
///
/// ```
/// use autodiff_core::optimize::{Optimizer, Sgd};
///
/// let mut weights = vec![1.0, 2.0];
/// let mut optimizer = Sgd::new(0.5)?;
/// optimizer.step(&mut weights, &vec![2.0, -2.0]);
/// assert_eq!(weights, [0.0, 3.0]);
/// # Ok::<(), autodiff_core::optimize::SettingError>(())
/// ```
///
/// Several variables go in one step as a tuple of `&mut`:
///
/// ```
/// # use autodiff_core::optimize::{Optimizer, Sgd};
/// let (mut slope, mut offsets) = (1.0, [2.0, 3.0]);
/// Sgd::new(1.0)?.step(&mut (&mut slope, &mut offsets), &(0.5, [1.0, 1.0]));
/// assert_eq!((slope, offsets), (0.5, [1.0, 2.0]));
/// # Ok::<(), autodiff_core::optimize::SettingError>(())
/// ```
pub trait Optimizer {
    /// Moves `parameters` one step. Allocates in the first step only, for the optimizer's own state.
    ///
    /// A NaN in the gradient goes into the parameters, as everywhere in arithmetic;
    /// [`minimize`] looks for them before it steps.
    ///
    /// # Panics
    ///
    /// If a `Vec` in `gradient` has not the length of its counterpart in `parameters` (the message names
    /// it), or if the number of floats is not that of the first step. Nothing has changed then.
    fn step<P: Parameters + ?Sized>(&mut self, parameters: &mut P, gradient: &P::Tangent);

    /// Forgets the steps so far: momentum, averages and the number of steps. Keeps the settings.
    fn reset(&mut self);

    /// The number of steps so far.
    fn steps(&self) -> u64;
}

/// A setting that makes no sense.
///
/// ```
/// use autodiff_core::optimize::Adam;
///
/// let error = Adam::new(-0.1).unwrap_err();
/// assert_eq!(error.to_string(), "learning_rate must be positive and finite, but is -0.1");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name} must be {expected}, but is {value}")]
pub struct SettingError {
    /// The setting.
    pub name: &'static str,
    /// What it may be.
    pub expected: &'static str,
    /// What it was.
    pub value: f64,
}

impl SettingError {
    fn check(
        holds: bool,
        name: &'static str,
        expected: &'static str,
        value: f64,
    ) -> Result<f64, Self> {
        if holds { Ok(value) } else { Err(Self { name, expected, value }) }
    }

    /// A learning rate, an epsilon.
    fn positive(name: &'static str, value: f64) -> Result<f64, Self> {
        Self::check(value > 0.0 && value.is_finite(), name, "positive and finite", value)
    }

    /// A tolerance.
    pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<f64, Self> {
        Self::check(value >= 0.0 && value.is_finite(), name, "at least 0 and finite", value)
    }

    /// A decay rate of an average: 1 would never forget the zero that the average begins with.
    fn decay(name: &'static str, value: f64) -> Result<f64, Self> {
        Self::check((0.0..1.0).contains(&value), name, "at least 0 and below 1", value)
    }
}
