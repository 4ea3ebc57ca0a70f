//! Whether two derivatives are the same, up to rounding.

use super::taped::Component;
use crate::interpret::{Datum, Real};

/// Whether a gradient is the reference's, with rounding in proportion to what it is a sum of. Where the
/// reference is not finite, nor is it; for a finite component it may be so only where an adjoint has met
/// an infinite factor.
pub(super) fn same_gradient(
    found: &[f64],
    reference: &[Component],
    tolerance: f64,
) -> Result<(), String> {
    if found.len() != reference.len() {
        return Err(format!("{} components for {}", found.len(), reference.len()));
    }
    for (k, (found, expected)) in found.iter().zip(reference).enumerate() {
        let Component { slope, size, singular, unknown } = *expected;
        let agrees = match slope.is_finite() && size.is_finite() {
            true => (found - slope).abs() <= tolerance * size || (singular && !found.is_finite()),
            // Past the range of numbers, or of those in which it is a sum of terms that are not.
            false => slope.is_finite() || !found.is_finite(),
        };
        if !agrees && !unknown {
            return Err(format!("component {k}: {found:e} for {expected:?}"));
        }
    }
    Ok(())
}

/// All floats of some data, in order.
pub(super) fn floats<'d>(data: impl IntoIterator<Item = &'d Datum<Real>>) -> Vec<f64> {
    data.into_iter().flat_map(Datum::floats).map(Real::to_f64).collect()
}

/// The bits, in which every NaN is one.
pub(super) fn bits(slopes: &[f64]) -> Vec<u64> {
    slopes.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect()
}
