#![allow(unused)]

use autodiff_core::differentiate;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Scaled { by: usize },
}

#[differentiate]
fn made_here(x: f64) -> f64 {
    let kind = Kind::Scaled { by: 2 };
    if let Kind::Scaled { by } = kind { x * by as f64 } else { x }
}

fn main() {}
