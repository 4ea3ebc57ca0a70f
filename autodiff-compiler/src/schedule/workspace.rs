//! Adjoints of dynamic length live in the workspace: a second call of the same shape allocates nothing
//! for them.
//!
//! A local `Vec` of derivative code becomes a stack (which derefs to a `Vec`) where its content is
//! only read and written in place, or exchanged as a whole with another stack. Tangents for a Jacobian-vector product
//! that takes several directions at once stay as they are: they will have a number for each of them.
//!
//! Assumes simplified code. Guarantees: the same values.

use crate::ir::*;
use crate::types::Type;
use std::collections::HashSet;

/// Moves local `Vec`s of derivative code (slots from `first` on) to the workspace.
pub fn use_workspace(function: &mut Function, first: SlotId) {
    let mut uses = Uses { function, candidates: HashSet::new(), swapped: vec![] };
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Define(slot, Aggregate::VecRepeat(element, _)) = &instruction.kind
            && *slot >= first
            && matches!(&uses.function.slot(*slot).ty, Type::Vec(element) if element.is_copy())
            && matches!(**element, Aggregate::Value(_) | Aggregate::ArrayRepeat(..))
        {
            uses.candidates.insert(*slot);
        }
    });
    function.body.for_each_instruction(&mut |instruction| uses.instruction(instruction));
    uses.content(&function.result);
    let Uses { mut candidates, swapped, .. } = uses;
    loop {
        let before = candidates.len();
        for (a, b) in &swapped {
            if !(candidates.contains(a) && candidates.contains(b)) {
                candidates.remove(a);
                candidates.remove(b);
            }
        }
        if candidates.len() == before {
            break;
        }
    }
    if !candidates.is_empty() {
        rewrite(&mut function.body, &candidates);
    }
}

/// How candidates are used.
struct Uses<'a> {
    function: &'a Function,
    candidates: HashSet<SlotId>,
    /// Roots that are exchanged as wholes.
    swapped: Vec<(SlotId, SlotId)>,
}

impl Uses<'_> {
    fn instruction(&mut self, instruction: &Instruction) {
        match &instruction.kind {
            InstructionKind::Assign(place, _) if place.path.is_empty() => {
                self.candidates.remove(&place.root);
            }
            InstructionKind::Swap(a, b) if a.path.is_empty() || b.path.is_empty() => {
                self.swapped.push((a.root, b.root));
            }
            InstructionKind::Call(Call {
                output: CallOutput::Jvp, signature, arguments, ..
            }) if signature.notes.directions => {
                for place in arguments.iter().filter_map(Argument::place) {
                    self.candidates.remove(&place.root);
                }
            }
            _ => {}
        }
        instruction.kind.contents().into_iter().for_each(|content| self.content(content));
    }

    /// What is copied, moved or lent as a whole has to be a `Vec`.
    fn content(&mut self, content: &Aggregate) {
        let mut places = vec![];
        content.places(&mut places);
        for place in places.into_iter().filter(|place| place.path.is_empty()) {
            self.candidates.remove(&place.root);
        }
    }
}

fn rewrite(region: &mut Region, chosen: &HashSet<SlotId>) {
    let mut instructions = Vec::with_capacity(region.instructions.len());
    for mut instruction in std::mem::take(&mut region.instructions) {
        for inner in instruction.kind.regions_mut() {
            rewrite(inner, chosen);
        }
        match instruction.kind {
            InstructionKind::Define(slot, Aggregate::VecRepeat(element, length))
                if chosen.contains(&slot) =>
            {
                let span = instruction.span;
                let step = |kind| Instruction { kind, results: vec![], span };
                instructions.push(step(InstructionKind::Define(slot, Aggregate::Stack)));
                let fill = ResizeKind::Resize(length, *element);
                instructions.push(step(InstructionKind::Resize(Place::root(slot), fill)));
            }
            kind => instructions.push(Instruction { kind, ..instruction }),
        }
    }
    region.instructions = instructions;
}
