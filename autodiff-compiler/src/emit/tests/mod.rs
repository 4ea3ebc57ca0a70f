//! Emitted code, pretty-printed, and compiled by rustc with all warnings denied.

mod samples;

use super::{Header, function};
use crate::ir::Function;
use expect_test::{Expect, expect};

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
            let mut carried: u32 = 0;
            let mut sum: f64 = 0.0;
            for i in 0..x.len() {
                let x_i: f64 = x[i];
                if x_i < 0.0 {
                    carried = 1;
                } else {
                    sum += x_i;
                    carried = 0;
                }
                if carried != 0 {
                    break;
                }
            }
            if carried == 0 { sum } else { -sum }
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
            let mut carried: u32 = 0;
            let mut x: f64 = a;
            loop {
                let difference: f64 = x * x - a;
                if difference.abs() > 1e-12 {
                    x -= difference / (2.0 * x);
                    carried = 0;
                } else {
                    carried = 1;
                }
                if carried != 0 {
                    break;
                }
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
