//! What the macro crate decides for a thread while it expands an item: whether core has what an output needs.

use std::cell::Cell;
use std::thread::LocalKey;

/// Runs something with a switch on or off, and puts it back, after a panic, too.
pub(crate) fn with<R>(
    switch: &'static LocalKey<Cell<bool>>,
    on: bool,
    run: impl FnOnce() -> R,
) -> R {
    struct Reset(&'static LocalKey<Cell<bool>>, bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _reset = Reset(switch, switch.replace(on));
    run()
}
