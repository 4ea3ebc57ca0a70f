//! Beside `f32`, what is passed to something unseen needs its type: rustc alone knows which one is meant.

use autodiff_core::differentiate;

fn plain(x: f32) -> f32 {
    x
}

#[differentiate]
fn block(x: f32) -> f32 {
    x * plain({ 0.75 })
}

#[differentiate]
fn named(x: f32) -> f32 {
    let h = 0.5;
    x * plain(h)
}

#[differentiate]
fn literal(x: f32) -> f32 {
    x * plain(0.5)
}

fn main() {
    let _ = (block::gradient(1.0), named::gradient(1.0), literal::gradient(1.0));
}
