//! The oracle: compiles a function's own tokens a second time, over dual numbers.
//!
//! `#[oracle]` on a function keeps it and adds
//! * `<name>_oracle`: the same function over `Dual` for `f64` and `Dual32` for `f32`;
//! * `<name>_oracle_gradient(the same parameters)`: for every active parameter, in order, the
//!   derivatives of the returned float with respect to its floats, laid end to end;
//! * `<name>_oracle_hessian(the same parameters)`: the second derivatives of the returned float by rows, the
//!   floats of all active parameters laid end to end;
//! * `<name>_oracle_jacobian(the same parameters)`: for every float that comes out, those behind `&mut`
//!   parameters last, its derivatives with respect to all active floats.
//!
//! Arguments: `wrt(a, b)` as in `#[differentiate]`, which is read too if it stands below;
//! `name = "…"` instead of `<name>_oracle`; `calls(g, h)` for functions that have an oracle as well.
//! On a module it keeps the module and adds `mod <name>_oracle` in which every function, struct and
//! `impl` is over dual numbers, under its own name.
//!
//!
//! `dual_file!(crate::kalman "tests/programs/kalman.rs")` stands for all items of a file over dual
//! numbers, under their own names; the path is where the same file is a module of its own.
//!
//! The other macros here are the corpus': `plain`, `dual`, `samples!`, `table!`.
//!
//! This crate shares no code with the compiler: that is its purpose.

mod directions;
mod file;
mod glue;
mod rewrite;
mod switch;
mod table;

use glue::{Numbers, Substitution};
use proc_macro::TokenStream;
use proc_macro2::{Ident, Span, TokenStream as Tokens};
use quote::{ToTokens, quote};
use rewrite::{Rewriter, drop_attributes, suffixed};
use std::collections::HashMap;
use syn::visit_mut::VisitMut;

/// Adds a version over dual numbers; see the crate's documentation.
#[proc_macro_attribute]
pub fn oracle(options: TokenStream, item: TokenStream) -> TokenStream {
    let options: Tokens = options.into();
    let result = syn::parse::<syn::Item>(item).and_then(|item| match item {
        syn::Item::Fn(function) => oracle_function(&options, function),
        syn::Item::Mod(module) => oracle_module(module),
        other => Err(syn::Error::new_spanned(other, "`#[oracle]` is for functions and modules")),
    });
    result.unwrap_or_else(|error| error.into_compile_error()).into()
}

/// Replaces a function, struct or `impl` by the version over dual numbers, under its own name.
#[proc_macro_attribute]
pub fn dual(_options: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse::<syn::Item>(item) {
        Ok(mut item) => {
            Rewriter::new(HashMap::new()).visit_item_mut(&mut item);
            item.into_token_stream().into()
        }
        Err(error) => error.into_compile_error().into(),
    }
}

/// Leaves an item as it is.
#[proc_macro_attribute]
pub fn plain(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Puts `#[differentiate]` on a corpus function, with its gradient only if the reverse mode covers it;
/// leaves it alone if the compiler refuses it. See `tests/corpus/refused.txt`.
#[proc_macro_attribute]
pub fn switched(options: TokenStream, item: TokenStream) -> TokenStream {
    let Some(file) = proc_macro::Span::call_site().local_file() else {
        return item;
    };
    syn::parse::<syn::ItemFn>(item)
        .and_then(|function| switch::switched(file, options.into(), &function))
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// Puts `#[differentiate]` on a function of a random file, with outputs of first and second order beside those
/// that it asks for itself.
#[proc_macro_attribute]
pub fn extended(options: TokenStream, item: TokenStream) -> TokenStream {
    let Some(file) = proc_macro::Span::call_site().local_file() else {
        return item;
    };
    syn::parse::<syn::ItemFn>(item)
        .and_then(|function| switch::extended(&file, options.into(), &function))
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// Derives nothing: stands for `Differentiable` where the corpus is compiled without it.
#[proc_macro_derive(Differentiable)]
pub fn differentiable(_item: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Expands to nothing; the samples of a corpus function are read from the file's text.
#[proc_macro]
pub fn samples(_samples: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// `table!(plain crate::plain::losses "functions/losses.rs")`: a `Vec` with an entry for every
/// function of the corpus file that has samples. In place of `plain`: `dual` or `derived`; of a random file
/// `extended`.
#[proc_macro]
pub fn table(input: TokenStream) -> TokenStream {
    table::expand(input.into()).unwrap_or_else(|error| error.into_compile_error()).into()
}

/// Expands to the items of a file, over dual numbers; see the crate's documentation.
#[proc_macro]
pub fn dual_file(input: TokenStream) -> TokenStream {
    file::expand(input.into()).unwrap_or_else(|error| error.into_compile_error()).into()
}

fn oracle_function(options: &Tokens, mut function: syn::ItemFn) -> syn::Result<Tokens> {
    let own = function.attrs.iter().find_map(|attribute| {
        let list = attribute.meta.require_list().ok()?;
        list.path.segments.last()?.ident.eq("differentiate").then(|| list.tokens.clone())
    });
    let wrt = glue::wrt(options).or_else(|| glue::wrt(&own.unwrap_or_default()));
    let name = given_name(options).unwrap_or_else(|| suffixed(&function.sig.ident, "_oracle"));
    let calls = glue::named_list(options, "calls").unwrap_or_default();
    let renamed = calls.iter().map(|callee| (callee.to_string(), suffixed(callee, "_oracle")));

    let mut over_duals = function.clone();
    let mut renamed: HashMap<String, Ident> = renamed.collect();
    renamed.insert(function.sig.ident.to_string(), name.clone()); // recursion
    Rewriter::new(renamed).function(&mut over_duals);
    over_duals.sig.ident = name.clone();

    let substitution = Substitution::new(&syn::Generics::default(), &[]);
    let derivatives = if function.sig.generics.params.is_empty() {
        derivative_functions(&function, &name, wrt.as_deref(), &substitution)?
    } else {
        Tokens::new() // no concrete signature
    };
    function.attrs.retain(|attribute| !attribute.path().is_ident("oracle"));
    Ok(quote! {
        #function
        #[allow(clippy::all, dead_code, unreachable_pub)]
        #over_duals
        #derivatives
    })
}

/// `name = "…"` among the arguments.
fn given_name(options: &Tokens) -> Option<Ident> {
    use syn::parse::Parser;
    let parser = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
    let metas = parser.parse2(options.clone()).ok()?;
    metas.iter().find_map(|meta| match meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("name") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) => {
                Some(Ident::new(&name.value(), Span::call_site()))
            }
            _ => None,
        },
        _ => None,
    })
}

/// What is emitted beside the version over dual numbers: suffixes, and the functions of the runtime that they
/// call.
const DERIVATIVES: [(&str, &str); 3] =
    [("_gradient", "gradient"), ("_hessian", "hessian"), ("_jacobian", "jacobian_rows")];

/// `<name>_gradient` and the others, with the parameters of the original.
fn derivative_functions(
    function: &syn::ItemFn,
    dual_name: &Ident,
    wrt: Option<&[Ident]>,
    substitution: &Substitution,
) -> syn::Result<Tokens> {
    let parameters = glue::parameters(&function.sig, wrt, substitution)?;
    let visibility = &function.vis;
    let mut inputs = Vec::new();
    let mut trees = Vec::new();
    for (parameter, input) in parameters.iter().zip(&function.sig.inputs) {
        let syn::FnArg::Typed(input) = input else { continue };
        let (variable, ty, owned) = (&parameter.variable, &input.ty, &parameter.owned);
        inputs.push(quote!(#variable: #ty));
        let is_slice = matches!(&*input.ty, syn::Type::Reference(reference)
            if matches!(*reference.elem, syn::Type::Slice(_)));
        let value = match (parameter.reference, is_slice) {
            (None, _) => quote!(&#variable),
            (Some(_), true) => quote!(&#variable.to_vec()),
            (Some(_), false) => quote!(&*#variable),
        };
        trees.push(quote!(<#owned as ::autodiff_oracle_runtime::Data>::write(
            #value,
            ::autodiff_oracle_runtime::Part::Value,
        )));
    }
    let call = glue::call(&dual_name.to_token_stream(), &parameters, Numbers::Dual);
    let active: Vec<_> = parameters.iter().map(|parameter| parameter.active).collect();
    let functions = DERIVATIVES.map(|(suffix, driver)| {
        let (name, driver) = (suffixed(dual_name, suffix), quote::format_ident!("{driver}"));
        quote! {
            #[allow(clippy::all, dead_code, unused_variables, unused_mut)]
            #visibility fn #name(#(#inputs),*) -> ::std::vec::Vec<::std::vec::Vec<f64>> {
                ::autodiff_oracle_runtime::#driver(
                    &[#(#trees),*],
                    &[#(#active),*],
                    |inputs, cursor, part| #call,
                )
            }
        }
    });
    Ok(functions.into_iter().collect())
}

fn oracle_module(module: syn::ItemMod) -> syn::Result<Tokens> {
    let mut original = module.clone();
    let mut over_duals = module;
    over_duals.ident = suffixed(&over_duals.ident, "_oracle");
    drop_attributes(&mut over_duals.attrs);
    let mut rewriter = Rewriter::new(HashMap::new());
    let Some((_, items)) = &mut over_duals.content else {
        return Err(syn::Error::new_spanned(&over_duals, "`#[oracle]` needs the module's content"));
    };
    let mut data = Vec::new();
    for item in items.iter_mut() {
        rewriter.visit_item_mut(item);
        if let syn::Item::Struct(item) = item
            && item.generics.params.is_empty()
        {
            data.push(glue::data_for(&item.ident.to_token_stream(), item));
        }
    }
    items.extend(data.iter().map(|data| syn::Item::Verbatim(data.clone())));
    if let Some((_, items)) = &mut original.content {
        items.extend(data.into_iter().map(syn::Item::Verbatim));
    }
    Ok(quote! {
        #original
        #[allow(clippy::all, dead_code, unreachable_pub)]
        #over_duals
    })
}
