//! What only rustc knows the type of: literals beside it, its own `Deref`, rows of a constant.

use crate::close;
use autodiff_core::differentiate;
use std::collections::HashMap;

struct Setup {
    patience: usize,
    limit: i64,
}

const SETUP: Setup = Setup { patience: 4, limit: -3 };

#[differentiate(wrt(x))]
fn literals(x: f64, setup: &Setup) -> f64 {
    let mut map = HashMap::<usize, u8>::new();
    map.insert(1, 2);
    let found: u8 = map.get(&1).copied().unwrap_or(0);
    let mut y = x;
    if found == 2 && setup.patience > 3 && setup.patience.min(7) < 5 {
        y *= x;
    }
    if setup.limit.max(-4) == -3 && setup.limit.pow(2) > 8 {
        y *= x;
    }
    y
}

#[test]
fn literals_have_the_type_of_what_they_stand_beside() {
    let x = 1.5_f64;
    let (value, slope) = literals::value_and_gradient(x, &SETUP);
    assert_eq!(value, literals(x, &SETUP));
    close(&[value, slope], &[x.powi(3), 3.0 * x * x]);
}

struct Shared(f64);

impl std::ops::Deref for Shared {
    type Target = f64;
    fn deref(&self) -> &f64 {
        &self.0
    }
}

fn shared() -> Shared {
    Shared(2.5)
}

#[differentiate]
fn through_deref(x: f64) -> f64 {
    let factor = shared();
    let k: f64 = *factor;
    x * x * k
}

#[test]
fn what_derefs_by_itself_is_dereferenced() {
    let (value, slope) = through_deref::value_and_gradient(3.0);
    assert_eq!(value, through_deref(3.0));
    close(&[value, slope], &[22.5, 15.0]);
}

const TABLE: [f64; 2] = [1.0, 2.0];

#[differentiate]
fn over_a_constant(x: f64) -> f64 {
    let mut sum = 0.0;
    for y in TABLE.iter() {
        sum += y * x * x;
    }
    sum
}

#[test]
fn references_into_a_constant_are_numbers() {
    let (value, slope) = over_a_constant::value_and_gradient(3.0);
    assert_eq!(value, over_a_constant(3.0));
    close(&[value, slope], &[27.0, 18.0]);
}
