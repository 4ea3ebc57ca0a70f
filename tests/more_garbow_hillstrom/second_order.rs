//! Emitted Jacobians, Hessians and Hessian-vector products against dual numbers.
//!
//! `jacobian(x)` gives rows: `[[f64; N]; M]`, or one `Vec` row by row where a size is dynamic; with two active
//! parameters a pair of those. `hessian(x)` does the same.

use crate::problem::{GARBAGE, Problem, array, problems};
use crate::{
    Outcome, problems_01_07, problems_08_14, problems_15_21, problems_22_28, problems_29_35,
};

/// What is emitted for a problem beside what [`Problem`] has.
struct Emitted {
    jacobian: fn(&[f64]) -> Vec<Vec<f64>>,
    hessian: fn(&[f64]) -> Vec<Vec<f64>>,
    /// The Hessian at the first argument times the second.
    hvp: fn(&[f64], &[f64]) -> Vec<f64>,
}

/// A matrix as it is emitted.
trait Matrix {
    fn rows(self, columns: usize) -> Vec<Vec<f64>>;
}

impl<const N: usize, const M: usize> Matrix for [[f64; N]; M] {
    fn rows(self, _: usize) -> Vec<Vec<f64>> {
        self.iter().map(|row| row.to_vec()).collect()
    }
}

impl Matrix for Vec<f64> {
    fn rows(self, columns: usize) -> Vec<Vec<f64>> {
        assert_eq!(self.len() % columns, 0);
        self.chunks(columns).map(<[f64]>::to_vec).collect()
    }
}

macro_rules! jacobian_of {
    (arrays $($name:ident)::+) => {
        |x| $($name)::+::residuals::jacobian(&array(x)).rows(x.len())
    };
    (vectors $($name:ident)::+) => {
        |x| $($name)::+::residuals::jacobian(x).rows(x.len())
    };
    (slices $($name:ident)::+) => {
        |x| {
            let mut f = vec![GARBAGE; $($name)::+::FACTS.residuals];
            $($name)::+::residuals::jacobian(x, &mut f).rows(x.len())
        }
    };
    (active_slices $($name:ident)::+) => {
        |x| {
            let mut f = vec![GARBAGE; $($name)::+::FACTS.residuals];
            let (by_x, by_garbage) = $($name)::+::residuals::jacobian(x, &mut f);
            assert_eq!(by_garbage, vec![0.0; f.len() * f.len()]);
            by_x.rows(x.len())
        }
    };
    (array_references $($name:ident)::+) => {
        |x| {
            let mut f = [GARBAGE; $($name)::+::FACTS.residuals];
            $($name)::+::residuals::jacobian(&array(x), &mut f).rows(x.len())
        }
    };
}

macro_rules! hessian_of {
    (array $($name:ident)::+) => {
        |x| $($name)::+::objective::hessian(&array(x)).rows(x.len())
    };
    (slice $($name:ident)::+) => {
        |x| $($name)::+::objective::hessian(x).rows(x.len())
    };
}

macro_rules! hvp_of {
    (array $($name:ident)::+) => {
        |x, v| $($name)::+::objective::hvp(&array(x), array(v)).to_vec()
    };
    (slice $($name:ident)::+) => {
        |x, v| $($name)::+::objective::hvp(x, v)
    };
}

macro_rules! emitted {
    ($($residuals:ident $objective:ident $file:ident::$name:ident;)*) => {
        vec![$(Emitted {
            jacobian: jacobian_of!($residuals $file::$name),
            hessian: hessian_of!($objective $file::$name),
            hvp: hvp_of!($objective $file::$name),
        }),*]
    };
}

/// Every problem at its points.
fn at_points(mut compare: impl FnMut(&str, &Problem, &Emitted, &[f64])) {
    let emitted: Vec<Emitted> = each_problem!(emitted);
    for (problem, emitted) in problems().iter().zip(&emitted) {
        for (label, x) in problem.points() {
            compare(&label, problem, emitted, &x);
        }
    }
}

#[test]
fn emitted_jacobians_are_the_oracle_s() {
    let mut outcome = Outcome::default();
    at_points(|label, problem, emitted, x| {
        outcome.rows(label, &(emitted.jacobian)(x), &problem.jacobian_by_duals(x), 1e-12);
    });
    outcome.finish("rows");
}

#[test]
fn emitted_hessians_are_the_oracle_s() {
    let mut outcome = Outcome::default();
    at_points(|label, problem, emitted, x| {
        outcome.rows(label, &(emitted.hessian)(x), &problem.hessian_by_duals(x), 1e-10);
    });
    outcome.finish("rows");
}

#[test]
fn emitted_products_with_hessians_are_the_oracle_s() {
    let mut outcome = Outcome::default();
    at_points(|label, problem, emitted, x| {
        // One column at a time.
        let columns: Vec<_> =
            (0..x.len()).map(|k| (emitted.hvp)(x, &Problem::unit(x.len(), k))).collect();
        outcome.rows(label, &crate::transposed(&columns), &problem.hessian_by_duals(x), 1e-10);
        let v: Vec<f64> = (0..x.len()).map(|k| 0.5 - k as f64 / 4.0).collect();
        let product = |row: &Vec<f64>| row.iter().zip(&v).map(|(h, v)| h * v).sum::<f64>();
        let expected = problem.hessian_by_duals(x).iter().map(product).collect();
        outcome.rows(label, &[(emitted.hvp)(x, &v)], &[expected], 1e-10);
    });
    outcome.finish("rows");
}
