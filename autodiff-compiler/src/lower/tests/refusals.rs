//! What is refused, and what calls and structs become.

use super::try_compile;
use crate::signature::{Environment, FunctionSignature};
use crate::types::{StructType, Type};
use expect_test::{Expect, expect};
use std::rc::Rc;

fn environment() -> Environment {
    let mut environment = Environment::default();
    let point = Rc::new(StructType {
        path: quote::quote!(Point),
        name: "Point".into(),
        fields: vec![
            ("x".into(), Type::F64),
            ("y".into(), Type::F64),
            ("w".into(), Type::Array(Box::new(Type::F64), crate::types::Length::Literal(2))),
        ],
        tuple: false,
        tangent_path: quote::quote!(<Point as Differentiable>::Tangent),
        tangent: false,
    });
    environment.structs.insert("Point".into(), point.clone());
    let reference = |mutable, to| Type::Reference { mutable, to: Box::new(to) };
    let mut function = |name: &str, parameters: Vec<Type>, result: Type| {
        let active = vec![true; parameters.len()];
        let signature = FunctionSignature { parameters, result, active, ..Default::default() };
        let known =
            if name.contains("::") { &mut environment.methods } else { &mut environment.functions };
        known.insert(name.into(), signature);
    };
    function("energy", vec![Type::F64, reference(false, Type::F64)], Type::F64);
    function("step", vec![reference(true, Type::F64), Type::F64], Type::Unit);
    function("pair", vec![Type::F64], Type::Tuple(vec![Type::F64, Type::F64]));
    function("Point::norm", vec![reference(false, Type::Struct(point.clone()))], Type::F64);
    function("Point::shift", vec![reference(true, Type::Struct(point)), Type::F64], Type::Unit);
    environment
}

fn check(source: &str, expected: Expect) {
    let text = match try_compile(source, &environment()) {
        Ok(function) => function.to_string(),
        Err(errors) => errors,
    };
    expected.assert_eq(&text);
}

#[test]
fn references_that_depend_on_the_path() {
    check(
        "fn f(a: &[f64], b: &[f64], c: bool) -> f64 { let r = if c { a } else { b }; r[0] }",
        expect![[r#"
            this refers to different things, depending on the path taken
            help: index into one array instead, or do the work in both branches
        "#]],
    );
    check(
        "fn f(a: &[f64], b: &[f64], n: usize) -> f64 {
            let mut r = a; let mut s = 0.0;
            for i in 0..n { s += r[i]; r = b; }
            s
        }",
        expect![[r#"
            `r` does not stay one thing from iteration to iteration
            help: a reference that a loop moves along is not supported; keep an index instead
        "#]],
    );
    check(
        "fn f(a: &[f64]) -> f64 { let mut s = 0.0; let mut r = a; while !r.is_empty() { s += r[0]; r = &r[1..]; } s }",
        expect![[r#"
            `r` does not stay one thing from iteration to iteration
            help: a reference that a loop moves along is not supported; keep an index instead
        "#]],
    );
}

#[test]
fn functions_seen_in_iterators() {
    check(
        "fn f(x: &[f64], y: &[f64], n: usize) -> f64 { (0..n).map(|i| x[i]).zip(y).map(|(a, b)| a * b).sum() }",
        expect![[r#"
            the function in the iterator before `zip` may panic or changes a variable
            help: write `map` last, as in `a.zip(b).map(…)`, or write a `for` loop
        "#]],
    );
    check(
        "fn f(x: &[f64]) -> f64 { let mut it = x.iter(); let a = it.next().unwrap(); *a }",
        expect![[r#"
            an iterator that is consumed step by step is not supported
            help: use a `for` loop, an index, or `skip` and `take`
        "#]],
    );
}

#[test]
fn unknown_methods_and_functions() {
    check(
        "fn f(x: &mut [f64]) -> f64 { x.sort_by(|a, b| a.total_cmp(b)); x[0] }",
        expect![[r#"
        `sort_by` of `[f64]` is not supported
        help: write it as a loop over indices or elements
    "#]],
    );
    check(
        "fn f(x: &[f64]) -> f64 { assert!(x.len() > 2, \"{}\", x[1]); x[0] }",
        expect![[r#"
        the message of this assertion may panic itself, or it may not be evaluated
        help: compute its arguments in `let`s before it
    "#]],
    );
}

#[test]
fn calls_of_annotated_functions() {
    check(
        "fn f(x: f64, a: &[f64]) -> f64 {
            let mut s = x;
            step(&mut s, 2.0 * x);
            let (p, q) = pair(s);
            energy(p, &a[1]) + energy(q, &s)
        }",
        expect![[r#"
            fn f(active %x.0: f64, active @a: &[f64]) -> f64 {
                define @s: f64 = %x.0
                %1 = 2.0_f64
                %2 = mul %1, %x.0
                call step(&mut @s, %2)
                %s.3: f64 = load @s
                define @pair: (f64, f64) = call pair(%s.3)
                %p.4: f64 = load @pair.0
                %q.5: f64 = load @pair.1
                %6 = 1_usize
                %7: f64 = load @a[%6]
                define @argument: f64 = %7
                %8: f64 = call energy(%p.4, &@argument)
                define @argument.4: f64 = %s.3
                %9: f64 = call energy(%q.5, &@argument.4)
                %10 = add %8, %9
                return %10
            }
        "#]],
    );
    check(
        "fn f(x: f64, n: usize) -> f64 { if n == 0 { x } else { x * f(x, n - 1) } }",
        expect![[r#"
            fn f(active %x.0: f64, active %n.1: usize) -> f64 {
                %2 = 0_usize
                %3 = eq %n.1, %2
                %8: f64 = if %3 {
                    yield %x.0
                } else {
                    %4 = 1_usize
                    %5 = isub %n.1, %4
                    %6: f64 = call f(%x.0, %5)
                    %7 = mul %x.0, %6
                    yield %7
                }
                return %8
            }
        "#]],
    );
}

#[test]
fn structs_are_taken_apart_unless_borrowed() {
    check(
        "fn f(p: &Point, t: f64) -> f64 {
            let mut q = Point { x: t, ..*p };
            q.y += p.x;
            let Point { x, y, w } = q;
            x * y + w[0]
        }",
        expect![[r#"
            fn f(active @p: &Point, active %t.0: f64) -> f64 {
                %q_y.1: f64 = load @p.y
                define @q_w: [f64; 2] = copy @p.w
                %2: f64 = load @p.x
                %q_y.3 = add %q_y.1, %2
                define @w: [f64; 2] = copy @q_w
                %4 = mul %t.0, %q_y.3
                %5 = 0_usize
                %6: f64 = load @w[%5]
                %7 = add %4, %6
                return %7
            }
        "#]],
    );
    check(
        "fn f(mut p: Point, n: usize) -> Point {
            let mut q = Point { x: 1.0, y: 2.0, w: [0.0; 2] };
            for _ in 0..n { q.shift(p.norm()); p.w[0] += q.x; }
            q
        }",
        expect![[r#"
            fn f(active @p: Point, active %n.0: usize) -> Point {
                %1 = 1.0_f64
                %2 = 2.0_f64
                %3 = 0.0_f64
                define @q: Point = Point { x: %1, y: %2, w: [%3; 2] }
                %4 = 0_usize
                for %i.5: usize in %4..%n.0 {
                    %6: f64 = call norm(&@p)
                    call shift(&mut @q, %6)
                    %7: f64 = load @q.x
                    %8 = 0_usize
                    %9: f64 = load @p.w[%8]
                    %10 = add %9, %7
                    store @p.w[%8]!, %10
                }
                %11: f64 = load @q.x
                %12: f64 = load @q.y
                return Point { x: %11, y: %12, w: copy @q.w }
            }
        "#]],
    );
}

#[test]
fn matches_on_what_only_rustc_knows() {
    check(
        "fn f(x: f64, kind: Kind, scale: Option<f64>) -> f64 {
            let a = match kind { Kind::Square => x * x, Kind::Scaled(s) if s > 0.0 => x * s, _ => return 0.0 };
            if let Some(s) = scale { a * s } else { a }
        }",
        expect![[r#"
            fn f(active %x.0: f64, active @kind: Kind, active @scale: Option<f64>) -> f64 {
                %1 = undefined_f64
                %11: u32, %12: f64, %a.14: f64 = match place @kind {
                    Kind :: Square => {
                        %2 = mul %x.0, %x.0
                        %8 = 0_u32
                        yield %8, %1, %2
                    }
                    Kind :: Scaled (s) (s = %s.3: f64) if {
                        %4 = 0.0_f64
                        %5 = gt %s.3, %4
                        yield %5
                    } => {
                        %6 = mul %x.0, %s.3
                        %9 = 0_u32
                        yield %9, %1, %6
                    }
                    _ => {
                        %7 = 0.0_f64
                        %10 = 1_u32
                        %13 = undefined_f64
                        yield %10, %7, %13
                    }
                }
                %15 = 0_u32
                %16 = eq %11, %15
                %20: f64 = if %16 {
                    %19: f64 = match place @scale {
                        :: core :: option :: Option :: Some (s) (s = %s.17: f64) => {
                            %18 = mul %a.14, %s.17
                            yield %18
                        }
                        _ => {
                            yield %a.14
                        }
                    }
                    yield %19
                } else {
                    yield %12
                }
                return %20
            }
        "#]],
    );
}

/// rustc refuses this, too, but not before the macro has ended.
#[test]
fn a_reference_to_a_reference_is_no_number() {
    check(
        "fn f(x: f64) -> f64 {
             let mut a = [x];
             let first = &mut a[0];
             let again = &mut { let [p] = [first]; p };
             *again += 1.0;
             a[0]
         }",
        expect![[r#"
            a number or truth value is expected here
            help: write the types of the variables in it
        "#]],
    );
}

#[test]
fn only_what_runs_nothing_is_indexed() {
    check(
        "fn f(x: &[f64], n: usize) -> f64 {
             let mut s = 0.0;
             x.iter().map(|v| { s += v; v * s }).nth(n).unwrap_or(0.0)
         }",
        expect![[r#"
            `nth` of an iterator is not supported
            help: write it as a `for` loop or with `fold`
        "#]],
    );
}
