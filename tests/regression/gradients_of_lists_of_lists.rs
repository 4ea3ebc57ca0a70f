//! A list of lists that is made for a call: the buffer of its gradient was empty where the gradient is differentiated
//! again, or beside a flat list, and the call panicked. `x.to_vec()` of an array `x` was passed as the array.

use autodiff_core::differentiate;

#[differentiate(order = 3)]
fn one(rows: Vec<Vec<f64>>) -> f64 {
    rows.iter().map(|row| row.iter().map(|v| v * v).sum::<f64>()).product()
}

#[differentiate(order = 3)]
fn two(rows: Vec<Vec<f64>>, scales: Vec<f64>) -> f64 {
    let squares = rows.iter().map(|row| row.iter().map(|v| v * v * scales[0]).sum::<f64>());
    squares.product::<f64>() * scales[1]
}

#[differentiate]
fn cubes(list: Vec<f64>) -> f64 {
    list.iter().map(|v| v * v * v).sum()
}

#[differentiate]
fn of_an_array(x: &[f64; 3]) -> f64 {
    cubes(x.to_vec()) * x[0]
}

#[test]
fn a_list_made_of_an_array_is_passed() {
    assert_eq!(of_an_array::value_and_gradient(&[1.0, 2.0, 3.0]), (36.0, [39.0, 12.0, 27.0]));
}

#[differentiate(hvp, jvp)]
fn made_for_calls(x: &[f64; 3]) -> f64 {
    one(vec![x.to_vec(), vec![x[0]]]) + two(vec![vec![x[1]; 2], vec![x[0]]], vec![x[1], x[2]])
}

#[differentiate(hvp, jvp)]
fn made_for_gradients(x: &[f64; 3]) -> f64 {
    let of_one = one::gradient(vec![x.to_vec(), vec![x[0]]]);
    let (value, (rows, scales)) =
        two::value_and_gradient(vec![vec![x[1]; 2], vec![x[0]]], vec![x[1], x[2]]);
    of_one[0][1] * of_one[1][0] + value * rows[0][1] * scales[1]
}

const X: [f64; 3] = [0.7, -0.4, 0.45];
const V: [f64; 3] = [0.3, 0.5, -0.7];
const STEP: f64 = 1e-5;

fn moved(k: usize, by: f64) -> [f64; 3] {
    let mut x = X;
    x[k] += by;
    x
}

type Gradient = fn(&[f64; 3]) -> [f64; 3];
type Product = fn(&[f64; 3], [f64; 3]) -> [f64; 3];

fn agrees(f: fn(&[f64; 3]) -> f64, gradient: Gradient, product: Product) {
    let (slope, product) = (gradient(&X), product(&X, V));
    for k in 0..3 {
        let difference = (f(&moved(k, STEP)) - f(&moved(k, -STEP))) / (2.0 * STEP);
        assert!((slope[k] - difference).abs() < 1e-8, "{slope:?}: {difference}");
        // A row of the Hessian times the direction: it is symmetric.
        let (above, below) = (gradient(&moved(k, STEP)), gradient(&moved(k, -STEP)));
        let row = (0..3).map(|j| (above[j] - below[j]) / (2.0 * STEP) * V[j]).sum::<f64>();
        assert!((product[k] - row).abs() < 1e-8, "{product:?}: {row}");
    }
}

#[test]
fn lists_of_lists_that_are_made_for_a_call() {
    agrees(made_for_calls, made_for_calls::gradient, made_for_calls::hvp);
    agrees(made_for_gradients, made_for_gradients::gradient, made_for_gradients::hvp);
}
