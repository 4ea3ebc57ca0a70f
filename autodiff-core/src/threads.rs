//! What generated code runs its chunks of iterations with.
//!
//! The chunks and the order in which they are folded are the generated code's; whether they run on several threads
//! is decided here, and changes nothing but the time it takes.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// The least work, in additions, that several threads share: about 80 microseconds of it. Waking a thread takes some
/// tens of them.
const BREAK_EVEN: usize = 400_000;

/// What every chunk gives, in order: on the threads of the pool that the caller is in, if there are several and the
/// work is worth it.
///
/// # Panics
///
/// If a chunk does; of several panics it is that of the first of these chunks.
pub fn map<R: Send>(count: usize, work: usize, run: impl Fn(usize) -> R + Sync) -> Vec<R> {
    if count < 2 || work < BREAK_EVEN || rayon::current_num_threads() < 2 {
        return (0..count).map(run).collect();
    }
    (0..count).into_par_iter().map(&run).collect()
}
