//! Tangents in several directions, one in each lane.

use super::{Lane, Lanes, from_lanes};
use fearless_simd::Simd;

/// [`Lanes`] in arrays, lists and tuples: a tangent in each of several directions.
pub trait Directions<S: Simd> {
    /// The tangent in one of them.
    type One: Clone;

    /// The tangent in a direction.
    fn one(&self, lane: usize) -> Self::One;

    /// Made of the tangents in all directions, which have one shape.
    fn of(simd: S, all: &[Self::One]) -> Self;
}

impl<S: Simd, T: Lane> Directions<S> for Lanes<S, T> {
    type One = T;

    fn one(&self, lane: usize) -> T {
        self.lane(lane)
    }

    fn of(simd: S, all: &[T]) -> Self {
        from_lanes(simd, |lane| all[lane])
    }
}

impl<S: Simd, D: Directions<S>, const N: usize> Directions<S> for [D; N] {
    type One = [D::One; N];

    fn one(&self, lane: usize) -> Self::One {
        std::array::from_fn(|index| self[index].one(lane))
    }

    fn of(simd: S, all: &[Self::One]) -> Self {
        std::array::from_fn(|index| part(simd, all, |one| &one[index]))
    }
}

impl<S: Simd, D: Directions<S>> Directions<S> for Vec<D> {
    type One = Vec<D::One>;

    fn one(&self, lane: usize) -> Self::One {
        one_of(self, lane)
    }

    fn of(simd: S, all: &[Self::One]) -> Self {
        let length = all.first().map_or(0, Vec::len);
        (0..length).map(|index| part(simd, all, |one| &one[index])).collect()
    }
}

impl<S: Simd> Directions<S> for () {
    type One = ();

    fn one(&self, _: usize) {}

    fn of(_: S, _: &[()]) {}
}

macro_rules! tuples {
    ($(($($part:ident $position:tt)+))*) => { $(
        impl<S: Simd, $($part: Directions<S>),+> Directions<S> for ($($part,)+) {
            type One = ($($part::One,)+);

            fn one(&self, lane: usize) -> Self::One {
                ($(self.$position.one(lane),)+)
            }

            fn of(simd: S, all: &[Self::One]) -> Self {
                ($(part(simd, all, |one| &one.$position),)+)
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
}

/// A part of what is made of the tangents in all directions.
fn part<S: Simd, One, D: Directions<S>>(simd: S, all: &[One], part: impl Fn(&One) -> &D::One) -> D {
    let parts: Vec<D::One> = all.iter().map(|one| part(one).clone()).collect();
    D::of(simd, &parts)
}

/// The tangent of a list in a direction.
pub fn one_of<S: Simd, D: Directions<S>>(list: &[D], lane: usize) -> Vec<D::One> {
    list.iter().map(|element| element.one(lane)).collect()
}

/// A value and its tangents in so many directions, one after the other.
///
/// # Panics
///
/// Where the product does, and for 0 directions.
pub fn one_by_one<S: Simd, V, D: Directions<S>>(
    simd: S,
    directions: usize,
    mut product: impl FnMut(usize) -> (V, D::One),
) -> (V, D) {
    let (value, first) = product(0);
    let mut all = vec![first];
    all.extend((1..directions).map(|lane| product(lane).1));
    (value, D::of(simd, &all))
}

/// What goes back to where a copy of it was taken from.
pub trait Give<To> {
    /// Overwrites what was there.
    fn give(self, to: To);
}

impl<T: Clone> Give<&mut [T]> for Vec<T> {
    fn give(self, to: &mut [T]) {
        to.clone_from_slice(&self);
    }
}

impl<T> Give<&mut T> for T {
    fn give(self, to: &mut T) {
        *to = self;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::{Level, dispatch};

    /// A number in each of eight directions.
    type Eight<S> = Lanes<S, f64>;

    fn check<S: Simd>(simd: S) {
        let product = |lane: usize| {
            let number = lane as f64;
            ("value", ([number, -number], vec![number + 1.0; 3], number * number))
        };
        let (value, all) =
            one_by_one::<S, _, ([Eight<S>; 2], Vec<Eight<S>>, Eight<S>)>(simd, 8, product);
        assert_eq!(value, "value");
        for lane in 0..8 {
            assert_eq!(all.one(lane), product(lane).1);
            assert_eq!(one_of(&all.1, lane), product(lane).1.1);
        }
    }

    #[test]
    fn directions_come_back_one_by_one() {
        dispatch!(Level::new(), simd => check(simd));
        dispatch!(Level::baseline(), simd => check(simd));
    }
}
