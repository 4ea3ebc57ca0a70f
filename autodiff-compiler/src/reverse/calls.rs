//! The reverse of a call: the callee's gradient at the same arguments, times the cotangent.
//!
//! The callee runs again for its gradient. That needs arguments with the content that the forward
//! call saw: where memory has changed since, or is gone, the call is refused.

use super::{Adjoints, Reverse, Scope};
use crate::ir::operations::FloatOperation;
use crate::ir::*;
use crate::types::{FloatType, Length, Type};
use std::collections::HashMap;
use std::rc::Rc;

impl Reverse {
    /// A call that returns a float.
    pub(super) fn call(
        &mut self,
        instruction: &Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) {
        let InstructionKind::Call(call) = &instruction.kind else { return };
        let Some(result) = instruction.results.first() else { return };
        let Some(adjoint) = self.taken(*result, adjoints) else { return };
        if !self.sees_the_same(&instruction.kind, scope) {
            self.refusals.push(super::Refusal {
                span: instruction.span,
                message: format!(
                    "an argument of `{}` has changed, or is gone, when the derivative needs it again",
                    call.name
                ),
                help: Some("pass numbers, or an array or slice that is not written afterwards".into()),
            });
            return;
        }
        let signature = call.signature.clone();
        let covered: Vec<usize> =
            (0..call.arguments.len()).filter(|k| signature.active.get(*k) == Some(&true)).collect();
        let mut generics = Generics::default();
        generics.bind(&signature.result, &self.builder.function.value(*result).ty);
        for (declared, argument) in signature.parameters.iter().zip(&call.arguments) {
            if let Some(actual) = self.argument_type(argument) {
                generics.bind(declared, &actual);
            }
        }
        let tangents: Vec<Type> = covered
            .iter()
            .map(|k| generics.substitute(&signature.parameters[*k].tangent()))
            .collect();
        let mut again = Call { output: CallOutput::Gradient, ..call.clone() };
        let name = format!("{}_gradient", call.name).into();
        let gradient_type = match &tangents[..] {
            [one] => one.clone(),
            _ => Type::Tuple(tangents.clone()),
        };
        let slot =
            self.builder.function.new_slot(gradient_type, name, instruction.span, SlotKind::Local);
        again.result_slot = Some(slot);
        self.builder.push(InstructionKind::Call(again), vec![]);
        for (position, (argument, tangent)) in covered.iter().zip(&tangents).enumerate() {
            let mut source = Place::root(slot);
            if tangents.len() > 1 {
                source = source.project(Projection::Field(position.to_string().into()));
            }
            let content = match &call.arguments[*argument] {
                Argument::Value(content) => copied(content),
                Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                    Aggregate::Place(place.clone(), Transfer::Copy)
                }
            };
            if self.has_active_part(&content) {
                self.scale(&source, tangent, adjoint);
                self.take_content(&source, &content, adjoints);
            }
        }
    }

    fn argument_type(&self, argument: &Argument) -> Option<Type> {
        match argument {
            Argument::Value(Aggregate::Value(value)) => {
                Some(self.builder.function.value(*value).ty.clone())
            }
            Argument::Value(Aggregate::Place(place, _))
            | Argument::Shared(place)
            | Argument::Mutable(place)
            | Argument::Place(place) => self.builder.function.place_type(place),
            Argument::Value(_) => None,
        }
    }

    /// Whether the arguments can be passed again at this point of the reverse sweep.
    fn sees_the_same(&self, call: &InstructionKind, scope: &Scope) -> bool {
        let same = |place: &&Place| {
            scope.live.contains(&place.root) && !scope.written_later.contains(&place.root)
        };
        call.writes().is_empty() && call.reads().iter().all(same)
    }

    /// Multiplies every float at a place.
    fn scale(&mut self, place: &Place, tangent: &Type, factor: ValueId) {
        match tangent {
            Type::Float(_) => {
                let value = self.builder.load(place.clone(), tangent.clone());
                let scaled = self.builder.float_operation(FloatOperation::Mul, &[value, factor]);
                self.builder.store(place.clone(), scaled);
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                self.for_each_element(place, |reverse, inner| {
                    reverse.scale(&inner, element, factor)
                });
            }
            Type::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let field = Projection::Field(index.to_string().into());
                    self.scale(&place.project(field), element, factor);
                }
            }
            Type::Struct(definition) => {
                for (name, ty) in &definition.fields {
                    self.scale(&place.project(Projection::Field(name.clone())), ty, factor);
                }
            }
            _ => {}
        }
    }
}

/// What the callee's type and length parameters stand for in this call.
#[derive(Default)]
struct Generics {
    floats: HashMap<Rc<str>, FloatType>,
    lengths: HashMap<Rc<str>, Length>,
}

impl Generics {
    /// Compares a declared type with the actual one.
    fn bind(&mut self, declared: &Type, actual: &Type) {
        match (declared.referent(), actual.referent()) {
            (Type::Float(FloatType::Parameter(name)), Type::Float(actual)) => {
                self.floats.entry(name.clone()).or_insert_with(|| actual.clone());
            }
            (Type::Array(declared, length), Type::Array(actual, known)) => {
                if let Length::Expression(name) = length {
                    self.lengths.entry(name.clone()).or_insert_with(|| known.clone());
                }
                self.bind(declared, actual);
            }
            (
                Type::Slice(declared) | Type::Vec(declared),
                Type::Array(actual, _) | Type::Slice(actual) | Type::Vec(actual),
            ) => self.bind(declared, actual),
            (Type::Tuple(declared), Type::Tuple(actual)) => {
                declared
                    .iter()
                    .zip(actual)
                    .for_each(|(declared, actual)| self.bind(declared, actual));
            }
            _ => {}
        }
    }

    /// The type in the caller's terms.
    fn substitute(&self, ty: &Type) -> Type {
        match ty {
            Type::Float(FloatType::Parameter(name)) => {
                self.floats.get(name).map_or_else(|| ty.clone(), |float| Type::Float(float.clone()))
            }
            Type::Array(element, length) => {
                let known = match length {
                    Length::Expression(name) => self.lengths.get(name).unwrap_or(length),
                    Length::Literal(_) => length,
                };
                Type::Array(Box::new(self.substitute(element)), known.clone())
            }
            Type::Slice(element) => Type::Slice(Box::new(self.substitute(element))),
            Type::Vec(element) => Type::Vec(Box::new(self.substitute(element))),
            Type::Tuple(elements) => {
                Type::Tuple(elements.iter().map(|element| self.substitute(element)).collect())
            }
            other => other.clone(),
        }
    }
}

/// The same content without moving anything.
fn copied(content: &Aggregate) -> Aggregate {
    match content {
        Aggregate::Place(place, _) => Aggregate::Place(place.clone(), Transfer::Copy),
        Aggregate::Tuple(elements) => Aggregate::Tuple(elements.iter().map(copied).collect()),
        Aggregate::Array(elements) => Aggregate::Array(elements.iter().map(copied).collect()),
        Aggregate::Struct(definition, fields) => Aggregate::Struct(
            definition.clone(),
            fields.iter().map(|(name, field)| (name.clone(), copied(field))).collect(),
        ),
        other => other.clone(),
    }
}
