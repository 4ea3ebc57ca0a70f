//! Assignment: to variables in SSA values, to memory, and `op=`.

use super::flow::{Halt, Lowered};
use super::operand::{Operand, Pointer};
use super::places::field_of_mut;
use super::{Lowerer, scan};
use crate::hir::{BinaryOperator, ExpressionId, Variant};
use crate::ir::{Aggregate, InstructionKind, Place, SlotKind};
use crate::types::{FloatType, Type};

impl Lowerer<'_> {
    /// `left = right`: the right side first.
    pub(super) fn assignment(
        &mut self,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let value = self.value(right)?;
        let value = self.hold(value, &[left])?;
        let pointer = self.place(left)?;
        self.builder.at(span);
        self.assign(pointer, value)?;
        Ok(Operand::Unit)
    }

    /// `left op= right`. Of primitives the right side is evaluated first; otherwise (a right side
    /// that is a reference, a type parameter) it is a method call and the left side comes first.
    pub(super) fn compound_assignment(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let primitive = !matches!(self.types.of(right), Type::Reference { .. })
            && !matches!(self.types.of(left), Type::Float(FloatType::Parameter(_)));
        let (pointer, value) = if primitive {
            let value = self.scalar(right)?;
            (self.place(left)?, value)
        } else {
            let mut pointer = self.place(left)?;
            if let (Pointer::Memory(place), true) = (&pointer, scan::has_effects(self.body, right))
            {
                pointer = Pointer::Memory(self.touch(place.clone())?);
            }
            (pointer, self.scalar(right)?)
        };
        self.builder.at(span);
        match pointer {
            Pointer::Memory(place) => {
                let ty = self.place_type(&place);
                let ty = if ty.is_scalar() { ty } else { self.type_of(left).referent().clone() };
                let old = self.builder.load(place.clone(), ty);
                let new = self.arithmetic(id, operator, old, value)?;
                let place = proven(place);
                self.builder.store(place, new);
            }
            pointer => {
                let old = self.read(pointer.clone())?;
                let old = self.as_scalar(old)?;
                let new = self.arithmetic(id, operator, old, value)?;
                self.assign(pointer, Operand::Scalar(new))?;
            }
        }
        Ok(Operand::Unit)
    }

    /// Overwrites what is at a pointer.
    pub(super) fn assign(&mut self, pointer: Pointer, value: Operand) -> Lowered<()> {
        match pointer {
            Pointer::Memory(place) => self.overwrite(place, &value),
            Pointer::Local(key, path) => {
                let Some(old) = self.peek(&Pointer::Local(key, path.clone())) else {
                    return self.unassignable();
                };
                let value = if several_in_memory(&old) { self.detached(value) } else { value };
                let new = self.replaced(old, value)?;
                if let (Some(name), Operand::Scalar(value)) = (self.key_name(key), &new) {
                    let name = path
                        .iter()
                        .filter(|field| Variant::named(field).is_none())
                        .fold(name, |name, field| format!("{name}_{field}").into());
                    self.name_value(*value, &name);
                }
                let mut target = self.scope.get_mut(&key);
                for name in &path {
                    target = target.and_then(|operand| field_of_mut(operand, name));
                }
                match target {
                    Some(target) => *target = new,
                    None => return self.unassignable(),
                }
                Ok(())
            }
            Pointer::Value(operand) => match *operand {
                Operand::Poison => Err(Halt::Error),
                Operand::Reference { to, mutable: true } => self.assign(to, value),
                _ => self.unassignable(),
            },
        }
    }

    fn unassignable<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "assignment to something that is not a variable, an element or a field",
            "assign to a variable of its own first",
        )
    }

    /// What a variable is after the assignment; what it has in memory is written.
    fn replaced(&mut self, old: Operand, value: Operand) -> Lowered<Operand> {
        Ok(match (old, value) {
            (_, Operand::Poison) => return Err(Halt::Error),
            (_, Operand::Conflict) => return self.conflict(),
            (Operand::Slot(slot), value) => {
                self.overwrite(Place::root(slot), &value)?;
                Operand::Slot(slot)
            }
            (Operand::Tuple(old), Operand::Tuple(new)) if old.len() == new.len() => Operand::Tuple(
                old.into_iter()
                    .zip(new)
                    .map(|(old, new)| self.replaced(old, new))
                    .collect::<Lowered<_>>()?,
            ),
            (Operand::Struct(definition, old), Operand::Struct(_, new))
                if old.len() == new.len() =>
            {
                let mut fields = Vec::with_capacity(old.len());
                for ((name, old), (_, new)) in old.into_iter().zip(new) {
                    fields.push((name, self.replaced(old, new)?));
                }
                Operand::Struct(definition, fields)
            }
            (Operand::Option { payload: old, .. }, Operand::Option { some, payload }) => {
                // The payload of a `None` is never looked at.
                let payload = self.replaced(*old, *payload)?;
                Operand::Option { some, payload: Box::new(payload) }
            }
            (
                Operand::Result { payload: old, error: kept, .. },
                Operand::Result { ok, payload, error },
            ) => {
                let payload = Box::new(self.replaced(*old, *payload)?);
                let error = Box::new(self.replaced(*kept, *error)?);
                Operand::Result { ok, payload, error }
            }
            (Operand::Option { .. } | Operand::Result { .. }, _) => return self.unassignable(),
            (
                Operand::Unset | Operand::Conflict | Operand::Scalar(_),
                Operand::Pending(content, ty),
            ) => Operand::Slot(self.define(content, ty, "value".into())),
            (_, Operand::Slot(slot)) => Operand::Slot(slot),
            (_, new) => new,
        })
    }

    /// Puts content that is still in its place into temporaries: it is about to be overwritten.
    pub(super) fn detached(&mut self, value: Operand) -> Operand {
        match value {
            Operand::Pending(Aggregate::Place(place, transfer), ty) => {
                if place.path.is_empty() && self.fresh.contains(&place.root) {
                    return Operand::Pending(Aggregate::Place(place, transfer), ty);
                }
                self.materialized(Aggregate::Place(place, transfer), ty)
            }
            Operand::Tuple(parts) => {
                Operand::Tuple(parts.into_iter().map(|part| self.detached(part)).collect())
            }
            Operand::Struct(definition, fields) => Operand::Struct(
                definition,
                fields.into_iter().map(|(name, field)| (name, self.detached(field))).collect(),
            ),
            Operand::Option { some, payload } => {
                Operand::Option { some, payload: Box::new(self.detached(*payload)) }
            }
            Operand::Result { ok, payload, error } => {
                let payload = Box::new(self.detached(*payload));
                Operand::Result { ok, payload, error: Box::new(self.detached(*error)) }
            }
            other => other,
        }
    }

    /// Overwrites memory.
    pub(super) fn overwrite(&mut self, place: Place, value: &Operand) -> Lowered<()> {
        let ty = self.place_type(&place);
        if let Operand::Unset = value {
            return Ok(());
        }
        if let (Operand::Scalar(value), true) = (value, ty.is_scalar()) {
            self.builder.store(place, *value);
            return Ok(());
        }
        // `*reference = 1.0`, where the reference leads into something that only rustc knows.
        if let (Operand::Scalar(value), Type::Opaque(_)) = (value, &ty)
            && place.path.is_empty()
            && self.builder.function.slot(place.root).kind == SlotKind::Local
            && self.builder.function.value(*value).ty.is_scalar()
        {
            let span = self.builder.span();
            return self.error(
                span,
                "this changes something behind a reference that is not known here",
                "keep it in an array, a `Vec` or a struct with `#[derive(Differentiable)]`, or change it outside \
                 of the function",
            );
        }
        let content = self.content(value)?;
        if let Aggregate::Place(from, _) = &content
            && *from == place
        {
            return Ok(());
        }
        self.builder.push(InstructionKind::Assign(place, content), Vec::new());
        Ok(())
    }
}

/// Whether more than one part of a variable lives in memory.
fn several_in_memory(operand: &Operand) -> bool {
    fn count(operand: &Operand) -> usize {
        match operand {
            Operand::Slot(_) => 1,
            Operand::Tuple(parts) => parts.iter().map(count).sum(),
            Operand::Struct(_, fields) => fields.iter().map(|(_, field)| count(field)).sum(),
            Operand::Option { payload, .. } => count(payload),
            Operand::Result { payload, error, .. } => count(payload) + count(error),
            _ => 0,
        }
    }
    count(operand) > 1
}

/// The same place after a successful access.
pub(super) fn proven(mut place: Place) -> Place {
    use crate::ir::Projection;
    for projection in &mut place.path {
        match projection {
            Projection::Index { proven, .. } | Projection::Range { proven, .. } => *proven = true,
            Projection::Field(_) => {}
        }
    }
    place
}
