//! Memory places: `x`, `x[i]`, `p.field[a..b]`, and borrows of them.

use super::expressions::Code;
use super::pending::Built;
use super::{Emitter, reference_depth};
use crate::ir::SlotKind;
use crate::ir::{
    Aggregate, Argument, Function, Instruction, InstructionKind, ParameterBinding, Piece, Place,
    Projection, Region, Set, SlotId, Transfer,
};
use crate::types::Type;

impl Emitter<'_> {
    /// The place as base of a method, index or field: references on the way are left to rustc.
    pub(super) fn place(&mut self, place: &Place) -> Built {
        let mut built = Built::pure(Code::Name(self.slot_name(place.root)));
        for projection in &place.path {
            let base = Box::new(built.code.clone());
            built.code = match projection {
                Projection::Index { index, proven } => {
                    let index = self.operand(*index);
                    let index = built.absorb(index);
                    built.ordered |= !proven;
                    built.reads.lengths.insert(place.root);
                    Code::Index(base, Box::new(index))
                }
                Projection::Range { start, end, proven } => {
                    let start = self.operand(*start);
                    let start = built.absorb(start);
                    let end = self.operand(*end);
                    let end = built.absorb(end);
                    built.ordered |= !proven;
                    built.reads.lengths.insert(place.root);
                    Code::Range(base, Box::new(start), Box::new(end))
                }
                Projection::Field(name) => Code::Field(base, name.clone()),
            };
        }
        built
    }

    /// The content itself: `*x` for a reference.
    pub(super) fn scalar_place(&mut self, place: &Place) -> Built {
        let mut built = self.place(place);
        for _ in 0..self.references_at(place) {
            built.code = Code::Prefix("*", Box::new(built.code));
        }
        built
    }

    /// Whether a guard sees the place through a reference where the user wrote the variable of a pattern.
    pub(super) fn is_lent_to_guard(&self, place: &Place) -> bool {
        let slot = self.function.slot(place.root);
        let is_parameter = || {
            let mut parameters = self.function.parameters.iter();
            parameters.any(|parameter| parameter.binding == ParameterBinding::Slot(place.root))
        };
        place.path.is_empty()
            && slot.kind == SlotKind::Shared
            && matches!(slot.ty, Type::Opaque(_))
            && !is_parameter()
    }

    /// How many references lie between what [`Emitter::place`] writes and the content.
    pub(super) fn references_at(&self, place: &Place) -> usize {
        if place.path.is_empty() {
            self.depths[place.root.0 as usize]
        } else {
            self.function.place_type(place).map_or(0, |ty| reference_depth(&ty))
        }
    }

    /// `&place` or `&mut place`; a parameter that is that reference already is mentioned by name.
    pub(super) fn borrow(&mut self, place: &Place, mutable: bool) -> Built {
        let slot = self.function.slot(place.root);
        let lent = slot.kind == crate::ir::SlotKind::Mutable || self.fixed.contains(place.root);
        let same = lent == mutable;
        let depth = self.references_at(place);
        if place.path.is_empty() && depth == 1 && same {
            let mut built = self.place(place);
            built.reads.content.insert(place.root);
            built.reads.lengths.insert(place.root);
            return built;
        }
        let mut built = self.scalar_place(place);
        built.code = built.code.borrow(mutable);
        built.reads.content.insert(place.root);
        built.reads.lengths.insert(place.root);
        built
    }
}

/// Whether moving this place is written as taking its content, which leaves an empty `Vec`: rustc does
/// not let go of an element, nor of a variable that derivative code looks at when it is set again, nor of one that is
/// moved on some paths and used after these have met.
pub(super) fn moves_by_taking(function: &Function, place: &Place) -> bool {
    if !matches!(function.place_type(place), Some(Type::Vec(_)))
        || function.slot(place.root).kind == SlotKind::Shared
    {
        return false;
    }
    let is_element =
        place.path.iter().any(|projection| matches!(projection, Projection::Index { .. }));
    let mut set_again = false;
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Assign(target, _) = &instruction.kind {
            set_again |= target.root == place.root && target.path.is_empty();
        }
    });
    is_element || set_again || is_used_where_it_may_have_moved(function, place.root)
}

/// Whether a slot is moved under a condition or in a loop that it is older than, and mentioned elsewhere.
fn is_used_where_it_may_have_moved(function: &Function, slot: SlotId) -> bool {
    let mut moves = Moves { slot, moved: false, again: false };
    let is_parameter = function.slot(slot).kind != SlotKind::Local;
    moves.region(&function.body, is_parameter, false);
    let mut places = vec![];
    function.result.places(&mut places);
    moves.mentioned(places.iter().any(|place| place.root == slot));
    moves.again
}

/// A walk over a function in order, for the moves of a slot.
struct Moves {
    slot: SlotId,
    /// Whether it was moved on some paths only.
    moved: bool,
    /// Whether it is mentioned after that.
    again: bool,
}

impl Moves {
    /// `here`: whether the slot came into being in this region; `in_loop`: whether the region may run several times
    /// since then.
    fn region(&mut self, region: &Region, here: bool, in_loop: bool) {
        let defines = |inner: &Instruction| inner.kind.defined_slot() == Some(self.slot);
        let here = here || region.instructions.iter().any(defines);
        let in_loop = in_loop && !here;
        for instruction in &region.instructions {
            let kind = &instruction.kind;
            self.mentioned(kind.touches(self.slot) && kind.defined_slot() != Some(self.slot));
            let mut moved = false;
            kind.for_each_content(&mut |content| {
                content.for_each_transfer(&mut |place, transfer| {
                    moved |= place.root == self.slot && transfer == Transfer::Move;
                });
            });
            if moved && !here {
                self.moved = true;
                self.again |= in_loop;
            }
            let repeats =
                matches!(kind, InstructionKind::For(_) | InstructionKind::Loop { .. }) || in_loop;
            kind.for_each_region(&mut |inner| self.region(inner, false, repeats));
        }
    }

    fn mentioned(&mut self, mentioned: bool) {
        self.again |= mentioned && self.moved;
    }
}

/// The slots that are changed after their definition, and so need `mut`.
pub(super) fn mutated(function: &Function) -> Set<SlotId> {
    let mut found = Set::new();
    function.body.for_each_instruction(&mut |instruction| {
        match &instruction.kind {
            InstructionKind::Store(place, _)
            | InstructionKind::AddTo(place, _)
            | InstructionKind::Assign(place, _)
            | InstructionKind::Push(place, _)
            | InstructionKind::Resize(place, _)
            | InstructionKind::Fill(place, _) => {
                found.insert(place.root);
            }
            InstructionKind::Swap(a, b) => found.insert_all(&[a.root, b.root]),
            InstructionKind::Call(call) => {
                call.arguments.iter().for_each(|argument| borrowed_mutably(argument, &mut found));
            }
            InstructionKind::Match { scrutinee, .. } => borrowed_mutably(scrutinee, &mut found),
            InstructionKind::Opaque(crate::ir::Opaque { pieces, .. })
            | InstructionKind::Effect(crate::ir::Effect { pieces, .. }) => {
                let arguments = pieces.iter().flat_map(Piece::arguments);
                arguments.for_each(|argument| borrowed_mutably(argument, &mut found));
            }
            _ => {}
        }
        instruction.kind.for_each_content(&mut |content| {
            let mut moved = Vec::new();
            content.places(&mut moved);
            for place in moved {
                if moves_by_taking(function, place) {
                    found.insert(place.root);
                }
            }
            emptied(content, &mut found);
        });
    });
    emptied(&function.result, &mut found);
    found
}

fn borrowed_mutably(argument: &Argument, found: &mut Set<SlotId>) {
    if let Argument::Mutable(place) = argument {
        found.insert(place.root);
    }
}

/// Slots that `mem::take` or `&mut` in an aggregate changes.
pub(super) fn emptied(content: &Aggregate, found: &mut Set<SlotId>) {
    match content {
        Aggregate::Place(place, Transfer::Take) | Aggregate::Reference { place, mutable: true } => {
            found.insert(place.root);
        }
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().for_each(|element| emptied(element, found));
        }
        Aggregate::Struct(_, fields) => {
            fields.iter().for_each(|(_, field)| emptied(field, found));
        }
        Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
            emptied(element, found);
        }
        _ => {}
    }
}
