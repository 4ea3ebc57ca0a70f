//! The rewrite table row by row, and the pass on hand-written functions.

use super::rewrites::{REWRITES, Rewrite};
use super::*;
use crate::formula::Node;
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice};
use crate::ir::verify::verify;
use crate::ir::{Constant, InstructionKind, Place, Projection, ValueId};
use crate::types::{IntegerType, Type};
use expect_test::{Expect, expect};

// The table.

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

            fn check(rewrite: &Rewrite, holes: &[Datum<$float>], harmless: bool) {
                let before = evaluate(rewrite, rewrite.pattern, holes);
                let after = evaluate(rewrite, rewrite.replacement, holes);
                let (before, after) = match (before, after) {
                    (Datum::Bool(before), Datum::Bool(after)) => {
                        return assert_eq!(before, after, "{} at {holes:?}", rewrite.name);
                    }
                    (Datum::Float(before), Datum::Float(after)) => (before, after),
                    _ => panic!("{}", rewrite.name),
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
                assert!(
                    holds,
                    "{} [{:?}] at {holes:?}: {before:e} became {after:e}",
                    rewrite.name, rewrite.claim
                );
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

            #[test]
            fn rows_keep_their_claims() {
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
                for rewrite in REWRITES.iter() {
                    let truths = truths(rewrite);
                    all(rewrite, &truths, &special, &mut vec![], &mut |holes| {
                        check(rewrite, holes, false);
                    });
                    for _ in 0..40 {
                        let floats = [random(), random()];
                        all(rewrite, &truths, &floats, &mut vec![], &mut |holes| {
                            check(rewrite, holes, true);
                        });
                    }
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

// The pass.

fn check(mut function: Function, expected: Expect) {
    verify(&function).unwrap();
    simplify(&mut function);
    verify(&function).unwrap();
    expected.assert_eq(&function.to_string());
}

/// The function's parameters but for the last `outputs` are the primal's.
fn check_derivative(mut function: Function, outputs: usize, expected: Expect) {
    verify(&function).unwrap();
    let mut primal = Function::empty("primal", Type::Unit);
    primal.parameters = function.parameters[..function.parameters.len() - outputs].to_vec();
    simplify_derivative(&mut function, &primal);
    verify(&function).unwrap();
    expected.assert_eq(&function.to_string());
}

fn add(sketch: &mut Sketch, a: ValueId, b: ValueId) -> ValueId {
    sketch.float_operation(FloatOperation::Add, &[a, b])
}

fn mul(sketch: &mut Sketch, a: ValueId, b: ValueId) -> ValueId {
    sketch.float_operation(FloatOperation::Mul, &[a, b])
}

fn neg(sketch: &mut Sketch, a: ValueId) -> ValueId {
    sketch.float_operation(FloatOperation::Neg, &[a])
}

fn element(root: crate::ir::SlotId, index: ValueId) -> Place {
    Place::root(root).project(Projection::Index { index, proven: false })
}

#[test]
fn equal_operations_are_one_and_signs_meet() {
    let mut s = Sketch::new("f", Type::F64);
    let (x, y) = (s.scalar("x", Type::F64), s.scalar("y", Type::F64));
    let xy = mul(&mut s, x, y);
    let yx = mul(&mut s, y, x);
    let minus = neg(&mut s, yx);
    let minus = neg(&mut s, minus);
    let sum = add(&mut s, xy, minus);
    let unused = s.float_operation(FloatOperation::Exp, &[sum]);
    let _ = neg(&mut s, unused);
    check(
        s.returns_value(sum),
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64) -> f64 {
            %2 = mul %x.0, %y.1
            %6 = add %2, %2
            return %6
        }
    "#]],
    );
}

#[test]
fn exact_code_takes_exact_rewrites_only() {
    let build = |s: &mut Sketch, x: ValueId, y: ValueId, z: ValueId| {
        let (xy, xz) = (mul(s, x, y), mul(s, x, z));
        let sum = add(s, xy, xz);
        let zero = s.float(0.0, &crate::types::FloatType::F64);
        add(s, sum, zero)
    };
    let mut s = Sketch::new("f", Type::F64);
    let [x, y, z] = ["x", "y", "z"].map(|name| s.scalar(name, Type::F64));
    let sum = build(&mut s, x, y, z);
    check(
        s.returns_value(sum),
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64) -> f64 {
            %3 = mul %x.0, %y.1
            %4 = mul %x.0, %z.2
            %5 = add %3, %4
            %6 = 0.0_f64
            %7 = add %5, %6
            return %7
        }
    "#]],
    );

    let mut s = Sketch::new("f", Type::F64);
    let [x, y, z] = ["x", "y", "z"].map(|name| s.scalar(name, Type::F64));
    let gradient = s.slot("x_gradient", mutable(Type::F64));
    let sum = build(&mut s, x, y, z);
    s.store(Place::root(gradient), sum);
    check_derivative(
        s.returns_value(x),
        1,
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64, active %z.2: f64, active @x_gradient: &mut f64) -> f64 {
            %8 = add %y.1, %z.2
            %5 = mul %x.0, %8
            store @x_gradient, %5
            return %x.0
        }
    "#]],
    );
}

#[test]
fn what_decides_a_branch_stays_exact_in_derivative_code() {
    let mut s = Sketch::new("f", Type::F64);
    let [x, y] = ["x", "y"].map(|name| s.scalar(name, Type::F64));
    let gradient = s.slot("x_gradient", mutable(Type::F64));
    let zero = s.float(0.0, &crate::types::FloatType::F64);
    let (xx, xy) = (mul(&mut s, x, x), mul(&mut s, x, y));
    let sum = add(&mut s, xx, xy);
    let positive = s.compare(Comparison::Greater, sum, zero);
    let chosen = s.operation(Operation::Select, &[positive, x, y], Type::F64);
    s.store(Place::root(gradient), chosen);
    check_derivative(
        s.returns_value(x),
        1,
        expect![[r#"
        fn f(active %x.0: f64, active %y.1: f64, active @x_gradient: &mut f64) -> f64 {
            %2 = 0.0_f64
            %3 = mul %x.0, %x.0
            %4 = mul %x.0, %y.1
            %5 = add %3, %4
            %6 = gt %5, %2
            %7 = select %6, %x.0, %y.1
            store @x_gradient, %7
            return %x.0
        }
    "#]],
    );
}

#[test]
fn panics_stay() {
    let mut s = Sketch::new("f", Type::USIZE);
    let n = s.scalar("n", Type::USIZE);
    let x = s.slot("x", shared(slice(Type::F64)));
    let one = s.usize(1);
    let below = s.integer(IntegerOperation::Sub, &[n, one]);
    let again = s.integer(IntegerOperation::Sub, &[n, one]);
    let _unused = s.load(element(x, below), Type::F64);
    let _unused_again = s.load(element(x, again), Type::F64);
    check(
        s.returns_value(n),
        expect![[r#"
        fn f(%n.0: usize, active @x: &[f64]) -> usize {
            %1 = 1_usize
            %2 = isub %n.0, %1
            %4: f64 = load @x[%2]
            return %n.0
        }
    "#]],
    );
}

#[test]
fn loads_see_the_latest_store() {
    let mut s = Sketch::new("f", Type::F64);
    let (x, i) = (s.scalar("x", Type::F64), s.scalar("i", Type::USIZE));
    let a = s.slot("a", mutable(array(Type::F64, 3)));
    let (zero, one) = (s.usize(0), s.usize(1));
    s.store(element(a, zero), x);
    let first = s.load(element(a, zero), Type::F64);
    let second = s.load(element(a, one), Type::F64);
    s.store(element(a, i), first);
    let second_again = s.load(element(a, one), Type::F64);
    let at_i = s.load(element(a, i), Type::F64);
    let sum = add(&mut s, second, second_again);
    let sum = add(&mut s, sum, at_i);
    check(
        s.returns_value(sum),
        expect![[r#"
        fn f(active %x.0: f64, %i.1: usize, active @a: &mut [f64; 3]) -> f64 {
            %2 = 0_usize
            %3 = 1_usize
            store @a[%2]!, %x.0
            %5: f64 = load @a[%3]!
            store @a[%i.1], %x.0
            %6: f64 = load @a[%3]!
            %8 = add %5, %6
            %9 = add %8, %x.0
            return %9
        }
    "#]],
    );
}

#[test]
fn a_loop_changes_what_its_body_writes() {
    let mut s = Sketch::new("f", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 2)));
    let x = s.slot("x", mutable(slice(Type::F64)));
    let zero = s.usize(0);
    let before = s.load(element(x, zero), Type::F64);
    let w0 = s.load(element(w, zero), Type::F64);
    let start = s.float(0.0, &crate::types::FloatType::F64);
    let length = s.length(Place::root(x));
    let sums = s.count(zero, length, vec![start, before], |s, i, carried| {
        let w0_again = s.load(element(w, zero), Type::F64);
        let square = mul(s, w0_again, w0);
        let old = s.load(element(x, zero), Type::F64);
        s.store(element(x, i), square);
        let sum = add(s, carried[0], old);
        vec![sum, carried[1]]
    });
    let after = s.load(element(x, zero), Type::F64);
    let sum = add(&mut s, sums[0], sums[1]);
    let sum = add(&mut s, sum, after);
    check(
        s.returns_value(sum),
        expect![[r#"
        fn f(active @w: &[f64; 2], active @x: &mut [f64]) -> f64 {
            %0 = 0_usize
            %1: f64 = load @x[%0]
            %2: f64 = load @w[%0]!
            %3 = 0.0_f64
            %4 = length @x
            %9 = mul %2, %2
            %12 = for %i.5: usize in %0..%4 (%6: f64 = %3) {
                %10: f64 = load @x[%0]
                store @x[%i.5], %9
                %11 = add %6, %10
                yield %11
            }
            %14: f64 = load @x[%0]
            %15 = add %12, %1
            %16 = add %15, %14
            return %16
        }
    "#]],
    );
}

#[test]
fn carried_values_that_only_feed_themselves_go() {
    let mut s = Sketch::new("f", Type::F64);
    let x = s.scalar("x", Type::F64);
    let n = s.scalar("n", Type::USIZE);
    let zero = s.usize(0);
    let sums = s.count(zero, n, vec![x, x], |s, _, carried| {
        let doubled = add(s, carried[0], carried[0]);
        let squared = mul(s, carried[1], carried[1]);
        vec![doubled, squared]
    });
    check(
        s.returns_value(sums[0]),
        expect![[r#"
        fn f(active %x.0: f64, %n.1: usize) -> f64 {
            %2 = 0_usize
            %8 = for %i.3: usize in %2..%n.1 (%4: f64 = %x.0) {
                %6 = add %4, %4
                yield %6
            }
            return %8
        }
    "#]],
    );
}

#[test]
fn known_branches_are_taken_and_equal_results_are_one() {
    let mut s = Sketch::new("f", Type::F64);
    let x = s.scalar("x", Type::F64);
    let c = s.scalar("c", Type::Bool);
    let yes = s.constant(Constant::Bool(true));
    let taken = s.branch(yes, &[Type::F64], |s| vec![neg(s, x)], |_| vec![x]);
    let results = s.branch(
        c,
        &[Type::F64, Type::F64, Type::F64, Type::Bool],
        |s| {
            let y = mul(s, x, x);
            let truth = s.constant(Constant::Bool(true));
            vec![y, y, x, truth]
        },
        |s| {
            let truth = s.constant(Constant::Bool(false));
            vec![x, x, x, truth]
        },
    );
    let chosen = s.operation(Operation::Select, &[results[3], results[0], taken[0]], Type::F64);
    let sum = add(&mut s, results[1], results[2]);
    let sum = add(&mut s, sum, chosen);
    check(
        s.returns_value(sum),
        expect![[r#"
        fn f(active %x.0: f64, %c.1: bool) -> f64 {
            %3 = neg %x.0
            %8: f64 = if %c.1 {
                %5 = mul %x.0, %x.0
                yield %5
            } else {
                yield %x.0
            }
            %12 = select %c.1, %8, %3
            %13 = add %8, %x.0
            %14 = add %13, %12
            return %14
        }
    "#]],
    );
}

#[test]
fn a_gradient_gathered_in_a_local_becomes_plain_values() {
    let mut s = Sketch::new("f", Type::F64);
    let x = s.scalar("x", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 2)));
    let gradient = s.slot("w_gradient", mutable(array(Type::F64, 2)));
    let (zero, one) = (s.usize(0), s.usize(1));
    let (w0, w1) = (s.load(element(w, zero), Type::F64), s.load(element(w, one), Type::F64));
    let y = mul(&mut s, w0, w1);
    let nothing = s.float(0.0, &crate::types::FloatType::F64);
    let zeros = Aggregate::ArrayRepeat(
        Box::new(Aggregate::Value(nothing)),
        crate::types::Length::Literal(2),
    );
    let adjoint = s.define(array(Type::F64, 2), "w_adjoint".into(), zeros);
    for (index, value) in [(zero, w1), (one, w0), (one, x)] {
        let contribution = mul(&mut s, x, value);
        s.push(InstructionKind::AddTo(element(adjoint, index), contribution), vec![]);
    }
    let content = Aggregate::Place(Place::root(adjoint), crate::ir::Transfer::Copy);
    s.push(InstructionKind::Assign(Place::root(gradient), content), vec![]);
    check_derivative(
        s.returns_value(y),
        1,
        expect![[r#"
        fn f(active %x.0: f64, active @w: &[f64; 2], active @w_gradient: &mut [f64; 2]) -> f64 {
            %1 = 0_usize
            %2 = 1_usize
            %3: f64 = load @w[%1]!
            %4: f64 = load @w[%2]!
            %5 = mul %3, %4
            %7 = mul %x.0, %4
            %13 = add %3, %x.0
            %12 = mul %x.0, %13
            assign @w_gradient = [%7, %12]
            return %5
        }
    "#]],
    );
}

#[test]
fn powers_with_constant_exponents_fold() {
    let mut s = Sketch::new("f", Type::F64);
    let x = s.scalar("x", Type::F64);
    let gradient = s.slot("x_gradient", mutable(Type::F64));
    let two = s.constant(Constant::Integer(2, IntegerType::I32));
    let y = s.float_operation(FloatOperation::Powi, &[x, two]);
    let one = s.float(1.0, &crate::types::FloatType::F64);
    let powi = Operation::Float(FloatOperation::Powi);
    let slope =
        crate::derivatives::vjp(powi, &[x, two], y, one, &[true, false], &mut s)[0].unwrap();
    let half = s.float(1.5, &crate::types::FloatType::F64);
    let z = s.float_operation(FloatOperation::Powf, &[x, half]);
    let powf = Operation::Float(FloatOperation::Powf);
    let other =
        crate::derivatives::vjp(powf, &[x, half], z, slope, &[true, false], &mut s)[0].unwrap();
    s.store(Place::root(gradient), other);
    check_derivative(
        s.returns_value(y),
        1,
        expect![[r#"
            fn f(active %x.0: f64, active @x_gradient: &mut f64) -> f64 {
                %1 = 2_i32
                %2 = powi %x.0, %1
                %20 = 0.5_f64
                %22 = powf %x.0, %20
                %27 = 3.0_f64
                %28 = mul %x.0, %22
                %24 = mul %27, %28
                store @x_gradient, %24
                return %2
            }
        "#]],
    );
}

// The pass on random programs.

mod random {
    use super::*;
    use crate::activity::Activity;
    use crate::diagnostics::Diagnostics;
    use crate::interpret::{Datum, Interpreter, Outcome, Real, Trap};
    use crate::random::{Style, program};
    use crate::{reverse, schedule};
    use proptest::prelude::*;

    fn choices() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(any::<u32>(), 0..400)
    }

    fn run(function: &Function, arguments: &[Datum<Real>]) -> Result<Outcome<Real>, Trap> {
        verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
        Interpreter::new().step_limit(1_000_000).run(function, arguments.to_vec())
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())) || a.is_nan() || !a.is_finite()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn values_and_panics_stay_bit_for_bit(choices in choices()) {
            let program = program(Style::WILD, &choices);
            let before = run(&program.function, &program.arguments);
            prop_assume!(!matches!(before, Err(Trap::StepLimit)));
            let mut simplified = program.function.clone();
            simplify(&mut simplified);
            let after = run(&simplified, &program.arguments);
            match (before, after) {
                (Ok(before), Ok(after)) => {
                    prop_assert_eq!(before.result, after.result, "{}\n{}", program.function, simplified);
                    prop_assert_eq!(before.parameters, after.parameters);
                    prop_assert!(after.steps <= before.steps + 50);
                }
                (before, after) => prop_assert_eq!(before.err(), after.err()),
            }
            let once = simplified.to_string();
            simplify(&mut simplified);
            prop_assert_eq!(once, simplified.to_string(), "not a fixpoint");
        }

        #[test]
        fn gradients_stay_and_values_stay_bit_for_bit(choices in choices()) {
            for style in [Style::TAME, Style::REDUCTIONS] {
                let program = program(style, &choices);
                let mut primal = program.function.clone();
                simplify(&mut primal);
                let activity = Activity::of(&primal);
                let mut diagnostics = Diagnostics::new();
                reverse::support::check(&primal, &activity, &mut diagnostics);
                if !diagnostics.is_empty() {
                    continue;
                }
                let gradient = schedule::schedule(reverse::reverse(&primal, &activity));
                if verify(&gradient).is_err() {
                    continue; // a matter of the passes before
                }
                let mut simplified = gradient.clone();
                simplify_derivative(&mut simplified, &primal);
                let mut arguments = program.arguments.clone();
                for (parameter, argument) in primal.parameters.iter().zip(&program.arguments) {
                    if parameter.active {
                        arguments.push(argument.zeros_like());
                    }
                }
                let before = run(&gradient, &arguments);
                let after = run(&simplified, &arguments);
                let (before, after) = match (before, after) {
                    (Ok(before), Ok(after)) => (before, after),
                    (before, after) => {
                        prop_assert_eq!(before.err(), after.err(), "{}\n{}", gradient, simplified);
                        continue;
                    }
                };
                prop_assert_eq!(&before.result, &after.result);
                for (position, (before, after)) in
                    before.parameters.iter().zip(&after.parameters).enumerate()
                {
                    if position < primal.parameters.len() {
                        prop_assert_eq!(before, after);
                        continue;
                    }
                    for (a, b) in before.floats().iter().zip(after.floats()) {
                        let (a, b) = (a.to_f64(), b.to_f64());
                        prop_assert!(close(a, b), "{a:e} {b:e}\n{gradient}\n{simplified}");
                    }
                }
            }
        }
    }
}
