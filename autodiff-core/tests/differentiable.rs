//! `Differentiable` and `Parameters`, implemented and derived.

#![deny(warnings, missing_docs)]

use autodiff_core::{Differentiable, Float, ParameterPath, Parameters, Visitor};
use std::marker::PhantomData;

/// Collects what it is shown, as text.
#[derive(Default)]
struct Names(Vec<String>);

impl Visitor for Names {
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], path: ParameterPath<'_>) {
        assert_eq!(values.len(), gradient.len());
        let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
        self.0.push(format!("{path} = {}", values.join(" ")));
    }
}

fn names<P: Parameters>(parameters: &mut P) -> Vec<String> {
    let gradient = parameters.zero_tangent();
    let mut names = Names::default();
    parameters.walk(&gradient, ParameterPath::Root("p"), &mut names);
    names.0
}

/// Everything a field can be.
#[derive(Differentiable, Clone, Debug, PartialEq)]
pub struct Model<'a, T: Float, const N: usize, K = ()> {
    /// Documented.
    pub weights: [T; N],
    pub(crate) layers: Vec<Vec<f64>>,
    bias: f32,
    names: Vec<String>,
    r#type: (f64, usize, [i32; 2]),
    line: Line,
    #[differentiable(skip)]
    kind: K,
    label: &'a str,
    marker: PhantomData<K>,
    maybe: Option<u8>,
}

/// A tuple struct.
#[derive(Differentiable, Clone, Debug, PartialEq, Default)]
pub struct Line(pub f64, f64, bool);

/// A struct of borrowed data has a tangent, but cannot be stepped.
#[derive(Differentiable)]
struct Borrowed<'a> {
    data: &'a [f64],
    scale: &'a f64,
}

/// A struct that is generic without `Float`.
#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Pair<A, B>
where
    A: Clone,
{
    first: A,
    second: Vec<B>,
}

/// No fields at all.
#[derive(Differentiable)]
struct Nothing;

/// Its tangent has another name.
#[derive(Differentiable)]
#[differentiable(tangent = Slope, crate = autodiff_core)]
struct Named {
    x: f64,
}

/// A recursive container.
#[derive(Differentiable)]
struct Tree {
    value: f64,
    children: Vec<Tree>,
}

fn model() -> Model<'static, f64, 2, char> {
    Model {
        weights: [1.0, 2.0],
        layers: vec![vec![3.0], vec![4.0, 5.0]],
        bias: 6.0,
        names: vec!["a".to_owned()],
        r#type: (7.0, 1, [2, 3]),
        line: Line(8.0, 9.0, true),
        kind: 'k',
        label: "label",
        marker: PhantomData,
        maybe: Some(1),
    }
}

#[test]
fn derived_tangent_has_the_same_fields() {
    let tangent: ModelTangent<f64, 2> = model().zero_tangent();
    assert_eq!(
        tangent,
        ModelTangent {
            weights: [0.0; 2],
            layers: vec![vec![0.0], vec![0.0; 2]],
            bias: 0.0_f32,
            names: (),
            r#type: (0.0, (), [(); 2]),
            line: LineTangent(0.0, 0.0, ()),
            kind: (),
            label: (),
            marker: (),
            maybe: (),
        }
    );
    assert_eq!(LineTangent::default(), Line(1.0, 2.0, true).zero_tangent());
    assert_eq!(NothingTangent, Nothing.zero_tangent());
    let slope = Named { x: 1.0 }.zero_tangent();
    assert_eq!(slope, Slope { x: 0.0 });
    let borrowed = Borrowed { data: &[1.0, 2.0], scale: &2.0 }.zero_tangent();
    assert_eq!(borrowed, BorrowedTangent { data: vec![0.0; 2], scale: 0.0 });
}

#[test]
fn walk_names_every_float_in_order() {
    assert_eq!(
        names(&mut model()),
        [
            "p.weights = 1.0 2.0",
            "p.layers[0] = 3.0",
            "p.layers[1] = 4.0 5.0",
            "p.bias = 6.0",
            "p.type.0 = 7.0",
            "p.line.0 = 8.0",
            "p.line.1 = 9.0",
        ]
    );
    assert_eq!(names(&mut (1.0, [[2.0_f32]; 2])), ["p.0 = 1.0", "p.1[0] = 2.0", "p.1[1] = 2.0"]);
    let mut pair = Pair { first: 1.5, second: vec![Line(2.5, 3.5, false)] };
    assert_eq!(names(&mut pair), ["p.first = 1.5", "p.second[0].0 = 2.5", "p.second[0].1 = 3.5"]);
    let mut tree = Tree { value: 1.0, children: vec![Tree { value: 2.0, children: vec![] }] };
    assert_eq!(names(&mut tree), ["p.value = 1.0", "p.children[0].value = 2.0"]);
    let (mut a, mut b) = (1.0, [2.0]);
    assert_eq!(names(&mut (&mut a, &mut b[..])), ["p.0 = 1.0", "p.1 = 2.0"]);
    assert!(names(&mut (1_usize, true, "x".to_owned())).is_empty());
}

#[test]
fn set_zero_keeps_the_shape() {
    let mut tangent = model().zero_tangent();
    tangent.weights[1] = 3.0;
    tangent.layers[1][0] = f64::NAN;
    tangent.line.1 = 1.0;
    model().set_zero(&mut tangent, ParameterPath::Root("model"));
    assert_eq!(tangent, model().zero_tangent());
}

#[test]
#[should_panic = "the gradient of `model.layers[1]` has length 1, but `model.layers[1]` has length 2"]
fn set_zero_names_the_wrong_length() {
    let mut tangent = model().zero_tangent();
    tangent.layers[1].pop();
    model().set_zero(&mut tangent, ParameterPath::Root("model"));
}

#[test]
#[should_panic = "the gradient of `p.layers` has length 3, but `p.layers` has length 2"]
fn walk_names_the_wrong_length() {
    let mut tangent = model().zero_tangent();
    tangent.layers.push(vec![]);
    model().walk(&tangent, ParameterPath::Root("p"), &mut Names::default());
}

/// Generic code with every kind of operation.
fn generic<T: Float>(x: T, y: &T, all: &[T]) -> T {
    let mut sum = all.iter().sum::<T>() + all.iter().copied().product::<T>();
    sum += *y;
    sum -= y;
    sum = sum * y / x - -x % *y;
    sum + T::from(0.5) * T::PI.sin() + T::from_f64(0.25).powi(2) + T::from_usize(3).max(x)
}

#[test]
fn float_serves_both_types() {
    let expected = 2.0 * 3.0 / 2.0 + 2.0 + 0.0625 + 3.0;
    assert!((generic(2.0_f64, &3.0, &[1.0, 1.0]) - (expected + 1.5)).abs() < 1e-12);
    assert!((generic(2.0_f32, &3.0, &[1.0, 1.0]) - (expected + 1.5) as f32).abs() < 1e-5);
}
