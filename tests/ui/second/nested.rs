//! Derivatives of other functions inside, where they cannot be taken.

use autodiff_core::differentiate;

#[differentiate]
fn own(x: f64) -> f64 {
    own::gradient(x) * x
}

#[differentiate(order = 2)]
fn step(state: &mut [f64; 2]) {
    state[0] *= state[1];
}

#[differentiate(order = 2, vjp)]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate(order = 2)]
fn prints(x: f64) -> f64 {
    println!("{x}");
    x * x
}

#[differentiate]
fn first_order(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn of_references(x: f64) -> f64 {
    let mut state = [x, x];
    let (_, slope) = step::vjp(&mut state, [x, x]);
    slope[0]
}

#[differentiate]
fn of_one_float(x: f64) -> f64 {
    square::vjp(x, x).1
}

#[differentiate(order = 2)]
fn counted(x: f64) -> (f64, usize) {
    (x * x, 1)
}

#[differentiate]
fn of_more_than_a_float(x: f64) -> f64 {
    let slope: f64 = counted::gradient(x);
    slope * x
}

#[differentiate]
fn of_what_prints(x: f64) -> f64 {
    prints::gradient(x)
}

#[differentiate]
fn without_order(x: f64) -> f64 {
    first_order::gradient(x) + first_order::jvp(x, x).1
}

#[differentiate(hvp)]
fn third_order(x: f64) -> f64 {
    square::gradient(x) * x
}

fn main() {
    let _: f64 = own::gradient(1.0) + of_references::gradient(1.0) + of_one_float::gradient(1.0);
    let _: f64 = of_more_than_a_float::gradient(1.0);
    let _: f64 = of_what_prints::gradient(1.0) + without_order::gradient(1.0);
    let _: f64 = third_order::hvp(1.0, 1.0);
}
