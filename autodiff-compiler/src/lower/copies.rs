//! What is copied rather than moved.
//!
//! An attribute cannot see whether a struct is `Copy`. rustc can: it lets nobody look at what was moved away.
//! So what is read again is `Copy`, as is what is read from behind a reference, and its transfer is a
//! copy. That matters in reverse: the adjoint of a move is handed back, the one of a copy is added.

use crate::ir::*;

/// Turns moves out of places that are read again, or are behind a reference, into copies. What owns memory
/// is not `Copy`.
pub(super) fn copy_what_is_read_again(function: &mut Function) {
    let mut body = std::mem::take(&mut function.body);
    let mut result = std::mem::replace(&mut function.result, Aggregate::Unit);
    let mut copies = Copies { function, later: vec![] };
    copies.contents(&mut [&mut result]);
    let mut places = vec![];
    result.places(&mut places);
    copies.read(places.into_iter().cloned());
    copies.region(&mut body);
    function.body = body;
    function.result = result;
}

/// Backwards over the instructions.
struct Copies<'a> {
    function: &'a Function,
    /// What is read later.
    later: Vec<Place>,
}

impl Copies<'_> {
    fn region(&mut self, region: &mut Region) {
        for instruction in region.instructions.iter_mut().rev() {
            self.instruction(&mut instruction.kind);
        }
    }

    fn instruction(&mut self, kind: &mut InstructionKind) {
        if let Some(slot) = kind.defined_slot() {
            self.later.retain(|place| place.root != slot);
        }
        if let InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. } = kind {
            // What an iteration reads the next one reads again.
            self.read(reads_from_outside(body));
        }
        let after = self.later.clone();
        let mut before = after.clone();
        for region in kind.regions_mut() {
            self.later.clone_from(&after);
            self.region(region);
            let inside = std::mem::replace(&mut self.later, std::mem::take(&mut before));
            // Each place once: lists that doubled at every branch would outgrow the memory.
            self.read(inside);
            before = std::mem::take(&mut self.later);
        }
        self.later = before;
        let mut contents = vec![];
        kind.for_each_content_mut(&mut |content| contents.push(content));
        self.contents(&mut contents);
        if let InstructionKind::Assign(place, _) = kind
            && place.path.is_empty()
        {
            let root = place.root;
            self.later.retain(|place| place.root != root);
        }
        self.read(kind.reads().into_iter().cloned().collect::<Vec<_>>());
    }

    fn read(&mut self, places: impl IntoIterator<Item = Place>) {
        for place in places {
            if !self.later.contains(&place) {
                self.later.push(place);
            }
        }
    }

    /// The contents that one instruction builds, together.
    fn contents(&self, contents: &mut [&mut Aggregate]) {
        let mut together = vec![];
        contents.iter().for_each(|content| content.places(&mut together));
        let together: Vec<_> = together.into_iter().cloned().collect();
        for content in contents {
            content.for_each_transfer_mut(&mut |place, transfer| {
                if *transfer == Transfer::Move && self.is_copied(place, &together) {
                    *transfer = Transfer::Copy;
                }
            });
        }
    }

    /// Whether what leaves a place stays there, too. `together`: the places of the same instruction, with it.
    fn is_copied(&self, place: &Place, together: &[Place]) -> bool {
        let owns = self.function.place_type(place).is_none_or(|ty| ty.owns_memory());
        let kind = self.function.slot(place.root).kind;
        let behind = matches!(kind, SlotKind::Shared | SlotKind::Mutable);
        let read_again = || {
            let twice = together.iter().filter(|other| overlap(place, other)).count() > 1;
            twice || self.later.iter().any(|other| overlap(place, other))
        };
        !owns && (behind || read_again())
    }
}

/// Every place that a region reads, at any depth, of slots that were there before.
fn reads_from_outside(region: &Region) -> Vec<Place> {
    let (mut found, mut own) = (vec![], vec![]);
    region.for_each_instruction(&mut |instruction| {
        found.extend(instruction.kind.reads().into_iter().cloned());
        own.extend(instruction.kind.defined_slot());
    });
    found.retain(|place: &Place| !own.contains(&place.root));
    found
}

/// Whether two places may have something in common. Indices may be equal.
fn overlap(a: &Place, b: &Place) -> bool {
    let differ = |(a, b): (&Projection, &Projection)| match (a, b) {
        (Projection::Field(a), Projection::Field(b)) => a != b,
        _ => false,
    };
    a.root == b.root && !a.path.iter().zip(&b.path).any(differ)
}
