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

/// What a hole stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Binding {
    /// A value.
    Value(ValueId),
    /// A constant.
    Number(f64),
}

/// A way to read an operation as a row's pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Match {
    /// By hole.
    pub(super) bindings: Vec<Option<Binding>>,
    /// The operations below the root that the pattern covers, each once.
    interior: Vec<ValueId>,
}

impl Rewrite {
    /// The first way in which the row matches an operation and makes the graph smaller, or, for
    /// `moves`, keeps its size if the row may.
    pub(super) fn find(
        &self,
        operation: Operation,
        arguments: &[ValueId],
        moves: bool,
        graph: &impl Graph,
    ) -> Option<Match> {
        let Node::Operation(pattern, nodes) = &self.nodes[self.pattern] else { return None };
        if *pattern != operation {
            return None;
        }
        let start = Match { bindings: vec![None; self.holes], interior: vec![] };
        let added = self.added;
        self.operands(operation, nodes, arguments, start, graph).into_iter().find(|found| {
            let removed = found.interior.iter().filter(|value| graph.removable(**value)).count();
            added <= removed || (moves && self.moves && added <= removed + 1)
        })
    }

    /// The row with its replacement's operations counted.
    pub(super) fn counted(self) -> Self {
        Self { added: self.operations_below(self.replacement).len(), ..self }
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

    fn operands(
        &self,
        operation: Operation,
        nodes: &[usize],
        arguments: &[ValueId],
        start: Match,
        graph: &impl Graph,
    ) -> Vec<Match> {
        let in_order = |arguments: &[ValueId], start: Match| {
            nodes.iter().zip(arguments).fold(vec![start], |matches, (node, argument)| {
                matches
                    .into_iter()
                    .flat_map(|found| self.node(*node, *argument, found, graph))
                    .collect()
            })
        };
        let mut matches = in_order(arguments, start.clone());
        if is_commutative(operation) && arguments[0] != arguments[1] {
            matches.extend(in_order(&[arguments[1], arguments[0]], start));
        }
        matches
    }

    fn node(
        &self,
        node: usize,
        value: ValueId,
        mut found: Match,
        graph: &impl Graph,
    ) -> Vec<Match> {
        match &self.nodes[node] {
            Node::Argument(hole) => {
                let binding = if *hole < self.plain {
                    Binding::Value(value)
                } else {
                    let Some(Constant::Float(number, _)) = graph.constant(value) else {
                        return vec![];
                    };
                    Binding::Number(*number)
                };
                found.bind(*hole, binding)
            }
            Node::Number(number) => match graph.constant(value) {
                Some(Constant::Float(constant, _)) if constant.to_bits() == number.to_bits() => {
                    vec![found]
                }
                _ => vec![],
            },
            Node::Integer(number) => match graph.constant(value) {
                Some(Constant::Integer(constant, _)) if *constant == i128::from(*number) => {
                    vec![found]
                }
                _ => vec![],
            },
            Node::Output => vec![],
            Node::Operation(pattern, nodes) => {
                // `-c`: a negative constant.
                if let (Operation::Float(FloatOperation::Neg), Node::Argument(hole)) =
                    (pattern, &self.nodes[nodes[0]])
                    && *hole >= self.plain
                {
                    return match graph.constant(value) {
                        Some(Constant::Float(number, _)) if *number < 0.0 => {
                            found.bind(*hole, Binding::Number(-number))
                        }
                        _ => vec![],
                    };
                }
                match graph.operation(value) {
                    Some((operation, arguments)) if operation == *pattern => {
                        if !found.interior.contains(&value) {
                            found.interior.push(value);
                        }
                        self.operands(operation, nodes, arguments, found, graph)
                    }
                    _ => vec![],
                }
            }
        }
    }
}

impl Match {
    fn bind(mut self, hole: usize, binding: Binding) -> Vec<Match> {
        match self.bindings[hole] {
            Some(known) if known != binding => vec![],
            _ => {
                self.bindings[hole] = Some(binding);
                vec![self]
            }
        }
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
