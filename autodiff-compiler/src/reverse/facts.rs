//! What is known about the primal as a whole, looked up by the strategies of the reverse sweep.

use crate::ir::*;
use crate::types::Type;
use std::collections::HashSet;

/// Facts about the primal; copies of values inherit them.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Memory whose length is known as a value.
    lengths: Vec<(SlotId, ValueId)>,
    /// Memory that may change its length.
    resized: HashSet<SlotId>,
    /// Integer constants 0.
    zeros: HashSet<ValueId>,
    /// Values that the reverse sweep has for nothing: indices of loops that it runs through, and what
    /// is calculated outside of every loop.
    free: HashSet<ValueId>,
}

impl Facts {
    /// Looks at the whole primal. `outside`: whether what is calculated outside of loops is still
    /// there in the reverse sweep.
    pub(super) fn of(primal: &Function, outside: bool) -> Self {
        let mut facts = Self::default();
        if outside {
            facts.free.extend(primal.body.instructions.iter().flat_map(|i| &i.results));
            facts.free.extend(primal.parameters.iter().filter_map(|p| match p.binding {
                ParameterBinding::Value(value) => Some(value),
                ParameterBinding::Slot(_) => None,
            }));
        }
        primal.body.for_each_instruction(&mut |instruction| {
            facts.add(instruction);
            facts.resized.extend(resized(primal, instruction));
        });
        facts
    }

    fn add(&mut self, instruction: &Instruction) {
        match &instruction.kind {
            InstructionKind::Constant(Constant::Integer(0, _)) => {
                self.zeros.insert(instruction.results[0]);
            }
            InstructionKind::Length(place) if place.path.is_empty() => {
                self.lengths.push((place.root, instruction.results[0]));
            }
            InstructionKind::Define(slot, Aggregate::VecRepeat(_, length)) => {
                self.lengths.push((*slot, *length));
            }
            InstructionKind::Define(slot, Aggregate::Place(source, Transfer::Clone))
                if source.path.is_empty() =>
            {
                let of_source = self.lengths.iter().filter(|(known, _)| *known == source.root);
                let same: Vec<_> = of_source.map(|(_, length)| (*slot, *length)).collect();
                self.lengths.extend(same);
            }
            InstructionKind::For(For { exits: false, body, .. }) => {
                self.free.insert(body.parameters[0]);
            }
            _ => {}
        }
    }

    /// Copies know what their originals know.
    pub(super) fn inherit(&mut self, renaming: &Renaming) {
        for (old, new) in renaming.values.iter() {
            if self.zeros.contains(&old) {
                self.zeros.insert(*new);
            }
            if self.free.contains(&old) {
                self.free.insert(*new);
            }
        }
    }

    pub(super) fn is_free(&self, value: ValueId) -> bool {
        self.free.contains(&value)
    }

    /// The memory of which a loop bound is the length. `inside`: a region where it may be read, too.
    pub(super) fn bounded_by(&self, bound: ValueId, inside: &Region) -> Vec<SlotId> {
        let mut found: Vec<_> = self
            .lengths
            .iter()
            .filter(|(_, length)| *length == bound)
            .map(|(slot, _)| *slot)
            .collect();
        for instruction in &inside.instructions {
            if let InstructionKind::Length(place) = &instruction.kind
                && instruction.results[0] == bound
                && place.path.is_empty()
            {
                found.push(place.root);
            }
        }
        found.retain(|slot| !self.resized.contains(slot));
        found
    }

    /// Whether a region overwrites all of some memory before it reads any of it, and leaves it as long as it
    /// is: then nothing of what was there is needed, and its length is known.
    pub(super) fn is_overwritten_first(&self, region: &Region, root: SlotId) -> bool {
        if self.resized.contains(&root) {
            return false;
        }
        for instruction in &region.instructions {
            let whole = |place: &Place| place.root == root && place.path.is_empty();
            match &instruction.kind {
                InstructionKind::Fill(place, _) if whole(place) => return true,
                // Asking for the length is no access.
                InstructionKind::Length(place) if whole(place) => {}
                InstructionKind::For(counted) if self.overwrites(counted, root, region) => {
                    return true;
                }
                _ if instruction.touches(root) => return false,
                _ => {}
            }
        }
        false
    }

    /// `for i in 0..root.len() { …; root[i] = …; … }`, where nothing else touches `root`.
    fn overwrites(&self, counted: &For, root: SlotId, around: &Region) -> bool {
        let whole = self.zeros.contains(&counted.start)
            && !counted.inclusive
            && !counted.exits
            && counted.step.is_none()
            && self.bounded_by(counted.end, around).contains(&root);
        if !whole {
            return false;
        }
        let index = counted.body.parameters[0];
        let mut stored = false;
        for instruction in &counted.body.instructions {
            match &instruction.kind {
                InstructionKind::Store(place, _) if place.root == root => {
                    let own = matches!(
                        place.path.as_slice(),
                        [Projection::Index { index: at, .. }] if *at == index
                    );
                    if !own {
                        return false;
                    }
                    stored = true;
                }
                _ if instruction.touches(root) => return false,
                _ => {}
            }
        }
        stored
    }
}

/// The `Vec`s whose length an instruction may change: everything that changes one as a whole does but `fill`,
/// and calls that see a slice of it.
fn resized(function: &Function, instruction: &Instruction) -> HashSet<SlotId> {
    let mut found = HashSet::new();
    let mut whole = |place: &Place| {
        if place.path.is_empty() && matches!(function.slot(place.root).ty, Type::Vec(_)) {
            found.insert(place.root);
        }
    };
    match &instruction.kind {
        InstructionKind::Fill(..) => {}
        InstructionKind::Call(call) => {
            for (argument, parameter) in call.arguments.iter().zip(&call.signature.parameters) {
                match argument {
                    Argument::Mutable(_) if matches!(parameter.referent(), Type::Slice(_)) => {}
                    Argument::Mutable(place) => whole(place),
                    Argument::Value(content) => content.for_each_taken(&mut whole),
                    Argument::Shared(_) | Argument::Place(_) => {}
                }
            }
        }
        kind => kind.for_each_written(&mut whole),
    }
    found
}
