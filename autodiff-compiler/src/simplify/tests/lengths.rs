//! What is known of lengths, and what is not.

use crate::ir::verify::verify;
use crate::simplify::simplify;
use crate::verification::source::lowered_alone;
use expect_test::{Expect, expect};

fn check(source: &str, expected: Expect) {
    let mut function = lowered_alone(source);
    simplify(&mut function);
    verify(&function).unwrap();
    expected.assert_eq(&format!("{function}\n"));
}

#[test]
fn rows_are_as_long_as_their_bounds_are_apart() {
    check(
        "fn f(m: &[f64], x: &[f64], d: usize) -> f64 {
            let mut sum = 0.0;
            for (i, x) in x.iter().enumerate() {
                let row = &m[i * d..(i + 1) * d];
                for j in 0..d { sum += row[j] * x; }
                let part = &row[2..5];
                for j in 0..part.len() { sum *= part[j]; }
            }
            sum
        }",
        expect![[r#"
            fn f(active @m: &[f64], active @x: &[f64], %d.0: usize) -> f64 {
                %sum.1 = 0.0_f64
                %2 = length @x
                %3 = 0_usize
                %sum.29 = for %i.4: usize in %3..%2 (%sum.5: f64 = %sum.1) {
                    %x.6: f64 = load @x[%i.4]!
                    %7 = imul %i.4, %d.0
                    %8 = 1_usize
                    %9 = iadd %i.4, %8
                    %10 = imul %9, %d.0
                    %11 = length @m[%7..%10]
                    %sum.18 = for %j.13: usize in %3..%d.0 (%sum.14: f64 = %sum.5) {
                        %15: f64 = load @m[%7..%10]![%j.13]!
                        %16 = mul %15, %x.6
                        %sum.17 = add %sum.14, %16
                        yield %sum.17
                    }
                    %19 = 2_usize
                    %20 = 5_usize
                    %30 = 3_usize
                    %21 = length @m[%7..%10]![%19..%20]
                    %sum.28 = for %j.24: usize in %3..%30 (%sum.25: f64 = %sum.18) {
                        %26: f64 = load @m[%7..%10]![%19..%20]![%j.24]!
                        %sum.27 = mul %sum.25, %26
                        yield %sum.27
                    }
                    yield %sum.28
                }
                return %sum.29
            }

        "#]],
    );
}

#[test]
fn a_list_is_as_long_as_it_was_made_unless_it_changes() {
    check(
        "fn f(x: f64, n: usize, k: usize) -> f64 {
            let mut kept = vec![x; n];
            let mut grown = vec![x; n];
            for i in 0..n { kept[i] = x * x; grown.push(kept[i]); }
            let mut sum = 0.0;
            for i in 0..n { sum += kept[i]; }
            for i in 0..n { sum += grown[i]; }
            sum + kept.len() as f64 + grown.len() as f64
        }",
        expect![[r#"
            fn f(active %x.0: f64, %n.1: usize, %k.2: usize) -> f64 {
                define @kept: Vec<f64> = vec[%x.0; %n.1]
                define @grown: Vec<f64> = vec[%x.0; %n.1]
                %3 = 0_usize
                %5 = mul %x.0, %x.0
                for %i.4: usize in %3..%n.1 {
                    store @kept[%i.4]!, %5
                    push @grown, %5
                }
                %sum.7 = 0.0_f64
                %sum.13 = for %i.9: usize in %3..%n.1 (%sum.10: f64 = %sum.7) {
                    %11: f64 = load @kept[%i.9]!
                    %sum.12 = add %sum.10, %11
                    yield %sum.12
                }
                %sum.19 = for %i.15: usize in %3..%n.1 (%sum.16: f64 = %sum.13) {
                    %17: f64 = load @grown[%i.15]
                    %sum.18 = add %sum.16, %17
                    yield %sum.18
                }
                %21: f64 = cast %n.1
                %22 = add %sum.19, %21
                %23 = length @grown
                %24: f64 = cast %23
                %25 = add %22, %24
                return %25
            }

        "#]],
    );
}

#[test]
fn a_loop_that_ends_elsewhere_proves_nothing() {
    check(
        "fn f(x: &[f64], y: &[f64], n: usize) -> f64 {
            let mut sum = 0.0;
            for i in 0..=x.len() { if i < n { sum += x[i]; } }
            for i in 0..x.len() { sum += y[i] + x[i]; }
            sum
        }",
        expect![[r#"
            fn f(active @x: &[f64], active @y: &[f64], %n.0: usize) -> f64 {
                %sum.1 = 0.0_f64
                %2 = 0_usize
                %3 = length @x
                %sum.10 = for %i.4: usize in %2..=%3 (%sum.5: f64 = %sum.1) {
                    %6 = lt %i.4, %n.0
                    %sum.9: f64 = if %6 {
                        %7: f64 = load @x[%i.4]
                        %sum.8 = add %sum.5, %7
                        yield %sum.8
                    } else {
                        yield %sum.5
                    }
                    yield %sum.9
                }
                %sum.19 = for %i.13: usize in %2..%3 (%sum.14: f64 = %sum.10) {
                    %15: f64 = load @y[%i.13]
                    %16: f64 = load @x[%i.13]!
                    %17 = add %15, %16
                    %sum.18 = add %sum.14, %17
                    yield %sum.18
                }
                return %sum.19
            }

        "#]],
    );
}
