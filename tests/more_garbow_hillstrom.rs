//! The 35 problems of J. J. Moré, B. S. Garbow and K. E. Hillstrom, Testing Unconstrained Optimization
//! Software, ACM Transactions on Mathematical Software 7 (1981), as a user would write them: sums of
//! squares and their gradients, residuals and their Jacobians, against dual numbers.

#![allow(clippy::needless_range_loop)] // as users write

#[allow(unreachable_pub)]
mod common;
#[path = "more_garbow_hillstrom/facts.rs"]
mod facts;
#[path = "more_garbow_hillstrom/minimize.rs"]
mod minimize;
#[macro_use]
#[path = "more_garbow_hillstrom/problem.rs"]
mod problem;
#[path = "more_garbow_hillstrom/problems_01_07.rs"]
mod problems_01_07;
#[path = "more_garbow_hillstrom/problems_08_14.rs"]
mod problems_08_14;
#[path = "more_garbow_hillstrom/problems_15_21.rs"]
mod problems_15_21;
#[path = "more_garbow_hillstrom/problems_22_28.rs"]
mod problems_22_28;
#[path = "more_garbow_hillstrom/problems_29_35.rs"]
mod problems_29_35;
// Once `jacobian`, `hessian` and `hvp` are emitted: without the `cfg`, and with
// `#[differentiate(hessian, hvp)]` on every `objective`.

#[path = "more_garbow_hillstrom/second_order.rs"]
mod second_order;

/// The problems over dual numbers.
#[allow(clippy::all, dead_code, unused_imports)]
mod over_duals {
    pub(crate) mod problems_01_07 {
        autodiff_oracle::dual_file!(crate::problems_01_07 "tests/more_garbow_hillstrom/problems_01_07.rs");
    }
    pub(crate) mod problems_08_14 {
        autodiff_oracle::dual_file!(crate::problems_08_14 "tests/more_garbow_hillstrom/problems_08_14.rs");
    }
    pub(crate) mod problems_15_21 {
        autodiff_oracle::dual_file!(crate::problems_15_21 "tests/more_garbow_hillstrom/problems_15_21.rs");
    }
    pub(crate) mod problems_22_28 {
        autodiff_oracle::dual_file!(crate::problems_22_28 "tests/more_garbow_hillstrom/problems_22_28.rs");
    }
    pub(crate) mod problems_29_35 {
        autodiff_oracle::dual_file!(crate::problems_29_35 "tests/more_garbow_hillstrom/problems_29_35.rs");
    }
}

use autodiff_oracle_runtime::{Tree, gradient, hessian, hessians, jacobian_rows};
use common::report;
use facts::Published;
use problem::{Problem, problems};

/// The name of the point far from the start.
const FAR: &str = "10 start";

impl Problem {
    /// The start, ten times the start (the start of Watson's is zero: ten everywhere), and points near
    /// the start, each with a name.
    fn points(&self) -> Vec<(String, Vec<f64>)> {
        let start = (self.facts.start)();
        let far: Vec<f64> = match start.iter().all(|x| *x == 0.0) {
            true => vec![10.0; start.len()],
            false => start.iter().map(|x| 10.0 * x).collect(),
        };
        let mut points = vec![("start".to_owned(), start.clone()), (FAR.to_owned(), far)];
        let mut random = 0x2545_F491_4F6C_DD1D_u64 + self.facts.number as u64;
        let mut unit = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        for k in 1..=3 {
            let near = start.iter().map(|x| x * (1.0 + 0.4 * unit()) + 0.1 * unit()).collect();
            points.push((format!("random {k}"), near));
        }
        let label = |name: &str| format!("{} {}, {name}", self.facts.number, self.facts.name);
        points.into_iter().map(|(name, x)| (label(&name), x)).collect()
    }

    fn unit(length: usize, k: usize) -> Vec<f64> {
        (0..length).map(|i| if i == k { 1.0 } else { 0.0 }).collect()
    }

    /// The Jacobian of the residuals by rows, from products with its transpose.
    fn jacobian_by_vjp(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let m = self.facts.residuals;
        (0..m).map(|i| (self.residuals.vjp)(x, &Self::unit(m, i)).1).collect()
    }

    /// The Jacobian of the residuals by rows, from products with it.
    fn jacobian_by_jvp(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let n = self.facts.variables;
        let columns: Vec<_> =
            (0..n).map(|k| (self.residuals.jvp)(x, &Self::unit(n, k)).1).collect();
        transposed(&columns)
    }

    /// The same by dual numbers.
    fn jacobian_by_duals(&self, x: &[f64]) -> Vec<Vec<f64>> {
        jacobian_rows(&[tree(x)], &[true], self.residuals.over_duals)
    }

    /// The second derivatives of the sum of squares by hyper-dual numbers.
    fn hessian_by_duals(&self, x: &[f64]) -> Vec<Vec<f64>> {
        hessian(&[tree(x)], &[true], self.objective.over_duals)
    }
}

fn tree(x: &[f64]) -> Tree {
    Tree::List(x.iter().map(|x| Tree::Float(*x)).collect())
}

fn transposed(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..columns[0].len()).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
}

/// What is wrong, and how many comparisons were made.
#[derive(Default)]
struct Outcome {
    failures: Vec<String>,
    compared: usize,
    worst: f64,
}

impl Outcome {
    /// Every entry differs by no more than `tolerance` times the largest entry of the row.
    fn rows(&mut self, label: &str, found: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
        assert_eq!(found.len(), expected.len(), "{label}");
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            self.compared += 1;
            assert_eq!(found.len(), expected.len(), "{label}");
            let largest = expected.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
            let pairs = found.iter().zip(expected);
            let error = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            // NaN fails, too.
            let close = pairs_are_finite(found, expected) && error <= tolerance * largest;
            if !close {
                let message = format!("{label}, row {index}: {found:?} for {expected:?}");
                self.failures.push(message);
            } else if largest > 0.0 {
                self.worst = self.worst.max(error / largest);
            }
        }
    }

    fn finish(&self, what: &str) {
        println!("{} {what}, relative error {:.1e}", self.compared, self.worst);
        report(&self.failures, self.compared);
    }
}

fn pairs_are_finite(found: &[f64], expected: &[f64]) -> bool {
    found.iter().chain(expected).all(|entry| entry.is_finite())
}

fn sum_of_squares(f: &[f64]) -> f64 {
    f.iter().map(|f| f * f).sum()
}

#[test]
fn there_are_35_problems_of_the_dimensions_in_the_paper() {
    let problems = problems();
    assert_eq!(problems.len(), 35);
    for (index, problem) in problems.iter().enumerate() {
        let facts = &problem.facts;
        assert_eq!(facts.number, index + 1);
        let start = (facts.start)();
        assert_eq!(start.len(), facts.variables, "{}", facts.name);
        assert_eq!((problem.residuals.call)(&start).len(), facts.residuals, "{}", facts.name);
    }
}

#[test]
fn sums_of_squares_at_the_start_are_the_published_ones() {
    let mut published = 0;
    for problem in problems() {
        let start = (problem.facts.start)();
        let by_residuals = sum_of_squares(&(problem.residuals.call)(&start));
        for found in [by_residuals, (problem.objective.call)(&start)] {
            let (found, expected, tolerance) = match problem.facts.at_start {
                Published::Sum(sum) => (found, sum, 1e-13),
                Published::Norm(norm) => (found.sqrt(), norm, 5e-7),
                Published::Nowhere => continue,
            };
            published += 1;
            let error = (found - expected).abs();
            assert!(error <= tolerance * expected, "{}: {found}", problem.facts.name);
        }
    }
    assert_eq!(published, 2 * 33);
}

#[test]
fn sums_of_squares_are_zero_where_the_paper_says() {
    for problem in problems() {
        if let Some(zero) = problem.facts.zero {
            let found = (problem.objective.call)(&zero());
            assert!((0.0..1e-24).contains(&found), "{}: {found:e}", problem.facts.name);
        }
    }
}

#[test]
fn iterations_from_the_start_reach_the_minima_of_the_paper() {
    for problem in problems() {
        let facts = &problem.facts;
        let linearize = |x: &[f64]| ((problem.residuals.call)(x), problem.jacobian_by_vjp(x));
        let x = minimize::minimize(linearize, &(facts.start)(), 400);
        let found = (problem.objective.call)(&x);
        println!("{} {}: {found:e} at {x:?}", facts.number, facts.name);
        // The paper gives six digits.
        let close = (found - facts.minimum).abs() <= 1e-5 * facts.minimum + 1e-20;
        assert!(close, "{}: {found:e} for {:e}", facts.name, facts.minimum);
    }
}

#[test]
fn values_and_residuals_agree() {
    for problem in problems() {
        for (label, x) in problem.points() {
            let f = (problem.residuals.call)(&x);
            let value = (problem.objective.call)(&x);
            assert!(value.is_finite(), "{label}");
            let error = (value - sum_of_squares(&f)).abs();
            assert!(error <= 1e-13 * value + 1e-30, "{label}: {value:e}, {error:e}");
            let (again, _) = (problem.objective.value_and_gradient)(&x);
            let emitted = (problem.objective.value)(&x);
            assert_eq!(again.to_bits(), emitted.to_bits(), "{label}");
            // The order of its sum.
            assert!((emitted - value).abs() <= 1e-14 * value, "{label}: {value:e}, {emitted:e}");
            let ones = |length| vec![1.0; length];
            let (by_vjp, _) = (problem.residuals.vjp)(&x, &ones(problem.facts.residuals));
            let (by_jvp, _) = (problem.residuals.jvp)(&x, &ones(problem.facts.variables));
            assert_eq!(by_vjp, by_jvp, "{label}");
            let largest = f.iter().fold(0.0f64, |largest, f| largest.max(f.abs()));
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-14 * largest;
            assert!(f.len() == by_vjp.len() && f.iter().zip(&by_vjp).all(near), "{label}");
        }
    }
}

#[test]
fn gradients_of_the_sums_of_squares_are_the_oracle_s() {
    let mut outcome = Outcome::default();
    for problem in problems() {
        for (label, x) in problem.points() {
            let (_, found) = (problem.objective.value_and_gradient)(&x);
            let expected = gradient(&[tree(&x)], &[true], problem.objective.over_duals);
            outcome.rows(&label, &[found], &expected, 1e-10);
        }
    }
    outcome.finish("gradients");
}

#[test]
fn jacobians_of_the_residuals_are_the_oracle_s() {
    let mut outcome = Outcome::default();
    for problem in problems() {
        for (label, x) in problem.points() {
            let expected = problem.jacobian_by_duals(&x);
            let found = problem.jacobian_by_vjp(&x);
            outcome.rows(&format!("{label}, vjp"), &found, &expected, 1e-12);
            let found = problem.jacobian_by_jvp(&x);
            outcome.rows(&format!("{label}, jvp"), &found, &expected, 1e-12);
        }
    }
    outcome.finish("rows");
}

/// ∇² Σ fᵢ² = 2 Σ (∇fᵢ ∇fᵢᵀ + fᵢ ∇²fᵢ), which other code calculates than the sum of squares.
#[test]
fn hessians_of_the_oracle_are_those_of_the_residuals() {
    let mut outcome = Outcome::default();
    for problem in problems() {
        for (label, x) in problem.points() {
            let f = (problem.residuals.call)(&x);
            let jacobian = problem.jacobian_by_vjp(&x);
            let curvatures = hessians(&[tree(&x)], &[true], problem.residuals.over_duals);
            let entry = |j: usize, k: usize| {
                let terms = f.iter().zip(&jacobian).zip(&curvatures);
                terms.map(|((f, row), by)| 2.0 * (row[j] * row[k] + f * by[j][k])).sum::<f64>()
            };
            let n = x.len();
            let expected: Vec<_> = (0..n).map(|j| (0..n).map(|k| entry(j, k)).collect()).collect();
            outcome.rows(&label, &problem.hessian_by_duals(&x), &expected, 1e-11);
        }
    }
    outcome.finish("rows");
}

#[test]
fn hessians_of_the_oracle_are_differences_of_emitted_gradients() {
    let mut outcome = Outcome::default();
    for problem in problems() {
        // Far away, numbers are so large that little is left of a difference.
        for (label, x) in problem.points().into_iter().filter(|(label, _)| !label.ends_with(FAR)) {
            let at = |k: usize, step: f64| {
                let mut x = x.clone();
                x[k] += step;
                (problem.objective.value_and_gradient)(&x).1
            };
            // Central differences, extrapolated twice.
            let row = |k: usize| -> Vec<f64> {
                let difference = |step: f64| -> Vec<f64> {
                    let pairs = at(k, step).into_iter().zip(at(k, -step));
                    pairs.map(|(up, down)| (up - down) / (2.0 * step)).collect()
                };
                let step = 4e-4 * x[k].abs().max(0.1);
                let [fine, middle, coarse] =
                    [1.0, 2.0, 4.0].map(|factor| difference(factor * step));
                let at = |i: usize| (64.0 * fine[i] - 20.0 * middle[i] + coarse[i]) / 45.0;
                (0..x.len()).map(at).collect()
            };
            let expected: Vec<_> = (0..x.len()).map(row).collect();
            outcome.rows(&label, &problem.hessian_by_duals(&x), &expected, 1e-6);
        }
    }
    outcome.finish("rows");
}
