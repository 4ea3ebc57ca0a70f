//! Lists that are returned from inside of a loop or a branch, or read beside the move, and numbers matched behind a
//! reference: rustc refused the emitted code.

#![allow(clippy::needless_range_loop)] // as users write

use autodiff_core::differentiate;

#[differentiate]
fn returned_in_a_loop(x: &[f64]) -> Vec<f64> {
    let mut out = x.to_vec();
    for i in 0..out.len() {
        if out[i] > 0.5 {
            return out;
        }
        out[i] *= 2.0;
    }
    out
}

#[differentiate]
fn read_beside_the_move(x: &[f64]) -> (Vec<f64>, f64) {
    let mut out = vec![0.0; 3];
    for i in 0..3 {
        out[i] = x[i] * x[i];
        if x[i] > 0.9 {
            break;
        }
    }
    let first = out[0];
    (out, first)
}

#[differentiate(wrt(x))]
fn returned_by_let_else(x: &[f64], factor: Option<f64>) -> Vec<f64> {
    let mut out = vec![x[0]; 2];
    let Some(factor) = factor else {
        return out;
    };
    out[1] += factor * x[1];
    out
}

enum Kind {
    Plain,
    Power(i32),
}

#[differentiate(wrt(x))]
fn matched(x: f64, kind: &Kind) -> f64 {
    match *kind {
        Kind::Plain => x,
        Kind::Power(n) => x.powi(n),
    }
}

#[differentiate(wrt(x))]
fn options(x: f64, a: &Option<f64>, b: &Option<f64>) -> f64 {
    let first = if let Some(a) = a { x * a } else { x };
    let second = if let Some(b) = *b { x * x * b } else { x };
    match b {
        Some(b) if *b > 2.0 => first * second,
        Some(b) => first + second * b,
        None => first,
    }
}

#[allow(clippy::match_ref_pats)] // it is what this is about
#[differentiate(wrt(x))]
fn taken_apart(x: f64, a: &Option<f64>) -> f64 {
    match a {
        &Some(a) => x * a,
        &None => x,
    }
}

#[test]
fn lists_may_move_on_some_paths() {
    let (value, slope) = returned_in_a_loop::vjp(&[0.1, 0.3, 0.6], &[1.0, 10.0, 100.0]);
    assert_eq!((value, slope), (vec![0.2, 0.6, 0.6], vec![2.0, 20.0, 100.0]));
    let (value, slope) = returned_in_a_loop::vjp(&[0.1, 0.3], &[1.0, 10.0]);
    assert_eq!((value, slope), (vec![0.2, 0.6], vec![2.0, 20.0]));
    assert_eq!(returned_in_a_loop::jacobian(&[0.1, 0.7]), [2.0, 0.0, 0.0, 1.0]);
    let (value, slope) =
        read_beside_the_move::vjp(&[0.5, 2.0, 3.0], (vec![1.0, 10.0, 100.0], 1000.0));
    assert_eq!(value, (vec![0.25, 4.0, 0.0], 0.25));
    assert_eq!(slope, [1001.0, 40.0, 0.0]);
    let given = returned_by_let_else::vjp(&[2.0, 3.0], Some(5.0), &[1.0, 10.0]);
    assert_eq!(given, (vec![2.0, 17.0], vec![11.0, 50.0]));
    let none = returned_by_let_else::vjp(&[2.0, 3.0], None, &[1.0, 10.0]);
    assert_eq!(none, (vec![2.0, 2.0], vec![11.0, 0.0]));
}

#[test]
fn numbers_behind_references_are_matched() {
    assert_eq!(matched::gradient(0.5, &Kind::Plain), 1.0);
    assert_eq!(matched::gradient(0.5, &Kind::Power(3)), 0.75);
    assert_eq!(options::value_and_gradient(2.0, &Some(3.0), &None), (6.0, 3.0));
    assert_eq!(options::value_and_gradient(2.0, &None, &Some(1.0)), (6.0, 5.0));
    assert_eq!(options::value_and_gradient(2.0, &Some(3.0), &Some(4.0)), (96.0, 144.0));
    assert_eq!(taken_apart::gradient(2.0, &Some(3.0)), 3.0);
    assert_eq!(taken_apart::gradient(2.0, &None), 1.0);
}
