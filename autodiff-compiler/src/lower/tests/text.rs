//! IR as text, for the forms that other passes rely on.

use super::compile;
use expect_test::{Expect, expect};

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&compile(source).to_string());
}

#[test]
fn straight_line_code() {
    check(
        "fn f(x: f64, y: f64) -> f64 { let a = x * y; let b = a.sin(); b + a }",
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64) -> f64 {
            %a.2 = mul %x.0, %y.1
            %b.3 = sin %a.2
            %4 = add %b.3, %a.2
            return %4
        }
    "#]],
    );
}

#[test]
fn a_sum_over_zipped_slices_is_one_loop() {
    check(
        "fn f(w: &[f64; 2], x: &[f64], y: &[f64]) -> f64 {
            x.iter().zip(y).map(|(x, y)| (w[0] * x + w[1] - y).powi(2)).sum::<f64>() / x.len() as f64
        }",
        expect![[r#"
            fn f(active @w: &[f64; 2], active @x: &[f64], active @y: &[f64]) -> f64 {
                %0 = length @x
                %1 = length @y
                %sum.2 = -0.0_f64
                %3 = imin %0, %1
                %4 = 0_usize
                %sum.19 = for %i.5: usize in %4..%3 (%sum.6: f64 = %sum.2) {
                    %x.7: f64 = load @x[%i.5]!
                    %y.8: f64 = load @y[%i.5]!
                    %9 = 0_usize
                    %10: f64 = load @w[%9]
                    %11 = mul %10, %x.7
                    %12 = 1_usize
                    %13: f64 = load @w[%12]
                    %14 = add %11, %13
                    %15 = sub %14, %y.8
                    %16 = 2_i32
                    %17 = powi %15, %16
                    %sum.18 = add %sum.6, %17
                    yield %sum.18
                }
                %20 = length @x
                %21: f64 = cast %20
                %22 = div %sum.19, %21
                return %22
            }
        "#]],
    );
}

#[test]
fn a_counted_loop_carries_what_it_changes() {
    check(
        "fn f(a: f64, n: usize) -> f64 {
            let mut s = 0.0; let mut unused = 1.0;
            for i in 0..n { s += a * i as f64; }
            s + unused
        }",
        expect![[r#"
            fn f(active %a.0: f64, active %n.1: usize) -> f64 {
                %s.2 = 0.0_f64
                %unused.3 = 1.0_f64
                %4 = 0_usize
                %s.11 = for %i.5: usize in %4..%n.1 (%s.6: f64 = %s.2) {
                    %8: f64 = cast %i.5
                    %9 = mul %a.0, %8
                    %s.10 = add %s.6, %9
                    yield %s.10
                }
                %12 = add %s.11, %unused.3
                return %12
            }
        "#]],
    );
}

#[test]
fn early_exits() {
    check(
        "fn f(x: &[f64], limit: f64) -> f64 {
            if x.is_empty() { return 0.0; }
            let mut s = 0.0;
            for v in x {
                if *v < 0.0 { continue; }
                s += v;
                if s > limit { break; }
            }
            s
        }",
        expect![[r#"
            fn f(active @x: &[f64], active %limit.0: f64) -> f64 {
                %1 = undefined_f64
                %2 = length @x
                %3 = 0_usize
                %4 = eq %2, %3
                %27: f64 = if %4 {
                    %5 = 0.0_f64
                    yield %5
                } else {
                    %s.6 = 0.0_f64
                    %7 = length @x
                    %8 = 0_usize
                    %24 = 0_u32
                    %exit.25, %s.26 = for %i.9: usize in %8..%7 exits (%exit.23: u32 = %24, %s.10: f64 = %s.6) {
                        %v.12: f64 = load @x[%i.9]!
                        %13 = 0.0_f64
                        %14 = lt %v.12, %13
                        %21: u32, %s.22: f64 = if %14 {
                            %20 = 0_u32
                            yield %20, %s.10
                        } else {
                            %s.15 = add %s.10, %v.12
                            %16 = gt %s.15, %limit.0
                            %19: u32 = if %16 {
                                %17 = 2_u32
                                yield %17
                            } else {
                                %18 = 0_u32
                                yield %18
                            }
                            yield %19, %s.15
                        }
                        yield %21, %s.22
                    }
                    yield %s.26
                }
                return %27
            }
        "#]],
    );
}

#[test]
fn a_while_loop() {
    check(
        "fn f(x: f64) -> f64 { let mut y = x; while y > 1.0 { y /= 2.0; } y }",
        expect![[r#"
        fn f(active %x.0: f64) -> f64 {
            %11 = 0_u32
            %exit.12, %y.13 = loop (%exit.10: u32 = %11, %y.1: f64 = %x.0) {
                %2 = 1.0_f64
                %3 = gt %y.1, %2
                %8: u32, %y.9: f64 = if %3 {
                    %4 = 2.0_f64
                    %y.5 = div %y.1, %4
                    %6 = 0_u32
                    yield %6, %y.5
                } else {
                    %7 = 1_u32
                    yield %7, %y.1
                }
                yield %8, %y.9
            }
            return %y.13
        }
    "#]],
    );
}

#[test]
fn what_may_fail_gives_its_parts() {
    check(
        "fn f(x: f64) -> Result<f64, String> { Ok(x) }",
        expect![[r#"
            fn f(active %x.0: f64) -> (f64, bool, Option<String>) {
                %1 = undefined_Option<String>
                %2 = true
                return (%x.0, %2, %1)
            }
        "#]],
    );
    check(
        "fn f(x: f64) -> Option<f64> { Some(x) }",
        expect![[r#"
            fn f(active %x.0: f64) -> (f64, bool) {
                %1 = true
                return (%x.0, %1)
            }
        "#]],
    );
    check(
        "fn f(x: f64, t: Option<f64>) -> Option<f64> { let s = t?; Some(s * x) }",
        expect![[r#"
            fn f(active %x.0: f64, active @t: Option<f64>) -> (f64, bool) {
                %1 = false
                %2 = undefined_f64
                %8: bool, %9: f64 = match place @t {
                    :: core :: option :: Option :: Some (value) (value = %value.3: f64) => {
                        %6 = mul %value.3, %x.0
                        %7 = true
                        yield %7, %6
                    }
                    :: core :: option :: Option :: None => {
                        %4 = false
                        %5 = undefined_f64
                        yield %4, %5
                    }
                }
                return (%9, %8)
            }
        "#]],
    );
    check(
        "fn f(x: f64) -> Result<[f64; 2], String> {
            if x < 0.0 { return Err(String::new()); }
            Ok([x, x])
        }",
        expect![[r#"
            fn f(active %x.0: f64) -> ([f64; 2], bool, Option<String>) {
                %1 = false
                %2 = 0.0_f64
                define @result: [f64; 2] = [%2; 2]
                define @result_error: Option<String> = deferred
                %3 = 0.0_f64
                %4 = lt %x.0, %3
                %11: bool = if %4 {
                    %5: String = opaque { String :: new () }
                    %6: Option<String> = opaque { :: core :: option :: Option :: Some (${%5}) }
                    %7 = 0.0_f64
                    define @none: [f64; 2] = [%7; 2]
                    %8 = false
                    assign @result = copy @none
                    assign @result_error = %6
                    yield %8
                } else {
                    %9 = undefined_Option<String>
                    %10 = true
                    assign @result = [%x.0, %x.0]
                    assign @result_error = %9
                    yield %10
                }
                return (copy @result, %11, move @result_error)
            }
        "#]],
    );
}
