//! Between memory and lanes.
//!
//! Slices are indexed with their bounds checked, so that a mistake of the compiler is a panic and never a wrong
//! number. What several lanes add to one element is added one lane after the other, in order.

use super::{Lane, Lanes, Mask, MaskOf};
use fearless_simd::{Simd, SimdBase, SimdMask};

/// The number in every lane.
#[inline(always)]
pub fn splat<S: Simd, T: Lane>(simd: S, number: T) -> Lanes<S, T> {
    Lanes(T::Vector::<S>::splat(simd, number))
}

/// The truth value in every lane.
#[inline(always)]
pub fn splat_mask<S: Simd, T: Lane>(simd: S, holds: bool) -> Mask<S, T> {
    Mask(MaskOf::<S, T>::splat(simd, holds))
}

/// Numbers to which anything can be added without a change.
pub trait Neutral: Lane {
    /// -0, since 0 + -0 is 0.
    const NEUTRAL: Self;
}

impl Neutral for f64 {
    const NEUTRAL: f64 = -0.0;
}

impl Neutral for f32 {
    const NEUTRAL: f32 = -0.0;
}

/// What sums over lanes begin with.
#[inline(always)]
pub fn neutral<S: Simd, T: Neutral>(simd: S) -> Lanes<S, T> {
    splat(simd, T::NEUTRAL)
}

/// What maxima and minima over lanes begin with: NaN, which is neither.
#[inline(always)]
pub fn missing<S: Simd, T: Lane>(simd: S) -> Lanes<S, T> {
    splat(simd, T::from_f64(f64::NAN))
}

/// The numbers that a function gives for each lane.
#[inline(always)]
pub fn from_lanes<S: Simd, T: Lane>(simd: S, of_lane: impl FnMut(usize) -> T) -> Lanes<S, T> {
    Lanes(T::Vector::<S>::from_fn(simd, of_lane))
}

/// What the iteration before each had: in the first lane the last of the group before, in the others what the lane
/// before has now.
#[inline(always)]
pub fn later<S: Simd, T: Lane>(before: Lanes<S, T>, now: Lanes<S, T>) -> Lanes<S, T> {
    Lanes(T::later(before.0, now.0))
}

/// The truth values that a function gives for each lane.
#[inline(always)]
pub fn mask_from_lanes<S: Simd, T: Lane>(
    simd: S,
    mut of_lane: impl FnMut(usize) -> bool,
) -> Mask<S, T> {
    let bits = (0..T::LANES).fold(0, |bits, lane| bits | u64::from(of_lane(lane)) << lane);
    Mask(MaskOf::<S, T>::from_bitmask(simd, bits))
}

/// That lane, if there is one of that number.
#[inline(always)]
pub fn only_lane<S: Simd, T: Lane>(simd: S, lane: usize) -> Mask<S, T> {
    let bits = if lane < T::LANES { 1 << lane } else { 0 };
    Mask(MaskOf::<S, T>::from_bitmask(simd, bits))
}

/// The last so many lanes, of which there are as many or more.
#[inline(always)]
pub fn last_lanes<S: Simd, T: Lane>(simd: S, count: usize) -> Mask<S, T> {
    let all = u64::MAX >> (64 - T::LANES);
    Mask(MaskOf::<S, T>::from_bitmask(simd, all << (T::LANES - count) & all))
}

/// The elements from an index on, one for each lane.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub fn load<S: Simd, T: Lane>(simd: S, from: &[T], first: usize) -> Lanes<S, T> {
    Lanes(T::Vector::<S>::from_slice(simd, &from[first..][..T::LANES]))
}

/// Overwrites the elements from an index on.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub fn store<S: Simd, T: Lane>(to: &mut [T], first: usize, numbers: Lanes<S, T>) {
    numbers.0.store_slice(&mut to[first..][..T::LANES]);
}

/// The same for the lanes in which the mask holds.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub fn store_where<S: Simd, T: Lane>(
    simd: S,
    to: &mut [T],
    first: usize,
    mask: Mask<S, T>,
    numbers: Lanes<S, T>,
) {
    let old = load(simd, to, first);
    store(to, first, mask.choose(simd, numbers, old));
}

/// Adds to the elements from an index on.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub fn add_to<S: Simd, T: Lane>(simd: S, to: &mut [T], first: usize, numbers: Lanes<S, T>) {
    let sum = load(simd, to, first) + numbers;
    store(to, first, sum);
}

impl<S: Simd, T: Lane> Lanes<S, T> {
    /// Overwrites the number of one lane.
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    #[inline(always)]
    pub fn set_lane(&mut self, lane: usize, number: T) {
        self.0.as_mut_slice()[lane] = number;
    }

    /// Adds to the number of one lane.
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    #[inline(always)]
    pub fn add_to_lane(&mut self, lane: usize, number: T)
    where
        T: std::ops::AddAssign,
    {
        self.0.as_mut_slice()[lane] += number;
    }

    /// The number of one lane.
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane(&self, lane: usize) -> T {
        self.0.as_slice()[lane]
    }
}

impl<S: Simd, T: Lane> Mask<S, T> {
    /// The truth value of one lane.
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane(&self, lane: usize) -> bool {
        self.0.test(lane)
    }

    /// Whether it holds in some lane.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.any_true()
    }
}
