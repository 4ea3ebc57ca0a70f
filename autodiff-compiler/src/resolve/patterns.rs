//! Patterns and what they bind.
//!
//! The names of a pattern become visible when the pattern is complete; in an or-pattern the
//! alternatives share one variable a name. A bare upper-case name is a variable where the pattern
//! cannot fail (`let A = …`, parameters: a constant would not compile there) and a constant where it
//! can; should the same name then be used as a value, only rustc could say which it is, and we refuse.

use super::Resolver;
use super::scopes::Named;
use crate::diagnostics::SourceSpan;
use crate::hir::{BindingId, Literal, Pattern, PatternKind, Variant};
use crate::known;
use crate::types::Type;
use proc_macro2::Ident;
use quote::ToTokens;
use std::rc::Rc;
use syn::Pat;

/// Whether a pattern may fail to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refutable {
    Yes,
    No,
}

/// The names that the pattern at hand has bound so far.
type Names = Vec<(Ident, BindingId)>;

impl Resolver<'_> {
    /// Resolves a pattern and makes its names visible.
    pub(super) fn pattern(
        &mut self,
        pattern: &Pat,
        ty: Option<&Type>,
        refutable: Refutable,
    ) -> Pattern {
        let mut names = Names::new();
        let pattern = self.pattern_inner(pattern, ty, refutable, &mut names);
        for (name, binding) in names {
            self.declare(&name, Named::Variable(binding));
        }
        pattern
    }

    fn pattern_inner(
        &mut self,
        pattern: &Pat,
        ty: Option<&Type>,
        refutable: Refutable,
        names: &mut Names,
    ) -> Pattern {
        let kind = match pattern {
            Pat::Ident(pattern) => self.identifier_pattern(pattern, ty, refutable, names),
            Pat::Paren(inner) => return self.pattern_inner(&inner.pat, ty, refutable, names),
            Pat::Type(inner) => {
                let ty = self.read_type(&inner.ty);
                return self.pattern_inner(&inner.pat, Some(&ty), refutable, names);
            }
            Pat::Wild(_) => PatternKind::Wild,
            Pat::Rest(_) => PatternKind::Rest,
            Pat::Tuple(tuple) => PatternKind::Tuple(self.all(&tuple.elems, refutable, names)),
            Pat::Slice(slice) => PatternKind::Slice(self.all(&slice.elems, refutable, names)),
            Pat::Or(or) => PatternKind::Or(self.all(&or.cases, refutable, names)),
            Pat::Reference(inner) => {
                let inner = self.pattern_inner(&inner.pat, None, refutable, names);
                PatternKind::Reference(Box::new(inner))
            }
            Pat::Lit(literal) => match pattern_literal(&literal.lit) {
                Some((value, negative)) => PatternKind::Literal { value, negative },
                None => self.opaque_pattern(pattern, &[]),
            },
            Pat::Range(range) => match range_ends(range) {
                Some((start, end)) => {
                    let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
                    PatternKind::Range { start, end, inclusive }
                }
                None => self.opaque_pattern(pattern, &[]),
            },
            Pat::Path(_) if is_none(pattern) => PatternKind::None,
            Pat::Path(_) => self.opaque_pattern(pattern, &[]),
            Pat::TupleStruct(tuple) => self.tuple_struct_pattern(pattern, tuple, refutable, names),
            Pat::Struct(structure) => self.struct_pattern(pattern, structure, refutable, names),
            other => {
                self.refuse(
                    SourceSpan::of(other),
                    "this pattern is not supported in a differentiated function",
                    None,
                );
                PatternKind::Wild
            }
        };
        Pattern { kind, span: pattern_span(pattern) }
    }

    fn all<'p>(
        &mut self,
        patterns: impl IntoIterator<Item = &'p Pat>,
        refutable: Refutable,
        names: &mut Names,
    ) -> Vec<Pattern> {
        let inner = |pattern| self.pattern_inner(pattern, None, refutable, names);
        patterns.into_iter().map(inner).collect()
    }

    fn identifier_pattern(
        &mut self,
        pattern: &syn::PatIdent,
        ty: Option<&Type>,
        refutable: Refutable,
        names: &mut Names,
    ) -> PatternKind {
        let name = &pattern.ident;
        let plain =
            pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.subpat.is_none();
        if plain && *name == "None" {
            return PatternKind::None;
        }
        if plain && self.names_a_constant(name, refutable) {
            let tokens = name.to_token_stream();
            self.note_names_in(tokens.clone());
            return PatternKind::Opaque { tokens, bindings: Vec::new() };
        }
        let binding = match names.iter().find(|(other, _)| other == name) {
            Some((_, binding)) => *binding,
            None => {
                let ty = if plain_name(pattern) { ty.cloned() } else { None };
                let binding = self.bind(name.clone(), pattern.mutability.is_some(), ty);
                names.push((name.clone(), binding));
                binding
            }
        };
        let by_reference = pattern.by_ref.map(|_| pattern.mutability.is_some());
        if by_reference.is_some() {
            // In `ref mut x` it is the reference that is to `mut`, not the variable.
            self.body.bindings[binding.0 as usize].mutable = false;
        }
        let inner = pattern
            .subpat
            .as_ref()
            .map(|(_, inner)| Box::new(self.pattern_inner(inner, None, refutable, names)));
        PatternKind::Binding { binding, by_reference, inner }
    }

    /// Whether a bare name in a pattern is a constant: an item of the body, or upper-case where the
    /// pattern may fail.
    fn names_a_constant(&mut self, name: &Ident, refutable: Refutable) -> bool {
        if matches!(self.scopes.look_up(name), Ok(Some(Named::Item))) {
            return true;
        }
        let upper = name.to_string().starts_with(|first: char| first.is_uppercase());
        if !upper || refutable == Refutable::No {
            return false;
        }
        let imported = matches!(self.scopes.look_up(name), Ok(Some(Named::Alias)));
        let parameter = self.types.is_parameter(&name.to_string());
        if !imported && !parameter {
            self.note_names_in(name.to_token_stream());
            self.declare(name, Named::Ambiguous);
        }
        true
    }

    fn tuple_struct_pattern(
        &mut self,
        whole: &Pat,
        pattern: &syn::PatTupleStruct,
        refutable: Refutable,
        names: &mut Names,
    ) -> PatternKind {
        let text = self.types.text(&pattern.path);
        let elements = &pattern.elems;
        let variant = Variant::named(&text);
        if let Some(variant) = variant
            && pattern.qself.is_none()
            && elements.len() == 1
            && !matches!(elements[0], Pat::Rest(_))
        {
            let inner = self.pattern_inner(&elements[0], None, refutable, names);
            return PatternKind::Variant(variant, Box::new(inner));
        }
        if variant.is_none() {
            self.external.structure(&pattern.path);
        }
        let count = match self.types.structure(&text) {
            Some(definition) if definition.tuple => definition.fields.len(),
            _ => {
                let inner = self.all(elements, refutable, names);
                return self.opaque_pattern(whole, &inner);
            }
        };
        let path = self.path(pattern.qself.as_ref(), &pattern.path);
        let rest = elements.iter().position(|element| matches!(element, Pat::Rest(_)));
        let mut fields = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let field = match rest {
                Some(rest) if index == rest => continue,
                Some(rest) if index > rest => (count + index).saturating_sub(elements.len()),
                _ => index,
            };
            let element = self.pattern_inner(element, None, refutable, names);
            fields.push((Rc::from(field.to_string()), element));
        }
        PatternKind::Struct { path, fields }
    }

    fn struct_pattern(
        &mut self,
        whole: &Pat,
        pattern: &syn::PatStruct,
        refutable: Refutable,
        names: &mut Names,
    ) -> PatternKind {
        self.external.structure(&pattern.path);
        let known = self.types.structure(&self.types.text(&pattern.path)).is_some();
        let mut fields = Vec::new();
        for field in &pattern.fields {
            let name: Rc<str> = match &field.member {
                syn::Member::Named(name) => name.to_string().into(),
                syn::Member::Unnamed(index) => index.index.to_string().into(),
            };
            // In shorthand an upper-case name is a variable too: `Point { X }` cannot name a constant.
            let refutable = if field.colon_token.is_some() { refutable } else { Refutable::No };
            fields.push((name, self.pattern_inner(&field.pat, None, refutable, names)));
        }
        if known {
            let path = self.path(pattern.qself.as_ref(), &pattern.path);
            return PatternKind::Struct { path, fields };
        }
        let inner: Vec<_> = fields.into_iter().map(|(_, pattern)| pattern).collect();
        self.opaque_pattern(whole, &inner)
    }

    /// A pattern by its tokens; `inner` is what stands in it, resolved, for the variables.
    fn opaque_pattern(&mut self, whole: &Pat, inner: &[Pattern]) -> PatternKind {
        let mut bindings = Vec::new();
        inner.iter().for_each(|pattern| bindings_of(pattern, &mut bindings));
        let tokens = whole.to_token_stream();
        self.note_names_in(tokens.clone());
        PatternKind::Opaque { tokens, bindings }
    }
}

/// The variables of a pattern, each once.
fn bindings_of(pattern: &Pattern, found: &mut Vec<BindingId>) {
    match &pattern.kind {
        PatternKind::Binding { binding, inner, .. } => {
            if !found.contains(binding) {
                found.push(*binding);
            }
            if let Some(inner) = inner {
                bindings_of(inner, found);
            }
        }
        PatternKind::Tuple(inner) | PatternKind::Slice(inner) | PatternKind::Or(inner) => {
            inner.iter().for_each(|pattern| bindings_of(pattern, found));
        }
        PatternKind::Struct { fields, .. } => {
            fields.iter().for_each(|(_, pattern)| bindings_of(pattern, found));
        }
        PatternKind::Reference(inner) | PatternKind::Variant(_, inner) => bindings_of(inner, found),
        PatternKind::Opaque { bindings, .. } => {
            for binding in bindings {
                if !found.contains(binding) {
                    found.push(*binding);
                }
            }
        }
        PatternKind::Wild
        | PatternKind::Rest
        | PatternKind::Literal { .. }
        | PatternKind::Range { .. }
        | PatternKind::None => {}
    }
}

fn plain_name(pattern: &syn::PatIdent) -> bool {
    pattern.by_ref.is_none() && pattern.subpat.is_none()
}

fn is_none(pattern: &Pat) -> bool {
    let text = pattern.to_token_stream().to_string().replace(' ', "");
    let text = text.trim_start_matches("::");
    matches!(known::without_std(text), "None" | "Option::None" | "option::Option::None")
}

fn pattern_span(pattern: &Pat) -> SourceSpan {
    match pattern {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            let end = pattern.ident.span();
            SourceSpan { start: pattern.mutability.map_or(end, |token| token.span), end }
        }
        Pat::Wild(pattern) => pattern.underscore_token.span.into(),
        Pat::Tuple(pattern) => pattern.paren_token.span.join().into(),
        other => SourceSpan::of(other),
    }
}

/// A number or truth value and whether it has a minus sign.
fn pattern_literal(literal: &syn::Lit) -> Option<(Literal, bool)> {
    let (literal, negative) = match literal {
        syn::Lit::Int(number) => match number.base10_digits().strip_prefix('-') {
            Some(digits) => {
                let text = format!("{digits}{}", number.suffix());
                (syn::Lit::Int(syn::LitInt::new(&text, number.span())), true)
            }
            None => (literal.clone(), false),
        },
        syn::Lit::Float(number) => match number.base10_digits().strip_prefix('-') {
            Some(digits) => {
                let text = format!("{digits}{}", number.suffix());
                (syn::Lit::Float(syn::LitFloat::new(&text, number.span())), true)
            }
            None => (literal.clone(), false),
        },
        other => (other.clone(), false),
    };
    Some((super::expressions::number(&literal).ok()??, negative))
}

type RangeEnd = Option<(Literal, bool)>;

fn range_ends(range: &syn::PatRange) -> Option<(RangeEnd, RangeEnd)> {
    let end = |end: &Option<Box<syn::Expr>>| match end {
        None => Some(None),
        Some(expression) => match &**expression {
            syn::Expr::Lit(literal) => pattern_literal(&literal.lit).map(Some),
            _ => None,
        },
    };
    Some((end(&range.start)?, end(&range.end)?))
}
