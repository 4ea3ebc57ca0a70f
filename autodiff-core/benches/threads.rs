//! Value and gradient on threads: `cargo bench -p autodiff-core --features rayon --bench threads`.
//!
//! The logistic loss of four features, by rows: the time of `par_gradient_into` on pools of one and two threads, in
//! times of `gradient_into`, each the median over runs that take turns. Where two threads are no faster than one is
//! below the break-even of `threads::map`.

use autodiff_core::differentiate;
use rayon::ThreadPoolBuilder;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[differentiate(wrt(w), par_gradient_into)]
fn logistic(w: &[f64; 4], rows: &[[f64; 4]], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (row, y) in rows.iter().zip(y) {
        let z = w[0] * row[0] + w[1] * row[1] + w[2] * row[2] + w[3] * row[3];
        loss += (1.0 + (-y * z).exp()).ln();
    }
    loss / rows.len() as f64
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let (one, two) = (pool(1), pool(2));
    println!("{:>9} {:>12} {:>8} {:>8} {:>8}", "rows", "sequential", "1 thread", "2", "2 to 1");
    for n in [100, 1_000, 3_000, 10_000, 20_000, 30_000, 50_000, 100_000, 1_000_000] {
        let float = |i: usize| (i * 7919 % 1009) as f64 / 1009.0 - 0.5;
        let rows: Vec<_> = (0..n).map(|i| [0, 1, 2, 3].map(|j| float(4 * i + j))).collect();
        let y: Vec<_> = (0..n).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        let w = black_box([0.5, -0.25, 1.0, 0.125]);
        let mut gradient = [0.0; 4];
        let mut times = [vec![], vec![], vec![]];
        let again = (2_000_000 / n).clamp(1, 200);
        for _ in 0..41 {
            let time = |run: &mut dyn FnMut() -> f64, times: &mut Vec<Duration>| {
                let start = Instant::now();
                for _ in 0..again {
                    black_box(run());
                }
                times.push(start.elapsed() / again as u32);
            };
            time(&mut || logistic::gradient_into(&w, &rows, &y, &mut gradient), &mut times[0]);
            one.install(|| {
                let mut run = || logistic::par_gradient_into(&w, &rows, &y, &mut gradient);
                time(&mut run, &mut times[1]);
            });
            two.install(|| {
                let mut run = || logistic::par_gradient_into(&w, &rows, &y, &mut gradient);
                time(&mut run, &mut times[2]);
            });
        }
        let [sequential, one, two] = times.map(|times| median(times).as_secs_f64());
        println!(
            "{n:>9} {:>9.1} us {:>8.2} {:>8.2} {:>8.2}",
            sequential * 1e6,
            one / sequential,
            two / sequential,
            two / one
        );
    }
}
