//! Functions in IR, as lowering and the reverse pass would build them.

use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation as F, IntegerOperation as I, Operation,
};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice};
use crate::ir::{
    Aggregate, Argument, Constant, Function, InstructionKind, MatchArm, Place, Projection,
    Transfer, ValueId,
};
use crate::types::{FloatType, IntegerType, Type};

fn proven(place: &Place, index: ValueId) -> Place {
    place.project(Projection::Index { index, proven: true })
}

fn name(s: &mut Sketch, value: ValueId, name: &str) -> ValueId {
    s.function.values[value.0 as usize].name = Some(name.into());
    value
}

/// `(x - y) * (x - (y - 1)) / -(x / 2)^2`
pub(super) fn formula() -> Function {
    let mut s = Sketch::new("formula", Type::F64);
    let x = s.scalar("x", Type::F64);
    let y = s.scalar("y", Type::F64);
    let difference = s.float_operation(F::Sub, &[x, y]);
    let one = s.float(1.0, &FloatType::F64);
    let two = s.float(2.0, &FloatType::F64);
    let shifted = s.float_operation(F::Sub, &[y, one]);
    let other = s.float_operation(F::Sub, &[x, shifted]);
    let product = s.float_operation(F::Mul, &[difference, other]);
    let half = s.float_operation(F::Div, &[x, two]);
    let count = s.constant(Constant::Integer(2, IntegerType::I32));
    let square = s.float_operation(F::Powi, &[half, count]);
    let negative = s.float_operation(F::Neg, &[square]);
    let quotient = s.float_operation(F::Div, &[product, negative]);
    s.returns_value(quotient)
}

/// Calls on literals of every shape.
pub(super) fn literals() -> Function {
    let mut s = Sketch::new("literals", Type::F64);
    let x = s.scalar("x", Type::F64);
    let minus_two = s.float(-2.0, &FloatType::F64);
    let tiny = s.float(1e-300, &FloatType::F64);
    let pi = s.float(std::f64::consts::PI, &FloatType::F64);
    let infinite = s.float(f64::NEG_INFINITY, &FloatType::F64);
    let count = s.constant(Constant::Integer(2, IntegerType::I32));
    let square = s.float_operation(F::Powi, &[minus_two, count]);
    let sum = s.float_operation(F::Add, &[square, tiny]);
    let sum = s.float_operation(F::Add, &[sum, pi]);
    let large = s.float_operation(F::Max, &[infinite, x]);
    let sum = s.float_operation(F::Sub, &[sum, large]);
    let negative = s.float_operation(F::Mul, &[sum, minus_two]);
    let n = s.constant(Constant::Integer(5_000_000_000, IntegerType::U64));
    let n = s.operation(Operation::Cast, &[n], Type::F64);
    let f = s.float(0.1f32 as f64, &FloatType::F32);
    let f = s.operation(Operation::Cast, &[f], Type::F64);
    let sum = s.float_operation(F::Add, &[negative, n]);
    let sum = s.float_operation(F::Mul, &[sum, f]);
    s.returns_value(sum)
}

/// `Σ (a x_i + b - y_i)² / n`
pub(super) fn mean_square() -> Function {
    let mut s = Sketch::new("mean_square", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 2)));
    let x = s.slot("x", shared(slice(Type::F64)));
    let y = s.slot("y", shared(slice(Type::F64)));
    s.function.parameters[1].active = false;
    s.function.parameters[2].active = false;
    let x_length = s.length(Place::root(x));
    let y_length = s.length(Place::root(y));
    let n = s.integer(I::Min, &[x_length, y_length]);
    let name_n = name(&mut s, n, "n");
    let zero = s.usize(0);
    let start = s.float(0.0, &FloatType::F64);
    let sum = s.count(zero, name_n, vec![start], |s, i, carried| {
        name(s, carried[0], "sum");
        let one = s.usize(1);
        let zero = s.usize(0);
        let a = s.load(proven(&Place::root(w), zero), Type::F64);
        let b = s.load(proven(&Place::root(w), one), Type::F64);
        let x = s.load(proven(&Place::root(x), i), Type::F64);
        let y = s.load(proven(&Place::root(y), i), Type::F64);
        let product = s.float_operation(F::Mul, &[a, x]);
        let line = s.float_operation(F::Add, &[product, b]);
        let r = s.float_operation(F::Sub, &[line, y]);
        name(s, r, "r");
        let square = s.float_operation(F::Mul, &[r, r]);
        vec![s.float_operation(F::Add, &[carried[0], square])]
    });
    let count = s.operation(Operation::Cast, &[x_length], Type::F64);
    let mean = s.float_operation(F::Div, &[sum[0], count]);
    s.returns_value(mean)
}

/// `for _ in 0..n { (a, b) = (b, a + b); }`
pub(super) fn fibonacci() -> Function {
    let mut s = Sketch::new("fibonacci", Type::F64);
    let n = s.scalar("n", Type::USIZE);
    let zero = s.usize(0);
    let a = s.float(0.0, &FloatType::F64);
    let b = s.float(1.0, &FloatType::F64);
    let results = s.count(zero, n, vec![a, b], |s, _, carried| {
        name(s, carried[0], "a");
        name(s, carried[1], "b");
        vec![carried[1], s.float_operation(F::Add, carried)]
    });
    s.returns_value(results[0])
}

/// `if x[i] > 0 { sum += x[i] * x[i] } else { sum -= 1; count += 1 }`
pub(super) fn clipped_sum() -> Function {
    let result = Type::Tuple(vec![Type::F64, Type::USIZE]);
    let mut s = Sketch::new("clipped_sum", result);
    let x = s.slot("x", shared(slice(Type::F64)));
    let n = s.length(Place::root(x));
    let zero = s.usize(0);
    let sum = s.float(0.0, &FloatType::F64);
    let results = s.count(zero, n, vec![sum, zero], |s, i, carried| {
        name(s, carried[0], "sum");
        name(s, carried[1], "count");
        let x = s.load(proven(&Place::root(x), i), Type::F64);
        let zero = s.float(0.0, &FloatType::F64);
        let positive = s.compare(Comparison::Greater, x, zero);
        s.branch(
            positive,
            &[Type::F64, Type::USIZE],
            |s| {
                let square = s.float_operation(F::Mul, &[x, x]);
                vec![s.float_operation(F::Add, &[carried[0], square]), carried[1]]
            },
            |s| {
                let one = s.float(1.0, &FloatType::F64);
                let sum = s.float_operation(F::Sub, &[carried[0], one]);
                let one = s.usize(1);
                vec![sum, s.integer(I::Add, &[carried[1], one])]
            },
        )
    });
    s.returns(Aggregate::Tuple(vec![Aggregate::Value(results[0]), Aggregate::Value(results[1])]))
}

/// Two loops around one sum, the inner one downwards in steps.
pub(super) fn matrix_sum() -> Function {
    let mut s = Sketch::new("matrix_sum", Type::F64);
    let m = s.slot("m", shared(array(array(Type::F64, 4), 3)));
    let (zero, three, four, two) = (s.usize(0), s.usize(3), s.usize(4), s.usize(2));
    let sum = s.float(0.0, &FloatType::F64);
    let total = s.count(zero, three, vec![sum], |s, i, carried| {
        name(s, carried[0], "total");
        name(s, i, "row");
        let step_down = |counted: &mut crate::ir::For| {
            counted.step = Some(two);
            counted.reversed = true;
        };
        s.count_with(zero, four, vec![carried[0]], step_down, |s, j, carried| {
            name(s, j, "column");
            let x = s.load(proven(&proven(&Place::root(m), i), j), Type::F64);
            let j = s.operation(Operation::Cast, &[j], Type::F64);
            let product = s.float_operation(F::Mul, &[x, j]);
            vec![s.float_operation(F::Add, &[carried[0], product])]
        })
    });
    s.returns_value(total[0])
}

/// `for i in 0..n { if x[i] < 0 { break; } sum += x[i]; }`, and whether it broke.
pub(super) fn first_negative() -> Function {
    let mut s = Sketch::new("first_negative", Type::F64);
    let x = s.slot("x", shared(slice(Type::F64)));
    let n = s.length(Place::root(x));
    let zero = s.usize(0);
    let go = s.exit_code(0);
    let sum = s.float(0.0, &FloatType::F64);
    let results = s.count_with(
        zero,
        n,
        vec![go, sum],
        |counted| counted.exits = true,
        |s, i, carried| {
            name(s, carried[1], "sum");
            let x = s.load(proven(&Place::root(x), i), Type::F64);
            let zero = s.float(0.0, &FloatType::F64);
            let negative = s.compare(Comparison::Less, x, zero);
            s.branch(
                negative,
                &[Type::EXIT_CODE, Type::F64],
                |s| vec![s.exit_code(1), carried[1]],
                |s| {
                    let sum = s.float_operation(F::Add, &[carried[1], x]);
                    vec![s.exit_code(0), sum]
                },
            )
        },
    );
    let go = s.exit_code(0);
    let ended = s.compare(Comparison::Equal, results[0], go);
    let result = s.branch(
        ended,
        &[Type::F64],
        |_| vec![results[1]],
        |s| vec![s.float_operation(F::Neg, &[results[1]])],
    );
    s.returns_value(result[0])
}

/// `while (x * x - a).abs() > 1e-12 { x -= (x * x - a) / (2 * x) }`
pub(super) fn newton() -> Function {
    let mut s = Sketch::new("newton", Type::F64);
    let a = s.scalar("a", Type::F64);
    let go = s.exit_code(0);
    let results = s.repeat(vec![go, a], |s, carried| {
        let x = name(s, carried[1], "x");
        let square = s.float_operation(F::Mul, &[x, x]);
        let error = s.float_operation(F::Sub, &[square, a]);
        let size = s.float_operation(F::Abs, &[error]);
        let tolerance = s.float(1e-12, &FloatType::F64);
        let goes_on = s.compare(Comparison::Greater, size, tolerance);
        s.branch(
            goes_on,
            &[Type::EXIT_CODE, Type::F64],
            |s| {
                let two = s.float(2.0, &FloatType::F64);
                let slope = s.float_operation(F::Mul, &[two, x]);
                let step = s.float_operation(F::Div, &[error, slope]);
                vec![s.exit_code(0), s.float_operation(F::Sub, &[x, step])]
            },
            |s| vec![s.exit_code(1), x],
        )
    });
    s.returns_value(results[1])
}

/// `let t = x[i]; x[i] = x[j] * 2; x[j] += t;`, indices checked.
pub(super) fn exchange() -> Function {
    let mut s = Sketch::new("exchange", Type::Unit);
    let x = s.slot("x", mutable(slice(Type::F64)));
    let i = s.scalar("i", Type::USIZE);
    let j = s.scalar("j", Type::USIZE);
    let first = s.load(Place::root(x).at(i), Type::F64);
    let second = s.load(Place::root(x).at(j), Type::F64);
    let two = s.float(2.0, &FloatType::F64);
    let double = s.float_operation(F::Mul, &[second, two]);
    s.store(Place::root(x).at(i), double);
    let now = s.load(Place::root(x).at(j), Type::F64);
    let sum = s.float_operation(F::Add, &[now, first]);
    s.store(Place::root(x).at(j), sum);
    s.push(InstructionKind::Swap(Place::root(x).at(i), Place::root(x).at(j)), vec![]);
    s.returns(Aggregate::Unit)
}

/// Counts into a local array and returns it.
pub(super) fn histogram() -> Function {
    let mut s = Sketch::new("histogram", array(Type::F64, 4));
    let x = s.slot("x", shared(slice(Type::F64)));
    let zero = s.float(0.0, &FloatType::F64);
    let bins = s.define(
        array(Type::F64, 4),
        "bins".into(),
        Aggregate::ArrayRepeat(Box::new(Aggregate::Value(zero)), crate::types::Length::Literal(4)),
    );
    let first = s.usize(0);
    let n = s.length(Place::root(x));
    s.count(first, n, vec![], |s, i, _| {
        let value = s.load(proven(&Place::root(x), i), Type::F64);
        let bin = s.operation(Operation::Cast, &[value], Type::USIZE);
        let three = s.usize(3);
        let bin = s.integer(I::And, &[bin, three]);
        let bin = name(s, bin, "bin");
        let one = s.float(1.0, &FloatType::F64);
        s.push(InstructionKind::AddTo(proven(&Place::root(bins), bin), one), vec![]);
        vec![]
    });
    s.returns(Aggregate::Place(Place::root(bins), Transfer::Copy))
}

/// Two loads that may panic, used in the opposite order, and an integer operation between them.
pub(super) fn ordered_panics() -> Function {
    let mut s = Sketch::new("ordered_panics", Type::F64);
    let x = s.slot("x", shared(slice(Type::F64)));
    let i = s.scalar("i", Type::USIZE);
    let first = s.load(Place::root(x).at(i), Type::F64);
    let one = s.usize(1);
    let before = s.integer(I::Sub, &[i, one]);
    let second = s.load(Place::root(x).at(before), Type::F64);
    let quotient = s.float_operation(F::Div, &[second, first]);
    s.returns_value(quotient)
}

/// `let (low, high) = if a < b { (a, b) } else { (b, a) };`, and a selection.
pub(super) fn sorted_pair() -> Function {
    let mut s = Sketch::new("sorted_pair", Type::F64);
    let a = s.scalar("a", Type::F64);
    let b = s.scalar("b", Type::F64);
    let less = s.compare(Comparison::Less, a, b);
    let pair = s.branch(less, &[Type::F64, Type::F64], |_| vec![a, b], |_| vec![b, a]);
    name(&mut s, pair[0], "low");
    name(&mut s, pair[1], "high");
    let width = s.float_operation(F::Sub, &[pair[1], pair[0]]);
    let wide = s.compare(Comparison::GreaterEqual, width, a);
    let narrow = s.boolean(BooleanOperation::Not, &[wide]);
    let other = s.boolean(BooleanOperation::And, &[narrow, less]);
    let chosen = s.operation(Operation::Select, &[other, pair[0], pair[1]], Type::F64);
    let result = s.float_operation(F::Mul, &[chosen, width]);
    s.returns_value(result)
}

/// `(1 - x)² + 100 (y - x²)²`
pub(super) fn rosenbrock() -> Function {
    let mut s = Sketch::new("rosenbrock", Type::F64);
    let x = s.scalar("x", Type::F64);
    let y = s.scalar("y", Type::F64);
    let one = s.float(1.0, &FloatType::F64);
    let two = s.constant(Constant::Integer(2, IntegerType::I32));
    let hundred = s.float(100.0, &FloatType::F64);
    let a = s.float_operation(F::Sub, &[one, x]);
    let a = s.float_operation(F::Powi, &[a, two]);
    let square = s.float_operation(F::Powi, &[x, two]);
    let b = s.float_operation(F::Sub, &[y, square]);
    let b = s.float_operation(F::Powi, &[b, two]);
    let b = s.float_operation(F::Mul, &[hundred, b]);
    let sum = s.float_operation(F::Add, &[a, b]);
    s.returns_value(sum)
}

/// `Σ ln(1 + exp(-y_i (w · x_i)))` over rows of three
pub(super) fn logistic() -> Function {
    let mut s = Sketch::new("logistic", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 3)));
    let x = s.slot("x", shared(slice(array(Type::F64, 3))));
    let y = s.slot("y", shared(slice(Type::F64)));
    s.function.parameters[1].active = false;
    s.function.parameters[2].active = false;
    let x_length = s.length(Place::root(x));
    let y_length = s.length(Place::root(y));
    let n = s.integer(I::Min, &[x_length, y_length]);
    let zero = s.usize(0);
    let start = s.float(0.0, &FloatType::F64);
    let loss = s.count(zero, n, vec![start], |s, i, carried| {
        name(s, carried[0], "loss");
        let zero = s.float(0.0, &FloatType::F64);
        let (first, three) = (s.usize(0), s.usize(3));
        let z = s.count(first, three, vec![zero], |s, j, carried| {
            name(s, carried[0], "z");
            name(s, j, "j");
            let a = s.load(proven(&Place::root(w), j), Type::F64);
            let b = s.load(proven(&proven(&Place::root(x), i), j), Type::F64);
            let product = s.float_operation(F::Mul, &[a, b]);
            vec![s.float_operation(F::Add, &[carried[0], product])]
        });
        let y = s.load(proven(&Place::root(y), i), Type::F64);
        let margin = s.float_operation(F::Mul, &[y, z[0]]);
        let negative = s.float_operation(F::Neg, &[margin]);
        let exp = s.float_operation(F::Exp, &[negative]);
        let term = s.float_operation(F::Ln1p, &[exp]);
        vec![s.float_operation(F::Add, &[carried[0], term])]
    });
    s.returns_value(loss[0])
}

/// `let p = o; match b { Some(o) => p + o, None => p }`
pub(super) fn shadowed() -> Function {
    let mut s = Sketch::new("shadowed", Type::F64);
    let o = s.scalar("o", Type::F64);
    let b = s.slot("b", Type::Option(Box::new(Type::F64)));
    let inner = s.value(Type::F64, Some("o".into()));
    s.open(vec![]);
    let sum = s.float_operation(F::Add, &[o, inner]);
    let some = s.close(vec![sum]);
    s.open(vec![]);
    let none = s.close(vec![o]);
    let arm = |pattern, bindings, body| MatchArm { pattern, bindings, guard: None, body };
    let arms = vec![
        arm(quote::quote!(::core::option::Option::Some(o)), vec![("o".into(), inner)], some),
        arm(quote::quote!(::core::option::Option::None), vec![], none),
    ];
    let scrutinee = Argument::Place(Place::root(b));
    let result = s.push(InstructionKind::Match { scrutinee, arms }, vec![Type::F64]);
    s.returns_value(result[0])
}
