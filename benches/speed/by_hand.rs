//! Values and gradients as one writes them, one row after the other.

pub fn parabola(w: &[f64; 3], x: &[f64], y: &[f64]) -> (f64, [f64; 3]) {
    let (mut loss, mut slope) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let residual = w[0] * x * x + w[1] * x + w[2] - y;
        loss += residual * residual;
        let d = 2.0 * residual;
        slope[0] += d * x * x;
        slope[1] += d * x;
        slope[2] += d;
    }
    let n = x.len() as f64;
    (loss / n, slope.map(|slope| slope / n))
}

/// Sums of all numbers, as fast as they come: eight sums of each list.
pub fn read(lists: [&Vec<f64>; 2]) -> Vec<f64> {
    let mut sums = [0.0; 8];
    for list in lists {
        for eight in list.as_chunks::<8>().0 {
            for k in 0..8 {
                sums[k] += eight[k];
            }
        }
    }
    let total: f64 = sums.iter().sum();
    if total.is_nan() { vec![total] } else { vec![] }
}

pub fn logistic_by_columns(w: &[f64; 4], x: &[Vec<f64>; 4], y: &[f64]) -> (f64, [f64; 4]) {
    let (mut loss, mut slope) = (0.0, [0.0; 4]);
    let n = y.len();
    let [a, b, c, d] = [&x[0][..n], &x[1][..n], &x[2][..n], &x[3][..n]];
    for i in 0..n {
        let score = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i];
        let e = score.exp();
        loss += (1.0 + e).ln() - y[i] * score;
        let by_score = e / (1.0 + e) - y[i];
        slope[0] += by_score * a[i];
        slope[1] += by_score * b[i];
        slope[2] += by_score * c[i];
        slope[3] += by_score * d[i];
    }
    (loss / n as f64, slope.map(|slope| slope / n as f64))
}

pub fn logistic_by_rows(w: &[f64; 4], x: &[[f64; 4]], y: &[f64]) -> (f64, [f64; 4]) {
    let (mut loss, mut slope) = (0.0, [0.0; 4]);
    for (row, y) in x.iter().zip(y) {
        let score = w[0] * row[0] + w[1] * row[1] + w[2] * row[2] + w[3] * row[3];
        let e = score.exp();
        loss += (1.0 + e).ln() - y * score;
        let by_score = e / (1.0 + e) - y;
        for k in 0..4 {
            slope[k] += by_score * row[k];
        }
    }
    let n = y.len() as f64;
    (loss / n, slope.map(|slope| slope / n))
}

pub fn rosenbrock_of_2(x: &[f64; 2]) -> [f64; 2] {
    let t = x[1] - x[0] * x[0];
    [-400.0 * x[0] * t - 2.0 * (1.0 - x[0]), 200.0 * t]
}

pub fn rosenbrock(x: &[f64], slope: &mut [f64]) -> f64 {
    slope.fill(0.0);
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (t, u) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        sum += 100.0 * t * t + u * u;
        slope[i] += -400.0 * x[i] * t - 2.0 * u;
        slope[i + 1] += 200.0 * t;
    }
    sum
}
