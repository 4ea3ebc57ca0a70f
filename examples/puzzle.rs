//! A puzzle as a loss: find A, B, C, D from four equations.
//!
//! `cargo run --release --example puzzle`

use autodiff_core::differentiate;

/// The sum of the squared errors of the four equations.
#[differentiate]
fn loss(a: f64, b: f64, c: f64, d: f64) -> f64 {
    (a + b - 9.0).powi(2) + (c - d - 1.0).powi(2) + (a + c - 8.0).powi(2) + (b - d - 2.0).powi(2)
}

fn main() {
    let (mut a, mut b, mut c, mut d) = (0.3, -1.2, 2.1, 0.4);
    for _ in 0..20_000 {
        let (da, db, dc, dd) = loss::gradient(a, b, c, d);
        (a, b, c, d) = (a - 0.1 * da, b - 0.1 * db, c - 0.1 * dc, d - 0.1 * dd);
    }
    println!("A = {a:.6}\nB = {b:.6}\nC = {c:.6}\nD = {d:.6}");
}
