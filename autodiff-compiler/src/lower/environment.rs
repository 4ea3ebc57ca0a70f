//! Variables: bringing them into being, in SSA values or in memory, and their names.

use super::Lowerer;
use super::flow::{Halt, Lowered};
use super::operand::{Key, Operand, Pointer};
use crate::hir::BindingId;
use crate::ir::{Aggregate, Constant, Place, SlotId, Transfer, ValueId};
use crate::types::Type;
use std::rc::Rc;

impl Lowerer<'_> {
    pub(super) fn binding_name(&self, binding: BindingId) -> Rc<str> {
        let name = self.body.binding(binding).name.to_string();
        name.strip_prefix("r#").map_or(name.as_str(), |plain| plain).into()
    }

    pub(super) fn key_name(&self, key: Key) -> Option<Rc<str>> {
        match key {
            Key::Binding(binding) => Some(self.binding_name(binding)),
            Key::Temporary(_) => None,
        }
    }

    /// Whether a loop may change what this variable is.
    pub(super) fn can_change(&self, key: Key) -> bool {
        match key {
            Key::Binding(binding) => {
                self.body.binding(binding).mutable || self.deferred.contains(&binding)
            }
            Key::Temporary(_) => true,
        }
    }

    /// Gives a value the user's name, unless it has one.
    pub(super) fn name_value(&mut self, value: ValueId, name: &Rc<str>) {
        let known = &mut self.builder.function.values[value.0 as usize].name;
        if known.is_none() {
            *known = Some(name.clone());
        }
    }

    /// Brings a variable into being.
    pub(super) fn declare(&mut self, binding: BindingId, operand: Operand) -> Lowered<()> {
        let name = self.binding_name(binding);
        let ty = self.types.binding(binding).clone();
        if let Operand::Reference { to: Pointer::Value(value), .. } = &operand
            && let Operand::Scalar(value) = **value
        {
            self.name_value(value, &name);
        }
        let settled = if self.whole.contains(&binding) {
            let content = self.content(&operand)?;
            Operand::Slot(self.builder.define(ty, name, content))
        } else {
            self.settle(operand, &ty, &name)?
        };
        self.scope.insert(Key::Binding(binding), settled);
        Ok(())
    }

    /// Brings a variable without value into being.
    pub(super) fn declare_unset(&mut self, binding: BindingId) -> Lowered<()> {
        let name = self.binding_name(binding);
        let ty = self.types.binding(binding).clone();
        self.deferred.insert(binding);
        let operand = if self.whole.contains(&binding) {
            Operand::Slot(self.builder.define(ty, name, Aggregate::Deferred))
        } else {
            self.undefined(&ty, &name)?
        };
        self.scope.insert(Key::Binding(binding), operand);
        Ok(())
    }

    /// A variable of lowering's own with this content.
    pub(super) fn declare_temporary(
        &mut self,
        operand: Operand,
        ty: &Type,
        name: &str,
    ) -> Lowered<Key> {
        let key = self.temporary();
        let settled = self.settle(operand, ty, &name.into())?;
        self.scope.insert(key, settled);
        Ok(key)
    }

    /// Makes a value into what a variable is: content goes to memory.
    pub(super) fn settle(
        &mut self,
        operand: Operand,
        ty: &Type,
        name: &Rc<str>,
    ) -> Lowered<Operand> {
        Ok(match operand {
            Operand::Scalar(value) => {
                if matches!(ty, Type::Opaque(_)) {
                    let ty = self.builder.function.value(value).ty.clone();
                    let content = Aggregate::Value(value);
                    return Ok(Operand::Slot(self.builder.define(ty, name.clone(), content)));
                }
                self.name_value(value, name);
                Operand::Scalar(value)
            }
            Operand::Tuple(elements) => {
                let mut settled = Vec::with_capacity(elements.len());
                for (position, element) in elements.into_iter().enumerate() {
                    let text = position.to_string();
                    let ty = ty.field(&text).cloned().unwrap_or(Type::Unit);
                    settled.push(self.settle(element, &ty, &format!("{name}_{text}").into())?);
                }
                Operand::Tuple(settled)
            }
            Operand::Struct(definition, fields) => {
                let mut settled = Vec::with_capacity(fields.len());
                for (field, element) in fields {
                    let ty = ty.field(&field).cloned().unwrap_or(Type::Unit);
                    let element = self.settle(element, &ty, &format!("{name}_{field}").into())?;
                    settled.push((field, element));
                }
                Operand::Struct(definition, settled)
            }
            Operand::Option { some, payload } => {
                let ty = match ty {
                    Type::Option(ty) => (**ty).clone(),
                    _ => Type::Unit,
                };
                let payload = Box::new(self.settle(*payload, &ty, name)?);
                Operand::Option { some, payload }
            }
            Operand::Result { ok, payload, error } => {
                let Type::Result(value_type, error_type) = ty else {
                    return self.unstorable("a `Result`");
                };
                let payload = Box::new(self.settle(*payload, value_type, name)?);
                // It may be moved out of: it lives in memory.
                let name: Rc<str> = format!("{name}_error").into();
                let ty = Type::Option(error_type.clone());
                let error = match *error {
                    Operand::Scalar(value) => {
                        Operand::Slot(self.builder.define(ty, name, Aggregate::Value(value)))
                    }
                    other => self.settle(other, &ty, &name)?,
                };
                Operand::Result { ok, payload, error: Box::new(error) }
            }
            Operand::Pending(content, ty) => Operand::Slot(self.define(content, ty, name.clone())),
            other => other,
        })
    }

    /// Memory with this content; the memory of a temporary is taken over.
    pub(super) fn define(&mut self, content: Aggregate, ty: Type, name: Rc<str>) -> SlotId {
        if let Aggregate::Place(place, Transfer::Move) = &content
            && place.path.is_empty()
            && self.fresh.remove(&place.root)
        {
            self.builder.function.slots[place.root.0 as usize].name = name;
            return place.root;
        }
        self.builder.define(ty, name, content)
    }

    /// What a variable of this type is before it is set.
    pub(super) fn undefined(&mut self, ty: &Type, name: &str) -> Lowered<Operand> {
        Ok(match ty {
            Type::Unit => Operand::Unit,
            Type::Bool | Type::Float(_) | Type::Integer(_) => {
                let constant = Constant::Undefined(ty.clone());
                Operand::Scalar(self.builder.constant(constant))
            }
            Type::Tuple(elements) => {
                let mut parts = Vec::new();
                for (position, ty) in elements.iter().enumerate() {
                    parts.push(self.undefined(ty, &format!("{name}_{position}"))?);
                }
                Operand::Tuple(parts)
            }
            Type::Struct(definition) => {
                let mut parts = Vec::new();
                for (field, ty) in &definition.fields {
                    let part = self.undefined(ty, &format!("{name}_{field}"))?;
                    parts.push((field.clone(), part));
                }
                Operand::Struct(definition.clone(), parts)
            }
            Type::Array(..) | Type::Vec(_) | Type::Opaque(_) => {
                Operand::Slot(self.builder.define(ty.clone(), name.into(), Aggregate::Deferred))
            }
            Type::Option(ty) => {
                let some = self.builder.constant(Constant::Bool(false));
                Operand::Option { some, payload: Box::new(self.nothing(ty, name)?) }
            }
            Type::Result(value, error) => {
                let ok = self.builder.constant(Constant::Bool(false));
                let payload = Box::new(self.nothing(value, name)?);
                let ty = Type::Option(error.clone());
                let name = format!("{name}_error").into();
                let error = Operand::Slot(self.builder.define(ty, name, Aggregate::Deferred));
                Operand::Result { ok, payload, error: Box::new(error) }
            }
            _ => Operand::Unset,
        })
    }

    /// What stands in an `Option` or a `Result` for a value of this type that is not there. It may be copied and
    /// handed over, so memory has some content.
    pub(super) fn nothing(&mut self, ty: &Type, name: &str) -> Lowered<Operand> {
        let content = match ty {
            Type::Vec(_) => Some(Aggregate::Vec(Vec::new())),
            Type::Array(..) => self.zeros(ty),
            _ => None,
        };
        if let Some(content) = content {
            return Ok(Operand::Slot(self.builder.define(ty.clone(), name.into(), content)));
        }
        Ok(match ty {
            Type::Tuple(elements) => {
                let mut parts = Vec::new();
                for (position, ty) in elements.iter().enumerate() {
                    parts.push(self.nothing(ty, &format!("{name}_{position}"))?);
                }
                Operand::Tuple(parts)
            }
            Type::Struct(definition) => {
                let mut parts = Vec::new();
                for (field, ty) in &definition.fields {
                    let part = self.nothing(ty, &format!("{name}_{field}"))?;
                    parts.push((field.clone(), part));
                }
                Operand::Struct(definition.clone(), parts)
            }
            _ => return self.undefined(ty, name),
        })
    }

    /// What it takes to build a value with structure in memory, or to hand it over.
    pub(super) fn content(&mut self, operand: &Operand) -> Lowered<Aggregate> {
        Ok(match operand {
            Operand::Unit => Aggregate::Unit,
            Operand::Scalar(value) => Aggregate::Value(*value),
            Operand::Tuple(elements) => Aggregate::Tuple(
                elements.iter().map(|element| self.content(element)).collect::<Lowered<_>>()?,
            ),
            Operand::Struct(definition, fields) => {
                let mut contents = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    contents.push((name.clone(), self.content(field)?));
                }
                Aggregate::Struct(definition.clone(), contents)
            }
            Operand::Slot(slot) => {
                let transfer = transfer(&self.builder.function.slot(*slot).ty);
                Aggregate::Place(Place::root(*slot), transfer)
            }
            Operand::Pending(content, _) => content.clone(),
            Operand::Reference { to: Pointer::Memory(place), mutable } => {
                Aggregate::Reference { place: place.clone(), mutable: *mutable }
            }
            Operand::Reference { to: Pointer::Value(operand), mutable: false } => {
                match &**operand {
                    Operand::Slot(slot) => {
                        Aggregate::Reference { place: Place::root(*slot), mutable: false }
                    }
                    _ => return self.unstorable("a reference to a temporary value"),
                }
            }
            Operand::Poison => return Err(Halt::Error),
            Operand::Reference { .. } => return self.unstorable("a reference"),
            Operand::Option { some, payload } => return self.passive_option(*some, payload),
            Operand::Result { .. } => return self.unstorable("a `Result`"),
            Operand::Ordering(_) => return self.unstorable("an `Ordering`"),
            Operand::Iterator(_) => return self.unstorable("an iterator"),
            Operand::Closure(_) | Operand::Function(_) => {
                return self.unstorable("a closure or function");
            }
            Operand::Range { .. } => return self.unstorable("a range"),
            Operand::Unset => return self.unstorable("a variable that is not set on every path"),
            Operand::Conflict => return self.conflict(),
        })
    }

    pub(super) fn unstorable<T>(&mut self, what: &str) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            format!("{what} cannot be stored, passed or returned here"),
            "keep it in a variable of its own and use it in this function",
        )
    }

    /// Refuses something that is not the same on all paths.
    pub(super) fn conflict<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "this refers to different things, depending on the path taken",
            "index into one array instead, or do the work in both branches",
        )
    }
}

/// How content of a type leaves a place when it is read as a value.
pub(super) fn transfer(ty: &Type) -> Transfer {
    if ty.is_copy() { Transfer::Copy } else { Transfer::Move }
}
