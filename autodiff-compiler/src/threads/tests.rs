//! Which loops run in chunks, and what they become.

use super::{Grid, has_chunks, split_loops};
use crate::activity::Activity;
use crate::interpret::{Datum, Real, run};
use crate::ir::Function;
use crate::ir::verify::verify;
use crate::verification::source::{Annotated, lowered};
use crate::{reverse, schedule, simplify};
use expect_test::{Expect, expect};
use proc_macro2::TokenStream;

/// The gradient of the last of some functions, with its loops in chunks.
fn chunked(source: &str, grid: Grid) -> Function {
    let file = syn::parse_file(source).expect("the source parses");
    let functions = file.items.into_iter().map(|item| match item {
        syn::Item::Fn(item) => Annotated { options: TokenStream::new(), item },
        _ => panic!("not a function"),
    });
    let functions = lowered(&functions.collect::<Vec<_>>());
    let mut primal = functions.into_iter().last().expect("a function").expect("it is accepted");
    simplify::simplify(&mut primal);
    let mut gradient = schedule::schedule(reverse::reverse(&primal, &Activity::of(&primal)));
    simplify::simplify_derivative(&mut gradient, &primal);
    schedule::use_workspace(&mut gradient, crate::ir::SlotId(primal.slots.len() as u32));
    split_loops(&mut gradient, grid);
    verify(&gradient).unwrap();
    gradient
}

#[track_caller]
fn check(source: &str, grid: Grid, expected: Expect) {
    expected.assert_eq(&chunked(source, grid).to_string());
}

#[track_caller]
fn splits(expected: bool, source: &str) {
    let function = chunked(source, Grid::Cache);
    assert_eq!(has_chunks(&function), expected, "{function}");
}

#[test]
fn a_sum_is_folded_in_order() {
    check(
        "fn f(w: f64, x: &[f64]) -> f64 {
             let mut sum = 0.0;
             for i in 0..x.len() { sum += w * x[i]; }
             sum
         }",
        Grid::Of(3),
        expect![[r#"
            fn f(active %w.0: f64, active @x: &[f64], @w_gradient: &mut f64, @x_gradient: &mut [f64]) -> f64 {
                %1 = 0.0_f64
                %2 = 0_usize
                %3 = length @x
                fill @x_gradient, %1
                %23 = 3_usize
                %24 = div_ceil %3, %23
                %25 = 3_usize
                %26 = 0_usize
                %sum.9, %w_adjoint.22 = for %chunk.27: usize in %26..%24 chunks of work %3 folded from %42 (%sum.28: f64 = %1, %w_adjoint.29: f64 = %1) {
                    %first.30 = imul %chunk.27, %25
                    %31 = saturating_add %first.30, %25
                    %last.32 = imin %31, %3
                    %33 = length @x_gradient
                    %34 = imin %last.32, %33
                    %35 = saturating_sub %34, %first.30
                    %36 = 0.0_f64
                    define @x_gradient_part: Vec<f64> = vec[%36; %35]
                    %38 = -0.0_f64
                    %39 = -0.0_f64
                    %sum_part.40, %w_adjoint_part.41 = for %i.4: usize in %first.30..%last.32 (%sum.5: f64 = %38, %w_adjoint.19: f64 = %39) {
                        %37 = isub %i.4, %first.30
                        %6: f64 = load @x[%i.4]!
                        %7 = mul %w.0, %6
                        %sum.8 = add %sum.5, %7
                        add_to @x_gradient_part[%37]!, %w.0
                        %20 = add %w_adjoint.19, %6
                        yield %sum.8, %20
                    }
                    %42 = 0_usize
                    %43 = add %sum.28, %sum_part.40
                    %44 = add %w_adjoint.29, %w_adjoint_part.41
                    %45 = 0_usize
                    %46 = length @x_gradient_part
                    for %j.47: usize in %45..%46 {
                        %48 = iadd %first.30, %j.47
                        %49: f64 = load @x_gradient_part[%j.47]!
                        add_to @x_gradient[%48]!, %49
                    }
                    yield %43, %44
                }
                store @w_gradient, %w_adjoint.22
                return %sum.9
            }
        "#]],
    );
}

#[test]
fn chunks_have_elements_of_their_own() {
    check(
        "fn f(x: &[f64]) -> f64 {
             let mut sum = 0.0;
             for i in 1..x.len() { sum += x[i - 1] * x[i]; }
             sum
         }",
        Grid::Cache,
        expect![[r#"
            fn f(active @x: &[f64], @x_gradient: &mut [f64]) -> f64 {
                %0 = 0.0_f64
                %1 = 1_usize
                %2 = length @x
                fill @x_gradient, %0
                %23 = 1_usize
                %24 = saturating_sub %2, %23
                %25 = 64_usize
                %26 = div_ceil %24, %25
                %27 = 608_usize
                %28 = imax %26, %27
                %29 = 16_usize
                %chunk_size.30 = next_multiple_of %28, %29
                %31 = 10_usize
                %32 = saturating_mul %24, %31
                %chunks.33 = div_ceil %24, %chunk_size.30
                %34 = 0_usize
                %sum.11 = for %chunk.35: usize in %34..%chunks.33 chunks of work %32 folded from %54 (%sum.36: f64 = %0) {
                    %37 = imul %chunk.35, %chunk_size.30
                    %first.38 = iadd %1, %37
                    %39 = saturating_add %first.38, %chunk_size.30
                    %last.40 = imin %39, %2
                    %41 = 1_usize
                    %42 = saturating_add %last.40, %41
                    %43 = length @x_gradient
                    %44 = 1_usize
                    %45 = saturating_add %43, %44
                    %46 = imin %42, %45
                    %47 = saturating_sub %46, %first.38
                    %48 = 0.0_f64
                    define @x_gradient_part: Vec<f64> = vec[%48; %47]
                    %52 = -0.0_f64
                    %sum_part.53 = for %i.3: usize in %first.38..%last.40 (%sum.4: f64 = %52) {
                        %49 = isub %i.3, %first.38
                        %50 = 1_usize
                        %51 = iadd %49, %50
                        %6 = isub %i.3, %1
                        %7: f64 = load @x[%6]
                        %8: f64 = load @x[%i.3]!
                        %9 = mul %7, %8
                        %sum.10 = add %sum.4, %9
                        add_to @x_gradient_part[%51]!, %7
                        add_to @x_gradient_part[%49]!, %8
                        yield %sum.10
                    }
                    %54 = 0_usize
                    %55 = add %sum.36, %sum_part.53
                    %56 = 0_usize
                    %57 = 1_usize
                    %58 = saturating_sub %57, %first.38
                    %59 = length @x_gradient_part
                    for %j.60: usize in %58..%59 {
                        %61 = iadd %first.38, %j.60
                        %62 = 1_usize
                        %63 = isub %61, %62
                        %64: f64 = load @x_gradient_part[%j.60]!
                        add_to @x_gradient[%63]!, %64
                    }
                    yield %55
                }
                return %sum.11
            }
        "#]],
    );
}

#[test]
fn independent_loops_are_split() {
    splits(true, "fn f(w: &[f64], i: &[usize]) -> f64 { i.iter().map(|i| w[*i].sin()).sum() }");
    splits(true, "fn f(x: &[f64]) -> f64 { (0..x.len()).rev().map(|i| x[i].sin()).sum() }");
    splits(
        true,
        "fn f(x: &[f64], n: usize) -> f64 {
             let mut s = 0.0;
             if n > 3 { for v in x { assert!(*v > 0.0); s += v.ln(); } }
             s
         }",
    );
    splits(
        true,
        "fn g(x: f64) -> (f64, f64) { (x, x * x) }
         fn f(x: &[f64]) -> f64 {
             let mut s = 0.0;
             for v in x { let (a, b) = g(*v); s += a * b; }
             s
         }",
    );
    // Counts, and elements that are not floats.
    splits(
        true,
        "fn f(x: &[f64]) -> f64 {
             let mut positive = vec![false; x.len()];
             let (mut s, mut n) = (0.0, 0);
             for i in 0..x.len() { if x[i] > 0.0 { s += x[i].ln(); n += 1; positive[i] = true; } }
             if positive[0] { s / n as f64 } else { s }
         }",
    );
    // Every row has a recurrence, whose states are on a stack for the time of an iteration.
    splits(
        true,
        "fn f(x: &[[f64; 9]]) -> f64 {
             let mut s = 0.0;
             for row in x { let mut h = 0.0; for v in row { h = (h + v).tanh(); } s += h; }
             s
         }",
    );
}

#[test]
fn long_arrays_are_not_on_the_stack() {
    let source = "fn f(w: &[f64; 600], i: &[usize]) -> f64 {
                      let mut s = 0.0;
                      for i in i { s += w[*i].sin(); }
                      s
                  }";
    let function = chunked(source, Grid::Cache).to_string();
    assert!(function.contains("_part: Vec<f64>"), "{function}");
}

/// The chunks that users get hold every iteration once, whatever is known before the function runs.
#[test]
fn sizes_fit() {
    let source = "fn f(w: &[f64], x: &[f64], i: &[usize]) -> f64 {
                      let mut s = 0.0;
                      for k in 0..x.len() {
                          for j in 0..w.len() { s += w[j] * x[k]; }
                          s += w[i[k]] * x[k];
                      }
                      s
                  }";
    let (whole, chunks) = (chunked(source, Grid::Of(usize::MAX)), chunked(source, Grid::Cache));
    assert!(has_chunks(&chunks));
    for length in [0, 1, 2, 63, 64, 65, 300] {
        for elements in [1, 2, 40] {
            let floats =
                |count: usize| Datum::from((0..count).map(|k| k as f64).collect::<Vec<_>>());
            let index: Vec<usize> = (0..length).map(|k| k % elements).collect();
            // Small integers: every order gives the same sum.
            let arguments = || {
                let zeros = vec![0.0; elements];
                let slopes = vec![0.0; length];
                vec![
                    floats(elements),
                    floats(length),
                    index.clone().into(),
                    zeros.into(),
                    slopes.into(),
                ]
            };
            let run = |function: &Function| {
                run::<Real>(function, arguments())
                    .map(|outcome| (outcome.result, outcome.parameters))
            };
            assert_eq!(
                format!("{:?}", run(&whole)),
                format!("{:?}", run(&chunks)),
                "{length} {elements}"
            );
        }
    }
}

#[test]
fn other_loops_are_not() {
    splits(
        false,
        "fn f(x: &[f64]) -> f64 { let mut h = 0.0; for v in x { h = (h + v).sin(); } h }",
    );
    splits(false, "fn f(x: &[f64]) -> f64 { x.iter().fold(0.0, |a, b| a.max(*b)) }");
    // Too short.
    splits(false, "fn f(x: &[f64; 8]) -> f64 { let mut s = 0.0; for v in x { s += v.sin(); } s }");
    // It prints in order.
    splits(
        false,
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for v in x { println!(\"{v}\"); s += v; } s }",
    );
    // It leaves early.
    splits(
        false,
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for v in x { if *v < 0.0 { break; } s += v; } s }",
    );
    // Iterations meet.
    splits(
        false,
        "fn f(x: &mut [f64]) -> f64 { for i in 1..x.len() { x[i] = x[i].sin() * x[i - 1]; } x[0] }",
    );
    // The sum could overflow on the way.
    splits(
        false,
        "fn f(x: &[f64], d: &[i32]) -> f64 {
             let (mut s, mut n) = (0.0, 0);
             for i in 0..x.len() { s += x[i].ln(); n += d[i]; }
             s + n as f64
         }",
    );
    // It asserts something of the sum so far.
    splits(
        false,
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for v in x { s += v; assert!(s < 9.0); } s }",
    );
    // Something unknown is called.
    splits(
        false,
        "fn f(x: &[f64], key: &Key) -> f64 { let mut s = 0.0; for v in x { s += v * key.next(); } s }",
    );
}
