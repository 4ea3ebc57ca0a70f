//! What edge pushing makes, as IR, and of what it makes nothing. That it is right is for
//! [`crate::verification`], which compares it with the Hessian-vector product in exact arithmetic.

use super::{LONGEST_AT_ONCE, cheaper, cost, edge_pushing};
use crate::ir::Function;
use crate::simplify::{ValueIn, simplify, simplify_second};
use crate::types::FloatType;
use crate::verification::source::lowered_alone;
use expect_test::{Expect, expect};

fn primal(source: &str) -> Function {
    let mut primal = lowered_alone(source);
    simplify(&mut primal);
    primal
}

fn pushed(primal: &Function, longest: u64) -> Option<Function> {
    let made = edge_pushing::hessian(primal, &FloatType::F64, false, longest)?;
    assert!(made.refusals.is_empty(), "{:?}", made.refusals);
    let mut function = made.function;
    simplify_second(&mut function, primal, ValueIn::Nothing);
    Some(function)
}

fn check(source: &str, expected: Expect) {
    let function = pushed(&primal(source), LONGEST_AT_ONCE).expect("a straight line");
    expected.assert_eq(&format!("{function}\n"));
}

#[test]
fn few_values_interact() {
    // The second derivatives of the sine go through one value to all three parameters.
    check(
        "fn f(x: f64, y: f64, z: f64) -> f64 { (x + 2.0 * y + 3.0 * z).sin() }",
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> [[f64; 3]; 3] {
            %3 = 2.0_f64
            %4 = mul %3, %y.1
            %5 = add %x.0, %4
            %6 = 3.0_f64
            %7 = mul %6, %z.2
            %8 = add %5, %7
            %9 = sin %8
            %18 = neg %9
            %41 = -3.0_f64
            %22 = mul %41, %9
            %46 = -9.0_f64
            %24 = mul %46, %9
            %48 = -2.0_f64
            %30 = mul %48, %9
            %51 = -6.0_f64
            %31 = mul %51, %9
            %56 = -4.0_f64
            %33 = mul %56, %9
            return [[%18, %30, %22], [%30, %33, %31], [%22, %31, %24]]
        }

    "#]],
    );
}

#[test]
fn one_value_in_two_places_and_read_twice() {
    check(
        "fn f(a: &[f64; 2]) -> f64 { let u = a[0] * a[1]; u * u + a[0] * a[0] }",
        expect![[r#"
        fn f(active @a: &[f64; 2]) -> [[f64; 2]; 2] {
            %0 = 0_usize
            %1: f64 = load @a[%0]!
            %2 = 1_usize
            %3: f64 = load @a[%2]!
            %u.4 = mul %1, %3
            %54 = 2.0_f64
            %17 = mul %54, %1
            %u_adjoint.27 = mul %54, %u.4
            %35 = mul %54, %3
            %37 = mul %35, %3
            %38 = mul %35, %1
            %39 = add %54, %37
            %41 = mul %17, %1
            %47 = add %38, %u_adjoint.27
            return [[%39, %47], [%47, %41]]
        }

    "#]],
    );
}

#[test]
fn loops_branches_and_memory_are_for_tangents() {
    for source in [
        "fn f(x: f64, n: usize) -> f64 { let mut s = x; for _ in 0..n { s = s * x; } s }",
        "fn f(x: f64) -> f64 { if x > 1.0 { x.ln() } else { x * x } }",
        "fn f(a: &mut [f64; 2]) -> f64 { a[0] * a[1] }",
        "fn f(a: &[f64; 2], i: usize) -> f64 { a[i] * a[1] }",
        "fn f(a: &[f64; 2]) -> f64 { a[2] * a[1] }",
        "fn f(a: &[[f64; 2]; 2]) -> f64 { a[0][2] * a[1][1] }",
        "fn f(x: f64) -> f64 { f64::from((x as f32).sin()) }",
    ] {
        assert!(pushed(&primal(source), LONGEST_AT_ONCE).is_none(), "{source}");
    }
}

#[test]
fn what_becomes_too_long_is_not_made() {
    let primal = primal("fn f(x: f64, y: f64) -> f64 { (x * y).sin() * (x - y).exp() }");
    assert!(pushed(&primal, 5).is_none());
    assert!(pushed(&primal, 200).is_some());
}

#[test]
fn the_cheaper_one_is_taken() {
    let products = primal("fn f(x: f64, y: f64) -> f64 { x * y * x * y }");
    let quotients = primal("fn f(x: f64, y: f64) -> f64 { x / y }");
    assert!(cost(&products) < cost(&quotients));
    let text = products.to_string();
    assert_eq!(cheaper(products.clone(), quotients.clone()).to_string(), text);
    assert_eq!(cheaper(quotients, products).to_string(), text);
}
