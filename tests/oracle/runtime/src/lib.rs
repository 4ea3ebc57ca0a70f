//! What code compiled by the oracle runs on: an operator-complete wrapper over `num-dual` that stands
//! for a floating-point type, and the plumbing to call functions of any signature with it.
//!
//! It shares no code with the compiler. Values are computed by std, so that comparisons decide as in
//! the original; partial derivatives come from `num-dual`, or from a formula here where `num-dual`
//! cancels or has no such function; conventions at kinks are those of the project's documentation.
//!
//! What does not depend on a direction has no tangent, rather than a zero one.

#![forbid(unsafe_code)]

mod cast;
pub mod compare;
mod data;
mod drive;
mod elementary;
mod float;
mod number;
mod operators;
mod panics;
pub mod special;

pub use cast::{CastTo, Lift, cast, lift};
pub use data::{Cursor, Data, Part, Tree};
pub use drive::{
    Call, Derived, Entry, Gradient, GradientInto, Slope, active_floats, gradient,
    gradient_with_scales, hessian, jacobian_columns,
};
pub use float::Float;
pub use number::{Dual, Dual32, Number};
pub use panics::caught;
