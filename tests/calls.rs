//! Calls between annotated functions: `&mut` arguments, structures in and out, arguments that change
//! afterwards, two arguments in one array, recursion, methods; against differences, and what they allocate.

#![allow(clippy::needless_range_loop)] // as users write

use autodiff_core::{Differentiable, differentiate};
use differences::agree;

#[allow(unreachable_pub)]
#[path = "common/differences.rs"]
mod differences;

#[differentiate]
fn normalize(v: &mut [f64]) {
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    for x in v.iter_mut() {
        *x /= norm;
    }
}

#[differentiate]
fn rotate(angle: f64, p: [f64; 2]) -> [f64; 2] {
    let (s, c) = angle.sin_cos();
    [c * p[0] - s * p[1], s * p[0] + c * p[1]]
}

#[differentiate]
fn moments(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

#[differentiate]
fn softmax(x: &[f64]) -> Vec<f64> {
    let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = x.iter().map(|x| (x - most).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

#[differentiate]
fn many_kinds(x: &[f64], angle: f64) -> f64 {
    let mut v = x.to_vec();
    for k in 0..3 {
        normalize(&mut v);
        v[k] += angle * x[0];
    }
    let q = rotate(v[0], [v[1], angle]);
    let (mean, variance) = moments(&v);
    let weights = softmax(&v);
    q[0] * q[1] + mean * variance + dot(&weights, x)
}

#[test]
fn arguments_of_every_kind() {
    let x = [0.3, 0.7, -0.4];
    let (slopes, angle) = many_kinds::gradient(&x, 0.9);
    agree(&slopes, |x| many_kinds(x, 0.9), &x);
    agree(&[angle], |a| many_kinds(&x, a[0]), &[0.9]);
}

#[differentiate]
fn changed_afterwards(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut sum = 0.0;
    for k in 0..y.len() {
        sum += dot(&y[..=k], &x[..=k]).sin();
        y[k] *= sum + 1.0;
    }
    let mut z = [x[0], x[1] * x[1]];
    let before = dot(&z, &[2.0, x[2]]);
    z[0] = 0.0;
    sum + y[0] + before * z[1]
}

#[differentiate]
fn one_array_twice(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let middle = y.len() / 2;
    let (left, right) = y.split_at_mut(middle);
    axpy(x[0], left, right);
    axpy(2.0, right, left);
    let same = dot(&y, &y);
    let (mean, _) = moments(&y[1..]);
    same * mean
}

#[differentiate]
fn only_the_effect_counts(x: &[f64]) -> f64 {
    let mut y = [1.0, 2.0, 3.0, 4.0];
    axpy(x[0], x, &mut y);
    axpy(y[3], x, &mut y);
    y[1] * y[2]
}

#[test]
fn arguments_that_change_or_overlap() {
    let x = [0.3, 0.7, -0.4, 1.1];
    agree(&changed_afterwards::gradient(&x), changed_afterwards, &x);
    agree(&one_array_twice::gradient(&x), one_array_twice, &x);
    agree(&only_the_effect_counts::gradient(&x), only_the_effect_counts, &x);
}

#[differentiate]
fn power(x: f64, n: u32) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

/// By minors along the first row.
#[differentiate]
fn determinant(a: &[f64], n: usize) -> f64 {
    if n == 1 {
        return a[0];
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    for column in 0..n {
        let mut minor = vec![0.0; (n - 1) * (n - 1)];
        for i in 1..n {
            for j in 0..n - 1 {
                let from = if j < column { j } else { j + 1 };
                minor[(i - 1) * (n - 1) + j] = a[i * n + from];
            }
        }
        sum += sign * a[column] * determinant(&minor, n - 1);
        sign = -sign;
    }
    sum
}

#[differentiate]
fn integrate(x: f64, depth: u32) -> (f64, f64) {
    if depth == 0 {
        return (x.sin(), x);
    }
    let (left, a) = integrate(0.5 * x, depth - 1);
    let (right, b) = integrate(x - 0.3, depth - 1);
    (left * b + right, a * right)
}

#[differentiate]
fn with_recursion(x: &[f64]) -> f64 {
    let (a, b) = integrate(x[0], 4);
    determinant(x, 3) * power(x[1], 5) + a * b
}

#[test]
fn recursion() {
    let x = [0.3, 0.7, -0.4, 1.1, 0.2, -0.9, 0.5, 0.6, -1.2];
    agree(&determinant::gradient(&x, 3), |x| determinant(x, 3), &x);
    agree(&[power::gradient(1.1, 7)], |x| power(x[0], 7), &[1.1]);
    agree(&with_recursion::gradient(&x), with_recursion, &x);
}

#[derive(Clone, Debug, Differentiable)]
struct Body {
    position: [f64; 2],
    velocity: [f64; 2],
    mass: f64,
}

#[differentiate]
impl Body {
    #[differentiate(wrt(self, force))]
    fn kicked(&self, force: [f64; 2], dt: f64) -> [f64; 2] {
        [self.velocity[0] + dt * force[0] / self.mass, self.velocity[1] + dt * force[1] / self.mass]
    }

    #[differentiate(wrt(self, force))]
    fn step(&mut self, force: [f64; 2], dt: f64) {
        let velocity = self.kicked(force, dt);
        self.velocity = velocity;
        for k in 0..2 {
            self.position[k] += dt * self.velocity[k];
        }
    }

    #[differentiate(wrt(self, stiffness))]
    fn flight(&mut self, stiffness: f64, steps: usize) -> f64 {
        for _ in 0..steps {
            let r2 = self.position[0].powi(2) + self.position[1].powi(2);
            let force = [
                -stiffness * self.position[0] * r2.sqrt(),
                -stiffness * self.position[1] * r2.sqrt(),
            ];
            self.step(force, 0.01);
        }
        self.position[0] * self.position[1] + self.velocity[0]
    }
}

#[test]
fn methods_that_change_self() {
    let body = |x: &[f64]| Body { position: [x[0], x[1]], velocity: [x[2], x[3]], mass: x[4] };
    let at = [1.0, -0.5, 0.3, 0.8, 1.7];
    let (of_body, stiffness) = Body::flight_gradient(&mut body(&at), 2.0, 30);
    agree(&[stiffness], |k| body(&at).flight(k[0], 30), &[2.0]);
    let BodyTangent { position, velocity, mass } = of_body;
    let found = [&position[..], &velocity, &[mass]].concat();
    agree(&found, |x| body(x).flight(2.0, 30), &at);
    let ((), (of_body, of_force)) = Body::step_vjp(
        &mut body(&at),
        [0.4, 0.6],
        0.1,
        BodyTangent { position: [1.0, 0.0], velocity: [0.0, 2.0], mass: 0.0 },
    );
    let weighted = |x: &[f64]| {
        let mut body = body(x);
        body.step([x[5], x[6]], 0.1);
        body.position[0] + 2.0 * body.velocity[1]
    };
    let at = [1.0, -0.5, 0.3, 0.8, 1.7, 0.4, 0.6];
    let BodyTangent { position, velocity, mass } = of_body;
    let found = [&position[..], &velocity, &[mass], &of_force].concat();
    agree(&found, weighted, &at);
}

thread_local! {
    static LOUD: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts how often it is shown.
struct Shown;

impl std::fmt::Display for Shown {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        LOUD.set(LOUD.get() + 1);
        Ok(())
    }
}

#[differentiate(wrt(x))]
fn talkative(x: f64, shown: &Shown) -> f64 {
    print!("{shown}");
    x.sin() * x
}

#[differentiate(wrt(x))]
fn listener(x: f64, shown: &Shown) -> f64 {
    let mut sum = 0.0;
    for k in 0..3 {
        sum += talkative(x + k as f64, shown) * x;
    }
    sum
}

#[test]
fn what_is_printed_is_printed_once() {
    let slope = listener::gradient(0.4, &Shown);
    assert_eq!(LOUD.get(), 3);
    agree(&[slope], |x| listener(x[0], &Shown), &[0.4]);
}
