//! A second opinion on what `check` calls wrong.
//!
//! A function may round inside much more coarsely than its value tells: a time of day that goes through
//! a Julian date is a staircase with steps of 40 microseconds. `check` looks closer and closer, ends on
//! one stair, and finds the slope 0. Differences of larger steps do not notice the stairs.

use autodiff_core::{Float, ParameterPath, Parameters, Visitor};

/// How many step sizes are tried, each half the one before.
const LEVELS: usize = 14;

/// Whether every component of the gradient agrees with extrapolated differences of two step sizes in a
/// row.
pub(crate) fn larger_steps_agree<P: Parameters + Clone, L: Float>(
    point: &P,
    gradient: &P::Tangent,
    function: &impl Fn(&P) -> L,
    tolerance: f64,
) -> bool {
    let mut slopes = Slopes(vec![]);
    point.clone().walk(gradient, ParameterPath::Root("gradient"), &mut slopes);
    slopes.0.iter().enumerate().all(|(component, (at, slope))| {
        let shifted = |by: f64| {
            let mut moved = point.clone();
            let mut shift = Shift { component, offset: 0, by, now: *at };
            moved.walk(gradient, ParameterPath::Root("gradient"), &mut shift);
            (shift.now, function(&moved).to_f64())
        };
        let quotient = |step: f64| {
            let ((right, above), (left, below)) = (shifted(step), shifted(-step));
            (above - below) / (right - left)
        };
        let agrees = |level: usize| {
            let step = 0.1 * at.abs().max(1.0) * 0.5_f64.powi(level as i32);
            let extrapolated = (4.0 * quotient(0.5 * step) - quotient(step)) / 3.0;
            (extrapolated - slope).abs() <= tolerance * slope.abs().max(1.0)
        };
        (0..LEVELS - 1).any(|level| agrees(level) && agrees(level + 1))
    })
}

/// Every float of a point and its slope.
struct Slopes(Vec<(f64, f64)>);

impl Visitor for Slopes {
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
        let pairs = values.iter().zip(gradient);
        self.0.extend(pairs.map(|(value, slope)| (value.to_f64(), slope.to_f64())));
    }
}

/// Moves one float.
struct Shift {
    component: usize,
    offset: usize,
    by: f64,
    /// Where it is then.
    now: f64,
}

impl Visitor for Shift {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        if let Some(index) = self.component.checked_sub(self.offset)
            && let Some(value) = values.get_mut(index)
        {
            *value = T::from_f64(value.to_f64() + self.by);
            self.now = value.to_f64();
        }
        self.offset += values.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with stairs of 1e-8.
    fn stairs(x: &f64) -> f64 {
        (x * 1e8).round() * 1e-8
    }

    #[test]
    fn stairs_are_overlooked_but_wrong_slopes_are_not() {
        assert!(larger_steps_agree(&1.3, &1.0, &stairs, 1e-6));
        assert!(!larger_steps_agree(&1.3, &1.001, &stairs, 1e-6));
        assert!(!larger_steps_agree(&1.3, &0.0, &stairs, 1e-6));
        assert!(!larger_steps_agree(&1.3, &2.0, &|x: &f64| x * x, 1e-6));
    }
}
