//! Several threads, if asked for: `--threads N`, with the feature `rayon`. The results are the same, up to the order
//! of sums.
//!
//! Functions whose loops are independent have a gradient that splits them (`par_gradient_into`); the blocks of
//! Jacobians are calls that do not know of each other.

#[cfg(feature = "rayon")]
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

static SEVERAL: AtomicBool = AtomicBool::new(false);

/// From now on, this many threads: one, or several, which cannot be changed again.
pub fn choose(count: usize) -> Result<(), String> {
    if count > 1 {
        start(count)?;
    }
    SEVERAL.store(count > 1, Ordering::Relaxed);
    Ok(())
}

#[cfg(feature = "rayon")]
fn start(count: usize) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count);
    pool.build_global().map_err(|error| error.to_string())
}

#[cfg(not(feature = "rayon"))]
fn start(_: usize) -> Result<(), String> {
    Err("several threads need the feature rayon: cargo run --features rayon …".into())
}

/// Whether there are several.
#[cfg_attr(not(feature = "rayon"), allow(dead_code))] // there are not
pub fn several() -> bool {
    SEVERAL.load(Ordering::Relaxed)
}

/// `function::gradient_into(arguments)`, on the threads that there are.
macro_rules! gradient_into {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        #[cfg(feature = "rayon")]
        if $crate::threads::several() {
            $function::par_gradient_into($($argument),*)
        } else {
            $function::gradient_into($($argument),*)
        }
        #[cfg(not(feature = "rayon"))]
        $function::gradient_into($($argument),*)
    }};
}
pub(crate) use gradient_into;

/// Calls a function with every block of two lists and its number.
pub fn for_each_block<A: Send, B: Send>(
    (a, b): (&mut [A], &mut [B]),
    size: usize,
    one: impl Fn(usize, &mut [A], &mut [B]) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    if several() {
        /// So that handing over costs little beside the work.
        const TOGETHER: usize = 64;
        let blocks = a.par_chunks_exact_mut(size).zip(b.par_chunks_exact_mut(size));
        let blocks = blocks.enumerate().with_min_len(TOGETHER);
        return blocks.for_each(|(number, (a, b))| one(number, a, b));
    }
    let blocks = a.chunks_exact_mut(size).zip(b.chunks_exact_mut(size));
    blocks.enumerate().for_each(|(number, (a, b))| one(number, a, b));
}
