//! Optimizers against Keras's trajectories, and `minimize` with its stopping rules and errors.

use autodiff_core::Differentiable;
use autodiff_core::optimize::{
    Adam, MinimizeError, Nadam, Optimizer, Reason, SettingError, Sgd, Stopping, minimize,
    minimize_with,
};
use std::ops::ControlFlow;
use std::time::Duration;

/// Parameters of the problem in `tests/references/optimizers.py`.
#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
    w: Vec<f64>,
    steps: usize,
}

fn start() -> Point {
    Point { x: -1.2, y: 1.0, w: vec![1.0; 3], steps: 0 }
}

fn objective(p: &Point) -> (f64, PointTangent) {
    let (c, t) = ([1.0, 10.0, 0.1], [0.5, -2.0, 3.0]);
    let inner = p.y - p.x * p.x;
    let weights = p.w.iter().zip(c).zip(t);
    let loss = (1.0 - p.x).powi(2)
        + 100.0 * inner * inner
        + weights.clone().map(|((w, c), t)| c * (w - t) * (w - t)).sum::<f64>();
    let gradient = PointTangent {
        x: -2.0 * (1.0 - p.x) - 400.0 * p.x * inner,
        y: 200.0 * inner,
        w: weights.map(|((w, c), t)| 2.0 * c * (w - t)).collect(),
        steps: (),
    };
    (loss, gradient)
}

fn follow(name: &str, mut optimizer: impl Optimizer) {
    let table = include_str!("../../tests/references/optimizers.csv");
    let lines = table.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    let mut point = start();
    let mut count = 0;
    for line in lines {
        let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
        let (_, gradient) = objective(&point);
        optimizer.step(&mut point, &gradient);
        count += 1;
        assert_eq!(numbers[0] as u64, count);
        assert_eq!(optimizer.steps(), count);
        let actual = [point.x, point.y, point.w[0], point.w[1], point.w[2]];
        for (actual, expected) in actual.iter().zip(&numbers[1..]) {
            let error = (actual - expected).abs() / expected.abs().max(1.0);
            assert!(error < 1e-12, "{name}, step {count}: {actual} instead of {expected}");
        }
    }
    assert_eq!(count, 60);

    // After a reset it goes the same way again.
    optimizer.reset();
    assert_eq!(optimizer.steps(), 0);
    let mut again = start();
    for _ in 0..count {
        let (_, gradient) = objective(&again);
        optimizer.step(&mut again, &gradient);
    }
    assert_eq!(again, point);
}

#[test]
fn trajectories_agree_with_keras() -> Result<(), SettingError> {
    follow("sgd", Sgd::new(0.001)?);
    follow("momentum", Sgd::new(0.001)?.momentum(0.9)?);
    follow("nesterov", Sgd::new(0.001)?.momentum(0.9)?.nesterov(true));
    follow("adam", Adam::default());
    follow("adam_custom", Adam::new(0.05)?.betas(0.8, 0.99)?.epsilon(1e-4)?);
    follow("amsgrad", Adam::new(0.05)?.betas(0.9, 0.9)?.amsgrad(true));
    follow("nadam", Nadam::default());
    follow("nadam_custom", Nadam::new(0.05)?.betas(0.8, 0.99)?.epsilon(1e-4)?);
    Ok(())
}

#[test]
fn steps_every_kind_of_parameters() {
    fn step<P: autodiff_core::Parameters + ?Sized>(p: &mut P, g: &P::Tangent) {
        for _ in 0..2 {
            Sgd::new(0.5).unwrap().step(p, g);
        }
    }
    let mut scalar = 1.0_f32;
    step(&mut scalar, &2.0);
    let mut array = [[1.0, 2.0], [3.0, 4.0]];
    step(&mut array, &[[1.0, 0.0], [0.0, 1.0]]);
    let mut vec = vec![1.0, 2.0];
    step(&mut vec, &vec![1.0, 1.0]);
    step(&mut vec[1..], &vec![1.0]);
    let mut tuple = (1.0, vec![(2.0_f32, 7_u8)]);
    step(&mut tuple, &(1.0, vec![(1.0, ())]));
    assert_eq!((scalar, array), (-1.0, [[0.0, 2.0], [3.0, 3.0]]));
    assert_eq!((vec, tuple), (vec![0.0, 0.0], (0.0, vec![(1.0, 7)])));
}

#[test]
fn a_momentum_of_one_keeps_the_whole_velocity() {
    let mut optimizer = Sgd::new(0.5).unwrap().momentum(1.0).unwrap();
    let mut x = 0.0;
    let positions: Vec<f64> = (0..3)
        .map(|_| {
            optimizer.step(&mut x, &-2.0);
            x
        })
        .collect();
    assert_eq!(positions, [1.0, 3.0, 6.0]);
}

#[test]
fn single_precision_keeps_its_own_averages() {
    let (mut single, mut double) = (Nadam::new(0.1).unwrap(), Nadam::new(0.1).unwrap());
    let (mut a, mut b) = ([3.0_f32, -1.0], [3.0_f64, -1.0]);
    for _ in 0..100 {
        let slope = a.map(|a| 2.0 * a);
        single.step(&mut a, &slope);
        let slope = b.map(|b| 2.0 * b);
        double.step(&mut b, &slope);
    }
    assert!((f64::from(a[0]) - b[0]).abs() < 1e-4 && (f64::from(a[1]) - b[1]).abs() < 1e-4);
}

#[test]
fn absurd_settings_are_named() {
    let name = |result: Result<_, SettingError>| result.err().map(|error| error.name);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(name(Sgd::new(rate).map(drop)), Some("learning_rate"));
        assert_eq!(name(Adam::new(rate).map(drop)), Some("learning_rate"));
        assert_eq!(name(Nadam::new(rate).map(drop)), Some("learning_rate"));
        assert_eq!(name(Adam::default().epsilon(rate).map(drop)), Some("epsilon"));
        assert_eq!(name(Nadam::default().epsilon(rate).map(drop)), Some("epsilon"));
    }
    for momentum in [-0.1, 1.1, f64::NAN] {
        assert_eq!(name(Sgd::default().momentum(momentum).map(drop)), Some("momentum"));
    }
    for beta in [-0.1, 1.0, f64::NAN] {
        assert_eq!(name(Adam::default().betas(beta, 0.9).map(drop)), Some("beta_1"));
        assert_eq!(name(Nadam::default().betas(0.9, beta).map(drop)), Some("beta_2"));
    }
    let mut optimizer = Adam::new(0.5).unwrap();
    assert!(optimizer.set_learning_rate(f64::NAN).is_err());
    assert_eq!(optimizer.learning_rate(), 0.5);
    let stopping = Stopping::after(1).gradient_norm(-1.0);
    let error = minimize(|x: &f64| (*x, 1.0), &mut 0.0, &mut optimizer, &stopping).unwrap_err();
    assert_eq!(error.to_string(), "gradient_norm must be at least 0 and finite, but is -1");
}

#[test]
#[should_panic = "the gradient of `parameters.w` has length 2, but `parameters.w` has length 3"]
fn a_gradient_of_another_shape_is_named() {
    let mut point = start();
    let (_, mut gradient) = objective(&point);
    gradient.w.pop();
    Sgd::default().step(&mut point, &gradient);
}

#[test]
fn a_wrong_shape_changes_nothing() {
    let mut point = start();
    let (_, mut gradient) = objective(&point);
    gradient.w.pop();
    let mut optimizer = Sgd::default();
    let step = std::panic::AssertUnwindSafe(|| optimizer.step(&mut point, &gradient));
    assert!(std::panic::catch_unwind(step).is_err());
    assert_eq!(point, start());
}

#[test]
#[should_panic = "held 2 floats in this optimizer's first step, but hold 3 now"]
fn parameters_may_not_grow() {
    let mut optimizer = Adam::default();
    optimizer.step(&mut vec![1.0; 2], &vec![1.0; 2]);
    optimizer.step(&mut vec![1.0; 3], &vec![1.0; 3]);
}

#[test]
fn minimize_finds_the_minimum() {
    let mut point = start();
    let stopping = Stopping::after(100_000).gradient_norm(1e-6);
    let report = minimize(objective, &mut point, &mut Adam::new(0.01).unwrap(), &stopping).unwrap();
    assert_eq!(report.reason, Reason::GradientNorm);
    assert!(report.gradient_norm <= 1e-6);
    assert!((point.x - 1.0).abs() < 1e-5 && (point.w[1] + 2.0).abs() < 1e-6);
    assert_eq!(report.history.len() as u64, report.iterations + 1);
    assert_eq!(report.history.last().unwrap().loss, report.loss);
    assert_eq!(objective(&point).0, report.loss);
}

#[test]
fn every_stopping_rule_stops() {
    let square = |x: &f64| (x * x, 2.0 * x);
    let sgd = || Sgd::new(0.1).unwrap();
    let run = |stopping: Stopping| {
        let mut x = 1.0;
        minimize(square, &mut x, &mut sgd(), &stopping).unwrap()
    };
    let report = run(Stopping::after(0));
    assert_eq!((report.reason, report.iterations, report.loss), (Reason::Iterations, 0, 1.0));
    assert_eq!(run(Stopping::after(1000).gradient_norm(0.1)).reason, Reason::GradientNorm);
    let zero = Duration::ZERO;
    assert_eq!(run(Stopping::after(1000).time_limit(zero)).reason, Reason::TimeLimit);
    // The loss shrinks by the same factor in each step: never a small relative change.
    assert_eq!(run(Stopping::after(50).relative_change(0.1)).reason, Reason::Iterations);
    let mut x = 1.0;
    let flat = |x: &f64| (1.0 + x * x, 2.0 * x);
    let stopping = Stopping::after(1000).relative_change(1e-12);
    let report = minimize(flat, &mut x, &mut sgd(), &stopping).unwrap();
    assert_eq!(report.reason, Reason::RelativeChange);
    let report = minimize_with(square, &mut 1.0, &mut sgd(), &Stopping::after(10), |progress| {
        if progress.iteration == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let report = report.unwrap();
    assert_eq!((report.reason, report.iterations), (Reason::Callback, 3));
    assert!(report.to_string().contains("the callback broke off"));
}

#[test]
fn parameters_keep_their_last_good_value() {
    // Diverges: the loss overflows before the parameters do.
    let mut x = vec![1.0];
    let square = |x: &Vec<f64>| (x[0] * x[0], vec![2.0 * x[0]]);
    let stopping = Stopping::after(10_000);
    let error = minimize(square, &mut x, &mut Sgd::new(10.0).unwrap(), &stopping).unwrap_err();
    let MinimizeError::NotFinite(error) = error else { panic!("{error}") };
    assert_eq!(error.what, "loss");
    assert!(square(&x).0.is_finite());
    assert_eq!(error.history.len() as u64, error.iteration);
    assert_eq!(error.history.last().unwrap().loss, square(&x).0);

    // The gradient is NaN from the second point on.
    let mut point = (1.0, [2.0, 3.0]);
    let mut calls = 0;
    let objective = |_: &(f64, [f64; 2])| {
        calls += 1;
        (1.0, (0.5, [0.5, if calls == 1 { 0.5 } else { f64::NAN }]))
    };
    let error = minimize(objective, &mut point, &mut Sgd::new(1.0).unwrap(), &stopping);
    let message = error.unwrap_err().to_string();
    assert!(message.contains("gradient of parameters.1[1] is NaN after step 1"), "{message}");
    assert_eq!(point, (1.0, [2.0, 3.0]));

    // A parameter overflows.
    let mut x = [f64::MAX, 0.0];
    let error = minimize(
        |_: &[f64; 2]| (0.0, [-1e308, 0.0]),
        &mut x,
        &mut Sgd::new(10.0).unwrap(),
        &stopping,
    );
    let message = error.unwrap_err().to_string();
    assert!(message.contains("parameters[0] is inf after step 1"), "{message}");
    assert_eq!(x, [f64::MAX, 0.0]);
    let error = minimize(|_: &f64| (0.0, f64::INFINITY), &mut 0.0, &mut Sgd::default(), &stopping);
    let message = error.unwrap_err().to_string();
    assert!(message.contains("gradient of parameters is inf at the starting point"), "{message}");
}

#[test]
fn no_data_and_no_parameters_are_errors() {
    let data: [f64; 0] = [];
    let mean = |x: &f64| (data.iter().map(|d| d - x).sum::<f64>() / data.len() as f64, 0.0);
    let error = minimize(mean, &mut 1.0, &mut Sgd::default(), &Stopping::after(1)).unwrap_err();
    assert!(error.to_string().contains("an average over no data is 0/0"), "{error}");
    let nothing = |_: &Vec<f64>| (1.0, vec![]);
    let error = minimize(nothing, &mut vec![], &mut Sgd::default(), &Stopping::after(1));
    assert_eq!(error.unwrap_err(), MinimizeError::NoParameters);
}

#[test]
fn large_gradients_have_a_norm() {
    let steep = |_: &[f64; 2]| (0.0, [3e200, 4e200]);
    let report = minimize(steep, &mut [0.0; 2], &mut Sgd::default(), &Stopping::after(0)).unwrap();
    assert!((report.gradient_norm / 5e200 - 1.0).abs() < 1e-15);
}
