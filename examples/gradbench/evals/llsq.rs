//! llsq: least squares of a polynomial against a step at equidistant points.

use super::Function;
use crate::threads::gradient_into;
use crate::timing::{Outcome, read};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("primal", primal), ("gradient", gradient)];

/// Half the sum of the squared differences between the polynomial with coefficients `x` and the sign of t,
/// at n points t from -1 to 1.
#[cfg_attr(feature = "rayon", differentiate(wrt(x), par_gradient_into))]
#[cfg_attr(not(feature = "rayon"), differentiate(wrt(x)))]
fn least_squares(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let t = -1.0 + 2.0 * i as f64 / (n as f64 - 1.0);
        let sign = if t > 0.0 {
            1.0
        } else if t < 0.0 {
            -1.0
        } else {
            0.0
        };
        let mut difference = sign;
        let mut power = 1.0;
        for coefficient in x {
            difference -= coefficient * power;
            power *= t;
        }
        sum += difference * difference;
    }
    0.5 * sum
}

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    n: usize,
}

fn primal(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input, |input| least_squares(&input.x, input.n))
}

fn gradient(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input,
        |input| vec![0.0; input.x.len()],
        |input, slope| {
            gradient_into!(least_squares(&input.x, input.n, slope));
        },
    )
}
