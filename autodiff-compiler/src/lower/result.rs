//! What is left early with: the variable that the exits of a function, a loop or a block put their values into.
//!
//! rustc does not see that it is set wherever it is read, since exits are codes and branches. Numbers and lists begin
//! as something that is never read; a type that is not looked into has nothing of the kind, so it is kept in an
//! `Option` until all exits have met.

use super::flow::Lowered;
use super::operand::{Key, Operand, Pointer};
use super::{Jump, Lowerer};
use crate::ir::{Aggregate, InstructionKind, Opaque, Piece};
use crate::types::Type;
use proc_macro2::Delimiter;
use quote::{quote, quote_spanned};

/// The type of the variable for results of a type that is not looked into.
fn kept(ty: &Type) -> Type {
    Type::Option(Box::new(ty.clone()))
}

/// Whether a part of the type is not looked into.
fn has_unseen(ty: &Type) -> bool {
    match ty {
        Type::Tuple(parts) => parts.iter().any(has_unseen),
        Type::Opaque(_) => true,
        _ => false,
    }
}

impl Lowerer<'_> {
    /// Brings the variable for the values of a jump into being; with it comes that of a jump around.
    pub(super) fn begin_result(
        &mut self,
        jump: Jump,
        ty: &Type,
    ) -> Lowered<(Key, Option<(Key, Type)>)> {
        let result = self.unset_result(ty, "result")?;
        let key = self.temporary();
        self.scope.insert(key, result);
        Ok((key, self.results.insert(jump, (key, ty.clone()))))
    }

    /// The variable before it is set.
    fn unset_result(&mut self, ty: &Type, name: &str) -> Lowered<Operand> {
        match ty {
            Type::Tuple(parts) if has_unseen(ty) => {
                let parts = parts.iter().enumerate();
                let parts = parts.map(|(k, part)| self.unset_result(part, &format!("{name}_{k}")));
                Ok(Operand::Tuple(parts.collect::<Lowered<_>>()?))
            }
            Type::Opaque(_) => {
                Ok(Operand::Slot(self.builder.define(kept(ty), name.into(), Aggregate::Deferred)))
            }
            _ => self.undefined(ty, name),
        }
    }

    /// From here on the jump is that around.
    pub(super) fn end_result(&mut self, jump: Jump, outer: Option<(Key, Type)>) {
        match outer {
            Some(outer) => self.results.insert(jump, outer),
            None => self.results.remove(&jump),
        };
    }

    /// Puts a value of a type into the variable.
    pub(super) fn set_result(&mut self, key: Key, value: Operand, ty: &Type) -> Lowered<()> {
        let some = |value| {
            let some = quote_spanned!(crate::edition::root()=> ::core::option::Option::Some);
            vec![Piece::Tokens(some), Piece::Group(Delimiter::Parenthesis, vec![value])]
        };
        let value = self.followed(value, ty)?;
        let value = self.with_unseen(value, ty, &some, &kept)?;
        self.assign(Pointer::Local(key, Vec::new()), value)
    }

    /// What was put into the variable, which ends.
    pub(super) fn result(&mut self, key: Key, ty: &Type) -> Lowered<Operand> {
        let value = self.take_result(key)?;
        let unwrap = |value| vec![value, Piece::Tokens(quote!(.unwrap()))];
        self.with_unseen(value, ty, &unwrap, &Type::clone)
    }

    /// The value, with each part that is not looked into made into something else by tokens.
    fn with_unseen(
        &mut self,
        value: Operand,
        ty: &Type,
        tokens: &dyn Fn(Piece) -> Vec<Piece>,
        made: &dyn Fn(&Type) -> Type,
    ) -> Lowered<Operand> {
        if !has_unseen(ty) {
            return Ok(value);
        }
        let Type::Tuple(types) = ty else {
            let argument = self.argument(value, None, &mut Vec::new())?;
            let opaque = Opaque { pieces: tokens(Piece::Argument(argument)), result_slot: None };
            let result = self.builder.push(InstructionKind::Opaque(opaque), vec![made(ty)])[0];
            return Ok(Operand::Scalar(result));
        };
        let mut parts = vec![];
        for (position, ty) in types.iter().enumerate() {
            let part =
                self.project_field(Pointer::Value(Box::new(value.clone())), &position.to_string())?;
            let part = self.read(part)?;
            parts.push(self.with_unseen(part, ty, tokens, made)?);
        }
        Ok(Operand::Tuple(parts))
    }
}
