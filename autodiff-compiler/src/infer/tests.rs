//! Types of variables, by case. `tests/types.rs` compares them with rustc.

use super::*;
use crate::types::StructType;
use expect_test::{Expect, expect};

/// The variables with their types, then the errors.
fn run_on(source: &str, environment: &Environment) -> String {
    let function: syn::ItemFn = syn::parse_str(source).expect("a function");
    let mut diagnostics = Diagnostics::new();
    let body = crate::resolve::resolve(&function, environment, &mut diagnostics);
    let mut lines: Vec<String> = Vec::new();
    if let Some(body) = body
        && let Some(types) = infer(&body, environment, &mut diagnostics)
    {
        let names = body.bindings.iter().map(|binding| &binding.name);
        for text in names.zip(&types.bindings).map(|(name, ty)| format!("{name}: {ty}")) {
            match lines.last_mut() {
                Some(line) if line.len() + text.len() < 80 => *line = format!("{line}; {text}"),
                _ => lines.push(text),
            }
        }
    }
    lines.extend(diagnostics.iter().map(|diagnostic| format!("error: {}", diagnostic.text())));
    lines.join("\n") + "\n"
}

fn check_in(source: &str, environment: &Environment, expected: Expect) {
    expected.assert_eq(&run_on(source, environment));
}

fn check(source: &str, expected: Expect) {
    check_in(source, &Environment::default(), expected);
}

#[test]
fn literals_take_their_type_from_use_or_by_default() {
    check(
        "fn f(x: f64, y: f32) -> f64 {
            let a = 1.0; let b = 2; let c = 3; let d = 1.5; let e = 2.5;
            let i = c as usize; let k = x.powi(b); let m = y * e;
            let n = 7u8; let h = 1f32; let big = 300 as u64; let neg = -1 as i64;
            a * x + (d as f64) + i as f64 + k + m as f64
        }",
        expect![[r#"
            x: f64; y: f32; a: f64; b: i32; c: i32; d: f64; e: f32; i: usize; k: f64; m: f32
            n: u8; h: f32; big: u64; neg: i64
        "#]],
    );
}

#[test]
fn operators_look_through_one_reference() {
    check(
        "fn f(a: &f64, b: &f64, n: &usize, k: &mut f64) -> f64 {
            let s = a + b; let t = 2.0 * a; let u = -a; let v = a < b; let w = *a * 2.0;
            let m = n + 1; let z = n % 2 == 0; let o = !z; let p = 1 << m;
            *k += a; *k *= 2.0;
            s + t + u + w
        }",
        expect![[r#"
            a: &f64; b: &f64; n: &usize; k: &mut f64; s: f64; t: f64; u: f64; v: bool; w: f64
            m: usize; z: bool; o: bool; p: i32
        "#]],
    );
}

#[test]
fn deferred_and_shadowed_variables() {
    check(
        "fn f(x: f64) -> f64 {
            let y; if x > 0.0 { y = x; } else { y = 1.0; }
            let x = (x, 1); let (a, b) = x; let x = b; let mut acc = 0.0; acc += a;
            let z = if a > 1.0 { return 2.0 } else { a };
            let w = loop { if acc > 3.0 { break acc; } acc += 1.0; };
            let v = 'l: { if w > 1.0 { break 'l 1; } 2usize };
            let q = match x { 0 => 1.0, 1 | 2 => w, _ => panic!() };
            y + z + q
        }",
        expect![[r#"
            x: f64; y: f64; x: (f64, i32); a: f64; b: i32; x: i32; acc: f64; z: f64; w: f64
            v: usize; q: f64
        "#]],
    );
}

#[test]
fn loops_over_everything() {
    check(
        "fn f(s: &[f64], v: &Vec<f64>, a: [f64; 3], r: &[[f64; 2]; 4], m: &mut [f64]) -> f64 {
            let mut t = 0.0;
            for i in 0..s.len() { t += s[i]; }
            for x1 in s { t += x1; } for x2 in v { t += *x2; } for x3 in a { t += x3; }
            for x4 in &a { t += x4; } for [p, q] in r { t += p * q; } for x5 in m.iter_mut() { *x5 += t; }
            for (j, &x6) in v.iter().enumerate().rev().step_by(2) { t += x6 * j as f64; }
            for (x7, (x8, x9)) in s.iter().zip(v.iter().zip(a)) { t += x7 * x8 + x9; }
            for w in s.windows(2) { t += w[1] - w[0]; }
            for c in s.chunks_exact(4).skip(1).take(3) { t += c.iter().sum::<f64>(); }
            for k in (0..10).rev() { t += k as f64; } for x10 in &mut *m { *x10 = 1.0; }
            t
        }",
        expect![[r#"
            s: &[f64]; v: &Vec<f64>; a: [f64; 3]; r: &[[f64; 2]; 4]; m: &mut [f64]; t: f64
            i: usize; x1: &f64; x2: &f64; x3: f64; x4: &f64; p: &f64; q: &f64; x5: &mut f64
            j: usize; x6: f64; x7: &f64; x8: &f64; x9: f64; w: &[f64]; c: &[f64]; k: i32
            x10: &mut f64
        "#]],
    );
}

#[test]
fn iterator_chains_with_closures() {
    check(
        "fn f(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
            let mse = x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>() / x.len() as f64;
            let big: f64 = x.iter().copied().fold(0.0, f64::max);
            let top = y.iter().cloned().fold(f64::NEG_INFINITY, |m, v| if v > m { v } else { m });
            let squares: Vec<_> = x.iter().map(|v| v * v).collect();
            let total: f64 = squares.iter().sum();
            let count = x.iter().filter(|&&v| v > 0.5).count();
            let best = x.iter().enumerate().max_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap()).map(|(i, _)| i);
            let pairs = x.iter().zip(y).map(|(a, b)| (a + b, a * b)).collect::<Vec<(f64, f64)>>();
            let (sum, product) = pairs.iter().fold((0.0, 1.0), |(s, p), &(a, b)| (s + a, p * b));
            let smallest = x.iter().min_by(|a, b| a.total_cmp(b));
            let all = x.iter().all(|v| v.is_finite()) && y.iter().any(|&v| v > 0.0);
            let at = x.iter().position(|&v| v == 1.0).unwrap_or(0);
            let scaled = [1.0, 2.0].map(|c| c * total);
            let flat: Vec<f64> = (0..3).flat_map(|i| x.iter().map(move |v| v * i as f64)).collect();
            let running: Vec<f64> = x.iter().scan(0.0, |s, v| { *s += v; Some(*s) }).collect();
            mse + big + top + product + sum
        }",
        expect![[r#"
            w: &[f64; 3]; x: &[f64]; y: &[f64]; x: &f64; y: &f64; mse: f64; big: f64; m: f64
            v: f64; top: f64; v: &f64; squares: Vec<f64>; total: f64; v: f64; count: usize
            a: &&f64; b: &&f64; i: usize; best: Option<usize>; a: &f64; b: &f64
            pairs: Vec<(f64, f64)>; s: f64; p: f64; a: f64; b: f64; sum: f64; product: f64
            a: &&f64; b: &&f64; smallest: Option<&f64>; v: &f64; v: f64; all: bool; v: f64
            at: usize; c: f64; scaled: [f64; 2]; i: i32; v: &f64; flat: Vec<f64>; s: &mut f64
            v: &f64; running: Vec<f64>
        "#]],
    );
}

#[test]
fn closures_get_types_from_calls() {
    check(
        "fn f(x: f64) -> f64 {
            let square = |v| v * v; let add = |a: f64, b| a + b; let k = |i| i + 1;
            let early = |v: f64| { if v < 0.0 { return 0.0; } v.sqrt() };
            let apply = |g: f64| square(g);
            fn helper(a: f64, n: i32) -> f64 { let half = 0.5; a.powi(n) * half }
            let n = k(2usize); let h = helper; let list = [1.0, x].iter().map(|&v| helper(v, 2)).sum::<f64>();
            square(x) + add(x, 1.0) + early(x) + apply(x) + h(x, 2) + list
        }",
        expect![[r#"
            x: f64; v: f64; square: closure; a: f64; b: f64; add: closure; i: usize
            k: closure; v: f64; early: closure; g: f64; apply: closure; a: f64; n: i32
            half: f64; n: usize; h: fn; v: f64; list: f64
        "#]],
    );
}

#[test]
fn patterns_bind_by_default_modes() {
    check(
        "fn f(p: &(f64, [f64; 2]), q: &mut (f64, usize), o: Option<&f64>, v: &[f64], t: &[(f64, f64)]) -> f64 {
            let (a, b) = p; let &(c, d) = p; let (e, g) = q; *e += 1.0; *g += 1;
            let (ref h, ref mut i) = (1.0, 2u8);
            let [j, k] = b; let [l, m] = d;
            if let Some(n) = o { return *n; } if let Some(&r) = o { return r; }
            let mm = match v { [] => 0.0, [s] => *s, [u, .., w] => u * w };
            mm + match v { [x, rest @ ..] => x + rest[0], _ => 0.0 }
            + t.iter().map(|&(y, z)| y * z).sum::<f64>()
            + match (c, j) { (aa, bb) if aa > 0.0 => aa + bb, (cc @ dd, _) => cc + dd }
        }",
        expect![[r#"
            p: &(f64, [f64; 2]); q: &mut (f64, usize); o: Option<&f64>; v: &[f64]
            t: &[(f64, f64)]; a: &f64; b: &[f64; 2]; c: f64; d: [f64; 2]; e: &mut f64
            g: &mut usize; h: &f64; i: &mut u8; j: &f64; k: &f64; l: f64; m: f64; n: &f64
            r: f64; s: &f64; u: &f64; w: &f64; mm: f64; x: &f64; rest: &[f64]; y: f64; z: f64
            aa: f64; bb: &f64; cc: f64; dd: f64
        "#]],
    );
}

#[test]
fn slices_and_vectors() {
    check(
        "fn f(s: &[f64], m: &mut [f64], n: usize) -> f64 {
            let mut v = vec![0.0; n]; let mut u = Vec::with_capacity(n); u.push(s[0]); v.extend_from_slice(&u);
            let (lo, hi) = s.split_at(n); let (left, right) = m.split_at_mut(n); left[0] = right[0];
            let part = &s[1..n]; let tail = &s[1..]; let copy = part.to_vec(); let twin = v.clone();
            let first = s.first(); let last = *s.last().unwrap(); let got = s.get(2); let range = s.get(0..2);
            let grid = [[0.0; 3]; 2]; let row = &grid[1]; let cell = grid[0][1] + last; let nested = vec![vec![1.0; n]; n];
            let (head, rest) = s.split_first().unwrap(); let whole = &v[..]; let view: &[f64] = &v;
            std::mem::swap(&mut v, &mut u); let old = std::mem::replace(&mut v, Vec::new()); let taken = std::mem::take(&mut u);
            let joined = [copy, twin].concat(); let sorted = { let mut z = joined.clone(); z.sort_by(|a, b| a.total_cmp(b)); z };
            let empty = s.is_empty(); let r = 0..n; let has = r.contains(&3);
            head + rest[0] + cell
        }",
        expect![[r#"
            s: &[f64]; m: &mut [f64]; n: usize; v: Vec<f64>; u: Vec<f64>; lo: &[f64]
            hi: &[f64]; left: &mut [f64]; right: &mut [f64]; part: &[f64]; tail: &[f64]
            copy: Vec<f64>; twin: Vec<f64>; first: Option<&f64>; last: f64; got: Option<&f64>
            range: Option<&[f64]>; grid: [[f64; 3]; 2]; row: &[f64; 3]; cell: f64
            nested: Vec<Vec<f64>>; head: &f64; rest: &[f64]; whole: &[f64]; view: &[f64]
            old: Vec<f64>; taken: Vec<f64>; joined: Vec<f64>; z: Vec<f64>; a: &f64; b: &f64
            sorted: Vec<f64>; empty: bool; r: Range<usize>; has: bool
        "#]],
    );
}

#[test]
fn numbers_and_their_methods() {
    check(
        "fn f(x: f64, i: i32, u: usize, y: f32) -> f64 {
            let (s, c) = x.sin_cos(); let bits = x.to_bits(); let b32 = y.to_bits(); let o = x.total_cmp(&1.0);
            let p = i.pow(2); let d = i.abs_diff(3); let ua = i.unsigned_abs(); let co = u.checked_sub(1); let (ov, fl) = u.overflowing_add(1);
            let lz = i.leading_zeros(); let r = u.rem_euclid(3); let m = u.min(3).max(1); let from = f64::from(i); let f2 = f64::from(y);
            let nan = x.is_nan(); let h = f64::hypot(x, s); let t = (x > 0.0).then(|| 1.0); let ts = (x > 0.0).then_some(2);
            let pi = std::f64::consts::PI; let e = f32::EPSILON; let mx = usize::MAX; let bt = u8::BITS; let cl = x.clamp(0.0, 1.0);
            let cm = std::cmp::max(u, 2); let into: f64 = y.into(); let ma = x.mul_add(2.0, s); let sg = i.signum();
            s * c + h + ma
        }",
        expect![[r#"
            x: f64; i: i32; u: usize; y: f32; s: f64; c: f64; bits: u64; b32: u32
            o: Ordering; p: i32; d: u32; ua: u32; co: Option<usize>; ov: usize; fl: bool
            lz: u32; r: usize; m: usize; from: f64; f2: f64; nan: bool; h: f64
            t: Option<f64>; ts: Option<i32>; pi: f64; e: f32; mx: usize; bt: u32; cl: f64
            cm: usize; into: f64; ma: f64; sg: i32
        "#]],
    );
}

#[test]
fn generic_floats() {
    check(
        "fn f<T: Float, const N: usize>(x: &[T; N], s: T) -> T {
            let two = T::from_f64(2.0); let mut acc = T::ZERO; let n = N; let pi = T::PI;
            for v in x { acc += *v * two; }
            let e = s.exp() + acc; let m = x.iter().copied().fold(T::ZERO, |a, b| a + b);
            let d = T::default(); let y = x.map(|v| v.sqrt()); let z: T = x.iter().map(|&v| v * v).sum();
            let arr = [T::ONE; N]; let w = Float::max(s, e);
            e + m + T::from_usize(n.pow(2))
        }",
        expect![[r#"
            x: &[T; N]; s: T; two: T; acc: T; n: usize; pi: T; v: &T; e: T; a: T; b: T; m: T
            d: T; v: T; y: [T; N]; v: T; z: T; arr: [T; N]; w: T
        "#]],
    );
}

fn environment() -> Environment {
    let mut environment = Environment::default();
    let vector = Type::Reference { mutable: false, to: Box::new(Type::Slice(Box::new(Type::F64))) };
    environment.functions.insert(
        "model::predict".into(),
        crate::signature::FunctionSignature {
            parameters: vec![vector, Type::USIZE],
            result: Type::Tuple(vec![Type::F64, Type::USIZE]),
            active: vec![true, false],
            float_parameters: vec![],
            prefix: None,
            recursive: false,
            fallible: false,
            notes: Default::default(),
        },
    );
    let size = Length::Expression("N".into());
    let parameter = Type::Float(FloatType::Parameter("T".into()));
    let array = Type::Array(Box::new(parameter.clone()), size);
    environment.functions.insert(
        "scale".into(),
        crate::signature::FunctionSignature {
            parameters: vec![array.clone(), parameter],
            result: array,
            active: vec![true, true],
            float_parameters: vec!["T".into()],
            prefix: None,
            recursive: false,
            fallible: false,
            notes: Default::default(),
        },
    );
    environment.structs.insert(
        "Point".into(),
        Rc::new(StructType {
            path: quote::quote!(Point),
            name: "Point".into(),
            fields: vec![
                ("x".into(), Type::F64),
                ("at".into(), Type::Array(Box::new(Type::F32), Length::Literal(2))),
            ],
            tuple: false,
            tangent_path: quote::quote!(<Point as Differentiable>::Tangent),
            tangent: false,
        }),
    );
    environment
}

#[test]
fn annotated_functions_and_structs() {
    check_in(
        "fn f(w: &[f64; 3], p: &Point) -> f64 {
            let (a, b) = model::predict(w, 2); let c = scale([1.0, 2.0], p.at[0]); let d = scale([w[0]; 4], 2.0);
            let x = p.x; let Point { x: px, at } = p; let q = Point { x: 1.0, at: [0.0; 2] }; let r = Point { x: a, ..q };
            let y = r.at[1]; let ps = [q, r]; let s = ps.iter().map(|p| p.x).sum::<f64>();
            a + c[0] as f64 + d[1] + s
        }",
        &environment(),
        expect![[r#"
            w: &[f64; 3]; p: &Point; a: f64; b: usize; c: [f32; 2]; d: [f64; 4]; x: f64
            px: &f64; at: &[f32; 2]; q: Point; r: Point; y: f32; ps: [Point; 2]; p: &Point
            s: f64
        "#]],
    );
}

#[test]
fn unseen_things_unify_with_use_or_stay_passive() {
    check(
        "fn f(w: f64, xs: &[f64], cfg: &Config) -> f64 {
            let step: f64 = cfg.step; let rate = cfg.rate; let y = w * rate; let name = cfg.name.clone();
            let n = cfg.n; let mut s = 0.0; for i in 0..n { s += xs[i] * cfg.scale(2.0, i); }
            let k = cfg.index; let z = xs[k]; let area = 2.0 * RADIUS * RADIUS * w;
            let parsed = helper(w); let both = if w > cfg.limit { 1.0 } else { cfg.other };
            println!(\"{} {:?}\", name, parsed);
            y + s + both * w
        }",
        expect![[r#"
            w: f64; xs: &[f64]; cfg: &Config; step: f64; rate: f64; y: f64; name: _; n: usize
            s: f64; i: usize; k: usize; z: f64; area: f64; parsed: _; both: f64
        "#]],
    );
}

#[test]
fn what_cannot_be_known_is_an_error() {
    check(
        "fn f(w: f64, cfg: &Config) -> f64 {
            let mut n = 0; n += cfg.n; let mut t = 0.0; t += cfg.t; println!(\"{n} {t}\"); w
        }",
        expect![[r#"
            error: the type of `n` cannot be known here
            help: write it: `let mut n: usize = …`
            error: the type of `t` cannot be known here
            help: write it: `let mut t: f64 = …`
        "#]],
    );
    check(
        "fn f(w: f64) -> f64 { let v = Vec::new(); drop(&v); w }",
        expect![[r#"
        error: the type of `v` cannot be known here
        help: write it: `let v: Vec<f64> = …`
    "#]],
    );
    check(
        "fn f(w: &[f64]) -> f64 { let s = w.iter().sum(); show(s); w[0] }",
        expect![[r#"
        error: the type of this sum or product cannot be known here
        help: write it: `.sum::<f64>()`, `.product::<f64>()`
    "#]],
    );
    check(
        "fn f(w: f64, cfg: &Config) -> f64 { let mut s = w; for i in 0..cfg.n { s += w * i as f64; } s }",
        expect![[r#"
            w: f64; cfg: &Config; s: f64; i: usize
        "#]],
    );
    check(
        "fn f(w: f64) -> f64 { let r: Real = w * 2.0; r }",
        expect![[r#"
        error: `f64` is not known to be the same as `Real`
        help: only the name of `Real` can be seen here: write the type that it stands for, or derive `Differentiable` for it
        error: `Real` is not known to be the same as `f64`
        help: only the name of `Real` can be seen here: write the type that it stands for, or derive `Differentiable` for it
    "#]],
    );
    check(
        "fn f(w: f64, n: usize) -> f64 { w * n }",
        expect![[r#"
        error: expected `f64`, found `usize`
        help: write the types of the variables that are involved
    "#]],
    );
    check(
        "fn f(w: f64) -> f64 { let g = if w > 0.0 { f64::sin } else { f64::cos }; g(w) }",
        expect![[r#"
        error: which function this is depends on a condition
        help: call each function in its own branch
    "#]],
    );
}

#[test]
fn every_row_of_the_tables_can_be_read() {
    let tables = [
        table::FLOAT,
        table::F64,
        table::F32,
        table::INTEGER,
        table::BOOL,
        table::SLICE,
        table::ARRAY,
        table::VEC,
        table::OPTION,
        table::RANGE,
        table::ITERATOR,
    ];
    for row in tables.into_iter().flatten() {
        let mut variables = Variables::default();
        let array = Type::Array(Box::new(Type::F64), Length::Literal(3));
        let mut scope = signatures::Scope::new(&mut variables, &array);
        assert!(signatures::read(row, &mut scope).is_some(), "{row}");
    }
}
