//! Arguments of calls that the reverse sweep passes again.
//!
//! An argument whose memory still holds what the call saw is passed as it is. Of any other the forward sweep
//! keeps a copy on a stack.

use super::{Refusal, Reverse, Scope, stash};
use crate::ir::operations::IntegerOperation;
use crate::ir::*;
use crate::types::Type;

/// What a joint call keeps for the reverse sweep.
#[derive(Default)]
pub(super) struct Kept {
    /// What the forward sweep does before the call.
    pub(super) before: Vec<Instruction>,
    /// What the reverse sweep does after the call.
    pub(super) popped: Vec<InstructionKind>,
}

impl Reverse {
    /// The call with arguments that can be passed again in the reverse sweep.
    pub(super) fn kept_arguments(
        &mut self,
        call: &Call,
        scope: &Scope,
        kept: &mut Kept,
    ) -> Option<Call> {
        let mut again = call.clone();
        for argument in &mut again.arguments {
            if self.keep_argument(argument, scope, kept).is_none() {
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
                return None;
            }
        }
        Some(again)
    }

    /// Makes the argument one that can be passed again in the reverse sweep. `None` if it cannot be.
    fn keep_argument(
        &mut self,
        argument: &mut Argument,
        scope: &Scope,
        kept: &mut Kept,
    ) -> Option<()> {
        match argument {
            Argument::Value(content) => self.keep_content(content, scope, kept),
            Argument::Shared(place) | Argument::Place(place) => {
                *place = self.keep_place(place, scope, kept)?;
                Some(())
            }
            Argument::Mutable(_) => None,
        }
    }

    fn keep_content(
        &mut self,
        content: &mut Aggregate,
        scope: &Scope,
        kept: &mut Kept,
    ) -> Option<()> {
        match content {
            Aggregate::Place(place, transfer) => {
                let ty = self.builder.function.place_type(place)?;
                // What is moved into the call is gone after it.
                let moved = match transfer {
                    Transfer::Copy | Transfer::Clone => false,
                    Transfer::Move => !ty.is_copy(),
                    Transfer::Take => true,
                };
                let again = match moved {
                    true => self.keep_copy(place, kept)?,
                    false => self.keep_place(place, scope, kept)?,
                };
                *place = again;
                // A copy of an array may stand for a list: that of `x.to_vec()` stays what it is.
                if *transfer != Transfer::Clone {
                    *transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
                }
                Some(())
            }
            Aggregate::Reference { place, mutable: false } => {
                *place = self.keep_place(place, scope, kept)?;
                Some(())
            }
            Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                elements.iter_mut().try_for_each(|e| self.keep_content(e, scope, kept))
            }
            Aggregate::Struct(_, fields) => {
                fields.iter_mut().try_for_each(|(_, field)| self.keep_content(field, scope, kept))
            }
            Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
                self.keep_content(element, scope, kept)
            }
            Aggregate::Reference { mutable: true, .. } | Aggregate::Deferred => None,
            Aggregate::Unit
            | Aggregate::Value(_)
            | Aggregate::VecWithCapacity(_)
            | Aggregate::ZerosLike(_)
            | Aggregate::Stack
            | Aggregate::RestoredStack => Some(()),
        }
    }

    /// A place with the content that the forward call saw: the place itself if that still holds, else
    /// a copy that the forward sweep pushes on a stack.
    fn keep_place(&mut self, place: &Place, scope: &Scope, kept: &mut Kept) -> Option<Place> {
        if scope.memory().still_holds(place.root) {
            return Some(place.clone());
        }
        self.keep_copy(place, kept)
    }

    /// A copy that the forward sweep pushes on a stack.
    fn keep_copy(&mut self, place: &Place, kept: &mut Kept) -> Option<Place> {
        let span = self.builder.span();
        let function = &mut self.builder.function;
        let ty = function.place_type(place)?;
        let element = match &ty {
            Type::Slice(element) | Type::Vec(element) => (**element).clone(),
            ty => ty.clone(),
        };
        if !can_be_copied(&element) {
            return None;
        }
        let name = format!("{}_stack", function.slot(place.root).name).into();
        let stack = function.new_slot(Type::Vec(Box::new(element)), name, span, SlotKind::Local);
        self.stacks.push(stash::definition(&self.builder.function, stack));
        let stack = Place::root(stack);
        let push = |kind| Instruction { kind, results: vec![], span };
        if matches!(ty, Type::Slice(_) | Type::Vec(_)) {
            let length = self.forward_length(place.clone(), span);
            let count = length.results[0];
            kept.before.push(length);
            let extend = ResizeKind::ExtendFrom(place.clone());
            kept.before.push(push(InstructionKind::Resize(stack.clone(), extend)));
            let end = self.builder.length(stack.clone());
            let start = self.builder.integer(IntegerOperation::WrappingSub, &[end, count]);
            let back = InstructionKind::Resize(stack.clone(), ResizeKind::Truncate(start));
            kept.popped.push(back);
            return Some(stack.project(Projection::Range { start, end, proven: true }));
        }
        let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
        let content = Aggregate::Place(place.clone(), transfer);
        kept.before.push(push(InstructionKind::Push(stack.clone(), content)));
        let length = self.builder.length(stack.clone());
        let one = self.builder.usize(1);
        let index = self.builder.integer(IntegerOperation::WrappingSub, &[length, one]);
        kept.popped.push(InstructionKind::Resize(stack.clone(), ResizeKind::Pop));
        Some(stack.project(Projection::Index { index, proven: true }))
    }
}

/// Whether a stack can hold copies of such content. Whether a struct is `Clone` is rustc's to say.
fn can_be_copied(ty: &Type) -> bool {
    match ty {
        Type::Reference { .. } => false,
        Type::Struct(_) | Type::Array(..) => true,
        Type::Vec(element) => can_be_copied(element),
        Type::Tuple(elements) => elements.iter().all(can_be_copied),
        ty => ty.is_copy(),
    }
}
