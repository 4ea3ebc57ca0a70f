#![allow(unused)]

// Floats that go through text or bits.

mod transmute {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let b: u64 = unsafe { std::mem::transmute(x) };
        f64::from_bits(b)
    }
}

mod bits_xor {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        f64::from_bits(x.to_bits() ^ (1 << 63))
    }
}

mod bits_bytes {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        f64::from_le_bytes(x.to_le_bytes())
    }
}

mod to_string_parse {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        x.to_string().parse::<f64>().unwrap()
    }
}

mod format_parse {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let s = format!("{x}");
        let y: f64 = s.parse().unwrap();
        y * x
    }
}

mod format_len {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let s = format!("{:.3}", x);
        s.len() as f64 * x
    }
}

mod write_macro {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        use std::fmt::Write;
        let mut s = String::new();
        write!(s, "{x}").unwrap();
        s.len() as f64 * x
    }
}

mod unknown_macro {
    use autodiff_core::differentiate;
    macro_rules! sq {
        ($e:expr) => {
            $e * $e
        };
    }
    #[differentiate]
    pub fn f(x: f64) -> f64 {
        sq!(x + 1.0)
    }
}

mod dbg_value {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn f(x: f64) -> f64 {
        let y = dbg!(x * x);
        y
    }
}

fn main() {}
