//! One small program for each mechanism that a gradient can go wrong in: `cargo xtask faults` breaks the
//! mechanism and expects the program to find it.

use super::derived::By;
use super::tests::{agrees, program};
use super::{Passes, Program, Settings, Verdict, check};
use crate::reverse::Strategy;
use crate::simplify::Folding;

#[test]
fn an_element_that_is_overwritten_has_no_adjoint_before() {
    agrees(
        "fn main(a: &mut [f64; 2], x: f64) -> f64 {
             let y = a[0] * a[1];
             a[0] = x * x;
             a[1] = a[0] * a[1];
             a[0] = y;
             a[0] * a[1] * x
         }",
        vec![[0.5, -1.5].into(), 0.75.into()],
    );
}

#[test]
fn what_is_swapped_is_swapped_back() {
    agrees(
        "fn main(x: f64, y: f64) -> f64 {
             let mut a = [x, y * y, x * y];
             a.swap(0, 2);
             let mut b = [a[0] * x, 1.0, y];
             std::mem::swap(&mut a, &mut b);
             for k in 0..2 { a.swap(k, k + 1); a[k] = a[k] * b[2]; }
             a[0] + 2.0 * a[1] + 3.0 * a[2] + 5.0 * b[0] * b[1]
         }",
        vec![1.25.into(), 0.5.into()],
    );
}

#[test]
fn what_is_added_to_zeros_reaches_every_element() {
    let x = || -> super::Datum<crate::interpret::Real> { [0.5, -1.5, 2.0, 0.25].into() };
    let y = || -> super::Datum<crate::interpret::Real> { [1.0, 0.75, -0.5].into() };
    for (body, arguments) in [
        // Once each; and once more afterwards.
        ("x.iter().map(|x| x.sin() * x).sum::<f64>()", vec![x(), y()]),
        ("x.iter().map(|x| x.sin() * x).sum::<f64>() * x[1] + y[2]", vec![x(), y()]),
        // As many as the shorter one has.
        ("x.iter().zip(y).map(|(x, y)| x * y * y).sum::<f64>()", vec![x(), y()]),
        ("y.iter().zip(x).map(|(x, y)| x * y * y).sum::<f64>()", vec![x(), y()]),
        // Not all, not in every iteration, not its own, twice.
        ("(1..x.len()).map(|i| x[i] * x[i] * y[0]).sum::<f64>()", vec![x(), y()]),
        ("(0..x.len()).step_by(2).map(|i| x[i] * x[i] * y[0]).sum::<f64>()", vec![x(), y()]),
        (
            "let mut s = 0.0; for i in 0..x.len() { if i % 2 == 0 { s += x[i] * x[i] * y[0]; } } s",
            vec![x(), y()],
        ),
        (
            "let mut s = 0.0; for i in 0..x.len() { if s > 0.5 { break; } s += x[i] * x[i] * y[0]; } s",
            vec![x(), y()],
        ),
        ("(0..x.len()).map(|i| x[i / 2] * x[3 - i] * y[0]).sum::<f64>()", vec![x(), y()]),
        ("(0..x.len()).map(|i| x[i] * x[x.len() - 1 - i] * y[0]).sum::<f64>()", vec![x(), y()]),
        // In memory of its own that is used twice, or in several lengths.
        (
            "let z: Vec<f64> = x.iter().map(|x| x * x * y[1]).collect();
             let mut s = 1.0;
             for _ in 0..3 { s = z.iter().map(|z| z * s).sum::<f64>() / 4.0; }
             s",
            vec![x(), y()],
        ),
        (
            "let mut z = vec![1.0; x.len()];
             for i in 0..z.len() { z[i] *= x[i] * x[i]; }
             z.truncate(2);
             for i in 0..z.len() { z[i] *= z[i] * y[i]; }
             z.iter().sum::<f64>()",
            vec![x(), y()],
        ),
    ] {
        agrees(&format!("fn main(x: &[f64], y: &[f64]) -> f64 {{ {body} }}"), arguments);
    }
}

#[test]
fn a_maximum_hands_its_adjoint_over_once() {
    for body in [
        "let m = x.iter().copied().fold(f64::NEG_INFINITY, f64::max); m * m",
        "let m = x.iter().copied().fold(x[0] * x[1], f64::max); m * m",
        "let m = x.iter().map(|x| x * x * y).fold(f64::INFINITY, f64::min); m * m",
        "let m = x.iter().map(|x| (x * x + y * y).sqrt()).fold(0.0, f64::max);
         m + x.iter().map(|x| (x - m).exp()).sum::<f64>().ln()",
        // Two of them are the largest; nothing is larger; two at once; the place is used, too.
        "let m = x.iter().map(|x| x * x - 0.25 * x).fold(0.0, f64::max); m * y",
        "x.iter().copied().fold(10.0 * y, f64::max) * y",
        "let (mut low, mut high) = (y, y);
         for x in x { low = x.min(low); high = high.max(*x); }
         (high - low) * y",
        "let (mut m, mut at) = (f64::NEG_INFINITY, 0);
         for i in 0..x.len() { if x[i] * y > m { m = x[i] * y; at = i; } }
         m * x[at]",
        // Flags on a stack, in a loop; two at once; with what else the iteration does.
        "let mut s = 0.0;
         for k in 0..3 {
             let mut nearest = f64::INFINITY;
             for i in 0..x.len() {
                 let mut d = 0.0;
                 for j in 0..2 { d += (x[i] - y * x[j] * k as f64).powi(2); }
                 if d < nearest { nearest = d; }
             }
             s += nearest * y;
         }
         s",
        // Indices of other types, and no iteration.
        "let mut s = 0.0;
         for i in 0..x.len() {
             let mut b = 1e9;
             for k in 0..4 { let c = (x[i] - k as f64).powi(2); if c < b { b = c; } }
             s += b * y;
         }
         s",
        "let n = x.len() as i64 - 2;
         let mut s = 0.0;
         for k in 0..3_i64 {
             let mut b = y;
             for i in 0..n - 2 * k { let c = x[i as usize] * y; if c < b { b = c; } }
             s += b * b;
         }
         s",
        "let mut b = y;
         for i in (0..4_u8).rev() { let c = x[i as usize] * y; if c < b { b = c; } }
         b * b",
        "let (mut m, mut at) = (f64::NEG_INFINITY, 0.0);
         for (i, v) in x.iter().enumerate() { if v * y > m { m = v * v; at = y * i as f64; } }
         m * at + m",
        "let mut s = 0.0;
         for _ in 0..2 {
             let (mut m, mut at, mut p) = (0.0, y, 1.0);
             for v in x { p *= v.cos(); if v * v > m { m = v * v * p; at = v * y; } }
             s += m * at * p;
         }
         s",
        "let mut s = 0.0;
         for k in 0..3 { s += x[k..].iter().copied().fold(f64::NEG_INFINITY, f64::max) * y; }
         s",
    ] {
        let text = format!("fn main(x: &[f64], y: f64) -> f64 {{ {body} }}");
        agrees(&text, vec![[0.5, -1.5, 1.25, 0.25, -1.5].into(), 0.75.into()]);
    }
}

#[test]
fn a_gradient_inside_is_differentiated_again() {
    agrees(
        "#[differentiate(order = 2)]
         fn potential(p: &[f64; 2], k: f64) -> f64 {
             let mut q = p[0] * p[1];
             for i in 0..3 { q = q * k + p[i % 2] * q; }
             q
         }
         fn main(start: [f64; 2], k: f64) -> f64 {
             let mut p = start;
             let mut sum = 0.0;
             for i in 0..3 {
                 let (value, (slope, by_k)) = potential::value_and_gradient(&p, k);
                 p[0] = p[0] - 0.5 * slope[0];
                 p[1] = p[1] - 0.5 * slope[1] * by_k;
                 sum += value * p[0] + potential::jvp(&p, k, slope, by_k).1;
             }
             sum
         }",
        vec![[0.5, 0.25].into(), 0.5.into()],
    );
}

#[test]
fn units_vary_where_they_are_one() {
    agrees(
        "fn main(a: &[f64; 3], b: [[f64; 2]; 1], c: f64) -> f64 {
             let first = a[0] * a[1] * a[2] + b[0][0] * b[0][1];
             first * first * c + a[2] * b[0][1]
         }",
        vec![[0.5, 1.25, -2.0].into(), super::Datum::List(vec![[2.0, 3.0].into()]), 0.75.into()],
    );
}

#[test]
fn values_that_interact_with_what_they_are_made_of() {
    agrees(
        "fn main(x: f64, y: f64, a: &[f64; 2]) -> f64 {
             let u = x * y;
             let v = u * x + a[0];
             let w = v * v / (u + a[0]);
             w * u * x + a[1] * a[1] / w - v / a[1] + a[0] * x
         }",
        vec![0.5.into(), 1.25.into(), [2.0, -0.75].into()],
    );
}

#[test]
fn buffers_behind_references_are_those_at_entry_in_every_direction() {
    agrees(
        "fn main(work: &mut [f64; 2], list: &mut Vec<f64>, x: f64) -> f64 {
             for i in 0..2 { work[i] = work[i] * x + list[i]; list.push(work[i] * x); }
             work[0] * work[1] * list[2]
         }",
        vec![[0.5, 1.25].into(), vec![2.0, -1.0].into(), 0.75.into()],
    );
}

#[test]
fn what_is_recorded_comes_back_in_order() {
    agrees(
        "fn main(a: &[f64; 4], x: f64) -> f64 {
             let mut y = x;
             let mut z = 1.0;
             for i in 0..4 {
                 y = (y * a[i]).sin() * z;
                 z = (z + y * x).cos() * y;
             }
             y * z
         }",
        vec![[0.5, 1.5, -2.0, 0.7].into(), 0.75.into()],
    );
}

#[test]
fn early_exits_are_those_of_the_forward_sweep() {
    agrees(
        "fn main(a: &[f64; 5], x: f64) -> f64 {
             let mut s = x;
             let mut t = 1.0;
             for i in 0..5 {
                 if s > 4.0 { t = s * x; break; }
                 if a[i] < 0.0 { continue; }
                 s = s * x + a[i] * s;
             }
             let mut n = 0;
             while n < 3 {
                 if t > 30.0 { return t * s; }
                 t = t * t + s;
                 n += 1;
             }
             s * t
         }",
        vec![[1.0, -3.0, 2.0, 0.5, 1.0].into(), 1.2.into()],
    );
}

#[test]
fn a_load_sees_the_store_before_it() {
    agrees(
        "fn main(a: &mut [f64; 3], i: usize, j: usize, x: f64) -> f64 {
             let before = a[i] * x;
             a[j] = x * x;
             let between = a[i] * before;
             a[j] = between * x;
             a[i] * between + a[j]
         }",
        vec![[0.5, 1.5, -2.0].into(), 1usize.into(), 1usize.into(), 0.75.into()],
    );
}

#[test]
fn carried_values_stay_active() {
    agrees(
        "fn main(a: &[f64; 3], x: f64) -> f64 {
             let mut p = 1.0;
             let mut q = 0.0;
             for i in 0..3 {
                 q = p * a[i];
                 p = x;
             }
             q + p
         }",
        vec![[0.5, 1.5, -2.0].into(), 0.75.into()],
    );
}

#[test]
fn what_nobody_uses_afterwards_starts_from_nothing() {
    agrees(
        "fn main(a: &[f64; 3], x: f64) -> f64 {
             let mut p = x;
             let mut q = 1.0;
             for i in 0..3 {
                 q = (q * p).sin() + q;
                 p = (p * a[i]).cos();
             }
             q
         }",
        vec![[0.5, 1.5, -2.0].into(), 0.75.into()],
    );
}

#[test]
fn products_are_no_sums() {
    agrees(
        "fn main(a: &[f64]) -> f64 {
             let mut product = 1.0;
             let mut sum = 0.0;
             for i in 0..a.len() {
                 product *= a[i];
                 sum += a[i] * a[i];
             }
             product + sum
         }",
        vec![[0.5, 1.5, -2.0].into()],
    );
}

#[test]
fn the_adjoint_goes_to_the_branch_that_was_taken() {
    agrees(
        "fn main(x: f64, y: f64, n: usize) -> f64 {
             let a = if x > y { x * x } else { y * x * 3.0 };
             let b = match n { 0 => a * y, 1 => a * a * x, _ => y };
             let mut c = b;
             if c < 100.0 { c = c * a; }
             c
         }",
        vec![1.25.into(), 0.5.into(), 1usize.into()],
    );
}

#[test]
fn adjoints_of_arguments_add_up() {
    agrees(
        "fn dot(a: &[f64], b: &[f64]) -> f64 {
             let mut sum = 0.0;
             for i in 0..a.len() { sum += a[i] * b[i]; }
             sum
         }
         fn step(state: &mut [f64; 2], by: &[f64; 2]) -> f64 {
             state[0] = (state[0] * by[1]).sin();
             state[1] = state[0] * by[0];
             state[1] * by[0]
         }
         fn power(x: f64, y: f64) -> f64 { x * x * y }
         fn main(a: &[f64], b: &[f64; 2], x: f64) -> f64 {
             let once = dot(a, a);
             let twice = dot(a, a) * power(x, x);
             let mut state = [x, b[0]];
             let mut total = 0.0;
             for _ in 0..2 { total += step(&mut state, b) * power(total, x); }
             once * x + twice + total * state[1]
         }",
        vec![[0.5, -1.5, 2.0].into(), [0.9, 1.1].into(), 0.75.into()],
    );
}

#[test]
fn a_callee_takes_back_what_it_left() {
    agrees(
        "fn chain(x: f64, n: usize) -> f64 {
             let mut y = x;
             for k in 0..n { y = (y * x).sin() + y * y * k as f64; }
             y
         }
         fn pair(x: f64, y: f64) -> (f64, f64) { let z = (x * y).exp(); (z * x, z / y) }
         fn main(x: f64, y: f64) -> f64 {
             let mut s = y;
             for k in 0..3 {
                 let (p, q) = pair(s * 0.3, x);
                 s = chain(p, k) * q + s * s * 0.1;
             }
             s
         }",
        vec![0.8.into(), 0.5.into()],
    );
}

#[test]
fn a_loop_that_runs_again_starts_from_the_state_it_had() {
    agrees(
        "fn main(u: &mut [f64; 4], x: f64) -> f64 {
             let mut speed = x;
             for t in 0..9 {
                 for i in 1..3 {
                     u[i] = u[i] + 0.1 * speed * (u[i - 1] * u[i + 1] - u[i] * u[i]);
                 }
                 speed = speed * u[1] + 0.05 * t as f64;
             }
             u[1] * u[2] * speed
         }",
        vec![[0.5, 1.5, -0.5, 0.7].into(), 0.75.into()],
    );
}

#[test]
fn memory_is_read_before_it_is_written() {
    agrees(
        "fn main(a: &mut [f64], x: f64) -> f64 {
             let mut sum = 0.0;
             for i in 0..a.len() { sum += a[i] * a[i] * x; }
             a[0] = sum;
             a[1] = a[0] * x;
             let mut second = 0.0;
             for i in 0..a.len() { second += a[i] * a[i]; }
             second * sum
         }",
        vec![[0.5, -1.5, 2.0].into(), 0.75.into()],
    );
}

#[test]
fn vectors_shrink_and_grow_back() {
    agrees(
        "fn main(x: f64, n: usize) -> f64 {
             let mut v = vec![x; 2];
             for k in 0..n { v.push(v[k] * x + v[k + 1]); }
             let last = v[v.len() - 1];
             v.truncate(2);
             v[0] = last * v[1];
             v[0] * v[1]
         }",
        vec![1.25.into(), 3usize.into()],
    );
}

#[test]
fn zeros_keep_their_sign() {
    agrees(
        "fn main(x: f64) -> f64 { 1.0 / (x - 0.0) * 0.0 + x.copysign(x - 0.0) }",
        vec![0.5.into()],
    );
    let source = "fn main(x: f64) -> f64 { 1.0_f64.copysign(x - 0.0) * x }";
    agrees(source, vec![(-0.0).into()]);
}

#[test]
fn an_overflow_still_panics() {
    let source = "fn main(x: f64) -> f64 { let n: i8 = 127; let m = n + 1; x * m as f64 }";
    match check(&program(source, vec![0.5.into()]), &Settings::default()) {
        Ok(verdict) => assert_eq!(verdict, Verdict::Panics),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn what_lies_together_on_the_tape_comes_back_in_order() {
    let source = "fn pair(x: f64, y: f64) -> (f64, f64) { let z = (x * y).exp(); (z * x, z / y) }
         fn main(x: f64, y: f64) -> f64 {
             let mut s = x;
             for _ in 0..3 {
                 let (p, q) = pair(s * y, y + s);
                 s = (p * q).sin() * s.cos() * p;
             }
             s
         }";
    let arguments = vec![0.75.into(), 0.5.into()];
    let text = derivatives(&program(source, arguments.clone()));
    assert!(text.contains("    save %p.8, %q.9, %s.5\n"), "iterations leave numbers:\n{text}");
    agrees(source, arguments);
}

/// All derivative code of a program, as the last pass leaves it.
fn derivatives(program: &Program) -> String {
    let passes = Passes::default();
    let (strategy, folding) = (Strategy::default(), Folding::default());
    let derived = By { strategy, folding, passes: &passes }.derived(&program.functions);
    let derived = derived.expect("no failure").expect("it is accepted");
    derived.stages[derived.stages.len() - 1].to_string()
}

#[test]
fn chunks_hold_every_iteration_once() {
    agrees(
        "fn main(x: &[f64], w: &[f64; 2], index: &[usize]) -> f64 {
             let mut sum = 0.0;
             for i in 0..x.len() {
                 sum += w[index[i]] * x[i] * x[i];
                 if i > 0 { sum += x[i] * x[i - 1]; }
             }
             let mut y = vec![0.0; x.len()];
             for i in 0..x.len() { y[i] = x[i] * sum; }
             for i in 0..x.len() { sum += y[i] * x[i]; }
             sum
         }",
        vec![
            vec![0.5, 1.25, -0.5, 2.0, 1.5, 0.25, -1.0, 0.75].into(),
            [0.5, -1.5].into(),
            [0_usize, 1, 1, 0, 1, 0, 0, 1].into(),
        ],
    );
}
