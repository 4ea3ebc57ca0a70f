//! Which functions of the corpus the compiler refuses: one line each in `tests/corpus/refused.txt`,
//! `file::name: message`, or `file::name (gradient): message` if only the gradient is missing. A test
//! compares the list with what the compiler says, so that it can neither go stale nor hide anything.

use proc_macro2::TokenStream;
use quote::quote;
use std::path::PathBuf;

const REFUSED: &str = include_str!("../../corpus/refused.txt");

/// Whether `file::name` has no value function.
pub(crate) fn is_refused(name: &str) -> bool {
    REFUSED.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(": ")))
}

/// Whether `file::name` has no gradient although it is expected.
pub(crate) fn is_gradient_refused(name: &str) -> bool {
    let prefix = format!("{name} (gradient): ");
    is_refused(name) || REFUSED.lines().any(|line| line.starts_with(&prefix))
}

/// Puts `#[differentiate]` on a corpus function as far as the compiler accepts it.
pub(crate) fn switched(
    file: PathBuf,
    options: TokenStream,
    function: &syn::ItemFn,
) -> syn::Result<TokenStream> {
    let fail = |message: String| syn::Error::new_spanned(&function.sig.ident, message);
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&file)
        .map_err(|error| fail(format!("{}: {error}", file.display())))?;
    let name = &function.sig.ident;
    let path = format!("{stem}::{name}");
    if is_refused(&path) {
        return Ok(quote!(#function));
    }
    let expected = [format!("gradient {name}:"), format!("gradient {name}::")];
    let expected = expected.iter().any(|wanted| text.contains(wanted));
    let gradient = expected && !is_gradient_refused(&path);
    let options = match (gradient, options.is_empty()) {
        (true, _) => options,
        (false, true) => quote!(value),
        (false, false) => quote!(#options, value),
    };
    Ok(quote!(#[::autodiff_core::differentiate(#options)] #function))
}
