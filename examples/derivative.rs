//! The derivative of x² at 3.6: the shortest lesson.
//!
//! `cargo run --example derivative`

use autodiff_core::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    let (value, slope) = square::value_and_gradient(3.6);
    println!("At x = 3.6, x² is {value:.2} and its derivative 2x is {slope}.");
}
