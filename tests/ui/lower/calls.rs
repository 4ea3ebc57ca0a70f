#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn too_many_arguments(x: f64) -> f64 {
    let double = |y: f64| 2.0 * y;
    double(x, x)
}

#[differentiate]
fn not_a_function(x: f64) -> f64 {
    x(2.0)
}

#[differentiate]
fn passed_as_a_value(x: &[f64]) -> f64 {
    x.iter().copied().map(square).sum()
}

#[differentiate]
fn default_of_a_type(x: f64) -> f64 {
    x + f64::default()
}

#[differentiate]
fn of_std(x: f64) -> f64 {
    [x].into_iter().map(std::mem::drop).count() as f64
}

#[differentiate]
fn closure_in_a_tuple(x: f64) -> f64 {
    fn twice(x: f64) -> f64 {
        2.0 * x
    }
    let functions = [twice, twice];
    functions[0](x)
}

fn main() {}
