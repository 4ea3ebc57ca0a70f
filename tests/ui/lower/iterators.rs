#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate]
fn step_by_step(x: &[f64]) -> f64 {
    let mut items = x.iter();
    let first = items.next().unwrap();
    *first
}

#[differentiate]
fn panics_before_zip(x: &[f64], y: &[f64], n: usize) -> f64 {
    (0..n).map(|i| x[i]).zip(y).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn unknown_collection(x: f64, names: &std::collections::HashSet<String>) -> f64 {
    let mut sum = x;
    for name in names {
        sum *= name.len() as f64;
    }
    sum
}

#[differentiate]
fn of_a_number(x: f64) -> f64 {
    let mut sum = 0.0;
    for y in x {
        sum += y;
    }
    sum
}

#[differentiate]
fn float_range(x: f64) -> f64 {
    let mut sum = 0.0;
    for y in 0.0..x {
        sum += y;
    }
    sum
}

#[differentiate]
fn unknown_adaptor(x: &[f64]) -> f64 {
    x.iter().cycle().take(5).sum()
}

#[differentiate]
fn unknown_end(x: &[f64]) -> f64 {
    x.iter().try_fold(0.0, |sum, y| Some(sum + y)).unwrap()
}

#[differentiate]
fn nested_backwards(x: &[f64]) -> f64 {
    (0..3).flat_map(|i| (0..i).map(move |j| x[j])).rev().sum()
}

#[differentiate]
fn sum_of_tuples(x: &[f64]) -> f64 {
    let sums: (f64, f64) = x.iter().map(|y| (*y, *y)).sum();
    sums.0
}

#[differentiate]
fn collected_elsewhere(x: &[f64]) -> f64 {
    let list: std::collections::VecDeque<f64> = x.iter().copied().collect();
    list[0]
}

#[differentiate]
fn returned_optionally(x: &[f64]) -> f64 {
    fn positive(y: &f64) -> Option<f64> {
        y.checked()
    }
    x.iter().filter_map(positive).sum()
}

trait Checked {
    fn checked(&self) -> Option<f64>;
}

impl Checked for f64 {
    fn checked(&self) -> Option<f64> {
        Some(*self)
    }
}

#[differentiate]
fn key_by_path(x: &[(f64, usize)]) -> f64 {
    fn key(pair: &&(f64, usize)) -> usize {
        pair.1
    }
    x.iter().min_by_key(key).unwrap().0
}

fn main() {}
