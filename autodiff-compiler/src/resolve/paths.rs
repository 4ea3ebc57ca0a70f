//! Paths: a variable, a nested function, a constant, a known or unknown function.

use super::scopes::{Named, OtherHygiene};
use super::types::{path_text, type_arguments};
use super::{Resolver, spans};
use crate::hir::{Callee, ExpressionId, ExpressionKind, Path};
use crate::known;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// Traits of std and core whose functions on numbers are known by the number's type.
const TRAITS: &[&str] = &[
    "Float",
    "From",
    "Into",
    "Default",
    "Clone",
    "Ord",
    "PartialOrd",
    "PartialEq",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "Not",
];

impl Resolver<'_> {
    /// What a name means here; a clash of macro hygiene is reported.
    pub(super) fn look_up(&mut self, name: &Ident) -> Result<Option<Named>, OtherHygiene> {
        let found = self.scopes.look_up(name);
        if found.is_err() {
            self.report_hygiene(name);
        }
        found
    }

    /// Makes a name visible; a clash of macro hygiene is reported.
    pub(super) fn declare(&mut self, name: &Ident, named: Named) {
        if self.scopes.declare(name, named).is_err() {
            self.report_hygiene(name);
        }
    }

    /// Once for each name: all its uses have the same cause.
    fn report_hygiene(&mut self, name: &Ident) {
        if self.clashes.contains(&name.to_string()) {
            return;
        }
        self.clashes.push(name.to_string());
        self.diagnostics.error(
            name.span(),
            format!("`{name}` here and `{name}` from another macro expansion are different names"),
            "rename one of them".to_string(),
        );
    }

    /// A path in the place of a value.
    pub(super) fn path_expression(&mut self, expression: &syn::ExprPath) -> ExpressionId {
        self.path_value(expression, true)
    }

    /// A path in the place of a value. Where a function cannot stand, a name in lower case is a
    /// constant.
    pub(super) fn path_value(
        &mut self,
        expression: &syn::ExprPath,
        may_be_function: bool,
    ) -> ExpressionId {
        let path = &expression.path;
        let span = spans::of_path(path);
        if expression.qself.is_none()
            && let Some(name) = path.get_ident()
        {
            let Ok(named) = self.look_up(name) else { return self.reserve(span) };
            match named {
                Some(Named::Variable(binding)) => return self.variable(binding, name.span()),
                Some(Named::Function(function)) => {
                    self.nested_calls.push((self.return_target, function, name.span()));
                    return self.push(ExpressionKind::FunctionPath(Callee::Nested(function)), span);
                }
                Some(Named::Ambiguous) => {
                    return self.refuse(
                        span,
                        format!("`{name}` in a pattern may be a constant or a new variable"),
                        format!("write a variable in lower case, a constant with its path: `self::{name}`"),
                    );
                }
                Some(Named::Item) => {
                    let path = self.path(None, path);
                    return self.push(ExpressionKind::Path(path), span);
                }
                Some(Named::Alias) | None => {}
            }
        }
        let hir_path = self.path(expression.qself.as_ref(), path);
        if may_be_function && self.is_function(&hir_path) {
            self.external.function(path, &hir_path.text, &self.types);
            self.push(ExpressionKind::FunctionPath(Callee::Path(hir_path)), span)
        } else {
            self.push(ExpressionKind::Path(hir_path), span)
        }
    }

    /// A path that is called.
    pub(super) fn callee(&mut self, expression: &syn::ExprPath) -> Callee {
        let path = &expression.path;
        if expression.qself.is_none()
            && let Some(name) = path.get_ident()
        {
            // It is not asked for from outside: nothing but our report would tell what is wrong.
            let Ok(named) = self.look_up(name) else {
                return Callee::Value(self.reserve(name.span()));
            };
            match named {
                Some(Named::Variable(binding)) => {
                    return Callee::Value(self.variable(binding, name.span()));
                }
                Some(Named::Function(function)) => {
                    self.nested_calls.push((self.return_target, function, name.span()));
                    return Callee::Nested(function);
                }
                _ => {}
            }
        }
        let hir_path = self.path(expression.qself.as_ref(), path);
        self.external.function(path, &hir_path.text, &self.types);
        Callee::Path(hir_path)
    }

    /// Whether a path that is not called names a function rather than a constant: it is known, or
    /// its last segment is in lower case.
    fn is_function(&self, path: &Path) -> bool {
        let last = path.text.rsplit("::").next().unwrap_or(&path.text);
        self.types.environment().functions.contains_key(&*path.text)
            || known::function(&path.text, self.types.float_parameters()).is_some()
            || last.starts_with(|first: char| first.is_lowercase())
    }

    /// A path as the typed syntax has it.
    pub(super) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let generics = type_arguments(path).into_iter().map(|ty| self.read_type(ty)).collect();
        let Some(qself) = qself else {
            self.note_free(path);
            let text = self.types.text(path).into();
            return Path { tokens: path.to_token_stream(), text, generics };
        };
        // `<f64>::max` and `<f64 as Float>::max` are `f64::max`; another trait may mean anything by it.
        let owner = match &*qself.ty {
            syn::Type::Path(owner) if owner.qself.is_none() => path_text(&owner.path),
            other => other.to_token_stream().to_string(),
        };
        self.note_type_names(&qself.ty);
        let by_trait = path.segments.iter().take(qself.position).next_back();
        let owner = match by_trait {
            Some(name)
                if self.types.is_number(&owner) && !TRAITS.contains(&&*name.ident.to_string()) =>
            {
                format!("<{owner} as {}>", name.ident)
            }
            _ => owner,
        };
        let mut segments = vec![owner];
        segments.extend(
            path.segments.iter().skip(qself.position).map(|segment| segment.ident.to_string()),
        );
        let tokens =
            syn::ExprPath { attrs: Vec::new(), qself: Some(qself.clone()), path: path.clone() };
        Path { tokens: tokens.into_token_stream(), text: segments.join("::").into(), generics }
    }

    /// Notes the first segment of a path if nothing in the body declares it.
    fn note_free(&mut self, path: &syn::Path) {
        if path.leading_colon.is_none()
            && let Some(first) = path.segments.first()
        {
            self.note_free_name(&first.ident);
        }
    }

    fn note_free_name(&mut self, name: &Ident) {
        if matches!(self.scopes.look_up(name), Ok(None)) {
            self.free_names.push(name.clone());
        }
    }

    /// Notes every name in tokens that are copied as they are.
    pub(super) fn note_names_in(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) => self.note_free_name(&name),
                proc_macro2::TokenTree::Group(group) => self.note_names_in(group.stream()),
                _ => {}
            }
        }
    }

    /// Notes the names in a type.
    pub(super) fn note_type_names(&mut self, ty: &syn::Type) {
        match ty {
            syn::Type::Path(path) if path.qself.is_none() && path.path.get_ident().is_some() => {
                self.note_free(&path.path);
            }
            other => self.note_names_in(other.to_token_stream()),
        }
    }
}
