//! Gradient descent, with momentum or Nesterov momentum if asked for.

use super::state::State;
use super::{Optimizer, SettingError};
use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;

/// Gradient descent, as `keras.optimizers.SGD`.
///
/// Without momentum `p ← p - η g`. With momentum μ there is a velocity `v ← μ v - η g` and
/// `p ← p + v`; Nesterov's variant looks ahead: `p ← p + μ v - η g`.
///
/// Keras's defaults: η = 0.01, μ = 0.
///
/// ```
/// use autodiff_core::optimize::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(0.1)?.momentum(0.9)?.nesterov(true);
/// let mut x = 1.0_f64;
/// for _ in 0..300 {
///     let slope = 2.0 * x; // of x²
///     optimizer.step(&mut x, &slope);
/// }
/// assert!(x.abs() < 1e-9);
/// # Ok::<(), autodiff_core::optimize::SettingError>(())
/// ```
///
/// Sources: the documentation of Keras 3; I. Sutskever et al., "On the importance of initialization and
/// momentum in deep learning", ICML 2013.
#[derive(Clone, Debug)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    /// The velocity.
    state: State<1>,
    /// Used instead of `state` as long as there is no momentum: only counts steps.
    plain: State<0>,
}

impl Default for Sgd {
    /// Keras's defaults.
    fn default() -> Self {
        Self {
            learning_rate: 0.01,
            momentum: 0.0,
            nesterov: false,
            state: State::default(),
            plain: State::default(),
        }
    }
}

impl Sgd {
    /// Plain gradient descent.
    ///
    /// # Errors
    ///
    /// If the learning rate is not positive and finite.
    pub fn new(learning_rate: f64) -> Result<Self, SettingError> {
        let mut optimizer = Self::default();
        optimizer.set_learning_rate(learning_rate)?;
        Ok(optimizer)
    }

    /// With momentum μ.
    ///
    /// # Errors
    ///
    /// If it is not in \[0, 1\].
    pub fn momentum(mut self, momentum: f64) -> Result<Self, SettingError> {
        let holds = (0.0..=1.0).contains(&momentum);
        self.momentum = SettingError::check(holds, "momentum", "between 0 and 1", momentum)?;
        Ok(self)
    }

    /// With Nesterov's look-ahead; without momentum it changes nothing.
    #[must_use]
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.nesterov = nesterov;
        self
    }

    /// The learning rate.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Changes the learning rate from the next step on.
    ///
    /// # Errors
    ///
    /// If it is not positive and finite; then it stays as it was.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), SettingError> {
        self.learning_rate = SettingError::positive("learning_rate", learning_rate)?;
        Ok(())
    }
}

impl Optimizer for Sgd {
    fn step<P: Parameters + ?Sized>(&mut self, parameters: &mut P, gradient: &P::Tangent) {
        let path = ParameterPath::Root("parameters");
        let learning_rate = self.learning_rate;
        if self.momentum == 0.0 {
            self.plain.begin(parameters, gradient);
            parameters.walk(gradient, path, &mut Plain { learning_rate });
        } else {
            self.state.begin(parameters, gradient);
            let (momentum, nesterov, state) = (self.momentum, self.nesterov, &mut self.state);
            let mut visitor = WithMomentum { learning_rate, momentum, nesterov, state };
            parameters.walk(gradient, path, &mut visitor);
        }
    }

    fn reset(&mut self) {
        self.state.reset();
        self.plain.reset();
    }

    fn steps(&self) -> u64 {
        self.state.steps() + self.plain.steps()
    }
}

struct Plain {
    learning_rate: f64,
}

impl Visitor for Plain {
    #[inline]
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        let learning_rate = T::from_f64(self.learning_rate);
        for (value, &slope) in values.iter_mut().zip(gradient) {
            *value -= slope * learning_rate;
        }
    }
}

struct WithMomentum<'a> {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    state: &'a mut State<1>,
}

impl Visitor for WithMomentum<'_> {
    #[inline]
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        let [velocities] = self.state.next::<T>(values.len());
        let learning_rate = T::from_f64(self.learning_rate);
        let momentum = T::from_f64(self.momentum);
        for ((value, &slope), velocity) in values.iter_mut().zip(gradient).zip(velocities) {
            *velocity = *velocity * momentum - slope * learning_rate;
            *value += if self.nesterov {
                *velocity * momentum - slope * learning_rate
            } else {
                *velocity
            };
        }
    }
}
