//! Closures and nested functions.

use super::{differentiate, samples};

/// A closure that captures an active value.
#[differentiate]
pub fn capturing(x: f64, y: f64) -> f64 {
    let scaled = |t: f64| t * x + y;
    scaled(2.0) * scaled(x)
}
samples! { gradient capturing: (1.5, -0.5) }

/// A nested function with references.
#[differentiate]
pub fn nested_function(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
samples! { gradient nested_function: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0]) }

/// A closure that mutates what it captures.
#[differentiate]
pub fn accumulating_closure(x: f64) -> f64 {
    let mut total = 0.0;
    let mut calls = 0;
    let mut add = |v: f64| {
        total += v * v;
        calls += 1;
    };
    add(x);
    add(x + 1.0);
    add(2.0 * x);
    total / calls as f64
}
samples! { gradient accumulating_closure: (0.7,) }

/// A closure with an early return.
#[differentiate]
pub fn closure_return(x: f64, y: f64) -> f64 {
    let safe_ratio = |a: f64, b: f64| {
        if b == 0.0 {
            return 0.0;
        }
        a / b
    };
    safe_ratio(x, y) + safe_ratio(y, x)
}
samples! { gradient closure_return: (2.0, 3.0), (2.0, 0.0), (0.0, 0.0) }

/// A closure calling a closure and a nested function.
#[differentiate]
pub fn composed(x: f64) -> f64 {
    fn square(x: f64) -> f64 {
        x * x
    }
    let shifted = |t: f64| square(t - 1.0);
    let twice = |t: f64| shifted(t) + shifted(2.0 * t);
    twice(x) * square(x)
}
samples! { gradient composed: (1.7,) }

/// A closure over a slice with an index parameter.
#[differentiate]
pub fn indexed_closure(x: &[f64]) -> f64 {
    let at = |i: usize| x[i % x.len()];
    at(0) * at(1) + at(5).sin()
}
samples! { gradient indexed_closure: (vec![1.0, 2.0, 3.0],), (vec![0.5],), (vec![],) }

/// A closure that returns a tuple, destructured.
#[differentiate]
pub fn tuple_closure(x: f64, y: f64) -> f64 {
    let polar = |x: f64, y: f64| (x.hypot(y), y.atan2(x));
    let (r, t) = polar(x, y);
    let (r2, t2) = polar(t, r);
    r * t2 - t * r2
}
samples! { gradient tuple_closure: (1.0, 2.0) }

/// A nested function with an array parameter by value and a mutable copy.
#[differentiate]
pub fn array_by_value(x: [f64; 3]) -> f64 {
    fn doubled(mut a: [f64; 3]) -> [f64; 3] {
        for v in &mut a {
            *v *= 2.0;
        }
        a
    }
    let y = doubled(x);
    y[0] * x[1] + y[2]
}
samples! { gradient array_by_value: ([1.0, 2.0, 3.0],) }

/// A nested function with a `&mut` parameter.
#[differentiate]
pub fn nested_mutation(x: f64, n: usize) -> f64 {
    fn step(state: &mut [f64; 2], h: f64) {
        let acceleration = -state[0];
        state[1] += h * acceleration;
        state[0] += h * state[1];
    }
    let mut state = [x, 0.0];
    for _ in 0..n {
        step(&mut state, 0.1);
    }
    state[0] * state[1]
}
samples! { gradient nested_mutation: (1.0, 4), (1.0, 0) }

/// A recursive nested function on passive depth.
#[differentiate(wrt(x))]
pub fn nested_recursion(x: f64, n: u32) -> f64 {
    fn power(x: f64, n: u32) -> f64 {
        if n == 0 {
            1.0
        } else if n % 2 == 0 {
            let half = power(x, n / 2);
            half * half
        } else {
            x * power(x, n - 1)
        }
    }
    power(x, n) + x
}
samples! { gradient nested_recursion: (1.1, 10), (1.1, 0), (0.5, 7) }

/// Closures inside iterator chains that capture and destructure.
#[differentiate(wrt(points, center))]
pub fn chained_closures(points: &[(f64, f64)], center: (f64, f64)) -> f64 {
    let distance = |p: &(f64, f64)| (p.0 - center.0).hypot(p.1 - center.1);
    points.iter().map(distance).map(|d| d * d / (1.0 + d)).sum()
}
samples! { gradient chained_closures: (vec![(1.0, 2.0), (0.5, -1.0)], (0.1, 0.2)), (vec![], (0.0, 0.0)), (vec![(1.0, 1.0)], (1.0, 1.0)) }

/// A function passed by path and by closure variable.
#[differentiate]
pub fn functions_as_values(x: &[f64]) -> f64 {
    let square = |v: f64| v * v;
    let a: f64 = x.iter().copied().map(square).sum();
    let b: f64 = x.iter().copied().map(f64::sin).sum();
    let c: f64 = x.iter().map(|v| v.abs()).map(f64::sqrt).sum();
    a + b * c
}
samples! { gradient functions_as_values: (vec![1.0, -2.0],), (vec![],) }

/// Closure parameters without types, inferred from use.
#[differentiate]
pub fn untyped_closures(x: f64, n: usize) -> f64 {
    let mix = |a, b, t| a * (1.0 - t) + b * t;
    let count = |k| k * 2 + 1;
    mix(x, x * x, 0.25) + mix(1.0, x, x) * count(n) as f64
}
samples! { gradient untyped_closures: (0.5, 3), (-1.0, 0) }

/// Block expressions, shadowing and statements in odd places.
#[differentiate]
pub fn blocks(x: f64) -> f64 {
    let y = {
        let x = x * 2.0;
        let y = { x + 1.0 };
        y * y
    };
    let z = if { y > 1.0 } { ({ x }) } else { -x };
    (y, z).0 + { z }
}
samples! { gradient blocks: (0.3,), (-2.0,) }
