//! Parameters and functions with the names that emitted functions give to buffers, tangents, cotangents and the like:
//! rustc refused the emitted code, and `vjp` passed its own cotangent for a parameter `x_adjoint` behind an `x` that is an output.

#![allow(clippy::needless_range_loop)] // as users write

use autodiff_core::differentiate;

#[differentiate(jvp, hvp, vjp)]
fn scalars(x: f64, x_gradient: f64, x_tangent: f64, cotangent: f64, tape: f64, value: f64) -> f64 {
    x * x * x_gradient + x_tangent * cotangent + tape * value
}

#[differentiate(wrt(x), hvp)]
fn lists(x: &[f64], x_gradient: &[f64], x_gradient_tangent: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i] * x_gradient[i] * x_gradient_tangent[i];
    }
    sum
}

#[differentiate]
fn outputs(x: &mut [f64; 2], x_cotangent: f64, x_adjoint: [f64; 2]) {
    x[0] *= x_cotangent;
    x[1] *= x_adjoint[1] * x_adjoint[0];
}

#[differentiate]
fn keywords(r#type: f64, type_gradient: f64) -> f64 {
    r#type * type_gradient
}

#[differentiate(wrt(x))]
fn several(x: f64, cotangent: f64, value: f64, tape: Vec<f64>) -> Vec<f64> {
    vec![x * cotangent, x * x * value * tape[0]]
}

#[autodiff_core::derivative_of(product)]
fn product_rule(x: f64, x_gradient: f64, x_part: f64) -> (f64, (f64, f64, f64)) {
    let parts = (x_gradient * x_part, x * x_part, x * x_gradient);
    (x * x_gradient * x_part, parts)
}

fn product(x: f64, x_gradient: f64, x_part: f64) -> f64 {
    x * x_gradient * x_part
}

/// What is taken apart has the name `argument_0`.
#[differentiate(jvp, hvp)]
fn parts((a, b): (f64, f64), argument_0: f64) -> f64 {
    a * b * argument_0
}

#[differentiate(wrt(argument_0))]
fn second_part((a, b): (f64, f64), argument_0: (f64, f64)) -> f64 {
    a * argument_0.0 + b * argument_0.1
}

#[differentiate(wrt(x))]
fn calls_second_part(x: (f64, f64)) -> f64 {
    second_part((2.0, 3.0), x)
}

fn x_gradient(n: f64) -> f64 {
    n + 1.0
}

fn x_tangent(n: f64) -> f64 {
    n + 2.0
}

/// Functions of the user's that a buffer or a tangent would hide.
#[differentiate(jvp, hvp)]
fn beside_functions(x: f64, n: i32) -> f64 {
    x * x * x_gradient(f64::from(n)) * x_tangent(f64::from(n))
}

/// Without a form for lanes, so that these are called one by one.
#[differentiate]
fn one_by_one(lane: f64, all: f64) -> f64 {
    let mut product = lane;
    while product < 3.0 {
        product *= 1.0 + all;
    }
    product
}

#[differentiate]
fn in_a_loop(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += one_by_one(x[i], 1.0);
    }
    sum
}

#[differentiate]
fn instruction_sets(simd: &[f64], instructions: f64, instruction_set: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..simd.len() {
        sum += simd[i] * simd[i] * instructions * instruction_set;
    }
    sum
}

fn by_rule(by_rule: f64, tape: f64, value: f64) -> f64 {
    by_rule * tape * value
}

#[autodiff_core::derivative_of(by_rule)]
fn rule(by_rule: f64, tape: f64, value: f64) -> (f64, (f64, f64, f64)) {
    (by_rule * tape * value, (tape * value, by_rule * value, by_rule * tape))
}

fn vector(x: &[f64], x_adjoint: &[f64], tape: f64, x_part: f64) -> Vec<f64> {
    vec![x[0] * x_adjoint[0] * tape * x_part]
}

#[autodiff_core::derivative_of(vector)]
#[allow(clippy::type_complexity)]
fn vector_rule(
    x: &[f64],
    x_adjoint: &[f64],
    tape: f64,
    x_part: f64,
    cotangent: &[f64],
) -> (Vec<f64>, (Vec<f64>, Vec<f64>, f64, f64)) {
    let [x, y, c] = [x[0], x_adjoint[0], cotangent[0]];
    let gradient = (
        vec![c * y * tape * x_part],
        vec![c * x * tape * x_part],
        c * x * y * x_part,
        c * x * y * tape,
    );
    (vec![x * y * tape * x_part], gradient)
}

fn raw(r#type: f64, r#fn: f64) -> f64 {
    r#type * r#fn
}

#[autodiff_core::derivative_of(raw, wrt(r#type))]
fn raw_rule(r#type: f64, r#fn: f64) -> (f64, f64) {
    (r#type * r#fn, r#fn)
}

#[differentiate]
fn by_rules(x: &[f64], y: &[f64], a: f64, b: f64) -> f64 {
    let product = vector(x, y, a, b);
    product[0] + by_rule(a, b, a) + raw(a, 3.0)
}

#[differentiate(wrt(x))]
fn raw_parameter(r#x: f64, r#type: f64) -> f64 {
    x * x * r#type
}

#[test]
fn what_is_taken_apart_has_a_name_of_its_own() {
    assert_eq!(parts::value_and_gradient((2.0, 3.0), 5.0), (30.0, ((15.0, 10.0), 6.0)));
    assert_eq!(parts::jvp((2.0, 3.0), 5.0, (1.0, 0.0), 0.0), (30.0, 15.0));
    assert_eq!(parts::hvp((2.0, 3.0), 5.0, (1.0, 0.0), 0.0), ((0.0, 5.0), 3.0));
    assert_eq!(calls_second_part::value_and_gradient((5.0, 7.0)), (31.0, (2.0, 3.0)));
}

#[test]
fn functions_and_instruction_sets_are_not_hidden() {
    assert_eq!(beside_functions::value_and_gradient(2.0, 2), (48.0, 48.0));
    assert_eq!(beside_functions::jvp(2.0, 2, 1.0), (48.0, 48.0));
    assert_eq!(beside_functions::hvp(2.0, 2, 1.0), 24.0);
    let x: Vec<f64> = (0..20).map(|i| 0.5 + f64::from(i)).collect();
    let (value, gradient) = in_a_loop::value_and_gradient(&x);
    assert_eq!(value, x.iter().map(|x| one_by_one(*x, 1.0)).sum());
    assert_eq!(gradient, x.iter().map(|x| one_by_one(*x, 1.0) / x).collect::<Vec<_>>());
    let (_, (slope, by_instructions, by_set)) =
        instruction_sets::value_and_gradient(&[1.0, 2.0], 3.0, 5.0);
    assert_eq!((slope, by_instructions, by_set), (vec![30.0, 60.0], 25.0, 15.0));
}

#[test]
fn rules_have_names_of_their_own() {
    let (value, gradient) = by_rules::value_and_gradient(&[2.0], &[3.0], 5.0, 7.0);
    assert_eq!(value, 210.0 + 175.0 + 15.0);
    assert_eq!(gradient, (vec![105.0], vec![70.0], 42.0 + 70.0 + 3.0, 30.0 + 25.0));
    assert_eq!(by_rule::gradient(2.0, 3.0, 5.0), (15.0, 10.0, 6.0));
    assert_eq!(vector::vjp(&[2.0], &[3.0], 5.0, 7.0, &[2.0]).1.2, 84.0);
    assert_eq!(raw_parameter::value_and_gradient(2.0, 3.0), (12.0, 12.0));
}

#[test]
fn buffers_tangents_and_cotangents_have_names_of_their_own() {
    let at = (2.0, 3.0, 5.0, 7.0, 11.0, 13.0);
    let (value, gradient) = scalars::value_and_gradient(at.0, at.1, at.2, at.3, at.4, at.5);
    assert_eq!(value, 190.0);
    assert_eq!(gradient, (12.0, 4.0, 7.0, 5.0, 13.0, 11.0));
    let (_, twice) = scalars::vjp(at.0, at.1, at.2, at.3, at.4, at.5, 2.0);
    assert_eq!(twice, (24.0, 8.0, 14.0, 10.0, 26.0, 22.0));
    let (_, along) = scalars::jvp(at.0, at.1, at.2, at.3, at.4, at.5, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0);
    assert_eq!(along, 12.0 + 4.0 + 11.0);
    let product = scalars::hvp(at.0, at.1, at.2, at.3, at.4, at.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    assert_eq!(product, (6.0, 4.0, 0.0, 0.0, 0.0, 0.0));
}

#[test]
fn lists_are_no_buffers_of_others() {
    let (x, y, z) = ([1.0, 2.0], [3.0, 5.0], [7.0, 11.0]);
    let mut gradient = [f64::NAN; 2];
    let value = lists::gradient_into(&x, &y, &z, &mut gradient);
    assert_eq!((value, gradient), (21.0 + 220.0, [42.0, 220.0]));
    assert_eq!(lists::hvp(&x, &y, &z, &[1.0, 10.0]), [42.0, 1100.0]);
    assert_eq!(keywords::value_and_gradient(2.0, 3.0), (6.0, (3.0, 2.0)));
}

#[test]
fn cotangents_are_no_parameters() {
    let mut x = [2.0, 3.0];
    let (_, gradient) = outputs::vjp(&mut x, 5.0, [7.0, 11.0], [1.0, 10.0]);
    assert_eq!(x, [10.0, 231.0]);
    assert_eq!(gradient, ([5.0, 770.0], 2.0, [330.0, 210.0]));
    let (value, gradient) = several::vjp(2.0, 3.0, 5.0, vec![7.0], &[1.0, 10.0]);
    assert_eq!((value, gradient), (vec![6.0, 140.0], 3.0 + 1400.0));
}

#[test]
fn rules_have_buffers_of_their_own_names() {
    let mut gradient = [f64::NAN; 3];
    let [a, b, c] = &mut gradient;
    assert_eq!(product::gradient_into(2.0, 3.0, 5.0, a, b, c), 30.0);
    assert_eq!(gradient, [15.0, 10.0, 6.0]);
}
