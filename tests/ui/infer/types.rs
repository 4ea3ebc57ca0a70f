#![allow(unused)]

use autodiff_core::differentiate;

use autodiff_core::Differentiable;

#[derive(Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

type Real = f64;

fn table() -> Vec<f64> {
    vec![1.0]
}

#[differentiate]
fn function_by_condition(x: f64) -> f64 {
    let function = if x > 0.0 { f64::sin } else { f64::cos };
    function(x)
}

#[differentiate]
fn alias_outside(x: f64) -> f64 {
    let y: Real = x;
    y * x
}

#[differentiate]
fn mismatch(x: f64) -> f64 {
    x + true
}

#[differentiate]
fn unknown_variable(x: f64) -> f64 {
    let rows = vec![];
    x
}

#[differentiate]
fn unknown_closure_parameter(x: f64) -> f64 {
    let double = |y| y;
    x
}

#[differentiate]
fn unknown_sum(x: &[f64]) -> f64 {
    let total = x.iter().sum();
    2.0
}

#[differentiate]
fn unknown_collection(x: &[f64]) -> f64 {
    let copy = x.iter().copied().collect();
    2.0
}

#[differentiate]
fn unknown_receiver(x: f64) -> f64 {
    let square = |y| y.powi(2);
    x
}

#[differentiate]
fn unknown_operands(x: f64) -> f64 {
    let square = |y| y * y;
    x
}

#[differentiate]
fn tuple_pattern(x: f64) -> f64 {
    let (a, b, c) = (x, x);
    a
}

#[differentiate]
fn rest_of_an_array<const N: usize>(x: [f64; N]) -> f64 {
    match x {
        [first, rest @ ..] => first + rest[0],
        _ => 0.0,
    }
}

#[differentiate]
fn other_pattern(x: f64) -> f64 {
    let Point { x: a, y: b } = (x, x);
    a
}

#[differentiate]
fn no_such_field(x: f64) -> f64 {
    let point = Point { x, y: x, z: x };
    point.x
}

#[differentiate]
fn missing_field(x: f64) -> f64 {
    let point = Point { x };
    point.x
}

fn main() {}
