//! Tuples as parameters, results and local state.

use super::{differentiate, samples};

/// Nested tuples.
#[differentiate]
pub fn nested_tuple(p: ((f64, f64), [f64; 2])) -> f64 {
    let ((a, b), [c, d]) = p;
    a * d - b * c
}
samples! { gradient nested_tuple: (((1.0, 2.0), [3.0, 4.0]),) }

/// A reference to a tuple with a passive part.
#[differentiate]
pub fn tuple_reference(p: &(f64, i32, f64)) -> f64 {
    p.0.powi(p.1) * p.2
}
samples! { gradient tuple_reference: ((1.5, 3, 2.0),), ((1.5, -1, 2.0),) }

/// Complex arithmetic with pairs.
#[differentiate]
pub fn complex_modulus(a: (f64, f64), b: (f64, f64)) -> f64 {
    let mul = |p: (f64, f64), q: (f64, f64)| (p.0 * q.0 - p.1 * q.1, p.0 * q.1 + p.1 * q.0);
    let c = mul(a, b);
    let d = mul(c, c);
    (d.0 * d.0 + d.1 * d.1).sqrt()
}
samples! { gradient complex_modulus: ((1.0, 2.0), (0.5, -1.0)) }

/// Mandelbrot-like iteration in a mutable tuple.
#[differentiate(wrt(c))]
pub fn julia(c: (f64, f64), n: usize) -> f64 {
    let mut z = (0.1, 0.2);
    for _ in 0..n {
        let re = z.0 * z.0 - z.1 * z.1 + c.0;
        z.1 = 2.0 * z.0 * z.1 + c.1;
        z.0 = re;
        if z.0 * z.0 + z.1 * z.1 > 4.0 {
            break;
        }
    }
    z.0 + z.1
}
samples! { gradient julia: ((0.3, 0.4), 5), ((2.0, 2.0), 10), ((0.0, 0.0), 0) }

/// Returns a value with passive extras.
#[differentiate]
pub fn value_with_extras(x: f64, n: usize) -> (f64, usize, bool) {
    let y = x * n as f64;
    (y * y, n + 1, y > 1.0)
}
samples! { gradient value_with_extras: (0.5, 3), (-0.5, 0) }

/// Tuples in arrays, updated in place.
#[differentiate]
pub fn tuple_array(start: [(f64, f64); 2]) -> f64 {
    let mut s = start;
    s[0].1 += s[1].0;
    s[1] = (s[0].1 * 2.0, s[0].0);
    let (ref a, b) = s[1];
    a * b + s[0].1
}
samples! { gradient tuple_array: ([(1.0, 2.0), (3.0, 4.0)],) }

/// Integers, booleans and floats mixed in a parameter tuple list.
#[differentiate(wrt(items))]
pub fn mixed_items(items: &[(f64, bool, u8)]) -> f64 {
    let mut s = 0.0;
    for &(x, flag, n) in items {
        s += if flag { x * x } else { x * n as f64 };
    }
    s
}
samples! { gradient mixed_items: (vec![(1.0, true, 3), (2.0, false, 4)],), (vec![],) }

/// A unit of work with destructuring assignment.
#[differentiate]
pub fn destructured(x: f64, y: f64) -> f64 {
    let (mut a, mut b, c);
    (a, b) = (x + y, x - y);
    [a, b] = [b * 2.0, a];
    (_, c) = (a, b);
    a * c + b
}
samples! { gradient destructured: (1.0, 3.0) }
