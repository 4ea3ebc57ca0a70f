//! Values that have derivatives ([`Differentiable`]) and values that can be stepped along them
//! ([`Parameters`]).
//!
//! Both are implemented for floats, arrays, slices, `Vec`, tuples, mutable references and, by
//! `#[derive(Differentiable)]`, structs of these. Types without floats (integers, `bool`, `String`,
//! …) have the tangent `()`, so that a struct may hold both.

use crate::float::Float;
use std::fmt;

/// A value that has derivatives: it is a float or is built from things that can be.
///
/// Derive it for your structs. A gradient with respect to a struct is its [`Tangent`](Self::Tangent),
/// a struct named `<Name>Tangent` with the same fields.
///
/// ```
/// use autodiff_core::Differentiable;
///
/// #[derive(Differentiable)]
/// struct Line {
///     slope: f64,
///     offsets: Vec<f64>,
///     rank: usize, // holds no floats: its tangent is ()
/// }
///
/// let line = Line { slope: 2.0, offsets: vec![1.0, 3.0], rank: 4 };
/// assert_eq!(line.zero_tangent(), LineTangent { slope: 0.0, offsets: vec![0.0, 0.0], rank: () });
/// ```
///
/// A field of a type that is not `Differentiable` is left out of the derivative with
/// `#[differentiable(skip)]`. An enum whose variants hold no floats may derive it, too: its tangent is `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no derivative",
    label = "not differentiable",
    note = "add `#[derive(Differentiable)]` to the struct, or `#[differentiable(skip)]` to the field to leave it out of the derivative"
)]
pub trait Differentiable {
    /// What a derivative with respect to this value looks like: the same shape, floats only.
    type Tangent: Clone + fmt::Debug + PartialEq;

    /// Zeros in the shape of this value.
    fn zero_tangent(&self) -> Self::Tangent;

    /// Zeros where no value is at hand: every `Vec` is empty. What generated code starts from when the
    /// type alone tells the shape.
    #[doc(hidden)]
    fn empty_tangent() -> Self::Tangent;

    /// Overwrites `tangent`, which must have the shape of this value, with zeros; does not allocate.
    ///
    /// # Panics
    ///
    /// If a `Vec` in `tangent` does not have the length of its counterpart; the message names it,
    /// beginning with `path`.
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>);
}

/// A value that an optimizer can change in place: it owns (or mutably borrows) its floats.
///
/// `#[derive(Differentiable)]` implements it beside [`Differentiable`] unless a field is a shared
/// reference.
///
/// ```
/// use autodiff_core::{Float, ParameterPath, Parameters, Visitor};
///
/// /// p -= 0.1 g, for all floats p of the parameters.
/// struct Descend;
/// impl Visitor for Descend {
///     fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], _: ParameterPath<'_>) {
///         for (value, slope) in values.iter_mut().zip(gradient) {
///             *value -= T::from_f64(0.1) * slope;
///         }
///     }
/// }
///
/// let mut parameters = ([1.0, 2.0], vec![3.0_f32]);
/// parameters.walk(&([10.0, 0.0], vec![20.0]), ParameterPath::Root("parameters"), &mut Descend);
/// assert_eq!(parameters, ([0.0, 2.0], vec![1.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "the floats of `{Self}` cannot be stepped in place",
    note = "parameters are floats, arrays, slices, `Vec`, tuples, `&mut` of these, and structs with `#[derive(Differentiable)]` that own their floats"
)]
pub trait Parameters: Differentiable {
    /// Shows every float of this value, with its counterpart in `gradient`, to the visitor, always in
    /// the same order: fields, elements and tuple positions as declared.
    ///
    /// # Panics
    ///
    /// If a `Vec` in `gradient` does not have the length of its counterpart; the message names it,
    /// beginning with `path`.
    fn walk(
        &mut self,
        gradient: &Self::Tangent,
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    );

    /// [`walk`](Self::walk) for values side by side.
    ///
    /// # Panics
    ///
    /// If the slices have different lengths, and as [`walk`](Self::walk).
    fn walk_slice(
        values: &mut [Self],
        gradient: &[Self::Tangent],
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    ) where
        Self: Sized,
    {
        check_lengths(values.len(), gradient.len(), path);
        for (index, (value, slope)) in values.iter_mut().zip(gradient).enumerate() {
            value.walk(slope, ParameterPath::Index(&path, index), visitor);
        }
    }
}

/// What [`Parameters::walk`] does to the floats it finds.
pub trait Visitor {
    /// Called for every run of floats that lie side by side. `values` and `gradient` have the same
    /// length. A lone float is a run of one with `path` naming it; the elements of a slice, array or
    /// `Vec` are `path[0]`, `path[1]`, ….
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], path: ParameterPath<'_>);

    /// As [`floats`](Self::floats), for a float that stands alone.
    fn float<T: Float>(&mut self, value: &mut T, gradient: &T, path: ParameterPath<'_>) {
        self.floats(std::slice::from_mut(value), std::slice::from_ref(gradient), path);
    }
}

/// The name of a component, as in `model.weights[3].0`.
#[derive(Clone, Copy, Debug)]
pub enum ParameterPath<'a> {
    /// The whole.
    Root(&'a str),
    /// A field or tuple position.
    Field(&'a ParameterPath<'a>, &'a str),
    /// An element.
    Index(&'a ParameterPath<'a>, usize),
}

impl fmt::Display for ParameterPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterPath::Root(name) => write!(f, "{name}"),
            ParameterPath::Field(parent, name) => write!(f, "{parent}.{name}"),
            ParameterPath::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

#[track_caller]
fn check_lengths(value: usize, gradient: usize, path: ParameterPath<'_>) {
    assert!(
        value == gradient,
        "the gradient of `{path}` has length {gradient}, but `{path}` has length {value}"
    );
}

macro_rules! float_leaf {
    ($($ty:ty)*) => { $(
        impl Differentiable for $ty {
            type Tangent = $ty;

            #[inline]
            fn zero_tangent(&self) -> $ty {
                0.0
            }
            #[inline]
            fn empty_tangent() -> $ty {
                0.0
            }
            #[inline]
            fn set_zero(&self, tangent: &mut $ty, _: ParameterPath<'_>) {
                *tangent = 0.0;
            }
        }

        impl Parameters for $ty {
            #[inline]
            fn walk(&mut self, gradient: &$ty, path: ParameterPath<'_>, visitor: &mut impl Visitor) {
                visitor.float(self, gradient, path);
            }
            #[inline]
            fn walk_slice(
                values: &mut [Self],
                gradient: &[$ty],
                path: ParameterPath<'_>,
                visitor: &mut impl Visitor,
            ) {
                check_lengths(values.len(), gradient.len(), path);
                visitor.floats(values, gradient, path);
            }
        }
    )* };
}
float_leaf!(f32 f64);

macro_rules! passive {
    ($($ty:ty),*) => { $( passive!(@implement [] $ty); )* };
    (@implement [$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> Differentiable for $ty {
            type Tangent = ();

            #[inline]
            fn zero_tangent(&self) {}
            #[inline]
            fn empty_tangent() {}
            #[inline]
            fn set_zero(&self, (): &mut (), _: ParameterPath<'_>) {}
        }

        impl<$($generics)*> Parameters for $ty {
            #[inline]
            fn walk(&mut self, (): &(), _: ParameterPath<'_>, _: &mut impl Visitor) {}
        }
    };
}
passive!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    bool,
    char,
    (),
    str,
    String
);
passive!(@implement [T: ?Sized] std::marker::PhantomData<T>);

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Tangent = [T::Tangent; N];

    #[inline]
    fn zero_tangent(&self) -> Self::Tangent {
        std::array::from_fn(|index| self[index].zero_tangent())
    }
    #[inline]
    fn empty_tangent() -> Self::Tangent {
        std::array::from_fn(|_| T::empty_tangent())
    }
    #[inline]
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
        for (index, (value, slope)) in self.iter().zip(tangent).enumerate() {
            value.set_zero(slope, ParameterPath::Index(&path, index));
        }
    }
}

impl<T: Parameters, const N: usize> Parameters for [T; N] {
    #[inline]
    fn walk(
        &mut self,
        gradient: &Self::Tangent,
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    ) {
        T::walk_slice(self, gradient, path, visitor);
    }
}

impl<T: Differentiable> Differentiable for [T] {
    type Tangent = Vec<T::Tangent>;

    fn zero_tangent(&self) -> Self::Tangent {
        self.iter().map(T::zero_tangent).collect()
    }
    #[inline]
    fn empty_tangent() -> Self::Tangent {
        Vec::new()
    }
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
        check_lengths(self.len(), tangent.len(), path);
        for (index, (value, slope)) in self.iter().zip(tangent).enumerate() {
            value.set_zero(slope, ParameterPath::Index(&path, index));
        }
    }
}

impl<T: Parameters> Parameters for [T] {
    #[inline]
    fn walk(
        &mut self,
        gradient: &Self::Tangent,
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    ) {
        T::walk_slice(self, gradient, path, visitor);
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Tangent = Vec<T::Tangent>;

    fn zero_tangent(&self) -> Self::Tangent {
        self.as_slice().zero_tangent()
    }
    #[inline]
    fn empty_tangent() -> Self::Tangent {
        Vec::new()
    }
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
        self.as_slice().set_zero(tangent, path);
    }
}

impl<T: Parameters> Parameters for Vec<T> {
    #[inline]
    fn walk(
        &mut self,
        gradient: &Self::Tangent,
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    ) {
        T::walk_slice(self, gradient, path, visitor);
    }
}

impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Tangent = T::Tangent;

    fn zero_tangent(&self) -> Self::Tangent {
        (**self).zero_tangent()
    }
    #[inline]
    fn empty_tangent() -> Self::Tangent {
        T::empty_tangent()
    }
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
        (**self).set_zero(tangent, path);
    }
}

impl<T: Differentiable + ?Sized> Differentiable for &mut T {
    type Tangent = T::Tangent;

    fn zero_tangent(&self) -> Self::Tangent {
        (**self).zero_tangent()
    }
    #[inline]
    fn empty_tangent() -> Self::Tangent {
        T::empty_tangent()
    }
    fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
        (**self).set_zero(tangent, path);
    }
}

impl<T: Parameters + ?Sized> Parameters for &mut T {
    #[inline]
    fn walk(
        &mut self,
        gradient: &Self::Tangent,
        path: ParameterPath<'_>,
        visitor: &mut impl Visitor,
    ) {
        (**self).walk(gradient, path, visitor);
    }
}

macro_rules! tuples {
    ($($name:ident $position:tt)+) => {
        impl<$($name: Differentiable),+> Differentiable for ($($name,)+) {
            type Tangent = ($($name::Tangent,)+);

            #[inline]
            fn zero_tangent(&self) -> Self::Tangent {
                ($(self.$position.zero_tangent(),)+)
            }
            #[inline]
            fn empty_tangent() -> Self::Tangent {
                ($($name::empty_tangent(),)+)
            }
            #[inline]
            fn set_zero(&self, tangent: &mut Self::Tangent, path: ParameterPath<'_>) {
                $(self.$position.set_zero(
                    &mut tangent.$position,
                    ParameterPath::Field(&path, stringify!($position)),
                );)+
            }
        }

        impl<$($name: Parameters),+> Parameters for ($($name,)+) {
            #[inline]
            fn walk(
                &mut self,
                gradient: &Self::Tangent,
                path: ParameterPath<'_>,
                visitor: &mut impl Visitor,
            ) {
                $(self.$position.walk(
                    &gradient.$position,
                    ParameterPath::Field(&path, stringify!($position)),
                    visitor,
                );)+
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0 B 1);
tuples!(A 0 B 1 C 2);
tuples!(A 0 B 1 C 2 D 3);
tuples!(A 0 B 1 C 2 D 3 E 4);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);
