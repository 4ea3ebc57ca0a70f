//! Loops up to a constant or a field whose type only rustc knows.

use crate::close;
use autodiff_core::differentiate;

const LIMIT: usize = 5;
const FEW: i32 = 4;

struct Setup {
    steps: usize,
    rounds: u32,
    least: f64,
}

enum Kind {
    Plain,
    Repeated(i32),
}

#[differentiate]
fn newton(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..LIMIT {
        y = 0.5 * (y + x / y);
    }
    y
}

#[differentiate]
fn exponential(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..=LIMIT {
        term *= x / k as f64;
        sum += term;
    }
    sum
}

#[differentiate(wrt(x))]
fn set_up(x: f64, setup: &Setup) -> f64 {
    let mut y = x;
    for _ in 0..setup.rounds {
        y = y.sin();
        if y < setup.least {
            break;
        }
    }
    for k in 0..setup.steps {
        y += x * k as f64;
    }
    y
}

#[differentiate(wrt(x))]
fn repeated(x: f64, kind: &Kind, own: Kind) -> f64 {
    let mut y = 1.0;
    if let Kind::Repeated(times) = kind {
        for _ in 0..*times {
            y *= x;
        }
    }
    match own {
        Kind::Plain => {}
        Kind::Repeated(times) => {
            for _ in 0..times {
                y *= x;
            }
        }
    }
    y
}

#[differentiate]
fn by_adaptors(x: f64) -> f64 {
    let powers: f64 = (0..FEW).map(|k| x.powi(k)).sum();
    let multiples: f64 = (0..LIMIT).map(|k| x * k as f64).sum();
    let nested = (1..=LIMIT).rev().fold(0.0, |sum, _| sum * x + 1.0);
    powers + multiples + nested
}

#[differentiate]
fn midpoints(x: f64) -> f64 {
    let n = LIMIT;
    let width = x / n as f64;
    let mut sum = 0.0;
    for i in 0..n {
        sum += (width * (i as f64 + 0.5)).exp() * width;
    }
    sum
}

#[test]
fn loops_go_up_to_what_only_rustc_knows() {
    let slope = |x: f64| 1.0 + 2.0 * x + 3.0 * x * x;
    let setup = Setup { steps: 4, rounds: 2, least: 0.1 };
    let found = [
        newton::gradient(2.0),
        exponential::gradient(0.5),
        set_up::gradient(0.5, &setup),
        set_up::gradient(0.05, &setup),
        repeated::gradient(0.5, &Kind::Repeated(3), Kind::Repeated(-2)),
        repeated::gradient(0.5, &Kind::Plain, Kind::Repeated(2)),
        by_adaptors::gradient(0.5),
    ];
    let expected = [
        0.5 / 2f64.sqrt(),
        1.0 + 0.5 + 0.125 + 0.125 / 6.0 + 0.0625 / 24.0,
        0.5f64.cos() * 0.5f64.sin().cos() + 6.0,
        0.05f64.cos() + 6.0,
        0.75,
        1.0,
        slope(0.5) + 10.0 + slope(0.5) + 4.0 * 0.125,
    ];
    close(&found, &expected);
    let (value, gradient) = midpoints::value_and_gradient(0.5);
    let by_difference = (midpoints(0.5 + 1e-6) - midpoints(0.5 - 1e-6)) / 2e-6;
    close(&[value], &[midpoints(0.5)]);
    assert!((gradient - by_difference).abs() < 1e-8);
}
