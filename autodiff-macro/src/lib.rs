//! The procedural macros of autodiff; use them through `autodiff-core`, which documents them.

#![forbid(unsafe_code)]

use autodiff_compiler::lanes::with_lanes;
use autodiff_compiler::threads::with_threads;
use proc_macro::TokenStream;

/// Whether `autodiff-core` has what loops with lanes need.
const LANES: bool = cfg!(feature = "simd");

/// Whether `autodiff-core` has what outputs need that run on threads.
const THREADS: bool = cfg!(feature = "rayon");

/// Emits the derivatives of a function beside it; documented in `autodiff-core`.
#[proc_macro_attribute]
pub fn differentiate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let expand = || autodiff_compiler::expand::differentiate(attribute.into(), item.into());
    with_lanes(LANES, || with_threads(THREADS, expand)).into()
}

/// Attaches a derivative written by hand to a function; documented in `autodiff-core`.
#[proc_macro_attribute]
pub fn derivative_of(attribute: TokenStream, item: TokenStream) -> TokenStream {
    autodiff_compiler::rule::derivative_of(attribute.into(), item.into()).into()
}

/// Goes on with a function when a signature that it asked for has come; called by generated code.
#[doc(hidden)]
#[proc_macro]
pub fn __resume(tokens: TokenStream) -> TokenStream {
    let expand = || autodiff_compiler::expand::resume(tokens.into());
    with_lanes(LANES, || with_threads(THREADS, expand)).into()
}

/// Makes a struct `Differentiable`: see the trait of the same name in `autodiff-core`.
///
/// `#[differentiable(skip)]` on a field leaves it out of the derivative;
/// `#[differentiable(tangent = Name)]` on the struct names the tangent struct (otherwise
/// `<Struct>Tangent`), `#[differentiable(crate = path)]` says where `autodiff_core` is re-exported.
#[proc_macro_derive(Differentiable, attributes(differentiable))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    autodiff_compiler::derive::expand(item.into()).into()
}
