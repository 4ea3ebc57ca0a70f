//! Parts of a parameter that are not looked into and may hold floats: what is made of them is refused.

use autodiff_core::{Differentiable, differentiate};

/// Its name is one of std, where it holds no floats.
#[derive(Clone, Debug, Differentiable)]
struct Cell {
    value: f64,
}

impl Cell {
    fn squared(&self) -> f64 {
        self.value * self.value
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Pair {
    own: f64,
    cell: Cell,
}

#[differentiate]
fn by_field(pair: &Pair) -> f64 {
    pair.own + pair.cell.value * pair.cell.value
}

#[differentiate]
fn by_method(pair: &Pair) -> f64 {
    let squared: f64 = pair.cell.squared();
    pair.own + squared
}

trait Evaluate {
    fn evaluate(&self) -> f64;
}

#[differentiate]
fn generic<T: Differentiable + Evaluate>(pair: &(f64, T)) -> f64 {
    let value: f64 = pair.1.evaluate();
    pair.0 + value
}

#[differentiate]
fn by_a_text(x: f64) -> f64 {
    let text = format!("{x}");
    let again: f64 = text.parse().unwrap();
    x * again
}

fn main() {}
