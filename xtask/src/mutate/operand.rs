//! A side of a formula, whatever its type, so that all mutants of a side have the same one.
//! `cargo xtask mutate` adds this module to its copy of the compiler.

use crate::formula::{Formulas, Operand, Term};

pub(crate) enum Any<'f> {
    Term(Term<'f>),
    Float(f64),
    Integer(i32),
}

impl<'f> From<Term<'f>> for Any<'f> {
    fn from(term: Term<'f>) -> Self {
        Any::Term(term)
    }
}

impl From<f64> for Any<'_> {
    fn from(number: f64) -> Self {
        Any::Float(number)
    }
}

impl From<i32> for Any<'_> {
    fn from(number: i32) -> Self {
        Any::Integer(number)
    }
}

impl<'f> Operand<'f> for Any<'f> {
    fn term(self, formulas: &'f Formulas) -> Term<'f> {
        match self {
            Any::Term(term) => term,
            Any::Float(number) => number.term(formulas),
            Any::Integer(number) => number.term(formulas),
        }
    }
}
