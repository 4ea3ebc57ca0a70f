//! The reverse of a call, in one of two ways.
//!
//! *Jointly*, for a callee that returns one float and changes nothing: the reverse sweep calls the
//! callee's gradient at the same arguments and multiplies by the cotangent. Nothing is stored, unless
//! an argument changes in between: then the forward sweep keeps a copy of it.
//!
//! *Split*, for every other callee, and for a function that calls itself: the forward sweep calls
//! `__forward`, which leaves on the tape what `__reverse` takes from there ([`super::split`]). Calls
//! are reversed in the opposite order, so the tape is last in, first out.

use super::keep::Kept;
use super::{Adjoints, Refusal, Reverse, Scope};
use crate::generics::Generics;
use crate::ir::operations::FloatOperation;
use crate::ir::zeros::has_static_shape;
use crate::ir::*;
use crate::types::Type;
use std::rc::Rc;

impl Reverse {
    /// The reverse of a call. Returns what the forward sweep is to do before it.
    pub(super) fn call(
        &mut self,
        instruction: &mut Instruction,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        let InstructionKind::Call(call) = &mut instruction.kind else { return vec![] };
        let signature = call.signature.clone();
        let result = instruction.results.first().copied();
        match call.output {
            CallOutput::GradientInto => {
                let call = call.clone();
                return self.nested_call(&call, result, adjoints, scope);
            }
            CallOutput::Vjp | CallOutput::Jvp => {
                let call = call.clone();
                return self.nested_product(&call, adjoints, scope);
            }
            _ => {}
        }
        let adjoint = result.and_then(|result| self.taken(result, adjoints));
        let split = signature.is_split()
            || (signature.offers_split() && !call.arguments.iter().all(|a| self.stays(a, scope)));
        let reversed = adjoint.is_some() || (split && self.changes_active(call));
        // What is moved into the call has an adjoint afterwards if the callee's derivative hands it back.
        let mut before = vec![];
        for (position, argument) in call.arguments.iter().enumerate() {
            if let (false, Argument::Value(content)) =
                (reversed && signature.covers(position), argument)
            {
                before.extend(self.restart_what_leaves(content));
            }
        }
        before.extend(match (result, adjoint) {
            _ if split && reversed => self.split_call(call, result, adjoint, adjoints, scope),
            (Some(result), Some(adjoint)) => {
                let result = self.builder.function.value(result).ty.clone();
                self.joint_call(call, &result, adjoint, adjoints, scope)
            }
            _ => vec![],
        });
        before
    }

    /// Whether memory that has an adjoint is made or changed by a call.
    fn changes_active(&self, call: &Call) -> bool {
        let changed = call.arguments.iter().filter_map(|argument| match argument {
            Argument::Mutable(place) => Some(place.root),
            _ => None,
        });
        call.result_slot.into_iter().chain(changed).any(|slot| self.is_active_slot(slot))
    }

    /// The positions of the parameters that the callee's derivative covers, and their tangent types in
    /// the caller's terms.
    pub(super) fn covered(&self, call: &Call, result: Option<&Type>) -> Vec<(usize, Type)> {
        let signature = &call.signature;
        let mut generics = Generics::default();
        if let Some(result) = result {
            generics.bind(&signature.result, result);
        }
        for (declared, argument) in signature.parameters.iter().zip(&call.arguments) {
            if let Some(actual) = self.builder.function.argument_type(argument) {
                generics.bind(declared, &actual);
            }
        }
        signature
            .covered()
            .map(|k| (k, generics.substitute(&signature.parameters[k].tangent())))
            .collect()
    }

    /// Whether an argument can be passed again in the reverse sweep without keeping it.
    fn stays(&self, argument: &Argument, scope: &Scope) -> bool {
        let mut places = vec![];
        match argument {
            Argument::Value(content) => content.places(&mut places),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                places.push(place);
            }
        }
        places.iter().all(|place| scope.memory().still_holds(place.root))
    }

    // Jointly.

    fn joint_call(
        &mut self,
        call: &Call,
        result: &Type,
        adjoint: ValueId,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        let covered = self.covered(call, Some(result));
        let mut kept = Kept::default();
        let Some(again) = self.kept_arguments(call, scope, &mut kept) else { return vec![] };
        let sources = self.gradients_again(again, result, &covered);
        for (source, (argument, tangent)) in sources.iter().zip(&covered) {
            let content = call.arguments[*argument].given();
            if self.has_active_part(&content) {
                self.scale(source, tangent, adjoint);
                self.take_content(source, &content, adjoints);
            }
        }
        for stack in kept.popped {
            self.builder.push(stack, vec![]);
        }
        kept.before
    }

    /// Calls the callee's gradient; the places where the parts of it are.
    fn gradients_again(
        &mut self,
        mut again: Call,
        result: &Type,
        covered: &[(usize, Type)],
    ) -> Vec<Place> {
        let dynamic =
            covered.iter().any(|(_, ty)| matches!(ty, Type::Vec(element) if element.is_copy()));
        if !dynamic {
            let name = format!("{}_gradient", again.name).into();
            let ty = match covered {
                [(_, one)] => one.clone(),
                several => Type::Tuple(several.iter().map(|(_, ty)| ty.clone()).collect()),
            };
            let span = self.builder.span();
            let slot = self.builder.function.new_slot(ty, name, span, SlotKind::Local);
            again.output = CallOutput::Gradient;
            again.result_slot = Some(slot);
            self.builder.push(InstructionKind::Call(again), vec![]);
            let root = Place::root(slot);
            return match covered {
                [_] => vec![root],
                several => (0..several.len())
                    .map(|k| root.project(Projection::Field(k.to_string().into())))
                    .collect(),
            };
        }
        // Buffers from the workspace, so that nothing is allocated.
        again.output = CallOutput::GradientInto;
        let mut sources = vec![];
        for (k, ty) in covered {
            let name: Rc<str> = format!("{}_gradient", again.name).into();
            let slot = match &again.arguments[*k] {
                Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                    let place = place.clone();
                    self.temporary(ty, name, Some(&place), None)
                }
                Argument::Value(content) => match (ty, content.clone()) {
                    (Type::Vec(element), content) if element.is_copy() => {
                        // The call consumes the argument: its length is asked before. What takes the
                        // gradient may keep it: a `Vec` of its own.
                        let declared = again.signature.parameters[*k].clone();
                        let argument = self.builder.define(declared, "argument".into(), content);
                        let length = self.builder.length(Place::root(argument));
                        let moved = Aggregate::Place(Place::root(argument), Transfer::Move);
                        again.arguments[*k] = Argument::Value(moved);
                        let zero = self.builder.zeros(element, None);
                        let zeros = Aggregate::VecRepeat(Box::new(zero), length);
                        self.builder.define(ty.clone(), name, zeros)
                    }
                    (ty, _) => {
                        let place = self.builder.place_of_argument(&mut again, *k);
                        self.temporary(ty, name, place.as_ref(), None)
                    }
                },
            };
            sources.push(Place::root(slot));
        }
        again.arguments.extend(sources.iter().cloned().map(Argument::Mutable));
        // The value is not used.
        self.builder.push(InstructionKind::Call(again), vec![result.clone()]);
        sources
    }

    /// A local with zeros in a tangent type. Where the shape is dynamic it is that of a visible place,
    /// or a known length.
    pub(super) fn temporary(
        &mut self,
        tangent: &Type,
        name: Rc<str>,
        shape: Option<&Place>,
        length: Option<ValueId>,
    ) -> SlotId {
        if let Type::Vec(element) = tangent
            && element.is_copy()
            && (shape.is_some() || length.is_some())
        {
            let length = match (length, shape) {
                (Some(length), _) => length,
                (None, Some(place)) => self.builder.length(place.clone()),
                (None, None) => self.builder.usize(0),
            };
            let zero = self.builder.zeros(element, None);
            let slot = self.builder.define(tangent.clone(), name, Aggregate::Stack);
            let resize = ResizeKind::Resize(length, zero);
            self.builder.push(InstructionKind::Resize(Place::root(slot), resize), vec![]);
            return slot;
        }
        let zeros = self.builder.zeros(tangent, shape);
        self.builder.define(tangent.clone(), name, zeros)
    }

    /// Multiplies every float at a place.
    pub(super) fn scale(&mut self, place: &Place, tangent: &Type, factor: ValueId) {
        match tangent {
            Type::Float(_) => {
                let value = self.builder.load(place.clone(), tangent.clone());
                let scaled = self.builder.float_operation(FloatOperation::Mul, &[value, factor]);
                self.builder.store(place.clone(), scaled);
            }
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                self.for_each_element(place, |reverse, inner| {
                    reverse.scale(&inner, element, factor);
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

    // Split.

    fn split_call(
        &mut self,
        call: &mut Call,
        result: Option<ValueId>,
        adjoint: Option<ValueId>,
        adjoints: &mut Adjoints,
        scope: &Scope,
    ) -> Vec<Instruction> {
        let result_type = result.map(|result| self.builder.function.value(result).ty.clone());
        let result_type = result_type
            .or_else(|| call.result_slot.map(|slot| self.builder.function.slot(slot).ty.clone()));
        let covered = self.covered(call, result_type.as_ref());
        let mut before = vec![];
        let mut arguments = self.cotangent(call, result_type.as_ref(), adjoint);

        let mut returned = vec![];
        let mut written_back = vec![];
        for (k, tangent) in &covered {
            let declared = &call.signature.parameters[*k];
            let argument = &call.arguments[*k];
            let Type::Reference { mutable, .. } = declared else {
                returned.push((*k, tangent.clone()));
                continue;
            };
            let place = match argument {
                Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                    place
                }
                Argument::Value(_) => {
                    self.refusals.push(unsupported_argument(self.builder.span(), &call.name));
                    return vec![];
                }
            };
            let adjoint = self.adjoint_place(place);
            let alone = call.arguments.iter().filter(|other| overlaps(other, place)).count() == 1;
            if let (Some(adjoint), true) = (&adjoint, alone) {
                arguments.push(Argument::Mutable(adjoint.clone()));
                continue;
            }
            // Two arguments in one root, or no adjoint: a buffer for the call.
            let root = place.root;
            let visible = scope.memory().still_holds(root);
            let mut length = None;
            if !visible && matches!(tangent, Type::Vec(element) if element.is_copy()) {
                let read = self.forward_length(place.clone(), self.builder.span());
                length = Some(read.results[0]);
                before.push(read);
            }
            let name = format!("{}_cotangent", self.builder.function.slot(place.root).name).into();
            let shape = visible.then_some(place);
            if !visible && length.is_none() && !has_static_shape(tangent) {
                self.refusals.push(unsupported_argument(self.builder.span(), &call.name));
                return vec![];
            }
            let slot = self.temporary(tangent, name, shape, length);
            let buffer = Place::root(slot);
            if let Some(adjoint) = adjoint {
                if *mutable {
                    // The cotangent of the content at exit goes in, that of the content at entry
                    // comes out.
                    let ty = self.type_at(&adjoint);
                    self.move_all(&buffer, &adjoint, &ty);
                }
                written_back.push((adjoint, buffer.clone()));
            }
            arguments.push(Argument::Mutable(buffer));
        }
        call.output = CallOutput::Forward;
        let mut reverse =
            Call { output: CallOutput::Reverse, arguments, result_slot: None, ..call.clone() };
        self.call_reverse(&mut reverse, call, &returned, adjoints);
        for (adjoint, buffer) in written_back {
            let ty = self.type_at(&adjoint);
            self.add_all(&adjoint, &buffer, &ty);
        }
        before
    }

    /// The cotangent of the result, as first argument of the reverse call.
    fn cotangent(
        &mut self,
        call: &Call,
        result: Option<&Type>,
        adjoint: Option<ValueId>,
    ) -> Vec<Argument> {
        let Some(ty) = result.filter(|ty| ty.holds_floats()) else { return vec![] };
        if let Type::Float(float) = ty {
            let adjoint = adjoint.unwrap_or_else(|| self.builder.float(0.0, float));
            return vec![Argument::Value(Aggregate::Value(adjoint))];
        }
        let place = call.result_slot.and_then(|slot| self.adjoint_place(&Place::root(slot)));
        let place = place.unwrap_or_else(|| {
            let zeros = self.builder.zeros(&ty.tangent(), None);
            let name = format!("{}_cotangent", call.name).into();
            Place::root(self.builder.define(ty.tangent(), name, zeros))
        });
        vec![Argument::Mutable(place)]
    }

    /// Calls the reverse; what it returns goes to the arguments that were passed by value.
    fn call_reverse(
        &mut self,
        reverse: &mut Call,
        forward: &Call,
        returned: &[(usize, Type)],
        adjoints: &mut Adjoints,
    ) {
        let content = |k: usize| match &forward.arguments[k] {
            Argument::Value(content) => Some(content.clone()),
            _ => None,
        };
        match returned {
            [] => {
                self.builder.push(InstructionKind::Call(reverse.clone()), vec![]);
            }
            [(k, ty @ Type::Float(_))] => {
                let kind = InstructionKind::Call(reverse.clone());
                let adjoint = self.builder.push(kind, vec![ty.clone()])[0];
                match content(*k) {
                    Some(Aggregate::Value(value)) => self.contribute(adjoints, value, adjoint),
                    Some(Aggregate::Place(place, _)) => {
                        if let Some(target) = self.adjoint_place(&place) {
                            self.builder.push(InstructionKind::AddTo(target, adjoint), vec![]);
                        }
                    }
                    _ => {}
                }
            }
            several => {
                let types: Vec<_> = several.iter().map(|(_, ty)| ty.clone()).collect();
                let ty = match &types[..] {
                    [one] => one.clone(),
                    _ => Type::Tuple(types.clone()),
                };
                let name = format!("{}_cotangents", forward.name).into();
                let span = self.builder.span();
                let slot = self.builder.function.new_slot(ty, name, span, SlotKind::Local);
                reverse.result_slot = Some(slot);
                self.builder.push(InstructionKind::Call(reverse.clone()), vec![]);
                for (position, (k, _)) in several.iter().enumerate() {
                    let mut source = Place::root(slot);
                    if several.len() > 1 {
                        source = source.project(Projection::Field(position.to_string().into()));
                    }
                    if let Some(content) = content(*k)
                        && self.has_active_part(&content)
                    {
                        self.take_content(&source, &content, adjoints);
                    }
                }
            }
        }
    }

    /// `target = source`, and zero is left at `source`.
    fn move_all(&mut self, target: &Place, source: &Place, tangent: &Type) {
        match tangent {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                let target = target.clone();
                self.for_each_element(source, |reverse, place| {
                    if let Some(Projection::Index { index, .. }) = place.path.last() {
                        let projection = Projection::Index { index: *index, proven: true };
                        reverse.move_all(&target.project(projection), &place, element);
                    }
                });
            }
            Type::Float(_) => {
                let adjoint = self.builder.load(source.clone(), tangent.clone());
                self.builder.store(target.clone(), adjoint);
                self.store_zero(source.clone(), tangent);
            }
            Type::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let field = Projection::Field(index.to_string().into());
                    self.move_all(&target.project(field.clone()), &source.project(field), element);
                }
            }
            Type::Struct(definition) => {
                for (name, ty) in &definition.fields {
                    let field = Projection::Field(name.clone());
                    self.move_all(&target.project(field.clone()), &source.project(field), ty);
                }
            }
            _ => {}
        }
    }
}

/// Whether an argument may be in the same memory as a place: different fields are not.
fn overlaps(argument: &Argument, place: &Place) -> bool {
    let (Argument::Shared(other) | Argument::Mutable(other) | Argument::Place(other)) = argument
    else {
        return false;
    };
    let steps = other.path.iter().zip(&place.path);
    let apart = steps
        .skip_while(|(a, b)| a == b)
        .take(1)
        .any(|(a, b)| matches!((a, b), (Projection::Field(_), Projection::Field(_))));
    other.root == place.root && !apart
}

fn unsupported_argument(span: crate::diagnostics::SourceSpan, name: &str) -> Refusal {
    Refusal {
        span,
        message: format!(
            "the derivative of this call of `{name}` needs an argument that is gone by then"
        ),
        help: Some(
            "pass numbers, or an array, slice or `Vec` of numbers that is declared before".into(),
        ),
    }
}
