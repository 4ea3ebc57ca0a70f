//! What the pass makes of source text.

use super::*;
use expect_test::{Expect, expect};
use proc_macro2::TokenStream;

fn run_on(source: &str) -> (Option<Body>, Vec<String>) {
    let function: syn::ItemFn = syn::parse_str(source).expect("a function");
    let mut diagnostics = Diagnostics::new();
    let body = resolve(&function, &Environment::default(), &mut diagnostics);
    (body, diagnostics.iter().map(|diagnostic| diagnostic.text()).collect())
}

fn check(source: &str, expected: Expect) {
    let (body, errors) = run_on(source);
    let text = match body {
        Some(body) => body.to_string(),
        None => errors.join("\n"),
    };
    expected.assert_eq(&text);
}

#[test]
fn straight_line_code_with_shadowing() {
    check(
        "fn f(x: f64, mut y: f32) -> f64 { let x = x * 2.0; { let x = y; } y += 1f32; x + (y as f64).sin() }",
        expect![[r#"
            (x.0: f64, mut y.1: f32) -> f64 {
                let x.2 = (x.0 * 2.0);
                {
                    let x.3 = y.1;
                };
                y.1 += 1f32;
                (x.2 + (y.1 as f64).sin())
            }
        "#]],
    );
}

#[test]
fn loops_and_labels() {
    check(
        "fn f(x: &[f64], n: usize) -> f64 {
            let mut s = 0.0;
            'a: for i in 0..n {
                'a: loop { if x[i] > 0.0 { continue 'a; } break; }
                while s < 1.0 { s += x[i]; if s > 3.0 { break 'a; } }
            }
            let t = 'b: { if s > 1.0 { break 'b 2.0; } 3.0 };
            loop { break s + t }
        }",
        expect![[r#"
            (x.0: &[f64], n.1: usize) -> f64 {
                let mut s.2 = 0.0;
                '2: for i.3 in (0..n.1) {
                    '7: loop {
                        if (x.0[i.3] > 0.0) {
                            continue '7;
                        };
                        break '7;
                    };
                    '18: while (s.2 < 1.0) {
                        s.2 += x.0[i.3];
                        if (s.2 > 3.0) {
                            break '2;
                        }
                    }
                };
                let t.4 = '34: {
                    if (s.2 > 1.0) {
                        break '34 2.0;
                    };
                    3.0
                };
                '43: loop {
                    break '43 (s.2 + t.4)
                }
            }
        "#]],
    );
}

#[test]
fn iterator_chains_and_closures() {
    check(
        "fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
            let square = |e: f64| -> f64 { if e < 0.0 { return e * e; } e * e };
            x.iter().zip(y).map(|(x, &y)| square(w[0] * x + w[1] - y)).fold(0.0, f64::max)
                + x.iter().copied().sum::<f64>() / x.len() as f64
        }",
        expect![[r#"
            (w.0: &[f64; 3], x.1: &[f64], y.2: &[f64]) -> f64 {
                let square.4 = '1: |e.3: f64| -> f64 {
                    if (e.3 < 0.0) {
                        return '1 (e.3 * e.3);
                    };
                    (e.3 * e.3)
                };
                (x.1.iter().zip(y.2).map('19: |(x.5, &y.6)| (square.4)((((w.0[0] * x.5) + w.0[1]) - y.6))).fold(0.0, fn f64::max) + (x.1.iter().copied().sum::<f64>() / (x.1.len() as f64)))
            }
        "#]],
    );
}

#[test]
fn patterns() {
    check(
        "fn f(k: Kind, o: Option<usize>, n: i32, (a, b): (f64, f64)) -> f64 {
            let Some(m) = o else { return a };
            let [p, .., q] = [a, b];
            let r @ (ref u, _) = (p, q);
            match k { Kind::A(s) | Kind::B { s, .. } if n > 0 => s, Kind::C => 1.0, _ => 0.0 };
            match n { -1 => 0.0, 0..=3 | 7 => a, MAX => b, i32::MIN..-5 => 2.0, _ => 1.0 };
            if let None = o { 1.0 } else if let Some(0 | 1) = o && n > 0 { 2.0 } else { 3.0 }
        }",
        expect![[r#"
            (k.0: Kind, o.1: Option<usize>, n.2: i32, (a.3, b.4): (f64, f64)) -> f64 {
                let Some(m.5) = o.1 else {
                    return a.3
                };
                let [p.6, .., q.7] = [a.3, b.4];
                let r.8 @ (ref u.9, _) = (p.6, q.7);
                match k.0 {
                    <Kind :: A (s): s.10> | <Kind :: B { s , .. }: s.10> if (n.2 > 0) => s.10,
                    <Kind :: C: > => 1.0,
                    _ => 0.0,
                };
                match n.2 {
                    -1 => 0.0,
                    0..=3 | 7 => a.3,
                    <MAX: > => b.4,
                    <i32 :: MIN .. - 5: > => 2.0,
                    _ => 1.0,
                };
                if let None = o.1 {
                    1.0
                } else if (let Some(0 | 1) = o.1 && (n.2 > 0)) {
                    2.0
                } else {
                    3.0
                }
            }
        "#]],
    );
}

#[test]
fn macros() {
    check(
        r#"fn f(x: f64, n: usize) -> Vec<f64> {
            assert!(x > 0.0, "{x} is {} of {n:>width$} {MAX}", n + 1, width = 3);
            println!();
            debug_assert_eq!(n, 3);
            let ok = matches!(n, 0 | 1 if x > 1.0);
            let s = format!("{x:?}");
            if cfg!(debug_assertions) { panic!("no") }
            let v = vec![x; n];
            vec![1.0, x, v[0]]
        }"#,
        expect![[r#"
            (x.0: f64, n.1: usize) -> Vec<f64> {
                assert!(${(x.0 > 0.0)} , "{x} is {} of {n:>width$} {MAX}" , ${(n.1 + 1)} , width = ${3} , x = ${x.0} , n = ${n.1});
                println!();
                debug_assert_eq!(${n.1} , ${3});
                let ok.2 = match n.1 {
                    0 | 1 if (x.0 > 1.0) => true,
                    _ => false,
                };
                let s.3 = <format ! ("{x:?}" , x = ${x.0}): String>;
                if <cfg ! (debug_assertions): bool> {
                    panic!("no")
                };
                let v.4 = vec![x.0; n.1];
                vec![1.0, x.0, v.4[0]]
            }
        "#]],
    );
}

#[test]
fn nested_functions_and_items() {
    check(
        "fn f(x: f64) -> f64 {
            const N: usize = 4;
            use std::f64::consts::PI;
            use std::mem::{self, swap as exchange};
            type Row = [f64; N];
            let mut a: Row = [PI; N];
            let mut b = a;
            exchange(&mut a, &mut b);
            mem::swap(&mut a, &mut b);
            fn g(x: f64) -> f64 { return h(x); fn h(x: f64) -> f64 { x * N as f64 } }
            g(x) + a[0] + f64::EPSILON
        }",
        expect![[r#"
            const N : usize = 4 ;
            use std :: f64 :: consts :: PI ;
            use std :: mem :: { self , swap as exchange } ;
            type Row = [f64 ; N] ;
            fn g#0(x.3: f64) -> f64 {
                return #0 h#1(x.3);
            }
            fn h#1(x.4: f64) -> f64 {
                (x.4 * (path N as f64))
            }
            (x.0: f64) -> f64 {
                let mut a.1: [f64; N] = [path std::f64::consts::PI; N];
                let mut b.2 = a.1;
                std::mem::swap(&mut a.1, &mut b.2);
                std::mem::swap(&mut a.1, &mut b.2);
                ((g#0(x.0) + a.1[0]) + path f64::EPSILON)
            }
        "#]],
    );
}

#[test]
fn destructuring_assignment() {
    check(
        "fn f(mut a: f64, mut b: f64, v: &mut [f64]) { (a, b) = (b, a + b); [v[0], _, ..] = [a, b, 1.0]; _ = a; }",
        expect![[r#"
            (mut a.0: f64, mut b.1: f64, v.2: &mut [f64]) -> () {
                {
                    let (a.3, b.4) = (b.1, (a.0 + b.1));
                    a.0 = a.3;
                    b.1 = b.4;
                };
                {
                    let [v.5, _, ..] = [a.0, b.1, 1.0];
                    v.2[0] = v.5;
                };
                {
                    let _ = a.0;
                };
            }
        "#]],
    );
}

#[test]
fn literals() {
    check(
        "fn f() { (1_000.5e3f32, 1f64, 0xffu8, b'a', 'c', \"s\", true, 1e3, 7i128, 1.); }",
        expect![[r#"
            () -> () {
                (1000.5e3f32, 1f64, 255u8, 97u8, <'c': char>, <"s": &str>, true, 1e3, 7i128, 1.);
            }
        "#]],
    );
}

#[test]
fn generics_and_types() {
    check(
        "fn f<'a, T: Float, U, const N: usize>(x: &'a [T; N], u: U, s: &str, h: HashMap<u32, f64>, o: core::option::Option<T>) -> std::vec::Vec<T> where U: Copy {
            let v: Vec<_> = x.iter().map(|&x| T::sqrt(x) + <T>::from_f64(N as f64) + Float::sin(x)).collect();
            v
        }",
        expect![[r#"
            (x.0: &[T; N], u.1: U, s.2: &str, h.3: HashMap<u32, f64>, o.4: Option<T>) -> Vec<T> {
                let v.6: Vec<_> = x.0.iter().map('3: |&x.5| ((T::sqrt(x.5) + T::from_f64((path N as f64))) + Float::sin(x.5))).collect();
                v.6
            }
        "#]],
    );
}

/// A function that is refused here (the fence has its own tests).
fn refused(source: &str, expected: &[&str]) {
    let (body, errors) = run_on(source);
    assert!(body.is_none(), "{source}");
    assert_eq!(errors, expected, "{source}");
}

#[test]
fn items_that_would_mean_something_else_at_the_top_are_refused() {
    refused(
        "fn f(x: f64) -> f64 { let y = x * N; { const N: f64 = 2.0; y * N } }",
        &["`N` is declared in a block and also used outside of it\n\
           help: give it another name, or move it to the top of the function"],
    );
    refused(
        "fn f(x: f64) -> f64 { { const N: f64 = 2.0; } { const N: f64 = 3.0; x * N } }",
        &["`N` is declared twice in this function\nhelp: give one of them another name"],
    );
    refused(
        "fn f(x: f64) -> f64 { use other::x; x }",
        &["`x` is also the name of a variable here\nhelp: give one of them another name"],
    );
    for outside in [
        "let y: [f64; N] = g();",
        "let y = [0.0; N];",
        "match x { N => {} _ => {} }",
        "println!(\"{N}\");",
    ] {
        let (body, errors) =
            run_on(&format!("fn f(x: f64) {{ {outside} {{ const N: usize = 2; }} }}"));
        assert!(body.is_none() && errors.len() == 1, "{outside}: {errors:?}");
    }
}

#[test]
fn copies_of_a_move_closure_are_refused_where_they_would_show() {
    refused(
        "fn f(mut s: f64, t: f64) -> f64 { let g = move |x: f64| x * s * t; s = 2.0; g(s) }",
        &["`move` closure captures `s`, which is `mut`\n\
           help: leave out `move`, or copy it into a variable that is not `mut` first: `let s = s;`"],
    );
    let (body, _) = run_on(
        "fn f(mut s: f64) -> f64 { s += 1.0; let s = s; let g = move |x: f64| { let mut y = x; y += s; y }; g(s) }",
    );
    assert!(body.is_some());
}

#[test]
fn an_upper_case_name_is_a_variable_only_where_it_must_be() {
    check(
        "fn f(A: f64, n: usize) -> f64 { let B = A; match n { LIMIT => A * B, _ => 0.0 } }",
        expect![[r#"
            (A.0: f64, n.1: usize) -> f64 {
                let B.2 = A.0;
                match n.1 {
                    <LIMIT: > => (A.0 * B.2),
                    _ => 0.0,
                }
            }
        "#]],
    );
    refused(
        "fn f(a: f64, n: usize) -> f64 { match (a, n) { (X, 0) => X, _ => 0.0 } }",
        &["`X` in a pattern may be a constant or a new variable\n\
           help: write a variable in lower case, a constant with its path: `self::X`"],
    );
}

#[test]
fn nested_functions_that_reach_themselves_are_refused() {
    refused(
        "fn f(x: f64) -> f64 { fn a(x: f64) -> f64 { b(x) } fn b(x: f64) -> f64 { a(x) } a(x) }",
        &[
            "nested function `b` is recursive\n\
             help: move `b` out of the function and annotate it with `#[differentiate]`",
            "nested function `a` is recursive\n\
             help: move `a` out of the function and annotate it with `#[differentiate]`",
        ],
    );
}

#[test]
fn exits_need_something_to_leave() {
    let no_loop = "`break` and `continue` need a loop around them";
    refused("fn f() { break; }", &[no_loop]);
    refused("fn f() { loop { let g = || { continue; }; } }", &[no_loop]);
    refused("fn f() { 'a: { break; } }", &[no_loop]);
    refused("fn f() { 'a: loop { break 'b; } }", &["no loop or block here has the label `'b`"]);
    refused(
        "fn f() { 'a: loop { fn g() { break 'a; } } }",
        &["no loop or block here has the label `'a`"],
    );
}

#[test]
fn other_refusals_of_the_pass() {
    refused(
        "fn f(x: f64) -> f64 { dbg!(x) }",
        &["the value of `dbg!` is not differentiated\n\
           help: print it with `eprintln!` in a statement of its own"],
    );
    refused("fn f() { 1x; }", &["the suffix `x` of this number is not known"]);
    refused("fn f() { 1.0f16; }", &["the suffix `f16` of this number is not known"]);
    refused(
        "fn f() { 340282366920938463463374607431768211456; }",
        &["this integer is too large for any type"],
    );
    refused(
        "fn f(mut a: f64, p: Pair) { Pair(a, _) = p; }",
        &["cannot take this apart: its fields are not known\n\
           help: derive `Differentiable` for the struct, or assign to its fields one by one"],
    );
}

#[test]
fn known_structs_are_taken_apart_and_put_together() {
    let point: syn::ItemFn = syn::parse_str(
        "fn f(p: &Pair, q: model::Point<f64>) -> Pair {
            let Pair(a, ..) = *p;
            let model::Point { x, y: (u, _) } = q;
            let mut b = 0.0;
            (Pair(.., b), _) = (Pair(a, x), 1);
            match q { model::Point { x, .. } if x > 0.0 => Pair(x, u), _ => Pair { 0: b, 1: a } }
        }",
    )
    .expect("a function");
    let mut environment = Environment::default();
    let structure = |name: &str, tuple, fields: &[&str]| {
        std::rc::Rc::new(crate::types::StructType {
            path: name.parse().expect("a path"),
            name: name.into(),
            fields: fields.iter().map(|field| ((*field).into(), Type::F64)).collect(),
            tuple,
            tangent: false,
            tangent_path: TokenStream::new(),
        })
    };
    environment.structs.insert("Pair".into(), structure("Pair", true, &["0", "1"]));
    environment.structs.insert("model::Point".into(), structure("Point", false, &["x", "y"]));
    let mut diagnostics = Diagnostics::new();
    let body = resolve(&point, &environment, &mut diagnostics).expect("a body");
    expect![[r#"
        (p.0: &Pair, q.1: Point) -> Pair {
            let Pair { 0: a.2 } = *p.0;
            let model::Point { x: x.3, y: (u.4, _) } = q.1;
            let mut b.5 = 0.0;
            {
                let (Pair { 1: b.6 }, _) = (Pair { 0: a.2, 1: x.3 }, 1);
                b.5 = b.6;
            };
            match q.1 {
                model::Point { x: x.7 } if (x.7 > 0.0) => Pair { 0: x.7, 1: u.4 },
                _ => Pair { 0: b.5, 1: a.2 },
            }
        }
    "#]]
    .assert_eq(&body.to_string());
}

#[test]
fn external_paths_are_what_a_signature_may_be_asked_for() {
    let function: syn::ItemFn = syn::parse_str(
        "fn f<T: Float>(p: &Particle<T>, k: Option<Kind>, v: Vec<f64>, t: T, q: T, mut a: T, mut b: T) -> model::State {
            let square = |x: f64| x * x;
            fn local(x: f64) -> f64 { x }
            let s = square(local(1.0)) + f64::max(1.0, 2.0) + T::sqrt(t) + erf(1.0);
            std::mem::swap(&mut a, &mut b);
            let w = v.iter().map(energy).sum::<f64>() + model::step::<f64>(s) + Particle::new(1.0);
            let Point { x, .. } = q;
            model::State { x, ..q }
        }",
    )
    .expect("a function");
    let external = external_paths(&function);
    let texts = |paths: &[syn::Path]| paths.iter().map(types::path_text).collect::<Vec<_>>();
    // `erf` may be the user's own.
    assert_eq!(texts(&external.functions), ["erf", "energy", "model::step"]);
    assert_eq!(texts(&external.structs), ["Point", "model::State"]);
    assert_eq!(texts(&external.types), ["Particle", "Kind", "model::State"]);
}
