#![allow(unused)]

// Types that are not what they are called.

mod own_alias_f64 {
    use autodiff_core::differentiate;
    type f64 = f32;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x * x
    }
}

mod alias_f64 {
    use autodiff_core::differentiate;
    type Real = f64;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y: Real = x;
        let v: Vec<Real> = vec![y, y * y];
        v[0] * v[1]
    }
}

fn main() {}
