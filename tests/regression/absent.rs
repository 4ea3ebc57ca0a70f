//! A zero that comes from a path that was not taken met an infinite slope: NaN for what contributes nothing.

use crate::close::close;
use autodiff_core::differentiate;

#[differentiate(hessian, jvp)]
fn larger(x: f64, y: f64) -> f64 {
    x.sqrt().max(y)
}

#[differentiate(hessian)]
fn chosen(x: f64, y: f64) -> f64 {
    let root = x.sqrt();
    if y > 0.0 { -3.0 * root } else { y }
}

#[differentiate]
fn farthest(x: &[[f64; 2]]) -> f64 {
    x.iter().map(|[a, b]| (a * a + b * b).sqrt()).fold(0.0, f64::max)
}

#[allow(clippy::needless_range_loop)]
#[differentiate]
fn least_inverse(x: &[f64]) -> f64 {
    let mut least = 10.0;
    for i in 0..x.len() {
        let inverse = 1.0 / x[i];
        if inverse < least {
            least = inverse;
        }
    }
    least
}

#[differentiate]
fn hinge(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let margin = 1.0 - y[i] * x[i].ln();
        if margin > 0.0 {
            sum += margin * margin;
        }
    }
    sum
}

/// By sweeps.
#[differentiate]
fn both(x: f64, y: f64) -> (f64, f64) {
    let root = x.sqrt();
    let (mut a, mut b) = (y, 2.0 * y);
    if y < 0.0 {
        a = root;
        b -= root;
    }
    (a * b, a + b)
}

#[differentiate(order = 2)]
fn helper(x: f64, y: f64) -> f64 {
    x.sqrt().min(y)
}

#[differentiate(jvp)]
fn slope_of_helper(x: f64, y: f64) -> f64 {
    helper::gradient(x, y).1 + x
}

#[test]
fn what_is_not_the_largest_contributes_nothing() {
    assert_eq!(larger::gradient(0.0, 1.0), (0.0, 1.0));
    assert_eq!(larger::jvp(0.0, 1.0, 1.0, 2.0), (1.0, 2.0));
    assert_eq!(larger::hessian(0.0, 1.0), [[0.0; 2]; 2]);
    let mut many = vec![[0.0; 2]; 20];
    many[17] = [3.0, -4.0];
    let mut expected = vec![[0.0; 2]; 20];
    expected[17] = [0.6, -0.8];
    let pairs = farthest::gradient(&many).into_iter().zip(expected);
    pairs.for_each(|(found, expected)| close(&found, &expected));
}

#[test]
fn what_a_branch_does_not_use_contributes_nothing() {
    assert_eq!(chosen::gradient(0.0, -1.0), (0.0, 1.0));
    assert_eq!(chosen::hessian(0.0, -1.0), [[0.0; 2]; 2]);
    assert_eq!(chosen::gradient(0.25, 1.0), (-3.0, 0.0));
    assert_eq!(least_inverse::gradient(&[0.0, 1.0, 2.0]), [0.0, 0.0, -0.25]);
    // With lanes, too.
    let mut x = vec![1.0; 19];
    x[3] = 0.0;
    x[18] = 0.0;
    let mut y = vec![1.0; 19];
    y[3] = f64::NEG_INFINITY;
    y[18] = f64::NEG_INFINITY;
    let (by_x, by_y) = hinge::gradient(&x, &y);
    assert_eq!((by_x[3], by_y[3], by_x[18], by_y[18]), (0.0, 0.0, 0.0, 0.0));
    assert_eq!((by_x[0], by_y[0]), (-2.0, 0.0));
}

#[test]
fn sweeps_and_derivatives_inside_do_the_same() {
    let (value, slopes) = both::vjp(0.0, 2.0, (1.0, 1.0));
    assert_eq!((value, slopes), ((8.0, 6.0), (0.0, 11.0)));
    assert_eq!(slope_of_helper::jvp(0.0, -1.0, 1.0, 0.0), (1.0, 1.0));
}
