//! Code that calls a function of any signature with arguments out of trees.

use crate::rewrite::Rewriter;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Token, parse_quote};

/// Over which numbers the function to call is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// `f64` and `f32`.
    Plain,
    /// `Dual` and `Dual32`.
    Dual,
}

/// A parameter of a function to call.
pub(crate) struct Parameter {
    /// The variable that holds the argument.
    pub(crate) variable: Ident,
    /// The type by value: a `Vec` for a slice, the referent for a reference.
    pub(crate) owned: syn::Type,
    /// `&` or `&mut`: whether it is mutable.
    pub(crate) reference: Option<bool>,
    /// Whether it is differentiated.
    pub(crate) active: bool,
}

impl Parameter {
    /// The argument in the call.
    pub(crate) fn argument(&self) -> TokenStream {
        let variable = &self.variable;
        match self.reference {
            None => quote!(#variable.clone()),
            Some(false) => quote!(&#variable),
            Some(true) => quote!(&mut #variable),
        }
    }

    /// The type of its gradient: `()` for what holds no floats.
    pub(crate) fn gradient(&self) -> syn::Type {
        tangent(&self.owned)
    }

    /// Whether it is behind `&mut` and holds floats.
    pub(crate) fn is_output(&self) -> bool {
        self.reference == Some(true) && holds_floats(&self.owned.to_token_stream())
    }
}

/// The type of derivatives of a type: `()` for what holds no floats.
pub(crate) fn tangent(ty: &syn::Type) -> syn::Type {
    let mut ty = ty.clone();
    Zeros.visit_type_mut(&mut ty);
    ty
}

/// Replaces types without floats by `()`.
struct Zeros;

impl VisitMut for Zeros {
    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if let syn::Type::Path(path) = ty
            && let Some(ident) = path.path.get_ident()
            && (ident.to_string().starts_with(['i', 'u']) || ident == "bool")
        {
            *ty = parse_quote!(());
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
}

/// Puts the generic arguments of a sample in place of the parameters.
pub(crate) struct Substitution(HashMap<Ident, TokenStream>);

impl Substitution {
    /// The parameters of `generics` in order, as `arguments`.
    pub(crate) fn new(generics: &syn::Generics, arguments: &[TokenStream]) -> Self {
        let names = generics.params.iter().filter_map(|parameter| match parameter {
            syn::GenericParam::Type(parameter) => Some(parameter.ident.clone()),
            syn::GenericParam::Const(parameter) => Some(parameter.ident.clone()),
            syn::GenericParam::Lifetime(_) => None,
        });
        Self(names.zip(arguments.iter().cloned()).collect())
    }

    pub(crate) fn apply(&self, tokens: TokenStream) -> TokenStream {
        tokens
            .into_iter()
            .map(|token| match token {
                proc_macro2::TokenTree::Ident(ident) => match self.0.get(&ident) {
                    Some(argument) => argument.clone(),
                    None => ident.into_token_stream(),
                },
                proc_macro2::TokenTree::Group(group) => {
                    let stream = self.apply(group.stream());
                    proc_macro2::Group::new(group.delimiter(), stream).into_token_stream()
                }
                other => other.into_token_stream(),
            })
            .collect()
    }
}

/// The parameters of a function; `wrt` names the active ones, `None` makes active all with floats.
pub(crate) fn parameters(
    signature: &syn::Signature,
    wrt: Option<&[Ident]>,
    substitution: &Substitution,
) -> syn::Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    for (index, input) in signature.inputs.iter().enumerate() {
        let syn::FnArg::Typed(input) = input else {
            return Err(syn::Error::new_spanned(input, "the oracle calls free functions"));
        };
        let name = match &*input.pat {
            syn::Pat::Ident(pattern) => Some(pattern.ident.clone()),
            _ => None,
        };
        let ty: syn::Type = syn::parse2(substitution.apply(input.ty.to_token_stream()))?;
        let (owned, reference) = match ty {
            syn::Type::Reference(reference) => {
                let owned = match *reference.elem {
                    syn::Type::Slice(slice) => {
                        let element = slice.elem;
                        parse_quote!(::std::vec::Vec<#element>)
                    }
                    other => other,
                };
                (owned, Some(reference.mutability.is_some()))
            }
            other => (other, None),
        };
        let holds_floats = holds_floats(&owned.to_token_stream());
        let active = match wrt {
            Some(wrt) => name.as_ref().is_some_and(|name| wrt.contains(name)),
            None => holds_floats,
        };
        let variable = format_ident!("argument_{index}");
        parameters.push(Parameter { variable, owned, reference, active });
    }
    Ok(parameters)
}

/// Whether a type may hold floats: it names a float type or a struct.
pub(crate) fn holds_floats(ty: &TokenStream) -> bool {
    ty.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => {
            let name = ident.to_string();
            let capital = name.starts_with(char::is_uppercase);
            matches!(name.as_str(), "f32" | "f64")
                || (capital && !matches!(name.as_str(), "Vec" | "Option"))
        }
        proc_macro2::TokenTree::Group(group) => holds_floats(&group.stream()),
        _ => false,
    })
}

/// The names in `wrt(…)` of the arguments of `#[differentiate(…)]` or `#[oracle(…)]`.
pub(crate) fn wrt(options: &TokenStream) -> Option<Vec<Ident>> {
    named_list(options, "wrt")
}

/// The names in `word(…)` among the arguments of an attribute.
pub(crate) fn named_list(options: &TokenStream, word: &str) -> Option<Vec<Ident>> {
    use syn::parse::Parser;
    let metas =
        Punctuated::<syn::Meta, Token![,]>::parse_terminated.parse2(options.clone()).ok()?;
    metas.iter().find_map(|meta| match meta {
        syn::Meta::List(list) if list.path.is_ident(word) => list
            .parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)
            .ok()
            .map(|names| names.into_iter().collect()),
        _ => None,
    })
}

/// Reads every argument from `inputs` into its variable.
pub(crate) fn read_arguments(parameters: &[Parameter], numbers: Numbers) -> TokenStream {
    let reads = parameters.iter().enumerate().map(|(index, parameter)| {
        let variable = &parameter.variable;
        let mut owned = parameter.owned.clone();
        if numbers == Numbers::Dual {
            Rewriter::new(HashMap::new()).ty(&mut owned);
        }
        let active = parameter.active;
        quote! {
            cursor.set_active(#active);
            #[allow(unused_mut)]
            let mut #variable: #owned =
                ::autodiff_oracle_runtime::Data::read(&inputs[#index], &mut cursor);
        }
    });
    quote!(#(#reads)*)
}

/// The body of `|inputs: &[Tree], cursor: Cursor, part: Part| -> Tree`: calls the function and
/// gives a list of the result and of what is behind `&mut` parameters at exit.
pub(crate) fn call(
    function: &TokenStream,
    parameters: &[Parameter],
    numbers: Numbers,
) -> TokenStream {
    let reads = read_arguments(parameters, numbers);
    let arguments = parameters.iter().map(Parameter::argument);
    let mutated = mutated(parameters);
    quote! {{
        let mut cursor = cursor;
        #reads
        let result = #function(#(#arguments),*);
        #[allow(unused_mut)]
        let mut outputs = ::std::vec![::autodiff_oracle_runtime::Data::write(&result, part)];
        #(outputs.push(::autodiff_oracle_runtime::Data::write(&#mutated, part));)*
        ::autodiff_oracle_runtime::Tree::List(outputs)
    }}
}

/// The variables behind `&mut` parameters.
pub(crate) fn mutated(parameters: &[Parameter]) -> impl Iterator<Item = &Ident> {
    parameters
        .iter()
        .filter(|parameter| parameter.reference == Some(true))
        .map(|parameter| &parameter.variable)
}

/// `impl Data` for a struct with named or numbered fields.
pub(crate) fn data_for(path: &TokenStream, item: &syn::ItemStruct) -> TokenStream {
    let members: Vec<syn::Member> = item.fields.members().collect();
    let indices = 0..members.len();
    quote! {
        impl ::autodiff_oracle_runtime::Data for #path {
            fn read(
                tree: &::autodiff_oracle_runtime::Tree,
                cursor: &mut ::autodiff_oracle_runtime::Cursor,
            ) -> Self {
                let ::autodiff_oracle_runtime::Tree::List(items) = tree else {
                    panic!("not a struct: {tree:?}")
                };
                Self { #(#members: ::autodiff_oracle_runtime::Data::read(&items[#indices], cursor)),* }
            }
            fn write(&self, part: ::autodiff_oracle_runtime::Part) -> ::autodiff_oracle_runtime::Tree {
                ::autodiff_oracle_runtime::Tree::List(::std::vec![
                    #(::autodiff_oracle_runtime::Data::write(&self.#members, part)),*
                ])
            }
        }
    }
}
