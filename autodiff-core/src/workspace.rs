//! What reverse sweeps remember of forward sweeps lives in buffers that are kept from call to call.
//!
//! A gradient of a loop with carried state records numbers on stacks; a function that another
//! annotated function calls leaves what its reverse needs on the caller's tape. Both take their
//! memory from a pool of the thread and give it back when they are dropped, also while a panic
//! unwinds. So the second call of the same shape allocates nothing, and nothing is shared between
//! threads.
//!
//! [`bytes`] tells how much a thread holds, [`release`] gives it back.
//!
//! ```
//! use autodiff_core::{differentiate, workspace};
//!
//! #[differentiate]
//! fn orbit(x: f64, steps: usize) -> f64 {
//!     let mut x = x;
//!     for _ in 0..steps {
//!         x = 3.7 * x * (1.0 - x);
//!     }
//!     x
//! }
//!
//! workspace::release();
//! orbit::gradient(0.3, 1000);
//! assert_eq!(workspace::bytes(), 8 * 1000); // one f64 an iteration
//! workspace::release();
//! assert_eq!(workspace::bytes(), 0);
//! ```

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

thread_local! {
    static POOL: RefCell<Pool> =
        const { RefCell::new(Pool { shelves: Vec::new(), tapes: Vec::new() }) };
}

/// The bytes of memory that the workspace of this thread holds between calls.
pub fn bytes() -> usize {
    POOL.try_with(|pool| pool.borrow().bytes()).unwrap_or(0)
}

/// Gives the memory of this thread's workspace back to the system. The next gradient that needs some
/// allocates it again.
pub fn release() {
    // Dropped after the borrow ends.
    let held = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        (std::mem::take(&mut pool.shelves), std::mem::take(&mut pool.tapes))
    });
    drop(held);
}

/// Unused memory of a thread.
struct Pool {
    /// Empty buffers (`Vec<Vec<T>>`), by the type of their elements.
    shelves: Vec<ByType>,
    /// Empty tapes.
    tapes: Vec<(Box<Numbers>, Vec<ByType>)>,
}

/// A collection of things of one type.
struct ByType {
    element: TypeId,
    collection: Box<dyn Collection>,
}

/// A `Vec` of buffers, or the track of a tape.
trait Collection: Any {
    /// The bytes it holds.
    fn bytes(&self) -> usize;
    /// Drops what is in it, but not its memory.
    fn clear(&mut self);
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T: 'static> Collection for Vec<Vec<T>> {
    fn bytes(&self) -> usize {
        self.iter().map(|buffer| buffer.capacity() * size_of::<T>()).sum()
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// What a tape saved of one type.
struct Saved<T>(Vec<T>);

impl<T: 'static> Collection for Saved<T> {
    fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<T>()
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// The collection for a type; a new one if there is none.
#[inline]
fn of_type<T: 'static, C: Collection>(
    collections: &mut Vec<ByType>,
    new: impl FnOnce() -> C,
) -> Option<&mut C> {
    let element = TypeId::of::<T>();
    let position = match collections.iter().position(|known| known.element == element) {
        Some(position) => position,
        None => {
            collections.push(ByType { element, collection: Box::new(new()) });
            collections.len() - 1
        }
    };
    collections[position].collection.as_any().downcast_mut()
}

impl Pool {
    fn bytes(&self) -> usize {
        let tracks = self.tapes.iter().flat_map(|(_, tracks)| tracks);
        let held = self.shelves.iter().chain(tracks);
        let numbers: usize = self.tapes.iter().map(|(numbers, _)| numbers.bytes()).sum();
        numbers + held.map(|by_type| by_type.collection.bytes()).sum::<usize>()
    }

    fn buffers<T: 'static>(&mut self) -> Option<&mut Vec<Vec<T>>> {
        of_type::<T, _>(&mut self.shelves, Vec::new)
    }
}

/// A `Vec` whose memory comes from the workspace and goes back there.
#[doc(hidden)]
pub struct Stack<T: 'static>(Vec<T>);

impl<T: 'static> Stack<T> {
    /// An empty one.
    #[allow(clippy::new_without_default)] // only generated code makes them
    pub fn new() -> Self {
        let buffer = POOL.try_with(|pool| pool.borrow_mut().buffers()?.pop());
        Self(buffer.ok().flatten().unwrap_or_default())
    }
}

impl<T: 'static> Drop for Stack<T> {
    fn drop(&mut self) {
        let mut buffer = std::mem::take(&mut self.0);
        // Elements may run code of their own when they are dropped: before the pool is borrowed.
        buffer.clear();
        if buffer.capacity() > 0 {
            // While the thread ends there is no pool any more: the buffer is dropped.
            let _ = POOL.try_with(|pool| {
                if let Some(buffers) = pool.borrow_mut().buffers() {
                    buffers.push(buffer);
                }
            });
        }
    }
}

impl<T: 'static> Deref for Stack<T> {
    type Target = Vec<T>;

    #[inline]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: 'static> DerefMut for Stack<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Stack<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Numbers have tracks of their own on a tape, found without a search.
#[doc(hidden)]
pub trait Scalar: Copy + Default + 'static {
    /// Its track.
    fn track(numbers: &mut Numbers) -> &mut Vec<Self>;
}

macro_rules! scalars {
    ($($ty:ident)*) => {
        /// The numbers on a tape, by type.
        #[doc(hidden)]
        #[derive(Default)]
        pub struct Numbers {
            $($ty: Vec<$ty>,)*
        }

        impl Numbers {
            fn bytes(&self) -> usize {
                0 $(+ self.$ty.capacity() * size_of::<$ty>())*
            }

            fn clear(&mut self) {
                $(self.$ty.clear();)*
            }
        }

        $(
            impl Scalar for $ty {
                #[inline]
                fn track(numbers: &mut Numbers) -> &mut Vec<Self> {
                    &mut numbers.$ty
                }
            }
        )*
    };
}
scalars!(f32 f64 bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// What forward sweeps of called functions leave for their reverse sweeps, last in, first out by type.
#[doc(hidden)]
pub struct Tape {
    /// Boxed, since a tape is made for each call and moves to and from the pool; only a tape that is being
    /// dropped has none.
    numbers: Option<Box<Numbers>>,
    tracks: Vec<ByType>,
}

impl Tape {
    /// An empty one.
    #[allow(clippy::new_without_default)] // only generated code makes them
    pub fn new() -> Self {
        let kept = POOL.try_with(|pool| pool.borrow_mut().tapes.pop());
        let (numbers, tracks) = kept.ok().flatten().unwrap_or_default();
        Self { numbers: Some(numbers), tracks }
    }

    /// Leaves numbers for [`restore_numbers`](Self::restore_numbers).
    #[inline]
    pub fn save_numbers<T: Scalar, const N: usize>(&mut self, values: [T; N]) {
        self.numbers::<T>().extend_from_slice(&values);
    }

    /// The numbers that were saved last of this type and not restored yet.
    ///
    /// # Panics
    ///
    /// If there are none, which generated code does not let happen.
    #[inline]
    pub fn restore_numbers<T: Scalar, const N: usize>(&mut self) -> [T; N] {
        let track = self.numbers::<T>();
        let start = track.len().checked_sub(N);
        let start = start.expect("the forward sweep saved what the reverse sweep restores");
        let mut values = [T::default(); N];
        values.copy_from_slice(&track[start..]);
        track.truncate(start);
        values
    }

    #[inline]
    fn numbers<T: Scalar>(&mut self) -> &mut Vec<T> {
        T::track(self.numbers.as_mut().expect("a tape has numbers until it is dropped"))
    }

    /// Leaves something for [`restore`](Self::restore).
    #[inline]
    pub fn save<T: 'static>(&mut self, value: T) {
        self.track().push(value);
    }

    /// What was saved last of this type and not restored yet.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code does not let happen.
    #[inline]
    pub fn restore<T: 'static>(&mut self) -> T {
        self.track().pop().expect("the forward sweep saved what the reverse sweep restores")
    }

    #[inline]
    fn track<T: 'static>(&mut self) -> &mut Vec<T> {
        let track = of_type::<T, _>(&mut self.tracks, || Saved::<T>(Vec::new()));
        &mut track.expect("a track holds its type").0
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        let Some(mut numbers) = self.numbers.take() else { return };
        let mut tracks = std::mem::take(&mut self.tracks);
        // A panic may have left something: it goes back to the pool by itself.
        numbers.clear();
        tracks.iter_mut().for_each(|track| track.collection.clear());
        // While the thread ends there is no pool any more: the tracks are dropped.
        let _ = POOL.try_with(|pool| pool.borrow_mut().tapes.push((numbers, tracks)));
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("types", &self.tracks.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn memory_is_used_again() {
        release();
        let mut stack = Stack::new();
        stack.reserve_exact(100);
        stack.push(1.0_f64);
        let place = stack.as_ptr();
        assert_eq!(bytes(), 0, "in use");
        drop(stack);
        assert_eq!(bytes(), 800);
        let stack = Stack::<f64>::new();
        assert!(stack.is_empty() && stack.as_ptr() == place);
        drop(stack);
        drop(Stack::<f32>::new());
        assert_eq!(bytes(), 800, "what holds no memory is not kept");
        release();
        assert_eq!(bytes(), 0);
    }

    #[test]
    fn stacks_of_one_type_keep_their_roles() {
        release();
        for _ in 0..2 {
            let mut large = Stack::new();
            let mut small = Stack::new();
            large.reserve_exact(1000);
            small.reserve_exact(10);
            large.push(1_u8);
            small.push(2_u8);
            drop((small, large));
        }
        assert_eq!(bytes(), 1010);
    }

    #[test]
    fn tapes_restore_in_reverse() {
        let mut tape = Tape::new();
        tape.save((1.0, 2_usize));
        tape.save(3.0);
        tape.save((4.0, 5_usize));
        let mut stack = Stack::new();
        stack.push(7.0_f32);
        tape.save(stack);
        tape.save_numbers([1.0, 2.0, 3.0]);
        tape.save_numbers([true]);
        tape.save_numbers([4.0]);
        assert_eq!(tape.restore_numbers::<f64, 1>(), [4.0]);
        assert_eq!(tape.restore_numbers::<bool, 1>(), [true]);
        assert_eq!(tape.restore_numbers::<f64, 3>(), [1.0, 2.0, 3.0]);
        assert_eq!(tape.restore::<Stack<f32>>()[0], 7.0);
        assert_eq!(tape.restore::<(f64, usize)>(), (4.0, 5));
        assert_eq!(tape.restore::<f64>(), 3.0);
        assert_eq!(tape.restore::<(f64, usize)>(), (1.0, 2));
    }

    #[test]
    fn a_panic_loses_nothing() {
        release();
        let interrupted = catch_unwind(AssertUnwindSafe(|| {
            let mut tape = Tape::new();
            let mut saved = Stack::new();
            saved.extend_from_slice(&[1.0; 50]);
            tape.save(saved);
            let mut stack = Stack::new();
            stack.push(1.0);
            assert!(stack.is_empty(), "on purpose");
        }));
        assert!(interrupted.is_err());
        let held = bytes();
        assert!(held >= 51 * 8, "{held}");
        let mut tape = Tape::new();
        tape.save(1.0);
        assert_eq!(tape.restore::<f64>(), 1.0);
    }
}
