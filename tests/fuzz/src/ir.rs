//! Random functions in IR through every pass, on all processors: what `cargo test -p autodiff-compiler` does with a
//! few of them.
//!
//! It finds what is wrong in the passes after `lower`, in shapes that no front end writes, too. Function `number` of
//! a seed is the same on every machine; what fails is made smaller, and printed with the choices it is made of.

use autodiff_compiler::random::{Style, program};
use autodiff_compiler::verification::parallel::gathered;
use autodiff_compiler::verification::{Failure, Settings, Verdict, check};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt;

/// What came of many functions.
#[derive(Debug, Default)]
pub struct Summary {
    /// Those whose derivatives agree.
    pub agree: u64,
    /// Those that panic, as what is derived does.
    pub panic: u64,
    /// Those without a derivative.
    pub refused: u64,
    /// What is wrong, as small as it got.
    pub failures: Vec<String>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agree, panic, refused, failures } = self;
        let mistakes = failures.len();
        write!(f, "{agree} agree, {panic} panic, {refused} refused, {mistakes} mistakes")
    }
}

impl Summary {
    fn unite(&mut self, other: Self) {
        self.agree += other.agree;
        self.panic += other.panic;
        self.refused += other.refused;
        self.failures.extend(other.failures);
    }
}

/// What the functions are, and how they are asked about: one after the other has the next style.
fn styles(settings: Settings) -> [(Style, Settings); 6] {
    let as_it_comes = Settings { simplified: false, ..settings.clone() };
    // Adjoints of `f32` values are `f32`.
    let narrow = Settings { tolerance: 1e-4, ..settings.clone() };
    let panics = Style { panics: true, all_operations: true, ..Style::TAME };
    let many = Style { many_results: true, ..Style::TAME };
    [
        (Style::TAME, settings.clone()),
        (Style::TAME, as_it_comes.clone()),
        (many, settings.clone()),
        (panics, settings),
        (Style::REDUCTIONS, as_it_comes),
        (Style::WILD, narrow),
    ]
}

/// Runs functions `0..count` of a seed through the passes.
pub fn interpret(seed: u64, count: u64, settings: fn() -> Settings) -> Summary {
    let parts = gathered(count, |number, own| {
        let styles = styles(settings());
        let (style, settings) = &styles[number as usize % styles.len()];
        step((seed, number), *style, settings, own);
    });
    let mut summary = Summary::default();
    parts.into_iter().for_each(|own| summary.unite(own));
    summary
}

fn step((seed, number): (u64, u64), style: Style, settings: &Settings, summary: &mut Summary) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    let length = random.random_range(0..400);
    let choices: Vec<u32> = (0..length).map(|_| random.random()).collect();
    match check(&program(style, &choices), settings) {
        Ok(Verdict::Agrees) => summary.agree += 1,
        Ok(Verdict::Panics) => summary.panic += 1,
        Ok(Verdict::Refused(_)) => summary.refused += 1,
        Err(failure) => {
            let (choices, failure) = shrunk(style, settings, choices, failure);
            let from = format!("seed {seed}, function {number}");
            summary.failures.push(format!("{from}: {failure}\n{choices:?}"));
        }
    }
}

/// The smallest list of choices near this one that still fails, and how.
fn shrunk(
    style: Style,
    settings: &Settings,
    mut choices: Vec<u32>,
    mut last: Failure,
) -> (Vec<u32>, Failure) {
    let failure = |choices: &[u32]| check(&program(style, choices), settings).err();
    let mut smaller = true;
    while smaller {
        smaller = false;
        for k in (0..choices.len()).rev() {
            let k = k.min(choices.len().saturating_sub(1));
            for candidate in [choices[..k].to_vec(), without(&choices, k), zeroed(&choices, k)] {
                if candidate != choices
                    && let Some(found) = failure(&candidate)
                {
                    (choices, last, smaller) = (candidate, found, true);
                    break;
                }
            }
        }
    }
    (choices, last)
}

fn without(choices: &[u32], k: usize) -> Vec<u32> {
    choices.iter().enumerate().filter(|(at, _)| *at != k).map(|(_, choice)| *choice).collect()
}

fn zeroed(choices: &[u32], k: usize) -> Vec<u32> {
    choices.iter().enumerate().map(|(at, choice)| if at == k { 0 } else { *choice }).collect()
}
