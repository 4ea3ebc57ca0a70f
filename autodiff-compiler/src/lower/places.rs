//! Place expressions and references: where things are, reading them, borrowing them.

use super::environment::transfer;
use super::flow::{Halt, Lowered};
use super::operand::{Key, Operand, Pointer};
use super::{Lowerer, content_type, scan};
use crate::hir::{ExpressionId, ExpressionKind, UnaryOperator, Variant};
use crate::ir::operations::IntegerOperation;
use crate::ir::{
    Aggregate, Argument, Opaque, Piece, Place, Projection, SlotKind, Transfer, ValueId,
};
use crate::types::Type;
use proc_macro2::Delimiter;
use quote::quote;

impl Lowerer<'_> {
    /// Where a place expression is; the value of any other expression.
    pub(super) fn place(&mut self, id: ExpressionId) -> Lowered<Pointer> {
        let body = self.body;
        self.builder.at(body.span(id));
        match &body.expression(id).kind {
            ExpressionKind::Variable(binding) => {
                let key = Key::Binding(*binding);
                match self.scope.get(&key) {
                    Some(Operand::Slot(slot)) => Ok(Pointer::Memory(Place::root(*slot))),
                    Some(Operand::Poison) => Err(Halt::Error),
                    Some(Operand::Conflict) => self.conflict(),
                    Some(_) => Ok(Pointer::Local(key, Vec::new())),
                    None if self.failed => Err(Halt::Error),
                    None => self.refuse(
                        id,
                        format!(
                            "`{}` is used where its value is not known",
                            body.binding(*binding).name
                        ),
                        "a closure that outlives the variables it uses is not supported",
                    ),
                }
            }
            ExpressionKind::Field(base, name) => {
                let base = self.place(*base)?;
                self.project_field(base, name)
            }
            ExpressionKind::Index(..) if self.is_in_unseen_constant(id) => {
                let inside = self.element_of_constant(id)?;
                self.builder.at(body.span(id));
                let ty = self.type_of(id);
                let pieces = match &ty {
                    // It may be anything, and stays where it is.
                    Type::Opaque(_) => {
                        vec![Piece::Tokens(quote!(&)), Piece::Group(Delimiter::Parenthesis, inside)]
                    }
                    _ => inside,
                };
                let value = self.opaque_value(id, Opaque { pieces, result_slot: None }, ty)?;
                Ok(Pointer::Value(Box::new(value)))
            }
            ExpressionKind::Index(base, index) => self.index(*base, *index),
            ExpressionKind::Unary(UnaryOperator::Dereference, inner) => {
                let inner = self.place(*inner)?;
                self.builder.at(body.span(id));
                match self.peek(&inner) {
                    Some(Operand::Reference { to, .. }) => Ok(to),
                    Some(Operand::Conflict) => self.conflict(),
                    Some(Operand::Scalar(value)) if self.is_unseen_reference(value) => {
                        let content = self.behind_reference(id, value)?;
                        Ok(Pointer::Value(Box::new(content)))
                    }
                    // A reference parameter or what is behind it: memory has no references.
                    _ => Ok(inner),
                }
            }
            // The elements of a constant: lent, not copied.
            ExpressionKind::Path(path)
                if matches!(self.type_of(id), Type::Slice(_) | Type::Array(..)) =>
            {
                let content = self.type_of(id);
                Ok(Pointer::Memory(self.lent_constant(path, &content)))
            }
            _ => {
                let operand = self.value(id)?;
                Ok(Pointer::Value(Box::new(operand)))
            }
        }
    }

    /// Whether a value is a reference to what only rustc knows.
    fn is_unseen_reference(&self, value: ValueId) -> bool {
        match &self.builder.function.value(value).ty {
            Type::Reference { to, .. } => matches!(**to, Type::Opaque(_)),
            _ => false,
        }
    }

    /// `*value`, with the type that its use gives it.
    fn behind_reference(&mut self, id: ExpressionId, value: ValueId) -> Lowered<Operand> {
        let argument = Argument::Value(Aggregate::Value(value));
        let pieces = vec![Piece::Tokens(quote!(*)), Piece::Argument(argument)];
        let ty = self.type_of(id);
        self.opaque_value(id, Opaque { pieces, result_slot: None }, ty)
    }

    /// Where an expression is that is only read. A number inside of something that only rustc can look
    /// into is read here, by its tokens, with the type that its use gives it.
    pub(super) fn readable(&mut self, id: ExpressionId) -> Lowered<Pointer> {
        let ty = self.type_of(id);
        if ty.is_scalar() && self.is_in_unseen_constant(id) {
            let pieces = self.element_of_constant(id)?;
            self.builder.at(self.body.span(id));
            let value = self.opaque_value(id, Opaque { pieces, result_slot: None }, ty)?;
            return Ok(Pointer::Value(Box::new(value)));
        }
        let pointer = self.place(id)?;
        if !ty.is_scalar() {
            return Ok(pointer);
        }
        let dereferences = matches!(
            self.body.expression(id).kind,
            ExpressionKind::Unary(UnaryOperator::Dereference, _)
        );
        let pieces = match &pointer {
            Pointer::Memory(place) if matches!(self.place_type(place), Type::Opaque(_)) => {
                let argument = Piece::Argument(Argument::Place(place.clone()));
                match self.body.expression(id).kind {
                    // What is no reference has a `Deref` of its own.
                    ExpressionKind::Unary(UnaryOperator::Dereference, inner)
                        if matches!(self.type_of(inner), Type::Opaque(_)) =>
                    {
                        vec![Piece::Tokens(quote!(*)), argument]
                    }
                    _ => vec![argument],
                }
            }
            Pointer::Memory(_) => return Ok(pointer),
            _ => match self.peek(&pointer) {
                Some(Operand::Scalar(value))
                    if dereferences
                        && matches!(self.builder.function.value(value).ty, Type::Opaque(_)) =>
                {
                    self.builder.at(self.body.span(id));
                    let value = self.behind_reference(id, value)?;
                    return Ok(Pointer::Value(Box::new(value)));
                }
                _ => return Ok(pointer),
            },
        };
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, ty)?;
        Ok(Pointer::Value(Box::new(value)))
    }

    /// Whether the expression is an element or field of a constant whose type only rustc knows.
    fn is_in_unseen_constant(&self, id: ExpressionId) -> bool {
        match &self.body.expression(id).kind {
            ExpressionKind::Index(base, _) | ExpressionKind::Field(base, _) => {
                matches!(self.types.of(*base).referent(), Type::Opaque(_))
                    && (matches!(self.body.expression(*base).kind, ExpressionKind::Path(_))
                        || self.is_in_unseen_constant(*base))
            }
            _ => false,
        }
    }

    /// The tokens of such an expression, with its indices evaluated.
    fn element_of_constant(&mut self, id: ExpressionId) -> Lowered<Vec<Piece>> {
        let body = self.body;
        match &body.expression(id).kind {
            ExpressionKind::Index(base, index)
                if matches!(self.type_of(*index), Type::Range(_)) =>
            {
                self.unknown_constant(*base)
            }
            ExpressionKind::Index(base, index) => {
                let mut pieces = self.element_of_constant(*base)?;
                let index = self.scalar(*index)?;
                let index = Piece::Argument(Argument::Value(Aggregate::Value(index)));
                pieces.push(Piece::Group(Delimiter::Bracket, vec![index]));
                Ok(pieces)
            }
            ExpressionKind::Field(base, name) => {
                let mut pieces = self.element_of_constant(*base)?;
                pieces.push(Piece::Tokens(format!(".{name}").parse().unwrap_or_default()));
                Ok(pieces)
            }
            ExpressionKind::Path(path) => Ok(vec![Piece::Tokens(path.tokens.clone())]),
            _ => self.unknown_constant(id),
        }
    }

    fn unknown_constant<T>(&mut self, id: ExpressionId) -> Lowered<T> {
        self.refuse(
            id,
            "the type of this constant is not known here",
            "copy it to a variable with a type: `let table: [f64; 3] = TABLE;`",
        )
    }

    /// What is at a pointer, if it is not in memory.
    pub(super) fn peek(&self, pointer: &Pointer) -> Option<Operand> {
        match pointer {
            Pointer::Memory(_) => None,
            Pointer::Value(operand) => Some((**operand).clone()),
            Pointer::Local(key, path) => {
                let mut operand = self.scope.get(key)?;
                for name in path {
                    operand = field_of(operand, name)?;
                }
                Some(operand.clone())
            }
        }
    }

    /// Follows references, as field access, indexing and method calls do.
    pub(super) fn follow(&mut self, mut pointer: Pointer) -> Lowered<Pointer> {
        loop {
            match self.peek(&pointer) {
                Some(Operand::Reference { to, .. }) => pointer = to,
                Some(Operand::Slot(slot)) => return Ok(Pointer::Memory(Place::root(slot))),
                Some(Operand::Conflict) => return self.conflict(),
                Some(Operand::Poison) => return Err(Halt::Error),
                _ => return Ok(pointer),
            }
        }
    }

    /// The memory that a pointer leads to; a value is put into a temporary.
    pub(super) fn memory(&mut self, pointer: Pointer) -> Lowered<Place> {
        match self.follow(pointer)? {
            Pointer::Memory(place) => Ok(place),
            Pointer::Value(operand) => match *operand {
                Operand::Pending(Aggregate::Place(place, _), _)
                    if place.path.is_empty() && self.fresh.contains(&place.root) =>
                {
                    // It is looked at from now on: nothing may take it over.
                    self.fresh.remove(&place.root);
                    Ok(place)
                }
                Operand::Pending(content, ty) => {
                    let slot = self.define(content, ty, "value".into());
                    Ok(Place::root(slot))
                }
                Operand::Scalar(value) if self.builder.function.value(value).ty.is_unseen() => {
                    let ty = self.builder.function.value(value).ty.clone();
                    let slot = self.define(Aggregate::Value(value), ty, "value".into());
                    Ok(Place::root(slot))
                }
                _ => self.no_memory(),
            },
            Pointer::Local(..) => self.no_memory(),
        }
    }

    fn no_memory<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "an array, slice or `Vec` is expected here",
            "write the types of the variables in it",
        )
    }

    /// `.name`
    pub(super) fn project_field(&mut self, pointer: Pointer, name: &str) -> Lowered<Pointer> {
        let pointer = self.follow(pointer)?;
        match pointer {
            Pointer::Memory(place) => {
                Ok(Pointer::Memory(place.project(Projection::Field(name.into()))))
            }
            Pointer::Local(key, mut path) => {
                path.push(name.into());
                let inner = Pointer::Local(key, path);
                match self.peek(&inner) {
                    Some(Operand::Slot(slot)) => Ok(Pointer::Memory(Place::root(slot))),
                    Some(_) => Ok(inner),
                    None => self.no_field(name),
                }
            }
            Pointer::Value(operand) => {
                if let Operand::Range { start, end, .. } = &*operand {
                    let bound = if name == "start" { start } else { end };
                    if let (Some(bound), "start" | "end") = (bound, name) {
                        return Ok(Pointer::Value(Box::new(Operand::Scalar(*bound))));
                    }
                }
                if let Operand::Pending(Aggregate::Place(place, _), _) = &*operand {
                    return Ok(Pointer::Memory(place.project(Projection::Field(name.into()))));
                }
                if let Operand::Scalar(value) = &*operand {
                    // A passive thing: its fields are looked at in memory.
                    let ty = self.builder.function.value(*value).ty.clone();
                    let content = Aggregate::Value(*value);
                    let slot = self.builder.define(ty, "value".into(), content);
                    let place = Place::root(slot).project(Projection::Field(name.into()));
                    return Ok(Pointer::Memory(place));
                }
                match field_of(&operand, name) {
                    Some(field) => Ok(Pointer::Value(Box::new(field.clone()))),
                    None => self.no_field(name),
                }
            }
        }
    }

    fn no_field<T>(&mut self, name: &str) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            format!("the type of the value before `.{name}` is not known"),
            "write the type, and add `#[derive(Differentiable)]` if it is a struct with floats",
        )
    }

    /// `base[index]`
    fn index(&mut self, base: ExpressionId, index: ExpressionId) -> Lowered<Pointer> {
        let body = self.body;
        let span = self.builder.span();
        let base = self.place(base)?;
        let mut place = self.memory(base)?;
        let ty = self.place_type(&place);
        if !matches!(ty, Type::Array(..) | Type::Slice(_) | Type::Vec(_) | Type::Opaque(_)) {
            return self.no_memory();
        }
        let looked_into = !matches!(ty, Type::Opaque(_));
        if scan::has_effects(body, index) {
            place = self.touch(place)?;
        }
        let operand = self.value(index)?;
        let borrowed = matches!(operand, Operand::Reference { .. });
        let operand = self.dereferenced(operand)?;
        self.builder.at(span);
        match operand {
            Operand::Range { .. } if ty == Type::Opaque(None) => self.no_memory(),
            Operand::Range { .. } if !looked_into => self.error(
                span,
                format!("a part of {} is not supported", ty.described()),
                "take it outside of the function and pass it in",
            ),
            Operand::Range { start, end, inclusive } => {
                self.slice(place, start, end, inclusive).map(Pointer::Memory)
            }
            operand => {
                let index = self.as_scalar(operand)?;
                let ty = self.builder.function.value(index).ty.clone();
                if borrowed || ty != Type::USIZE {
                    // `map[&key]`: only rustc knows what that means.
                    return self.error(
                        span,
                        format!(
                            "an index of type `{}{ty}` is not supported",
                            if borrowed { "&" } else { "" }
                        ),
                        "index arrays, slices and `Vec` with a `usize`; look it up outside of the \
                         function and pass it in",
                    );
                }
                Ok(Pointer::Memory(place.project(Projection::Index { index, proven: false })))
            }
        }
    }

    /// `place[start..end]`
    pub(super) fn slice(
        &mut self,
        place: Place,
        start: Option<ValueId>,
        end: Option<ValueId>,
        inclusive: bool,
    ) -> Lowered<Place> {
        let proven = start.is_none() && end.is_none();
        if proven && matches!(self.place_type(&place), Type::Slice(_)) {
            return Ok(place);
        }
        let end = match end {
            Some(end) if inclusive => {
                let one = self.builder.usize(1);
                self.builder.integer(IntegerOperation::Add, &[end, one])
            }
            Some(end) => end,
            None => self.builder.length(place.clone()),
        };
        let start = match start {
            Some(start) => start,
            None => self.builder.usize(0),
        };
        Ok(place.project(Projection::Range { start, end, proven }))
    }

    /// The type of what is at a place.
    pub(super) fn place_type(&self, place: &Place) -> Type {
        let ty = self.builder.function.place_type(place);
        ty.map_or(Type::Opaque(None), |ty| content_type(&ty))
    }

    /// The value at a pointer.
    pub(super) fn read(&mut self, pointer: Pointer) -> Lowered<Operand> {
        match pointer {
            Pointer::Memory(place) => self.read_memory(place),
            Pointer::Value(operand) => self.read_operand(*operand),
            Pointer::Local(..) => match self.peek(&pointer) {
                Some(operand) => self.read_operand(operand),
                None => self.no_memory(),
            },
        }
    }

    fn read_operand(&mut self, operand: Operand) -> Lowered<Operand> {
        Ok(match operand {
            Operand::Slot(slot) => return self.read_memory(Place::root(slot)),
            Operand::Tuple(parts) => Operand::Tuple(
                parts.into_iter().map(|part| self.read_operand(part)).collect::<Lowered<_>>()?,
            ),
            Operand::Struct(definition, fields) => {
                let mut read = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    read.push((name, self.read_operand(field)?));
                }
                Operand::Struct(definition, read)
            }
            Operand::Option { some, payload } => {
                Operand::Option { some, payload: Box::new(self.read_operand(*payload)?) }
            }
            Operand::Result { ok, payload, error } => Operand::Result {
                ok,
                payload: Box::new(self.read_operand(*payload)?),
                error: Box::new(self.read_operand(*error)?),
            },
            Operand::Conflict => return self.conflict(),
            Operand::Poison => return Err(Halt::Error),
            other => other,
        })
    }

    /// Reads memory: scalars at once, arrays when it is known where they go.
    fn read_memory(&mut self, place: Place) -> Lowered<Operand> {
        let raw = self.builder.function.place_type(&place);
        if let Some(Type::Reference { mutable, .. }) = raw {
            return Ok(Operand::Reference { to: Pointer::Memory(place), mutable });
        }
        let ty = self.place_type(&place);
        Ok(match &ty {
            Type::Unit => Operand::Unit,
            Type::Bool | Type::Float(_) | Type::Integer(_) => {
                Operand::Scalar(self.builder.load(place, ty))
            }
            Type::Tuple(elements) => {
                let place = self.touch(place)?;
                let mut parts = Vec::with_capacity(elements.len());
                for position in 0..elements.len() {
                    let field = Projection::Field(position.to_string().into());
                    parts.push(self.read_memory(place.project(field))?);
                }
                Operand::Tuple(parts)
            }
            Type::Struct(definition) => {
                let place = self.touch(place)?;
                let mut parts = Vec::with_capacity(definition.fields.len());
                for (name, _) in &definition.fields {
                    let field = self.read_memory(place.project(Projection::Field(name.clone())))?;
                    parts.push((name.clone(), field));
                }
                Operand::Struct(definition.clone(), parts)
            }
            _ => {
                // Nothing can be moved from behind a reference: what is read there is `Copy`.
                let kind = self.builder.function.slot(place.root).kind;
                let behind = matches!(kind, SlotKind::Shared | SlotKind::Mutable);
                let transfer = match &ty {
                    Type::Opaque(_) if behind => Transfer::Copy,
                    ty => transfer(ty),
                };
                Operand::Pending(Aggregate::Place(place, transfer), ty)
            }
        })
    }

    /// Checks the indices of a place now; returns it with all of them proven.
    pub(super) fn touch(&mut self, place: Place) -> Lowered<Place> {
        let unproven = place.path.iter().any(|projection| {
            matches!(
                projection,
                Projection::Index { proven: false, .. } | Projection::Range { proven: false, .. }
            )
        });
        if !unproven || !self.check(&place) {
            return Ok(place);
        }
        let path = place
            .path
            .into_iter()
            .map(|projection| match projection {
                Projection::Index { index, .. } => Projection::Index { index, proven: true },
                Projection::Range { start, end, .. } => {
                    Projection::Range { start, end, proven: true }
                }
                field => field,
            })
            .collect();
        Ok(Place { root: place.root, path })
    }

    /// Appends something that panics if an index of the place is out of bounds.
    fn check(&mut self, place: &Place) -> bool {
        let ty = self.place_type(place);
        match &ty {
            Type::Bool | Type::Float(_) | Type::Integer(_) => {
                self.builder.load(place.clone(), ty);
                true
            }
            Type::Array(..) | Type::Slice(_) | Type::Vec(_) => {
                self.builder.length(place.clone());
                true
            }
            Type::Tuple(_) => self.check(&place.project(Projection::Field("0".into()))),
            Type::Struct(definition) => definition
                .fields
                .iter()
                .any(|(name, _)| self.check(&place.project(Projection::Field(name.clone())))),
            _ => false,
        }
    }

    /// `&` or `&mut` of what is at a pointer.
    pub(super) fn borrow(&mut self, pointer: Pointer, mutable: bool) -> Lowered<Operand> {
        let to = match pointer {
            Pointer::Memory(place) => {
                let ty = self.place_type(&place);
                if !mutable && ty.is_scalar() {
                    Pointer::Value(Box::new(Operand::Scalar(self.builder.load(place, ty))))
                } else {
                    Pointer::Memory(self.touch(place)?)
                }
            }
            Pointer::Value(operand) => match *operand {
                Operand::Pending(..) => Pointer::Memory(self.memory(Pointer::Value(operand))?),
                Operand::Slot(slot) => Pointer::Memory(Place::root(slot)),
                value if mutable => {
                    let ty = self.operand_type(&value);
                    Pointer::Local(self.declare_temporary(value, &ty, "value")?, Vec::new())
                }
                value => Pointer::Value(Box::new(value)),
            },
            Pointer::Local(key, path) => {
                let local = Pointer::Local(key, path);
                match self.peek(&local) {
                    Some(Operand::Slot(slot)) => Pointer::Memory(Place::root(slot)),
                    Some(Operand::Conflict) => return self.conflict(),
                    Some(operand) if !mutable => Pointer::Value(Box::new(operand)),
                    _ => local,
                }
            }
        };
        Ok(Operand::Reference { to, mutable })
    }

    /// The type of an operand, as far as its values tell.
    pub(super) fn operand_type(&self, operand: &Operand) -> Type {
        match operand {
            Operand::Unit => Type::Unit,
            Operand::Scalar(value) => self.builder.function.value(*value).ty.clone(),
            Operand::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.operand_type(part)).collect())
            }
            Operand::Struct(definition, _) => Type::Struct(definition.clone()),
            Operand::Slot(slot) => self.builder.function.slot(*slot).ty.clone(),
            Operand::Pending(_, ty) => ty.clone(),
            Operand::Option { payload, .. } => Type::Option(Box::new(self.operand_type(payload))),
            Operand::Result { payload, error, .. } => {
                let Type::Option(error) = self.operand_type(error) else {
                    return Type::Opaque(None);
                };
                Type::Result(Box::new(self.operand_type(payload)), error)
            }
            _ => Type::Opaque(None),
        }
    }
}

/// A field of a value that has been taken apart.
pub(super) fn field_of<'o>(operand: &'o Operand, name: &str) -> Option<&'o Operand> {
    match operand {
        Operand::Tuple(parts) => parts.get(name.parse::<usize>().ok()?),
        Operand::Struct(_, fields) => {
            fields.iter().find(|(field, _)| &**field == name).map(|(_, field)| field)
        }
        Operand::Option { payload, .. } if name == Variant::Some.name() => Some(payload),
        Operand::Result { payload, .. } if name == Variant::Ok.name() => Some(payload),
        Operand::Result { error, .. } if name == Variant::Err.name() => Some(error),
        _ => None,
    }
}

/// The same, to change it.
pub(super) fn field_of_mut<'o>(operand: &'o mut Operand, name: &str) -> Option<&'o mut Operand> {
    match operand {
        Operand::Tuple(parts) => parts.get_mut(name.parse::<usize>().ok()?),
        Operand::Struct(_, fields) => {
            fields.iter_mut().find(|(field, _)| &**field == name).map(|(_, field)| field)
        }
        Operand::Option { payload, .. } if name == Variant::Some.name() => Some(payload),
        Operand::Result { payload, .. } if name == Variant::Ok.name() => Some(payload),
        Operand::Result { error, .. } if name == Variant::Err.name() => Some(error),
        _ => None,
    }
}
