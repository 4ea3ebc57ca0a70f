//! `check::gradient` finds what is wrong and accepts what is right.

use autodiff_core::Differentiable;
use autodiff_core::check::{self, Failure, Options};

#[derive(Differentiable, Clone, Debug)]
struct Model {
    scale: f64,
    weights: Vec<f64>,
    shift: (f32, usize),
}

fn model() -> Model {
    Model { scale: 2.0, weights: vec![0.5, -1.5, 3.0], shift: (0.25, 7) }
}

fn value(m: &Model) -> f64 {
    let sum: f64 = m.weights.iter().map(|w| w.sin()).sum();
    m.scale.exp() * sum + f64::from(m.shift.0) * sum
}

fn slope(m: &Model) -> ModelTangent {
    let sum: f64 = m.weights.iter().map(|w| w.sin()).sum();
    let factor = m.scale.exp() + f64::from(m.shift.0);
    ModelTangent {
        scale: m.scale.exp() * sum,
        weights: m.weights.iter().map(|w| factor * w.cos()).collect(),
        shift: (sum as f32, ()),
    }
}

#[test]
fn a_right_gradient_passes() {
    let report = check::gradient(value, slope, &model()).unwrap();
    assert_eq!((report.points, report.components), (9, 45));
    assert_eq!((report.kinks, report.undecided), (0, 0));
}

#[test]
fn each_wrong_component_is_named() {
    type Break = fn(&mut ModelTangent);
    let cases: [(Break, &str); 3] = [
        (|g| g.scale *= 1.0 + 1e-5, "parameters.scale = 2 at the given point"),
        (|g| g.weights[2] += 1e-3, "parameters.weights[2]"),
        (|g| g.shift.0 = -g.shift.0, "parameters.shift.0"),
    ];
    let options = Options { random_points: 0, ..Options::default() };
    for (break_it, name) in cases {
        let wrong = |m: &Model| {
            let mut gradient = slope(m);
            break_it(&mut gradient);
            gradient
        };
        let failure = check::gradient_with(value, wrong, &model(), &options).unwrap_err();
        assert!(failure.to_string().contains(name), "{failure}");
        assert!(failure.to_string().contains("in 1 of 5 components"), "{failure}");
    }
}

#[test]
fn nan_is_a_mismatch() {
    let failure = check::gradient(|x: &f64| x * x, |_| f64::NAN, &1.0).unwrap_err();
    assert!(matches!(failure, Failure::Mismatch { count: 9, .. }), "{failure}");
    let failure = check::gradient(|x: &f64| x * x, |_| f64::INFINITY, &1.0).unwrap_err();
    assert!(matches!(failure, Failure::Mismatch { count: 9, .. }), "{failure}");
}

#[test]
fn kinks_accept_any_slope_between() {
    let options = Options { random_points: 0, ..Options::default() };
    for slope in [-1.0, 0.0, 0.3, 1.0] {
        let report = check::gradient_with(|x: &f64| x.abs(), |_| slope, &0.0, &options).unwrap();
        // The central difference is exactly 0 there.
        assert_eq!(report.kinks, usize::from(slope != 0.0));
    }
    for slope in [1.1, -2.0, f64::NAN] {
        assert!(check::gradient_with(|x: &f64| x.abs(), |_| slope, &0.0, &options).is_err());
    }
    let relu = |x: &f64| 3.0 * x.max(0.0) + x.sin();
    for slope in [1.0, 4.0] {
        let report = check::gradient_with(relu, |_| slope, &0.0, &options).unwrap();
        assert_eq!(report.kinks, 1);
    }
    assert!(check::gradient_with(relu, |_| 0.9, &0.0, &options).is_err());
    // A kink nearby does not disturb.
    for distance in [1e-3, 1e-5, -1e-4] {
        let slope = if distance > 0.0 { 1.0 } else { -1.0 };
        let report = check::gradient_with(|x: &f64| x.abs(), |_| slope, &distance, &options);
        assert_eq!(report.unwrap().kinks, 0);
        assert!(check::gradient_with(|x: &f64| x.abs(), |_| -slope, &distance, &options).is_err());
    }
}

#[test]
fn what_is_not_finite_is_undecided() {
    let options = Options { random_points: 0, ..Options::default() };
    // Infinite to the left: sqrt at 0.
    let failure =
        check::gradient_with(|x: &f64| x.sqrt(), |_| f64::INFINITY, &0.0, &options).unwrap_err();
    assert_eq!(failure, Failure::Undecided { undecided: 1 });
    let failure = check::gradient(|x: &f64| x.ln(), |x| 1.0 / x, &-1.0).unwrap_err();
    assert!(matches!(failure, Failure::ValueNotFinite { .. }), "{failure}");
    // Near the end of the domain, smaller steps do.
    for x in [1e-3, 1e-6, 1e-9] {
        check::gradient_with(|x: &f64| x.ln(), |x| 1.0 / x, &x, &options).unwrap();
        let wrong = check::gradient_with(|x: &f64| x.ln(), |x| 1.001 / x, &x, &options);
        assert!(matches!(wrong, Err(Failure::Mismatch { .. })), "{wrong:?}");
    }
    // Random points may leave the domain.
    let options = Options { spread: 2.0, ..Options::default() };
    let report = check::gradient_with(|x: &f64| x.ln(), |x| 1.0 / x, &1.0, &options).unwrap();
    assert!(report.undecided > 0);
    assert!(report.to_string().contains("could not be decided"));
}

#[test]
fn smooth_functions_of_every_kind() {
    type Function = fn(f64) -> f64;
    let functions: [(Function, Function); 8] = [
        (f64::sin, f64::cos),
        (|x| x.powi(7), |x| 7.0 * x.powi(6)),
        (f64::tan, |x| 1.0 / x.cos().powi(2)),
        (f64::exp, f64::exp),
        (|x| 1.0 / (1.0 + x * x), |x| -2.0 * x / (1.0 + x * x).powi(2)),
        (|x| 1e12 * x, |_| 1e12),
        (|x| (50.0 * x).sin(), |x| 50.0 * (50.0 * x).cos()),
        (|_| 3.0, |_| 0.0),
    ];
    for (index, (f, slope)) in functions.into_iter().enumerate() {
        for x in [0.0_f64, 1e-5, 0.3, -0.7, 1.4, 20.0, -300.0] {
            if index == 2 && x.abs() > 2.0 {
                continue; // poles in reach of the steps
            }
            let result = check::gradient(|x: &f64| f(*x), |x| slope(*x), &x);
            assert!(result.is_ok(), "function {index} at {x}: {}", result.unwrap_err());
            let wrong = |x: &f64| slope(*x) + 1e-5 * slope(*x).abs().max(1.0);
            let result = check::gradient(|x: &f64| f(*x), wrong, &x);
            assert!(result.is_err(), "function {index} at {x}: {result:?}");
        }
    }
}

#[test]
fn single_precision_has_its_own_tolerance() {
    let value = |x: &[f32; 2]| x[0].exp() * x[1].sin();
    let slope = |x: &[f32; 2]| [x[0].exp() * x[1].sin(), x[0].exp() * x[1].cos()];
    check::gradient(value, slope, &[0.5, 1.5]).unwrap();
    let wrong = |x: &[f32; 2]| [x[0].exp() * x[1].sin(), 1.05 * x[0].exp() * x[1].cos()];
    let failure = check::gradient(value, wrong, &[0.5, 1.0]).unwrap_err();
    assert!(failure.to_string().contains("parameters[1]"), "{failure}");
}

#[test]
fn many_components_are_sampled() {
    let value = |x: &Vec<f64>| x.iter().map(|x| x * x).sum::<f64>();
    let slope = |x: &Vec<f64>| x.iter().map(|x| 2.0 * x).collect::<Vec<_>>();
    let options = Options { components: 10, random_points: 1, ..Options::default() };
    let report = check::gradient_with(value, slope, &vec![1.0; 5000], &options).unwrap();
    assert_eq!(report.components, 20);
    let options = Options { spread: -1.0, ..options };
    let failure = check::gradient_with(value, slope, &vec![1.0; 5], &options).unwrap_err();
    assert_eq!(failure.to_string(), "spread must be at least 0 and finite, but is -1");
}
