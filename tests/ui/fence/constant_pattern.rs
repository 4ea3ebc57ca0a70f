#![allow(unused)]

use autodiff_core::differentiate;

// Rust's own parser takes it, and says that it is gone.

#[differentiate]
fn constant_pattern(x: f64, n: usize) -> f64 {
    match n {
        const { 1 } => x,
        _ => x * x,
    }
}

fn main() {}
