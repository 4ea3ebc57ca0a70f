// A `Vec` that is moved after a loop that may return: where it is not moved, its adjoint has its length.

#[differentiate]
pub fn main_1(x: f64, b: &[f64]) -> f64 {
    let a: Vec<f64> = vec![b[0], x.sin().exp()];
    for v in a.iter() {
        if *v > 1.0 {
            return 0.5 * v * x;
        }
    }
    let moved = a;
    moved.iter().sum::<f64>()
}

samples! { gradient main_1: (0.9365, vec![-0.5625]), (-0.5, vec![0.25]) }
