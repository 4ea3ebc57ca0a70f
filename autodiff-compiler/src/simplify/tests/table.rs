//! The rewrite table, row by row: every claim on special and on random values, and that a changed row
//! breaks its claim.

use crate::formula::Node;
use crate::ir::operations::{BooleanOperation, Comparison, FloatOperation, Operation};
use crate::simplify::Claim;
use crate::simplify::rewrites::{REWRITES, Rewrite};

#[derive(Clone, Copy, Debug)]
enum Datum<F> {
    Float(F),
    Integer(i32),
    Bool(bool),
}

macro_rules! table_tests {
    ($module:ident, $float:ident, $evaluate:ident, $tiny:expr) => {
        mod $module {
            use super::*;

            fn evaluate(rewrite: &Rewrite, node: usize, holes: &[Datum<$float>]) -> Datum<$float> {
                let float = |datum: &Datum<$float>| match datum {
                    Datum::Float(value) => *value,
                    Datum::Integer(value) => *value as $float,
                    Datum::Bool(_) => panic!("{}: a truth value", rewrite.name),
                };
                let truth = |datum: &Datum<$float>| match datum {
                    Datum::Bool(value) => *value,
                    _ => panic!("{}: a number", rewrite.name),
                };
                match &rewrite.nodes[node] {
                    Node::Argument(hole) => holes[*hole],
                    Node::Output => panic!("{}: no output here", rewrite.name),
                    Node::Number(number) => Datum::Float(*number as $float),
                    Node::Integer(number) => Datum::Integer(*number),
                    Node::Operation(operation, arguments) => {
                        let arguments: Vec<_> = arguments
                            .iter()
                            .map(|argument| evaluate(rewrite, *argument, holes))
                            .collect();
                        match operation {
                            Operation::Float(operation) => {
                                let arguments: Vec<_> = arguments.iter().map(float).collect();
                                Datum::Float(operation.$evaluate(&arguments).unwrap())
                            }
                            Operation::Compare(comparison) => {
                                let (a, b) = (float(&arguments[0]), float(&arguments[1]));
                                Datum::Bool(match comparison {
                                    Comparison::Equal => a == b,
                                    Comparison::NotEqual => a != b,
                                    _ => panic!("{comparison:?}"),
                                })
                            }
                            Operation::Boolean(operation) => {
                                let truths: Vec<_> = arguments.iter().map(truth).collect();
                                Datum::Bool(match operation {
                                    BooleanOperation::Not => !truths[0],
                                    BooleanOperation::And => truths[0] & truths[1],
                                    BooleanOperation::Or => truths[0] | truths[1],
                                    BooleanOperation::Xor => truths[0] ^ truths[1],
                                })
                            }
                            Operation::Select => {
                                arguments[if truth(&arguments[0]) { 1 } else { 2 }]
                            }
                            _ => panic!("{operation:?}"),
                        }
                    }
                }
            }

            /// Which holes are truth values.
            fn truths(rewrite: &Rewrite) -> Vec<bool> {
                (0..rewrite.holes)
                    .map(|hole| {
                        let root = rewrite.nodes[rewrite.replacement] == Node::Argument(hole)
                            && rewrite.name.starts_with("not-not");
                        let root = root && rewrite.plain == 1;
                        root || rewrite.nodes.iter().any(|node| match node {
                            Node::Operation(Operation::Select, arguments) => {
                                rewrite.nodes[arguments[0]] == Node::Argument(hole)
                            }
                            Node::Operation(Operation::Boolean(_), arguments) => arguments
                                .iter()
                                .any(|node| rewrite.nodes[*node] == Node::Argument(hole)),
                            _ => false,
                        })
                    })
                    .collect()
            }

            /// Constant holes that the pattern wants negative: they hold the positive number.
            fn is_negated(rewrite: &Rewrite, hole: usize) -> bool {
                fn below(rewrite: &Rewrite, node: usize) -> Vec<usize> {
                    match &rewrite.nodes[node] {
                        Node::Operation(_, arguments) => std::iter::once(node)
                            .chain(arguments.iter().flat_map(|node| below(rewrite, *node)))
                            .collect(),
                        _ => vec![node],
                    }
                }
                hole >= rewrite.plain
                    && below(rewrite, rewrite.pattern).into_iter().any(|node| {
                        matches!(&rewrite.nodes[node],
                            Node::Operation(Operation::Float(FloatOperation::Neg), arguments)
                                if rewrite.nodes[arguments[0]] == Node::Argument(hole))
                    })
            }

            /// Whether the row's claim holds; `negated`: whether that of a changed row does.
            fn holds(
                rewrite: &Rewrite,
                holes: &[Datum<$float>],
                harmless: bool,
                negated: bool,
            ) -> Result<(), String> {
                let before = evaluate(rewrite, rewrite.pattern, holes);
                let after = evaluate(rewrite, rewrite.replacement, holes);
                let (before, after) = match (before, after) {
                    (Datum::Bool(before), Datum::Bool(after)) if before == (after ^ negated) => {
                        return Ok(());
                    }
                    (Datum::Float(before), Datum::Float(after)) => {
                        (before, if negated { -after } else { after })
                    }
                    _ => return Err(format!("{} at {holes:?}", rewrite.name)),
                };
                let same = before.to_bits() == after.to_bits() || (before.is_nan() && after.is_nan());
                let holds = match rewrite.claim {
                    Claim::Exact => same,
                    Claim::ZeroSign => same || before == after,
                    Claim::Rounding => {
                        let scale = holes.iter().fold(1.0, |scale: $float, hole| match hole {
                            Datum::Float(value) => scale.max(value.abs()),
                            _ => scale,
                        });
                        !harmless
                            || same
                            || (before - after).abs()
                                <= 16.0 * $float::EPSILON * (scale * scale + before.abs())
                    }
                };
                holds.then_some(()).ok_or_else(|| {
                    let (name, claim) = (rewrite.name, rewrite.claim);
                    format!("{name} [{claim:?}] at {holes:?}: {before:e} became {after:e}")
                })
            }

            fn all(
                rewrite: &Rewrite,
                truths: &[bool],
                floats: &[$float],
                holes: &mut Vec<Datum<$float>>,
                visit: &mut dyn FnMut(&[Datum<$float>]),
            ) {
                if holes.len() == rewrite.holes {
                    return visit(holes);
                }
                let hole = holes.len();
                if truths[hole] {
                    for truth in [false, true] {
                        holes.push(Datum::Bool(truth));
                        all(rewrite, truths, floats, holes, visit);
                        holes.pop();
                    }
                    return;
                }
                for value in floats {
                    if hole >= rewrite.plain
                        && (!value.is_finite()
                            || (is_negated(rewrite, hole) && *value <= 0.0))
                    {
                        continue;
                    }
                    holes.push(Datum::Float(*value));
                    all(rewrite, truths, floats, holes, visit);
                    holes.pop();
                }
            }

            /// Runs a row on special values and on harmless random ones.
            fn run(rewrite: &Rewrite, negated: bool) -> Result<(), String> {
                let special: Vec<$float> = [
                    0.0,
                    1.0,
                    2.0,
                    0.1,
                    3.7,
                    $float::INFINITY,
                    $float::MAX,
                    $float::MIN_POSITIVE,
                    $tiny,
                    1e30,
                ]
                .into_iter()
                .flat_map(|value| [value, -value])
                .chain([$float::NAN])
                .collect();
                let mut state = 7u64;
                let mut random = || {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let unit = (state >> 11) as f64 / (1u64 << 53) as f64;
                    (8.0 * (unit - 0.5)) as $float
                };
                let truths = truths(rewrite);
                let mut outcome = Ok(());
                let mut check = |floats: &[$float], harmless: bool| {
                    all(rewrite, &truths, floats, &mut vec![], &mut |holes| {
                        if outcome.is_ok() {
                            outcome = holds(rewrite, holes, harmless, negated);
                        }
                    });
                };
                check(&special, false);
                for _ in 0..40 {
                    check(&[random(), random()], true);
                }
                outcome
            }

            #[test]
            fn rows_keep_their_claims() {
                REWRITES.iter().for_each(|rewrite| run(rewrite, false).unwrap());
            }

            #[test]
            fn a_changed_row_breaks_its_claim() {
                for rewrite in REWRITES.iter() {
                    assert!(run(rewrite, true).is_err(), "{}: nothing noticed", rewrite.name);
                }
            }
        }
    };
}

table_tests!(double, f64, evaluate_f64, 5e-324);
table_tests!(single, f32, evaluate_f32, 1e-45);

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
