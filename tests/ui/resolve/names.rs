#![allow(unused)]

use autodiff_core::differentiate;

struct Pair(f64, f64);

#[differentiate(wrt(x))]
fn unknown_struct(x: f64, pair: Pair) -> f64 {
    let (a, b);
    Pair(a, b) = pair;
    x * a
}

#[differentiate]
fn moved_and_mutable(x: f64) -> f64 {
    let mut factor = x;
    let scaled = move |y: f64| y * factor;
    factor = 2.0;
    scaled(x) * factor
}

#[differentiate]
fn declared_twice(x: f64) -> f64 {
    let a = {
        const FACTOR: f64 = 2.0;
        x * FACTOR
    };
    const FACTOR: f64 = 3.0;
    a * FACTOR
}

#[differentiate]
fn item_and_variable(x: f64) -> f64 {
    let factor = x;
    {
        #[allow(non_upper_case_globals)]
        const factor: f64 = 2.0;
    }
    factor
}

const SCALE: f64 = 5.0;

#[differentiate]
fn also_outside(x: f64) -> f64 {
    let a = {
        const SCALE: f64 = 2.0;
        x * SCALE
    };
    a * SCALE
}

#[differentiate]
fn recursive_nested(x: f64) -> f64 {
    fn factorial(n: u32) -> f64 {
        if n == 0 { 1.0 } else { f64::from(n) * factorial(n - 1) }
    }
    x * factorial(3)
}

const LIMIT: usize = 3;

#[differentiate]
fn constant_or_variable(x: f64, n: usize) -> f64 {
    match n {
        LIMIT => x * LIMIT as f64,
        _ => x,
    }
}

fn main() {}
