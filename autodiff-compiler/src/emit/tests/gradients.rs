//! Emitted gradients and their documentation.

use super::compiled::{Case, Profile, check_compiled};
use super::random::Random;
use super::{UNUSED, emitted, ir_is_valid, samples};
use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::emit::documentation::formulas;
use crate::ir::Function;
use crate::random::Style;
use crate::{reverse, schedule, simplify};
use expect_test::{Expect, expect};

/// The value function and `gradient_into` after all passes.
fn passes(primal: Function) -> (Function, Function) {
    ir_is_valid(&primal);
    let mut value = primal;
    simplify::simplify(&mut value);
    let mut gradient = schedule::schedule(reverse::reverse(&value, &Activity::of(&value)));
    simplify::simplify_derivative(&mut gradient, &value);
    ir_is_valid(&gradient);
    (value, gradient)
}

#[track_caller]
fn check(primal: Function, expected: Expect) {
    let (value, gradient) = passes(primal);
    let formulas = formulas(&value, Some(&gradient)).unwrap_or_default();
    expected.assert_eq(&format!("{}\n{formulas}\n", emitted(&gradient)));
}

#[test]
fn rosenbrock() {
    check(
        samples::rosenbrock(),
        expect![[r#"
            fn rosenbrock(x: f64, y: f64, x_gradient: &mut f64, y_gradient: &mut f64) -> f64 {
                let difference: f64 = 1.0 - x;
                let difference_1: f64 = y - x.powi(2);
                let y_adjoint: f64 = 200.0 * difference_1;
                *x_gradient = -(y_adjoint * (2.0 * x)) - 2.0 * difference;
                *y_gradient = y_adjoint;
                difference.powi(2) + 100.0 * difference_1.powi(2)
            }

            ```text
            rosenbrock(x, y) = (1 - x)² + 100·(y - x²)²
            ∂/∂x = -400·(y - x²)·x - 2·(1 - x)
            ∂/∂y = 200·(y - x²)
            ```
        "#]],
    );
}

#[test]
fn formula() {
    check(
        samples::formula(),
        expect![[r#"
            fn formula(x: f64, y: f64, x_gradient: &mut f64, y_gradient: &mut f64) -> f64 {
                let difference: f64 = x - y;
                let difference_1: f64 = x - (y - 1.0);
                let quotient: f64 = x / 2.0;
                let t: f64 = -quotient.powi(2);
                let quotient_1: f64 = difference * difference_1 / t;
                let quotient_2: f64 = 1.0 / t;
                let product: f64 = quotient_2 * difference_1;
                let product_1: f64 = quotient_2 * difference;
                *x_gradient = quotient_1 / t * (2.0 * quotient) / 2.0 + product_1 + product;
                *y_gradient = -product_1 - product;
                quotient_1
            }

            ```text
            formula(x, y) = -(x - y)·(x - (y - 1))/(x/2)²
            ∂/∂x = (x - y)·(x - (y - 1))/(x/2)²/(x/2)²·(x/2) - 1/(x/2)²·(x - y) - 1/(x/2)²·(x - (y - 1))
            ∂/∂y = 1/(x/2)²·(x - y) - (-1/(x/2)²·(x - (y - 1)))
            ```
        "#]],
    );
}

#[test]
fn mean_square() {
    check(
        samples::mean_square(),
        expect![[r#"
            fn mean_square(w: &[f64; 2], x: &[f64], y: &[f64], w_gradient: &mut [f64; 2]) -> f64 {
                let x_len: usize = x.len();
                let n: usize = ::core::cmp::Ord::min(x_len, y.len());
                let x_len_f64: f64 = x_len as f64;
                let mut w_adjoint: [f64; 2] = [0.0; 2];
                let quotient: f64 = 2.0 / x_len_f64;
                let mut sum: f64 = 0.0;
                for i in 0..n {
                    let x_i: f64 = x[i];
                    let r: f64 = w[0] * x_i + w[1] - y[i];
                    sum += r * r;
                    let r_adjoint: f64 = quotient * r;
                    w_adjoint[1] += r_adjoint;
                    w_adjoint[0] += r_adjoint * x_i;
                }
                *w_gradient = w_adjoint;
                sum / x_len_f64
            }


        "#]],
    );
}

#[test]
fn logistic() {
    check(
        samples::logistic(),
        expect![[r#"
            fn logistic(w: &[f64; 3], x: &[[f64; 3]], y: &[f64], w_gradient: &mut [f64; 3]) -> f64 {
                let mut w_adjoint: [f64; 3] = [0.0; 3];
                let mut loss: f64 = 0.0;
                for i in 0..::core::cmp::Ord::min(x.len(), y.len()) {
                    let mut z: f64 = 0.0;
                    for j in 0..3_usize {
                        z += w[j] * x[i][j];
                    }
                    let y_i: f64 = y[i];
                    let exp: f64 = (-(y_i * z)).exp();
                    loss += exp.ln_1p();
                    let t: f64 = -(exp / (exp + 1.0) * y_i);
                    for j in 0..3_usize {
                        w_adjoint[j] += t * x[i][j];
                    }
                }
                *w_gradient = w_adjoint;
                loss
            }


        "#]],
    );
}

/// Gradients of generated programs: compiled, they compute what the interpreter says of them.
#[test]
fn generated_gradients_compute_the_same_bits() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut cases = Vec::new();
    while cases.len() < 60 {
        let choices: Vec<u32> = (0..300).map(|_| random.below(1 << 32) as u32).collect();
        let style = if cases.len() % 2 == 0 { Style::REDUCTIONS } else { Style::TAME };
        let program = crate::random::program(style, &choices);
        let (mut function, mut arguments) = (program.main().clone(), program.arguments);
        simplify::simplify(&mut function);
        let activity = Activity::of(&function);
        let mut diagnostics = Diagnostics::new();
        reverse::support::check(&function, &activity, &mut diagnostics);
        let active = function.parameters.iter().map(|parameter| parameter.active);
        let buffers: Vec<_> = arguments
            .iter()
            .zip(active)
            .filter(|(_, active)| *active)
            .map(|(argument, _)| argument.zeros_like())
            .collect();
        if !diagnostics.is_empty() || buffers.is_empty() {
            continue;
        }
        arguments.extend(buffers);
        let (_, gradient) = passes(function);
        cases.push(Case { function: gradient, arguments: vec![arguments] });
    }
    check_compiled("gradients", &cases, UNUSED, "2024", Profile::Release);
}
