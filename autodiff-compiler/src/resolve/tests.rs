//! What the pass makes of source text.

use super::*;
use expect_test::{Expect, expect};

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
            (x.0: &[T; N], u.1: U, s.2: &str, h.3: HashMap < u32 , f64 >, o.4: Option<T>) -> Vec<T> {
                let v.6: Vec<_> = x.0.iter().map('3: |&x.5| ((T::sqrt(x.5) + T::from_f64((path N as f64))) + Float::sin(x.5))).collect();
                v.6
            }
        "#]],
    );
}
