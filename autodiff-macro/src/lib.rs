//! The procedural macros of autodiff; use them through `autodiff-core`, which documents them.

#![forbid(unsafe_code)]

use proc_macro::TokenStream;

/// Makes a struct [`Differentiable`](https://docs.rs/autodiff-core): see the trait of the same name.
///
/// `#[differentiable(skip)]` on a field leaves it out of the derivative;
/// `#[differentiable(tangent = Name)]` on the struct names the tangent struct (otherwise
/// `<Struct>Tangent`), `#[differentiable(crate = path)]` says where `autodiff_core` is re-exported.
#[proc_macro_derive(Differentiable, attributes(differentiable))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    autodiff_compiler::derive::expand(item.into()).into()
}
