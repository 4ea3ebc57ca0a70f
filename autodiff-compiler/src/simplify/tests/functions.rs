//! The pass on hand-written functions.

use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice};
use crate::ir::verify::verify;
use crate::ir::{Aggregate, Constant, Function, InstructionKind, Place, Projection, ValueId};
use crate::simplify::{simplify, simplify_derivative};
use crate::types::{IntegerType, Type};
use expect_test::{Expect, expect};

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
fn what_is_added_or_subtracted_is_taken_back() {
    use FloatOperation::{Add, Sub};
    let mut s = Sketch::new("f", Type::F64);
    let [x, y] = ["x", "y"].map(|name| s.scalar(name, Type::F64));
    for (name, first, second, other) in [("a", Add, Sub, x), ("b", Sub, Sub, x), ("c", Sub, Add, y)]
    {
        let gradient = s.slot(name, mutable(Type::F64));
        let partial = s.float_operation(first, &[x, y]);
        let whole = s.float_operation(second, &[partial, other]);
        s.store(Place::root(gradient), whole);
    }
    check_derivative(
        s.returns_value(x),
        3,
        expect![[r#"
            fn f(active %x.0: f64, active %y.1: f64, active @a: &mut f64, active @b: &mut f64, active @c: &mut f64) -> f64 {
                store @a, %y.1
                %5 = neg %y.1
                store @b, %5
                store @c, %x.0
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
                    store @x[%i.5]!, %9
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
                %16 = 0.5_f64
                %17 = powf %x.0, %16
                %30 = 3.0_f64
                %31 = mul %x.0, %17
                %19 = mul %30, %31
                store @x_gradient, %19
                return %2
            }
        "#]],
    );
}
