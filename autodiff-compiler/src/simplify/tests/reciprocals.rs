//! Divisions that become products.

use crate::simplify::{ValueIn, simplify, simplify_second};
use crate::verification::source::lowered_alone;
use expect_test::{Expect, expect};

/// Simplifies as if all that is returned were derivatives, or all but the first part of a tuple.
fn check(source: &str, kept: ValueIn, expected: Expect) {
    let mut function = lowered_alone(source);
    simplify(&mut function);
    let primal = function.clone();
    simplify_second(&mut function, &primal, kept);
    expected.assert_eq(&format!("{function}\n"));
}

#[test]
fn three_divisions_by_one_value_share_its_reciprocal() {
    check(
        "fn f(x: f64, y: f64, z: f64) -> (f64, f64, f64, f64) { (x / z, y / z, y * y / z, z / x) }",
        ValueIn::Nothing,
        expect![[r#"
            fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> (f64, f64, f64, f64) {
                %9 = 1.0_f64
                %8 = div %9, %z.2
                %3 = mul %x.0, %8
                %4 = mul %y.1, %8
                %5 = mul %y.1, %y.1
                %6 = mul %5, %8
                %7 = div %z.2, %x.0
                return (%3, %4, %6, %7)
            }

        "#]],
    );
}

#[test]
fn two_divisions_stay() {
    check(
        "fn f(x: f64, y: f64, z: f64) -> (f64, f64) { (x / z, y / z) }",
        ValueIn::Nothing,
        expect![[r#"
            fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> (f64, f64) {
                %3 = div %x.0, %z.2
                %4 = div %y.1, %z.2
                return (%3, %4)
            }

        "#]],
    );
}

#[test]
fn the_value_keeps_its_bits() {
    check(
        "fn f(x: f64, y: f64, z: f64) -> (f64, f64, f64, f64) { (x / z, y / z, y * x / z, 2.0 / z) }",
        ValueIn::First,
        expect![[r#"
            fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> (f64, f64, f64, f64) {
                %3 = div %x.0, %z.2
                %10 = 1.0_f64
                %9 = div %10, %z.2
                %4 = mul %y.1, %9
                %5 = mul %y.1, %x.0
                %6 = mul %5, %9
                %7 = 2.0_f64
                %8 = mul %7, %9
                return (%3, %4, %6, %8)
            }

        "#]],
    );
}

#[test]
fn a_reciprocal_that_is_wanted_is_the_one() {
    check(
        "fn f(x: f64, y: f64, z: f64) -> (f64, f64, f64) { (x / z, y / z, 1.0 / z) }",
        ValueIn::Nothing,
        expect![[r#"
            fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> (f64, f64, f64) {
                %7 = 1.0_f64
                %6 = div %7, %z.2
                %3 = mul %x.0, %6
                %4 = mul %y.1, %6
                %5 = 1.0_f64
                return (%3, %4, %6)
            }

        "#]],
    );
}

#[test]
fn what_is_known_outside_of_a_loop_is_used_inside() {
    check(
        "fn f(x: f64, z: f64, n: usize) -> (f64, f64, f64, f64) {
             let (a, b, c) = (x / z, (x + 1.0) / z, x * x / z);
             let mut s = x;
             for i in 0..n { s = s * s / z; }
             (a, b, c, s)
         }",
        ValueIn::Nothing,
        expect![[r#"
            fn f(active %x.0: f64, active %z.1: f64, %n.2: usize) -> (f64, f64, f64, f64) {
                %16 = 1.0_f64
                %15 = div %16, %z.1
                %a.3 = mul %x.0, %15
                %4 = 1.0_f64
                %5 = add %x.0, %4
                %b.6 = mul %5, %15
                %7 = mul %x.0, %x.0
                %c.8 = mul %7, %15
                %9 = 0_usize
                %s.14 = for %i.10: usize in %9..%n.2 (%s.11: f64 = %x.0) {
                    %12 = mul %s.11, %s.11
                    %s.13 = mul %12, %15
                    yield %s.13
                }
                return (%a.3, %b.6, %c.8, %s.14)
            }

        "#]],
    );
}

#[test]
fn the_reciprocal_that_the_value_needs_is_used() {
    check(
        "fn f(x: f64, z: f64) -> (f64, f64, f64) { (1.0 / z, x / z, x * x / z) }",
        ValueIn::First,
        expect![[r#"
            fn f(active %x.0: f64, active %z.1: f64) -> (f64, f64, f64) {
                %2 = 1.0_f64
                %3 = div %2, %z.1
                %4 = mul %x.0, %3
                %5 = mul %x.0, %x.0
                %6 = mul %5, %3
                return (%3, %4, %6)
            }

        "#]],
    );
}

#[test]
fn the_reciprocal_that_the_value_needs_comes_first() {
    check(
        "fn f(x: f64, z: f64) -> (f64, f64, f64) {
             let (a, b) = (x / z, x * x / z);
             (1.0 / z, a, b)
         }",
        ValueIn::First,
        expect![[r#"
            fn f(active %x.0: f64, active %z.1: f64) -> (f64, f64, f64) {
                %7 = 1.0_f64
                %6 = div %7, %z.1
                %a.2 = mul %x.0, %6
                %3 = mul %x.0, %x.0
                %b.4 = mul %3, %6
                %5 = 1.0_f64
                return (%6, %a.2, %b.4)
            }

        "#]],
    );
}

/// No reciprocal is made for them: two roundings in place of one have to be worth it.
#[test]
fn gradients_use_what_the_value_needs() {
    use crate::activity::Activity;
    use crate::simplify::simplify_derivative;
    use crate::{reverse, schedule};
    let source = "fn f(x: f64, z: f64) -> f64 { 1.0 / z.sqrt() + x / z }";
    let mut primal = lowered_alone(source);
    simplify(&mut primal);
    let reversed = reverse::reverse_with(&primal, &Activity::of(&primal), Default::default());
    let mut gradient = schedule::schedule(reversed);
    simplify_derivative(&mut gradient, &primal);
    expect![[r#"
        fn f(active %x.0: f64, active %z.1: f64, @x_gradient: &mut f64, @z_gradient: &mut f64) -> f64 {
            %2 = 1.0_f64
            %3 = sqrt %z.1
            %4 = div %2, %3
            %5 = div %x.0, %z.1
            %6 = add %4, %5
            %x_adjoint.8 = div %2, %z.1
            %9 = div %5, %z.1
            %12 = mul %4, %4
            %21 = -0.5_f64
            %16 = mul %21, %12
            %17 = mul %16, %4
            %z_adjoint.18 = sub %17, %9
            store @x_gradient, %x_adjoint.8
            store @z_gradient, %z_adjoint.18
            return %6
        }

    "#]].assert_eq(&format!("{gradient}\n"));
}
