//! What stands beside a function that could not be differentiated, besides the errors: items of the
//! right names and signatures, so that whoever uses them gets no errors of their own.

use crate::options::{Options, parameter_name};
use crate::resolve::signature_of;
use crate::signature::Environment;
use crate::target::Target;
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// The stub items of a function.
pub fn stub(target: &Target, options: &Options, environment: &Environment) -> TokenStream {
    let function = &target.function;
    let signature = &function.sig;
    let read = signature_of(signature, options, &target.context(environment));
    let mut declared = vec![];
    let mut gradients = vec![];
    for (index, input) in signature.inputs.iter().enumerate() {
        let typed = match input {
            syn::FnArg::Typed(typed) => typed,
            syn::FnArg::Receiver(receiver) => {
                declared.push(receiver.to_token_stream());
                continue;
            }
        };
        let name = parameter_name(&typed.pat).cloned().unwrap_or_else(|| format_ident!("p{index}"));
        let ty = &typed.ty;
        declared.push(quote!(#name: #ty));
        if read.active.get(index) == Some(&true) {
            let tangent = read.parameters[index].tangent();
            gradients.push((format_ident!("{name}_gradient"), tangent));
        }
    }
    let result = match &signature.output {
        syn::ReturnType::Default => quote!(()),
        syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let gradient_types: Vec<_> =
        gradients.iter().map(|(_, ty)| crate::emit::type_tokens(ty)).collect();
    let gradient = match &gradient_types[..] {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    };
    let buffers = gradients.iter().map(|(name, ty)| {
        let buffer = match ty {
            Type::Vec(element) => Type::Slice(element.clone()),
            other => other.clone(),
        };
        let buffer = crate::emit::type_tokens(&buffer);
        quote!(#name: &mut #buffer)
    });
    let into: Vec<_> = declared.iter().cloned().chain(buffers).collect();
    let outputs = [
        ("value", &declared, result.clone()),
        ("value_and_gradient", &declared, quote!((#result, #gradient))),
        ("gradient", &declared, gradient),
        ("gradient_into", &into, result),
    ];
    let visibility = &function.vis;
    let prefix = target.prefix(options);
    let generics = &signature.generics.params;
    let where_clause = &signature.generics.where_clause;
    let functions = outputs.into_iter().map(|(output, parameters, result)| {
        let name = match &prefix {
            Some(prefix) => format_ident!("{prefix}{output}"),
            None => Ident::new(output, Span::call_site()),
        };
        quote_spanned! {
        crate::edition::root()=>
                   #[doc(hidden)]
                   #[allow(warnings)]
                   #visibility fn #name<#generics>(#(#parameters),*) -> #result #where_clause {
                       ::core::unreachable!("this function was not differentiated")
                   }
               }
    });
    let name = &signature.ident;
    if prefix.is_some() {
        return target.around(quote!(#(#functions)*));
    }
    quote! {
        #[doc(hidden)]
        #[allow(warnings)]
        #visibility enum #name {}
        impl #name { #(#functions)* }
    }
}
