//! Branches: `if`, `match`, `if let`, early returns without loops.

use super::{differentiate, samples};

/// Two early returns.
#[differentiate]
pub fn piecewise(x: f64) -> f64 {
    if x < -1.0 {
        return -2.0 * x - 1.0;
    }
    if x > 1.0 {
        return 2.0 * x - 1.0;
    }
    x * x
}
samples! { gradient piecewise: (-3.0,), (0.5,), (2.0,), (1.0,), (-1.0,) }

/// The branch that is not taken would be NaN.
#[differentiate]
pub fn guarded_root(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() * x.ln() } else { 0.5 * x }
}
samples! { gradient guarded_root: (2.0,), (-4.0,), (0.0,) }

/// Division guarded by a condition.
#[differentiate]
pub fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.sin() / x }
}
samples! { gradient sinc: (0.7,), (0.0,), (-0.0,), (3.2,) }

/// `match` on an integer with ranges, alternatives and guards.
#[differentiate]
pub fn activation(kind: u8, x: f64) -> f64 {
    match kind {
        0 => x,
        1 => x.tanh(),
        2 | 3 => 1.0 / (1.0 + (-x).exp()),
        4..=6 if x > 0.0 => x,
        4..=6 => 0.01 * x,
        n if n % 2 == 0 => x.sin(),
        _ => x * x,
    }
}
samples! { gradient activation: (0, 0.5), (1, 0.5), (3, 0.5), (5, 0.5), (6, -0.5), (8, 0.5), (9, 0.5) }

/// A variable assigned in branches.
#[differentiate]
pub fn assigned_in_branches(x: f64, y: f64) -> f64 {
    let scale;
    let mut offset = 0.0;
    if x > y {
        scale = x;
        offset += y;
    } else if x == y {
        scale = 2.0;
    } else {
        scale = y * y;
        offset -= x;
    }
    scale * x + offset
}
samples! { gradient assigned_in_branches: (2.0, 1.0), (1.0, 1.0), (0.0, 3.0) }

/// Nested branches with block values.
#[differentiate]
pub fn nested(x: f64, y: f64, flag: bool) -> f64 {
    let z = if flag {
        let t = x * y;
        if t > 0.0 { t.ln() } else { -t }
    } else {
        let t = x + y;
        if t > 1.0 || x < -3.0 { t * t } else { t }
    };
    z * 2.0
}
samples! { gradient nested: (2.0, 1.0, true), (-2.0, 1.0, true), (2.0, 1.0, false), (-4.0, 1.0, false), (0.1, 0.1, false) }

/// Swap into order, then use.
#[differentiate]
pub fn ordered(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high / (1.0 + low * low)
}
samples! { gradient ordered: (1.0, 2.0), (3.0, 0.5), (1.0, 1.0) }

/// Median of three.
#[differentiate]
pub fn median3(a: f64, b: f64, c: f64) -> f64 {
    if a < b {
        if b < c {
            b
        } else if a < c {
            c
        } else {
            a
        }
    } else if a < c {
        a
    } else if b < c {
        c
    } else {
        b
    }
}
samples! { gradient median3: (1.0, 2.0, 3.0), (3.0, 1.0, 2.0), (2.0, 3.0, 1.0), (1.0, 3.0, 2.0), (3.0, 2.0, 1.0), (1.0, 1.0, 1.0) }

/// Saturation by comparison chains and logic with side conditions.
#[differentiate(wrt(x))]
pub fn dead_zone(x: f64, width: f64, limit: f64) -> f64 {
    let inside = x.abs() <= width;
    let saturated = !inside && (x > limit || x < -limit);
    if inside {
        0.0
    } else if saturated {
        limit.copysign(x)
    } else {
        x - width * x.signum()
    }
}
samples! { gradient dead_zone: (0.1, 0.5, 2.0), (1.0, 0.5, 2.0), (-1.0, 0.5, 2.0), (5.0, 0.5, 2.0), (-5.0, 0.5, 2.0) }

/// Smooth step with clamped parameter.
#[differentiate]
pub fn smoothstep(edge0: f64, edge1: f64, x: f64) -> f64 {
    let t = ((x - edge0) / (edge1 - edge0)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
samples! { gradient smoothstep: (0.0, 1.0, 0.4), (0.0, 1.0, -1.0), (0.0, 1.0, 2.0), (1.0, 1.0, 1.0) }

/// A passive option selects the formula.
#[differentiate(wrt(x))]
pub fn optional_offset(x: f64, offset: Option<f64>) -> f64 {
    if let Some(o) = offset { (x - o).powi(2) } else { x.powi(2) }
}
samples! { gradient optional_offset: (1.5, Some(0.5)), (1.5, None) }

/// Progressive tax with brackets.
#[differentiate]
pub fn tax(income: f64) -> f64 {
    match income {
        i if i <= 10_000.0 => 0.0,
        i if i <= 50_000.0 => 0.2 * (i - 10_000.0),
        i => 8_000.0 + 0.4 * (i - 50_000.0),
    }
}
samples! { gradient tax: (5000.0,), (10_000.0,), (30_000.0,), (90_000.0,) }

/// Assertions and panics depending on the input.
#[differentiate]
pub fn checked(x: f64, n: usize) -> f64 {
    assert!(x.is_finite(), "x is {x}");
    debug_assert!(n < 100);
    if n == 13 {
        panic!("unlucky {}", n);
    }
    let table = [1.0, 10.0, 100.0];
    x * table[n]
}
samples! { gradient checked: (1.5, 1), (1.5, 3), (1.5, 13), (f64::INFINITY, 0) }

/// Integer overflow and division by zero happen only where they are evaluated.
#[differentiate]
pub fn integer_guard(x: f64, a: i32, b: i32) -> f64 {
    let q = if b != 0 { a / b } else { 0 };
    let scaled = if x > 0.0 { a * 1_000_000 } else { 1 };
    x * q as f64 + scaled as f64
}
samples! { gradient integer_guard: (1.5, 7, 2), (1.5, 7, 0), (-1.5, 5_000_000, 2), (1.5, 5_000_000, 2), (1.0, i32::MIN, -1) }

/// A block with a labelled break.
#[differentiate]
pub fn labelled_block(x: f64, y: f64) -> f64 {
    let r = 'found: {
        if x > 1.0 {
            break 'found x * y;
        }
        let z = x + y;
        if z < 0.0 {
            break 'found -z;
        }
        z * z
    };
    r + 1.0
}
samples! { gradient labelled_block: (2.0, 3.0), (0.5, -3.0), (0.5, 0.25) }

/// `let else` on a passive option and shadowing.
#[differentiate(wrt(x))]
pub fn let_else(x: f64, power: Option<i32>) -> f64 {
    let Some(n) = power else {
        return x;
    };
    let x = x + 1.0;
    let x = x.powi(n);
    x * 2.0
}
samples! { gradient let_else: (0.5, Some(3)), (0.5, None) }

/// Tuples in a `match` of passive values.
#[differentiate(wrt(x))]
pub fn match_pair(x: f64, a: bool, n: i64) -> f64 {
    match (a, n) {
        (true, 0) => x,
        (true, k) => x * k as f64,
        (false, k) if k < 0 => -x,
        (false, _) => x.exp(),
    }
}
samples! { gradient match_pair: (0.5, true, 0), (0.5, true, -3), (0.5, false, -1), (0.5, false, 2) }

/// The same condition asked twice, before and after a mutation.
#[differentiate]
pub fn mutated_condition(mut x: f64) -> f64 {
    let mut y = 1.0;
    if x > 0.0 {
        x -= 2.0;
        y = x * 3.0;
    }
    if x > 0.0 {
        y += x;
    } else {
        y *= x;
    }
    y
}
samples! { gradient mutated_condition: (3.0,), (1.0,), (-1.0,), (2.0,) }
