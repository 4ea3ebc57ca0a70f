#![allow(unused)]

use autodiff_core::differentiate;

#[derive(Clone, Copy)]
enum Kind {
    Linear(f64),
    Square(f64),
    Pair((f64, f64)),
    Plain,
}

const ZERO: Option<usize> = None;

#[differentiate(wrt(x))]
fn variables_in_alternatives(x: f64, kind: Kind) -> f64 {
    match kind {
        Kind::Linear(k) | Kind::Square(k) => k * x,
        _ => x,
    }
}

#[differentiate]
fn known_alternatives(x: f64, n: usize) -> f64 {
    match (n, x) {
        (0, y) | (1, y) => y,
        _ => x,
    }
}

#[differentiate(wrt(x))]
fn more_than_a_number(x: f64, kind: Kind) -> f64 {
    match kind {
        Kind::Pair(both) => both.0 * x,
        _ => x,
    }
}

#[differentiate(wrt(x))]
fn inside_a_tuple(x: f64, kind: Kind, n: usize) -> f64 {
    match (kind, n) {
        (Kind::Plain, 0) => x * x,
        _ => x,
    }
}

#[differentiate]
fn rest_by_value(x: [f64; 3]) -> f64 {
    let [first, rest @ ..] = x;
    first * rest[0]
}

#[differentiate]
fn option_inside(x: f64, n: Option<usize>) -> f64 {
    match (n, x > 0.0) {
        (Some(n), true) => x.powi(n as i32),
        _ => x,
    }
}

#[differentiate]
fn number_in_a_slice(x: &[f64], n: &[usize]) -> f64 {
    match n {
        [0, second] => x[*second],
        _ => x[0],
    }
}

#[differentiate(wrt(x))]
fn left_in_a_guard(x: f64, kind: Kind) -> f64 {
    match kind {
        Kind::Plain if return x => 1.0,
        _ => x * x,
    }
}

#[differentiate]
fn text(x: f64, name: &str) -> f64 {
    match name {
        "square" => x * x,
        _ => x,
    }
}

#[differentiate]
fn ordering(x: f64, n: usize) -> f64 {
    match n.cmp(&2) {
        SMALLER => x,
        _ => x * x,
    }
}

const SMALLER: std::cmp::Ordering = std::cmp::Ordering::Less;

fn main() {}
