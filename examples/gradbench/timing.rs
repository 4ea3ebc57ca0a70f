//! Runs a function as often as a message asks for, and times each run.
//!
//! Timed is the function alone, from an input in native arrays to an output in native arrays; memory that it
//! fills again in every run is made before, in a step of its own called `prepare`.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often a function runs: until both limits are reached, and at least once.
#[derive(Clone, Copy, Deserialize)]
pub struct Repeat {
    #[serde(default = "one_run")]
    min_runs: usize,
    #[serde(default = "one_second")]
    min_seconds: f64,
}

fn one_run() -> usize {
    1
}

fn one_second() -> f64 {
    1.0
}

/// One timed step.
#[derive(Serialize)]
pub struct Timing {
    pub name: &'static str,
    pub nanoseconds: u64,
}

/// The last output and all timings.
pub struct Answer {
    pub output: Box<RawValue>,
    pub timings: Vec<Timing>,
}

/// An answer, or what is wrong with the input.
pub type Outcome = Result<Answer, serde_json::Error>;

/// Reads an input and how often to run.
pub fn read<'a, Input: Deserialize<'a>>(
    input: &'a RawValue,
) -> serde_json::Result<(Input, Repeat)> {
    Ok((serde_json::from_str(input.get())?, serde_json::from_str(input.get())?))
}

/// An error about an input that is JSON of the right types but not an input of the eval.
pub fn unfit(reason: &str) -> serde_json::Error {
    serde::de::Error::custom(reason)
}

impl Repeat {
    /// For an input that does not say.
    pub const ONCE: Repeat = Repeat { min_runs: 1, min_seconds: 0.0 };

    /// Runs a function of an input.
    pub fn run<Input, Output: Serialize>(
        self,
        input: &Input,
        mut function: impl FnMut(&Input) -> Output,
    ) -> Outcome {
        let mut timings = Vec::new();
        let output = self.time(&mut timings, || function(black_box(input)));
        Ok(Answer { output: to_raw_value(&output)?, timings })
    }

    /// Runs a function that fills buffers.
    pub fn run_into<Input, Buffers: Serialize>(
        self,
        input: &Input,
        prepare: impl FnOnce(&Input) -> Buffers,
        mut function: impl FnMut(&Input, &mut Buffers),
    ) -> Outcome {
        let start = Instant::now();
        let mut buffers = prepare(input);
        let mut timings = vec![timing("prepare", start.elapsed())];
        self.time(&mut timings, || function(black_box(input), black_box(&mut buffers)));
        Ok(Answer { output: to_raw_value(&buffers)?, timings })
    }

    fn time<Output>(
        self,
        timings: &mut Vec<Timing>,
        mut function: impl FnMut() -> Output,
    ) -> Output {
        let (mut runs, mut total) = (0, 0.0);
        loop {
            let start = Instant::now();
            let output = black_box(function());
            let elapsed = start.elapsed();
            timings.push(timing("evaluate", elapsed));
            (runs, total) = (runs + 1, total + elapsed.as_secs_f64());
            if runs >= self.min_runs && total >= self.min_seconds {
                return output;
            }
        }
    }
}

fn timing(name: &'static str, elapsed: Duration) -> Timing {
    Timing { name, nanoseconds: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX) }
}
