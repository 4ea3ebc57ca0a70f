//! Compile-time symbolic differentiation for stable Rust: gradients you can trust and read.

#![forbid(unsafe_code)]

pub mod check;
mod differentiable;
mod float;
pub mod optimize;
pub mod special;

pub use autodiff_macro::{Differentiable, differentiate};
pub use differentiable::{Differentiable, ParameterPath, Parameters, Visitor};
pub use float::Float;
pub use special::detach;

// The derive's documentation examples and tests name this crate as its users do.
extern crate self as autodiff_core;

/// What generated code calls; not for users, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::float::Sealed;
    pub use autodiff_macro::__resume as resume;
}
