//! Functions that return a float and, beside it, what has no derivative: the float is differentiated, the rest comes
//! with the value. Derivatives are by hand.

use autodiff_core::{Differentiable, differentiate};

/// The loss of a line and how many points it misses by more than `bound`.
#[differentiate(wrt(w), hessian, hvp, jvp, value_gradient_hessian)]
fn line(w: &[f64; 2], x: &[f64], y: &[f64], bound: f64) -> (f64, usize) {
    let mut loss = 0.0;
    let mut far = 0;
    for (x, y) in x.iter().zip(y) {
        let error = w[0] + w[1] * x - y;
        if error.abs() > bound {
            far += 1;
        }
        loss += error * error;
    }
    (loss, far)
}

const X: [f64; 4] = [0.0, 1.0, 2.0, 3.0];
const Y: [f64; 4] = [1.0, 2.0, 4.0, 3.0];
const W: [f64; 2] = [1.5, 0.5];

/// Sum of squared errors, its gradient, and how many errors are above 0.75.
fn line_by_hand() -> (f64, [f64; 2], usize) {
    let errors: Vec<f64> = X.iter().zip(Y).map(|(x, y)| W[0] + W[1] * x - y).collect();
    let loss = errors.iter().map(|error| error * error).sum();
    let by_slope = errors.iter().zip(X).map(|(error, x)| 2.0 * error * x).sum();
    let gradient = [2.0 * errors.iter().sum::<f64>(), by_slope];
    (loss, gradient, errors.iter().filter(|error| error.abs() > 0.75).count())
}

#[test]
fn the_rest_comes_with_the_value() {
    let (loss, gradient, far) = line_by_hand();
    assert_eq!(line(&W, &X, &Y, 0.75), (loss, far));
    assert_eq!(line::value(&W, &X, &Y, 0.75), (loss, far));
    assert_eq!(line::value_and_gradient(&W, &X, &Y, 0.75), ((loss, far), gradient));
    assert_eq!(line::gradient(&W, &X, &Y, 0.75), gradient);
    let mut buffer = [f64::NAN; 2];
    assert_eq!(line::gradient_into(&W, &X, &Y, 0.75, &mut buffer), (loss, far));
    assert_eq!(buffer, gradient);
}

#[test]
fn further_outputs_have_it_too() {
    let (loss, gradient, far) = line_by_hand();
    let hessian = [[8.0, 12.0], [12.0, 28.0]];
    assert_eq!(line::hessian(&W, &X, &Y, 0.75), hessian);
    let all = line::value_gradient_hessian(&W, &X, &Y, 0.75);
    assert_eq!(all, ((loss, far), gradient, hessian));
    assert_eq!(line::hvp(&W, &X, &Y, 0.75, [1.0, -1.0]), [-4.0, -16.0]);
    let slope = gradient[0] - gradient[1];
    assert_eq!(line::jvp(&W, &X, &Y, 0.75, [1.0, -1.0]), ((loss, far), (slope, ())));
    let product = line::vjp(&W, &X, &Y, 0.75, (2.0, ()));
    assert_eq!(product, ((loss, far), gradient.map(|part| 2.0 * part)));
}

/// Several values beside it, one of which is a list.
#[differentiate(hessian)]
fn steps(start: f64, rate: f64) -> (f64, Vec<usize>, bool) {
    let mut position = start;
    let mut turns = Vec::new();
    for step in 0..6_usize {
        if position > 1.0 {
            turns.push(step);
            position *= rate;
        } else {
            position += 0.75;
        }
    }
    let many = turns.len() > 2;
    (position * position, turns, many)
}

#[test]
fn lists_beside_it() {
    // 0.5, 1.25, 1.25 r, 1.25 r + 0.75, (1.25 r + 0.75) r, … at r = 0.5: turns at 1, 3 and 5.
    let (start, rate) = (0.5, 0.5);
    let end = (((start + 0.75) * rate + 0.75) * rate + 0.75) * rate;
    let by_start = rate * rate * rate;
    let by_rate = 3.0 * (start + 0.75) * rate * rate + 2.0 * 0.75 * rate + 0.75;
    let ((value, turns, many), (start_slope, rate_slope)) = steps::value_and_gradient(start, rate);
    assert_eq!((value, turns, many), (end * end, vec![1, 3, 5], true));
    assert!((start_slope - 2.0 * end * by_start).abs() < 1e-14);
    assert!((rate_slope - 2.0 * end * by_rate).abs() < 1e-14);
    let hessian = steps::hessian(start, rate);
    let mixed = 2.0 * (by_start * by_rate + end * 3.0 * rate * rate);
    assert!((hessian[0][1] - mixed).abs() < 1e-14);
    assert!((hessian[0][0] - 2.0 * by_start * by_start).abs() < 1e-14);
}

/// The pair is made before it is returned, and returned early, too.
#[differentiate]
fn held(x: &[f64], stop: usize) -> (f64, usize) {
    let mut best = (x[0] * x[0], 0);
    for (index, value) in x.iter().enumerate() {
        if index == stop {
            return (best.0 * 3.0, best.1);
        }
        if value * value > best.0 {
            best = (value * value, index);
        }
    }
    best
}

#[test]
fn pairs_that_are_held() {
    let x = [1.0, -3.0, 2.0, 5.0];
    assert_eq!(held::value_and_gradient(&x, 9), ((25.0, 3), vec![0.0, 0.0, 0.0, 10.0]));
    assert_eq!(held::value_and_gradient(&x, 2), ((27.0, 1), vec![0.0, -18.0, 0.0, 0.0]));
    assert_eq!(held::value_and_gradient(&x, 0), ((3.0, 0), vec![6.0, 0.0, 0.0, 0.0]));
}

/// It is passed on.
#[differentiate(order = 2)]
fn passed_on(pair: (f64, u8), scale: f64) -> (f64, u8) {
    let mut pair = pair;
    pair.0 *= scale;
    pair.1 += 1;
    pair
}

/// Others take it apart.
#[differentiate(hessian)]
fn caller(x: f64) -> f64 {
    let (value, steps) = passed_on((x * x, 1), x);
    value * f64::from(steps)
}

#[test]
fn pairs_as_parameters_and_of_callees() {
    assert_eq!(passed_on::value_and_gradient((3.0, 7), 2.0), ((6.0, 8), ((2.0, ()), 3.0)));
    assert_eq!(caller::value_and_gradient(2.0), (16.0, 24.0));
    assert_eq!(caller::hessian(2.0), [[24.0]]);
}

struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Spring {
    /// Energy, and whether it is stretched.
    #[differentiate(wrt(x), hessian)]
    fn energy(&self, x: f64) -> (f64, bool) {
        (0.5 * self.stiffness * x * x, x > 0.0)
    }
}

#[test]
fn methods() {
    let spring = Spring { stiffness: 3.0 };
    assert_eq!(spring.energy_value_and_gradient(2.0), ((6.0, true), 6.0));
    assert_eq!(spring.energy_gradient(-2.0), -6.0);
    assert_eq!(spring.energy_hessian(2.0), [[3.0]]);
}

/// What is behind `&mut` beside it: the float's gradient, and the product.
#[differentiate]
fn smoothed(state: &mut [f64; 2], rate: f64) -> (f64, bool) {
    state[0] += rate * (state[1] - state[0]);
    (state[0] * state[0], state[0] > state[1])
}

#[test]
fn with_what_is_changed() {
    let mut state = [1.0, 3.0];
    // s0 = 1 + r · 2 = 2; ∂s0 = [1 - r, r], 2.
    let found = smoothed::value_and_gradient(&mut state, 0.5);
    assert_eq!(found, ((4.0, false), ([2.0, 2.0], 8.0)));
    assert_eq!(state, [2.0, 3.0]);
    let mut state = [1.0, 3.0];
    let found = smoothed::vjp(&mut state, 0.5, (1.0, ()), [0.0, 1.0]);
    assert_eq!(found, ((4.0, false), ([2.0, 3.0], 8.0)));
}

/// Floats of both kinds, and generic ones.
#[differentiate]
fn generic<T: autodiff_core::Float>(x: T, count: usize) -> (T, usize) {
    (x * x * x, count + 1)
}

#[differentiate]
fn single(x: f32) -> (f32, char) {
    (x * x, 'a')
}

#[test]
fn kinds_of_floats() {
    assert_eq!(generic::value_and_gradient(2.0_f32, 1), ((8.0, 2), 12.0));
    assert_eq!(single::value_and_gradient(3.0), ((9.0, 'a'), 6.0));
}

/// Independent iterations, in lanes.
#[differentiate(wrt(w))]
fn logistic(w: &[f64; 2], x: &[f64], y: &[f64]) -> (f64, usize) {
    let loss: f64 = x.iter().zip(y).map(|(x, y)| ((-y * (w[0] + w[1] * x)).exp() + 1.0).ln()).sum();
    let right = x.iter().zip(y).filter(|&(x, y)| y * (1.0 + x) > 0.0).count();
    (loss, right)
}

#[test]
fn loops_in_lanes() {
    let x: Vec<f64> = (0..101).map(|k| f64::from(k) / 25.0 - 2.0).collect();
    let y: Vec<f64> = x.iter().map(|x| if x * x > 1.0 { 1.0 } else { -1.0 }).collect();
    let w = [0.25, -0.5];
    let mut gradient = [0.0; 2];
    for (x, y) in x.iter().zip(&y) {
        let factor = -y / (1.0 + (y * (w[0] + w[1] * x)).exp());
        gradient[0] += factor;
        gradient[1] += factor * x;
    }
    let ((_, right), found) = logistic::value_and_gradient(&w, &x, &y);
    assert_eq!(right, x.iter().zip(&y).filter(|(x, y)| **y * (1.0 + **x) > 0.0).count());
    for (found, by_hand) in found.iter().zip(gradient) {
        assert!((found - by_hand).abs() < 1e-12, "{found} for {by_hand}");
    }
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Differentiable)]
enum Status {
    Found { at: usize },
    Negative(String),
    TooLong,
}

/// A type of the user's, from inside of loops and out of them.
#[differentiate(wrt(x), hessian)]
fn searched(x: &[f64], limit: f64) -> (f64, Status) {
    let mut sum = 0.0;
    for (at, x) in x.iter().enumerate() {
        if *x < 0.0 {
            return (sum * sum, Status::Negative(format!("{at}: {x}")));
        }
        sum += x * x;
        if sum > limit {
            return (sum, Status::Found { at });
        }
    }
    (2.0 * sum, Status::TooLong)
}

/// The same out of a `loop`, and matched.
#[differentiate(wrt(x))]
fn repeated(x: f64, most: usize, start: Status) -> (f64, Status, Option<usize>) {
    let mut count = match start {
        Status::Found { at } => at,
        _ => 0,
    };
    let mut y = x;
    let status = loop {
        if y > 10.0 {
            break Status::Found { at: count };
        }
        if count > most {
            break Status::TooLong;
        }
        y *= y;
        count += 1;
    };
    let squares = if count > 1 { Some(count) } else { None };
    (y, status, squares)
}

#[test]
fn types_that_are_not_looked_into() {
    let found = searched::value_and_gradient(&[1.0, 2.0, 3.0], 4.0);
    assert_eq!(found, ((5.0, Status::Found { at: 1 }), vec![2.0, 4.0, 0.0]));
    let found = searched::value_and_gradient(&[1.0, -2.0], 4.0);
    assert_eq!(found, ((1.0, Status::Negative("1: -2".into())), vec![4.0, 0.0]));
    let found = searched::value_and_gradient(&[1.0], 4.0);
    assert_eq!(found, ((2.0, Status::TooLong), vec![4.0]));
    assert_eq!(searched::hessian(&[1.0, -2.0], 4.0), [12.0, 0.0, 0.0, 0.0]);

    let found = repeated::value_and_gradient(2.0, 5, Status::TooLong);
    assert_eq!(found, ((16.0, Status::Found { at: 2 }, Some(2)), 32.0));
    let found = repeated::value_and_gradient(1.0, 5, Status::Found { at: 4 });
    assert_eq!(found, ((1.0, Status::TooLong, Some(6)), 4.0));
    let found = repeated::value_and_gradient(11.0, 5, Status::TooLong);
    assert_eq!(found, ((11.0, Status::Found { at: 0 }, None), 1.0));
}

/// A struct of floats and an enum, without `skip`.
#[derive(Differentiable)]
struct Layer {
    weight: f64,
    after: Activation,
}

#[derive(Differentiable)]
enum Activation {
    Square,
    Identity,
}

#[differentiate]
fn layer(layer: &Layer, x: f64) -> f64 {
    let sum = layer.weight * x;
    match layer.after {
        Activation::Square => sum * sum,
        Activation::Identity => sum,
    }
}

#[test]
fn enums_in_structs() {
    let (slope, by_x) = layer::gradient(&Layer { weight: 3.0, after: Activation::Square }, 2.0);
    assert_eq!((slope.weight, slope.after, by_x), (24.0, (), 36.0));
    let (slope, by_x) = layer::gradient(&Layer { weight: 3.0, after: Activation::Identity }, 2.0);
    assert_eq!((slope.weight, slope.after, by_x), (2.0, (), 3.0));
}

/// Lists with and without floats.
#[differentiate(jvp)]
fn kept(x: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let mut values = Vec::new();
    let mut places = Vec::new();
    for (place, x) in x.iter().enumerate() {
        if *x > 0.0 {
            values.push(x * x);
            places.push(place);
        }
    }
    (values, places)
}

#[test]
fn lists_beside_lists() {
    let x = [3.0, -1.0, 2.0];
    let (value, gradient) = kept::vjp(&x, (vec![1.0, 10.0], ()));
    assert_eq!((value, gradient), ((vec![9.0, 4.0], vec![0, 2]), vec![6.0, 0.0, 40.0]));
    assert_eq!(kept::jacobian(&x), [6.0, 0.0, 0.0, 0.0, 0.0, 4.0]);
    let (_, slopes) = kept::jvp(&x, &[1.0, 1.0, 1.0]);
    assert_eq!(slopes, (vec![6.0, 4.0], ()));
}

/// What branches on the floats, without floats of its own.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
enum Side {
    Left,
    Right { by: usize },
}

/// Auxiliary values that are made of the floats: they have no derivative.
#[differentiate]
fn described(x: f64) -> (f64, String, Side, Option<usize>) {
    let side = if x > 1.0 { Side::Right { by: x as usize } } else { Side::Left };
    (x * x, format!("{x}"), side, Some(x as usize))
}

/// They may be looked at.
#[differentiate]
fn looks(x: f64) -> f64 {
    let (square, _, side, count) = described(x);
    let scaled = match side {
        Side::Left => square,
        Side::Right { by } => square * x * by as f64,
    };
    match count {
        Some(count) => scaled * count as f64,
        None => scaled,
    }
}

/// They leave loops.
#[differentiate]
fn grows(x: f64) -> (f64, Status) {
    let mut product = x;
    for at in 0..5_usize {
        product *= x;
        if product > 30.0 {
            return (product, Status::Negative(format!("{at}: {product}")));
        }
    }
    (product, Status::TooLong)
}

#[test]
fn they_may_be_made_of_floats() {
    let ((value, text, side, count), slope) = described::value_and_gradient(3.0);
    assert_eq!((value, text.as_str(), side, count), (9.0, "3", Side::Right { by: 3 }, Some(3)));
    assert_eq!(slope, 6.0);
    // 3 · 3 x³ as long as x is between 3 and 4; x² below 1, times 0.
    assert_eq!(looks::value_and_gradient(3.0), (243.0, 243.0));
    assert_eq!(looks::value_and_gradient(0.5), (0.0, 0.0));
    let found = grows::value_and_gradient(3.0);
    assert_eq!(found, ((81.0, Status::Negative("2: 81".into())), 108.0));
}
