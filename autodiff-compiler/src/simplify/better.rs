//! What a scalar operation is instead, if its arguments tell: a constant, one of its arguments, or
//! what a row of the rewrite table says.

use super::common::{Outcome, Walk};
use super::fold::fold;
use super::matching::{Binding, Graph, Match, Shapes};
use super::rewrites::{Claim, Rewrite, rows_for};
use crate::diagnostics::SourceSpan;
use crate::formula::Node;
use crate::ir::operations::{BooleanOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Type};

impl Walk<'_> {
    /// What an operation is instead, if its arguments tell.
    pub(super) fn better(
        &mut self,
        result: ValueId,
        operation: Operation,
        arguments: &[ValueId],
        span: SourceSpan,
    ) -> Option<Outcome> {
        if let Some(constant) = self.folded(operation, arguments, result) {
            return Some(Outcome::Constant(constant));
        }
        if let Some(outcome) = self.decided(operation, arguments) {
            return Some(outcome);
        }
        let exact = self.exactness.is_exact(result);
        if !exact
            && let Some(outcome) = self.constant_to_adjoint(operation, arguments, result, span)
        {
            return Some(outcome);
        }
        let rows = rows_for(operation);
        if rows.is_empty() {
            return None;
        }
        let shapes = Shapes::of(arguments, self);
        for rewrite in rows {
            if !rewrite.may_match(shapes) {
                continue;
            }
            if exact && (rewrite.claim != Claim::Exact || rewrite.added > 1) {
                continue;
            }
            if let Some(found) = rewrite.find(arguments, !exact, self) {
                return Some(self.instantiate(rewrite, &found, result, span));
            }
        }
        None
    }

    /// The constant that an operation on constants is.
    fn folded(
        &self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
    ) -> Option<Constant> {
        let mut constants = vec![];
        for argument in arguments {
            constants.push(self.constant(*argument)?);
        }
        fold(operation, &constants, &self.function.value(result).ty, self.folding)
    }

    /// `c * (a * x)` is `(c * a) * x` where `a` is an adjoint and `x` is not: adjoints are shared by
    /// many products, so the constant is multiplied once, or meets another.
    fn constant_to_adjoint(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
        span: SourceSpan,
    ) -> Option<Outcome> {
        let mul = Operation::Float(operations::FloatOperation::Mul);
        if operation != mul {
            return None;
        }
        let constant = *arguments.iter().find(|value| self.constant(**value).is_some())?;
        let product = *arguments.iter().find(|value| **value != constant)?;
        let (inner, factors) = self.operation(product)?;
        if inner != mul || !self.removable(product) {
            return None;
        }
        let (a, b) = (factors[0], factors[1]);
        let is_adjoint =
            |value: ValueId| !self.exactness.is_exact(value) && self.constant(value).is_none();
        let (adjoint, other) = match (is_adjoint(a), is_adjoint(b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => return None,
        };
        let ty = self.function.value(result).ty.clone();
        let scaled = self.fresh(ty, result, span);
        self.uses[scaled.0 as usize] = 1;
        self.uses[constant.0 as usize] += 1;
        self.uses[adjoint.0 as usize] += 1;
        self.define_operation(scaled, mul, vec![constant, adjoint], span);
        Some(Outcome::Operation(mul, vec![self.value(scaled), other]))
    }

    /// Truth values and selections of which one argument is known.
    fn decided(&self, operation: Operation, arguments: &[ValueId]) -> Option<Outcome> {
        let truth = |value: ValueId| match self.constant(value) {
            Some(Constant::Bool(truth)) => Some(*truth),
            _ => None,
        };
        match operation {
            Operation::Select => truth(arguments[0])
                .map(|truth| Outcome::Value(arguments[if truth { 1 } else { 2 }])),
            Operation::Boolean(BooleanOperation::And | BooleanOperation::Or) => {
                let deciding = operation == Operation::Boolean(BooleanOperation::Or);
                let other = |known: usize| arguments[1 - known];
                (0..2).find_map(|known| {
                    let truth = truth(arguments[known])?;
                    Some(Outcome::Value(if truth == deciding {
                        arguments[known]
                    } else {
                        other(known)
                    }))
                })
            }
            Operation::Boolean(BooleanOperation::Xor) => (0..2).find_map(|known| {
                (!truth(arguments[known])?).then_some(Outcome::Value(arguments[1 - known]))
            }),
            Operation::Integer(operation) => self.neutral(operation, arguments),
            _ => None,
        }
    }

    /// Integer operations with a neutral second (or first) argument, and the smaller or larger of a number and itself.
    fn neutral(
        &self,
        operation: operations::IntegerOperation,
        arguments: &[ValueId],
    ) -> Option<Outcome> {
        use operations::IntegerOperation::*;
        let is = |position: usize, number: i128| {
            arguments.get(position).and_then(|value| self.integer(*value)) == Some(number)
        };
        let first = Some(Outcome::Value(arguments[0]));
        match operation {
            Add | WrappingAdd | SaturatingAdd if is(0, 0) => Some(Outcome::Value(arguments[1])),
            Mul | WrappingMul | SaturatingMul if is(0, 1) => Some(Outcome::Value(arguments[1])),
            Add | Sub | WrappingAdd | WrappingSub | SaturatingAdd | SaturatingSub if is(1, 0) => {
                first
            }
            Mul | Div | WrappingMul | SaturatingMul | DivEuclid if is(1, 1) => first,
            Min | Max if arguments[0] == arguments[1] => first,
            _ => None,
        }
    }

    fn instantiate(
        &mut self,
        rewrite: &'static Rewrite,
        found: &Match,
        result: ValueId,
        span: SourceSpan,
    ) -> Outcome {
        match &rewrite.nodes[rewrite.replacement] {
            Node::Operation(operation, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.build(rewrite, found, *argument, result, span))
                    .collect();
                for argument in &arguments {
                    let argument: &ValueId = argument;
                    self.uses[argument.0 as usize] += 1;
                }
                Outcome::Operation(*operation, arguments)
            }
            _ => Outcome::Value(self.build(rewrite, found, rewrite.replacement, result, span)),
        }
    }

    /// The value of a node of the replacement.
    fn build(
        &mut self,
        rewrite: &'static Rewrite,
        found: &Match,
        node: usize,
        result: ValueId,
        span: SourceSpan,
    ) -> ValueId {
        let float = self.float_type(rewrite, found, result);
        let constant = match &rewrite.nodes[node] {
            Node::Argument(hole) => match found.bindings[*hole] {
                Some(Binding::Value(value)) => return value,
                Some(Binding::Number(number)) => Constant::Float(number, float),
                // Every hole of a replacement occurs in the pattern; a test of the table sees to it.
                None => Constant::Undefined(Type::Float(float)),
            },
            Node::Number(number) => Constant::Float(*number, float),
            Node::Integer(number) => Constant::Integer((*number).into(), IntegerType::I32),
            Node::Output => Constant::Undefined(Type::Float(float)),
            Node::Operation(operation, arguments) => {
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| self.build(rewrite, found, *argument, result, span))
                    .collect();
                for argument in &arguments {
                    self.uses[argument.0 as usize] += 1;
                }
                let ty = match operation {
                    Operation::Compare(_) => Type::Bool,
                    Operation::Select => self.function.value(arguments[1]).ty.clone(),
                    _ => self.function.value(arguments[0]).ty.clone(),
                };
                let value = self.fresh(ty, result, span);
                self.define_operation(value, *operation, arguments, span);
                return self.value(value);
            }
        };
        let value = self.fresh(constant.ty(), result, span);
        self.define_constant(value, constant, span);
        self.value(value)
    }

    /// The float type that the numbers of a row have in this place.
    fn float_type(
        &self,
        rewrite: &'static Rewrite,
        found: &Match,
        result: ValueId,
    ) -> crate::types::FloatType {
        let values = found.bindings[..rewrite.plain].iter().filter_map(|binding| match binding {
            Some(Binding::Value(value)) => Some(*value),
            _ => None,
        });
        std::iter::once(result)
            .chain(values)
            .find_map(|value| match &self.function.value(value).ty {
                Type::Float(ty) => Some(ty.clone()),
                _ => None,
            })
            .unwrap_or(crate::types::FloatType::F64)
    }
}
