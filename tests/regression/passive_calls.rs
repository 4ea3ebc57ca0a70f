//! Functions without annotation, called with what is passive, wherever they are called: in closures, in nested
//! functions, with an index or with the passive half of a pair. They were asked for their signature, in vain.

use autodiff_core::differentiate;

fn years(days: u32) -> f64 {
    f64::from(days) / 100.0
}

fn weight(i: usize) -> f64 {
    1.0 / (i as f64 + 1.0)
}

fn doubled(t: f64) -> f64 {
    2.0 * t
}

#[differentiate]
fn scaled(x: f64, t: f64) -> f64 {
    x * x * t
}

#[differentiate(wrt(r))]
fn in_closures(r: f64, days: &[u32]) -> f64 {
    let times: Vec<f64> = days.iter().map(|&d| years(d)).collect();
    let sum: f64 = days.iter().map(|&d| r * years(d)).sum();
    let own = |rate: f64, days: u32| rate * years(days);
    sum + r * times[0] + own(r * r, 100)
}

#[differentiate(wrt(r))]
fn in_nested_functions(r: f64, days: u32) -> f64 {
    fn factor(r: f64, days: u32) -> f64 {
        r * r * years(days)
    }
    factor(r, days)
}

#[allow(clippy::needless_range_loop)]
#[differentiate(wrt(x))]
fn beside_active_items(x: &[f64], t: &[f64], days: &[u32]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += weight(i) * x[i];
    }
    for (x, days) in x.iter().zip(days) {
        sum += x * years(*days);
    }
    let pairs: f64 =
        x.iter().zip(t).enumerate().map(|(i, (x, t))| x * doubled(*t) * weight(i)).sum();
    x.iter().zip(t).fold(sum + pairs, |sum, (x, t)| sum + x * doubled(*t))
}

#[differentiate(wrt(x))]
fn through_items_that_are_written(x: f64, t: f64) -> f64 {
    let mut values = vec![0.0; 3];
    for (i, value) in values.iter_mut().enumerate() {
        *value = x * weight(i);
    }
    let mut others = [0.0; 2];
    others.iter_mut().for_each(|value| *value = x);
    let mut sum: f64 = others.iter().map(|value| scaled(*value, t)).sum();
    for value in &values {
        sum += scaled(*value, t);
    }
    sum
}

#[test]
fn passive_arguments_need_no_annotation() {
    assert_eq!(in_closures::gradient(0.5, &[100, 300]), 4.0 + 1.0 + 1.0);
    assert_eq!(in_nested_functions::gradient(0.5, 200), 2.0);
    let slope = beside_active_items::gradient(&[0.5, 0.25], &[1.0, 2.0], &[100, 200]);
    assert_eq!(slope, [1.0 + 1.0 + 2.0 + 2.0, 0.5 + 2.0 + 2.0 + 4.0]);
    let slope = through_items_that_are_written::gradient(0.5, 2.0);
    assert!((slope - 2.0 * (2.0 + 1.0 + 0.25 + 1.0 / 9.0)).abs() < 1e-12);
}
