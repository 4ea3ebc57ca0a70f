//! The reverse sweep of each construct, against references and exact arithmetic.

use crate::activity::Activity;
use crate::interpret::{Datum, Real};
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation as F, IntegerOperation as I,
};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice, vector};
use crate::ir::*;
use crate::types::{FloatType, Type};
use crate::verification::exact::{Exactness, check_exactly};
use crate::verification::{self, Program, Settings, Verdict};

/// The gradient of `function` at the arguments after every pass, in floats and exactly.
#[track_caller]
fn check(function: &Function, arguments: &[Datum<Real>]) {
    let program = Program::new(function.clone(), arguments.to_vec());
    for simplified in [false, true] {
        let settings = Settings { tolerance: 1e-12, simplified, ..Settings::default() };
        match verification::check(&program, &settings) {
            Ok(verdict) => assert_eq!(verdict, Verdict::Agrees, "{function}"),
            Err(failure) => panic!("{failure}"),
        }
        let exactly = check_exactly(&program, &settings);
        assert_eq!(exactly.expect("it is checked already"), Exactness::Agrees, "{function}");
    }
}

fn floats(values: &[f64]) -> Datum<Real> {
    Datum::from(values)
}

#[test]
fn straight_code() {
    let mut f = Sketch::new("f", Type::F64);
    let (x, y) = (f.scalar("x", Type::F64), f.scalar("y", Type::F64));
    let product = f.float_operation(F::Mul, &[x, y]);
    let sine = f.float_operation(F::Sin, &[product]);
    let quotient = f.float_operation(F::Div, &[sine, y]);
    let sum = f.float_operation(F::Add, &[quotient, x]);
    check(&f.returns_value(sum), &[1.3.into(), 0.7.into()]);
}

#[test]
fn a_value_that_does_not_depend_on_a_parameter() {
    let mut f = Sketch::new("f", Type::F64);
    let (_, y) = (f.scalar("x", Type::F64), f.scalar("y", Type::F64));
    let floor = f.float_operation(F::Floor, &[y]);
    check(&f.returns_value(floor), &[1.3.into(), 0.7.into()]);
}

/// `if x < y { z = sin(x) * y; z * z } else { x }`, both ways.
#[test]
fn branches_use_what_was_computed_inside() {
    let mut f = Sketch::new("f", Type::F64);
    let (x, y) = (f.scalar("x", Type::F64), f.scalar("y", Type::F64));
    let condition = f.compare(Comparison::Less, x, y);
    let result = f.branch(
        condition,
        &[Type::F64],
        |f| {
            let sine = f.float_operation(F::Sin, &[x]);
            let z = f.float_operation(F::Mul, &[sine, y]);
            let inner = f.compare(Comparison::Greater, z, x);
            let w = f.branch(
                inner,
                &[Type::F64],
                |f| vec![f.float_operation(F::Exp, &[z])],
                |f| {
                    let cosine = f.float_operation(F::Cos, &[z]);
                    vec![f.float_operation(F::Mul, &[cosine, cosine])]
                },
            );
            vec![f.float_operation(F::Mul, &[w[0], z])]
        },
        |_| vec![x],
    );
    let function = f.returns_value(result[0]);
    for (x, y) in [(0.5, 0.9), (0.5, 3.0), (0.9, 0.5)] {
        check(&function, &[x.into(), y.into()]);
    }
}

/// `sum of (w[0] * x[i] + w[1] - x[i]^2)^2`, divided by n if `mean`, then the root if `root`.
fn squares(mean: bool, root: bool) -> Function {
    let mut f = Sketch::new("f", Type::F64);
    let w = Place::root(f.slot("w", shared(array(Type::F64, 2))));
    let x = Place::root(f.slot("x", shared(slice(Type::F64))));
    let (zero, one) = (f.usize(0), f.usize(1));
    let end = f.length(x.clone());
    let start = f.float(0.0, &FloatType::F64);
    let sum = f.count(zero, end, vec![start], |f, i, carried| {
        let slope = f.load(w.at(zero), Type::F64);
        let offset = f.load(w.at(one), Type::F64);
        let value = f.load(x.at(i), Type::F64);
        let line = f.float_operation(F::Mul, &[slope, value]);
        let line = f.float_operation(F::Add, &[line, offset]);
        let square = f.float_operation(F::Mul, &[value, value]);
        let residual = f.float_operation(F::Sub, &[line, square]);
        let term = f.float_operation(F::Mul, &[residual, residual]);
        vec![f.float_operation(F::Add, &[carried[0], term])]
    })[0];
    let mut result = sum;
    if mean {
        let count = f.operation(operations::Operation::Cast, &[end], Type::F64);
        result = f.float_operation(F::Div, &[result, count]);
    }
    if root {
        result = f.float_operation(F::Sqrt, &[result]);
    }
    f.returns_value(result)
}

#[test]
fn sums_over_independent_iterations() {
    for (mean, root) in [(false, false), (true, false), (true, true)] {
        let function = squares(mean, root);
        check(&function, &[floats(&[0.3, -0.2]), floats(&[1.0, 2.0, -0.5, 0.25])]);
    }
    check(&squares(false, false), &[floats(&[0.3, -0.2]), floats(&[])]);
}

#[test]
fn a_known_cotangent_fuses_the_loops_and_an_unknown_one_does_not() {
    let loops = |function: &Function| {
        let reversed = super::reverse(function, &Activity::of(function));
        let scheduled = crate::schedule::schedule(reversed);
        let mut count = 0;
        scheduled.body.for_each_instruction(&mut |instruction| {
            count += usize::from(matches!(instruction.kind, InstructionKind::For(_)));
        });
        count
    };
    assert_eq!(loops(&squares(false, false)), 1);
    assert_eq!(loops(&squares(true, false)), 1);
    assert_eq!(loops(&squares(true, true)), 2);
}

/// `s = s * sin(x[i]) + s`, carried: recorded and run backwards.
#[test]
fn carried_values_are_recorded() {
    for (reversed, step) in [(false, None), (true, None), (false, Some(2)), (true, Some(3))] {
        let mut f = Sketch::new("f", Type::F64);
        let start = f.scalar("start", Type::F64);
        let x = Place::root(f.slot("x", shared(slice(Type::F64))));
        let zero = f.usize(0);
        let end = f.length(x.clone());
        let step = step.map(|step| f.usize(step));
        let change = |counted: &mut For| {
            counted.reversed = reversed;
            counted.step = step;
        };
        let result = f.count_with(zero, end, vec![start, start], change, |f, i, carried| {
            let value = f.load(x.at(i), Type::F64);
            let sine = f.float_operation(F::Sin, &[value]);
            let product = f.float_operation(F::Mul, &[carried[0], sine]);
            let next = f.float_operation(F::Add, &[product, carried[1]]);
            vec![next, carried[0]]
        });
        let result = f.float_operation(F::Mul, &[result[0], result[1]]);
        let function = f.returns_value(result);
        check(&function, &[0.8.into(), floats(&[1.0, 2.0, -0.5, 0.25])]);
        check(&function, &[0.8.into(), floats(&[])]);
    }
}

/// `loop { if s > 10 { break } s = s * x; n += 1 }`: the trip count is found forward.
#[test]
fn uncounted_loops_are_counted() {
    let mut f = Sketch::new("f", Type::F64);
    let (start, x) = (f.scalar("start", Type::F64), f.scalar("x", Type::F64));
    let code = f.exit_code(0);
    let limit = f.float(10.0, &FloatType::F64);
    let result = f.repeat(vec![code, start], |f, carried| {
        let stop = f.compare(Comparison::Greater, carried[1], limit);
        f.branch(
            stop,
            &[Type::EXIT_CODE, Type::F64],
            |f| vec![f.exit_code(1), carried[1]],
            |f| {
                let sine = f.float_operation(F::Sin, &[carried[1]]);
                let product = f.float_operation(F::Mul, &[carried[1], x]);
                vec![f.exit_code(0), f.float_operation(F::Add, &[product, sine])]
            },
        )
    });
    let function = f.returns_value(result[1]);
    check(&function, &[0.8.into(), 1.5.into()]);
    check(&function, &[20.0.into(), 1.5.into()]);
}

/// A `for` that ends early, with integer state that decides what is read.
#[test]
fn early_exits_and_passive_state() {
    let mut f = Sketch::new("f", Type::F64);
    let x = Place::root(f.slot("x", shared(slice(Type::F64))));
    let (zero, one) = (f.usize(0), f.usize(1));
    let end = f.length(x.clone());
    let code = f.exit_code(0);
    let start = f.float(1.0, &FloatType::F64);
    let limit = f.float(3.0, &FloatType::F64);
    let change = |counted: &mut For| counted.exits = true;
    let result = f.count_with(zero, end, vec![code, start, zero], change, |f, i, carried| {
        let left = f.load(x.at(i), Type::F64);
        let right = f.load(x.at(carried[2]), Type::F64);
        let product = f.float_operation(F::Mul, &[left, right]);
        let sum = f.float_operation(F::Mul, &[carried[1], product]);
        let large = f.compare(Comparison::Greater, sum, limit);
        let not = f.boolean(BooleanOperation::Not, &[large]);
        let code =
            f.branch(not, &[Type::EXIT_CODE], |f| vec![f.exit_code(0)], |f| vec![f.exit_code(2)]);
        let next = f.integer(I::Sub, &[i, carried[2]]);
        let _ = one;
        vec![code[0], sum, next]
    });
    let function = f.returns_value(result[1]);
    check(&function, &[floats(&[1.1, 2.0, 0.5, 1.25, 3.0])]);
    check(&function, &[floats(&[1.1, 0.3, 0.5])]);
}

/// Prefix products in place: `a[i] = a[i] * a[i - 1]`, then the sum of squares.
#[test]
fn memory_is_written_in_place() {
    let mut f = Sketch::new("f", Type::F64);
    let x = f.slot("x", shared(slice(Type::F64)));
    let copy = Aggregate::Place(Place::root(x), Transfer::Clone);
    let a = Place::root(f.define(vector(Type::F64), "a".into(), copy));
    let (zero, one) = (f.usize(0), f.usize(1));
    let end = f.length(a.clone());
    f.count(one, end, vec![], |f, i, _| {
        let before = f.integer(I::Sub, &[i, one]);
        let left = f.load(a.at(before), Type::F64);
        let here = f.load(a.at(i), Type::F64);
        let product = f.float_operation(F::Mul, &[left, here]);
        f.store(a.at(i), product);
        vec![]
    });
    let start = f.float(0.0, &FloatType::F64);
    let sum = f.count(zero, end, vec![start], |f, i, carried| {
        let here = f.load(a.at(i), Type::F64);
        let square = f.float_operation(F::Mul, &[here, here]);
        vec![f.float_operation(F::Add, &[carried[0], square])]
    });
    let function = f.returns_value(sum[0]);
    check(&function, &[floats(&[1.1, 2.0, 0.5, -1.25])]);
}

/// Two buffers exchanged every step, with a fresh `Vec` pushed to in every iteration.
#[test]
fn swaps_pushes_and_local_arrays() {
    let mut f = Sketch::new("f", Type::F64);
    let x = f.slot("x", mutable(array(Type::F64, 3)));
    let copy = Aggregate::Place(Place::root(x), Transfer::Copy);
    let a = Place::root(f.define(array(Type::F64, 3), "a".into(), copy));
    let start = f.float(0.5, &FloatType::F64);
    let fill =
        Aggregate::ArrayRepeat(Box::new(Aggregate::Value(start)), crate::types::Length::Literal(3));
    let b = Place::root(f.define(array(Type::F64, 3), "b".into(), fill));
    let (zero, three) = (f.usize(0), f.usize(3));
    f.count(zero, three, vec![], |f, step, _| {
        let local =
            Place::root(f.define(vector(Type::F64), "local".into(), Aggregate::Vec(vec![])));
        f.count(zero, three, vec![], |f, i, _| {
            let here = f.load(a.at(i), Type::F64);
            let sine = f.float_operation(F::Sin, &[here]);
            f.push(InstructionKind::Push(local.clone(), Aggregate::Value(sine)), vec![]);
            vec![]
        });
        f.count(zero, three, vec![], |f, i, _| {
            let here = f.load(local.at(i), Type::F64);
            let other = f.load(local.at(step), Type::F64);
            let product = f.float_operation(F::Mul, &[here, other]);
            f.store(b.at(i), product);
            vec![]
        });
        f.push(InstructionKind::Swap(a.clone(), b.clone()), vec![]);
        vec![]
    });
    let first = f.load(a.at(zero), Type::F64);
    let last = f.load(b.at(zero), Type::F64);
    let sum = f.float_operation(F::Add, &[first, last]);
    check(&f.returns_value(sum), &[floats(&[1.1, 2.0, 0.5])]);
}

/// `fn f(mut v: Vec<f64>, w: &mut Vec<f64>)`: one is moved, the other grows.
#[test]
fn parameters_that_are_moved_or_grow() {
    let mut f = Sketch::new("f", Type::F64);
    let v = f.slot("v", vector(Type::F64));
    let w = Place::root(f.slot("w", mutable(vector(Type::F64))));
    let moved = Aggregate::Place(Place::root(v), Transfer::Move);
    let a = Place::root(f.define(vector(Type::F64), "a".into(), moved));
    let (zero, one) = (f.usize(0), f.usize(1));
    let first = f.load(a.at(zero), Type::F64);
    let sine = f.float_operation(F::Sin, &[first]);
    f.push(InstructionKind::Push(w.clone(), Aggregate::Value(sine)), vec![]);
    f.push(InstructionKind::Push(a.clone(), Aggregate::Value(sine)), vec![]);
    let last = f.length(w.clone());
    let last = f.integer(I::Sub, &[last, one]);
    let pushed = f.load(w.at(last), Type::F64);
    let old = f.load(w.at(zero), Type::F64);
    let product = f.float_operation(F::Mul, &[pushed, old]);
    let end = f.length(a.clone());
    let sum = f.count(zero, end, vec![product], |f, i, carried| {
        let here = f.load(a.at(i), Type::F64);
        let square = f.float_operation(F::Mul, &[here, here]);
        vec![f.float_operation(F::Add, &[carried[0], square])]
    });
    check(&f.returns_value(sum[0]), &[floats(&[1.1, 2.0]), floats(&[0.5, 0.25])]);
}
