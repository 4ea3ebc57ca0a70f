//! The shape of what is overwritten, cut off or handed over: its adjoint gets it back in reverse.
//!
//! The adjoint of a place has the lengths that the place has at that point of the function. Where these
//! change, the forward sweep reads the old ones before. The length of one `Vec` is a value like any other;
//! the lengths of elements go on a stack, from which the reverse sweep takes them.
//!
//! Assumes that the place is one that the forward sweep reaches without a panic (it changes it next).
//! Guarantees: after the reverse of the change, the adjoint is zero in the old shape.

use super::{Reverse, moves, stash};
use crate::diagnostics::SourceSpan;
use crate::ir::operations::IntegerOperation;
use crate::ir::zeros::has_static_shape;
use crate::ir::*;
use crate::types::Type;
use std::rc::Rc;

/// The shape that a place had before it changed.
pub(super) enum Shape {
    /// The one that it still has.
    Same,
    /// It was moved out, so that nothing is left of it; whoever took it hands its adjoint back.
    Gone,
    /// A `Vec` of so many things of one shape.
    Length(ValueId),
    /// That of each field.
    Fields(Vec<(Rc<str>, Shape)>),
    /// A list of things with lengths of their own, which are on the stack.
    Elements {
        /// Their number, if that can change.
        length: Option<ValueId>,
        /// The lengths of all that changed.
        lengths: SlotId,
    },
}

impl Reverse {
    /// The shape that an instruction is about to change, and how the forward sweep reads it before. `past`:
    /// what happened before it in its region.
    pub(super) fn record_shape(
        &mut self,
        instruction: &Instruction,
        past: &[Instruction],
    ) -> (Vec<Instruction>, Shape) {
        let (InstructionKind::Assign(place, _) | InstructionKind::Resize(place, _)) =
            &instruction.kind
        else {
            return (vec![], Shape::Same);
        };
        if !self.is_active_slot(place.root) {
            return (vec![], Shape::Same);
        }
        match &instruction.kind {
            InstructionKind::Resize(place, kind) => self.shape_before_resize(place, kind),
            _ if place.path.is_empty()
                && moves::is_moved_after(past, place.root)
                && !has_static_shape(&self.type_at(place).tangent()) =>
            {
                (vec![], Shape::Gone)
            }
            _ => self.shape_of(place),
        }
    }

    /// The shape of a place, and how the forward sweep reads it.
    pub(super) fn shape_of(&mut self, place: &Place) -> (Vec<Instruction>, Shape) {
        self.builder.open(vec![]);
        let ty = self.type_at(place);
        let shape = self.read_shape(place, &ty);
        (self.builder.close(vec![]).instructions, shape)
    }

    fn read_shape(&mut self, place: &Place, ty: &Type) -> Shape {
        if has_static_shape(&ty.tangent()) {
            return Shape::Same;
        }
        if let Some(fields) = fields(place, ty) {
            let shapes = fields.into_iter().map(|(name, field, ty)| {
                let shape = self.read_shape(&field, &ty);
                (name, shape)
            });
            return Shape::Fields(shapes.collect());
        }
        let Some(element) = ty.element() else { return Shape::Same };
        let length = matches!(ty, Type::Vec(_)).then(|| self.builder.length(place.clone()));
        if has_static_shape(&element.tangent()) {
            return length.map_or(Shape::Same, Shape::Length);
        }
        let lengths = self.stack_of_lengths(place);
        let start = self.builder.usize(0);
        let end = length.unwrap_or_else(|| self.builder.length(place.clone()));
        self.push_lengths_of_elements(place, element, (start, end), lengths);
        Shape::Elements { length, lengths }
    }

    /// The same where a `Vec` changes its length: of what is cut off.
    fn shape_before_resize(
        &mut self,
        place: &Place,
        kind: &ResizeKind,
    ) -> (Vec<Instruction>, Shape) {
        self.builder.open(vec![]);
        let length = self.builder.length(place.clone());
        let element = self.type_at(place).element().cloned().unwrap_or(Type::Unit);
        let first = match kind {
            _ if has_static_shape(&element.tangent()) => None,
            ResizeKind::Clear => Some(self.builder.usize(0)),
            ResizeKind::Truncate(length) | ResizeKind::Resize(length, _) => Some(*length),
            ResizeKind::Pop => {
                let one = self.builder.usize(1);
                Some(self.builder.integer(IntegerOperation::SaturatingSub, &[length, one]))
            }
            ResizeKind::ExtendFrom(_) | ResizeKind::Reserve(_) => None,
        };
        let shape = match first {
            Some(first) => {
                let lengths = self.stack_of_lengths(place);
                self.push_lengths_of_elements(place, &element, (first, length), lengths);
                Shape::Elements { length: Some(length), lengths }
            }
            None => Shape::Length(length),
        };
        (self.builder.close(vec![]).instructions, shape)
    }

    /// Zeros in a shape, at an adjoint place.
    pub(super) fn restore_shape(&mut self, target: &Place, tangent: &Type, shape: Shape) {
        match shape {
            Shape::Same => self.builder.fill_with_zeros(target, tangent),
            Shape::Gone => {
                let empty = self.builder.zeros(tangent, None);
                self.builder.push(InstructionKind::Assign(target.clone(), empty), vec![]);
            }
            Shape::Length(length) => self.restart_with_length(target, tangent, length),
            Shape::Fields(shapes) => {
                let fields = fields(target, tangent).unwrap_or_default();
                for ((_, field, ty), (_, shape)) in fields.into_iter().zip(shapes) {
                    self.restore_shape(&field, &ty, shape);
                }
            }
            Shape::Elements { length, lengths } => {
                if let Some(length) = length {
                    self.restart_with_length(target, tangent, length);
                }
                let start = self.builder.usize(0);
                let end = length.unwrap_or_else(|| self.builder.length(target.clone()));
                self.restore_elements(target, (start, end), lengths);
            }
        }
    }

    /// Zeros in the shapes that are on the stack, for some elements at an adjoint place.
    pub(super) fn restore_elements(
        &mut self,
        target: &Place,
        (start, end): (ValueId, ValueId),
        lengths: SlotId,
    ) {
        let Some(element) = self.type_at(target).element().cloned() else { return };
        let index = self.builder.value(Type::USIZE, None);
        self.builder.open(vec![index]);
        let place = target.project(Projection::Index { index, proven: true });
        self.pop_lengths(&place, &element, lengths);
        let body = self.builder.close(vec![]);
        let backwards = For { body, reversed: true, ..For::over(start, end) };
        self.builder.push(InstructionKind::For(backwards), vec![]);
    }

    /// The adjoint of what was in a `Vec` before it was replaced: zeros of that length.
    fn restart_with_length(&mut self, target: &Place, tangent: &Type, length: ValueId) {
        if let Type::Vec(element) = tangent {
            let zero = self.builder.zeros(element, None);
            let zeros = Aggregate::VecRepeat(Box::new(zero), length);
            self.builder.push(InstructionKind::Assign(target.clone(), zeros), vec![]);
        }
    }

    /// Pushes the lengths in a place, those of elements before that of their list.
    fn push_lengths(&mut self, place: &Place, ty: &Type, lengths: SlotId) {
        if has_static_shape(&ty.tangent()) {
            return;
        }
        if let Some(fields) = fields(place, ty) {
            for (_, field, ty) in fields {
                self.push_lengths(&field, &ty, lengths);
            }
            return;
        }
        let Some(element) = ty.element() else { return };
        let length = self.builder.length(place.clone());
        if !has_static_shape(&element.tangent()) {
            let start = self.builder.usize(0);
            self.push_lengths_of_elements(place, element, (start, length), lengths);
        }
        if matches!(ty, Type::Vec(_)) {
            self.push(&Place::root(lengths), Aggregate::Value(length));
        }
    }

    fn push_lengths_of_elements(
        &mut self,
        place: &Place,
        element: &Type,
        (start, end): (ValueId, ValueId),
        lengths: SlotId,
    ) {
        let index = self.builder.value(Type::USIZE, None);
        self.builder.open(vec![index]);
        let place = place.project(Projection::Index { index, proven: true });
        self.push_lengths(&place, element, lengths);
        let body = self.builder.close(vec![]);
        let forward = For { body, ..For::over(start, end) };
        self.builder.push(InstructionKind::For(forward), vec![]);
    }

    /// The reverse of [`Self::push_lengths`]: zeros of those lengths at an adjoint place.
    fn pop_lengths(&mut self, target: &Place, tangent: &Type, lengths: SlotId) {
        if has_static_shape(tangent) {
            return self.builder.fill_with_zeros(target, tangent);
        }
        if let Some(fields) = fields(target, tangent) {
            for (_, field, ty) in fields.into_iter().rev() {
                self.pop_lengths(&field, &ty, lengths);
            }
            return;
        }
        if matches!(tangent, Type::Vec(_)) {
            let pop = InstructionKind::Pop(Place::root(lengths));
            let length = self.builder.push(pop, vec![Type::USIZE])[0];
            self.restart_with_length(target, tangent, length);
        }
        if tangent.element().is_some_and(|element| !has_static_shape(element)) {
            let start = self.builder.usize(0);
            let end = self.builder.length(target.clone());
            self.restore_elements(target, (start, end), lengths);
        }
    }

    fn stack_of_lengths(&mut self, place: &Place) -> SlotId {
        let span = self.builder.span();
        let function = &mut self.builder.function;
        let name = format!("{}_lengths", function.slot(place.root).name).into();
        let ty = Type::Vec(Box::new(Type::USIZE));
        let stack = function.new_slot(ty, name, span, SlotKind::Local);
        self.stacks.push(stash::definition(&self.builder.function, stack));
        stack
    }

    /// An instruction for the forward sweep that reads a length.
    pub(super) fn forward_length(&mut self, place: Place, span: SourceSpan) -> Instruction {
        let length = self.builder.function.new_value(Type::USIZE, None, span);
        Instruction { kind: InstructionKind::Length(place), results: vec![length], span }
    }
}

/// Whether lengths at the place, or inside of it, change: the gradient has those at entry, and the adjoint
/// begins with those at exit.
pub(super) fn is_reshaped(function: &Function, body: &Region, slot: SlotId) -> bool {
    let mut found = false;
    let reshapes = |place: &Place| {
        place.root == slot
            && (place.path.is_empty()
                || match function.place_type(place) {
                    Some(Type::Slice(element)) => !has_static_shape(&element.tangent()),
                    ty => ty.is_none_or(|ty| !has_static_shape(&ty.tangent())),
                })
    };
    body.for_each_instruction(&mut |instruction| {
        if !matches!(instruction.kind, InstructionKind::Fill(..)) {
            found |= instruction.kind.writes().iter().any(reshapes);
        }
    });
    found
}

/// The fields of a tuple or struct at a place.
fn fields(place: &Place, ty: &Type) -> Option<Vec<(Rc<str>, Place, Type)>> {
    let field = |name: Rc<str>, ty: &Type| {
        (name.clone(), place.project(Projection::Field(name)), ty.clone())
    };
    match ty {
        Type::Tuple(elements) => {
            let elements = elements.iter().enumerate();
            Some(elements.map(|(index, ty)| field(index.to_string().into(), ty)).collect())
        }
        Type::Struct(definition) => {
            Some(definition.fields.iter().map(|(name, ty)| field(name.clone(), ty)).collect())
        }
        _ => None,
    }
}
