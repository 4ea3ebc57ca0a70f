//! Times of several ways to calculate the same, which take turns.

use std::hint::black_box;
use std::time::Instant;

/// How often each is measured.
const ROUNDS: usize = 15;
/// What a measurement takes at least, in nanoseconds, unless one call takes longer.
const LEAST: f64 = 2e5;

/// Something that calculates a gradient and can be measured.
pub trait Runner {
    /// The gradient.
    fn gradient(&mut self, slope: &mut [f64]);
    /// Nanoseconds of one of so many calls.
    fn nanoseconds(&mut self, calls: usize) -> f64;
}

/// One that is called here.
pub struct Called<'i> {
    /// What is called.
    pub way: crate::ways::Gradient<'i>,
    /// Where it writes.
    pub slope: Vec<f64>,
}

impl Runner for Called<'_> {
    fn gradient(&mut self, slope: &mut [f64]) {
        (self.way)(slope);
    }

    fn nanoseconds(&mut self, calls: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..calls {
            (self.way)(black_box(&mut self.slope));
            black_box(&self.slope);
        }
        1e9 * start.elapsed().as_secs_f64() / calls as f64
    }
}

/// The nanoseconds of one call of each: the median over all rounds.
pub fn medians(runners: &mut [Box<dyn Runner + '_>]) -> Vec<f64> {
    let calls: Vec<usize> = runners
        .iter_mut()
        .map(|runner| (LEAST / runner.nanoseconds(1)).ceil().clamp(1.0, 1e6) as usize)
        .collect();
    let mut times = vec![vec![]; runners.len()];
    for _ in 0..ROUNDS {
        for ((runner, calls), times) in runners.iter_mut().zip(&calls).zip(&mut times) {
            times.push(runner.nanoseconds(*calls));
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}
