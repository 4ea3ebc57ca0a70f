//! Loops that carry state from iteration to iteration.

use super::{differentiate, samples};

/// Horner's scheme.
#[differentiate]
pub fn horner(coefficients: &[f64], x: f64) -> f64 {
    let mut value = 0.0;
    for c in coefficients.iter().rev() {
        value = value * x + c;
    }
    value
}
samples! { gradient horner: (vec![1.0, -2.0, 0.5], 1.7), (vec![], 1.0) }

/// Horner's scheme with the derivative carried along.
#[differentiate]
pub fn horner_with_slope(coefficients: &[f64; 4], x: f64) -> (f64, f64) {
    let mut p = 0.0;
    let mut d = 0.0;
    for i in (0..4).rev() {
        d = d * x + p;
        p = p * x + coefficients[i];
    }
    (p, d)
}
samples! { gradient horner_with_slope: ([1.0, -2.0, 0.5, 0.25], 1.7) }

/// Clenshaw's recurrence for Chebyshev series.
#[differentiate]
pub fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let (mut b1, mut b2) = (0.0, 0.0);
    for &c in coefficients[1..].iter().rev() {
        (b1, b2) = (2.0 * x * b1 - b2 + c, b1);
    }
    x * b1 - b2 + coefficients[0]
}
samples! { gradient clenshaw: (vec![0.5, 1.0, -0.25, 0.125], 0.3), (vec![2.0], 0.3), (vec![], 0.3) }

/// Continued fraction from the end.
#[differentiate]
pub fn continued_fraction(a: &[f64]) -> f64 {
    let mut value = 0.0;
    for x in a.iter().rev() {
        value = 1.0 / (x + value);
    }
    value
}
samples! { gradient continued_fraction: (vec![1.0, 2.0, 3.0],), (vec![],), (vec![0.0],) }

/// Classical Runge-Kutta for the logistic equation.
#[differentiate(wrt(y0, rate))]
pub fn runge_kutta_logistic(y0: f64, rate: f64, steps: usize) -> f64 {
    let h = 1.0 / steps as f64;
    let f = |y: f64| rate * y * (1.0 - y);
    let mut y = y0;
    for _ in 0..steps {
        let k1 = f(y);
        let k2 = f(y + 0.5 * h * k1);
        let k3 = f(y + 0.5 * h * k2);
        let k4 = f(y + h * k3);
        y += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    }
    y
}
samples! { gradient runge_kutta_logistic: (0.1, 3.0, 8), (0.1, 3.0, 0) }

/// Runge-Kutta on a system kept in arrays: the Lotka-Volterra equations.
#[differentiate(wrt(start, rates))]
pub fn lotka_volterra(start: [f64; 2], rates: &[f64; 4], h: f64, steps: u32) -> [f64; 2] {
    fn field(s: [f64; 2], r: &[f64; 4]) -> [f64; 2] {
        [r[0] * s[0] - r[1] * s[0] * s[1], r[2] * s[0] * s[1] - r[3] * s[1]]
    }
    fn shifted(s: [f64; 2], k: [f64; 2], h: f64) -> [f64; 2] {
        [s[0] + h * k[0], s[1] + h * k[1]]
    }
    let mut s = start;
    for _ in 0..steps {
        let k1 = field(s, rates);
        let k2 = field(shifted(s, k1, 0.5 * h), rates);
        let k3 = field(shifted(s, k2, 0.5 * h), rates);
        let k4 = field(shifted(s, k3, h), rates);
        for i in 0..2 {
            s[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    s
}
samples! { gradient lotka_volterra: ([1.0, 0.5], [1.1, 0.4, 0.1, 0.4], 0.1, 5), ([1.0, 0.5], [1.1, 0.4, 0.1, 0.4], 0.1, 0) }

/// Velocity Verlet of a pendulum with the energy as result.
#[differentiate(wrt(angle, speed))]
pub fn verlet_pendulum(mut angle: f64, mut speed: f64, h: f64, steps: usize) -> f64 {
    let mut acceleration = -angle.sin();
    for _ in 0..steps {
        angle += h * speed + 0.5 * h * h * acceleration;
        let next = -angle.sin();
        speed += 0.5 * h * (acceleration + next);
        acceleration = next;
    }
    0.5 * speed * speed + 1.0 - angle.cos()
}
samples! { gradient verlet_pendulum: (0.5, 0.1, 0.05, 10), (0.5, 0.1, 0.05, 0) }

/// Exponential smoothing with the squared one-step errors.
#[differentiate(wrt(alpha, series))]
pub fn exponential_smoothing(alpha: f64, series: &[f64]) -> f64 {
    let mut level = series[0];
    let mut error = 0.0;
    for &x in &series[1..] {
        error += (x - level).powi(2);
        level = alpha * x + (1.0 - alpha) * level;
    }
    error
}
samples! { gradient exponential_smoothing: (0.3, vec![1.0, 2.0, 1.5, 3.0]), (0.3, vec![1.0]), (0.3, vec![]) }

/// GARCH(1,1) log-likelihood.
#[differentiate(wrt(omega, alpha, beta))]
pub fn garch(omega: f64, alpha: f64, beta: f64, returns: &[f64]) -> f64 {
    let mut variance = omega / (1.0 - alpha - beta);
    let mut ll = 0.0;
    for r in returns {
        ll -= 0.5 * (variance.ln() + r * r / variance);
        variance = omega + alpha * r * r + beta * variance;
    }
    ll
}
samples! { gradient garch: (0.1, 0.1, 0.8, vec![0.5, -1.0, 0.3]), (0.1, 0.1, 0.8, vec![]) }

/// Scalar Kalman filter log-likelihood.
#[differentiate(wrt(process, measurement))]
pub fn kalman_scalar(process: f64, measurement: f64, observations: &[f64]) -> f64 {
    let (mut x, mut p) = (0.0, 10.0);
    let mut total = 0.0;
    for z in observations.iter() {
        p += process;
        let innovation = z - x;
        let s = p + measurement;
        let gain = p / s;
        x += gain * innovation;
        p *= 1.0 - gain;
        total += innovation * innovation / s + s.ln();
    }
    0.5 * total
}
samples! { gradient kalman_scalar: (0.01, 0.5, vec![1.0, 1.2, 0.8]), (0.01, 0.5, vec![]) }

/// Fibonacci-like recurrence by tuple assignment.
#[differentiate(wrt(a, b))]
pub fn recurrence(a: f64, b: f64, n: usize) -> f64 {
    let mut pair = (a, b);
    for _ in 0..n {
        pair = (pair.1, 0.5 * pair.0 + pair.1 * pair.1.cos());
    }
    pair.0
}
samples! { gradient recurrence: (1.0, 2.0, 6), (1.0, 2.0, 0), (1.0, 2.0, 1) }

/// Arithmetic-geometric mean with a fixed number of steps.
#[differentiate]
pub fn arithmetic_geometric_mean(a: f64, b: f64) -> f64 {
    let (mut a, mut g) = (a, b);
    for _ in 0..6 {
        let next = 0.5 * (a + g);
        g = (a * g).sqrt();
        a = next;
    }
    a
}
samples! { gradient arithmetic_geometric_mean: (1.0, 2.0), (24.0, 6.0) }

/// Logistic map with the sum of visited states.
#[differentiate(wrt(x, r))]
pub fn logistic_map(x: f64, r: f64, n: u32) -> f64 {
    let mut x = x;
    let mut sum = 0.0;
    for i in 0..n {
        x = r * x * (1.0 - x);
        if i % 2 == 0 {
            sum += x;
        } else {
            sum -= x * x;
        }
    }
    sum
}
samples! { gradient logistic_map: (0.3, 3.2, 7), (0.3, 3.2, 0) }

/// Running maximum of a cumulative sum: maximum drawdown.
#[differentiate]
pub fn drawdown(returns: &[f64]) -> f64 {
    let mut wealth = 0.0;
    let mut peak = 0.0;
    let mut worst = 0.0;
    for r in returns {
        wealth += r;
        if wealth > peak {
            peak = wealth;
        }
        worst = f64::max(worst, peak - wealth);
    }
    worst
}
samples! { gradient drawdown: (vec![0.1, -0.2, -0.1, 0.4, -0.3],), (vec![],) }

/// Welford's online variance.
#[differentiate]
pub fn welford(data: &[f64]) -> f64 {
    let mut mean = 0.0;
    let mut m2 = 0.0;
    for (i, x) in data.iter().enumerate() {
        let delta = x - mean;
        mean += delta / (i + 1) as f64;
        m2 += delta * (x - mean);
    }
    m2 / (data.len() - 1) as f64
}
samples! { gradient welford: (vec![1.0, 2.0, 4.0, -1.0],), (vec![3.0],), (vec![],) }

/// Kahan's compensated sum.
#[differentiate]
pub fn kahan_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut compensation = 0.0;
    for &v in x {
        let y = v - compensation;
        let t = sum + y;
        compensation = (t - sum) - y;
        sum = t;
    }
    sum
}
samples! { gradient kahan_sum: (vec![1.0, 1e-17, 1e-17, 1e16, -1e16],), (vec![],) }

/// Fold with a tuple as state.
#[differentiate]
pub fn fold_state(x: &[f64]) -> f64 {
    let (level, energy) = x.iter().fold((0.0, 1.0), |(level, energy), v| {
        let level = 0.9 * level + v;
        (level, energy + level * level)
    });
    level * energy
}
samples! { gradient fold_state: (vec![1.0, -0.5, 2.0],), (vec![],) }

/// Ising chain free energy by the transfer matrix, two by two.
#[differentiate(wrt(coupling, field))]
pub fn ising_transfer(coupling: f64, field: f64, sites: usize) -> f64 {
    let t = [
        [(coupling + field).exp(), (-coupling).exp()],
        [(-coupling).exp(), (coupling - field).exp()],
    ];
    let mut m = [[1.0, 0.0], [0.0, 1.0]];
    for _ in 0..sites {
        let mut next = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    next[i][j] += m[i][k] * t[k][j];
                }
            }
        }
        m = next;
    }
    -(m[0][0] + m[1][1]).ln() / sites as f64
}
samples! { gradient ising_transfer: (0.4, 0.1, 5), (0.4, 0.1, 0) }

/// Hidden Markov model: the scaled forward algorithm.
#[differentiate(wrt(transition, emission))]
pub fn hidden_markov(
    transition: &[[f64; 2]; 2],
    emission: &[[f64; 3]; 2],
    symbols: &[usize],
) -> f64 {
    let mut alpha = [0.5; 2];
    let mut likelihood = 0.0;
    for &s in symbols {
        let mut next = [0.0; 2];
        for j in 0..2 {
            let mut sum = 0.0;
            for i in 0..2 {
                sum += alpha[i] * transition[i][j];
            }
            next[j] = sum * emission[j][s];
        }
        let scale = next[0] + next[1];
        likelihood += scale.ln();
        alpha = [next[0] / scale, next[1] / scale];
    }
    likelihood
}
samples! { gradient hidden_markov:
    ([[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], vec![0, 2, 1, 2]),
    ([[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], vec![0, 3]),
    ([[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], vec![]),
}

/// An LSTM cell with scalar state over a sequence.
#[differentiate(wrt(weights))]
pub fn lstm(weights: &[[f64; 3]; 4], inputs: &[f64]) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut hidden = 0.0;
    let mut cell = 0.0;
    for x in inputs {
        let gate = |g: usize| weights[g][0] * x + weights[g][1] * hidden + weights[g][2];
        let forget = sigmoid(gate(0));
        let input = sigmoid(gate(1));
        let candidate = gate(2).tanh();
        let output = sigmoid(gate(3));
        cell = forget * cell + input * candidate;
        hidden = output * cell.tanh();
    }
    hidden
}
samples! { gradient lstm:
    ([[0.1, 0.2, 0.3], [-0.5, 0.4, 0.1], [1.0, -1.0, 0.0], [0.3, 0.3, 0.3]], vec![1.0, -0.5, 2.0]),
    ([[0.0; 3]; 4], vec![]),
}

/// A biquad filter and the energy of its output.
#[differentiate(wrt(b, a))]
pub fn biquad_energy(b: [f64; 3], a: [f64; 2], signal: &[f64]) -> f64 {
    let mut z1 = 0.0;
    let mut z2 = 0.0;
    let mut energy = 0.0;
    for &x in signal {
        let y = b[0] * x + z1;
        z1 = b[1] * x - a[0] * y + z2;
        z2 = b[2] * x - a[1] * y;
        energy += y * y;
    }
    energy
}
samples! { gradient biquad_energy: ([0.2, 0.3, 0.2], [-0.5, 0.25], vec![1.0, 0.0, 0.5, -1.0]) }

/// A random walk by an integer generator: passive state beside active state.
#[differentiate(wrt(step))]
pub fn pseudo_random_walk(step: f64, seed: u64, n: usize) -> f64 {
    let mut state = seed;
    let mut position = 0.0;
    let mut energy = 0.0;
    for _ in 0..n {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let up = (state >> 33) & 1 == 1;
        position += if up { step } else { -step * 0.5 };
        energy += position * position;
    }
    energy
}
samples! { gradient pseudo_random_walk: (0.3, 42, 20), (0.3, 0, 0) }

/// A polynomial against a step, the powers multiplied up: what iterations look at has no derivative.
#[differentiate(wrt(coefficients))]
pub fn step_by_polynomial(coefficients: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let t = -1.0 + 2.0 * i as f64 / (n as f64 - 1.0);
        let mut difference = if t > 0.0 { 1.0 } else { -1.0 };
        let mut power = 1.0;
        for c in coefficients {
            difference -= c * power;
            power *= t;
        }
        sum += difference * difference;
    }
    0.5 * sum
}
samples! { gradient step_by_polynomial: (vec![0.5, -1.0, 0.25], 6), (vec![], 3), (vec![1.0], 0) }

/// The same where the adjoint is known before the loop, so that both sweeps become one, twice in a row.
#[differentiate(wrt(coefficients, scale))]
pub fn power_series(coefficients: &[f64], scale: f64, t: f64) -> f64 {
    let (mut sum, mut power, mut sign) = (0.0, 1.0, 1.0);
    for c in coefficients {
        sum += (c * power).sin() * sign * scale;
        power *= t;
        sign = -sign;
    }
    let mut squares = 0.0;
    for c in coefficients.iter().rev() {
        power *= t;
        squares += c * c * power;
    }
    sum + squares
}
samples! { gradient power_series: (vec![0.5, -1.0, 0.25], 2.0, 0.7), (vec![], 1.0, 2.0) }

/// A walk over indices, which two recurrences decide, and a sum of both.
#[differentiate(wrt(x))]
pub fn walk(x: &[f64], steps: usize) -> f64 {
    let (mut at, mut stride, mut sum) = (0, 1, 0.0);
    for _ in 0..steps {
        sum += x[at] * x[at] * stride as f64;
        at = (at + stride) % x.len();
        stride = (3 * stride + 1) % 7;
    }
    sum * x[at]
}
samples! { gradient walk: (vec![0.5, -1.0, 0.25, 2.0], 9), (vec![1.5], 2), (vec![0.5, 3.0], 0) }
