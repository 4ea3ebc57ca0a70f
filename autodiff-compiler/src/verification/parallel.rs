//! Many numbered tasks on all processors.

use std::sync::atomic::{AtomicU64, Ordering};

/// Calls a function with every number below `count`, each on a processor that is free. What each processor has
/// gathered.
pub fn gathered<T: Default + Send>(count: u64, task: impl Fn(u64, &mut T) + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(0);
    let work = || {
        let mut own = T::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return own;
            }
            task(number, &mut own);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A panic of one is one of all, as at the end of the scope.
        let gathered = workers.into_iter().map(|worker| worker.join());
        gathered.map(|own| own.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
