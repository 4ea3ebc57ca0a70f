// The cotangent of a result that nobody uses has the result's shape.

#[differentiate]
pub fn helper_1(x: f64, b: &mut [f64]) -> Vec<f64> {
    vec![b.iter().sum::<f64>(), 1e-2 - x]
}

#[differentiate]
pub fn main_1(x: f64, b: &mut [f64]) -> (f64, f64) {
    for _ in 0..2usize {
        let _unused: Vec<f64> = helper_1(x, b);
    }
    (0.5, x)
}

samples! { gradient main_1: (-1.7, vec![-1.2, -1.8, 0.3]), (0.3, vec![]) }
