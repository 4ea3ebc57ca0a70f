//! Gradients against differences of the function.

/// Central differences, extrapolated once.
pub fn differences(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    (0..at.len())
        .map(|k| {
            let slope = |h: f64| {
                let moved = |by: f64| {
                    let mut x = at.to_vec();
                    x[k] += by;
                    f(&x)
                };
                (moved(h) - moved(-h)) / (2.0 * h)
            };
            (4.0 * slope(1e-4) - slope(2e-4)) / 3.0
        })
        .collect()
}

/// Asserts that a gradient agrees with differences.
#[track_caller]
pub fn agree(found: &[f64], f: impl Fn(&[f64]) -> f64, at: &[f64]) {
    let expected = differences(f, at);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        let error = (found - expected).abs();
        assert!(error <= 2e-8 * expected.abs().max(1.0), "{found} for {expected}");
    }
}
