#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn enumeration(x: f64) -> f64 {
    enum Kind { A }
    x
}

#[differentiate]
fn other_crate(x: f64) -> f64 {
    extern crate alloc;
    x
}

#[differentiate]
fn foreign(x: f64) -> f64 {
    unsafe extern "C" { safe fn sin(x: f64) -> f64; }
    sin(x)
}

#[differentiate]
fn implementation(x: f64) -> f64 {
    impl Outside {}
    x
}

struct Outside;

#[differentiate]
fn own_macro(x: f64) -> f64 {
    macro_rules! twice { ($x:expr) => { $x + $x }; }
    x
}

#[differentiate]
fn module(x: f64) -> f64 {
    mod inside {}
    x
}

#[differentiate]
fn mutable_static(x: f64) -> f64 {
    static mut TOTAL: f64 = 0.0;
    x
}

#[differentiate]
fn fixed_static(x: f64) -> f64 {
    static FACTOR: f64 = 2.0;
    x * FACTOR
}

#[differentiate]
fn structure(x: f64) -> f64 {
    struct Point { x: f64 }
    x
}

#[differentiate]
fn own_trait(x: f64) -> f64 {
    trait Shape {}
    x
}

#[differentiate]
fn own_union(x: f64) -> f64 {
    union Bits { float: f64, bits: u64 }
    x
}

fn main() {}
