//! A method for least squares that is safe enough for these problems: Levenberg and Marquardt's with
//! scaled variables (J. J. Moré, The Levenberg-Marquardt algorithm, 1978), damped by the gain ratio.

/// The residuals at a point, and their Jacobian by rows.
pub(crate) type Linearization = (Vec<f64>, Vec<Vec<f64>>);

fn sum_of_squares(f: &[f64]) -> f64 {
    f.iter().map(|f| f * f).sum()
}

/// A point where the sum of squares does not get smaller any more.
pub(crate) fn minimize(
    linearize: impl Fn(&[f64]) -> Linearization,
    start: &[f64],
    iterations: usize,
) -> Vec<f64> {
    let mut x = start.to_vec();
    let mut scales = vec![0.0_f64; x.len()];
    let (mut damping, mut raise) = (1e-3, 2.0);
    let (mut f, mut jacobian) = linearize(&x);
    for _ in 0..iterations {
        for (k, scale) in scales.iter_mut().enumerate() {
            let column = jacobian.iter().map(|row| row[k] * row[k]).sum::<f64>().sqrt();
            *scale = scale.max(column);
        }
        let step = damped_step(&f, &jacobian, &scales, damping);
        let next: Vec<f64> = x.iter().zip(&step).map(|(x, step)| x + step).collect();
        let (next_f, next_jacobian) = linearize(&next);
        let model: Vec<f64> = jacobian.iter().zip(&f).map(|(row, f)| f + dot(row, &step)).collect();
        let predicted = sum_of_squares(&f) - sum_of_squares(&model);
        let gain = (sum_of_squares(&f) - sum_of_squares(&next_f)) / predicted;
        if gain > 0.0 {
            (x, f, jacobian) = (next, next_f, next_jacobian);
            damping *= (1.0 - (2.0 * gain - 1.0).powi(3)).max(1.0 / 3.0);
            raise = 2.0;
        } else {
            damping *= raise;
            raise *= 2.0;
        }
    }
    x
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The p that minimizes |J p + f|² + damping |D p|².
fn damped_step(f: &[f64], jacobian: &[Vec<f64>], scales: &[f64], damping: f64) -> Vec<f64> {
    let n = scales.len();
    let mut rows: Vec<Vec<f64>> = jacobian.to_vec();
    let mut right: Vec<f64> = f.iter().map(|f| -f).collect();
    for (k, scale) in scales.iter().enumerate() {
        let mut row = vec![0.0; n];
        row[k] = damping.sqrt() * if *scale == 0.0 { 1.0 } else { *scale };
        rows.push(row);
        right.push(0.0);
    }
    for k in 0..n {
        reflect(&mut rows, &mut right, k);
    }
    let mut p = vec![0.0; n];
    for k in (0..n).rev() {
        p[k] = (right[k] - dot(&rows[k][k + 1..], &p[k + 1..])) / rows[k][k];
    }
    p
}

/// Householder's reflection that makes column `k` zero below the diagonal.
fn reflect(rows: &mut [Vec<f64>], right: &mut [f64], k: usize) {
    let norm = rows[k..].iter().map(|row| row[k] * row[k]).sum::<f64>().sqrt();
    let mut normal: Vec<f64> = rows[k..].iter().map(|row| row[k]).collect();
    normal[0] += norm.copysign(normal[0]);
    let half_square = sum_of_squares(&normal) / 2.0;
    if half_square == 0.0 {
        return;
    }
    for column in k..rows[k].len() {
        let along: f64 = normal.iter().zip(&rows[k..]).map(|(v, row)| v * row[column]).sum();
        for (v, row) in normal.iter().zip(&mut rows[k..]) {
            row[column] -= along / half_square * v;
        }
    }
    let along = dot(&normal, &right[k..]) / half_square;
    for (v, right) in normal.iter().zip(&mut right[k..]) {
        *right -= along * v;
    }
}
