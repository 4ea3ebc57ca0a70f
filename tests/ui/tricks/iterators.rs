#![allow(unused)]

// Iterators that are consumed step by step, and those of the user.

mod iter_by_ref {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, 2.0 * x, 3.0 * x];
        let mut it = v.iter();
        let a: f64 = it.by_ref().take(1).sum();
        a * it.sum::<f64>()
    }
}

mod iter_next {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, 2.0 * x];
        let mut it = v.iter();
        let a = it.next().unwrap();
        let b = it.next().unwrap();
        a * b
    }
}

mod iter_peekable {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [x, x * x];
        let mut it = v.iter().peekable();
        let mut s = 0.0;
        while let Some(y) = it.next() {
            if it.peek().is_some() {
                s += y;
            } else {
                s += 2.0 * y;
            }
        }
        s
    }
}

mod iter_cycle {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        [x, 2.0].iter().cycle().take(5).product()
    }
}

mod iter_try_fold {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let r = [x, 2.0].iter().try_fold(0.0, |s, y| if *y < 100.0 { Some(s + y) } else { None });
        r.unwrap_or(0.0) * x
    }
}

mod iter_partition {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let (a, b): (Vec<f64>, Vec<f64>) = [x, 2.0, 1.2].iter().partition(|y| **y > 1.25);
        a.iter().sum::<f64>() - 2.0 * b.iter().sum::<f64>()
    }
}

mod iter_min_by_key {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let v = [(3, x), (1, x * x), (2, 1.0)];
        v.iter().min_by_key(|p| p.0).unwrap().1
    }
}

mod custom_iterator {
    use autodiff_core::differentiate;
    struct Count(f64, usize);
    impl Iterator for Count {
        type Item = f64;
        fn next(&mut self) -> Option<f64> {
            if self.1 == 0 {
                None
            } else {
                self.1 -= 1;
                self.0 *= 2.0;
                Some(self.0)
            }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        Count(x, 3).sum()
    }
}

mod custom_iterator_for {
    use autodiff_core::differentiate;
    struct Count(f64, usize);
    impl Iterator for Count {
        type Item = f64;
        fn next(&mut self) -> Option<f64> {
            if self.1 == 0 {
                None
            } else {
                self.1 -= 1;
                Some(self.0)
            }
        }
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut s = 0.0;
        for y in Count(x, 3) {
            s += y * x;
        }
        s
    }
}

fn main() {}
