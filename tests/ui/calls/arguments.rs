//! Calls with too few or too many arguments: rustc says so, once.

use autodiff_core::differentiate;

#[differentiate(order = 2)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn few(x: f64) -> f64 {
    product(x)
}

#[differentiate]
fn many(x: f64) -> f64 {
    product(x, x, x)
}

#[differentiate]
fn nested(x: f64) -> f64 {
    product::jvp(x, x, x).1
}

fn main() {
    let _: [f64; 3] = [few::gradient(1.0), many::gradient(1.0), nested::gradient(1.0)];
}
