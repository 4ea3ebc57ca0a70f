//! Gradients as they come out of all passes: what a person would write.

use crate::activity::Activity;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::sketch::{Sketch, array, shared, slice};
use crate::ir::verify::verify;
use crate::ir::{Constant, Function, Place, Projection, ValueId};
use crate::simplify::{simplify, simplify_derivative};
use crate::types::{FloatType, IntegerType, Type};
use crate::{reverse, schedule};
use expect_test::{Expect, expect};

fn check(mut primal: Function, expected: Expect) {
    verify(&primal).unwrap();
    simplify(&mut primal);
    let activity = Activity::of(&primal);
    let mut gradient = schedule::schedule(reverse::reverse(&primal, &activity));
    verify(&gradient).unwrap();
    simplify_derivative(&mut gradient, &primal);
    verify(&gradient).unwrap();
    expected.assert_eq(&gradient.to_string());
}

fn element(root: crate::ir::SlotId, index: ValueId, proven: bool) -> Place {
    Place::root(root).project(Projection::Index { index, proven })
}

fn square(s: &mut Sketch, x: ValueId) -> ValueId {
    let two = s.constant(Constant::Integer(2, IntegerType::I32));
    s.float_operation(FloatOperation::Powi, &[x, two])
}

#[test]
fn puzzle() {
    let mut s = Sketch::new("puzzle", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 4)));
    let [a, b, c, d] = [0, 1, 2, 3].map(|index| {
        let index = s.usize(index);
        s.load(element(w, index, false), Type::F64)
    });
    let mut equations = Vec::new();
    for (left, operation, right, value) in [
        (a, FloatOperation::Add, b, 9.0),
        (c, FloatOperation::Sub, d, 1.0),
        (a, FloatOperation::Add, c, 8.0),
        (b, FloatOperation::Sub, d, 2.0),
    ] {
        let side = s.float_operation(operation, &[left, right]);
        let value = s.float(value, &FloatType::F64);
        let residual = s.float_operation(FloatOperation::Sub, &[side, value]);
        equations.push(square(&mut s, residual));
    }
    let sum = equations
        .into_iter()
        .reduce(|sum, equation| s.float_operation(FloatOperation::Add, &[sum, equation]))
        .unwrap();
    check(
        s.returns_value(sum),
        expect![[r#"
            fn puzzle(active @w: &[f64; 4], @w_gradient: &mut [f64; 4]) -> f64 {
                %0 = 0_usize
                %1: f64 = load @w[%0]!
                %2 = 1_usize
                %3: f64 = load @w[%2]!
                %4 = 2_usize
                %5: f64 = load @w[%4]!
                %6 = 3_usize
                %7: f64 = load @w[%6]!
                %8 = add %1, %3
                %9 = 9.0_f64
                %10 = sub %8, %9
                %11 = 2_i32
                %12 = powi %10, %11
                %13 = sub %5, %7
                %14 = 1.0_f64
                %15 = sub %13, %14
                %17 = powi %15, %11
                %18 = add %1, %5
                %19 = 8.0_f64
                %20 = sub %18, %19
                %22 = powi %20, %11
                %23 = sub %3, %7
                %24 = 2.0_f64
                %25 = sub %23, %24
                %27 = powi %25, %11
                %28 = add %12, %17
                %29 = add %28, %22
                %30 = add %29, %27
                %40 = mul %24, %25
                %42 = neg %40
                %50 = mul %24, %20
                %59 = mul %24, %15
                %62 = add %50, %59
                %63 = sub %42, %59
                %71 = mul %24, %10
                %73 = add %50, %71
                %74 = add %40, %71
                assign @w_gradient = [%73, %74, %62, %63]
                return %30
            }
        "#]],
    );
}

#[test]
fn mean_squared_error() {
    let mut s = Sketch::new("mse", Type::F64);
    let w = s.slot("w", shared(array(Type::F64, 3)));
    let x = s.slot("x", shared(slice(Type::F64)));
    let y = s.slot("y", shared(slice(Type::F64)));
    for parameter in &mut s.function.parameters[1..] {
        parameter.active = false;
    }
    let [zero, one, two] = [0, 1, 2].map(|index| s.usize(index));
    let start = s.float(-0.0, &FloatType::F64);
    let [nx, ny] = [x, y].map(|slot| s.length(Place::root(slot)));
    let n = s.integer(crate::ir::operations::IntegerOperation::Min, &[nx, ny]);
    let sum = s.count(zero, n, vec![start], |s, i, carried| {
        let xi = s.load(element(x, i, true), Type::F64);
        let yi = s.load(element(y, i, true), Type::F64);
        let w0 = s.load(element(w, zero, false), Type::F64);
        let square_term = s.float_operation(FloatOperation::Mul, &[w0, xi]);
        let square_term = s.float_operation(FloatOperation::Mul, &[square_term, xi]);
        let w1 = s.load(element(w, one, false), Type::F64);
        let linear = s.float_operation(FloatOperation::Mul, &[w1, xi]);
        let prediction = s.float_operation(FloatOperation::Add, &[square_term, linear]);
        let w2 = s.load(element(w, two, false), Type::F64);
        let prediction = s.float_operation(FloatOperation::Add, &[prediction, w2]);
        let residual = s.float_operation(FloatOperation::Sub, &[prediction, yi]);
        let squared = square(s, residual);
        vec![s.float_operation(FloatOperation::Add, &[carried[0], squared])]
    });
    let length = s.length(Place::root(x));
    let length = s.operation(Operation::Cast, &[length], Type::F64);
    let mean = s.float_operation(FloatOperation::Div, &[sum[0], length]);
    check(
        s.returns_value(mean),
        expect![[r#"
            fn mse(active @w: &[f64; 3], @x: &[f64], @y: &[f64], @w_gradient: &mut [f64; 3]) -> f64 {
                %0 = 0_usize
                %1 = 1_usize
                %2 = 2_usize
                %3 = -0.0_f64
                %4 = length @x
                %5 = length @y
                %6 = imin %4, %5
                %25: f64 = cast %4
                %27 = 0.0_f64
                define @w_adjoint: [f64; 3] = [%27; 3]
                %46 = 2.0_f64
                %58 = div %46, %25
                %23 = for %i.7: usize in %0..%6 (%8: f64 = %3) {
                    %9: f64 = load @x[%i.7]!
                    %10: f64 = load @y[%i.7]!
                    %11: f64 = load @w[%0]!
                    %12 = mul %11, %9
                    %13 = mul %12, %9
                    %14: f64 = load @w[%1]!
                    %15 = mul %14, %9
                    %16 = add %13, %15
                    %17: f64 = load @w[%2]!
                    %18 = add %16, %17
                    %19 = sub %18, %10
                    %20 = 2_i32
                    %21 = powi %19, %20
                    %22 = add %8, %21
                    %54 = mul %58, %19
                    add_to @w_adjoint[%2]!, %54
                    %55 = mul %54, %9
                    add_to @w_adjoint[%1]!, %55
                    %57 = mul %55, %9
                    add_to @w_adjoint[%0]!, %57
                    yield %22
                }
                %26 = div %23, %25
                assign @w_gradient = copy @w_adjoint
                return %26
            }
        "#]],
    );
}
