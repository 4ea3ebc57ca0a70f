//! Linear algebra on two-dimensional arrays and flat slices.

use super::{differentiate, samples};

/// Determinant by Gaussian elimination with partial pivoting.
#[differentiate]
pub fn determinant<const N: usize>(a: &[[f64; N]; N]) -> f64 {
    let mut m = *a;
    let mut det = 1.0;
    for k in 0..N {
        let mut pivot = k;
        for i in k + 1..N {
            if m[i][k].abs() > m[pivot][k].abs() {
                pivot = i;
            }
        }
        if m[pivot][k] == 0.0 {
            return 0.0;
        }
        if pivot != k {
            m.swap(pivot, k);
            det = -det;
        }
        det *= m[k][k];
        for i in k + 1..N {
            let factor = m[i][k] / m[k][k];
            for j in k..N {
                m[i][j] -= factor * m[k][j];
            }
        }
    }
    det
}
samples! { gradient determinant::<3>:
    ([[2.0, 1.0, 0.5], [4.0, -1.0, 3.0], [0.0, 2.0, 1.0]],),
    ([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]],),
    ([[0.0; 3]; 3],),
}

/// Solve by Gaussian elimination and back substitution, on flat storage.
#[differentiate]
pub fn gaussian_solve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    assert_eq!(a.len(), n * n);
    let mut m = a.to_vec();
    let mut x = b.to_vec();
    for k in 0..n {
        let mut p = k;
        for i in k + 1..n {
            if m[i * n + k].abs() > m[p * n + k].abs() {
                p = i;
            }
        }
        if p != k {
            for j in 0..n {
                m.swap(k * n + j, p * n + j);
            }
            x.swap(k, p);
        }
        for i in k + 1..n {
            let f = m[i * n + k] / m[k * n + k];
            for j in k..n {
                m[i * n + j] -= f * m[k * n + j];
            }
            x[i] -= f * x[k];
        }
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= m[i * n + j] * x[j];
        }
        x[i] /= m[i * n + i];
    }
    x
}
samples! { gradient gaussian_solve:
    (vec![2.0, 1.0, 1.0, 3.0], vec![1.0, 2.0]),
    (vec![0.0, 1.0, 2.0, 0.0], vec![1.0, 2.0]),
    (vec![], vec![]),
    (vec![1.0], vec![1.0, 2.0]),
}

/// Log-determinant by Cholesky.
#[differentiate]
pub fn cholesky_log_det<const N: usize>(a: [[f64; N]; N]) -> f64 {
    let mut l = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let mut s = a[i][j];
            for k in 0..j {
                s -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { s.sqrt() } else { s / l[j][j] };
        }
    }
    let mut log_det = 0.0;
    for i in 0..N {
        log_det += 2.0 * l[i][i].ln();
    }
    log_det
}
samples! { gradient cholesky_log_det::<3>: ([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]],) }

/// Gaussian process log-likelihood: kernel, Cholesky, triangular solve.
#[differentiate(wrt(length, noise))]
pub fn gaussian_process(length: f64, noise: f64, x: &[f64], y: &[f64]) -> f64 {
    let n = x.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let d = (x[i] - x[j]) / length;
            let mut s = (-0.5 * d * d).exp();
            if i == j {
                s += noise;
            }
            for k in 0..j {
                s -= l[i][k] * l[j][k];
            }
            if i == j {
                l[i][i] = s.sqrt();
            } else {
                l[i][j] = s / l[j][j];
            }
        }
    }
    let mut fit = 0.0;
    let mut log_det = 0.0;
    let mut z = vec![0.0; n];
    for i in 0..n {
        let mut s = y[i];
        for k in 0..i {
            s -= l[i][k] * z[k];
        }
        z[i] = s / l[i][i];
        fit += z[i] * z[i];
        log_det += l[i][i].ln();
    }
    -0.5 * fit - log_det
}
samples! { gradient gaussian_process:
    (0.8, 0.1, vec![0.0, 0.5, 1.5], vec![0.2, 0.4, -0.3]),
    (0.8, 0.1, vec![], vec![]),
    (0.8, 0.1, vec![0.0, 1.0], vec![0.0]),
}

/// Matrix product of const sizes.
#[differentiate]
pub fn matmul<const N: usize, const K: usize, const M: usize>(
    a: &[[f64; K]; N],
    b: &[[f64; M]; K],
) -> [[f64; M]; N] {
    let mut c = [[0.0; M]; N];
    for i in 0..N {
        for j in 0..M {
            let mut s = 0.0;
            for k in 0..K {
                s += a[i][k] * b[k][j];
            }
            c[i][j] = s;
        }
    }
    c
}
samples! { gradient matmul::<2, 3, 2>: ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 0.5], [-1.0, 2.0], [0.0, 1.0]]) }

/// Power iteration with the Rayleigh quotient.
#[differentiate(wrt(a))]
pub fn power_iteration(a: &[[f64; 2]; 2], rounds: usize) -> f64 {
    let mut v = [1.0, 0.5];
    for _ in 0..rounds {
        let w = [a[0][0] * v[0] + a[0][1] * v[1], a[1][0] * v[0] + a[1][1] * v[1]];
        let n = w[0].hypot(w[1]);
        v = [w[0] / n, w[1] / n];
    }
    let w = [a[0][0] * v[0] + a[0][1] * v[1], a[1][0] * v[0] + a[1][1] * v[1]];
    v[0] * w[0] + v[1] * w[1]
}
samples! { gradient power_iteration: ([[2.0, 1.0], [1.0, 3.0]], 5), ([[2.0, 1.0], [1.0, 3.0]], 0) }

/// Determinant of three by three written out.
#[differentiate]
pub fn determinant3(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}
samples! { gradient determinant3: ([[2.0, 1.0, 0.5], [4.0, -1.0, 3.0], [0.0, 2.0, 1.0]],) }

/// Rodrigues' rotation of a vector, with the small-angle branch.
#[differentiate]
pub fn rodrigues(axis_angle: &[f64; 3], v: &[f64; 3]) -> [f64; 3] {
    let theta2 = axis_angle[0].powi(2) + axis_angle[1].powi(2) + axis_angle[2].powi(2);
    let cross = |a: &[f64; 3], b: &[f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    if theta2 < 1e-12 {
        let c = cross(axis_angle, v);
        return [v[0] + c[0], v[1] + c[1], v[2] + c[2]];
    }
    let theta = theta2.sqrt();
    let (s, c) = theta.sin_cos();
    let k = [axis_angle[0] / theta, axis_angle[1] / theta, axis_angle[2] / theta];
    let kv = cross(&k, v);
    let dot = k[0] * v[0] + k[1] * v[1] + k[2] * v[2];
    let mut out = [0.0; 3];
    for i in 0..3 {
        out[i] = v[i] * c + kv[i] * s + k[i] * dot * (1.0 - c);
    }
    out
}
samples! { gradient rodrigues: ([0.1, 0.2, -0.3], [1.0, 2.0, 3.0]), ([0.0; 3], [1.0, 2.0, 3.0]) }

/// Quaternion rotation and normalization.
#[differentiate]
pub fn quaternion_rotate(q: [f64; 4], v: [f64; 3]) -> f64 {
    let n = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]).sqrt();
    let [w, x, y, z] = [q[0] / n, q[1] / n, q[2] / n, q[3] / n];
    let tx = 2.0 * (y * v[2] - z * v[1]);
    let ty = 2.0 * (z * v[0] - x * v[2]);
    let tz = 2.0 * (x * v[1] - y * v[0]);
    let rx = v[0] + w * tx + y * tz - z * ty;
    let ry = v[1] + w * ty + z * tx - x * tz;
    let rz = v[2] + w * tz + x * ty - y * tx;
    rx + 2.0 * ry + 3.0 * rz
}
samples! { gradient quaternion_rotate: ([0.9, 0.1, 0.2, -0.3], [1.0, 2.0, 3.0]) }

/// One Kalman filter step with two states and one measurement.
#[differentiate(wrt(x, p, z))]
pub fn kalman_step(x: [f64; 2], p: [[f64; 2]; 2], z: f64, dt: f64) -> ([f64; 2], [[f64; 2]; 2]) {
    let predicted = [x[0] + dt * x[1], x[1]];
    let f = [[1.0, dt], [0.0, 1.0]];
    let mut fp = [[0.0; 2]; 2];
    let mut pp = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            for k in 0..2 {
                fp[i][j] += f[i][k] * p[k][j];
            }
        }
    }
    for i in 0..2 {
        for j in 0..2 {
            for k in 0..2 {
                pp[i][j] += fp[i][k] * f[j][k];
            }
        }
        pp[i][i] += 0.01;
    }
    let s = pp[0][0] + 0.5;
    let gain = [pp[0][0] / s, pp[1][0] / s];
    let innovation = z - predicted[0];
    let updated = [predicted[0] + gain[0] * innovation, predicted[1] + gain[1] * innovation];
    let mut covariance = pp;
    for i in 0..2 {
        for j in 0..2 {
            covariance[i][j] -= gain[i] * pp[0][j];
        }
    }
    (updated, covariance)
}
samples! { gradient kalman_step: ([0.5, 1.0], [[1.0, 0.1], [0.1, 2.0]], 0.9, 0.1) }

/// LU factors in place in the caller's array, without pivoting.
#[differentiate]
pub fn lu_in_place<const N: usize>(a: &mut [[f64; N]; N]) {
    for k in 0..N {
        for i in k + 1..N {
            a[i][k] /= a[k][k];
            let f = a[i][k];
            for j in k + 1..N {
                a[i][j] -= f * a[k][j];
            }
        }
    }
}
samples! { gradient lu_in_place::<3>: ([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]],) }

/// Gram-Schmidt on the rows of a matrix.
#[differentiate]
pub fn gram_schmidt(rows: &[[f64; 3]; 2]) -> [[f64; 3]; 2] {
    let mut q = *rows;
    for i in 0..2 {
        for j in 0..i {
            let mut dot = 0.0;
            for k in 0..3 {
                dot += q[i][k] * q[j][k];
            }
            for k in 0..3 {
                q[i][k] -= dot * q[j][k];
            }
        }
        let norm = q[i].iter().map(|v| v * v).sum::<f64>().sqrt();
        for v in q[i].iter_mut() {
            *v /= norm;
        }
    }
    q
}
samples! { gradient gram_schmidt: ([[1.0, 2.0, 2.0], [0.5, -1.0, 3.0]],) }

/// Conjugate gradients for a small symmetric system.
#[differentiate(wrt(b))]
pub fn conjugate_gradient(a: &[[f64; 3]; 3], b: &[f64; 3], rounds: usize) -> f64 {
    let mut x = [0.0; 3];
    let mut r = *b;
    let mut p = r;
    let mut rr: f64 = r.iter().map(|v| v * v).sum();
    for _ in 0..rounds {
        if rr < 1e-20 {
            break;
        }
        let mut ap = [0.0; 3];
        for i in 0..3 {
            ap[i] = (0..3).map(|j| a[i][j] * p[j]).sum();
        }
        let alpha = rr / p.iter().zip(&ap).map(|(u, v)| u * v).sum::<f64>();
        for i in 0..3 {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
        }
        let next: f64 = r.iter().map(|v| v * v).sum();
        let beta = next / rr;
        rr = next;
        for i in 0..3 {
            p[i] = r[i] + beta * p[i];
        }
    }
    x[0] * x[0] + x[1] - x[2]
}
samples! { gradient conjugate_gradient: ([[4.0, 1.0, 0.0], [1.0, 5.0, 2.0], [0.0, 2.0, 6.0]], [1.0, 2.0, 3.0], 2), ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3], 3) }

/// Transpose in place with `split_at_mut` and `mem::swap`.
#[differentiate]
pub fn transpose_in_place(m: &mut [[f64; 3]; 3]) {
    for i in 0..3 {
        let (upper, lower) = m.split_at_mut(i + 1);
        for (offset, row) in lower.iter_mut().enumerate() {
            std::mem::swap(&mut upper[i][i + 1 + offset], &mut row[i]);
        }
    }
}
samples! { gradient transpose_in_place: ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],) }

/// Batched matrix-vector products over `chunks_exact` rows.
#[differentiate]
pub fn matvec(a: &[f64], x: &[f64], out: &mut [f64]) {
    for (row, y) in a.chunks_exact(x.len()).zip(out.iter_mut()) {
        let mut s = 0.0;
        for (p, q) in row.iter().zip(x) {
            s += p * q;
        }
        *y = s;
    }
}
samples! { gradient matvec: (vec![1.0, 2.0, 3.0, 4.0], vec![0.5, -1.0], vec![0.0, 0.0]), (vec![1.0], vec![], vec![]) }
