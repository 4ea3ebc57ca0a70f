//! Whether what was emitted does what the original and the oracle do: every function of two tables, at its
//! samples and near them.

mod directions;

pub use directions::{compare_hessians, compare_jacobians, compare_tangents};

use crate::{
    Cursor, Derived, Entry, Part, Slope, Tree, caught, gradient_with_scales, hessian_with_scales,
    jacobian_columns,
};

/// What came of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Functions that there was something to compare of.
    pub functions: usize,
    /// Calls that were compared.
    pub compared: usize,
    /// Calls in which the function panics, and what was emitted has to.
    pub panics: usize,
    /// Derivatives that are out of the range in which a comparison means something.
    pub skipped: usize,
    /// Functions without what would have been compared.
    pub missing: Vec<&'static str>,
    /// What is wrong: the function, its sample, and what differs.
    pub failures: Vec<String>,
}

/// How far derivatives may be apart.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// In times of the derivative itself.
    pub relative: f64,
    /// In times of the sum of the magnitudes of what it is a sum of.
    pub rounding: f64,
    /// Larger sums are not compared.
    pub largest: f64,
}

impl Tolerance {
    /// For functions as people write them: a relative error, or a few rounding errors of what was added up.
    pub const WRITTEN: Self = Self { relative: 1e-12, rounding: 2e-15, largest: f64::INFINITY };
    /// For second derivatives of those.
    pub const SECOND_ORDER: Self =
        Self { relative: 1e-10, rounding: 2e-14, largest: f64::INFINITY };
    /// As `SECOND_ORDER`, for `f32`.
    pub const SECOND_ORDER_SINGLE: Self =
        Self { relative: 2e-4, rounding: 1e-5, largest: f64::INFINITY };
    /// As `WRITTEN`, for `f32`.
    pub const WRITTEN_SINGLE: Self =
        Self { relative: 2e-5, rounding: 1e-6, largest: f64::INFINITY };
    /// For random functions, which add up the same numbers hundreds of times in other orders, and where one
    /// component may be a sum of terms that nearly cancel.
    pub const RANDOM: Self = Self { relative: 1e-12, rounding: 1e-12, largest: 1e60 };
    /// For second derivatives of those.
    pub const RANDOM_SECOND_ORDER: Self = Self { relative: 1e-10, rounding: 1e-10, largest: 1e60 };
    /// As `RANDOM`, for `f32`.
    pub const RANDOM_SINGLE: Self = Self { relative: 1e-3, rounding: 1e-3, largest: 1e15 };

    /// Whether an emitted derivative is the oracle's. Where there is no derivative, both are not finite.
    /// `None`: the comparison means nothing.
    fn close(self, actual: f64, expected: Slope, single: bool) -> Option<bool> {
        let tiny = if single { 1e-37 } else { 1e-300 };
        if self.largest.is_finite()
            && !(expected.scale < self.largest && expected.value.is_finite())
        {
            return None;
        }
        if !expected.value.is_finite() {
            return Some(!actual.is_finite());
        }
        let bound = self.relative * expected.value.abs() + self.rounding * expected.scale + tiny;
        Some((actual - expected.value).abs() <= bound)
    }
}

/// The result of a function and what is behind its `&mut` parameters; `Err` if it panics.
///
/// # Errors
/// The message of the panic.
pub fn run(entry: &Entry, inputs: &[Tree]) -> Result<Tree, String> {
    caught(|| (entry.call)(inputs, Cursor::plain(), Part::Value))
}

/// What `value` gives, which [`compare_values`] compares with the original, or the original if there is none: what
/// every other output gives beside derivatives, bit for bit.
fn emitted(plain: &Entry, derived: &Derived, inputs: &[Tree]) -> Result<Tree, String> {
    match derived.value {
        Some(value) => caught(|| value(inputs, Cursor::plain(), Part::Value)),
        None => run(plain, inputs),
    }
}

/// How near emitted values are to those of the original.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nearness {
    /// They have the same bits.
    Bits,
    /// Sums may be added up in another order: they are as near as the original's at arguments whose floats are
    /// moved by so much, in times of themselves.
    Moved(f64),
}

impl Nearness {
    /// For functions that calculate in `f64` everywhere.
    pub const REORDERED: Self = Self::Moved(1e-11);
    /// For functions that calculate in `f32` somewhere.
    pub const REORDERED_SINGLE: Self = Self::Moved(1e-4);

    /// Whether the values of what was emitted are near enough.
    fn holds(self, plain: &Entry, inputs: &[Tree], expected: &Tree, actual: &Tree) -> bool {
        if expected.same_bits(actual) {
            return true;
        }
        let Self::Moved(by) = self else { return false };
        if !expected.same_but_floats(actual) {
            return false;
        }
        let (expected, actual) = (expected.floats(), actual.floats());
        let mut near: Vec<f64> = expected.iter().map(|value| 1e-2 * by * value.abs()).collect();
        let mut random = Random::new();
        for _ in 0..8 {
            let mut moved = inputs.to_vec();
            moved.iter_mut().for_each(|tree| {
                tree.for_each_float(&mut |value| *value *= 1.0 + 2.0 * by * random.next());
            });
            let Ok(outputs) = run(plain, &moved) else { continue };
            let outputs = outputs.floats();
            for ((near, moved), value) in near.iter_mut().zip(&outputs).zip(&expected) {
                *near = near.max((moved - value).abs());
            }
        }
        let pairs = expected.iter().zip(&actual).zip(near);
        let close = |(expected, actual): (&f64, &f64), near| {
            (expected - actual).abs() <= near
                || expected.to_bits() == actual.to_bits()
                || (expected.is_nan() && actual.is_nan())
        };
        expected.len() == actual.len() && pairs.into_iter().all(|(pair, near)| close(pair, near))
    }
}

/// Numbers from -1/2 to 1/2, always the same ones.
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D)
    }

    /// G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8 (2003).
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }
}

/// The samples of a function, and variations of each with all floats moved a little.
pub fn samples(entry: &Entry) -> Vec<(String, Vec<Tree>)> {
    let mut random = Random::new();
    let mut samples = Vec::new();
    for (index, sample) in (entry.samples)().into_iter().enumerate() {
        for variation in 0..4 {
            let mut inputs = sample.clone();
            for tree in inputs.iter_mut().filter(|_| variation > 0) {
                tree.for_each_float(&mut |value| *value *= 1.0 + 0.2 * random.next());
            }
            samples.push((format!("{} #{index}.{variation}", entry.name), inputs));
        }
    }
    samples
}

/// The parts of a list.
fn items(tree: &Tree) -> &[Tree] {
    match tree {
        Tree::List(items) => items,
        other => panic!("{other:?} is no list"),
    }
}

/// The values of what was emitted: those of the original, and a panic where it panics.
pub fn compare_values(
    plain: &[Entry],
    derived: &[Derived],
    nearness: impl Fn(&str) -> Nearness,
) -> Comparison {
    let mut comparison = Comparison::default();
    for (plain, derived) in plain.iter().zip(derived) {
        assert_eq!(plain.name, derived.name);
        let Some(value) = derived.value else {
            comparison.missing.push(plain.name);
            continue;
        };
        comparison.functions += 1;
        for (label, inputs) in samples(plain) {
            let expected = run(plain, &inputs);
            let actual = caught(|| value(&inputs, Cursor::plain(), Part::Value));
            comparison.compared += 1;
            let same = match (&expected, &actual) {
                (Ok(expected), Ok(actual)) => {
                    nearness(plain.name).holds(plain, &inputs, expected, actual)
                }
                (Err(_), Err(_)) => {
                    comparison.panics += 1;
                    true
                }
                _ => false,
            };
            if !same {
                comparison.failures.push(format!("{label}: {actual:?} for {expected:?}"));
            }
        }
    }
    comparison
}

/// The gradients of what was emitted: those of the oracle, the same by every function that gives them.
pub fn compare_gradients(
    plain: &[Entry],
    dual: &[Entry],
    derived: &[Derived],
    tolerance: impl Fn(&str) -> (Tolerance, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    for ((plain, dual), derived) in plain.iter().zip(dual).zip(derived) {
        assert!(plain.name == dual.name && plain.name == derived.name);
        let (Some(by_gradient), Some(by_both), Some(by_into)) =
            (derived.gradient, derived.value_and_gradient, derived.gradient_into)
        else {
            if plain.gradient && derived.vjp.is_none() {
                comparison.missing.push(plain.name);
            }
            continue;
        };
        comparison.functions += 1;
        for (label, inputs) in samples(plain) {
            comparison.compared += 1;
            let failures = &mut comparison.failures;
            let value = match emitted(plain, derived, &inputs) {
                Ok(outputs) => items(&outputs)[0].clone(),
                Err(_) => {
                    comparison.panics += 1;
                    if caught(|| by_gradient(&inputs)).is_ok()
                        || caught(|| by_both(&inputs)).is_ok()
                    {
                        failures
                            .push(format!("{label}: the original panics, its gradient does not"));
                    }
                    continue;
                }
            };
            let expected = gradient_with_scales(&inputs, dual.active, dual.call);
            let actual = match caught(|| (by_gradient(&inputs), by_both(&inputs))) {
                Ok((alone, both)) => {
                    let [both_value, both_gradient] = items(&both) else { panic!("{both:?}") };
                    if !both_value.same_bits(&value) {
                        failures.push(format!("{label}: value {both_value:?} for {value:?}"));
                    }
                    if !alone.same_bits(both_gradient) {
                        failures.push(format!("{label}: gradient differs from value_and_gradient"));
                    }
                    alone
                }
                Err(message) => {
                    failures.push(format!("{label}: the gradient panics: {message}"));
                    continue;
                }
            };
            // Whatever the buffers held is overwritten.
            let mut garbage = items(&actual).to_vec();
            garbage.iter_mut().for_each(|tree| tree.for_each_float(&mut |value| *value = 7e77));
            match caught(|| by_into(&inputs, &garbage)) {
                Ok(both) => {
                    let [into_value, into_gradient] = items(&both) else { panic!("{both:?}") };
                    if !into_value.same_bits(&value) || !into_gradient.same_bits(&actual) {
                        failures.push(format!("{label}: gradient_into gives {both:?}"));
                    }
                }
                Err(message) => failures.push(format!("{label}: gradient_into panics: {message}")),
            }
            let slopes: Vec<Vec<f64>> = items(&actual).iter().map(Tree::floats).collect();
            if slopes.iter().map(Vec::len).ne(expected.iter().map(Vec::len)) {
                failures.push(format!("{label}: {slopes:?} for {expected:?}"));
                continue;
            }
            let pairs = slopes.iter().flatten().zip(expected.iter().flatten());
            comparison.slopes(&label, pairs.map(|(a, e)| (*a, *e)), tolerance(plain.name));
        }
    }
    comparison
}

/// The same shape, with a weight in place of every float and nothing in place of anything else.
fn weights(tree: &Tree, next: &mut u64) -> Tree {
    let mut weight = || {
        *next =
            next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*next >> 40) as f64 / (1u64 << 24) as f64 - 0.5) * 4.0
    };
    match tree {
        Tree::Float(_) => Tree::Float(weight()),
        Tree::Single(_) => Tree::Single(weight() as f32),
        Tree::List(items) => Tree::List(items.iter().map(|item| weights(item, next)).collect()),
        Tree::Unit | Tree::Bool(_) | Tree::Integer(_) => Tree::Unit,
    }
}

/// The vector-Jacobian products of what was emitted, with random cotangents: those of the oracle.
pub fn compare_products(
    plain: &[Entry],
    dual: &[Entry],
    derived: &[Derived],
    tolerance: impl Fn(&str) -> (Tolerance, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    for ((plain, dual), derived) in plain.iter().zip(dual).zip(derived) {
        assert!(plain.name == dual.name && plain.name == derived.name);
        let Some(vjp) = derived.vjp else { continue };
        comparison.functions += 1;
        for (label, inputs) in samples(plain) {
            comparison.compared += 1;
            let failures = &mut comparison.failures;
            // Without its outputs the shape of the cotangents is not known.
            let Ok(outputs) = emitted(plain, derived, &inputs) else {
                comparison.panics += 1;
                continue;
            };
            let mut seed = 0x9e37_79b9 + comparison.compared as u64;
            let cotangents = weights(&outputs, &mut seed);
            let found = match caught(|| vjp(&inputs, items(&cotangents))) {
                Ok(found) => found,
                Err(message) => {
                    failures.push(format!("{label}: vjp panics: {message}"));
                    continue;
                }
            };
            let [value, gradient, mutated] = items(&found) else { panic!("{found:?}") };
            let mut after = vec![value.clone()];
            after.extend(items(mutated).iter().cloned());
            if !Tree::List(after).same_bits(&outputs) {
                failures.push(format!("{label}: value {value:?}, {mutated:?} for {outputs:?}"));
            }
            // Weights of the outputs that the oracle lists: every float.
            let weights = cotangents.floats();
            let columns = jacobian_columns(&inputs, dual.active, dual.call);
            let scales = jacobian_columns(&inputs, dual.active, |inputs, cursor, _| {
                (dual.call)(inputs, cursor, Part::FirstScale)
            });
            let actual = gradient.floats();
            if actual.len() != columns.len() {
                failures.push(format!("{label}: {} slopes for {}", actual.len(), columns.len()));
                continue;
            }
            let expected = columns.iter().zip(&scales).map(|(column, scale)| {
                let terms = || weights.iter().zip(column).map(|(w, d)| w * d);
                let sums = weights.iter().zip(scale).map(|(w, s)| (w * s).abs());
                Slope {
                    value: terms().sum(),
                    scale: sums.sum::<f64>() + terms().map(f64::abs).sum::<f64>(),
                }
            });
            let pairs: Vec<_> = actual.iter().copied().zip(expected).collect();
            comparison.slopes(&label, pairs.into_iter(), tolerance(plain.name));
        }
    }
    comparison
}

impl Comparison {
    /// Compares second derivatives of a function's float at `inputs`, the floats of all active parameters laid
    /// end to end, with those of its version over dual numbers.
    pub fn hessian(
        &mut self,
        label: &str,
        found: &[Vec<f64>],
        dual: &Entry,
        inputs: &[Tree],
        tolerance: (Tolerance, bool),
    ) {
        self.compared += 1;
        let expected = hessian_with_scales(inputs, dual.active, dual.call);
        if found.iter().map(Vec::len).ne(expected.iter().map(Vec::len)) {
            self.failures.push(format!("{label}: {found:?} for {expected:?}"));
            return;
        }
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let pairs = found.iter().copied().zip(expected.iter().copied());
            self.slopes(&format!("{label}, row {index}"), pairs, tolerance);
        }
    }

    /// Compares derivatives, one by one.
    fn slopes(
        &mut self,
        label: &str,
        pairs: impl Iterator<Item = (f64, Slope)>,
        (tolerance, single): (Tolerance, bool),
    ) {
        for (index, (actual, expected)) in pairs.enumerate() {
            match tolerance.close(actual, expected, single) {
                Some(true) => {}
                Some(false) => {
                    self.failures
                        .push(format!("{label}, float {index}: {actual} for {expected:?}"));
                }
                None => self.skipped += 1,
            }
        }
    }
}

/// Compares random functions with the oracle, and prints a line for every failure and one with the counts.
/// `single` names those that calculate in `f32` somewhere: the derivative of a cast to `f32` is one.
pub fn report(plain: &[Entry], dual: &[Entry], derived: &[Derived], single: &[&str]) {
    let tolerance = |name: &str| match single.contains(&name) {
        true => (Tolerance::RANDOM_SINGLE, true),
        false => (Tolerance::RANDOM, false),
    };
    let nearness = |name: &str| match single.contains(&name) {
        true => Nearness::REORDERED_SINGLE,
        false => Nearness::REORDERED,
    };
    let values = compare_values(plain, derived, nearness);
    let gradients = compare_gradients(plain, dual, derived, tolerance);
    let products = compare_products(plain, dual, derived, tolerance);
    let tangents = compare_tangents(plain, dual, derived, tolerance);
    let second = |name: &str| match tolerance(name) {
        (_, false) => (Tolerance::RANDOM_SECOND_ORDER, false),
        single => single,
    };
    let hessians = compare_hessians(plain, dual, derived, second);
    let all = [&values, &gradients, &products, &tangents, &hessians];
    for comparison in all {
        comparison.failures.iter().for_each(|failure| println!("{failure}"));
    }
    let compared = all.map(|comparison| comparison.compared.to_string()).join(" ");
    let skipped: usize = all.iter().map(|comparison| comparison.skipped).sum();
    println!("compared {compared} {skipped}");
}
