#![allow(unused)]

use autodiff_core::differentiate;

use autodiff_core::Differentiable;

#[derive(Clone, Copy, Differentiable)]
struct Meters {
    value: f64,
}

impl std::ops::Neg for Meters {
    type Output = f64;
    fn neg(self) -> f64 {
        -self.value
    }
}

impl std::ops::Add for Meters {
    type Output = Meters;
    fn add(self, other: Meters) -> Meters {
        other
    }
}

impl std::ops::Index<usize> for Meters {
    type Output = f64;
    fn index(&self, _: usize) -> &f64 {
        &self.value
    }
}

impl Default for Meters {
    fn default() -> Self {
        Meters { value: 1.0 }
    }
}

impl Meters {
    fn doubled(self) -> f64 {
        2.0 * self.value
    }
}

#[differentiate]
fn negated(m: Meters) -> f64 {
    -m
}

#[differentiate]
fn added(m: Meters) -> f64 {
    (m + m).value
}

#[differentiate]
fn indexed(m: Meters) -> f64 {
    m[0]
}

#[differentiate]
fn taken(mut m: Meters) -> f64 {
    let old = std::mem::take(&mut m);
    old.value
}

#[differentiate]
fn unknown_method(m: Meters) -> f64 {
    m.doubled()
}

#[differentiate]
fn as_a_condition(m: Meters) -> f64 {
    if m { 1.0 } else { 0.0 }
}

#[differentiate]
fn sorted(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[0]
}

#[differentiate]
fn map_of_floats(x: f64) -> f64 {
    let mut map = std::collections::HashMap::new();
    map.insert(1_usize, x);
    map[&1]
}

#[differentiate]
fn taken_out(x: f64) -> f64 {
    let mut option = Some(x);
    option.take().unwrap()
}

#[differentiate]
fn assigned_elsewhere(x: f64) -> f64 {
    let mut y = x;
    (if x > 0.0 { y } else { y }) = 2.0;
    y
}

#[differentiate]
fn range_in_a_variable(x: &[f64], text: &str) -> f64 {
    let part = &text[1..2];
    x[part.len()]
}

#[differentiate]
fn stored_range(x: f64) -> f64 {
    let ranges = [0..2, 1..3];
    x
}

#[differentiate]
fn array_by_function(x: f64) -> f64 {
    let rows: [Vec<f64>; 2] = std::array::from_fn(|i| vec![x; i]);
    rows[1][0]
}

fn main() {}
