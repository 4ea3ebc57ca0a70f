//! Floats end to end: what has structure as one row.

use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, IntegerOperation};
use crate::ir::*;
use crate::types::{Length, Type};

impl Function {
    /// The position of a float in its root, if constants say it; none of an element that there is not.
    pub fn position_in(
        &self,
        place: &Place,
        constant: &dyn Fn(ValueId) -> Option<i128>,
    ) -> Option<u64> {
        let mut ty = self.slot(place.root).ty.tangent();
        let mut position = 0;
        for projection in &place.path {
            match projection {
                Projection::Index { index, .. } => {
                    let index = u64::try_from(constant(*index)?).ok()?;
                    if matches!(ty, Type::Array(_, Length::Literal(length)) if index >= length) {
                        return None;
                    }
                    ty = ty.element()?.clone();
                    position += index * ty.float_count()?;
                }
                Projection::Field(name) => {
                    for (field, ty) in ty.fields() {
                        if field == *name {
                            break;
                        }
                        position += ty.float_count()?;
                    }
                    ty = ty.field(name)?.clone();
                }
                Projection::Range { .. } => return None,
            }
        }
        ty.is_float().then_some(position)
    }
}

impl Builder {
    /// The floats of content of static shape, in order. (What is moved into it stays where it is: only
    /// numbers are read.)
    pub fn floats(&mut self, content: &Aggregate, ty: &Type) -> Vec<ValueId> {
        match (content, ty) {
            (_, ty) if !ty.holds_floats() => vec![],
            (Aggregate::Value(value), _) => vec![*value],
            (Aggregate::Tuple(parts), Type::Tuple(types)) => {
                parts.iter().zip(types).flat_map(|(part, ty)| self.floats(part, ty)).collect()
            }
            (Aggregate::Struct(_, parts), Type::Struct(definition)) => {
                let fields = definition.fields.iter();
                let field = |(name, ty): &(_, Type)| {
                    let part = parts.iter().find(|(other, _)| other == name);
                    part.map(|(_, part)| (part, ty.clone()))
                };
                let fields: Vec<_> = fields.filter_map(field).collect();
                fields.into_iter().flat_map(|(part, ty)| self.floats(part, &ty)).collect()
            }
            (Aggregate::Array(parts), Type::Array(element, _)) => {
                parts.iter().flat_map(|part| self.floats(part, element)).collect()
            }
            (Aggregate::ArrayRepeat(part, _), Type::Array(element, length)) => {
                let one = self.floats(part, element);
                let Length::Literal(length) = length else { return vec![] };
                (0..*length).flat_map(|_| one.iter().copied()).collect()
            }
            (Aggregate::Place(place, _), ty) => {
                let mut found = vec![];
                self.for_each_known_float(place, ty, &mut |builder, place, float| {
                    found.push(builder.load(place, float.clone()));
                });
                found
            }
            _ => vec![],
        }
    }

    /// The position of a float in its root, if constants say it.
    pub fn position_in(&self, place: &Place) -> Option<u64> {
        let constant = |value| match self.constant_of(value) {
            Some(Constant::Integer(constant, _)) => Some(*constant),
            _ => None,
        };
        self.function.position_in(place, &constant)
    }

    /// Visits the floats at a place of static shape, one by one.
    pub fn for_each_known_float(
        &mut self,
        place: &Place,
        ty: &Type,
        visit: &mut dyn FnMut(&mut Builder, Place, &Type),
    ) {
        match ty {
            Type::Float(_) => visit(self, place.clone(), ty),
            Type::Array(element, Length::Literal(length)) if ty.holds_floats() => {
                for index in 0..*length as usize {
                    let index = self.usize(index);
                    let element_place = place.project(Projection::Index { index, proven: true });
                    self.for_each_known_float(&element_place, element, visit);
                }
            }
            Type::Tuple(_) | Type::Struct(_) => {
                for (field, ty) in fields(ty) {
                    self.for_each_known_float(&place.project(field), &ty, visit);
                }
            }
            _ => {}
        }
    }

    /// Visits every float at a place with its position, by loops. `first`: the position of the first one.
    /// Returns the position after the last one.
    pub fn for_each_float(
        &mut self,
        place: &Place,
        ty: &Type,
        first: ValueId,
        visit: &mut dyn FnMut(&mut Builder, Place, &Type, ValueId),
    ) -> ValueId {
        match ty {
            Type::Float(_) => {
                visit(self, place.clone(), ty, first);
                let one = self.usize(1);
                self.sum(first, one)
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element)
                if ty.holds_floats() =>
            {
                let (start, end) = (self.usize(0), self.length(place.clone()));
                let index = self.value(Type::USIZE, None);
                let inside = place.project(Projection::Index { index, proven: true });
                let Some(size) = element.float_count() else {
                    return self.for_each_float_of_ragged(
                        (start, end),
                        index,
                        &inside,
                        element,
                        first,
                        visit,
                    );
                };
                let size = self.usize(size as usize);
                self.open(vec![index]);
                let offset = self.product(index, size);
                let position = self.sum(first, offset);
                self.for_each_float(&inside, element, position, visit);
                let body = self.close(vec![]);
                self.push(InstructionKind::For(For { body, ..For::over(start, end) }), vec![]);
                let all = self.product(end, size);
                self.sum(first, all)
            }
            Type::Tuple(_) | Type::Struct(_) => fields(ty).fold(first, |position, (field, ty)| {
                self.for_each_float(&place.project(field), &ty, position, visit)
            }),
            _ => first,
        }
    }

    /// The same for elements of different sizes: the loop carries the position.
    fn for_each_float_of_ragged(
        &mut self,
        (start, end): (ValueId, ValueId),
        index: ValueId,
        inside: &Place,
        element: &Type,
        first: ValueId,
        visit: &mut dyn FnMut(&mut Builder, Place, &Type, ValueId),
    ) -> ValueId {
        let position = self.value(Type::USIZE, Some("position".into()));
        self.open(vec![index, position]);
        let next = self.for_each_float(inside, element, position, visit);
        let body = self.close(vec![next]);
        let kind = For { body, carried: vec![first], ..For::over(start, end) };
        self.push(InstructionKind::For(kind), vec![Type::USIZE])[0]
    }

    /// The number of floats at a place.
    pub fn count_floats(&mut self, place: &Place, ty: &Type) -> ValueId {
        if let Some(count) = ty.float_count() {
            return self.usize(count as usize);
        }
        match ty {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                let end = self.length(place.clone());
                if let Some(size) = element.float_count() {
                    let size = self.usize(size as usize);
                    return self.product(end, size);
                }
                let start = self.usize(0);
                let (index, count) =
                    (self.value(Type::USIZE, None), self.value(Type::USIZE, Some("count".into())));
                self.open(vec![index, count]);
                let inside = place.project(Projection::Index { index, proven: true });
                let more = self.count_floats(&inside, element);
                let next = self.sum(count, more);
                let body = self.close(vec![next]);
                let kind = For { body, carried: vec![start], ..For::over(start, end) };
                self.push(InstructionKind::For(kind), vec![Type::USIZE])[0]
            }
            _ => {
                let zero = self.usize(0);
                fields(ty).fold(zero, |count, (field, ty)| {
                    let more = self.count_floats(&place.project(field), &ty);
                    self.sum(count, more)
                })
            }
        }
    }

    /// `sum` + Σ aₖ bₖ over the floats at two places of one type.
    pub fn add_product(&mut self, sum: ValueId, a: &Place, b: &Place, ty: &Type) -> ValueId {
        match ty {
            Type::Float(_) => {
                let (a, b) = (self.load(a.clone(), ty.clone()), self.load(b.clone(), ty.clone()));
                let product = self.float_operation(FloatOperation::Mul, &[a, b]);
                self.float_operation(FloatOperation::Add, &[sum, product])
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element)
                if ty.holds_floats() =>
            {
                let start = self.usize(0);
                let lengths = [self.length(a.clone()), self.length(b.clone())];
                // Where they differ, an index is out of bounds.
                let end = self.integer(IntegerOperation::Max, &lengths);
                let float = self.function.value(sum).ty.clone();
                let (index, carried) =
                    (self.value(Type::USIZE, None), self.value(float.clone(), None));
                self.open(vec![index, carried]);
                let inside = Projection::Index { index, proven: false };
                let (own, other) = (a.project(inside.clone()), b.project(inside));
                let next = self.add_product(carried, &own, &other, element);
                let body = self.close(vec![next]);
                let kind = For { body, carried: vec![sum], ..For::over(start, end) };
                self.push(InstructionKind::For(kind), vec![float])[0]
            }
            _ => fields(ty).fold(sum, |sum, (field, ty)| {
                self.add_product(sum, &a.project(field.clone()), &b.project(field), &ty)
            }),
        }
    }

    /// `a + b` of positions.
    pub fn sum(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.integer(IntegerOperation::Add, &[a, b])
    }

    /// `a * b` of sizes.
    pub fn product(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.integer(IntegerOperation::Mul, &[a, b])
    }
}

/// The parts of a tuple or struct, with their types.
fn fields(ty: &Type) -> impl Iterator<Item = (Projection, Type)> {
    ty.fields().into_iter().map(|(name, ty)| (Projection::Field(name), ty))
}
