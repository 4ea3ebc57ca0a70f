#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
async fn later(x: f64) -> f64 {
    other(x).await
}

async fn other(x: f64) -> f64 {
    x
}

fn main() {}
