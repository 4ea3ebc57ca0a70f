// The second derivative of √(0² + y²) was a rounding error of 1 / y instead of 0: it is |y| now.

#[differentiate]
pub fn length_beside_nothing(x: f64, rest: &mut [f64]) -> f64 {
    rest[0] *= (x - 0.5).hypot(0.0);
    (0 as f64).hypot(x + 0.5)
}
samples! {
    gradient length_beside_nothing: (1.0525, vec![-1.2775, 0.3275]), (-2.5, vec![1.5])
}
