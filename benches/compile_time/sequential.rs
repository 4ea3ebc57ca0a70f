//! Loops in which an iteration needs the one before.

use super::SHIFT;
use autodiff_core::differentiate;

#[differentiate]
pub fn logistic_map(rate: f64, start: f64, steps: usize) -> f64 {
    let mut x = start;
    for _ in 0..steps {
        x = rate * x * (SHIFT - x);
    }
    x
}

pub fn logistic_map_by_hand(rate: f64, start: f64, steps: usize) -> (f64, (f64, f64)) {
    let (mut x, mut by_rate, mut by_start) = (start, 0.0, 1.0);
    for _ in 0..steps {
        let slope = rate * (SHIFT - 2.0 * x);
        by_rate = slope * by_rate + x * (SHIFT - x);
        by_start *= slope;
        x = rate * x * (SHIFT - x);
    }
    (x, (by_rate, by_start))
}

#[differentiate(wrt(stiffness, damping))]
pub fn oscillator(stiffness: f64, damping: f64, steps: usize) -> f64 {
    let (mut position, mut speed) = (SHIFT, 0.0);
    for _ in 0..steps {
        speed -= 0.01 * (stiffness * position + damping * speed);
        position += 0.01 * speed;
    }
    position * position
}

pub fn oscillator_by_hand(stiffness: f64, damping: f64, steps: usize) -> (f64, (f64, f64)) {
    let (mut position, mut speed) = (SHIFT, 0.0);
    let (mut position_1, mut speed_1, mut position_2, mut speed_2) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..steps {
        speed_1 -= 0.01 * (position + stiffness * position_1 + damping * speed_1);
        speed_2 -= 0.01 * (stiffness * position_2 + speed + damping * speed_2);
        speed -= 0.01 * (stiffness * position + damping * speed);
        position_1 += 0.01 * speed_1;
        position_2 += 0.01 * speed_2;
        position += 0.01 * speed;
    }
    (position * position, (2.0 * position * position_1, 2.0 * position * position_2))
}

#[differentiate(wrt(share))]
pub fn smoothing(share: f64, series: &[f64]) -> f64 {
    let mut level = SHIFT;
    let mut loss = 0.0;
    for y in series {
        loss += (y - level) * (y - level);
        level += share * (y - level);
    }
    loss
}

pub fn smoothing_by_hand(share: f64, series: &[f64]) -> (f64, f64) {
    let (mut level, mut level_1, mut loss, mut loss_1) = (SHIFT, 0.0, 0.0, 0.0);
    for y in series {
        let error = y - level;
        loss += error * error;
        loss_1 -= 2.0 * error * level_1;
        level_1 += error - share * level_1;
        level += share * error;
    }
    (loss, loss_1)
}

#[differentiate(wrt(x))]
pub fn horner(coefficients: &[f64], x: f64) -> f64 {
    let mut sum = SHIFT;
    for c in coefficients.iter().rev() {
        sum = sum * x + c;
    }
    sum
}

pub fn horner_by_hand(coefficients: &[f64], x: f64) -> (f64, f64) {
    let (mut sum, mut slope) = (SHIFT, 0.0);
    for c in coefficients.iter().rev() {
        slope = slope * x + sum;
        sum = sum * x + c;
    }
    (sum, slope)
}

#[differentiate(wrt(p))]
pub fn volatility(p: [f64; 3], returns: &[f64]) -> f64 {
    let mut variance = SHIFT;
    let mut loss = 0.0;
    for r in returns {
        loss += variance.ln() + r * r / variance;
        variance = p[0] + p[1] * r * r + p[2] * variance;
    }
    loss
}

pub fn volatility_by_hand(p: [f64; 3], returns: &[f64]) -> (f64, [f64; 3]) {
    let (mut variance, mut loss) = (SHIFT, 0.0);
    let (mut by, mut gradient) = ([0.0; 3], [0.0; 3]);
    for r in returns {
        loss += variance.ln() + r * r / variance;
        let slope = (1.0 - r * r / variance) / variance;
        for (sum, one) in gradient.iter_mut().zip(&by) {
            *sum += slope * one;
        }
        by = [1.0 + p[2] * by[0], r * r + p[2] * by[1], variance + p[2] * by[2]];
        variance = p[0] + p[1] * r * r + p[2] * variance;
    }
    (loss, gradient)
}
