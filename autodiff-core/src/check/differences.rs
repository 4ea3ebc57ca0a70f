//! Slopes of a function of one variable from its values.

/// A central difference quotient, extrapolated.
#[derive(Clone, Copy)]
pub(super) struct Estimate {
    /// The slope; NaN if the function is not finite on both sides.
    pub(super) slope: f64,
    /// Its estimated error: disagreement between extrapolations, and rounding.
    pub(super) uncertainty: f64,
}

/// Steps of one extrapolation, each half the one before.
const LEVELS: usize = 8;

impl Estimate {
    /// Richardson's extrapolation of central differences to step 0, choosing the entry of the tableau
    /// where neighbours agree best (C. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
    /// Advances in Engineering Software 4 (1982)). Steps that skip over waves of the function can agree
    /// by accident, so an estimate counts only if it is confirmed with much smaller steps.
    pub(super) fn of(
        along: &mut impl FnMut(f64) -> (f64, f64),
        at: f64,
        center: f64,
        noise: f64,
        tolerance: f64,
    ) -> Self {
        let mut best = Self { slope: f64::NAN, uncertainty: f64::INFINITY };
        let mut step = 0.05 * at.abs().max(1.0);
        let mut coarse = Self::with_steps_from(along, at, step, center, noise);
        for _ in 0..7 {
            step *= 0.02;
            let fine = Self::with_steps_from(along, at, step, center, noise);
            let apart = (coarse.slope - fine.slope).abs();
            let confirmed = if apart <= coarse.uncertainty + fine.uncertainty {
                if coarse.uncertainty < fine.uncertainty { coarse } else { fine }
            } else {
                // NaN, too: only the smaller steps are near enough.
                let apart = if apart.is_nan() { 0.0 } else { apart };
                Self { slope: fine.slope, uncertainty: fine.uncertainty + apart }
            };
            if confirmed.uncertainty < best.uncertainty {
                best = confirmed;
            }
            if best.uncertainty <= 0.1 * tolerance * best.slope.abs().max(1.0) {
                break;
            }
            coarse = fine;
        }
        best
    }

    fn with_steps_from(
        along: &mut impl FnMut(f64) -> (f64, f64),
        at: f64,
        mut step: f64,
        center: f64,
        noise: f64,
    ) -> Self {
        let mut best = Self { slope: f64::NAN, uncertainty: f64::INFINITY };
        let mut previous = [f64::NAN; LEVELS];
        let mut largest = center.abs();
        for level in 0..LEVELS {
            let ((right, above), (left, below)) = (along(at + step), along(at - step));
            if right == left {
                break;
            }
            largest = largest.max(above.abs()).max(below.abs());
            let mut row = [f64::NAN; LEVELS];
            row[0] = (above - below) / (right - left);
            let rounding = 2.0 * noise * largest / (right - left);
            let mut factor = 1.0;
            for order in 1..=level {
                // Errors go with step², step⁴, …: each column removes one power.
                factor *= 4.0;
                row[order] =
                    row[order - 1] + (row[order - 1] - previous[order - 1]) / (factor - 1.0);
                let spread = (row[order] - row[order - 1])
                    .abs()
                    .max((row[order] - previous[order - 1]).abs());
                let uncertainty = spread + rounding;
                if uncertainty < best.uncertainty {
                    best = Self { slope: row[order], uncertainty };
                }
            }
            previous = row;
            step *= 0.5;
        }
        best
    }
}

/// The slope on one side.
pub(super) struct Slope {
    /// The slope; NaN if the function is not finite there.
    pub(super) value: f64,
    /// Its estimated error.
    pub(super) uncertainty: f64,
}

impl Slope {
    /// From one-sided differences, extrapolated; `side` is 1 for the right and -1 for the left.
    pub(super) fn one_sided(
        along: &mut impl FnMut(f64) -> (f64, f64),
        at: f64,
        center: f64,
        side: f64,
        noise: f64,
    ) -> Self {
        let mut best = Self { value: f64::NAN, uncertainty: f64::INFINITY };
        // From small steps, where another kink is not likely to be in between, to large ones.
        let smallest = noise.sqrt() * at.abs().max(1.0);
        for scale in [1.0, 8.0, 64.0] {
            let step = side * smallest * scale;
            let mut quotient = |step: f64| {
                let (x, value) = along(at + step);
                ((value - center) / (x - at), value)
            };
            let (far, far_value) = quotient(step);
            let (near, _) = quotient(0.5 * step);
            let value = 2.0 * near - far;
            let rounding = 8.0 * noise * center.abs().max(far_value.abs()) / step.abs();
            let uncertainty = (near - far).abs() + rounding;
            if uncertainty < best.uncertainty {
                best = Self { value, uncertainty };
            }
        }
        best
    }
}
