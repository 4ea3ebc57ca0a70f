#![allow(unused)]

// State that does not follow from the parameters, threads, and what runs later.

mod cell {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let c = std::cell::Cell::new(x);
        c.set(c.get() * x);
        c.get()
    }
}

mod ref_cell_hidden {
    use autodiff_core::differentiate;
    fn cell(v: f64) -> std::cell::RefCell<f64> {
        std::cell::RefCell::new(v)
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let c = cell(x);
        *c.borrow_mut() *= x;
        let r = *c.borrow();
        r
    }
}

mod mutex {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let m = std::sync::Mutex::new(x);
        *m.lock().unwrap() *= 2.0;
        let r = *m.lock().unwrap();
        r
    }
}

mod atomic {
    use autodiff_core::differentiate;
    use std::sync::atomic::*;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let a = AtomicU64::new(x.to_bits());
        f64::from_bits(a.load(Ordering::Relaxed)) * x
    }
}

mod static_mut {
    use autodiff_core::differentiate;
    static mut S: f64 = 1.0;
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        unsafe {
            S = x;
            S * S
        }
    }
}

mod thread {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let h = std::thread::spawn(move || x * x);
        h.join().unwrap()
    }
}

mod scope {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        std::thread::scope(|s| s.spawn(|| x * x).join().unwrap())
    }
}

mod async_block {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let f = async { x };
        x
    }
}

mod raw_pointer {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let p = &x as *const f64;
        unsafe { *p * *p }
    }
}

mod unsafe_get {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let a = [x, 2.0];
        unsafe { *a.get_unchecked(0) }
    }
}

mod from_ref {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let s = std::slice::from_ref(&x);
        s[0] * s.len() as f64
    }
}

fn main() {}
