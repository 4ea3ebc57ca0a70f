//! What a function takes from its module: constants of every kind, functions without annotation, and
//! functions with the name of one that the compiler knows.

// Written as users write.
#![allow(clippy::needless_range_loop)]

use crate::close;
use autodiff_core::differentiate;

const TABLE: [f64; 4] = [1.0, -2.0, 0.5, 3.0];
static SLICE: &[f64] = &[0.5, 4.0, -1.0];
const PAIRS: [(i32, f64); 3] = [(1, 2.0), (3, -1.0), (0, 5.0)];
const SINGLE: f32 = 1.5;
#[allow(non_upper_case_globals)]
const scale: f64 = 4.0;

/// Horner's rule, the last coefficient first.
#[differentiate]
fn horner(x: f64, coefficients: &[f64]) -> f64 {
    let mut sum = 0.0;
    for c in coefficients.iter().rev() {
        sum = sum * x + c;
    }
    sum
}

#[differentiate]
fn powers(x: f64, pairs: &[(i32, f64)]) -> f64 {
    pairs.iter().map(|(power, factor)| factor * x.powi(*power)).sum()
}

#[differentiate]
fn lends(x: f64) -> f64 {
    const LOCAL: [f64; 2] = [3.0, 7.0];
    let first = if x < 1.0 { horner(x, &TABLE) } else { horner(1.0 / x, SLICE) };
    first + powers(x, &PAIRS) * horner(x, &LOCAL)
}

#[test]
fn tables_are_lent_to_callees() {
    for x in [0.7_f64, 1.3] {
        let (value, slope) = lends::value_and_gradient(x);
        assert_eq!(value, lends(x));
        let (polynomial, its_slope) = (2.0 * x - x.powi(3) + 5.0, 2.0 - 3.0 * x * x);
        let first = match x < 1.0 {
            true => -2.0 + x + 9.0 * x * x,
            false => -(4.0 - 2.0 / x) / (x * x),
        };
        close(&[slope], &[first + its_slope * (3.0 + 7.0 * x) + polynomial * 7.0]);
    }
}

#[differentiate]
fn iterates(x: f64) -> f64 {
    let mut sum = TABLE[0];
    for (i, &c) in TABLE.iter().enumerate().skip(1) {
        sum += c / (x + i as f64);
    }
    for j in 0..2 {
        sum += PAIRS[j].1.abs().ln() * x;
    }
    sum + SLICE.iter().fold(0.0, |sum, c| sum * x + c)
}

#[test]
fn tables_are_iterated() {
    let x = 0.7_f64;
    let (value, slope) = iterates::value_and_gradient(x);
    assert_eq!(value, iterates(x));
    let quotients: f64 = (1..4).map(|i| -TABLE[i] / (x + i as f64).powi(2)).sum();
    close(&[slope], &[quotients + 2.0_f64.ln() + 2.0 * 0.5 * x + 4.0]);
}

#[differentiate]
fn methods(x: f32) -> f32 {
    SINGLE.mul_add(x, -SINGLE) * (SINGLE + 1.0).mul_add(x, 2.0)
}

#[test]
fn constants_are_receivers() {
    let x = 0.7_f32;
    let (value, slope) = methods::value_and_gradient(x);
    assert_eq!(value, methods(x));
    assert!((slope - (1.5 * (2.5 * x + 2.0) + (1.5 * x - 1.5) * 2.5)).abs() < 1e-5);
}

/// Not annotated: it is called with what does not depend on `x`, or only as an integer.
fn degrees(whole: i64, minutes: i64, seconds: f32) -> f64 {
    (whole * 60 + minutes) as f64 + f64::from(seconds)
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

#[differentiate]
fn calls(x: f64) -> f64 {
    degrees(-1, 30, 0.5) * x * scale + factorial(x as usize + 1) / x * degrees(2, 0, -1.0)
}

#[test]
fn literals_have_the_type_that_the_callee_wants() {
    let x = 2.5;
    assert_eq!(calls::value(x), calls(x));
    close(&[calls::gradient(x)], &[-29.5 * 4.0 - 6.0 / (x * x) * 119.0]);
}

mod own {
    use autodiff_core::differentiate;

    /// An error function of one's own.
    #[differentiate]
    pub(super) fn erf(x: f64) -> f64 {
        x / (1.0 + x * x).sqrt()
    }

    #[differentiate]
    pub(super) fn twice(x: f64) -> f64 {
        2.0 * erf(x) + autodiff_core::special::erf(x)
    }
}

mod known {
    use autodiff_core::differentiate;
    use autodiff_core::special::{erf, ln_gamma};

    #[differentiate]
    pub(super) fn both(x: f64) -> f64 {
        erf(x) * ln_gamma(x)
    }
}

#[test]
fn a_function_with_a_known_name_is_the_users_own_if_it_is() {
    let x = 0.8_f64;
    let core = |x: f64| 2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp();
    close(&[own::twice::gradient(x)], &[2.0 * (1.0 + x * x).powf(-1.5) + core(x)]);
    use autodiff_core::special::{digamma, erf, ln_gamma};
    close(&[known::both::gradient(x)], &[core(x) * ln_gamma(x) + erf(x) * digamma(x)]);
    assert_eq!(own::erf::value(x), own::erf(x));
}
