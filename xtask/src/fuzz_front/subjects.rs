//! Functions to change, each with the items of its file that it needs.

use super::text;
use crate::corpus;
use crate::files;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use std::path::Path;
use syn::{Item, ItemFn};

/// Functions that need more items than this would make large modules.
const MOST_OTHERS: usize = 10;

/// A function to change.
pub(super) struct Subject {
    /// The function, without the attribute.
    pub(super) function: ItemFn,
    /// The arguments of its attribute.
    pub(super) options: TokenStream,
    /// What else it needs of its file.
    others: Vec<Item>,
}

/// The functions of the corpus, of the programs, and of published crates if they are wanted.
pub(super) fn all(root: &Path, published: bool) -> Result<Vec<Subject>, String> {
    let mut files: Vec<String> = text::FILES.iter().map(|(_, text)| (*text).to_string()).collect();
    for name in ["bundle", "gas", "kalman"] {
        files.push(files::read(&root.join(format!("tests/programs/{name}.rs")))?);
    }
    let mut subjects = vec![];
    for file in &files {
        subjects.extend(of_file(file, true)?);
    }
    if published {
        for file in corpus::texts(root)? {
            subjects.extend(of_file(&file, false)?);
        }
    }
    Ok(subjects)
}

/// The functions of a file: the annotated ones, or else all that take floats.
fn of_file(file: &str, annotated: bool) -> Result<Vec<Subject>, String> {
    let items = syn::parse_file(file).map_err(|error| error.to_string())?.items;
    let mut subjects = vec![];
    for item in &items {
        let Item::Fn(function) = item else { continue };
        let options = options(&function.attrs);
        let wanted = match annotated {
            true => options.is_some(),
            false => function.sig.inputs.iter().any(|input| match input {
                syn::FnArg::Typed(input) => corpus::select::mentions_floats(&input.ty),
                syn::FnArg::Receiver(_) => false,
            }),
        };
        if !wanted {
            continue;
        }
        let others = needed(item, &items);
        if others.len() > MOST_OTHERS {
            continue;
        }
        let mut function = function.clone();
        function.attrs.clear();
        function.vis = syn::parse_quote!(pub);
        let others = others.into_iter().map(|other| prepared(other, annotated)).collect();
        subjects.push(Subject { function, options: options.unwrap_or_default(), others });
    }
    Ok(subjects)
}

/// The arguments of the attribute, if a function has it.
fn options(attributes: &[syn::Attribute]) -> Option<TokenStream> {
    let attribute = attributes.iter().find(|attribute| is_ours(attribute))?;
    Some(match &attribute.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    })
}

fn is_ours(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("differentiate")
}

/// An item to stand beside a mutant: public, so that nothing is dead, and annotated if it is a function
/// that its author did not annotate.
fn prepared(item: &Item, annotated: bool) -> Item {
    let mut item = item.clone();
    let visibility = syn::parse_quote!(pub);
    match &mut item {
        Item::Fn(function) => {
            function.vis = visibility;
            if !annotated {
                function.attrs.clear();
                function.attrs.push(syn::parse_quote!(#[differentiate]));
            }
        }
        Item::Struct(item) => item.vis = visibility,
        Item::Const(item) => item.vis = visibility,
        Item::Static(item) => item.vis = visibility,
        Item::Type(item) => item.vis = visibility,
        _ => {}
    }
    item
}

/// The items that an item mentions, directly or not, and all imports from the standard library.
fn needed<'i>(item: &Item, items: &'i [Item]) -> Vec<&'i Item> {
    let mut mentioned = BTreeSet::new();
    identifiers(item.to_token_stream(), &mut mentioned);
    let own = name(item);
    let mut chosen = vec![false; items.len()];
    loop {
        let before = chosen.clone();
        for (chosen, item) in chosen.iter_mut().zip(items) {
            let wanted = match item {
                Item::Use(import) => {
                    let text = import.to_token_stream().to_string();
                    text.starts_with("use std") || text.starts_with("use core")
                }
                Item::Impl(block) => {
                    block.trait_.is_none() && {
                        let mut own = BTreeSet::new();
                        identifiers(block.self_ty.to_token_stream(), &mut own);
                        own.is_subset(&mentioned)
                    }
                }
                other => {
                    name(other).is_some_and(|name| mentioned.contains(&name)) && name(other) != own
                }
            };
            if wanted && !*chosen {
                *chosen = true;
                identifiers(item.to_token_stream(), &mut mentioned);
            }
        }
        if chosen == before {
            break;
        }
    }
    items.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(item, _)| item).collect()
}

fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn identifiers(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                found.insert(name.to_string());
            }
            TokenTree::Group(group) => identifiers(group.stream(), found),
            _ => {}
        }
    }
}

impl Subject {
    /// The text of what stands beside a mutant.
    pub(super) fn others(&self, annotated: bool) -> String {
        let mut text = String::from(
            "#[allow(unused_imports)]\nuse autodiff_core::{Differentiable, differentiate};\n",
        );
        for other in &self.others {
            let mut other = other.clone();
            if let Item::Fn(function) = &mut other
                && !annotated
            {
                function.attrs.retain(|attribute| !is_ours(attribute));
            }
            if let Item::Use(import) = &mut other {
                import.attrs.push(syn::parse_quote!(#[allow(unused_imports)]));
            }
            text.push_str(&other.to_token_stream().to_string());
            text.push('\n');
        }
        text
    }
}
