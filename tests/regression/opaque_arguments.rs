//! What is read out of a struct that the compiler does not look into: enums passed on, tuples with arrays,
//! and comparisons with numbers without suffix.

use crate::close;
use autodiff_core::differentiate;

#[derive(Clone, Copy)]
enum Kind {
    Linear,
    Square,
    Shifted(f64),
}

struct Setup {
    kind: Kind,
    range: (f64, f64),
    rows: Vec<[f64; 2]>,
    landmark: (usize, [f64; 2]),
    cells: usize,
    step: f64,
}

#[differentiate(wrt(x))]
fn shaped(x: f64, kind: Kind) -> f64 {
    match kind {
        Kind::Linear => 3.0 * x,
        Kind::Square => x * x,
        Kind::Shifted(by) => x * by + by,
    }
}

#[differentiate(wrt(x))]
fn within(x: f64, range: (f64, f64)) -> f64 {
    (x - range.0) / (range.1 - range.0)
}

#[differentiate(wrt(x))]
fn fitted(x: &[f64; 2], row: &[f64; 2]) -> f64 {
    (x[0] - row[0]) * (x[1] - row[1])
}

/// An enum behind `&` is copied, more than once, and is gone in the reverse sweep.
#[differentiate(wrt(x))]
fn shaped_twice(x: &mut [f64], setup: &Setup) {
    for value in x.iter_mut() {
        *value = shaped(shaped(*value, setup.kind), setup.kind);
        *value = within(*value, setup.range);
    }
}

#[differentiate(wrt(x))]
fn loss(x: f64, setup: &Setup) -> f64 {
    assert!(setup.cells >= 1 && 0.0 < setup.step);
    let mut values = [x, 2.0 * x];
    shaped_twice(&mut values, setup);
    let mut sum = 0.0;
    let mut row = 0;
    while row < setup.rows.len() {
        sum += fitted(&values, &setup.rows[row]);
        values[0] *= x;
        row += 1;
    }
    let (index, place): (usize, [f64; 2]) = setup.landmark;
    sum * values[index] + values.iter().zip(&place).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
}

#[test]
fn gradients() {
    for kind in [Kind::Linear, Kind::Square, Kind::Shifted(0.7)] {
        let rows = vec![[0.1, 0.2], [0.3, 0.4], [0.5, 0.7]];
        let setup =
            Setup { kind, range: (0.5, 2.5), rows, landmark: (1, [0.2, 0.3]), cells: 1, step: 0.1 };
        let x = 0.8;
        let (value, slope) = loss::value_and_gradient(x, &setup);
        assert_eq!(value, loss(x, &setup));
        let difference =
            |step: f64| (loss(x + step, &setup) - loss(x - step, &setup)) / (2.0 * step);
        let expected = (4.0 * difference(1e-4) - difference(2e-4)) / 3.0;
        assert!((slope - expected).abs() < 1e-9, "{slope} for {expected}");
    }
    close(&[shaped::gradient(2.0, Kind::Square)], &[4.0]);
}
