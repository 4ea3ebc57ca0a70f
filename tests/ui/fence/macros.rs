#![allow(unused)]

use autodiff_core::differentiate;

use std::arch::asm;
use std::fmt::Write;

macro_rules! square {
    ($x:expr) => { $x * $x };
}

macro_rules! asserts {
    ($x:expr) => { assert!($x) };
}

#[differentiate]
fn assembly(x: f64) -> f64 {
    asm!("nop");
    x
}

#[differentiate]
fn written(x: f64, out: &mut String) -> f64 {
    let _ = writeln!(out, "{x}");
    x
}

#[differentiate]
fn own_macro(x: f64) -> f64 {
    square!(x + 1.0)
}

#[differentiate]
fn nearly_known(x: f64) -> f64 {
    asserts!(x > 0.0);
    x
}

#[differentiate]
fn imported(x: f64) -> f64 {
    use square as vec;
    vec![x]
}

#[differentiate]
fn value_of_dbg(x: f64) -> f64 {
    let y = dbg!(x * x);
    y
}

fn main() {}
