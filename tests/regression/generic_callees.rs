//! Calls of functions that are generic over their float type or an array length.

use crate::close;
use autodiff_core::{Float, differentiate};

#[differentiate]
fn product<T: Float>(a: T, b: &[T]) -> T {
    a * b[0]
}

#[differentiate]
fn squares<const N: usize>(x: &[f64; N], times: usize) -> f64 {
    let mut sum = 0.0;
    for _ in 0..times {
        for value in x {
            sum += value * value;
        }
    }
    sum
}

#[differentiate]
fn calls(x: &[f64]) -> f64 {
    product(x[0], x) + squares::<2>(&[x[1], x[0]], 2) + squares(&[x[1]; 3], 1)
}

#[differentiate]
fn generic_caller<F: Float>(x: F, y: &[F]) -> F {
    product(x, y) * x
}

#[test]
fn gradients() {
    let (value, slope) = calls::value_and_gradient(&[2.0, 3.0]);
    assert_eq!(value, 4.0 + 2.0 * 13.0 + 27.0);
    close(&slope, &[4.0 + 8.0, 12.0 + 18.0]);
    let (value, (by_x, by_y)) = generic_caller::value_and_gradient(2.0_f32, &[5.0]);
    assert_eq!((value, by_x, by_y), (20.0, 20.0, vec![4.0]));
}

#[differentiate(order = 2)]
fn ends<const N: usize>(x: [f64; N], scale: f64) -> f64 {
    scale * x[0] * x[x.len() - 1]
}

/// The length of what is given away says what `N` is: 2 x³, and x + x of gradients.
#[differentiate(jvp)]
fn arrays_given_away(x: f64) -> f64 {
    let ([first, _], _) = ends::gradient([x, x], 1.0);
    let (slopes, _) = ends::gradient([x; 3], 1.0);
    ends([x, x], x) + ends([x; 3], x) + first + slopes[2]
}

#[test]
fn array_literals() {
    let x = 3.0;
    close(&[arrays_given_away::gradient(x)], &[6.0 * x * x + 2.0]);
    close(&[arrays_given_away::jvp(x, 2.0).1], &[12.0 * x * x + 4.0]);
}
