//! `r#x` and `x` are one name: used as `x`, a parameter `r#x` was taken for something outside of the function, and its
//! gradient was zero.

use autodiff_core::differentiate;

#[differentiate(wrt(r#x))]
fn square(r#x: f64, n: usize) -> f64 {
    let r#sum = x * x;
    let mut total = 0.0;
    for _ in 0..n {
        total += sum * r#x;
    }
    r#total
}

#[differentiate]
fn shadowed(x: f64) -> f64 {
    let r#x = x * x;
    x * 3.0
}

#[test]
fn raw_names_are_the_names() {
    assert_eq!(square::value_and_gradient(2.0, 2), (16.0, 24.0));
    assert_eq!(shadowed::value_and_gradient(2.0), (12.0, 12.0));
}
