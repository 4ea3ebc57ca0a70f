// A method is known in its annotated `impl` block and in its annotated module, and nowhere else.

#![allow(unused)]

use autodiff_core::{Differentiable, differentiate};

struct Model {
    rate: f64,
}

#[differentiate]
impl Model {
    #[differentiate(wrt(x))]
    fn forward(&self, x: f64) -> f64 {
        self.rate * x * x
    }
}

#[differentiate(wrt(x))]
fn from_outside(model: &Model, x: f64) -> f64 {
    model.forward(x)
}

#[differentiate(wrt(x))]
fn with_a_type(model: &Model, x: f64) -> f64 {
    let value: f64 = model.forward(x);
    value
}

#[derive(Clone, Copy, Differentiable)]
struct Point {
    x: f64,
}

#[differentiate]
impl Point {
    #[differentiate]
    fn squared(&self) -> f64 {
        self.x * self.x
    }
}

#[differentiate]
fn of_a_point(point: Point) -> f64 {
    point.squared()
}

fn main() {}
