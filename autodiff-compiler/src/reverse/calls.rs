//! The reverse of a call: the callee's gradient at the same arguments, times the cotangent.
//!
//! The callee runs again for its gradient. That needs arguments with the content that the forward
//! call saw: where memory has changed since, or is gone, the call is refused.

use super::{Adjoints, Reverse, Scope};
use crate::ir::operations::FloatOperation;
use crate::ir::*;
use crate::types::Type;

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
        let tangents: Vec<Type> =
            covered.iter().map(|k| signature.parameters[*k].tangent()).collect();
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
