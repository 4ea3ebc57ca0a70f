//! Adam: steps scaled by running averages of the gradient and of its square.

use super::state::State;
use super::{Optimizer, SettingError};
use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;

/// Adam, as `keras.optimizers.Adam`.
///
/// In step t, with the averages `m ← m + (1 - β₁)(g - m)` and `v ← v + (1 - β₂)(g² - v)`:
/// `p ← p - α m / (√v + ε)`, where `α = η √(1 - β₂ᵗ) / (1 - β₁ᵗ)`. This ε is the "ε hat" of the paper.
///
/// Keras's defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-7, no AMSGrad.
///
/// ```
/// use autodiff_core::optimize::{Adam, Optimizer};
///
/// let mut optimizer = Adam::new(0.1)?.betas(0.9, 0.99)?.epsilon(1e-8)?;
/// let mut x = [4.0_f64, -2.0];
/// for _ in 0..1000 {
///     let slope = [2.0 * x[0], 20.0 * x[1]]; // of x₀² + 10 x₁²
///     optimizer.step(&mut x, &slope);
/// }
/// assert!(x[0].abs() < 1e-6 && x[1].abs() < 1e-6);
/// # Ok::<(), autodiff_core::optimize::SettingError>(())
/// ```
///
/// Sources: the documentation of Keras 3; D. Kingma and J. Ba, "Adam: a method for stochastic
/// optimization", ICLR 2015; S. Reddi et al., "On the convergence of Adam and beyond", ICLR 2018.
#[derive(Clone, Debug)]
pub struct Adam {
    learning_rate: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    amsgrad: bool,
    /// The averages m and v.
    state: State<2>,
    /// The largest v so far; used with AMSGrad alone.
    largest: State<1>,
}

impl Default for Adam {
    /// Keras's defaults.
    fn default() -> Self {
        Self {
            learning_rate: 0.001,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            amsgrad: false,
            state: State::default(),
            largest: State::default(),
        }
    }
}

impl Adam {
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

    /// AMSGrad: divides by the largest average so far instead of the last one.
    #[must_use]
    pub fn amsgrad(mut self, amsgrad: bool) -> Self {
        self.amsgrad = amsgrad;
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

impl Optimizer for Adam {
    fn step<P: Parameters + ?Sized>(&mut self, parameters: &mut P, gradient: &P::Tangent) {
        self.state.begin(parameters, gradient);
        if self.amsgrad {
            self.largest.begin(parameters, gradient);
        }
        parameters.walk(gradient, ParameterPath::Root("parameters"), &mut Step(self));
    }

    fn reset(&mut self) {
        self.state.reset();
        self.largest.reset();
    }

    fn steps(&self) -> u64 {
        self.state.steps()
    }
}

struct Step<'a>(&'a mut Adam);

impl Visitor for Step<'_> {
    #[inline]
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        let Adam { learning_rate, beta_1, beta_2, epsilon, amsgrad, state, largest } = &mut *self.0;
        let step = T::from_f64(state.steps() as f64);
        let bias_1 = T::ONE - T::from_f64(*beta_1).powf(step);
        let bias_2 = T::ONE - T::from_f64(*beta_2).powf(step);
        let rate = T::from_f64(*learning_rate) * bias_2.sqrt() / bias_1;
        let weight_1 = T::from_f64(1.0 - *beta_1);
        let weight_2 = T::from_f64(1.0 - *beta_2);
        let epsilon = T::from_f64(*epsilon);

        let [means, squares] = state.next::<T>(values.len());
        let average = |slope: T, mean: &mut T, square: &mut T| {
            *mean += (slope - *mean) * weight_1;
            *square += (slope * slope - *square) * weight_2;
        };
        let averages = means.iter_mut().zip(squares);
        let values = values.iter_mut().zip(gradient).zip(averages);
        if *amsgrad {
            let [largest] = largest.next::<T>(values.len());
            for (((value, &slope), (mean, square)), largest) in values.zip(largest) {
                average(slope, mean, square);
                *largest = largest.max(*square);
                *value -= *mean * rate / (largest.sqrt() + epsilon);
            }
        } else {
            for ((value, &slope), (mean, square)) in values {
                average(slope, mean, square);
                *value -= *mean * rate / (square.sqrt() + epsilon);
            }
        }
    }
}
