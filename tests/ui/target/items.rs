#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
struct Point {
    x: f64,
}

struct Model;

#[differentiate(strict)]
impl Model {
    #[differentiate]
    fn energy(x: f64) -> f64 { x }
}

#[differentiate]
impl Model {
    fn force(x: f64) -> f64 { x }
}

#[differentiate]
fn nothing(n: usize) -> f64 {
    n as f64
}

fn main() {}
