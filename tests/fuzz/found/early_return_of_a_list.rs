// A `Vec` that is set by an early return has no length before.

#[differentiate]
pub fn main_1(x: f64, n: usize) -> Vec<f64> {
    let s: f64 = x * x;
    if n > 2 {
        return vec![s.cbrt(), n as f64];
    }
    return vec![s * x, s, x];
}

samples! { gradient main_1: (-0.05, 1), (0.7, 3) }
