//! What an optimizer remembers about each float, in flat buffers in the order of the walk.

use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;

/// `N` buffers with one number for each float of the parameters, in the float's own type, and the
/// number of steps.
#[derive(Clone, Debug)]
pub(super) struct State<const N: usize> {
    buffers: [Buffer; N],
    /// Floats of each type; `None` before the first step.
    count: Option<Count>,
    /// Floats of each type met so far in this walk.
    cursor: Count,
    steps: u64,
}

/// A number for each float.
#[derive(Clone, Debug, Default)]
struct Buffer {
    single: Vec<f32>,
    double: Vec<f64>,
}

/// How many floats there are, by [`Sealed::INDEX`](crate::float::Sealed::INDEX).
type Count = [usize; 2];

impl<const N: usize> Default for State<N> {
    fn default() -> Self {
        Self {
            buffers: std::array::from_fn(|_| Buffer::default()),
            count: None,
            cursor: [0; 2],
            steps: 0,
        }
    }
}

impl<const N: usize> State<N> {
    /// Begins a step: checks the shapes, fills the buffers with zeros in the first one, and counts it.
    #[track_caller]
    pub(super) fn begin<P: Parameters + ?Sized>(
        &mut self,
        parameters: &mut P,
        gradient: &P::Tangent,
    ) {
        let mut counter = Counter::default();
        parameters.walk(gradient, ParameterPath::Root("parameters"), &mut counter);
        let count = counter.0;
        match self.count {
            None => {
                for buffer in &mut self.buffers {
                    buffer.single.resize(count[0], 0.0);
                    buffer.double.resize(count[1], 0.0);
                }
                self.count = Some(count);
            }
            Some(before) => assert!(
                before == count,
                "the parameters held {} floats in this optimizer's first step, but hold {} now; \
                 call `reset` or use another optimizer",
                before[0] + before[1],
                count[0] + count[1],
            ),
        }
        self.cursor = [0; 2];
        self.steps += 1;
    }

    /// The numbers that belong to the next `length` floats.
    #[inline]
    pub(super) fn next<T: Float>(&mut self, length: usize) -> [&mut [T]; N] {
        let start = self.cursor[T::INDEX];
        self.cursor[T::INDEX] += length;
        self.buffers.each_mut().map(|buffer| {
            &mut T::buffer(&mut buffer.single, &mut buffer.double)[start..start + length]
        })
    }

    /// The number of steps, the one that was begun included.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// As before the first step, but keeps the memory.
    pub(super) fn reset(&mut self) {
        for buffer in &mut self.buffers {
            buffer.single.clear();
            buffer.double.clear();
        }
        self.count = None;
        self.steps = 0;
    }
}

/// Counts floats by type.
#[derive(Default)]
struct Counter(Count);

impl Visitor for Counter {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        self.0[T::INDEX] += values.len();
    }
}
