//! Instructions of emitted gradients against gradients written by hand.
//!
//! `cargo xtask instructions` runs this under callgrind and prints the ratios; by itself it runs one
//! case a number of times: `instructions <case> <times>`.

use autodiff_core::differentiate;
use std::hint::black_box;

/// The puzzle A+B=9, C−D=1, A+C=8, B−D=2 as a sum of squared errors.
#[differentiate]
fn puzzle(a: f64, b: f64, c: f64, d: f64) -> f64 {
    (a + b - 9.0).powi(2) + (c - d - 1.0).powi(2) + (a + c - 8.0).powi(2) + (b - d - 2.0).powi(2)
}

#[inline(never)]
fn puzzle_emitted(a: f64, b: f64, c: f64, d: f64) -> (f64, (f64, f64, f64, f64)) {
    puzzle::value_and_gradient(a, b, c, d)
}

#[inline(never)]
fn puzzle_by_hand(a: f64, b: f64, c: f64, d: f64) -> (f64, (f64, f64, f64, f64)) {
    let (e, f, g, h) = (a + b - 9.0, c - d - 1.0, a + c - 8.0, b - d - 2.0);
    let gradient = (2.0 * (e + g), 2.0 * (e + h), 2.0 * (f + g), -2.0 * (f + h));
    (e * e + f * f + g * g + h * h, gradient)
}

/// The mean squared error of a parabola.
#[differentiate(wrt(w))]
fn regression(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
        / x.len() as f64
}

#[inline(never)]
fn regression_emitted(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    regression::value_and_gradient(w, x, y)
}

#[inline(never)]
fn regression_by_hand(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    let n = x.len() as f64;
    let (mut loss, mut gradient) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let residual = w[0] * x * x + w[1] * x + w[2] - y;
        loss += residual * residual;
        let slope = 2.0 / n * residual;
        gradient[0] += slope * x * x;
        gradient[1] += slope * x;
        gradient[2] += slope;
    }
    (loss / n, gradient)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, case, times] = &arguments[..] else {
        // `cargo bench` and `cargo test --benches` pass their own arguments.
        println!("run `cargo xtask instructions`");
        return;
    };
    let Ok(times) = times.parse::<usize>() else { return };
    let x: Vec<f64> = (0..1000).map(|i| f64::from(i) / 500.0 - 1.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x * x + 2.0 * x + 3.0).collect();
    let w = [0.5, 1.5, 2.5];
    for _ in 0..times {
        match case.as_str() {
            "puzzle-emitted" => {
                black_box(puzzle_emitted(black_box(1.0), 2.0, black_box(3.0), 4.0));
            }
            "puzzle-by-hand" => {
                black_box(puzzle_by_hand(black_box(1.0), 2.0, black_box(3.0), 4.0));
            }
            "regression-emitted" => {
                black_box(regression_emitted(black_box(&w), black_box(&x), &y));
            }
            "regression-by-hand" => {
                black_box(regression_by_hand(black_box(&w), black_box(&x), &y));
            }
            _ => println!("no case {case}"),
        }
    }
}
