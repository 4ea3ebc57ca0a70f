//! Emitting a partial derivative times a factor.
//!
//! A formula knows structural zeros and ones, so a factor times it is nothing for 0, the factor itself
//! for 1, a quotient for `1 / x`, and a selection for a choice: the side that is not chosen never
//! contributes, not even NaN times zero.

use crate::formula::{Formulas, Node};
use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::{Constant, ValueId};
use crate::types::{FloatType, IntegerType, Type};

/// Emits formulas of one operation into a function under construction, each node at most once.
pub(super) struct Emitter<'e> {
    pub(super) formulas: &'e Formulas,
    pub(super) builder: &'e mut Builder,
    pub(super) arguments: &'e [ValueId],
    pub(super) output: ValueId,
    pub(super) float: FloatType,
    pub(super) emitted: Vec<(usize, ValueId)>,
}

impl Emitter<'_> {
    /// The value of a node.
    fn value(&mut self, index: usize) -> ValueId {
        if let Some((_, value)) = self.emitted.iter().find(|(node, _)| *node == index) {
            return *value;
        }
        let value = match self.formulas.node(index) {
            Node::Argument(position) => self.arguments[position],
            Node::Output => self.output,
            Node::Number(number) => self.number(number),
            Node::Integer(number) => {
                self.builder.constant(Constant::Integer(number.into(), IntegerType::I32))
            }
            Node::Operation(operation, arguments) => {
                let arguments: Vec<_> =
                    arguments.into_iter().map(|node| self.value(node)).collect();
                let ty = match operation {
                    Operation::Compare(_) => Type::Bool,
                    Operation::Cast => Type::Float(self.float.clone()),
                    Operation::Select => self.builder.function.value(arguments[1]).ty.clone(),
                    _ => self.builder.function.value(arguments[0]).ty.clone(),
                };
                self.builder.operation(operation, &arguments, ty)
            }
        };
        self.emitted.push((index, value));
        value
    }

    /// A float constant, rounded to the type.
    fn number(&mut self, number: f64) -> ValueId {
        let number = match self.float {
            FloatType::F32 => f64::from(number as f32),
            _ => number,
        };
        self.builder.float(number, &self.float)
    }

    /// A node times a factor; `None` where the node is zero.
    pub(super) fn scaled(&mut self, index: usize, factor: ValueId) -> Option<ValueId> {
        use FloatOperation::{Div, Neg};
        match self.formulas.node(index) {
            Node::Number(0.0) => None,
            Node::Number(1.0) => Some(factor),
            Node::Number(-1.0) => Some(self.builder.float_operation(Neg, &[factor])),
            // (-x) f = -(x f)
            Node::Operation(Operation::Float(Neg), arguments) => {
                let positive = self.scaled(arguments[0], factor)?;
                Some(self.builder.float_operation(Neg, &[positive]))
            }
            Node::Operation(Operation::Float(Div), arguments) => {
                let (numerator, denominator) = (arguments[0], arguments[1]);
                match self.formulas.node(numerator) {
                    // (c / x) f = (c f) / x
                    Node::Number(_) => {
                        let scaled = self.scaled(numerator, factor)?;
                        let denominator = self.value(denominator);
                        Some(self.builder.float_operation(Div, &[scaled, denominator]))
                    }
                    // (-n / x) f = -((n / x) f)
                    Node::Operation(Operation::Float(Neg), negated) => {
                        let positive =
                            Node::Operation(Operation::Float(Div), vec![negated[0], denominator]);
                        let positive = self.formulas.add(positive).index();
                        let scaled = self.scaled(positive, factor)?;
                        Some(self.builder.float_operation(Neg, &[scaled]))
                    }
                    _ => Some(self.times(index, factor)),
                }
            }
            // (if c { x } else { y }) f = if c { x f } else { y f }
            Node::Operation(Operation::Select, arguments) => {
                let yes = self.scaled(arguments[1], factor);
                let no = self.scaled(arguments[2], factor);
                if yes.is_none() && no.is_none() {
                    return None;
                }
                let condition = self.value(arguments[0]);
                let yes = yes.unwrap_or_else(|| self.number(0.0));
                let no = no.unwrap_or_else(|| self.number(0.0));
                let ty = Type::Float(self.float.clone());
                Some(self.builder.operation(Operation::Select, &[condition, yes, no], ty))
            }
            _ => Some(self.times(index, factor)),
        }
    }

    fn times(&mut self, index: usize, factor: ValueId) -> ValueId {
        let value = self.value(index);
        self.builder.float_operation(FloatOperation::Mul, &[factor, value])
    }
}
