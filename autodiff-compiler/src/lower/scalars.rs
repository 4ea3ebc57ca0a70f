//! Methods of numbers and truth values: by the operations table, and the few that are not in it.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::Operand;
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, FloatPredicate, IntegerOperation, Operation,
    Spelling,
};
use crate::ir::{Aggregate, Constant, ValueId};
use crate::types::{IntegerType, Type};

/// Methods of numbers outside the operations table.
const OTHERS: &[&str] = &[
    "sin_cos",
    "clone",
    "to_owned",
    "partial_cmp",
    "total_cmp",
    "cmp",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "add",
    "sub",
    "mul",
    "div",
    "rem",
    "neg",
    "not",
    "checked_add",
    "checked_sub",
    "then",
    "then_some",
    "to_f64",
];

impl Lowerer<'_> {
    /// Whether a number of this type has a method that is known.
    pub(super) fn has_scalar_method(&self, ty: &Type, name: &str) -> bool {
        let in_table = match ty {
            Type::Float(_) => float_operation(name).is_some() || predicate(name).is_some(),
            Type::Integer(_) => integer_operation(name).is_some(),
            _ => false,
        };
        in_table
            || OTHERS.contains(&name)
                && match name {
                    "checked_add" | "checked_sub" => {
                        matches!(ty, Type::Integer(ty) if !ty.is_signed())
                    }
                    "then" | "then_some" => *ty == Type::Bool,
                    "sin_cos" | "total_cmp" | "to_f64" => ty.is_float(),
                    _ => true,
                }
    }

    /// A method of a number with the receiver as first argument.
    pub(super) fn scalar_method_of(
        &mut self,
        ty: &Type,
        name: &str,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let ty = ty.referent().clone();
        if name == "then" || name == "then_some" {
            return self.then_method(name, arguments);
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.as_scalar(argument)?);
        }
        let ty = match values.first() {
            Some(first) if self.builder.function.value(*first).ty.is_scalar() => {
                self.builder.function.value(*first).ty.clone()
            }
            _ => ty,
        };
        let operation = match &ty {
            Type::Float(_) => float_operation(name)
                .map(|operation| (Operation::Float(operation), ty.clone()))
                .or_else(|| {
                    predicate(name).map(|predicate| (Operation::Predicate(predicate), Type::Bool))
                }),
            Type::Integer(integer) => integer_operation(name).map(|operation| {
                (Operation::Integer(operation), integer_result(operation, *integer))
            }),
            _ => None,
        };
        if let Some((operation, result)) = operation
            && operation.arity() == values.len()
        {
            return Ok(Operand::Scalar(self.builder.operation(operation, &values, result)));
        }
        match (name, values.as_slice()) {
            ("clone" | "to_owned", [value]) => Ok(Operand::Scalar(*value)),
            ("to_f64", [value]) => Ok(Operand::Scalar(self.cast_value(*value, &Type::F64))),
            ("sin_cos", [value]) => {
                let sine = self.builder.float_operation(FloatOperation::Sin, &[*value]);
                let cosine = self.builder.float_operation(FloatOperation::Cos, &[*value]);
                Ok(Operand::Tuple(vec![Operand::Scalar(sine), Operand::Scalar(cosine)]))
            }
            ("partial_cmp", [a, b]) => {
                let below = self.builder.compare(Comparison::LessEqual, *a, *b);
                let above = self.builder.compare(Comparison::GreaterEqual, *a, *b);
                let some = self.builder.boolean(BooleanOperation::Or, &[below, above]);
                let ordering = self.ordering(*a, *b);
                Ok(Operand::Option { some, payload: Box::new(Operand::Ordering(ordering)) })
            }
            ("cmp", [a, b]) => Ok(Operand::Ordering(self.ordering(*a, *b))),
            ("total_cmp", [a, b]) if ty.is_float() => {
                Ok(Operand::Ordering(self.total_ordering(*a, *b)))
            }
            ("eq" | "ne" | "lt" | "le" | "gt" | "ge", [a, b]) => {
                let comparison = match name {
                    "eq" => Comparison::Equal,
                    "ne" => Comparison::NotEqual,
                    "lt" => Comparison::Less,
                    "le" => Comparison::LessEqual,
                    "gt" => Comparison::Greater,
                    _ => Comparison::GreaterEqual,
                };
                Ok(Operand::Scalar(self.builder.compare(comparison, *a, *b)))
            }
            ("add" | "sub" | "mul" | "div" | "rem" | "neg", _) => {
                let operation = operator_method(name, &ty);
                match operation {
                    Some(operation) if operation.arity() == values.len() => {
                        Ok(Operand::Scalar(self.builder.operation(operation, &values, ty)))
                    }
                    _ => self.no_method(name, &ty),
                }
            }
            ("checked_sub", [a, b]) if is_unsigned(&ty) => {
                let some = self.builder.compare(Comparison::GreaterEqual, *a, *b);
                let value = self.builder.integer(IntegerOperation::WrappingSub, &[*a, *b]);
                Ok(Operand::Option { some, payload: Box::new(Operand::Scalar(value)) })
            }
            ("checked_add", [a, b]) if is_unsigned(&ty) => {
                let value = self.builder.integer(IntegerOperation::WrappingAdd, &[*a, *b]);
                let some = self.builder.compare(Comparison::GreaterEqual, value, *a);
                Ok(Operand::Option { some, payload: Box::new(Operand::Scalar(value)) })
            }
            ("not", [value]) if ty == Type::Bool => {
                Ok(Operand::Scalar(self.builder.boolean(BooleanOperation::Not, &[*value])))
            }
            _ => {
                self.builder.at(span);
                self.no_method(name, &ty)
            }
        }
    }

    pub(super) fn no_method<T>(&mut self, name: &str, ty: &Type) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            format!("`{name}` of {} is not supported", ty.described()),
            "write it with operations that are, or as a loop",
        )
    }

    fn then_method(&mut self, name: &str, mut arguments: Vec<Operand>) -> Lowered<Operand> {
        if arguments.len() != 2 {
            return self.no_method(name, &Type::Bool);
        }
        let payload = arguments.remove(1);
        let some = arguments.remove(0);
        let some = self.as_scalar(some)?;
        if name == "then_some" {
            return Ok(Operand::Option { some, payload: Box::new(payload) });
        }
        self.optional_if(some, |lowerer| lowerer.apply(&payload, Vec::new()))
    }

    /// -1, 0 or 1.
    pub(super) fn ordering(&mut self, a: ValueId, b: ValueId) -> ValueId {
        let less = self.builder.compare(Comparison::Less, a, b);
        let greater = self.builder.compare(Comparison::Greater, a, b);
        self.three_way(less, greater)
    }

    fn three_way(&mut self, less: ValueId, greater: ValueId) -> ValueId {
        let ty = Type::Integer(IntegerType::I8);
        let [below, equal, above] = [-1, 0, 1]
            .map(|value| self.builder.constant(Constant::Integer(value, IntegerType::I8)));
        let rest = self.builder.operation(Operation::Select, &[greater, above, equal], ty.clone());
        self.builder.operation(Operation::Select, &[less, below, rest], ty)
    }

    /// `total_cmp`: negative NaN, numbers with -0 before +0, positive NaN.
    fn total_ordering(&mut self, a: ValueId, b: ValueId) -> ValueId {
        let [(rank_a, sign_a), (rank_b, sign_b)] = [a, b].map(|value| {
            let nan = self.builder.operation(
                Operation::Predicate(FloatPredicate::IsNan),
                &[value],
                Type::Bool,
            );
            let negative = self.builder.operation(
                Operation::Predicate(FloatPredicate::IsSignNegative),
                &[value],
                Type::Bool,
            );
            let positive = self.builder.boolean(BooleanOperation::Not, &[negative]);
            let low = self.builder.boolean(BooleanOperation::And, &[nan, negative]);
            let high = self.builder.boolean(BooleanOperation::And, &[nan, positive]);
            (self.three_way(low, high), self.three_way(negative, positive))
        });
        let by_rank = self.ordering(rank_a, rank_b);
        let by_value = self.ordering(a, b);
        let by_sign = self.ordering(sign_a, sign_b);
        let later = self.then_ordering(by_value, by_sign);
        self.then_ordering(by_rank, later)
    }

    /// The first ordering, or the second if that is "equal".
    pub(super) fn then_ordering(&mut self, first: ValueId, second: ValueId) -> ValueId {
        let zero = self.builder.constant(Constant::Integer(0, IntegerType::I8));
        let equal = self.builder.compare(Comparison::Equal, first, zero);
        let ty = Type::Integer(IntegerType::I8);
        self.builder.operation(Operation::Select, &[equal, second, first], ty)
    }

    /// A method of an `Ordering`.
    pub(super) fn ordering_method(
        &mut self,
        ordering: ValueId,
        name: &str,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let zero = self.builder.constant(Constant::Integer(0, IntegerType::I8));
        let comparison = match name {
            "is_lt" => Some(Comparison::Less),
            "is_le" => Some(Comparison::LessEqual),
            "is_gt" => Some(Comparison::Greater),
            "is_ge" => Some(Comparison::GreaterEqual),
            "is_eq" => Some(Comparison::Equal),
            "is_ne" => Some(Comparison::NotEqual),
            _ => None,
        };
        if let Some(comparison) = comparison {
            return Ok(Operand::Scalar(self.builder.compare(comparison, ordering, zero)));
        }
        match (name, arguments.as_slice()) {
            ("reverse", []) => {
                Ok(Operand::Ordering(self.builder.integer(IntegerOperation::Neg, &[ordering])))
            }
            ("then", [Operand::Ordering(second)]) => {
                Ok(Operand::Ordering(self.then_ordering(ordering, *second)))
            }
            _ => self.no_method(name, &Type::Opaque(None)),
        }
    }

    /// Zero of a scalar type.
    pub(super) fn zero(&mut self, ty: &Type) -> Option<ValueId> {
        let constant = match ty {
            Type::Float(ty) => Constant::Float(0.0, ty.clone()),
            Type::Integer(ty) => Constant::Integer(0, *ty),
            Type::Bool => Constant::Bool(false),
            _ => return None,
        };
        Some(self.builder.constant(constant))
    }

    /// Zeros in the shape of a type.
    pub(super) fn zeros(&mut self, ty: &Type) -> Option<Aggregate> {
        Some(match ty {
            Type::Array(element, length) => {
                Aggregate::ArrayRepeat(Box::new(self.zeros(element)?), length.clone())
            }
            Type::Tuple(elements) => Aggregate::Tuple(
                elements.iter().map(|element| self.zeros(element)).collect::<Option<_>>()?,
            ),
            ty => Aggregate::Value(self.zero(ty)?),
        })
    }
}

fn named(spelling: Spelling, name: &str) -> bool {
    matches!(spelling, Spelling::Method(method) if method == name)
}

fn float_operation(name: &str) -> Option<FloatOperation> {
    FloatOperation::ALL.iter().copied().find(|operation| {
        // `Float` has the special functions and `detach` as functions, not methods.
        named(operation.spelling(), name)
    })
}

fn predicate(name: &str) -> Option<FloatPredicate> {
    FloatPredicate::ALL.iter().copied().find(|predicate| named(predicate.spelling(), name))
}

fn integer_operation(name: &str) -> Option<IntegerOperation> {
    IntegerOperation::ALL.iter().copied().find(|operation| named(operation.spelling(), name))
}

fn operator_method(name: &str, ty: &Type) -> Option<Operation> {
    let float = ty.is_float();
    if !float && !ty.is_integer() {
        return None;
    }
    let choose = |a: FloatOperation, b: IntegerOperation| {
        Some(if float { Operation::Float(a) } else { Operation::Integer(b) })
    };
    match name {
        "add" => choose(FloatOperation::Add, IntegerOperation::Add),
        "sub" => choose(FloatOperation::Sub, IntegerOperation::Sub),
        "mul" => choose(FloatOperation::Mul, IntegerOperation::Mul),
        "div" => choose(FloatOperation::Div, IntegerOperation::Div),
        "rem" => choose(FloatOperation::Rem, IntegerOperation::Rem),
        "neg" => choose(FloatOperation::Neg, IntegerOperation::Neg),
        _ => None,
    }
}

fn is_unsigned(ty: &Type) -> bool {
    matches!(ty, Type::Integer(ty) if !ty.is_signed())
}

/// The result type of an integer method.
fn integer_result(operation: IntegerOperation, ty: IntegerType) -> Type {
    use IntegerOperation::*;
    match operation {
        IsPowerOfTwo | IsPositive | IsNegative => Type::Bool,
        CountOnes | CountZeros | LeadingZeros | TrailingZeros | Ilog2 | Ilog10 => {
            Type::Integer(IntegerType::U32)
        }
        AbsDiff | UnsignedAbs => Type::Integer(super::iterators::unsigned(ty)),
        _ => Type::Integer(ty),
    }
}
