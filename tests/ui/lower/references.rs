#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn by_condition(a: &[f64], b: &[f64], first: bool) -> f64 {
    let chosen = if first { a } else { b };
    chosen[0]
}

#[differentiate]
fn moved_along(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut rest = x;
    while !rest.is_empty() {
        sum += rest[0];
        rest = &rest[1..];
    }
    sum
}

#[differentiate]
fn exchanged(x: f64) -> f64 {
    let (mut a, mut b) = (x, 2.0 * x);
    let (mut p, mut q) = (&mut a, &mut b);
    std::mem::swap(&mut p, &mut q);
    *p
}

#[differentiate]
fn smallest(pairs: &[(usize, f64)]) -> f64 {
    pairs.iter().min_by_key(|pair| pair.0).unwrap().1
}

#[differentiate]
fn in_an_array(x: f64, y: f64) -> f64 {
    let both = [&x, &y];
    *both[0]
}

#[differentiate]
fn returned(x: &[f64]) -> &[f64] {
    &x[1..]
}

#[differentiate]
fn returned_by_another(x: &[f64]) -> f64 {
    returned_reference(x)[0]
}

#[differentiate(value)]
fn returned_reference(x: &[f64]) -> &[f64] {
    x
}

fn main() {}
