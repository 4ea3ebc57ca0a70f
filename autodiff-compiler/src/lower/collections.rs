//! Methods of arrays, slices and `Vec`s, and the exchanges of `std::mem`.

use super::flow::Lowered;
use super::loops::Header;
use super::operand::{Operand, Pointer};
use super::producer::{Mode, Producer};
use super::{Lowerer, assignment::proven};
use crate::hir::ExpressionId;
use crate::ir::operations::{BooleanOperation, Comparison, IntegerOperation};
use crate::ir::{Aggregate, InstructionKind, Place, Projection, ResizeKind, Transfer, ValueId};
use crate::types::Type;
use std::rc::Rc;

impl Lowerer<'_> {
    /// A method of what is at `place`. `by_value`: the receiver is not behind a reference; `mutable`:
    /// it is behind `&mut`.
    pub(super) fn collection_method(
        &mut self,
        id: ExpressionId,
        place: Place,
        by_value: bool,
        mutable: bool,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let ty = self.place_type(&place);
        let element = ty.element().cloned().unwrap_or(Type::Opaque(None));
        // rustc evaluates the receiver, with its bounds checks, before the arguments.
        let place = if arguments.is_empty() { place } else { self.touch(place)? };
        match (name, arguments) {
            ("len", []) => Ok(Operand::Scalar(self.builder.length(place))),
            ("is_empty", []) => {
                let length = self.builder.length(place);
                let zero = self.builder.usize(0);
                Ok(Operand::Scalar(self.builder.compare(Comparison::Equal, length, zero)))
            }
            ("iter", []) => Ok(Operand::Iterator(self.elements(place, Mode::Shared)?)),
            ("iter_mut", []) => Ok(Operand::Iterator(self.elements(place, Mode::Mutable)?)),
            ("into_iter", []) => {
                let mode = match (by_value, mutable) {
                    (true, _) => Mode::Owned,
                    (false, true) => Mode::Mutable,
                    (false, false) => Mode::Shared,
                };
                Ok(Operand::Iterator(self.elements(place, mode)?))
            }
            ("chunks" | "chunks_exact" | "chunks_mut" | "chunks_exact_mut", [size]) => {
                let size = self.scalar(*size)?;
                self.builder.at(span);
                self.chunks(place, size, name)
            }
            ("windows", [size]) => {
                let size = self.scalar(*size)?;
                self.builder.at(span);
                self.positive(size, "window size must be non-zero")?;
                let length = self.builder.length(place.clone());
                let one = self.builder.usize(1);
                let more = self.builder.integer(IntegerOperation::Add, &[length, one]);
                let count = self.builder.integer(IntegerOperation::SaturatingSub, &[more, size]);
                let producer = Producer::Windows { place: proven(place), size, count };
                Ok(Operand::Iterator(Rc::new(producer)))
            }
            ("first" | "first_mut" | "last" | "last_mut", []) => {
                let length = self.builder.length(place.clone());
                let zero = self.builder.usize(0);
                let some = self.builder.compare(Comparison::Greater, length, zero);
                let index = if name.starts_with("first") {
                    zero
                } else {
                    let one = self.builder.usize(1);
                    self.builder.integer(IntegerOperation::WrappingSub, &[length, one])
                };
                let element = proven(place).project(Projection::Index { index, proven: true });
                self.optional_reference(some, element, name.ends_with("mut"))
            }
            ("get" | "get_mut", [index]) => {
                let index = self.value(*index)?;
                let index = self.as_scalar(index)?;
                self.builder.at(span);
                let length = self.builder.length(place.clone());
                let some = self.builder.compare(Comparison::Less, index, length);
                let element = proven(place).project(Projection::Index { index, proven: true });
                self.optional_reference(some, element, name.ends_with("mut"))
            }
            ("swap", [a, b]) => {
                let a = self.scalar(*a)?;
                let b = self.scalar(*b)?;
                self.builder.at(span);
                let [a, b] =
                    [a, b].map(|index| place.project(Projection::Index { index, proven: false }));
                self.builder.push(InstructionKind::Swap(a, b), Vec::new());
                Ok(Operand::Unit)
            }
            ("reverse", []) => self.reverse(place),
            ("fill", [value]) => {
                let value = self.value(*value)?;
                self.builder.at(span);
                self.fill(place, value, &element)
            }
            ("copy_from_slice" | "clone_from_slice", [source]) => {
                let source = self.value(*source)?;
                self.builder.at(span);
                let source = self.memory(Self::as_pointer(source))?;
                let target = self.whole_slice(place);
                let source = self.whole_slice(source);
                let transfer =
                    if name.starts_with("copy") { Transfer::Copy } else { Transfer::Clone };
                let content = Aggregate::Place(source, transfer);
                self.builder.push(InstructionKind::Assign(target, content), Vec::new());
                Ok(Operand::Unit)
            }
            ("swap_with_slice", [other]) => {
                let other = self.value(*other)?;
                self.builder.at(span);
                let other = self.memory(Self::as_pointer(other))?;
                let (a, b) = (self.whole_slice(place), self.whole_slice(other));
                self.builder.push(InstructionKind::Swap(a, b), Vec::new());
                Ok(Operand::Unit)
            }
            ("push", [value]) => {
                let value = self.value(*value)?;
                self.builder.at(span);
                let content = self.content(&value)?;
                self.builder.push(InstructionKind::Push(place, content), Vec::new());
                Ok(Operand::Unit)
            }
            ("pop", []) => self.pop(place),
            ("clear", []) => self.resize(place, ResizeKind::Clear),
            ("truncate", [length]) => {
                let length = self.scalar(*length)?;
                self.builder.at(span);
                self.resize(place, ResizeKind::Truncate(length))
            }
            ("reserve" | "reserve_exact", [more]) => {
                let more = self.scalar(*more)?;
                self.builder.at(span);
                self.resize(place, ResizeKind::Reserve(more))
            }
            ("resize", [length, value]) => {
                let length = self.scalar(*length)?;
                let value = self.value(*value)?;
                self.builder.at(span);
                let content = self.content(&value)?;
                self.resize(place, ResizeKind::Resize(length, content))
            }
            ("extend_from_slice", [source]) => {
                let source = self.value(*source)?;
                self.builder.at(span);
                let source = self.memory(Self::as_pointer(source))?;
                self.resize(place, ResizeKind::ExtendFrom(source))
            }
            ("extend", [items]) => {
                let items = self.value(*items)?;
                self.builder.at(span);
                let producer = self.producer(items)?;
                self.drive(&producer, 0, None, &mut |lowerer, item| {
                    let item = lowerer.dereferenced(item)?;
                    let content = lowerer.content(&item)?;
                    let push = InstructionKind::Push(place.clone(), content);
                    lowerer.builder.push(push, Vec::new());
                    Ok(())
                })?;
                Ok(Operand::Unit)
            }
            ("to_vec" | "into_vec", []) => {
                let ty = Type::Vec(Box::new(element));
                Ok(Operand::Pending(Aggregate::Place(place, Transfer::Clone), ty))
            }
            ("clone" | "to_owned", []) => {
                let ty = match ty {
                    Type::Slice(element) => Type::Vec(element),
                    other => other,
                };
                let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
                Ok(Operand::Pending(Aggregate::Place(place, transfer), ty))
            }
            ("split_at" | "split_at_mut", [middle]) => {
                let middle = self.scalar(*middle)?;
                self.builder.at(span);
                self.split_at(place, middle, name.ends_with("mut"))
            }
            ("split_first" | "split_last" | "split_first_mut" | "split_last_mut", []) => {
                self.split_off(place, name)
            }
            (
                "as_slice" | "as_mut_slice" | "as_ref" | "as_mut" | "borrow" | "each_ref" | "deref"
                | "by_ref",
                [],
            ) => {
                let mutable = matches!(name, "as_mut_slice" | "as_mut");
                Ok(Operand::Reference { to: Pointer::Memory(self.touch(place)?), mutable })
            }
            ("contains", [value]) => {
                let value = self.scalar(*value)?;
                self.builder.at(span);
                let items = self.elements(place, Mode::Shared)?;
                self.search(&items, |lowerer, item| {
                    let item = lowerer.as_scalar(item)?;
                    Ok(lowerer.builder.compare(Comparison::Equal, item, value))
                })
            }
            ("map", [function]) if matches!(ty, Type::Array(..)) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let items = self.elements(place, Mode::Owned)?;
                self.collect_array(&items, &function, self.type_of(id))
            }
            _ => {
                if element.holds_floats() {
                    return self.refuse(
                        id,
                        format!("`{name}` of {} is not supported", ty.described()),
                        "write it as a loop over indices or elements",
                    );
                }
                self.passive_method(id, Pointer::Memory(place), name, arguments)
            }
        }
    }

    fn resize(&mut self, place: Place, kind: ResizeKind) -> Lowered<Operand> {
        self.builder.push(InstructionKind::Resize(place, kind), Vec::new());
        Ok(Operand::Unit)
    }

    /// The place as a slice.
    pub(super) fn whole_slice(&mut self, place: Place) -> Place {
        if let Type::Slice(_) = self.place_type(&place) {
            return place;
        }
        let start = self.builder.usize(0);
        let end = self.builder.length(place.clone());
        proven(place).project(Projection::Range { start, end, proven: true })
    }

    /// Panics if a size is zero.
    fn positive(&mut self, size: ValueId, message: &str) -> Lowered<()> {
        if let Some(crate::ir::Constant::Integer(known, _)) = self.builder.constant_of(size)
            && *known > 0
        {
            return Ok(());
        }
        let zero = self.builder.usize(0);
        let positive = self.builder.compare(Comparison::NotEqual, size, zero);
        self.require(positive, message)
    }

    fn chunks(&mut self, place: Place, size: ValueId, name: &str) -> Lowered<Operand> {
        self.positive(size, "chunk size must be non-zero")?;
        let exact = name.contains("exact");
        let length = self.builder.length(place.clone());
        let operation = if exact { IntegerOperation::Div } else { IntegerOperation::DivCeil };
        let count = self.builder.integer(operation, &[length, size]);
        let mutable = name.ends_with("mut");
        let place = proven(place);
        let producer = Producer::Chunks { place, length, size, count, exact, mutable };
        Ok(Operand::Iterator(Rc::new(producer)))
    }

    fn reverse(&mut self, place: Place) -> Lowered<Operand> {
        let length = self.builder.length(place.clone());
        let two = self.builder.usize(2);
        let end = self.builder.integer(IntegerOperation::Div, &[length, two]);
        let start = self.builder.usize(0);
        let place = proven(place);
        let header = Header::Counted { start, end, inclusive: false, step: None, reversed: false };
        self.repeat(header, 0, |lowerer, index| {
            let one = lowerer.builder.usize(1);
            let last = lowerer.builder.integer(IntegerOperation::Sub, &[length, one]);
            let mirror = lowerer.builder.integer(IntegerOperation::Sub, &[last, index]);
            let [a, b] = [index, mirror]
                .map(|index| place.project(Projection::Index { index, proven: true }));
            lowerer.builder.push(InstructionKind::Swap(a, b), Vec::new());
            Ok(())
        })?;
        Ok(Operand::Unit)
    }

    fn fill(&mut self, place: Place, value: Operand, element: &Type) -> Lowered<Operand> {
        if element.is_scalar() {
            let value = self.as_scalar(value)?;
            self.builder.push(InstructionKind::Fill(place, value), Vec::new());
            return Ok(Operand::Unit);
        }
        let key = self.declare_temporary(value, element, "value")?;
        let content = self.scope.remove(&key).unwrap_or(Operand::Poison);
        let end = self.builder.length(place.clone());
        let start = self.builder.usize(0);
        let place = proven(place);
        let header = Header::Counted { start, end, inclusive: false, step: None, reversed: false };
        self.repeat(header, 0, |lowerer, index| {
            let target = place.project(Projection::Index { index, proven: true });
            let value = lowerer.read(Pointer::Value(Box::new(content)))?;
            let value = lowerer.cloned(value)?;
            lowerer.overwrite(target, &value)
        })?;
        Ok(Operand::Unit)
    }

    fn pop(&mut self, place: Place) -> Lowered<Operand> {
        let length = self.builder.length(place.clone());
        let zero = self.builder.usize(0);
        let some = self.builder.compare(Comparison::Greater, length, zero);
        let place = proven(place);
        self.optional_if(some, |lowerer| {
            let one = lowerer.builder.usize(1);
            let index = lowerer.builder.integer(IntegerOperation::Sub, &[length, one]);
            let last = place.project(Projection::Index { index, proven: true });
            let value = lowerer.read(Pointer::Memory(last))?;
            let value = lowerer.detached(value);
            let pop = InstructionKind::Resize(place.clone(), ResizeKind::Pop);
            lowerer.builder.push(pop, Vec::new());
            Ok(value)
        })
    }

    fn split_at(&mut self, place: Place, middle: ValueId, mutable: bool) -> Lowered<Operand> {
        let zero = self.builder.usize(0);
        let first = place.project(Projection::Range { start: zero, end: middle, proven: false });
        let first = self.touch(first)?;
        let end = self.builder.length(place.clone());
        let second = proven(place).project(Projection::Range { start: middle, end, proven: true });
        Ok(Operand::Tuple(
            [first, second]
                .map(|place| Operand::Reference { to: Pointer::Memory(place), mutable })
                .into(),
        ))
    }

    fn split_off(&mut self, place: Place, name: &str) -> Lowered<Operand> {
        let mutable = name.ends_with("mut");
        let length = self.builder.length(place.clone());
        let zero = self.builder.usize(0);
        let one = self.builder.usize(1);
        let some = self.builder.compare(Comparison::Greater, length, zero);
        let last = self.builder.integer(IntegerOperation::WrappingSub, &[length, one]);
        let (index, start, end) =
            if name.starts_with("split_first") { (zero, one, length) } else { (last, zero, last) };
        let place = proven(place);
        let element = place.project(Projection::Index { index, proven: true });
        let rest = place.project(Projection::Range { start, end, proven: true });
        let rest = Operand::Reference { to: Pointer::Memory(rest), mutable };
        self.optional_if(some, |lowerer| {
            let element = lowerer.borrow(Pointer::Memory(element), mutable)?;
            Ok(Operand::Tuple(vec![element, rest]))
        })
    }

    /// `Vec::from`, `to_vec` of a value.
    pub(super) fn vec_of(&mut self, value: Operand, ty: Type) -> Lowered<Operand> {
        let referenced = matches!(value, Operand::Reference { .. });
        let place = self.memory(Self::as_pointer(value))?;
        if !referenced && self.place_type(&place) == ty {
            return Ok(Operand::Pending(Aggregate::Place(place, Transfer::Move), ty));
        }
        let place = self.whole_slice(place);
        Ok(Operand::Pending(Aggregate::Place(place, Transfer::Clone), ty))
    }

    /// Whether some item satisfies a condition; stops at the first.
    pub(super) fn search(
        &mut self,
        items: &Rc<Producer>,
        mut holds: impl FnMut(&mut Self, Operand) -> Lowered<ValueId>,
    ) -> Lowered<Operand> {
        let found = self.truth(false);
        let key = self.declare_temporary(Operand::Scalar(found), &Type::Bool, "found")?;
        let jump = self.internal_jump();
        let stop = self.exit_code(jump);
        self.drive(items, 0, Some(stop), &mut |lowerer, item| {
            let holds = holds(lowerer, item)?;
            lowerer.scope.insert(key, Operand::Scalar(holds));
            let not = lowerer.builder.boolean(BooleanOperation::Not, &[holds]);
            lowerer.go_on_if(not, stop)
        })?;
        self.take_result(key)
    }

    // std::mem

    /// Whether what is behind a mutable reference is one piece of memory.
    fn target(&mut self, reference: Operand) -> Lowered<Pointer> {
        match reference {
            Operand::Reference { to, mutable: true } => {
                match self.peek(&to) {
                    Some(Operand::Slot(slot)) => Ok(Pointer::Memory(Place::root(slot))),
                    // A variable that is itself a `&mut`: what it points to, or the variable?
                    Some(Operand::Reference { .. }) => {
                        let span = self.builder.span();
                        self.error(
                            span,
                            "references are exchanged here",
                            "exchange what they point to: `std::mem::swap(a, b)` of `a: &mut _`",
                        )
                    }
                    _ => Ok(to),
                }
            }
            Operand::Poison => Err(super::flow::Halt::Error),
            _ => {
                let span = self.builder.span();
                self.error(
                    span,
                    "a mutable reference is expected here",
                    "write `&mut` and the variable, element or field that it is about",
                )
            }
        }
    }

    pub(super) fn swap(&mut self, a: Operand, b: Operand) -> Lowered<()> {
        let (a, b) = (self.target(a)?, self.target(b)?);
        self.swap_pointers(a, b)
    }

    fn swap_pointers(&mut self, a: Pointer, b: Pointer) -> Lowered<()> {
        if let (Pointer::Memory(a), Pointer::Memory(b)) = (&a, &b) {
            let swap = InstructionKind::Swap(a.clone(), b.clone());
            self.builder.push(swap, Vec::new());
            return Ok(());
        }
        let fields = |operand: &Option<Operand>| -> Vec<String> {
            match operand {
                Some(Operand::Tuple(parts)) => (0..parts.len()).map(|p| p.to_string()).collect(),
                Some(Operand::Struct(_, fields)) => {
                    fields.iter().map(|(name, _)| name.to_string()).collect()
                }
                _ => Vec::new(),
            }
        };
        let names = fields(&self.peek(&a).or_else(|| self.peek(&b)));
        if !names.is_empty() {
            for name in names {
                let a = self.project_field(a.clone(), &name)?;
                let b = self.project_field(b.clone(), &name)?;
                self.swap_pointers(a, b)?;
            }
            return Ok(());
        }
        let first = self.read(a.clone())?;
        let second = self.read(b.clone())?;
        self.assign(a, second)?;
        self.assign(b, first)
    }

    pub(super) fn replace(&mut self, target: Operand, value: Operand) -> Lowered<Operand> {
        let target = self.target(target)?;
        let old = self.read(target.clone())?;
        let old = self.detached(old);
        self.assign(target, value)?;
        Ok(old)
    }

    pub(super) fn take(&mut self, target: Operand) -> Lowered<Operand> {
        let target = self.target(target)?;
        if let Pointer::Memory(place) = &target {
            let ty = self.place_type(place);
            if matches!(ty, Type::Vec(_)) {
                return Ok(self.materialized(Aggregate::Place(place.clone(), Transfer::Take), ty));
            }
        }
        let old = self.read(target.clone())?;
        let old = self.detached(old);
        let ty = self.operand_type(&old);
        let default = match self.zeros(&ty) {
            Some(Aggregate::Value(zero)) => Operand::Scalar(zero),
            Some(content) if !matches!(ty, Type::Tuple(_)) => Operand::Pending(content, ty),
            _ => {
                let span = self.builder.span();
                return self.error(
                    span,
                    format!("`take` of {} is not supported", ty.described()),
                    "use `std::mem::replace` with the value to leave behind",
                );
            }
        };
        self.assign(target, default)?;
        Ok(old)
    }
}
