//! Functions that return a `Result` or an `Option`.
//!
//! The IR gives the parts of what they return ([`Type::outcome`]), and so do the functions that are emitted from it,
//! under hidden names (`__tried_value`, `__tried_gradient_into`, …): callers that are differentiated want the parts.
//! Beside each stands what users call, which gives the same wrapper around the output that the function gives around
//! its value.

use super::item::{Derivatives, Item, buffers, one_or_tuple};
use super::types;
use crate::ir::Function;
use crate::matrix;
use crate::options::Output;
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// What a function returns that may fail.
#[derive(Clone)]
pub struct Fallible {
    /// As it was written.
    written: Option<syn::Type>,
    /// `Option<T>` or `Result<T, E>`.
    ty: Type,
}

impl Fallible {
    /// What a function returns, if it is a `Result` or an `Option`.
    pub fn of(output: &syn::ReturnType, ty: &Type) -> Option<Self> {
        ty.outcome()?;
        let written = match output {
            syn::ReturnType::Type(_, written) => Some((**written).clone()),
            syn::ReturnType::Default => None,
        };
        Some(Self { written, ty: ty.clone() })
    }

    fn is_result(&self) -> bool {
        matches!(self.ty, Type::Result(..))
    }

    /// The type of the value.
    pub fn value(&self) -> TokenStream {
        let written = self.written.as_ref().and_then(|written| arguments(written).first().copied());
        match (written, &self.ty) {
            (Some(value), _) => value.to_token_stream(),
            (None, Type::Option(value) | Type::Result(value, _)) => types::tokens(value),
            (None, other) => types::tokens(other),
        }
    }

    /// The same wrapper around something else.
    pub fn around(&self, other: TokenStream) -> TokenStream {
        let mut written = self.written.clone();
        if let Some(value) = written.as_mut().and_then(first_argument) {
            *value = syn::Type::Verbatim(other);
            return written.to_token_stream();
        }
        let span = crate::edition::root();
        match &self.ty {
            Type::Result(_, error) => {
                let error = types::tokens(error);
                quote_spanned!(span=> ::core::result::Result<#other, #error>)
            }
            _ => quote_spanned!(span=> ::core::option::Option<#other>),
        }
    }

    /// The wrapped value, from the parts.
    pub(super) fn settled(&self, crate_path: &TokenStream, parts: TokenStream) -> TokenStream {
        let name = if self.is_result() { "result" } else { "option" };
        let name = Ident::new(name, Span::call_site());
        quote!(#crate_path::__private::fallible::#name(#parts))
    }

    /// The wrapper of something that is there.
    pub(super) fn success(&self, value: TokenStream) -> TokenStream {
        let span = crate::edition::root();
        match self.is_result() {
            true => quote_spanned!(span=> ::core::result::Result::Ok(#value)),
            false => quote_spanned!(span=> ::core::option::Option::Some(#value)),
        }
    }

    /// What documentation says of it; `function` is the function's name there.
    pub(super) fn words(&self, function: &str) -> String {
        match self.is_result() {
            true => format!("\n\n# Errors\n\nThe error that {function} returns."),
            false => format!("\n\n`None` where {function} returns `None`."),
        }
    }
}

/// The generic arguments of the last segment of a path that are types.
pub(crate) fn arguments(ty: &syn::Type) -> Vec<&syn::Type> {
    let path = match ty {
        syn::Type::Path(path) => path,
        syn::Type::Group(group) => return arguments(&group.elem),
        syn::Type::Paren(paren) => return arguments(&paren.elem),
        _ => return vec![],
    };
    let Some(syn::PathArguments::AngleBracketed(written)) =
        path.path.segments.last().map(|segment| &segment.arguments)
    else {
        return vec![];
    };
    let types = written.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The first of them, to be changed.
fn first_argument(ty: &mut syn::Type) -> Option<&mut syn::Type> {
    let path = match ty {
        syn::Type::Path(path) => path,
        syn::Type::Group(group) => return first_argument(&mut group.elem),
        syn::Type::Paren(paren) => return first_argument(&mut paren.elem),
        _ => return None,
    };
    let arguments = match &mut path.path.segments.last_mut()?.arguments {
        syn::PathArguments::AngleBracketed(arguments) => &mut arguments.args,
        _ => return None,
    };
    arguments.iter_mut().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

impl Item {
    /// What users call of a function that may fail; `vjp` has its own ([`super::sweeps`]).
    pub(super) fn fallible(
        &self,
        fallible: &Fallible,
        value: &Function,
        derivatives: &Derivatives,
    ) -> Vec<TokenStream> {
        let core = &self.header.crate_path;
        let result = fallible.around(fallible.value());
        let settled = |parts: TokenStream| fallible.settled(core, parts);
        let mut functions = vec![];
        let mut add = |output: &str, words: &str, of: &Function, ty: TokenStream, body| {
            let words = format!("{words}{}", fallible.words(&self.reference()));
            let (declared, _) = self.parameters(of);
            functions.push(self.public(output, &words, &declared, ty, body));
        };
        let inner = |output: &str, of: &Function| {
            let (path, (_, passed)) = (self.path(output), self.parameters(of));
            quote!(#path(#(#passed),*))
        };

        let body = settled(inner("value", value));
        add("value", &self.value_words(), value, result.clone(), body);
        if let Some(gradient) = &derivatives.gradient {
            let active = matrix::active(value);
            let kinds = matrix::gradient_types(value);
            let kinds = one_or_tuple(&kinds.iter().map(types::tokens).collect::<Vec<_>>());
            let taken = |output: &str, body: TokenStream| {
                let settled = settled(quote!(outcome));
                let call = inner(output, value);
                quote!(let (outcome, gradient) = #call; #settled.map(|value| #body))
            };
            let of_value = fallible.value();
            let both = fallible.around(quote!((#of_value, #kinds)));
            let words = self.both_words(&active);
            let body = taken("value_and_gradient", quote!((value, gradient)));
            add("value_and_gradient", &words, value, both.clone(), body);
            let body = taken("value_and_gradient", quote!(gradient));
            let alone = fallible.around(kinds);
            add("gradient", &self.gradient_words(&active), value, alone, body);
            let words = self.gradient_into_words(value, super::item::NO_ALLOCATION);
            let body = settled(inner("gradient_into", gradient));
            add("gradient_into", &words, gradient, result.clone(), body);
            if let Some(parallel) = &derivatives.parallel {
                let words = |text: String| format!("{}{text}", self.parallel_words(parallel));
                if derivatives.par_value_and_gradient {
                    let body = taken("par_value_and_gradient", quote!((value, gradient)));
                    let words = words(self.both_words(&active));
                    add("par_value_and_gradient", &words, value, both, body);
                }
                let words = words(self.gradient_into_words(value, ""));
                let body = settled(inner("par_gradient_into", parallel));
                add("par_gradient_into", &words, parallel, result.clone(), body);
            }
        }
        if let Some(jvp) = &derivatives.jvp {
            let words = self.jvp_words(value);
            let call = inner("jvp", jvp);
            match value.result_type.holds_floats() {
                true => {
                    let tangent = types::tokens(&first(&value.result_type).tangent());
                    let of_value = fallible.value();
                    let ty = fallible.around(quote!((#of_value, #tangent)));
                    let settled = settled(quote!(outcome));
                    let body = quote! {
                        let (outcome, tangent) = #call;
                        #settled.map(|value| (value, tangent.0))
                    };
                    add("jvp", &words, jvp, ty, body);
                }
                false => add("jvp", &words, jvp, result.clone(), settled(call)),
            }
        }
        let mut higher = derivatives.higher.iter();
        if let Some((name, product)) = higher.find(|(name, _)| *name == "__gradient_into_jvp") {
            let (ty, body) = self.product(fallible, value, product, name);
            let directions = buffers(value).count();
            let words = format!("{}{}", self.hvp_words(value), fallible.words(&self.reference()));
            let (declared, _) = self.parameters(product);
            let primal = value.parameters.len();
            let declared =
                [&declared[..primal], &declared[primal + directions..primal + 2 * directions]]
                    .concat();
            functions.push(self.public("hvp", &words, &declared, ty, body));
        }
        for matrix in &derivatives.matrices {
            functions.extend(self.fallible_matrices(fallible, value, matrix));
        }
        functions
    }

    /// The Hessian-vector product by the gradient with its tangents: it also tells whether there is a value.
    fn product(
        &self,
        fallible: &Fallible,
        value: &Function,
        product: &Function,
        name: &str,
    ) -> (TokenStream, TokenStream) {
        let (_, passed) = self.parameters(product);
        let (primal, count) = (value.parameters.len(), buffers(value).count());
        let (primals, others) = passed.split_at(primal);
        let (gradients, others) = others.split_at(count);
        let (directions, tangents) = others.split_at(count);
        let kinds: Vec<_> = matrix::gradient_types(value).iter().map(types::tokens).collect();
        let zeros: Vec<_> =
            matrix::active(value).into_iter().map(|parameter| self.zeros(parameter)).collect();
        let (path, all) = (self.path(name), one_or_tuple(tangents));
        let settled = fallible.settled(&self.header.crate_path, quote!(outcome));
        let checks = self.direction_checks(value, product);
        let body = quote! {
            #checks
            #(let mut #gradients: #kinds = #zeros;)*
            #(let mut #tangents: #kinds = #zeros;)*
            let (outcome, _) = #path(
                #(#primals,)* #(&mut #gradients,)* #(#directions,)* #(&mut #tangents),*
            );
            #settled.map(|_| #all)
        };
        (fallible.around(one_or_tuple(&kinds)), body)
    }

    /// A matrix, alone and with what comes with it.
    fn fallible_matrices(
        &self,
        fallible: &Fallible,
        value: &Function,
        matrix: &super::item::Matrix,
    ) -> Vec<TokenStream> {
        let alone = match matrix.output {
            Output::ValueGradientHessian => Output::Hessian,
            _ => Output::Jacobian,
        };
        let Type::Tuple(parts) = &matrix.function.result_type else { return vec![] };
        let others: Vec<_> = parts[1..].iter().map(types::tokens).collect();
        let Some(last) = others.last() else { return vec![] };
        let names = ["gradient", "matrix"].map(|name| Ident::new(name, Span::call_site()));
        let names = &names[2 - others.len()..];
        let (declared, passed) = self.parameters(&matrix.function);
        let path = self.path(matrix.output.name());
        let settled = fallible.settled(&self.header.crate_path, quote!(outcome));
        let of_value = fallible.value();
        let outputs = [
            (matrix.output, quote!((#of_value, #(#others),*)), quote!((value, #(#names),*))),
            (alone, last.clone(), quote!(matrix)),
        ];
        let made = outputs.map(|(output, ty, given)| {
            let words = format!(
                "{}{}",
                self.matrix_words(value, output),
                fallible.words(&self.reference())
            );
            let body = quote! {
                let (outcome, #(#names),*) = #path(#(#passed),*);
                #settled.map(|value| #given)
            };
            self.public(output.name(), &words, &declared, fallible.around(ty), body)
        });
        made.into()
    }

    /// The cotangent of the parts, from that of the value.
    pub(super) fn cotangent_of_parts(
        &self,
        value: &Function,
        cotangent: TokenStream,
    ) -> TokenStream {
        let others = match &value.result_type {
            Type::Tuple(parts) => parts.len() - 1,
            _ => 0,
        };
        let others = (0..others).map(|_| quote!(()));
        quote!((#cotangent, #(#others),*))
    }
}

/// The type of the value among the parts.
pub(super) fn first(parts: &Type) -> &Type {
    match parts {
        Type::Tuple(parts) => &parts[0],
        other => other,
    }
}
