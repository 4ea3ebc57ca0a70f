//! Floats that agree.

/// Asserts that two floats agree to 1e-12, relatively.
#[track_caller]
pub(crate) fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        assert!(difference <= 1e-12 * expected.abs().max(1.0), "{found} is not {expected}");
    }
}
