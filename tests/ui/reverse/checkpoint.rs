#![allow(unused)]

use autodiff_core::differentiate;

fn trips(i: usize) -> usize {
    i + 2
}

// What is called here is not looked into.
#[differentiate(checkpoint)]
fn unknown_code(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        let m = trips(i);
        y = y * x + m as f64;
    }
    y
}

fn main() {}
