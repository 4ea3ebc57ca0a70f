//! Reading published signatures.

use super::path_text;
use super::wanted::unknown_types;
use crate::options::Options;
use crate::resolve::{TypeContext, read_type, signature_of};
use crate::signature::{Environment, Notes};
use crate::types::{Holds, StructType, Type};
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::rc::Rc;

/// A published item: its tokens and the names or numbers after the `;`.
struct Published {
    item: TokenStream,
    notes: Vec<TokenTree>,
}

fn split(tokens: &TokenStream) -> Published {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ';');
    let end = tokens.iter().rposition(is_end).unwrap_or(tokens.len());
    Published {
        item: tokens[..end].iter().cloned().collect(),
        notes: tokens.get(end + 1..).unwrap_or_default().to_vec(),
    }
}

/// The structs that a published struct holds or a published function returns, as seen from where it was
/// asked for: a type that it names by itself stands beside it.
pub(super) fn nested_structs(path: &TokenStream, published: &TokenStream) -> Vec<TokenStream> {
    let Published { item, notes } = split(published);
    let Ok(outer) = syn::parse2::<syn::Path>(path.clone()) else { return vec![] };
    let environment = Environment::default();
    let mut context = TypeContext::new(&environment);
    let mut types = vec![];
    if let Ok(signature) = syn::parse2::<syn::Signature>(item.clone()) {
        context.add_generics(&signature.generics);
        types.extend(match signature.output {
            syn::ReturnType::Type(_, ty) => Some(*ty),
            syn::ReturnType::Default => None,
        });
    } else if let Some(item) = parse_struct(item) {
        context.add_generics(&item.generics);
        for (index, field) in item.fields.into_iter().enumerate() {
            if !notes.iter().any(|number| number.to_string() == index.to_string()) {
                types.push(field.ty);
            }
        }
    }
    let mut found = vec![];
    for ty in types {
        unknown_types(&read_type(&ty, &context), &context, &mut |tokens| {
            let Ok(inner) = syn::parse2::<syn::Path>(tokens) else { return };
            let mut beside = outer.clone();
            beside.segments.pop();
            // `crate::…` and `::other::…` mean the same everywhere in a crate.
            let rooted = inner.leading_colon.is_some()
                || inner.segments.first().is_some_and(|first| first.ident == "crate");
            if rooted {
                beside = inner;
            } else {
                beside.segments.extend(inner.segments);
            }
            found.push(quote::quote!(#beside));
        });
    }
    found
}

/// A tuple struct needs its semicolon back.
fn parse_struct(item: TokenStream) -> Option<syn::ItemStruct> {
    syn::parse2::<syn::ItemStruct>(item.clone())
        .or_else(|_| syn::parse2(quote::quote!(#item ;)))
        .ok()
}

/// Everything that was collected, by path text.
pub(super) fn environment(
    collected: &[(TokenStream, TokenStream)],
    crate_path: &TokenStream,
) -> Environment {
    let mut environment = Environment::default();
    // Structs first, and as often as one may hold another, so that fields find their types.
    for _ in 0..collected.len() {
        for (path, published) in collected {
            let published = split(published);
            if let Some(item) = parse_struct(published.item.clone()) {
                let definition =
                    read_struct(path, &item, &published.notes, &environment, crate_path);
                // The structs around it name it as it is named where they stand.
                let name = item.ident.to_string();
                environment.structs.insert(path_text(path), definition.clone());
                environment.structs.entry(name).or_insert(definition);
            } else if let Ok(item) = syn::parse2::<syn::ItemEnum>(published.item) {
                let holds = match published.notes.is_empty() {
                    true => Holds::NoFloats,
                    false => Holds::Numbers,
                };
                environment.enums.insert(path_text(path), holds);
                environment.enums.entry(item.ident.to_string()).or_insert(holds);
            }
        }
    }
    for (path, published) in collected {
        let Published { item, notes } = split(published);
        if let Ok(signature) = syn::parse2::<syn::Signature>(item) {
            let mut known = Notes::default();
            for note in &notes {
                if let TokenTree::Literal(note) = note {
                    known.add(note.to_string().trim_matches('"'));
                }
            }
            let options = Options { wrt: Some(names(notes)), ..Options::default() };
            let context = TypeContext::new(&environment);
            let mut signature = signature_of(&signature, &options, &context);
            signature.notes = known;
            environment.functions.insert(path_text(path), signature);
        }
    }
    environment
}

fn names(notes: Vec<TokenTree>) -> Vec<Ident> {
    notes
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name),
            _ => None,
        })
        .collect()
}

fn read_struct(
    path: &TokenStream,
    item: &syn::ItemStruct,
    skipped: &[TokenTree],
    environment: &Environment,
    crate_path: &TokenStream,
) -> Rc<StructType> {
    let mut context = TypeContext::new(environment);
    context.add_generics(&item.generics);
    let is_skipped =
        |index: usize| skipped.iter().any(|number| number.to_string() == index.to_string());
    let fields = item
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let name = match &field.ident {
                Some(name) => name.to_string().into(),
                None => index.to_string().into(),
            };
            // A skipped field is opaque: it has no derivative, whatever it holds.
            let ty =
                if is_skipped(index) { Type::Opaque(None) } else { read_type(&field.ty, &context) };
            (name, ty)
        })
        .collect();
    Rc::new(StructType {
        path: path.clone(),
        tangent_path: quote::quote!(<#path as #crate_path::Differentiable>::Tangent),
        name: item.ident.to_string().into(),
        fields,
        tuple: matches!(item.fields, syn::Fields::Unnamed(_)),
        tangent: false,
    })
}
