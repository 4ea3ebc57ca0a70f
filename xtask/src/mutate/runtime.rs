//! Which mutant is active. `cargo xtask mutate` adds this module to the crates that it copies: every
//! mutant is compiled in, and the environment chooses one of them at run time.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{LazyLock, Mutex};

/// The number of the active mutant; 0 is none.
static ACTIVE: LazyLock<u32> = LazyLock::new(|| {
    std::env::var("AUTODIFF_MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0)
});

/// Where to write the numbers of the mutants that this process reaches, if anywhere.
static RECORD: LazyLock<Option<Mutex<(HashSet<u32>, std::fs::File)>>> = LazyLock::new(|| {
    let path = std::env::var_os("AUTODIFF_MUTANT_RECORD")?;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
    Some(Mutex::new((HashSet::new(), file)))
});

/// Whether this mutant is the active one.
#[doc(hidden)]
pub fn is(number: u32) -> bool {
    if let Some(record) = &*RECORD
        && let Ok(mut record) = record.lock()
        && record.0.insert(number)
    {
        let _ = record.1.write_all(&number.to_le_bytes());
    }
    *ACTIVE == number
}
