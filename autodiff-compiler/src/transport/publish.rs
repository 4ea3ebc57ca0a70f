//! The macro that an annotated item publishes beside itself.

use crate::signature::Notes;
use crate::types::Holds;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// The macro of an annotated function.
pub fn publish_function(
    visibility: &syn::Visibility,
    signature: &syn::Signature,
    active: &[String],
    notes: Notes,
) -> TokenStream {
    publish(visibility, &signature.ident, function_answer(signature, active, notes))
}

/// What the macro of a function answers: its signature, the names of its active parameters, and notes.
pub(crate) fn function_answer(
    signature: &syn::Signature,
    active: &[String],
    notes: Notes,
) -> TokenStream {
    let active = active.iter().map(|name| match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    });
    let mut signature = signature.clone();
    // Parameter patterns may bind anything; only the types matter.
    let names = crate::options::parameter_names(&signature.inputs);
    for (input, name) in signature.inputs.iter_mut().zip(names) {
        if let syn::FnArg::Typed(typed) = input {
            *typed.pat = syn::parse_quote!(#name);
            typed.attrs.clear();
        }
    }
    let notes = notes.named();
    quote!(#signature ; #(#active)* #(#notes)*)
}

/// The macro of a derived struct.
pub fn publish_struct(item: &syn::ItemStruct) -> TokenStream {
    publish(&item.vis, &item.ident, struct_answer(item))
}

/// The macro of a derived enum: it answers that there is nothing to look into, and whether it holds `"numbers"` only.
pub fn publish_enum(item: &syn::ItemEnum, holds: Holds) -> TokenStream {
    let name = &item.ident;
    let note = (holds == Holds::Numbers).then_some("numbers");
    publish(&item.vis, name, quote!(enum #name {} ; #note))
}

/// What the macro of a struct answers: its definition without attributes, and which fields are skipped.
pub(crate) fn struct_answer(item: &syn::ItemStruct) -> TokenStream {
    let mut plain = item.clone();
    plain.attrs.clear();
    let mut skipped = vec![];
    for (index, field) in plain.fields.iter_mut().enumerate() {
        let skip = field.attrs.iter().any(|attribute| {
            attribute.path().is_ident("differentiable")
                && attribute.meta.to_token_stream().to_string().contains("skip")
        });
        if skip {
            skipped.push(proc_macro2::Literal::usize_unsuffixed(index));
        }
        field.attrs.clear();
    }
    plain.vis = syn::Visibility::Inherited;
    quote!(#plain ; #(#skipped)*)
}

/// `macro_rules!` under a name of its own, imported under the item's name.
pub(crate) fn publish(
    visibility: &syn::Visibility,
    name: &Ident,
    signature: TokenStream,
) -> TokenStream {
    let unique = unique_name(name, &signature);
    let export = match visibility {
        syn::Visibility::Public(_) => quote!(#[macro_export]),
        _ => TokenStream::new(),
    };
    let name = Ident::new(&name.to_string(), name.span().resolved_at(Span::call_site()));
    quote! {
        #[doc(hidden)]
        #[allow(non_local_definitions, unused_macros, clippy::crate_in_macro_def)]
        #export
        macro_rules! #unique {
            ([$($crate_path:tt)*] $($state:tt)*) => {
                $($crate_path)*::__private::resume! {
                    [#signature] [$($crate_path)*] $($state)*
                }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports, clippy::useless_attribute)]
        #visibility use #unique as #name;
    }
}

/// A macro exported from a crate lives at its root, so names must differ between modules. The name
/// holds a hash of the signature and its place in the source; a second item with the same hash (made
/// by the same macro twice) gets a number.
fn unique_name(name: &Ident, signature: &TokenStream) -> Ident {
    static TAKEN: Mutex<Option<HashMap<u64, u32>>> = Mutex::new(None);
    let mut hasher = DefaultHasher::new();
    signature.to_string().hash(&mut hasher);
    format!("{:?}", name.span()).hash(&mut hasher);
    let hash = hasher.finish();
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = taken.get_or_insert_with(HashMap::new).entry(hash).or_insert(0);
    let suffix = if *count == 0 { String::new() } else { format!("_{count}") };
    *count += 1;
    let text = name.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    Ident::new(&format!("__signature_{text}_{hash:016x}{suffix}"), Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn items_of_one_text_have_names_of_their_own() {
        let name = Ident::new("f", Span::call_site());
        let unique = || {
            unique_name(
                &name,
                &quote!(
                    fn f(x: f64);
                ),
            )
            .to_string()
        };
        let names: HashSet<String> = [unique(), unique(), unique()].into();
        assert_eq!(names.len(), 3, "{names:?}");
    }
}
