//! Reading published signatures.

use super::path_text;
use crate::options::Options;
use crate::resolve::{TypeContext, read_type, signature_of};
use crate::signature::Environment;
use crate::types::{StructType, Type};
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
            // A tuple struct needs its semicolon back.
            let item = published.item.clone();
            let parsed = syn::parse2::<syn::ItemStruct>(item.clone())
                .or_else(|_| syn::parse2(quote::quote!(#item ;)));
            if let Ok(item) = parsed {
                let definition =
                    read_struct(path, &item, &published.notes, &environment, crate_path);
                environment.structs.insert(path_text(path), definition);
            }
        }
    }
    for (path, published) in collected {
        let Published { item, notes } = split(published);
        if let Ok(signature) = syn::parse2::<syn::Signature>(item) {
            let options = Options { wrt: Some(names(notes)), ..Options::default() };
            let context = TypeContext::new(&environment);
            let signature = signature_of(&signature, &options, &context);
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
