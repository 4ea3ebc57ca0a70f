//! Calls: the tangent of what the callee's function gives, at the same arguments.
//!
//! Each function that can be called here has one that gives its tangents, too ([`CallOutput::with_tangents`]):
//! the value has the Jacobian-vector product; the gradient and the two sweeps, which derivative code calls,
//! have theirs of second order. The tangents of what varies follow the arguments, in their order; behind
//! `&mut` both the content and its tangent change. What does not vary has a tangent of zeros.
//!
//! The sweeps of one call go together: what one leaves on the tape the other takes. So both always have their
//! tangents.

use super::Forward;
use crate::activity::Activity;
use crate::diagnostics::SourceSpan;
use crate::generics::Generics;
use crate::ir::*;
use crate::signature::one_or_tuple;
use crate::types::Type;
use std::rc::Rc;

impl Forward<'_> {
    /// A call, in the one direction that there is.
    pub(super) fn call(&mut self, call: &Call, instruction: &Instruction) {
        let active = is_active(&self.builder.function, self.activity, call, instruction);
        let covers = |position: usize| {
            active && (call.output.takes_from_tape() || call.signature.covers(position))
        };
        self.in_each_direction(|forward| {
            for (position, argument) in call.arguments.iter().enumerate() {
                if let (false, Argument::Value(content)) = (covers(position), argument) {
                    forward.empty_what_is_taken(content);
                }
            }
        });
        self.direction = 0;
        match (active, call.output) {
            (false, _) => {
                self.builder.append(instruction.clone());
                self.passive_slot(&instruction.kind);
            }
            (true, CallOutput::Gradient) => self.gradient_call(call, instruction),
            (true, CallOutput::Vjp) => self.vjp_call(call, instruction),
            (true, output) if output.takes_from_tape() => {
                let tangents = call.arguments.iter().map(|argument| self.own_argument(argument));
                let tangents = tangents.collect();
                self.call_with_tangents(call, instruction, tangents);
            }
            (true, _) => {
                // Tangents first: what is moved into the call is gone afterwards.
                let mut tangents = vec![];
                for (position, ty) in self.covered(call, instruction) {
                    tangents.push(self.argument(&call.arguments[position], &ty));
                }
                // Buffers of a gradient, and tangents.
                for further in &call.arguments[call.signature.parameters.len()..] {
                    tangents.push(self.own_argument(further));
                }
                self.call_with_tangents(call, instruction, tangents);
            }
        }
    }

    /// The gradient by value: by buffers, whose tangents come out beside them.
    fn gradient_call(&mut self, call: &Call, instruction: &Instruction) {
        let Some(result_slot) = call.result_slot else {
            self.builder.append(instruction.clone());
            return;
        };
        let mut into = call.clone();
        into.output = CallOutput::GradientInto;
        let mut tangents = vec![];
        let (mut buffers, mut buffer_tangents) = (vec![], vec![]);
        let covered = self.covered(call, instruction);
        let result = self.builder.function.slot(result_slot).ty.clone();
        let gradients = match result {
            Type::Tuple(parts) if covered.len() > 1 => parts,
            one => vec![one],
        };
        for ((position, ty), gradient) in covered.into_iter().zip(&gradients) {
            let argument = &call.arguments[position];
            tangents.push(self.argument(argument, &ty));
            let shape = self.builder.place_of_argument(&mut into, position);
            let name = &call.name;
            for (name, list) in [
                (format!("{name}_gradient"), &mut buffers),
                (format!("{name}_gradient_tangent"), &mut buffer_tangents),
            ] {
                let zeros = self.builder.zeros(gradient, shape.as_ref());
                list.push(self.builder.define(gradient.clone(), name.into(), zeros));
            }
        }
        let behind = |slot: &SlotId| Argument::Mutable(Place::root(*slot));
        into.arguments.extend(buffers.iter().map(behind));
        tangents.extend(buffer_tangents.iter().map(behind));
        into.arguments.extend(tangents);
        into.output = CallOutput::GradientIntoJvp;
        let value = match crate::matrix::common_float(&gradients) {
            Some(float) => Type::Float(float),
            None => self.substituted(call, instruction, &call.signature.result),
        };
        let name: Rc<str> = format!("{}_jvp", call.name).into();
        let pair = Type::Tuple(vec![value.clone(), value]);
        let span = self.builder.span();
        into.result_slot = Some(self.builder.function.new_slot(pair, name, span, SlotKind::Local));
        self.builder.push(InstructionKind::Call(into), vec![]);
        let content = |forward: &Self, slots: &[SlotId]| {
            let parts = slots
                .iter()
                .map(|slot| Place::root(*slot).leaving(&forward.builder.function.slot(*slot).ty));
            one_or_tuple(parts.collect(), Aggregate::Tuple)
        };
        let gradients = content(self, &buffers);
        self.builder.push(InstructionKind::Define(result_slot, gradients), vec![]);
        if self.is_active_slot(result_slot) {
            let content = content(self, &buffer_tangents);
            self.define_tangent(result_slot, content);
        }
    }

    /// A vector-Jacobian product: both sweeps with tangents.
    fn vjp_call(&mut self, call: &Call, instruction: &Instruction) {
        let Some(result_slot) = call.result_slot else { return };
        let Type::Tuple(parts) = self.builder.function.slot(result_slot).ty.clone() else { return };
        let mut alone = call.clone();
        let cotangents = alone.arguments.split_off(call.signature.parameters.len());
        let Some(cotangent) = cotangents.first() else { return };
        let mut directions = vec![];
        let mut covered = vec![];
        for (position, ty) in self.covered(call, instruction) {
            directions.push(self.argument(&call.arguments[position], &ty));
            covered.push((position, ty.tangent()));
        }
        let tangent = self.own_argument(cotangent);
        let function = &self.builder.function;
        let contents = [cotangent.once_more(function), tangent.once_more(function)];
        let swept = self.builder.call_sweeps(&alone, &covered, directions, contents, &parts[0]);
        let (gradients, tangents): (Vec<_>, Vec<_>) = swept.gradients.into_iter().unzip();
        let all = |places: Vec<Place>| {
            let parts = places.into_iter().zip(&covered).map(|(place, (_, ty))| place.leaving(ty));
            one_or_tuple(parts.collect(), Aggregate::Tuple)
        };
        let content = Aggregate::Tuple(vec![swept.value.leaving(&parts[0]), all(gradients)]);
        self.builder.push(InstructionKind::Define(result_slot, content), vec![]);
        if self.is_active_slot(result_slot) {
            let tangent = vec![swept.tangent.leaving(&parts[0].tangent()), all(tangents)];
            self.define_tangent(result_slot, Aggregate::Tuple(tangent));
        }
    }

    /// The call with tangents as further arguments, and its result with its tangent.
    fn call_with_tangents(
        &mut self,
        call: &Call,
        instruction: &Instruction,
        tangents: Vec<Argument>,
    ) {
        let mut call = call.clone();
        let Some(output) = call.output.with_tangents() else {
            // `missing` has told.
            self.builder.append(instruction.clone());
            return;
        };
        call.output = output;
        call.arguments.extend(tangents);
        let result = instruction.results.first().copied();
        let ty = match (result, call.result_slot) {
            (Some(value), _) => self.builder.function.value(value).ty.clone(),
            (None, Some(slot)) => self.builder.function.slot(slot).ty.clone(),
            (None, None) => Type::Unit,
        };
        if !ty.holds_floats() {
            // The value that a gradient gives beside it may be of no interest: it comes as a pair.
            self.builder
                .append(Instruction { kind: InstructionKind::Call(call), ..instruction.clone() });
            return;
        }
        let name: Rc<str> = format!("{}_jvp", call.name).into();
        let span = self.builder.span();
        let pair = Type::Tuple(vec![ty.clone(), ty.tangent()]);
        let pair = self.builder.function.new_slot(pair, name, span, SlotKind::Local);
        let slot = call.result_slot.replace(pair);
        self.builder.push(InstructionKind::Call(call), vec![]);
        let [primal, tangent] = [0, 1].map(|index| Place::root(pair).part(index));
        match (result, slot) {
            (Some(value), _) => {
                let kind = InstructionKind::Load(primal);
                self.builder.append(Instruction { kind, results: vec![value], span });
                let tangent = self.builder.load(tangent, ty);
                self.set(value, Some(tangent));
            }
            (None, Some(slot)) => {
                let content = primal.leaving(&ty);
                self.builder.push(InstructionKind::Define(slot, content), vec![]);
                if self.is_active_slot(slot) {
                    self.define_tangent(slot, tangent.leaving(&ty));
                }
            }
            (None, None) => {}
        }
    }

    /// The tangent of an argument that is a derivative itself.
    fn own_argument(&mut self, argument: &Argument) -> Argument {
        match argument {
            Argument::Value(Aggregate::Value(value)) => {
                Argument::Value(Aggregate::Value(self.tangent(*value)))
            }
            Argument::Value(content) => {
                let ty = self.builder.function.argument_type(argument).unwrap_or(Type::Unit);
                Argument::Value(self.content(content, &ty))
            }
            Argument::Shared(place) => Argument::Shared(self.tangent_or_zeros(place)),
            Argument::Mutable(place) | Argument::Place(place) => {
                Argument::Mutable(self.tangent_or_zeros(place))
            }
        }
    }

    /// The tangent of a place, or zeros of its shape.
    fn tangent_or_zeros(&mut self, place: &Place) -> Place {
        self.tangent_place(place).unwrap_or_else(|| {
            let ty = self.type_at(place).tangent();
            let zeros = self.builder.zeros(&ty, Some(place));
            Place::root(self.builder.define(ty, "argument_tangent".into(), zeros))
        })
    }

    /// The positions of the parameters that the callee's derivative covers, and their types in the
    /// caller's terms.
    fn covered(&self, call: &Call, instruction: &Instruction) -> Vec<(usize, Type)> {
        let signature = &call.signature;
        let covered = signature.covered();
        covered
            .map(|k| (k, self.substituted(call, instruction, &signature.parameters[k])))
            .collect()
    }

    /// A type of the callee's signature in the caller's terms.
    fn substituted(&self, call: &Call, instruction: &Instruction, ty: &Type) -> Type {
        let signature = &call.signature;
        let mut generics = Generics::default();
        if let (Some(result), CallOutput::Value | CallOutput::GradientInto) =
            (instruction.results.first(), call.output)
        {
            generics.bind(&signature.result, &self.builder.function.value(*result).ty);
        }
        for (declared, argument) in signature.parameters.iter().zip(&call.arguments) {
            if let Some(actual) = self.builder.function.argument_type(argument) {
                generics.bind(declared, &actual);
            }
        }
        generics.substitute(ty)
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
                let tangent = self.tangent_or_zeros(place);
                match passed {
                    Type::Reference { mutable: true, .. } => Argument::Mutable(tangent),
                    Type::Reference { .. } => Argument::Shared(tangent),
                    // Anything else behind `&` has its tangent by value.
                    ty => Argument::Value(tangent.once_more(&ty)),
                }
            }
        }
    }
}

/// The calls of a function whose callee lacks what gives the tangents, and where they are: of each callee
/// the one that asks for the highest order.
pub fn missing<'f>(function: &'f Function, activity: &Activity) -> Vec<(SourceSpan, &'f Call)> {
    let mut found: Vec<(SourceSpan, &Call)> = vec![];
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Call(call) = &instruction.kind
            && is_active(function, activity, call, instruction)
            && !call
                .output
                .with_tangents()
                .is_some_and(|output| call.signature.notes.offers(output))
        {
            let first = found.iter_mut().find(|(_, other)| other.name == call.name);
            match first {
                None => found.push((instruction.span, call)),
                Some(first) if first.1.output == CallOutput::Value => first.1 = call,
                Some(_) => {}
            }
        }
    });
    found
}

/// Whether anything that the call gives is active.
fn is_active(
    function: &Function,
    activity: &Activity,
    call: &Call,
    instruction: &Instruction,
) -> bool {
    if call.output.uses_tape() {
        return true;
    }
    let mut arguments = call.arguments.iter();
    let varied = arguments.any(|argument| activity.is_varied_argument(function, argument));
    let changed = call.arguments.iter().filter_map(|argument| match argument {
        Argument::Mutable(place) => Some(place.root),
        _ => None,
    });
    let mut slots = call.result_slot.into_iter().chain(changed);
    varied
        && (slots.any(|slot| activity.is_active_slot(slot))
            || instruction.results.iter().any(|value| activity.is_active(*value)))
}
