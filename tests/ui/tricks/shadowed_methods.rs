#![allow(unused)]

// Methods of traits of the user that rustc finds before those of the standard library.

mod by_reference {
    use autodiff_core::differentiate;
    trait Tricky {
        fn sin(&self) -> f64;
    }
    impl Tricky for f64 {
        fn sin(&self) -> f64 {
            3.0 * self
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let r = &x;
        r.sin()
    }
}

mod in_a_closure {
    use autodiff_core::differentiate;
    trait Tricky {
        fn exp(self) -> f64;
    }
    impl Tricky for &f64 {
        fn exp(self) -> f64 {
            3.0 * self
        }
    }
    #[differentiate]
    pub fn f(x: &[f64]) -> f64 {
        x.iter().map(|y| y.exp()).sum()
    }
}

mod of_a_vec {
    use autodiff_core::differentiate;
    trait Tricky {
        fn first(&self) -> Option<&f64>;
    }
    impl Tricky for Vec<f64> {
        fn first(&self) -> Option<&f64> {
            self.get(1)
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = vec![x, x * x];
        *v.first().unwrap()
    }
}

mod of_an_array {
    use autodiff_core::differentiate;
    trait Tricky {
        fn iter(&self) -> std::slice::Iter<'_, f64>;
    }
    impl Tricky for [f64; 2] {
        fn iter(&self) -> std::slice::Iter<'_, f64> {
            self[1..].iter()
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x];
        v.iter().sum::<f64>()
    }
}

mod of_a_parameter {
    use autodiff_core::{Float, differentiate};
    trait Tricky {
        fn cos(&self) -> Self;
    }
    impl<T: Float> Tricky for T {
        fn cos(&self) -> T {
            *self * *self
        }
    }
    #[differentiate]
    pub fn f<T: Float>(x: &[T]) -> T {
        let first = &x[0];
        first.cos()
    }
}

mod operator_trait {
    use autodiff_core::differentiate;
    trait Tricky {
        fn add(self, other: f64) -> f64;
    }
    impl Tricky for f64 {
        fn add(self, other: f64) -> f64 {
            self * other
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.add(3.0)
    }
}

mod float_trait {
    use autodiff_core::differentiate;
    trait Tricky {
        fn to_f64(self) -> f64;
    }
    impl Tricky for f64 {
        fn to_f64(self) -> f64 {
            self * self
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.to_f64()
    }
}

mod unknown_to_std {
    use autodiff_core::differentiate;
    trait Tricky {
        fn sqr(self) -> f64;
    }
    impl Tricky for f64 {
        fn sqr(self) -> f64 {
            self * self * self
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.sqr()
    }
}

mod inherent_before_trait {
    use autodiff_core::differentiate;
    pub struct S;
    impl S {
        fn norm(&self, x: f64) -> f64 {
            7.0 * x
        }
    }
    trait Norm {
        fn norm(&self, x: f64) -> f64;
        fn twice(&self, x: f64) -> f64;
    }
    #[differentiate]
    impl Norm for S {
        #[differentiate(wrt(x))]
        fn norm(&self, x: f64) -> f64 {
            x * x
        }
        #[differentiate(wrt(x))]
        fn twice(&self, x: f64) -> f64 {
            2.0 * self.norm(x)
        }
    }
}

fn main() {}
