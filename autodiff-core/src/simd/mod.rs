//! What generated code computes with where the iterations of a loop run [`LANES`](f64::LANES) at a time.
//!
//! A lane is one iteration. [`Lanes<S, f64>`](Lanes) holds a number for each lane, [`Mask`] a truth value; both
//! have the operators and the method names of the numbers they stand for, so that the emitted body reads as
//! the scalar one does. `S` is the instruction set, a `fearless_simd` token; [`dispatch!`](crate::__dispatch)
//! chooses it once per call of a generated function, between the target's baseline, AVX2 and AVX-512.
//!
//! What is guaranteed: every operation gives in every lane what the scalar operation gives, bit for bit, but for
//! the functions of [`math`], whose last bits may differ; sums over lanes are folded in a fixed order. No
//! operation panics for the content of a lane.

mod compare;
mod directions;
pub mod math;
mod memory;
mod operators;

use crate::lanes::LaneFloat;
pub use directions::{Directions, Give, one_by_one, one_of};
pub use fearless_simd::Level;
use fearless_simd::Simd;
pub use memory::{
    add_to, from_lanes, last_lanes, later, load, mask_from_lanes, missing, neutral, only_lane,
    splat, splat_mask, store, store_where,
};
use std::sync::OnceLock;

use fearless_simd::{Select, SimdBase, SimdFloatElement, f32x16, f64x8};

/// A set of instructions that generated code is compiled for.
pub trait Instructions: Simd {
    /// Whether loops run in groups. SSE2, the baseline of x86-64, has two lanes and no fused multiplication, and takes
    /// rustc longer than all others together: there loops run one iteration after the other.
    const VECTORS: bool = <Self::f64s as SimdBase<Self>>::LEN >= 4 || !cfg!(target_arch = "x86_64");
}

impl<S: Simd> Instructions for S {}

/// The bits of a trip count that groups of so many iterations leave over: all, where loops do not run in groups.
#[inline(always)]
pub fn left_over<S: Instructions>(_: S, lanes: usize) -> usize {
    if S::VECTORS { lanes - 1 } else { usize::MAX }
}

/// A float type whose values fill lanes.
pub trait Lane: SimdFloatElement + crate::Float {
    /// How many iterations run at a time.
    const LANES: usize;
    /// The vector of an instruction set.
    type Vector<S: Simd>: LaneFloat<S, Element = Self>;

    /// The last lane of the first, then all but the last of the second.
    fn later<S: Simd>(before: Self::Vector<S>, now: Self::Vector<S>) -> Self::Vector<S>;
}

impl Lane for f64 {
    const LANES: usize = 8;
    type Vector<S: Simd> = f64x8<S>;

    #[inline(always)]
    fn later<S: Simd>(before: f64x8<S>, now: f64x8<S>) -> f64x8<S> {
        before.slide::<7>(now)
    }
}

impl Lane for f32 {
    const LANES: usize = 16;
    type Vector<S: Simd> = f32x16<S>;

    #[inline(always)]
    fn later<S: Simd>(before: f32x16<S>, now: f32x16<S>) -> f32x16<S> {
        before.slide::<15>(now)
    }
}

/// The masks of the vectors of a lane type.
pub(crate) type MaskOf<S, T> = <<T as Lane>::Vector<S> as SimdBase<S>>::Mask;

/// One number for each lane.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<S: Simd, T: Lane>(pub(crate) T::Vector<S>);

/// One truth value for each lane.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct Mask<S: Simd, T: Lane>(pub(crate) MaskOf<S, T>);

/// What may stand where lanes are expected: lanes, or one number for all of them.
pub trait Operand<S: Simd, T: Lane> {
    /// The same in every lane, if it is one number.
    fn spread(self, simd: S) -> Lanes<S, T>;
}

impl<S: Simd, T: Lane> Operand<S, T> for Lanes<S, T> {
    #[inline(always)]
    fn spread(self, _: S) -> Lanes<S, T> {
        self
    }
}

impl<S: Simd, T: Lane> Operand<S, T> for T {
    #[inline(always)]
    fn spread(self, simd: S) -> Lanes<S, T> {
        splat(simd, self)
    }
}

impl<S: Simd, T: Lane> Lanes<S, T> {
    /// The instruction set.
    #[inline(always)]
    fn simd(self) -> S {
        fearless_simd::ExtractToken::token(&self.0)
    }

    /// The sum over the lanes, in a fixed order: halves are added until one number is left.
    #[inline(always)]
    pub fn sum(self) -> T {
        self.0.reduce_sum()
    }

    /// The largest of the lanes that are numbers; NaN if there is none.
    #[inline(always)]
    pub fn largest(self) -> T {
        (1..T::LANES)
            .fold(self.lane(0), |largest, lane| crate::Float::max(largest, self.lane(lane)))
    }

    /// The smallest of the lanes that are numbers; NaN if there is none.
    #[inline(always)]
    pub fn smallest(self) -> T {
        (1..T::LANES)
            .fold(self.lane(0), |smallest, lane| crate::Float::min(smallest, self.lane(lane)))
    }
}

impl<S: Simd, T: Lane> Mask<S, T> {
    /// In every lane the first if the truth value holds, else the second.
    #[inline(always)]
    pub fn choose(
        self,
        simd: S,
        holds: impl Operand<S, T>,
        otherwise: impl Operand<S, T>,
    ) -> Lanes<S, T> {
        Lanes(self.0.select(holds.spread(simd).0, otherwise.spread(simd).0))
    }
}

/// Runs an expression on the best instruction set that is there: `dispatch!(simd => expression)`. On x86-64 three
/// are compiled: the baseline, AVX2 and AVX-512.
#[doc(hidden)]
#[macro_export]
#[cfg(target_arch = "x86_64")]
macro_rules! __dispatch {
    ($simd:ident => $run:expr) => {{
        let level = $crate::__private::simd::level();
        if let ::core::option::Option::Some($simd) = level.as_avx512() {
            $crate::__private::simd::fearless::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $run,
            )
        } else if let ::core::option::Option::Some($simd) = level.as_avx2() {
            $crate::__private::simd::fearless::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $run,
            )
        } else {
            let $simd = $crate::__private::simd::baseline();
            $crate::__private::simd::fearless::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $run,
            )
        }
    }};
}

/// Runs an expression on the best instruction set that is there: `dispatch!(simd => expression)`.
#[doc(hidden)]
#[macro_export]
#[cfg(not(target_arch = "x86_64"))]
macro_rules! __dispatch {
    ($simd:ident => $run:expr) => {
        $crate::__private::simd::fearless::dispatch!($crate::__private::simd::level(), $simd => $run)
    };
}

/// The best instruction set of the machine that `AUTODIFF_SIMD` allows, which is asked for once: `baseline` allows what
/// every machine of the target has, `avx2` that much at most. So results of other machines can be had again.
#[must_use]
pub fn level() -> Level {
    static CHOSEN: OnceLock<Level> = OnceLock::new();
    *CHOSEN.get_or_init(|| match std::env::var("AUTODIFF_SIMD").as_deref() {
        Ok("baseline") => Level::baseline(),
        Ok("avx2") => at_most_avx2(),
        Ok("") | Err(_) => Level::new(),
        Ok(other) => {
            eprintln!("AUTODIFF_SIMD is `{other}`, not `baseline` or `avx2`: it limits nothing");
            Level::new()
        }
    })
}

#[cfg(target_arch = "x86_64")]
fn at_most_avx2() -> Level {
    Level::new().as_avx2().map_or_else(Level::baseline, Level::Avx2)
}

#[cfg(not(target_arch = "x86_64"))]
fn at_most_avx2() -> Level {
    Level::new()
}

/// The instruction set that every x86-64 machine has.
#[cfg(target_arch = "x86_64")]
#[inline]
#[must_use]
pub fn baseline() -> fearless_simd::Sse2 {
    match Level::baseline().as_sse2() {
        Some(simd) => simd,
        None => unreachable!("SSE2 is part of x86-64"),
    }
}

#[doc(hidden)]
pub use fearless_simd as fearless;
