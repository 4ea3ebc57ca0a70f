//! Values that depend on a differentiated parameter, given to something that is not looked into and may keep them.

use autodiff_core::{Differentiable, differentiate};
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

struct Filter {
    state: f64,
    history: Vec<f64>,
}

impl Filter {
    fn update(&mut self, x: f64) {
        self.state += x;
    }
    fn accepts(&mut self, x: f64) -> bool {
        self.state += x;
        true
    }
    fn itself(&mut self) -> &mut Filter {
        self
    }
    fn state(&self) -> f64 {
        self.state
    }
}

#[differentiate(wrt(x))]
fn updated(x: f64, filter: &mut Filter) -> f64 {
    filter.update(x);
    filter.state()
}

#[differentiate(wrt(x))]
fn asked(x: f64, filter: &mut Filter) -> f64 {
    if filter.accepts(x) { filter.state() } else { x }
}

#[differentiate(wrt(x))]
fn asserted(x: f64, filter: &mut Filter) -> f64 {
    assert!(filter.accepts(x));
    filter.state()
}

#[differentiate(wrt(x))]
fn by_path(x: f64, filter: &mut Filter) -> f64 {
    Filter::update(filter, x);
    filter.state()
}

#[differentiate(wrt(x))]
fn by_reference(x: f64, filter: &mut Filter) -> f64 {
    let inner = filter.itself();
    if inner.accepts(x) { filter.state } else { 0.0 }
}

#[differentiate(wrt(x))]
fn behind_what_it_gave(x: f64, filter: &mut Filter) -> f64 {
    if let Some(last) = filter.history.last_mut() {
        *last = x;
    }
    filter.state
}

#[differentiate(wrt(x))]
fn in_a_field(x: f64, filter: &mut Filter) -> f64 {
    filter.state = x;
    filter.state
}

#[differentiate]
fn in_a_queue(x: &[f64]) -> f64 {
    let mut window = VecDeque::new();
    let mut sum = 0.0;
    for &v in x {
        window.push_back(v);
        if window.len() > 3 {
            let old: f64 = window.pop_front().unwrap();
            sum -= old;
        }
        sum += v;
    }
    sum
}

#[differentiate]
fn in_a_map(x: f64) -> f64 {
    let mut map = BTreeMap::new();
    map.insert("x", x);
    let y: f64 = *map.get("x").unwrap();
    y * y
}

#[differentiate]
fn in_a_cell(x: f64) -> f64 {
    let cell = Cell::new(0.0);
    cell.set(x);
    cell.get()
}

#[derive(Differentiable, Clone, Debug)]
struct Controller {
    gain: f64,
    history: Vec<f64>,
}

#[differentiate]
impl Controller {
    #[differentiate]
    fn step(&mut self, error: f64) -> f64 {
        self.history.push(error);
        self.history[0] * self.gain
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Reading {
    value: f64,
    #[differentiable(skip)]
    raw: f64,
    list: Vec<f64>,
}

#[differentiate]
fn in_a_skipped_field(x: f64) -> Reading {
    Reading { value: x, raw: x * x, list: vec![x] }
}

#[differentiate]
fn in_a_skipped_field_of_a_local(x: f64) -> f64 {
    let reading = Reading { value: x, raw: x * x, list: vec![x] };
    let again = reading.clone();
    let raw: f64 = again.raw;
    raw * again.value
}

fn main() {}
