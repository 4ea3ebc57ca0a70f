#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn async_block(x: f64) -> f64 {
    let _later = async { x };
    x
}

#[differentiate]
fn constant_block(x: f64) -> f64 {
    x + const { 1.0 }
}

#[differentiate]
fn raw_borrow(x: f64) -> f64 {
    let pointer = &raw const x;
    x
}

#[differentiate]
fn not_safe(x: &[f64]) -> f64 {
    unsafe { *x.get_unchecked(0) }
}

#[differentiate]
fn all_at_once(x: &[f64]) -> f64 {
    assert!(unsafe { *x.get_unchecked(0) } > 0.0);
    let pointer = &raw const x[0];
    vec![unsafe { *pointer }; 2][0]
}

fn main() {}
