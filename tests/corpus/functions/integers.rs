//! Integer and boolean logic around active values.

use super::{differentiate, samples};

/// Binary exponentiation.
#[differentiate(wrt(x))]
pub fn fast_power(x: f64, n: u32) -> f64 {
    let mut base = x;
    let mut exponent = n;
    let mut result = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    result
}
samples! { gradient fast_power: (1.1, 13), (2.0, 0), (-0.5, 8) }

/// Casts among integer types as indices and weights.
#[differentiate(wrt(x))]
pub fn integer_casts(x: &[f64], offset: i32) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() as i32 {
        let j = (i + offset).rem_euclid(x.len() as i32) as usize;
        let weight = (i as u8).wrapping_mul(77) as i8;
        total += x[j] * weight as f64 + (j as u16 as f64).sqrt();
    }
    total
}
samples! { gradient integer_casts: (vec![1.0, 2.0, 3.0, 4.0], -1), (vec![1.0, 2.0], 7), (vec![], 1), (vec![1.0], i32::MAX) }

/// Floats to integers and back: rounding to a grid.
#[differentiate]
pub fn quantize(x: f64, levels: u32) -> f64 {
    let index = (x * levels as f64) as i64;
    let wrapped = (x * 300.0) as u8;
    x - index as f64 / levels as f64 + wrapped as f64
}
samples! { gradient quantize: (0.37, 10), (-0.37, 10), (f64::NAN, 4), (1e300, 3), (0.5, 0) }

/// Bit tricks choose terms.
#[differentiate(wrt(terms))]
pub fn subset_sum(terms: &[f64; 8], mask: u8) -> f64 {
    let mut sum = 0.0;
    for i in 0..8 {
        if mask >> i & 1 != 0 {
            sum += terms[i] * terms[i];
        }
    }
    sum * mask.count_ones() as f64 + mask.trailing_zeros() as f64
}
samples! { gradient subset_sum: ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 0b1010_0110), ([1.0; 8], 0) }

/// Integer methods and wrapping arithmetic.
#[differentiate(wrt(x))]
pub fn integer_methods(x: f64, a: i32, b: u32) -> f64 {
    let p = a.pow(2) + a.abs() - a.signum();
    let q = b.saturating_sub(5).min(100).max(2) + b.isqrt();
    let r = a.wrapping_add(i32::MAX) ^ 0x55;
    let s = a.abs_diff(7) as f64 + b.div_ceil(3) as f64 + b.is_power_of_two() as u8 as f64;
    x * p as f64 + x.powi(q as i32 % 5) + r as f64 * 1e-9 + s
}
samples! { gradient integer_methods: (0.5, 3, 8), (0.5, -4, 0), (0.5, 100_000, 9), (0.5, i32::MIN, 1) }

/// Overflow, shift and division panics.
#[differentiate(wrt(x))]
pub fn panicking_integers(x: f64, a: u8, b: u8) -> f64 {
    let sum = a + b;
    let quotient = a / b;
    let shifted = 1u32 << (b as u32 * 8);
    x * (sum as f64) + quotient as f64 + shifted as f64
}
samples! { gradient panicking_integers: (0.5, 10, 2), (0.5, 200, 100), (0.5, 10, 0), (0.5, 10, 4) }

/// Modular indexing of a ring buffer.
#[differentiate(wrt(x))]
pub fn ring_buffer(x: &[f64], delay: usize) -> f64 {
    let mut buffer = [0.0; 4];
    let mut head = 0usize;
    let mut out = 0.0;
    for &v in x {
        let tail = (head + 4 - delay % 4) % 4;
        out += buffer[tail] * v;
        buffer[head] = v;
        head = (head + 1) & 3;
    }
    out
}
samples! { gradient ring_buffer: (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2), (vec![], 1) }

/// Boolean operators, lazy and strict.
#[differentiate(wrt(x))]
pub fn boolean_logic(x: f64, flags: &[bool], n: usize) -> f64 {
    let a = flags.len() > n && flags[n];
    let b = flags.is_empty() || !flags[0];
    let c = a ^ b;
    let d = a & !b | c;
    let mut y = x;
    if c {
        y = y * y;
    }
    if d == a {
        y += 1.0;
    }
    y * (a as i32 + 2 * b as i32) as f64
}
samples! { gradient boolean_logic: (1.5, vec![true, false], 0), (1.5, vec![], 3), (1.5, vec![false, true], 1) }

/// Permutation parity by counting inversions.
#[differentiate(wrt(a))]
pub fn leibniz_determinant(a: &[[f64; 3]; 3]) -> f64 {
    let permutations = [[0usize, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut det = 0.0;
    for p in permutations.iter() {
        let mut inversions = 0;
        for i in 0..3 {
            for j in i + 1..3 {
                if p[i] > p[j] {
                    inversions += 1;
                }
            }
        }
        let sign = if inversions % 2 == 0 { 1.0 } else { -1.0 };
        det += sign * a[0][p[0]] * a[1][p[1]] * a[2][p[2]];
    }
    det
}
samples! { gradient leibniz_determinant: ([[2.0, 1.0, 0.5], [4.0, -1.0, 3.0], [0.0, 2.0, 1.0]],) }

/// A sieve decides which coefficients count.
#[differentiate(wrt(x))]
pub fn prime_series(x: f64, limit: usize) -> f64 {
    let mut composite = vec![false; limit + 1];
    let mut sum = 0.0;
    for p in 2..=limit {
        if !composite[p] {
            sum += x.powi(p as i32) / p as f64;
            let mut multiple = p * p;
            while multiple <= limit {
                composite[multiple] = true;
                multiple += p;
            }
        }
    }
    sum
}
samples! { gradient prime_series: (0.9, 20), (0.9, 1), (0.9, 0) }
