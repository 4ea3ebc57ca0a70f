#![allow(unused)]

use autodiff_core::derivative_of;

fn square(x: f64) -> f64 {
    x * x
}

fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn pair(x: f64) -> [f64; 2] {
    [x, x * x]
}

fn doubled(x: &mut f64) -> f64 {
    *x *= 2.0;
    *x
}

#[derivative_of(1 + 2)]
fn no_path(x: f64) -> (f64, f64) {
    (x * x, 2.0 * x)
}

#[derivative_of(square)]
struct NoFunction;

#[derivative_of(square)]
fn no_gradient(x: f64) -> f64 {
    2.0 * x
}

#[derivative_of(product, wrt(z))]
fn unknown_parameter(x: f64, y: f64) -> (f64, f64) {
    (x * y, y)
}

#[derivative_of(product)]
fn too_few(x: f64, y: f64) -> (f64, f64) {
    (x * y, y)
}

struct Model(f64);

impl Model {
    #[derivative_of(square)]
    fn method(&self, x: f64) -> (f64, f64) {
        (x * x, 2.0 * x)
    }
}

#[derivative_of(pair)]
fn with_a_pattern([x]: [f64; 1], cotangent: [f64; 2]) -> ([f64; 2], [f64; 1]) {
    ([x, x * x], [cotangent[0] + 2.0 * x * cotangent[1]])
}

#[derivative_of(doubled)]
fn of_what_it_changes(x: &mut f64) -> (f64, f64) {
    (*x, 2.0)
}

#[derivative_of(pair)]
fn without_cotangent(x: f64) -> ([f64; 2], f64) {
    ([x, x * x], 1.0 + 2.0 * x)
}

fn main() {}
