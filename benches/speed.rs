//! What the gradient costs: against the same by hand, one row after the other, against the function alone, and
//! against reading the data once. `cargo bench --bench speed`, with the beginning of a name for some of them:
//! `cargo bench --bench speed -- logistic`.
//!
//! All results are compared before anything is measured. The ways take turns, and a ratio is the median of the
//! ratios of all rounds.

#![allow(unreachable_pub, dead_code, clippy::needless_range_loop)]

#[path = "speed/by_hand.rs"]
mod by_hand;
mod common;

use autodiff_core::{differentiate, special::norm_cdf};
use common::{Numbers, Way, is_wanted, report};

/// The mean squared error of a parabola.
#[differentiate(wrt(w))]
fn parabola(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    let squares = x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2));
    squares.sum::<f64>() / x.len() as f64
}

/// The same in `f32`.
#[differentiate(wrt(w))]
fn parabola_single(w: &[f32; 3], x: &[f32], y: &[f32]) -> f32 {
    let squares = x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2));
    squares.sum::<f32>() / x.len() as f32
}

/// The loss of a logistic regression over columns.
#[differentiate(wrt(w))]
fn logistic_by_columns(w: &[f64; 4], x: [&[f64]; 4], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for i in 0..y.len() {
        let score = w[0] * x[0][i] + w[1] * x[1][i] + w[2] * x[2][i] + w[3] * x[3][i];
        loss += (1.0 + score.exp()).ln() - y[i] * score;
    }
    loss / y.len() as f64
}

/// The loss of a logistic regression over rows.
#[differentiate(wrt(w))]
fn logistic_by_rows(w: &[f64; 4], x: &[[f64; 4]], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (row, y) in x.iter().zip(y) {
        let score = w[0] * row[0] + w[1] * row[1] + w[2] * row[2] + w[3] * row[3];
        loss += (1.0 + score.exp()).ln() - y * score;
    }
    loss / y.len() as f64
}

/// The function of Rosenbrock in two dimensions.
#[differentiate]
fn rosenbrock_of_2(x: &[f64; 2]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

/// The function of Rosenbrock in any number of dimensions.
#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

/// The price of a European call by Black and Scholes.
#[differentiate]
fn call_price(spot: f64, strike: f64, rate: f64, volatility: f64, years: f64) -> f64 {
    let deviation = volatility * years.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / deviation;
    let d2 = d1 - deviation;
    spot * norm_cdf(d1) - strike * (-rate * years).exp() * norm_cdf(d2)
}

/// Compares what the ways give, then their times.
fn compare<I>(name: &str, tolerance: f64, inputs: &[I], ways: &[Way<'_, I, Vec<f64>>]) {
    if !is_wanted(name) {
        return;
    }
    for input in inputs {
        let own = ways[0].1(input);
        let largest = own.iter().fold(0.0, |largest: f64, number| largest.max(number.abs()));
        for (other_name, way) in &ways[1..] {
            // Ways that give something else say so by giving less.
            let other = way(input);
            for (own, other) in own.iter().zip(&other) {
                let close = (own - other).abs() <= tolerance * largest;
                assert!(close, "{name}, {other_name}: {own} and {other}");
            }
        }
    }
    report(name, inputs, ways);
}

/// The value before the gradient.
fn list((value, gradient): (f64, impl IntoIterator<Item = f64>)) -> Vec<f64> {
    std::iter::once(value).chain(gradient).collect()
}

fn regressions(numbers: &mut Numbers) {
    const ROWS: usize = 100_000;
    let x: Vec<f64> = (0..ROWS).map(|_| 4.0 * numbers.next() - 2.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x * x + 2.0 * x + 3.0 + numbers.next()).collect();
    let single = |numbers: &[f64]| numbers.iter().map(|number| *number as f32).collect::<Vec<_>>();
    let input = (([0.9, 1.8, 3.3], &x, &y), ([0.9, 1.8, 3.3], single(&x), single(&y)));
    compare(
        "parabola",
        1e-11,
        &[input],
        &[
            ("emitted", |((w, x, y), _)| list(parabola::value_and_gradient(w, x, y))),
            ("by hand", |((w, x, y), _)| list(by_hand::parabola(w, x, y))),
            ("reading the data", |((_, x, y), _)| by_hand::read([x, y])),
            ("emitted in f32", |(_, (w, x, y))| {
                let (value, _) = parabola_single::value_and_gradient(w, x, y);
                if value < 0.0 { vec![f64::from(value)] } else { vec![] }
            }),
        ],
    );
    let columns: [Vec<f64>; 4] =
        std::array::from_fn(|_| (0..ROWS).map(|_| 2.0 * numbers.next() - 1.0).collect());
    let rows: Vec<[f64; 4]> = (0..ROWS).map(|i| std::array::from_fn(|k| columns[k][i])).collect();
    let y: Vec<f64> = rows.iter().map(|row| f64::from(row[0] > row[3])).collect();
    let w = [0.3, -0.2, 0.4, -0.5];
    compare(
        "logistic by columns",
        1e-11,
        &[(w, columns, y.clone())],
        &[
            ("emitted", |(w, x, y)| {
                let x = [&x[0][..], &x[1], &x[2], &x[3]];
                list(logistic_by_columns::value_and_gradient(w, x, y))
            }),
            ("by hand", |(w, x, y)| list(by_hand::logistic_by_columns(w, x, y))),
        ],
    );
    compare(
        "logistic by rows",
        1e-11,
        &[(w, rows, y)],
        &[
            ("emitted", |(w, x, y)| list(logistic_by_rows::value_and_gradient(w, x, y))),
            ("by hand", |(w, x, y)| list(by_hand::logistic_by_rows(w, x, y))),
        ],
    );
}

/// A point and a buffer for the gradient, which every call overwrites.
struct Descent {
    x: Vec<f64>,
    slope: std::cell::RefCell<Vec<f64>>,
}

fn rosenbrocks(numbers: &mut Numbers) {
    if is_wanted("rosenbrock of 2") {
        let twos: Vec<[f64; 2]> =
            (0..256).map(|_| numbers.array().map(|x| 4.0 * x - 2.0)).collect();
        report(
            "rosenbrock of 2",
            &twos,
            &[("emitted", rosenbrock_of_2::gradient), ("by hand", by_hand::rosenbrock_of_2)],
        );
    }
    for n in [2, 100, 100_000] {
        let x: Vec<f64> = (0..n).map(|_| 4.0 * numbers.next() - 2.0).collect();
        let slope = vec![0.0; n].into();
        let ways: [Way<'_, Descent, f64>; 2] = [
            ("emitted", |at| rosenbrock::gradient_into(&at.x, &mut at.slope.borrow_mut())),
            ("by hand", |at| by_hand::rosenbrock(&at.x, &mut at.slope.borrow_mut())),
        ];
        let name = format!("rosenbrock over {n}");
        if is_wanted(&name) {
            let input = [Descent { x, slope }];
            ways[0].1(&input[0]);
            let own = input[0].slope.borrow().clone();
            ways[1].1(&input[0]);
            let pairs = own.iter().zip(input[0].slope.borrow().clone());
            pairs.for_each(|(own, other)| {
                assert!((own - other).abs() <= 1e-11 * other.abs().max(1.0))
            });
            report(&name, &input, &ways);
        }
    }
}

fn prices(numbers: &mut Numbers) {
    let option = |_| {
        let [spot, strike, rate, volatility, years] = numbers.array();
        (80.0 + 40.0 * spot, 80.0 + 40.0 * strike, 0.05 * rate, 0.1 + 0.4 * volatility, 0.1 + years)
    };
    let options: Vec<(f64, f64, f64, f64, f64)> = (0..256).map(option).collect();
    if is_wanted("Black-Scholes") {
        report(
            "Black-Scholes",
            &options,
            &[
                ("emitted", |(s, k, r, v, t)| call_price::value_and_gradient(*s, *k, *r, *v, *t)),
                ("its value", |(s, k, r, v, t)| {
                    (call_price(*s, *k, *r, *v, *t), Default::default())
                }),
            ],
        );
    }
}

fn main() {
    let mut numbers = Numbers(1);
    regressions(&mut numbers);
    rosenbrocks(&mut numbers);
    prices(&mut numbers);
}
