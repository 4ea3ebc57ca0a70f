//! Calls: the callee's Jacobian-vector product at the same arguments.
//!
//! The tangents of the parameters that its derivative covers follow the arguments. Behind `&mut` both the
//! content and its tangent change. What does not vary has a tangent of zeros.

use super::Forward;
use crate::activity::Activity;
use crate::diagnostics::SourceSpan;
use crate::generics::Generics;
use crate::ir::*;
use crate::types::Type;
use std::rc::Rc;

impl Forward<'_> {
    pub(super) fn call(&mut self, call: &Call, instruction: &Instruction) {
        let active = is_active(self.activity, call, instruction);
        for (position, argument) in call.arguments.iter().enumerate() {
            if let (false, Argument::Value(content)) =
                (active && call.signature.covers(position), argument)
            {
                self.empty_what_is_taken(content);
            }
        }
        if !active {
            self.builder.append(instruction.clone());
            return;
        }
        let mut jvp = call.clone();
        jvp.output = CallOutput::Jvp;
        // Tangents first: what is moved into the call is gone afterwards.
        for (position, tangent) in self.covered(call, instruction) {
            let argument = self.argument(&call.arguments[position], &tangent);
            jvp.arguments.push(argument);
        }
        let result = instruction.results.first().copied();
        let ty = match (result, call.result_slot) {
            (Some(value), _) => self.builder.function.value(value).ty.clone(),
            (None, Some(slot)) => self.builder.function.slot(slot).ty.clone(),
            (None, None) => Type::Unit,
        };
        if !ty.holds_floats() {
            self.builder
                .append(Instruction { kind: InstructionKind::Call(jvp), ..instruction.clone() });
            return;
        }
        let name: Rc<str> = format!("{}_jvp", call.name).into();
        let span = self.builder.span();
        let pair = Type::Tuple(vec![ty.clone(), ty.tangent()]);
        let pair = self.builder.function.new_slot(pair, name, span, SlotKind::Local);
        jvp.result_slot = Some(pair);
        self.builder.push(InstructionKind::Call(jvp), vec![]);
        let part =
            |index: usize| Place::root(pair).project(Projection::Field(index.to_string().into()));
        match (result, call.result_slot) {
            (Some(value), _) => {
                let kind = InstructionKind::Load(part(0));
                self.builder.append(Instruction { kind, results: vec![value], span });
                let tangent = self.builder.load(part(1), ty);
                self.set(value, Some(tangent));
            }
            (None, Some(slot)) => {
                let moved = |place| {
                    let copied = ty.is_copy();
                    Aggregate::Place(place, if copied { Transfer::Copy } else { Transfer::Move })
                };
                self.builder.push(InstructionKind::Define(slot, moved(part(0))), vec![]);
                self.define_tangent(slot, moved(part(1)));
            }
            (None, None) => {}
        }
    }

    /// The positions of the parameters that the callee's derivative covers, and their types in the
    /// caller's terms.
    fn covered(&self, call: &Call, instruction: &Instruction) -> Vec<(usize, Type)> {
        let signature = &call.signature;
        let mut generics = Generics::default();
        if let Some(result) = instruction.results.first() {
            generics.bind(&signature.result, &self.builder.function.value(*result).ty);
        }
        for (declared, argument) in signature.parameters.iter().zip(&call.arguments) {
            if let Some(actual) = self.builder.function.argument_type(argument) {
                generics.bind(declared, &actual);
            }
        }
        let covered = signature.covered();
        covered.map(|k| (k, generics.substitute(&signature.parameters[k]))).collect()
    }

    /// The tangent of an argument for a parameter of a type.
    fn argument(&mut self, argument: &Argument, ty: &Type) -> Argument {
        let passed = super::tangent_parameter(ty);
        match argument {
            Argument::Value(content) => {
                let tangent = self.content(content, ty);
                match passed {
                    Type::Reference { .. } => {
                        let slot =
                            self.builder.define(ty.tangent(), "argument_tangent".into(), tangent);
                        Argument::Shared(Place::root(slot))
                    }
                    _ => Argument::Value(tangent),
                }
            }
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                let tangent = self.tangent_place(place).unwrap_or_else(|| {
                    let ty = self.type_at(place).tangent();
                    let zeros = self.builder.zeros(&ty, Some(place));
                    Place::root(self.builder.define(ty, "argument_tangent".into(), zeros))
                });
                match passed {
                    Type::Reference { mutable: true, .. } => Argument::Mutable(tangent),
                    Type::Reference { .. } => Argument::Shared(tangent),
                    // Anything else behind `&` has its tangent by value.
                    ty => {
                        let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
                        Argument::Value(Aggregate::Place(tangent, transfer))
                    }
                }
            }
        }
    }
}

/// The calls of a function of which the Jacobian-vector product is needed, and where they are.
pub fn active_calls<'f>(
    function: &'f Function,
    activity: &Activity,
) -> Vec<(SourceSpan, &'f Call)> {
    let mut found = vec![];
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Call(call) = &instruction.kind
            && is_active(activity, call, instruction)
        {
            found.push((instruction.span, call));
        }
    });
    found
}

/// Whether anything that the call gives is active.
fn is_active(activity: &Activity, call: &Call, instruction: &Instruction) -> bool {
    let varied = call.arguments.iter().any(|argument| activity.is_varied_argument(argument));
    let changed = call.arguments.iter().filter_map(|argument| match argument {
        Argument::Mutable(place) => Some(place.root),
        _ => None,
    });
    let mut slots = call.result_slot.into_iter().chain(changed);
    varied
        && (slots.any(|slot| activity.is_active_slot(slot))
            || instruction.results.iter().any(|value| activity.is_active(*value)))
}
