//! Calls of both sweeps of an annotated function, one right after the other, with tangents.
//!
//! For y = f(x) with Jacobian J, arguments x, directions v, a cotangent w with tangent w', they give
//!
//! y, J v, Jᵀ w, and Jᵀ w' + (d/dt J(x + t v)ᵀ w at t = 0).
//!
//! That is all that the derivatives of `vjp` and `jvp` are made of, in forward and in reverse mode.

use super::builder::Builder;
use super::*;
use crate::signature::one_or_tuple;
use crate::types::Type;

/// Where the results are.
pub struct Swept {
    /// y.
    pub value: Place,
    /// J v.
    pub tangent: Place,
    /// For each parameter that the derivative covers: its part of Jᵀ w, and the tangent of that.
    pub gradients: Vec<(Place, Place)>,
}

impl Builder {
    /// Calls both sweeps. `call`: with the arguments x alone; `covered`: the parameters that the derivative
    /// covers, with their tangent types in the caller's terms; `result`: the type of y, which is not a float.
    pub fn call_sweeps(
        &mut self,
        call: &Call,
        covered: &[(usize, Type)],
        directions: Vec<Argument>,
        [cotangent, cotangent_tangent]: [Aggregate; 2],
        result: &Type,
    ) -> Swept {
        let mut forward = call.clone();
        forward.output = CallOutput::ForwardJvp;
        forward.arguments.extend(directions);
        let span = self.span();
        let pair = Type::Tuple(vec![result.clone(), result.tangent()]);
        let name = format!("{}_jvp", call.name).into();
        let pair = self.function.new_slot(pair, name, span, SlotKind::Local);
        forward.result_slot = Some(pair);
        self.push(InstructionKind::Call(forward), vec![]);

        let mut own = vec![];
        let mut tangents = vec![];
        for (list, content) in [(&mut own, cotangent), (&mut tangents, cotangent_tangent)] {
            let slot = self.define(result.tangent(), "cotangent".into(), content);
            list.push(Argument::Mutable(Place::root(slot)));
        }
        let mut gradients: Vec<Option<(Place, Place)>> = vec![];
        let mut by_value = vec![];
        for (position, ty) in covered {
            if !matches!(call.signature.parameters[*position], Type::Reference { .. }) {
                by_value.push(ty.clone());
                gradients.push(None);
                continue;
            }
            let shape = call.arguments[*position].place();
            let mut buffer = |list: &mut Vec<Argument>| {
                let zeros = self.zeros(ty, shape);
                let name = format!("{}_gradient", call.name).into();
                let place = Place::root(self.define(ty.clone(), name, zeros));
                list.push(Argument::Mutable(place.clone()));
                place
            };
            let gradient = buffer(&mut own);
            gradients.push(Some((gradient, buffer(&mut tangents))));
        }
        let mut reverse = call.clone();
        reverse.output = CallOutput::ReverseJvp;
        reverse.result_slot = None;
        reverse.arguments = own.into_iter().chain(tangents).collect();
        let returned = by_value.len();
        if returned > 0 {
            let gradient = one_or_tuple(by_value, Type::Tuple);
            let ty = Type::Tuple(vec![gradient.clone(), gradient]);
            let name = format!("{}_gradients", call.name).into();
            reverse.result_slot = Some(self.function.new_slot(ty, name, span, SlotKind::Local));
        }
        let slot = reverse.result_slot;
        self.push(InstructionKind::Call(reverse), vec![]);
        let mut next = 0..returned;
        let gradients = gradients.into_iter().filter_map(|known| {
            known.or_else(|| {
                let (slot, index) = (slot?, next.next()?);
                let inside = |order: usize| match returned {
                    1 => Place::root(slot).part(order),
                    _ => Place::root(slot).part(order).part(index),
                };
                Some((inside(0), inside(1)))
            })
        });
        let gradients = gradients.collect();
        let pair = Place::root(pair);
        Swept { value: pair.part(0), tangent: pair.part(1), gradients }
    }
}
