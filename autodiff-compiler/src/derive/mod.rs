//! `#[derive(Differentiable)]`: the tangent struct and the implementations of core's traits.
//!
//! For `struct Name` it makes `struct NameTangent`, with the same fields and visibility, and
//! `Differentiable` and `Parameters` for `Name`, and it publishes the fields to functions that use the
//! struct (see [`crate::transport`]). The tangent type of a field is written out where the
//! field's type can be read ([`tangent`]): `f64` stays `f64`, `Vec<[f64; 3]>` stays itself, what
//! holds no floats becomes `()`. Anything else is left to the trait:
//! `<Field as Differentiable>::Tangent`. If a name in it does not mean what it seems to (the user's
//! own `Vec`), the implementation does not type-check, by itself or by a witness
//! (`let _: PhantomData<::std::string::String> = PhantomData::<String>`): nothing is guessed silently.

mod enums;
mod read;
mod tangent;
#[cfg(test)]
mod tests;

use crate::diagnostics::{Diagnostics, SourceSpan};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use read::Derivable;
use std::collections::HashSet;
use syn::{Field, Fields, GenericParam, ItemStruct, Type};
use tangent::{Tangent, canonical, is_shared};

/// Expands `#[derive(Differentiable)]` on an item.
pub fn expand(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let expanded = read::item(item, &mut diagnostics).map(|item| match item {
        Derivable::Struct(item) => read::read(item, &mut diagnostics).expand(),
        Derivable::Enum(item) => enums::expand(&item, &mut diagnostics),
    });
    let expanded = expanded.filter(|_| diagnostics.is_empty());
    expanded.unwrap_or_else(|| diagnostics.into_compile_errors())
}

/// A struct, read: everything that expansion needs.
struct Definition {
    item: ItemStruct,
    /// Where core is.
    core: TokenStream,
    /// Name of the tangent struct.
    tangent: Ident,
    fields: Vec<FieldDefinition>,
    /// Type parameters bounded by `Float`.
    floats: HashSet<String>,
}

/// One field.
struct FieldDefinition {
    field: Field,
    /// As in `self.name` or `self.0`.
    member: syn::Member,
    /// The member's name in messages.
    text: String,
    /// Its type in the tangent struct.
    tangent: Tangent,
    /// `#[differentiable(skip)]`, or without floats as far as one can see.
    passive: bool,
    /// `#[differentiable(skip)]`.
    skip: bool,
}

/// Whether `name` occurs among the tokens.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Whether what was taken for a type without floats is one is for rustc to say.
fn witness(ty: &Type) -> TokenStream {
    let canonical = canonical(ty);
    quote_spanned! {crate::edition::root()=>
        let _: ::core::marker::PhantomData<#canonical> = ::core::marker::PhantomData::<#ty>;
    }
}

/// The name of a generic parameter, of a lifetime without its quote.
fn parameter_name(parameter: &GenericParam) -> String {
    match parameter {
        GenericParam::Lifetime(lifetime) => lifetime.lifetime.ident.to_string(),
        GenericParam::Type(ty) => ty.ident.to_string(),
        GenericParam::Const(constant) => constant.ident.to_string(),
    }
}

impl Definition {
    fn expand(&self) -> TokenStream {
        let tangent = self.tangent_struct();
        let differentiable = self.differentiable();
        let parameters = self.parameters();
        let published = crate::transport::publish_struct(&self.item);
        let assertions = self.assertions();
        quote!(#tangent #differentiable #parameters #assertions #published)
    }

    /// The generic parameters that the tangent struct's fields mention.
    fn kept_parameters(&self) -> Vec<&GenericParam> {
        let used: TokenStream = self.fields.iter().map(|f| f.tangent.tokens.clone()).collect();
        let is_used =
            |parameter: &&GenericParam| mentions(used.clone(), &parameter_name(parameter));
        self.item.generics.params.iter().filter(is_used).collect()
    }

    /// The parameters of the type as they stand in `impl<…>` and in `Name<…>`.
    fn declared_and_applied(parameters: &[&GenericParam]) -> (Vec<TokenStream>, Vec<TokenStream>) {
        parameters
            .iter()
            .map(|parameter| match parameter {
                GenericParam::Lifetime(lifetime) => {
                    (quote!(#lifetime), lifetime.lifetime.to_token_stream())
                }
                GenericParam::Type(ty) => {
                    let (name, bounds) = (&ty.ident, &ty.bounds);
                    (quote!(#name: #bounds), quote!(#name))
                }
                GenericParam::Const(constant) => {
                    let (name, ty) = (&constant.ident, &constant.ty);
                    (quote!(const #name: #ty), quote!(#name))
                }
            })
            .unzip()
    }

    /// The types left to the trait that the implementations are conditional on: those that depend on a
    /// type parameter, and those that the struct holds directly. With the latter, a type that is not
    /// differentiable is one error ([`Self::assertions`]) instead of one for each mention; types in a
    /// `Vec` are left out, since `struct Tree { children: Vec<Tree> }` would need itself.
    fn conditions(&self) -> Vec<(bool, &Type)> {
        let leaves = self.fields.iter().flat_map(|field| &field.tangent.by_trait);
        let with_generics = leaves.map(|leaf| (self.is_generic(&leaf.ty), leaf));
        let conditions = with_generics.filter(|(generic, leaf)| *generic || !leaf.indirect);
        conditions.map(|(generic, leaf)| (generic, &leaf.ty)).collect()
    }

    /// Whether the type depends on a type parameter.
    fn is_generic(&self, ty: &Type) -> bool {
        let mut parameters = self.item.generics.type_params();
        parameters.any(|parameter| mentions(ty.to_token_stream(), &parameter.ident.to_string()))
    }

    /// The struct's own `where` predicates, and `Type: Trait` for [`Self::conditions`].
    fn predicates(&self, bound: &str) -> Vec<TokenStream> {
        let core = &self.core;
        let bound = format_ident!("{bound}");
        let written = self.item.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let mut predicates: Vec<TokenStream> =
            written.map(|predicate| predicate.to_token_stream()).collect();
        for (generic, ty) in self.conditions() {
            // `for<'…>` makes rustc take the bound for one that may or may not hold.
            let maybe = (!generic).then(|| quote!(for<'__any>));
            predicates.push(quote!(#maybe #ty: #core::#bound));
        }
        predicates
    }

    /// An error on each type that the struct holds directly and that is not differentiable.
    fn assertions(&self) -> TokenStream {
        let core = &self.core;
        let direct = self.conditions().into_iter().filter(|(generic, ty)| {
            let mut lifetimes = self.item.generics.lifetimes();
            let names = |name: &Ident| mentions(ty.to_token_stream(), &name.to_string());
            let mut constants = self.item.generics.const_params();
            !generic
                && !lifetimes.any(|parameter| names(&parameter.lifetime.ident))
                && !constants.any(|parameter| names(&parameter.ident))
        });
        direct
            .map(|(_, ty)| {
                let call = quote_spanned!(SourceSpan::of(ty).start=> is_differentiable::<#ty>());
                quote! {
                    const _: fn() = || {
                        fn is_differentiable<T: #core::Differentiable>() {}
                        #call;
                    };
                }
            })
            .collect()
    }

    fn tangent_struct(&self) -> TokenStream {
        let (name, tangent, visibility) = (&self.item.ident, &self.tangent, &self.item.vis);
        let kept = self.kept_parameters();
        let (declared, _) = Self::declared_and_applied(&kept);
        let kept_names: Vec<String> = kept.iter().map(|kept| parameter_name(kept)).collect();
        let all_names = self.item.generics.params.iter().map(parameter_name);
        let dropped: Vec<String> = all_names.filter(|name| !kept_names.contains(name)).collect();
        let mut predicates = self.predicates("Differentiable");
        predicates
            .retain(|predicate| !dropped.iter().any(|name| mentions(predicate.clone(), name)));
        let where_clause = quote!(where #(#predicates,)*);
        let generics = quote!(<#(#declared),*>);

        let fields =
            self.fields.iter().map(|FieldDefinition { field, text, tangent, passive, .. }| {
                let (visibility, ty) = (&field.vis, &tangent.tokens);
                let doc = if *passive {
                    format!(" Nothing: `{text}` of [`{name}`] takes no part in derivatives.")
                } else {
                    format!(" The derivative with respect to `{text}` of [`{name}`].")
                };
                match &field.ident {
                    Some(ident) => quote!(#[doc = #doc] #visibility #ident: #ty),
                    None => quote!(#[doc = #doc] #visibility #ty),
                }
            });
        let body = match &self.item.fields {
            Fields::Named(_) => quote!(#where_clause { #(#fields),* }),
            Fields::Unnamed(_) => quote!((#(#fields),*) #where_clause;),
            Fields::Unit => quote!(#where_clause;),
        };
        let doc = format!(
            " A derivative with respect to a [`{name}`]: one float for each of its floats, in the same fields."
        );
        let copy = self.fields.iter().all(|field| field.tangent.copy);
        let default = self.fields.iter().all(|field| field.tangent.default);
        let copy = copy.then(|| quote_spanned!(crate::edition::root()=> ::core::marker::Copy,));
        let default =
            default.then(|| quote_spanned!(crate::edition::root()=> ::core::default::Default,));
        // A derived `Clone` would ask for more than the trait promises, and repeat the conditions.
        let (derived, implemented) = if self.conditions().is_empty() {
            let derived = quote_spanned!(crate::edition::root()=> ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq,);
            (derived, TokenStream::new())
        } else {
            let (declared, applied) = Self::declared_and_applied(&kept);
            let ty = quote!(#tangent<#(#applied),*>);
            let generics = quote!(<#(#declared),*>);
            (TokenStream::new(), self.implemented_by_hand(&generics, &ty, &where_clause))
        };
        let derived = quote!(#derived #copy #default);
        let derived = (!derived.is_empty()).then(|| quote!(#[derive(#derived)]));
        quote! {
            #[doc = #doc]
            #derived
            #[allow(dead_code, private_bounds, non_camel_case_types, non_snake_case, clippy::all)]
            #visibility struct #tangent #generics #body
            #implemented
        }
    }

    /// `Clone`, `Debug` and `PartialEq` of a generic tangent struct.
    fn implemented_by_hand(
        &self,
        generics: &TokenStream,
        ty: &TokenStream,
        where_clause: &TokenStream,
    ) -> TokenStream {
        let name = self.tangent.to_string();
        let members: Vec<_> = self.fields.iter().map(|field| &field.member).collect();
        let texts = self.fields.iter().map(|field| &field.text);
        quote! {
            #[automatically_derived]
            #[allow(private_bounds)]
            impl #generics ::core::clone::Clone for #ty #where_clause {
                fn clone(&self) -> Self {
                    Self { #(#members: ::core::clone::Clone::clone(&self.#members),)* }
                }
            }
            #[automatically_derived]
            #[allow(private_bounds)]
            impl #generics ::core::fmt::Debug for #ty #where_clause {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#name)#(.field(#texts, &self.#members))*.finish()
                }
            }
            #[automatically_derived]
            #[allow(private_bounds)]
            impl #generics ::core::cmp::PartialEq for #ty #where_clause {
                fn eq(&self, other: &Self) -> bool {
                    true #(&& self.#members == other.#members)*
                }
            }
        }
    }

    fn differentiable(&self) -> TokenStream {
        let core = &self.core;
        let (header, tangent, predicates) = self.header("Differentiable");
        let members: Vec<_> = self.fields.iter().map(|field| &field.member).collect();
        let zeros = self.fields.iter().map(|FieldDefinition { member, passive, field, .. }| {
            let ty = &field.ty;
            if *passive {
                quote!(())
            } else {
                quote!(<#ty as #core::Differentiable>::zero_tangent(&self.#member))
            }
        });
        let empty = self.fields.iter().map(|FieldDefinition { passive, field, .. }| {
            let ty = &field.ty;
            match passive {
                true => quote!(()),
                false => quote!(<#ty as #core::Differentiable>::empty_tangent()),
            }
        });
        let resets = self.fields.iter().filter(|field| !field.passive).map(|field| {
            let (member, text, ty) = (&field.member, &field.text, &field.field.ty);
            quote! {
                <#ty as #core::Differentiable>::set_zero(
                    &self.#member,
                    &mut tangent.#member,
                    #core::ParameterPath::Field(&path, #text),
                );
            }
        });
        let constructor = &self.tangent;
        let seen = self.fields.iter().filter(|field| field.passive && !field.skip);
        let witnesses = seen.map(|field| witness(&field.field.ty));
        quote! {
            #[automatically_derived]
            #[allow(unused_variables, deprecated, private_bounds, clippy::all)]
            impl #header where #(#predicates,)* {
                type Tangent = #tangent;

                fn zero_tangent(&self) -> Self::Tangent {
                    #(#witnesses)*
                    #constructor { #(#members: #zeros,)* }
                }

                #[inline]
                fn empty_tangent() -> Self::Tangent {
                    #constructor { #(#members: #empty,)* }
                }

                fn set_zero(&self, tangent: &mut Self::Tangent, path: #core::ParameterPath<'_>) {
                    #(#resets)*
                }
            }
        }
    }

    fn parameters(&self) -> TokenStream {
        if self.fields.iter().any(|field| !field.passive && is_shared(&field.field.ty)) {
            return TokenStream::new();
        }
        let core = &self.core;
        let (header, _, predicates) = self.header("Parameters");
        let walks = self.fields.iter().filter(|field| !field.passive).map(|field| {
            let (member, text, ty) = (&field.member, &field.text, &field.field.ty);
            quote! {
                <#ty as #core::Parameters>::walk(
                    &mut self.#member,
                    &gradient.#member,
                    #core::ParameterPath::Field(&path, #text),
                    visitor,
                );
            }
        });
        quote! {
            #[automatically_derived]
            #[allow(unused_variables, deprecated, private_bounds, clippy::all)]
            impl #header where #(#predicates,)* {
                fn walk(
                    &mut self,
                    gradient: &Self::Tangent,
                    path: #core::ParameterPath<'_>,
                    visitor: &mut impl #core::Visitor,
                ) {
                    #(#walks)*
                }
            }
        }
    }

    /// `<…> Trait for Name<…>`, the tangent type, and the `where` predicates.
    fn header(&self, implemented: &str) -> (TokenStream, TokenStream, Vec<TokenStream>) {
        let (core, name, tangent) = (&self.core, &self.item.ident, &self.tangent);
        let all: Vec<&GenericParam> = self.item.generics.params.iter().collect();
        let (declared, applied) = Self::declared_and_applied(&all);
        let (_, kept) = Self::declared_and_applied(&self.kept_parameters());
        let mut predicates = self.predicates(implemented);
        // `T: Float` may be another crate's `Float`: say what is needed of it.
        for float in self.item.generics.type_params().map(|parameter| &parameter.ident) {
            if self.floats.contains(&float.to_string()) {
                predicates.push(quote!(#float: #core::Float));
            }
        }
        let implemented = format_ident!("{implemented}");
        (
            quote!(<#(#declared),*> #core::#implemented for #name<#(#applied),*>),
            quote!(#tangent<#(#kept),*>),
            predicates,
        )
    }
}
