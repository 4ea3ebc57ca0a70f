//! Paths from the root mean the same in every edition.
//!
//! In the edition of 2015, `::core::…` begins in the caller's crate. Which edition a path is read by is
//! a matter of its tokens' spans: with the spans made here, it is that of the macro's crate.

use proc_macro2::Span;

/// The span of a path such as `::core::mem::swap` in generated code, for `quote_spanned!`.
pub fn root() -> Span {
    Span::mixed_site()
}
