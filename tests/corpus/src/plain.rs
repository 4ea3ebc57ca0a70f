//! The corpus as ordinary Rust.

#![allow(missing_docs, clippy::all)] // users write what they like

pub(crate) use autodiff_oracle::{plain as differentiate, samples};

#[path = "../functions/branches.rs"]
pub mod branches;
#[path = "../functions/float_methods.rs"]
pub mod float_methods;
#[path = "../functions/formulas.rs"]
pub mod formulas;
#[path = "../functions/landscapes.rs"]
pub mod landscapes;
#[path = "../functions/losses.rs"]
pub mod losses;
#[path = "../functions/reductions.rs"]
pub mod reductions;
