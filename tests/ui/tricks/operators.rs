#![allow(unused)]

// Operators and conversions of the user.

mod newtype_add {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl std::ops::Add for M {
        type Output = M;
        fn add(self, o: M) -> M {
            M(self.0 * o.0)
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = M(x) + M(3.0);
        m.0
    }
}

mod newtype_add_assign {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl std::ops::AddAssign for M {
        fn add_assign(&mut self, o: M) {
            self.0 *= o.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m = M(x);
        m += M(3.0);
        m.0
    }
}

mod newtype_neg {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl std::ops::Neg for M {
        type Output = f64;
        fn neg(self) -> f64 {
            self.0 * 5.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        -M(x)
    }
}

mod newtype_mul_f64 {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl std::ops::Mul<M> for f64 {
        type Output = f64;
        fn mul(self, o: M) -> f64 {
            self + o.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        2.0 * M(x)
    }
}

mod newtype_default {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl Default for M {
        fn default() -> M {
            M(9.0)
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m = M(x);
        let o = std::mem::take(&mut m);
        o.0 * m.0
    }
}

mod newtype_into {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl From<M> for f64 {
        fn from(m: M) -> f64 {
            m.0 * 2.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y: f64 = M(x).into();
        y
    }
}

mod newtype_from {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl From<M> for f64 {
        fn from(m: M) -> f64 {
            m.0 * 2.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        f64::from(M(x))
    }
}

mod newtype_abs {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M(f64);
    impl M {
        fn abs(self) -> f64 {
            self.0 * 2.0
        }
        fn len(&self) -> f64 {
            3.0 * self.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        M(x).abs() * M(x).len()
    }
}

mod newtype_iter {
    use autodiff_core::differentiate;
    #[derive(Clone, autodiff_core::Differentiable)]
    pub struct M(Vec<f64>);
    impl<'a> IntoIterator for &'a M {
        type Item = &'a f64;
        type IntoIter = std::iter::Rev<std::slice::Iter<'a, f64>>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter().rev()
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = M(vec![x, 2.0]);
        let mut s = 1.0;
        for y in &m {
            s = s * x + y;
        }
        s
    }
}

mod newtype_deref {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M {
        a: [f64; 2],
    }
    impl std::ops::Deref for M {
        type Target = [f64; 2];
        fn deref(&self) -> &[f64; 2] {
            &self.a
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = M { a: [x, 2.0] };
        m[0] + m.len() as f64
    }
}

mod newtype_deref_star {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M {
        a: f64,
    }
    impl std::ops::Deref for M {
        type Target = f64;
        fn deref(&self) -> &f64 {
            &5.0
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = M { a: x };
        *m * m.a
    }
}

mod newtype_index {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy, autodiff_core::Differentiable)]
    pub struct M {
        a: [f64; 2],
    }
    impl std::ops::Index<usize> for M {
        type Output = f64;
        fn index(&self, i: usize) -> &f64 {
            &self.a[1 - i]
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = M { a: [x, 2.0] };
        m[0]
    }
}

mod opaque_operator {
    use autodiff_core::differentiate;
    #[derive(Clone, Copy)]
    pub struct M(f64);
    impl std::ops::Mul<M> for f64 {
        type Output = f64;
        fn mul(self, o: M) -> f64 {
            self + o.0
        }
    }
    fn meters() -> M {
        M(2.0)
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = meters();
        x * m
    }
}

mod opaque_deref {
    use autodiff_core::differentiate;
    pub struct T;
    impl std::ops::Deref for T {
        type Target = f64;
        fn deref(&self) -> &f64 {
            &2.5
        }
    }
    fn table() -> T {
        T
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let t = table();
        let k: f64 = *t;
        x * k
    }
}

mod trait_generic {
    use autodiff_core::differentiate;
    trait Shape {
        fn area(&self, x: f64) -> f64;
    }
    struct Sq;
    impl Shape for Sq {
        fn area(&self, x: f64) -> f64 {
            x * x
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        Sq.area(x)
    }
}

fn main() {}
