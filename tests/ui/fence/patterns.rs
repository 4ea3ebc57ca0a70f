#![allow(unused)]

use autodiff_core::differentiate;

macro_rules! zero {
    () => { 0 };
}

#[differentiate]
fn by_macro(x: f64, n: usize) -> f64 {
    match n {
        zero!() => x,
        _ => x * x,
    }
}

fn main() {}
