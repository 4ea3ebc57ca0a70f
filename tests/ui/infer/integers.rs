// Integers without suffix whose type only rustc can know: it has to be written.

#![allow(unused)]

use autodiff_core::differentiate;

struct Setup {
    patience: usize,
    rate: f64,
}

#[differentiate(wrt(x))]
fn counter(x: f64, setup: &Setup) -> f64 {
    let mut missed = 0;
    let mut y = x;
    loop {
        y = y * x;
        missed += 1;
        if missed > setup.patience {
            break;
        }
    }
    y
}

#[differentiate(wrt(x))]
fn index_of(x: f64, setup: &Setup) -> f64 {
    let mut best = 0;
    for i in 0..3 {
        if i == setup.patience {
            best = i;
        }
    }
    x * best as f64
}

#[differentiate(wrt(x))]
fn range(x: f64, setup: &Setup) -> f64 {
    let mut y = x;
    for i in 0..3 {
        if i != setup.patience {
            y = y * x;
        }
    }
    y
}

#[differentiate(wrt(x))]
fn passed(x: f64, setup: &Setup) -> f64 {
    let k = 3;
    if setup.patience.max(k) > 4 { x } else { x * x }
}

#[differentiate(wrt(x))]
fn calculated(x: f64, setup: &Setup) -> f64 {
    if setup.patience.max(1 << 2) > 4 { x } else { x * x }
}

const FEW: i32 = 3;

#[differentiate(wrt(x))]
fn counts(x: f64) -> f64 {
    let mut y = x;
    for k in 0..FEW {
        y *= x + k as f64;
    }
    y
}

fn main() {}
