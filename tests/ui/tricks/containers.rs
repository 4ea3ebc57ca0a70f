#![allow(unused)]

// Floats in containers that are not looked into.

mod hash_map {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m: HashMap<usize, f64> = HashMap::new();
        m.insert(1, x * x);
        m[&1] * x
    }
}

mod btree_map {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m: BTreeMap<usize, f64> = BTreeMap::new();
        m.insert(1, x * x);
        *m.get(&1).unwrap() * x
    }
}

mod btree_inferred {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut m = BTreeMap::new();
        m.insert(1, x * x);
        m[&1]
    }
}

mod vec_deque {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut q: VecDeque<f64> = VecDeque::new();
        q.push_back(x);
        q.push_back(x * x);
        q.pop_front().unwrap() * q[0]
    }
}

mod boxed {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let b = Box::new(x * x);
        *b * x
    }
}

mod rc {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let b = std::rc::Rc::new(x * x);
        *b * x
    }
}

mod vec_insert {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x, x * x];
        v.insert(1, 3.0 * x);
        v[1] * v[2]
    }
}

mod vec_drain {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x, x * x, 1.0];
        let s: f64 = v.drain(..2).sum();
        s * v[0]
    }
}

mod vec_sort {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut v = vec![x, 1.0, x * x];
        v.sort_by(|a, b| a.partial_cmp(b).unwrap());
        v[0] + 2.0 * v[1] + 3.0 * v[2]
    }
}

mod option_take {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let mut o = Some(x * x);
        let y = o.take().unwrap_or(0.0);
        let z = o.unwrap_or(7.0 * x);
        y * z
    }
}

mod option_map {
    use autodiff_core::differentiate;
    use std::collections::*;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let o = Some(x);
        o.map(|y| y * y).filter(|y| *y > 0.1).map_or(0.0, |z| z.sin())
    }
}

fn main() {}
