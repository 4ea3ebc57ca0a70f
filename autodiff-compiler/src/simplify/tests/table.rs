//! The rewrite table, row by row: every claim in all combinations of special values and on random
//! ones, and that a changed row breaks its claim.

use super::claims::{Evaluator, Float, float_operation, is_negated, truths};
use crate::formula::Node;
use crate::ir::operations::FloatOperation;
use crate::simplify::rewrites::{REWRITES, Rewrite};

/// So many numbers are checked at a time.
const LANES: usize = 1024;

/// Rows with so many holes for numbers see half of the special values here; all of them in
/// `cargo xtask rewrites`.
const MANY_HOLES: usize = 4;

/// Checks all combinations of some numbers in the holes of a row, and of both truth values.
pub(super) fn check_all<F: Float>(
    rewrite: &Rewrite,
    numbers: &[F],
    negated: bool,
) -> Result<(), String> {
    let truths = truths(rewrite);
    let choices: Vec<Vec<F>> = (0..rewrite.holes)
        .map(|hole| match truths[hole] {
            true => vec![F::ZERO, F::ONE],
            false if is_negated(rewrite, hole) => {
                numbers.iter().copied().filter(|number| *number > F::ZERO).collect()
            }
            false => numbers.to_vec(),
        })
        .collect();
    let mut evaluator = Evaluator::new(rewrite, negated);
    let mut columns = vec![Vec::with_capacity(LANES); rewrite.holes];
    let combinations: usize = choices.iter().map(Vec::len).product();
    for combination in 0..combinations {
        let mut rest = combination;
        for (column, choices) in columns.iter_mut().zip(&choices) {
            column.push(choices[rest % choices.len()]);
            rest /= choices.len();
        }
        if columns[0].len() == LANES || combination + 1 == combinations {
            evaluator.check(&columns)?;
            columns.iter_mut().for_each(Vec::clear);
        }
    }
    Ok(())
}

/// Checks a row on special values and on random ones.
fn run<F: Float>(rewrite: &Rewrite, negated: bool) -> Result<(), String> {
    let mut special = F::special();
    let numbers = truths(rewrite).iter().filter(|truth| !**truth).count();
    if numbers >= MANY_HOLES {
        // Every other one with a plus, the rest with a minus.
        let (plus, minus) = special.split_at(special.len() / 2);
        let minus = minus.iter().skip(1).step_by(2);
        special = plus.iter().step_by(2).chain(minus).copied().collect();
    }
    check_all(rewrite, &special, negated)?;
    let mut state = 7u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state
    };
    for _ in 0..40 {
        let mut tame = || F::of(8.0 * ((random() >> 11) as f64 / (1u64 << 53) as f64 - 0.5));
        check_all(rewrite, &[tame(), tame()], negated)?;
        // The upper bits of the state are the good ones.
        let wild =
            [F::from_bits(random() >> (64 - F::BITS)), F::from_bits(random() >> (64 - F::BITS))];
        check_all(rewrite, &wild, negated)?;
    }
    Ok(())
}

fn rows_keep_their_claims<F: Float>() {
    for rewrite in REWRITES.iter() {
        run::<F>(rewrite, false).unwrap();
    }
}

fn a_changed_row_breaks_its_claim<F: Float>() {
    for rewrite in REWRITES.iter() {
        assert!(run::<F>(rewrite, true).is_err(), "{}: nothing noticed", rewrite.name);
    }
}

#[test]
fn rows_keep_their_claims_in_double_precision() {
    rows_keep_their_claims::<f64>();
}

#[test]
fn rows_keep_their_claims_in_single_precision() {
    rows_keep_their_claims::<f32>();
}

#[test]
fn a_changed_row_breaks_its_claim_in_double_precision() {
    a_changed_row_breaks_its_claim::<f64>();
}

#[test]
fn a_changed_row_breaks_its_claim_in_single_precision() {
    a_changed_row_breaks_its_claim::<f32>();
}

#[test]
fn loops_that_are_written_out_are_those_of_the_operations() {
    let special = f64::special();
    use FloatOperation::*;
    for operation in &[Neg, Abs, Add, Sub, Mul, Div] {
        for a in &special {
            let mut result = vec![0.0; special.len()];
            let columns = [&vec![*a; special.len()][..], &special];
            float_operation(*operation, &columns[2 - operation.arity()..], &mut result);
            for (b, result) in special.iter().zip(result) {
                let arguments = [*a, *b];
                let expected = f64::evaluate(*operation, &arguments[2 - operation.arity()..]);
                let same =
                    result.to_bits() == expected.to_bits() || result.is_nan() && expected.is_nan();
                assert!(same, "{operation:?} of {arguments:?} is {expected:e}, not {result:e}");
            }
        }
    }
}

/// A side of a row as text, in which any two that match the same have the same.
fn text(rewrite: &Rewrite, node: usize) -> String {
    match &rewrite.nodes[node] {
        Node::Argument(hole) if *hole >= rewrite.plain => format!("constant {hole}"),
        Node::Argument(hole) => format!("hole {hole}"),
        Node::Operation(operation, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|node| text(rewrite, *node)).collect();
            format!("{operation:?}({})", arguments.join(", "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn every_row_changes_something_of_its_own() {
    let patterns: Vec<_> = REWRITES.iter().map(|rewrite| text(rewrite, rewrite.pattern)).collect();
    for (index, rewrite) in REWRITES.iter().enumerate() {
        let (name, pattern) = (rewrite.name, &patterns[index]);
        assert_ne!(*pattern, text(rewrite, rewrite.replacement), "{name} changes nothing");
        let other = patterns[..index].iter().position(|other| other == pattern);
        assert_eq!(other.map(|other| REWRITES[other].name), None, "{name} is there already");
    }
}

#[test]
fn rows_are_well_formed() {
    for (index, rewrite) in REWRITES.iter().enumerate() {
        assert!(
            REWRITES[..index].iter().all(|other| other.name != rewrite.name),
            "{}: two rows of this name",
            rewrite.name
        );
        let mut reached = vec![false; rewrite.nodes.len()];
        let mut open = vec![rewrite.pattern];
        while let Some(node) = open.pop() {
            reached[node] = true;
            if let Node::Operation(_, arguments) = &rewrite.nodes[node] {
                open.extend(arguments);
            }
        }
        for (node, reached) in rewrite.nodes.iter().zip(reached) {
            assert!(
                reached || !matches!(node, Node::Argument(_)),
                "{}: a hole that the pattern does not bind",
                rewrite.name
            );
        }
        assert!(
            matches!(rewrite.nodes[rewrite.pattern], Node::Operation(..)),
            "{}: a pattern is an operation",
            rewrite.name
        );
    }
}
