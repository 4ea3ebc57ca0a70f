//! What a reverse sweep stores and what it computes again: a minimum cut.
//!
//! The reverse of a region needs some values that the forward region computed. Each can be stored, or
//! be computed again from its operands, which then have to be available in turn. Every value has a
//! price for storing and a price for computing; the cheapest choice is a minimum cut (Naumann, *The
//! Art of Differentiating Computer Programs*, SIAM 2012, section 4.3, states the problem; for scalar
//! operations, where a value that is computed twice is paid once, it is a cut):
//!
//! ```text
//! source --inf--> available(v)                 for every needed v
//! available(v) --price of storing v--> computed(v)
//! computed(v) --price of computing v--> sink
//! computed(v) --inf--> available(u)            for every operand u of v
//! ```
//!
//! Bytes come first in a loop, whose stacks grow with the trip count; operations decide between equal
//! sizes. No operation is computed more than once again for each time it ran.
//!
//! Guarantees: what is computed again gets the same bits, since it is a scalar operation on available
//! operands or a load from memory that still holds the same.

use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::*;
use crate::types::{FloatType, IntegerType, Type};
use std::collections::{HashSet, VecDeque};

/// What may be assumed about memory when a region is reversed.
#[derive(Clone, Copy)]
pub(super) struct Memory<'a> {
    /// Slots that are visible there.
    pub(super) live: &'a HashSet<SlotId>,
    /// Slots whose content may differ from what the forward region saw.
    pub(super) written: &'a HashSet<SlotId>,
}

impl Memory<'_> {
    /// Whether the memory is there and has the content that the forward region saw.
    pub(super) fn still_holds(&self, root: SlotId) -> bool {
        self.live.contains(&root) && !self.written.contains(&root)
    }
}

/// The price of a byte, in operations.
#[derive(Clone, Copy)]
pub(super) enum PriceOfMemory {
    /// The bytes of a loop: more than any number of operations.
    First,
    /// The bytes of one run of a function: what a store and a load take.
    Traffic,
    /// Nothing: whatever is needed is stored.
    Nothing,
}

impl PriceOfMemory {
    fn of_byte(self) -> u64 {
        match self {
            PriceOfMemory::First => 1 << 20,
            PriceOfMemory::Traffic => 2,
            PriceOfMemory::Nothing => 0,
        }
    }
}

/// What to do about the needed values.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// To be stored, in the order in which they are needed.
    pub(super) stored: Vec<ValueId>,
    /// To be computed again, operands first.
    pub(super) computed: Vec<ValueId>,
}

/// A forward region, as the source of values for its reverse.
pub(super) struct Source<'a> {
    region: &'a Region,
    definitions: Map<ValueId, usize>,
    memory: Memory<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(region: &'a Region, memory: Memory<'a>) -> Self {
        let definitions = region
            .instructions
            .iter()
            .enumerate()
            .flat_map(|(index, instruction)| {
                instruction.results.iter().map(move |result| (*result, index))
            })
            .collect();
        Self { region, definitions, memory }
    }

    /// The instruction that defines a value directly in the region.
    pub(super) fn definition(&self, value: ValueId) -> Option<&'a Instruction> {
        self.definitions.get(&value).map(|index| &self.region.instructions[*index])
    }

    /// What it takes to compute the value again, if that is possible.
    fn price_of_computing(&self, value: ValueId) -> Option<u64> {
        match &self.definition(value)?.kind {
            InstructionKind::Constant(_) => Some(0),
            InstructionKind::Opaque(opaque) if opaque.is_constant() => Some(0),
            InstructionKind::Operation(operation, _) => Some(price(*operation)),
            InstructionKind::Load(place) if self.memory.still_holds(place.root) => Some(2),
            InstructionKind::Length(place) if self.memory.still_holds(place.root) => Some(1),
            _ => None,
        }
    }

    fn operands(&self, value: ValueId) -> Vec<ValueId> {
        self.definition(value).map_or_else(Vec::new, |instruction| instruction.kind.operands())
    }

    /// The cheapest way to have the needed values, where those that are `free` are there anyway.
    pub(super) fn plan(
        &self,
        function: &Function,
        needed: &[ValueId],
        free: &dyn Fn(ValueId) -> bool,
        memory: PriceOfMemory,
    ) -> Plan {
        let mut nodes: Vec<ValueId> = Vec::new();
        let mut positions: Map<ValueId, usize> = Map::new();
        let mut open: Vec<ValueId> = needed.to_vec();
        while let Some(value) = open.pop() {
            if free(value) || positions.contains_key(&value) {
                continue;
            }
            positions.insert(value, nodes.len());
            nodes.push(value);
            if self.price_of_computing(value).is_some() {
                open.extend(self.operands(value));
            }
        }
        let mut network = Network::new(2 * nodes.len() + 2);
        let available = |position: usize| 2 * position + 2;
        let computed = |position: usize| 2 * position + 3;
        for value in needed {
            if let Some(position) = positions.get(value) {
                network.edge(SOURCE, available(*position), INFINITE);
            }
        }
        for (position, value) in nodes.iter().enumerate() {
            let bytes = size(&function.value(*value).ty);
            network.edge(available(position), computed(position), bytes * memory.of_byte());
            match self.price_of_computing(*value) {
                Some(price) => {
                    network.edge(computed(position), SINK, price);
                    for operand in self.operands(*value) {
                        if let Some(operand) = positions.get(&operand) {
                            network.edge(computed(position), available(*operand), INFINITE);
                        }
                    }
                }
                None => network.edge(computed(position), SINK, INFINITE),
            }
        }
        let reached = network.source_side();
        let mut plan = Plan::default();
        let mut seen = HashSet::new();
        for value in needed {
            self.collect(*value, &positions, &reached, &mut seen, &mut plan);
        }
        plan
    }

    /// Adds a value to the plan, after the operands that it is computed from.
    fn collect(
        &self,
        value: ValueId,
        positions: &Map<ValueId, usize>,
        reached: &[bool],
        seen: &mut HashSet<ValueId>,
        plan: &mut Plan,
    ) {
        let Some(position) = positions.get(&value) else { return };
        if !seen.insert(value) {
            return;
        }
        if !reached[2 * position + 3] {
            plan.stored.push(value);
            return;
        }
        for operand in self.operands(value) {
            self.collect(operand, positions, reached, seen, plan);
        }
        plan.computed.push(value);
    }

    /// Writes down the planned operations again, under fresh names; `known` maps what is available and
    /// learns what is computed.
    pub(super) fn compute_again(
        &self,
        function: &mut Function,
        plan: &Plan,
        known: &mut Map<ValueId, ValueId>,
    ) -> Vec<Instruction> {
        let mut written = Vec::with_capacity(plan.computed.len());
        for value in &plan.computed {
            let Some(Instruction { kind, span, .. }) = self.definition(*value) else { continue };
            let mut kind = kind.clone();
            kind.for_each_operand_mut(&mut |operand| {
                *operand = known.get(operand).copied().unwrap_or(*operand);
            });
            let Value { ty, name, .. } = function.value(*value).clone();
            let copy = function.new_value(ty, name, *span);
            written.push(Instruction { kind, results: vec![copy], span: *span });
            known.insert(*value, copy);
        }
        written
    }
}

/// The bytes of a value.
fn size(ty: &Type) -> u64 {
    match ty {
        Type::Bool | Type::Integer(IntegerType::I8 | IntegerType::U8) => 1,
        Type::Integer(IntegerType::I16 | IntegerType::U16) => 2,
        Type::Float(FloatType::F32) | Type::Integer(IntegerType::I32 | IntegerType::U32) => 4,
        Type::Integer(IntegerType::I128 | IntegerType::U128) => 16,
        _ => 8,
    }
}

/// What an operation takes, in multiplications.
pub(crate) fn price(operation: Operation) -> u64 {
    use FloatOperation as F;
    match operation {
        Operation::Float(
            F::Neg
            | F::Add
            | F::Sub
            | F::Mul
            | F::MulAdd
            | F::Abs
            | F::Max
            | F::Min
            | F::Copysign
            | F::Floor
            | F::Ceil
            | F::Trunc
            | F::Detach,
        ) => 1,
        Operation::Float(F::Div | F::Sqrt | F::Recip) => 5,
        Operation::Float(_) => 20,
        Operation::Integer(IntegerOperation::Div | IntegerOperation::Rem) => 10,
        Operation::Integer(_)
        | Operation::Compare(_)
        | Operation::Boolean(_)
        | Operation::Predicate(_)
        | Operation::Cast
        | Operation::Select => 1,
    }
}

const SOURCE: usize = 0;
const SINK: usize = 1;
const INFINITE: u64 = 1 << 60;

/// A flow network; the maximum flow by blocking flows (Dinic 1970).
struct Network {
    edges: Vec<Edge>,
    /// Positions in `edges`, by node they leave.
    leaving: Vec<Vec<usize>>,
}

/// An edge and, at the next odd position, its reverse.
struct Edge {
    to: usize,
    capacity: u64,
}

impl Network {
    fn new(nodes: usize) -> Self {
        Self { edges: Vec::new(), leaving: vec![Vec::new(); nodes] }
    }

    fn edge(&mut self, from: usize, to: usize, capacity: u64) {
        self.leaving[from].push(self.edges.len());
        self.edges.push(Edge { to, capacity });
        self.leaving[to].push(self.edges.len());
        self.edges.push(Edge { to: from, capacity: 0 });
    }

    /// The nodes on the side of the source of the minimum cut that is nearest to it.
    fn source_side(mut self) -> Vec<bool> {
        loop {
            let levels = self.levels();
            if levels[SINK].is_none() {
                return levels.into_iter().map(|level| level.is_some()).collect();
            }
            let mut next = vec![0; self.leaving.len()];
            while self.augment(SOURCE, INFINITE, &levels, &mut next) > 0 {}
        }
    }

    /// The distance of every node from the source over edges with room.
    fn levels(&self) -> Vec<Option<u32>> {
        let mut levels = vec![None; self.leaving.len()];
        levels[SOURCE] = Some(0);
        let mut open = VecDeque::from([(SOURCE, 0)]);
        while let Some((node, level)) = open.pop_front() {
            for edge in &self.leaving[node] {
                let Edge { to, capacity } = self.edges[*edge];
                if capacity > 0 && levels[to].is_none() {
                    levels[to] = Some(level + 1);
                    open.push_back((to, level + 1));
                }
            }
        }
        levels
    }

    /// Sends flow along one path of growing levels; how much.
    fn augment(
        &mut self,
        node: usize,
        limit: u64,
        levels: &[Option<u32>],
        next: &mut [usize],
    ) -> u64 {
        if node == SINK {
            return limit;
        }
        while let Some(edge) = self.leaving[node].get(next[node]).copied() {
            let Edge { to, capacity } = self.edges[edge];
            let further = levels[node].map(|level| level + 1) == levels[to];
            if capacity > 0 && further {
                let sent = self.augment(to, limit.min(capacity), levels, next);
                if sent > 0 {
                    self.edges[edge].capacity -= sent;
                    self.edges[edge ^ 1].capacity += sent;
                    return sent;
                }
            }
            next[node] += 1;
        }
        0
    }
}
