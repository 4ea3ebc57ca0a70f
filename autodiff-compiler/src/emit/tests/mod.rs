//! Emitted code, pretty-printed, and compiled by rustc with all warnings denied.

mod compiled;
mod gradients;
mod random;
mod samples;

use super::{Header, function};
use crate::interpret::{Datum, Real};
use crate::ir::Function;
use crate::random::Style;
use compiled::{Case, Profile, check_compiled};
use expect_test::{Expect, expect};
use random::Random;

/// The emitted function as a person would read it.
pub(super) fn emitted(ir: &Function) -> String {
    let tokens = function(ir, &Header::new(&ir.name));
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error} in\n{tokens}"),
    }
}

#[track_caller]
fn check(ir: &Function, expected: Expect) {
    ir_is_valid(ir);
    expected.assert_eq(&emitted(ir));
}

#[track_caller]
fn ir_is_valid(ir: &Function) {
    if let Err(error) = crate::ir::verify::verify(ir) {
        panic!("{error}\n{ir}");
    }
}

/// What random code leaves unused, ours does too.
const UNUSED: &str = "unused_variables, unused_assignments, unused_comparisons, unused_must_use, dead_code, \
    unconditional_panic, arithmetic_overflow";

/// Random functions with arguments, the same ones for the same seed.
fn random_cases(seed: u64, count: usize) -> Vec<Case> {
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for _ in 0..count {
        let function = random::function(&mut random);
        ir_is_valid(&function);
        let arguments = (0..6).map(|_| random::arguments(&mut random)).collect();
        cases.push(Case { function, arguments });
    }
    cases
}

#[test]
fn random_functions_compute_the_same_bits() {
    let seed = std::env::var("AUTODIFF_SEED").ok().and_then(|text| text.parse().ok());
    let cases = random_cases(seed.unwrap_or(0x9E37_79B9_7F4A_7C15), 60);
    check_compiled("random", &cases, UNUSED, "2024", Profile::Debug);
}

/// Programs of the differential tests' generator, which know more operations and kinds of memory.
fn programs(seed: u64, count: usize) -> Vec<Case> {
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for _ in 0..count {
        let length = random.below(400);
        let choices: Vec<u32> = (0..length).map(|_| random.below(1 << 32) as u32).collect();
        let program = crate::random::program(Style::WILD, &choices);
        let function = program.main().clone();
        cases.push(Case { function, arguments: vec![program.arguments] });
    }
    cases
}

#[test]
fn generated_programs_compute_the_same_bits() {
    let seed = std::env::var("AUTODIFF_SEED").ok().and_then(|text| text.parse().ok());
    let cases = programs(seed.unwrap_or(0x9E37_79B9_7F4A_7C15), 150);
    check_compiled("programs", &cases, UNUSED, "2024", Profile::Debug);
}

/// The samples under the strictest lints, in both editions.
#[test]
fn samples_compile_without_warnings() {
    let floats = |values: &[f64]| Datum::<Real>::from(values);
    let number = |value: f64| Datum::<Real>::from(value);
    let count = |value: usize| Datum::<Real>::from(value);
    let x = floats(&[1.5, 2.25, -0.5, 3.0]);
    let matrix: Vec<[f64; 4]> = vec![[1.0, 2.0, 3.0, 4.0], [0.5, 0.25, -1.0, 7.0], [9.0; 4]];
    let cases = [
        (samples::formula(), vec![vec![number(2.0), number(3.5)]]),
        (samples::literals(), vec![vec![number(2.0)]]),
        (
            samples::mean_square(),
            vec![vec![floats(&[2.0, 0.5]), x.clone(), floats(&[1.0, 0.0, 4.0])]],
        ),
        (samples::fibonacci(), vec![vec![count(0)], vec![count(7)]]),
        (samples::clipped_sum(), vec![vec![x.clone()]]),
        (samples::matrix_sum(), vec![vec![Datum::from(matrix)]]),
        (samples::first_negative(), vec![vec![x.clone()], vec![floats(&[1.0])]]),
        (samples::newton(), vec![vec![number(2.0)]]),
        (
            samples::exchange(),
            vec![vec![x.clone(), count(1), count(3)], vec![x.clone(), count(1), count(4)]],
        ),
        (samples::histogram(), vec![vec![floats(&[1.0, 3.0, 6.0, 3.5])]]),
        (
            samples::ordered_panics(),
            vec![vec![x.clone(), count(1)], vec![x.clone(), count(0)], vec![x, count(9)]],
        ),
        (samples::sorted_pair(), vec![vec![number(2.0), number(1.0)]]),
    ]
    .map(|(function, arguments)| Case { function, arguments });
    check_compiled("samples-2021", &cases, "", "2021", Profile::Release);
    check_compiled("samples-2024", &cases, "", "2024", Profile::Debug);
}

#[test]
fn a_formula() {
    check(
        &samples::formula(),
        expect![[r#"
        fn formula(x: f64, y: f64) -> f64 {
            (x - y) * (x - (y - 1.0)) / -(x / 2.0).powi(2)
        }
    "#]],
    );
}

#[test]
fn literals_tell_their_type_where_nothing_else_does() {
    check(
        &samples::literals(),
        expect![[r#"
        fn literals(x: f64) -> f64 {
            (((-2.0_f64).powi(2) + 1e-300 + ::core::f64::consts::PI - (-f64::INFINITY).max(x))
                * -2.0 + 5000000000_u64 as f64) * 0.1_f32 as f64
        }
    "#]],
    );
}

#[test]
fn a_sum() {
    check(
        &samples::mean_square(),
        expect![[r#"
        fn mean_square(w: &[f64; 2], x: &[f64], y: &[f64]) -> f64 {
            let x_len: usize = x.len();
            let n: usize = ::core::cmp::Ord::min(x_len, y.len());
            let mut sum: f64 = 0.0;
            for i in 0..n {
                let r: f64 = w[0] * x[i] + w[1] - y[i];
                sum += r * r;
            }
            sum / x_len as f64
        }
    "#]],
    );
}

#[test]
fn carried_values_that_change_places() {
    check(
        &samples::fibonacci(),
        expect![[r#"
        fn fibonacci(n: usize) -> f64 {
            let mut a: f64 = 0.0;
            let mut b: f64 = 1.0;
            for _ in 0..n {
                (a, b) = (b, a + b);
            }
            a
        }
    "#]],
    );
}

#[test]
fn branches_inside_loops() {
    check(
        &samples::clipped_sum(),
        expect![[r#"
        fn clipped_sum(x: &[f64]) -> (f64, usize) {
            let mut sum: f64 = 0.0;
            let mut count: usize = 0;
            for i in 0..x.len() {
                let x_i: f64 = x[i];
                if x_i > 0.0 {
                    sum += x_i * x_i;
                } else {
                    sum -= 1.0;
                    count += 1;
                }
            }
            (sum, count)
        }
    "#]],
    );
}

#[test]
fn nested_loops_share_the_variable() {
    check(
        &samples::matrix_sum(),
        expect![[r#"
        fn matrix_sum(m: &[[f64; 4]; 3]) -> f64 {
            let mut total: f64 = 0.0;
            for row in 0..3_usize {
                for column in ::core::iter::Iterator::rev(
                    ::core::iter::Iterator::step_by(0..4_usize, 2),
                ) {
                    total += m[row][column] * column as f64;
                }
            }
            total
        }
    "#]],
    );
}

#[test]
fn loops_that_end_early() {
    check(
        &samples::first_negative(),
        expect![[r#"
            fn first_negative(x: &[f64]) -> f64 {
                let mut exit: u32 = 0;
                let mut sum: f64 = 0.0;
                for i in 0..x.len() {
                    let x_i: f64 = x[i];
                    if x_i < 0.0 {
                        exit = 1;
                        break;
                    }
                    sum += x_i;
                }
                if exit == 0 { sum } else { -sum }
            }
        "#]],
    );
}

#[test]
fn uncounted_loops() {
    check(
        &samples::newton(),
        expect![[r#"
            fn newton(a: f64) -> f64 {
                let mut x: f64 = a;
                loop {
                    let difference: f64 = x * x - a;
                    if !(difference.abs() > 1e-12) {
                        break;
                    }
                    x -= difference / (2.0 * x);
                }
                x
            }
        "#]],
    );
}

#[test]
fn memory_is_read_before_it_changes() {
    check(
        &samples::exchange(),
        expect![[r#"
        fn exchange(x: &mut [f64], i: usize, j: usize) {
            let x_i: f64 = x[i];
            x[i] = x[j] * 2.0;
            x[j] += x_i;
            x.swap(i, j);
        }
    "#]],
    );
}

#[test]
fn local_arrays() {
    check(
        &samples::histogram(),
        expect![[r#"
        fn histogram(x: &[f64]) -> [f64; 4] {
            let mut bins: [f64; 4] = [0.0; 4];
            for i in 0..x.len() {
                let bin: usize = x[i] as usize & 3;
                bins[bin] += 1.0;
            }
            bins
        }
    "#]],
    );
}

#[test]
fn panics_keep_their_order() {
    check(
        &samples::ordered_panics(),
        expect![[r#"
        fn ordered_panics(x: &[f64], i: usize) -> f64 {
            let x_i: f64 = x[i];
            let x_1: f64 = x[i - 1];
            x_1 / x_i
        }
    "#]],
    );
}

#[test]
fn several_results() {
    check(
        &samples::sorted_pair(),
        expect![[r#"
        fn sorted_pair(a: f64, b: f64) -> f64 {
            let condition: bool = a < b;
            let (low, high): (f64, f64) = if condition { (a, b) } else { (b, a) };
            let difference: f64 = high - low;
            (if !(difference >= a) && condition { low } else { high }) * difference
        }
    "#]],
    );
}

#[test]
fn names_in_patterns_hide_nothing() {
    check(
        &samples::shadowed(),
        expect![[r#"
            fn shadowed(o: f64, b: ::core::option::Option<f64>) -> f64 {
                let o_1 = o;
                match b {
                    ::core::option::Option::Some(o) => o_1 + o,
                    ::core::option::Option::None => o_1,
                }
            }
        "#]],
    );
}
