//! What a differentiated struct has beside floats does not depend on them: it may be matched, measured and asked. It
//! was refused as if it did. And maxima by `partial_cmp` of references, which were taken for another trait's, and
//! `Ok` as a pattern, which was asked for its fields.

use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, PartialEq)]
enum Mode {
    Plain,
    Scaled { by: usize },
}

#[derive(Differentiable)]
struct Model {
    weight: f64,
    #[differentiable(skip)]
    mode: Mode,
    #[differentiable(skip)]
    order: Vec<usize>,
    limit: Option<usize>,
    names: Vec<String>,
}

#[differentiate]
fn matched(model: &Model, x: f64) -> f64 {
    match &model.mode {
        Mode::Plain => x * model.weight,
        Mode::Scaled { by } => x * x * model.weight * *by as f64,
    }
}

#[differentiate]
fn measured(model: &Model, x: f64) -> f64 {
    let count = model.order.len();
    let limit = model.limit.unwrap_or(7);
    let mut sum = x * model.weight * count as f64;
    if let Some(limit) = model.limit {
        sum += x * limit as f64;
    }
    if model.mode == Mode::Plain && !model.names.is_empty() {
        sum *= limit as f64;
    }
    sum
}

#[differentiate]
impl Model {
    #[differentiate(wrt(self, x))]
    fn method(&self, x: f64) -> f64 {
        let scale = if let Mode::Scaled { by } = self.mode { by as f64 } else { 1.0 };
        x * self.weight * scale
    }
}

fn model(mode: Mode, limit: Option<usize>) -> Model {
    Model { weight: 3.0, mode, order: vec![1, 0], limit, names: vec!["a".into()] }
}

#[test]
fn parts_without_floats_do_not_vary() {
    let scaled = model(Mode::Scaled { by: 5 }, None);
    let (slope, by_x) = matched::gradient(&scaled, 2.0);
    assert_eq!((slope.weight, by_x), (20.0, 60.0));
    let (slope, by_x) = matched::gradient(&model(Mode::Plain, None), 2.0);
    assert_eq!((slope.weight, by_x), (2.0, 3.0));

    let (value, (slope, by_x)) = measured::value_and_gradient(&scaled, 2.0);
    assert_eq!((value, slope.weight, by_x), (12.0, 4.0, 6.0));
    let (value, (slope, by_x)) = measured::value_and_gradient(&model(Mode::Plain, Some(4)), 2.0);
    assert_eq!((value, slope.weight, by_x), (80.0, 16.0, 40.0));

    let (slope, by_x) = scaled.method_gradient(2.0);
    assert_eq!((slope.weight, by_x), (10.0, 15.0));
}

#[differentiate]
fn largest(x: &[f64]) -> f64 {
    let (at, _) = x.iter().enumerate().max_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()).unwrap();
    let largest = *x.iter().max_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    let smallest = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    largest * x[at] - smallest * smallest
}

#[test]
fn maxima_by_references() {
    assert_eq!(largest::gradient(&[2.0, 5.0, -1.0]), [0.0, 10.0, 2.0]);
}

#[differentiate(wrt(x))]
fn read(x: f64, count: Result<usize, String>) -> f64 {
    match count {
        Ok(count) => x * count as f64,
        Err(_) => x * x,
    }
}

#[test]
fn results_that_are_passed() {
    assert_eq!(read::gradient(2.0, Ok(3)), 3.0);
    assert_eq!(read::gradient(2.0, Err("none".into())), 4.0);
}

#[derive(Clone, Copy, Differentiable)]
enum Change {
    Scale,
    Shift,
}

#[derive(Differentiable)]
struct State {
    level: f64,
    change: Change,
    most: Option<usize>,
}

#[differentiate]
fn changed(state: &mut State, x: f64) {
    match state.change {
        Change::Scale => state.level *= x,
        Change::Shift => state.level += x,
    }
    if let Some(most) = state.most {
        state.level *= most as f64;
    }
}

#[differentiate]
fn taken_apart(mut state: State, x: f64) -> f64 {
    state.level *= x;
    let State { level, change, .. } = &state;
    match change {
        Change::Scale => level * level,
        Change::Shift => *level,
    }
}

#[test]
fn numbers_do_not_vary_where_floats_are_changed() {
    let mut state = State { level: 3.0, change: Change::Scale, most: Some(5) };
    let one = StateTangent { level: 1.0, change: (), most: () };
    let (_, (slope, by_x)) = changed::vjp(&mut state, 2.0, one.clone());
    assert_eq!((state.level, slope.level, by_x), (30.0, 10.0, 15.0));
    let mut state = State { level: 3.0, change: Change::Shift, most: None };
    let (_, (slope, by_x)) = changed::vjp(&mut state, 2.0, one);
    assert_eq!((state.level, slope.level, by_x), (5.0, 1.0, 1.0));
    let state = State { level: 3.0, change: Change::Scale, most: None };
    let (slope, by_x) = taken_apart::gradient(state, 2.0);
    assert_eq!((slope.level, by_x), (24.0, 36.0));
}
