//! What does not fit elsewhere: printing, special functions of arguments, odd but legal syntax.

use super::{differentiate, samples};

/// Prints and asserts on the way.
#[differentiate]
pub fn chatty(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y *= 1.0 + i as f64;
        debug_assert!(!y.is_nan(), "step {i}: {y}");
    }
    assert!(y < 1e6, "too large: {y:.3}");
    assert_ne!(n, 7);
    y
}
samples! { gradient chatty: (0.5, 4), (1e6, 3), (0.1, 7), (f64::NAN, 2) }

/// Constants inside the body and an inner `use`.
#[differentiate(wrt(celsius))]
pub fn boiling(celsius: f64) -> f64 {
    use std::f64::consts as k;
    const SHIFT: f64 = 273.15;
    const TABLE: [f64; 3] = [1.0, 0.5, 0.25];
    const STEPS: usize = 3;
    let kelvin = celsius + SHIFT;
    let mut s = 0.0;
    for i in 0..STEPS {
        s += TABLE[i] * (kelvin / 100.0).powi(i as i32);
    }
    s * k::LN_2
}
samples! { gradient boiling: (25.0,) }

/// Parameters that are patterns, `mut`, or unused.
#[differentiate]
pub fn parameter_patterns(
    (a, mut b): (f64, f64),
    [c, _]: [f64; 2],
    _unused: f64,
    mut d: f64,
) -> f64 {
    b += a;
    d *= c;
    a * b + d
}
samples! { gradient parameter_patterns: ((1.0, 2.0), [3.0, 4.0], 5.0, 6.0) }

/// A result that does not depend on some inputs.
#[differentiate]
pub fn independent(x: f64, y: &[f64], z: [f64; 2]) -> f64 {
    let _ignored = y.len();
    let unused = x * 2.0;
    let _ = unused;
    z[0] * 0.0 + 1.0
}
samples! { gradient independent: (1.0, vec![1.0, 2.0], [3.0, 4.0]) }

/// A constant function and one that returns its input.
#[differentiate]
pub fn constant(_x: f64) -> f64 {
    4.25
}
samples! { gradient constant: (1.0,) }

/// The identity.
#[differentiate]
pub fn identity(x: f64) -> f64 {
    return x;
}
samples! { gradient identity: (1.5,), (f64::NAN,), (-0.0,) }

/// One input used many times: fan-out.
#[differentiate]
pub fn fan_out(x: f64) -> f64 {
    let a = x * x;
    let b = a * x + a;
    let c = b * b - a * b;
    let d = (c + a) * (c - b) * (a + x);
    d / (1.0 + d * d) + c
}
samples! { gradient fan_out: (0.7,), (-1.3,) }

/// A literal zoo.
#[differentiate]
pub fn literals(x: f64) -> f64 {
    let a = 1_000.5e-3 * x + 2. - 3e2 + 1f64 + 0.5_f64;
    let b = 0x10 as f64 + 0b11 as f64 + 1_000i64 as f64;
    let c = -1.5 * -x;
    a * b - c
}
samples! { gradient literals: (2.0,) }

/// Names that could clash with generated ones, raw identifiers included.
#[differentiate]
pub fn clashing(value: f64, gradient: f64, r#type: f64, adjoint: f64) -> f64 {
    let result = value * gradient;
    let value = result + r#type;
    let v0 = value * adjoint;
    let value_gradient = v0.sin();
    let t = value_gradient + result;
    t * v0
}
samples! { gradient clashing: (1.0, 2.0, 3.0, 0.25) }

/// Arithmetic kept exactly: reassociation would change the bits.
#[differentiate]
pub fn catastrophic(x: f64) -> f64 {
    let big = 1e16;
    ((x + big) - big) * 3.0 + (0.1 + 0.2) * x + x / 3.0 * 3.0
}
samples! { gradient catastrophic: (1.0,), (0.3,), (1e20,) }

/// Signed zeros, infinities and NaN flow through.
#[differentiate]
pub fn non_finite(x: f64, y: f64) -> f64 {
    let a = x / y;
    let b = 0.0 * x;
    let c = (-x).max(y);
    a + b - c
}
samples! { gradient non_finite: (1.0, 0.0), (0.0, 0.0), (-1.0, -0.0), (f64::INFINITY, 1.0), (f64::NAN, 1.0) }

/// Deeply nested expression.
#[differentiate]
pub fn deep(x: f64, y: f64) -> f64 {
    ((((((x + 1.0) * y - 2.0) / (x * x + 1.0)).sin() + y).cos() * x).exp() + 1.0).ln().sqrt()
}
samples! { gradient deep: (0.5, 0.7), (-1.0, 2.0) }

/// Parameters of every shape at once.
#[differentiate]
pub fn shapes(
    a: f64,
    b: &f64,
    c: [f64; 2],
    d: &[f64; 2],
    e: &[f64],
    f: Vec<f64>,
    g: &Vec<f64>,
    h: (f64, [f64; 2]),
) -> f64 {
    let sums = e.iter().sum::<f64>() * f.iter().sum::<f64>() * g.iter().sum::<f64>();
    a * b + c[0] * d[1] + c[1] * d[0] + sums + h.0 * h.1[0] - h.1[1]
}
samples! { gradient shapes: (1.0, 2.0, [3.0, 4.0], [5.0, 6.0], vec![7.0, 8.0], vec![9.0], vec![10.0, 11.0], (12.0, [13.0, 14.0])) }

/// Array arithmetic without loops.
#[differentiate]
pub fn array_expressions(x: [f64; 3]) -> f64 {
    let y = [x[0] * x[1], x[1] * x[2], x[2] * x[0]];
    let z = [y, [y[2], y[1], y[0]]];
    let w = [[x[0]; 2]; 2];
    z[0][0] * z[1][0] + z[1][2] * w[1][0]
}
samples! { gradient array_expressions: ([1.0, 2.0, 3.0],) }

/// Index computed by floats through a cast.
#[differentiate]
pub fn lookup(table: &[f64], x: f64) -> f64 {
    let position = x * (table.len() - 1) as f64;
    let i = position.floor() as usize;
    let t = position - i as f64;
    table[i] * (1.0 - t) + table[i + 1] * t
}
samples! { gradient lookup: (vec![1.0, 4.0, 2.0], 0.3), (vec![1.0, 4.0, 2.0], 0.75), (vec![1.0, 4.0], 1.0), (vec![1.0], 0.5), (vec![], 0.5) }

/// Generic over an unused const and reading `N` as a number.
#[differentiate]
pub fn mean_array<const N: usize>(x: &[f64; N]) -> f64 {
    x.iter().sum::<f64>() / N as f64
}
samples! { gradient mean_array::<4>: ([1.0, 2.0, 3.0, 4.0],) }

/// Lifetimes and `where`-free generics in the signature.
#[differentiate]
pub fn lifetimes<'a, 'b>(x: &'a [f64], y: &'b [f64]) -> f64 {
    let longer: &[f64] = x;
    longer[0] * y[0]
}
samples! { gradient lifetimes: (vec![2.0], vec![3.0]), (vec![], vec![]) }

/// A panic that depends on floats, in the middle.
#[differentiate]
pub fn panics_late(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x {
        if *v < 0.0 {
            panic!("negative input {v}");
        }
        s += v.sqrt();
    }
    s
}
samples! { gradient panics_late: (vec![1.0, 4.0],), (vec![1.0, -4.0],), (vec![],) }
