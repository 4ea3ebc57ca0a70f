//! What a gradient costs here, by hand, and in other crates and JAX, for sizes from 2 to a million: a table of one run,
//! and a chart of each loss.
//!
//! ```sh
//! cargo run --release --manifest-path benches/peers/Cargo.toml [-- --jax python3]
//! ```
//!
//! All gradients are compared before anything is measured. The ways take turns on one thread; a time is the median of 15.

mod chart;
mod jax;
mod losses;
mod measure;
mod ways;

use comfy_table::Table;
use jax::{Jax, Sent};
use measure::{Called, Runner, medians};
use std::cell::RefCell;
use std::error::Error;
use std::path::Path;
use ways::{Input, Way};

/// A loss to differentiate.
struct Loss {
    name: &'static str,
    /// What there are more and more of.
    unit: &'static str,
    sizes: &'static [usize],
    input: fn(usize) -> Input,
    ways: &'static [Way],
}

const LOSSES: &[Loss] = &[
    Loss {
        name: "rosenbrock",
        unit: "number",
        sizes: &[2, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
        input: |size| Input { at: numbers(size, 1), x: vec![], y: vec![] },
        ways: ways::ROSENBROCK,
    },
    Loss {
        name: "parabola",
        unit: "row",
        sizes: &[10, 100, 1_000, 10_000, 100_000, 1_000_000],
        input: |size| Input {
            at: vec![0.9, 1.8, 3.3],
            x: vec![numbers(size, 1)],
            y: numbers(size, 2),
        },
        ways: ways::PARABOLA,
    },
    Loss {
        name: "logistic",
        unit: "row",
        sizes: &[10, 100, 1_000, 10_000, 100_000, 1_000_000],
        input: |size| {
            let y = numbers(size, 5).iter().map(|y| f64::from(*y > 0.0)).collect();
            let x = (1..5).map(|seed| numbers(size, seed)).collect();
            Input { at: vec![0.3, -0.2, 0.4, -0.5], x, y }
        },
        ways: ways::LOGISTIC,
    },
];

/// Numbers between -2 and 2: those of a linear congruential generator (Knuth, MMIX).
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        4.0 * (state >> 11) as f64 / (1_u64 << 53) as f64 - 2.0
    };
    next();
    (0..count).map(|_| next()).collect()
}

/// Whether two gradients are one, but for rounding.
fn agree(own: &[f64], other: &[f64]) -> bool {
    let largest = own.iter().fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
    own.iter().zip(other).all(|(own, other)| (own - other).abs() <= 1e-10 * largest)
}

/// The nanoseconds that each way takes at each size, by the names of the ways.
type Times = Vec<(&'static str, Vec<(usize, f64)>)>;

fn times(loss: &Loss, jax: Option<&RefCell<Jax>>) -> Result<Times, String> {
    let names = loss.ways.iter().map(|way| way.name).chain(jax.map(|_| "JAX"));
    let mut times: Times = names.map(|name| (name, vec![])).collect();
    for &size in loss.sizes {
        let input = (loss.input)(size);
        let slope = || vec![0.0; input.at.len()];
        let mut asked = vec![];
        let mut runners: Vec<Box<dyn Runner + '_>> = vec![];
        for (position, way) in loss.ways.iter().enumerate().filter(|(_, way)| size <= way.most) {
            asked.push(position);
            runners.push(Box::new(Called { way: (way.prepare)(&input), slope: slope() }));
        }
        if let Some(jax) = jax {
            asked.push(loss.ways.len());
            runners.push(Box::new(Sent::new(jax, loss.name, &input)));
        }
        let gradients = runners.iter_mut().map(|runner| {
            let mut slope = slope();
            runner.gradient(&mut slope);
            slope
        });
        let gradients: Vec<_> = gradients.collect();
        for (position, gradient) in asked.iter().zip(&gradients) {
            if !agree(&gradients[0], gradient) {
                return Err(format!("{}, {size}: {} differs", loss.name, times[*position].0));
            }
        }
        for (position, nanoseconds) in asked.iter().zip(medians(&mut runners)) {
            times[*position].1.push((size, nanoseconds));
        }
        eprintln!("{}: {size}", loss.name);
    }
    Ok(times)
}

/// Of each way, how many times as long as by hand it takes; our own time in nanoseconds.
fn table(loss: &Loss, times: &Times) -> Table {
    let mut table = Table::new();
    let header = ["", "autodiff, ns"].into_iter().chain(times.iter().map(|(name, _)| *name));
    table.set_header(header);
    let at = |way: usize, size: usize| {
        times[way].1.iter().find(|(other, _)| *other == size).map(|(_, nanoseconds)| *nanoseconds)
    };
    for &size in loss.sizes {
        let (Some(own), Some(by_hand)) = (at(0, size), at(1, size)) else { continue };
        let ratio = |way: usize| match at(way, size) {
            Some(time) => format!("{:.2}", time / by_hand),
            None => String::new(),
        };
        let first = [format!("{size} {}s", loss.unit), format!("{own:.0}")];
        table.add_row(first.into_iter().chain((0..times.len()).map(ratio)));
    }
    table
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let jax = match &arguments[..] {
        [] => None,
        [option, python] if option == "--jax" => Some(Jax::start(python)?),
        _ => return Err("usage: peers [--jax <python>]".into()),
    };
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/charts");
    std::fs::create_dir_all(&charts)?;
    println!("The time of a gradient, in times of the one by hand:\n");
    for loss in LOSSES {
        let times = times(loss, jax.as_ref())?;
        println!("{}\n{}\n", loss.name, table(loss, &times));
        let path = charts.join(format!("{}.svg", loss.name));
        chart::draw(&path, loss.name, loss.unit, &times)?;
        println!("drawn to docs/charts/{}.svg\n", loss.name);
    }
    Ok(())
}
