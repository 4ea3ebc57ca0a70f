//! Products with the Jacobian of a function whose only parameter is a reference, called in a differentiated function
//! (the result of the reverse sweep was taken for that of the call), and cotangents that an array lends to a `Vec`.

use autodiff_core::differentiate;

#[differentiate(order = 2)]
fn pair(x: &[f64; 2]) -> [f64; 2] {
    [x[0] * x[1], x[0]]
}

#[differentiate(order = 2)]
fn squares(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v * v).collect()
}

#[differentiate]
fn of_array(x: &[f64; 2]) -> f64 {
    let (_, slope) = pair::vjp(x, [1.0, 2.0]);
    let (_, tangent) = pair::jvp(x, [1.0, 3.0]);
    slope[1] + tangent[0] * tangent[1]
}

#[differentiate]
fn of_list(x: &[f64]) -> f64 {
    let (_, by_itself) = squares::vjp(x, x);
    let (_, by_array) = squares::vjp(x, &[1.0, 2.0]);
    by_itself[1] * by_array[1]
}

#[test]
fn products_with_one_reference_are_differentiated() {
    // slope[1] = x₀, tangent = (x₁ + 3 x₀, 1)
    assert_eq!(of_array::value_and_gradient(&[0.5, 2.0]), (4.0, [4.0, 1.0]));
    // 2 x₁² · 4 x₁ = 8 x₁³
    assert_eq!(of_list::value_and_gradient(&[0.5, 2.0]), (64.0, vec![0.0, 96.0]));
}
