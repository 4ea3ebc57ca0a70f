//! Checks random programs in IR and measures how long a check takes:
//!
//! ```text
//! cargo run --release -p autodiff-compiler --features interpret --example random_programs -- 10000 1
//! ```
//!
//! The numbers are how many programs, and the seed. What fails is shrunk and printed.

use autodiff_compiler::random::{Style, program};
use autodiff_compiler::verification::{Failure, Settings, Verdict, check};
use std::process::ExitCode;
use std::time::Instant;

/// What the programs are, and how much rounding is allowed.
fn styles() -> [(&'static str, Style, Settings); 6] {
    let settings = Settings::default();
    let as_it_comes = Settings { simplified: false, ..settings.clone() };
    // Adjoints of `f32` values are `f32`.
    let narrow = Settings { tolerance: 1e-4, ..settings.clone() };
    let panics = Style { panics: true, all_operations: true, ..Style::TAME };
    let many = Style { many_results: true, ..Style::TAME };
    [
        ("tame", Style::TAME, settings.clone()),
        ("tame as it comes", Style::TAME, as_it_comes.clone()),
        ("many results", many, settings.clone()),
        ("panics", panics, settings),
        ("reductions", Style::REDUCTIONS, as_it_comes),
        ("wild", Style::WILD, narrow),
    ]
}

/// The smallest list of choices near this one that still fails.
fn shrunk(style: Style, settings: &Settings, mut choices: Vec<u32>) -> (Vec<u32>, Failure) {
    let failure = |choices: &[u32]| check(&program(style, choices), settings).err();
    let mut last = failure(&choices).expect("it fails");
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

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(count)), Some(Ok(seed))) =
        (arguments.next().or(Some(Ok(1000))), arguments.next().or(Some(Ok(1))))
    else {
        eprintln!("random_programs [count] [seed]");
        return ExitCode::FAILURE;
    };
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 32) as u32
    };
    for (name, style, settings) in styles() {
        let (mut agree, mut panic, mut refused) = (0, 0, 0);
        let start = Instant::now();
        for _ in 0..count {
            let choices: Vec<_> = (0..next() % 400).map(|_| next()).collect();
            match check(&program(style, &choices), &settings) {
                Ok(Verdict::Agrees) => agree += 1,
                Ok(Verdict::Panics) => panic += 1,
                Ok(Verdict::Refused(_)) => refused += 1,
                Err(_) => {
                    let (choices, failure) = shrunk(style, &settings, choices);
                    println!("{failure}\n{choices:?}");
                    return ExitCode::FAILURE;
                }
            }
        }
        let each = start.elapsed().as_secs_f64() * 1e3 / count as f64;
        println!("{name}: {agree} agree, {panic} panic, {refused} refused; {each:.2} ms each");
    }
    ExitCode::SUCCESS
}
