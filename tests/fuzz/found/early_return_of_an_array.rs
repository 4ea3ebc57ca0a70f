// rustc does not see that an array is set on every path, where exits are codes.

#[differentiate]
pub fn main_1(x: f64, b: &[f64]) -> [f64; 2] {
    let mut s: f64 = x * x;
    for v in b {
        if *v > s {
            return [s, x];
        }
        s += v * x;
    }
    [s * x, x]
}

samples! { gradient main_1: (0.5, vec![0.1, 3.0]), (0.5, vec![0.1]), (2.0, vec![]) }
