//! Signatures, and what a function needs to know from outside its body.

use super::types::{path_text, type_arguments};
use super::{TypeContext, read_type, run};
use crate::diagnostics::Diagnostics;
use crate::hir::Body;
use crate::known;
use crate::options::Options;
use crate::signature::{Environment, FunctionSignature};
use crate::types::Type;

/// Reads a signature. Which parameters are active follows from `options` and the types: those named
/// in `wrt`, or every one that holds floats.
pub fn signature_of(
    signature: &syn::Signature,
    options: &Options,
    context: &TypeContext<'_>,
) -> FunctionSignature {
    let mut context = context.clone();
    context.add_generics(&signature.generics);
    let parameters: Vec<_> =
        signature.inputs.iter().map(|input| parameter_type(input, &context)).collect();
    let result = match &signature.output {
        syn::ReturnType::Default => Type::Unit,
        syn::ReturnType::Type(_, ty) => read_type(ty, &context),
    };
    let active = options.active(&signature.inputs, &parameters);
    let float_parameters = context.float_parameters().to_vec();
    let prefix = options.name.as_deref().map(Into::into);
    FunctionSignature {
        parameters,
        result,
        active,
        float_parameters,
        prefix,
        ..FunctionSignature::default()
    }
}

/// The type of a parameter; of `self` too.
pub(super) fn parameter_type(input: &syn::FnArg, context: &TypeContext<'_>) -> Type {
    match input {
        // `syn` writes out the type of `self`, `&self` and `&mut self`.
        syn::FnArg::Receiver(receiver) => read_type(&receiver.ty, context),
        syn::FnArg::Typed(parameter) => read_type(&parameter.ty, context),
    }
}

/// Paths outside of a function that may stand for something annotated. Generic arguments are dropped;
/// the same path occurs once.
#[derive(Clone, Default)]
pub struct External {
    /// Called functions, and functions passed by path. Methods by path (`Point::new`) are not
    /// among them.
    pub functions: Vec<syn::Path>,
    /// Paths of struct literals and struct patterns.
    pub structs: Vec<syn::Path>,
    /// Paths of types in the signature and in the body's annotations.
    pub types: Vec<syn::Path>,
}

/// A function as it looks without knowing anything from outside: a hint for which signatures to ask
/// for by macro.
pub struct Outline {
    /// The body, as far as it can be resolved.
    pub body: Body,
    /// What it takes from outside.
    pub external: External,
    /// Whether nothing in the body is refused so far.
    pub complete: bool,
}

/// Resolves a function without knowing anything from outside. Reports nothing.
pub fn outline(function: &syn::ItemFn) -> Outline {
    let environment = Environment::default();
    let context = TypeContext::new(&environment);
    let mut ignored = Diagnostics::new();
    let (body, external) = run(&function.sig, &function.block, context, &mut ignored);
    Outline { body, external, complete: ignored.is_empty() }
}

/// Lists what a function takes from outside.
pub fn external_paths(function: &syn::ItemFn) -> External {
    outline(function).external
}

impl External {
    /// Notes a function that nothing in the body declares.
    pub(super) fn function(&mut self, path: &syn::Path, text: &str, context: &TypeContext<'_>) {
        let may_be_own = || {
            known::ASKED_FOR.contains(&text)
                || known::function(text, context.float_parameters()).is_none()
        };
        // The standard library has no annotated functions.
        if !text.starts_with("std::") && !belongs_to_type(text) && may_be_own() {
            note(&mut self.functions, path);
        }
    }

    /// Notes a struct literal or pattern, unless it is a variant of an enum.
    pub(super) fn structure(&mut self, path: &syn::Path) {
        let text = path_text(path);
        if text != "Self" && !belongs_to_type(&text) {
            note(&mut self.structs, path);
        }
    }

    /// Notes the named types in a type.
    pub(super) fn types_in(&mut self, ty: &syn::Type, context: &TypeContext<'_>) {
        match ty {
            syn::Type::Group(group) => self.types_in(&group.elem, context),
            syn::Type::Paren(paren) => self.types_in(&paren.elem, context),
            syn::Type::Tuple(tuple) => {
                tuple.elems.iter().for_each(|element| self.types_in(element, context));
            }
            syn::Type::Array(array) => self.types_in(&array.elem, context),
            syn::Type::Slice(slice) => self.types_in(&slice.elem, context),
            syn::Type::Reference(reference) => self.types_in(&reference.elem, context),
            syn::Type::Path(path) if path.qself.is_none() => {
                for argument in type_arguments(&path.path) {
                    self.types_in(argument, context);
                }
                let unknown = match read_type(ty, context) {
                    Type::Opaque(_) => true,
                    Type::Struct(_) => path_text(&path.path) != "Self",
                    _ => false,
                };
                let parameter = path.path.get_ident().is_some_and(|name| {
                    let name = name.to_string();
                    context.is_parameter(&name) || matches!(&*name, "Self" | "str" | "char")
                });
                if unknown && !parameter {
                    note(&mut self.types, &path.path);
                }
            }
            _ => {}
        }
    }
}

/// Whether a path names something in a type: a method, a variant. Types begin with a capital.
fn belongs_to_type(text: &str) -> bool {
    text.rsplit_once("::").is_some_and(|(owner, _)| {
        let last = owner.rsplit("::").next().unwrap_or(owner);
        last.starts_with(|first: char| first.is_uppercase())
    })
}

fn note(paths: &mut Vec<syn::Path>, path: &syn::Path) {
    let mut plain = path.clone();
    for segment in &mut plain.segments {
        segment.arguments = syn::PathArguments::None;
    }
    if !paths.iter().any(|other| path_text(other) == path_text(&plain)) {
        paths.push(plain);
    }
}
