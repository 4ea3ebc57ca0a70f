#![allow(unused)]

use autodiff_core::differentiate;

use std::cmp::Ordering;

struct Slots;

impl Slots {
    fn all(&self) -> &[f64] {
        &[]
    }

    fn slot(&self) -> &'static mut f64 {
        todo!()
    }
}

#[differentiate]
fn unknown_expression(x: f64) -> f64 {
    x * vec![].len() as f64
}

#[differentiate]
fn pattern_of_another_type(x: f64) -> f64 {
    match x {
        (a, b) => a,
    }
}

#[differentiate]
fn function_of_std_passed_on(x: f64) -> f64 {
    let lists: Vec<Vec<f64>> = [[x, x]].into_iter().map(Vec::from).collect();
    lists[0][0]
}

#[differentiate]
fn unknown_comparison(x: &[f64], order: Ordering) -> f64 {
    x.iter().copied().max_by(|_, _| order).unwrap()
}

#[differentiate]
fn closure_in_a_vec(x: f64) -> f64 {
    let double = |y: f64| 2.0 * y;
    let list = vec![double];
    x
}

#[differentiate]
fn negated_truth(x: f64) -> f64 {
    let y = -(x > 0.0);
    x
}

#[differentiate]
fn range_argument(x: f64, text: &str) -> f64 {
    let part = text.get(1..2);
    if part.is_some() { x } else { 2.0 * x }
}

#[differentiate]
fn rest_by_value(x: &[f64]) -> f64 {
    let [first, rest @ ..] = *x else { return 0.0 };
    first
}

#[differentiate]
fn letters(x: f64, letter: char) -> f64 {
    match letter {
        'a'..='f' => x,
        _ => x * x,
    }
}

#[differentiate]
fn one_of_several(x: &[f64]) -> f64 {
    *x.iter().reduce(|a, b| if a > b { a } else { b }).unwrap()
}

#[differentiate]
fn greatest_place(x: &mut [f64]) -> f64 {
    *x.iter_mut().max_by(|a, b| a.total_cmp(b)).unwrap() = 2.0;
    x[0]
}

#[differentiate(wrt(x))]
fn more_than_a_number(x: f64, factors: &Option<[f64; 2]>) -> f64 {
    if let Some(factors) = factors { x * factors[0] } else { x }
}

#[differentiate]
fn range_inside(x: f64, n: Option<usize>) -> f64 {
    match n {
        Some(1..=3) => x * x,
        _ => x,
    }
}

const TABLE: [f64; 2] = [1.0, 2.0];

#[differentiate]
fn reference_to_a_constant(x: f64) -> f64 {
    let table = &TABLE;
    x * table[0]
}

#[differentiate]
fn part_of_a_constant(x: f64) -> f64 {
    let part = &TABLE[1..];
    x * part[0]
}

#[differentiate]
fn greater_truth(x: f64) -> f64 {
    if (x > 0.0).max(x > 1.0) { x * x } else { x }
}

#[differentiate(wrt(x))]
fn place_of_another(x: f64, slots: &Slots) -> f64 {
    let slot: &mut f64 = slots.slot();
    x * *slot
}

#[differentiate]
fn guard_with_let(x: f64, n: usize, o: Option<usize>) -> f64 {
    match n {
        1 if let Some(m) = o => x.powi(m as i32),
        _ => x,
    }
}

#[differentiate]
fn part_of_a_text(x: f64, text: &str) -> f64 {
    let part = &text[1..2];
    x * part.len() as f64
}

#[differentiate]
fn unknown_receiver_of_take(x: f64) -> f64 {
    let mut value = "text".to_uppercase();
    let old = std::mem::take(&mut value);
    x * old.len() as f64
}

#[differentiate(wrt(x))]
fn reference_from_elsewhere(x: f64, slots: &Slots) -> f64 {
    let all: &[f64] = slots.all();
    x * all[0]
}

#[differentiate(wrt(x))]
fn place_from_elsewhere(x: f64, slots: &Slots) -> f64 {
    let old: f64 = std::mem::take(slots.slot());
    x * old
}

#[differentiate]
fn default_truth(x: f64) -> f64 {
    if bool::default() { x } else { x * x }
}

#[differentiate]
fn truth_as_a_number(x: f64) -> f64 {
    match x > 0.0 {
        1 => x,
        _ => x * x,
    }
}

#[differentiate]
fn sum_of_truths(x: f64) -> f64 {
    if (x > 0.0).add(true) { x } else { x * x }
}

fn main() {}
