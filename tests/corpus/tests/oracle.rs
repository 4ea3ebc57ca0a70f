//! The oracle itself: its values against the originals bit for bit, its derivatives against
//! Richardson differences of the originals, over the whole corpus.

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::compare::{Comparison, Tolerance};
use autodiff_oracle_runtime::{
    Cursor, Entry, Part, Tree, active_floats, caught, hessians, jacobian_columns,
};

/// Calls a function; `None` if it panics.
fn call(entry: &Entry, inputs: &[Tree], cursor: Cursor, part: Part) -> Option<Tree> {
    caught(|| (entry.call)(inputs, cursor, part)).ok()
}

fn pairs() -> impl Iterator<Item = (Entry, Entry)> {
    plain::table().into_iter().zip(dual::table())
}

/// The inputs with one active float moved.
fn moved(inputs: &[Tree], active: &[bool], which: usize, step: f64) -> Vec<Tree> {
    let mut inputs = inputs.to_vec();
    let mut next = 0;
    for (tree, _) in inputs.iter_mut().zip(active).filter(|(_, on)| **on) {
        tree.for_each_float(&mut |value| {
            if next == which {
                *value += step;
            }
            next += 1;
        });
    }
    inputs
}

/// The active float of that number.
fn active_float(inputs: &[Tree], active: &[bool], which: usize) -> f64 {
    let active = inputs.iter().zip(active).filter(|(_, on)| **on);
    active.flat_map(|(tree, _)| tree.floats()).nth(which).expect("a float of that number")
}

/// Central differences of decreasing step, extrapolated: the estimate and its error per output. `outputs` is
/// a function of the step from a float that has the value `at`. `None` if it panics nearby or its outputs
/// change shape. Where the slopes to both sides differ, the error is infinite.
fn richardson(at: f64, outputs: impl Fn(f64) -> Option<Vec<f64>>) -> Option<Vec<(f64, f64)>> {
    const LEVELS: usize = 8;
    let mut step = 1e-2 * at.abs().max(1e-3);
    let mut rows: Vec<Vec<Vec<f64>>> = Vec::new();
    for level in 0..LEVELS {
        let (up, down) = (outputs(step)?, outputs(-step)?);
        if up.len() != down.len() || rows.first().is_some_and(|row| row[0].len() != up.len()) {
            return None;
        }
        let difference = up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * step)).collect();
        let mut row: Vec<Vec<f64>> = vec![difference];
        let mut factor = 1.0;
        for order in 0..level {
            factor *= 4.0;
            let better = row[order]
                .iter()
                .zip(&rows[level - 1][order])
                .map(|(fine, coarse)| fine + (fine - coarse) / (factor - 1.0))
                .collect();
            row.push(better);
        }
        rows.push(row);
        step *= 0.5;
    }
    let count = rows[0][0].len();
    let (up, here, down) = (outputs(step)?, outputs(0.0)?, outputs(-step)?);
    let best = |output: usize| {
        let mut best = (f64::NAN, f64::INFINITY);
        let (forward, backward) =
            ((up[output] - here[output]) / step, (here[output] - down[output]) / step);
        let scale = forward.abs().max(backward.abs());
        let noise = 4e-16 * up[output].abs().max(here[output].abs()).max(1.0) / step;
        if (forward - backward).abs() > 1e-2 * scale + 2.0 * noise {
            return best;
        }
        for level in 1..LEVELS {
            for order in 1..=level {
                let value = rows[level][order][output];
                let error = (value - rows[level][order - 1][output])
                    .abs()
                    .max((value - rows[level - 1][order - 1][output]).abs());
                if error < best.1 {
                    best = (value, error);
                }
            }
        }
        (best.0, best.1.max(noise))
    };
    Some((0..count).map(best).collect())
}

#[test]
fn values_are_those_of_the_originals() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for (plain, dual) in pairs() {
        assert_eq!(plain.name, dual.name);
        for (index, inputs) in (plain.samples)().iter().enumerate() {
            let expected = call(&plain, inputs, Cursor::plain(), Part::Value);
            let actual = call(&dual, inputs, Cursor::plain(), Part::Value);
            let same = match (&expected, &actual) {
                (Some(expected), Some(actual)) => expected.same_bits(actual),
                (None, None) => true,
                _ => false,
            };
            compared += 1;
            if !same {
                failures.push(format!("{} #{index}: {actual:?} for {expected:?}", plain.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {compared}\n{}", failures.len(), failures.join("\n"));
    assert!(compared > 600, "only {compared} samples");
}

/// Samples where differences mislead: branches on equality, jumps, and slopes that change within the
/// steps. `tests/edges.rs` covers such points.
const MISLEADING: &[&str] = &[
    "branches::smoothstep #3",         // 0 / 0
    "branches::median3 #5",            // all equal
    "float_methods::classified #3",    // subnormal
    "float_methods::classified #5",    // -0.0
    "float_methods::classified #6",    // 0.0
    "float_methods::cube_root #2",     // 1e-30
    "formulas::projectile_range #1",   // sqrt(0)
    "formulas::sphere_drag #2",        // at rest
    "losses::binary_cross_entropy #1", // beyond the clamp
    "matrices::conjugate_gradient #1", // leaves at once
    "matrices::determinant #1",        // leaves when singular
    "misc::catastrophic #1",           // rounds to steps
    "misc::non_finite #1",             // NaN
    "single::through_single #1",       // rounds to steps
];

/// Derivatives beside differences.
#[derive(Default)]
struct Differences {
    compared: usize,
    /// How many of them are not zero.
    slopes: usize,
    /// Where differences tell nothing.
    unclear: usize,
    failures: Vec<String>,
}

impl Differences {
    /// The derivatives of all outputs beside the estimates with their errors.
    fn compare(&mut self, label: &str, exact: &[f64], estimates: Option<Vec<(f64, f64)>>) {
        let Some(estimates) = estimates else {
            self.unclear += 1;
            return;
        };
        // The plain outputs hold passive floats too; their derivatives are zero.
        if estimates.len() != exact.len() {
            self.failures.push(format!("{label}: outputs differ in number"));
            return;
        }
        for (output, ((estimate, error), exact)) in estimates.iter().zip(exact).enumerate() {
            let scale = estimate.abs().max(exact.abs()).max(1e-8);
            if !estimate.is_finite() || *error > 1e-4 * scale.max(1e-2) {
                self.unclear += 1;
                continue;
            }
            self.compared += 1;
            self.slopes += usize::from(*exact != 0.0);
            if (estimate - exact).abs() > 1e-6 * scale + 20.0 * error || exact.is_nan() {
                self.failures.push(format!(
                    "{label}, output {output}: {exact:e}, differences say {estimate:e} ± {error:e}"
                ));
            }
        }
    }

    fn finish(&self, least: usize, least_slopes: usize) {
        let Self { compared, slopes, unclear, failures } = self;
        println!(
            "{compared} compared, {slopes} not zero, {unclear} where differences tell nothing"
        );
        assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n"));
        assert!(*compared >= least, "only {compared}, {unclear} unclear");
        assert!(*slopes >= least_slopes, "only {slopes} are not zero");
    }
}

/// Samples that differences can be taken at: plain and dual versions, a label and the inputs.
fn smooth_samples() -> impl Iterator<Item = (Entry, Entry, String, Vec<Tree>)> {
    let samples = pairs().flat_map(|(plain, dual)| {
        let samples = (plain.samples)().into_iter().enumerate();
        let labelled = move |(index, inputs)| {
            let label = format!("{} #{index}", plain.name);
            (Entry { ..plain }, Entry { ..dual }, label, inputs)
        };
        samples.map(labelled).collect::<Vec<_>>()
    });
    samples.filter(|(plain, _, label, inputs)| {
        call(plain, inputs, Cursor::plain(), Part::Value).is_some()
            && !inputs.iter().any(Tree::has_single)
            && !MISLEADING.contains(&label.as_str())
    })
}

#[test]
fn derivatives_are_those_of_differences() {
    let mut differences = Differences::default();
    for (plain, dual, label, inputs) in smooth_samples() {
        let columns = jacobian_columns(&inputs, plain.active, dual.call);
        for (which, column) in columns.iter().enumerate() {
            let outputs = |step| {
                let inputs = moved(&inputs, plain.active, which, step);
                Some(call(&plain, &inputs, Cursor::plain(), Part::Value)?.floats())
            };
            let at = active_float(&inputs, plain.active, which);
            let label = format!("{label}, input {which}");
            differences.compare(&label, column, richardson(at, outputs));
        }
    }
    differences.finish(1500, 1500);
}

/// Samples where there is no second derivative, or a branch is taken at one point alone.
const MISLEADING_AT_SECOND_ORDER: &[&str] = &[
    "branches::sinc #1",             // sin(x) / x at 0
    "branches::sinc #2",             // the same at -0.0
    "closures::chained_closures #2", // hypot(0, 0)
    "losses::huber #3",              // where the square becomes a line
    "matrices::rodrigues #1",        // no rotation
    "mutation::normalize #1",        // a vector of zeros
    "reductions::frobenius #1",      // a matrix of zeros
];

#[test]
fn second_derivatives_are_those_of_differences_of_first_ones() {
    let mut differences = Differences::default();
    for (_, dual, label, inputs) in smooth_samples() {
        if MISLEADING_AT_SECOND_ORDER.contains(&label.as_str()) {
            continue;
        }
        let count = active_floats(&inputs, dual.active);
        for (first, second) in (0..count).flat_map(|i| (0..count).map(move |j| (i, j))) {
            let part = |inputs: &[Tree], part| {
                Some(call(&dual, inputs, Cursor::seeded(first, second), part)?.floats())
            };
            let outputs = |step| part(&moved(&inputs, dual.active, second, step), Part::First);
            let at = active_float(&inputs, dual.active, second);
            let exact = part(&inputs, Part::Mixed).expect("it does not panic");
            let label = format!("{label}, inputs {first} and {second}");
            differences.compare(&label, &exact, richardson(at, outputs));
        }
    }
    differences.finish(15_000, 5000);
}

#[test]
fn second_derivatives_are_symmetric() {
    let mut compared = 0;
    for (_, dual, label, inputs) in smooth_samples() {
        let of = |part| {
            hessians(&inputs, dual.active, |inputs, cursor, _| (dual.call)(inputs, cursor, part))
        };
        for (hessian, scales) in of(Part::Mixed).iter().zip(of(Part::MixedScale)) {
            for (i, j) in (0..hessian.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                let (one, other) = (hessian[i][j], hessian[j][i]);
                compared += 1;
                let same = (one - other).abs() <= 1e-14 * scales[i][j];
                let both_undefined = !one.is_finite() && !other.is_finite();
                assert!(same || both_undefined, "{label}, {i} and {j}: {one:e}, {other:e}");
            }
        }
    }
    assert!(compared > 5000, "only {compared}");
}

/// The attribute as other tests use it.
mod attribute {
    use autodiff_oracle::oracle;

    #[oracle(wrt(x))]
    fn scaled_square(x: f64, factor: f64) -> f64 {
        factor * x * x
    }

    #[oracle(calls(scaled_square), name = "over_duals")]
    fn sum_of_squares(x: &[f64], y: (f64, f64)) -> f64 {
        x.iter().map(|x| scaled_square(*x, 3.0)).sum::<f64>() + y.0 * y.1
    }

    /// The product, added to `total` with the square of the first.
    #[oracle]
    fn products(x: &[f64; 2], total: &mut f64) -> f64 {
        *total += x[0] * x[1] + x[0] * x[0] / 2.0;
        x[0] * x[1]
    }

    #[oracle]
    mod model {
        #[derive(Clone)]
        pub(crate) struct Point {
            pub(crate) x: f64,
            pub(crate) y: f64,
        }
        const SCALE: f64 = 2.0;
        impl Point {
            fn norm(&self) -> f64 {
                SCALE * self.x.hypot(self.y)
            }
        }
        pub(crate) fn distance(p: &Point) -> f64 {
            p.norm() - 1.0
        }
    }

    #[test]
    fn functions_and_modules_get_a_version_over_dual_numbers() {
        assert_eq!(scaled_square(3.0, 2.0), 18.0);
        assert_eq!(scaled_square_oracle_gradient(3.0, 2.0), [[12.0]]);
        assert_eq!(sum_of_squares(&[1.0, 2.0], (3.0, 4.0)), 27.0);
        assert_eq!(over_duals_gradient(&[1.0, 2.0], (3.0, 4.0)), [vec![6.0, 12.0], vec![4.0, 3.0]]);
        let hessian = over_duals_hessian(&[1.0], (3.0, 4.0));
        assert_eq!(hessian, [[6.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
        let mut total = 1.0;
        assert_eq!((products(&[3.0, 4.0], &mut total), total), (12.0, 17.5));
        assert_eq!(
            products_oracle_jacobian(&[3.0, 4.0], &mut total),
            [[4.0, 3.0, 0.0], [7.0, 3.0, 1.0]]
        );
        use autodiff_oracle_runtime::Dual;
        assert_eq!(model::distance(&model::Point { x: 3.0, y: 4.0 }), 9.0);
        let (x, y) = (Dual::input(3.0, true, false), Dual::constant(4.0));
        let distance = model_oracle::distance(&model_oracle::Point { x, y });
        assert_eq!((distance.value(), distance.first()), (9.0, 1.2));
    }
}

#[test]
fn a_wrong_second_derivative_is_found() {
    let table = dual::table();
    let entry = table.iter().find(|entry| entry.name == "landscapes::rosenbrock").unwrap();
    let inputs = [Tree::Float(-1.2), Tree::Float(1.0)];
    // (1 - x)² + 100 (y - x²)²
    let right = [[2.0 + 1200.0 * 1.44 - 400.0, 480.0], [480.0, 200.0]].map(Vec::from);
    let compared = |hessian: &[Vec<f64>]| {
        let mut comparison = Comparison::default();
        let tolerance = (Tolerance::SECOND_ORDER, false);
        comparison.hessian(entry.name, hessian, entry, &inputs, tolerance);
        comparison.failures.len()
    };
    assert_eq!(compared(&right), 0);
    assert_eq!(compared(&right[..1]), 1);
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut wrong = right.clone();
        wrong[i][j] *= 1.0 + 1e-9;
        assert_eq!(compared(&wrong), 1);
    }
}
