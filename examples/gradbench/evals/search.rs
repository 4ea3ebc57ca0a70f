//! The gradient descent of saddle and particle, from outside: what it minimizes is differentiated, it is not.

/// Where a function is lowest, or a gradient or a step is shorter than 1e-5.
pub fn lowest<const N: usize>(
    start: [f64; N],
    value: impl Fn(&[f64; N]) -> f64,
    gradient: impl Fn(&[f64; N]) -> [f64; N],
) -> [f64; N] {
    let norm = |v: &[f64; N]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
    let mut x = start;
    let mut height = value(&x);
    let mut slope = gradient(&x);
    let mut rate = 1e-5;
    let mut accepted = 0;
    loop {
        if norm(&slope) <= 1e-5 {
            return x;
        }
        if accepted == 10 {
            rate *= 2.0;
            accepted = 0;
            continue;
        }
        let next = std::array::from_fn(|k| x[k] - rate * slope[k]);
        if norm(&std::array::from_fn(|k| x[k] - next[k])) <= 1e-5 {
            return x;
        }
        let lower = value(&next);
        if lower < height {
            x = next;
            height = lower;
            slope = gradient(&x);
            accepted += 1;
        } else {
            rate /= 2.0;
            accepted = 0;
        }
    }
}
