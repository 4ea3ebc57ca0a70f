#![allow(unused)]

use autodiff_core::differentiate;

use std::cell::{Cell, RefCell};

macro_rules! number {
    () => { f64 };
}

#[differentiate]
fn function_pointer(g: fn(f64) -> f64, x: f64) -> f64 {
    g(x)
}

#[differentiate]
fn some_function(g: impl Fn(f64) -> f64, x: f64) -> f64 {
    g(x)
}

#[differentiate]
fn dynamic(g: &dyn Fn(f64) -> f64, x: f64) -> f64 {
    g(x)
}

#[differentiate]
fn boxed(x: f64) -> f64 {
    let g: Box<dyn Fn(f64) -> f64> = Box::new(|y| y);
    g(x)
}

#[differentiate]
fn type_by_macro(x: number!()) -> f64 {
    x
}

#[differentiate]
fn pointer(x: *const f64, y: f64) -> f64 {
    y
}

#[differentiate]
fn interior(x: f64, total: &RefCell<f64>, last: &Cell<f64>) -> f64 {
    x
}

fn main() {}
