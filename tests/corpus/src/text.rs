//! The corpus as text: what tests of the compiler's passes run over.
//!
//! Every file of `functions/` holds functions as a user would write them, annotated with
//! `#[differentiate]`, and after each a `samples!` item that says which outputs are expected and on
//! which arguments to try it:
//!
//! ```text
//! samples! { gradient mse: ([1.0, 2.0, 3.0], vec![0.5], vec![2.0]), ([0.0; 3], vec![], vec![]) }
//! samples! { value prefix_sums::<4>: ([1.0, 2.0, 3.0, 4.0],) }
//! ```
//!
//! `gradient` means that reverse mode covers the function (`vjp` if it does not return one float), `value`
//! that it has nothing to differentiate. A sample is a tuple of arguments by value: a `Vec` for a slice, the
//! referent for a reference. After the name stand the generic arguments to use.
//!
//! This module needs `syn`, `quote` and `proc-macro2` only, so that any package can include it by path.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// Every corpus file: its name and its text.
pub const FILES: &[(&str, &str)] = &[
    ("branches", include_str!("../functions/branches.rs")),
    ("calls", include_str!("../functions/calls.rs")),
    ("carried", include_str!("../functions/carried.rs")),
    ("closures", include_str!("../functions/closures.rs")),
    ("control_flow", include_str!("../functions/control_flow.rs")),
    ("float_methods", include_str!("../functions/float_methods.rs")),
    ("formulas", include_str!("../functions/formulas.rs")),
    ("integers", include_str!("../functions/integers.rs")),
    ("iterators", include_str!("../functions/iterators.rs")),
    ("landscapes", include_str!("../functions/landscapes.rs")),
    ("losses", include_str!("../functions/losses.rs")),
    ("matrices", include_str!("../functions/matrices.rs")),
    ("misc", include_str!("../functions/misc.rs")),
    ("mutation", include_str!("../functions/mutation.rs")),
    ("nested_lists", include_str!("../functions/nested_lists.rs")),
    ("recipes", include_str!("../functions/recipes.rs")),
    ("reductions", include_str!("../functions/reductions.rs")),
    ("single", include_str!("../functions/single.rs")),
    ("slices", include_str!("../functions/slices.rs")),
    ("tuples", include_str!("../functions/tuples.rs")),
];

/// A function of the corpus.
#[derive(Clone)]
pub struct Function {
    /// The name of the file it is in.
    pub file: &'static str,
    /// The function, without the `#[differentiate]` attribute.
    pub item: syn::ItemFn,
    /// The arguments of the `#[differentiate]` attribute.
    pub options: TokenStream,
    /// Whether its reverse mode is expected to work.
    pub gradient: bool,
    /// The generic arguments to try it with, in order.
    pub generics: Vec<TokenStream>,
    /// The samples, each a parenthesized list of arguments.
    pub samples: Vec<TokenStream>,
    /// Whether it calls an annotated function of its file or takes or returns a struct of it, so
    /// that a pass needs their signatures.
    pub needs_environment: bool,
}

impl Function {
    /// `file::name`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.file, self.item.sig.ident)
    }

    /// The text of the function, as a compiler would be given it.
    pub fn text(&self) -> String {
        self.item.to_token_stream().to_string()
    }
}

/// Every function of the corpus that has samples, in order.
///
/// # Panics
/// If a file of the corpus is malformed.
pub fn functions() -> Vec<Function> {
    FILES.iter().flat_map(|(name, text)| functions_of(name, text)).collect()
}

/// The functions of one file of the corpus.
///
/// # Panics
/// If the file is malformed.
pub fn functions_of(file: &'static str, text: &str) -> Vec<Function> {
    let parsed =
        syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error} {:?}", error.span()));
    let shared: Vec<String> = parsed
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Fn(item) if is_annotated(&item.attrs) => Some(item.sig.ident.to_string()),
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut functions: Vec<Function> = Vec::new();
    for item in parsed.items {
        match item {
            syn::Item::Fn(mut item) if is_annotated(&item.attrs) => {
                let options = take_options(&mut item.attrs);
                let own = item.sig.ident.to_string();
                let needs_environment =
                    mentions(item.to_token_stream(), &|name| *name != own && shared.contains(name))
                        || mentions(item.block.to_token_stream(), &|name| *name == own);
                functions.push(Function {
                    file,
                    item,
                    options,
                    gradient: false,
                    generics: Vec::new(),
                    samples: Vec::new(),
                    needs_environment,
                });
            }
            syn::Item::Macro(item) if item.mac.path.is_ident("samples") => {
                let samples: Samples = syn::parse2(item.mac.tokens)
                    .unwrap_or_else(|error| panic!("{file}: samples: {error}"));
                let function = functions
                    .iter_mut()
                    .find(|function| function.item.sig.ident == samples.name)
                    .unwrap_or_else(|| panic!("{file}: no function {}", samples.name));
                function.gradient = samples.gradient;
                function.generics = samples.generics;
                function.samples = samples.samples;
            }
            _ => {}
        }
    }
    functions.retain(|function| !function.samples.is_empty());
    functions
}

fn is_annotated(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("differentiate"))
}

/// Removes the `#[differentiate]` attribute and returns its arguments.
fn take_options(attributes: &mut Vec<syn::Attribute>) -> TokenStream {
    let mut options = TokenStream::new();
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("differentiate") {
            return true;
        }
        if let syn::Meta::List(list) = &attribute.meta {
            options = list.tokens.clone();
        }
        false
    });
    options
}

fn mentions(tokens: TokenStream, wanted: &impl Fn(&String) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        _ => false,
    })
}

/// The content of a `samples!` item.
struct Samples {
    gradient: bool,
    name: syn::Ident,
    generics: Vec<TokenStream>,
    samples: Vec<TokenStream>,
}

impl syn::parse::Parse for Samples {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let kind: syn::Ident = input.parse()?;
        let gradient = match kind.to_string().as_str() {
            "gradient" => true,
            "value" => false,
            _ => return Err(syn::Error::new(kind.span(), "expected `gradient` or `value`")),
        };
        let name: syn::Ident = input.parse()?;
        let mut generics = Vec::new();
        if input.peek(syn::Token![::]) {
            let arguments: syn::AngleBracketedGenericArguments = input.parse()?;
            generics = arguments.args.iter().map(ToTokens::to_token_stream).collect();
        }
        input.parse::<syn::Token![:]>()?;
        let mut samples = Vec::new();
        while !input.is_empty() {
            let sample;
            syn::parenthesized!(sample in input);
            samples.push(sample.parse()?);
            if !input.is_empty() {
                input.parse::<syn::Token![,]>()?;
            }
        }
        Ok(Samples { gradient, name, generics, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_annotated_function_has_samples_and_a_unique_name() {
        let functions = functions();
        let annotated: usize =
            FILES.iter().map(|(_, text)| text.matches("\n#[differentiate").count()).sum();
        assert_eq!(functions.len(), annotated);
        let mut names: Vec<String> = functions.iter().map(Function::path).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), annotated);
    }
}
