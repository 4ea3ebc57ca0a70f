//! Functions that make it easy to be wrong: names that are shadowed, values that are read while they
//! change, code that leaves early, containers, state. Each gives a gradient here, which is compared with
//! differences of the function itself. Those that are refused are in `tests/ui/tricks`.

#![allow(
    unreachable_pub,
    dead_code,
    unused_variables,
    unused_mut,
    unused_assignments,
    unused_imports
)]
#![allow(clippy::all)]

use autodiff_core::differentiate;
use std::collections::*;

/// Compares value and gradient with the function and its central differences.
fn check(
    name: &str,
    function: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> f64,
    gradient: impl Fn(f64) -> f64,
    wrong: &mut Vec<String>,
) {
    const STEP: f64 = 1e-5;
    for x in [0.7, 1.3, 2.4] {
        let expected = function(x);
        let slope = (function(x + STEP) - function(x - STEP)) / (2.0 * STEP);
        let (value, gradient) = (value(x), gradient(x));
        if (value - expected).abs() > 1e-12 {
            wrong.push(format!("{name}({x}) is {expected}, and `value` gives {value}"));
        }
        if (gradient - slope).abs() > 1e-6 * slope.abs().max(1.0) {
            wrong.push(format!(
                "the slope of {name} at {x} is {slope}, and `gradient` gives {gradient}"
            ));
        }
    }
}

macro_rules! compared {
    ($($name:ident)*) => {
        #[test]
        fn gradients_are_those_of_the_functions() {
            let mut wrong = vec![];
            $( check(stringify!($name), $name::f, $name::f::value, $name::f::gradient, &mut wrong); )*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    };
}

compared! {
    from_kind into_kind stateful stateful_twice std_add paths_of_std shadow_in_order
    assign_in_operand compound_rhs index_effects closure_mut closure_nested_capture
    closure_return closure_shadow closure_move_copy closure_named_exp labelled labelled_block
    let_else if_let_chain struct_update nested_fn_names cast_from_bool overflow shifts
    swap_elements aliases ref_to_ref rebind_reference match_guard match_tuple match_binding
    slice_pattern slice_pattern_ref while_state loop_value vec_reuse vec_pop vec_extend
    vec_nested iter_rev_enum iter_scan iter_take_while iter_flat_map iter_windows iter_chunks
    iter_max_by iter_fold_pair iter_unzip iter_stored iter_zip_mut iter_step iter_last
    iter_position binary_heap static_read const_fn assoc_const fn_by_path newtype_eq
    opaque_index get_checked concat_macro dbg_statement todo_branch assert_effect
    debug_assert_effect println_effect matches_guard time char_math string_index
    tuple_struct_pattern ref_mut_pattern nested_tuple_assign deferred never_type
    block_shadow_loop const_generic_array unit_struct_method int_from_float_loop float_rem
    neg_zero max_chain sin_cos type_alias_inside use_inside use_fn_inside consts
    recursion_annotated call_other call_shadowed call_nested_shadow
}

mod from_kind {
    use super::*;
    #[derive(Clone, Copy)]
    enum Kind {
        A = 1,
        B = 2,
    }
    impl From<Kind> for i32 {
        fn from(k: Kind) -> i32 {
            3
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let kind: Kind = Kind::B;
        let n = i32::from(kind);
        x.powi(n)
    }
}

mod into_kind {
    use super::*;
    #[derive(Clone, Copy)]
    enum Kind {
        A = 1,
        B = 2,
    }
    impl From<Kind> for i32 {
        fn from(k: Kind) -> i32 {
            3
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let kind: Kind = Kind::B;
        let n: i32 = kind.into();
        x.powi(n)
    }
}

mod stateful {
    use super::*;
    use std::sync::atomic::*;
    pub static S: AtomicUsize = AtomicUsize::new(0);
    fn next() -> f64 {
        (S.fetch_add(1, Ordering::SeqCst) % 3) as f64 + 1.0
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut s = 0.0;
        for _ in 0..3 {
            let k: f64 = next();
            s += k * k * x * x.sin();
        }
        s
    }
}

mod stateful_twice {
    use super::*;
    use std::sync::atomic::*;
    pub static S: AtomicUsize = AtomicUsize::new(0);
    fn next() -> f64 {
        (S.fetch_add(1, Ordering::SeqCst) % 2) as f64 + 1.0
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let a: f64 = next();
        let b: f64 = next();
        a * x * x - b * x
    }
}

mod std_add {
    use super::*;
    use std::ops::Add;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.add(3.0) * (&x).add(x)
            + f64::add(x, 2.0)
            + <f64 as Add>::add(x, x)
            + [x, x].into_iter().fold(0.0, f64::add)
    }
}

mod paths_of_std {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = x;
        let mut b = f64::max(x, 0.1) * f64::from(2.0f32);
        std::mem::swap(&mut a, &mut b);
        let c = core::mem::replace(&mut a, 3.0);
        let n = std::cmp::max(2usize, 1) as f64 + f64::from(3u8);
        let v: Vec<f64> = Vec::with_capacity(2);
        let f: [f64; 2] = std::array::from_fn(|i| i as f64 * x);
        let o = Option::Some(x).map_or(0.0, |y| y * y);
        std::iter::zip([a, b], [c, n]).map(|(p, q)| p * q).sum::<f64>()
            + f.iter().sum::<f64>()
            + std::hint::black_box(x)
            + std::convert::identity(x)
            + o
            + <f64>::sin(x)
            + f64::mul_add(x, x, x)
    }
}

mod shadow_in_order {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y = x * {
            let x = 2.0;
            x
        } + {
            let x = x + 1.0;
            x * x
        };
        y
    }
}

mod assign_in_operand {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        let z = y + {
            y = 3.0 * x;
            y
        } * y;
        z * y
    }
}

mod compound_rhs {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        y += {
            y = 10.0 * x;
            1.0
        };
        y * y
    }
}

mod index_effects {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = [x, 2.0 * x, 3.0 * x];
        let mut i = 0;
        a[{
            i += 1;
            i
        }] *= {
            i += 1;
            a[i]
        };
        a[0] + a[1] * a[2] + i as f64
    }
}

mod closure_mut {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut t = x;
        let mut add = |y: f64| {
            t += y * y;
            t
        };
        let a = add(x);
        let b = add(2.0);
        a * b + t
    }
}

mod closure_nested_capture {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let k = |y: f64| {
            let g = |z: f64| z * y * x;
            g(y) + g(x)
        };
        k(x) * k(2.0)
    }
}

mod closure_return {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = |y: f64| {
            if y > 1.0 {
                return y * y;
            }
            y * 3.0
        };
        g(x) * g(2.0 * x)
    }
}

mod closure_shadow {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let x = x * 2.0;
        let g = |x: f64| x * x;
        let x = 3.0 * x;
        g(x) + x
    }
}

mod closure_move_copy {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let t = x * x;
        let g = move |y: f64| y * t;
        let t = 5.0;
        g(x) + t
    }
}

mod closure_named_exp {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let exp = |y: f64| y * y;
        let sin = |y: f64| exp(y) + 1.0;
        sin(x) + x.exp()
    }
}

mod labelled {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut s = 0.0;
        'a: for i in 0..5 {
            for j in 0..5 {
                if j > i {
                    continue 'a;
                }
                if i + j > 5 {
                    break 'a;
                }
                s += x.powi(j) * i as f64;
            }
        }
        s
    }
}

mod labelled_block {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y = 'b: {
            if x > 1.0 {
                break 'b x * x;
            }
            if x > 2.0 {
                break 'b x;
            }
            3.0 * x
        };
        y * y
    }
}

mod let_else {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x];
        let [a, b] = v;
        let Some(c) = (if x > 1.0 { Some(a * b) } else { None }) else { return x };
        c + a
    }
}

mod if_let_chain {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let o = if x > 1.0 { Some(x * x) } else { None };
        if let Some(v) = o
            && x < 2.0
        {
            v * x
        } else {
            x
        }
    }
}

mod struct_update {
    use super::*;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct P {
        a: f64,
        b: f64,
        n: usize,
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let p = P { a: x, b: x * x, n: 2 };
        let q = P { a: 3.0 * p.b, ..p };
        let P { a, b: c, .. } = q;
        a * c * q.n as f64
    }
}

mod nested_fn_names {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        fn g(y: f64) -> f64 {
            y * y
        }
        let a = g(x);
        let b = {
            fn g(y: f64) -> f64 {
                y + 1.0
            }
            g(x)
        };
        a * b
    }
}

mod cast_from_bool {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        (x > 1.0) as i32 as f64 * x + f64::from(x > 2.0) * x * x
    }
}

mod overflow {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n: u8 = 250;
        let m = n.wrapping_add(10);
        x.powi(m as i32)
    }
}

mod shifts {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = 5usize;
        let m = (n << 2) ^ 3 & 6 | 1;
        x * m as f64
    }
}

mod swap_elements {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = [x, x * x, 1.0];
        a.swap(0, 2);
        let (l, r) = a.split_at_mut(1);
        std::mem::swap(&mut l[0], &mut r[0]);
        a[0] * a[1] + a[2]
    }
}

mod aliases {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = [x, 2.0];
        {
            let r = &mut a[0];
            *r *= *r;
        }
        let s = &a;
        s[0] * s[1]
    }
}

mod ref_to_ref {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y = x * x;
        let r = &&y;
        let s = &mut *(&mut { y });
        *s += **r;
        *s * **r
    }
}

mod rebind_reference {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = x;
        let mut b = 2.0 * x;
        let mut r = &mut a;
        *r *= 3.0;
        r = &mut b;
        *r *= *r;
        a + b
    }
}

mod match_guard {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        match x {
            y if y > 2.0 => y * y,
            y if y > 1.0 => y.sin(),
            _ => 1.0 / x,
        }
    }
}

mod match_tuple {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        match (x > 1.0, x > 2.0) {
            (true, true) => x,
            (true, false) => x * x,
            (false, _) => 3.0 * x,
        }
    }
}

mod match_binding {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = 3u32;
        match n {
            k @ 1..=3 => x.powi(k as i32),
            k if k % 2 == 0 => x,
            _ => 0.0,
        }
    }
}

mod slice_pattern {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let a = [x, x * x, 3.0];
        match a {
            [f, .., l] => f * l,
        }
    }
}

mod slice_pattern_ref {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = vec![x, x * x, 3.0];
        if let [f, rest @ ..] = &v[..] { f * rest[0] + rest.len() as f64 } else { 0.0 }
    }
}

mod while_state {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        let mut n = 0;
        while y < 20.0 && n < 10 {
            y = y * y + 1.0;
            n += 1;
        }
        y
    }
}

mod loop_value {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        let r = loop {
            y *= 1.7;
            if y > 4.0 {
                break y * x;
            }
        };
        r + y
    }
}

mod vec_reuse {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x; 3];
        for i in 1..3 {
            v[i] = v[i - 1] * x;
        }
        let w = v;
        v = vec![2.0 * x];
        v.push(w[2]);
        v[0] * v[1]
    }
}

mod vec_pop {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x, x * x];
        let a = v.pop().unwrap();
        v.push(a * a);
        v[0] * v[1]
    }
}

mod vec_extend {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x];
        v.extend([x * x, 3.0]);
        v.extend_from_slice(&[x]);
        v.iter().product::<f64>()
    }
}

mod vec_nested {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m = vec![vec![x; 2]; 2];
        m[0][1] = x * x;
        let r = m[0].clone();
        m[1] = r;
        m[1][1] * m[0][0]
    }
}

mod iter_rev_enum {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x, 2.0 * x];
        v.iter().rev().enumerate().map(|(i, y)| i as f64 * y).sum()
    }
}

mod iter_scan {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, 2.0 * x, 3.0];
        v.iter()
            .scan(1.0, |s, y| {
                *s *= y;
                Some(*s)
            })
            .sum()
    }
}

mod iter_take_while {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, 2.0, 3.0];
        v.iter().take_while(|y| **y < 2.5).map(|y| y * x).sum()
    }
}

mod iter_flat_map {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        (0..3).flat_map(|i| (0..i).map(move |j| (i * j) as f64)).map(|c| c * x).sum()
    }
}

mod iter_windows {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x, x.sin(), 2.0];
        v.windows(2).map(|w| w[0] * w[1]).sum()
    }
}

mod iter_chunks {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x, x.sin(), 2.0, x];
        v.chunks(2).map(|c| c.iter().product::<f64>()).sum()
    }
}

mod iter_max_by {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, 1.5, 2.0 / x];
        v.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap() * x
    }
}

mod iter_fold_pair {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let (a, b) = [x, 2.0 * x].iter().fold((0.0, 1.0), |(s, p), y| (s + y, p * y));
        a * b
    }
}

mod iter_unzip {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let (a, b): (Vec<f64>, Vec<f64>) = (0..3).map(|i| (x * i as f64, x.powi(i))).unzip();
        a[2] * b[2]
    }
}

mod iter_stored {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let it = [x, x * x].into_iter();
        let it = it.map(|y| y * x);
        it.sum()
    }
}

mod iter_zip_mut {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = [x, 2.0];
        let b = [x * x, x];
        for (p, q) in a.iter_mut().zip(&b) {
            *p *= q;
        }
        a[0] + a[1]
    }
}

mod iter_step {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        (0..10).step_by(3).rev().map(|i| x.powi(i)).sum()
    }
}

mod iter_last {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        *[x, x * x].iter().last().unwrap()
    }
}

mod iter_position {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [1.0, x, 3.0];
        let i = v.iter().position(|y| *y >= x).unwrap();
        v[i] * x
    }
}

mod binary_heap {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut h: Vec<(i32, f64)> = Vec::new();
        h.push((1, x));
        h[0].1 * x
    }
}

mod static_read {
    use super::*;
    static S: f64 = 3.0;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x * S * x
    }
}

mod const_fn {
    use super::*;
    const fn twice(n: i32) -> i32 {
        2 * n
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        const N: i32 = twice(2);
        x.powi(N) * x.powi(twice(1))
    }
}

mod assoc_const {
    use super::*;
    struct S;
    impl S {
        const N: i32 = 3;
        const K: f64 = 1.5;
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let k: f64 = S::K;
        let n: i32 = S::N;
        x.powi(n) * k
    }
}

mod fn_by_path {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = f64::sin;
        g(x) + [x, 2.0].iter().copied().map(f64::cos).sum::<f64>()
    }
}

mod newtype_eq {
    use super::*;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl PartialEq for M {
        fn eq(&self, o: &M) -> bool {
            self.0 > o.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        if M(x) == M(1.0) { x * x } else { x }
    }
}

mod opaque_index {
    use super::*;
    pub struct T;
    impl std::ops::Index<usize> for T {
        type Output = f64;
        fn index(&self, i: usize) -> &f64 {
            &2.5
        }
    }
    fn table() -> T {
        T
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let t = table();
        x * t[3]
    }
}

mod get_checked {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let a = [x, 2.0 * x];
        *a.get(1).unwrap() * a.get(5).copied().unwrap_or(x)
    }
}

mod concat_macro {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = stringify!(abc).len();
        x.powi(n as i32)
    }
}

mod dbg_statement {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        dbg!(x * x);
        x
    }
}

mod todo_branch {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        if x > 100.0 {
            todo!()
        }
        x * x
    }
}

mod assert_effect {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut n = 0;
        assert!(
            {
                n += 1;
                n
            } > 0
        );
        x.powi(n)
    }
}

mod debug_assert_effect {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        debug_assert!(
            {
                y = 2.0 * x;
                y
            } > 0.0
        );
        y * y
    }
}

mod println_effect {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        println!("{}", {
            y *= 2.0;
            y
        });
        y * y
    }
}

mod matches_guard {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = 3;
        if matches!(n, 1 | 3 if x > 1.0) { x * x } else { x }
    }
}

mod time {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let t = std::time::Instant::now();
        let s = t.elapsed().as_secs_f64();
        x + 0.0 * s
    }
}

mod char_math {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let c = 'a' as u8 - b'a' + 2;
        x.powi(c as i32)
    }
}

mod string_index {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let s = "hello";
        x.powi(s.len() as i32 - 3)
    }
}

mod tuple_struct_pattern {
    use super::*;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct V(f64, f64);
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let V(a, b) = V(x, x * x);
        let (V(c, _), d) = (V(b, a), a);
        c * d
    }
}

mod ref_mut_pattern {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut p = (x, 2.0);
        {
            let (ref mut a, ref b) = p;
            *a *= *b;
        }
        p.0 * p.0
    }
}

mod nested_tuple_assign {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let (mut a, mut b, mut c);
        (a, (b, c)) = (x, (x * x, 2.0));
        (a, b) = (b, a);
        a * c + b
    }
}

mod deferred {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y;
        if x > 1.0 {
            y = x * x;
        } else {
            y = x;
        }
        y * y
    }
}

mod never_type {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y = if x > 0.0 { x } else { return 0.0 };
        y * y
    }
}

mod block_shadow_loop {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut x = x;
        for i in 0..3 {
            let x2 = x;
            let x = x2 * 2.0;
            if i == 2 {
                return x * x2;
            }
        }
        x = 1.0;
        x
    }
}

mod const_generic_array {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        const N: usize = 3;
        let a: [f64; N] = [x; N];
        a.iter().product()
    }
}

mod unit_struct_method {
    use super::*;
    struct K;
    impl K {
        fn get(&self) -> f64 {
            2.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let k: f64 = K.get();
        k * x
    }
}

mod int_from_float_loop {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = x.ceil() as usize;
        (0..n).map(|i| x / (i + 1) as f64).sum()
    }
}

mod float_rem {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        (x * 7.0) % 1.9 + x.rem_euclid(0.31)
    }
}

mod neg_zero {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        (-0.0f64).copysign(x) * x + x.signum() * x
    }
}

mod max_chain {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.max(1.0).min(2.0).clamp(0.5, 1.7) * x
    }
}

mod sin_cos {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let (s, c) = x.sin_cos();
        s * c
    }
}

mod type_alias_inside {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        type R = f64;
        let y: R = x * x;
        let v: Vec<R> = Vec::from([y]);
        v[0]
    }
}

mod use_inside {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        use std::f64::consts::PI as TAU;
        x * TAU
    }
}

mod use_fn_inside {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        use std::mem::swap as exchange;
        let mut a = x;
        let mut b = 2.0;
        exchange(&mut a, &mut b);
        a * b * b + a
    }
}

mod consts {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x * std::f64::consts::E + f64::EPSILON * x + std::f64::consts::PI
    }
}

mod recursion_annotated {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        if x > 0.5 { x * f(x / 2.0) } else { x }
    }
}

mod call_other {
    use super::*;
    #[differentiate]
    pub fn g(y: f64) -> f64 {
        y * y
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g2 = |z| g(z) + 1.0;
        g(x) * g2(x)
    }
}

mod call_shadowed {
    use super::*;
    #[differentiate]
    pub fn g(y: f64) -> f64 {
        y * y
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = |y: f64| y + 1.0;
        g(x) * x
    }
}

mod call_nested_shadow {
    use super::*;
    #[differentiate]
    pub fn g(y: f64) -> f64 {
        y * y
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        fn g(y: f64) -> f64 {
            y * y * y
        }
        g(x)
    }
}
