//! Calls of what takes directions, and of the matrices that are made of many.

use crate::glue::{self, Numbers, Parameter};
use crate::table::Gradient;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// Reads a derivative of that type out of a tree.
pub(crate) fn read(name: &Ident, ty: &syn::Type, tree: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_mut)]
        let mut #name: #ty = ::autodiff_oracle_runtime::Data::read(
            &#tree,
            &mut ::autodiff_oracle_runtime::Cursor::plain(),
        );
    }
}

/// A derivative as it is passed: a `Vec` as a slice.
pub(crate) fn by_value_or_slice(name: &Ident, ty: &syn::Type) -> TokenStream {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    match text.starts_with("Vec<") || text.starts_with("::std::vec::Vec<") {
        true => quote!(&#name),
        false => quote!(#name.clone()),
    }
}

/// A list of trees.
fn list(items: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let items = items.into_iter();
    quote!(::autodiff_oracle_runtime::Tree::List(::std::vec![#(#items),*]))
}

/// The tree of what a variable holds.
fn write(name: &Ident) -> TokenStream {
    quote! {
        ::autodiff_oracle_runtime::Data::write(&#name, ::autodiff_oracle_runtime::Part::Value)
    }
}

/// What is behind `&mut` parameters.
fn mutated(parameters: &[Parameter]) -> TokenStream {
    list(glue::mutated(parameters).map(write))
}

/// Reads the arguments.
fn arguments(parameters: &[Parameter]) -> (TokenStream, Vec<TokenStream>) {
    let reads = glue::read_arguments(parameters, Numbers::Plain);
    let reads = quote! {
        let mut cursor = ::autodiff_oracle_runtime::Cursor::plain();
        #reads
    };
    (reads, parameters.iter().map(Parameter::argument).collect())
}

/// `|inputs, tangents| …`: calls `jvp`.
pub(crate) fn jvp(parameters: &[Parameter], result: &syn::Type, path: &TokenStream) -> TokenStream {
    let (reads, arguments) = arguments(parameters);
    let mut seeds = vec![];
    let mut passed = vec![];
    let mut coming_out = vec![];
    for (index, parameter) in parameters.iter().enumerate() {
        let name = format_ident!("tangent_{index}");
        let is_output = parameter.is_output();
        if parameter.active || is_output {
            let ty = parameter.gradient();
            seeds.push(read(&name, &ty, &quote!(tangents[#index])));
            passed.push(match is_output {
                true => quote!(&mut #name),
                false => by_value_or_slice(&name, &ty),
            });
        }
        if parameter.reference == Some(true) {
            coming_out.push(match is_output {
                true => write(&name),
                false => quote!(::autodiff_oracle_runtime::Tree::Unit),
            });
        }
    }
    let call = quote!(#path::jvp(#(#arguments,)* #(#passed),*));
    let call = match glue::holds_floats(&result.to_token_stream()) {
        true => quote!(let (value, tangent) = #call;),
        false => quote!(let (value, tangent) = (#call, ());),
    };
    let (value, tangent) = (format_ident!("value"), format_ident!("tangent"));
    let written = list([write(&value), write(&tangent), mutated(parameters), list(coming_out)]);
    quote! {
        Some(|inputs, tangents| {
            #reads
            #(#seeds)*
            #call
            #written
        })
    }
}

/// `|inputs, directions| …`: calls `hvp`.
pub(crate) fn hvp(parameters: &[Parameter], path: &TokenStream) -> TokenStream {
    let (reads, arguments) = arguments(parameters);
    let mut seeds = vec![];
    let mut passed = vec![];
    for (index, parameter) in parameters.iter().enumerate().filter(|(_, p)| p.active) {
        let name = format_ident!("direction_{index}");
        let ty = parameter.gradient();
        seeds.push(read(&name, &ty, &quote!(directions[#index])));
        passed.push(by_value_or_slice(&name, &ty));
    }
    let Gradient { names, pattern, ty } = Gradient::of(parameters);
    let written = list([list(names.iter().map(write)), mutated(parameters)]);
    quote! {
        Some(|inputs, directions| {
            #reads
            #(#seeds)*
            let #pattern: #ty = #path::hvp(#(#arguments,)* #(#passed),*);
            #written
        })
    }
}

/// `|inputs| …`: calls `hessian`.
pub(crate) fn hessian(parameters: &[Parameter], path: &TokenStream) -> TokenStream {
    let (reads, arguments) = arguments(parameters);
    let hessian = format_ident!("hessian");
    let written = list([write(&hessian), mutated(parameters)]);
    quote! {
        Some(|inputs| {
            #reads
            let hessian = #path::hessian(#(#arguments),*);
            #written
        })
    }
}

/// `|inputs| …`: calls `jacobian`; gives a list of one matrix for each active parameter.
pub(crate) fn jacobian(parameters: &[Parameter], path: &TokenStream) -> TokenStream {
    let (reads, arguments) = arguments(parameters);
    let Gradient { names, pattern, .. } = Gradient::of(parameters);
    let written = list([list(names.iter().map(write)), mutated(parameters)]);
    quote! {
        Some(|inputs| {
            #reads
            let #pattern = #path::jacobian(#(#arguments),*);
            #written
        })
    }
}
