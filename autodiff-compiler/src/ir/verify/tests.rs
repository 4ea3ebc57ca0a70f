//! One broken function a rule.

use super::super::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use super::super::sketch::{Sketch, array, mutable, shared, slice, vector};
use super::super::*;
use super::verify;

const I32: Type = Type::Integer(IntegerType::I32);
const U32: Type = Type::Integer(IntegerType::U32);

#[track_caller]
fn refused(function: Function, message: &str) {
    match verify(&function) {
        Ok(()) => panic!("accepted:\n{function}"),
        Err(error) => assert!(error.contains(message), "{error}\n{function}"),
    }
}

#[track_caller]
fn accepted(function: Function) {
    if let Err(error) = verify(&function) {
        panic!("{error}\n{function}");
    }
}

/// A function of one float whose body a test writes.
fn of_float(body: impl FnOnce(&mut Sketch, ValueId) -> ValueId) -> Function {
    let mut sketch = Sketch::new("f", Type::F64);
    let x = sketch.scalar("x", Type::F64);
    let y = body(&mut sketch, x);
    sketch.returns_value(y)
}

/// A function of a slot whose body a test writes.
fn of_slot(ty: Type, body: impl FnOnce(&mut Sketch, Place)) -> Function {
    let mut sketch = Sketch::new("f", Type::Unit);
    let slot = sketch.slot("a", ty);
    body(&mut sketch, Place::root(slot));
    sketch.returns(Aggregate::Unit)
}

#[test]
fn a_loss_is_accepted() {
    let mut s = Sketch::new("loss", Type::F64);
    let w = Place::root(s.slot("w", shared(array(Type::F64, 3))));
    let x = Place::root(s.slot("x", shared(slice(Type::F64))));
    let zero = s.usize(0);
    let start = s.float(0.0, &FloatType::F64);
    let end = s.length(x.clone());
    let sum = s.count(zero, end, vec![start], |s, i, carried| {
        let a = s.load(x.at(i), Type::F64);
        let b = s.load(w.at(zero), Type::F64);
        let above = s.compare(Comparison::Greater, a, b);
        let kept = s.branch(above, &[Type::F64], |_| vec![b], |_| vec![a]);
        vec![s.float_operation(FloatOperation::Add, &[carried[0], kept[0]])]
    });
    accepted(s.returns_value(sum[0]));
}

#[test]
fn a_value_is_defined_before_its_use() {
    refused(
        of_float(|s, x| {
            let later = s.value(Type::F64, None);
            let y = s.float_operation(FloatOperation::Add, &[x, later]);
            let kind = InstructionKind::Constant(Constant::Float(1.0, FloatType::F64));
            let span = s.span();
            s.append(Instruction { kind, results: vec![later], span });
            y
        }),
        "in `%2 = add %x.0, %1`: value 1 is not defined before this use",
    );
}

#[test]
fn a_value_ends_with_its_region() {
    refused(
        of_float(|s, x| {
            let condition = s.compare(Comparison::Less, x, x);
            let mut inner = x;
            s.branch(
                condition,
                &[],
                |s| {
                    inner = s.float(1.0, &FloatType::F64);
                    vec![]
                },
                |_| vec![],
            );
            inner
        }),
        "result: value 2 is not defined before this use",
    );
}

#[test]
fn a_value_is_defined_once() {
    refused(
        of_float(|s, x| {
            let kind = InstructionKind::Constant(Constant::Float(1.0, FloatType::F64));
            let span = s.span();
            s.append(Instruction { kind, results: vec![x], span });
            x
        }),
        "value 0 is defined twice",
    );
}

#[test]
fn a_value_exists() {
    refused(of_float(|_, _| ValueId(7)), "there is no value 7");
}

#[test]
fn a_value_is_no_aggregate() {
    refused(
        of_float(|s, x| {
            s.value(array(Type::F64, 2), None);
            x
        }),
        "lives in slots",
    );
}

#[test]
fn float_operations_take_one_float_type() {
    refused(
        of_float(|s, x| {
            let y = s.float(1.0, &FloatType::F32);
            s.float_operation(FloatOperation::Mul, &[x, y])
        }),
        "in `%2 = mul %x.0, %1`: an argument has type `f32`, expected `f64`",
    );
    refused(
        of_float(|s, x| s.operation(Operation::Float(FloatOperation::Exp), &[x], Type::F32)),
        "the result has type `f32`",
    );
    refused(of_float(|s, x| s.float_operation(FloatOperation::Add, &[x])), "1 arguments");
    refused(
        of_float(|s, _| {
            let n = s.usize(1);
            s.float_operation(FloatOperation::Exp, &[n])
        }),
        "not a float type",
    );
}

#[test]
fn powers_are_i32() {
    refused(of_float(|s, x| s.float_operation(FloatOperation::Powi, &[x, x])), "the power");
    accepted(of_float(|s, x| {
        let two = s.constant(Constant::Integer(2, IntegerType::I32));
        s.float_operation(FloatOperation::Powi, &[x, two])
    }));
}

#[test]
fn comparisons_give_bool() {
    refused(
        of_float(|s, x| s.operation(Operation::Compare(Comparison::Less), &[x, x], Type::F64)),
        "expected `bool`",
    );
    refused(
        of_float(|s, x| s.boolean(BooleanOperation::Not, &[x])),
        "an argument has type `f64`, expected `bool`",
    );
}

#[test]
fn integer_operations_have_their_types() {
    let integers = |operation, first: IntegerType, second: IntegerType, result: Type| {
        let mut s = Sketch::new("f", Type::Unit);
        let a = s.scalar("a", Type::Integer(first));
        let b = s.scalar("b", Type::Integer(second));
        let arguments = if IntegerOperation::arity(operation) == 1 { vec![a] } else { vec![a, b] };
        s.operation(Operation::Integer(operation), &arguments, result);
        s.returns(Aggregate::Unit)
    };
    use IntegerOperation::*;
    use IntegerType::{I32 as i32_, I64, U8, U32 as u32_, Usize};
    refused(integers(Add, I64, Usize, Type::Integer(I64)), "an argument has type `usize`");
    refused(integers(Neg, Usize, Usize, Type::USIZE), "`ineg` does not exist for usize");
    refused(integers(IsPowerOfTwo, I64, I64, Type::Bool), "does not exist for i64");
    refused(integers(Pow, I64, I64, Type::Integer(I64)), "an argument has type `i64`");
    refused(integers(CountOnes, I64, I64, Type::Integer(I64)), "expected `u32`");
    refused(integers(AbsDiff, i32_, i32_, I32), "expected `u32`");
    refused(integers(IsNegative, i32_, i32_, I32), "expected `bool`");
    accepted(integers(ShiftLeft, I64, U8, Type::Integer(I64)));
    accepted(integers(Pow, I64, u32_, Type::Integer(I64)));
    accepted(integers(AbsDiff, i32_, i32_, U32));
}

#[test]
fn select_joins_one_type() {
    refused(
        of_float(|s, x| {
            let condition = s.constant(Constant::Bool(true));
            let n = s.usize(1);
            s.operation(Operation::Select, &[condition, x, n], Type::F64)
        }),
        "an argument has type `usize`",
    );
}

#[test]
fn casts_are_those_of_as() {
    refused(of_float(|s, x| s.operation(Operation::Cast, &[x], Type::Bool)), "cannot be cast");
    refused(
        of_float(|s, _| {
            let truth = s.constant(Constant::Bool(true));
            s.operation(Operation::Cast, &[truth], Type::F64)
        }),
        "`bool` cannot be cast to `f64`",
    );
}

#[test]
fn constants_are_values_of_their_type() {
    refused(of_float(|s, _| s.float(0.1, &FloatType::F32)), "is not an f32");
    refused(
        of_float(|s, _| s.constant(Constant::Integer(-1, IntegerType::U8))),
        "-1 is not one of u8",
    );
    refused(
        of_float(|s, x| {
            let kind = InstructionKind::Constant(Constant::Bool(true));
            s.push(kind, vec![Type::F64]);
            x
        }),
        "the result: it has type `f64`",
    );
}

#[test]
fn places_fit_their_roots() {
    let path = "the path does not fit slot `a`";
    refused(
        of_slot(shared(array(Type::F64, 3)), |s, a| {
            s.load(a.field("x"), Type::F64);
        }),
        path,
    );
    refused(
        of_slot(shared(Type::Tuple(vec![Type::F64])), |s, a| {
            s.load(a.field("1"), Type::F64);
        }),
        path,
    );
    refused(
        of_slot(shared(array(Type::F64, 3)), |s, a| {
            let i = s.constant(Constant::Integer(0, IntegerType::I32));
            s.load(a.at(i), Type::F64);
        }),
        "it has type `i32`, expected `usize`",
    );
    refused(
        of_slot(shared(array(Type::F64, 3)), |s, a| {
            s.load(a.range(ValueId(9), ValueId(9)), Type::F64);
        }),
        "there is no value 9",
    );
    refused(
        of_slot(shared(Type::F64), |s, a| {
            s.length(a);
        }),
        "no elements",
    );
}

#[test]
fn loads_and_stores_move_scalars() {
    refused(
        of_slot(shared(array(Type::F64, 3)), |s, a| {
            s.load(a, Type::F64);
        }),
        "which is not a scalar",
    );
    refused(
        of_slot(mutable(array(Type::F64, 3)), |s, a| {
            let i = s.usize(0);
            s.store(a.at(i), i);
        }),
        "it has type `usize`, expected `f64`",
    );
    refused(
        of_slot(mutable(array(I32, 3)), |s, a| {
            let i = s.usize(0);
            let one = s.constant(Constant::Integer(1, IntegerType::I32));
            s.push(InstructionKind::AddTo(a.at(i), one), vec![]);
        }),
        "adds to a place of type `i32`",
    );
}

#[test]
fn nothing_is_written_behind_a_shared_reference() {
    refused(
        of_slot(shared(array(Type::F64, 3)), |s, a| {
            let i = s.usize(0);
            let one = s.float(1.0, &FloatType::F64);
            s.store(a.at(i), one);
        }),
        "changes `a`, which is behind `&`",
    );
}

#[test]
fn slots_are_defined_before_their_use_and_once() {
    let define = |s: &mut Sketch, name: &str| {
        let zero = s.float(0.0, &FloatType::F64);
        let content = Aggregate::ArrayRepeat(Box::new(Aggregate::Value(zero)), Length::Literal(2));
        s.define(array(Type::F64, 2), name.into(), content)
    };
    refused(
        of_float(|s, x| {
            let span = s.span();
            let t = s.function.new_slot(array(Type::F64, 2), "t".into(), span, SlotKind::Local);
            s.length(Place::root(t));
            x
        }),
        "slot `t` is not defined before this use",
    );
    refused(
        of_float(|s, x| {
            let t = define(s, "t");
            s.push(InstructionKind::Define(t, Aggregate::Deferred), vec![]);
            x
        }),
        "slot `t` is defined again",
    );
    refused(
        of_float(|s, x| {
            let condition = s.compare(Comparison::Less, x, x);
            let mut t = SlotId(0);
            s.branch(
                condition,
                &[],
                |s| {
                    t = define(s, "t");
                    vec![]
                },
                |_| vec![],
            );
            s.length(Place::root(t));
            x
        }),
        "slot `t` is not defined before this use",
    );
    refused(
        of_slot(shared(array(Type::F64, 2)), |s, a| {
            s.push(InstructionKind::Define(a.root, Aggregate::Deferred), vec![]);
        }),
        "slot `a` is a parameter",
    );
}

#[test]
fn contents_fit_what_they_fill() {
    let defines = |ty: Type, content: fn(&mut Sketch, Place) -> Aggregate| {
        of_slot(shared(slice(Type::F64)), |s, a| {
            let content = content(s, a);
            s.define(ty, "t".into(), content);
        })
    };
    refused(defines(vector(Type::F64), |_, a| Aggregate::Place(a, Transfer::Copy)), "cannot fill");
    accepted(defines(vector(Type::F64), |_, a| Aggregate::Place(a, Transfer::Clone)));
    accepted(defines(vector(Type::F64), |_, a| Aggregate::ZerosLike(a)));
    refused(defines(array(Type::F64, 3), |_, _| Aggregate::Array(vec![])), "0 array elements");
    refused(defines(Type::Tuple(vec![Type::F64]), |_, _| Aggregate::Unit), "`()` cannot fill");
    refused(
        defines(array(Type::F64, 1), |s, _| Aggregate::Array(vec![Aggregate::Value(s.usize(1))])),
        "it has type `usize`, expected `f64`",
    );
    refused(
        defines(vector(Type::F64), |_, a| {
            Aggregate::Vec(vec![Aggregate::Place(a, Transfer::Copy)])
        }),
        "cannot fill `f64`",
    );
    refused(
        defines(array(Type::F64, 1), |_, _| Aggregate::Array(vec![Aggregate::Deferred])),
        "deferred",
    );
}

#[test]
fn vectors_are_pushed_and_resized() {
    refused(
        of_slot(mutable(array(Type::F64, 3)), |s, a| {
            let one = s.float(1.0, &FloatType::F64);
            s.push(InstructionKind::Push(a, Aggregate::Value(one)), vec![]);
        }),
        "is no Vec",
    );
    refused(
        of_slot(mutable(vector(Type::F64)), |s, a| {
            let one = s.float(1.0, &FloatType::F64);
            s.push(InstructionKind::Resize(a, ResizeKind::Truncate(one)), vec![]);
        }),
        "expected `usize`",
    );
}

#[test]
fn swaps_exchange_one_type_and_fills_fit() {
    refused(
        of_slot(mutable(array(Type::F64, 3)), |s, a| {
            let i = s.usize(0);
            s.push(InstructionKind::Swap(a.clone(), a.at(i)), vec![]);
        }),
        "it has type `f64`, expected `[f64; 3]`",
    );
    refused(
        of_slot(mutable(array(Type::F64, 3)), |s, a| {
            let i = s.usize(0);
            s.push(InstructionKind::Fill(a, i), vec![]);
        }),
        "it has type `usize`, expected `f64`",
    );
}

#[test]
fn branches_yield_the_results() {
    let branch = |condition: fn(&mut Sketch, ValueId) -> ValueId,
                  yields: fn(ValueId) -> Vec<ValueId>| {
        of_float(|s, x| {
            let condition = condition(s, x);
            s.branch(condition, &[Type::F64], |_| yields(x), |_| vec![x])[0]
        })
    };
    refused(branch(|_, x| x, |x| vec![x]), "expected `bool`");
    refused(branch(|s, _| s.constant(Constant::Bool(true)), |_| vec![]), "0 yields, expected 1");
    refused(
        of_float(|s, x| {
            let condition = s.constant(Constant::Bool(true));
            s.branch(condition, &[Type::F64], |_| vec![x], |_| vec![condition])[0]
        }),
        "a yield: value 1: it has type `bool`, expected `f64`",
    );
}

#[test]
fn counted_loops_carry_what_they_yield() {
    let counted = |change: fn(&mut For)| {
        of_float(|s, x| {
            let (start, end) = (s.usize(0), s.usize(3));
            s.count_with(start, end, vec![x], change, |_, _, carried| carried.to_vec())[0]
        })
    };
    accepted(counted(|_| {}));
    refused(counted(|it| it.end = ValueId(0)), "it has type `f64`, expected `usize`");
    refused(counted(|it| it.start = ValueId(0)), "indices have type `f64`");
    refused(counted(|it| it.step = Some(ValueId(0))), "expected `usize`");
    refused(counted(|it| it.exits = true), "expected `u32`");
    refused(counted(|it| it.carried.clear()), "1 results, expected 0");
    refused(counted(|it| it.body.yields.clear()), "0 yields, expected 1");
    refused(counted(|it| it.body.parameters.truncate(1)), "1 region parameters, expected 2");
}

#[test]
fn uncounted_loops_carry_an_exit_code_first() {
    refused(of_float(|s, x| s.repeat(vec![x], |_, carried| carried.to_vec())[0]), "expected `u32`");
    refused(
        of_float(|s, x| {
            s.repeat(vec![], |_, carried| carried.to_vec());
            x
        }),
        "a loop carries its exit code",
    );
    accepted(of_float(|s, x| {
        let go = s.exit_code(0);
        s.repeat(vec![go, x], |s, carried| vec![s.exit_code(1), carried[1]])[1]
    }));
}

fn call(result_slot: Option<SlotId>) -> InstructionKind {
    InstructionKind::Call(Call {
        path: Default::default(),
        signature: Default::default(),
        output: CallOutput::Value,
        name: "g".into(),
        arguments: vec![],
        result_slot,
    })
}

#[test]
fn calls_give_one_result() {
    refused(of_float(|s, _| s.push(call(None), vec![Type::F64, Type::F64])[0]), "one value");
    refused(
        of_float(|s, _| {
            let span = s.span();
            let t = s.function.new_slot(array(Type::F64, 2), "t".into(), span, SlotKind::Local);
            s.push(call(Some(t)), vec![Type::F64])[0]
        }),
        "the result is one value or goes to one slot",
    );
    refused(
        of_slot(shared(Type::F64), |s, a| drop(s.push(call(Some(a.root)), vec![]))),
        "is a parameter",
    );
    accepted(of_float(|s, x| {
        let span = s.span();
        let t = s.function.new_slot(array(Type::F64, 2), "t".into(), span, SlotKind::Local);
        s.push(call(Some(t)), vec![]);
        s.length(Place::root(t));
        x
    }));
}

#[test]
fn results_fit_the_result_type() {
    refused(of_float(|s, _| s.usize(1)), "result: value 1: it has type `usize`, expected `f64`");
    let mut sketch = Sketch::new("f", array(Type::F64, 2));
    sketch.scalar("x", Type::F64);
    refused(sketch.returns(Aggregate::Deferred), "only a definition can be deferred");
}

#[test]
fn parameters_fit_their_slots() {
    let mut function = of_slot(shared(array(Type::F64, 3)), |_, _| {});
    function.slots[0].kind = SlotKind::Mutable;
    refused(function, "parameter `a`: its slot is Mutable and should be Shared");
    let mut function = of_slot(shared(array(Type::F64, 3)), |_, _| {});
    function.parameters[0].ty = shared(array(Type::F64, 4));
    refused(function, "parameter `a`: it has type `[f64; 3]`, expected `[f64; 4]`");
}

#[test]
fn types_are_those_of_the_ir() {
    refused(of_slot(Type::Range(Box::new(Type::USIZE)), |_, _| {}), "not one of the IR's");
}
