//! Calls between annotated functions, and recursion.

use super::{differentiate, samples};

/// The logistic function, called by others.
#[differentiate]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
samples! { gradient sigmoid: (0.3,), (-40.0,) }

/// A call of a scalar function.
#[differentiate]
pub fn neuron(w: &[f64; 2], x: &[f64; 2], b: f64) -> f64 {
    sigmoid(w[0] * x[0] + w[1] * x[1] + b)
}
samples! { gradient neuron: ([0.5, -0.2], [1.0, 2.0], 0.1) }

/// Calls inside a loop, before their definition.
#[differentiate(wrt(w))]
pub fn network_loss(w: &[f64; 3], data: &[[f64; 3]]) -> f64 {
    let mut loss = 0.0;
    for row in data {
        let out = sigmoid(weighted(w, &[row[0], row[1]]));
        loss += squared(out - row[2]);
    }
    loss
}
samples! { gradient network_loss: ([0.5, -0.2, 0.1], vec![[1.0, 2.0, 1.0], [0.5, -1.0, 0.0]]), ([0.0; 3], vec![]) }

/// A linear form.
#[differentiate]
pub fn weighted(w: &[f64; 3], x: &[f64; 2]) -> f64 {
    w[0] * x[0] + w[1] * x[1] + w[2]
}
samples! { gradient weighted: ([0.5, -0.2, 0.1], [1.0, 2.0]) }

/// Square.
#[differentiate]
pub fn squared(x: f64) -> f64 {
    x * x
}
samples! { gradient squared: (-1.5,) }

/// Returns an array.
#[differentiate]
pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
samples! { gradient cross: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0]) }

/// Triple product through an array-valued call.
#[differentiate]
pub fn triple_product(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    let n = cross(a, b);
    n[0] * c[0] + n[1] * c[1] + n[2] * c[2]
}
samples! { gradient triple_product: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0], [0.3, 0.1, -0.7]) }

/// Determinant by minors, recursively, on a flat slice.
#[differentiate]
pub fn minors(a: &[f64], n: usize) -> f64 {
    if n == 0 {
        return 1.0;
    }
    if n == 1 {
        return a[0];
    }
    let mut det = 0.0;
    let mut sign = 1.0;
    for column in 0..n {
        let mut minor = Vec::with_capacity((n - 1) * (n - 1));
        for i in 1..n {
            for j in 0..n {
                if j != column {
                    minor.push(a[i * n + j]);
                }
            }
        }
        det += sign * a[column] * minors(&minor, n - 1);
        sign = -sign;
    }
    det
}
samples! { gradient minors: (vec![2.0, 1.0, 0.5, 4.0, -1.0, 3.0, 0.0, 2.0, 1.0], 3), (vec![], 0), (vec![3.0], 1), (vec![1.0], 2) }

/// Recursion on halves of a slice.
#[differentiate]
pub fn pairwise_sum(x: &[f64]) -> f64 {
    if x.len() <= 2 {
        return x.iter().map(|v| v * v).sum();
    }
    let middle = x.len() / 2;
    pairwise_sum(&x[..middle]) + pairwise_sum(&x[middle..])
}
samples! { gradient pairwise_sum: (vec![1.0, 2.0, 3.0, 4.0, 5.0],), (vec![],) }

/// Recursion with a counter: a power tower.
#[differentiate(wrt(x))]
pub fn tower(x: f64, n: u32) -> f64 {
    if n == 0 { 1.0 } else { x.powf(tower(x, n - 1)) }
}
samples! { gradient tower: (1.2, 3), (1.2, 0) }

/// Mutual recursion.
#[differentiate(wrt(x))]
pub fn even_step(x: f64, n: u32) -> f64 {
    if n == 0 { x } else { odd_step(x.sin(), n - 1) }
}
samples! { gradient even_step: (0.5, 5), (0.5, 0) }

/// The other half of it.
#[differentiate(wrt(x))]
pub fn odd_step(x: f64, n: u32) -> f64 {
    if n == 0 { -x } else { even_step(x * 1.5, n - 1) }
}
samples! { gradient odd_step: (0.5, 4) }

/// A callee that updates a buffer in place.
#[differentiate]
pub fn relax(u: &mut [f64], omega: f64) {
    for i in 1..u.len() - 1 {
        u[i] += omega * (0.5 * (u[i - 1] + u[i + 1]) - u[i]);
    }
}
samples! { gradient relax: (vec![1.0, 0.0, 0.0, 2.0], 1.2), (vec![], 1.0) }

/// A caller that relaxes a local copy several times.
#[differentiate(wrt(u, omega))]
pub fn relaxed_energy(u: &[f64], omega: f64, sweeps: usize) -> f64 {
    let mut v = u.to_vec();
    for _ in 0..sweeps {
        relax(&mut v, omega);
    }
    let mut e = 0.0;
    for w in v.windows(2) {
        e += squared(w[1] - w[0]);
    }
    e
}
samples! { gradient relaxed_energy: (vec![1.0, 0.0, 0.0, 2.0], 1.2, 2), (vec![1.0, 3.0], 1.0, 1), (vec![], 1.0, 0) }

/// A callee returning a tuple, used in parts.
#[differentiate]
pub fn mean_and_spread(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mut mean = 0.0;
    for v in x {
        mean += v / n;
    }
    let mut spread = 0.0;
    for v in x {
        spread += squared(v - mean) / n;
    }
    (mean, spread.sqrt())
}
samples! { gradient mean_and_spread: (vec![1.0, 2.0, 4.0],), (vec![],) }

/// Signal-to-noise from it.
#[differentiate]
pub fn signal_to_noise(x: &[f64]) -> f64 {
    let (mean, spread) = mean_and_spread(x);
    mean / spread
}
samples! { gradient signal_to_noise: (vec![1.0, 2.0, 4.0],) }

/// A cross product.
#[differentiate]
pub fn cross_product(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
samples! { gradient cross_product: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0]) }

/// A scalar product.
#[differentiate]
pub fn scalar_product(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
samples! { gradient scalar_product: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0]) }

/// Calls with small arrays that the sweeps keep: next to each other, in branches, in arms and in loops.
#[differentiate(wrt(rotation, v))]
pub fn turned(rotation: &[f64; 3], v: &[f64; 3], rounds: usize) -> [f64; 3] {
    let squared = scalar_product(rotation, rotation);
    let mut v = *v;
    if squared == 0.0 {
        return cross_product(rotation, &v);
    }
    let angle = squared.sqrt();
    let mut axis = [rotation[0] / angle, rotation[1] / angle, rotation[2] / angle];
    for round in 0..rounds {
        let turned = cross_product(&axis, &v);
        let along = scalar_product(&axis, &v);
        match round % 3 {
            0 => {
                let length = scalar_product(&v, &turned) + scalar_product(&turned, &turned);
                axis[0] += 0.1 * length;
            }
            1 => axis = cross_product(&turned, &axis),
            _ => v[1] *= scalar_product(&v, &axis),
        }
        for k in 0..3 {
            v[k] = v[k] * angle.cos() + turned[k] * angle.sin() + axis[k] * along;
        }
    }
    v
}
samples! { gradient turned: ([0.5, -0.25, 1.0], [1.0, 2.0, -0.5], 5), ([0.5, 0.25, 1.0], [1.0, 2.0, -0.5], 0), ([0.0, 0.0, 0.0], [1.0, 2.0, -0.5], 2) }
