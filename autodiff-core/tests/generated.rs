//! Generated gradients with this crate's own parts: derived structs, special functions, generic
//! floats, optimizers and the check.

use autodiff_core::optimize::{Adam, Stopping, minimize};
use autodiff_core::special::{digamma, erf, erfc, ln_gamma, norm_cdf};
use autodiff_core::{Differentiable, Float, check, detach, differentiate};

#[derive(Differentiable, Clone, Debug)]
struct Model {
    line: (f64, f64),
    bend: [f64; 2],
    degree: usize,
}

#[differentiate(wrt(model))]
fn loss(model: &Model, x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let t = x[i];
        let prediction = model.line.0 * t
            + model.line.1
            + model.bend[0] * t.powi(model.degree as i32)
            + model.bend[1] * t.sin();
        sum += (prediction - y[i]) * (prediction - y[i]);
    }
    sum / x.len() as f64
}

fn model() -> Model {
    Model { line: (0.5, -0.25), bend: [0.1, 0.7], degree: 3 }
}

fn data() -> (Vec<f64>, Vec<f64>) {
    let x: Vec<f64> = (0..25).map(|k| f64::from(k) * 0.1 - 1.2).collect();
    let y = x.iter().map(|x| 2.0 * x - 1.0 + 0.3 * x * x * x - 0.4 * x.sin()).collect();
    (x, y)
}

#[test]
fn gradients_of_structs_are_right() {
    let (x, y) = data();
    let (value, gradient) = loss::value_and_gradient(&model(), &x, &y);
    assert_eq!(value, loss(&model(), &x, &y));
    assert_eq!(gradient, loss::gradient(&model(), &x, &y));
    check::gradient(|m| loss(m, &x, &y), |m| loss::gradient(m, &x, &y), &model()).unwrap();
}

#[test]
fn minimize_fits_a_struct() {
    let (x, y) = data();
    let mut fit = model();
    let objective = |m: &Model| loss::value_and_gradient(m, &x, &y);
    let stopping = Stopping::after(20_000).gradient_norm(1e-7);
    let report = minimize(objective, &mut fit, &mut Adam::new(0.02).unwrap(), &stopping).unwrap();
    assert!(report.loss < 1e-6, "{report} {fit:?}");
    assert_eq!(fit.degree, 3);
}

#[differentiate]
fn special(x: f64, y: f64) -> f64 {
    erf(x) * erfc(y) + norm_cdf(x * y) + ln_gamma(y + 2.0) * digamma(x + 3.0)
}

#[differentiate]
fn half_detached(x: f64) -> f64 {
    x * detach(x)
}

#[test]
fn special_functions_have_derivatives() {
    check::gradient(
        |&(x, y): &(f64, f64)| special(x, y),
        |&(x, y)| special::gradient(x, y),
        &(0.3, 0.8),
    )
    .unwrap();
    assert_eq!(half_detached::gradient(3.0), 3.0);
}

#[differentiate]
fn logistic<T: Float>(x: T, scale: T) -> T {
    scale / (T::ONE + (-x).exp())
}

#[test]
fn generic_functions_serve_both_types() {
    check::gradient(
        |&(x, s): &(f64, f64)| logistic(x, s),
        |&(x, s)| logistic::gradient(x, s),
        &(0.4, 2.0),
    )
    .unwrap();
    let (dx, _): (f32, f32) = logistic::gradient(0.0_f32, 2.0);
    assert_eq!(dx, 0.5);
}

#[differentiate]
fn energy(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for x in x {
        sum += (x - 1.0).powi(4) + x * x;
    }
    sum
}

#[test]
fn slices_are_checked_and_minimized() {
    let start = vec![0.5; 10];
    check::gradient(|x: &Vec<f64>| energy(x), |x| energy::gradient(x), &start).unwrap();
    let mut x = start;
    let stopping = Stopping::after(10_000).gradient_norm(1e-8);
    minimize(
        |x: &Vec<f64>| energy::value_and_gradient(x),
        &mut x,
        &mut Adam::new(0.01).unwrap(),
        &stopping,
    )
    .unwrap();
    assert!(energy::gradient(&x).iter().all(|slope| slope.abs() < 1e-8));
}
