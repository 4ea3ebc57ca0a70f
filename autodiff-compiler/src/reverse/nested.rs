//! The reverse of a gradient that the function itself takes of another one.
//!
//! The call gives y = g(x), and leaves s = ∇g(x) in buffers. For cotangents ȳ and s̄ the cotangent of x is
//!
//! x̄ = ȳ ∇g(x) + H(x) s̄,
//!
//! since the Hessian H is symmetric: (∂s/∂x)ᵀ s̄ = H s̄, which is the tangent of the gradient in the direction
//! s̄. So the reverse calls the gradient with its tangents, once, at the same arguments: forward mode over one
//! reverse serves every nest, and nothing of the callee's reverse sweep is kept.

use super::keep::Kept;
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
            self.refuse_order(call);
            return vec![];
        }
        let covered = self.covered(call, value_type.as_ref());
        let mut alone = call.clone();
        alone.arguments.truncate(own);
        let mut kept = Kept::default();
        let Some(again) = self.kept_arguments(&alone, scope, &mut kept) else { return vec![] };
        let (gradients, products) =
            self.gradient_and_products(again, &covered, &cotangents, value_type);
        for (k, (position, ty)) in covered.iter().enumerate() {
            if let Some(adjoint) = value_adjoint {
                self.scale(&gradients[k], ty, adjoint);
                self.add_all(&products[k], &gradients[k], ty);
            }
            self.give(&products[k], &call.arguments[*position], adjoints);
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

    /// The reverse of a product with the Jacobian that the function itself calls. With cotangents ȳ of y and ū
    /// of u, the product:
    ///
    /// * u = J v:  v̄ = Jᵀ ū,  x̄ = Jᵀ ȳ + d/dt J(x + t v)ᵀ ū;
    /// * u = Jᵀ w: w̄ = J ū,   x̄ = Jᵀ ȳ + d/dt J(x + t ū)ᵀ w.
    pub(super) fn nested_product(
        &mut self,
        call: &Call,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        let Some(slot) = call.result_slot else { return vec![] };
        let Some(adjoint) = self.adjoint_place(&Place::root(slot)) else { return vec![] };
        let Type::Tuple(parts) = self.builder.function.slot(slot).ty.clone() else { return vec![] };
        if !call.signature.notes.second {
            self.refuse_order(call);
            return vec![];
        }
        let own = call.signature.parameters.len();
        let covered = self.covered(call, None);
        let mut kept = Kept::default();
        let Some(mut again) = self.kept_arguments(call, scope, &mut kept) else { return vec![] };
        let further = again.arguments.split_off(own);
        let of_value = adjoint.part(0).once_more(&parts[0].tangent());
        let is_vjp = call.output == CallOutput::Vjp;
        let (directions, contents) = if is_vjp {
            let mut directions = vec![];
            for (k, (_, ty)) in covered.iter().enumerate() {
                let place = match covered.len() {
                    1 => adjoint.part(1),
                    _ => adjoint.part(1).part(k),
                };
                directions.push(self.as_direction(place, ty));
            }
            let cotangent =
                further.first().map(|argument| argument.once_more(&self.builder.function));
            let cotangent = match (cotangent.unwrap_or(Aggregate::Unit), &parts[0]) {
                (Aggregate::Place(place, _), Type::Vec(_)) => self.as_list(place),
                (cotangent, _) => cotangent,
            };
            (directions, [cotangent, of_value])
        } else {
            (further, [adjoint.part(1).once_more(&parts[1]), of_value])
        };
        let swept = self.builder.call_sweeps(&again, &covered, directions, contents, &parts[0]);
        for (k, (position, _)) in covered.iter().enumerate() {
            let (gradient, tangent) = swept.gradients[k].clone();
            self.give(&tangent, &call.arguments[*position], adjoints);
            if !is_vjp {
                self.give(&gradient, &call.arguments[own + k], adjoints);
            }
        }
        if is_vjp && let Some(cotangent) = call.arguments.get(own) {
            self.give(&swept.tangent, cotangent, adjoints);
        }
        let ty = self.type_at(&adjoint);
        self.builder.fill_with_zeros(&adjoint, &ty);
        for stack in kept.popped {
            self.builder.push(stack, vec![]);
        }
        kept.before
    }

    /// What is at a place, as the cotangent of an argument.
    fn give(&mut self, source: &Place, argument: &Argument, adjoints: &mut Adjoints) {
        let content = argument.given();
        if self.has_active_part(&content) {
            self.take_content(source, &content, adjoints);
        }
    }

    /// Reports a callee without second derivatives.
    fn refuse_order(&mut self, call: &Call) {
        let (message, help) = call.lacks(Some(CallOutput::ForwardJvp));
        self.refusals.push(Refusal { span: self.builder.span(), message, help: Some(help) });
    }

    /// A cotangent as a direction of forward mode.
    fn as_direction(&mut self, place: Place, ty: &Type) -> Argument {
        match ty {
            Type::Float(_) => {
                Argument::Value(Aggregate::Value(self.builder.load(place, ty.clone())))
            }
            Type::Vec(_) => Argument::Shared(place),
            ty => Argument::Value(place.once_more(ty)),
        }
    }

    /// The elements at a place as a `Vec` of its own: a cotangent of that is passed as a slice, whatever lends it.
    fn as_list(&mut self, place: Place) -> Aggregate {
        let (start, end) = (self.builder.usize(0), self.builder.length(place.clone()));
        let all = place.project(Projection::Range { start, end, proven: true });
        Aggregate::Place(all, Transfer::Clone)
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
            let shape = self.builder.place_of_argument(&mut again, *position);
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
            directions.push(self.as_direction(direction, ty));
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
