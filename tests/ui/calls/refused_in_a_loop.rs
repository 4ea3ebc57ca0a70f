//! What refuses a function of numbers is said once: loops that call it for several iterations at a time find its outputs.

use autodiff_core::differentiate;

#[differentiate]
fn half(x: f64) -> f64 {
    async { x };
    0.5 * x
}

#[differentiate]
fn sum(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        sum += half(*x) * y;
    }
    sum
}

fn main() {
    println!("{:?}", sum::gradient(&[1.0], &[2.0]));
}
