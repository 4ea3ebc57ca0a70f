//! Inputs for the programs: what an engineer would have measured, made up.

use crate::{bundle, gas, kalman};

/// Numbers that look random, the same on every machine.
struct Noise(u64);

impl Noise {
    /// Between -1 and 1.
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A shock tube after Sod, with three gauges, and a guess of what was in it.
pub fn gas(
    cells: usize,
    limiter: gas::Limiter,
    solver: gas::Solver,
    ends: (gas::End, gas::End),
) -> (gas::Experiment, gas::Setup) {
    let mut noise = Noise(7 + cells as u64);
    let interval = 0.015;
    let records = (1..=12)
        .map(|instant| {
            let time = f64::from(instant) * interval;
            let mut row = [0.2, 0.4, 0.9].map(|position: f64| {
                0.55 - 0.45 * ((position - 0.4 - time) / 0.1).tanh() + 0.01 * noise.next()
            });
            if instant == 5 {
                row[1] = f64::NAN;
            }
            row
        })
        .collect();
    let setup = gas::Setup {
        cells,
        length: 1.0,
        throat: (0.65, 0.1),
        duration: 0.2,
        interval,
        courant: 0.6,
        step_limit: 100_000,
        limiter,
        solver,
        left: ends.0,
        right: ends.1,
        gauges: [0.21, 0.43, 0.88],
        records,
    };
    let experiment = gas::Experiment {
        gamma: 1.39,
        driver: gas::Primitive { density: 1.02, velocity: 0.01, pressure: 0.97 },
        driven: gas::Primitive { density: 0.13, velocity: -0.02, pressure: 0.11 },
        membrane: 0.48,
        thickness: 0.02,
        constriction: 0.23,
        friction: 0.05,
        heat_loss: 0.02,
        wall: 0.9,
        gains: [1.01, 0.98, 1.03],
    };
    (experiment, setup)
}

/// A flight with a turn, seen by three stations for `count` instants; every ninth measurement is wrong.
pub fn kalman(count: usize) -> (kalman::Calibration, kalman::Setup) {
    let mut noise = Noise(11 + count as u64);
    let stations = [[-4.0, 1.0, 0.3], [6.0, 2.0, 0.25], [1.0, 9.0, 0.4]];
    let mut measurements = vec![];
    let mut way_points = vec![];
    // Kilometres and seconds.
    let (mut east, mut north, mut heading, speed) = (0.0_f64, 0.0_f64, 0.4_f64, 0.12);
    let mut time = 0.0;
    for index in 0..count {
        let duration = 0.4 + 0.3 * noise.next();
        time += duration;
        let turn = 0.04 * (0.02 * time).sin();
        heading += turn * duration;
        east += speed * heading.sin() * duration;
        north += speed * heading.cos() * duration;
        let station = index % 3;
        let [x, y, height]: [f64; 3] = stations[station];
        let (dx, dy) = (east - x, north - y);
        let range = (dx * dx + dy * dy + height * height).sqrt();
        let closing = speed * (dx * heading.sin() + dy * heading.cos()) / range;
        let mut values = [
            range * 1.002 + 0.03 * noise.next(),
            dx.atan2(dy) + 0.01 * noise.next(),
            closing + 0.004 * noise.next(),
        ];
        let kind = match index % 4 {
            0 | 2 => kalman::Kind::Radar,
            1 => kalman::Kind::Finder,
            _ => kalman::Kind::Transponder,
        };
        match kind {
            kalman::Kind::Radar => {}
            kalman::Kind::Finder => values = [values[1] + 0.01 * noise.next(), 0.0, 0.0],
            kalman::Kind::Transponder => {
                values = [east + 0.05 * noise.next(), north + 0.05 * noise.next(), 0.0];
            }
        }
        if index % 9 == 8 {
            values[0] += 3.0;
        }
        if index % 16 == 7 {
            way_points.push((index, east, north));
        }
        measurements.push(kalman::Measurement { time, station, kind, values });
    }
    let setup =
        kalman::Setup { stations, measurements, way_points, gate: 9.0, patience: 6, weight: 0.1 };
    let calibration = kalman::Calibration {
        start: [0.05, -0.04, 0.37, 0.115, 0.004],
        start_spread: [-2.0, -2.0, -2.5, -4.0, -4.5],
        process: [-5.0, -5.5],
        noise: [-3.2, -4.1, -4.8, -2.9],
        cruise: 0.118,
        patience: 24.0,
        straightening: 40.0,
        bearing_bias: [0.003, -0.002, 0.004],
        range_scale: [0.001, 0.003, -0.001],
    };
    (calibration, setup)
}

/// A camera that flies past a wall of points, with two lenses in turn.
pub fn bundle(
    pictures: usize,
    points: usize,
    models: [bundle::Model; 2],
    robust: bundle::Robust,
) -> (bundle::Scene, bundle::Setup) {
    let mut noise = Noise(5 + pictures as u64 + 1000 * points as u64);
    let lens = |focal: f64| bundle::Lens {
        log_focal: focal.ln(),
        aspect: 1.01,
        principal: [320.0, 240.0],
        radial: [-0.05, 0.012, -0.002],
        tangential: [0.001, -0.0005],
        vignetting: -0.08,
    };
    let truth = bundle::Scene {
        poses: (0..pictures)
            .map(|picture| {
                let along = picture as f64;
                bundle::Pose {
                    rotation: [0.03 * along.sin(), -0.02 + 0.04 * along.cos(), 0.01 * along],
                    center: [0.5 * along, 0.1 * (0.7 * along).sin(), -0.05 * along],
                }
            })
            .collect(),
        motions: vec![[0.5, 0.02, -0.05, 0.0, 0.0, 0.01]; pictures],
        lenses: vec![lens(500.0), lens(430.0)],
        points: (0..points)
            .map(|_| {
                [2.5 * noise.next() + 0.2 * pictures as f64, 1.5 * noise.next(), 6.0 + noise.next()]
            })
            .collect(),
        brightness: (0..points).map(|_| -0.5 + 0.4 * noise.next()).collect(),
        exposures: vec![0.0; pictures],
        log_sigma: 0.2,
    };
    let lens_of: Vec<usize> = (0..pictures).map(|picture| picture % 2).collect();
    let rows = 480.0;
    let mut observations = vec![];
    let mut matches = vec![];
    for point in 0..points {
        for (picture, &lens) in lens_of.iter().enumerate() {
            if (point + 3 * picture) % 4 == 3 {
                continue;
            }
            let (seen, depth) = bundle::project(
                &truth.poses[picture],
                &truth.motions[picture],
                &truth.lenses[lens],
                models[lens],
                &truth.points[point],
                0.0,
            );
            let outlier = if observations.len() % 23 == 7 { 40.0 } else { 0.0 };
            let pixel = [seen[0] + 1.2 * noise.next() + outlier, seen[1] + 1.2 * noise.next()];
            let known = observations.len() % 7 != 3;
            let gray = if known { 0.5 + 0.2 * noise.next() } else { f64::NAN };
            let weight = if depth > 0.0 { 1.0 + 0.3 * noise.next() } else { 0.0 };
            if observations.len() % 11 == 10 {
                matches.push((observations.len() - 1, observations.len()));
            }
            observations.push(bundle::Observation { picture, point, pixel, weight, gray });
        }
    }
    // Of one point, from two pictures.
    matches.retain(|(a, b)| observations[*a].point == observations[*b].point);
    let triangulated = matches
        .iter()
        .step_by(2)
        .map(|(a, b)| (*a, *b, truth.points[observations[*a].point][2]))
        .collect();
    let setup = bundle::Setup {
        models: models.to_vec(),
        lens_of,
        observations,
        robust,
        rows,
        positions: (0..pictures)
            .step_by(2)
            .map(|picture| {
                (picture, truth.poses[picture].center.map(|c| c + 0.03 * noise.next()), 0.05)
            })
            .collect(),
        base_lines: vec![(0, 1, 0.52)],
        landmarks: (0..points).step_by(5).map(|point| (point, truth.points[point])).collect(),
        triangulated,
        matches,
        smoothness: 3.0,
    };
    let mut guess = truth;
    for pose in &mut guess.poses {
        pose.rotation = pose.rotation.map(|r| r + 0.004 * noise.next());
        pose.center = pose.center.map(|c| c + 0.03 * noise.next());
    }
    for point in &mut guess.points {
        *point = point.map(|p| p + 0.05 * noise.next());
    }
    (guess, setup)
}
