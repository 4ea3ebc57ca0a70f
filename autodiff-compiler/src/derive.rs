//! `#[derive(Differentiable)]`: the tangent struct and the implementations of core's traits.
//!
//! For `struct Name` it makes `struct NameTangent`, with the same fields and visibility, and
//! `Differentiable` and `Parameters` for `Name`. The tangent type of a field is written out where the
//! field's type can be read ([`tangent_type`]): `f64` stays `f64`, `Vec<[f64; 3]>` stays itself, what
//! holds no floats becomes `()`. Anything else is left to the trait:
//! `<Field as Differentiable>::Tangent`. If a name in it does not mean what it seems to (the user's
//! own `Vec`), the implementation does not type-check: nothing is guessed silently.

use crate::diagnostics::{Diagnostics, SourceSpan};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Field, Fields, GenericArgument, GenericParam, Item, ItemStruct, Lit};
use syn::{Path, PathArguments, Token, Type, TypeParamBound, WherePredicate};

/// Primitive and std types that hold no floats, by name.
const PASSIVE: &[&str] = &[
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "bool",
    "char",
    "str",
    "String",
    "PhantomData",
];

/// Types built from their type arguments alone: passive if these are.
const CONTAINERS: &[&str] = &["Vec", "Box", "Option", "Rc", "Arc"];

/// Expands `#[derive(Differentiable)]` on an item.
pub fn expand(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let expanded = read(item, &mut diagnostics)
        .map(|definition| definition.expand())
        .filter(|_| diagnostics.is_empty());
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
}

/// A tangent type, and what is known about it.
struct Tangent {
    tokens: TokenStream,
    /// It is, or is made of, primitive floats and `()` alone, by value.
    copy: bool,
    /// `Default` is known to be implemented.
    default: bool,
    /// The types in it that the trait is asked for.
    by_trait: Vec<Type>,
}

fn read(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Definition> {
    let item = match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => item,
        Ok(Item::Enum(item)) => {
            diagnostics.error(
                item.enum_token.span,
                "`Differentiable` cannot be derived for an enum",
                "a derivative needs the same floats for every value; use a struct with the floats, \
                 and the enum as one of its fields with `#[differentiable(skip)]`"
                    .to_owned(),
            );
            return None;
        }
        Ok(Item::Union(item)) => {
            diagnostics.error(
                item.union_token.span,
                "`Differentiable` cannot be derived for a union",
                "use a struct".to_owned(),
            );
            return None;
        }
        Ok(other) => {
            diagnostics.error(
                SourceSpan::of(&other),
                "`Differentiable` can only be derived for a struct",
                None,
            );
            return None;
        }
        Err(error) => {
            diagnostics.syntax_error(error);
            return None;
        }
    };
    let mut core = quote!(::autodiff_core);
    let mut tangent = format_ident!("{}Tangent", item.ident);
    read_attributes(&item.attrs, diagnostics, |meta| {
        if meta.path.is_ident("crate") {
            let path: Path = meta.value()?.parse()?;
            core = path.into_token_stream();
            Ok(true)
        } else if meta.path.is_ident("tangent") {
            tangent = meta.value()?.parse()?;
            Ok(true)
        } else {
            Ok(false)
        }
    });
    let floats = float_parameters(&item);
    let mut fields = Vec::new();
    for (index, field) in item.fields.iter().enumerate() {
        let mut skip = false;
        read_attributes(&field.attrs, diagnostics, |meta| {
            skip |= meta.path.is_ident("skip");
            Ok(meta.path.is_ident("skip"))
        });
        let member = match &field.ident {
            Some(name) => syn::Member::Named(name.clone()),
            None => syn::Member::Unnamed(syn::Index::from(index)),
        };
        let text = match &field.ident {
            Some(name) => name.unraw().to_string(),
            None => index.to_string(),
        };
        let passive = skip || is_passive(&field.ty);
        let tangent =
            if passive { Tangent::unit() } else { tangent_type(&field.ty, &floats, &core) };
        fields.push(FieldDefinition { field: field.clone(), member, text, tangent, passive });
    }
    Some(Definition { item, core, tangent, fields, floats })
}

/// Reads `#[differentiable(…)]`; `accept` says whether it knows an argument.
fn read_attributes(
    attributes: &[Attribute],
    diagnostics: &mut Diagnostics,
    mut accept: impl FnMut(&syn::meta::ParseNestedMeta) -> syn::Result<bool>,
) {
    for attribute in attributes.iter().filter(|a| a.path().is_ident("differentiable")) {
        let result = attribute.parse_nested_meta(|meta| {
            if accept(&meta)? {
                return Ok(());
            }
            Err(meta.error(
                "unknown argument\nhelp: `#[differentiable(…)]` takes `skip` on a field, \
                 `tangent = Name` and `crate = path` on the struct",
            ))
        });
        if let Err(error) = result {
            diagnostics.syntax_error(error);
        }
    }
}

/// Names of the type parameters with a bound whose last segment is `Float`.
fn float_parameters(item: &ItemStruct) -> HashSet<String> {
    let is_float = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|segment| segment.ident == "Float")
            }
            _ => false,
        })
    };
    let inline = item.generics.type_params().filter(|parameter| is_float(&parameter.bounds));
    let mut names: HashSet<String> = inline.map(|parameter| parameter.ident.to_string()).collect();
    for predicate in item.generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && let Type::Path(bounded) = &predicate.bounded_ty
            && let Some(name) = bounded.path.get_ident()
            && is_float(&predicate.bounds)
        {
            names.insert(name.to_string());
        }
    }
    names
}

/// Whether a type is seen to hold no floats.
fn is_passive(ty: &Type) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            let Some(segment) = path.path.segments.last() else { return false };
            if PASSIVE.iter().any(|name| segment.ident == name) {
                return true;
            }
            CONTAINERS.iter().any(|name| segment.ident == name)
                && type_arguments(&segment.arguments).is_some_and(|mut t| t.all(is_passive))
        }
        Type::Array(array) => is_passive(&array.elem),
        Type::Slice(slice) => is_passive(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_passive),
        Type::Reference(reference) => is_passive(&reference.elem),
        Type::Group(group) => is_passive(&group.elem),
        Type::Paren(paren) => is_passive(&paren.elem),
        Type::BareFn(_) => true,
        _ => false,
    }
}

/// The types in `<A, B>`; `None` without angle brackets or with anything else in them.
fn type_arguments(arguments: &PathArguments) -> Option<impl Iterator<Item = &Type>> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    let types: Option<Vec<&Type>> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect();
    types.map(Vec::into_iter)
}

impl Tangent {
    fn unit() -> Self {
        Tangent { tokens: quote!(()), copy: true, default: true, by_trait: Vec::new() }
    }
}

/// The tangent type of a type that may hold floats.
fn tangent_type(ty: &Type, floats: &HashSet<String>, core: &TokenStream) -> Tangent {
    if is_passive_element(ty) {
        return Tangent::unit();
    }
    match ty {
        Type::Group(group) => tangent_type(&group.elem, floats, core),
        Type::Paren(paren) => tangent_type(&paren.elem, floats, core),
        Type::Path(path) if path.qself.is_none() => {
            if let Some(name) = path.path.get_ident() {
                if name == "f32" || name == "f64" {
                    let tokens = quote!(#name);
                    return Tangent { tokens, copy: true, default: true, by_trait: Vec::new() };
                }
                if floats.contains(&name.to_string()) {
                    let tokens = quote!(#name);
                    return Tangent { tokens, copy: true, default: true, by_trait: Vec::new() };
                }
            }
            let vec = path.path.segments.last().filter(|segment| segment.ident == "Vec");
            if let Some(segment) = vec
                && let Some(arguments) = type_arguments(&segment.arguments)
                && let [element] = arguments.collect::<Vec<_>>()[..]
            {
                let Tangent { tokens, by_trait, .. } = tangent_type(element, floats, core);
                let tokens = quote!(::std::vec::Vec<#tokens>);
                return Tangent { tokens, copy: false, default: true, by_trait };
            }
            Tangent {
                tokens: quote!(<#ty as #core::Differentiable>::Tangent),
                copy: false,
                default: false,
                by_trait: vec![ty.clone()],
            }
        }
        Type::Array(array) => {
            let inner = tangent_type(&array.elem, floats, core);
            let (element, length) = (&inner.tokens, &array.len);
            let short = match length {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Int(digits) => digits.base10_parse::<u64>().is_ok_and(|n| n <= 32),
                    _ => false,
                },
                _ => false,
            };
            Tangent {
                tokens: quote!([#element; #length]),
                copy: inner.copy,
                default: inner.default && short,
                by_trait: inner.by_trait,
            }
        }
        Type::Tuple(tuple) => {
            let elements: Vec<Tangent> =
                tuple.elems.iter().map(|ty| tangent_type(ty, floats, core)).collect();
            let tokens = elements.iter().map(|element| &element.tokens);
            Tangent {
                tokens: quote!((#(#tokens,)*)),
                copy: elements.iter().all(|element| element.copy),
                default: elements.iter().all(|element| element.default),
                by_trait: elements.into_iter().flat_map(|element| element.by_trait).collect(),
            }
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => {
                let Tangent { tokens, by_trait, .. } = tangent_type(&slice.elem, floats, core);
                let tokens = quote!(::std::vec::Vec<#tokens>);
                Tangent { tokens, copy: false, default: true, by_trait }
            }
            referent => tangent_type(referent, floats, core),
        },
        other => Tangent {
            tokens: quote!(<#other as #core::Differentiable>::Tangent),
            copy: false,
            default: false,
            by_trait: vec![other.clone()],
        },
    }
}

/// Inside a composite type, core's traits decide: only a type whose own tangent is `()` becomes `()`
/// there (an array of integers in a tuple is an array of `()`).
fn is_passive_element(ty: &Type) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() => path
            .path
            .segments
            .last()
            .is_some_and(|segment| PASSIVE.iter().any(|name| segment.ident == name)),
        Type::Group(group) => is_passive_element(&group.elem),
        Type::Paren(paren) => is_passive_element(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    }
}

/// Whether `name` occurs among the tokens.
fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Whether the type holds a shared reference to what may be floats: nothing can step it in place.
fn is_shared(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            !is_passive(ty) && (reference.mutability.is_none() || is_shared(&reference.elem))
        }
        Type::Array(array) => is_shared(&array.elem),
        Type::Slice(slice) => is_shared(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_shared),
        Type::Group(group) => is_shared(&group.elem),
        Type::Paren(paren) => is_shared(&paren.elem),
        Type::Path(path) => path.path.segments.iter().any(|segment| {
            type_arguments(&segment.arguments).is_some_and(|mut types| types.any(is_shared))
        }),
        _ => false,
    }
}

impl Definition {
    fn expand(&self) -> TokenStream {
        let tangent = self.tangent_struct();
        let differentiable = self.differentiable();
        let parameters = self.parameters();
        quote!(#tangent #differentiable #parameters)
    }

    /// The generic parameters that the tangent struct's fields mention.
    fn kept_parameters(&self) -> Vec<&GenericParam> {
        let used: TokenStream = self.fields.iter().map(|f| f.tangent.tokens.clone()).collect();
        let is_used = |parameter: &&GenericParam| {
            let name = match parameter {
                GenericParam::Lifetime(lifetime) => &lifetime.lifetime.ident,
                GenericParam::Type(ty) => &ty.ident,
                GenericParam::Const(constant) => &constant.ident,
            };
            mentions(used.clone(), &name.to_string())
        };
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

    /// The types left to the trait that depend on a type parameter.
    fn generic_leaves(&self) -> Vec<&Type> {
        let depends = |ty: &&Type| {
            self.item
                .generics
                .type_params()
                .any(|parameter| mentions(ty.to_token_stream(), &parameter.ident.to_string()))
        };
        self.fields.iter().flat_map(|field| &field.tangent.by_trait).filter(depends).collect()
    }

    /// The struct's own `where` predicates, and `Type: Trait` for types left to the trait that depend
    /// on a type parameter.
    fn predicates(&self, bound: &str) -> Vec<TokenStream> {
        let core = &self.core;
        let bound = format_ident!("{bound}");
        let written = self.item.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let mut predicates: Vec<TokenStream> =
            written.map(|predicate| predicate.to_token_stream()).collect();
        for ty in self.generic_leaves() {
            predicates.push(quote!(#ty: #core::#bound));
        }
        predicates
    }

    fn tangent_struct(&self) -> TokenStream {
        let (name, tangent, visibility) = (&self.item.ident, &self.tangent, &self.item.vis);
        let kept = self.kept_parameters();
        let (declared, _) = Self::declared_and_applied(&kept);
        let dropped: Vec<String> = self
            .item
            .generics
            .type_params()
            .map(|parameter| &parameter.ident)
            .filter(|name| {
                !kept.iter().any(|k| matches!(k, GenericParam::Type(t) if &t.ident == *name))
            })
            .map(Ident::to_string)
            .collect();
        let predicates = self.predicates("Differentiable").into_iter().filter(|predicate| {
            let lifetimes =
                self.item.generics.lifetimes().any(|lifetime| {
                    mentions(predicate.clone(), &lifetime.lifetime.ident.to_string())
                });
            !lifetimes && !dropped.iter().any(|name| mentions(predicate.clone(), name))
        });
        let predicates: Vec<TokenStream> = predicates.collect();
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
        let copy = copy.then(|| quote!(::core::marker::Copy,));
        let default = default.then(|| quote!(::core::default::Default,));
        // For generic fields a derived `Clone` would ask for more than the trait promises.
        let (derived, implemented) = if self.generic_leaves().is_empty() {
            let derived = quote!(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq,);
            (derived, TokenStream::new())
        } else {
            let (declared, applied) = Self::declared_and_applied(&kept);
            let ty = quote!(#tangent<#(#applied),*>);
            let generics = quote!(<#(#declared),*>);
            (TokenStream::new(), self.implemented_by_hand(&generics, &ty, &where_clause))
        };
        quote! {
            #[doc = #doc]
            #[derive(#derived #copy #default)]
            #[allow(dead_code, clippy::all)]
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
            impl #generics ::core::clone::Clone for #ty #where_clause {
                fn clone(&self) -> Self {
                    Self { #(#members: ::core::clone::Clone::clone(&self.#members),)* }
                }
            }
            #[automatically_derived]
            impl #generics ::core::fmt::Debug for #ty #where_clause {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#name)#(.field(#texts, &self.#members))*.finish()
                }
            }
            #[automatically_derived]
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
        quote! {
            #[automatically_derived]
            #[allow(unused_variables, deprecated, clippy::all)]
            impl #header where #(#predicates,)* {
                type Tangent = #tangent;

                fn zero_tangent(&self) -> Self::Tangent {
                    #constructor { #(#members: #zeros,)* }
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
            #[allow(unused_variables, deprecated, clippy::all)]
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
