//! Inputs for the programs: what an engineer would have measured, made up.

use crate::{gas, kalman};

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
