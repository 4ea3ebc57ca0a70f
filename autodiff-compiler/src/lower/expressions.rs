//! Expressions as values.

use super::flow::{Halt, Lowered};
use super::operand::{ClosureValue, Key, Operand, Pointer, Scope};
use super::{Lowerer, scan};
use crate::hir::{BinaryOperator, ExpressionId, ExpressionKind, UnaryOperator};
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use crate::ir::{Aggregate, InstructionKind, Place, Region, SlotKind, Transfer, ValueId};
use crate::types::Type;
use std::rc::Rc;

impl Lowerer<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, id: ExpressionId) -> Lowered<Operand> {
        let body = self.body;
        let expression = body.expression(id);
        self.builder.at(expression.span);
        use ExpressionKind::*;
        match &expression.kind {
            Literal(literal) => self.literal(id, literal, false),
            Path(path) => self.constant_path(id, path),
            FunctionPath(callee) => Ok(Operand::Function(callee.clone())),
            Unary(UnaryOperator::Negate, inner) => self.negate(id, *inner),
            Unary(UnaryOperator::Not, inner) => self.not(id, *inner),
            Variable(_) | Field(..) | Index(..) | Unary(UnaryOperator::Dereference, _) => {
                let pointer = self.readable(id)?;
                self.builder.at(expression.span);
                let operand = self.read(pointer)?;
                self.typed(operand, id)
            }
            Binary(BinaryOperator::And, a, b) => self.lazy(id, true, *a, *b),
            Binary(BinaryOperator::Or, a, b) => self.lazy(id, false, *a, *b),
            Binary(operator, a, b) => self.binary(id, *operator, *a, *b),
            Assign(left, right) => self.assignment(*left, *right),
            AssignOperation(operator, left, right) => {
                self.compound_assignment(id, *operator, *left, *right)
            }
            Cast(value, ty) => self.cast(id, *value, ty),
            Borrow { mutable, value } => self.borrow_expression(*value, *mutable),
            Tuple(elements) if elements.is_empty() => Ok(Operand::Unit),
            Tuple(elements) => Ok(Operand::Tuple(self.values(elements)?)),
            Array(elements) => {
                let contents = self.contents(elements)?;
                Ok(Operand::Pending(Aggregate::Array(contents), self.type_of(id)))
            }
            ArrayRepeat(element, length) => {
                let operand = self.value(*element)?;
                let content = self.content(&operand)?;
                let content = Aggregate::ArrayRepeat(Box::new(content), length.clone());
                Ok(Operand::Pending(content, self.type_of(id)))
            }
            VecList(elements) => {
                let contents = self.contents(elements)?;
                Ok(Operand::Pending(Aggregate::Vec(contents), self.type_of(id)))
            }
            VecRepeat(element, length) => {
                let operand = self.value(*element)?;
                let operand = self.hold(operand, &[*length])?;
                let length = self.scalar(*length)?;
                let content = self.repeated(&operand)?;
                let content = Aggregate::VecRepeat(Box::new(content), length);
                Ok(Operand::Pending(content, self.type_of(id)))
            }
            Struct { fields, base, .. } => self.structure(id, fields, *base),
            Range { start, end, inclusive } => {
                let counter = self.types.counters.get(&id).copied();
                let mut bound = |bound: ExpressionId| match counter {
                    Some(counter) => self.unseen_bound(bound, counter),
                    None => self.scalar(bound),
                };
                let start = start.map(&mut bound).transpose()?;
                let end = end.map(&mut bound).transpose()?;
                Ok(Operand::Range { start, end, inclusive: *inclusive })
            }
            Block(block) => self.block(id, block),
            If { condition, then_branch, else_branch } => {
                self.branching(*condition, *then_branch, *else_branch, &self.type_of(id))
            }
            Let(pattern, scrutinee) => self.let_as_bool(pattern, *scrutinee),
            Match { scrutinee, arms } => self.matching(id, *scrutinee, arms),
            While { condition, body } => self.while_loop(id, *condition, *body),
            Loop { body } => self.endless_loop(id, *body),
            For { pattern, iterator, body } => self.for_loop(id, pattern, *iterator, *body),
            Break { target, value } => self.leave(super::Jump::Break(*target), *value),
            Continue { target } => self.leave(super::Jump::Continue(*target), None),
            Return { target, value } => self.leave(super::Jump::Return(*target), *value),
            Closure { .. } => Ok(self.closure(id)),
            Call { callee, arguments } => self.call(id, callee, arguments),
            MethodCall { receiver, method, arguments, .. } => {
                self.method_call(id, *receiver, &method.to_string(), arguments)
            }
            Macro(call) => self.macro_call(id, call),
            Opaque(opaque) => self.opaque(id, opaque),
        }
    }

    /// The inferred type.
    pub(super) fn type_of(&self, id: ExpressionId) -> Type {
        self.types.of(id).clone()
    }

    /// A scalar, read through references.
    pub(super) fn scalar(&mut self, id: ExpressionId) -> Lowered<ValueId> {
        let operand = self.value(id)?;
        self.builder.at(self.body.span(id));
        self.as_scalar(operand)
    }

    /// The scalar that an operand is, read through references.
    pub(super) fn as_scalar(&mut self, operand: Operand) -> Lowered<ValueId> {
        match self.dereferenced(operand)? {
            Operand::Scalar(value) => Ok(value),
            Operand::Poison => Err(Halt::Error),
            Operand::Conflict => self.conflict(),
            // A passive thing in memory, used as a number or truth value.
            Operand::Pending(Aggregate::Place(place, _), ty @ Type::Opaque(_)) => {
                Ok(self.builder.load(place, ty))
            }
            _ => {
                let span = self.builder.span();
                self.error(
                    span,
                    "a number or truth value is expected here",
                    "write the types of the variables in it",
                )
            }
        }
    }

    /// The operand behind all references.
    pub(super) fn dereferenced(&mut self, mut operand: Operand) -> Lowered<Operand> {
        while let Operand::Reference { to, .. } = &operand {
            // Memory that holds a reference is read as what it is: again and again.
            if let Pointer::Memory(place) = to
                && let Some(Type::Reference { .. }) = self.builder.function.place_type(place)
            {
                break;
            }
            operand = self.read(to.clone())?;
        }
        Ok(operand)
    }

    /// Values of expressions that are evaluated one after another.
    pub(super) fn values(&mut self, ids: &[ExpressionId]) -> Lowered<Vec<Operand>> {
        let mut values = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            let value = self.value(*id)?;
            values.push(self.hold(value, &ids[position + 1..])?);
        }
        Ok(values)
    }

    fn contents(&mut self, ids: &[ExpressionId]) -> Lowered<Vec<Aggregate>> {
        let values = self.values(ids)?;
        values.iter().map(|value| self.content(value)).collect()
    }

    /// Reads content out of its place now if evaluating what follows might change it.
    pub(super) fn hold(
        &mut self,
        operand: Operand,
        following: &[ExpressionId],
    ) -> Lowered<Operand> {
        match operand {
            Operand::Pending(Aggregate::Place(place, transfer), ty) => {
                let temporary = place.path.is_empty() && self.fresh.contains(&place.root);
                let fixed = self.builder.function.slot(place.root).kind == SlotKind::Shared;
                let body = self.body;
                if temporary || fixed || !following.iter().any(|id| scan::has_effects(body, *id)) {
                    return Ok(Operand::Pending(Aggregate::Place(place, transfer), ty));
                }
                Ok(self.materialized(Aggregate::Place(place, transfer), ty))
            }
            Operand::Tuple(parts) => Ok(Operand::Tuple(
                parts.into_iter().map(|part| self.hold(part, following)).collect::<Lowered<_>>()?,
            )),
            Operand::Struct(definition, fields) => {
                let mut held = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    held.push((name, self.hold(field, following)?));
                }
                Ok(Operand::Struct(definition, held))
            }
            Operand::Option { some, payload } => {
                let payload = Box::new(self.hold(*payload, following)?);
                Ok(Operand::Option { some, payload })
            }
            Operand::Result { ok, payload, error } => {
                let payload = Box::new(self.hold(*payload, following)?);
                let error = Box::new(self.hold(*error, following)?);
                Ok(Operand::Result { ok, payload, error })
            }
            other => Ok(other),
        }
    }

    /// Content put into a temporary, as a value that moves out of it.
    pub(super) fn materialized(&mut self, content: Aggregate, ty: Type) -> Operand {
        let slot = self.define(content, ty.clone(), "value".into());
        self.fresh.insert(slot);
        Operand::Pending(Aggregate::Place(crate::ir::Place::root(slot), Transfer::Move), ty)
    }

    fn negate(&mut self, id: ExpressionId, inner: ExpressionId) -> Lowered<Operand> {
        let body = self.body;
        if let ExpressionKind::Literal(literal) = &body.expression(inner).kind {
            return self.literal(inner, literal, true);
        }
        let value = self.scalar(inner)?;
        self.builder.at(body.span(id));
        Ok(Operand::Scalar(match self.builder.function.value(value).ty {
            Type::Float(_) => self.builder.float_operation(FloatOperation::Neg, &[value]),
            Type::Integer(_) => self.builder.integer(IntegerOperation::Neg, &[value]),
            Type::Opaque(_) => return self.passive_negation(id, value),
            _ => return self.refuse(
                id,
                "`-` of something that is not a number",
                "write the types of the variables in it; operators of other types are not supported",
            ),
        }))
    }

    fn not(&mut self, id: ExpressionId, inner: ExpressionId) -> Lowered<Operand> {
        let value = self.scalar(inner)?;
        self.builder.at(self.body.span(id));
        Ok(Operand::Scalar(match self.builder.function.value(value).ty {
            Type::Integer(_) => self.builder.integer(IntegerOperation::Not, &[value]),
            _ => self.builder.boolean(BooleanOperation::Not, &[value]),
        }))
    }

    /// `&&`, `||`.
    fn lazy(
        &mut self,
        id: ExpressionId,
        and: bool,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Lowered<Operand> {
        if and && scan::has_let(self.body, id) {
            // `matches!`-like use of a condition chain outside of `if`.
            return self.condition_chain_value(id);
        }
        let left = self.scalar(left)?;
        self.lazy_with(and, left, |lowerer| lowerer.scalar(right))
    }

    /// `left && right` with a right side that is lowered by `right`.
    pub(super) fn lazy_with(
        &mut self,
        and: bool,
        left: ValueId,
        right: impl FnOnce(&mut Self) -> Lowered<ValueId>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let before = self.scope.clone();
        let mut end = self.branch(None, |lowerer| Ok(Operand::Scalar(right(lowerer)?)))?;
        self.builder.at(span);
        if let (true, Some(Operand::Scalar(right)), true) =
            (end.exit.live && end.exit.targets.is_empty(), &end.value, is_pure(&end.region))
        {
            let right = *right;
            for instruction in std::mem::take(&mut end.region.instructions) {
                self.builder.append(instruction);
            }
            self.scope = end.scope;
            let operation = if and { BooleanOperation::And } else { BooleanOperation::Or };
            return Ok(Operand::Scalar(self.builder.boolean(operation, &[left, right])));
        }
        let other = self.branch(None, |lowerer| {
            let constant = crate::ir::Constant::Bool(!and);
            Ok(Operand::Scalar(lowerer.builder.constant(constant)))
        })?;
        self.builder.at(span);
        let ends = if and { vec![end, other] } else { vec![other, end] };
        let (value, exit) = self.join(super::flow::Fork::If(left), ends, &before);
        self.resume(exit, None)?;
        Ok(value.unwrap_or(Operand::Unit))
    }

    /// An array or tuple out of a struct that we do not know, where an annotation tells its type: a copy
    /// of that type.
    pub(super) fn typed(&mut self, operand: Operand, id: ExpressionId) -> Lowered<Operand> {
        let ty = self.type_of(id);
        match operand {
            Operand::Pending(Aggregate::Place(place, _), Type::Opaque(None))
                if matches!(ty, Type::Array(..) | Type::Tuple(_)) && ty.is_copy() =>
            {
                let content = Aggregate::Place(place, Transfer::Copy);
                let slot = self.builder.define(ty, "value".into(), content);
                self.read(Pointer::Memory(Place::root(slot)))
            }
            other => Ok(other),
        }
    }

    fn binary(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Lowered<Operand> {
        let a = self.value(left)?;
        let a = self.dereferenced(a)?;
        let a = self.hold(a, &[right])?;
        let b = self.value(right)?;
        let b = self.dereferenced(b)?;
        self.builder.at(self.body.span(id));
        match (&a, &b) {
            (Operand::Scalar(a), Operand::Scalar(b)) => {
                if self.is_number(*a) && self.is_number(*b) {
                    let value = self.arithmetic(id, operator, *a, *b)?;
                    return Ok(Operand::Scalar(value));
                }
                let (a, b) = (Operand::Scalar(*a), Operand::Scalar(*b));
                self.passive_binary(id, operator, (&a, Some(left)), (&b, Some(right)))
            }
            _ => match operator {
                _ if self.is_bare_literal(left) || self.is_bare_literal(right) => {
                    self.passive_binary(id, operator, (&a, Some(left)), (&b, Some(right)))
                }
                BinaryOperator::Equal => self.equality(id, &a, &b),
                BinaryOperator::NotEqual => {
                    let equal = self.equality(id, &a, &b)?;
                    let equal = self.as_scalar(equal)?;
                    let different = self.builder.boolean(BooleanOperation::Not, &[equal]);
                    Ok(Operand::Scalar(different))
                }
                _ => self.passive_binary(id, operator, (&a, None), (&b, None)),
            },
        }
    }

    fn is_number(&self, value: ValueId) -> bool {
        self.builder.function.value(value).ty.is_scalar()
    }

    /// `==` of things with structure.
    fn equality(&mut self, id: ExpressionId, a: &Operand, b: &Operand) -> Lowered<Operand> {
        match (a, b) {
            (Operand::Unit, Operand::Unit) => {
                let constant = crate::ir::Constant::Bool(true);
                Ok(Operand::Scalar(self.builder.constant(constant)))
            }
            (Operand::Scalar(x), Operand::Scalar(y))
            | (Operand::Ordering(x), Operand::Ordering(y))
                if self.is_number(*x) =>
            {
                Ok(Operand::Scalar(self.builder.compare(Comparison::Equal, *x, *y)))
            }
            (Operand::Tuple(x), Operand::Tuple(y)) if x.len() == y.len() => {
                let mut all = None;
                for (x, y) in x.iter().zip(y) {
                    let equal = self.equality(id, x, y)?;
                    let equal = self.as_scalar(equal)?;
                    all = Some(match all {
                        None => equal,
                        Some(all) => self.builder.boolean(BooleanOperation::And, &[all, equal]),
                    });
                }
                Ok(all.map_or(Operand::Unit, Operand::Scalar))
            }
            _ => self.passive_binary(id, BinaryOperator::Equal, (a, None), (b, None)),
        }
    }

    /// An operator on two numbers or truth values.
    pub(super) fn arithmetic(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        a: ValueId,
        b: ValueId,
    ) -> Lowered<ValueId> {
        use BinaryOperator::*;
        let ty = self.builder.function.value(a).ty.clone();
        let comparison = match operator {
            Equal => Some(Comparison::Equal),
            NotEqual => Some(Comparison::NotEqual),
            Less => Some(Comparison::Less),
            LessEqual => Some(Comparison::LessEqual),
            Greater => Some(Comparison::Greater),
            GreaterEqual => Some(Comparison::GreaterEqual),
            _ => None,
        };
        if let Some(comparison) = comparison {
            return Ok(self.builder.compare(comparison, a, b));
        }
        let operation = match (&ty, operator) {
            (Type::Float(_), Add) => Operation::Float(FloatOperation::Add),
            (Type::Float(_), Subtract) => Operation::Float(FloatOperation::Sub),
            (Type::Float(_), Multiply) => Operation::Float(FloatOperation::Mul),
            (Type::Float(_), Divide) => Operation::Float(FloatOperation::Div),
            (Type::Float(_), Remainder) => Operation::Float(FloatOperation::Rem),
            (Type::Integer(_), Add) => Operation::Integer(IntegerOperation::Add),
            (Type::Integer(_), Subtract) => Operation::Integer(IntegerOperation::Sub),
            (Type::Integer(_), Multiply) => Operation::Integer(IntegerOperation::Mul),
            (Type::Integer(_), Divide) => Operation::Integer(IntegerOperation::Div),
            (Type::Integer(_), Remainder) => Operation::Integer(IntegerOperation::Rem),
            (Type::Integer(_), BitAnd) => Operation::Integer(IntegerOperation::And),
            (Type::Integer(_), BitOr) => Operation::Integer(IntegerOperation::Or),
            (Type::Integer(_), BitXor) => Operation::Integer(IntegerOperation::Xor),
            (Type::Integer(_), ShiftLeft) => Operation::Integer(IntegerOperation::ShiftLeft),
            (Type::Integer(_), ShiftRight) => Operation::Integer(IntegerOperation::ShiftRight),
            (Type::Bool, BitAnd | And) => Operation::Boolean(BooleanOperation::And),
            (Type::Bool, BitOr | Or) => Operation::Boolean(BooleanOperation::Or),
            (Type::Bool, BitXor) => Operation::Boolean(BooleanOperation::Xor),
            _ => {
                return self.refuse(
                    id,
                    format!("this operator is not supported on {}", ty.described()),
                    "it works on numbers and truth values",
                );
            }
        };
        Ok(self.builder.operation(operation, &[a, b], ty))
    }

    fn cast(&mut self, id: ExpressionId, value: ExpressionId, ty: &Type) -> Lowered<Operand> {
        let ty = if ty.is_scalar() { ty.clone() } else { self.type_of(id) };
        let from = self.type_of(value);
        if !ty.is_scalar() || !from.referent().is_scalar() {
            return self.passive_cast(id, value, &ty);
        }
        let value = self.scalar(value)?;
        self.builder.at(self.body.span(id));
        Ok(Operand::Scalar(self.cast_value(value, &ty)))
    }

    /// `value as ty`.
    pub(super) fn cast_value(&mut self, value: ValueId, ty: &Type) -> ValueId {
        if self.builder.function.value(value).ty == *ty {
            return value;
        }
        self.builder.operation(Operation::Cast, &[value], ty.clone())
    }

    fn structure(
        &mut self,
        id: ExpressionId,
        written: &[(Rc<str>, ExpressionId)],
        base: Option<ExpressionId>,
    ) -> Lowered<Operand> {
        let Type::Struct(definition) = self.type_of(id) else {
            let ExpressionKind::Struct { path, .. } = &self.body.expression(id).kind else {
                return Ok(Operand::Poison);
            };
            // Of others it was asked what they are: this is a variant or an error.
            if path.text.as_ref() != "Self" && base.is_none() {
                return self.variant_with_fields(id, path, written);
            }
            return self.refuse(
                id,
                "a literal of a struct that is not known",
                "add `#[derive(Differentiable)]` to the struct",
            );
        };
        let ids: Vec<ExpressionId> = written.iter().map(|(_, field)| *field).collect();
        let after: Vec<ExpressionId> = ids.iter().copied().chain(base).collect();
        let mut values = Vec::with_capacity(ids.len());
        for (position, field) in ids.iter().enumerate() {
            let value = self.value(*field)?;
            values.push(self.hold(value, &after[position + 1..])?);
        }
        let base = base.map(|base| self.place(base)).transpose()?;
        let mut fields = Vec::with_capacity(definition.fields.len());
        for (name, _) in &definition.fields {
            let given = written.iter().position(|(field, _)| field == name);
            let value = match (given, &base) {
                (Some(position), _) => values[position].clone(),
                (None, Some(base)) => {
                    let field = self.project_field(base.clone(), name)?;
                    self.read(field)?
                }
                (None, None) => {
                    return self.refuse(
                        id,
                        format!("field `{name}` is not set"),
                        "set every field, or take the others from a value: `..base`",
                    );
                }
            };
            fields.push((name.clone(), value));
        }
        Ok(Operand::Struct(definition, fields))
    }

    fn closure(&mut self, id: ExpressionId) -> Operand {
        let mut captured = Scope::new();
        if !self.inlining.is_empty() {
            for binding in scan::variables(self.body, id) {
                let key = Key::Binding(binding);
                if let (false, Some(operand)) = (self.can_change(key), self.scope.get(&key)) {
                    captured.insert(key, operand.clone());
                }
            }
        }
        Operand::Closure(Rc::new(ClosureValue { expression: id, captured }))
    }

    fn borrow_expression(&mut self, value: ExpressionId, mutable: bool) -> Lowered<Operand> {
        let span = self.builder.span();
        let pointer = if mutable { self.place(value)? } else { self.readable(value)? };
        self.builder.at(span);
        self.borrow(pointer, mutable)
    }

    /// Content that is written more than once: `vec![a; n]` clones.
    fn repeated(&mut self, operand: &Operand) -> Lowered<Aggregate> {
        self.content(operand)
    }

    /// A reference to a value, where rustc borrows by itself.
    pub(super) fn as_pointer(operand: Operand) -> Pointer {
        match operand {
            Operand::Reference { to, .. } => to,
            other => Pointer::Value(Box::new(other)),
        }
    }
}

/// Whether running the region when it need not run cannot be told.
pub(super) fn is_pure(region: &Region) -> bool {
    region.instructions.iter().all(|instruction| {
        matches!(
            instruction.kind,
            InstructionKind::Constant(_)
                | InstructionKind::Operation(..)
                | InstructionKind::Length(_)
                | InstructionKind::Load(_)
        ) && !instruction.kind.may_panic()
    })
}
