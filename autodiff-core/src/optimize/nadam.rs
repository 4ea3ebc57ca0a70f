//! Nadam: Adam with Nesterov's look-ahead.

use super::state::State;
use super::{Optimizer, SettingError};
use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;

/// Nadam, as `keras.optimizers.Nadam`.
///
/// The momentum grows with the steps: `uₜ = β₁ (1 - 0.96ᵗ / 2)`, and `Uₜ = u₁ u₂ … uₜ`. In step t, with
/// the averages `m ← m + (1 - β₁)(g - m)` and `v ← v + (1 - β₂)(g² - v)`:
///
/// `m̂ = uₜ₊₁ m / (1 - Uₜ₊₁) + (1 - uₜ) g / (1 - Uₜ)`, `v̂ = v / (1 - β₂ᵗ)`,
/// `p ← p - η m̂ / (√v̂ + ε)`.
///
/// Keras's defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-7.
///
/// ```
/// use autodiff_core::optimize::{Nadam, Optimizer};
///
/// let mut optimizer = Nadam::new(0.05)?;
/// let mut x = [4.0_f64, -2.0];
/// for _ in 0..2000 {
///     let slope = [2.0 * x[0], 20.0 * x[1]]; // of x₀² + 10 x₁²
///     optimizer.step(&mut x, &slope);
/// }
/// assert!(x[0].abs() < 1e-6 && x[1].abs() < 1e-6);
/// # Ok::<(), autodiff_core::optimize::SettingError>(())
/// ```
///
/// Sources: the documentation of Keras 3; T. Dozat, "Incorporating Nesterov momentum into Adam", 2015.
#[derive(Clone, Debug)]
pub struct Nadam {
    learning_rate: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    /// Uₜ, of the steps so far.
    momentum_product: f64,
    /// The averages m and v.
    state: State<2>,
}

/// Base of the momentum's schedule; fixed in Keras.
const DECAY: f64 = 0.96;

impl Default for Nadam {
    /// Keras's defaults.
    fn default() -> Self {
        Self {
            learning_rate: 0.001,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            momentum_product: 1.0,
            state: State::default(),
        }
    }
}

impl Nadam {
    /// With this learning rate and Keras's other defaults.
    ///
    /// # Errors
    ///
    /// If the learning rate is not positive and finite.
    pub fn new(learning_rate: f64) -> Result<Self, SettingError> {
        let mut optimizer = Self::default();
        optimizer.set_learning_rate(learning_rate)?;
        Ok(optimizer)
    }

    /// With these decay rates of the averages of the gradient and of its square.
    ///
    /// # Errors
    ///
    /// If one is not in [0, 1).
    pub fn betas(mut self, beta_1: f64, beta_2: f64) -> Result<Self, SettingError> {
        self.beta_1 = SettingError::decay("beta_1", beta_1)?;
        self.beta_2 = SettingError::decay("beta_2", beta_2)?;
        Ok(self)
    }

    /// With this ε, which keeps the divisor from 0.
    ///
    /// # Errors
    ///
    /// If it is not positive and finite.
    pub fn epsilon(mut self, epsilon: f64) -> Result<Self, SettingError> {
        self.epsilon = SettingError::positive("epsilon", epsilon)?;
        Ok(self)
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

    /// uₜ.
    fn momentum<T: Float>(&self, step: u64) -> T {
        let power = T::from_f64(DECAY).powf(T::from_f64(step as f64));
        T::from_f64(self.beta_1) * (T::ONE - T::from_f64(0.5) * power)
    }
}

impl Optimizer for Nadam {
    fn step<P: Parameters + ?Sized>(&mut self, parameters: &mut P, gradient: &P::Tangent) {
        self.state.begin(parameters, gradient);
        self.momentum_product *= self.momentum::<f64>(self.state.steps());
        parameters.walk(gradient, ParameterPath::Root("parameters"), &mut Step(self));
    }

    fn reset(&mut self) {
        self.momentum_product = 1.0;
        self.state.reset();
    }

    fn steps(&self) -> u64 {
        self.state.steps()
    }
}

struct Step<'a>(&'a mut Nadam);

impl Visitor for Step<'_> {
    #[inline]
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        let optimizer = &mut *self.0;
        let step = optimizer.state.steps();
        let momentum = optimizer.momentum::<T>(step);
        let next_momentum = optimizer.momentum::<T>(step + 1);
        let product = T::from_f64(optimizer.momentum_product);
        let next_product = product * next_momentum;
        let beta_1 = T::from_f64(optimizer.beta_1);
        let beta_2 = T::from_f64(optimizer.beta_2);
        // m̂ = mean_factor m + slope_factor g, v̂ = square_factor v
        let mean_factor = next_momentum / (T::ONE - next_product);
        let slope_factor = (T::ONE - momentum) / (T::ONE - product);
        let square_factor = (T::ONE - beta_2.powf(T::from_f64(step as f64))).recip();
        let learning_rate = T::from_f64(optimizer.learning_rate);
        let epsilon = T::from_f64(optimizer.epsilon);

        let [means, squares] = optimizer.state.next::<T>(values.len());
        let averages = means.iter_mut().zip(squares);
        for ((value, &slope), (mean, square)) in values.iter_mut().zip(gradient).zip(averages) {
            *mean += (slope - *mean) * (T::ONE - beta_1);
            *square += (slope * slope - *square) * (T::ONE - beta_2);
            let ahead = mean_factor * *mean + slope_factor * slope;
            let scale = (square_factor * *square).sqrt() + epsilon;
            *value -= ahead * learning_rate / scale;
        }
    }
}
