//! Arrays of structs that are `Copy`, and are read again after they were copied: an attribute sees no
//! `Copy`, and once took each copy for a move, whose adjoint is handed back instead of added.

use crate::close;
use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, Copy, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Clone, Copy, Differentiable)]
struct Pair {
    scale: f64,
    points: [Point; 2],
}

/// 3 x₀² y₁ + x₁, all of it of copies or of what was copied.
#[differentiate(jvp, hessian)]
fn by_value(points: [Point; 2]) -> f64 {
    let mut copy = points;
    copy[0].x *= 3.0;
    let again = points;
    copy[0].x * points[0].x * again[1].y + copy[1].x
}

/// The same behind references: nothing can be moved from there.
#[differentiate(jvp, hessian)]
fn behind_a_reference(points: &[Point; 2]) -> f64 {
    let mut copy = *points;
    copy[0].x *= 3.0;
    copy[0].x * points[0].x * copy[1].y + points[1].x
}

#[differentiate(jvp, hessian)]
fn behind_a_mutable_reference(points: &mut [Point; 2]) -> f64 {
    let mut copy = *points;
    copy[0].x *= 3.0;
    points[0].x *= copy[0].x;
    points[0].x * copy[1].y + points[1].x
}

/// s Σᵢ i x₀² y₁ for i < n.
#[differentiate(jvp, hessian)]
fn in_a_loop(pair: &Pair, n: usize) -> f64 {
    let whole = *pair;
    let mut sum = 0.0;
    for i in 0..n {
        let mut copy = whole.points;
        copy[0].x *= i as f64;
        sum += copy[0].x * whole.points[0].x * copy[1].y;
    }
    sum * whole.scale
}

#[differentiate(order = 2)]
fn area(points: [Point; 2]) -> f64 {
    points[0].x * points[1].y
}

/// x₀² (x₀ y₁) y₁, with calls that take copies.
#[differentiate(jvp, hessian)]
fn given_away(points: &[Point; 2]) -> f64 {
    let mut list = vec![];
    let mut copy = *points;
    list.push(copy);
    copy[0].x *= area(copy);
    list.push(copy);
    list[0][0].x * area(list[1])
}

const AT: [Point; 2] = [Point { x: 0.5, y: 7.0 }, Point { x: 0.25, y: 2.0 }];

fn flat(points: [PointTangent; 2]) -> [f64; 4] {
    [points[0].x, points[0].y, points[1].x, points[1].y]
}

fn direction() -> [PointTangent; 2] {
    [PointTangent { x: 1.0, y: 0.0 }, PointTangent { x: 0.0, y: 10.0 }]
}

#[test]
fn what_is_read_again_is_copied() {
    let gradient = [6.0, 0.0, 1.0, 0.75];
    let hessian =
        [[12.0, 0.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0]];
    close(&flat(by_value::gradient(AT)), &gradient);
    close(&flat(behind_a_reference::gradient(&AT)), &gradient);
    close(&flat(behind_a_mutable_reference::gradient(&mut { AT })), &gradient);
    close(by_value::hessian(AT).as_flattened(), hessian.as_flattened());
    close(behind_a_reference::hessian(&AT).as_flattened(), hessian.as_flattened());
    let changed = behind_a_mutable_reference::hessian(&mut { AT });
    close(changed.as_flattened(), hessian.as_flattened());
    close(&[by_value::jvp(AT, direction()).1], &[13.5]);
    close(&[behind_a_reference::jvp(&AT, direction()).1], &[13.5]);
    close(&[behind_a_mutable_reference::jvp(&mut { AT }, &mut direction()).1], &[13.5]);
}

#[test]
fn copies_in_loops_and_calls() {
    let pair = Pair { scale: 4.0, points: AT };
    let gradient = in_a_loop::gradient(&pair, 3);
    close(&[gradient.scale], &[1.5]);
    close(&flat(gradient.points), &[24.0, 0.0, 0.0, 3.0]);
    let tangent = PairTangent { scale: 1.0, points: direction() };
    close(&[in_a_loop::jvp(&pair, 3, tangent).1], &[1.5 + 24.0 + 30.0]);
    close(&in_a_loop::hessian(&pair, 3)[0], &[0.0, 6.0, 0.0, 0.0, 0.75]);

    // x₀³ y₁²
    close(&flat(given_away::gradient(&AT)), &[3.0, 0.0, 0.0, 0.5]);
    close(&[given_away::jvp(&AT, direction()).1], &[3.0 + 5.0]);
    close(&given_away::hessian(&AT)[3], &[3.0, 0.0, 0.0, 0.25]);
}
