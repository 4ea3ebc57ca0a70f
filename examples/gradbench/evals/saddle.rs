//! saddle: the lowest of highest points by nested gradient descent, B. Pearlmutter and J. Siskind, 2008.

use super::Function;
use super::search::lowest;
use crate::timing::{Outcome, read};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The first letter is the mode of the outer derivative, the second that of the inner one.
pub const FUNCTIONS: &[(&str, Function)] = &[
    ("rr", |input| saddle_point(input, Mode::Reverse, Mode::Reverse)),
    ("rf", |input| saddle_point(input, Mode::Reverse, Mode::Forward)),
    ("fr", |input| saddle_point(input, Mode::Forward, Mode::Reverse)),
    ("ff", |input| saddle_point(input, Mode::Forward, Mode::Forward)),
];

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Forward,
    Reverse,
}

#[differentiate(order = 2)]
fn surface(x: &[f64; 2], y: &[f64; 2]) -> f64 {
    (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1])
}

/// Its slope by y.
#[differentiate(jvp, wrt(x, y))]
fn slope_by_y(x: &[f64; 2], y: &[f64; 2], mode: Mode) -> [f64; 2] {
    match mode {
        Mode::Forward => {
            [surface::jvp(x, y, [0.0; 2], [1.0, 0.0]).1, surface::jvp(x, y, [0.0; 2], [0.0, 1.0]).1]
        }
        Mode::Reverse => surface::gradient(x, y).1,
    }
}

/// The y of the highest point over x.
#[differentiate(jvp, wrt(x))]
fn place_of_highest(x: &[f64; 2], start: &[f64; 2], mode: Mode) -> [f64; 2] {
    let mut y = *start;
    let mut height = surface(x, &y);
    let mut slope = slope_by_y(x, &y, mode);
    let mut rate = 1e-5;
    let mut accepted = 0;
    loop {
        if (slope[0] * slope[0] + slope[1] * slope[1]).sqrt() <= 1e-5 {
            return y;
        }
        if accepted == 10 {
            rate *= 2.0;
            accepted = 0;
            continue;
        }
        let next = [y[0] + rate * slope[0], y[1] + rate * slope[1]];
        let (a, b) = (y[0] - next[0], y[1] - next[1]);
        if (a * a + b * b).sqrt() <= 1e-5 {
            return y;
        }
        let higher = surface(x, &next);
        if higher > height {
            y = next;
            height = higher;
            slope = slope_by_y(x, &y, mode);
            accepted += 1;
        } else {
            rate /= 2.0;
            accepted = 0;
        }
    }
}

/// The height of the highest point over x.
#[differentiate(jvp, wrt(x))]
fn highest(x: &[f64; 2], start: &[f64; 2], mode: Mode) -> f64 {
    surface(x, &place_of_highest(x, start, mode))
}

#[derive(Deserialize)]
struct Input {
    start: [f64; 2],
}

fn saddle_point(input: &RawValue, outer: Mode, inner: Mode) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.start, |start| {
        let slope = |x: &[f64; 2]| match outer {
            Mode::Forward => {
                [[1.0, 0.0], [0.0, 1.0]].map(|axis| highest::jvp(x, start, inner, axis).1)
            }
            Mode::Reverse => highest::gradient(x, start, inner),
        };
        let x = lowest(*start, |x| highest(x, start, inner), slope);
        let y = place_of_highest(&x, start, inner);
        [x[0], x[1], y[0], y[1]]
    })
}
