//! Fits a parabola to samples of x² + 2x + 3, with the gradient of the mean squared error.
//!
//! First 20 samples with the settings of the tutorials (Nadam, rate 0.01, 1000 steps), then until
//! nothing is left to gain, then a million samples. Writes the data, the fit and the loss curve to an
//! SVG file.
//!
//! Run it with `cargo run --release --example regression`.

use autodiff_core::differentiate;
use autodiff_core::optimize::{Nadam, Record, Report, Stopping, minimize, minimize_with};
use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Mean squared error of the parabola w₀ x² + w₁ x + w₂ over the samples.
#[differentiate(wrt(w))]
fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
        / x.len() as f64
}

/// What the samples are made of, and what a fit should find.
const TRUTH: [f64; 3] = [1.0, 2.0, 3.0];

fn parabola(w: &[f64; 3], x: f64) -> f64 {
    w[0] * x * x + w[1] * x + w[2]
}

/// Samples with x = 5 · N(0, 1).
fn samples(count: usize, random: &mut ChaCha8Rng) -> (Vec<f64>, Vec<f64>) {
    let normal = |_| -> f64 { StandardNormal.sample(random) };
    let x: Vec<f64> = (0..count).map(normal).map(|n| 5.0 * n).collect();
    let y = x.iter().map(|&x| parabola(&TRUTH, x)).collect();
    (x, y)
}

/// The largest error among the coefficients.
fn distance(w: &[f64; 3]) -> f64 {
    w.iter().zip(TRUTH).map(|(w, truth)| (w - truth).abs()).fold(0.0, f64::max)
}

fn print_fit(w: &[f64; 3], report: &Report) {
    println!("  {report}");
    println!("  {:.7} x² + {:.7} x + {:.7}, off by {:.1e} at most", w[0], w[1], w[2], distance(w));
    println!();
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(2024);
    let (x, y) = samples(20, &mut random);
    let start = [0.0; 3];
    println!(
        "Before any step: loss {:.3}, gradient {:.3?}",
        mse(&start, &x, &y),
        mse::gradient(&start, &x, &y)
    );
    println!();

    println!("20 samples, Nadam at rate 0.01, 1000 steps:");
    let objective = |w: &[f64; 3]| mse::value_and_gradient(w, &x, &y);
    let mut w = start;
    let mut optimizer = Nadam::new(0.01)?;
    let tutorial = minimize(objective, &mut w, &mut optimizer, &Stopping::after(1000))?;
    print_fit(&w, &tutorial);

    println!(
        "That is how far these settings get. The same optimizer, until the gradient vanishes:"
    );
    let stopping = Stopping::after(100_000).gradient_norm(1e-9);
    let rest = minimize(objective, &mut w, &mut optimizer, &stopping)?;
    print_fit(&w, &rest);
    recovered(&w, 1e-6)?;

    let history: Vec<Record> = tutorial.history.iter().chain(&rest.history[1..]).copied().collect();
    let path = plot(&w, &x, &y, &history)?;
    println!("The data, the fit and the loss are drawn in {}", path.display());
    println!();

    let count = 1_000_000;
    println!("{count} samples:");
    let (x, y) = samples(count, &mut random);
    let mut w = start;
    let bar = ProgressBar::new(LARGE_STEPS);
    bar.set_style(ProgressStyle::with_template("  {bar:40} {pos}/{len} steps, {msg}")?);
    let begin = Instant::now();
    let stopping = Stopping::after(LARGE_STEPS).gradient_norm(1e-9);
    let report = minimize_with(
        |w| mse::value_and_gradient(w, &x, &y),
        &mut w,
        &mut Nadam::new(0.1)?,
        &stopping,
        |progress| {
            bar.set_position(progress.iteration);
            bar.set_message(format!("loss {:.2e}", progress.loss));
            ControlFlow::Continue(())
        },
    )?;
    bar.finish_and_clear();
    print_fit(&w, &report);
    let rows = (report.iterations + 1) as f64 * count as f64;
    let nanoseconds = begin.elapsed().as_secs_f64() * 1e9 / rows;
    println!("  {nanoseconds:.2} ns for a sample's share of loss and gradient");
    recovered(&w, 1e-6)
}

/// At most so many steps are made with the million samples.
const LARGE_STEPS: u64 = 2000;

/// An error if a coefficient is further off than this.
fn recovered(w: &[f64; 3], tolerance: f64) -> Result<(), Box<dyn Error>> {
    if distance(w) <= tolerance {
        return Ok(());
    }
    Err(format!("a coefficient of {w:?} is off by more than {tolerance:e}").into())
}

/// Draws the data with the fit and the loss of each step.
fn plot(w: &[f64; 3], x: &[f64], y: &[f64], history: &[Record]) -> Result<PathBuf, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("regression.svg");
    {
        let area = SVGBackend::new(&path, (1000, 440)).into_drawing_area();
        area.fill(&WHITE)?;
        let (left, right) = area.split_horizontally(500);

        let reach = x.iter().fold(1.0_f64, |reach, x| reach.max(x.abs())) * 1.1;
        let top = parabola(w, reach).max(parabola(w, -reach));
        let mut chart = ChartBuilder::on(&left)
            .caption("samples and fit", ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(44)
            .build_cartesian_2d(-reach..reach, -0.05 * top..top)?;
        chart.configure_mesh().light_line_style(TRANSPARENT).x_desc("x").y_desc("y").draw()?;
        let curve = (-100..=100).map(|k| reach * f64::from(k) / 100.0);
        chart.draw_series(LineSeries::new(curve.map(|x| (x, parabola(w, x))), &BLUE))?;
        let dots = x.iter().zip(y).map(|(&x, &y)| Circle::new((x, y), 3, RED.filled()));
        chart.draw_series(dots)?;

        let losses = history.iter().map(|record| record.loss.max(1e-30));
        let (low, high) = losses
            .clone()
            .fold((f64::MAX, 0.0_f64), |(low, high), loss| (low.min(loss), high.max(loss)));
        let mut chart = ChartBuilder::on(&right)
            .caption("loss after each step", ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(64)
            .build_cartesian_2d(0..history.len(), (low..high * 2.0).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_labels(6)
            .y_labels(8)
            .y_label_formatter(&|loss| format!("{loss:.0e}"))
            .x_desc("step")
            .draw()?;
        chart.draw_series(LineSeries::new(losses.enumerate(), &BLUE))?;
        area.present()?;
    }
    Ok(path)
}
