//! Method calls, by what the receiver is.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Operand, Pointer};
use crate::hir::{ExpressionId, ExpressionKind};
use crate::ir::{Aggregate, Argument, Transfer};
use crate::types::Type;

impl Lowerer<'_> {
    /// `receiver.method(arguments)`
    pub(super) fn method_call(
        &mut self,
        id: ExpressionId,
        receiver: ExpressionId,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let pointer = self.readable(receiver)?;
        self.builder.at(span);
        let referenced = matches!(self.peek(&pointer), Some(Operand::Reference { .. }));
        let mutable = matches!(self.peek(&pointer), Some(Operand::Reference { mutable: true, .. }));
        if referenced
            && matches!(name, "clone" | "to_owned")
            && let Type::Reference { .. } = self.types.of(id)
        {
            return self.read(pointer);
        }
        let pointer = self.follow(pointer)?;
        if let Pointer::Memory(place) = &pointer {
            let place = place.clone();
            return match self.place_type(&place) {
                Type::Array(..) | Type::Slice(_) | Type::Vec(_) => {
                    let by_value = !referenced;
                    self.collection_method(id, place, by_value, mutable, name, arguments)
                }
                ty if ty.is_scalar() => {
                    let value = self.builder.load(place, ty.clone());
                    self.scalar_method(id, value, name, arguments)
                }
                Type::Struct(definition) => {
                    self.struct_method(id, pointer, &definition.name, name, arguments)
                }
                Type::Tuple(_) if name == "clone" => {
                    let value = self.read(pointer)?;
                    self.cloned(value)
                }
                // A struct that is passive here may have marked methods all the same.
                Type::Opaque(Some(ty)) if self.has_method(&ty.text, name) => {
                    self.struct_method(id, pointer, &ty.text, name, arguments)
                }
                _ => self.passive_or_followed(id, receiver, pointer, name, arguments),
            };
        }
        match self.peek(&pointer) {
            Some(Operand::Scalar(value)) => {
                if self.builder.function.value(value).ty.is_scalar() {
                    return self.scalar_method(id, value, name, arguments);
                }
                self.passive_or_followed(id, receiver, pointer, name, arguments)
            }
            Some(Operand::Pending(_, Type::Array(..) | Type::Vec(_) | Type::Slice(_))) => {
                let place = self.memory(pointer)?;
                self.collection_method(id, place, true, true, name, arguments)
            }
            Some(operand @ (Operand::Iterator(_) | Operand::Range { .. })) => {
                self.range_or_iterator(id, receiver, operand, referenced, name, arguments)
            }
            Some(Operand::Option { .. }) => self.option_method(id, pointer, name, arguments),
            Some(Operand::Result { .. }) => self.result_method(id, pointer, name, arguments),
            Some(Operand::Ordering(ordering)) => {
                if name == "then_with" {
                    return self.then_with(id, ordering, arguments);
                }
                let arguments = self.values(arguments)?;
                self.builder.at(span);
                self.ordering_method(ordering, name, arguments)
            }
            Some(Operand::Struct(definition, _)) => {
                self.struct_method(id, pointer, &definition.name.clone(), name, arguments)
            }
            Some(operand @ Operand::Tuple(_)) if name == "clone" => {
                let value = self.read(Pointer::Value(Box::new(operand)))?;
                self.cloned(value)
            }
            Some(closure @ (Operand::Closure(_) | Operand::Function(_))) if name == "clone" => {
                Ok(closure)
            }
            Some(Operand::Conflict) => self.conflict(),
            Some(Operand::Poison) => Err(super::flow::Halt::Error),
            _ => self.passive_or_followed(id, receiver, pointer, name, arguments),
        }
    }

    /// A method of something that is not looked into; an `Option` or a `Result` that gets a closure is, since the
    /// closure stands here.
    fn passive_or_followed(
        &mut self,
        id: ExpressionId,
        receiver: ExpressionId,
        pointer: Pointer,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let types = self.types;
        let is_closure =
            |id: &ExpressionId| matches!(types.of(*id), Type::Closure(_) | Type::Function);
        let ty = types.of(receiver).referent().clone();
        if ty.outcome().is_none() || !arguments.iter().any(is_closure) {
            return self.passive_method(id, pointer, name, arguments);
        }
        let value = self.read(pointer)?;
        let followed = self.followed(value, &ty)?.into();
        self.builder.at(self.body.span(id));
        match ty {
            Type::Option(_) => self.option_method(id, followed, name, arguments),
            _ => self.result_method(id, followed, name, arguments),
        }
    }

    fn then_with(
        &mut self,
        id: ExpressionId,
        ordering: crate::ir::ValueId,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let [function] = arguments else {
            return self.no_method("then_with", &Type::Opaque(None));
        };
        let function = self.value(*function)?;
        self.builder.at(self.body.span(id));
        match self.apply(&function, Vec::new())? {
            Operand::Ordering(second) => {
                Ok(Operand::Ordering(self.then_ordering(ordering, second)))
            }
            _ => self.no_method("then_with", &Type::Opaque(None)),
        }
    }

    fn scalar_method(
        &mut self,
        id: ExpressionId,
        value: crate::ir::ValueId,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let ty = self.builder.function.value(value).ty.clone();
        if name == "into" || name == "try_into" {
            let target = self.type_of(id);
            if name == "into" && target.is_scalar() && ty != Type::Bool {
                return Ok(Operand::Scalar(self.cast_value(value, &target)));
            }
        }
        let receiver = Pointer::Value(Box::new(Operand::Scalar(value)));
        if !self.has_scalar_method(&ty, name) {
            return self.passive_method(id, receiver, name, arguments);
        }
        let mut values = vec![Operand::Scalar(value)];
        values.extend(self.values(arguments)?);
        self.builder.at(span);
        self.scalar_method_of(&ty, name, values)
    }

    /// Whether an annotated `impl` block marks this method.
    fn has_method(&self, owner: &str, name: &str) -> bool {
        self.environment.methods.contains_key(&format!("{owner}::{name}"))
    }

    fn struct_method(
        &mut self,
        id: ExpressionId,
        receiver: Pointer,
        owner: &str,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let known = [format!("{owner}::{name}"), format!("Self::{name}")]
            .into_iter()
            .find_map(|key| self.environment.methods.get(&key).cloned());
        let Some(signature) = known else {
            if name == "clone" {
                let value = self.read(receiver)?;
                return self.cloned(value);
            }
            return self.refuse(
                id,
                format!("`{name}` is a method that is not known"),
                "mark it with `#[differentiate]`: it is known to functions in the same annotated `impl` block and in the same `#[differentiate] mod`; or write it as an annotated function",
            );
        };
        let mut back = Vec::new();
        let argument = match signature.parameters.first() {
            Some(Type::Reference { mutable, .. }) => {
                let operand = Operand::Reference { to: receiver, mutable: *mutable };
                self.argument(operand, signature.parameters.first(), &mut back)?
            }
            _ => {
                let value = self.read(receiver)?;
                Argument::Value(self.content(&value)?)
            }
        };
        let tokens: proc_macro2::TokenStream =
            format!("{owner}::{name}").parse().unwrap_or_default();
        let path = crate::hir::Path {
            tokens,
            text: format!("{owner}::{name}").into(),
            generics: Vec::new(),
        };
        self.builder.at(span);
        let value = self.annotated_call(id, &path, &signature, arguments, vec![argument])?;
        for (pointer, slot) in back {
            let changed = self.read(Pointer::Memory(crate::ir::Place::root(slot)))?;
            self.assign(pointer, changed)?;
        }
        Ok(value)
    }

    fn range_or_iterator(
        &mut self,
        id: ExpressionId,
        receiver: ExpressionId,
        operand: Operand,
        referenced: bool,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        if let Operand::Range { start: Some(start), end: Some(end), inclusive } = &operand {
            let (start, end, inclusive) = (*start, *end, *inclusive);
            match (name, arguments) {
                ("contains", [value]) => {
                    let value = self.scalar(*value)?;
                    return Ok(self.range_contains(start, end, inclusive, value));
                }
                ("is_empty", []) => {
                    let inside = self.range_contains(start, end, inclusive, start);
                    let inside = self.as_scalar(inside)?;
                    let not = crate::ir::operations::BooleanOperation::Not;
                    return Ok(Operand::Scalar(self.builder.boolean(not, &[inside])));
                }
                _ => {}
            }
        }
        if name == "clone" {
            return Ok(operand);
        }
        let body = self.body;
        let variable = matches!(
            body.expression(receiver).kind,
            ExpressionKind::Variable(_) | ExpressionKind::Field(..) | ExpressionKind::Unary(..)
        );
        if referenced
            || name == "by_ref"
            || variable && matches!(name, "next" | "nth" | "next_back")
        {
            return self.consumed_in_part();
        }
        let producer = self.producer(operand)?;
        self.iterator_method(id, &producer, name, arguments)
    }

    fn range_contains(
        &mut self,
        start: crate::ir::ValueId,
        end: crate::ir::ValueId,
        inclusive: bool,
        value: crate::ir::ValueId,
    ) -> Operand {
        use crate::ir::operations::{BooleanOperation, Comparison};
        let above = self.builder.compare(Comparison::LessEqual, start, value);
        let comparison = if inclusive { Comparison::LessEqual } else { Comparison::Less };
        let below = self.builder.compare(comparison, value, end);
        Operand::Scalar(self.builder.boolean(BooleanOperation::And, &[above, below]))
    }

    /// `.clone()` of a value, or of what a reference points to.
    pub(super) fn cloned(&mut self, operand: Operand) -> Lowered<Operand> {
        let owned = !matches!(operand, Operand::Reference { .. });
        let operand = self.dereferenced(operand)?;
        Ok(self.with_clones(operand, owned))
    }

    /// Clones where content would be moved; a temporary that nobody else sees is taken over.
    fn with_clones(&mut self, operand: Operand, owned: bool) -> Operand {
        match operand {
            Operand::Pending(Aggregate::Place(place, Transfer::Move), ty) => {
                if owned && place.path.is_empty() && self.fresh.contains(&place.root) {
                    return Operand::Pending(Aggregate::Place(place, Transfer::Move), ty);
                }
                Operand::Pending(Aggregate::Place(place, Transfer::Clone), ty)
            }
            Operand::Tuple(parts) => Operand::Tuple(
                parts.into_iter().map(|part| self.with_clones(part, owned)).collect(),
            ),
            Operand::Struct(definition, fields) => Operand::Struct(
                definition,
                fields
                    .into_iter()
                    .map(|(name, field)| (name, self.with_clones(field, owned)))
                    .collect(),
            ),
            other => other,
        }
    }
}
