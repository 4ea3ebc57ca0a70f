//! det: a determinant by minors.

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("primal", primal), ("gradient", gradient)];

/// The minor of the rows from `row` on and of the columns that are left: `next` tells for every column which
/// one follows, and at its end, which is the first one. It is as before when the function returns.
#[differentiate(wrt(a))]
fn minor(a: &[f64], size: usize, row: usize, next: &mut [usize]) -> f64 {
    if row + 1 == size {
        return a[row * size + next[size]];
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    let mut before = size;
    for _ in row..size {
        let column = next[before];
        next[before] = next[column];
        sum += sign * a[row * size + column] * minor(a, size, row + 1, next);
        next[before] = column;
        before = column;
        sign = -sign;
    }
    sum
}

/// The columns of a matrix as a ring.
fn ring(size: usize) -> Vec<usize> {
    (1..=size).chain([0]).collect()
}

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "A")]
    a: Vec<f64>,
    ell: usize,
}

impl Input {
    fn check(self) -> serde_json::Result<Self> {
        if self.ell == 0 || self.a.len() != self.ell * self.ell {
            return Err(unfit("A is not square with ell rows"));
        }
        Ok(self)
    }
}

fn primal(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.check()?, |input| minor(&input.a, input.ell, 0, &mut ring(input.ell)))
}

fn gradient(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.check()?,
        |input| vec![0.0; input.a.len()],
        |input, slope| {
            minor::gradient_into(&input.a, input.ell, 0, &mut ring(input.ell), slope);
        },
    )
}
