//! What may fail: `Ok` and `Err`, the error in a `Result`, and functions that return a `Result` or an `Option`.
//!
//! A `Result` is followed like an `Option` ([`super::options`]), with the error beside it. The error is passive and is
//! not looked into; so that it can be absent, it is kept as an `Option` of its own.
//!
//! A function gives its caller the parts ([`Type::outcome`]): `(value, whether there is one, error)`. What takes the
//! place of a value that is not there is never looked at: no derivative comes from it and none goes to it.

use super::Lowerer;
use super::flow::{Fork, Lowered};
use super::operand::{Operand, Pointer};
use crate::hir::{ExpressionId, Pattern, Variant};
use crate::ir::operations::BooleanOperation;
use crate::ir::{
    Aggregate, Constant, MatchArm, Opaque, Piece, Place, Projection, Region, SlotId, ValueId,
};
use crate::types::Type;
use proc_macro2::Delimiter;
use quote::{quote, quote_spanned};

impl Lowerer<'_> {
    /// `Ok(value)`
    pub(super) fn ok_with(&mut self, id: ExpressionId, value: ExpressionId) -> Lowered<Operand> {
        let payload = Box::new(self.value(value)?);
        self.builder.at(self.body.span(id));
        let error = self.no_error(&self.type_of(id));
        Ok(Operand::Result { ok: self.truth(true), payload, error: Box::new(error) })
    }

    /// `Err(error)`
    pub(super) fn err_with(&mut self, id: ExpressionId, error: ExpressionId) -> Lowered<Operand> {
        let mut back = Vec::new();
        let error = self.argument_piece(error, &mut back)?;
        self.builder.at(self.body.span(id));
        let error = self.some_error(error, &self.type_of(id))?;
        self.read_back(back)?;
        self.failed_with(error, &self.type_of(id))
    }

    /// A `Result` of a type that is this error, as an `Option`.
    fn failed_with(&mut self, error: Operand, ty: &Type) -> Lowered<Operand> {
        let payload = match ty {
            Type::Result(value, _) => self.absent(value)?,
            _ => Operand::Unit,
        };
        let ok = self.truth(false);
        Ok(Operand::Result { ok, payload: Box::new(payload), error: Box::new(error) })
    }

    /// What stands for a value that is not there.
    pub(super) fn absent(&mut self, ty: &Type) -> Lowered<Operand> {
        let nothing = self.nothing(ty, "none")?;
        self.release(&nothing);
        self.read(nothing.into())
    }

    /// What stands for a value that is not there where this one would be: content of memory has content of its own,
    /// anything else is not set.
    pub(super) fn absent_like(&mut self, present: &Operand) -> Lowered<Operand> {
        Ok(match present {
            Operand::Slot(_) | Operand::Pending(..) => {
                let ty = self.operand_type(present);
                self.absent(&ty)?
            }
            Operand::Tuple(parts) => Operand::Tuple(
                parts.iter().map(|part| self.absent_like(part)).collect::<Lowered<_>>()?,
            ),
            Operand::Struct(definition, fields) => {
                let mut absent = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    absent.push((name.clone(), self.absent_like(field)?));
                }
                Operand::Struct(definition.clone(), absent)
            }
            _ => Operand::Unset,
        })
    }

    /// The error of a `Result` of this type that has none.
    fn no_error(&mut self, ty: &Type) -> Operand {
        let none = Constant::Undefined(Type::Option(Box::new(error_type(ty))));
        Operand::Scalar(self.builder.constant(none))
    }

    /// `Some(error)`, for a `Result` of this type.
    fn some_error(&mut self, error: Piece, ty: &Type) -> Lowered<Operand> {
        let some = Variant::Some.path();
        let pieces = vec![Piece::Tokens(some), Piece::Group(Delimiter::Parenthesis, vec![error])];
        let opaque = Opaque { pieces, result_slot: None };
        let span = self.builder.span();
        self.opaque_at(span, opaque, Type::Option(Box::new(error_type(ty))))
    }

    /// The error that is known to be there, or a reference to it.
    pub(super) fn error_in(
        &mut self,
        kept: Pointer,
        by_reference: Option<bool>,
    ) -> Lowered<Operand> {
        let kept = self.read(kept)?;
        let ty = match self.operand_type(&kept) {
            Type::Option(error) => *error,
            _ => Type::Opaque(None),
        };
        let (kept, unwrapped, ty) = match (by_reference, kept) {
            (None, kept) => (kept, quote!(.unwrap()), ty),
            (Some(false), Operand::Pending(Aggregate::Place(place, _), _)) => {
                let lent = Operand::Reference { to: Pointer::Memory(place), mutable: false };
                let ty = Type::Reference { mutable: false, to: Box::new(ty) };
                (lent, quote!(.as_ref().unwrap()), ty)
            }
            _ => {
                let span = self.builder.span();
                return self.error(
                    span,
                    "an error is not supported by `&mut`",
                    "match on the `Result` itself, and make a new error",
                );
            }
        };
        let argument = self.argument(kept, None, &mut Vec::new())?;
        let pieces = vec![Piece::Argument(argument), Piece::Tokens(unwrapped)];
        let span = self.builder.span();
        self.opaque_at(span, Opaque { pieces, result_slot: None }, ty)
    }

    /// Whether there is an error and it matches a pattern.
    pub(super) fn error_matches(&mut self, pattern: &Pattern, kept: Pointer) -> Lowered<ValueId> {
        let mut bound = Vec::new();
        let tokens = self.pattern_tokens(pattern, &mut bound)?;
        if !bound.is_empty() {
            return self.error(
                pattern.span,
                "a pattern that takes something out of the error is not supported here",
                "bind the error, `Err(error)`, and match on it in the arm",
            );
        }
        let (some, kept) = (Variant::Some.path(), self.scrutinee(kept)?);
        let inside = vec![Piece::Argument(kept), Piece::Tokens(quote!(, #some(#tokens)))];
        let matches = quote_spanned!(crate::edition::root()=> ::core::matches!);
        let pieces = vec![Piece::Tokens(matches), Piece::Group(Delimiter::Parenthesis, inside)];
        let span = self.builder.span();
        let opaque = Opaque { pieces, result_slot: None };
        let holds = self.opaque_at(span, opaque, Type::Bool)?;
        self.as_scalar(holds)
    }

    /// What the function gives for what it returns.
    pub(super) fn returned(&mut self, value: Operand, ty: &Type) -> Lowered<Aggregate> {
        match self.followed(value, ty)? {
            Operand::Option { some, payload } => {
                Ok(Aggregate::Tuple(vec![self.content(&payload)?, Aggregate::Value(some)]))
            }
            Operand::Result { ok, payload, error } => {
                let parts =
                    vec![self.content(&payload)?, Aggregate::Value(ok), self.content(&error)?];
                Ok(Aggregate::Tuple(parts))
            }
            other => self.content(&other),
        }
    }

    /// What a call gave that may have failed.
    pub(super) fn outcome_in(&mut self, slot: SlotId, ty: &Type) -> Lowered<Operand> {
        let place = Place::root(slot);
        let mut part = |index: usize| {
            let field = Projection::Field(index.to_string().into());
            self.read(Pointer::Memory(place.project(field)))
        };
        let (payload, some) = (Box::new(part(0)?), part(1)?);
        let Type::Result(..) = ty else {
            return Ok(Operand::Option { some: self.as_scalar(some)?, payload });
        };
        let error = Box::new(part(2)?);
        Ok(Operand::Result { ok: self.as_scalar(some)?, payload, error })
    }

    /// An `Option` or `Result` of this type as one that is followed; one that only rustc has looked into is matched.
    pub(super) fn followed(&mut self, value: Operand, ty: &Type) -> Lowered<Operand> {
        let unseen = matches!(value, Operand::Scalar(_) | Operand::Slot(_) | Operand::Pending(..));
        match ty {
            Type::Option(content) if unseen => {
                let none = self.branch(None, |lowerer| lowerer.absent(ty))?;
                let none = (quote!(_), vec![], none);
                let some = self.truth(true);
                let content = self.bound_by(Variant::Some, content, |payload, _| {
                    Ok(Operand::Option { some, payload: Box::new(payload) })
                })?;
                self.matched(value, [content, none])
            }
            Type::Result(content, error) if unseen => {
                let ok = self.truth(true);
                let content = self.bound_by(Variant::Ok, content, |payload, lowerer| {
                    let error = Box::new(lowerer.no_error(ty));
                    Ok(Operand::Result { ok, payload: Box::new(payload), error })
                })?;
                let error = self.bound_by(Variant::Err, error, |error, lowerer| {
                    let error = lowerer.argument(error, None, &mut Vec::new())?;
                    let error = lowerer.some_error(Piece::Argument(error), ty)?;
                    lowerer.failed_with(error, ty)
                })?;
                self.matched(value, [content, error])
            }
            _ => Ok(value),
        }
    }

    fn matched(&mut self, value: Operand, arms: [Arm; 2]) -> Lowered<Operand> {
        let scrutinee = self.argument(value, None, &mut Vec::new())?;
        let (mut built, mut ends) = (vec![], vec![]);
        for (pattern, bindings, end) in arms {
            built.push(MatchArm { pattern, bindings, guard: None, body: Region::default() });
            ends.push(end);
        }
        self.finish_match(Fork::Match(scrutinee, built), ends)
    }

    /// An arm that binds the content of a variant.
    fn bound_by(
        &mut self,
        variant: Variant,
        ty: &Type,
        body: impl FnOnce(Operand, &mut Self) -> Lowered<Operand>,
    ) -> Lowered<Arm> {
        let (name, path) = ("content", variant.path());
        let plain = ty.is_scalar() || matches!(ty, Type::Opaque(_) | Type::Reference { .. });
        let held = if plain { ty.clone() } else { Type::Opaque(None) };
        let value = self.builder.value(held, Some(name.into()));
        let content = quote::format_ident!("{name}");
        let end = self.branch(None, |lowerer| {
            let content = match plain {
                true => Operand::Scalar(value),
                false => lowerer.unpacked(value, ty)?,
            };
            body(content, lowerer)
        })?;
        Ok((quote!(#path(#content)), vec![(name.into(), value)], end))
    }

    /// A method of a `Result` whose state is known.
    pub(super) fn result_method(
        &mut self,
        id: ExpressionId,
        receiver: Pointer,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let Some(Operand::Result { ok, payload, error }) = self.peek(&receiver) else {
            return self.no_method(name, &self.type_of(id));
        };
        let error = *error;
        let content = |lowerer: &mut Self| lowerer.read(Pointer::Value(payload.clone()));
        let otherwise = |lowerer: &mut Self| lowerer.error_in(error.clone().into(), None);
        match (name, arguments) {
            ("is_ok", []) => Ok(Operand::Scalar(ok)),
            ("is_err", []) => Ok(Operand::Scalar(self.not_ok(ok))),
            ("ok", []) => {
                let payload = Box::new(content(self)?);
                Ok(Operand::Option { some: ok, payload })
            }
            ("err", []) => self.read(error.into()),
            ("unwrap", []) => {
                self.require(ok, "called `Result::unwrap()` on an `Err` value")?;
                content(self)
            }
            ("expect", [_]) => {
                self.require(ok, "called `Result::expect()` on an `Err` value")?;
                content(self)
            }
            ("unwrap_err", []) => {
                let failed = self.not_ok(ok);
                self.require(failed, "called `Result::unwrap_err()` on an `Ok` value")?;
                otherwise(self)
            }
            ("unwrap_or" | "unwrap_or_default" | "map_or", _) => {
                self.content_or_default(id, ok, *payload, name, arguments)
            }
            ("unwrap_or_else", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.fork(ok, content, |lowerer| {
                    let error = otherwise(lowerer)?;
                    lowerer.apply(&function, vec![error])
                })
            }
            ("map", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let mapped = self.optional_if(ok, |lowerer| {
                    let value = content(lowerer)?;
                    lowerer.apply(&function, vec![value])
                })?;
                let Operand::Option { some: ok, payload } = mapped else { return Ok(mapped) };
                Ok(Operand::Result { ok, payload, error: Box::new(self.read(error.into())?) })
            }
            ("map_err", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.or_error(id, ok, (*payload).clone(), |lowerer| {
                    let error = otherwise(lowerer)?;
                    lowerer.apply(&function, vec![error])
                })
            }
            ("and_then", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let ty = self.type_of(id);
                self.fork(
                    ok,
                    |lowerer| {
                        let value = content(lowerer)?;
                        lowerer.apply(&function, vec![value])
                    },
                    |lowerer| {
                        let error = lowerer.read(error.clone().into())?;
                        lowerer.failed_with(error, &ty)
                    },
                )
            }
            _ => self.refuse(
                id,
                format!("`Result::{name}` is not supported"),
                "use `match`, `if let` or `?`",
            ),
        }
    }

    /// `option.ok_or(error)`, `result.map_err(function)`: the error is made by `make`.
    pub(super) fn or_error(
        &mut self,
        id: ExpressionId,
        some: ValueId,
        payload: Operand,
        make: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let ty = self.type_of(id);
        let error = self.fork(
            some,
            |lowerer| Ok(lowerer.no_error(&ty)),
            |lowerer| {
                let error = make(lowerer)?;
                let error = lowerer.argument(error, None, &mut Vec::new())?;
                lowerer.some_error(Piece::Argument(error), &ty)
            },
        )?;
        let payload = Box::new(self.read(payload.into())?);
        Ok(Operand::Result { ok: some, payload, error: Box::new(error) })
    }

    fn not_ok(&mut self, ok: ValueId) -> ValueId {
        self.builder.boolean(BooleanOperation::Not, &[ok])
    }
}

/// Pattern, bindings and body of an arm.
type Arm = (proc_macro2::TokenStream, Vec<(std::rc::Rc<str>, ValueId)>, super::flow::End);

/// The error type of a `Result`.
fn error_type(ty: &Type) -> Type {
    match ty {
        Type::Result(_, error) => (**error).clone(),
        _ => Type::Opaque(None),
    }
}
