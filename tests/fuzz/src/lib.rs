//! Random functions in Rust, and the checks that they go through.
//!
//! A file is generated from a seed and a number ([`generate`]), read ([`source`]), run through the front
//! end and every pass by the interpreter ([`interpreted`]), and compiled by rustc and run against the
//! oracle ([`compiled`]). A failing one is made smaller ([`reduce`]) and kept in `tests/fuzz/found`, which
//! `cargo test` replays. [`campaign`] does that many times; `cargo xtask fuzz` is its command, and that of random
//! functions in IR, too ([`ir`]).

#![forbid(unsafe_code)]

pub mod campaign;
pub mod compiled;
pub mod coverage;
pub mod generate;
pub mod interpreted;
pub mod ir;
pub mod reduce;
pub mod source;
