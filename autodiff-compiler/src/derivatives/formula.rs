//! Formulas: small expression graphs over the arguments and the output of one operation.
//!
//! The derivative table builds them through the `Copy` handle [`Term`] with ordinary operators. A
//! formula knows structural zeros and ones, so what multiplies an adjoint by it emits nothing for a
//! factor 0, the adjoint itself for a factor 1, a quotient for `1 / x`, and a selection for a
//! choice: the side that is not chosen never contributes, not even NaN times zero.

use crate::ir::ValueId;
use crate::ir::builder::Builder;
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::types::{FloatType, IntegerType, Type};
use std::cell::RefCell;

/// One node of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// An argument of the operation, by position.
    Argument(usize),
    /// The operation's output.
    Output,
    /// A number of the operation's float type.
    Number(f64),
    /// An `i32`.
    Integer(i32),
    /// An IR operation on earlier nodes.
    Operation(Operation, Vec<usize>),
}

/// The nodes of the formulas of one operation.
#[derive(Debug, Default)]
pub(super) struct Formulas {
    nodes: RefCell<Vec<Node>>,
}

/// A node, as a number to calculate with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term<'f> {
    formulas: &'f Formulas,
    index: usize,
}

/// What can stand as an operand: a term or a literal.
pub(super) trait Operand<'f> {
    /// As a term of these formulas.
    fn term(self, formulas: &'f Formulas) -> Term<'f>;
}

impl<'f> Operand<'f> for Term<'f> {
    fn term(self, _: &'f Formulas) -> Term<'f> {
        self
    }
}

impl<'f> Operand<'f> for f64 {
    fn term(self, formulas: &'f Formulas) -> Term<'f> {
        formulas.add(Node::Number(self))
    }
}

impl<'f> Operand<'f> for i32 {
    fn term(self, formulas: &'f Formulas) -> Term<'f> {
        formulas.add(Node::Integer(self))
    }
}

impl Formulas {
    /// A node; equal nodes are one.
    pub(super) fn add(&self, node: Node) -> Term<'_> {
        let mut nodes = self.nodes.borrow_mut();
        let index = nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            nodes.push(node);
            nodes.len() - 1
        });
        Term { formulas: self, index }
    }

    /// The node of a term.
    pub(super) fn node(&self, index: usize) -> Node {
        self.nodes.borrow()[index].clone()
    }
}

impl<'f> Term<'f> {
    /// Its node's index.
    pub(super) fn index(self) -> usize {
        self.index
    }

    fn apply(self, operation: Operation, others: &[Term<'f>]) -> Term<'f> {
        let arguments = [self].iter().chain(others).map(|term| term.index).collect();
        self.formulas.add(Node::Operation(operation, arguments))
    }

    fn float(self, operation: FloatOperation, others: &[Term<'f>]) -> Term<'f> {
        self.apply(Operation::Float(operation), others)
    }

    /// `self == other`, as a condition.
    pub(super) fn equals(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Equal), &[other.term(self.formulas)])
    }

    /// `self != other`, as a condition.
    pub(super) fn differs(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::NotEqual), &[other.term(self.formulas)])
    }

    /// `self < other`, as a condition.
    pub(super) fn below(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Less), &[other.term(self.formulas)])
    }

    /// `self > other`, as a condition.
    pub(super) fn above(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Greater), &[other.term(self.formulas)])
    }

    /// Both conditions.
    pub(super) fn and(self, other: Term<'f>) -> Term<'f> {
        self.apply(Operation::Boolean(crate::ir::operations::BooleanOperation::And), &[other])
    }

    /// `yes` where this condition holds, else `no`.
    pub(super) fn choose(self, yes: impl Operand<'f>, no: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Select, &[yes.term(self.formulas), no.term(self.formulas)])
    }

    /// An integer as a float.
    pub(super) fn to_float(self) -> Term<'f> {
        self.apply(Operation::Cast, &[])
    }

    /// An integer less one, or the smallest integer.
    pub(super) fn predecessor(self) -> Term<'f> {
        let one = 1.term(self.formulas);
        self.apply(Operation::Integer(IntegerOperation::SaturatingSub), &[one])
    }

    /// An integer plus one, or the largest integer.
    pub(super) fn successor(self) -> Term<'f> {
        let one = 1.term(self.formulas);
        self.apply(Operation::Integer(IntegerOperation::SaturatingAdd), &[one])
    }
}

macro_rules! term_methods {
    ($( $name:ident ($($other:ident),*) $operation:ident; )*) => {
        /// Float operations by their names in Rust.
        impl<'f> Term<'f> {
            $(
                pub(super) fn $name(self $(, $other: impl Operand<'f>)*) -> Term<'f> {
                    self.float(FloatOperation::$operation, &[$( $other.term(self.formulas) ),*])
                }
            )*
        }
    };
}

term_methods! {
    cos() Cos;
    cosh() Cosh;
    digamma() Digamma;
    exp() Exp;
    hypot(other) Hypot;
    ln() Ln;
    polygamma(order) Polygamma;
    powf(exponent) Powf;
    powi(exponent) Powi;
    recip() Recip;
    round() Round;
    signum() Signum;
    sin() Sin;
    sinh() Sinh;
    sqrt() Sqrt;
    trigamma() Trigamma;
}

macro_rules! term_operators {
    ($( $trait:ident $method:ident; )*) => {
        $(
            impl<'f, T: Operand<'f>> std::ops::$trait<T> for Term<'f> {
                type Output = Term<'f>;
                fn $method(self, other: T) -> Term<'f> {
                    self.float(FloatOperation::$trait, &[other.term(self.formulas)])
                }
            }
            impl<'f> std::ops::$trait<Term<'f>> for f64 {
                type Output = Term<'f>;
                fn $method(self, other: Term<'f>) -> Term<'f> {
                    self.term(other.formulas).float(FloatOperation::$trait, &[other])
                }
            }
        )*
    };
}

term_operators! {
    Add add;
    Sub sub;
    Mul mul;
    Div div;
}

impl<'f> std::ops::Neg for Term<'f> {
    type Output = Term<'f>;
    fn neg(self) -> Term<'f> {
        self.float(FloatOperation::Neg, &[])
    }
}

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
                self.builder.constant(crate::ir::Constant::Integer(number.into(), IntegerType::I32))
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
