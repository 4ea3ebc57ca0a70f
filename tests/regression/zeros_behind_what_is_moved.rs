//! What is returned moves a list, and the tangent beside it is zeros in the shape of that list: they were read
//! off a list that was gone, which rustc refused.

use crate::close;
use autodiff_core::differentiate;

#[differentiate(wrt(x), jvp)]
fn passive_rows(x: f64, rows: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, f64) {
    (rows, x * x)
}

#[differentiate(order = 2)]
fn unused_list(x: f64, b: Vec<f64>) -> [f64; 2] {
    let _ = b.len();
    [x * x, x]
}

#[differentiate(hessian)]
fn calls_it(x: f64, b: &[f64]) -> f64 {
    let [square, same] = unused_list(x, b.to_vec());
    square * same
}

#[test]
fn zeros_have_the_shape_of_what_is_moved() {
    let rows = vec![vec![1.0, 2.0], vec![]];
    let (value, (zeros, slope)) = passive_rows::jvp(3.0, rows.clone(), 0.5);
    assert_eq!((value, zeros), ((rows, 9.0), vec![vec![0.0, 0.0], vec![]]));
    close(&[slope], &[3.0]);
    // x³
    close(&calls_it::hessian(2.0, &[1.0]), &[12.0, 0.0, 0.0, 0.0]);
}
