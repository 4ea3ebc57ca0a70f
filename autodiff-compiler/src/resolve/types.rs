//! `syn::Type` to [`Type`].
//!
//! Lifetimes are dropped. A name that we cannot know (a type alias, a struct without
//! `#[derive(Differentiable)]`) is [`Type::Opaque`]; it is passive, and whatever needs to know more
//! about it says so. `Vec`, `Option` and the primitives are assumed from their names; `emit` writes
//! the witness that makes rustc confirm it.

use crate::known;
use crate::signature::Environment;
use crate::types::{FloatType, Holds, Length, OpaqueType, StructType, Type};
use quote::ToTokens;
use std::collections::HashMap;
use std::rc::Rc;

/// What type names mean at a point of the source.
#[derive(Clone, Debug)]
pub struct TypeContext<'a> {
    environment: &'a Environment,
    self_type: Option<Type>,
    float_parameters: Vec<Rc<str>>,
    other_parameters: Vec<Rc<str>>,
    const_parameters: Vec<(Rc<str>, Type)>,
    aliases: HashMap<String, Type>,
    imports: HashMap<String, String>,
}

impl<'a> TypeContext<'a> {
    /// At module scope.
    pub fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            self_type: None,
            float_parameters: Vec::new(),
            other_parameters: Vec::new(),
            const_parameters: Vec::new(),
            aliases: HashMap::new(),
            imports: HashMap::new(),
        }
    }

    /// In an `impl` of this type. Add the generic parameters of the `impl` first.
    pub fn set_self_type(&mut self, ty: &syn::Type) {
        self.self_type = Some(read_type(ty, self));
    }

    /// What `Self` is.
    pub fn self_type(&self) -> Option<&Type> {
        self.self_type.as_ref()
    }

    /// Structs and functions known from outside.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Adds the parameters of a function or an `impl`.
    pub fn add_generics(&mut self, generics: &syn::Generics) {
        for parameter in &generics.params {
            match parameter {
                syn::GenericParam::Type(parameter) => {
                    let name: Rc<str> = parameter.ident.to_string().into();
                    if parameter.bounds.iter().any(is_float_bound) {
                        self.float_parameters.push(name);
                    } else {
                        self.other_parameters.push(name);
                    }
                }
                syn::GenericParam::Const(parameter) => {
                    let ty = read_type(&parameter.ty, self);
                    self.const_parameters.push((parameter.ident.to_string().into(), ty));
                }
                syn::GenericParam::Lifetime(_) => {}
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if let syn::WherePredicate::Type(predicate) = predicate
                && predicate.bounds.iter().any(is_float_bound)
                && let syn::Type::Path(path) = &predicate.bounded_ty
                && let Some(name) = path.path.get_ident()
            {
                let name = name.to_string();
                if let Some(index) = self.other_parameters.iter().position(|other| **other == *name)
                {
                    self.float_parameters.push(self.other_parameters.remove(index));
                }
            }
        }
    }

    /// Type parameters bounded by `Float`.
    pub fn float_parameters(&self) -> &[Rc<str>] {
        &self.float_parameters
    }

    /// Const parameters with their types.
    pub fn const_parameters(&self) -> &[(Rc<str>, Type)] {
        &self.const_parameters
    }

    /// Whether a name is a generic parameter of any kind.
    pub fn is_parameter(&self, name: &str) -> bool {
        self.float_parameters.iter().chain(&self.other_parameters).any(|other| **other == *name)
            || self.const_parameters.iter().any(|(other, _)| **other == *name)
    }

    /// A `type` item of the body.
    pub(super) fn add_alias(&mut self, name: String, ty: Type) {
        self.aliases.insert(name, ty);
    }

    /// Whether this is the name of a number type, or of a type parameter that stands for one.
    pub(super) fn is_number(&self, name: &str) -> bool {
        crate::known::primitive(name).is_some()
            || self.float_parameters().iter().any(|parameter| &**parameter == name)
    }

    /// A `use` item of the body.
    pub(super) fn add_import(&mut self, name: String, path: String) {
        self.imports.insert(name, path);
    }

    /// A struct with known fields, by path text; `Self` included.
    pub fn structure(&self, text: &str) -> Option<&Rc<StructType>> {
        if text == "Self" {
            return match &self.self_type {
                Some(Type::Struct(definition)) => Some(definition),
                _ => None,
            };
        }
        self.environment.structs.get(text)
    }

    /// The text of a path with its first segment spelled out if the body imports it.
    pub(super) fn text(&self, path: &syn::Path) -> String {
        let text = path_text(path);
        if path.leading_colon.is_some() {
            return text;
        }
        let (first, rest) = match text.split_once("::") {
            Some((first, rest)) => (first, Some(rest)),
            None => (text.as_str(), None),
        };
        match (self.imports.get(first), rest) {
            (Some(import), Some(rest)) => format!("{import}::{rest}"),
            (Some(import), None) => import.clone(),
            (None, _) => text,
        }
    }
}

/// The segments of a path joined by `::`, without generic arguments.
pub(super) fn path_text(path: &syn::Path) -> String {
    let mut text = String::new();
    for segment in &path.segments {
        if !text.is_empty() {
            text.push_str("::");
        }
        text.push_str(&segment.ident.to_string());
    }
    text
}

fn is_float_bound(bound: &syn::TypeParamBound) -> bool {
    match bound {
        syn::TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|segment| segment.ident == "Float")
        }
        _ => false,
    }
}

/// Reads a type as written.
pub fn read_type(ty: &syn::Type, context: &TypeContext<'_>) -> Type {
    match ty {
        syn::Type::Group(group) => read_type(&group.elem, context),
        syn::Type::Paren(paren) => read_type(&paren.elem, context),
        syn::Type::Never(_) => Type::Never,
        syn::Type::Infer(_) => Type::INFERRED,
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Type::Unit,
        syn::Type::Tuple(tuple) => {
            Type::Tuple(tuple.elems.iter().map(|element| read_type(element, context)).collect())
        }
        syn::Type::Array(array) => {
            Type::Array(Box::new(read_type(&array.elem, context)), read_length(&array.len))
        }
        syn::Type::Slice(slice) => Type::Slice(Box::new(read_type(&slice.elem, context))),
        syn::Type::Reference(reference) => Type::Reference {
            mutable: reference.mutability.is_some(),
            to: Box::new(read_type(&reference.elem, context)),
        },
        syn::Type::Path(path) if path.qself.is_none() => {
            let holds = || held_by(&path.path, context);
            read_path(&path.path, context).unwrap_or_else(|| opaque(ty, holds()))
        }
        other => opaque(other, Holds::Anything),
    }
}

fn read_path(path: &syn::Path, context: &TypeContext<'_>) -> Option<Type> {
    let arguments = type_arguments(path);
    let text = context.text(path);
    if let Some(name) = path.get_ident() {
        let name = name.to_string();
        if name == "Self" {
            return context.self_type.clone();
        }
        if let Some(alias) = context.aliases.get(&name) {
            return Some(alias.clone());
        }
        if let Some(parameter) = context.float_parameters.iter().find(|other| ***other == *name) {
            return Some(Type::Float(FloatType::Parameter(parameter.clone())));
        }
        if context.is_parameter(&name) {
            return None;
        }
    }
    if let Some(definition) = context.environment.structs.get(&text) {
        let mut definition = StructType::clone(definition);
        definition.path = path.to_token_stream();
        return Some(Type::Struct(Rc::new(definition)));
    }
    let short = known::without_std(&text);
    if let Some(primitive) = known::primitive(short.strip_prefix("primitive::").unwrap_or(short)) {
        return arguments.is_empty().then_some(primitive);
    }
    match (short, arguments.as_slice()) {
        ("Vec" | "vec::Vec", [element]) => Some(Type::Vec(Box::new(read_type(element, context)))),
        ("Option" | "option::Option", [value]) => {
            Some(Type::Option(Box::new(read_type(value, context))))
        }
        ("Result" | "result::Result", [value, error]) => {
            let (value, error) = (read_type(value, context), read_type(error, context));
            Some(Type::Result(Box::new(value), Box::new(error)))
        }
        // A name for `Result` with an error type that only rustc knows: `anyhow::Result<T>`.
        (name, [value]) if name.rsplit("::").next() == Some("Result") => {
            let value = Box::new(read_type(value, context));
            Some(Type::Result(value, Box::new(Type::Opaque(None))))
        }
        _ => None,
    }
}

/// The type arguments of all segments of a path, in order.
pub(super) fn type_arguments(path: &syn::Path) -> Vec<&syn::Type> {
    let arguments = path.segments.iter().filter_map(|segment| match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    let types = arguments.flatten().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Reads the length of an array type or of `[value; length]`.
pub(super) fn read_length(length: &syn::Expr) -> Length {
    match length {
        syn::Expr::Group(group) => read_length(&group.expr),
        syn::Expr::Paren(paren) => read_length(&paren.expr),
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. })
            if matches!(number.suffix(), "" | "usize") =>
        {
            match number.base10_parse::<u64>() {
                Ok(number) => Length::Literal(number),
                Err(_) => Length::Expression(number.to_string().into()),
            }
        }
        other => Length::Expression(other.to_token_stream().to_string().into()),
    }
}

/// What a type holds that is not looked into; that the names of std mean what they seem to is for a witness to say.
fn held_by(path: &syn::Path, context: &TypeContext<'_>) -> Holds {
    let text = context.text(path);
    match known::without_std(&text) {
        "char" | "primitive::char" => Holds::Numbers,
        "str" | "primitive::str" | "String" | "string::String" => Holds::NoFloats,
        _ => context.environment.enums.get(&text).copied().unwrap_or_default(),
    }
}

fn opaque(ty: &syn::Type, holds: Holds) -> Type {
    let tokens = ty.to_token_stream();
    let text = tokens.to_string().into();
    Type::Opaque(Some(OpaqueType { tokens, text, holds }))
}
