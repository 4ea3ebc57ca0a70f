//! Value, gradient and Hessian together: against code written by hand, against what SymPy's common
//! subexpression elimination gives, against the static second-order numbers of `num-dual`, and against the
//! calls one by one. `cargo bench --bench second`, with the beginning of a name for some of them:
//! `cargo bench --bench second -- rosenbrock`.
//!
//! All results are compared before anything is measured. The ways take turns, and a ratio is the median of
//! the ratios of all rounds.

#![allow(unreachable_pub, dead_code)] // `sympy.rs` has whole functions for everyone

#[path = "second/by_hand.rs"]
mod by_hand;
mod common;
#[path = "second/dual.rs"]
mod dual;
#[path = "second/sympy.rs"]
mod sympy;

use autodiff_core::differentiate;
use common::{Numbers, Way, is_wanted, report};
use std::hint::black_box;

/// Value, gradient and Hessian.
type Second<const N: usize> = (f64, [f64; N], [[f64; N]; N]);

/// The concentration at a time after an intravenous bolus into the first of two compartments, by the macro
/// constants: the parameters are the clearance, the volume of the first compartment, the flow between the
/// two, and the volume of the second.
#[differentiate(wrt(p), hessian, value_gradient_hessian)]
fn concentration(p: &[f64; 4], dose: f64, t: f64) -> f64 {
    let [clearance, v1, q, v2] = *p;
    let (k10, k12, k21) = (clearance / v1, q / v1, q / v2);
    let sum = k10 + k12 + k21;
    let root = (sum * sum - 4.0 * k10 * k21).sqrt();
    let (alpha, beta) = (0.5 * (sum + root), 0.5 * (sum - root));
    let fast = (alpha - k21) / (alpha - beta) * (-alpha * t).exp();
    let slow = (k21 - beta) / (alpha - beta) * (-beta * t).exp();
    dose / v1 * (fast + slow)
}

/// The function of Rosenbrock.
#[differentiate(hessian, value_gradient_hessian)]
fn rosenbrock_2(x: &[f64; 2]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

/// The function of Rosenbrock of five numbers, in a straight line.
#[differentiate(hessian, value_gradient_hessian)]
fn rosenbrock_5(x: &[f64; 5]) -> f64 {
    let [a, b, c, d, e] = *x;
    (1.0 - a).powi(2)
        + 100.0 * (b - a * a).powi(2)
        + (1.0 - b).powi(2)
        + 100.0 * (c - b * b).powi(2)
        + (1.0 - c).powi(2)
        + 100.0 * (d - c * c).powi(2)
        + (1.0 - d).powi(2)
        + 100.0 * (e - d * d).powi(2)
}

/// The squared error of a decay to a plateau: three parameters, computed at once.
#[differentiate(wrt(p), hessian, value_gradient_hessian)]
fn decay(p: &[f64; 3], t: &[f64], y: &[f64]) -> f64 {
    t.iter().zip(y).map(|(t, y)| (p[0] * (-p[1] * t).exp() + p[2] - y).powi(2)).sum()
}

/// The loss of a logistic regression: by its number of parameters, computed one direction after the other.
#[differentiate(wrt(w), hessian, value_gradient_hessian)]
fn logistic<const N: usize>(w: &[f64; N], x: &[[f64; N]], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (row, y) in x.iter().zip(y) {
        let mut score = 0.0;
        for j in 0..N {
            score += w[j] * row[j];
        }
        loss += (1.0 + score.exp()).ln() - y * score;
    }
    loss / x.len() as f64
}

/// Asserts that numbers agree to 1e-12 of the largest of them.
fn assert_close(what: &str, own: &[f64], other: &[f64]) {
    let largest = own.iter().fold(0.0, |largest: f64, number| largest.max(number.abs()));
    for (own, other) in own.iter().zip(other) {
        assert!((own - other).abs() <= 1e-12 * largest, "{what}: {own} and {other}");
    }
}

/// Asserts that all ways give the same value, gradient and Hessian.
fn assert_agree<I, const N: usize>(name: &str, inputs: &[I], ways: &[Way<'_, I, Second<N>>]) {
    for input in inputs {
        let own = ways[0].1(input);
        for (other_name, way) in &ways[1..] {
            let other = way(input);
            assert_close(&format!("{name}, value {other_name}"), &[own.0], &[other.0]);
            assert_close(&format!("{name}, gradient {other_name}"), &own.1, &other.1);
            let (own, other) = (own.2.as_flattened(), other.2.as_flattened());
            assert_close(&format!("{name}, Hessian {other_name}"), own, other);
        }
    }
}

/// Compares the results, then the times.
fn compare<I, const N: usize>(name: &str, inputs: &[I], ways: &[Way<'_, I, Second<N>>]) {
    if is_wanted(name) {
        assert_agree(name, inputs, ways);
        report(name, inputs, ways);
    }
}

fn straight_lines(numbers: &mut Numbers) {
    type Bolus = ([f64; 4], f64, f64);
    let bolus = |_| {
        let [clearance, v1, q, v2, dose, t] = numbers.array();
        let p = [2.0 + 6.0 * clearance, 10.0 + 20.0 * v1, 1.0 + 9.0 * q, 20.0 + 60.0 * v2];
        (p, 100.0 + 400.0 * dose, 0.5 + 12.0 * t)
    };
    let boluses: Vec<Bolus> = (0..256).map(bolus).collect();
    compare(
        "two compartments",
        &boluses,
        &[
            ("emitted", |(p, dose, t)| concentration::value_gradient_hessian(p, *dose, *t)),
            ("by hand, closed form", |(p, dose, t)| by_hand::concentration(p, *dose, *t)),
            ("by hand, chain rule", |(p, dose, t)| by_hand::by_macro_constants(p, *dose, *t)),
            ("SymPy", |(p, dose, t)| sympy::concentration(p, *dose, *t)),
            ("num-dual", |(p, dose, t)| dual::concentration(p, *dose, *t)),
            ("one by one", |(p, dose, t)| {
                let (p, dose, t) = black_box((p, *dose, *t));
                let value = concentration::value(p, dose, t);
                let (p, dose, t) = black_box((p, dose, t));
                let gradient = concentration::gradient(p, dose, t);
                let (p, dose, t) = black_box((p, dose, t));
                (value, gradient, concentration::hessian(p, dose, t))
            }),
        ],
    );
    let twos: Vec<[f64; 2]> = (0..256).map(|_| numbers.array().map(|x| 4.0 * x - 2.0)).collect();
    compare(
        "rosenbrock of 2",
        &twos,
        &[
            ("emitted", rosenbrock_2::value_gradient_hessian),
            ("by hand", by_hand::rosenbrock_2),
            ("SymPy", sympy::rosenbrock_2),
            ("num-dual", dual::rosenbrock),
            ("one by one", |x| {
                let value = rosenbrock_2::value(black_box(x));
                (value, rosenbrock_2::gradient(black_box(x)), rosenbrock_2::hessian(black_box(x)))
            }),
        ],
    );
    let fives: Vec<[f64; 5]> = (0..256).map(|_| numbers.array().map(|x| 4.0 * x - 2.0)).collect();
    compare(
        "rosenbrock of 5",
        &fives,
        &[
            ("emitted", rosenbrock_5::value_gradient_hessian),
            ("by hand", by_hand::rosenbrock_5),
            ("SymPy", sympy::rosenbrock_5),
            ("num-dual", dual::rosenbrock),
            ("one by one", |x| {
                let value = rosenbrock_5::value(black_box(x));
                (value, rosenbrock_5::gradient(black_box(x)), rosenbrock_5::hessian(black_box(x)))
            }),
        ],
    );
}

/// Rows of some numbers and what is observed in each.
type Rows<const N: usize> = (Vec<[f64; N]>, Vec<f64>);

/// Losses over 1000 rows: together, and by calls one by one.
fn losses(numbers: &mut Numbers) {
    let t: Vec<f64> = (0..1000).map(|_| 5.0 * numbers.next()).collect();
    let y = t.iter().map(|t| 2.0 * (-0.7 * t).exp() + 0.3 + 0.1 * numbers.next()).collect();
    let input = ([1.8, 0.6, 0.4], t, y);
    compare::<([f64; 3], Vec<f64>, Vec<f64>), 3>(
        "decay",
        &[input],
        &[
            ("emitted", |(p, t, y)| decay::value_gradient_hessian(p, t, y)),
            ("one by one", |(p, t, y)| {
                (decay::value(p, t, y), decay::gradient(p, t, y), decay::hessian(p, t, y))
            }),
            ("two by one", |(p, t, y)| {
                let (value, gradient) = decay::value_and_gradient(p, t, y);
                (value, gradient, decay::hessian(p, t, y))
            }),
        ],
    );
    let input: ([f64; 20], Rows<20>) = (numbers.array(), rows(numbers));
    compare(
        "logistic of 20",
        &[input],
        &[
            ("emitted", |(w, (x, y))| logistic::value_gradient_hessian(w, x, y)),
            ("one by one", |(w, (x, y))| {
                let value = logistic::value(w, x, y);
                (value, logistic::gradient(w, x, y), logistic::hessian(w, x, y))
            }),
            ("two by one", |(w, (x, y))| {
                let (value, gradient) = logistic::value_and_gradient(w, x, y);
                (value, gradient, logistic::hessian(w, x, y))
            }),
        ],
    );
}

fn rows<const N: usize>(numbers: &mut Numbers) -> Rows<N> {
    let row = |_| numbers.array().map(|x| 2.0 * x - 1.0);
    let x: Vec<[f64; N]> = (0..1000).map(row).collect();
    let y = x.iter().map(|row| f64::from(row[0] > row[N - 1])).collect();
    (x, y)
}

/// The Hessian of 80 parameters in gradients.
fn in_gradients(numbers: &mut Numbers) {
    const N: usize = 80;
    let name = "logistic of 80";
    if is_wanted(name) {
        let input: ([f64; N], Rows<N>) = (numbers.array(), rows(numbers));
        report(
            name,
            &[input],
            &[
                ("Hessian", |(w, (x, y))| logistic::hessian(w, x, y)),
                ("80 gradients", |(w, (x, y))| {
                    std::array::from_fn(|_| logistic::gradient(black_box(w), x, y))
                }),
            ],
        );
    }
}

fn main() {
    let mut numbers = Numbers(1);
    straight_lines(&mut numbers);
    losses(&mut numbers);
    in_gradients(&mut numbers);
}
