//! A parameter would hide the function that the others call.

use autodiff_core::differentiate;

#[differentiate(name = "d_")]
fn hidden(d_gradient_into: f64, x: f64) -> f64 {
    d_gradient_into * x
}

fn main() {}
