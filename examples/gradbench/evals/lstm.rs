//! lstm: the loss of a recurrent network that predicts the next character, its weights diagonal.

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("objective", objective), ("jacobian", jacobian)];

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The mean negative log likelihood of a sequence of rows of b bits.
///
/// `main` has a row of weights and one of biases for each layer, in four blocks of b each: forget, in, out,
/// change. `extra` has weights of the input, weights of the output, biases of the output. `start` has the
/// hidden state and the cells of each layer.
#[differentiate(wrt(main, extra))]
fn loss(main: &[f64], extra: &[f64], start: &[f64], sequence: &[f64], b: usize) -> f64 {
    let layers = start.len() / (2 * b);
    let characters = sequence.len() / b;
    let mut state = start.to_vec();
    let mut z = vec![0.0; b];
    let mut total = 0.0;
    for t in 0..characters - 1 {
        let now = &sequence[t * b..(t + 1) * b];
        let next = &sequence[(t + 1) * b..(t + 2) * b];
        for j in 0..b {
            z[j] = now[j] * extra[j];
        }
        for layer in 0..layers {
            let weight = &main[8 * layer * b..(8 * layer + 4) * b];
            let bias = &main[(8 * layer + 4) * b..(8 * layer + 8) * b];
            for j in 0..b {
                let hidden = state[2 * layer * b + j];
                let cell = state[(2 * layer + 1) * b + j];
                let forget = sigmoid(z[j] * weight[j] + bias[j]);
                let input = sigmoid(hidden * weight[b + j] + bias[b + j]);
                let output = sigmoid(z[j] * weight[2 * b + j] + bias[2 * b + j]);
                let change = (hidden * weight[3 * b + j] + bias[3 * b + j]).tanh();
                let cell = cell * forget + input * change;
                let hidden = output * cell.tanh();
                state[(2 * layer + 1) * b + j] = cell;
                state[2 * layer * b + j] = hidden;
                z[j] = hidden;
            }
        }
        let mut sum = 2.0;
        for j in 0..b {
            z[j] = z[j] * extra[b + j] + extra[2 * b + j];
            sum += z[j].exp();
        }
        let logarithm = sum.ln();
        for j in 0..b {
            total += next[j] * (z[j] - logarithm);
        }
    }
    -total / (b * (characters - 1)) as f64
}

#[derive(Deserialize)]
struct Input {
    main_params: Vec<Vec<f64>>,
    extra_params: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    sequence: Vec<Vec<f64>>,
}

/// The same, row after row.
struct Network {
    main: Vec<f64>,
    extra: Vec<f64>,
    state: Vec<f64>,
    sequence: Vec<f64>,
    b: usize,
}

impl Input {
    fn flat(self) -> serde_json::Result<Network> {
        let b = self.extra_params.first().map_or(0, Vec::len);
        let rows = |matrix: &[Vec<f64>], length: usize| matrix.iter().all(|r| r.len() == length);
        let fits = b > 0
            && self.extra_params.len() == 3
            && self.sequence.len() > 1
            && self.main_params.len() == self.state.len()
            && self.state.len().is_multiple_of(2)
            && rows(&self.main_params, 4 * b)
            && [&self.extra_params, &self.state, &self.sequence].iter().all(|m| rows(m, b));
        if !fits {
            return Err(unfit("shapes do not match"));
        }
        Ok(Network {
            main: self.main_params.concat(),
            extra: self.extra_params.concat(),
            state: self.state.concat(),
            sequence: self.sequence.concat(),
            b,
        })
    }
}

fn objective(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.flat()?, |at| loss(&at.main, &at.extra, &at.state, &at.sequence, at.b))
}

fn jacobian(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.flat()?,
        |at| vec![0.0; at.main.len() + at.extra.len()],
        |at, slopes| {
            let (main, extra) = slopes.split_at_mut(at.main.len());
            loss::gradient_into(&at.main, &at.extra, &at.state, &at.sequence, at.b, main, extra);
        },
    )
}
