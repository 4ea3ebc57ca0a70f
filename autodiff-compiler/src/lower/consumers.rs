//! Methods of iterators: adaptors, which only note what is to be done, and consumers, which do it.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Key, Operand, Pointer};
use super::producer::Producer;
use super::reductions::{Keep, payload_type};
use crate::hir::ExpressionId;
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::{Aggregate, Constant, InstructionKind, Place, Projection, ValueId};
use crate::types::Type;
use std::rc::Rc;

impl Lowerer<'_> {
    /// A method of an iterator.
    pub(super) fn iterator_method(
        &mut self,
        id: ExpressionId,
        items: &Rc<Producer>,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let inner = items.clone();
        let iterator = |producer: Producer| Ok(Operand::Iterator(Rc::new(producer)));
        match (name, arguments) {
            ("iter" | "into_iter" | "by_ref" | "fuse", []) => Ok(Operand::Iterator(inner)),
            ("copied" | "cloned", []) => iterator(Producer::Cloned(inner)),
            ("enumerate", []) => iterator(Producer::Enumerate(inner)),
            ("rev", []) => Ok(Operand::Iterator(self.turned(inner)?)),
            ("flatten", []) => iterator(Producer::FlatMap(inner, None)),
            ("zip" | "chain", [other]) => {
                let other = self.value(*other)?;
                self.builder.at(span);
                let other = self.producer(other)?;
                if name == "zip" {
                    return Ok(Operand::Iterator(self.zipped(inner, other)?));
                }
                iterator(Producer::Chain(inner, other))
            }
            ("skip" | "take" | "step_by", [count]) => {
                let count = self.scalar(*count)?;
                self.builder.at(span);
                let inner = if name == "take" { inner } else { self.passed_over(inner)? };
                iterator(match name {
                    "skip" => Producer::Skip(inner, count),
                    "take" => Producer::Take(inner, count),
                    _ => {
                        let zero = self.builder.usize(0);
                        let known = self.builder.constant_of(count);
                        if !matches!(known, Some(Constant::Integer(1.., _))) {
                            let positive = self.builder.compare(Comparison::NotEqual, count, zero);
                            self.require(positive, "assertion failed: step != 0")?;
                        }
                        Producer::StepBy(inner, count)
                    }
                })
            }
            ("scan", [state, function]) => {
                let state = self.value(*state)?;
                let state = self.detached(state);
                let function = self.value(*function)?;
                iterator(Producer::Scan(inner, state, function))
            }
            (
                "map" | "inspect" | "filter" | "filter_map" | "take_while" | "map_while"
                | "skip_while" | "flat_map",
                [function],
            ) => {
                let function = self.value(*function)?;
                iterator(match name {
                    "map" => Producer::Map(inner, function),
                    "inspect" => Producer::Inspect(inner, function),
                    "filter" => Producer::Filter(inner, function),
                    "filter_map" => Producer::FilterMap(inner, function),
                    "take_while" => Producer::TakeWhile(inner, function),
                    "map_while" => Producer::MapWhile(inner, function),
                    "skip_while" => Producer::SkipWhile(inner, function),
                    _ => Producer::FlatMap(inner, Some(function)),
                })
            }
            _ => self.consume(id, items, name, arguments),
        }
    }

    fn consume(
        &mut self,
        id: ExpressionId,
        items: &Rc<Producer>,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let ty = self.type_of(id);
        match (name, arguments) {
            ("sum" | "product", []) => self.accumulate(id, items, name == "sum", &ty),
            ("count", []) => {
                if items.indexed()
                    && !items.runs_code()
                    && let Some(count) = self.count(items)?
                {
                    return Ok(Operand::Scalar(count));
                }
                let zero = Operand::Scalar(self.builder.usize(0));
                self.folded(items, zero, &Type::USIZE, "count", |lowerer, key, _| {
                    let count = lowerer.variable(key)?;
                    let one = lowerer.builder.usize(1);
                    let next = lowerer.builder.integer(IntegerOperation::Add, &[count, one]);
                    lowerer.assign(Pointer::Local(key, Vec::new()), Operand::Scalar(next))
                })
            }
            ("len", []) => match self.count(items)? {
                Some(count) => Ok(Operand::Scalar(count)),
                None => self.unsupported(id, name),
            },
            ("for_each", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.drive(items, 0, None, &mut |lowerer, item| {
                    lowerer.apply(&function, vec![item]).map(drop)
                })?;
                Ok(Operand::Unit)
            }
            ("fold", [initial, function]) => {
                let initial = self.value(*initial)?;
                let initial = self.detached(initial);
                let function = self.value(*function)?;
                self.builder.at(span);
                self.folded(items, initial, &ty, "sum", |lowerer, key, item| {
                    let sum = lowerer.current(key)?;
                    let next = lowerer.apply(&function, vec![sum, item])?;
                    lowerer.assign(Pointer::Local(key, Vec::new()), next)
                })
            }
            ("reduce", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.reduced(items, &ty, |lowerer, kept, item| {
                    lowerer.apply(&function, vec![kept, item])
                })
            }
            ("any" | "all", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.any_or_all(items, &function, name == "any")
            }
            ("position", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let counted = Rc::new(Producer::Enumerate(items.clone()));
                self.find(&counted, &Type::USIZE, |lowerer, item| {
                    let Operand::Tuple(mut parts) = item else {
                        return lowerer.unsupported(id, "position");
                    };
                    let item = parts.pop().unwrap_or(Operand::Unit);
                    let holds = lowerer.apply(&function, vec![item])?;
                    let holds = lowerer.as_scalar(holds)?;
                    Ok((holds, parts.pop().unwrap_or(Operand::Unit)))
                })
            }
            ("find", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let content = payload_type(&ty);
                self.find(items, &content, |lowerer, item| {
                    let (item, reference) = lowerer.looked_at(item)?;
                    let holds = lowerer.apply(&function, vec![reference])?;
                    Ok((lowerer.as_scalar(holds)?, item))
                })
            }
            ("find_map", [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                let content = payload_type(&ty);
                self.find(items, &content, |lowerer, item| lowerer.optional(&function, vec![item]))
            }
            ("min" | "max", []) => {
                let keep = if name == "max" { Keep::Greatest } else { Keep::Least };
                self.reduced(items, &ty, |lowerer, kept, item| {
                    let a = lowerer.as_scalar(kept.clone())?;
                    let b = lowerer.as_scalar(item.clone())?;
                    let ordering = lowerer.ordering(a, b);
                    lowerer.keep(keep, ordering, kept, item)
                })
            }
            ("min_by" | "max_by", [function]) => {
                let keep = if name == "max_by" { Keep::Greatest } else { Keep::Least };
                let function = self.value(*function)?;
                self.builder.at(span);
                self.reduced(items, &ty, |lowerer, kept, item| {
                    let (kept, first) = lowerer.looked_at(kept)?;
                    let (item, second) = lowerer.looked_at(item)?;
                    match lowerer.apply(&function, vec![first, second])? {
                        Operand::Ordering(ordering) => lowerer.keep(keep, ordering, kept, item),
                        _ => lowerer.refuse(
                            id,
                            "an order that is not made in this comparison is not supported",
                            "compare with `cmp`, `partial_cmp` or `total_cmp` in the closure",
                        ),
                    }
                })
            }
            ("min_by_key" | "max_by_key", [function]) => {
                let keep = if name == "max_by_key" { Keep::Greatest } else { Keep::Least };
                let function = self.value(*function)?;
                self.builder.at(span);
                let keyed = self.keyed(id, &function, payload_type(&ty))?;
                let best = self.reduced_from(
                    items,
                    &keyed,
                    |lowerer, item| {
                        let (item, reference) = lowerer.looked_at(item)?;
                        let key = lowerer.apply(&function, vec![reference])?;
                        Ok(Operand::Tuple(vec![key, item]))
                    },
                    |lowerer, kept, item| {
                        let first = lowerer.project_field(kept.clone().into(), "0")?;
                        let first = lowerer.read(first)?;
                        let first = lowerer.as_scalar(first)?;
                        let second = lowerer.project_field(item.clone().into(), "0")?;
                        let second = lowerer.read(second)?;
                        let second = lowerer.as_scalar(second)?;
                        let ordering = lowerer.ordering(first, second);
                        lowerer.keep(keep, ordering, kept, item)
                    },
                )?;
                match best {
                    Operand::Option { some, payload } => {
                        let item = self.project_field(Pointer::Value(payload), "1")?;
                        let payload = Box::new(self.read(item)?);
                        Ok(Operand::Option { some, payload })
                    }
                    other => Ok(other),
                }
            }
            ("last", []) => self.reduced(items, &ty, |_, _, item| Ok(item)),
            ("nth", [position]) => {
                let position = self.scalar(*position)?;
                self.builder.at(span);
                self.nth(id, items, position)
            }
            ("next", []) => {
                let zero = self.builder.usize(0);
                self.nth(id, items, zero)
            }
            ("collect", []) => self.collect(id, items, ty),
            ("unzip", []) => self.unzip(id, items, ty),
            _ => self.unsupported(id, name),
        }
    }

    pub(super) fn unsupported<T>(&mut self, id: ExpressionId, name: &str) -> Lowered<T> {
        self.refuse(
            id,
            format!("`{name}` of an iterator is not supported"),
            "write it as a `for` loop or with `fold`",
        )
    }

    /// What a variable of lowering's own is now.
    pub(super) fn current(&mut self, key: Key) -> Lowered<Operand> {
        let operand = self.scope.get(&key).cloned().unwrap_or(Operand::Poison);
        self.read(Pointer::Value(Box::new(operand)))
    }

    /// Runs over the items with a variable, whose last content is the result.
    fn folded(
        &mut self,
        items: &Rc<Producer>,
        initial: Operand,
        ty: &Type,
        name: &str,
        mut step: impl FnMut(&mut Self, Key, Operand) -> Lowered<()>,
    ) -> Lowered<Operand> {
        let key = self.declare_temporary(initial, ty, name)?;
        self.drive(items, 0, None, &mut |lowerer, item| step(lowerer, key, item))?;
        self.take_result(key)
    }

    fn accumulate(
        &mut self,
        id: ExpressionId,
        items: &Rc<Producer>,
        sum: bool,
        ty: &Type,
    ) -> Lowered<Operand> {
        let (neutral, operation) = match ty {
            // The sum of no floats is -0.0, as in std.
            Type::Float(float) if sum => {
                (Constant::Float(-0.0, float.clone()), Operation::Float(FloatOperation::Add))
            }
            Type::Float(float) => {
                (Constant::Float(1.0, float.clone()), Operation::Float(FloatOperation::Mul))
            }
            Type::Integer(integer) if sum => {
                (Constant::Integer(0, *integer), Operation::Integer(IntegerOperation::Add))
            }
            Type::Integer(integer) => {
                (Constant::Integer(1, *integer), Operation::Integer(IntegerOperation::Mul))
            }
            _ => {
                return self.refuse(
                    id,
                    format!("a sum or product of type `{ty}` is not supported"),
                    "write the type: `.sum::<f64>()`",
                );
            }
        };
        let name = if sum { "sum" } else { "product" };
        let neutral = Operand::Scalar(self.builder.constant(neutral));
        self.folded(items, neutral, ty, name, |lowerer, key, item| {
            let item = lowerer.as_scalar(item)?;
            let old = lowerer.variable(key)?;
            let new = lowerer.builder.operation(operation, &[old, item], ty.clone());
            lowerer.name_value(new, &name.into());
            lowerer.scope.insert(key, Operand::Scalar(new));
            Ok(())
        })
    }

    fn nth(
        &mut self,
        id: ExpressionId,
        items: &Rc<Producer>,
        position: ValueId,
    ) -> Lowered<Operand> {
        if !items.indexed() || items.runs_code() {
            return self.unsupported(id, "nth");
        }
        let Some(count) = self.count(items)? else { return self.unsupported(id, "nth") };
        let some = self.builder.compare(Comparison::Less, position, count);
        self.optional_if(some, |lowerer| lowerer.item(items, position))
    }

    fn collect(&mut self, id: ExpressionId, items: &Rc<Producer>, ty: Type) -> Lowered<Operand> {
        let Type::Vec(element) = ty.clone() else {
            return self.refuse(
                id,
                format!("`collect` into `{ty}` is not supported"),
                "collect into a `Vec`",
            );
        };
        if items.indexed()
            && let Some(count) = self.count(items)?
            && let Some(zeros) = self.zeros(&element)
        {
            let content = Aggregate::VecRepeat(Box::new(zeros), count);
            let slot = self.define(content, ty.clone(), "collected".into());
            self.store_items(items, count, Place::root(slot))?;
            self.fresh.insert(slot);
            return Ok(moved(slot, ty));
        }
        let slot = self.define(Aggregate::Vec(Vec::new()), ty.clone(), "collected".into());
        self.drive(items, 0, None, &mut |lowerer, item| {
            let content = lowerer.content(&item)?;
            let push = InstructionKind::Push(Place::root(slot), content);
            lowerer.builder.push(push, Vec::new());
            Ok(())
        })?;
        self.fresh.insert(slot);
        Ok(moved(slot, ty))
    }

    /// Stores every item at its index.
    fn store_items(&mut self, items: &Rc<Producer>, count: ValueId, target: Place) -> Lowered<()> {
        let start = self.builder.usize(0);
        let header = super::loops::Header::Counted {
            start,
            end: count,
            inclusive: false,
            step: None,
            reversed: false,
        };
        self.repeat(header, 0, |lowerer, index| {
            let item = lowerer.item(items, index)?;
            let element = target.project(Projection::Index { index, proven: true });
            lowerer.overwrite(element, &item)
        })?;
        Ok(())
    }

    fn unzip(&mut self, id: ExpressionId, items: &Rc<Producer>, ty: Type) -> Lowered<Operand> {
        let Type::Tuple(parts) = &ty else { return self.unsupported(id, "unzip") };
        let mut slots = Vec::new();
        for part in parts {
            if !matches!(part, Type::Vec(_)) {
                return self.unsupported(id, "unzip");
            }
            let content = Aggregate::Vec(Vec::new());
            slots.push(self.define(content, part.clone(), "collected".into()));
        }
        self.drive(items, 0, None, &mut |lowerer, item| {
            let Operand::Tuple(values) = item else { return lowerer.unsupported(id, "unzip") };
            for (value, slot) in values.iter().zip(&slots) {
                let content = lowerer.content(value)?;
                let push = InstructionKind::Push(Place::root(*slot), content);
                lowerer.builder.push(push, Vec::new());
            }
            Ok(())
        })?;
        let mut results = Vec::new();
        for (slot, part) in slots.into_iter().zip(parts) {
            self.fresh.insert(slot);
            results.push(moved(slot, part.clone()));
        }
        Ok(Operand::Tuple(results))
    }

    /// `array.map(f)`: an array with what a function makes of each item.
    pub(super) fn collect_array(
        &mut self,
        items: &Rc<Producer>,
        function: &Operand,
        ty: Type,
    ) -> Lowered<Operand> {
        let Some(zeros) = self.zeros(&ty) else {
            let span = self.builder.span();
            return self.error(
                span,
                format!("an array of type `{ty}` made by a function is not supported"),
                "fill it in a loop",
            );
        };
        let slot = self.define(zeros, ty.clone(), "mapped".into());
        let count = self.builder.length(Place::root(slot));
        let mapped = Rc::new(Producer::Map(items.clone(), function.clone()));
        self.store_items(&mapped, count, Place::root(slot))?;
        self.fresh.insert(slot);
        Ok(moved(slot, ty))
    }

    /// `std::array::from_fn`
    pub(super) fn array_from_fn(&mut self, function: Operand, ty: Type) -> Lowered<Operand> {
        self.collect_array(&Rc::new(Producer::Index), &function, ty)
    }
}

fn moved(slot: crate::ir::SlotId, ty: Type) -> Operand {
    Operand::Pending(Aggregate::Place(Place::root(slot), crate::ir::Transfer::Move), ty)
}
