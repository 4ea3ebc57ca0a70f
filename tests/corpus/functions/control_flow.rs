//! `while`, `loop`, labelled exits, early returns out of loops, `continue`.

use super::{differentiate, samples};

/// Newton's iteration for a square root until it stops changing.
#[differentiate]
pub fn newton_sqrt(a: f64) -> f64 {
    let mut x = a;
    loop {
        let next = 0.5 * (x + a / x);
        if (next - x).abs() < 1e-12 * next.abs() {
            return next;
        }
        x = next;
    }
}
samples! { gradient newton_sqrt: (2.0,), (1e6,), (0.25,) }

/// Newton's iteration for Kepler's equation with a limit of steps.
#[differentiate(wrt(mean, eccentricity))]
pub fn kepler(mean: f64, eccentricity: f64) -> f64 {
    let mut e = mean;
    let mut steps = 0;
    while steps < 50 {
        let delta = (e - eccentricity * e.sin() - mean) / (1.0 - eccentricity * e.cos());
        e -= delta;
        steps += 1;
        if delta.abs() < 1e-13 {
            break;
        }
    }
    e
}
samples! { gradient kepler: (0.7, 0.3), (0.0, 0.0), (2.5, 0.9) }

/// Bisection whose result is refined: the bracket itself is passive.
#[differentiate(wrt(c))]
pub fn bisection(c: f64) -> f64 {
    let mut low = 0.0;
    let mut high = 10.0;
    while high - low > 1e-6 {
        let middle = 0.5 * (low + high);
        if middle * middle * middle < c {
            low = middle;
        } else {
            high = middle;
        }
    }
    let x: f64 = 0.5 * (low + high);
    x - (x.powi(3) - c) / (3.0 * x * x)
}
samples! { gradient bisection: (8.0,), (2.0,) }

/// Collatz steps scale a value: an integer `while` with an active payload.
#[differentiate(wrt(x))]
pub fn collatz_scaled(x: f64, n: u64) -> f64 {
    let mut n = n;
    let mut x = x;
    while n != 1 {
        if n % 2 == 0 {
            n /= 2;
            x = x.sin() + 1.0;
        } else {
            n = 3 * n + 1;
            x *= 1.5;
        }
    }
    x
}
samples! { gradient collatz_scaled: (0.5, 6), (0.5, 1), (0.5, 27) }

/// `loop` with a value.
#[differentiate]
pub fn halve_until_small(x: f64) -> f64 {
    let mut y = x.abs();
    let mut count = 0u32;
    let result = loop {
        if y < 1.0 {
            break y * count as f64;
        }
        y *= 0.5;
        count += 1;
    };
    result + y
}
samples! { gradient halve_until_small: (10.0,), (0.5,), (-3.0,) }

/// First element above a threshold, times its position; early return from a `for`.
#[differentiate(wrt(x))]
pub fn first_above(x: &[f64], threshold: f64) -> f64 {
    for (i, v) in x.iter().enumerate() {
        if *v > threshold {
            return v * (i as f64 + 1.0);
        }
    }
    -1.0
}
samples! { gradient first_above: (vec![1.0, 3.0, 5.0], 2.0), (vec![1.0], 2.0), (vec![], 0.0) }

/// Labelled break out of a nested loop.
#[differentiate(wrt(m))]
pub fn labelled_search(m: &[[f64; 3]; 3], limit: f64) -> f64 {
    let mut sum = 0.0;
    'rows: for row in m {
        for &x in row {
            if x < 0.0 {
                continue 'rows;
            }
            sum += x * x;
            if sum > limit {
                break 'rows;
            }
        }
        sum += 1.0;
    }
    sum
}
samples! { gradient labelled_search:
    ([[1.0, 2.0, 3.0], [4.0, -5.0, 6.0], [7.0, 8.0, 9.0]], 1000.0),
    ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], 20.0),
    ([[-1.0; 3]; 3], 0.0),
}

/// Return from a doubly nested loop with carried state.
#[differentiate(wrt(x))]
pub fn deep_return(x: &[f64], rounds: usize) -> f64 {
    let mut state = 1.0;
    for round in 0..rounds {
        for v in x {
            state = state * 0.5 + v;
            if state > 10.0 {
                return state * round as f64;
            }
        }
        if state < -5.0 {
            return -state;
        }
    }
    state
}
samples! { gradient deep_return: (vec![1.0, 2.0, 3.0], 3), (vec![8.0, 9.0], 5), (vec![-4.0], 10), (vec![], 2), (vec![1.0], 0) }

/// `while let` on a passive option computed by arithmetic.
#[differentiate(wrt(x))]
pub fn countdown(x: f64, start: u32) -> f64 {
    let mut n = start;
    let mut y = x;
    while let Some(next) = n.checked_sub(3) {
        y = y * 0.9 + next as f64;
        n = next;
    }
    y
}
samples! { gradient countdown: (2.0, 10), (2.0, 2), (2.0, 0) }

/// Fixed-point iteration that counts its steps and panics when it does not converge.
#[differentiate]
pub fn cosine_fixed_point(start: f64) -> f64 {
    let mut x = start;
    for step in 0.. {
        let next = x.cos();
        if (next - x).abs() < 1e-10 {
            break;
        }
        assert!(step < 200, "did not converge");
        x = next;
    }
    x
}
samples! { gradient cosine_fixed_point: (0.5,), (1.0,), (f64::NAN,) }

/// Secant method with a tuple of states.
#[differentiate(wrt(a))]
pub fn secant(a: f64) -> f64 {
    let f = |x: f64| x.exp() - a;
    let (mut x0, mut x1) = (0.0, 1.0);
    let mut f0 = f(x0);
    for _ in 0..30 {
        let f1 = f(x1);
        if f1 == f0 {
            break;
        }
        let x2 = x1 - f1 * (x1 - x0) / (f1 - f0);
        x0 = x1;
        f0 = f1;
        x1 = x2;
    }
    x1
}
samples! { gradient secant: (2.0,), (5.0,) }

/// Adaptive step: halve the step while the estimate is bad.
#[differentiate(wrt(y0))]
pub fn adaptive_euler(y0: f64, end: f64) -> f64 {
    let mut t = 0.0;
    let mut y = y0;
    let mut h: f64 = 0.5;
    while t < end {
        if t + h > end {
            h = end - t;
        }
        let full = y + h * (-y);
        let half = y + 0.5 * h * (-y);
        let two = half + 0.5 * h * (-half);
        if (full - two).abs() > 1e-3 && h > 1e-3 {
            h *= 0.5;
            continue;
        }
        y = two;
        t += h;
    }
    y
}
samples! { gradient adaptive_euler: (1.0, 1.0), (0.0, 0.5), (1.0, 0.0) }

/// Euclid's algorithm on integers weights the value.
#[differentiate(wrt(x))]
pub fn gcd_weight(x: f64, a: u32, b: u32) -> f64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    x.powi(a as i32) / a as f64
}
samples! { gradient gcd_weight: (1.1, 12, 18), (1.1, 7, 0), (1.1, 0, 0) }

/// An early return in each arm of a `match` inside a loop.
#[differentiate(wrt(x))]
pub fn interpreter(x: f64, program: &[u8]) -> f64 {
    let mut accumulator = x;
    for &op in program {
        match op {
            0 => accumulator += 1.0,
            1 => accumulator *= x,
            2 => accumulator = accumulator.sin(),
            3 => {
                if accumulator > 0.0 {
                    return accumulator;
                }
            }
            255 => panic!("bad operation"),
            _ => continue,
        }
        accumulator -= 0.125;
    }
    -accumulator
}
samples! { gradient interpreter: (0.5, vec![0, 1, 2, 9, 1]), (0.5, vec![0, 3, 255]), (0.5, vec![255]), (0.5, vec![]) }

/// Skipping with `continue` in a `while`.
#[differentiate(wrt(x))]
pub fn every_third(x: &[f64]) -> f64 {
    let mut i = 0;
    let mut value = 1.0;
    while i < x.len() {
        i += 1;
        if i % 3 != 0 {
            continue;
        }
        value = value * x[i - 1] + 1.0;
    }
    value
}
samples! { gradient every_third: (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],), (vec![],) }

/// Break with a value out of an outer labelled loop.
#[differentiate]
pub fn outer_value(x: f64) -> f64 {
    let mut y = x;
    let found = 'outer: loop {
        for k in 1..=4 {
            y = y * 0.75 + 0.1 * k as f64;
            if y < 0.8 {
                break 'outer y * k as f64;
            }
        }
        if y > 1e6 {
            break -1.0;
        }
        y -= 0.5;
    };
    found * 2.0
}
samples! { gradient outer_value: (3.0,), (0.1,), (1e9,) }
