//! Values that wait to be written into the expression that uses them.
//!
//! A value with one use is not written where it was computed but where it is used, if that changes
//! nothing: what it reads must not be written in between, and of the expressions that can panic
//! each must still be evaluated after those before it. Whatever would come too late is *flushed*:
//! it becomes a `let` at once.

use super::expressions::Code;
use crate::ir::set::Numbered;
use crate::ir::{InstructionKind, Set, SlotId, ValueId};

/// What an expression depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// Roots whose scalars it reads.
    pub(super) content: Set<SlotId>,
    /// Roots whose lengths it reads.
    pub(super) lengths: Set<SlotId>,
    /// Mutable variables (of carried values) that it mentions.
    pub(super) variables: Set<Variable>,
}

/// What a statement changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Writes {
    /// Roots whose scalars it writes.
    pub(super) content: Set<SlotId>,
    /// Roots in which lengths may change.
    pub(super) lengths: Set<SlotId>,
    /// Variables that it assigns.
    pub(super) variables: Set<Variable>,
}

/// Index of a mutable variable that holds a carried value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variable(pub(super) usize);

impl Numbered for Variable {
    fn number(self) -> usize {
        self.0
    }

    fn with_number(number: usize) -> Self {
        Self(number)
    }
}

/// An expression with what matters for moving it.
#[derive(Clone, Debug)]
pub(super) struct Built {
    /// The expression.
    pub(super) code: Code,
    /// What it depends on.
    pub(super) reads: Reads,
    /// Whether it can panic or have an effect, so that its order matters.
    pub(super) ordered: bool,
}

impl Built {
    /// An expression that can stand anywhere.
    pub(super) fn pure(code: Code) -> Self {
        Self { code, reads: Reads::default(), ordered: false }
    }

    /// Takes over what another expression depends on, and gives its code.
    pub(super) fn absorb(&mut self, other: Built) -> Code {
        self.reads.content.unite(&other.reads.content);
        self.reads.lengths.unite(&other.reads.lengths);
        self.reads.variables.unite(&other.reads.variables);
        self.ordered |= other.ordered;
        other.code
    }
}

impl Reads {
    /// Whether a write changes what this reads.
    pub(super) fn conflicts(&self, writes: &Writes) -> bool {
        !self.content.is_disjoint(&writes.content)
            || !self.lengths.is_disjoint(&writes.lengths)
            || !self.variables.is_disjoint(&writes.variables)
    }

    /// Whether it reads anything of these roots.
    pub(super) fn touch(&self, roots: &Set<SlotId>) -> bool {
        !self.content.is_disjoint(roots) || !self.lengths.is_disjoint(roots)
    }

    /// Whether it depends on nothing that can change.
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty() && self.lengths.is_empty() && self.variables.is_empty()
    }
}

impl Writes {
    /// One variable.
    pub(super) fn variable(variable: Variable) -> Self {
        Self { variables: Set::from_iter([variable]), ..Self::default() }
    }

    /// What an instruction writes in memory, nested regions included.
    pub(super) fn of(kind: &InstructionKind) -> Self {
        let mut writes = Self::default();
        writes.add(kind);
        writes
    }

    fn add(&mut self, kind: &InstructionKind) {
        let keeps_lengths = matches!(
            kind,
            InstructionKind::Store(..) | InstructionKind::AddTo(..) | InstructionKind::Fill(..)
        );
        kind.for_each_written_root(&mut |root| {
            self.content.insert(root);
            if !keeps_lengths {
                self.lengths.insert(root);
            }
        });
        kind.for_each_region(&mut |region| {
            region.instructions.iter().for_each(|instruction| self.add(&instruction.kind));
        });
    }
}

/// The waiting values, in the order in which they were computed.
#[derive(Debug, Default)]
pub(super) struct Pending {
    waiting: Vec<(ValueId, Built)>,
}

impl Pending {
    /// Whether no value waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets a value wait.
    pub(super) fn push(&mut self, value: ValueId, built: Built) {
        self.waiting.push((value, built));
    }

    /// The value's expression, if it waits; it waits no longer.
    pub(super) fn take(&mut self, value: ValueId) -> Option<Built> {
        let position = self.waiting.iter().position(|(waiting, _)| *waiting == value)?;
        Some(self.waiting.remove(position).1)
    }

    /// The waiting values that must be written down now, in order: those for which `select` holds,
    /// and all ordered ones before an ordered one of these.
    pub(super) fn due(&self, select: &dyn Fn(ValueId, &Built) -> bool) -> Vec<ValueId> {
        if self.waiting.is_empty() {
            return vec![];
        }
        let selected: Vec<bool> =
            self.waiting.iter().map(|(value, built)| select(*value, built)).collect();
        let last_ordered =
            (0..selected.len()).rev().find(|&i| selected[i] && self.waiting[i].1.ordered);
        let mut due = Vec::new();
        for (i, (value, built)) in self.waiting.iter().enumerate() {
            if selected[i] || built.ordered && last_ordered.is_some_and(|last| i < last) {
                due.push(*value);
            }
        }
        due
    }

    /// The waiting values that must be written down before an expression evaluates `operands` in
    /// this order: ordered operands must be the last ordered values, in their order.
    pub(super) fn out_of_order(&self, operands: &[ValueId]) -> Vec<ValueId> {
        let ordered: Vec<ValueId> = self
            .waiting
            .iter()
            .filter(|(_, built)| built.ordered)
            .map(|(value, _)| *value)
            .collect();
        if ordered.is_empty() {
            return vec![];
        }
        let mut consumed: Vec<ValueId> =
            operands.iter().copied().filter(|value| ordered.contains(value)).collect();
        let mut early = Vec::new();
        while !ordered.ends_with(&consumed) {
            early.push(consumed.remove(0));
        }
        self.due(&|value, _| early.contains(&value))
    }
}
