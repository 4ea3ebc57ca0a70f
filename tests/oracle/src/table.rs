//! `table!`: reads a corpus file and writes the code that calls each of its functions.
//!
//! The file is the one that is also compiled as a module; see the corpus' `text` module for what is
//! in it. Functions named in `refused.txt`, beside the folder of the file, have no derived version.

use crate::directions;
use crate::glue::{self, Numbers, Parameter, Substitution};
use crate::switch;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::path::PathBuf;
use syn::parse::{Parse, ParseStream};

/// `plain crate::plain::losses "functions/losses.rs"`.
struct Request {
    variant: Ident,
    module: syn::Path,
    file: syn::LitStr,
}

impl Parse for Request {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { variant: input.parse()?, module: input.parse()?, file: input.parse()? })
    }
}

/// A `samples!` item.
struct Samples {
    gradient: bool,
    name: Ident,
    generics: Vec<TokenStream>,
    samples: Vec<Vec<syn::Expr>>,
}

impl Parse for Samples {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let gradient = input.parse::<Ident>()? == "gradient";
        let name = input.parse()?;
        let mut generics = Vec::new();
        if input.peek(syn::Token![::]) {
            let arguments: syn::AngleBracketedGenericArguments = input.parse()?;
            generics = arguments.args.iter().map(ToTokens::to_token_stream).collect();
        }
        input.parse::<syn::Token![:]>()?;
        let tuples = input.parse_terminated(syn::Expr::parse, syn::Token![,])?;
        let samples = tuples
            .into_iter()
            .map(|tuple| match tuple {
                syn::Expr::Tuple(tuple) => tuple.elems.into_iter().collect(),
                syn::Expr::Paren(single) => vec![*single.expr],
                other => vec![other],
            })
            .collect();
        Ok(Self { gradient, name, generics, samples })
    }
}

/// Expands `table!`.
pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let request: Request = syn::parse2(input)?;
    let fail = |error: String| syn::Error::new(request.file.span(), error);
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let path = root.join(request.file.value());
    let text = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
    let file = syn::parse_file(&text)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();

    let mut entries = Vec::new();
    let mut items = Vec::new();
    let module = &request.module;
    for item in &file.items {
        match item {
            syn::Item::Struct(item) => {
                let name = &item.ident;
                items.push(glue::data_for(&quote!(#module::#name), item));
            }
            syn::Item::Macro(item) if item.mac.path.is_ident("samples") => {
                let samples: Samples = syn::parse2(item.mac.tokens.clone())?;
                let function = file
                    .items
                    .iter()
                    .find_map(|item| match item {
                        syn::Item::Fn(item) if item.sig.ident == samples.name => Some(item),
                        _ => None,
                    })
                    .ok_or_else(|| fail(format!("no function {}", samples.name)))?;
                entries.push(entry(&request, &stem, function, &samples)?);
            }
            _ => {}
        }
    }
    let row = match request.variant.to_string().as_str() {
        "plain" | "dual" => quote!(::autodiff_oracle_runtime::Entry),
        _ => quote!(::autodiff_oracle_runtime::Derived),
    };
    // Names the file, so that the compiler watches it. An entry is a function of its own: rustc checks
    // and hashes the types of a function again for each closure in it.
    let watched = path.to_string_lossy().into_owned();
    Ok(quote! {{
        const _: &str = ::core::include_str!(#watched);
        #[allow(unused_imports)]
        use #module::*;
        #(#items)*
        ::std::vec![#({ fn entry() -> #row { #entries } entry() }),*]
    }})
}

fn entry(
    request: &Request,
    stem: &str,
    function: &syn::ItemFn,
    samples: &Samples,
) -> syn::Result<TokenStream> {
    let options = function
        .attrs
        .iter()
        .find(|attribute| attribute.path().is_ident("differentiate"))
        .and_then(|attribute| attribute.meta.require_list().ok())
        .map(|list| list.tokens.clone())
        .unwrap_or_default();
    let wrt = glue::wrt(&options);
    let substitution = Substitution::new(&function.sig.generics, &samples.generics);
    let parameters = glue::parameters(&function.sig, wrt.as_deref(), &substitution)?;
    let name = format!("{stem}::{}", samples.name);
    let (module, ident) = (&request.module, &function.sig.ident);
    let path = quote!(#module::#ident);
    match request.variant.to_string().as_str() {
        "plain" => {
            let samples_code = sample_trees(&parameters, &samples.samples)?;
            Ok(entry_code(
                &name,
                samples.gradient,
                &parameters,
                &path,
                Numbers::Plain,
                samples_code,
            ))
        }
        "dual" => {
            let none = quote!(::std::vec![]);
            Ok(entry_code(&name, samples.gradient, &parameters, &path, Numbers::Dual, none))
        }
        variant @ ("derived" | "extended") => {
            let result = match &function.sig.output {
                syn::ReturnType::Default => syn::parse_quote!(()),
                syn::ReturnType::Type(_, ty) => syn::parse2(substitution.apply(quote!(#ty)))?,
            };
            let asked = match (samples.gradient, variant) {
                (false, _) => vec![],
                (true, "derived") => switch::outputs(&name, &function.sig),
                (true, _) => switch::random_outputs(stem, &function.sig, true),
            };
            Ok(derived_code(&name, samples.gradient, &parameters, &result, &path, &asked))
        }
        _ => Err(syn::Error::new(
            request.variant.span(),
            "expected plain, dual, derived or extended",
        )),
    }
}

fn entry_code(
    name: &str,
    gradient: bool,
    parameters: &[Parameter],
    path: &TokenStream,
    numbers: Numbers,
    samples: TokenStream,
) -> TokenStream {
    let active = parameters.iter().map(|parameter| parameter.active);
    let call = glue::call(path, parameters, numbers);
    quote! {
        ::autodiff_oracle_runtime::Entry {
            name: #name,
            gradient: #gradient,
            active: &[#(#active),*],
            samples: || #samples,
            call: |inputs, cursor, part| #call,
        }
    }
}

/// The samples as trees.
fn sample_trees(parameters: &[Parameter], samples: &[Vec<syn::Expr>]) -> syn::Result<TokenStream> {
    let mut trees = Vec::new();
    for sample in samples {
        if sample.len() != parameters.len() {
            let message = format!("{} arguments for {} parameters", sample.len(), parameters.len());
            return Err(syn::Error::new_spanned(sample.first(), message));
        }
        let arguments = sample.iter().zip(parameters).map(|(value, parameter)| {
            let owned = &parameter.owned;
            quote! {{
                let value: #owned = #value;
                ::autodiff_oracle_runtime::Data::write(&value, ::autodiff_oracle_runtime::Part::Value)
            }}
        });
        trees.push(quote!(::std::vec![#(#arguments),*]));
    }
    Ok(quote!(::std::vec![#(#trees),*]))
}

/// Calls of what was emitted.
fn derived_code(
    name: &str,
    gradient: bool,
    parameters: &[Parameter],
    result: &syn::Type,
    path: &TokenStream,
    asked: &[&str],
) -> TokenStream {
    let refused = switch::is_refused(name);
    let value = if refused {
        quote!(None)
    } else {
        let call = glue::call(&quote!(#path::value), parameters, Numbers::Plain);
        quote!(Some(|inputs, cursor, part| #call))
    };
    let none = || quote!(None);
    let expected = gradient && !switch::is_gradient_refused(name);
    let is_float = matches!(result.to_token_stream().to_string().as_str(), "f64" | "f32");
    let [by_gradient, by_both, by_into] = match expected && is_float {
        true => gradient_calls(parameters, path),
        false => [none(), none(), none()],
    };
    let mutates = parameters.iter().any(Parameter::is_output);
    let vjp = match expected && (!is_float || mutates) {
        true => vjp_call(parameters, result, path),
        false => none(),
    };
    let if_asked = |output: &str, call: &dyn Fn() -> TokenStream| match asked.contains(&output) {
        true => call(),
        false => none(),
    };
    let jvp = if_asked("jvp", &|| directions::jvp(parameters, result, path));
    let hvp = if_asked("hvp", &|| directions::hvp(parameters, path));
    let hessian = if_asked("hessian", &|| directions::hessian(parameters, path));
    let jacobian = if_asked("jacobian", &|| directions::jacobian(parameters, path));
    quote! {
        ::autodiff_oracle_runtime::Derived {
            name: #name,
            value: #value,
            gradient: #by_gradient,
            value_and_gradient: #by_both,
            gradient_into: #by_into,
            vjp: #vjp,
            jvp: #jvp,
            hvp: #hvp,
            hessian: #hessian,
            jacobian: #jacobian,
        }
    }
}

/// The gradient as a call returns it.
pub(crate) struct Gradient {
    /// A variable for each active parameter.
    pub(crate) names: Vec<Ident>,
    /// The variables as a pattern.
    pub(crate) pattern: TokenStream,
    /// The type of the whole.
    pub(crate) ty: TokenStream,
}

impl Gradient {
    /// One derivative by itself, several as a tuple.
    pub(crate) fn of(parameters: &[Parameter]) -> Self {
        let active = parameters.iter().filter(|parameter| parameter.active);
        let types: Vec<_> = active.map(Parameter::gradient).collect();
        let names: Vec<_> =
            (0..types.len()).map(|index| quote::format_ident!("gradient_{index}")).collect();
        let (pattern, ty) = match (&names[..], &types[..]) {
            ([name], [ty]) => (quote!(#name), quote!(#ty)),
            _ => (quote!((#(#names),*)), quote!((#(#types),*))),
        };
        Self { names, pattern, ty }
    }
}

/// `|inputs, cotangents| …`: calls `vjp`; gives a list of the value, the gradients, and what is behind
/// `&mut` parameters at exit. The cotangents are those of the result and of the `&mut` parameters.
fn vjp_call(parameters: &[Parameter], result: &syn::Type, path: &TokenStream) -> TokenStream {
    let reads = glue::read_arguments(parameters, Numbers::Plain);
    let arguments = parameters.iter().map(Parameter::argument);
    let mut cotangents = vec![];
    let mut passed = vec![];
    let mut cotangent = |ty: &syn::Type, index: usize| {
        let name = quote::format_ident!("cotangent_{index}");
        let ty = glue::tangent(ty);
        cotangents.push(directions::read(&name, &ty, &quote!(cotangents[#index])));
        passed.push(directions::by_value_or_slice(&name, &ty));
    };
    if glue::holds_floats(&result.to_token_stream()) {
        cotangent(result, 0);
    }
    // Everything behind `&mut` has a tree, floats or not.
    for (index, parameter) in parameters.iter().filter(|p| p.reference == Some(true)).enumerate() {
        if parameter.is_output() {
            cotangent(&parameter.owned, index + 1);
        }
    }
    let Gradient { names, pattern, ty } = Gradient::of(parameters);
    let mutated = glue::mutated(parameters);
    let write = quote!(::autodiff_oracle_runtime::Data::write);
    let part = quote!(::autodiff_oracle_runtime::Part::Value);
    let list = quote!(::autodiff_oracle_runtime::Tree::List);
    quote! {
        Some(|inputs, cotangents| {
            let mut cursor = ::autodiff_oracle_runtime::Cursor::plain();
            #reads
            #(#cotangents)*
            let (value, #pattern): (_, #ty) = #path::vjp(#(#arguments,)* #(#passed),*);
            #list(::std::vec![
                #write(&value, #part),
                #list(::std::vec![#(#write(&#names, #part)),*]),
                #list(::std::vec![#(#write(&#mutated, #part)),*]),
            ])
        })
    }
}

fn gradient_calls(parameters: &[Parameter], path: &TokenStream) -> [TokenStream; 3] {
    let reads = glue::read_arguments(parameters, Numbers::Plain);
    let reads = quote! {
        let mut cursor = ::autodiff_oracle_runtime::Cursor::plain();
        #reads
    };
    let arguments: Vec<_> = parameters.iter().map(Parameter::argument).collect();
    let Gradient { names: buffers, pattern, ty } = Gradient::of(parameters);
    let types = parameters.iter().filter(|parameter| parameter.active).map(Parameter::gradient);
    let written = quote! {
        ::autodiff_oracle_runtime::Tree::List(::std::vec![
            #(::autodiff_oracle_runtime::Data::write(
                &#buffers,
                ::autodiff_oracle_runtime::Part::Value,
            )),*
        ])
    };
    let with_value = quote! {
        ::autodiff_oracle_runtime::Tree::List(::std::vec![
            ::autodiff_oracle_runtime::Data::write(&value, ::autodiff_oracle_runtime::Part::Value),
            #written,
        ])
    };
    let indices = 0..buffers.len();
    let slots = buffers.iter().map(|buffer| quote!(&mut #buffer));
    [
        quote!(Some(|inputs| {
            #reads
            let #pattern: #ty = #path::gradient(#(#arguments),*);
            #written
        })),
        quote!(Some(|inputs| {
            #reads
            let (value, #pattern): (_, #ty) = #path::value_and_gradient(#(#arguments),*);
            #with_value
        })),
        quote!(Some(|inputs, garbage| {
            #reads
            #(
                let mut #buffers: #types = ::autodiff_oracle_runtime::Data::read(
                    &garbage[#indices],
                    &mut ::autodiff_oracle_runtime::Cursor::plain(),
                );
            )*
            let value = #path::gradient_into(#(#arguments,)* #(#slots),*);
            #with_value
        })),
    ]
}
