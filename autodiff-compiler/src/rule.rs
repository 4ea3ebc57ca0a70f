//! `#[derivative_of(f)]`: a derivative written by hand, for a function that is not annotated.
//!
//! The attribute stands on the rule, which takes one of two forms; `G` is one gradient per active
//! parameter, a bare one or a tuple, as everywhere:
//!
//! * *value and gradient*, for a function that returns one float:
//!   `fn rule(the parameters of f) -> (T, G)`;
//! * *vector-Jacobian product*, for any function: `fn rule(the parameters of f, cotangent: C) -> (R, G)`,
//!   where the last parameter is called `cotangent` and has the gradient type of the result.
//!
//! Beside the rule stand the items that an annotated `f` would have, and the macro that carries its
//! signature. Only the rule's own signature is looked at; that `f` has the same is checked by rustc,
//! since the items call both.

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::emit::type_tokens;
use crate::ir::free_name;
use crate::options::{Options, parameter_name};
use crate::resolve::{TypeContext, signature_of};
use crate::signature::{Environment, Notes, is_mutable};
use crate::transport;
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;

/// Expands `#[derivative_of(attribute)] item`.
pub fn derivative_of(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let emitted = read(attribute, &item, &mut diagnostics)
        .filter(|_| diagnostics.is_empty())
        .map(|rule| rule.items());
    let emitted = emitted.unwrap_or_else(|| diagnostics.into_compile_errors());
    quote!(#[allow(dead_code)] #item #emitted)
}

/// A rule, read.
struct Rule {
    /// The function, as named in the attribute.
    of: syn::Path,
    crate_path: TokenStream,
    visibility: syn::Visibility,
    /// The signature of the rule.
    signature: syn::Signature,
    parameters: Vec<Parameter>,
    /// What the function returns.
    result: syn::Type,
    result_type: Type,
    /// Whether the rule takes a cotangent.
    takes_cotangent: bool,
}

/// A parameter of the function.
struct Parameter {
    name: Ident,
    declared: syn::Type,
    ty: Type,
    /// The type of its gradient, if the rule gives one.
    gradient: Option<syn::Type>,
}

fn read(attribute: TokenStream, item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let (path, rest) = split_first(attribute);
    let Ok(of) = syn::parse2::<syn::Path>(path.clone()) else {
        diagnostics.error(
            SourceSpan::of(&path),
            "`derivative_of` needs the path of a function",
            "write `#[derivative_of(f)]`, or `#[derivative_of(f, wrt(x))]`".to_string(),
        );
        return None;
    };
    let options = Options::parse(rest, diagnostics);
    let Ok(function) = syn::parse2::<syn::ItemFn>(item.clone()) else {
        diagnostics.error(
            SourceSpan::of(item),
            "`#[derivative_of(…)]` stands on a function: the rule",
            "write `fn rule(the parameters of the function) -> (value, gradient)`".to_string(),
        );
        return None;
    };
    if let Some(receiver) = function.sig.receiver() {
        diagnostics.error(
            SourceSpan::of(receiver),
            "a rule takes no `self`",
            "write the rule for a free function that calls the method".to_string(),
        );
        return None;
    }
    let environment = Environment::default();
    let context = TypeContext::new(&environment);
    let mut inputs: Vec<_> = function.sig.inputs.iter().cloned().collect();
    let takes_cotangent = matches!(
        inputs.last(),
        Some(syn::FnArg::Typed(last)) if parameter_name(&last.pat).is_some_and(|n| n == "cotangent")
    );
    if takes_cotangent {
        inputs.pop();
    }
    let Some((result, gradient)) = pair(&function.sig.output) else {
        diagnostics.error(
            SourceSpan::of(&function.sig.output),
            "a rule returns the value and the gradient",
            "write `-> (T, G)`, where `G` is one gradient per active parameter, a tuple for several"
                .to_string(),
        );
        return None;
    };
    let mut own = function.sig.clone();
    own.inputs = inputs.iter().cloned().collect();
    own.output = syn::parse_quote!(-> #result);
    let signature = signature_of(&own, &options, &context);
    // Structs are not known here: whether they derive `Differentiable` is rustc's to say.
    let is_active = |input: &syn::FnArg, ty: &Type| {
        options.names(input).unwrap_or_else(|| ty.may_hold_floats())
    };
    let active: Vec<bool> =
        inputs.iter().zip(&signature.parameters).map(|(input, ty)| is_active(input, ty)).collect();
    for name in options.wrt.iter().flatten() {
        let alone = Options { wrt: Some(vec![name.clone()]), ..Options::default() };
        if !inputs.iter().any(|input| alone.names(input) == Some(true)) {
            let help = "name parameters of the rule".to_string();
            diagnostics.error(name.span(), format!("no parameter is named `{name}`"), help);
            return None;
        }
    }

    let count = active.iter().filter(|active| **active).count();
    let gradients = match (&gradient, count) {
        (gradient, 1) => vec![gradient.clone()],
        (syn::Type::Tuple(tuple), count) if tuple.elems.len() == count => {
            tuple.elems.iter().cloned().collect()
        }
        _ => {
            diagnostics.error(
                SourceSpan::of(&gradient),
                format!("the gradient needs {count} parts, one per active parameter"),
                "name the active parameters with `wrt(…)`; by default it is all that hold floats"
                    .to_string(),
            );
            return None;
        }
    };
    let mut gradients = gradients.into_iter();
    let mut parameters = vec![];
    for ((input, ty), active) in inputs.iter().zip(&signature.parameters).zip(&active) {
        let syn::FnArg::Typed(typed) = input else { return None };
        let Some(name) = parameter_name(&typed.pat) else {
            diagnostics.error(
                SourceSpan::of(&typed.pat),
                "a parameter of a rule needs a name",
                "take the pattern apart inside the rule".to_string(),
            );
            return None;
        };
        if is_mutable(ty) {
            diagnostics.error(
                SourceSpan::of(&typed.ty),
                "a rule takes no `&mut` parameters",
                "write the rule for a function that returns what it makes".to_string(),
            );
            return None;
        }
        parameters.push(Parameter {
            name: beside_functions(name, [&of, &syn::Path::from(function.sig.ident.clone())]),
            declared: (*typed.ty).clone(),
            ty: ty.clone(),
            gradient: if *active { gradients.next() } else { None },
        });
    }
    if !takes_cotangent && !signature.result.is_float() {
        diagnostics.error(
            SourceSpan::of(&result),
            "a rule for a function that does not return one float takes a cotangent",
            "add a last parameter `cotangent` with the gradient type of the result".to_string(),
        );
        return None;
    }
    Some(Rule {
        of,
        crate_path: options.crate_path,
        visibility: function.vis,
        signature: function.sig,
        parameters,
        result,
        result_type: signature.result,
        takes_cotangent,
    })
}

/// The name of a parameter, where it would hide one of the functions another one.
fn beside_functions(name: &Ident, functions: [&syn::Path; 2]) -> Ident {
    let functions = functions.into_iter().filter_map(|path| path.get_ident());
    match functions.clone().any(|function| function.unraw() == name.unraw()) {
        true => free_beside(&name.to_string(), functions, name.span()),
        false => name.clone(),
    }
}

/// A name that none of these has.
fn free_beside<'n>(wanted: &str, taken: impl Iterator<Item = &'n Ident>, span: Span) -> Ident {
    Ident::new(&free_name(wanted, taken.map(Ident::to_string)), span)
}

/// The tokens before the first comma, and those after it.
fn split_first(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let end = tokens.iter().position(comma).unwrap_or(tokens.len());
    let rest = tokens.get(end + 1..).unwrap_or_default();
    (tokens[..end].iter().cloned().collect(), rest.iter().cloned().collect())
}

/// The two parts of a pair that a function returns.
fn pair(output: &syn::ReturnType) -> Option<(syn::Type, syn::Type)> {
    let syn::ReturnType::Type(_, ty) = output else { return None };
    let syn::Type::Tuple(tuple) = &**ty else { return None };
    let mut parts = tuple.elems.iter().cloned();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(value), Some(gradient), None) => Some((value, gradient)),
        _ => None,
    }
}

impl Rule {
    fn items(&self) -> TokenStream {
        let visibility = &self.visibility;
        let of = &self.of;
        let Some(name) = of.segments.last().map(|segment| &segment.ident) else {
            return TokenStream::new();
        };
        let mut functions = vec![self.value()];
        if self.result_type.is_float() {
            functions.extend(self.gradients());
        } else {
            functions.extend(self.sweeps());
        }
        let words =
            format!(" Derivatives of the function `{name}`, by the rule [`{}`].", self.name());
        let published = self.published(name);
        quote! {
            #[doc = #words]
            #[allow(non_camel_case_types, dead_code)]
            #visibility enum #name {}
            #[allow(dead_code, non_snake_case, unused_variables, clippy::all, clippy::pedantic)]
            impl #name { #(#functions)* }
            #published
        }
    }

    /// The macro that carries the function's signature to its callers.
    fn published(&self, name: &Ident) -> TokenStream {
        let mut signature = self.signature.clone();
        signature.ident = name.clone();
        let declared = self.declared();
        signature.inputs = syn::parse_quote!(#(#declared),*);
        let result = &self.result;
        signature.output = syn::parse_quote!(-> #result);
        let active: Vec<_> = self.active().map(|parameter| parameter.name.to_string()).collect();
        let notes = Notes { by_rule: true, ..Notes::default() };
        transport::publish_function(&self.visibility, &signature, &active, notes)
    }

    fn name(&self) -> &Ident {
        &self.signature.ident
    }

    /// The name of what goes with a parameter.
    fn beside(&self, what: &str, name: &Ident) -> Ident {
        let taken = self.parameters.iter().map(|parameter| &parameter.name);
        free_beside(&format!("{name}_{what}"), taken, name.span())
    }

    fn free(&self, wanted: &str) -> Ident {
        free_beside(wanted, self.passed().into_iter(), Span::call_site())
    }

    fn active(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.gradient.is_some())
    }

    fn declared(&self) -> Vec<TokenStream> {
        let declare = |Parameter { name, declared, .. }: &Parameter| quote!(#name: #declared);
        self.parameters.iter().map(declare).collect()
    }

    fn passed(&self) -> Vec<&Ident> {
        self.parameters.iter().map(|parameter| &parameter.name).collect()
    }

    fn function(
        &self,
        name: &str,
        words: &str,
        parameters: &[TokenStream],
        result: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let visibility = &self.visibility;
        let (generics, _, where_clause) = self.signature.generics.split_for_impl();
        let name = Ident::new(name, Span::call_site());
        quote! {
            #[doc = #words]
            #[inline]
            #visibility fn #name #generics (#(#parameters),*) -> #result #where_clause { #body }
        }
    }

    fn value(&self) -> TokenStream {
        let (of, passed, result) = (&self.of, self.passed(), &self.result);
        let body = quote!(#of(#(#passed),*));
        self.function("value", " The value.", &self.declared(), &quote!(#result), &body)
    }

    fn gradient_type(&self) -> TokenStream {
        let types: Vec<_> =
            self.active().filter_map(|parameter| parameter.gradient.as_ref()).collect();
        match &types[..] {
            [one] => one.to_token_stream(),
            several => quote!((#(#several),*)),
        }
    }

    /// The rule at the parameters; a float's cotangent is 1.
    fn both(&self) -> TokenStream {
        let (rule, passed) = (self.name(), self.passed());
        match self.takes_cotangent {
            true => quote!(#rule(#(#passed,)* 1.0)),
            false => quote!(#rule(#(#passed),*)),
        }
    }

    /// What a function that returns one float has.
    fn gradients(&self) -> Vec<TokenStream> {
        let (result, gradient, both) = (&self.result, self.gradient_type(), self.both());
        let declared = self.declared();
        let mut with_buffers = declared.clone();
        let (mut names, mut writes) = (vec![], vec![]);
        for parameter in self.active() {
            let part = self.beside("part", &parameter.name);
            let buffer = self.beside("gradient", &parameter.name);
            match parameter.ty.tangent() {
                Type::Vec(element) => {
                    let element = type_tokens(&element);
                    with_buffers.push(quote!(#buffer: &mut [#element]));
                    writes.push(quote!(#buffer.clone_from_slice(&#part);));
                }
                _ => {
                    let ty = &parameter.gradient;
                    with_buffers.push(quote!(#buffer: &mut #ty));
                    writes.push(quote!(*#buffer = #part;));
                }
            }
            names.push(part);
        }
        let pattern = crate::emit::one_or_tuple(&names);
        let value = self.free("value");
        vec![
            self.function(
                "value_and_gradient",
                " Value and gradient, by the rule.",
                &declared,
                &quote!((#result, #gradient)),
                &both,
            ),
            self.function(
                "gradient",
                " The gradient, by the rule.",
                &declared,
                &gradient,
                &quote!(#both.1),
            ),
            self.function(
                "gradient_into",
                " Returns the value and overwrites the buffers with the gradient, by the rule.",
                &with_buffers,
                &quote!(#result),
                &quote! {
                    let (#value, #pattern) = #both;
                    #(#writes)*
                    #value
                },
            ),
        ]
    }

    /// What any other function has. The arguments are kept on the tape.
    fn sweeps(&self) -> Vec<TokenStream> {
        let core = &self.crate_path;
        let (of, rule, passed, result) = (&self.of, self.name(), self.passed(), &self.result);
        let (tape, cotangent) = (self.free("tape"), self.free("cotangent"));
        let declared_tape = quote!(#tape: &mut #core::__private::Tape);

        let kept = self.parameters.iter().map(|parameter| {
            let name = &parameter.name;
            match (&parameter.declared, &parameter.ty) {
                (syn::Type::Reference(_), _) => {
                    quote_spanned!(crate::edition::root()=> ::std::borrow::ToOwned::to_owned(#name))
                }
                (_, ty) if ty.is_copy() => quote!(#name),
                _ => quote_spanned!(crate::edition::root()=> ::core::clone::Clone::clone(&#name)),
            }
        });
        let owned: Vec<_> = self.parameters.iter().map(owned_type).collect();
        let mut with_tape = self.declared();
        with_tape.push(declared_tape.clone());
        let forward = self.function(
            "__forward",
            " The forward sweep.",
            &with_tape,
            &quote!(#result),
            &quote! {
                #core::__private::Tape::save::<(#(#owned,)*)>(#tape, (#(#kept,)*));
                #of(#(#passed),*)
            },
        );

        let tangent = self.result_type.tangent();
        let tangent_tokens = type_tokens(&tangent);
        let passed_cotangent = match tangent {
            Type::Vec(_) => quote!(&#cotangent[..]),
            _ => quote_spanned!(crate::edition::root()=> ::core::clone::Clone::clone(&*#cotangent)),
        };
        let mut parameters = vec![quote!(#cotangent: &mut #tangent_tokens)];
        let (mut parts, mut adds, mut returned, mut types) = (vec![], vec![], vec![], vec![]);
        for parameter in self.active() {
            let part = self.beside("part", &parameter.name);
            let gradient = &parameter.gradient;
            if let syn::Type::Reference(_) = parameter.declared {
                let adjoint = self.beside("adjoint", &parameter.name);
                let ty = match parameter.ty.tangent() {
                    Type::Vec(element) => {
                        let element = type_tokens(&element);
                        quote!([#element])
                    }
                    _ => quote!(#gradient),
                };
                parameters.push(quote!(#adjoint: &mut #ty));
                adds.push(quote!(#core::__private::Accumulate::accumulate(#adjoint, &#part);));
            } else {
                returned.push(part.clone());
                types.push(quote!(#gradient));
            }
            parts.push(part);
        }
        parameters.push(declared_tape);
        let pattern = crate::emit::one_or_tuple(&parts);
        let (returned, types) = match returned.len() {
            0 => (quote!(()), quote!(())),
            _ => (crate::emit::one_or_tuple(&returned), crate::emit::one_or_tuple(&types)),
        };
        let again = self.parameters.iter().map(|parameter| {
            let name = &parameter.name;
            match parameter.declared {
                syn::Type::Reference(_) => quote!(&#name),
                _ => quote!(#name),
            }
        });
        let names = self.passed();
        let reverse = self.function(
            "__reverse",
            " The reverse sweep.",
            &parameters,
            &types,
            &quote! {
                let (#(#names,)*): (#(#owned,)*) = #core::__private::Tape::restore(#tape);
                let (_, #pattern) = #rule(#(#again,)* #passed_cotangent);
                #(#adds)*
                #returned
            },
        );

        let mut with_cotangent = self.declared();
        if let Some(last) = self.signature.inputs.last() {
            with_cotangent.push(quote!(#last));
        }
        let gradient = self.gradient_type();
        let product = self.function(
            "vjp",
            " The value and the vector-Jacobian product, by the rule.",
            &with_cotangent,
            &quote!((#result, #gradient)),
            &quote!(#rule(#(#passed,)* #cotangent)),
        );
        vec![forward, reverse, product]
    }
}

/// The type in which an argument is kept.
fn owned_type(parameter: &Parameter) -> TokenStream {
    match &parameter.declared {
        syn::Type::Reference(reference) => match &*reference.elem {
            syn::Type::Slice(slice) => {
                let element = &slice.elem;
                quote_spanned!(crate::edition::root()=> ::std::vec::Vec<#element>)
            }
            other => quote!(#other),
        },
        other => quote!(#other),
    }
}
