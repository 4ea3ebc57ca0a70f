#![allow(unused)]

// Functions that are values: what they do cannot be seen where they are called.

mod dyn_fn {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g: Box<dyn Fn(f64) -> f64> = Box::new(|y| y * y);
        g(x)
    }
}

mod dyn_ref {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g: &dyn Fn(f64) -> f64 = &|y| y * y;
        g(x)
    }
}

mod fn_pointer {
    use autodiff_core::differentiate;
    fn sq(y: f64) -> f64 {
        y * y
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g: fn(f64) -> f64 = sq;
        g(x)
    }
}

mod fn_pointer_inferred {
    use autodiff_core::differentiate;
    fn sq(y: f64) -> f64 {
        y * y
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = sq;
        g(x)
    }
}

mod fn_array {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let gs = [f64::sin, f64::cos];
        gs[0](x) + gs[1](x)
    }
}

mod closure_vec {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let gs: Vec<Box<dyn Fn(f64) -> f64>> = vec![Box::new(|y| y)];
        gs[0](x)
    }
}

mod closure_tuple {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = (|y: f64| y * y, 3.0);
        (g.0)(x) * g.1
    }
}

mod closure_generic {
    use autodiff_core::differentiate;
    fn apply<F: Fn(f64) -> f64>(g: F, y: f64) -> f64 {
        g(y)
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        apply(|y| y * y, x)
    }
}

mod closure_returning {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let make = |k: f64| move |y: f64| k * y;
        make(x)(x)
    }
}

mod closure_option {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = Some(|y: f64| y * y);
        g.unwrap()(x)
    }
}

mod closure_choice {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let g = if x > 1.0 { |y: f64| y * y } else { |y: f64| y };
        g(x)
    }
}

mod closure_recursive_fn {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        fn fact(n: u32) -> f64 {
            if n == 0 { 1.0 } else { n as f64 * fact(n - 1) }
        }
        x * fact(3)
    }
}

fn main() {}
