//! Finding where a row of the rewrite table applies.

use super::rewrites::Rewrite;
use crate::formula::Node;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::{Constant, ValueId};

/// What is known about how values are made.
pub(super) trait Graph {
    /// The constant that a value is.
    fn constant(&self, value: ValueId) -> Option<&Constant>;
    /// The operation that defines a value.
    fn operation(&self, value: ValueId) -> Option<(Operation, &[ValueId])>;
    /// Whether a value and its operation go away if one use of it does.
    fn removable(&self, value: ValueId) -> bool;
}

/// How some values are made, at first sight: a bit for "a constant", and one for each operation. Two
/// operations may share a bit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shapes(u64);

impl Shapes {
    const CONSTANT: Self = Self(1 << 63);

    fn operation(operation: Operation) -> Self {
        Self(1 << (operation.number() % 63))
    }

    pub(super) fn of(values: &[ValueId], graph: &impl Graph) -> Self {
        let mut shapes = Self::default();
        for value in values {
            if let Some((operation, _)) = graph.operation(*value) {
                shapes.add(Self::operation(operation));
            } else if graph.constant(*value).is_some() {
                shapes.add(Self::CONSTANT);
            }
        }
        shapes
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn contain(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

/// What a hole stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Binding {
    /// A value.
    Value(ValueId),
    /// A constant.
    Number(f64),
}

/// The most holes that a row may have.
pub(super) const MOST_HOLES: usize = 6;

/// A way to read an operation as a row's pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Match {
    /// By hole.
    pub(super) bindings: [Option<Binding>; MOST_HOLES],
    /// The operations below the root that the pattern covers, each once.
    interior: Vec<ValueId>,
}

impl Rewrite {
    /// Whether the row may match an operation with arguments of these shapes: most rows do not, and
    /// this tells it at little cost.
    pub(super) fn may_match(&self, arguments: Shapes) -> bool {
        arguments.contain(self.needs)
    }

    /// The first way in which the row matches an operation of its root's kind and makes the graph
    /// smaller, or, for `moves`, keeps its size if the row may.
    pub(super) fn find(
        &self,
        arguments: &[ValueId],
        moves: bool,
        graph: &impl Graph,
    ) -> Option<Match> {
        let Node::Operation(operation, nodes) = &self.nodes[self.pattern] else { return None };
        let mut search = Search { row: self, moves, graph, found: Match::default() };
        search.operands(*operation, nodes, arguments, None).then_some(search.found)
    }

    /// The row with its replacement's operations counted and its needs listed.
    pub(super) fn counted(self) -> Self {
        debug_assert!(self.holes <= MOST_HOLES, "{} has too many holes", self.name);
        let added = self.operations_below(self.replacement).len();
        let mut needs = Shapes::default();
        if let Node::Operation(_, arguments) = &self.nodes[self.pattern] {
            for argument in arguments {
                match &self.nodes[*argument] {
                    _ if self.is_constant(*argument) => needs.add(Shapes::CONSTANT),
                    Node::Operation(operation, _) => needs.add(Shapes::operation(*operation)),
                    _ => {}
                }
            }
        }
        Self { added, needs, ..self }
    }

    fn operations_below(&self, node: usize) -> Vec<usize> {
        let Node::Operation(_, arguments) = &self.nodes[node] else { return vec![] };
        if self.is_constant(node) {
            return vec![];
        }
        let mut found = vec![node];
        for below in arguments.iter().flat_map(|argument| self.operations_below(*argument)) {
            if !found.contains(&below) {
                found.push(below);
            }
        }
        found
    }

    /// Whether a node is made of numbers and constant holes.
    fn is_constant(&self, node: usize) -> bool {
        match &self.nodes[node] {
            Node::Argument(hole) => *hole >= self.plain,
            Node::Number(_) | Node::Integer(_) => true,
            Node::Output => false,
            Node::Operation(_, arguments) => {
                arguments.iter().all(|argument| self.is_constant(*argument))
            }
        }
    }

    /// The hole of `-c` with a constant hole `c`, which stands for a negative constant.
    fn negated_constant(&self, operation: Operation, nodes: &[usize]) -> Option<usize> {
        match (operation, &self.nodes[nodes[0]]) {
            (Operation::Float(FloatOperation::Neg), Node::Argument(hole)) => {
                (*hole >= self.plain).then_some(*hole)
            }
            _ => None,
        }
    }
}

/// What is still to be matched: a node of the pattern with a value, then the rest.
struct Goal<'g> {
    node: usize,
    value: ValueId,
    rest: Option<&'g Goal<'g>>,
}

/// The search for a way to match a row, which turns back where it fails: `found` holds what has been
/// decided so far.
struct Search<'a, G> {
    row: &'a Rewrite,
    moves: bool,
    graph: &'a G,
    found: Match,
}

impl<G: Graph> Search<'_, G> {
    /// Reaches all goals. If it cannot, `found` is as before.
    fn reach(&mut self, goal: Option<&Goal<'_>>) -> bool {
        let row = self.row;
        let Some(Goal { node, value, rest }) = goal else { return self.is_worth_it() };
        match &row.nodes[*node] {
            Node::Argument(hole) if *hole < row.plain => {
                self.bind(*hole, Binding::Value(*value), *rest)
            }
            Node::Argument(hole) => match self.graph.constant(*value) {
                Some(Constant::Float(number, _)) => {
                    self.bind(*hole, Binding::Number(*number), *rest)
                }
                _ => false,
            },
            Node::Number(number) => match self.graph.constant(*value) {
                Some(Constant::Float(constant, _)) => {
                    constant.to_bits() == number.to_bits() && self.reach(*rest)
                }
                _ => false,
            },
            Node::Integer(number) => match self.graph.constant(*value) {
                Some(Constant::Integer(constant, _)) => {
                    *constant == i128::from(*number) && self.reach(*rest)
                }
                _ => false,
            },
            Node::Output => false,
            Node::Operation(pattern, nodes) => {
                if let Some(hole) = row.negated_constant(*pattern, nodes) {
                    return match self.graph.constant(*value) {
                        Some(Constant::Float(number, _)) if *number < 0.0 => {
                            self.bind(hole, Binding::Number(-number), *rest)
                        }
                        _ => false,
                    };
                }
                let graph = self.graph;
                let Some((operation, arguments)) = graph.operation(*value) else { return false };
                if operation != *pattern {
                    return false;
                }
                let covered = self.found.interior.len();
                if !self.found.interior.contains(value) {
                    self.found.interior.push(*value);
                }
                let reached = self.operands(operation, nodes, arguments, *rest);
                if !reached {
                    self.found.interior.truncate(covered);
                }
                reached
            }
        }
    }

    /// Matches the operands of an operation, in both orders if that does not matter, then the rest.
    fn operands(
        &mut self,
        operation: Operation,
        nodes: &[usize],
        arguments: &[ValueId],
        rest: Option<&Goal<'_>>,
    ) -> bool {
        self.in_order(nodes, arguments, rest)
            || (is_commutative(operation)
                && arguments[0] != arguments[1]
                && self.in_order(nodes, &[arguments[1], arguments[0]], rest))
    }

    fn in_order(
        &mut self,
        nodes: &[usize],
        arguments: &[ValueId],
        rest: Option<&Goal<'_>>,
    ) -> bool {
        match (nodes, arguments) {
            ([nodes @ .., node], [arguments @ .., value]) => {
                let goal = Goal { node: *node, value: *value, rest };
                self.in_order(nodes, arguments, Some(&goal))
            }
            _ => self.reach(rest),
        }
    }

    /// Lets a hole stand for something, then reaches the rest.
    fn bind(&mut self, hole: usize, binding: Binding, rest: Option<&Goal<'_>>) -> bool {
        match self.found.bindings[hole] {
            Some(known) => known == binding && self.reach(rest),
            None => {
                self.found.bindings[hole] = Some(binding);
                let reached = self.reach(rest);
                if !reached {
                    self.found.bindings[hole] = None;
                }
                reached
            }
        }
    }

    /// Whether the match that was found makes the graph smaller, or moves it.
    fn is_worth_it(&self) -> bool {
        let mut removed = 0;
        for value in &self.found.interior {
            removed += usize::from(self.graph.removable(*value));
        }
        let added = self.row.added;
        added <= removed || (self.moves && self.row.moves && added <= removed + 1)
    }
}

/// Whether the order of two arguments does not matter, for any bit of the result.
pub(super) fn is_commutative(operation: Operation) -> bool {
    use crate::ir::operations::{BooleanOperation, Comparison, IntegerOperation};
    matches!(
        operation,
        Operation::Float(FloatOperation::Add | FloatOperation::Mul)
            | Operation::Compare(Comparison::Equal | Comparison::NotEqual)
            | Operation::Boolean(
                BooleanOperation::And | BooleanOperation::Or | BooleanOperation::Xor
            )
            | Operation::Integer(
                IntegerOperation::Add
                    | IntegerOperation::Mul
                    | IntegerOperation::And
                    | IntegerOperation::Or
                    | IntegerOperation::Xor
                    | IntegerOperation::Min
                    | IntegerOperation::Max
                    | IntegerOperation::AbsDiff
                    | IntegerOperation::WrappingAdd
                    | IntegerOperation::WrappingMul
                    | IntegerOperation::SaturatingAdd
                    | IntegerOperation::SaturatingMul
            )
    )
}
