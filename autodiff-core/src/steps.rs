//! The indices of a range with a step, from the last to the first, where std's iterators cannot go backwards.

/// A type of indices.
pub trait Steps: Copy {
    /// How many steps there are in the range.
    fn count(start: Self, end: Self, inclusive: bool, step: usize) -> u128;
    /// The index after some steps.
    fn after(start: Self, steps: u128, step: usize) -> Self;
}

macro_rules! steps {
    ($($integer:ty)*) => {$(
        impl Steps for $integer {
            fn count(start: Self, end: Self, inclusive: bool, step: usize) -> u128 {
                if start > end || (start == end && !inclusive) {
                    return 0;
                }
                #[allow(clippy::unnecessary_cast)]
                let distance = end.abs_diff(start) as u128;
                let last = if inclusive { distance } else { distance - 1 };
                last / step as u128 + 1
            }

            fn after(start: Self, steps: u128, step: usize) -> Self {
                // It is in the range, so what wraps on the way comes back.
                start.wrapping_add((steps.wrapping_mul(step as u128)) as Self)
            }
        }
    )*};
}

steps!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// `(start..end).step_by(step).rev()`, or the same of `start..=end`, for every type of indices.
///
/// # Panics
/// If the step is 0, as `step_by` does.
pub fn backwards<T: Steps>(
    start: T,
    end: T,
    inclusive: bool,
    step: usize,
) -> impl Iterator<Item = T> {
    assert!(step != 0);
    let count = T::count(start, end, inclusive, step);
    (0..count).rev().map(move |steps| T::after(start, steps, step))
}

#[cfg(test)]
mod tests {
    use super::backwards;

    #[test]
    fn as_std_does_it_forwards() {
        for start in -3_i32..4 {
            for end in -4..6 {
                for step in 1..5 {
                    for inclusive in [false, true] {
                        let mut expected: Vec<_> = match inclusive {
                            true => (start..=end).step_by(step).collect(),
                            false => (start..end).step_by(step).collect(),
                        };
                        expected.reverse();
                        let found: Vec<_> = backwards(start, end, inclusive, step).collect();
                        assert_eq!(found, expected, "{start} {end} {step} {inclusive}");
                    }
                }
            }
        }
    }

    #[test]
    fn at_the_ends_of_types() {
        let found: Vec<_> = backwards(u8::MIN, u8::MAX, true, 100).collect();
        assert_eq!(found, [200, 100, 0]);
        let found: Vec<_> = backwards(i64::MIN, i64::MAX, true, usize::MAX).collect();
        assert_eq!(found, [i64::MAX, i64::MIN]);
        assert_eq!(backwards(u128::MAX - 1, u128::MAX, true, 1).count(), 2);
        assert_eq!(backwards(5_u64, 5, false, 1).count(), 0);
    }
}
