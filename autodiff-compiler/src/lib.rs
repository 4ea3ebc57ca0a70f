//! The compiler behind `#[differentiate]`: a straight road from a Rust function to its gradient.
//!
//! ```text
//! syn::ItemFn
//!   -> options, signature      attribute and parameter types
//!   -> fence                   refuse what we do not differentiate, all errors at once
//!   -> resolve                 names to unique bindings                      (crate::hir)
//!   -> infer                   types by unification
//!   -> lower                   typed syntax -> IR                            (crate::ir)
//!   -> simplify                rewrites, common subexpressions, dead code
//!   -> activity                what varies with the inputs and matters for the output
//!   -> reverse, forward        IR -> IR
//!   -> schedule, simplify      fuse what belongs together
//!   -> second, matrix          forward over reverse: Hessians; Jacobians
//!   -> threads                 independent loops, in chunks of iterations on several threads
//!   -> lanes                   independent loops, several iterations at once
//!   -> emit                    IR -> readable Rust
//! ```
//!
//! Imports go one way: `expand -> passes -> ir`. Only the passes up to `lower` see `syn`; only
//! `emit` and the fallback quote tokens.

#![forbid(unsafe_code)]

pub mod activity;
pub mod derivatives;
pub mod derive;
pub mod diagnostics;
#[cfg(any(test, feature = "dump"))]
pub mod dump;
pub mod edition;
pub mod emit;
pub mod expand;
pub mod fallback;
pub mod fence;
mod formula;
pub mod forward;
mod generics;
pub mod hir;
pub mod infer;
#[cfg(any(test, feature = "interpret"))]
pub mod interpret;
pub mod ir;
pub mod known;
pub mod lanes;
pub mod lower;
mod macros;
pub mod matrix;
mod module;
pub mod options;
#[cfg(any(test, feature = "interpret"))]
pub mod random;
pub mod resolve;
pub mod reverse;
pub mod rule;
pub mod schedule;
pub mod second;
pub mod signature;
pub mod simplify;
pub mod suggest;
mod switch;
pub mod target;
pub mod threads;
pub mod trace;
pub mod transport;
pub mod types;
#[cfg(any(test, feature = "interpret"))]
pub mod verification;
pub mod witness;
