//! Outputs of second order and matrices that do not fit the function.

use autodiff_core::differentiate;

#[differentiate(hessian)]
fn vector(x: f64) -> [f64; 2] {
    [x, x * x]
}

#[differentiate(jacobian)]
fn number(x: f64) -> f64 {
    x * x
}

#[differentiate(hessian)]
fn two_kinds(x: f64, y: f32) -> f64 {
    x * y as f64
}

#[differentiate(order = 7)]
fn high(x: f64) -> f64 {
    x
}

struct Scale(f64);

#[differentiate(hessian, wrt(x))]
fn consumes(x: &[f64], scale: Scale) -> f64 {
    x[0] * x[1] * scale.0
}

fn main() {
    let _: Vec<f64> = consumes::hessian(&[1.0, 2.0], Scale(1.0));
    let _: f64 = high::gradient(1.0);
}
