#![allow(unused)]

// Functions and constants of the user under the names of those of the standard library.

mod by_trait {
    use autodiff_core::differentiate;
    trait Tricky {
        fn sin(self) -> f64;
    }
    impl Tricky for f64 {
        fn sin(self) -> f64 {
            3.0 * self
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        <f64 as Tricky>::sin(x)
    }
}

mod module_of_a_type {
    use autodiff_core::differentiate;
    mod f64 {
        pub fn max(a: ::core::primitive::f64, b: ::core::primitive::f64) -> ::core::primitive::f64 {
            a * b
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        f64::max(x, 2.0)
    }
}

mod module_of_std {
    use autodiff_core::differentiate;
    mod mem {
        pub fn replace(a: &mut f64, b: f64) -> f64 {
            *a += b;
            b
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut y = x;
        let z = mem::replace(&mut y, 2.0 * x);
        y * z
    }
}

mod operator_by_path {
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
        f64::add(x, 3.0)
    }
}

mod constant {
    use autodiff_core::differentiate;
    mod consts {
        pub const PI: f64 = 3.0;
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x * consts::PI
    }
}

mod own_std {
    use autodiff_core::differentiate;
    mod std {
        pub mod f64 {
            pub mod consts {
                pub const PI: ::core::primitive::f64 = 3.0;
            }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x * std::f64::consts::PI
    }
}

mod own_option {
    use autodiff_core::differentiate;
    enum Maybe {
        Some(f64),
        None,
    }
    use Maybe::{None, Some};
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = Some(x);
        match m {
            Some(v) => v * v,
            None => 0.0,
        }
    }
}

fn main() {}
