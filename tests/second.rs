//! Hessians, Hessian-vector products and Jacobians through the public face: against closed forms, against
//! each other, and against differences of the gradient.

#[path = "common/close.rs"]
mod close;

use autodiff_core::{Differentiable, Float, differentiate};
use close::close;

#[differentiate(hvp, hessian, value_gradient_hessian)]
fn rosenbrock(x: &[f64; 2]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

#[differentiate(hvp, hessian, value_gradient_hessian)]
fn chained(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += (1.0 - x[i]).powi(2) + 100.0 * (x[i + 1] - x[i] * x[i]).powi(2);
    }
    sum
}

#[test]
fn rosenbrock_at_once_and_one_by_one() {
    let x = [1.3, 0.7];
    let expected =
        [[2.0 + 1200.0 * x[0] * x[0] - 400.0 * x[1], -400.0 * x[0]], [-400.0 * x[0], 200.0]];
    let hessian = rosenbrock::hessian(&x);
    close(hessian.as_flattened(), expected.as_flattened());
    close(&chained::hessian(&x), expected.as_flattened());
    let (value, gradient, again) = rosenbrock::value_gradient_hessian(&x);
    assert_eq!((value, gradient), rosenbrock::value_and_gradient(&x));
    close(again.as_flattened(), expected.as_flattened());
    let (value, gradient, again) = chained::value_gradient_hessian(&x);
    assert_eq!((value, gradient), chained::value_and_gradient(&x));
    close(&again, expected.as_flattened());
    let product = [hessian[0][0] - 2.0 * hessian[0][1], hessian[1][0] - 2.0 * hessian[1][1]];
    close(&rosenbrock::hvp(&x, [1.0, -2.0]), &product);
    close(&chained::hvp(&x, &[1.0, -2.0]), &product);
}

#[test]
fn no_direction_at_all() {
    #[differentiate(hessian)]
    fn constant(x: &[f64]) -> f64 {
        x.iter().sum::<f64>() + 1.0
    }
    assert_eq!(constant::hessian(&[]), []);
}

#[differentiate(hessian, hvp)]
fn recurrence(w: &[f64; 3], x: f64, y: f64, steps: usize) -> f64 {
    let mut s = x;
    for i in 0..steps {
        s = (s * w[0] + w[1] * y).sin() + w[2] * s * (i as f64);
    }
    s * s
}

/// Differences of a gradient, whose error is of the order of 1e-9 here.
fn close_to_differences(hessian: &[f64], at: &[f64], gradient: impl Fn(&[f64]) -> Vec<f64>) {
    let step = 1e-5;
    let n = at.len();
    let size = hessian.iter().fold(1.0, |size: f64, entry| size.max(entry.abs()));
    for row in 0..n {
        let (mut plus, mut minus) = (at.to_vec(), at.to_vec());
        plus[row] += step;
        minus[row] -= step;
        let (plus, minus) = (gradient(&plus), gradient(&minus));
        for column in 0..n {
            let slope = (plus[column] - minus[column]) / (2.0 * step);
            let entry = hessian[row * n + column];
            assert!((entry - slope).abs() < 1e-7 * size, "[{row}][{column}]: {entry} and {slope}");
            assert_eq!(entry, hessian[column * n + row], "symmetric");
        }
    }
}

#[test]
fn several_parameters_end_to_end_through_a_loop_with_stacks() {
    let hessian = recurrence::hessian(&[0.5, -0.3, 0.2], 0.4, 1.1, 5);
    close_to_differences(hessian.as_flattened(), &[0.5, -0.3, 0.2, 0.4, 1.1], |p| {
        let (w, x, y) = recurrence::gradient(&[p[0], p[1], p[2]], p[3], p[4], 5);
        vec![w[0], w[1], w[2], x, y]
    });
    let (w, x, y) = recurrence::hvp(&[0.5, -0.3, 0.2], 0.4, 1.1, 5, [0.0, 1.0, 0.0], 0.0, 0.0);
    close(&[w[0], w[1], w[2], x, y], &hessian[1]);
}

#[differentiate(order = 2)]
fn potential(x: f64, y: f64) -> f64 {
    (x * y).sin() + x.powi(3) * y
}

#[differentiate(order = 2)]
fn step(s: &mut [f64; 2], k: f64) {
    let a = -k * s[0].sin();
    s[0] += 0.1 * s[1];
    s[1] += 0.1 * a * s[0];
}

#[differentiate(order = 2)]
fn rotate(v: [f64; 2], a: f64) -> [f64; 2] {
    let mut r = v;
    for i in 0..3 {
        r = [r[0] * a.cos() - r[1] * a.sin(), r[0] * a.sin() + r[1] * a.cos() * (i as f64)];
    }
    r
}

#[differentiate(order = 2)]
fn cubes(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x * x).sum()
}

#[differentiate(hvp, hessian)]
fn total(p: &[f64; 4], n: usize) -> f64 {
    let mut s = [p[0], p[1]];
    let mut energy = 0.0;
    for i in 0..n {
        step(&mut s, p[2]);
        let r = rotate(s, p[3]);
        energy += potential(r[0], s[1] * p[0]) * (i as f64 + 1.0);
        let w = [s[0], r[1], p[3]];
        energy += cubes(&w);
    }
    energy
}

#[differentiate(hessian)]
fn recursive(x: f64, n: usize) -> f64 {
    if n == 0 { x * x } else { recursive(x.sin() * x, n - 1) + x * recursive(0.5 * x, n - 1) }
}

#[differentiate(hvp, hessian)]
fn of_lists(w: &[f64]) -> f64 {
    let sines: Vec<f64> = w.iter().map(|x| x.sin()).collect();
    cubes(&sines) * cubes(w)
}

#[test]
fn calls_by_gradients_and_by_sweeps() {
    let p = [0.3, -0.8, 1.2, 0.4];
    let hessian = total::hessian(&p, 4);
    close_to_differences(hessian.as_flattened(), &p, |p| {
        total::gradient(p.try_into().expect("four"), 4).to_vec()
    });
    close(&total::hvp(&p, 4, [0.0, 0.0, 1.0, 0.0]), &hessian[2]);
    let hessian = recursive::hessian(0.7, 3);
    close_to_differences(&hessian[0], &[0.7], |x| vec![recursive::gradient(x[0], 3)]);
    let w = [0.3, 0.9, -1.2];
    let hessian = of_lists::hessian(&w);
    close_to_differences(&hessian, &w, of_lists::gradient);
    close(&of_lists::hvp(&w, &[0.0, 1.0, 0.0]), &hessian[3..6]);
}

#[differentiate(jacobian, value_and_jacobian)]
fn polar(r: f64, a: f64) -> [f64; 2] {
    [r * a.cos(), r * a.sin()]
}

#[differentiate]
fn residuals(p: &[f64; 3], t: &[f64], y: &[f64]) -> Vec<f64> {
    t.iter().zip(y).map(|(t, y)| p[0] * (-p[1] * t).exp() + p[2] - y).collect()
}

#[differentiate(wrt(p), jacobian, value_and_jacobian)]
fn residuals_of_parameters(p: &[f64; 3], t: &[f64], y: &[f64]) -> Vec<f64> {
    t.iter().zip(y).map(|(t, y)| p[0] * (-p[1] * t).exp() + p[2] - y).collect()
}

#[differentiate(wrt(p), jacobian)]
fn residuals_of_a_slice(p: &[f64], t: &[f64], y: &[f64]) -> Vec<f64> {
    t.iter().zip(y).map(|(t, y)| p[0] * (-p[1] * t).exp() + p[2] - y).collect()
}

#[test]
fn jacobians_of_what_is_returned() {
    let (r, a) = (2.0_f64, 0.5_f64);
    let ((x, y), (by_r, by_a)) = {
        let ([x, y], jacobian) = polar::value_and_jacobian(r, a);
        assert_eq!(jacobian, polar::jacobian(r, a));
        ((x, y), jacobian)
    };
    close(&[x, y], &[r * a.cos(), r * a.sin()]);
    close(&by_r, &[a.cos(), a.sin()]);
    close(&by_a, &[-r * a.sin(), r * a.cos()]);

    let (p, t, y) = ([1.0, 0.5, 0.1], [1.0, 2.0], [0.3, 0.2]);
    let rows: Vec<f64> =
        t.iter().flat_map(|t| [(-p[1] * t).exp(), -t * p[0] * (-p[1] * t).exp(), 1.0]).collect();
    let (by_p, by_t, by_y) = residuals::jacobian(&p, &t, &y);
    close(&by_p, &rows);
    let slope = |t: f64| -p[1] * p[0] * (-p[1] * t).exp();
    close(&by_t, &[slope(t[0]), 0.0, 0.0, slope(t[1])]);
    close(&by_y, &[-1.0, 0.0, 0.0, -1.0]);
    close(&residuals_of_parameters::jacobian(&p, &t, &y), &rows);
    close(&residuals_of_a_slice::jacobian(&p, &t, &y), &rows);
    let (value, jacobian) = residuals_of_parameters::value_and_jacobian(&p, &t, &y);
    assert_eq!(value, residuals(&p, &t, &y));
    close(&jacobian, &rows);
}

#[derive(Clone, Differentiable)]
struct Body {
    position: [f64; 2],
    mass: f64,
    name: u8,
}

#[differentiate(jacobian, value_and_jacobian)]
fn advance(bodies: &mut [Body], time: f64) -> f64 {
    let mut energy = 0.0;
    for body in bodies.iter_mut() {
        energy += body.mass * body.position[0] * time;
        body.position[0] += time * body.position[1] / body.mass;
        body.name += 1;
    }
    energy
}

#[test]
fn structs_behind_references_are_laid_end_to_end() {
    let start = vec![
        Body { position: [1.0, 2.0], mass: 4.0, name: 7 },
        Body { position: [-1.0, 0.5], mass: 2.0, name: 9 },
    ];
    let mut bodies = start.clone();
    let (value, (by_bodies, by_time)) = advance::value_and_jacobian(&mut bodies, 0.5);
    close(&[value], &[0.5 * (4.0 - 2.0)]);
    assert_eq!((bodies[0].name, bodies[1].name), (8, 10), "changed once");
    close(&bodies[0].position, &[1.25, 2.0]);
    #[rustfmt::skip]
    let expected = [
        // The energy, then position and mass of each.
        2.0, 0.0, 0.5, 1.0, 0.0, -0.5,
        1.0, 0.125, -0.5 * 2.0 / 16.0, 0.0, 0.0, 0.0,
        0.0, 1.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 1.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0, 1.0, 0.25, -0.5 * 0.5 / 4.0,
        0.0, 0.0, 0.0, 0.0, 1.0, 0.0,
        0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
    ];
    close(&by_bodies, &expected);
    close(&by_time, &[4.0 - 2.0, 0.5, 0.0, 0.0, 0.25, 0.0, 0.0]);
    let mut bodies = start;
    let (again, _) = advance::jacobian(&mut bodies, 0.5);
    close(&again, &expected);
}

#[test]
fn what_is_behind_references_changes_once() {
    #[differentiate(hessian, jacobian)]
    fn counts(x: &[f64], calls: &mut u32, work: &mut [f64]) -> f64 {
        *calls += 1;
        for i in 0..x.len() {
            work[i] = work[i] * x[i] + x[i] * x[i];
        }
        work.iter().map(|w| w * w).sum()
    }
    let (x, start) = ([0.5, -1.5], [2.0, 3.0]);
    let (mut calls, mut work) = (0, start);
    let hessian = counts::hessian(&x, &mut calls, &mut work);
    assert_eq!(calls, 1);
    assert_eq!(work, [2.0 * 0.5 + 0.25, -4.5 + 2.25]);
    close_to_differences(&hessian, &[x[0], x[1], start[0], start[1]], |p| {
        let mut work = [p[2], p[3]];
        let (x, work) = counts::gradient(&p[..2], &mut 0, &mut work);
        [x, work].concat()
    });
}

#[differentiate(hessian, hvp, value_gradient_hessian, jvp)]
fn generic<T: Float, const N: usize>(x: &[T; N], scale: T) -> T {
    let mut sum = T::from_f64(0.0);
    for i in 0..N {
        sum += (x[i] * scale).sin() * x[(i + 1) % N];
    }
    sum
}

#[test]
fn generic_functions() {
    let x = [0.3, 0.9, -0.4];
    let hessian = generic::hessian(&x, 1.5);
    close_to_differences(&hessian, &[x[0], x[1], x[2], 1.5], |p| {
        let (x, scale) = generic::gradient(&[p[0], p[1], p[2]], p[3]);
        [x.to_vec(), vec![scale]].concat()
    });
    let single = generic::hessian(&x.map(|x| x as f32), 1.5_f32);
    for (double, single) in hessian.iter().zip(single) {
        assert!((*double - f64::from(single)).abs() < 1e-5);
    }

    #[differentiate(hessian)]
    fn named<const N: usize>(x: &[f64; N]) -> f64 {
        x.iter().product()
    }
    let hessian: [[f64; 3]; 3] = named::hessian(&x);
    close(&hessian[0], &[0.0, x[2], x[1]]);
}

#[differentiate]
fn doubled(x: &[f64], list: &mut Vec<f64>) -> (f64, Vec<f64>) {
    list.push(x[0]);
    (x[0], x.iter().map(|x| 2.0 * x).collect())
}

#[test]
fn cotangents_of_another_length_are_refused() {
    let panics = |of_result: &[f64], of_list: &[f64]| {
        let cotangent = (1.0, of_result.to_vec());
        let run = || doubled::vjp(&[1.0, 2.0], &mut vec![], cotangent.clone(), of_list);
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let outcome = std::panic::catch_unwind(run);
        std::panic::set_hook(hook);
        outcome.err().map(|payload| payload.downcast_ref::<String>().cloned().unwrap_or_default())
    };
    assert_eq!(panics(&[1.0, 1.0], &[1.0]), None);
    let message = panics(&[1.0], &[1.0]).expect("it panics");
    assert_eq!(
        message,
        "`cotangent.1` has 1 elements, but its output has 2: the cotangent needs as many"
    );
    let message = panics(&[1.0, 1.0], &[]).expect("it panics");
    assert_eq!(
        message,
        "`list_cotangent` has 0 elements, but its output has 1: the cotangent needs as many"
    );
}

struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Spring {
    #[differentiate(hessian, hvp)]
    fn energy(&self, x: &[f64; 2]) -> f64 {
        0.5 * self.stiffness * (x[1] - x[0]).powi(2) + x[0].powi(4)
    }

    #[differentiate(jacobian)]
    fn force(&self, x: &[f64]) -> Vec<f64> {
        x.windows(2).map(|pair| self.stiffness * (pair[1] - pair[0]).powi(2)).collect()
    }
}

#[differentiate(hessian, name = "named_")]
fn prefixed(x: f64, y: f64) -> f64 {
    x * y * y
}

#[test]
fn methods_and_prefixes() {
    let spring = Spring { stiffness: 3.0 };
    let hessian = spring.energy_hessian(&[0.5, 2.0]);
    close(hessian.as_flattened(), &[3.0 + 12.0 * 0.25, -3.0, -3.0, 3.0]);
    close(&spring.energy_hvp(&[0.5, 2.0], [1.0, 1.0]), &[3.0, 0.0]);
    close(&spring.force_jacobian(&[1.0, 2.0, 4.0]), &[-6.0, 6.0, 0.0, 0.0, -12.0, 12.0]);
    close(named_hessian(2.0, 3.0).as_flattened(), &[0.0, 6.0, 6.0, 4.0]);
}
