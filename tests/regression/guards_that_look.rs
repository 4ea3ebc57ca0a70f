//! A guard took the list that its pattern binds, and a later arm found nothing in it: a wrong value, and a gradient of
//! zero; or code that rustc refused.

use crate::differences::agree;
use autodiff_core::differentiate;

#[differentiate]
fn list(x: f64) -> Option<Vec<f64>> {
    if x < 0.0 { None } else { Some(vec![x, 2.0, x * x]) }
}

#[differentiate]
fn in_an_option(x: f64) -> f64 {
    let list = if x > -5.0 { Some(vec![x, 2.0, x]) } else { None };
    match list {
        Some(list) if list.len() > 3 => list[3] * list[0],
        Some(list) if list[0] > 3.0 => list[0],
        Some(list) => list.iter().sum::<f64>() * x,
        None => 0.0,
    }
}

#[differentiate]
fn as_it_is(x: f64) -> f64 {
    let list = vec![x, 2.0, x];
    match list {
        list if list.len() > 3 || list[0] > 3.0 => list[0],
        list => list.iter().sum::<f64>() * x,
    }
}

#[differentiate]
fn in_a_pair(x: f64) -> f64 {
    let pair = (vec![x, 2.0, x], x * x);
    match pair {
        (list, square) if list[0] > square => square,
        (list, square) if square > 9.0 => list[0],
        (list, square) => list.iter().sum::<f64>() * x + square,
    }
}

#[differentiate]
fn with_a_number(x: f64, n: i32) -> f64 {
    let k = if n > 0 { Some(n) } else { None };
    match (k, Some(x * x)) {
        (Some(k), Some(y)) if k > 2 && y > 4.0 => y * f64::from(k),
        (Some(k), Some(y)) if -y < f64::from(-k) => y.sin(),
        (_, Some(y)) => y,
        _ => x,
    }
}

#[test]
fn a_guard_looks_and_leaves() {
    for x in [0.5, 1.5, 4.0] {
        for (function, gradient) in [
            (in_an_option as fn(f64) -> f64, in_an_option::value_and_gradient(x)),
            (as_it_is, as_it_is::value_and_gradient(x)),
            (in_a_pair, in_a_pair::value_and_gradient(x)),
        ] {
            assert_eq!(gradient.0, function(x));
            agree(&[gradient.1], |x| function(x[0]), &[x]);
        }
        for k in [0, 1, 3] {
            let (value, slope) = with_a_number::value_and_gradient(x, k);
            assert_eq!(value, with_a_number(x, k));
            agree(&[slope], |x| with_a_number(x[0], k), &[x]);
        }
    }
    assert_eq!(list::value(1.0), list(1.0));
}
