//! Enums of the user behind references: what a pattern binds there is a reference, and the user's `*` is kept.

use autodiff_core::differentiate;

#[derive(Clone, Copy)]
enum Shape {
    Flat,
    Power(i32),
    Scaled { by: f64, twice: bool },
}

const ALL: [Shape; 3] = [Shape::Flat, Shape::Power(3), Shape::Scaled { by: 1.5, twice: true }];

fn doubled(n: &i32) -> f64 {
    2.0 * f64::from(*n)
}

#[differentiate(wrt(x))]
fn by_default(x: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Flat => x,
        Shape::Power(n) => x.powi(*n),
        Shape::Scaled { by, twice } => {
            if *twice {
                2.0 * x * by
            } else {
                x * *by
            }
        }
    }
}

#[differentiate(wrt(x))]
fn unless_power(x: f64, shape: &Shape) -> f64 {
    let Shape::Power(n) = shape else {
        return x;
    };
    x.powi(*n)
}

#[differentiate(wrt(x))]
fn borrowed(x: f64, shape: Shape) -> f64 {
    let reference = &shape;
    match reference {
        Shape::Power(n) => x.powi(*n),
        Shape::Scaled { by, .. } => by * x,
        Shape::Flat => x,
    }
}

#[differentiate(wrt(x))]
fn one_by_one(x: f64, shapes: &[Shape]) -> f64 {
    let in_loop = {
        let mut sum = 0.0;
        for shape in shapes {
            sum += match shape {
                Shape::Power(n) => x.powi(*n),
                Shape::Scaled { by, twice } if *twice => by * x,
                _ => x,
            };
        }
        sum
    };
    let by_closure: f64 = shapes
        .iter()
        .map(|shape| match shape {
            Shape::Power(n) if *n > 2 => x * f64::from(*n),
            Shape::Power(n) => x * *n as f64,
            _ => 0.0,
        })
        .sum();
    in_loop + by_closure
}

#[differentiate(wrt(x))]
fn passed_on(x: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Power(n) => x * doubled(n),
        _ => x,
    }
}

#[differentiate(wrt(x))]
fn passed_on_by_value(x: f64, shape: Shape) -> f64 {
    let reference = &shape;
    match reference {
        Shape::Power(n) => {
            let factor: f64 = doubled(n);
            x * factor
        }
        _ => x,
    }
}

#[differentiate(wrt(x))]
#[allow(clippy::match_ref_pats)] // it is what this is about
fn by_hand(x: f64, shape: &Shape) -> f64 {
    let first = match *shape {
        Shape::Power(ref n) => x.powi(*n),
        _ => x,
    };
    let second = match shape {
        &Shape::Power(n) => x.powi(n),
        _ => x,
    };
    first + second
}

#[differentiate(wrt(x))]
fn counted(x: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Power(1) => x,
        Shape::Power(n @ 2..=9) => {
            let trips: i32 = *n;
            let mut product = 1.0;
            for _ in 0..trips {
                product *= x;
            }
            product
        }
        _ => 0.0,
    }
}

#[differentiate(wrt(x))]
fn copied(x: f64, shape: &Shape, factor: &Option<f64>) -> f64 {
    let own = *shape;
    let factor: Option<f64> = *factor;
    let scaled = if let Some(factor) = factor { x * factor } else { x };
    match own {
        Shape::Power(n) => scaled.powi(n),
        _ => scaled,
    }
}

#[test]
fn what_is_matched_behind_a_reference_is_one() {
    let [flat, power, scaled] = &ALL;
    let each = |slope: fn(f64, &Shape) -> f64| [flat, power, scaled].map(|shape| slope(0.5, shape));
    assert_eq!(each(by_default::gradient), [1.0, 0.75, 3.0]);
    assert_eq!(each(unless_power::gradient), [1.0, 0.75, 1.0]);
    assert_eq!(each(|x, shape| borrowed::gradient(x, *shape)), [1.0, 0.75, 1.5]);
    assert_eq!(one_by_one::gradient(0.5, &ALL), 1.0 + 0.75 + 1.5 + 3.0);
    assert_eq!(each(passed_on::gradient), [1.0, 6.0, 1.0]);
    assert_eq!(each(|x, shape| passed_on_by_value::gradient(x, *shape)), [1.0, 6.0, 1.0]);
    assert_eq!(each(by_hand::gradient), [2.0, 1.5, 2.0]);
    assert_eq!(each(counted::gradient), [0.0, 0.75, 0.0]);
    assert_eq!(each(|x, shape| copied::gradient(x, shape, &Some(2.0))), [2.0, 6.0, 2.0]);
    assert_eq!(copied::gradient(0.5, flat, &None), 1.0);
}
