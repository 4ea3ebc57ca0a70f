use super::{Datum, Dual, Interpreter, OverflowMode, Real, Trap, gradient, run};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::sketch::{Sketch, array, mutable, shared, slice, vector};
use crate::ir::verify::verify;
use crate::ir::*;
use crate::types::{FloatType, IntegerType, Length, Type};

type Result = std::result::Result<Datum<Real>, Trap>;

fn result(function: &Function, arguments: Vec<Datum<Real>>) -> Result {
    verify(function).unwrap();
    run(function, arguments).map(|outcome| outcome.result)
}

/// The operation on constants of a type.
fn integer(
    operation: IntegerOperation,
    ty: IntegerType,
    arguments: &[i128],
    mode: OverflowMode,
) -> Result {
    use IntegerOperation::*;
    let counts = matches!(operation, Pow | ShiftLeft | ShiftRight | WrappingShl);
    let mut s = Sketch::new("f", Type::Unit);
    let arguments: Vec<_> = arguments
        .iter()
        .enumerate()
        .map(|(k, value)| {
            let ty = if counts && k == 1 { IntegerType::U32 } else { ty };
            s.constant(Constant::Integer(*value, ty))
        })
        .collect();
    let result_type = match operation {
        AbsDiff | UnsignedAbs => Type::Integer(IntegerType::U8),
        Ilog2 => Type::Integer(IntegerType::U32),
        _ => Type::Integer(ty),
    };
    let y = s.operation(Operation::Integer(operation), &arguments, result_type.clone());
    s.function.result_type = result_type;
    let function = s.returns_value(y);
    verify(&function).unwrap();
    Interpreter::new().overflow(mode).run(&function, vec![]).map(|outcome| outcome.result)
}

#[test]
fn integers_are_those_of_their_type() {
    use IntegerOperation::*;
    use IntegerType::{I8, U8};
    use OverflowMode::{Panic, Wrap};
    let gives = |value: i128| Ok(Datum::Integer(value));
    for (operation, ty, arguments, debug, release) in [
        (Add, U8, &[200, 100][..], Err(Trap::Overflow), gives(44)),
        (Add, I8, &[100, 27], gives(127), gives(127)),
        (Sub, U8, &[1, 2], Err(Trap::Overflow), gives(255)),
        (Neg, I8, &[-128], Err(Trap::Overflow), gives(-128)),
        (Abs, I8, &[-128], Err(Trap::Overflow), gives(-128)),
        (UnsignedAbs, I8, &[-128], gives(128), gives(128)),
        (AbsDiff, I8, &[-128, 127], gives(255), gives(255)),
        (Div, I8, &[-128, -1], Err(Trap::Overflow), Err(Trap::Overflow)),
        (Rem, I8, &[1, 0], Err(Trap::DivisionByZero), Err(Trap::DivisionByZero)),
        (RemEuclid, I8, &[-7, 4], gives(1), gives(1)),
        (ShiftLeft, U8, &[1, 8], Err(Trap::Overflow), gives(1)),
        (ShiftLeft, U8, &[255, 1], gives(254), gives(254)),
        (WrappingShl, U8, &[1, 9], gives(2), gives(2)),
        (Pow, U8, &[3, 6], Err(Trap::Overflow), gives(217)),
        (Not, U8, &[1], gives(254), gives(254)),
        (Not, I8, &[1], gives(-2), gives(-2)),
        (DivCeil, U8, &[7, 2], gives(4), gives(4)),
        (NextMultipleOf, U8, &[255, 2], Err(Trap::Overflow), gives(0)),
        (NextPowerOfTwo, U8, &[129], Err(Trap::Overflow), gives(0)),
        (Ilog2, U8, &[0], Err(Trap::Panic("ilog2".into())), Err(Trap::Panic("ilog2".into()))),
        (Clamp, I8, &[5, -1, 3], gives(3), gives(3)),
        (WrappingMul, I8, &[127, 2], gives(-2), gives(-2)),
        (SaturatingMul, I8, &[127, 2], gives(127), gives(127)),
    ] {
        assert_eq!(integer(operation, ty, arguments, Panic), debug, "{operation:?}");
        assert_eq!(integer(operation, ty, arguments, Wrap), release, "{operation:?}");
    }
}

fn cast(value: Constant, to: Type) -> Datum<Real> {
    let mut s = Sketch::new("f", to.clone());
    let x = s.constant(value);
    let y = s.operation(Operation::Cast, &[x], to);
    result(&s.returns_value(y), vec![]).unwrap()
}

#[test]
fn casts_are_those_of_as() {
    use Constant::{Bool, Float, Integer};
    use FloatType::{F32, F64};
    let u8_ = Type::Integer(IntegerType::U8);
    assert_eq!(cast(Float(-3.7, F64), u8_.clone()), Datum::Integer(0));
    assert_eq!(cast(Float(1e9, F64), u8_.clone()), Datum::Integer(255));
    assert_eq!(cast(Float(f64::NAN, F64), u8_.clone()), Datum::Integer(0));
    assert_eq!(cast(Integer(-1, IntegerType::I32), u8_), Datum::Integer(255));
    assert_eq!(
        cast(Integer(-1, IntegerType::I64), Type::Integer(IntegerType::U128)),
        Datum::Integer(-1)
    );
    assert_eq!(cast(Integer(-1, IntegerType::U128), Type::F64), Datum::from(u128::MAX as f64));
    // One rounding, not by way of f64.
    let odd = (1i64 << 53) + (1 << 29) + 1;
    assert_eq!(cast(Integer(odd.into(), IntegerType::I64), Type::F32), Datum::from(odd as f32));
    assert_ne!(odd as f32, odd as f64 as f32);
    assert_eq!(cast(Bool(true), Type::USIZE), Datum::Integer(1));
    assert_eq!(cast(Float(0.5, F32), Type::F64), Datum::from(0.5f64));
    assert_eq!(cast(Float(0.1, F64), Type::F32), Datum::from(0.1f32));
}

#[test]
fn floats_are_those_of_std_bit_for_bit() {
    // Optimized, `powi` of a known exponent rounds otherwise.
    let exponent = std::hint::black_box(-3);
    for (ty, datum, expected) in [
        (Type::F64, Datum::from(0.3f64), Datum::from((0.3f64.sin().exp() * 0.3).powi(exponent))),
        (Type::F32, Datum::from(0.3f32), Datum::from((0.3f32.sin().exp() * 0.3).powi(exponent))),
    ] {
        let mut s = Sketch::new("f", ty.clone());
        let x = s.scalar("x", ty);
        let sine = s.float_operation(FloatOperation::Sin, &[x]);
        let exponential = s.float_operation(FloatOperation::Exp, &[sine]);
        let product = s.float_operation(FloatOperation::Mul, &[exponential, x]);
        let power = s.constant(Constant::Integer(exponent.into(), IntegerType::I32));
        let y = s.float_operation(FloatOperation::Powi, &[product, power]);
        assert_eq!(result(&s.returns_value(y), vec![datum]), Ok(expected));
    }
}

#[test]
fn clamp_panics_where_std_does() {
    let mut s = Sketch::new("f", Type::F64);
    let [x, low, high] = ["x", "low", "high"].map(|name| s.scalar(name, Type::F64));
    let y = s.float_operation(FloatOperation::Clamp, &[x, low, high]);
    let f = s.returns_value(y);
    let clamp = |x: f64, low: f64, high: f64| result(&f, vec![x.into(), low.into(), high.into()]);
    assert_eq!(clamp(4.0, 0.0, 1.0), Ok(1.0.into()));
    assert_eq!(clamp(4.0, 1.0, 0.0), Err(Trap::Panic("clamp".into())));
    assert_eq!(clamp(4.0, f64::NAN, 0.0), Err(Trap::Panic("clamp".into())));
}

/// The indices of a loop, as they come.
fn indices(
    ty: IntegerType,
    start: i128,
    end: i128,
    change: impl FnOnce(&mut Sketch) -> Box<dyn FnOnce(&mut For)>,
) -> Result {
    let mut s = Sketch::new("f", vector(Type::Integer(ty)));
    let start = s.constant(Constant::Integer(start, ty));
    let end = s.constant(Constant::Integer(end, ty));
    let change = change(&mut s);
    let found = s.define(vector(Type::Integer(ty)), "found".into(), Aggregate::Vec(vec![]));
    s.count_with(start, end, vec![], change, |s, i, _| {
        s.push(InstructionKind::Push(Place::root(found), Aggregate::Value(i)), vec![]);
        vec![]
    });
    let content = Aggregate::Place(Place::root(found), Transfer::Move);
    result(&s.returns(content), vec![])
}

#[test]
fn loops_count_as_ranges_do() {
    use IntegerType::{I32, U8, U128};
    let list = |values: Vec<i32>| Ok(Datum::from(values));
    assert_eq!(indices(I32, -2, 2, |_| Box::new(|_| {})), list(vec![-2, -1, 0, 1]));
    assert_eq!(indices(I32, 2, -2, |_| Box::new(|_| {})), list(vec![]));
    assert_eq!(
        indices(I32, 0, 10, |s| {
            let step = s.usize(4);
            Box::new(move |it| it.step = Some(step))
        }),
        list((0..10).step_by(4).collect())
    );
    assert_eq!(
        indices(I32, 0, 10, |s| {
            let step = s.usize(4);
            Box::new(move |it| {
                it.step = Some(step);
                it.reversed = true;
            })
        }),
        list((0..10).step_by(4).rev().collect())
    );
    assert_eq!(indices(U8, 254, 255, |_| Box::new(|it| it.inclusive = true)), list(vec![254, 255]));
    assert_eq!(indices(I32, 1, 0, |_| Box::new(|it| it.inclusive = true)), list(vec![]));
    assert_eq!(indices(U128, -2, -1, |_| Box::new(|it| it.inclusive = true)), list(vec![-2, -1]));
    assert_eq!(
        indices(I32, 0, 10, |s| {
            let step = s.usize(0);
            Box::new(move |it| it.step = Some(step))
        }),
        Err(Trap::Panic("step_by(0)".into()))
    );
}

#[test]
fn loops_end_at_an_exit_code() {
    // for i in 0..n { if i == 3 { break 7 } ; sum += i }
    let mut s = Sketch::new("f", Type::Tuple(vec![Type::EXIT_CODE, Type::USIZE]));
    let n = s.scalar("n", Type::USIZE);
    let (zero, code, three) = (s.usize(0), s.exit_code(0), s.usize(3));
    let end = s.count_with(
        zero,
        n,
        vec![code, zero],
        |it| it.exits = true,
        |s, i, carried| {
            let stop = s.compare(Comparison::Equal, i, three);
            let sum = s.integer(IntegerOperation::Add, &[carried[1], i]);
            let old = carried[1];
            let (seven, zero) = (s.exit_code(7), s.exit_code(0));
            s.branch(
                stop,
                &[Type::EXIT_CODE, Type::USIZE],
                |_| vec![seven, old],
                |_| vec![zero, sum],
            )
        },
    );
    let f = s.returns(Aggregate::Tuple(vec![Aggregate::Value(end[0]), Aggregate::Value(end[1])]));
    let pair = |code: usize, sum: usize| Ok(Datum::Tuple(vec![code.into(), sum.into()]));
    assert_eq!(result(&f, vec![9usize.into()]), pair(7, 3));
    assert_eq!(result(&f, vec![3usize.into()]), pair(0, 3));
    assert_eq!(result(&f, vec![0usize.into()]), pair(0, 0));
}

#[test]
fn endless_loops_reach_the_limit() {
    let mut s = Sketch::new("f", Type::Unit);
    let code = s.exit_code(0);
    s.repeat(vec![code], |_, carried| carried.to_vec());
    let f = s.returns(Aggregate::Unit);
    let outcome = Interpreter::new().step_limit(1000).run::<Real>(&f, vec![]);
    assert_eq!(outcome, Err(Trap::StepLimit));
}

#[test]
fn places_are_checked_as_rust_checks_them() {
    // &a[i..j][k]
    let mut s = Sketch::new("f", Type::F64);
    let a = Place::root(s.slot("a", shared(slice(Type::F64))));
    let [i, j, k] = ["i", "j", "k"].map(|name| s.scalar(name, Type::USIZE));
    let y = s.load(a.range(i, j).at(k), Type::F64);
    let f = s.returns_value(y);
    let read = |i: usize, j: usize, k: usize| {
        result(&f, vec![[10.0, 11.0, 12.0, 13.0].into(), i.into(), j.into(), k.into()])
    };
    assert_eq!(read(1, 3, 1), Ok(12.0.into()));
    assert_eq!(read(1, 3, 2), Err(Trap::IndexOutOfBounds { index: 2, length: 2 }));
    assert_eq!(read(3, 1, 0), Err(Trap::Slice));
    assert_eq!(read(0, 5, 0), Err(Trap::Slice));
}

#[test]
fn what_is_taken_as_proven_is_checked() {
    let mut s = Sketch::new("f", Type::F64);
    let a = Place::root(s.slot("a", shared(slice(Type::F64))));
    let index = s.usize(0);
    let y = s.load(a.project(Projection::Index { index, proven: true }), Type::F64);
    let f = s.returns_value(y);
    assert!(matches!(result(&f, vec![Datum::List(vec![])]), Err(Trap::Broken(_))));
}

#[test]
fn memory_changes_through_places() {
    // rows.swap(0, 1); rows[0].fill(5); rows[1][2] += 1; total.push(2); take(total)
    let mut s = Sketch::new("f", vector(Type::F64));
    let rows = Place::root(s.slot("rows", mutable(array(array(Type::F64, 3), 2))));
    let total = Place::root(s.slot("total", mutable(vector(Type::F64))));
    let [zero, one, two] = [0, 1, 2].map(|index| s.usize(index));
    let (unit, five) = (s.float(1.0, &FloatType::F64), s.float(5.0, &FloatType::F64));
    s.push(InstructionKind::Swap(rows.at(zero), rows.at(one)), vec![]);
    s.push(InstructionKind::Swap(rows.at(zero), rows.at(zero)), vec![]);
    s.push(InstructionKind::Fill(rows.at(zero), five), vec![]);
    s.push(InstructionKind::AddTo(rows.at(one).at(two), unit), vec![]);
    s.push(InstructionKind::Push(total.clone(), Aggregate::Value(unit)), vec![]);
    let tail = rows.at(one).range(one, two);
    s.push(InstructionKind::Resize(total.clone(), ResizeKind::ExtendFrom(tail)), vec![]);
    let f = s.returns(Aggregate::Place(total, Transfer::Take));
    verify(&f).unwrap();
    let arguments = vec![[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into(), vec![9.0].into()];
    let outcome = run::<Real>(&f, arguments).unwrap();
    assert_eq!(outcome.result, [9.0, 1.0, 2.0].into());
    assert_eq!(outcome.parameters[0], [[5.0, 5.0, 5.0], [1.0, 2.0, 4.0]].into());
    assert_eq!(outcome.parameters[1], Datum::List(vec![]));
}

#[test]
fn slices_are_copied_at_equal_lengths() {
    let mut s = Sketch::new("f", Type::Unit);
    let to = Place::root(s.slot("to", mutable(slice(Type::F64))));
    let from = Place::root(s.slot("from", shared(slice(Type::F64))));
    let (one, three) = (s.usize(1), s.usize(3));
    let content = Aggregate::Place(from, Transfer::Copy);
    s.push(InstructionKind::Assign(to.range(one, three), content), vec![]);
    let f = s.returns(Aggregate::Unit);
    verify(&f).unwrap();
    let to = || Datum::<Real>::from([1.0, 2.0, 3.0, 4.0]);
    let outcome = run(&f, vec![to(), [8.0, 9.0].into()]).unwrap();
    assert_eq!(outcome.parameters[0], [1.0, 8.0, 9.0, 4.0].into());
    assert_eq!(run(&f, vec![to(), [8.0].into()]), Err(Trap::Slice));
}

#[test]
fn calls_change_what_they_borrow() {
    let mut s = Sketch::new("bump", Type::F64);
    let a = Place::root(s.slot("a", mutable(slice(Type::F64))));
    let zero = s.usize(0);
    let old = s.load(a.at(zero), Type::F64);
    let new = s.float_operation(FloatOperation::Add, &[old, old]);
    s.store(a.at(zero), new);
    let bump = s.returns_value(old);

    let mut s = Sketch::new("f", Type::F64);
    let a = Place::root(s.slot("a", mutable(array(Type::F64, 2))));
    let (one, two) = (s.usize(1), s.usize(2));
    let call = InstructionKind::Call(Call {
        path: Default::default(),
        signature: Default::default(),
        output: CallOutput::Value,
        name: "bump".into(),
        arguments: vec![Argument::Mutable(a.range(one, two))],
        result_slot: None,
    });
    let y = s.push(call, vec![Type::F64])[0];
    let f = s.returns_value(y);
    verify(&f).unwrap();
    let interpreter = Interpreter::new().function("bump", &bump);
    let outcome = interpreter.run::<Real>(&f, vec![[3.0, 4.0].into()]).unwrap();
    assert_eq!(outcome.result, 4.0.into());
    assert_eq!(outcome.parameters[0], [3.0, 8.0].into());
    let alone = run::<Real>(&f, vec![[3.0, 4.0].into()]);
    assert!(matches!(alone, Err(Trap::Unsupported(_))));
}

#[test]
fn assertions_are_checked() {
    let mut s = Sketch::new("f", Type::Unit);
    let [a, b] = ["a", "b"].map(|name| s.scalar(name, Type::F64));
    let hole = |value| Piece::Argument(Argument::Value(Aggregate::Value(value)));
    let effect = Effect {
        path: quote::quote!(std::assert_eq),
        kind: crate::hir::MacroKind::Assert,
        pieces: vec![
            hole(a),
            Piece::Tokens(quote::quote!(,)),
            hole(b),
            Piece::Tokens(quote::quote!(, "no")),
        ],
    };
    s.push(InstructionKind::Effect(effect), vec![]);
    let f = s.returns(Aggregate::Unit);
    assert_eq!(result(&f, vec![1.0.into(), 1.0.into()]), Ok(Datum::Unit));
    assert!(result(&f, vec![1.0.into(), 2.0.into()]).unwrap_err().is_panic());
}

#[test]
fn zeros_have_the_shape_of_what_they_are_like() {
    let mut s = Sketch::new("f", vector(vector(Type::F64)));
    let a = Place::root(s.slot("a", shared(slice(vector(Type::F64)))));
    let f = s.returns(Aggregate::ZerosLike(a));
    assert_eq!(
        result(&f, vec![vec![vec![1.0, 2.0], vec![], vec![3.0]].into()]),
        Ok(vec![vec![0.0, 0.0], vec![], vec![0.0]].into())
    );
}

#[test]
fn local_slots_start_anew() {
    // for _ in 0..2 { let t = [0.0]; t[0] += 1.0; sum += t[0] }
    let mut s = Sketch::new("f", Type::F64);
    let (zero, two) = (s.usize(0), s.usize(2));
    let (nothing, unit) = (s.float(0.0, &FloatType::F64), s.float(1.0, &FloatType::F64));
    let sum = s.count(zero, two, vec![nothing], |s, _, carried| {
        let content =
            Aggregate::ArrayRepeat(Box::new(Aggregate::Value(nothing)), Length::Literal(1));
        let t = Place::root(s.define(array(Type::F64, 1), "t".into(), content)).at(zero);
        s.push(InstructionKind::AddTo(t.clone(), unit), vec![]);
        let t = s.load(t, Type::F64);
        vec![s.float_operation(FloatOperation::Add, &[carried[0], t])]
    });
    assert_eq!(result(&s.returns_value(sum[0]), vec![]), Ok(2.0.into()));
}

// Dual numbers.

/// f(arguments) of one operation, its last argument an `i32` where it takes one.
fn of_operation(operation: FloatOperation) -> (Function, bool) {
    let whole = matches!(operation, FloatOperation::Powi | FloatOperation::Polygamma);
    let mut s = Sketch::new("f", Type::F64);
    let arguments: Vec<_> = (0..operation.arity())
        .map(|k| match whole && k == 1 {
            true => s.scalar("n", Type::Integer(IntegerType::I32)),
            false => s.scalar("a", Type::F64),
        })
        .collect();
    let y = s.float_operation(operation, &arguments);
    (s.returns_value(y), whole)
}

#[test]
fn dual_rules_are_the_slopes_of_the_values() {
    for operation in FloatOperation::ALL {
        // No slope there is to see in differences.
        if matches!(
            operation,
            FloatOperation::NextUp | FloatOperation::NextDown | FloatOperation::Detach
        ) {
            continue;
        }
        let (f, whole) = of_operation(*operation);
        for t in [0.171, 0.383, 0.617, 0.929] {
            let sample = |(k, range): (usize, &std::ops::Range<f64>)| {
                let t = (t + 0.413 * k as f64).fract();
                range.start + t * (range.end - range.start)
            };
            let point: Vec<f64> = operation.sample().iter().enumerate().map(sample).collect();
            let data = |point: &[f64]| -> Vec<Datum<Real>> {
                point
                    .iter()
                    .enumerate()
                    .map(|(k, x)| if whole && k == 1 { (*x as i32).into() } else { (*x).into() })
                    .collect()
            };
            let exact = gradient(&Interpreter::new(), &f, &data(&point)).unwrap();
            for (k, slope) in exact.iter().enumerate() {
                let value = |h: f64| {
                    let mut moved = point.clone();
                    moved[k] += h;
                    result(&f, data(&moved)).unwrap().number().unwrap().to_f64()
                };
                // Central differences with one Richardson step.
                let h = 1e-3;
                let coarse = (value(h) - value(-h)) / (2.0 * h);
                let fine = (value(h / 2.0) - value(-h / 2.0)) / h;
                let difference = (4.0 * fine - coarse) / 3.0;
                let error = (slope - difference).abs() / slope.abs().max(1.0);
                assert!(error < 1e-7, "{operation:?} {k} at {point:?}: {slope} {difference}");
            }
        }
    }
}

#[test]
fn dual_rules_keep_the_conventions() {
    use FloatOperation::*;
    let slopes = |operation, arguments: &[f64]| {
        let data: Vec<_> = arguments.iter().map(|x| Datum::from(*x)).collect();
        gradient(&Interpreter::new(), &of_operation(operation).0, &data).unwrap()
    };
    assert_eq!(slopes(Abs, &[0.0]), [0.0]);
    assert_eq!(slopes(Max, &[1.0, 1.0]), [0.0, 1.0]);
    assert_eq!(slopes(Min, &[1.0, 1.0]), [0.0, 1.0]);
    assert_eq!(slopes(Max, &[1.0, f64::NAN]), [1.0, 0.0]);
    assert_eq!(slopes(Max, &[f64::NAN, 1.0]), [0.0, 1.0]);
    assert_eq!(slopes(Clamp, &[1.0, 1.0, 2.0]), [1.0, 0.0, 0.0]);
    assert_eq!(slopes(Clamp, &[2.0, 1.0, 2.0])[0], 1.0);
    assert_eq!(slopes(Clamp, &[3.0, 1.0, 2.0]), [0.0, 0.0, 1.0]);
    assert_eq!(slopes(Floor, &[1.5]), [0.0]);
    assert_eq!(slopes(Fract, &[1.5]), [1.0]);
    assert_eq!(slopes(Sqrt, &[0.0]), [f64::INFINITY]);
    assert_eq!(slopes(Powf, &[0.0, 2.0]), [0.0, 0.0]);
    assert_eq!(slopes(Hypot, &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(Atan2, &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(Hypot, &[0.0, 3.0]), [0.0, 1.0]);
    assert_eq!(slopes(Hypot, &[3.0, 0.0]), [1.0, 0.0]);
    assert_eq!(slopes(Atan2, &[0.0, 2.0]), [0.5, 0.0]);
    assert_eq!(slopes(Atan2, &[2.0, 0.0]), [0.0, -0.5]);
    assert_eq!(slopes(Min, &[1.0, f64::NAN]), [1.0, 0.0]);
    assert_eq!(slopes(Min, &[f64::NAN, 1.0]), [0.0, 1.0]);
    assert_eq!(slopes(Detach, &[3.0]), [0.0]);
}

#[test]
fn dual_rules_of_powers_hold_at_the_ends_of_the_range() {
    use FloatOperation::Powf;
    let by_base = |a: f64, b: f64| {
        let f = of_operation(Powf).0;
        gradient(&Interpreter::new(), &f, &[a.into(), b.into()]).unwrap()[0]
    };
    assert_eq!(by_base(f64::INFINITY, 2.0), f64::INFINITY);
    assert_eq!(by_base(0.0, 0.5), f64::INFINITY);
    assert_eq!(by_base(1e160, 2.0), 2e160);
    // a^(b - 1) overflows, b times it does not.
    let expected = (0.005f64.ln() - 0.995 * 1e-310f64.ln()).exp();
    assert!((by_base(1e-310, 0.005) / expected - 1.0).abs() < 1e-10);

    let by_base = |a: f64, n: i32| {
        let f = of_operation(FloatOperation::Powi).0;
        gradient(&Interpreter::new(), &f, &[a.into(), n.into()]).unwrap()[0]
    };
    assert_eq!(by_base(3.0, 0), 0.0);
    assert_eq!(by_base(3.0, 1), 1.0);
    // There is no exponent below the smallest.
    let (a, n) = (1.0f64 + 1e-9, f64::from(i32::MIN));
    let expected = n * ((n - 1.0) * a.ln()).exp();
    assert!((by_base(a, i32::MIN) / expected - 1.0).abs() < 1e-8);
}

#[test]
fn a_gradient_goes_through_loops_branches_and_casts() {
    // Σ over x of (max(w x, 0))² in f32 steps
    let mut s = Sketch::new("f", Type::F64);
    let w = s.scalar("w", Type::F64);
    let x = Place::root(s.slot("x", shared(slice(Type::F32))));
    let zero = s.usize(0);
    let nothing = s.float(0.0, &FloatType::F64);
    let end = s.length(x.clone());
    let sum = s.count(zero, end, vec![nothing], |s, i, carried| {
        let x = s.load(x.at(i), Type::F32);
        let x = s.operation(Operation::Cast, &[x], Type::F64);
        let product = s.float_operation(FloatOperation::Mul, &[w, x]);
        let positive = s.compare(Comparison::Greater, product, nothing);
        let kept = s.branch(
            positive,
            &[Type::F64],
            |s| vec![s.float_operation(FloatOperation::Mul, &[product, product])],
            |_| vec![nothing],
        );
        vec![s.float_operation(FloatOperation::Add, &[carried[0], kept[0]])]
    });
    let f = s.returns_value(sum[0]);
    verify(&f).unwrap();
    let arguments = vec![Datum::from(2.0), [1.0f32, -3.0, 0.5].into()];
    let found = gradient(&Interpreter::new(), &f, &arguments).unwrap();
    // 2 w Σ x², and 2 w² x, over the positive ones.
    assert_eq!(found, [4.0 * 1.25, 8.0, 0.0, 4.0]);
    let dual = Dual::variable(Real::Double(2.0), 1.0);
    let outcome = run(&f, vec![Datum::Float(dual), [1.0f32].into()]).unwrap();
    assert_eq!(outcome.result, Datum::Float(Dual::variable(Real::Double(4.0), 4.0)));
}

#[test]
fn the_least_exponent_has_one_less() {
    // n a^(n-1), where n - 1 is no `i32`
    let n = f64::from(i32::MIN);
    for (a, base) in [(1.0, 1.0), (-1.0, -1.0), (1.0 + 2f64.powi(-30), 0.0)] {
        let expected = match base {
            0.0 => n * ((n - 1.0) * 2f64.powi(-30).ln_1p()).exp(),
            odd => n * odd,
        };
        let found = super::partials::integer_partial(FloatOperation::Powi, a, i32::MIN).unwrap();
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{a}: {found}, not {expected}");
    }
}

#[test]
fn endless_recursion_is_stopped() {
    use crate::verification::source::lowered_alone;
    let function = lowered_alone("fn f(x: f64) -> f64 { x * f(x) }");
    let interpreter = Interpreter::new().depth_limit(50).function("f", &function);
    let outcome = interpreter.run::<Real>(&function, vec![Datum::from(1.0)]);
    assert_eq!(outcome.map(|outcome| outcome.result), Err(Trap::StepLimit));
}
