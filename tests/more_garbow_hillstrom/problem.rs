//! Every problem behind the same functions of slices, however it is written.

use crate::facts::Facts;
use crate::over_duals;
use crate::{problems_01_07, problems_08_14, problems_15_21, problems_22_28, problems_29_35};
use autodiff_oracle_runtime::{Call, Data, Dual};

/// A problem, what was emitted for it, and the same functions over dual numbers.
pub(crate) struct Problem {
    pub(crate) facts: Facts,
    pub(crate) residuals: Residuals,
    pub(crate) objective: Objective,
}

/// The residuals, and a product with their Jacobian or its transpose.
type Product = fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>);

/// The residuals f with their Jacobian J.
pub(crate) struct Residuals {
    /// f
    pub(crate) call: fn(&[f64]) -> Vec<f64>,
    /// f and Jᵀ w
    pub(crate) vjp: Product,
    /// f and J v
    pub(crate) jvp: Product,
    pub(crate) over_duals: Call,
}

/// The sum of squares.
pub(crate) struct Objective {
    pub(crate) call: fn(&[f64]) -> f64,
    /// What was emitted for the value.
    pub(crate) value: fn(&[f64]) -> f64,
    pub(crate) value_and_gradient: fn(&[f64]) -> (f64, Vec<f64>),
    pub(crate) over_duals: Call,
}

/// The slice as an array.
pub(crate) fn array<const N: usize>(x: &[f64]) -> [f64; N] {
    x.try_into().expect("as many as the problem has")
}

/// What buffers for residuals and their tangents hold at entry: whatever it is, it is overwritten.
pub(crate) const GARBAGE: f64 = 7e77;

/// The residuals by the way they are written, which decides how the emitted functions are called.
macro_rules! residuals_of {
    // fn residuals(x: &[f64; N]) -> [f64; M]
    (arrays $($name:ident)::+) => {
        Residuals {
            call: |x| $($name)::+::residuals(&array(x)).to_vec(),
            vjp: |x, cotangent| {
                let (f, slopes) = $($name)::+::residuals::vjp(&array(x), array(cotangent));
                (f.to_vec(), slopes.to_vec())
            },
            jvp: |x, tangent| {
                let (f, slopes) = $($name)::+::residuals::jvp(&array(x), array(tangent));
                (f.to_vec(), slopes.to_vec())
            },
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Data::read(&inputs[0], &mut cursor);
                over_duals::$($name)::+::residuals(&x).write(part)
            },
        }
    };
    // fn residuals(x: &[f64]) -> Vec<f64>
    (vectors $($name:ident)::+) => {
        Residuals {
            call: |x| $($name)::+::residuals(x),
            vjp: |x, cotangent| $($name)::+::residuals::vjp(x, cotangent),
            jvp: |x, tangent| $($name)::+::residuals::jvp(x, tangent),
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Vec::<Dual>::read(&inputs[0], &mut cursor);
                over_duals::$($name)::+::residuals(&x).write(part)
            },
        }
    };
    // fn residuals(x: &[f64], f: &mut [f64]), with respect to x
    (slices $($name:ident)::+) => {
        Residuals {
            vjp: |x, cotangent| {
                let mut f = vec![GARBAGE; cotangent.len()];
                let ((), slopes) = $($name)::+::residuals::vjp(x, &mut f, cotangent);
                (f, slopes)
            },
            ..residuals_of!(@without_vjp $($name)::+)
        }
    };
    // the same, with respect to both; no residual depends on what f holds at entry
    (active_slices $($name:ident)::+) => {
        Residuals {
            vjp: |x, cotangent| {
                let mut f = vec![GARBAGE; cotangent.len()];
                let ((), (slopes, of_garbage)) =
                    $($name)::+::residuals::vjp(x, &mut f, cotangent);
                assert_eq!(of_garbage, vec![0.0; f.len()]);
                (f, slopes)
            },
            ..residuals_of!(@without_vjp $($name)::+)
        }
    };
    (@without_vjp $($name:ident)::+) => {
        Residuals {
            call: |x| {
                let mut f = vec![GARBAGE; $($name)::+::FACTS.residuals];
                $($name)::+::residuals(x, &mut f);
                f
            },
            vjp: |_, _| unreachable!("depends on what is active"),
            jvp: |x, tangent| {
                let mut f = vec![GARBAGE; $($name)::+::FACTS.residuals];
                let mut slopes = f.clone();
                $($name)::+::residuals::jvp(x, &mut f, tangent, &mut slopes);
                (f, slopes)
            },
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Vec::<Dual>::read(&inputs[0], &mut cursor);
                let mut f = vec![Dual::constant(GARBAGE); $($name)::+::FACTS.residuals];
                over_duals::$($name)::+::residuals(&x, &mut f);
                f.write(part)
            },
        }
    };
    // fn residuals(x: &[f64; N], f: &mut [f64; M]), with respect to x
    (array_references $($name:ident)::+) => {
        Residuals {
            call: |x| {
                let mut f = [GARBAGE; $($name)::+::FACTS.residuals];
                $($name)::+::residuals(&array(x), &mut f);
                f.to_vec()
            },
            vjp: |x, cotangent| {
                let mut f = [GARBAGE; $($name)::+::FACTS.residuals];
                let ((), slopes) =
                    $($name)::+::residuals::vjp(&array(x), &mut f, array(cotangent));
                (f.to_vec(), slopes.to_vec())
            },
            jvp: |x, tangent| {
                let mut f = [GARBAGE; $($name)::+::FACTS.residuals];
                let mut slopes = f;
                $($name)::+::residuals::jvp(&array(x), &mut f, array(tangent), &mut slopes);
                (f.to_vec(), slopes.to_vec())
            },
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Data::read(&inputs[0], &mut cursor);
                let mut f = [Dual::constant(GARBAGE); $($name)::+::FACTS.residuals];
                over_duals::$($name)::+::residuals(&x, &mut f);
                f.write(part)
            },
        }
    };
}

macro_rules! objective_of {
    // fn objective(x: &[f64; N]) -> f64
    (array $($name:ident)::+) => {
        Objective {
            call: |x| $($name)::+::objective(&array(x)),
            value: |x| $($name)::+::objective::value(&array(x)),
            value_and_gradient: |x| {
                let (value, gradient) = $($name)::+::objective::value_and_gradient(&array(x));
                (value, gradient.to_vec())
            },
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Data::read(&inputs[0], &mut cursor);
                over_duals::$($name)::+::objective(&x).write(part)
            },
        }
    };
    // fn objective(x: &[f64]) -> f64
    (slice $($name:ident)::+) => {
        Objective {
            call: $($name)::+::objective,
            value: $($name)::+::objective::value,
            value_and_gradient: $($name)::+::objective::value_and_gradient,
            over_duals: |inputs, mut cursor, part| {
                cursor.set_active(true);
                let x = Vec::<Dual>::read(&inputs[0], &mut cursor);
                over_duals::$($name)::+::objective(&x).write(part)
            },
        }
    };
}

/// Gives a macro all 35, in the order of the paper: how residuals and objective are written, and where.
macro_rules! each_problem {
    ($macro:ident) => {
        $macro! {
            arrays           array problems_01_07::rosenbrock;
            arrays           array problems_01_07::freudenstein_and_roth;
            arrays           array problems_01_07::powell_badly_scaled;
            arrays           array problems_01_07::brown_badly_scaled;
            arrays           array problems_01_07::beale;
            slices           slice problems_01_07::jennrich_and_sampson;
            arrays           array problems_01_07::helical_valley;
            arrays           array problems_08_14::bard;
            arrays           array problems_08_14::gaussian;
            vectors          slice problems_08_14::meyer;
            array_references array problems_08_14::gulf_research;
            vectors          slice problems_08_14::box_three_dimensional;
            arrays           array problems_08_14::powell_singular;
            arrays           array problems_08_14::wood;
            arrays           array problems_15_21::kowalik_and_osborne;
            active_slices    slice problems_15_21::brown_and_dennis;
            arrays           array problems_15_21::osborne_1;
            arrays           array problems_15_21::biggs_exp6;
            arrays           array problems_15_21::osborne_2;
            slices           slice problems_15_21::watson;
            slices           slice problems_15_21::extended_rosenbrock;
            arrays           array problems_22_28::extended_powell_singular;
            vectors          slice problems_22_28::penalty_1;
            arrays           array problems_22_28::penalty_2;
            active_slices    slice problems_22_28::variably_dimensioned;
            vectors          slice problems_22_28::trigonometric;
            arrays           array problems_22_28::brown_almost_linear;
            slices           slice problems_22_28::discrete_boundary_value;
            arrays           array problems_29_35::discrete_integral_equation;
            vectors          slice problems_29_35::broyden_tridiagonal;
            array_references array problems_29_35::broyden_banded;
            arrays           array problems_29_35::linear_full_rank;
            arrays           array problems_29_35::linear_rank_1;
            active_slices    slice problems_29_35::linear_rank_1_with_zeros;
            arrays           array problems_29_35::chebyquad;
        }
    };
}

macro_rules! problems {
    ($($residuals:ident $objective:ident $file:ident::$name:ident;)*) => {
        vec![$(Problem {
            facts: $file::$name::FACTS,
            residuals: residuals_of!($residuals $file::$name),
            objective: objective_of!($objective $file::$name),
        }),*]
    };
}

/// All 35, in the order of the paper.
pub(crate) fn problems() -> Vec<Problem> {
    each_problem!(problems)
}
