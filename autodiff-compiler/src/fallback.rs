//! What stands beside a function that could not be differentiated, besides the errors: items of the
//! right names and signatures, so that whoever uses them gets no errors of their own.

use crate::emit::fallible::Fallible;
use crate::emit::{Header, Product, SignatureInLanes, one_or_tuple, type_tokens};
use crate::expand::{notes, said};
use crate::forward::tangent_parameter;
use crate::ir::free_name;
use crate::matrix;
use crate::options::{Options, parameter_names};
use crate::resolve::signature_of;
use crate::signature::{Environment, FunctionSignature, direction_parameter, is_output};
use crate::target::{Place, Target};
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// The stub items of a function.
pub fn stub(target: &Target, options: &Options, environment: &Environment) -> TokenStream {
    let function = &target.function;
    let signature = &function.sig;
    let stub = Stub::new(target, options, environment);
    let gradient = one_or_tuple(&stub.gradients().map(|ty| type_tokens(&ty)).collect::<Vec<_>>());
    let Stub { declared, result, .. } = &stub;
    let value = stub.value();
    let around = |ty: TokenStream| stub.around(ty);
    let mut outputs = vec![
        ("value", declared.clone(), around(value.clone())),
        ("value_and_gradient", declared.clone(), around(quote!((#value, #gradient)))),
        ("gradient", declared.clone(), around(gradient.clone())),
        ("par_value_and_gradient", declared.clone(), around(quote!((#value, #gradient)))),
    ];
    // With more references among the parameters, rustc does not know which one a result lives as long as.
    let lent = matches!(stub.read.result, Type::Reference { .. });
    if !lent {
        outputs.push(("gradient_into", stub.with_buffers(), around(value.clone())));
        outputs.push(("par_gradient_into", stub.with_buffers(), around(value.clone())));
    }
    if stub.read.has_outputs() && !lent {
        let (tape, crate_path) = (stub.free("tape"), &options.crate_path);
        let tape = quote!(#tape: &mut #crate_path::__private::Tape);
        let forward = declared.iter().chain([&tape]).cloned().collect();
        let (mut reverse, by_value) = stub.reverse();
        reverse.push(tape.clone());
        outputs.push(("__forward", forward, result.clone()));
        outputs.push(("__reverse", reverse, by_value));
        outputs.push(("vjp", stub.with_cotangents(), around(quote!((#value, #gradient)))));
        let pair = |ty: &Type, value: &TokenStream| match ty.holds_floats() {
            true => {
                let tangent = type_tokens(&ty.tangent());
                quote!((#value, #tangent))
            }
            false => value.clone(),
        };
        outputs.push(("jvp", stub.with_tangents(), around(pair(stub.given(), &value))));
        if stub.fallible.is_some() {
            // What callers call.
            let parts = pair(&stub.read.result, result);
            outputs.push(("__tried_value", declared.clone(), result.clone()));
            outputs.push(("__tried_jvp", stub.with_tangents(), parts));
        }
        outputs.extend(stub.matrices(&gradient));
        if options.notes().second {
            outputs.extend(stub.second_order(result, &tape));
        }
    }
    let visibility = match &target.place {
        Place::Impl(block, _) if block.trait_.is_some() => quote!(pub),
        _ => function.vis.to_token_stream(),
    };
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
    let noted = notes(target, options);
    let mut in_lanes = match noted.lanes {
        true => stub.in_lanes(prefix.as_deref(), &visibility, options),
        false => vec![],
    };
    if noted.directions {
        in_lanes.push(stub.product_in_lanes(prefix.as_deref(), &visibility, options));
    }
    if prefix.is_some() {
        return target.around(quote!(#(#functions)* #(#in_lanes)*));
    }
    quote! {
        #[doc(hidden)]
        #[allow(warnings)]
        #visibility enum #name {}
        impl #name { #(#functions)* #(#in_lanes)* }
    }
}

/// What the signatures of the stubs are made of.
struct Stub {
    read: FunctionSignature,
    /// The parameters as they were written.
    declared: Vec<TokenStream>,
    /// Their names.
    names: Vec<Ident>,
    /// The return type as it was written; that of the parts, if the function may fail.
    result: TokenStream,
    fallible: Option<Fallible>,
}

impl Stub {
    fn new(target: &Target, options: &Options, environment: &Environment) -> Self {
        let signature = &target.function.sig;
        let read = signature_of(signature, options, &target.context(environment));
        let said = said(&read.result, &signature.output, options);
        let fallible = Fallible::of(&signature.output, &said);
        let read = FunctionSignature { result: said, ..read }.lowered();
        let names = parameter_names(&signature.inputs);
        let declare = |(input, name): (&syn::FnArg, &Ident)| match input {
            syn::FnArg::Receiver(receiver) => receiver.to_token_stream(),
            syn::FnArg::Typed(typed) => {
                let ty = &typed.ty;
                quote!(#name: #ty)
            }
        };
        let declared = signature.inputs.iter().zip(&names).map(declare).collect();
        let result = match &signature.output {
            syn::ReturnType::Default => quote!(()),
            syn::ReturnType::Type(..) if fallible.is_some() => type_tokens(&read.result),
            syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        Self { read, declared, names, result, fallible }
    }

    /// What is given if nothing fails, in the IR.
    fn given(&self) -> &Type {
        match (&self.fallible, &self.read.result) {
            (Some(_), Type::Tuple(parts)) => &parts[0],
            (_, other) => other,
        }
    }

    /// The same as it was written.
    fn value(&self) -> TokenStream {
        self.fallible.as_ref().map_or_else(|| self.result.clone(), Fallible::value)
    }

    /// The type of an output: what may fail gives the same wrapper around it.
    fn around(&self, ty: TokenStream) -> TokenStream {
        match &self.fallible {
            Some(fallible) => fallible.around(ty),
            None => ty,
        }
    }

    /// What loops with lanes call.
    fn in_lanes(
        &self,
        prefix: Option<&str>,
        visibility: &TokenStream,
        options: &Options,
    ) -> Vec<TokenStream> {
        let Type::Float(float) = &self.read.result else { return vec![] };
        let gradients = crate::signature::one_or_tuple(self.gradients().collect(), Type::Tuple);
        let outputs =
            [("__value_lanes", self.read.result.clone()), ("__gradient_lanes", gradients)];
        let functions = outputs.map(|(output, result)| {
            let header = header_in_lanes(output, prefix, visibility, options);
            let signature = SignatureInLanes { names: &self.names, float, result };
            let function = signature.with(&header, &self.free("simd"), &unreachable());
            quote!(#[allow(warnings)] #function)
        });
        functions.into()
    }

    /// What a loop over directions calls.
    fn product_in_lanes(
        &self,
        prefix: Option<&str>,
        visibility: &TokenStream,
        options: &Options,
    ) -> TokenStream {
        let Some(float) = self.read.float_of_tangents() else { return TokenStream::new() };
        let covered: Vec<_> = self.read.covered().collect();
        let names = covered.iter().map(|position| self.beside("tangent", &self.names[*position]));
        let tangents =
            covered.iter().map(|position| tangent_parameter(&self.read.parameters[*position]));
        let product = Product {
            declared: &self.declared,
            names: &names.collect::<Vec<_>>(),
            tangents: &tangents.collect::<Vec<_>>(),
            float: &float,
            value: self.result.clone(),
            tangent: self.read.result.holds_floats().then(|| self.read.result.tangent()),
        };
        let header = header_in_lanes("__jvp_lanes", prefix, visibility, options);
        let function = product.with(&header, &self.free("simd"), &unreachable());
        quote!(#[allow(warnings)] #function)
    }

    fn is_active(&self, position: usize) -> bool {
        self.read.active.get(position) == Some(&true)
    }

    /// The name of what goes with a parameter.
    fn beside(&self, what: &str, name: &Ident) -> Ident {
        Ident::new(&self.free(&format!("{name}_{what}")).to_string(), name.span())
    }

    fn free(&self, wanted: &str) -> Ident {
        let free = free_name(wanted, self.names.iter().map(Ident::to_string));
        Ident::new(&free, Span::call_site())
    }

    /// The types of the gradients, one per active parameter.
    fn gradients(&self) -> impl Iterator<Item = Type> + '_ {
        let active = (0..self.names.len()).filter(|position| self.is_active(*position));
        active.map(|position| self.read.parameters[position].tangent())
    }

    /// The parameters of `gradient_into`.
    fn with_buffers(&self) -> Vec<TokenStream> {
        let active = (0..self.names.len()).filter(|position| self.is_active(*position));
        let buffers = active.zip(self.gradients()).map(|(position, ty)| {
            let name = self.beside("gradient", &self.names[position]);
            let buffer = type_tokens(&ty.as_slice());
            quote!(#name: &mut #buffer)
        });
        self.declared.iter().cloned().chain(buffers).collect()
    }

    /// The parameters of `__reverse` without the tape, and what it returns, as `reverse::split` says.
    fn reverse(&self) -> (Vec<TokenStream>, TokenStream) {
        let mut parameters = vec![];
        let mut returned = vec![];
        if self.read.result.holds_floats() {
            let tangent = self.read.result.tangent();
            let ty = type_tokens(&tangent);
            parameters.push(match tangent.is_float() {
                true => quote!(cotangent: #ty),
                false => quote!(cotangent: &mut #ty),
            });
        }
        for position in self.read.covered() {
            let declared = &self.read.parameters[position];
            let tangent = declared.tangent();
            let Type::Reference { mutable, to } = declared else {
                returned.push(type_tokens(&tangent));
                continue;
            };
            let content = match (mutable, &**to) {
                // Only this may change its length.
                (true, Type::Vec(_)) => tangent,
                _ => tangent.as_slice(),
            };
            let (name, ty) = (&self.names[position], type_tokens(&content));
            let name = self.beside("adjoint", name);
            parameters.push(quote!(#name: &mut #ty));
        }
        (parameters, one_or_tuple(&returned))
    }

    /// The parameters of `jvp`.
    fn with_tangents(&self) -> Vec<TokenStream> {
        let tangents = self.read.covered().map(|position| {
            let name = self.beside("tangent", &self.names[position]);
            let ty = type_tokens(&tangent_parameter(&self.read.parameters[position]));
            quote!(#name: #ty)
        });
        self.declared.iter().cloned().chain(tangents).collect()
    }

    /// `hvp`, Hessians and Jacobians.
    fn matrices(
        &self,
        gradient: &TokenStream,
    ) -> Vec<(&'static str, Vec<TokenStream>, TokenStream)> {
        let (declared, result) = (&self.declared, &self.value());
        let gradients: Vec<_> = self.gradients().collect();
        let mut outputs = vec![];
        if self.read.result.is_loss() {
            outputs.push(("hvp", self.with_directions(), self.around(gradient.clone())));
            if let Some(float) = matrix::common_float(&gradients) {
                let hessian = type_tokens(&matrix::hessian_type(&gradients, &float));
                outputs.push(("hessian", declared.clone(), self.around(hessian.clone())));
                let all = self.around(quote!((#result, #gradient, #hessian)));
                outputs.push(("value_gradient_hessian", declared.clone(), all));
            }
        }
        let given = matrix::output_types(&self.read.result, &self.read.parameters);
        if let Some(float) = matrix::common_float(gradients.iter().chain(&given)) {
            let types = matrix::jacobian_types(&gradients, &given, &float);
            let jacobian = one_or_tuple(&types.iter().map(type_tokens).collect::<Vec<_>>());
            outputs.push(("jacobian", declared.clone(), self.around(jacobian.clone())));
            let both = self.around(quote!((#result, #jacobian)));
            outputs.push(("value_and_jacobian", declared.clone(), both));
        }
        outputs
    }

    /// What callers call that are differentiated twice.
    fn second_order(
        &self,
        result: &TokenStream,
        tape: &TokenStream,
    ) -> Vec<(&'static str, Vec<TokenStream>, TokenStream)> {
        let pair = |ty: &Type, written: &TokenStream| match ty.holds_floats() {
            true => {
                let tangent = type_tokens(&ty.tangent());
                quote!((#written, #tangent))
            }
            false => written.clone(),
        };
        let value = pair(&self.read.result, result);
        let mut outputs = vec![];
        let tangents = &self.with_tangents()[self.declared.len()..];
        if self.read.result.is_loss() {
            let buffers = &self.with_buffers()[self.declared.len()..];
            let names = (0..buffers.len()).map(|k| self.free(&format!("tangent_{k}")));
            let outwards = names.zip(self.gradients()).map(|(name, ty)| {
                let buffer = type_tokens(&ty.as_slice());
                quote!(#name: &mut #buffer)
            });
            let all = self.declared.iter().chain(buffers).chain(tangents).cloned().chain(outwards);
            outputs.push(("__gradient_into_jvp", all.collect(), value.clone()));
        }
        let forward = self.declared.iter().chain(tangents).chain([tape]).cloned();
        outputs.push(("__forward_jvp", forward.collect(), value));
        let (reverse, returned) = self.reverse();
        let again = reverse.iter().map(|parameter| {
            let text = self.free(&format!("tangent_of_{}", first_name(parameter)));
            let ty = parameter.clone().into_iter().skip(1);
            let ty: TokenStream = ty.collect();
            quote!(#text #ty)
        });
        let all = reverse.iter().cloned().chain(again).chain([tape.clone()]);
        let given = if returned.is_empty() { quote!(()) } else { quote!((#returned, #returned)) };
        let none = self
            .read
            .covered()
            .all(|position| matches!(self.read.parameters[position], Type::Reference { .. }));
        outputs.push(("__reverse_jvp", all.collect(), if none { quote!(()) } else { given }));
        outputs
    }

    /// The parameters of `hvp`.
    fn with_directions(&self) -> Vec<TokenStream> {
        let active = (0..self.names.len()).filter(|position| self.is_active(*position));
        let directions = active.map(|position| {
            let name = self.beside("tangent", &self.names[position]);
            let ty = type_tokens(&direction_parameter(&self.read.parameters[position]));
            quote!(#name: #ty)
        });
        self.declared.iter().cloned().chain(directions).collect()
    }

    /// The parameters of `vjp`.
    fn with_cotangents(&self) -> Vec<TokenStream> {
        let mut cotangents = vec![];
        if self.read.result.holds_floats() {
            cotangents.push((self.free("cotangent"), self.given().tangent()));
        }
        for (name, ty) in self.names.iter().zip(&self.read.parameters) {
            if is_output(ty) {
                cotangents.push((self.beside("cotangent", name), ty.tangent()));
            }
        }
        let cotangents = cotangents.into_iter().map(|(name, tangent)| match &tangent {
            Type::Vec(element) => {
                let element = type_tokens(element);
                quote!(#name: &[#element])
            }
            other => {
                let ty = type_tokens(other);
                quote!(#name: #ty)
            }
        });
        self.declared.iter().cloned().chain(cotangents).collect()
    }
}

/// The name and visibility of a function that loops with lanes call.
fn header_in_lanes(
    output: &str,
    prefix: Option<&str>,
    visibility: &TokenStream,
    options: &Options,
) -> Header {
    Header {
        visibility: visibility.clone(),
        crate_path: options.crate_path.clone(),
        ..Header::new(&format!("{}{output}", prefix.unwrap_or_default()))
    }
}

/// The body of a stub.
fn unreachable() -> TokenStream {
    quote_spanned!(crate::edition::root()=> ::core::unreachable!("this function was not differentiated"))
}

/// The name of a declared parameter.
fn first_name(parameter: &TokenStream) -> String {
    parameter.clone().into_iter().next().map_or_else(String::new, |name| name.to_string())
}
