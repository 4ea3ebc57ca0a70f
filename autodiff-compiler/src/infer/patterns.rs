//! Patterns, with Rust's default binding modes: a pattern that is no reference pattern looks through
//! references, and what it binds then is a reference.

use super::unify::{reference, shared};
use super::{Inference, Kind};
use crate::hir::{BindingId, Literal, Path, Pattern, PatternKind, Variant};
use crate::ir::takes_reference_apart;
use crate::types::{Length, Type};
use std::rc::Rc;

/// How a name binds by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// By value.
    Move,
    /// By reference, `&mut` if true.
    Reference(bool),
}

impl Mode {
    /// The mode behind another reference.
    fn behind(self, mutable: bool) -> Self {
        match self {
            Mode::Move => Mode::Reference(mutable),
            Mode::Reference(outer) => Mode::Reference(outer && mutable),
        }
    }

    /// The type of a name that binds a value of this type.
    fn bound(self, ty: Type) -> Type {
        match self {
            Mode::Move => ty,
            Mode::Reference(mutable) => reference(mutable, ty),
        }
    }
}

impl Inference<'_> {
    /// Gives the variables of a pattern their types, from the type of what is matched.
    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: &Type) {
        self.pattern_in(pattern, ty, Mode::Move);
    }

    fn pattern_in(&mut self, pattern: &Pattern, ty: &Type, mode: Mode) {
        match &pattern.kind {
            PatternKind::Wild | PatternKind::Rest => {}
            PatternKind::Binding { binding, by_reference, inner } => {
                let declared = self.body.binding(*binding);
                let bound = match (by_reference, mode) {
                    (Some(mutable), _) => reference(*mutable, ty.clone()),
                    // `mut` resets the default binding mode.
                    (None, _) if declared.mutable => ty.clone(),
                    (None, mode) => mode.bound(ty.clone()),
                };
                self.bind(pattern, *binding, &bound);
                if let Some(inner) = inner {
                    self.pattern_in(inner, ty, mode);
                }
            }
            PatternKind::Or(alternatives) => {
                for alternative in alternatives {
                    self.pattern_in(alternative, ty, mode);
                }
            }
            PatternKind::Reference(inner) => {
                let to = match self.variables.shallow(ty) {
                    Type::Reference { to, .. } => *to,
                    // In a default binding mode, `&` undoes that mode.
                    known if mode != Mode::Move && !self.variables.is_unknown(&known) => known,
                    other => {
                        let to = self.variables.fresh(Kind::Any);
                        self.agree(pattern, &other, &shared(to.clone()));
                        to
                    }
                };
                self.pattern_in(inner, &to, Mode::Move);
            }
            _ => {
                let (ty, mode) = self.look_through(ty, mode);
                self.structured(pattern, &ty, mode);
            }
        }
    }

    /// Looks through references, as a pattern does that is no reference pattern.
    fn look_through(&self, ty: &Type, mut mode: Mode) -> (Type, Mode) {
        let (ty, layers) = self.peel(ty);
        for mutable in layers {
            mode = mode.behind(mutable);
        }
        (ty, mode)
    }

    fn structured(&mut self, pattern: &Pattern, ty: &Type, mode: Mode) {
        match &pattern.kind {
            PatternKind::Tuple(elements) => self.tuple_pattern(pattern, elements, ty, mode),
            PatternKind::Slice(elements) => self.slice_pattern(pattern, elements, ty, mode),
            PatternKind::Struct { path, fields } => self.struct_pattern(path, fields, ty, mode),
            PatternKind::Literal { value, .. } => self.literal_pattern(pattern, value, ty),
            PatternKind::Range { start, end, .. } => {
                for (value, _) in [start, end].into_iter().flatten() {
                    self.literal_pattern(pattern, value, ty);
                }
            }
            PatternKind::Variant(variant, inner) => {
                let content = self.content_of(pattern, *variant, ty);
                self.pattern_in(inner, &content, mode);
            }
            PatternKind::None if self.variables.is_unknown(ty) => {
                let value = self.variables.fresh(Kind::Any);
                self.agree(pattern, ty, &Type::Option(Box::new(value)));
            }
            PatternKind::Opaque { tokens, bindings } => {
                let by_default = !takes_reference_apart(tokens);
                for binding in bindings {
                    let mutable = self.body.binding(*binding).mutable;
                    let unseen = self.variables.fresh_opaque();
                    let bound = if by_default && !mutable { mode.bound(unseen) } else { unseen };
                    self.bind(pattern, *binding, &bound);
                }
            }
            _ => {}
        }
    }

    /// The type of what is in a variant of something of this type.
    fn content_of(&mut self, pattern: &Pattern, variant: Variant, ty: &Type) -> Type {
        match (variant, ty) {
            (Variant::Some, Type::Option(content))
            | (Variant::Ok, Type::Result(content, _))
            | (Variant::Err, Type::Result(_, content)) => (**content).clone(),
            (_, known) if !self.variables.is_unknown(known) => self.variables.fresh_opaque(),
            (Variant::Some, unknown) => {
                let content = self.variables.fresh(Kind::Any);
                self.agree(pattern, unknown, &Type::Option(Box::new(content.clone())));
                content
            }
            (_, unknown) => {
                let value = self.variables.fresh(Kind::Any);
                let error = self.variables.fresh(Kind::Any);
                let whole = Type::Result(Box::new(value.clone()), Box::new(error.clone()));
                self.agree(pattern, unknown, &whole);
                if variant == Variant::Ok { value } else { error }
            }
        }
    }

    fn tuple_pattern(&mut self, pattern: &Pattern, elements: &[Pattern], ty: &Type, mode: Mode) {
        let rest = elements.iter().position(|element| matches!(element.kind, PatternKind::Rest));
        if elements.is_empty() {
            return;
        }
        let types = match ty {
            Type::Tuple(types) => types.clone(),
            unknown if self.variables.is_unknown(unknown) && rest.is_none() => {
                let unseen = self.variables.is_unseen(unknown);
                let types: Vec<_> =
                    elements.iter().map(|_| self.variables.fresh(Kind::Any)).collect();
                self.agree(pattern, unknown, &Type::Tuple(types.clone()));
                if unseen {
                    types.iter().for_each(|ty| {
                        self.variables.mark_opaque(ty);
                    });
                }
                types
            }
            _ => elements.iter().map(|_| self.variables.fresh_opaque()).collect(),
        };
        let fits = match rest {
            Some(_) => elements.len() <= types.len() + 1,
            None => elements.len() == types.len(),
        };
        if !fits {
            let (found, count) = (elements.len(), types.len());
            self.diagnostics.error(
                pattern.span,
                format!("this pattern has {found} elements and the tuple {count}"),
                "write one pattern for each element, or `..` for some of them".to_string(),
            );
            self.give_up(pattern);
            return;
        }
        let after = rest.map_or(0, |rest| elements.len() - rest - 1);
        let before = rest.unwrap_or(elements.len());
        for (element, ty) in elements[..before].iter().zip(&types) {
            self.pattern_in(element, ty, mode);
        }
        let tail = elements[elements.len() - after..].iter();
        for (element, ty) in tail.zip(&types[types.len() - after..]) {
            self.pattern_in(element, ty, mode);
        }
    }

    fn slice_pattern(&mut self, pattern: &Pattern, elements: &[Pattern], ty: &Type, mode: Mode) {
        let element = match ty {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                (**element).clone()
            }
            _ => self.variables.fresh_opaque(),
        };
        let whole = match ty {
            Type::Array(_, Length::Literal(length)) => Some(*length),
            _ => None,
        };
        let single = elements.iter().filter(|pattern| !is_rest(pattern)).count() as u64;
        for inner in elements {
            if !is_rest(inner) {
                self.pattern_in(inner, &element, mode);
                continue;
            }
            let PatternKind::Binding { .. } = inner.kind else { continue };
            let boxed = Box::new(element.clone());
            let rest = match (ty, whole) {
                (Type::Array(..), Some(whole)) => {
                    Type::Array(boxed, Length::Literal(whole.saturating_sub(single)))
                }
                (Type::Array(..), None) => {
                    self.diagnostics.error(
                        pattern.span,
                        "the length of what `..` stands for cannot be known here",
                        Some("match on a slice of the array: `&a[..]`".to_string()),
                    );
                    self.give_up(pattern);
                    return;
                }
                _ => Type::Slice(boxed),
            };
            self.rest_binding(inner, &rest, mode);
        }
    }

    /// `name @ ..` in a slice pattern.
    fn rest_binding(&mut self, pattern: &Pattern, ty: &Type, mode: Mode) {
        if let PatternKind::Binding { binding, by_reference, .. } = &pattern.kind {
            let bound = match by_reference {
                Some(mutable) => reference(*mutable, ty.clone()),
                None => mode.bound(ty.clone()),
            };
            self.bind(pattern, *binding, &bound);
        }
    }

    fn struct_pattern(
        &mut self,
        path: &Path,
        fields: &[(Rc<str>, Pattern)],
        ty: &Type,
        mode: Mode,
    ) {
        let known = match ty {
            Type::Struct(known) => Some(known.clone()),
            _ => self.struct_of(path),
        };
        for (name, pattern) in fields {
            let found = known
                .as_ref()
                .and_then(|known| known.fields.iter().find(|(field, _)| field == name))
                .map(|(_, ty)| ty.clone());
            let ty = match found {
                Some(ty) => self.written(&ty),
                None => self.variables.fresh_opaque(),
            };
            self.pattern_in(pattern, &ty, mode);
        }
    }

    fn literal_pattern(&mut self, pattern: &Pattern, literal: &Literal, ty: &Type) {
        let literal = match literal {
            Literal::Float(_, Some(ty)) => Type::Float(ty.clone()),
            Literal::Float(_, None) => self.variables.fresh(Kind::Float),
            Literal::Integer(_, Some(ty)) => Type::Integer(*ty),
            Literal::Integer(_, None) => self.variables.fresh(Kind::Integer),
            Literal::Bool(_) => Type::Bool,
        };
        self.agree(pattern, ty, &literal);
    }

    fn bind(&mut self, pattern: &Pattern, binding: BindingId, ty: &Type) {
        if let Some(written) = &self.body.binding(binding).ty {
            let written = self.written(written);
            self.agree(pattern, ty, &written);
        }
        let variable = self.bindings[binding.0 as usize].clone();
        self.agree(pattern, ty, &variable);
    }

    /// What a refused pattern binds is not asked about again.
    fn give_up(&mut self, pattern: &Pattern) {
        for binding in pattern.bindings() {
            let variable = self.bindings[binding.0 as usize].clone();
            self.variables.mark_opaque(&variable);
        }
    }

    fn agree(&mut self, pattern: &Pattern, found: &Type, expected: &Type) {
        if self.variables.unify(found, expected).is_err() {
            let (found, expected) = (self.described(found), self.described(expected));
            self.diagnostics.error(
                pattern.span,
                format!("this pattern is for {expected}, and the value is {found}"),
                Some("write the type of the value that is matched".to_string()),
            );
        }
    }
}

/// `..` or `name @ ..`.
fn is_rest(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Rest => true,
        PatternKind::Binding { inner: Some(inner), .. } => is_rest(inner),
        _ => false,
    }
}
