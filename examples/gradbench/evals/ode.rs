//! ode: the classical Runge-Kutta method of fourth order with fixed steps, from 0 to 2.

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("primal", primal), ("gradient", gradient)];

/// Goes from the start `y` to the end of the path, whose last component it returns.
#[differentiate(wrt(x))]
fn runge_kutta(x: &[f64], steps: usize, y: &mut [f64]) -> f64 {
    /// The right-hand side: y'₀ = x₀, y'ᵢ = xᵢ yᵢ₋₁.
    fn slopes(x: &[f64], y: &[f64], slope: &mut [f64]) {
        slope[0] = x[0];
        for i in 1..x.len() {
            slope[i] = x[i] * y[i - 1];
        }
    }

    let n = x.len();
    let h = 2.0 / steps as f64;
    let mut stage = vec![0.0; n];
    let mut k1 = vec![0.0; n];
    let mut k2 = vec![0.0; n];
    let mut k3 = vec![0.0; n];
    let mut k4 = vec![0.0; n];
    for _ in 0..steps {
        slopes(x, y, &mut k1);
        for i in 0..n {
            stage[i] = y[i] + h * k1[i] / 2.0;
        }
        slopes(x, &stage, &mut k2);
        for i in 0..n {
            stage[i] = y[i] + h * k2[i] / 2.0;
        }
        slopes(x, &stage, &mut k3);
        for i in 0..n {
            stage[i] = y[i] + h * k3[i];
        }
        slopes(x, &stage, &mut k4);
        for i in 0..n {
            y[i] += h * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0;
        }
    }
    y[n - 1]
}

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    s: usize,
}

impl Input {
    fn check(self) -> serde_json::Result<Self> {
        if self.x.is_empty() { Err(unfit("x is empty")) } else { Ok(self) }
    }
}

/// The end of the path from 0.
fn primal(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.check()?, |input| {
        let mut y = vec![0.0; input.x.len()];
        runge_kutta(&input.x, input.s, &mut y);
        y
    })
}

/// The gradient of the last component of the end.
fn gradient(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.check()?,
        |input| vec![0.0; input.x.len()],
        |input, slopes| {
            let mut y = vec![0.0; input.x.len()];
            runge_kutta::gradient_into(&input.x, input.s, &mut y, slopes);
        },
    )
}
