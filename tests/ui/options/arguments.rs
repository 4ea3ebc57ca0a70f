#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate(wtr(x))]
fn misspelt(x: f64) -> f64 { x }

#[differentiate(banana)]
fn nothing_like_it(x: f64) -> f64 { x }

#[differentiate(strict, strict)]
fn twice(x: f64) -> f64 { x }

#[differentiate(strict = 1)]
fn with_a_value(x: f64) -> f64 { x }

#[differentiate(fma)]
fn not_yet(x: f64) -> f64 { x }

#[differentiate(wrt)]
fn no_list(x: f64) -> f64 { x }

#[differentiate(wrt())]
fn empty_list(x: f64) -> f64 { x }

#[differentiate(wrt(1))]
fn no_name(x: f64) -> f64 { x }

#[differentiate(wrt(x, x))]
fn named_twice(x: f64) -> f64 { x }

#[differentiate(name)]
fn no_prefix(x: f64) -> f64 { x }

#[differentiate(name = energy)]
fn no_string(x: f64) -> f64 { x }

#[differentiate(name = "1 ")]
fn no_identifier(x: f64) -> f64 { x }

#[differentiate(crate = 3)]
fn no_path(x: f64) -> f64 { x }

#[differentiate(wrt(x) strict)]
fn no_comma(x: f64) -> f64 { x }

#[differentiate(wrt(weigths))]
fn misspelt_parameter(weights: f64) -> f64 { weights }

#[differentiate(wrt(q))]
fn no_such_parameter(x: f64, y: f64) -> f64 { x + y }

#[differentiate(wrt(n))]
fn no_floats(x: f64, n: usize) -> f64 { x * n as f64 }

#[differentiate(wrt(text))]
fn not_derived(x: f64, text: &String) -> f64 { x }

fn main() {}
