//! What forward mode makes, as IR. That it is right is for [`crate::verification`], which runs it beside
//! every other derivative.

use super::forward;
use crate::activity::Activity;
use crate::reverse::split::with_active_outputs;
use crate::simplify::{simplify, simplify_derivative};
use crate::verification::source::lowered_alone;
use expect_test::{Expect, expect};

fn check(source: &str, expected: Expect) {
    let mut primal = with_active_outputs(&lowered_alone(source));
    simplify(&mut primal);
    let made = forward(&primal, &Activity::of(&primal));
    assert!(made.refusals.is_empty(), "{:?}", made.refusals);
    let mut function = made.function;
    simplify_derivative(&mut function, &primal);
    expected.assert_eq(&format!("{function}\n"));
}

#[test]
fn tangents_stand_beside_their_values() {
    check(
        "fn f(x: f64, y: f64) -> f64 { let z = x * y; z.sin() }",
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64, %x_tangent.4: f64, %y_tangent.5: f64) -> (f64, f64) {
            %z.2 = mul %x.0, %y.1
            %6 = mul %x_tangent.4, %y.1
            %7 = mul %y_tangent.5, %x.0
            %z_tangent.8 = add %6, %7
            %3 = sin %z.2
            %9 = cos %z.2
            %10 = mul %z_tangent.8, %9
            return (%3, %10)
        }

    "#]],
    );
}

#[test]
fn loops_carry_tangents_and_memory_has_them() {
    check(
        "fn f(a: &mut [f64], x: f64) {
             let mut s = x;
             for i in 0..a.len() { s = s * a[i]; a[i] = s; }
         }",
        expect![[r#"
            fn f(active @a: &mut [f64], active %x.0: f64, @a_tangent: &mut [f64], %x_tangent.8: f64) -> () {
                %1 = 0_usize
                %2 = length @a
                %s.7, %s_tangent.14 = for %i.3: usize in %1..%2 (%s.4: f64 = %x.0, %s_tangent.9: f64 = %x_tangent.8) {
                    %5: f64 = load @a[%i.3]!
                    %10: f64 = load @a_tangent[%i.3]!
                    %s.6 = mul %s.4, %5
                    %11 = mul %s_tangent.9, %5
                    %12 = mul %10, %s.4
                    %s_tangent.13 = add %11, %12
                    store @a[%i.3]!, %s.6
                    store @a_tangent[%i.3]!, %s_tangent.13
                    yield %s.6, %s_tangent.13
                }
                return ()
            }

        "#]],
    );
}

#[test]
fn what_does_not_vary_has_zeros() {
    check(
        "fn f(a: &[f64], c: bool, x: f64) -> (f64, usize) {
             let mut v = vec![1.0; 3];
             if c { v.push(x); } else { v.extend_from_slice(&[2.0]); }
             (v[3], v.len() + a.len())
         }",
        expect![[r#"
            fn f(active @a: &[f64], %c.0: bool, active %x.1: f64, @a_tangent: &[f64], %x_tangent.10: f64) -> ((f64, usize), (f64, ())) {
                %2 = 1.0_f64
                %3 = 3_usize
                %11 = 0.0_f64
                define @v_tangent: Vec<f64> = vec[%11; %3]
                define @v: Vec<f64> = vec[%2; %3]
                if %c.0 {
                    push @v_tangent, %x_tangent.10
                    push @v, %x.1
                } else {
                    %4 = 2.0_f64
                    define @value: [f64; 1] = [%4]
                    %14 = 4_usize
                    resize @v_tangent, %14, %11
                    extend @v, @value
                }
                %6: f64 = load @v[%3]
                %16: f64 = load @v_tangent[%3]
                %7 = length @v
                %8 = length @a
                %9 = iadd %7, %8
                return ((%6, %9), (%16, ()))
            }

        "#]],
    );
}

/// The emitted Jacobian of a function.
fn jacobian(function: proc_macro2::TokenStream) -> String {
    let emitted = crate::expand::differentiate(quote::quote!(jacobian), function);
    let file: syn::File = syn::parse2(emitted).expect("items");
    let text = prettyplease::unparse(&file);
    let start = text.find("fn jacobian").expect("a Jacobian");
    let end = text.find("\nconst _").unwrap_or(text.len());
    text[start..end].to_string()
}

#[test]
fn what_directions_have_in_common_is_calculated_once() {
    let text = jacobian(quote::quote! {
        fn f(x: &[f64; 4]) -> [f64; 1] {
            let sum = x[0] * x[1] + x[2] * x[3];
            let other = sum * x[1];
            [(1.0 + 3.0 * other + other * other * 0.5).exp().sin()]
        }
    });
    // The slope of everything after `other` stands once.
    expect![[r#"
        fn jacobian(x: &[f64; 4]) -> [[f64; 4]; 1] {
                let sum_tangent: f64 = x[1];
                let product: f64 = x[0] * sum_tangent;
                let sum_tangent_1: f64 = x[2];
                let sum_tangent_2: f64 = x[3];
                let sum: f64 = product + sum_tangent_1 * sum_tangent_2;
                let other: f64 = sum * sum_tangent;
                let other_tangent: f64 = sum_tangent * sum_tangent;
                let other_tangent_1: f64 = product + sum;
                let other_tangent_2: f64 = sum_tangent_2 * sum_tangent;
                let other_tangent_3: f64 = sum_tangent_1 * sum_tangent;
                let exp: f64 = (1.0 + 3.0 * other + other * other * 0.5).exp();
                let product_1: f64 = (3.0 + other) * exp * exp.cos();
                [
                    [
                        other_tangent * product_1,
                        other_tangent_1 * product_1,
                        other_tangent_2 * product_1,
                        other_tangent_3 * product_1,
                    ],
                ]
            }
        }"#]]
    .assert_eq(&text);
}

#[test]
fn choices_are_no_part_of_a_formula() {
    let text = jacobian(quote::quote! {
        fn f(x: &[f64; 4]) -> [f64; 1] {
            let root = x[0].sqrt();
            [(2.0 * (x[1] * x[2] * x[3]).max(root)).exp()]
        }
    });
    // A tangent of the side that was not taken is not multiplied, were it infinite.
    expect![[r#"
        fn jacobian(x: &[f64; 4]) -> [[f64; 4]; 1] {
                let root: f64 = x[0].sqrt();
                let root_tangent: f64 = 0.5 / root;
                let x_1: f64 = x[1];
                let x_2: f64 = x[2];
                let product: f64 = x_1 * x_2;
                let x_3: f64 = x[3];
                let max: f64 = (product * x_3).max(root);
                let condition: bool = max != root;
                let product_1: f64 = 2.0 * (2.0 * max).exp();
                [
                    [
                        if condition { 0.0 } else { root_tangent * product_1 },
                        if condition { x_2 * x_3 * product_1 } else { 0.0 },
                        if condition { x_1 * x_3 * product_1 } else { 0.0 },
                        if condition { product * product_1 } else { 0.0 },
                    ],
                ]
            }
        }"#]]
    .assert_eq(&text);
}
