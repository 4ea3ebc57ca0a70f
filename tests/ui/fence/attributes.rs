#![allow(unused)]

use autodiff_core::differentiate;

use autodiff_core::differentiate as twice;

#[differentiate]
fn conditional(x: f64) -> f64 {
    #[cfg(debug_assertions)]
    let x = 2.0 * x;
    x
}

#[differentiate]
fn unknown_inside(x: f64) -> f64 {
    #[unsafe(no_mangle)]
    fn inner(x: f64) -> f64 {
        x
    }
    inner(x)
}

#[differentiate]
#[twice(name = "again_")]
fn unknown_below(x: f64) -> f64 {
    x
}

fn main() {}
