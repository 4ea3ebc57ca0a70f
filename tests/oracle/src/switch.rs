//! Which functions of the corpus the compiler refuses: one line each in `tests/corpus/refused.txt`,
//! `file::name: message`, or `file::name (gradient): message` if only the gradient is missing, and the same
//! with another output that is asked for in place of `gradient`. A test compares the list with what the
//! compiler says, so that it can neither go stale nor hide anything.

#[path = "../../corpus/src/outputs.rs"]
pub(crate) mod asked;

use proc_macro2::TokenStream;
use quote::quote;
use std::path::{Path, PathBuf};

const REFUSED: &str = include_str!("../../corpus/refused.txt");

/// Whether `file::name` has no value function.
pub(crate) fn is_refused(name: &str) -> bool {
    REFUSED.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(": ")))
}

/// Whether `file::name` has no gradient although it is expected.
pub(crate) fn is_gradient_refused(name: &str) -> bool {
    is_refused(name) || is_output_refused(name, "gradient")
}

fn is_output_refused(name: &str, output: &str) -> bool {
    let prefix = format!("{name} ({output}): ");
    REFUSED.lines().any(|line| line.starts_with(&prefix))
}

/// What is asked for of `file::name` beside the default outputs.
pub(crate) fn outputs(name: &str, signature: &syn::Signature) -> Vec<&'static str> {
    if cfg!(feature = "only-gradients") || is_gradient_refused(name) {
        return vec![];
    }
    let asked = asked::outputs(signature).iter().copied();
    asked.filter(|output| !is_output_refused(name, output)).collect()
}

/// What is asked for of a function of a random file: `jvp`, and in every third file second order.
pub(crate) fn random_outputs(
    stem: &str,
    signature: &syn::Signature,
    is_main: bool,
) -> Vec<&'static str> {
    let number = stem.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u64>();
    let second = number.is_ok_and(|number| number % 3 == 0);
    match (second, is_main && asked::returns_float(signature)) {
        (false, _) => vec!["jvp"],
        (true, false) => vec!["jvp", "order = 2"],
        (true, true) => vec!["jvp", "hvp"],
    }
}

/// Puts `#[differentiate]` on a function of a random file, with further outputs.
pub(crate) fn extended(
    file: &Path,
    options: TokenStream,
    function: &syn::ItemFn,
) -> syn::Result<TokenStream> {
    let name = &function.sig.ident;
    let text = std::fs::read_to_string(file)
        .map_err(|error| syn::Error::new_spanned(name, error.to_string()))?;
    let asked = random_outputs(&stem(file), &function.sig, has_samples(&text, name));
    annotated(options, &asked, function)
}

/// Whether the text of a file has samples of a function that is differentiated.
fn has_samples(text: &str, name: &syn::Ident) -> bool {
    let name = name.to_string();
    text.split("gradient ").any(|samples| {
        let rest = samples.strip_prefix(&name);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// The name of a file without folders and ending.
pub(crate) fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Puts `#[differentiate]` on a corpus function as far as the compiler accepts it.
pub(crate) fn switched(
    file: PathBuf,
    options: TokenStream,
    function: &syn::ItemFn,
) -> syn::Result<TokenStream> {
    let fail = |message: String| syn::Error::new_spanned(&function.sig.ident, message);
    let stem = stem(&file);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| fail(format!("{}: {error}", file.display())))?;
    let name = &function.sig.ident;
    let path = format!("{stem}::{name}");
    if is_refused(&path) {
        return Ok(quote!(#function));
    }
    let gradient = has_samples(&text, name) && !is_gradient_refused(&path);
    let asked = match gradient {
        true => outputs(&path, &function.sig),
        false => vec!["value"],
    };
    annotated(options, &asked, function)
}

/// A function with `#[differentiate]`.
fn annotated(
    options: TokenStream,
    asked: &[&str],
    function: &syn::ItemFn,
) -> syn::Result<TokenStream> {
    let asked = asked.iter().map(|output| syn::parse_str::<TokenStream>(output));
    let asked = asked.collect::<syn::Result<Vec<_>>>()?;
    let comma = (!options.is_empty()).then(|| quote!(,));
    Ok(quote!(#[::autodiff_core::differentiate(#options #comma #(#asked),*)] #function))
}
