//! The walk over expressions: values, places, literals, structs, opaque pieces.
//!
//! Control flow is in [`super::control`], operators in [`super::operators`], calls in
//! [`super::calls`] and [`super::methods`].

use super::coerce::Join;
use super::unify::reference;
use super::{Inference, Kind, Obligation};
use crate::hir::{
    Expression, ExpressionId, ExpressionKind, Literal, MacroCall, MacroKind, Path, Piece,
    UnaryOperator,
};
use crate::known;
use crate::types::{IntegerType, StructType, Type};
use std::rc::Rc;

impl<'a> Inference<'a> {
    /// Gives an expression its type. The hint is what the context expects; the caller still coerces.
    pub(super) fn check(&mut self, id: ExpressionId, hint: Option<&Type>) -> Type {
        let body = self.body;
        let Expression { kind, .. } = body.expression(id);
        let ty = self.check_kind(id, kind, hint);
        self.expressions[id.0 as usize] = Some(ty.clone());
        ty
    }

    fn check_kind(
        &mut self,
        id: ExpressionId,
        kind: &'a ExpressionKind,
        hint: Option<&Type>,
    ) -> Type {
        match kind {
            ExpressionKind::Literal(literal) => self.literal(literal),
            ExpressionKind::Variable(binding) => self.bindings[binding.0 as usize].clone(),
            ExpressionKind::Path(path) => self.constant(path),
            ExpressionKind::FunctionPath(callee) => self.function_value(id, callee),
            ExpressionKind::Unary(operator, operand) => self.unary(id, *operator, *operand, hint),
            ExpressionKind::Binary(operator, left, right) => {
                self.binary(id, *operator, *left, *right)
            }
            ExpressionKind::Assign(place, value) => {
                let ty = self.check(*place, None);
                self.check_against(*value, &ty);
                Type::Unit
            }
            ExpressionKind::AssignOperation(operator, place, value) => {
                self.assign_operation(id, *operator, *place, *value);
                Type::Unit
            }
            ExpressionKind::Cast(value, ty) => self.cast(*value, ty),
            ExpressionKind::Field(base, name) => {
                let base = self.check(*base, None);
                self.field_or_later(id, &base, name)
            }
            ExpressionKind::Index(base, index) => {
                let base = self.check(*base, None);
                let index = self.check(*index, None);
                self.index_or_later(id, &base, &index)
            }
            ExpressionKind::Borrow { mutable, value } => {
                let inner = match hint.map(|hint| self.variables.shallow(hint)) {
                    Some(Type::Reference { to, .. }) => Some(*to),
                    _ => None,
                };
                let ty = self.check(*value, inner.as_ref());
                reference(*mutable, ty)
            }
            ExpressionKind::Tuple(elements) => self.tuple(elements, hint),
            ExpressionKind::Array(elements) => {
                let element = self.elements(elements, hint);
                let length = crate::types::Length::Literal(elements.len() as u64);
                Type::Array(Box::new(element), length)
            }
            ExpressionKind::VecList(elements) => Type::Vec(Box::new(self.elements(elements, hint))),
            ExpressionKind::ArrayRepeat(value, length) => {
                let element = self.repeated(*value, hint);
                let length = match length {
                    crate::types::Length::Expression(text) if &**text == "_" => {
                        self.variables.fresh_length()
                    }
                    length => length.clone(),
                };
                Type::Array(Box::new(element), length)
            }
            ExpressionKind::VecRepeat(value, length) => {
                let element = self.repeated(*value, hint);
                self.check_against(*length, &Type::USIZE);
                Type::Vec(Box::new(element))
            }
            ExpressionKind::Struct { path, fields, base } => {
                self.structure(path, fields, *base, hint)
            }
            ExpressionKind::Range { start, end, .. } => self.range(id, *start, *end),
            ExpressionKind::Block(block) => self.block(id, block, hint),
            ExpressionKind::If { condition, then_branch, else_branch } => {
                self.branch(id, *condition, *then_branch, *else_branch, hint)
            }
            ExpressionKind::Let(pattern, value) => {
                let ty = self.check(*value, None);
                self.pattern(pattern, &ty);
                Type::Bool
            }
            ExpressionKind::Match { scrutinee, arms } => self.matching(*scrutinee, arms, hint),
            ExpressionKind::While { condition, body } => {
                self.check_against(*condition, &Type::Bool);
                self.check(*body, None);
                Type::Unit
            }
            ExpressionKind::Loop { body } => self.endless(id, *body, hint),
            ExpressionKind::For { pattern, iterator, body } => {
                let collection = self.check(*iterator, None);
                let item = self.item_or_later(*iterator, &collection);
                self.pattern(pattern, &item);
                self.check(*body, None);
                Type::Unit
            }
            ExpressionKind::Break { target, value } => self.leave(id, *target, *value),
            ExpressionKind::Continue { .. } => Type::Never,
            ExpressionKind::Return { target, value } => self.give_back(id, *target, *value),
            ExpressionKind::Closure { parameters, result, body } => {
                self.closure(id, parameters, result.as_ref(), *body, None)
            }
            ExpressionKind::Call { callee, arguments } => self.call(id, callee, arguments),
            ExpressionKind::MethodCall { receiver, .. } => {
                let ty = self.check(*receiver, None);
                self.method_or_later(id, &ty)
            }
            ExpressionKind::Macro(call) => self.macro_call(id, call),
            ExpressionKind::Opaque(opaque) => {
                for hole in holes(&opaque.pieces) {
                    self.check_passed_away(hole);
                }
                match &opaque.ty {
                    Some(ty) => self.written(ty),
                    None => self.variables.fresh_opaque(),
                }
            }
        }
    }

    fn literal(&mut self, literal: &Literal) -> Type {
        match literal {
            Literal::Float(_, Some(ty)) => Type::Float(ty.clone()),
            Literal::Float(_, None) => self.variables.fresh(Kind::Float),
            Literal::Integer(_, Some(ty)) => Type::Integer(*ty),
            Literal::Integer(_, None) => self.variables.fresh(Kind::Integer),
            Literal::Bool(_) => Type::Bool,
        }
    }

    /// A constant by path. std's are known; the user's are known if they stand in the body.
    fn constant(&mut self, path: &Path) -> Type {
        if let Some((_, ty)) = self.body.constants.iter().find(|(text, _)| *text == path.text) {
            return self.written(ty);
        }
        let text = known::without_std(&path.text);
        let text = text.strip_prefix("primitive::").unwrap_or(text);
        if matches!(text, "None" | "Option::None" | "option::Option::None") {
            let value = match path.generics.as_slice() {
                [value] => self.written(value),
                _ => self.variables.fresh(Kind::Any),
            };
            return Type::Option(Box::new(value));
        }
        let Some((owner, name)) = text.rsplit_once("::") else {
            return self.variables.fresh_opaque();
        };
        if let Some(ty) = owner.strip_suffix("::consts").and_then(known::primitive) {
            return ty;
        }
        match known::primitive(owner).or_else(|| self.float_parameter(owner)) {
            Some(_) if matches!(name, "BITS" | "MANTISSA_DIGITS" | "DIGITS" | "RADIX") => {
                Type::Integer(IntegerType::U32)
            }
            Some(_) if matches!(name, "MAX_EXP" | "MIN_EXP" | "MAX_10_EXP" | "MIN_10_EXP") => {
                Type::Integer(IntegerType::I32)
            }
            Some(ty) => ty,
            None => self.variables.fresh_opaque(),
        }
    }

    fn tuple(&mut self, elements: &[ExpressionId], hint: Option<&Type>) -> Type {
        if elements.is_empty() {
            return Type::Unit;
        }
        let expected = match hint.map(|hint| self.variables.shallow(hint)) {
            Some(Type::Tuple(expected)) if expected.len() == elements.len() => expected,
            _ => return Type::Tuple(elements.iter().map(|id| self.check(*id, None)).collect()),
        };
        let pairs = elements.iter().zip(&expected);
        Type::Tuple(pairs.map(|(id, expected)| self.element(*id, expected)).collect())
    }

    /// Checks an element where the context knows its type; where it expects a reference, the element
    /// is coerced to it.
    fn element(&mut self, id: ExpressionId, expected: &Type) -> Type {
        let found = self.check(id, Some(expected));
        if matches!(self.variables.shallow(expected), Type::Reference { .. }) {
            self.coerce(id, &found, expected);
            return expected.clone();
        }
        found
    }

    fn element_hint(&self, hint: Option<&Type>) -> Option<Type> {
        match self.variables.shallow(hint?) {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => Some(*element),
            _ => None,
        }
    }

    fn elements(&mut self, elements: &[ExpressionId], hint: Option<&Type>) -> Type {
        let expected = self.element_hint(hint);
        let mut join = Join::new(expected.as_ref());
        for element in elements {
            let found = self.check(*element, expected.as_ref());
            self.join(&mut join, *element, &found);
        }
        match (elements.is_empty(), expected) {
            (true, Some(expected)) => expected,
            (true, None) => self.variables.fresh(Kind::Any),
            (false, _) => join.result(),
        }
    }

    fn repeated(&mut self, value: ExpressionId, hint: Option<&Type>) -> Type {
        match self.element_hint(hint) {
            Some(expected) => self.element(value, &expected),
            None => self.check(value, None),
        }
    }

    fn range(
        &mut self,
        id: ExpressionId,
        start: Option<ExpressionId>,
        end: Option<ExpressionId>,
    ) -> Type {
        let ends: Vec<_> = [start, end].into_iter().flatten().collect();
        let index = match ends.first() {
            None => Type::USIZE, // `..` only occurs as an index
            Some(first) => self.check(*first, None),
        };
        for end in ends.iter().skip(1) {
            self.check_against(*end, &index);
        }
        let is_negative = |id: &ExpressionId| {
            let kind = &self.body.expression(*id).kind;
            matches!(kind, ExpressionKind::Unary(UnaryOperator::Negate, _))
        };
        if !ends.iter().any(is_negative) {
            self.counters.push((id, index.clone()));
        }
        Type::Range(Box::new(index))
    }

    /// A struct by the path that is written.
    pub(super) fn struct_of(&self, path: &Path) -> Option<Rc<StructType>> {
        if let Some(known) = self.environment.structs.get(&*path.text) {
            return Some(known.clone());
        }
        if &*path.text != "Self" {
            return None;
        }
        let parameters = self.body.parameters.iter().filter_map(|p| p.ty.as_ref());
        let receiver = self.body.parameters.first().and_then(|p| p.ty.as_ref());
        match receiver.map(Type::referent) {
            Some(Type::Struct(known)) if self.has_receiver() => Some(known.clone()),
            _ => parameters.chain([&self.body.result]).find_map(|ty| match ty.referent() {
                Type::Struct(known) if known.path.to_string() == "Self" => Some(known.clone()),
                _ => None,
            }),
        }
    }

    fn has_receiver(&self) -> bool {
        self.body.parameters.first().is_some_and(|parameter| match parameter.pattern.kind {
            crate::hir::PatternKind::Binding { binding, .. } => {
                self.body.binding(binding).name == "self"
            }
            _ => false,
        })
    }

    fn structure(
        &mut self,
        path: &Path,
        fields: &[(Rc<str>, ExpressionId)],
        base: Option<ExpressionId>,
        hint: Option<&Type>,
    ) -> Type {
        let known =
            self.struct_of(path).or_else(|| match hint.map(|h| self.variables.shallow(h)) {
                Some(Type::Struct(known)) if path.text.ends_with("Self") => Some(known),
                _ => None,
            });
        let Some(known) = known else {
            if let Some(base) = base {
                self.check(base, None);
            }
            let values: Vec<_> = fields.iter().map(|(_, value)| *value).collect();
            return self.call_unseen_with(&values);
        };
        for (name, value) in fields {
            match known.fields.iter().find(|(field, _)| field == name) {
                Some((_, ty)) => {
                    let ty = self.written(ty);
                    self.check_against(*value, &ty);
                }
                None => {
                    self.check(*value, None);
                    self.diagnostics.error(
                        self.body.span(*value),
                        format!("struct `{}` has no field `{name}`", known.name),
                        format!(
                            "its fields are {}",
                            known
                                .fields
                                .iter()
                                .map(|(field, _)| format!("`{field}`"))
                                .collect::<Vec<_>>()
                                .join(", ")
                        ),
                    );
                }
            }
        }
        let ty = Type::Struct(known);
        if let Some(base) = base {
            self.check_against(base, &ty);
        }
        ty
    }

    fn macro_call(&mut self, id: ExpressionId, call: &MacroCall) -> Type {
        let name = call.path.text.rsplit("::").next().unwrap_or_default().to_string();
        let holes = holes(&call.pieces);
        let mut rest = holes.as_slice();
        match (name.as_str(), holes.as_slice()) {
            ("assert" | "debug_assert", [condition, after @ ..]) => {
                self.check_against(*condition, &Type::Bool);
                rest = after;
            }
            (
                "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne",
                [a, b, after @ ..],
            ) => {
                let left = self.check(*a, None);
                let right = self.check(*b, None);
                self.compare_or_later(id, left, right);
                rest = after;
            }
            _ => {}
        }
        for hole in rest {
            self.check(*hole, None);
        }
        match call.kind {
            MacroKind::Print | MacroKind::Assert => Type::Unit,
            MacroKind::Panic => Type::Never,
            MacroKind::Matches => Type::Bool,
        }
    }

    /// Checks an argument of something that cannot be seen: what is not known about its type by the
    /// end is not asked for.
    pub(super) fn check_passed_away(&mut self, id: ExpressionId) -> Type {
        let ty = self.check(id, None);
        if let Type::Closure(closure) = self.peel(&ty).0
            && let Some(callable) = self.callables.get(&closure).cloned()
        {
            for parameter in callable.parameters.iter().flatten() {
                self.variables.mark_opaque(parameter);
            }
        }
        if self.variables.is_unknown(&ty) {
            self.variables.mark_opaque(&ty);
        }
        ty
    }

    fn field_or_later(&mut self, at: ExpressionId, base: &Type, name: &Rc<str>) -> Type {
        if let Some(ty) = self.field(base, name) {
            return ty;
        }
        let result = self.variables.fresh(Kind::Any);
        let (base, name) = (base.clone(), name.clone());
        self.later(Obligation::Field { at, base, name, result: result.clone() });
        result
    }

    /// The type of a field; `None` while the base is unknown.
    pub(super) fn field(&mut self, base: &Type, name: &str) -> Option<Type> {
        let (base, _) = self.peel(base);
        Some(match &base {
            Type::Variable(_) => return None,
            Type::Range(index) if matches!(name, "start" | "end") => (**index).clone(),
            known => match known.field(name) {
                Some(field) => field.clone(),
                None => self.variables.fresh_opaque(),
            },
        })
    }

    fn index_or_later(&mut self, at: ExpressionId, base: &Type, index: &Type) -> Type {
        if let Some(ty) = self.index(at, base, index) {
            return ty;
        }
        let result = self.variables.fresh(Kind::Any);
        let (base, index) = (base.clone(), index.clone());
        self.later(Obligation::Index { at, base, index, result: result.clone() });
        result
    }

    /// The type of an element or sub-slice; `None` while that is unknown.
    pub(super) fn index(&mut self, at: ExpressionId, base: &Type, index: &Type) -> Option<Type> {
        let (base, _) = self.peel(base);
        let element = match base {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => *element,
            Type::Variable(_) => return None,
            _ => return Some(self.variables.fresh_opaque()),
        };
        match self.variables.shallow(index) {
            Type::Range(bound) => {
                self.unify(at, &bound, &Type::USIZE);
                Some(Type::Slice(Box::new(element)))
            }
            known @ (Type::Integer(_) | Type::Never) => {
                self.unify(at, &known, &Type::USIZE);
                Some(element)
            }
            variable @ Type::Variable(_) if !self.variables.is_unknown(&variable) => {
                self.unify(at, &variable, &Type::USIZE);
                Some(element)
            }
            Type::Variable(_) => None,
            _ => Some(self.variables.fresh_opaque()),
        }
    }

    fn unary(
        &mut self,
        id: ExpressionId,
        operator: UnaryOperator,
        operand: ExpressionId,
        hint: Option<&Type>,
    ) -> Type {
        let hint = if operator == UnaryOperator::Dereference { None } else { hint };
        let operand = self.check(operand, hint);
        if let Some(ty) = self.apply_unary(operator, &operand) {
            return ty;
        }
        let result = self.variables.fresh(Kind::Any);
        self.later(Obligation::Unary { at: id, operator, operand, result: result.clone() });
        result
    }
}

/// The expressions in the holes of opaque pieces, in order.
pub(super) fn holes(pieces: &[Piece]) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Tokens(_) => {}
            Piece::Group(_, inner) => found.extend(holes(inner)),
            Piece::Expression(id) => found.push(*id),
        }
    }
    found
}
