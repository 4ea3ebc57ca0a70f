//! What code compiled by the oracle runs on: an operator-complete wrapper over `num-dual` that stands
//! for a floating-point type, and the plumbing to call functions of any signature with it.
//!
//! It shares no code with the compiler. Values are computed by std, so that comparisons decide as in
//! the original; partial derivatives come from `num-dual`, or from a formula here where `num-dual`
//! cancels or has no such function; conventions at kinks are those of the project's documentation.
//!
//! What does not depend on a direction has no tangent, rather than a zero one. Every number has tangents in
//! two directions and a second derivative in both: a call with two seeds gives one entry of a Hessian.

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
    Call, Derived, Entry, Gradient, GradientInto, active_floats, gradient, gradient_with_scales,
    hessian, hessian_row_with_scales, hessian_with_scales, hessians, jacobian_columns,
    jacobian_rows,
};
pub use float::Float;
pub use number::{Dual, Dual32, Number, Slope};
pub use panics::caught;
