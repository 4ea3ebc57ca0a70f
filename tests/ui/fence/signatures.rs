#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
unsafe fn not_safe(x: f64) -> f64 {
    x
}

#[differentiate]
extern "C" fn foreign(x: f64) -> f64 {
    x
}

#[differentiate]
fn function_parameter<F: Fn(f64) -> f64>(g: F, x: f64) -> f64 {
    g(x)
}

#[differentiate]
fn function_parameter_where<F>(mut g: F, x: f64) -> f64
where
    F: FnMut(f64) -> f64,
{
    g(x)
}

#[differentiate]
fn generic_nested(x: f64) -> f64 {
    fn twice<T: Copy + std::ops::Add<Output = T>>(x: T) -> T {
        x + x
    }
    fn first<const N: usize>(x: [f64; N]) -> f64 {
        x[0]
    }
    twice(x) + first([x])
}

fn main() {}
