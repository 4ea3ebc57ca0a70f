#![allow(unused)]

// One mistake is one error: who calls a function that was refused gets none.

use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
pub struct State {
    x: f64,
    history: Vec<f64>,
}

#[differentiate]
fn step(state: &mut State, h: f64, weights: &[f64]) -> [f64; 2] {
    let bits = unsafe { state.x.to_bits() };
    state.x += h * weights[0];
    [state.x, h]
}

#[differentiate]
fn once(x: f64, weights: &[f64]) -> f64 {
    let mut state = State { x, history: vec![x] };
    step(&mut state, 0.5, weights)[0]
}

#[differentiate]
fn often(state: &mut State, h: f64, n: usize) {
    for _ in 0..n {
        let moved = step(state, h, &[1.0, 2.0]);
        state.x += moved[1];
    }
}

// Refused by a later pass.
#[differentiate]
fn total(list: Vec<f64>, state: &State) -> f64 {
    println!("{}", list.len());
    let text = format!("{}", list[0]);
    text.parse::<f64>().unwrap() + state.x
}

#[differentiate]
fn of_total(x: f64, state: &State) -> f64 {
    total(vec![x, 2.0 * x], state) * x
}

pub struct Model {
    rate: f64,
}

#[differentiate]
impl Model {
    #[differentiate(wrt(x))]
    pub fn layer(&self, x: &[f64]) -> Vec<f64> {
        let text = format!("{}", x[0]);
        vec![text.parse::<f64>().unwrap()]
    }

    #[differentiate(wrt(x))]
    pub fn loss(&self, x: &[f64]) -> f64 {
        self.layer(x)[0] * self.rate
    }

    #[differentiate(wrt(x))]
    pub fn twice(&self, x: &[f64]) -> Vec<f64> {
        self.layer(&self.layer(x))
    }
}

fn main() {
    let mut state = State { x: 1.0, history: vec![] };
    let _ = once::gradient(1.0, &[1.0]);
    let cotangent = StateTangent { x: 1.0, history: vec![] };
    let _ = step::vjp(&mut state, 1.0, &[2.0], [1.0, 0.0], cotangent);
    let _ = of_total::gradient(1.0, &state);
    let _ = Model { rate: 1.0 }.layer_vjp(&[1.0], &[1.0]);
}
