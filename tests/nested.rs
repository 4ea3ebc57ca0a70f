//! Derivatives inside of functions that are differentiated: `g::gradient`, `g::value_and_gradient` and `g::jvp`
//! of another annotated function, in forward and in reverse mode around them.
//!
//! Pearlmutter and Siskind's saddle point and particle ("Reverse-mode AD in a functional framework: Lambda the
//! ultimate backpropagator", 2008) take derivatives through a whole optimization, or through a trajectory whose
//! forces are derivatives. Each is computed in four ways: forward or reverse mode outside, and inside.

#[path = "common/close.rs"]
mod close;
#[allow(unreachable_pub)] // a module of the example `gradbench`, which has the same two programs
#[path = "../examples/gradbench/evals/search.rs"]
mod search;

use autodiff_core::{Differentiable, differentiate};
use close::close;
use search::lowest;

#[differentiate(order = 2)]
fn potential(x: &[f64; 2], k: f64) -> f64 {
    k * (x[0] * x[1]).sin() + x[0].powi(4)
}

#[differentiate(jvp)]
fn trajectory(start: [f64; 2], k: f64, steps: usize) -> f64 {
    let mut x = start;
    let mut v = [0.0; 2];
    for _ in 0..steps {
        let (force, _) = potential::gradient(&x, k);
        for i in 0..2 {
            v[i] -= 0.1 * force[i];
            x[i] += 0.1 * v[i];
        }
    }
    x[0] * x[1] + v[0]
}

#[differentiate(order = 2)]
fn cubic(x: f64, l: f64) -> f64 {
    0.5 * l * x * x * x
}

#[differentiate(jvp)]
fn of_numbers(x: f64, l: f64) -> f64 {
    let (value, (by_x, by_l)) = cubic::value_and_gradient(x * l, l);
    let (again, slope) = cubic::jvp(x, l, by_x, x);
    value * by_x + by_l * x + again * slope
}

#[differentiate(order = 2)]
fn of_slices(x: &[f64], y: &Vec<f64>) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * x * y.sin()).sum()
}

#[differentiate(jvp)]
fn of_lists(x: &[f64]) -> f64 {
    let y: Vec<f64> = x.iter().map(|x| x * 2.0).collect();
    let mut total = 0.0;
    for i in 0..3 {
        let (a, b) = of_slices::gradient(x, &y);
        total += a[i % a.len()] * b[0] * x[i];
        let (value, slope) = of_slices::jvp(&y, &a, x, &b);
        total += value * slope;
    }
    total
}

#[derive(Clone, Copy, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate(order = 2)]
fn height(at: Point, scale: f64) -> f64 {
    (at.x * scale).sin() * at.y * at.y
}

#[differentiate(jvp)]
fn steepest(x: f64, scale: f64) -> f64 {
    let mut at = Point { x, y: 1.0 + x };
    for _ in 0..3 {
        let (slope, _) = height::gradient(at, scale);
        at.x -= 0.1 * slope.x;
        at.y -= 0.1 * slope.y;
    }
    at.x + at.y * at.y
}

#[differentiate(order = 3)]
fn step(s: &mut [f64; 2], k: f64) {
    let a = -k * s[0].sin();
    s[0] += 0.1 * s[1] * s[1];
    s[1] += 0.1 * a * s[0];
}

#[differentiate(order = 3)]
fn wave(x: f64) -> f64 {
    x.sin() * x
}

#[differentiate(order = 3)]
fn energy(x: &[f64; 2], k: f64) -> f64 {
    let mut s = *x;
    let mut sum = 0.0;
    for i in 0..3 {
        step(&mut s, k);
        sum += wave(s[0] * s[1]) * i as f64;
    }
    sum
}

/// Its Hessian needs the third derivatives of the energy, whose steps are reversed by sweeps.
#[differentiate(hessian, hvp)]
fn pushed(start: [f64; 2], k: f64, steps: usize) -> f64 {
    let (mut x, mut v) = (start, [0.0; 2]);
    for _ in 0..steps {
        let (force, _) = energy::gradient(&x, k);
        for i in 0..2 {
            v[i] -= 0.1 * force[i];
            x[i] += 0.1 * v[i];
        }
    }
    x[0] * x[1] + v[0]
}

/// Central differences; their error is of the order of 1e-10 here.
fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let step = 1e-5;
    let sixth = |s: f64| (f(s) - f(-s)) / (2.0 * s);
    (4.0 * sixth(step) - sixth(2.0 * step)) / 3.0
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-8 * expected.abs().max(1.0), "{found} and {expected}");
}

#[test]
fn both_modes_around_a_gradient() {
    let ([by_x, by_y], by_k) = trajectory::gradient([0.7, -0.4], 1.3, 6);
    let (_, along_x) = trajectory::jvp([0.7, -0.4], 1.3, 6, [1.0, 0.0], 0.0);
    let (_, along_y) = trajectory::jvp([0.7, -0.4], 1.3, 6, [0.0, 1.0], 0.0);
    let (_, along_k) = trajectory::jvp([0.7, -0.4], 1.3, 6, [0.0, 0.0], 1.0);
    close(&[by_x, by_y, by_k], &[along_x, along_y, along_k]);
    near(by_x, slope(|h| trajectory([0.7 + h, -0.4], 1.3, 6)));
    near(by_k, slope(|h| trajectory([0.7, -0.4], 1.3 + h, 6)));
    // Without steps there is nothing to differentiate in the loop.
    assert_eq!(trajectory::gradient([0.7, -0.4], 1.3, 0), ([-0.4, 0.7], 0.0));
}

#[test]
fn numbers_lists_and_structs() {
    let (by_x, by_l) = of_numbers::gradient(0.7, 1.2);
    close(&[by_x], &[of_numbers::jvp(0.7, 1.2, 1.0, 0.0).1]);
    close(&[by_l], &[of_numbers::jvp(0.7, 1.2, 0.0, 1.0).1]);
    near(by_x, slope(|h| of_numbers(0.7 + h, 1.2)));
    near(by_l, slope(|h| of_numbers(0.7, 1.2 + h)));

    let x = [0.3, 0.5, -0.2];
    let gradient = of_lists::gradient(&x);
    for i in 0..3 {
        let mut direction = [0.0; 3];
        direction[i] = 1.0;
        close(&[gradient[i]], &[of_lists::jvp(&x, &direction).1]);
        let moved = |h: f64| [0, 1, 2].map(|k| x[k] + h * direction[k]);
        near(gradient[i], slope(|h| of_lists(&moved(h))));
    }

    let (by_x, by_scale) = steepest::gradient(0.4, 1.5);
    close(
        &[by_x, by_scale],
        &[steepest::jvp(0.4, 1.5, 1.0, 0.0).1, steepest::jvp(0.4, 1.5, 0.0, 1.0).1],
    );
    near(by_x, slope(|h| steepest(0.4 + h, 1.5)));
    near(by_scale, slope(|h| steepest(0.4, 1.5 + h)));
}

#[test]
fn hessians_around_a_gradient() {
    let hessian = pushed::hessian([0.7, -0.4], 1.3, 3);
    let gradient = |h: [f64; 3]| {
        let ([x, y], k) = pushed::gradient([0.7 + h[0], -0.4 + h[1]], 1.3 + h[2], 3);
        [x, y, k]
    };
    for (row, entries) in hessian.iter().enumerate() {
        let moved = |h: f64| std::array::from_fn(|k| if k == row { h } else { 0.0 });
        for (column, entry) in entries.iter().enumerate() {
            near(*entry, slope(|h| gradient(moved(h))[column]));
        }
    }
    let ([x, y], k) = pushed::hvp([0.7, -0.4], 1.3, 3, [0.0, 1.0], 0.0);
    close(&[x, y, k], &hessian[1]);
}

#[differentiate(order = 3)]
fn polar(r: f64, angle: &[f64; 1]) -> [f64; 2] {
    [r * angle[0].cos(), r * r * angle[0].sin()]
}

#[differentiate(order = 3)]
fn products(x: &[f64], scale: f64) -> Vec<f64> {
    let mut sum = scale;
    x.iter()
        .map(|x| {
            sum = sum * x + scale;
            sum * sum
        })
        .collect()
}

#[differentiate(jvp, hessian)]
fn of_products(r: f64, angle: f64) -> f64 {
    let (value, (by_r, by_angle)) = polar::vjp(r, &[angle], [angle, r * angle]);
    let (again, slope) = polar::jvp(r, &[angle], value[0], [by_r]);
    by_r * by_angle[0] + slope[0] * again[1] + slope[1] * value[0]
}

#[differentiate(jvp, hessian)]
fn of_list_products(x: &[f64], scale: f64) -> f64 {
    let (value, (by_x, by_scale)) = products::vjp(x, scale, x);
    let weights: Vec<f64> = by_x.iter().map(|by_x| 0.1 * by_x * scale).collect();
    let (_, slope) = products::jvp(x, scale, &weights, by_scale * 0.01);
    value[1] * slope[2] + by_x[1]
}

#[test]
fn products_with_jacobians_inside() {
    let (by_r, by_angle) = of_products::gradient(0.7, 1.3);
    close(
        &[by_r, by_angle],
        &[of_products::jvp(0.7, 1.3, 1.0, 0.0).1, of_products::jvp(0.7, 1.3, 0.0, 1.0).1],
    );
    near(by_r, slope(|h| of_products(0.7 + h, 1.3)));
    near(by_angle, slope(|h| of_products(0.7, 1.3 + h)));
    let hessian = of_products::hessian(0.7, 1.3);
    near(hessian[0][0], slope(|h| of_products::gradient(0.7 + h, 1.3).0));
    near(hessian[0][1], slope(|h| of_products::gradient(0.7, 1.3 + h).0));
    near(hessian[1][1], slope(|h| of_products::gradient(0.7, 1.3 + h).1));

    let (x, scale) = ([0.3, 0.5, -0.2], 0.8);
    let (by_x, by_scale) = of_list_products::gradient(&x, scale);
    let hessian = of_list_products::hessian(&x, scale);
    for k in 0..3 {
        let mut direction = [0.0; 3];
        direction[k] = 1.0;
        let moved = |h: f64| [0, 1, 2].map(|i| x[i] + h * direction[i]);
        close(&[by_x[k]], &[of_list_products::jvp(&x, scale, &direction, 0.0).1]);
        near(by_x[k], slope(|h| of_list_products(&moved(h), scale)));
        near(hessian[4 * k + 3], slope(|h| of_list_products::gradient(&moved(h), scale).1));
    }
    near(by_scale, slope(|h| of_list_products(&x, scale + h)));
    near(hessian[15], slope(|h| of_list_products::gradient(&x, scale + h).1));
}

#[differentiate(jvp)]
fn along_a_direction_of_another_length(x: &[f64], direction: &[f64]) -> f64 {
    of_slices::jvp(x, &vec![1.0; 2], direction, &[0.0; 2]).1
}

#[test]
fn directions_of_another_length_panic_in_every_mode() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcomes: Vec<bool> = [1, 2, 3]
        .into_iter()
        .flat_map(|length| {
            let direction = vec![1.0; length];
            let x = [0.5, 0.25];
            let run = |f: &dyn Fn() -> f64| {
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_ok()
            };
            [
                run(&|| along_a_direction_of_another_length(&x, &direction)),
                run(&|| along_a_direction_of_another_length::value(&x, &direction)),
                run(&|| along_a_direction_of_another_length::value_and_gradient(&x, &direction).0),
                run(&|| along_a_direction_of_another_length::jvp(&x, &direction, &x, &direction).0),
            ]
        })
        .collect();
    std::panic::set_hook(hook);
    assert_eq!(outcomes, [[false; 4], [true; 4], [false; 4]].concat());
}

/// The perturbation of the inner derivative is not that of the outer one: d/dx (x d/dy (x + y)) = 1.
#[test]
fn perturbations_are_not_confused() {
    #[differentiate(order = 2)]
    fn sum(x: f64, y: f64) -> f64 {
        x + y
    }
    #[differentiate(jvp)]
    fn outer(x: f64) -> f64 {
        x * sum::jvp(x, 1.0, 0.0, 1.0).1
    }
    assert_eq!(outer::gradient(3.0), 1.0);
    assert_eq!(outer::jvp(3.0, 1.0), (3.0, 1.0));
}

// The saddle point.

#[differentiate(order = 2)]
fn saddle(x: &[f64; 2], y: &[f64; 2]) -> f64 {
    (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1])
}

/// The maximum over y by gradient descent, whose gradient is one of reverse mode.
#[differentiate(jvp, wrt(x))]
fn highest_by_reverse(x: &[f64; 2], start: &[f64; 2]) -> f64 {
    let mut y = *start;
    let mut height = saddle(x, &y);
    let (_, mut slope) = saddle::gradient(x, &y);
    let mut rate = 1e-5;
    let mut accepted = 0;
    loop {
        if (slope[0] * slope[0] + slope[1] * slope[1]).sqrt() <= 1e-5 {
            break;
        }
        if accepted == 10 {
            rate *= 2.0;
            accepted = 0;
            continue;
        }
        let next = [y[0] + rate * slope[0], y[1] + rate * slope[1]];
        let (a, b) = (y[0] - next[0], y[1] - next[1]);
        if (a * a + b * b).sqrt() <= 1e-5 {
            break;
        }
        let higher = saddle(x, &next);
        if higher > height {
            y = next;
            height = higher;
            slope = saddle::gradient(x, &y).1;
            accepted += 1;
        } else {
            rate /= 2.0;
            accepted = 0;
        }
    }
    saddle(x, &y)
}

/// The same, whose gradient is one of forward mode, slope by slope.
#[differentiate(jvp, wrt(x))]
fn highest_by_forward(x: &[f64; 2], start: &[f64; 2]) -> f64 {
    let zero = [0.0; 2];
    let mut y = *start;
    let mut height = saddle(x, &y);
    let mut slope =
        [saddle::jvp(x, &y, zero, [1.0, 0.0]).1, saddle::jvp(x, &y, zero, [0.0, 1.0]).1];
    let mut rate = 1e-5;
    let mut accepted = 0;
    loop {
        if (slope[0] * slope[0] + slope[1] * slope[1]).sqrt() <= 1e-5 {
            break;
        }
        if accepted == 10 {
            rate *= 2.0;
            accepted = 0;
            continue;
        }
        let next = [y[0] + rate * slope[0], y[1] + rate * slope[1]];
        let (a, b) = (y[0] - next[0], y[1] - next[1]);
        if (a * a + b * b).sqrt() <= 1e-5 {
            break;
        }
        let higher = saddle(x, &next);
        if higher > height {
            y = next;
            height = higher;
            slope =
                [saddle::jvp(x, &y, zero, [1.0, 0.0]).1, saddle::jvp(x, &y, zero, [0.0, 1.0]).1];
            accepted += 1;
        } else {
            rate /= 2.0;
            accepted = 0;
        }
    }
    saddle(x, &y)
}

#[test]
fn the_saddle_point_in_four_ways() {
    let start = [1.0, 1.0];
    let axis = [[1.0, 0.0], [0.0, 1.0]];
    let inner = |x: &[f64; 2]| {
        lowest(start, |y| -saddle(x, y), |y| saddle::gradient(x, y).1.map(|slope| -slope))
    };
    let rr = lowest(
        start,
        |x| highest_by_reverse(x, &start),
        |x| highest_by_reverse::gradient(x, &start),
    );
    let rf = lowest(
        start,
        |x| highest_by_forward(x, &start),
        |x| highest_by_forward::gradient(x, &start),
    );
    let fr = lowest(
        start,
        |x| highest_by_reverse(x, &start),
        |x| axis.map(|e| highest_by_reverse::jvp(x, &start, e).1),
    );
    let ff = lowest(
        start,
        |x| highest_by_forward(x, &start),
        |x| axis.map(|e| highest_by_forward::jvp(x, &start, e).1),
    );
    for x in [rr, rf, fr, ff] {
        let y = inner(&x);
        for found in [x[0], x[1], y[0], y[1]] {
            assert!((found - 8.246324826140356e-6).abs() < 1e-10, "{found}");
        }
    }
}

// The particle.

/// The potential of two charges at a point.
#[differentiate(order = 2)]
fn charges(p: &[f64; 2], w: f64) -> f64 {
    let (x, y) = (p[0] - 10.0, p[1] - (10.0 - w));
    let (u, v) = (p[0] - 10.0, p[1]);
    1.0 / (x * x + y * y).sqrt() + 1.0 / (u * u + v * v).sqrt()
}

/// The squared distance from the origin at which the particle crosses the axis.
#[differentiate(jvp)]
fn crossing_by_reverse(w: f64) -> f64 {
    let (mut position, mut velocity) = ([0.0, 8.0], [0.75, 0.0]);
    let dt = 0.1;
    loop {
        let (slope, _) = charges::gradient(&position, w);
        position[0] += dt * velocity[0];
        position[1] += dt * velocity[1];
        if position[1] <= 0.0 {
            let h = -position[1] / velocity[1];
            let x = position[0] + h * velocity[0];
            return x * x;
        }
        velocity[0] -= dt * slope[0];
        velocity[1] -= dt * slope[1];
    }
}

/// The same with forces by forward mode.
#[differentiate(jvp)]
fn crossing_by_forward(w: f64) -> f64 {
    let (mut position, mut velocity) = ([0.0, 8.0], [0.75, 0.0]);
    let dt = 0.1;
    loop {
        let slope = [
            charges::jvp(&position, w, [1.0, 0.0], 0.0).1,
            charges::jvp(&position, w, [0.0, 1.0], 0.0).1,
        ];
        position[0] += dt * velocity[0];
        position[1] += dt * velocity[1];
        if position[1] <= 0.0 {
            let h = -position[1] / velocity[1];
            let x = position[0] + h * velocity[0];
            return x * x;
        }
        velocity[0] -= dt * slope[0];
        velocity[1] -= dt * slope[1];
    }
}

#[test]
fn the_particle_in_four_ways() {
    for (w, expected) in [
        (0.0, 3.1990790025081943),
        (0.1, 1.1717792850669038),
        (0.2, 0.006913102590703894),
        (0.3, 1.4892892149892272),
    ] {
        for found in [crossing_by_reverse(w), crossing_by_forward(w)] {
            assert!((found - expected).abs() < 1e-9 * expected.max(1.0), "{found} and {expected}");
        }
        let slopes = [
            crossing_by_reverse::gradient(w),
            crossing_by_forward::gradient(w),
            crossing_by_reverse::jvp(w, 1.0).1,
            crossing_by_forward::jvp(w, 1.0).1,
        ];
        for slope in slopes {
            assert!((slope - slopes[0]).abs() < 1e-9 * slopes[0].abs(), "{slopes:?}");
        }
    }
    let ways = [
        lowest([0.0], |w| crossing_by_reverse(w[0]), |w| [crossing_by_reverse::gradient(w[0])]),
        lowest([0.0], |w| crossing_by_forward(w[0]), |w| [crossing_by_forward::gradient(w[0])]),
        lowest([0.0], |w| crossing_by_reverse(w[0]), |w| [crossing_by_reverse::jvp(w[0], 1.0).1]),
        lowest([0.0], |w| crossing_by_forward(w[0]), |w| [crossing_by_forward::jvp(w[0], 1.0).1]),
    ];
    for [w] in ways {
        assert!((w - 0.2071918746486116).abs() < 1e-10, "{w}");
    }
}
