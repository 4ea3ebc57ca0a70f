//! Structs that are local to loops and branches, passed by value, returned, or lent to a callee that
//! needs them again in the reverse sweep.

use crate::close;
use autodiff_core::{Differentiable, differentiate};

#[derive(Clone, Copy, Debug, Differentiable)]
struct Gas {
    density: f64,
    velocities: [f64; 2],
}

#[derive(Clone, Debug, Differentiable)]
struct Tube {
    cells: Vec<Gas>,
    areas: Vec<f64>,
}

#[differentiate]
fn energy(gas: &Gas, scale: f64) -> f64 {
    scale * gas.density * (gas.velocities[0] * gas.velocities[1]).sin()
}

/// Passed by value, returned.
#[differentiate]
fn mixed(a: Gas, factor: f64, b: Gas) -> Gas {
    Gas {
        density: a.density + factor * b.density,
        velocities: [a.velocities[0] * b.velocities[1], factor * a.velocities[1]],
    }
}

/// The function itself names no field and no struct literal; its argument is gone in the reverse sweep
/// of its caller.
#[differentiate]
fn mixed_twice(a: &Gas, factor: f64) -> Gas {
    let once = mixed(*a, factor, *a);
    if energy(&once, factor) > 1e3 {
        return once;
    }
    mixed(once, energy(&once, factor), *a)
}

/// Returns a struct that owns memory.
#[differentiate]
fn filled(gas: &Gas, count: usize) -> Tube {
    let mut tube = Tube { cells: Vec::with_capacity(count), areas: vec![1.0; count] };
    for index in 0..count {
        let gas = mixed(*gas, index as f64, *gas);
        tube.cells.push(gas);
    }
    for (index, area) in tube.areas.iter_mut().enumerate() {
        *area = gas.density.powi(index as i32);
    }
    tube
}

/// Lends two fields of one variable, one of them mutably.
#[differentiate]
fn widen(cells: &[Gas], areas: &mut [f64]) {
    for (gas, area) in cells.iter().zip(areas.iter_mut()) {
        *area *= gas.density + gas.velocities[1];
    }
}

#[differentiate]
fn spread(tube: &mut Tube) {
    widen(&tube.cells, &mut tube.areas);
    for index in 1..tube.cells.len() {
        let (before, here) = (tube.cells[index - 1], tube.cells[index]);
        tube.cells[index] = mixed(here, 0.1, before);
    }
}

#[differentiate]
fn total(gas: &Gas, count: usize) -> f64 {
    let mut tube = filled(gas, count);
    spread(&mut tube);
    spread(&mut tube);
    let mut sum = 0.0;
    for (index, cell) in tube.cells.iter().enumerate() {
        let changed = mixed_twice(cell, 0.3);
        sum += tube.areas[index] * energy(&changed, 0.7);
    }
    sum
}

#[test]
fn gradients() {
    let gas = Gas { density: 0.8, velocities: [0.6, 0.9] };
    let (value, slope) = total::value_and_gradient(&gas, 3);
    assert_eq!(value, total(&gas, 3));
    let moved = |which: usize, step: f64| {
        let mut gas = gas;
        match which {
            0 => gas.density += step,
            other => gas.velocities[other - 1] += step,
        }
        total(&gas, 3)
    };
    for (which, slope) in
        [slope.density, slope.velocities[0], slope.velocities[1]].into_iter().enumerate()
    {
        let difference = |step: f64| (moved(which, step) - moved(which, -step)) / (2.0 * step);
        let expected = (4.0 * difference(1e-4) - difference(2e-4)) / 3.0;
        assert!((slope - expected).abs() < 1e-9, "{which}: {slope} for {expected}");
    }
    close(&[energy::gradient(&gas, 2.0).1], &[0.8 * 0.54_f64.sin()]);
}
