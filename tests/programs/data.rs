//! Inputs for the programs: what an engineer would have measured, made up.

use crate::gas;

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
