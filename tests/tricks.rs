//! tricks
#![allow(unreachable_pub, dead_code, unused_variables, unused_mut, unused_imports, clippy::all)]
use autodiff_core::differentiate;

fn check(name: &str, f: impl Fn(f64) -> f64, value: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64) {
    for x in [0.7, 1.3] {
        let h = 1e-5;
        let d = (f(x + h) - f(x - h)) / (2.0 * h);
        let (v, s) = (value(x), g(x));
        if (v - f(x)).abs() > 1e-12 || (s - d).abs() > 1e-6 {
            println!("WRONG {name} at {x}: value {} ours {v}; slope {d} ours {s}", f(x));
        }
    }
}
macro_rules! run { ($($m:ident)*) => { #[test] fn all() { $( check(stringify!($m), $m::f, $m::f::value, $m::f::gradient); )* } } }

mod custom_clone {
    use super::*;
    #[derive(autodiff_core::Differentiable)]
    pub struct P {
        pub a: f64,
    }
    impl Clone for P {
        fn clone(&self) -> P {
            P { a: 2.0 * self.a }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let p = P { a: x };
        let q = p.clone();
        q.a * p.a
    }
}
mod custom_clone_in_vec {
    use super::*;
    #[derive(autodiff_core::Differentiable)]
    pub struct P {
        pub a: f64,
    }
    impl Clone for P {
        fn clone(&self) -> P {
            P { a: 2.0 * self.a }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let p = vec![P { a: x }];
        let q = p.clone();
        q[0].a * p[0].a
    }
}
mod custom_clone_repeat {
    use super::*;
    #[derive(autodiff_core::Differentiable)]
    pub struct P {
        pub a: f64,
    }
    impl Clone for P {
        fn clone(&self) -> P {
            P { a: 2.0 * self.a }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let p = vec![P { a: x }; 2];
        p[0].a * p[1].a
    }
}
mod from_kind {
    use super::*;
    #[derive(Clone, Copy)]
    enum Kind { A = 1, B = 2 }
    impl From<Kind> for i32 { fn from(k: Kind) -> i32 { 3 } }
    #[differentiate]
    pub fn f(x: f64) -> f64 { let kind: Kind = Kind::B; let n = i32::from(kind); x.powi(n) }
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
mod attribute_below {
    use super::*;
    #[differentiate]
    #[deny(unused)]
    pub fn f(x: f64) -> f64 {
        x
    }
}
mod glob_shadow {
    use super::*;
    mod losses {
        use super::*;
        #[differentiate]
        pub fn g(x: f64) -> f64 {
            x * x
        }
    }
    use losses::*;
    fn g(x: f64) -> f64 {
        5.0 * x
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        g(x)
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
    pub fn f(x: f64) -> f64 { x.add(3.0) * (&x).add(x) + f64::add(x, 2.0) + <f64 as Add>::add(x, x) + [x, x].into_iter().fold(0.0, f64::add) }
}
mod paths_of_std {
    use super::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut a = x; let mut b = f64::max(x, 0.1) * f64::from(2.0f32);
        std::mem::swap(&mut a, &mut b);
        let c = core::mem::replace(&mut a, 3.0);
        let n = std::cmp::max(2usize, 1) as f64 + f64::from(3u8);
        let v: Vec<f64> = Vec::with_capacity(2);
        let f: [f64; 2] = std::array::from_fn(|i| i as f64 * x); let o = Option::Some(x).map_or(0.0, |y| y * y);
        std::iter::zip([a, b], [c, n]).map(|(p, q)| p * q).sum::<f64>() + f.iter().sum::<f64>() + std::hint::black_box(x) + std::convert::identity(x) + o + <f64>::sin(x) + f64::mul_add(x, x, x)
    }
}
run! {   std_add paths_of_std from_kind         
custom_clone custom_clone_in_vec custom_clone_repeat    into_kind attribute_below glob_shadow stateful stateful_twice  }
