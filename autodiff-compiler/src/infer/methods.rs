//! Method calls.
//!
//! A receiver is dereferenced until a type has the method. Methods whose type is a plain signature
//! are rows of [`super::table`]; the few that depend on how often the receiver is borrowed, or on
//! their argument, are here.

use super::signatures::{Expected, Scope, Signature, passive, read, row};
use super::unify::reference;
use super::{Inference, Kind, Obligation, table};
use crate::hir::{ExpressionId, ExpressionKind};
use crate::ir::operations::{FloatOperation, IntegerOperation, Spelling};
use crate::signature::FunctionSignature;
use crate::types::{FloatType, Length, Type};

/// A method call whose receiver is known.
pub(super) struct MethodCall<'a> {
    /// The call.
    pub(super) at: ExpressionId,
    /// The method's name.
    pub(super) name: String,
    /// Types written with `::<…>`.
    pub(super) generics: &'a [Type],
    /// Arguments without the receiver.
    pub(super) arguments: &'a [ExpressionId],
    /// The receiver's type.
    pub(super) receiver: Type,
    /// The receiver's type without references.
    pub(super) base: Type,
    /// The references, outermost first, and whether each is `&mut`.
    pub(super) layers: Vec<bool>,
}

impl<'a> Inference<'a> {
    /// A method call, now or when its receiver is known.
    pub(super) fn method_or_later(&mut self, at: ExpressionId, receiver: &Type) -> Type {
        if !self.is_open_now(receiver) {
            return self.method(at, receiver);
        }
        let result = self.variables.fresh(Kind::Any);
        let receiver = receiver.clone();
        self.later(Obligation::Method { at, receiver, result: result.clone() });
        result
    }

    fn method_call(&self, at: ExpressionId, receiver: &Type) -> Option<MethodCall<'a>> {
        let body = self.body;
        let ExpressionKind::MethodCall { method, generics, arguments, .. } =
            &body.expression(at).kind
        else {
            return None;
        };
        let (base, layers) = self.peel(receiver);
        let (name, receiver) = (method.to_string(), self.variables.shallow(receiver));
        Some(MethodCall { at, name, generics, arguments, receiver, base, layers })
    }

    /// A method call on a known receiver.
    pub(super) fn method(&mut self, at: ExpressionId, receiver: &Type) -> Type {
        let Some(call) = self.method_call(at, receiver) else {
            return self.variables.fresh_opaque();
        };
        if let Some(ty) = self.special_method(&call) {
            return ty;
        }
        if let Some(signature) = self.method_signature(&call.base, &call.name) {
            self.arguments(&signature.parameters, call.arguments);
            return signature.result;
        }
        if let Some(signature) = self.user_method(&call.base, &call.name) {
            let signature = self.instantiate(&signature, &[]);
            let skipped = signature.parameters.len().saturating_sub(call.arguments.len()).min(1);
            self.arguments(&signature.parameters[skipped..], call.arguments);
            return signature.result;
        }
        self.unseen_method(&call)
    }

    /// A method call on a receiver that cannot be seen.
    pub(super) fn method_of_unseen(&mut self, at: ExpressionId, receiver: &Type) -> Type {
        let Some(call) = self.method_call(at, receiver) else {
            return self.variables.fresh_opaque();
        };
        // Nothing else in std has them; where it is something else, a pattern of ours does not fit.
        let whole = match call.name.as_str() {
            "ok_or" | "ok_or_else" => Some(Type::Option(Box::new(self.variables.fresh_opaque()))),
            "map_err" => {
                let (value, error) = (self.variables.fresh_opaque(), self.variables.fresh_opaque());
                Some(Type::Result(Box::new(value), Box::new(error)))
            }
            _ => None,
        };
        if let Some(whole) = whole
            && self.variables.unify(&call.base, &whole).is_ok()
        {
            return self.method(at, &whole);
        }
        let unseen = self.unseen_method(&call);
        if let Some(float) = self.float_among(call.arguments)
            && let Some(signature) = self.method_signature(&float, &call.name)
            && self.variables.unify(&call.base, &float).is_ok()
        {
            for (argument, expected) in call.arguments.iter().zip(&signature.parameters) {
                if let (Some(found), Expected::Value(expected)) =
                    (self.expressions[argument.0 as usize].clone(), expected)
                {
                    self.unify(*argument, &found, expected);
                }
            }
            return signature.result;
        }
        match (call.name.as_str(), call.generics) {
            ("sum" | "product" | "collect", [ty]) => self.written(ty),
            _ => unseen,
        }
    }

    /// The type of the first argument that is a float.
    fn float_among(&self, arguments: &[ExpressionId]) -> Option<Type> {
        arguments.iter().find_map(|argument| {
            let (ty, _) = self.peel(self.expressions[argument.0 as usize].as_ref()?);
            matches!(ty, Type::Float(_)).then_some(ty)
        })
    }

    /// A method that cannot be seen. One called `len` is taken to give a `usize` if nothing else says
    /// what it gives.
    fn unseen_method(&mut self, call: &MethodCall<'_>) -> Type {
        let result = self.call_unseen_with(call.arguments);
        if call.name == "len" && call.arguments.is_empty() {
            self.lengths.push((call.at, result.clone()));
        }
        result
    }

    /// Checks arguments of something that cannot be seen.
    pub(super) fn call_unseen_with(&mut self, arguments: &[ExpressionId]) -> Type {
        for argument in arguments {
            self.check_passed_away(*argument);
            self.passed.push(*argument);
        }
        self.variables.fresh_opaque()
    }

    fn user_method(&self, base: &Type, name: &str) -> Option<FunctionSignature> {
        let owner = match base {
            Type::Struct(definition) => definition.name.to_string(),
            Type::Opaque(Some(ty)) => {
                let text: String = ty.text.chars().filter(|c| !c.is_whitespace()).collect();
                text.split('<').next().unwrap_or_default().to_string()
            }
            _ => return None,
        };
        let methods = &self.environment.methods;
        let own = || methods.get(&format!("Self::{name}"));
        methods.get(&format!("{owner}::{name}")).or_else(own).cloned()
    }

    /// The signature of a method of a known type without references.
    pub(super) fn method_signature(&mut self, base: &Type, name: &str) -> Option<Signature> {
        let tables: &[&[&'static str]] = match base {
            Type::Float(FloatType::F64) => &[table::FLOAT, table::F64],
            Type::Float(FloatType::F32) => &[table::FLOAT, table::F32],
            Type::Float(_) => &[table::FLOAT],
            Type::Integer(_) => &[table::INTEGER],
            Type::Bool => &[table::BOOL],
            Type::Slice(_) => &[table::SLICE],
            Type::Array(..) => &[table::ARRAY, table::SLICE],
            Type::Vec(_) => &[table::VEC, table::SLICE],
            Type::Option(_) => &[table::OPTION],
            Type::Result(..) => &[table::RESULT],
            Type::Range(_) => &[table::RANGE, table::ITERATOR],
            Type::Iterator(_) => &[table::ITERATOR],
            Type::Variable(_) => match self.variables.free(base)?.1 {
                Kind::Float => &[table::FLOAT],
                Kind::Integer => &[table::INTEGER],
                Kind::Any => return None,
            },
            _ => return None,
        };
        if let Some(text) = tables.iter().find_map(|table| row(table, name)) {
            return read(text, &mut Scope::new(&mut self.variables, base));
        }
        let is_called = |spelling| matches!(spelling, Spelling::Method(method) if method == name);
        let arity = match self.number_kind(base)? {
            Kind::Float => FloatOperation::ALL
                .iter()
                .find(|operation| is_called(operation.spelling()))
                .map(|operation| operation.arity()),
            Kind::Integer => IntegerOperation::ALL
                .iter()
                .find(|operation| is_called(operation.spelling()))
                .map(|operation| operation.arity()),
            Kind::Any => None,
        }?;
        Some(Signature {
            parameters: (1..arity).map(|_| Expected::Value(base.clone())).collect(),
            receiver: Some(base.clone()),
            result: base.clone(),
        })
    }

    fn number_kind(&self, ty: &Type) -> Option<Kind> {
        match ty {
            Type::Float(_) => Some(Kind::Float),
            Type::Integer(_) => Some(Kind::Integer),
            _ => self.variables.free(ty).map(|(_, kind, _)| kind),
        }
    }

    /// Checks arguments against what a signature expects: closures last, as rustc does, since the
    /// other arguments tell about their parameters.
    pub(super) fn arguments(&mut self, expected: &[Expected], arguments: &[ExpressionId]) {
        for (argument, expected) in arguments.iter().zip(expected) {
            match expected {
                Expected::Value(ty) => self.check_against(*argument, ty),
                Expected::Each(item) => {
                    let collection = self.check(*argument, None);
                    let found = self.item_or_later(*argument, &collection);
                    self.unify(*argument, &found, item);
                }
                Expected::Any => {
                    self.check_passed_away(*argument);
                }
                Expected::Function(..) => {}
            }
        }
        for (argument, expected) in arguments.iter().zip(expected) {
            if let Expected::Function(parameters, result) = expected {
                self.apply(*argument, parameters, result);
            }
        }
        for argument in arguments.iter().skip(expected.len()) {
            self.check_passed_away(*argument);
        }
    }

    /// Methods that are no plain signature.
    fn special_method(&mut self, call: &MethodCall<'a>) -> Option<Type> {
        match call.name.as_str() {
            "clone" | "to_owned" => self.cloned_value(call),
            "into" if call.arguments.is_empty() => Some(self.variables.fresh(Kind::Any)),
            "max" | "min" | "clamp" if self.is_ordered(call) && !call.layers.is_empty() => {
                // `Ord::max` on `&i32` is a method of the reference.
                let expected = vec![Expected::Value(call.receiver.clone()); 2];
                let count = call.arguments.len().min(2);
                self.arguments(&expected[..count], call.arguments);
                Some(call.receiver.clone())
            }
            "cmp" | "partial_cmp" | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
                if !matches!(call.base, Type::Iterator(_) | Type::Range(_)) =>
            {
                let [other] = call.arguments else { return None };
                let other = self.check(*other, None);
                self.compare_or_later(call.at, call.base.clone(), other);
                Some(match call.name.as_str() {
                    "cmp" => passive("Ordering"),
                    "partial_cmp" => Type::Option(Box::new(passive("Ordering"))),
                    _ => Type::Bool,
                })
            }
            "get" | "get_mut" => self.get(call),
            "concat" | "join" => self.concatenated(call),
            "extend" => {
                let (Type::Vec(element), [items]) = (&call.base, call.arguments) else {
                    return None;
                };
                let collection = self.check(*items, None);
                let item = self.item_or_later(*items, &collection);
                self.extend(*items, &item, element);
                Some(Type::Unit)
            }
            _ => self.iterator_method(call),
        }
    }

    fn is_ordered(&self, call: &MethodCall<'_>) -> bool {
        !call.arguments.is_empty()
            && (call.base == Type::Bool || self.number_kind(&call.base) == Some(Kind::Integer))
    }

    /// `clone`: of a reference to a reference, only the outer one goes.
    fn cloned_value(&mut self, call: &MethodCall<'_>) -> Option<Type> {
        if let Type::Slice(element) = &call.base {
            return Some(match call.name.as_str() {
                "to_owned" => Type::Vec(element.clone()),
                _ => call.receiver.clone(),
            });
        }
        let kept = call.layers.get(1..).unwrap_or_default();
        let wrap = |ty, mutable: &bool| reference(*mutable, ty);
        Some(kept.iter().rev().fold(call.base.clone(), wrap))
    }

    /// `get`, `get_mut`: by index an element, by range a sub-slice.
    fn get(&mut self, call: &MethodCall<'_>) -> Option<Type> {
        let (Type::Array(element, _) | Type::Slice(element) | Type::Vec(element)) = &call.base
        else {
            return None;
        };
        let [index] = call.arguments else { return None };
        let ty = self.check(*index, None);
        let found = match self.variables.shallow(&ty) {
            Type::Range(bound) => {
                self.unify(*index, &bound, &Type::USIZE);
                Type::Slice(element.clone())
            }
            other => {
                self.unify(*index, &other, &Type::USIZE);
                (**element).clone()
            }
        };
        Some(Type::Option(Box::new(reference(call.name == "get_mut", found))))
    }

    /// `concat`, `join` of slices of slices.
    fn concatenated(&mut self, call: &MethodCall<'_>) -> Option<Type> {
        let (Type::Array(inner, _) | Type::Slice(inner) | Type::Vec(inner)) = &call.base else {
            return None;
        };
        for argument in call.arguments {
            self.check_passed_away(*argument);
        }
        Some(match self.peel(inner).0 {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                Type::Vec(element)
            }
            _ => self.variables.fresh_opaque(),
        })
    }

    /// `Vec::extend` takes items, or references to items that are `Copy`.
    pub(super) fn extend(&mut self, at: ExpressionId, item: &Type, element: &Type) {
        match self.variables.shallow(item) {
            Type::Variable(_) | Type::Reference { .. } => {
                self.later(Obligation::Sum { at, item: item.clone(), result: element.clone() })
            }
            known => self.unify(at, &known, element),
        }
    }

    /// The function that a path names, as a method of a type with the receiver as first parameter.
    pub(super) fn associated_function(&mut self, owner: &Type, name: &str) -> Option<Signature> {
        let mut signature = self.method_signature(owner, name)?;
        if let Some(receiver) = signature.receiver.take() {
            signature.parameters.insert(0, Expected::Value(receiver));
        }
        Some(signature)
    }

    /// The signature of an annotated function for one call: new unknowns for its float parameters
    /// and for lengths that may be its const parameters.
    pub(super) fn instantiate(
        &mut self,
        signature: &FunctionSignature,
        generics: &[Type],
    ) -> Signature {
        let written = generics.len() == signature.float_parameters.len();
        let floats: Vec<_> = signature
            .float_parameters
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let fresh = self.variables.fresh(Kind::Float);
                if written && let Some(ty) = generics.get(index) {
                    let ty = self.written(ty);
                    let _ = self.variables.unify(&fresh, &ty);
                }
                (name.clone(), fresh)
            })
            .collect();
        let mut lengths: Vec<(Length, Length)> = Vec::new();
        let variables = &mut self.variables;
        let mut replace = |ty: &Type| {
            super::unify::substitute(
                ty,
                &mut |name| floats.iter().find(|(own, _)| own == name).map(|(_, ty)| ty.clone()),
                &mut |length| match length {
                    Length::Literal(_) => length.clone(),
                    Length::Expression(_) => {
                        if let Some((_, fresh)) = lengths.iter().find(|(own, _)| own == length) {
                            return fresh.clone();
                        }
                        let fresh = variables.fresh_length_or(length.clone());
                        lengths.push((length.clone(), fresh.clone()));
                        fresh
                    }
                },
            )
        };
        let parameters =
            signature.parameters.iter().map(|ty| Expected::Value(replace(ty))).collect();
        let result = replace(&signature.result);
        Signature { parameters, receiver: None, result }
    }
}
