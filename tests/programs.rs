//! Whole programs of an engineer: values bit for bit, gradients against dual numbers and differences.

#![allow(unreachable_pub)] // the programs are modules of a crate of their user

#[path = "common/allocations.rs"]
mod allocations;
#[path = "programs/bundle.rs"]
mod bundle;
#[path = "programs/data.rs"]
mod data;
#[path = "programs/gas.rs"]
mod gas;
#[path = "programs/kalman.rs"]
mod kalman;

/// The programs over dual numbers.
#[allow(clippy::all, dead_code)]
mod over_duals {
    pub(crate) mod bundle {
        autodiff_oracle::dual_file!(crate::bundle "tests/programs/bundle.rs");
    }
    pub(crate) mod gas {
        autodiff_oracle::dual_file!(crate::gas "tests/programs/gas.rs");
    }
    pub(crate) mod kalman {
        autodiff_oracle::dual_file!(crate::kalman "tests/programs/kalman.rs");
    }
}

use allocations::allocations;
use autodiff_core::{Float, ParameterPath, Parameters, Visitor};
use autodiff_oracle_runtime::{Cursor, Data, Part, Tree};

/// A loss of parameters and a set-up that is not differentiated, and what was emitted for it.
struct Program<P: Parameters, S> {
    original: fn(&P, &S) -> f64,
    value: fn(&P, &S) -> f64,
    value_and_gradient: fn(&P, &S) -> (f64, P::Tangent),
    gradient: fn(&P, &S) -> P::Tangent,
    gradient_into: fn(&P, &S, &mut P::Tangent) -> f64,
    over_duals: fn(&[Tree], Cursor) -> f64,
}

macro_rules! program {
    ($module:ident, $parameters:ident) => {
        Program {
            original: $module::loss,
            value: $module::loss::value,
            value_and_gradient: $module::loss::value_and_gradient,
            gradient: $module::loss::gradient,
            gradient_into: $module::loss::gradient_into,
            over_duals: |inputs, mut cursor| {
                cursor.set_active(true);
                let parameters = over_duals::$module::$parameters::read(&inputs[0], &mut cursor);
                cursor.set_active(false);
                let setup = over_duals::$module::Setup::read(&inputs[1], &mut cursor);
                over_duals::$module::loss(&parameters, &setup).first()
            },
        }
    };
}

/// Lists the floats of a gradient, named.
struct Floats(Vec<(String, f64)>);

impl Visitor for Floats {
    fn floats<T: Float>(&mut self, _: &mut [T], gradient: &[T], path: ParameterPath<'_>) {
        for (index, slope) in gradient.iter().enumerate() {
            self.0.push((format!("{path}[{index}]"), format!("{slope:e}").parse().unwrap()));
        }
    }
}

fn floats<P: Parameters + Clone>(parameters: &P, gradient: &P::Tangent) -> Vec<(String, f64)> {
    let mut floats = Floats(vec![]);
    parameters.clone().walk(gradient, ParameterPath::Root("parameters"), &mut floats);
    floats.0
}

/// Adds `step` to the float of that number.
struct Move {
    number: usize,
    step: f64,
}

impl Visitor for Move {
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        for (value, _) in values.iter_mut().zip(gradient) {
            if self.number == 0 {
                *value += T::from_f64(self.step);
            }
            self.number = self.number.wrapping_sub(1);
        }
    }
}

impl<P: Parameters + Clone + Data, S: Data> Program<P, S> {
    /// `smooth`: no kinks nearby, so that differences tell something.
    fn check(&self, label: &str, smooth: bool, parameters: &P, setup: &S) {
        let original = (self.original)(parameters, setup);
        assert!(original.is_finite() && original != 0.0, "{label}: {original}");
        let (value, gradient) = (self.value_and_gradient)(parameters, setup);
        assert_eq!(value.to_bits(), original.to_bits(), "{label}: {value} for {original}");
        assert_eq!((self.value)(parameters, setup).to_bits(), original.to_bits(), "{label}");
        assert!((self.gradient)(parameters, setup) == gradient, "{label}: gradient");
        let mut into = gradient.clone();
        let (again, of_gradient) =
            allocations(|| (self.gradient_into)(parameters, setup, &mut into));
        let (_, of_value) = allocations(|| (self.value)(parameters, setup));
        println!("{label}: {of_value} allocations for a value, {of_gradient} for a gradient");
        assert!(again.to_bits() == original.to_bits() && into == gradient, "{label}: into");
        self.compare_with_duals(label, parameters, setup, &gradient);
        if smooth {
            self.compare_with_differences(label, parameters, setup, &gradient);
        }
    }

    fn compare_with_duals(&self, label: &str, parameters: &P, setup: &S, gradient: &P::Tangent) {
        let inputs = [parameters.write(Part::Value), setup.write(Part::Value)];
        let found = floats(parameters, gradient);
        assert_eq!(found.len(), inputs[0].floats().len(), "{label}");
        let mut worst = 0.0_f64;
        for (number, (name, found)) in found.iter().enumerate() {
            let expected = (self.over_duals)(&inputs, Cursor::seeded(number, number));
            let error = (found - expected).abs() / expected.abs().max(1e-300);
            worst = worst.max(error);
            assert!(
                error <= 1e-10 || (*found == 0.0 && expected == 0.0),
                "{label}, {name}: {found:e} for {expected:e}"
            );
        }
        println!("{label}: {} slopes, relative error {worst:.1e}", found.len());
    }

    /// Central differences with one step of Richardson's extrapolation; the closest of several widths
    /// counts.
    fn compare_with_differences(
        &self,
        label: &str,
        parameters: &P,
        setup: &S,
        gradient: &P::Tangent,
    ) {
        let found = floats(parameters, gradient);
        let at = |number, step| {
            let mut moved = parameters.clone();
            moved.walk(gradient, ParameterPath::Root("parameters"), &mut Move { number, step });
            (self.original)(&moved, setup)
        };
        let largest = found.iter().map(|(_, slope)| slope.abs()).fold(0.0, f64::max);
        for (number, (name, found)) in found.iter().enumerate() {
            let difference = |step| (at(number, step) - at(number, -step)) / (2.0 * step);
            let estimates = [2e-5, 2e-6, 2e-7]
                .map(|step: f64| (4.0 * difference(step) - difference(2.0 * step)) / 3.0);
            let error = estimates.iter().map(|e| (found - e).abs()).fold(f64::INFINITY, f64::min);
            assert!(
                error <= 1e-5 * largest,
                "{label}, {name}: {found:e}, differences say {estimates:?}"
            );
        }
    }
}

fn gas_dynamics(smooth: bool, cases: [(gas::Limiter, gas::Solver, [gas::End; 2]); 3]) {
    let program: Program<gas::Experiment, gas::Setup> = program!(gas, Experiment);
    for (limiter, solver, ends) in cases {
        let (experiment, setup) = data::gas(32, limiter, solver, ends.into());
        program.check(&format!("{limiter:?} {solver:?}"), smooth, &experiment, &setup);
    }
}

#[test]
fn gas_dynamics_with_smooth_limiters() {
    use gas::{End, Limiter, Solver};
    let cases = [
        (Limiter::VanAlbada, Solver::Hllc, [End::Open, End::Open]),
        (Limiter::VanLeer, Solver::Roe, [End::Closed, End::Closed]),
        (Limiter::Minmod, Solver::Hll, [End::Piston(0.05), End::Open]),
    ];
    gas_dynamics(true, cases);
}

#[test]
fn gas_dynamics_with_kinks() {
    use gas::{End, Limiter, Solver};
    let cases = [
        (Limiter::MonotonizedCentral, Solver::Exact, [End::Open, End::Open]),
        (Limiter::Superbee, Solver::Rusanov, [End::Open, End::Closed]),
        (Limiter::Constant, Solver::Exact, [End::Open, End::Open]),
    ];
    gas_dynamics(false, cases);
}

#[test]
fn kalman_filter() {
    let program: Program<kalman::Calibration, kalman::Setup> = program!(kalman, Calibration);
    for count in [1, 17, 60] {
        let (calibration, setup) = data::kalman(count);
        program.check(&format!("{count} measurements"), true, &calibration, &setup);
    }
}

#[test]
fn bundle_adjustment() {
    use bundle::{Model, Robust};
    let program: Program<bundle::Scene, bundle::Setup> = program!(bundle, Scene);
    for (pictures, points, models, robust) in [
        (3, 8, [Model::Brown, Model::Fisheye], Robust::Cauchy(2.0)),
        (4, 6, [Model::Brown, Model::Brown], Robust::Huber(1.5)),
        (2, 9, [Model::Pinhole, Model::Fisheye], Robust::Tukey(6.0)),
        (5, 7, [Model::Fisheye, Model::Brown], Robust::GemanMcClure(3.0)),
        (3, 5, [Model::Brown, Model::Pinhole], Robust::Squared),
    ] {
        let (scene, setup) = data::bundle(pictures, points, models, robust);
        program.check(&format!("{models:?} {robust:?}"), true, &scene, &setup);
    }
}
