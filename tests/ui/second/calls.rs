//! What is called has to have derivatives of the order that is asked for.

use autodiff_core::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn push(list: &mut Vec<f64>, x: f64) {
    list.push(x * x);
}

#[differentiate(hvp)]
fn calls(x: f64) -> f64 {
    let mut list = vec![];
    push(&mut list, x);
    square(x) * list[0]
}

#[differentiate(order = 2)]
fn prints(x: f64) -> f64 {
    println!("{x}");
    x * x
}

#[differentiate(hessian)]
fn calls_what_prints(x: &[f64]) -> f64 {
    prints(x[0]) * x[1]
}

fn main() {
    let _: f64 = calls::hvp(1.0, 1.0);
    let _: Vec<f64> = calls_what_prints::hessian(&[1.0, 2.0]);
}
