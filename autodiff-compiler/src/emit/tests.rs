//! Emitted code, pretty-printed.
