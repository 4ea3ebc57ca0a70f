#![allow(unused)]

use autodiff_core::differentiate;

struct Rule<F> {
    rule: F,
}

#[differentiate]
fn in_an_array(x: f64) -> f64 {
    let rules = [|y: f64| y * y];
    x
}

#[differentiate]
fn in_a_struct(x: f64) -> f64 {
    let rule = Rule { rule: |y: f64| y * y };
    x
}

#[differentiate]
fn in_an_option(x: f64) -> f64 {
    let rule = Some(|y: f64| y * y);
    x
}

#[differentiate]
fn returned(x: f64) -> f64 {
    let scaled = |factor: f64| move |y: f64| factor * y;
    scaled(x)(x)
}

#[differentiate]
fn chosen(x: f64) -> f64 {
    let rule = if x > 0.0 { |y: f64| y } else { |y: f64| -y };
    rule(x)
}

#[differentiate]
fn later(x: f64) -> f64 {
    let rule = async |y: f64| y * y;
    x
}

fn main() {}
