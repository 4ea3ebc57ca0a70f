//! What `#[differentiate]` costs the user's build: the time of one expansion, in the profile that this
//! is run in (dev, as `cargo check` builds procedural macros).

use std::str::FromStr;
use std::time::Instant;

/// Twenty lines with a loop, a branch, a closure and an early return.
const FUNCTION: &str = "
    fn loss(w: &[f64; 4], x: &[f64], y: &[f64]) -> f64 {
        if x.is_empty() {
            return 0.0;
        }
        let scale = w[2].exp();
        let residual = |x: f64, y: f64| w[0] * x + w[1] - y;
        let mut sum = 0.0;
        for i in 0..x.len() {
            let r = residual(x[i], y[i]) / scale;
            let a = r.abs();
            sum += if a < 1.5 {
                0.5 * r * r
            } else {
                1.5 * (a - 0.75)
            };
        }
        let prior = w.iter().map(|w| w * w).sum::<f64>();
        let count = x.len() as f64;
        sum / count + w[3].tanh() * prior + scale.ln()
    }";

const TIMES: usize = 200;

/// Prints the median of many expansions; an argument says of how many, for a profiler.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let times = match arguments.first() {
        Some(times) => times.parse::<usize>().map_err(|error| error.to_string())?.max(1),
        None => TIMES,
    };
    let attribute = proc_macro2::TokenStream::from_str("wrt(w)").map_err(|e| e.to_string())?;
    let item = proc_macro2::TokenStream::from_str(FUNCTION).map_err(|e| e.to_string())?;
    let mut durations: Vec<f64> = (0..times)
        .map(|_| {
            let (attribute, item) = (attribute.clone(), item.clone());
            let start = Instant::now();
            let emitted = autodiff_compiler::expand::differentiate(attribute, item);
            let time = start.elapsed().as_secs_f64();
            assert!(!emitted.to_string().contains("compile_error"), "the function is refused");
            time
        })
        .collect();
    durations.sort_by(f64::total_cmp);
    println!("expansion of 20 lines: {:.2} ms (median of {times})", 1e3 * durations[times / 2]);
    Ok(())
}
