//! particle: where a charge has to stand to steer a particle, B. Pearlmutter and J. Siskind, 2008.

use super::Function;
use super::search::lowest;
use crate::timing::{Outcome, read};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The first letter is the mode of the outer derivative, the second that of the inner one.
pub const FUNCTIONS: &[(&str, Function)] = &[
    ("rr", |input| steer(input, Mode::Reverse, Mode::Reverse)),
    ("rf", |input| steer(input, Mode::Reverse, Mode::Forward)),
    ("fr", |input| steer(input, Mode::Forward, Mode::Reverse)),
    ("ff", |input| steer(input, Mode::Forward, Mode::Forward)),
];

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Forward,
    Reverse,
}

/// The potential of both charges at a point.
#[differentiate(order = 2)]
fn potential(p: &[f64; 2], w: f64) -> f64 {
    let (x, y) = (p[0] - 10.0, p[1] - (10.0 - w));
    let (u, v) = (p[0] - 10.0, p[1]);
    1.0 / (x * x + y * y).sqrt() + 1.0 / (u * u + v * v).sqrt()
}

/// Its slope by the point.
#[differentiate(jvp, wrt(p, w))]
fn slope(p: &[f64; 2], w: f64, mode: Mode) -> [f64; 2] {
    match mode {
        Mode::Forward => {
            [potential::jvp(p, w, [1.0, 0.0], 0.0).1, potential::jvp(p, w, [0.0, 1.0], 0.0).1]
        }
        Mode::Reverse => potential::gradient(p, w).0,
    }
}

/// The squared distance from the origin at which the particle crosses the axis.
#[differentiate(jvp, wrt(w))]
fn miss(w: f64, mode: Mode) -> f64 {
    let (mut position, mut velocity) = ([0.0, 8.0], [0.75, 0.0]);
    let dt = 0.1;
    loop {
        let slope = slope(&position, w, mode);
        position[0] += dt * velocity[0];
        position[1] += dt * velocity[1];
        if position[1] <= 0.0 {
            let h = -position[1] / velocity[1];
            let x = position[0] + h * velocity[0];
            return x * x;
        }
        velocity[0] -= dt * slope[0];
        velocity[1] -= dt * slope[1];
    }
}

#[derive(Deserialize)]
struct Input {
    w: f64,
}

fn steer(input: &RawValue, outer: Mode, inner: Mode) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.w, |w| {
        let slope = |w: &[f64; 1]| match outer {
            Mode::Forward => [miss::jvp(w[0], inner, 1.0).1],
            Mode::Reverse => [miss::gradient(w[0], inner)],
        };
        lowest([*w], |w| miss(w[0], inner), slope)[0]
    })
}
