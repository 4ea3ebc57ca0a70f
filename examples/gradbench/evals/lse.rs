//! lse: the logarithm of a sum of exponentials, from its parts.

use super::Function;
use crate::threads::gradient_into;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("primal", primal), ("gradient", gradient)];

#[cfg_attr(feature = "rayon", differentiate(par_gradient_into))]
#[cfg_attr(not(feature = "rayon"), differentiate)]
fn log_sum_exp(x: &[f64]) -> f64 {
    let highest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = x.iter().map(|x| (x - highest).exp()).sum();
    highest + sum.ln()
}

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
}

impl Input {
    fn check(self) -> serde_json::Result<Self> {
        if self.x.is_empty() { Err(unfit("x is empty")) } else { Ok(self) }
    }
}

fn primal(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.check()?, |input| log_sum_exp(&input.x))
}

fn gradient(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.check()?,
        |input| vec![0.0; input.x.len()],
        |input, slope| {
            gradient_into!(log_sum_exp(&input.x, slope));
        },
    )
}
