//! Parameters with the names that emitted functions give to buffers, tangents and cotangents: rustc refused the emitted
//! code, and `vjp` passed its own cotangent for a parameter `x_adjoint` behind an `x` that is an output.

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
