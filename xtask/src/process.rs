//! Processes that may hang.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How a process ends; `None` if it was stopped, at the time limit or because `enough` is known.
pub(crate) fn within(
    mut child: Child,
    limit: Duration,
    enough: impl Fn() -> bool,
) -> Result<Option<ExitStatus>, String> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit || enough() {
            child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
