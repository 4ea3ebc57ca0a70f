//! `jvp` through the public face: against `gradient` and `vjp` along the direction, and by hand.

#![allow(clippy::needless_range_loop)] // as users write

#[path = "common/close.rs"]
mod close;

use autodiff_core::{Differentiable, Float, differentiate};
use close::close;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[differentiate(jvp)]
fn loss(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        let r = w[0] * x * x + w[1] * x + w[2] - y;
        if r.abs() > 10.0 {
            break;
        }
        sum += r * r;
    }
    sum / x.len() as f64
}

#[test]
fn a_loss_along_a_direction() {
    let (w, x, y) = ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0], [1.0, 2.5, 9.0]);
    let (dw, dx, dy) = ([0.5, -1.0, 0.25], [0.1, 0.2, 0.3], [1.0, -1.0, 2.0]);
    let (value, slope) = loss::jvp(&w, &x, &y, dw, &dx, &dy);
    let (by_value, (gw, gx, gy)) = loss::value_and_gradient(&w, &x, &y);
    assert_eq!(value, by_value);
    close(&[slope], &[dot(&gw, &dw) + dot(&gx, &dx) + dot(&gy, &dy)]);
}

#[differentiate(jvp)]
fn step(state: &mut [f64; 2], force: f64, history: &mut Vec<f64>) -> f64 {
    state[0] += 0.1 * state[1];
    state[1] += 0.1 * (force - state[0].sin());
    history.push(state[0] * state[1]);
    history.len() as f64 * state[0]
}

#[differentiate(jvp)]
fn simulate(start: [f64; 2], force: f64, steps: usize) -> ([f64; 2], Vec<f64>) {
    let mut state = start;
    let mut history = vec![force];
    for _ in 0..steps {
        let s = step(&mut state, force, &mut history);
        if s > 100.0 {
            return (state, vec![s]);
        }
    }
    (state, history)
}

#[test]
fn state_behind_references_has_tangents_that_come_out() {
    let (mut state, mut tangent) = ([0.5, 1.0], [1.0, 0.0]);
    let (mut history, mut history_tangent) = (vec![2.0], vec![3.0]);
    let (value, slope) =
        step::jvp(&mut state, 0.25, &mut history, &mut tangent, 2.0, &mut history_tangent);
    // x = 0.6, dx = 1; v = 1 + 0.1 (0.25 - sin 0.6), dv = 0.1 (2 - cos 0.6)
    let (x, v): (f64, f64) = (0.6, 1.0 + 0.1 * (0.25 - 0.6_f64.sin()));
    let dv = 0.1 * (2.0 - 0.6_f64.cos());
    close(&[state[0], state[1], tangent[0], tangent[1]], &[x, v, 1.0, dv]);
    close(&history, &[2.0, x * v]);
    close(&history_tangent, &[3.0, v + x * dv]);
    close(&[value, slope], &[2.0 * x, 2.0]);
}

#[test]
fn what_calls_it_agrees_with_the_transposed_product() {
    let (start, force, steps) = ([0.5, 1.0], 0.25, 4);
    let (ds, df) = ([0.3, -0.2], 0.7);
    let ((state, history), (state_tangent, history_tangent)) =
        simulate::jvp(start, force, steps, ds, df);
    let (ws, wh) = ([1.5, -0.5], [0.1, 0.2, 0.3, 0.4, 0.5]);
    let (value, (gs, gf)) = simulate::vjp(start, force, steps, (ws, wh.to_vec()));
    assert_eq!((state, &history), (value.0, &value.1));
    let along = dot(&state_tangent, &ws) + dot(&history_tangent, &wh);
    close(&[along], &[dot(&gs, &ds) + gf * df]);
}

#[derive(Clone, Differentiable)]
struct Model {
    rates: Vec<f64>,
    steps: usize,
    scale: (f64, f64),
}

#[differentiate]
impl Model {
    #[differentiate(jvp, wrt(self, x))]
    fn run(&self, x: f64) -> f64 {
        let mut y = x;
        for k in 0..self.steps {
            y = self.decay(y, k % self.rates.len()) * self.scale.0;
        }
        y - self.scale.1
    }

    #[differentiate(jvp, wrt(self, y))]
    fn decay(&self, y: f64, k: usize) -> f64 {
        y * (-self.rates[k]).exp()
    }
}

#[test]
fn structs_and_methods() {
    let model = Model { rates: vec![0.1, 0.2], steps: 3, scale: (1.5, 0.5) };
    let tangent = ModelTangent { rates: vec![1.0, -1.0], steps: (), scale: (0.25, 2.0) };
    let (value, slope) = model.run_jvp(2.0, tangent, 0.5);
    // y = x s³ exp(-2 r₀ - r₁) - o
    let y = 2.0 * 1.5_f64.powi(3) * (-0.4_f64).exp();
    close(&[value, slope], &[y - 0.5, y * (0.5 / 2.0 + 3.0 * 0.25 / 1.5 - 2.0 + 1.0) - 2.0]);
}

#[differentiate(jvp)]
fn power<T: Float, const N: usize>(x: &[T; N], k: usize) -> T {
    let mut y = x[k];
    for i in 0..N {
        y *= x[i].sin();
    }
    y
}

#[test]
fn generic_functions() {
    let (value, slope) = power::jvp(&[1.0, 2.0], 1, [0.5, 0.25]);
    let (by_value, gradient) = power::value_and_gradient(&[1.0, 2.0], 1);
    close(&[value, slope], &[by_value, dot(&gradient, &[0.5, 0.25])]);
    let (single, _) = power::jvp(&[1.0_f32, 2.0], 1, [0.5, 0.25]);
    assert!((f64::from(single) - value).abs() < 1e-6);
}

#[test]
#[should_panic = "`x_tangent` has 2 elements, but `x` has 1: the tangent needs as many"]
fn tangents_have_the_shape_of_their_parameters() {
    loss::jvp(&[0.0; 3], &[1.0], &[1.0], [0.0; 3], &[1.0, 2.0], &[1.0]);
}
