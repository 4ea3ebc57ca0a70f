#![allow(unused)]

// Macros of the user under the names of those of the standard library.

mod in_the_module {
    use autodiff_core::differentiate;
    macro_rules! vec { ($($e:expr),*) => { ::std::vec![$(2.0 * $e),*] } }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = vec![x, x];
        v[0] * v[1]
    }
}

mod imported {
    use autodiff_core::differentiate;
    macro_rules! twice { ($($e:expr),*) => { ::std::vec![$(2.0 * $e),*] } }
    use twice as vec;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = vec![x, x];
        v[0] * v[1]
    }
}

mod that_changes {
    use autodiff_core::differentiate;
    macro_rules! assert { ($e:expr) => { println!("{}", $e) } }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        assert!(x > 0.0);
        x * x
    }
}

mod that_answers {
    use autodiff_core::differentiate;
    macro_rules! matches { ($($t:tt)*) => { true } }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let n = 3;
        if matches!(n, 2) { x * x } else { x }
    }
}

fn main() {}
