#![allow(unused)]

use autodiff_core::differentiate;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Scaled { by: f64 },
}

#[differentiate]
fn made_here(x: f64) -> f64 {
    let kind = Kind::Scaled { by: x };
    if let Kind::Scaled { by } = kind { x * by } else { x }
}

fn main() {}
