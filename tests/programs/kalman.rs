//! Tracking an aircraft with radars: an extended Kalman filter, a smoother over what it found, and the
//! likelihood of what was measured.
//!
//! The state is x = (east, north, heading ψ, speed v, turn rate ω). Between measurements it follows a
//! coordinated turn (Y. Bar-Shalom, X. R. Li and T. Kirubarajan, Estimation with Applications to Tracking
//! and Navigation, section 11.7), with noise in the acceleration and the turn rate:
//!
//! ```text
//! ė = v sin ψ,   ṅ = v cos ψ,   ψ̇ = ω,   v̇ = -(v - v₀) / τ + a,   ω̇ = -ω / θ + b
//! P⁻ = F P Fᵀ + Q,   S = H P⁻ Hᵀ + R,   K = P⁻ Hᵀ S⁻¹,   P = (I - K H) P⁻ (I - K H)ᵀ + K R Kᵀ
//! ```
//!
//! A radar sees the slant range, the bearing and the range rate; a direction finder sees the bearing; a
//! transponder sends a position. Outliers are told by their Mahalanobis distance and do not update the
//! state. The log-likelihood of the innovations (F. Schweppe, IEEE Trans. Inf. Theory 11, 1965) depends on
//! the noise levels, the biases of the sensors and the initial state: its gradient calibrates them. A
//! smoother (H. Rauch, F. Tung and C. Striebel, AIAA J. 3, 1965) runs back over the trajectory; how well
//! it passes known way points is a part of the loss.

#![allow(clippy::needless_range_loop)] // matrices go by index

use autodiff_core::{Differentiable, differentiate};
use std::f64::consts::{PI, TAU};

/// Numbers in the state.
pub const N: usize = 5;
/// Radars and other stations.
pub const STATIONS: usize = 3;
/// The heading in the state.
const HEADING: usize = 2;
/// The speed in the state.
const SPEED: usize = 3;
/// The turn rate in the state.
const TURN: usize = 4;
/// Steps of the integrator are no longer than this.
const LONGEST_STEP: f64 = 0.5;

/// What is estimated of the aircraft at a time.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Estimate {
    /// The mean.
    pub mean: [f64; N],
    /// The covariance.
    pub covariance: [[f64; N]; N],
}

/// What is not known beforehand.
#[derive(Clone, Debug, Differentiable)]
pub struct Calibration {
    /// The state at time 0.
    pub start: [f64; N],
    /// Logarithms of the standard deviations at time 0.
    pub start_spread: [f64; N],
    /// Logarithms of the spectral densities of acceleration and turn acceleration.
    pub process: [f64; 2],
    /// Logarithms of the standard deviations of range, bearing, range rate and position.
    pub noise: [f64; 4],
    /// The speed that the pilot keeps.
    pub cruise: f64,
    /// How long he takes to get back to it.
    pub patience: f64,
    /// How long a turn takes to end.
    pub straightening: f64,
    /// By how much each station reads bearings wrong.
    pub bearing_bias: [f64; STATIONS],
    /// By which factor each station reads ranges wrong, less one.
    pub range_scale: [f64; STATIONS],
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Range, bearing and range rate.
    Radar,
    /// Bearing alone.
    Finder,
    /// East and north.
    Transponder,
}

/// A measurement.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// When.
    pub time: f64,
    /// By which station.
    pub station: usize,
    /// What.
    pub kind: Kind,
    /// Up to three numbers.
    pub values: [f64; 3],
}

/// What is known.
#[derive(Clone, Debug)]
pub struct Setup {
    /// East, north and height of the stations, relative to the height of the aircraft.
    pub stations: [[f64; 3]; STATIONS],
    /// In the order of time.
    pub measurements: Vec<Measurement>,
    /// Index of a measurement, east and north of the aircraft at its time.
    pub way_points: Vec<(usize, f64, f64)>,
    /// The largest squared Mahalanobis distance, per number measured.
    pub gate: f64,
    /// Give up after so many outliers in a row.
    pub patience: usize,
    /// Weight of the way points.
    pub weight: f64,
}

/// What the filter leaves for the smoother, per measurement.
#[derive(Clone, Debug, Differentiable)]
pub struct Track {
    /// After the measurement.
    pub updated: Vec<Estimate>,
    /// Before it.
    pub predicted: Vec<Estimate>,
    /// The transition from the measurement before.
    pub transitions: Vec<[[f64; N]; N]>,
}

/// What a sensor should have measured, to first order around an estimate; unused rows are zero.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Prediction {
    /// What it would measure.
    pub values: [f64; 3],
    /// By the state.
    pub slopes: [[f64; N]; 3],
    /// Variances of the noise.
    pub variances: [f64; 3],
}

// ---------------------------------------------------------------------------------------------------
// Small matrices
// ---------------------------------------------------------------------------------------------------

/// The identity.
fn identity() -> [[f64; N]; N] {
    let mut matrix = [[0.0; N]; N];
    for (index, row) in matrix.iter_mut().enumerate() {
        row[index] = 1.0;
    }
    matrix
}

/// `a b`.
#[differentiate]
pub fn product(a: &[[f64; N]; N], b: &[[f64; N]; N]) -> [[f64; N]; N] {
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

/// `a p aᵀ` of a symmetric matrix.
#[differentiate]
pub fn congruence(a: &[[f64; N]; N], p: &[[f64; N]; N]) -> [[f64; N]; N] {
    let half = product(a, p);
    let mut result = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let mut sum = 0.0;
            for k in 0..N {
                sum += half[i][k] * a[j][k];
            }
            result[i][j] = sum;
            result[j][i] = sum;
        }
    }
    result
}

/// The lower triangle `l` with `l lᵀ = a`, of the first `size` rows. Where `a` is not positive, a tiny
/// pivot stands in.
#[differentiate(wrt(a))]
pub fn cholesky<const M: usize>(a: &[[f64; M]; M], size: usize) -> [[f64; M]; M] {
    let mut l = [[0.0; M]; M];
    for i in 0..size {
        for j in 0..=i {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { sum.max(1e-12).sqrt() } else { sum / l[j][j] };
        }
    }
    l
}

/// Solves `l lᵀ x = b` in place.
#[differentiate(wrt(l, b))]
pub fn solve_in_place<const M: usize>(l: &[[f64; M]; M], size: usize, b: &mut [f64; M]) {
    for i in 0..size {
        let mut sum = b[i];
        for k in 0..i {
            sum -= l[i][k] * b[k];
        }
        b[i] = sum / l[i][i];
    }
    for i in (0..size).rev() {
        let mut sum = b[i];
        for k in i + 1..size {
            sum -= l[k][i] * b[k];
        }
        b[i] = sum / l[i][i];
    }
}

/// An angle brought to (-π, π].
#[differentiate]
pub fn wrapped(angle: f64) -> f64 {
    let turns = ((angle + PI) / TAU).floor();
    angle - turns * TAU
}

// ---------------------------------------------------------------------------------------------------
// Motion
// ---------------------------------------------------------------------------------------------------

/// How fast the state changes.
#[differentiate]
pub fn rates(state: &[f64; N], calibration: &Calibration) -> [f64; N] {
    let [_, _, heading, speed, turn] = *state;
    let (sine, cosine) = heading.sin_cos();
    [
        speed * sine,
        speed * cosine,
        turn,
        (calibration.cruise - speed) / calibration.patience,
        -turn / calibration.straightening,
    ]
}

/// The slopes of the rates by the state.
#[differentiate]
pub fn rate_slopes(state: &[f64; N], calibration: &Calibration) -> [[f64; N]; N] {
    let (sine, cosine) = state[HEADING].sin_cos();
    let speed = state[SPEED];
    let mut slopes = [[0.0; N]; N];
    slopes[0][HEADING] = speed * cosine;
    slopes[0][SPEED] = sine;
    slopes[1][HEADING] = -speed * sine;
    slopes[1][SPEED] = cosine;
    slopes[HEADING][TURN] = 1.0;
    slopes[SPEED][SPEED] = -1.0 / calibration.patience;
    slopes[TURN][TURN] = -1.0 / calibration.straightening;
    slopes
}

/// `state + step rate`
#[differentiate]
pub fn moved(state: &[f64; N], rate: &[f64; N], step: f64) -> [f64; N] {
    let mut next = *state;
    for (value, rate) in next.iter_mut().zip(rate) {
        *value += step * rate;
    }
    next
}

/// One step of the midpoint method, and the transition matrix I + h A + h² A² / 2 at the midpoint.
#[differentiate(wrt(state, calibration))]
pub fn midpoint_step(
    state: &[f64; N],
    step: f64,
    calibration: &Calibration,
) -> ([f64; N], [[f64; N]; N]) {
    let middle = moved(state, &rates(state, calibration), 0.5 * step);
    let next = moved(state, &rates(&middle, calibration), step);
    let slopes = rate_slopes(&middle, calibration);
    let squared = product(&slopes, &slopes);
    let mut transition = identity();
    for i in 0..N {
        for j in 0..N {
            transition[i][j] += step * slopes[i][j] + 0.5 * step * step * squared[i][j];
        }
    }
    (next, transition)
}

/// The covariance that noise adds during a step: of the speed along the heading, and of the turn rate.
#[differentiate(wrt(heading, process))]
pub fn process_noise(heading: f64, step: f64, process: &[f64; 2]) -> [[f64; N]; N] {
    let (sine, cosine) = heading.sin_cos();
    let densities = [(2.0 * process[0]).exp(), (2.0 * process[1]).exp()];
    // A random walk of the speed, integrated along the heading; of the turn rate, into the heading.
    let mut along = [0.0; N];
    along[0] = 0.5 * step * sine;
    along[1] = 0.5 * step * cosine;
    along[SPEED] = 1.0;
    let mut across = [0.0; N];
    across[HEADING] = 0.5 * step;
    across[TURN] = 1.0;
    let mut noise = [[0.0; N]; N];
    for (direction, density) in [along, across].iter().zip(densities) {
        for i in 0..N {
            for j in 0..N {
                noise[i][j] += density * step * direction[i] * direction[j];
            }
        }
    }
    // What the integration of white noise leaves beside the mean of its ends.
    let rest = step.powi(3) / 12.0;
    noise[0][0] += densities[0] * rest * sine * sine;
    noise[1][1] += densities[0] * rest * cosine * cosine;
    noise[HEADING][HEADING] += densities[1] * rest;
    noise
}

/// Predicts an estimate over a time, in steps that are short enough; returns the whole transition.
#[differentiate(wrt(estimate, calibration))]
pub fn predict(estimate: &mut Estimate, duration: f64, calibration: &Calibration) -> [[f64; N]; N] {
    let mut whole = identity();
    let mut left = duration;
    while left > 1e-9 {
        let step = left.min(LONGEST_STEP);
        let heading = estimate.mean[HEADING];
        let (next, transition) = midpoint_step(&estimate.mean, step, calibration);
        let noise = process_noise(heading, step, &calibration.process);
        estimate.mean = next;
        estimate.covariance = congruence(&transition, &estimate.covariance);
        for (row, added) in estimate.covariance.iter_mut().zip(&noise) {
            for (value, added) in row.iter_mut().zip(added) {
                *value += added;
            }
        }
        whole = product(&transition, &whole);
        left -= step;
    }
    estimate.mean[HEADING] = wrapped(estimate.mean[HEADING]);
    whole
}

// ---------------------------------------------------------------------------------------------------
// Measurements
// ---------------------------------------------------------------------------------------------------

/// How many numbers a kind of measurement has.
pub fn size_of_kind(kind: Kind) -> usize {
    match kind {
        Kind::Radar => 3,
        Kind::Finder => 1,
        Kind::Transponder => 2,
    }
}

/// Range, bearing and range rate, seen from a station.
#[differentiate(wrt(state, calibration))]
pub fn seen_by_radar(
    state: &[f64; N],
    place: &[f64; 3],
    station: usize,
    calibration: &Calibration,
) -> Prediction {
    let (east, north) = (state[0] - place[0], state[1] - place[1]);
    let ground = east * east + north * north;
    let range = (ground + place[2] * place[2]).sqrt();
    let (sine, cosine) = state[HEADING].sin_cos();
    let speed = state[SPEED];
    let closing = east * sine + north * cosine; // of a unit of speed, times the range
    let rate = speed * closing / range;
    let scale = 1.0 + calibration.range_scale[station];
    let variances = [0, 1, 2].map(|index| (2.0 * calibration.noise[index]).exp());
    Prediction {
        values: [scale * range, east.atan2(north) + calibration.bearing_bias[station], rate],
        slopes: [
            [scale * east / range, scale * north / range, 0.0, 0.0, 0.0],
            [north / ground, -east / ground, 0.0, 0.0, 0.0],
            [
                (speed * sine - rate * east / range) / range,
                (speed * cosine - rate * north / range) / range,
                speed * (east * cosine - north * sine) / range,
                closing / range,
                0.0,
            ],
        ],
        variances,
    }
}

/// The bearing alone, from the second row of what a radar sees.
#[differentiate]
pub fn bearing_only(radar: &Prediction) -> Prediction {
    let mut finder = *radar;
    finder.values[0] = radar.values[1];
    finder.slopes[0] = radar.slopes[1];
    // A direction finder has half the precision of a radar.
    finder.variances[0] = 4.0 * radar.variances[1];
    finder
}

/// What the transponder sends.
#[differentiate]
pub fn own_position(state: &[f64; N], noise: f64) -> Prediction {
    let mut slopes = [[0.0; N]; 3];
    slopes[0][0] = 1.0;
    slopes[1][1] = 1.0;
    let variance = (2.0 * noise).exp();
    Prediction { values: [state[0], state[1], 0.0], slopes, variances: [variance; 3] }
}

/// What a sensor should measure.
#[differentiate(wrt(state, calibration))]
pub fn expected(
    state: &[f64; N],
    kind: Kind,
    station: usize,
    place: &[f64; 3],
    calibration: &Calibration,
) -> Prediction {
    match kind {
        Kind::Radar => seen_by_radar(state, place, station, calibration),
        Kind::Finder => bearing_only(&seen_by_radar(state, place, station, calibration)),
        Kind::Transponder => own_position(state, calibration.noise[3]),
    }
}

/// What was measured less what was expected; bearings are angles.
#[differentiate(wrt(predicted))]
pub fn innovation(values: &[f64; 3], kind: Kind, predicted: &Prediction) -> [f64; 3] {
    let mut difference = [0.0; 3];
    for index in 0..size_of_kind(kind) {
        difference[index] = values[index] - predicted.values[index];
    }
    match kind {
        Kind::Radar => difference[1] = wrapped(difference[1]),
        Kind::Finder => difference[0] = wrapped(difference[0]),
        Kind::Transponder => {}
    }
    difference
}

/// `H P` and `S = H P Hᵀ + R`.
#[differentiate(wrt(covariance, predicted))]
pub fn innovation_covariance(
    covariance: &[[f64; N]; N],
    predicted: &Prediction,
    size: usize,
) -> ([[f64; N]; 3], [[f64; 3]; 3]) {
    let mut seen = [[0.0; N]; 3];
    let mut s = [[0.0; 3]; 3];
    for i in 0..size {
        for j in 0..N {
            seen[i][j] = (0..N).map(|k| predicted.slopes[i][k] * covariance[k][j]).sum();
        }
    }
    for i in 0..size {
        for j in 0..size {
            s[i][j] = seen[i].iter().zip(&predicted.slopes[j]).map(|(a, b)| a * b).sum();
        }
        s[i][i] += predicted.variances[i];
    }
    (seen, s)
}

/// Joseph's form of the update, which keeps the covariance symmetric and positive.
#[differentiate(wrt(covariance, gain, predicted))]
pub fn updated_covariance(
    covariance: &[[f64; N]; N],
    gain: &[[f64; 3]; N],
    predicted: &Prediction,
    size: usize,
) -> [[f64; N]; N] {
    let mut rest = identity();
    for i in 0..N {
        for j in 0..N {
            for k in 0..size {
                rest[i][j] -= gain[i][k] * predicted.slopes[k][j];
            }
        }
    }
    let mut updated = congruence(&rest, covariance);
    for i in 0..N {
        for j in 0..N {
            for k in 0..size {
                updated[i][j] += gain[i][k] * predicted.variances[k] * gain[j][k];
            }
        }
    }
    updated
}

/// Updates an estimate with a measurement. Returns twice the negative log-likelihood, and whether the
/// measurement was taken; an outlier costs what the gate allows.
#[differentiate(wrt(estimate, calibration))]
pub fn update(
    estimate: &mut Estimate,
    kind: Kind,
    station: usize,
    values: &[f64; 3],
    place: &[f64; 3],
    calibration: &Calibration,
    gate: f64,
) -> (f64, bool) {
    let size = size_of_kind(kind);
    let predicted = expected(&estimate.mean, kind, station, place, calibration);
    let difference = innovation(values, kind, &predicted);
    let (seen, s) = innovation_covariance(&estimate.covariance, &predicted, size);
    let l = cholesky::<3>(&s, size);
    let mut weighted = difference;
    solve_in_place::<3>(&l, size, &mut weighted);

    let mut distance = 0.0;
    let mut log_determinant = size as f64 * TAU.ln();
    for i in 0..size {
        distance += difference[i] * weighted[i];
        log_determinant += 2.0 * l[i][i].ln();
    }
    let limit = gate * size as f64;
    if distance > limit {
        return (log_determinant + limit, false);
    }

    let mut gain = [[0.0; 3]; N];
    for (index, row) in gain.iter_mut().enumerate() {
        for i in 0..size {
            row[i] = seen[i][index];
        }
        solve_in_place::<3>(&l, size, row);
    }
    for (value, row) in estimate.mean.iter_mut().zip(&gain) {
        for (gain, difference) in row.iter().zip(&difference) {
            *value += gain * difference;
        }
    }
    estimate.mean[HEADING] = wrapped(estimate.mean[HEADING]);
    estimate.covariance = updated_covariance(&estimate.covariance, &gain, &predicted, size);
    (log_determinant + distance, true)
}

// ---------------------------------------------------------------------------------------------------
// Forward and back over the trajectory
// ---------------------------------------------------------------------------------------------------

/// The estimate at time 0.
#[differentiate]
pub fn first_estimate(calibration: &Calibration) -> Estimate {
    let mut covariance = [[0.0; N]; N];
    for (index, row) in covariance.iter_mut().enumerate() {
        row[index] = (2.0 * calibration.start_spread[index]).exp();
    }
    Estimate { mean: calibration.start, covariance }
}

/// Filters all measurements. Returns the negative log-likelihood; stops at the end, or when the track is
/// lost.
#[differentiate(wrt(calibration, track))]
pub fn filtered(calibration: &Calibration, setup: &Setup, track: &mut Track) -> f64 {
    let count: usize = setup.measurements.len();
    let mut estimate = first_estimate(calibration);
    let mut likelihood = 0.0;
    let mut time = 0.0;
    let mut missed: usize = 0;
    for index in 0..count {
        let now: f64 = setup.measurements[index].time;
        let station: usize = setup.measurements[index].station;
        let values: [f64; 3] = setup.measurements[index].values;
        let place: [f64; 3] = setup.stations[station];
        let transition = predict(&mut estimate, now - time, calibration);
        time = now;
        track.transitions.push(transition);
        track.predicted.push(estimate);
        let kind = setup.measurements[index].kind;
        let (cost, taken) =
            update(&mut estimate, kind, station, &values, &place, calibration, setup.gate);
        track.updated.push(estimate);
        likelihood += 0.5 * cost;
        if taken {
            missed = 0;
            continue;
        }
        missed += 1;
        if missed > setup.patience {
            break;
        }
    }
    likelihood
}

/// One step back: the smoothed estimate at a measurement, given that at the next.
#[differentiate]
pub fn smoothed_step(
    updated: &Estimate,
    transition: &[[f64; N]; N],
    predicted: &Estimate,
    next: &Estimate,
) -> Estimate {
    // G = P Fᵀ P⁻¹, by rows: P⁻ gᵢ = (F P)ᵢ.
    let l = cholesky::<N>(&predicted.covariance, N);
    let crossed = product(transition, &updated.covariance);
    let mut gain = [[0.0; N]; N];
    for i in 0..N {
        let mut column = [0.0; N];
        for (k, value) in column.iter_mut().enumerate() {
            *value = crossed[k][i];
        }
        solve_in_place::<N>(&l, N, &mut column);
        gain[i] = column;
    }
    let mut correction = [0.0; N];
    let mut shrunk = [[0.0; N]; N];
    for i in 0..N {
        correction[i] = next.mean[i] - predicted.mean[i];
        for j in 0..N {
            shrunk[i][j] = next.covariance[i][j] - predicted.covariance[i][j];
        }
    }
    correction[HEADING] = wrapped(correction[HEADING]);
    let mut smoothed = *updated;
    let change = congruence(&gain, &shrunk);
    for i in 0..N {
        for j in 0..N {
            smoothed.mean[i] += gain[i][j] * correction[j];
            smoothed.covariance[i][j] += change[i][j];
        }
    }
    smoothed
}

/// Half the squared distance from a way point, in standard deviations of the estimate and ten metres.
#[differentiate(wrt(estimate))]
pub fn off_course(estimate: &Estimate, east: f64, north: f64) -> f64 {
    let (dx, dy) = (estimate.mean[0] - east, estimate.mean[1] - north);
    let a = estimate.covariance[0][0] + 1e-4;
    let b = estimate.covariance[0][1];
    let c = estimate.covariance[1][1] + 1e-4;
    let determinant = a * c - b * b;
    0.5 * (c * dx * dx - 2.0 * b * dx * dy + a * dy * dy) / determinant + 0.5 * determinant.ln()
}

/// Smooths the track from its end and sums up how far it is from the way points.
#[differentiate(wrt(track))]
pub fn way_point_cost(track: &Track, setup: &Setup) -> f64 {
    let count = track.updated.len();
    if count == 0 {
        return 0.0;
    }
    let mut smoothed = track.updated[count - 1];
    let mut remaining: usize = setup.way_points.len();
    let mut cost = 0.0;
    for index in (0..count).rev() {
        if index + 1 < count {
            smoothed = smoothed_step(
                &track.updated[index],
                &track.transitions[index + 1],
                &track.predicted[index + 1],
                &smoothed,
            );
        }
        while remaining > 0 {
            let (at, east, north): (usize, f64, f64) = setup.way_points[remaining - 1];
            if at < index {
                break;
            }
            if at == index {
                cost += off_course(&smoothed, east, north);
            }
            remaining -= 1;
        }
        if remaining == 0 {
            break; // nothing is known before
        }
    }
    cost
}

/// What keeps the calibration near what the maker of the sensors says.
#[differentiate]
pub fn prior(calibration: &Calibration) -> f64 {
    let mut sum = 0.0;
    for (bias, scale) in calibration.bearing_bias.iter().zip(&calibration.range_scale) {
        sum += (bias / 0.02).powi(2) + (scale / 0.01).powi(2);
    }
    let drift: f64 = calibration.noise.iter().map(|level| 0.01 * level * level).sum();
    0.5 * sum + drift + (calibration.patience / 30.0).ln().powi(2)
}

/// The negative log-likelihood of all measurements per measurement, with the way points and the prior.
#[differentiate(wrt(calibration))]
pub fn loss(calibration: &Calibration, setup: &Setup) -> f64 {
    let count: usize = setup.measurements.len();
    let mut track = Track {
        updated: Vec::with_capacity(count),
        predicted: Vec::with_capacity(count),
        transitions: Vec::with_capacity(count),
    };
    let likelihood = filtered(calibration, setup, &mut track);
    let course = way_point_cost(&track, setup);
    (likelihood + setup.weight * course + prior(calibration)) / count as f64
}
