//! Times of several ways to compute the same, which take turns: a ratio is the median of the ratios of all rounds, so
//! that what else the machine does changes it little.

use std::hint::black_box;
use std::time::Instant;

/// How often each is measured, one after the other.
const ROUNDS: usize = 101;

/// One way to compute something, and its name.
pub type Way<'a, I, R> = (&'a str, fn(&I) -> R);

/// Numbers between 0 and 1: those of a linear congruential generator (Knuth, MMIX).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn array<const N: usize>(&mut self) -> [f64; N] {
        std::array::from_fn(|_| self.next())
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Whether a name was asked for; all are if none was.
pub fn is_wanted(name: &str) -> bool {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
}

/// Nanoseconds of one call.
fn nanoseconds<I, R>(way: fn(&I) -> R, inputs: &[I], passes: usize) -> f64 {
    // What is behind the pointer is not known here: no way becomes a part of this loop.
    let way = black_box(way);
    let start = Instant::now();
    for _ in 0..passes {
        for input in inputs {
            black_box(&way(black_box(input)));
        }
    }
    1e9 * start.elapsed().as_secs_f64() / (passes * inputs.len()) as f64
}

/// Prints the time of the first way, and in times of it and of the others how much it takes.
pub fn report<I, R>(name: &str, inputs: &[I], ways: &[Way<'_, I, R>]) {
    // A round of one way takes about 50 microseconds, or one pass.
    let once = nanoseconds(ways[0].1, inputs, 1) * inputs.len() as f64;
    let passes = (5e4 / once).ceil() as usize;
    let mut times = vec![vec![]; ways.len()];
    for _ in 0..ROUNDS {
        for ((_, way), times) in ways.iter().zip(&mut times) {
            times.push(nanoseconds(*way, inputs, passes));
        }
    }
    println!("{name:22} {:10.1} ns", median(times[0].clone()));
    for ((other, _), other_times) in ways.iter().zip(&times).skip(1) {
        let ratios = times[0].iter().zip(other_times).map(|(own, other)| own / other);
        println!("    {:5.2} times {other}", median(ratios.collect()));
    }
}
