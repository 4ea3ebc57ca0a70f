//! What a row of the rewrite table claims, checked on many numbers at a time.
//!
//! Both sides of a row are evaluated node by node on columns of numbers, so that the compiler makes
//! vector code of each operation: [`super::exhaustive`] needs billions of them a second. A truth value
//! is 1 or 0 here, an integer is the float of its value.

use crate::formula::Node;
use crate::ir::operations::{BooleanOperation, Comparison, FloatOperation, Operation};
use crate::simplify::Claim;
use crate::simplify::rewrites::Rewrite;
use std::fmt::LowerExp;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A float type of the emitted code.
pub(super) trait Float:
    Copy
    + PartialOrd
    + LowerExp
    + std::fmt::Debug
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    const NAME: &'static str;
    const BITS: u32;
    /// Rounded to the type.
    fn of(value: f64) -> Self;
    /// The number with these bits; those that the type does not have are left out.
    fn from_bits(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn is_normal(self) -> bool;
    fn abs(self) -> Self;
    fn evaluate(operation: FloatOperation, arguments: &[Self]) -> Self;
    /// Numbers at which something special happens, to operations on one or two of them.
    fn special() -> Vec<Self>;
    /// Whether two results of a rounded calculation, of terms of this size, are as close as a few
    /// roundings allow.
    fn is_close(before: Self, after: Self, size: Self) -> bool;
}

macro_rules! float {
    ($float:ident, $bits:ident, $evaluate:ident) => {
        impl Float for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NAME: &'static str = stringify!($float);
            const BITS: u32 = $bits::BITS;

            fn of(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                $float::from_bits(bits as $bits)
            }

            #[inline(always)]
            fn bits(self) -> u64 {
                self.to_bits().into()
            }

            #[inline(always)]
            fn is_normal(self) -> bool {
                self.abs() >= $float::MIN_POSITIVE && self.abs() <= $float::MAX
            }

            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }

            fn evaluate(operation: FloatOperation, arguments: &[Self]) -> Self {
                operation.$evaluate(arguments).expect("the arity of the operation")
            }

            fn special() -> Vec<Self> {
                let half_range = $float::MAX.log2() as i32 / 2;
                let mut numbers = vec![
                    0.0,
                    // Subnormal: the smallest, the largest; normal: the smallest and its neighbour.
                    $float::from_bits(1),
                    $float::MIN_POSITIVE.next_down(),
                    $float::MIN_POSITIVE,
                    $float::MIN_POSITIVE.next_up(),
                    // Their squares leave the range at either end, or just do not.
                    (2.0 as $float).powi(-half_range - 12),
                    (2.0 as $float).powi(-half_range),
                    (2.0 as $float).powi(half_range),
                    (2.0 as $float).powi(half_range + 1),
                    // What is lost beside 1, wholly or half.
                    $float::EPSILON / 4.0,
                    $float::EPSILON / 2.0,
                    $float::EPSILON,
                    0.1,
                    0.5,
                    (1.0 as $float).next_down(),
                    1.0,
                    (1.0 as $float).next_up(),
                    1.5,
                    2.0,
                    2.5,
                    3.7,
                    // The first integer whose successor is halfway between two floats.
                    2.0 / $float::EPSILON,
                    $float::MAX / 2.0,
                    $float::MAX,
                    $float::INFINITY,
                    $float::NAN,
                ];
                numbers.extend(numbers.clone().iter().map(|number| -number));
                numbers
            }

            #[inline(always)]
            fn is_close(before: Self, after: Self, size: Self) -> bool {
                before == after || (before - after).abs() <= 8.0 * $float::EPSILON * size
            }
        }
    };
}

float!(f32, u32, evaluate_f32);
float!(f64, u64, evaluate_f64);

/// Which holes are truth values.
pub(super) fn truths(rewrite: &Rewrite) -> Vec<bool> {
    let is_hole = |node: &usize, hole| rewrite.nodes[*node] == Node::Argument(hole);
    (0..rewrite.holes)
        .map(|hole| {
            rewrite.nodes.iter().any(|node| match node {
                Node::Operation(Operation::Select, arguments) => is_hole(&arguments[0], hole),
                Node::Operation(Operation::Boolean(_), arguments) => {
                    arguments.iter().any(|node| is_hole(node, hole))
                }
                _ => false,
            })
        })
        .collect()
}

/// Constant holes that the pattern wants negative: they hold the positive number.
pub(super) fn is_negated(rewrite: &Rewrite, hole: usize) -> bool {
    let mut below = vec![rewrite.pattern];
    while let Some(node) = below.pop() {
        let Node::Operation(operation, arguments) = &rewrite.nodes[node] else { continue };
        if *operation == Operation::Float(FloatOperation::Neg)
            && rewrite.nodes[arguments[0]] == Node::Argument(hole)
        {
            return hole >= rewrite.plain;
        }
        below.extend(arguments);
    }
    false
}

/// Evaluates a row on columns of numbers; keeps the memory for the next ones.
pub(super) struct Evaluator<'r, F> {
    rewrite: &'r Rewrite,
    /// By node.
    values: Vec<Vec<F>>,
    /// By node, for rows that round: an upper bound of the terms that make up the value.
    sizes: Vec<Vec<F>>,
    /// For rows that round: nothing overflowed or underflowed.
    harmless: Vec<bool>,
    /// Whether to check the row's opposite in place of the row.
    negated: bool,
}

impl<'r, F: Float> Evaluator<'r, F> {
    pub(super) fn new(rewrite: &'r Rewrite, negated: bool) -> Self {
        let columns = vec![vec![]; rewrite.nodes.len()];
        Self { rewrite, values: columns.clone(), sizes: columns, harmless: vec![], negated }
    }

    /// Checks the claim; a column for each hole, all of one length.
    pub(super) fn check(&mut self, holes: &[Vec<F>]) -> Result<(), String> {
        let rewrite = self.rewrite;
        for (index, node) in rewrite.nodes.iter().enumerate() {
            let (done, rest) = self.values.split_at_mut(index);
            evaluate(node, done, &mut rest[0], holes);
        }
        if rewrite.claim == Claim::Rounding {
            self.bound(holes[0].len());
        }
        let before = &self.values[rewrite.pattern];
        let after = &self.values[rewrite.replacement];
        if !self.negated && rewrite.claim != Claim::Rounding {
            // The common case, as vector code.
            let zero_sign = rewrite.claim == Claim::ZeroSign;
            let mut holds = true;
            for (before, after) in before.iter().zip(after) {
                holds &= is_same(*before, *after) | (zero_sign & (before == after));
            }
            if holds {
                return Ok(());
            }
        }
        let lanes = before.iter().zip(after).enumerate();
        for (lane, (before, after)) in lanes {
            if !self.holds(lane, *before, self.opposite(*after)) {
                let holes: Vec<F> = holes.iter().map(|column| column[lane]).collect();
                let (name, claim) = (rewrite.name, rewrite.claim);
                return Err(format!(
                    "{name} [{claim:?}] on {} at {holes:?}: {before:e} became {after:e}",
                    F::NAME
                ));
            }
        }
        Ok(())
    }

    fn opposite(&self, after: F) -> F {
        if !self.negated {
            return after;
        }
        match self.rewrite.nodes[self.rewrite.pattern] {
            Node::Operation(Operation::Compare(_) | Operation::Boolean(_), _) => {
                truth(after == F::ZERO)
            }
            _ => -after,
        }
    }

    fn holds(&self, lane: usize, before: F, after: F) -> bool {
        let same = is_same(before, after);
        match self.rewrite.claim {
            Claim::Exact => same,
            Claim::ZeroSign => same || before == after,
            Claim::Rounding => {
                let size = |node: usize| self.sizes[node][lane];
                let (pattern, replacement) =
                    (size(self.rewrite.pattern), size(self.rewrite.replacement));
                let size = if pattern > replacement { pattern } else { replacement };
                !self.harmless[lane] || same || F::is_close(before, after, size)
            }
        }
    }

    /// Calculates the sizes of all terms, and where nothing overflows or underflows.
    fn bound(&mut self, lanes: usize) {
        use FloatOperation::*;
        self.harmless.clear();
        self.harmless.resize(lanes, true);
        for (index, node) in self.rewrite.nodes.iter().enumerate() {
            let value = &self.values[index];
            let (done, rest) = self.sizes.split_at_mut(index);
            let size = &mut rest[0];
            size.clear();
            size.extend(value.iter().map(|value| value.abs()));
            let Node::Operation(operation, arguments) = node else {
                for (harmless, value) in self.harmless.iter_mut().zip(value) {
                    *harmless &= value.is_normal() || *value == F::ZERO;
                }
                continue;
            };
            let Operation::Float(operation) = operation else { continue };
            let argument = |position: usize| &self.values[arguments[position]];
            let known = |position: usize| &done[arguments[position]];
            match operation {
                Neg => size.clone_from(known(0)),
                Add | Sub => {
                    for (lane, size) in size.iter_mut().enumerate() {
                        *size = known(0)[lane] + known(1)[lane];
                    }
                }
                Mul => {
                    for (lane, size) in size.iter_mut().enumerate() {
                        *size = known(0)[lane] * known(1)[lane];
                    }
                }
                Div => {
                    for (lane, size) in size.iter_mut().enumerate() {
                        *size = known(0)[lane] / argument(1)[lane].abs();
                    }
                }
                _ => {}
            }
            for (lane, harmless) in self.harmless.iter_mut().enumerate() {
                // A zero is exact if terms cancel or a factor is zero.
                let exact_zero = value[lane] == F::ZERO
                    && (matches!(operation, Add | Sub)
                        || arguments.iter().any(|node| self.values[*node][lane] == F::ZERO));
                *harmless &= value[lane].is_normal() || exact_zero;
            }
        }
    }
}

fn truth<F: Float>(truth: bool) -> F {
    if truth { F::ONE } else { F::ZERO }
}

/// Bit for bit, except that every NaN equals every NaN.
#[inline(always)]
#[allow(clippy::eq_op)] // x != x asks for NaN
fn is_same<F: Float>(a: F, b: F) -> bool {
    (a.bits() == b.bits()) | ((a != a) & (b != b))
}

/// Fills the column of a node, which those before it feed.
fn evaluate<F: Float>(node: &Node, done: &[Vec<F>], result: &mut Vec<F>, holes: &[Vec<F>]) {
    let lanes = holes[0].len();
    match node {
        Node::Argument(hole) => result.clone_from(&holes[*hole]),
        Node::Output => panic!("no row has an output"),
        Node::Number(number) => {
            result.clear();
            result.resize(lanes, F::of(*number));
        }
        Node::Integer(number) => {
            result.clear();
            result.resize(lanes, F::of((*number).into()));
        }
        Node::Operation(operation, arguments) => {
            let mut columns = [&[] as &[F]; 3];
            for (column, argument) in columns.iter_mut().zip(arguments) {
                *column = &done[*argument];
            }
            result.resize(lanes, F::ZERO);
            let columns = &columns[..arguments.len()];
            match operation {
                Operation::Float(operation) => float_operation(*operation, columns, result),
                Operation::Compare(Comparison::Equal) => {
                    binary(columns, result, |a, b| truth(a == b))
                }
                Operation::Compare(Comparison::NotEqual) => {
                    binary(columns, result, |a, b| truth(a != b));
                }
                Operation::Boolean(BooleanOperation::Not) => {
                    unary(columns, result, |a| truth(a == F::ZERO));
                }
                Operation::Boolean(BooleanOperation::And) => {
                    binary(columns, result, |a, b| truth((a == F::ONE) & (b == F::ONE)));
                }
                Operation::Boolean(BooleanOperation::Or) => {
                    binary(columns, result, |a, b| truth((a == F::ONE) | (b == F::ONE)));
                }
                Operation::Select => {
                    let [condition, yes, no] = columns else { panic!("three arguments") };
                    let lanes = condition.iter().zip(*yes).zip(*no);
                    for (result, ((condition, yes), no)) in result.iter_mut().zip(lanes) {
                        *result = if *condition == F::ONE { *yes } else { *no };
                    }
                }
                _ => panic!("no row has {operation:?}: say here what it does"),
            }
        }
    }
}

#[inline(always)]
fn unary<F: Float>(columns: &[&[F]], result: &mut [F], operation: impl Fn(F) -> F) {
    for (result, a) in result.iter_mut().zip(columns[0]) {
        *result = operation(*a);
    }
}

#[inline(always)]
fn binary<F: Float>(columns: &[&[F]], result: &mut [F], operation: impl Fn(F, F) -> F) {
    for (result, (a, b)) in result.iter_mut().zip(columns[0].iter().zip(columns[1])) {
        *result = operation(*a, *b);
    }
}

/// With the loops of those operations written out that rows use most: the others go through the table of
/// operations number by number.
pub(super) fn float_operation<F: Float>(
    operation: FloatOperation,
    columns: &[&[F]],
    result: &mut [F],
) {
    match operation {
        FloatOperation::Neg => unary(columns, result, |a| -a),
        FloatOperation::Abs => unary(columns, result, F::abs),
        FloatOperation::Add => binary(columns, result, |a, b| a + b),
        FloatOperation::Sub => binary(columns, result, |a, b| a - b),
        FloatOperation::Mul => binary(columns, result, |a, b| a * b),
        FloatOperation::Div => binary(columns, result, |a, b| a / b),
        _ => {
            let mut arguments = vec![F::ZERO; columns.len()];
            for (lane, result) in result.iter_mut().enumerate() {
                for (argument, column) in arguments.iter_mut().zip(columns) {
                    *argument = column[lane];
                }
                *result = F::evaluate(operation, &arguments);
            }
        }
    }
}
