//! The reverse of memory instructions: what was written takes its cotangent from the adjoint slot.

use super::moves::{self, moved_out};
use super::shape::Shape;
use super::{Adjoints, Refusal, Reverse, Scope};
use crate::ir::operations::IntegerOperation;
use crate::ir::zeros::has_static_shape;
use crate::ir::*;
use crate::types::Type;

/// The length that a list is made with in a region, if it keeps it there.
fn length_at_definition(function: &Function, region: &Region, slot: SlotId) -> Option<ValueId> {
    let made = region.instructions.iter().find_map(|instruction| match &instruction.kind {
        InstructionKind::Define(defined, Aggregate::VecRepeat(_, length)) if *defined == slot => {
            Some(*length)
        }
        _ => None,
    })?;
    let mut keeps = true;
    region.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Define(defined, Aggregate::VecRepeat(..)) if *defined == slot => {}
        InstructionKind::Store(..) | InstructionKind::AddTo(..) | InstructionKind::Fill(..) => {}
        kind => {
            keeps &= kind.writes().iter().all(|place| {
                place.root != slot || function.place_type(place).is_some_and(|ty| ty.is_scalar())
            });
        }
    });
    keeps.then_some(made)
}

impl Reverse {
    /// The adjoint of a place; `None` if its root is not active.
    pub(super) fn adjoint_place(&mut self, place: &Place) -> Option<Place> {
        if !self.is_active_slot(place.root) {
            return None;
        }
        let Some(root) = self.adjoint_slots.get(&place.root).copied() else {
            // Going on would lose a derivative.
            self.refusals.push(Refusal {
                span: self.builder.span(),
                message: format!(
                    "autodiff made a mistake: `{}` has no adjoint",
                    self.builder.function.slot(place.root).name
                ),
                help: Some("please report this function".into()),
            });
            return None;
        };
        let path = place
            .path
            .iter()
            .map(|projection| match projection {
                // The forward sweep checked the same index against the same length.
                Projection::Index { index, .. } => {
                    Projection::Index { index: *index, proven: true }
                }
                Projection::Range { start, end, .. } => {
                    Projection::Range { start: *start, end: *end, proven: true }
                }
                Projection::Field(name) => Projection::Field(name.clone()),
            })
            .collect();
        Some(Place { root, path })
    }

    /// At the start of the reverse of a region: adjoint slots for the active slots it defines.
    /// `result`: what is made of them after the region.
    pub(super) fn define_local_adjoints(
        &mut self,
        forward: &mut Region,
        result: &Aggregate,
        scope: &Scope,
    ) {
        let slots: Vec<_> =
            forward.defined_slots().filter(|slot| self.is_active_slot(*slot)).collect();
        let mut shapes = vec![];
        for slot in slots {
            if self.adjoint_slots.contains_key(&slot) && scope.live.contains(&slot) {
                continue;
            }
            let known = self.builder.function.slot(slot).clone();
            self.builder.at(known.span);
            let ty = known.ty.tangent();
            let place = Place::root(slot);
            let gone = moved_out(forward, slot) || moves::moves(result, slot);
            if scope.live.contains(&slot) && !gone {
                let content = self.builder.zeros(&ty, Some(&place));
                self.define_adjoint(slot, ty, content);
                continue;
            }
            let end = forward.instructions.len();
            let (content, shape) = self.zeros_after_scope(slot, gone, forward, end);
            self.define_adjoint(slot, ty, content);
            shapes.push((slot, shape));
        }
        self.restore_adjoints(shapes);
    }

    /// Zeros for the adjoint of a slot that is out of scope in the reverse sweep, and the shape that they are yet to
    /// be given ([`Self::restore_adjoints`]). The forward sweep reads lengths at a position of the slot's region.
    pub(super) fn zeros_after_scope(
        &mut self,
        slot: SlotId,
        gone: bool,
        forward: &mut Region,
        position: usize,
    ) -> (Aggregate, Shape) {
        let ty = self.builder.function.slot(slot).ty.tangent();
        match &ty {
            // Whoever took the content hands its adjoint back.
            Type::Vec(_) if gone => (Aggregate::Vec(vec![]), Shape::Same),
            // One number, with which the zeros are made.
            Type::Vec(element) if has_static_shape(element) => {
                let length = match length_at_definition(&self.builder.function, forward, slot) {
                    Some(length) => length,
                    None => {
                        let read = self.forward_length(Place::root(slot), self.builder.span());
                        let length = read.results[0];
                        forward.instructions.insert(position, read);
                        length
                    }
                };
                let zero = self.builder.zeros(element, None);
                (Aggregate::VecRepeat(Box::new(zero), length), Shape::Same)
            }
            ty => {
                let zeros = self.builder.zeros(ty, None);
                if gone || has_static_shape(ty) {
                    return (zeros, Shape::Same);
                }
                let (read, shape) = self.shape_of(&Place::root(slot));
                forward.instructions.splice(position..position, read);
                (zeros, shape)
            }
        }
    }

    /// Gives adjoints the shapes that the forward sweep read.
    pub(super) fn restore_adjoints(&mut self, shapes: Vec<(SlotId, Shape)>) {
        for (slot, shape) in shapes {
            if matches!(shape, Shape::Same) {
                continue;
            }
            let Some(adjoint) = self.adjoint_slots.get(&slot).copied().map(Place::root) else {
                continue;
            };
            let ty = self.type_at(&adjoint);
            self.restore_shape(&adjoint, &ty, shape);
        }
    }

    /// The reverse of an instruction that changes memory. `old_shape`: that of what it overwrites or resizes.
    pub(super) fn memory(
        &mut self,
        kind: &InstructionKind,
        old_shape: Shape,
        adjoints: &mut Adjoints,
    ) {
        match kind {
            // m[p] = v:  adjoint(v) += adjoint(m)[p];  adjoint(m)[p] = 0
            InstructionKind::Store(place, value) => {
                let Some(target) = self.adjoint_place(place) else { return };
                let Some(ty) = self.scalar_float(&target) else { return };
                if self.is_active(*value) {
                    let adjoint = self.builder.load(target.clone(), ty.clone());
                    self.contribute(adjoints, *value, adjoint);
                }
                self.store_zero(target, &ty);
            }
            // every m[i] = v:  adjoint(v) += sum of adjoint(m);  adjoint(m) = 0
            InstructionKind::Fill(place, value) => {
                let Some(target) = self.adjoint_place(place) else { return };
                if self.is_active(*value) {
                    let content = Aggregate::Value(*value);
                    self.take_from_elements(&target, &content, adjoints);
                }
                let ty = self.type_at(&target);
                self.builder.fill_with_zeros(&target, &ty);
            }
            InstructionKind::Define(slot, content) => {
                if let Some(source) = self.adjoint_place(&Place::root(*slot)) {
                    self.take_content(&source, content, adjoints);
                }
            }
            InstructionKind::Assign(place, content) => {
                let Some(target) = self.adjoint_place(place) else { return };
                let ty = self.type_at(&target);
                // The content may come from what it overwrites (slices are known to be apart): then
                // the adjoint is set aside before that of the old content starts anew.
                let from_itself = !matches!(ty, Type::Slice(_)) && reads(content, place.root);
                let source = match from_itself {
                    true => self.set_aside(&target, &ty),
                    false => {
                        self.take_content(&target, content, adjoints);
                        target.clone()
                    }
                };
                self.restore_shape(&target, &ty, old_shape);
                if from_itself {
                    self.take_content(&source, content, adjoints);
                }
            }
            // m.push(c):  c takes from the last element's adjoint, which goes away
            InstructionKind::Push(place, content) => {
                let Some(target) = self.adjoint_place(place) else { return };
                let length = self.builder.length(target.clone());
                let one = self.builder.usize(1);
                let last = self.builder.integer(IntegerOperation::Sub, &[length, one]);
                let element = target.project(Projection::Index { index: last, proven: true });
                self.take_content(&element, content, adjoints);
                self.builder.push(InstructionKind::Resize(target, ResizeKind::Pop), vec![]);
            }
            InstructionKind::Swap(a, b) => {
                if let (Some(a), Some(b)) = (self.adjoint_place(a), self.adjoint_place(b)) {
                    self.builder.push(InstructionKind::Swap(a, b), vec![]);
                }
            }
            InstructionKind::Resize(place, kind) => {
                if let Some(target) = self.adjoint_place(place) {
                    self.resize(target, kind, old_shape, adjoints);
                }
            }
            _ => {}
        }
    }

    /// Moves an adjoint to a place of its own.
    fn set_aside(&mut self, target: &Place, ty: &Type) -> Place {
        let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Take };
        let content = Aggregate::Place(target.clone(), transfer);
        Place::root(self.builder.define(ty.clone(), "replaced_adjoint".into(), content))
    }

    /// What is moved or taken to where nothing is differentiated: nobody hands its adjoint back, which starts
    /// anew in the shape that it had. Returns what reads that shape before.
    pub(super) fn restart_what_is_lost(&mut self, instruction: &Instruction) -> Vec<Instruction> {
        let receiver = match &instruction.kind {
            InstructionKind::Define(slot, _) => Some(*slot),
            InstructionKind::Assign(place, _)
            | InstructionKind::Push(place, _)
            | InstructionKind::Resize(place, _) => Some(place.root),
            _ => None,
        };
        if receiver.is_some_and(|root| self.is_active_slot(root)) {
            return vec![];
        }
        let mut before = vec![];
        for content in instruction.kind.contents() {
            before.extend(self.restart_what_leaves(content));
        }
        before
    }

    /// The same for content.
    pub(super) fn restart_what_leaves(&mut self, content: &Aggregate) -> Vec<Instruction> {
        let mut places = vec![];
        content.for_each_taken(&mut |place| places.push(place.clone()));
        let mut before = vec![];
        for place in places {
            let Some(target) = self.adjoint_place(&place) else { continue };
            // What is left of a fixed shape is not read again, or set before.
            let ty = self.type_at(&target);
            if !has_static_shape(&ty) {
                let (read, shape) = self.shape_of(&place);
                self.restore_shape(&target, &ty, shape);
                before.extend(read);
            }
        }
        before
    }

    /// The reverse of a change of length: what came in takes its adjoint, what went has zero.
    fn resize(
        &mut self,
        target: Place,
        kind: &ResizeKind,
        old_shape: Shape,
        adjoints: &mut Adjoints,
    ) {
        let Type::Vec(element) = self.type_at(&target) else { return };
        let (old_length, lengths) = match old_shape {
            Shape::Length(length) => (length, None),
            Shape::Elements { length: Some(length), lengths } => (length, Some(lengths)),
            _ => return,
        };
        let end = self.builder.length(target.clone());
        match kind {
            ResizeKind::Resize(_, content) if self.has_active_part(content) => {
                self.take_from_range(&target, old_length, end, content, adjoints);
            }
            ResizeKind::ExtendFrom(source) => {
                if let Some(source) = self.adjoint_place(source) {
                    let added = Projection::Range { start: old_length, end, proven: true };
                    self.add_all(&source, &target.project(added), &Type::Slice(element.clone()));
                }
            }
            _ => {}
        }
        let zero = self.builder.zeros(&element, None);
        let back = ResizeKind::Resize(old_length, zero);
        self.builder.push(InstructionKind::Resize(target.clone(), back), vec![]);
        if let Some(lengths) = lengths {
            self.restore_elements(&target, (end, old_length), lengths);
        }
    }

    /// The scalar float type at an adjoint place.
    fn scalar_float(&self, place: &Place) -> Option<Type> {
        self.builder.function.place_type(place).filter(Type::is_float)
    }

    /// The type at a place (`()` where the path does not fit, which `verify` excludes).
    pub(super) fn type_at(&self, place: &Place) -> Type {
        self.builder.function.place_type(place).unwrap_or(Type::Unit)
    }

    pub(super) fn store_zero(&mut self, place: Place, ty: &Type) {
        if let Type::Float(float) = ty {
            let zero = self.builder.float(0.0, float);
            self.builder.store(place, zero);
        }
    }
}

/// Whether making the content reads from a root.
fn reads(content: &Aggregate, root: SlotId) -> bool {
    let mut places = vec![];
    content.places(&mut places);
    places.iter().any(|place| place.root == root)
}
