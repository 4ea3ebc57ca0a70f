//! `Option`s whose state lowering follows.

use super::Lowerer;
use super::flow::{Exit, Halt, Lowered};
use super::operand::{Operand, Pointer};
use super::producer::Producer;
use crate::hir::{ExpressionId, MacroKind};
use crate::ir::operations::BooleanOperation;
use crate::ir::{Aggregate, Effect, InstructionKind, Opaque, Piece, ValueId};
use crate::types::Type;
use proc_macro2::Delimiter;
use quote::{quote, quote_spanned};
use std::rc::Rc;

impl Lowerer<'_> {
    /// `Some` of what `payload` makes, if the condition holds.
    pub(super) fn optional_if(
        &mut self,
        some: ValueId,
        payload: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let before = self.scope.clone();
        let then_end = self.branch(None, payload)?;
        let found = then_end.value.clone();
        // The variables are there on this way, too.
        let else_end = self.branch(None, |lowerer| match &found {
            Some(found) => lowerer.absent_like(found),
            None => Ok(Operand::Unset),
        })?;
        self.builder.at(span);
        let fork = super::flow::Fork::If(some);
        let (value, exit) = self.join(fork, vec![then_end, else_end], &before);
        self.resume(exit, None)?;
        let payload = Box::new(value.unwrap_or(Operand::Unit));
        Ok(Operand::Option { some, payload })
    }

    /// The `Option` as a value, of something that is not differentiated: `some.then_some(payload)`.
    pub(super) fn passive_option(
        &mut self,
        some: ValueId,
        payload: &Operand,
    ) -> Lowered<Aggregate> {
        let ty = self.operand_type(payload);
        let (Operand::Scalar(_), false) = (payload, ty.holds_floats()) else {
            return self.unstorable("an `Option`");
        };
        let value = |operand: Operand, lowerer: &mut Self| {
            let argument = lowerer.argument(operand, None, &mut Vec::new())?;
            Ok(Piece::Group(Delimiter::Parenthesis, vec![Piece::Argument(argument)]))
        };
        let some = value(Operand::Scalar(some), self)?;
        let payload = value(payload.clone(), self)?;
        let pieces = vec![some, Piece::Tokens(quote!(.then_some)), payload];
        let opaque = InstructionKind::Opaque(Opaque { pieces, result_slot: None });
        let option = self.builder.push(opaque, vec![Type::Option(Box::new(ty))])[0];
        Ok(Aggregate::Value(option))
    }

    /// A reference to an element, if the condition holds.
    pub(super) fn optional_reference(
        &mut self,
        some: ValueId,
        place: crate::ir::Place,
        mutable: bool,
    ) -> Lowered<Operand> {
        if !mutable && self.place_type(&place).is_scalar() {
            return self.optional_if(some, |lowerer| lowerer.borrow(Pointer::Memory(place), false));
        }
        let payload = Operand::Reference { to: Pointer::Memory(place), mutable };
        Ok(Operand::Option { some, payload: Box::new(payload) })
    }

    /// Panics if a condition does not hold.
    pub(super) fn require(&mut self, condition: ValueId, message: &str) -> Lowered<()> {
        self.fork(
            condition,
            |_| Ok(Operand::Unit),
            |lowerer| {
                lowerer.panic(message);
                Err(Halt::Exit(Exit::diverging()))
            },
        )?;
        Ok(())
    }

    /// Appends a panic.
    pub(super) fn panic(&mut self, message: &str) {
        let effect = Effect {
            path: quote_spanned!(crate::edition::root()=> ::core::panic),
            kind: MacroKind::Panic,
            pieces: vec![Piece::Tokens(quote!(#message))],
        };
        self.builder.push(InstructionKind::Effect(effect), Vec::new());
    }

    /// The default of the type that a method gives.
    pub(super) fn default_of(&mut self, id: ExpressionId, method: &str) -> Lowered<Operand> {
        let ty = self.type_of(id);
        let default = match &ty {
            Type::Vec(_) => Some(Operand::Pending(Aggregate::Vec(Vec::new()), ty.clone())),
            ty => self.zero(ty).map(Operand::Scalar),
        };
        match default {
            Some(default) => Ok(default),
            None => self.no_method(method, &ty),
        }
    }

    /// `unwrap_or`, `unwrap_or_default` and `map_or`, of `Option` and `Result` alike: what is there, or a default.
    pub(super) fn content_or_default(
        &mut self,
        id: ExpressionId,
        there: ValueId,
        payload: Operand,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let default = match arguments {
            [] => self.default_of(id, name)?,
            [default, ..] => self.value(*default)?,
        };
        let function = arguments.get(1).map(|function| self.value(*function)).transpose()?;
        if !arguments.is_empty() {
            self.builder.at(self.body.span(id));
        }
        self.fork(
            there,
            |lowerer| {
                let content = lowerer.read(payload.into())?;
                match &function {
                    Some(function) => lowerer.apply(function, vec![content]),
                    None => Ok(content),
                }
            },
            |_| Ok(default),
        )
    }

    /// A method of an `Option` whose state is known.
    pub(super) fn option_method(
        &mut self,
        id: ExpressionId,
        receiver: Pointer,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let Some(Operand::Option { some, payload }) = self.peek(&receiver) else {
            return self.no_method(name, &Type::Option(Box::new(Type::Opaque(None))));
        };
        let content = |lowerer: &mut Self| lowerer.read(Pointer::Value(payload.clone()));
        match (name, arguments) {
            ("is_some", []) => Ok(Operand::Scalar(some)),
            ("is_none", []) => {
                Ok(Operand::Scalar(self.builder.boolean(BooleanOperation::Not, &[some])))
            }
            ("unwrap", []) => {
                self.require(some, "called `Option::unwrap()` on a `None` value")?;
                content(self)
            }
            ("expect", [_]) => {
                self.require(some, "called `Option::expect()` on a `None` value")?;
                content(self)
            }
            ("unwrap_or" | "unwrap_or_default" | "map_or", _) => {
                self.content_or_default(id, some, *payload, name, arguments)
            }
            ("unwrap_or_else", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.fork(some, content, |lowerer| lowerer.apply(&function, Vec::new()))
            }
            ("map", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.optional_if(some, |lowerer| {
                    let item = lowerer.read(Pointer::Value(payload.clone()))?;
                    lowerer.apply(&function, vec![item])
                })
            }
            ("and_then", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let ty = self.type_of(id);
                self.fork(
                    some,
                    |lowerer| {
                        let item = lowerer.read(Pointer::Value(payload.clone()))?;
                        lowerer.apply(&function, vec![item])
                    },
                    |lowerer| lowerer.absent(&ty),
                )
            }
            ("ok_or", [error]) => {
                let error = self.value(*error)?;
                self.builder.at(span);
                self.or_error(id, some, *payload, |_| Ok(error))
            }
            ("ok_or_else", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.or_error(id, some, *payload, |lowerer| lowerer.apply(&function, vec![]))
            }
            ("copied" | "cloned", []) => self.optional_if(some, |lowerer| {
                let item = lowerer.read(Pointer::Value(payload.clone()))?;
                lowerer.cloned(item)
            }),
            ("as_ref", []) => {
                let to = Pointer::Value(payload);
                let payload = Box::new(Operand::Reference { to, mutable: false });
                Ok(Operand::Option { some, payload })
            }
            ("clone", []) => {
                self.optional_if(some, |lowerer| lowerer.read(Pointer::Value(payload.clone())))
            }
            ("iter" | "into_iter", []) => {
                let payload = *payload;
                Ok(Operand::Iterator(Rc::new(Producer::Maybe { some, payload })))
            }
            _ => self.refuse(
                id,
                format!("`Option::{name}` is not supported"),
                "use `match` or `if let`",
            ),
        }
    }
}
