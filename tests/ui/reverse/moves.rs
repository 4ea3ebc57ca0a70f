#![allow(unused)]

use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct State {
    x: f64,
    history: Vec<f64>,
}

#[derive(Clone, Differentiable)]
struct Run {
    state: State,
    total: f64,
}

#[differentiate]
fn out_of_another(x: f64) -> f64 {
    let run = Run { state: State { x, history: vec![x, x] }, total: x };
    let state = run.state;
    state.history[1] * run.total
}

#[differentiate]
fn on_one_path(x: f64) -> f64 {
    let state = State { x, history: vec![x, x] };
    if x > 0.0 {
        let moved = state;
        return moved.history[1] * x;
    }
    x
}

#[differentiate]
fn set_again_on_one_path(x: f64) -> f64 {
    let mut state = State { x, history: vec![x, x] };
    let moved = state;
    if x > 0.0 {
        state = State { x, history: vec![x] };
        return state.history[0] * moved.x;
    }
    moved.history[1]
}

fn main() {}
