//! Random functions in Rust, and the checks that they go through.

#![forbid(unsafe_code)]

pub mod compiled;
pub mod generate;
pub mod interpreted;
pub mod reduce;
pub mod source;
