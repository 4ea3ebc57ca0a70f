//! Formulas: small expression graphs, the language of the derivative table and the rewrite table.
//!
//! Rules build them through the `Copy` handle [`Term`] with ordinary operators; equal nodes are one.

use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use std::cell::RefCell;

/// One node of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// An argument of the operation, or a hole of a pattern, by position.
    Argument(usize),
    /// The operation's output.
    Output,
    /// A number of the float type at hand.
    Number(f64),
    /// An `i32`.
    Integer(i32),
    /// An IR operation on earlier nodes.
    Operation(Operation, Vec<usize>),
}

/// The nodes of the formulas of one row.
#[derive(Debug, Default)]
pub(crate) struct Formulas {
    nodes: RefCell<Vec<Node>>,
}

/// A node, as a number to calculate with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'f> {
    formulas: &'f Formulas,
    index: usize,
}

/// What can stand as an operand: a term or a literal.
pub(crate) trait Operand<'f> {
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
    pub(crate) fn add(&self, node: Node) -> Term<'_> {
        let mut nodes = self.nodes.borrow_mut();
        let index = nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            nodes.push(node);
            nodes.len() - 1
        });
        Term { formulas: self, index }
    }

    /// All nodes; each comes after those it is made of.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        self.nodes.borrow().clone()
    }

    /// The node of a term.
    pub(crate) fn node(&self, index: usize) -> Node {
        self.nodes.borrow()[index].clone()
    }
}

impl<'f> Term<'f> {
    /// Its node's index.
    pub(crate) fn index(self) -> usize {
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
    pub(crate) fn equals(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Equal), &[other.term(self.formulas)])
    }

    /// `self != other`, as a condition.
    pub(crate) fn differs(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::NotEqual), &[other.term(self.formulas)])
    }

    /// `self < other`, as a condition.
    pub(crate) fn below(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Less), &[other.term(self.formulas)])
    }

    /// `self > other`, as a condition.
    pub(crate) fn above(self, other: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Compare(Comparison::Greater), &[other.term(self.formulas)])
    }

    /// Both conditions.
    pub(crate) fn and(self, other: Term<'f>) -> Term<'f> {
        self.apply(Operation::Boolean(BooleanOperation::And), &[other])
    }

    /// One of two conditions.
    pub(crate) fn or(self, other: Term<'f>) -> Term<'f> {
        self.apply(Operation::Boolean(BooleanOperation::Or), &[other])
    }

    /// Not this condition.
    pub(crate) fn not(self) -> Term<'f> {
        self.apply(Operation::Boolean(BooleanOperation::Not), &[])
    }

    /// `yes` where this condition holds, else `no`.
    pub(crate) fn choose(self, yes: impl Operand<'f>, no: impl Operand<'f>) -> Term<'f> {
        self.apply(Operation::Select, &[yes.term(self.formulas), no.term(self.formulas)])
    }

    /// An integer as a float.
    pub(crate) fn to_float(self) -> Term<'f> {
        self.apply(Operation::Cast, &[])
    }

    /// An integer less one, or the smallest integer.
    pub(crate) fn predecessor(self) -> Term<'f> {
        let one = 1.term(self.formulas);
        self.apply(Operation::Integer(IntegerOperation::SaturatingSub), &[one])
    }

    /// An integer plus one, or the largest integer.
    pub(crate) fn successor(self) -> Term<'f> {
        let one = 1.term(self.formulas);
        self.apply(Operation::Integer(IntegerOperation::SaturatingAdd), &[one])
    }
}

macro_rules! term_methods {
    ($( $name:ident ($($other:ident),*) $operation:ident; )*) => {
        /// Float operations by their names in Rust.
        impl<'f> Term<'f> {
            $(
                pub(crate) fn $name(self $(, $other: impl Operand<'f>)*) -> Term<'f> {
                    self.float(FloatOperation::$operation, &[$( $other.term(self.formulas) ),*])
                }
            )*
        }
    };
}

term_methods! {
    abs() Abs;
    cos() Cos;
    cosh() Cosh;
    digamma() Digamma;
    exp() Exp;
    hypot(other) Hypot;
    ln() Ln;
    polygamma(order) Polygamma;
    powf(exponent) Powf;
    powi(exponent) Powi;
    round() Round;
    sech_squared() SechSquared;
    signum() Signum;
    sin() Sin;
    sinh() Sinh;
    sqrt() Sqrt;
    tanh() Tanh;
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
