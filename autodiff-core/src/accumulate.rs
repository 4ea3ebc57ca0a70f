//! Adding derivatives in place.

/// `self += other`, float by float.
pub trait Accumulate<Other: ?Sized = Self> {
    /// Adds the other.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    fn accumulate(&mut self, other: &Other);
}

impl Accumulate for f64 {
    fn accumulate(&mut self, other: &f64) {
        *self += other;
    }
}

impl Accumulate for f32 {
    fn accumulate(&mut self, other: &f32) {
        *self += other;
    }
}

impl Accumulate for () {
    fn accumulate(&mut self, (): &()) {}
}

impl<T: Accumulate> Accumulate for [T] {
    fn accumulate(&mut self, other: &[T]) {
        assert_eq!(self.len(), other.len(), "the rule's gradient has another length");
        self.iter_mut().zip(other).for_each(|(sum, part)| sum.accumulate(part));
    }
}

impl<T: Accumulate> Accumulate<Vec<T>> for [T] {
    fn accumulate(&mut self, other: &Vec<T>) {
        self.accumulate(&other[..]);
    }
}

impl<T: Accumulate> Accumulate for Vec<T> {
    fn accumulate(&mut self, other: &Vec<T>) {
        self[..].accumulate(&other[..]);
    }
}

impl<T: Accumulate, const N: usize> Accumulate for [T; N] {
    fn accumulate(&mut self, other: &[T; N]) {
        self[..].accumulate(&other[..]);
    }
}

macro_rules! tuples {
    ($($($name:ident $index:tt)*;)*) => {$(
        impl<$($name: Accumulate),*> Accumulate for ($($name,)*) {
            fn accumulate(&mut self, other: &Self) {
                $(self.$index.accumulate(&other.$index);)*
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
}
