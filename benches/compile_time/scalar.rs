//! Formulas of a few numbers.

use super::SHIFT;
use autodiff_core::differentiate;

#[differentiate]
pub fn rosenbrock(x: f64, y: f64) -> f64 {
    (SHIFT - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

pub fn rosenbrock_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let (a, b) = (SHIFT - x, y - x * x);
    (a * a + 100.0 * b * b, (-2.0 * a - 400.0 * b * x, 200.0 * b))
}

#[differentiate]
pub fn himmelblau(x: f64, y: f64) -> f64 {
    (x * x + y - 11.0 * SHIFT).powi(2) + (x + y * y - 7.0).powi(2)
}

pub fn himmelblau_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let (a, b) = (x * x + y - 11.0 * SHIFT, x + y * y - 7.0);
    (a * a + b * b, (4.0 * a * x + 2.0 * b, 2.0 * a + 4.0 * b * y))
}

#[differentiate]
pub fn beale(x: f64, y: f64) -> f64 {
    let first = SHIFT - x + x * y;
    let second = 2.25 - x + x * y * y;
    let third = 2.625 - x + x * y * y * y;
    first * first + second * second + third * third
}

pub fn beale_by_hand(x: f64, y: f64) -> (f64, (f64, f64)) {
    let (y2, y3) = (y * y, y * y * y);
    let (a, b, c) = (SHIFT - x + x * y, 2.25 - x + x * y2, 2.625 - x + x * y3);
    let by_x = 2.0 * (a * (y - 1.0) + b * (y2 - 1.0) + c * (y3 - 1.0));
    let by_y = 2.0 * x * (a + 2.0 * b * y + 3.0 * c * y2);
    (a * a + b * b + c * c, (by_x, by_y))
}

#[differentiate(wrt(mean, deviation))]
pub fn gaussian(x: f64, mean: f64, deviation: f64) -> f64 {
    let z = (x - mean) / deviation;
    0.5 * z * z + deviation.ln() + SHIFT
}

pub fn gaussian_by_hand(x: f64, mean: f64, deviation: f64) -> (f64, (f64, f64)) {
    let z = (x - mean) / deviation;
    let value = 0.5 * z * z + deviation.ln() + SHIFT;
    (value, (-z / deviation, (1.0 - z * z) / deviation))
}

#[differentiate(wrt(w))]
pub fn cross_entropy(w: [f64; 3], x: [f64; 2], label: f64) -> f64 {
    let score = SHIFT * (w[0] * x[0] + w[1] * x[1] + w[2]);
    (1.0 + score.exp()).ln() - label * score
}

pub fn cross_entropy_by_hand(w: [f64; 3], x: [f64; 2], label: f64) -> (f64, [f64; 3]) {
    let score = SHIFT * (w[0] * x[0] + w[1] * x[1] + w[2]);
    let e = score.exp();
    let slope = SHIFT * (e / (1.0 + e) - label);
    ((1.0 + e).ln() - label * score, [slope * x[0], slope * x[1], slope])
}

#[differentiate(wrt(fastest, half))]
pub fn michaelis_menten(fastest: f64, half: f64, substrate: f64, speed: f64) -> f64 {
    let residual = fastest * substrate / (half + SHIFT * substrate) - speed;
    residual * residual
}

pub fn michaelis_menten_by_hand(
    fastest: f64,
    half: f64,
    substrate: f64,
    speed: f64,
) -> (f64, (f64, f64)) {
    let share = substrate / (half + SHIFT * substrate);
    let residual = fastest * share - speed;
    let by_half = -2.0 * residual * fastest * share / (half + SHIFT * substrate);
    (residual * residual, (2.0 * residual * share, by_half))
}

#[differentiate]
pub fn pendulum(angle: f64, speed: f64) -> f64 {
    let length = SHIFT;
    0.5 * length * length * speed * speed + 9.81 * length * (1.0 - angle.cos())
}

pub fn pendulum_by_hand(angle: f64, speed: f64) -> (f64, (f64, f64)) {
    let inertia = SHIFT * SHIFT;
    let value = 0.5 * inertia * speed * speed + 9.81 * SHIFT * (1.0 - angle.cos());
    (value, (9.81 * SHIFT * angle.sin(), inertia * speed))
}

#[differentiate]
pub fn stretch(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    let distance = (x * x + y * y + z * z).sqrt();
    0.5 * (distance - SHIFT).powi(2)
}

pub fn stretch_by_hand(a: [f64; 3], b: [f64; 3]) -> (f64, ([f64; 3], [f64; 3])) {
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let distance = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
    let scale = (distance - SHIFT) / distance;
    let g = [scale * d[0], scale * d[1], scale * d[2]];
    (0.5 * (distance - SHIFT).powi(2), (g, [-g[0], -g[1], -g[2]]))
}

#[differentiate]
pub fn kepler(anomaly: f64, eccentricity: f64) -> f64 {
    (anomaly - eccentricity * anomaly.sin() - SHIFT).powi(2)
}

pub fn kepler_by_hand(anomaly: f64, eccentricity: f64) -> (f64, (f64, f64)) {
    let (sin, cos) = anomaly.sin_cos();
    let residual = anomaly - eccentricity * sin - SHIFT;
    (residual * residual, (2.0 * residual * (1.0 - eccentricity * cos), -2.0 * residual * sin))
}

#[differentiate(wrt(rate, energy))]
pub fn arrhenius(rate: f64, energy: f64, temperature: f64, measured: f64) -> f64 {
    let residual = rate * (-energy / (SHIFT * temperature)).exp() - measured;
    residual * residual
}

pub fn arrhenius_by_hand(
    rate: f64,
    energy: f64,
    temperature: f64,
    measured: f64,
) -> (f64, (f64, f64)) {
    let share = (-energy / (SHIFT * temperature)).exp();
    let residual = rate * share - measured;
    let by_energy = -2.0 * residual * rate * share / (SHIFT * temperature);
    (residual * residual, (2.0 * residual * share, by_energy))
}

#[differentiate(wrt(slope, offset))]
pub fn huber(slope: f64, offset: f64, x: f64, y: f64) -> f64 {
    let residual = slope * x + offset - y;
    if residual.abs() < SHIFT {
        0.5 * residual * residual
    } else {
        SHIFT * (residual.abs() - 0.5 * SHIFT)
    }
}

pub fn huber_by_hand(slope: f64, offset: f64, x: f64, y: f64) -> (f64, (f64, f64)) {
    let residual = slope * x + offset - y;
    let (value, by_residual) = if residual.abs() < SHIFT {
        (0.5 * residual * residual, residual)
    } else {
        (SHIFT * (residual.abs() - 0.5 * SHIFT), SHIFT.copysign(residual))
    };
    (value, (by_residual * x, by_residual))
}

#[differentiate(wrt(focal, point))]
pub fn projection(focal: f64, point: [f64; 3], seen: [f64; 2]) -> f64 {
    let (x, y) = (point[0] / point[2], point[1] / point[2]);
    let bend = 1.0 + SHIFT * (x * x + y * y);
    (focal * bend * x - seen[0]).powi(2) + (focal * bend * y - seen[1]).powi(2)
}

pub fn projection_by_hand(focal: f64, point: [f64; 3], seen: [f64; 2]) -> (f64, (f64, [f64; 3])) {
    let (x, y) = (point[0] / point[2], point[1] / point[2]);
    let bend = 1.0 + SHIFT * (x * x + y * y);
    let (p, q) = (focal * bend * x - seen[0], focal * bend * y - seen[1]);
    let by_bend = 2.0 * focal * (p * x + q * y);
    let by_x = 2.0 * p * focal * bend + by_bend * 2.0 * SHIFT * x;
    let by_y = 2.0 * q * focal * bend + by_bend * 2.0 * SHIFT * y;
    let by_point = [by_x / point[2], by_y / point[2], -(by_x * x + by_y * y) / point[2]];
    (p * p + q * q, (2.0 * bend * (p * x + q * y), by_point))
}
