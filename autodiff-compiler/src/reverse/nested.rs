//! The reverse of a gradient that the function itself takes of another one.
//!
//! The call gives y = g(x), and leaves s = ∇g(x) in buffers. For cotangents ȳ and s̄ the cotangent of x is
//!
//! x̄ = ȳ ∇g(x) + H(x) s̄,
//!
//! since the Hessian H is symmetric: (∂s/∂x)ᵀ s̄ = H s̄, which is the tangent of the gradient in the direction
//! s̄. So the reverse calls the gradient with its tangents, once, at the same arguments: forward mode over one
//! reverse serves every nest, and nothing of the callee's reverse sweep is kept.

use super::calls::Kept;
use super::{Adjoints, Refusal, Reverse, Scope};
use crate::ir::*;
use crate::types::Type;
use std::rc::Rc;

impl Reverse {
    /// The reverse of a call that leaves a gradient in buffers. Returns what the forward sweep is to do before
    /// it.
    pub(super) fn nested_call(
        &mut self,
        call: &Call,
        result: Option<ValueId>,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        let own = call.signature.parameters.len();
        let value_type = result.map(|value| self.builder.function.value(value).ty.clone());
        let value_adjoint = result.and_then(|value| self.taken(value, adjoints));
        let buffers: Vec<Place> = call.arguments[own..]
            .iter()
            .filter_map(|argument| match argument {
                Argument::Mutable(place) => Some(place.clone()),
                _ => None,
            })
            .collect();
        let cotangents: Vec<_> = buffers.iter().map(|buffer| self.adjoint_place(buffer)).collect();
        if value_adjoint.is_none() && cotangents.iter().all(Option::is_none) {
            return vec![];
        }
        if !call.signature.notes.second {
            self.refusals.push(no_second_order(self.builder.span(), call));
            return vec![];
        }
        let covered = self.covered(call, value_type.as_ref());
        let mut again = call.clone();
        again.arguments.truncate(own);
        let mut kept = Kept::default();
        for argument in &mut again.arguments {
            if self.keep_argument(argument, scope, &mut kept).is_none() {
                self.refusals.push(Refusal {
                    span: self.builder.span(),
                    message: format!(
                        "an argument of `{}` has changed, or is gone, when the derivative needs it again",
                        call.name
                    ),
                    help: Some(
                        "pass numbers, or an array or slice that is not written afterwards".into(),
                    ),
                });
                return vec![];
            }
        }
        let (gradients, products) =
            self.gradient_and_products(again, &covered, &cotangents, value_type);
        for (k, (position, ty)) in covered.iter().enumerate() {
            let content = match &call.arguments[*position] {
                // What was moved into the call takes its adjoint as it is.
                Argument::Value(content) => content.clone(),
                Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                    Aggregate::Place(place.clone(), Transfer::Copy)
                }
            };
            if !self.has_active_part(&content) {
                continue;
            }
            if let Some(adjoint) = value_adjoint {
                self.scale(&gradients[k], ty, adjoint);
                self.add_all(&products[k], &gradients[k], ty);
            }
            self.take_content(&products[k], &content, adjoints);
        }
        // The buffers were overwritten: nothing depends on what was there.
        for (cotangent, (_, ty)) in cotangents.iter().zip(&covered) {
            if let Some(cotangent) = cotangent {
                self.builder.fill_with_zeros(cotangent, ty);
            }
        }
        for stack in kept.popped {
            self.builder.push(stack, vec![]);
        }
        kept.before
    }

    /// Calls the gradient with its tangents in the direction of the cotangents: where the gradients are, and
    /// where the products of the Hessian are.
    fn gradient_and_products(
        &mut self,
        mut again: Call,
        covered: &[(usize, Type)],
        cotangents: &[Option<Place>],
        value_type: Option<Type>,
    ) -> (Vec<Place>, Vec<Place>) {
        let (mut gradients, mut products, mut directions) = (vec![], vec![], vec![]);
        for ((position, ty), cotangent) in covered.iter().zip(cotangents) {
            let shape = match &again.arguments[*position] {
                Argument::Shared(place)
                | Argument::Mutable(place)
                | Argument::Place(place)
                | Argument::Value(Aggregate::Place(place, _)) => Some(place.clone()),
                Argument::Value(_) => None,
            };
            let mut buffer = |name: String| {
                // What takes it may keep it: a `Vec` of its own, where the argument was one.
                let zeros = self.builder.zeros(ty, shape.as_ref());
                Place::root(self.builder.define(ty.clone(), name.into(), zeros))
            };
            gradients.push(buffer(format!("{}_gradient", again.name)));
            products.push(buffer(format!("{}_product", again.name)));
            let direction = match cotangent {
                Some(place) => place.clone(),
                None => buffer(format!("{}_direction", again.name)),
            };
            directions.push(match ty {
                Type::Float(_) => {
                    let value = self.builder.load(direction, ty.clone());
                    Argument::Value(Aggregate::Value(value))
                }
                Type::Vec(_) => Argument::Shared(direction),
                ty => {
                    let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
                    Argument::Value(Aggregate::Place(direction, transfer))
                }
            });
        }
        again.output = CallOutput::GradientIntoJvp;
        let behind = |place: &Place| Argument::Mutable(place.clone());
        again.arguments.extend(gradients.iter().map(behind));
        again.arguments.extend(directions);
        again.arguments.extend(products.iter().map(behind));
        // Value and slope are of no use.
        let float = value_type.unwrap_or(Type::F64);
        let name: Rc<str> = format!("{}_jvp", again.name).into();
        let span = self.builder.span();
        let pair = Type::Tuple(vec![float.clone(), float]);
        again.result_slot = Some(self.builder.function.new_slot(pair, name, span, SlotKind::Local));
        self.builder.push(InstructionKind::Call(again), vec![]);
        (gradients, products)
    }
}

fn no_second_order(span: crate::diagnostics::SourceSpan, call: &Call) -> Refusal {
    let help = match call.signature.notes.by_rule {
        true => "its derivative is a rule written by hand, which gives gradients only",
        false => "ask for it where it is annotated: `#[differentiate(order = 2)]`",
    };
    Refusal {
        span,
        message: format!("`{}` has no second derivatives", call.name),
        help: Some(help.into()),
    }
}
