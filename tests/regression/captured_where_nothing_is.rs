//! A closure that runs only if there is something changed what it captures to zero where there was nothing: a wrong
//! value, and a gradient of zero.

use crate::differences::agree;
use autodiff_core::differentiate;

#[differentiate]
fn logarithm(x: f64) -> Option<f64> {
    if x <= 0.0 { None } else { Some(x.ln()) }
}

#[differentiate]
fn mapped(x: f64) -> f64 {
    let mut sum = x;
    let found = logarithm(x - 1.0).map(|v| {
        sum += v * x;
        sum
    });
    found.unwrap_or(x) * sum
}

#[differentiate]
fn in_a_loop(x: f64) -> f64 {
    let (mut sum, mut count) = (x, 0);
    for k in 0..4 {
        let _ = logarithm(x - f64::from(k)).map(|v| {
            sum += v;
            count += 1;
        });
    }
    sum * x * f64::from(count + 1)
}

#[differentiate]
fn of_a_condition(x: f64) -> f64 {
    let mut sum = x;
    let found = (x > 1.0).then(|| {
        sum += x * x;
        sum
    });
    found.map_or(sum * x, |found| found * sum)
}

#[differentiate]
fn of_a_list(x: &[f64], k: usize) -> f64 {
    let mut last = x[0];
    let found = x.get(k).map(|v| {
        last = *v;
        v * v
    });
    found.unwrap_or(2.0) * last
}

#[differentiate]
fn of_a_result(x: f64) -> f64 {
    let mut sum = x;
    let found = logarithm(x - 1.0).ok_or(3).map(|v| {
        sum += v * x;
        [v, sum]
    });
    found.unwrap_or([x, 1.0])[0] * sum
}

#[test]
fn what_a_closure_captures_stays_where_it_does_not_run() {
    for x in [0.5, 2.5, 1.75] {
        for (function, gradient) in [
            (mapped as fn(f64) -> f64, mapped::value_and_gradient(x)),
            (in_a_loop, in_a_loop::value_and_gradient(x)),
            (of_a_condition, of_a_condition::value_and_gradient(x)),
            (of_a_result, of_a_result::value_and_gradient(x)),
        ] {
            assert_eq!(gradient.0, function(x));
            agree(&[gradient.1], |x| function(x[0]), &[x]);
        }
    }
    for k in [0, 1, 5] {
        agree(&of_a_list::gradient(&[1.5, 2.5], k), |x| of_a_list(x, k), &[1.5, 2.5]);
    }
}
