//! `#[differentiate] mod`: an annotated module.
//!
//! Every marked function of the module, and every marked method of its `impl` blocks, is differentiated
//! as if it were annotated by itself, with one difference: all these methods are known to each other. (A
//! method has no macro that could carry its signature, so elsewhere only the methods of one block are.)
//! What tokens a function needs of its neighbours travels with it, as
//!
//! ```text
//! mod __neighbours { impl A { fn f(&self) -> f64 {} } … } fn …
//! ```

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::expand;
use crate::options::Options;
use crate::target::{Sibling, methods, take_mark};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// Expands the attribute on a module; `None` if the item is none.
pub(crate) fn module(attribute: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    if !begins_with_mod(item) {
        return None;
    }
    let mut module = syn::parse2::<syn::ItemMod>(item.clone()).ok()?;
    let mut diagnostics = Diagnostics::new();
    if !attribute.is_empty() {
        diagnostics.error(
            SourceSpan::of(attribute),
            "`#[differentiate]` on a module takes no arguments",
            "give them to its functions: `#[differentiate(wrt(x))] fn …`".to_string(),
        );
    }
    let Some((_, items)) = module.content.take() else {
        diagnostics.error(
            module.ident.span(),
            "`#[differentiate]` does not see what is in another file",
            "annotate the functions in that file, or write the module out here".to_string(),
        );
        let errors = diagnostics.into_compile_errors();
        return Some(quote!(#item #errors));
    };
    let neighbours = neighbours(&items);
    let mut content = TokenStream::new();
    let mut marked = 0;
    for item in items {
        match item {
            syn::Item::Fn(mut function) => {
                let Some(attribute) = take_mark(&mut function.attrs) else {
                    function.to_tokens(&mut content);
                    continue;
                };
                marked += 1;
                content.extend(expand::function(
                    attribute,
                    function.to_token_stream(),
                    &neighbours,
                ));
            }
            syn::Item::Impl(block) => match methods(&block.to_token_stream()) {
                Some((original, tasks)) if !tasks.is_empty() => {
                    marked += tasks.len();
                    content.extend(expand::block(original, tasks, &neighbours));
                }
                _ => block.to_tokens(&mut content),
            },
            other => other.to_tokens(&mut content),
        }
    }
    if marked == 0 {
        diagnostics.error(
            SourceSpan::from(module.ident.span()),
            "no function of this module is marked",
            "put `#[differentiate]` on each function to differentiate, too".to_string(),
        );
    }
    let errors = diagnostics.into_compile_errors();
    let syn::ItemMod { attrs, vis, ident, .. } = module;
    Some(quote!(#(#attrs)* #vis mod #ident { #content } #errors))
}

fn begins_with_mod(item: &TokenStream) -> bool {
    for token in item.clone() {
        match token {
            TokenTree::Ident(word) if word == "mod" => return true,
            TokenTree::Ident(word) if word == "fn" || word == "impl" => return false,
            _ => {}
        }
    }
    false
}

/// The blocks of a module that hold marked methods, as its functions are told of them.
pub(crate) fn neighbours(items: &[syn::Item]) -> TokenStream {
    let blocks = items.iter().filter_map(|item| match item {
        syn::Item::Impl(block) => neighbour(block),
        _ => None,
    });
    blocks.map(ToTokens::into_token_stream).collect()
}

/// A block with nothing but the signatures of its marked methods.
fn neighbour(block: &syn::ItemImpl) -> Option<syn::ItemImpl> {
    let mut neighbour = block.clone();
    neighbour.items.retain_mut(|item| match item {
        syn::ImplItem::Fn(method) => {
            method.block.stmts.clear();
            method.attrs.retain(crate::target::is_mark);
            !method.attrs.is_empty()
        }
        _ => false,
    });
    (!neighbour.items.is_empty()).then_some(neighbour)
}

/// Adds its neighbours to an item.
pub(crate) fn with_neighbours(neighbours: &TokenStream, item: TokenStream) -> TokenStream {
    match neighbours.is_empty() {
        true => item,
        false => quote!(mod __neighbours { #neighbours } #item),
    }
}

/// The item without its neighbours, and their blocks.
pub(crate) fn without_neighbours(tokens: TokenStream) -> (TokenStream, Vec<syn::ItemImpl>) {
    let mut rest = tokens.clone().into_iter();
    let (first, second, third) = (rest.next(), rest.next(), rest.next());
    match (first, second, third) {
        (
            Some(TokenTree::Ident(word)),
            Some(TokenTree::Ident(name)),
            Some(TokenTree::Group(content)),
        ) if word == "mod" && name == "__neighbours" => {
            let blocks = syn::parse2::<syn::File>(content.stream()).map_or(vec![], |file| {
                let blocks = file.items.into_iter().filter_map(|item| match item {
                    syn::Item::Impl(block) => Some(block),
                    _ => None,
                });
                blocks.collect()
            });
            (rest.collect(), blocks)
        }
        _ => (tokens, vec![]),
    }
}

/// The methods of a neighbour.
pub(crate) fn siblings(block: &syn::ItemImpl) -> Vec<Sibling> {
    let methods = block.items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(method) => {
            let attribute = take_mark(&mut method.attrs.clone())?;
            let options = Options::parse(attribute, &mut Diagnostics::new());
            Some(Sibling { signature: method.sig.clone(), options })
        }
        _ => None,
    });
    methods.collect()
}
