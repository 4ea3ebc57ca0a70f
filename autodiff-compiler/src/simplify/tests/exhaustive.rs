//! Every `f32` in every hole of the rewrite table: takes minutes in a release build, so
//! `cargo xtask rewrites` runs it.
//!
//! A row with one or two plain holes for numbers gets all 2³² values in each of them, with a few values
//! in the others and in the constant holes. All combinations of special values go through every row
//! besides, those with four holes included.

use super::claims::{Evaluator, Float, is_negated, truths};
use super::table::check_all;
use crate::simplify::rewrites::{REWRITES, Rewrite};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Values of the other hole, if there is one other.
const ONE_OTHER: &[f32] = &[0.0, -0.0, -0.1, -f32::MAX, 1e-45, f32::INFINITY];

/// Values of the other holes, if there are more.
const MORE_OTHERS: &[f32] = &[-0.0, 3.7, -1e-25];

/// So many numbers are checked at a time: the columns of all nodes of a row fit in the first cache.
const LANES: u64 = 512;

/// Blocks that a thread takes at a time.
const SHARE: u64 = 4096;

/// A sweep of one hole: the values of the others.
fn settings(rewrite: &Rewrite, swept: usize) -> Vec<Vec<f32>> {
    let truths = truths(rewrite);
    let others = (0..rewrite.holes).filter(|hole| *hole != swept && !truths[*hole]).count();
    let numbers = if others > 1 { MORE_OTHERS } else { ONE_OTHER };
    let mut settings = vec![vec![]];
    for (hole, is_truth) in truths.iter().enumerate() {
        let choices: Vec<f32> = match is_truth {
            _ if hole == swept => vec![0.0],
            true => vec![0.0, 1.0],
            false => {
                let negated = is_negated(rewrite, hole);
                numbers.iter().copied().filter(|number| !negated || *number > 0.0).collect()
            }
        };
        settings = settings
            .iter()
            .flat_map(|setting: &Vec<f32>| {
                choices.iter().map(|choice| [setting.as_slice(), &[*choice]].concat())
            })
            .collect();
    }
    settings
}

/// All values of one hole, on all processors.
fn sweep(rewrite: &Rewrite, swept: usize, setting: &[f32]) -> Result<(), String> {
    let next = AtomicU64::new(0);
    let blocks = (1u64 << u32::BITS) / LANES;
    let work = || {
        let mut evaluator = Evaluator::new(rewrite, false);
        let mut columns: Vec<Vec<f32>> =
            setting.iter().map(|value| vec![*value; LANES as usize]).collect();
        loop {
            let first = next.fetch_add(SHARE, Ordering::Relaxed);
            if first >= blocks {
                return Ok(());
            }
            for block in first..(first + SHARE).min(blocks) {
                let start = (block * LANES) as u32;
                for (bits, value) in (start..).zip(&mut columns[swept]) {
                    *value = f32::from_bits(bits);
                }
                evaluator.check(&columns)?;
            }
        }
    };
    std::thread::scope(|scope| {
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })
}

/// The sweeps of a row: a hole, and the values of the others.
fn sweeps(rewrite: &Rewrite) -> Vec<(usize, Vec<f32>)> {
    let truths = truths(rewrite);
    let numbers: Vec<usize> = (0..rewrite.plain).filter(|hole| !truths[*hole]).collect();
    match numbers.len() {
        0..=2 => numbers
            .into_iter()
            .flat_map(|hole| {
                settings(rewrite, hole).into_iter().map(move |setting| (hole, setting))
            })
            .collect(),
        _ => vec![],
    }
}

#[test]
#[ignore = "takes minutes: `cargo xtask rewrites`"]
fn rows_keep_their_claims_on_every_single_float() {
    let begin = Instant::now();
    let mut rows: Vec<_> = REWRITES.iter().map(|rewrite| (sweeps(rewrite), rewrite)).collect();
    // What is soon done comes first.
    rows.sort_by_key(|(sweeps, _)| sweeps.len());
    let all: usize = rows.iter().map(|(sweeps, _)| sweeps.len()).sum();
    println!("{} rows, {all} x 2^32 values", rows.len());
    let (mut broken, mut done) = (vec![], 0);
    for (sweeps, rewrite) in rows {
        let start = Instant::now();
        let outcome = check_all(rewrite, &f64::special(), false)
            .and_then(|()| check_all(rewrite, &f32::special(), false))
            .and_then(|()| {
                sweeps.iter().try_for_each(|(hole, setting)| sweep(rewrite, *hole, setting))
            });
        done += sweeps.len();
        println!(
            "{done:>3} of {all} {:<22} {:>6.1} s, {:>4.0} s in all{}",
            rewrite.name,
            start.elapsed().as_secs_f64(),
            begin.elapsed().as_secs_f64(),
            if outcome.is_ok() { "" } else { "  BROKEN" },
        );
        broken.extend(outcome.err());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
