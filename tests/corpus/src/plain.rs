//! The corpus as ordinary Rust.

#![allow(missing_docs, unused_braces, unused_parens, clippy::all)] // users write what they like

pub(crate) use autodiff_oracle::{plain as differentiate, samples};

#[path = "../functions/branches.rs"]
pub mod branches;
#[path = "../functions/calls.rs"]
pub mod calls;
#[path = "../functions/carried.rs"]
pub mod carried;
#[path = "../functions/closures.rs"]
pub mod closures;
#[path = "../functions/control_flow.rs"]
pub mod control_flow;
#[path = "../functions/float_methods.rs"]
pub mod float_methods;
#[path = "../functions/formulas.rs"]
pub mod formulas;
#[path = "../functions/integers.rs"]
pub mod integers;
#[path = "../functions/iterators.rs"]
pub mod iterators;
#[path = "../functions/landscapes.rs"]
pub mod landscapes;
#[path = "../functions/losses.rs"]
pub mod losses;
#[path = "../functions/matrices.rs"]
pub mod matrices;
#[path = "../functions/misc.rs"]
pub mod misc;
#[path = "../functions/mutation.rs"]
pub mod mutation;
#[path = "../functions/recipes.rs"]
pub mod recipes;
#[path = "../functions/reductions.rs"]
pub mod reductions;
#[path = "../functions/single.rs"]
pub mod single;
#[path = "../functions/slices.rs"]
pub mod slices;
#[path = "../functions/tuples.rs"]
pub mod tuples;
