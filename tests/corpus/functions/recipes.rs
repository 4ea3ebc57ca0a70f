//! Numerical recipes: dynamic programming, networks, solvers, simulations.

use super::{differentiate, samples};

/// Soft dynamic time warping of two series.
#[differentiate(wrt(a, b))]
pub fn soft_dtw(a: &[f64], b: &[f64], gamma: f64) -> f64 {
    let (n, m) = (a.len(), b.len());
    let mut r: Vec<Vec<f64>> = vec![vec![1e10; m + 1]; n + 1];
    r[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=m {
            let d = (a[i - 1] - b[j - 1]).powi(2);
            let (p, q, s) = (r[i - 1][j - 1], r[i - 1][j], r[i][j - 1]);
            let low = p.min(q).min(s);
            let sum = (-(p - low) / gamma).exp()
                + (-(q - low) / gamma).exp()
                + (-(s - low) / gamma).exp();
            r[i][j] = d + low - gamma * sum.ln();
        }
    }
    r[n][m]
}
samples! { gradient soft_dtw: (vec![1.0, 2.0, 3.0], vec![1.0, 2.5], 0.5), (vec![], vec![], 1.0), (vec![], vec![1.0], 1.0) }

/// Two-layer tanh network with weights in one flat slice.
#[differentiate(wrt(w))]
pub fn tanh_network(w: &[f64], x: &[f64], y: &[f64], hidden: usize) -> f64 {
    let mut loss = 0.0;
    for (&xi, &yi) in x.iter().zip(y) {
        let mut out = w[3 * hidden];
        for h in 0..hidden {
            out += w[2 * hidden + h] * (w[h] * xi + w[hidden + h]).tanh();
        }
        loss += (out - yi).powi(2);
    }
    loss / x.len() as f64
}
samples! { gradient tanh_network:
    (vec![0.5, -0.3, 0.1, 0.2, 1.0, -1.0, 0.05], vec![0.1, 0.7], vec![0.3, -0.2], 2),
    (vec![0.5], vec![0.1], vec![0.3], 0),
    (vec![0.5], vec![0.1], vec![0.3], 1),
}

/// Dense layers over const sizes, activations in local arrays.
#[differentiate(wrt(w1, w2))]
pub fn dense_layers(
    w1: &[[f64; 2]; 3],
    w2: &[f64; 3],
    inputs: &[[f64; 2]],
    targets: &[f64],
) -> f64 {
    let mut loss = 0.0;
    for (input, target) in inputs.iter().zip(targets) {
        let mut hidden = [0.0; 3];
        for i in 0..3 {
            for j in 0..2 {
                hidden[i] += w1[i][j] * input[j];
            }
            hidden[i] = hidden[i].max(0.0);
        }
        let mut out = 0.0;
        for i in 0..3 {
            out += w2[i] * hidden[i];
        }
        loss += (out - target) * (out - target);
    }
    loss
}
samples! { gradient dense_layers:
    ([[0.5, -0.2], [0.3, 0.8], [-1.0, 0.1]], [1.0, -0.5, 2.0], vec![[1.0, 2.0], [-0.5, 0.3]], vec![0.5, 1.0]),
    ([[0.5, -0.2], [0.3, 0.8], [-1.0, 0.1]], [1.0, -0.5, 2.0], vec![], vec![]),
}

/// Residuals of a finite-volume advection-diffusion scheme with a limiter.
#[differentiate(wrt(u, velocity, diffusion))]
pub fn finite_volume_residual(u: &[f64], velocity: f64, diffusion: f64, dx: f64) -> Vec<f64> {
    let minmod = |a: f64, b: f64| {
        if a * b <= 0.0 {
            0.0
        } else if a.abs() < b.abs() {
            a
        } else {
            b
        }
    };
    let n = u.len();
    let mut residual = vec![0.0; n];
    for face in 1..n {
        let left = u[face - 1];
        let right = u[face];
        let slope = if face >= 2 { minmod(left - u[face - 2], right - left) } else { 0.0 };
        let upwind = if velocity >= 0.0 { left + 0.5 * slope } else { right };
        let flux = velocity * upwind - diffusion * (right - left) / dx;
        residual[face - 1] -= flux / dx;
        residual[face] += flux / dx;
    }
    residual
}
samples! { gradient finite_volume_residual:
    (vec![0.0, 1.0, 1.5, 1.2, 0.3], 1.0, 0.1, 0.5),
    (vec![0.0, 1.0, 1.5], -1.0, 0.1, 0.5),
    (vec![], 1.0, 0.1, 0.5),
}

/// Burgers' equation with Godunov fluxes over time.
#[differentiate(wrt(initial))]
pub fn burgers(initial: &[f64; 5], steps: usize) -> f64 {
    let mut u = *initial;
    let ratio = 0.1;
    for _ in 0..steps {
        let mut flux = [0.0; 6];
        for i in 1..5 {
            let (l, r) = (u[i - 1], u[i]);
            flux[i] = if l > r {
                if l + r > 0.0 { 0.5 * l * l } else { 0.5 * r * r }
            } else if l > 0.0 {
                0.5 * l * l
            } else if r < 0.0 {
                0.5 * r * r
            } else {
                0.0
            };
        }
        for i in 0..5 {
            u[i] -= ratio * (flux[i + 1] - flux[i]);
        }
    }
    u.iter().map(|x| x * x).sum()
}
samples! { gradient burgers: ([1.0, 0.5, -0.2, -0.7, 0.3], 4), ([1.0, 0.5, -0.2, -0.7, 0.3], 0) }

/// American put by a binomial tree, in place.
#[differentiate(wrt(spot, rate, volatility))]
pub fn binomial_put(spot: f64, strike: f64, rate: f64, volatility: f64, steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let down = 1.0 / up;
    let p = ((rate * dt).exp() - down) / (up - down);
    let discount = (-rate * dt).exp();
    let mut values = Vec::with_capacity(steps + 1);
    for i in 0..=steps {
        let price = spot * up.powi(2 * i as i32 - steps as i32);
        values.push((strike - price).max(0.0));
    }
    for level in (0..steps).rev() {
        for i in 0..=level {
            let hold = discount * (p * values[i + 1] + (1.0 - p) * values[i]);
            let price = spot * up.powi(2 * i as i32 - level as i32);
            values[i] = hold.max(strike - price);
        }
    }
    values[0]
}
samples! { gradient binomial_put: (100.0, 105.0, 0.03, 0.25, 4), (100.0, 105.0, 0.03, 0.25, 1) }

/// Convolution followed by pooling of the maximum.
#[differentiate(wrt(signal, kernel))]
pub fn convolve_and_pool(signal: &[f64], kernel: &[f64; 3]) -> f64 {
    let mut features = Vec::new();
    for window in signal.windows(3) {
        let mut s = 0.0;
        for (a, b) in window.iter().zip(kernel) {
            s += a * b;
        }
        features.push(s.tanh());
    }
    let mut total = 0.0;
    for pair in features.chunks(2) {
        total += pair.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    }
    total
}
samples! { gradient convolve_and_pool: (vec![1.0, 0.5, -1.0, 2.0, 0.3], [0.2, -0.4, 0.6]), (vec![1.0], [1.0; 3]) }

/// Single-head attention over a short sequence.
#[differentiate(wrt(queries, keys, values))]
pub fn attention(queries: &[[f64; 2]], keys: &[[f64; 2]], values: &[f64]) -> f64 {
    let mut total = 0.0;
    for q in queries {
        let mut scores = vec![0.0; keys.len()];
        let mut largest = f64::NEG_INFINITY;
        for (s, k) in scores.iter_mut().zip(keys) {
            *s = (q[0] * k[0] + q[1] * k[1]) / 2f64.sqrt();
            largest = largest.max(*s);
        }
        let mut normalizer = 0.0;
        let mut mixed = 0.0;
        for (s, v) in scores.iter().zip(values) {
            let e = (s - largest).exp();
            normalizer += e;
            mixed += e * v;
        }
        total += (mixed / normalizer).powi(2);
    }
    total
}
samples! { gradient attention:
    (vec![[1.0, 0.5], [-0.3, 0.8]], vec![[0.2, 0.1], [1.0, -1.0], [0.0, 0.4]], vec![1.0, 2.0, -1.0]),
    (vec![[1.0, 0.5]], vec![], vec![]),
}

/// Leapfrog N-body in the plane, the final kinetic energy.
#[differentiate(wrt(positions, velocities))]
pub fn n_body(positions: [[f64; 2]; 3], velocities: [[f64; 2]; 3], h: f64, steps: usize) -> f64 {
    let mut x = positions;
    let mut v = velocities;
    for _ in 0..steps {
        let mut a = [[0.0; 2]; 3];
        for i in 0..3 {
            for j in 0..3 {
                if i == j {
                    continue;
                }
                let d = [x[j][0] - x[i][0], x[j][1] - x[i][1]];
                let r2 = d[0] * d[0] + d[1] * d[1] + 0.01;
                let inverse = 1.0 / (r2 * r2.sqrt());
                a[i][0] += d[0] * inverse;
                a[i][1] += d[1] * inverse;
            }
        }
        for i in 0..3 {
            for k in 0..2 {
                v[i][k] += h * a[i][k];
                x[i][k] += h * v[i][k];
            }
        }
    }
    let mut energy = 0.0;
    for body in &v {
        energy += 0.5 * (body[0] * body[0] + body[1] * body[1]);
    }
    energy
}
samples! { gradient n_body: ([[0.0, 0.0], [1.0, 0.2], [-0.5, 0.8]], [[0.1, 0.0], [0.0, -0.2], [0.3, 0.1]], 0.05, 3) }

/// Viterbi-like shortest path through a grid.
#[differentiate]
pub fn grid_path(cost: &[[f64; 3]; 3]) -> f64 {
    let mut best = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            let from = match (i, j) {
                (0, 0) => 0.0,
                (0, _) => best[0][j - 1],
                (_, 0) => best[i - 1][0],
                _ => f64::min(best[i - 1][j], best[i][j - 1]),
            };
            best[i][j] = from + cost[i][j];
        }
    }
    best[2][2]
}
samples! { gradient grid_path: ([[1.0, 3.0, 1.0], [1.5, 5.0, 1.0], [4.0, 2.0, 1.0]],), ([[1.0; 3]; 3],) }

/// de Casteljau's algorithm.
#[differentiate]
pub fn de_casteljau(points: &[f64; 4], t: f64) -> f64 {
    let mut p = *points;
    for level in (1..4).rev() {
        for i in 0..level {
            p[i] = (1.0 - t) * p[i] + t * p[i + 1];
        }
    }
    p[0]
}
samples! { gradient de_casteljau: ([0.0, 1.0, -1.0, 2.0], 0.3) }

/// Neville's interpolation in a workspace.
#[differentiate]
pub fn neville(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let n = xs.len();
    let mut p = ys.to_vec();
    for k in 1..n {
        for i in 0..n - k {
            p[i] = ((x - xs[i + k]) * p[i] + (xs[i] - x) * p[i + 1]) / (xs[i] - xs[i + k]);
        }
    }
    p[0]
}
samples! { gradient neville: (vec![0.0, 1.0, 3.0], vec![1.0, 2.0, 0.5], 1.7), (vec![0.0], vec![2.0], 5.0), (vec![], vec![], 1.0) }

/// Piecewise linear interpolation with a passive search.
#[differentiate]
pub fn interpolate(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let n = xs.len();
    if x <= xs[0] {
        return ys[0];
    }
    if x >= xs[n - 1] {
        return ys[n - 1];
    }
    let mut i = 0;
    while xs[i + 1] < x {
        i += 1;
    }
    let t = (x - xs[i]) / (xs[i + 1] - xs[i]);
    ys[i] * (1.0 - t) + ys[i + 1] * t
}
samples! { gradient interpolate: (vec![0.0, 1.0, 3.0], vec![1.0, 2.0, 0.5], 1.7), (vec![0.0, 1.0], vec![1.0, 2.0], -1.0), (vec![0.0, 1.0], vec![1.0, 2.0], 4.0), (vec![], vec![], 0.0) }

/// Trapezoid rule over a closure.
#[differentiate]
pub fn trapezoid(a: f64, b: f64) -> f64 {
    let f = |x: f64| (x * x).sin() + a * x;
    let n = 10;
    let h = (b - a) / n as f64;
    let mut sum = 0.5 * (f(a) + f(b));
    for i in 1..n {
        sum += f(a + i as f64 * h);
    }
    sum * h
}
samples! { gradient trapezoid: (0.0, 1.5), (1.0, 1.0) }

/// Simpson's rule with alternating weights.
#[differentiate(wrt(p))]
pub fn simpson(p: &[f64; 2], n: usize) -> f64 {
    let h = (p[1] - p[0]) / n as f64;
    let mut s = 0.0;
    for i in 0..=n {
        let weight = if i == 0 || i == n {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        };
        let x = p[0] + h * i as f64;
        s += weight * (-x * x).exp();
    }
    s * h / 3.0
}
samples! { gradient simpson: ([0.0, 1.0], 6), ([0.0, 1.0], 0) }

/// Ziegler's gamma function by Lanczos' series, with reflection.
#[differentiate]
pub fn lanczos_ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    let coefficients = [
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7,
    ];
    let positive = |x: f64| {
        let x = x - 1.0;
        let mut a = coefficients[0];
        for (i, c) in coefficients.iter().enumerate().skip(1) {
            a += c / (x + i as f64);
        }
        let t = x + G + 0.5;
        0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + a.ln()
    };
    if x < 0.5 {
        let s = (std::f64::consts::PI * x).sin().abs();
        (std::f64::consts::PI / s).ln() - positive(1.0 - x)
    } else {
        positive(x)
    }
}
samples! { gradient lanczos_ln_gamma: (4.2,), (0.3,), (-1.5,), (0.5,) }

/// Levinson-Durbin recursion with two workspaces.
#[differentiate]
pub fn levinson(r: &[f64]) -> f64 {
    let order = r.len() - 1;
    let mut a = vec![0.0; order + 1];
    a[0] = 1.0;
    let mut error = r[0];
    for m in 1..=order {
        let mut acc = r[m];
        for i in 1..m {
            acc += a[i] * r[m - i];
        }
        let k = -acc / error;
        let previous = a.clone();
        for i in 1..m {
            a[i] = previous[i] + k * previous[m - i];
        }
        a[m] = k;
        error *= 1.0 - k * k;
    }
    error
}
samples! { gradient levinson: (vec![1.0, 0.5, 0.2, 0.1],), (vec![2.0],), (vec![],) }

/// Discounted returns backwards over a trajectory, then a policy loss.
#[differentiate(wrt(log_probabilities, discount))]
pub fn policy_loss(log_probabilities: &[f64], rewards: &[f64], discount: f64) -> f64 {
    let n = rewards.len();
    let mut returns = vec![0.0; n];
    let mut running = 0.0;
    for t in (0..n).rev() {
        running = rewards[t] + discount * running;
        returns[t] = running;
    }
    let mut loss = 0.0;
    for (l, g) in log_probabilities.iter().zip(&returns) {
        loss -= l * g;
    }
    loss
}
samples! { gradient policy_loss: (vec![-0.5, -1.0, -0.2], vec![1.0, 0.0, 2.0], 0.9), (vec![], vec![], 0.9) }

/// Cooley-Tukey butterflies on separate real and imaginary parts, iterative.
#[differentiate]
pub fn fft_power(re: [f64; 4], im: [f64; 4]) -> f64 {
    let (mut re, mut im) = (re, im);
    re.swap(1, 2);
    im.swap(1, 2);
    let mut size = 2;
    while size <= 4 {
        let step = -2.0 * std::f64::consts::PI / size as f64;
        let mut start = 0;
        while start < 4 {
            for k in 0..size / 2 {
                let (s, c) = (step * k as f64).sin_cos();
                let (i, j) = (start + k, start + k + size / 2);
                let (tr, ti) = (re[j] * c - im[j] * s, re[j] * s + im[j] * c);
                re[j] = re[i] - tr;
                im[j] = im[i] - ti;
                re[i] += tr;
                im[i] += ti;
            }
            start += size;
        }
        size *= 2;
    }
    re[1] * re[1] + im[1] * im[1] + re[2]
}
samples! { gradient fft_power: ([1.0, 2.0, -1.0, 0.5], [0.0, 0.1, 0.2, -0.3]) }
