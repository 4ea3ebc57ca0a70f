#![allow(unused)]

use autodiff_core::differentiate;

struct Unknown;

#[differentiate(wrt(unknown))]
fn not_derived(x: f64, unknown: &Unknown) -> f64 {
    x
}

fn main() {}
