// The gradient by a `Vec` passed by value has its length, used or not.

#[differentiate]
pub fn main_1(x: f64, b: Vec<f64>) -> Vec<f64> {
    vec![x * x; b.len()]
}

samples! { gradient main_1: (1.7165, vec![-1.9875]), (0.5, vec![]) }
