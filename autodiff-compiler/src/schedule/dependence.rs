//! What must stay before what.

use crate::ir::*;

/// What an instruction, with everything nested in it, uses and touches.
struct Footprint {
    uses: Set<ValueId>,
    defines: Set<ValueId>,
    reads: Set<SlotId>,
    writes: Set<SlotId>,
    /// Indices that it checks.
    checks: Set<ValueId>,
    /// Indices that it takes as checked before.
    assumes: Set<ValueId>,
    may_panic: bool,
}

impl Footprint {
    fn of(instruction: &Instruction) -> Self {
        let mut footprint = Self {
            uses: Set::new(),
            defines: instruction.results.iter().copied().collect(),
            reads: Set::new(),
            writes: Set::new(),
            checks: Set::new(),
            assumes: Set::new(),
            may_panic: false,
        };
        footprint.add(instruction);
        footprint
    }

    fn add(&mut self, instruction: &Instruction) {
        let kind = &instruction.kind;
        kind.for_each_operand(&mut |value| {
            self.uses.insert(*value);
        });
        for place in kind.reads() {
            self.reads.insert(place.root);
            self.indices(place);
        }
        kind.for_each_written_root(&mut |root| {
            self.writes.insert(root);
        });
        kind.for_each_written(&mut |place| self.indices(place));
        self.may_panic |= kind.may_panic();
        kind.for_each_region(&mut |region| {
            self.uses.insert_all(&region.yields);
            region.instructions.iter().for_each(|inner| self.add(inner));
        });
    }

    fn indices(&mut self, place: &Place) {
        for projection in &place.path {
            let (indices, proven) = match projection {
                Projection::Index { index, proven } => ([*index, *index], *proven),
                Projection::Range { start, end, proven } => ([*start, *end], *proven),
                Projection::Field(_) => continue,
            };
            let known = if proven { &mut self.assumes } else { &mut self.checks };
            known.insert_all(&indices);
        }
    }

    /// Whether `self`, which comes later, takes an index as checked that `earlier` checks: the adjoint
    /// of an element is reached without asking because the element was.
    fn relies_on(&self, earlier: &Footprint) -> bool {
        !self.assumes.is_disjoint(&earlier.checks)
    }

    /// Whether `self`, which comes later, must stay after `earlier`.
    fn depends_on(&self, earlier: &Footprint) -> bool {
        !self.uses.is_disjoint(&earlier.defines)
            || !earlier.writes.is_disjoint(&self.reads)
            || !earlier.writes.is_disjoint(&self.writes)
            || !earlier.reads.is_disjoint(&self.writes)
    }
}

/// How the instruction at `later` can move up to the one at `earlier`: the positions in between that
/// have to go before them both. `None` if it cannot. `may_depend`: whether the later one may itself
/// depend on the earlier one (it will run after it inside the merged instruction).
pub(super) fn meet(
    region: &Region,
    earlier: usize,
    later: usize,
    may_depend: bool,
) -> Option<Vec<usize>> {
    let first = Footprint::of(&region.instructions[earlier]);
    let last = Footprint::of(&region.instructions[later]);
    if !may_depend && last.depends_on(&first) {
        return None;
    }
    let between: Vec<_> =
        region.instructions[earlier + 1..later].iter().map(Footprint::of).collect();
    let mut needed: Vec<usize> = vec![];
    for position in (0..between.len()).rev() {
        let candidate = &between[position];
        let must_follow =
            |later: &Footprint| later.depends_on(candidate) || later.relies_on(candidate);
        let is_needed =
            must_follow(&last) || needed.iter().any(|later| must_follow(&between[*later]));
        if is_needed {
            if candidate.depends_on(&first) || candidate.may_panic {
                return None;
            }
            needed.push(position);
        }
    }
    needed.reverse();
    Some(needed.into_iter().map(|position| earlier + 1 + position).collect())
}
