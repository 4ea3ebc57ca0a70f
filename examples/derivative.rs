//! The smallest lesson: the derivative of x² at 3.6.
//!
//! Run it with `cargo run --release --example derivative`.

use autodiff_core::differentiate;

// `square` stays the function that is written here. Beside it stands a type of the same name, with the
// derivative as an associated function; at compile time it became `2.0 * x`.
#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    let x = 3.6;
    println!("The function is f(x) = x².");
    println!("f({x}) = {:.2}", square(x));
    println!("f'({x}) = {}", square::gradient(x));
    println!();

    // Value and derivative together share what they have in common.
    let (value, slope) = square::value_and_gradient(x);
    println!("Near {x}, f is almost the line {value:.2} + {slope:.1} (x - {x}):");
    for step in [0.1, 0.01, 0.001] {
        let (exact, line) = (square(x + step), value + slope * step);
        println!("  f({:.3}) = {exact:.6}, the line gives {line:.6}", x + step);
    }
}
