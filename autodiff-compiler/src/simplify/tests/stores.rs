//! Stores that nobody sees.

use crate::activity::Activity;
use crate::ir::Function;
use crate::ir::verify::verify;
use crate::simplify::{simplify, simplify_derivative};
use crate::verification::source::lowered_alone;
use crate::{reverse, schedule};
use expect_test::{Expect, expect};

fn simplified(source: &str) -> Function {
    let mut function = lowered_alone(source);
    simplify(&mut function);
    function
}

fn check(source: &str, expected: Expect) {
    let function = simplified(source);
    verify(&function).unwrap();
    expected.assert_eq(&format!("{function}\n"));
}

fn check_gradient(source: &str, expected: Expect) {
    let primal = simplified(source);
    let activity = Activity::of(&primal);
    let mut gradient = schedule::schedule(reverse::reverse(&primal, &activity));
    simplify_derivative(&mut gradient, &primal);
    verify(&gradient).unwrap();
    expected.assert_eq(&format!("{gradient}\n"));
}

#[test]
fn what_is_added_to_keeps_its_adjoint() {
    check_gradient(
        "fn f(x: f64, n: usize) -> f64 {
            let mut v = vec![x; n];
            for i in 0..n { v[i] += x * x; }
            v[0]
        }",
        expect![[r#"
            fn f(active %x.0: f64, %n.1: usize, @x_gradient: &mut f64) -> f64 {
                define @v: Vec<f64> = vec[%x.0; %n.1]
                %2 = 0_usize
                %4 = mul %x.0, %x.0
                for %i.3: usize in %2..%n.1 {
                    %5: f64 = load @v[%i.3]!
                    %6 = add %5, %4
                    store @v[%i.3]!, %6
                }
                %8: f64 = load @v[%2]
                %10 = 0.0_f64
                define @v_adjoint: Vec<f64> = vec[%10; %n.1]
                %11 = 1.0_f64
                add_to @v_adjoint[%2]!, %11
                %19 = for %i.12: usize in %2..%n.1 rev (%16: f64 = %10) {
                    %13: f64 = load @v_adjoint[%i.12]!
                    %17 = add %16, %13
                    yield %17
                }
                %33 = 2.0_f64
                %34 = mul %33, %19
                %22 = mul %34, %x.0
                %30 = for %25: usize in %2..%n.1 (%x_adjoint.27: f64 = %10) {
                    %26: f64 = load @v_adjoint[%25]!
                    %28 = add %x_adjoint.27, %26
                    yield %28
                }
                %x_adjoint.31 = add %22, %30
                store @x_gradient, %x_adjoint.31
                return %8
            }

        "#]],
    );
}

#[test]
fn what_is_read_before_it_is_overwritten_stays() {
    check(
        "fn f(x: f64, n: usize, k: usize) -> f64 {
            let mut v = vec![x; n];
            let mut seen = 0.0;
            for i in 0..n { v[i] = 1.0; v[i] = x + 1.0; }
            for i in 0..n { v[i] = x; seen += v[k]; v[i] = x * x; }
            for i in 0..n { v[i] = x; if seen > 3.0 { seen += v[k]; } v[i] = x * x; }
            seen * v[k]
        }",
        expect![[r#"
            fn f(active %x.0: f64, %n.1: usize, %k.2: usize) -> f64 {
                define @v: Vec<f64> = vec[%x.0; %n.1]
                %seen.3 = 0.0_f64
                %4 = 0_usize
                %7 = 1.0_f64
                %9 = add %x.0, %7
                for %i.5: usize in %4..%n.1 {
                    store @v[%i.5]!, %9
                }
                %15 = mul %x.0, %x.0
                %seen.16 = for %i.11: usize in %4..%n.1 (%seen.12: f64 = %seen.3) {
                    store @v[%i.11]!, %x.0
                    %13: f64 = load @v[%k.2]
                    %seen.14 = add %seen.12, %13
                    store @v[%i.11]!, %15
                    yield %seen.14
                }
                %seen.26 = for %i.18: usize in %4..%n.1 (%seen.19: f64 = %seen.16) {
                    store @v[%i.18]!, %x.0
                    %20 = 3.0_f64
                    %21 = gt %seen.19, %20
                    %seen.24: f64 = if %21 {
                        %22: f64 = load @v[%k.2]
                        %seen.23 = add %seen.19, %22
                        yield %seen.23
                    } else {
                        yield %seen.19
                    }
                    store @v[%i.18]!, %15
                    yield %seen.24
                }
                %27: f64 = load @v[%k.2]
                %28 = mul %seen.26, %27
                return %28
            }

        "#]],
    );
}

#[test]
fn what_is_read_or_may_panic_stays() {
    check(
        "fn f(v: &mut [f64], x: f64, k: usize) -> f64 {
            let mut own = [x; 20];
            own[3] = 1.0;
            own[3] = x + 2.0;
            let mut seen = 0.0;
            for i in 0..20 { own[i] = x; if x > 3.0 { seen += own[k]; } own[i] = x * x; }
            own[k] = 1.0;
            own[k] = x;
            v[k] = 1.0;
            v[k] = x;
            own[k] * seen
        }",
        expect![[r#"
            fn f(active @v: &mut [f64], active %x.0: f64, %k.1: usize) -> f64 {
                define @own: [f64; 20] = [%x.0; 20]
                %2 = 1.0_f64
                %3 = 3_usize
                %4 = 2.0_f64
                %5 = add %x.0, %4
                store @own[%3]!, %5
                %seen.7 = 0.0_f64
                %8 = 0_usize
                %9 = 20_usize
                %12 = 3.0_f64
                %13 = gt %x.0, %12
                %17 = mul %x.0, %x.0
                %seen.18 = for %i.10: usize in %8..%9 (%seen.11: f64 = %seen.7) {
                    store @own[%i.10], %x.0
                    %seen.16: f64 = if %13 {
                        %14: f64 = load @own[%k.1]
                        %seen.15 = add %seen.11, %14
                        yield %seen.15
                    } else {
                        yield %seen.11
                    }
                    store @own[%i.10], %17
                    yield %seen.16
                }
                store @own[%k.1], %2
                store @own[%k.1], %x.0
                store @v[%k.1], %2
                store @v[%k.1], %x.0
                %22 = mul %x.0, %seen.18
                return %22
            }

        "#]],
    );
}
