//! Arguments and results of any type as trees of numbers, so that one piece of code can call
//! functions of any signature.

use crate::number::Number;

/// A value of any type that a corpus function takes or returns.
#[derive(Clone, Debug)]
pub enum Tree {
    /// `()`, `None`, or the derivative of something that has none.
    Unit,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Integer(i128),
    /// An `f64`.
    Float(f64),
    /// An `f32`.
    Single(f32),
    /// An array, slice, `Vec`, tuple, struct, or `Some`.
    List(Vec<Tree>),
}

impl Tree {
    /// The floats in it, in order.
    pub fn floats(&self) -> Vec<f64> {
        let mut floats = Vec::new();
        self.clone().for_each_float(&mut |float| floats.push(*float));
        floats
    }

    /// Visits and changes the floats, `f32` as `f64`.
    pub fn for_each_float(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        match self {
            Tree::Float(value) => visit(value),
            Tree::Single(value) => {
                let mut wide = f64::from(*value);
                visit(&mut wide);
                *value = wide as f32;
            }
            Tree::List(items) => items.iter_mut().for_each(|item| item.for_each_float(visit)),
            Tree::Unit | Tree::Bool(_) | Tree::Integer(_) => {}
        }
    }

    /// Whether there is an `f32` in it.
    pub fn has_single(&self) -> bool {
        match self {
            Tree::Single(_) => true,
            Tree::List(items) => items.iter().any(Tree::has_single),
            _ => false,
        }
    }

    /// Equal but for the floats.
    pub fn same_but_floats(&self, other: &Tree) -> bool {
        let without_floats = |tree: &Tree| {
            let mut tree = tree.clone();
            tree.for_each_float(&mut |float| *float = 0.0);
            tree
        };
        without_floats(self).same_bits(&without_floats(other))
    }

    /// Equal bit for bit; every NaN equals every NaN.
    pub fn same_bits(&self, other: &Tree) -> bool {
        match (self, other) {
            (Tree::Unit, Tree::Unit) => true,
            (Tree::Bool(a), Tree::Bool(b)) => a == b,
            (Tree::Integer(a), Tree::Integer(b)) => a == b,
            (Tree::Float(a), Tree::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Tree::Single(a), Tree::Single(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Tree::List(a), Tree::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_bits(b))
            }
            _ => false,
        }
    }
}

/// Counts the active floats while arguments are read, and says which of them are seeded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    next: usize,
    first: Option<usize>,
    second: Option<usize>,
    active: bool,
}

impl Cursor {
    /// Nothing is seeded.
    pub fn plain() -> Self {
        Self::default()
    }

    /// The active floats of these numbers are the first and the second direction.
    pub fn seeded(first: usize, second: usize) -> Self {
        Self { first: Some(first), second: Some(second), ..Self::default() }
    }

    /// Whether the floats read from now on count.
    pub fn set_active(&mut self, active: bool) {
        self.active = active;
    }

    fn advance(&mut self) -> (bool, bool) {
        if !self.active {
            return (false, false);
        }
        let seeds = (self.first == Some(self.next), self.second == Some(self.next));
        self.next += 1;
        seeds
    }
}

/// What to read out of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The value.
    Value,
    /// The derivative in the first direction.
    First,
    /// To what rounding errors of `First` are relative.
    FirstScale,
    /// The second derivative in both directions.
    Mixed,
    /// To what rounding errors of `Mixed` are relative.
    MixedScale,
}

/// A type that converts to and from trees.
pub trait Data: Sized {
    /// Reads a value.
    ///
    /// # Panics
    /// If the tree has another shape.
    fn read(tree: &Tree, cursor: &mut Cursor) -> Self;

    /// Writes a part of the value; derivatives of what has none are `Unit`.
    fn write(&self, part: Part) -> Tree;
}

fn mismatch<T>(tree: &Tree) -> ! {
    panic!("{tree:?} is not a {}", std::any::type_name::<T>())
}

macro_rules! floats {
    ($($float:ident $variant:ident;)*) => {$(
        impl Data for $float {
            fn read(tree: &Tree, _: &mut Cursor) -> Self {
                match tree {
                    Tree::$variant(value) => *value,
                    other => mismatch::<Self>(other),
                }
            }
            fn write(&self, part: Part) -> Tree {
                if part == Part::Value { Tree::$variant(*self) } else { Tree::Unit }
            }
        }
        impl Data for Number<$float> {
            fn read(tree: &Tree, cursor: &mut Cursor) -> Self {
                let value = $float::read(tree, &mut Cursor::plain());
                let (first, second) = cursor.advance();
                Number::input(value, first, second)
            }
            fn write(&self, part: Part) -> Tree {
                match part {
                    Part::Value => Tree::$variant(self.value),
                    Part::First => Tree::Float(self.first()),
                    Part::FirstScale => Tree::Float(self.first_slope().scale),
                    Part::Mixed => Tree::Float(self.mixed()),
                    Part::MixedScale => Tree::Float(self.mixed_slope().scale),
                }
            }
        }
    )*};
}

floats! { f64 Float; f32 Single; }

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl Data for $integer {
            fn read(tree: &Tree, _: &mut Cursor) -> Self {
                match tree {
                    Tree::Integer(value) => *value as $integer,
                    other => mismatch::<Self>(other),
                }
            }
            fn write(&self, part: Part) -> Tree {
                if part == Part::Value { Tree::Integer(*self as i128) } else { Tree::Unit }
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl Data for bool {
    fn read(tree: &Tree, _: &mut Cursor) -> Self {
        match tree {
            Tree::Bool(value) => *value,
            other => mismatch::<Self>(other),
        }
    }
    fn write(&self, part: Part) -> Tree {
        if part == Part::Value { Tree::Bool(*self) } else { Tree::Unit }
    }
}

impl Data for () {
    fn read(_: &Tree, _: &mut Cursor) -> Self {}
    fn write(&self, _: Part) -> Tree {
        Tree::Unit
    }
}

impl<T: Data> Data for Vec<T> {
    fn read(tree: &Tree, cursor: &mut Cursor) -> Self {
        match tree {
            Tree::List(items) => items.iter().map(|item| T::read(item, cursor)).collect(),
            other => mismatch::<Self>(other),
        }
    }
    fn write(&self, part: Part) -> Tree {
        Tree::List(self.iter().map(|item| item.write(part)).collect())
    }
}

impl<T: Data, const N: usize> Data for [T; N] {
    fn read(tree: &Tree, cursor: &mut Cursor) -> Self {
        Vec::<T>::read(tree, cursor).try_into().unwrap_or_else(|_| mismatch::<Self>(tree))
    }
    fn write(&self, part: Part) -> Tree {
        Tree::List(self.iter().map(|item| item.write(part)).collect())
    }
}

impl<T: Data> Data for Option<T> {
    fn read(tree: &Tree, cursor: &mut Cursor) -> Self {
        match tree {
            Tree::Unit => None,
            Tree::List(items) => items.first().map(|item| T::read(item, cursor)),
            other => mismatch::<Self>(other),
        }
    }
    fn write(&self, part: Part) -> Tree {
        match self {
            Some(value) => Tree::List(vec![value.write(part)]),
            None => Tree::Unit,
        }
    }
}

macro_rules! tuples {
    ($($($name:ident $index:tt),*;)*) => {$(
        impl<$($name: Data),*> Data for ($($name,)*) {
            fn read(tree: &Tree, cursor: &mut Cursor) -> Self {
                let Tree::List(items) = tree else { mismatch::<Self>(tree) };
                ($($name::read(&items[$index], cursor),)*)
            }
            fn write(&self, part: Part) -> Tree {
                Tree::List(vec![$(self.$index.write(part)),*])
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
