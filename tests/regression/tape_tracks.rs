//! Small functions with loops over arrays that are gone when they are reversed, and numbers of several
//! types on the tape.

#![allow(clippy::needless_range_loop)] // as users write

use crate::close;
use autodiff_core::differentiate;

const N: usize = 3;

/// Both arguments change after the call: their content is kept.
#[differentiate]
fn product(a: &[[f64; N]; N], b: &[[f64; N]; N]) -> [[f64; N]; N] {
    let mut result = [[0.0; N]; N];
    for i in 0..N {
        for k in 0..N {
            let factor = a[i][k];
            for j in 0..N {
                result[i][j] += factor * b[k][j];
            }
        }
    }
    result
}

/// Floats of both sizes, truth values and integers are saved.
#[differentiate(wrt(x, y))]
fn mixed(x: &mut f64, y: f32, n: usize, wide: bool) -> f32 {
    let scaled = (*x * f64::from(y)).sin();
    let mut result = y * y;
    if wide {
        *x = scaled * scaled * n as f64;
        result *= scaled as f32;
    }
    result
}

#[differentiate]
fn power_trace(x: f64, y: f32) -> f64 {
    let mut matrix = [[0.5, x, 0.1], [x * x, -0.3, 0.2], [0.4, 0.6, 1.0 - x]];
    let mut state = x;
    for step in 0..4 {
        let squared = product(&matrix, &matrix);
        matrix = squared;
        let factor = mixed(&mut state, y, step + 1, step % 2 == 0);
        matrix[0][0] += 0.1 * state * f64::from(factor);
    }
    matrix[0][0] + matrix[1][1] + matrix[2][2]
}

#[test]
fn gradients() {
    let (x, y) = (0.4, 0.75);
    let (value, (by_x, by_y)) = power_trace::value_and_gradient(x, y);
    assert_eq!(value, power_trace(x, y));
    let difference =
        |step: f64| (power_trace(x + step, y) - power_trace(x - step, y)) / (2.0 * step);
    // `f32` inside: only wide steps tell something.
    let expected = (4.0 * difference(1e-2) - difference(2e-2)) / 3.0;
    assert!((by_x - expected).abs() < 1e-3 * expected.abs(), "{by_x} for {expected}");
    let difference =
        f64::from((power_trace(x, y + 0.015625) - power_trace(x, y - 0.015625)) as f32) / 0.03125;
    assert!((f64::from(by_y) - difference).abs() < 1e-2 * difference.abs(), "{by_y} {difference}");

    let a = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
    let (_, (by_a, by_b)) = product::vjp(&a, &a, [[1.0, 0.0, 0.0], [0.0; 3], [0.0; 3]]);
    close(&by_a[0], &[1.0, 4.0, 7.0]);
    close(&[by_b[0][0], by_b[1][0], by_b[2][0], by_b[2][1]], &[1.0, 2.0, 3.0, 0.0]);
}
