//! Patterns: when they match, and what they bind.

use super::Lowerer;
use super::flow::{Halt, Lowered};
use super::operand::{Key, Operand, Pointer};
use crate::hir::{BindingId, Literal, Pattern, PatternKind, Variant};
use crate::ir::operations::{BooleanOperation, Comparison, IntegerOperation};
use crate::ir::{Aggregate, Constant, InstructionKind, Place, Projection, Transfer, ValueId};
use crate::types::{Length, Type};

impl Lowerer<'_> {
    /// Binds the variables of a pattern that matches. `by_reference`: the default binding mode
    /// (`Some(mutable)` below a reference that the pattern does not write out).
    pub(super) fn bind(
        &mut self,
        pattern: &Pattern,
        pointer: Pointer,
        by_reference: Option<bool>,
    ) -> Lowered<()> {
        self.builder.at(pattern.span);
        match &pattern.kind {
            PatternKind::Wild
            | PatternKind::Rest
            | PatternKind::Literal { .. }
            | PatternKind::Range { .. }
            | PatternKind::None => Ok(()),
            PatternKind::Binding { binding, by_reference: written, inner } => {
                if let Some(inner) = inner {
                    self.bind(inner, pointer.clone(), by_reference)?;
                }
                let operand = match written.or(by_reference) {
                    Some(mutable) => self.borrow(pointer, mutable)?,
                    None => self.read(pointer)?,
                };
                let operand = self.rest_of_array(*binding, operand)?;
                self.declare(*binding, operand)
            }
            PatternKind::Tuple(parts) => {
                let (pointer, mode) = self.enter(pointer, by_reference)?;
                let count = self.tuple_length(&pointer, parts.len());
                for (position, part) in positions(parts, count) {
                    let field = self.project_field(pointer.clone(), &position.to_string())?;
                    self.bind(part, field, mode)?;
                }
                Ok(())
            }
            PatternKind::Struct { fields, .. } => {
                let (pointer, mode) = self.enter(pointer, by_reference)?;
                for (name, part) in fields {
                    let field = self.project_field(pointer.clone(), name)?;
                    self.bind(part, field, mode)?;
                }
                Ok(())
            }
            PatternKind::Slice(parts) => {
                let (pointer, mode) = self.enter(pointer, by_reference)?;
                for (part, element) in self.slice_parts(parts, pointer)? {
                    self.bind(part, element, mode)?;
                }
                Ok(())
            }
            PatternKind::Reference(inner) => {
                let target = match self.peek(&pointer) {
                    Some(Operand::Reference { to, .. }) => to,
                    Some(Operand::Conflict) => return self.conflict(),
                    // An element of memory: references in it were not followed.
                    _ => pointer,
                };
                self.bind(inner, target, None)
            }
            PatternKind::Variant(variant, inner) => {
                let (pointer, mode) = self.enter(pointer, by_reference)?;
                let content = self.content_of(pointer, *variant)?;
                let content = match (variant, &inner.kind) {
                    (Variant::Err, PatternKind::Wild) => return Ok(()),
                    (Variant::Err, _) => self.error_in(content, mode)?.into(),
                    _ => content,
                };
                self.bind(inner, content, mode)
            }
            PatternKind::Or(parts) => {
                let mut bound = Vec::new();
                parts.iter().for_each(|part| super::scan::bound(part, &mut bound));
                if bound.is_empty() {
                    return Ok(());
                }
                self.error(
                    pattern.span,
                    "variables in alternatives of a pattern are not supported",
                    "write one arm for each alternative",
                )
            }
            PatternKind::Opaque { bindings, .. } if bindings.is_empty() => Ok(()),
            PatternKind::Opaque { .. } => self.error(
                pattern.span,
                "this pattern is not supported here",
                "it works as the whole pattern of a `match` arm or an `if let`",
            ),
        }
    }

    /// `rest @ ..` of an array by value: a slice of it becomes an array.
    fn rest_of_array(&mut self, binding: BindingId, operand: Operand) -> Lowered<Operand> {
        let Operand::Pending(Aggregate::Place(from, _), Type::Slice(_)) = operand else {
            return Ok(operand);
        };
        let content = Aggregate::Place(from, Transfer::Copy);
        let ty = self.types.binding(binding).clone();
        let Some(zeros) = self.zeros(&ty).filter(|_| matches!(ty, Type::Array(..))) else {
            let span = self.builder.span();
            return self.error(
                span,
                "the rest of this slice cannot be taken by value",
                "match on a reference: `match &values { … }`",
            );
        };
        let slot = self.define(zeros, ty.clone(), "rest".into());
        let target = self.whole_slice(Place::root(slot));
        self.builder.push(InstructionKind::Assign(target, content), Vec::new());
        self.fresh.insert(slot);
        let moved = Aggregate::Place(Place::root(slot), Transfer::Move);
        Ok(Operand::Pending(moved, ty))
    }

    /// Variables of a pattern whose value is not known after an error.
    pub(super) fn poison(&mut self, pattern: &Pattern) {
        let mut bound: Vec<BindingId> = Vec::new();
        super::scan::bound(pattern, &mut bound);
        for binding in bound {
            self.scope.insert(Key::Binding(binding), Operand::Poison);
        }
    }

    /// Follows references that the pattern does not write out.
    fn enter(
        &mut self,
        mut pointer: Pointer,
        mut mode: Option<bool>,
    ) -> Lowered<(Pointer, Option<bool>)> {
        loop {
            match self.peek(&pointer) {
                Some(Operand::Reference { to, mutable }) => {
                    mode = Some(mutable && mode != Some(false));
                    pointer = to;
                }
                Some(Operand::Slot(slot)) => {
                    return Ok((Pointer::Memory(crate::ir::Place::root(slot)), mode));
                }
                Some(Operand::Conflict) => return self.conflict(),
                Some(Operand::Poison) => return Err(Halt::Error),
                _ => return Ok((pointer, mode)),
            }
        }
    }

    fn tuple_length(&self, pointer: &Pointer, written: usize) -> usize {
        let ty = match pointer {
            Pointer::Memory(place) => self.place_type(place),
            other => match self.peek(other) {
                Some(Operand::Tuple(parts)) => return parts.len(),
                Some(operand) => self.operand_type(&operand),
                None => return written,
            },
        };
        match ty {
            Type::Tuple(elements) => elements.len(),
            _ => written,
        }
    }

    /// Where the content of a variant is.
    fn content_of(&mut self, pointer: Pointer, variant: Variant) -> Lowered<Pointer> {
        match pointer {
            Pointer::Value(operand) => match super::places::field_of(&operand, variant.name()) {
                Some(content) => Ok(content.clone().into()),
                None => self.no_variant(variant),
            },
            // It may be written through a pattern that binds by reference.
            Pointer::Local(key, mut path) => {
                path.push(variant.name().into());
                let content = Pointer::Local(key, path);
                match self.peek(&content) {
                    Some(Operand::Slot(slot)) => Ok(Pointer::Memory(Place::root(slot))),
                    Some(_) => Ok(content),
                    None => self.no_variant(variant),
                }
            }
            Pointer::Memory(_) => self.no_variant(variant),
        }
    }

    fn no_variant<T>(&mut self, variant: Variant) -> Lowered<T> {
        let span = self.builder.span();
        if variant != Variant::Some {
            return self.error(
                span,
                "this pattern needs a `Result` that is made in this function",
                "match on the `Result` itself, with `Ok(…)` or `Err(…)` as the whole pattern",
            );
        }
        self.error(
            span,
            "this pattern needs an `Option` that is made in this function",
            "match on the `Option` itself, with `Some(…)` as the whole pattern",
        )
    }

    /// Whether a value matches; `None`: always.
    pub(super) fn test(&mut self, pattern: &Pattern, pointer: Pointer) -> Lowered<Option<ValueId>> {
        self.builder.at(pattern.span);
        match &pattern.kind {
            PatternKind::Wild | PatternKind::Rest => Ok(None),
            PatternKind::Binding { inner, .. } => match inner {
                Some(inner) => self.test(inner, pointer),
                None => Ok(None),
            },
            PatternKind::Literal { value, negative } => {
                let subject = self.subject(pointer)?;
                let expected = self.pattern_literal(pattern, value, *negative, subject)?;
                Ok(Some(match (&self.builder.function.value(subject).ty, value) {
                    (Type::Bool, Literal::Bool(true)) => subject,
                    (Type::Bool, Literal::Bool(false)) => {
                        self.builder.boolean(BooleanOperation::Not, &[subject])
                    }
                    _ => self.builder.compare(Comparison::Equal, subject, expected),
                }))
            }
            PatternKind::Range { start, end, inclusive } => {
                let subject = self.subject(pointer)?;
                let mut all = None;
                if let Some((start, negative)) = start {
                    let start = self.pattern_literal(pattern, start, *negative, subject)?;
                    all = Some(self.builder.compare(Comparison::GreaterEqual, subject, start));
                }
                if let Some((end, negative)) = end {
                    let end = self.pattern_literal(pattern, end, *negative, subject)?;
                    let below = if *inclusive { Comparison::LessEqual } else { Comparison::Less };
                    let below = self.builder.compare(below, subject, end);
                    all = self.both(all, Some(below));
                }
                Ok(all)
            }
            PatternKind::Tuple(parts) => {
                let (pointer, _) = self.enter(pointer, None)?;
                let count = self.tuple_length(&pointer, parts.len());
                let mut all = None;
                for (position, part) in positions(parts, count) {
                    let field = self.project_field(pointer.clone(), &position.to_string())?;
                    let holds = self.test(part, field)?;
                    all = self.both(all, holds);
                }
                Ok(all)
            }
            PatternKind::Struct { fields, .. } => {
                let (pointer, _) = self.enter(pointer, None)?;
                let mut all = None;
                for (name, part) in fields {
                    let field = self.project_field(pointer.clone(), name)?;
                    let holds = self.test(part, field)?;
                    all = self.both(all, holds);
                }
                Ok(all)
            }
            PatternKind::Slice(parts) => self.test_slice(pattern, parts, pointer),
            PatternKind::Reference(inner) => {
                let target = match self.peek(&pointer) {
                    Some(Operand::Reference { to, .. }) => to,
                    _ => pointer,
                };
                self.test(inner, target)
            }
            PatternKind::Or(parts) => {
                let mut any: Option<ValueId> = None;
                for part in parts {
                    match self.test(part, pointer.clone())? {
                        None => return Ok(None),
                        Some(holds) => {
                            any = Some(match any {
                                None => holds,
                                Some(any) => {
                                    self.builder.boolean(BooleanOperation::Or, &[any, holds])
                                }
                            });
                        }
                    }
                }
                Ok(any)
            }
            PatternKind::Variant(Variant::Err, inner) => {
                let (pointer, _) = self.enter(pointer, None)?;
                let ok = self.holds_value(&pointer, Variant::Ok)?;
                let failed = self.builder.boolean(BooleanOperation::Not, &[ok]);
                if let PatternKind::Wild | PatternKind::Binding { inner: None, .. } = inner.kind {
                    return Ok(Some(failed));
                }
                let error = self.content_of(pointer, Variant::Err)?;
                self.error_matches(inner, error).map(Some)
            }
            PatternKind::Variant(variant, inner) => {
                let (pointer, _) = self.enter(pointer, None)?;
                let some = self.holds_value(&pointer, *variant)?;
                let payload = self.content_of(pointer, *variant)?;
                // The payload of a `None` is undefined: it may be read, the result does not count.
                let inner = self.test(inner, payload)?;
                Ok(self.both(Some(some), inner))
            }
            PatternKind::None => {
                let (pointer, _) = self.enter(pointer, None)?;
                let some = self.holds_value(&pointer, Variant::Some)?;
                Ok(Some(self.builder.boolean(BooleanOperation::Not, &[some])))
            }
            PatternKind::Opaque { tokens, .. } => {
                let (pointer, _) = self.enter(pointer, None)?;
                let subject = self.read(pointer)?;
                self.test_path(pattern, tokens, subject).map(Some)
            }
        }
    }

    /// Whether it is `Some` or `Ok`.
    fn holds_value(&mut self, pointer: &Pointer, variant: Variant) -> Lowered<ValueId> {
        match (variant, self.peek(pointer)) {
            (Variant::Some, Some(Operand::Option { some, .. })) => Ok(some),
            (Variant::Ok, Some(Operand::Result { ok, .. })) => Ok(ok),
            _ => self.no_variant(variant),
        }
    }

    fn subject(&mut self, pointer: Pointer) -> Lowered<ValueId> {
        let operand = self.read(pointer)?;
        self.as_scalar(operand)
    }

    fn pattern_literal(
        &mut self,
        pattern: &Pattern,
        literal: &Literal,
        negative: bool,
        subject: ValueId,
    ) -> Lowered<ValueId> {
        let ty = self.builder.function.value(subject).ty.clone();
        match self.literal_of_type(literal, negative, &ty) {
            Some(value) => Ok(value),
            None => self.error(
                pattern.span,
                format!("this pattern is not supported for a value of type `{ty}`"),
                "compare with `if` instead",
            ),
        }
    }

    fn both(&mut self, a: Option<ValueId>, b: Option<ValueId>) -> Option<ValueId> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.builder.boolean(BooleanOperation::And, &[a, b])),
            (a, b) => a.or(b),
        }
    }

    /// Elements and rest of a slice pattern; the lengths fit.
    fn slice_parts<'p>(
        &mut self,
        parts: &'p [Pattern],
        pointer: Pointer,
    ) -> Lowered<Vec<(&'p Pattern, Pointer)>> {
        let place = self.memory(pointer)?;
        let rest = parts.iter().position(is_rest);
        let after = rest.map_or(0, |rest| parts.len() - rest - 1);
        let length = match self.place_type(&place) {
            Type::Array(_, Length::Literal(length)) => Some(self.builder.usize(length as usize)),
            _ if rest.is_some() => Some(self.builder.length(place.clone())),
            _ => None,
        };
        let mut found = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            let from_end = parts.len() - position;
            let index = match (rest, length) {
                (Some(rest), Some(length)) if position > rest => {
                    let back = self.builder.usize(from_end);
                    self.builder.integer(IntegerOperation::Sub, &[length, back])
                }
                _ => self.builder.usize(position),
            };
            let projection = match (rest, length) {
                (Some(rest), Some(length)) if position == rest => {
                    let back = self.builder.usize(after);
                    let end = self.builder.integer(IntegerOperation::Sub, &[length, back]);
                    Projection::Range { start: index, end, proven: true }
                }
                _ => Projection::Index { index, proven: true },
            };
            let part = match &part.kind {
                // `rest @ ..`
                PatternKind::Binding { inner: Some(inner), .. }
                    if matches!(inner.kind, PatternKind::Rest) =>
                {
                    part
                }
                _ => part,
            };
            found.push((part, Pointer::Memory(place.project(projection))));
        }
        Ok(found)
    }

    fn test_slice(
        &mut self,
        pattern: &Pattern,
        parts: &[Pattern],
        pointer: Pointer,
    ) -> Lowered<Option<ValueId>> {
        let (pointer, _) = self.enter(pointer, None)?;
        let place = self.memory(pointer)?;
        let array = matches!(self.place_type(&place), Type::Array(..));
        let irrefutable = |part: &Pattern| {
            is_rest(part)
                || matches!(
                    &part.kind,
                    PatternKind::Wild | PatternKind::Binding { inner: None, .. }
                )
        };
        if !parts.iter().all(irrefutable) {
            return self.error(
                pattern.span,
                "patterns that can fail inside of slice patterns are not supported",
                "compare the elements in an `if` guard",
            );
        }
        if array {
            return Ok(None);
        }
        let has_rest = parts.iter().any(is_rest);
        let length = self.builder.length(place);
        let least = self.builder.usize(parts.len() - usize::from(has_rest));
        let comparison = if has_rest { Comparison::GreaterEqual } else { Comparison::Equal };
        Ok(Some(self.builder.compare(comparison, length, least)))
    }

    /// A `bool` constant.
    pub(super) fn truth(&mut self, value: bool) -> ValueId {
        self.builder.constant(Constant::Bool(value))
    }
}

fn is_rest(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Rest => true,
        PatternKind::Binding { inner: Some(inner), .. } => matches!(inner.kind, PatternKind::Rest),
        _ => false,
    }
}

/// The positions that the parts of a tuple pattern have in a tuple of `count` elements.
fn positions(parts: &[Pattern], count: usize) -> impl Iterator<Item = (usize, &Pattern)> {
    let rest = parts.iter().position(is_rest);
    let skipped = (count + 1).saturating_sub(parts.len());
    parts.iter().enumerate().filter(|(_, part)| !is_rest(part)).map(move |(position, part)| {
        match rest {
            Some(rest) if position > rest => (position + skipped - 1, part),
            _ => (position, part),
        }
    })
}
