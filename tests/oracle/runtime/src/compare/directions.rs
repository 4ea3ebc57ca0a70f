//! Jacobian-vector products, and the matrices: against the oracle, and against each other.

use super::{Comparison, Tolerance, emitted, items, samples, weights};
use crate::{
    Derived, Entry, Part, Slope, Tree, caught, hessian_row_with_scales, hessian_with_scales,
    jacobian_columns,
};

/// How many second derivatives of one sample the oracle is asked for, where there is no Hessian to compare: each of them
/// takes two calls of the function.
const MOST_PAIRS: usize = 1024;

/// The Jacobian-vector products of what was emitted, with random tangents: those of the oracle, and those
/// whose product with random cotangents is the same by the transposed matrix.
pub fn compare_tangents(
    plain: &[Entry],
    dual: &[Entry],
    derived: &[Derived],
    tolerance: impl Fn(&str) -> (Tolerance, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    for (entry, derived, jvp) in with(plain, dual, derived, &mut comparison, |d| d.jvp) {
        for sample in comparison.calls(&entry, derived, |inputs| jvp(inputs, &zeros(inputs))) {
            let Sample { label, inputs, outputs } = &sample;
            let seeds = directions(inputs, entry.dual.active, label);
            let Some(found) = comparison.call(label, "jvp", || jvp(inputs, &seeds)) else {
                continue;
            };
            let [value, tangent, mutated, tangents] = items(&found) else { panic!("{found:?}") };
            comparison.same_outputs(label, "jvp", Some(value), mutated, outputs);
            let mut along = tangent.floats();
            along.extend(tangents.floats());
            let jacobian = Jacobian::of(inputs, entry.dual);
            let seeds = active_floats(&seeds, entry.dual.active);
            let expected = jacobian.times(&seeds, outputs);
            if along.len() != expected.len() {
                comparison.failures.push(format!("{label}: {along:?} for {expected:?}"));
                continue;
            }
            // Where the value is not finite there is no derivative, and NaN is as good as any number.
            let defined = outputs.floats().iter().all(|value| value.is_finite());
            if !defined && along.iter().any(|slope| slope.is_nan()) {
                comparison.skipped += along.len();
                continue;
            }
            let pairs = along.iter().copied().zip(expected.iter().copied());
            comparison.slopes(&format!("{label}, jvp"), pairs, tolerance(entry.plain.name));
            let Some((weights, pulled)) = transposed(derived, inputs, outputs, label) else {
                continue;
            };
            // ⟨w, J v⟩ and ⟨Jᵀ w, v⟩
            let (forward, backward) = (sum(&weights, &along), sum(&pulled, &seeds));
            let terms = weights.iter().zip(&expected);
            let scale = terms.map(|(weight, slope)| weight.abs() * slope.scale).sum();
            let transposed = Slope { value: backward, scale };
            let products = products(tolerance(entry.plain.name));
            let pair = std::iter::once((forward, transposed));
            comparison.slopes(&format!("{label}, jvp and vjp"), pair, products);
        }
    }
    comparison
}

/// The Hessians of what was emitted: symmetric bit for bit, and those of the oracle; and their products with
/// random directions, or, where there are many floats and no Hessian, with some unit vectors.
pub fn compare_hessians(
    plain: &[Entry],
    dual: &[Entry],
    derived: &[Derived],
    tolerance: impl Fn(&str) -> (Tolerance, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    for (entry, derived, hvp) in with(plain, dual, derived, &mut comparison, |d| d.hvp) {
        for sample in comparison.calls(&entry, derived, |inputs| hvp(inputs, &zeros(inputs))) {
            let Sample { label, inputs, outputs } = &sample;
            let seeds = directions(inputs, entry.dual.active, label);
            let tolerance = tolerance(entry.plain.name);
            let Some(found) = comparison.call(label, "hvp", || hvp(inputs, &seeds)) else {
                continue;
            };
            let [product, mutated] = items(&found) else { panic!("{found:?}") };
            comparison.same_outputs(label, "hvp", None, mutated, outputs);
            let (product, seeds) = (product.floats(), active_floats(&seeds, entry.dual.active));
            if derived.hessian.is_none() && seeds.len().pow(2) > MOST_PAIRS {
                comparison.some_rows(&sample, hvp, entry.dual, tolerance);
                continue;
            }
            let exact = hessian_with_scales(inputs, entry.dual.active, entry.dual.call);
            if product.len() != exact.len() {
                comparison.failures.push(format!("{label}: {product:?} for {exact:?}"));
                continue;
            }
            let expected = exact.iter().map(|row| row_times(row, &seeds));
            let pairs = product.iter().copied().zip(expected);
            comparison.slopes(&format!("{label}, hvp"), pairs, tolerance);

            let Some(hessian) = derived.hessian else { continue };
            let Some(found) = comparison.call(label, "hessian", || hessian(inputs)) else {
                continue;
            };
            let [matrix, mutated] = items(&found) else { panic!("{found:?}") };
            comparison.same_outputs(label, "hessian", None, mutated, outputs);
            let Some(rows) = rows(&matrix.floats(), product.len(), product.len()) else {
                comparison.failures.push(format!("{label}: {matrix:?} for {exact:?}"));
                continue;
            };
            comparison.symmetric(label, &rows);
            comparison.hessian(label, &rows, entry.dual, inputs, tolerance);
            // What the product adds up, in other orders.
            let expected = rows.iter().zip(&exact).map(|(row, exact)| {
                let terms = || row.iter().zip(&seeds).map(|(entry, seed)| entry * seed);
                let scale = row_times(exact, &seeds).scale + terms().map(f64::abs).sum::<f64>();
                Slope { value: terms().sum(), scale }
            });
            let pairs: Vec<_> = product.iter().copied().zip(expected).collect();
            let name = format!("{label}, hvp and hessian");
            comparison.slopes(&name, pairs.into_iter(), products(tolerance));
        }
    }
    comparison
}

/// The Jacobians of what was emitted: those of the oracle, with the columns of the Jacobian-vector product and
/// the rows of the vector-Jacobian product.
pub fn compare_jacobians(
    plain: &[Entry],
    dual: &[Entry],
    derived: &[Derived],
    tolerance: impl Fn(&str) -> (Tolerance, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    for (entry, derived, jacobian) in with(plain, dual, derived, &mut comparison, |d| d.jacobian) {
        for sample in comparison.calls(&entry, derived, jacobian) {
            let Sample { label, inputs, outputs } = &sample;
            let tolerance = tolerance(entry.plain.name);
            let Some(found) = comparison.call(label, "jacobian", || jacobian(inputs)) else {
                continue;
            };
            let [matrices, mutated] = items(&found) else { panic!("{found:?}") };
            comparison.same_outputs(label, "jacobian", None, mutated, outputs);
            let exact = Jacobian::of(inputs, entry.dual);
            let height = outputs.floats().len();
            let active = inputs.iter().zip(entry.dual.active).filter(|(_, on)| **on);
            let widths = active.map(|(tree, _)| tree.floats().len());
            let columns: Option<Vec<_>> = items(matrices)
                .iter()
                .zip(widths)
                .map(|(matrix, width)| {
                    Some(columns(&rows(&matrix.floats(), height, width)?, width))
                })
                .collect();
            let columns: Vec<Vec<f64>> = columns.unwrap_or_default().concat();
            if columns.len() != exact.columns.len() {
                comparison.failures.push(format!("{label}: {matrices:?} for {exact:?}"));
                continue;
            }
            comparison.columns(&format!("{label}, jacobian"), &columns, &exact, tolerance);
            if let Some(jvp) = derived.jvp {
                let by_jvp = units(inputs, entry.dual.active).map(|seeds| {
                    let found = caught(|| jvp(inputs, &seeds)).unwrap_or(Tree::Unit);
                    let [_, tangent, _, tangents] = items(&found) else { panic!("{found:?}") };
                    [tangent.floats(), tangents.floats()].concat()
                });
                let by_jvp: Vec<_> = by_jvp.collect();
                comparison.alike(
                    &format!("{label}, jacobian and jvp"),
                    &columns,
                    &by_jvp,
                    &exact,
                    tolerance,
                );
            }
            if let Some(vjp) = derived.vjp {
                let shape = weights(outputs, &mut 1);
                let all = vec![true; items(&shape).len()];
                let by_vjp = units(items(&shape), &all).map(|seeds| {
                    let found = caught(|| vjp(inputs, &seeds)).unwrap_or(Tree::Unit);
                    let [_, gradient, _] = items(&found) else { panic!("{found:?}") };
                    gradient.floats()
                });
                let by_vjp: Vec<_> = by_vjp.collect();
                let by_vjp = self::columns(&by_vjp, columns.len());
                comparison.alike(
                    &format!("{label}, jacobian and vjp"),
                    &columns,
                    &by_vjp,
                    &exact,
                    tolerance,
                );
            }
        }
    }
    comparison
}

/// A function of both tables.
#[derive(Clone, Copy)]
struct Pair<'a> {
    plain: &'a Entry,
    dual: &'a Entry,
}

/// What a function did at a sample at which it does not panic.
struct Sample {
    label: String,
    inputs: Vec<Tree>,
    outputs: Tree,
}

/// The functions that have an output; the others are noted as missing, if a derivative is expected.
fn with<'a, O>(
    plain: &'a [Entry],
    dual: &'a [Entry],
    derived: &'a [Derived],
    comparison: &mut Comparison,
    output: impl Fn(&Derived) -> Option<O>,
) -> Vec<(Pair<'a>, &'a Derived, O)> {
    let mut found = vec![];
    for ((plain, dual), derived) in plain.iter().zip(dual).zip(derived) {
        assert!(plain.name == dual.name && plain.name == derived.name);
        match output(derived) {
            Some(output) => found.push((Pair { plain, dual }, derived, output)),
            None => comparison.missing.push(plain.name),
        }
    }
    comparison.functions = found.len();
    found
}

impl Comparison {
    /// The samples of a function at which it does not panic. What was emitted has to panic at the others.
    fn calls(
        &mut self,
        entry: &Pair<'_>,
        derived: &Derived,
        derivative: impl Fn(&[Tree]) -> Tree,
    ) -> Vec<Sample> {
        let mut found = vec![];
        for (label, inputs) in samples(entry.plain) {
            self.compared += 1;
            match emitted(entry.plain, derived, &inputs) {
                Ok(outputs) => found.push(Sample { label, inputs, outputs }),
                Err(_) => {
                    self.panics += 1;
                    if caught(|| derivative(&inputs)).is_ok() {
                        self.failures
                            .push(format!("{label}: the original panics, its derivative does not"));
                    }
                }
            }
        }
        found
    }

    /// What a call gives; a panic is a failure.
    fn call(&mut self, label: &str, name: &str, call: impl Fn() -> Tree) -> Option<Tree> {
        match caught(call) {
            Ok(found) => Some(found),
            Err(message) => {
                self.failures.push(format!("{label}: {name} panics: {message}"));
                None
            }
        }
    }

    /// The value, if there is one, and what is behind `&mut` parameters: those of `value`.
    fn same_outputs(
        &mut self,
        label: &str,
        name: &str,
        value: Option<&Tree>,
        mutated: &Tree,
        outputs: &Tree,
    ) {
        let [first, rest @ ..] = items(outputs) else { panic!("{outputs:?}") };
        if value.is_some_and(|value| !value.same_bits(first)) {
            self.failures.push(format!("{label}: {name} gives {value:?} for {first:?}"));
        }
        if !mutated.same_bits(&Tree::List(rest.to_vec())) {
            self.failures.push(format!("{label}: {name} leaves {mutated:?} for {rest:?}"));
        }
    }

    /// Compares products with unit vectors, at even distances, with rows of the oracle's Hessian.
    fn some_rows(
        &mut self,
        Sample { label, inputs, .. }: &Sample,
        hvp: impl Fn(&[Tree], &[Tree]) -> Tree,
        dual: &Entry,
        tolerance: (Tolerance, bool),
    ) {
        let units: Vec<_> = units(inputs, dual.active).collect();
        let distance = units.len().pow(2).div_ceil(MOST_PAIRS);
        for (index, unit) in units.iter().enumerate().step_by(distance) {
            let label = format!("{label}, row {index} by hvp");
            let Some(found) = self.call(&label, "hvp", || hvp(inputs, unit)) else { continue };
            let [product, _] = items(&found) else { panic!("{found:?}") };
            let product = product.floats();
            let expected = hessian_row_with_scales(inputs, dual.active, index, dual.call);
            if product.len() != expected.len() {
                self.failures.push(format!("{label}: {product:?} for {expected:?}"));
                continue;
            }
            self.slopes(&label, product.into_iter().zip(expected), tolerance);
        }
    }

    /// A Hessian is symmetric to the last bit.
    fn symmetric(&mut self, label: &str, rows: &[Vec<f64>]) {
        for (i, j) in (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let (one, other) = (Tree::Float(rows[i][j]), Tree::Float(rows[j][i]));
            if !one.same_bits(&other) {
                self.failures.push(format!("{label}: [{i}][{j}] is {one:?}, and {other:?}"));
            }
        }
    }

    /// Compares a Jacobian with the oracle's.
    fn columns(
        &mut self,
        label: &str,
        found: &[Vec<f64>],
        exact: &Jacobian,
        tolerance: (Tolerance, bool),
    ) {
        for (index, column) in found.iter().enumerate() {
            let expected = exact.column(index);
            let pairs = column.iter().copied().zip(expected);
            self.slopes(&format!("{label}, column {index}"), pairs, tolerance);
        }
    }

    /// Compares a Jacobian with the same by another way.
    fn alike(
        &mut self,
        label: &str,
        found: &[Vec<f64>],
        other: &[Vec<f64>],
        exact: &Jacobian,
        tolerance: (Tolerance, bool),
    ) {
        if found.iter().map(Vec::len).ne(other.iter().map(Vec::len)) {
            self.failures.push(format!("{label}: {found:?} and {other:?}"));
            return;
        }
        for (index, (column, other)) in found.iter().zip(other).enumerate() {
            let scaled = other.iter().zip(&exact.scales[index]);
            let expected = scaled.map(|(value, scale)| Slope { value: *value, scale: *scale });
            let pairs = column.iter().copied().zip(expected);
            self.slopes(&format!("{label}, column {index}"), pairs, products(tolerance));
        }
    }
}

/// The oracle's Jacobian.
#[derive(Debug)]
struct Jacobian {
    columns: Vec<Vec<f64>>,
    scales: Vec<Vec<f64>>,
}

impl Jacobian {
    fn of(inputs: &[Tree], dual: &Entry) -> Self {
        let columns = jacobian_columns(inputs, dual.active, dual.call);
        let scales = jacobian_columns(inputs, dual.active, |inputs, cursor, _| {
            (dual.call)(inputs, cursor, Part::FirstScale)
        });
        Self { columns, scales }
    }

    fn column(&self, index: usize) -> Vec<Slope> {
        let pairs = self.columns[index].iter().zip(&self.scales[index]);
        pairs.map(|(value, scale)| Slope { value: *value, scale: *scale }).collect()
    }

    /// Its product with the floats of the active tangents.
    fn times(&self, seeds: &[f64], outputs: &Tree) -> Vec<Slope> {
        let height = outputs.floats().len();
        let row = |row: usize| {
            let entries = self.columns.iter().zip(&self.scales);
            let entries = entries
                .map(|(column, scale)| Slope { value: column[row], scale: scale[row] })
                .collect::<Vec<_>>();
            row_times(&entries, seeds)
        };
        (0..height).map(row).collect()
    }
}

/// How far the same derivatives may be apart that were computed in other ways.
fn products((tolerance, single): (Tolerance, bool)) -> (Tolerance, bool) {
    let rounding = tolerance.rounding.max(if single { 1e-5 } else { 1e-12 });
    (Tolerance { relative: 0.0, rounding, ..tolerance }, single)
}

/// Σ a b
fn sum(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A row times a direction, and to what rounding errors of that are relative.
fn row_times(row: &[Slope], seeds: &[f64]) -> Slope {
    let terms = || row.iter().zip(seeds);
    Slope {
        value: terms().map(|(entry, seed)| entry.value * seed).sum(),
        scale: terms()
            .map(|(entry, seed)| (entry.scale.abs() + entry.value.abs()) * seed.abs())
            .sum(),
    }
}

/// Random cotangents and their vector-Jacobian product: by `vjp`, or by `gradient` and one weight.
fn transposed(
    derived: &Derived,
    inputs: &[Tree],
    outputs: &Tree,
    label: &str,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let cotangents = weights(outputs, &mut seed_of(label));
    let floats = cotangents.floats();
    if let Some(vjp) = derived.vjp {
        let found = caught(|| vjp(inputs, items(&cotangents))).ok()?;
        return Some((floats, items(&found)[1].floats()));
    }
    let gradient = derived.gradient?;
    let gradient = caught(|| gradient(inputs)).ok()?.floats();
    let weight = *floats.first()?;
    Some((floats, gradient.iter().map(|slope| weight * slope).collect()))
}

/// Numbers that differ from sample to sample.
fn seed_of(label: &str) -> u64 {
    label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3) // FNV-1a
    })
}

/// A random tangent of each parameter; zeros where it is passive.
fn directions(inputs: &[Tree], active: &[bool], label: &str) -> Vec<Tree> {
    let mut seed = seed_of(label).wrapping_add(1);
    let tangents = inputs.iter().zip(active).map(|(input, active)| {
        let mut tangent = weights(input, &mut seed);
        if !active {
            tangent.for_each_float(&mut |float| *float = 0.0);
        }
        tangent
    });
    tangents.collect()
}

/// The floats of what is active, end to end.
fn active_floats(trees: &[Tree], active: &[bool]) -> Vec<f64> {
    trees.iter().zip(active).filter(|(_, on)| **on).flat_map(|(tree, _)| tree.floats()).collect()
}

/// A tangent of each parameter that is zero.
fn zeros(inputs: &[Tree]) -> Vec<Tree> {
    directions(inputs, &vec![false; inputs.len()], "")
}

/// The unit vectors of what is active.
fn units<'a>(inputs: &'a [Tree], active: &'a [bool]) -> impl Iterator<Item = Vec<Tree>> + 'a {
    (0..crate::active_floats(inputs, active)).map(move |direction| {
        let mut seeds = zeros(inputs);
        let mut next = 0;
        for (tree, _) in seeds.iter_mut().zip(active).filter(|(_, on)| **on) {
            tree.for_each_float(&mut |float| {
                *float = if next == direction { 1.0 } else { 0.0 };
                next += 1;
            });
        }
        seeds
    })
}

/// Floats that are a matrix, row after row; `None` if they are another number.
fn rows(floats: &[f64], height: usize, width: usize) -> Option<Vec<Vec<f64>>> {
    let rows = (0..height).map(|row| floats.get(row * width..(row + 1) * width));
    let rows: Option<Vec<_>> = rows.map(|row| row.map(<[f64]>::to_vec)).collect();
    rows.filter(|_| floats.len() == height * width)
}

/// The columns of a matrix of so many.
fn columns(rows: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
    (0..width).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}
