//! What a value or a slot holds.

use super::{Number, Real, Trap};
use crate::types::{FloatType, Length, Type};
use std::rc::Rc;

/// A scalar or a tree of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum<N> {
    /// `()`.
    Unit,
    /// A float.
    Float(N),
    /// An integer, in two's complement of 128 bits.
    Integer(i128),
    /// A truth value.
    Bool(bool),
    /// An array, slice or `Vec`.
    List(Vec<Datum<N>>),
    /// A tuple.
    Tuple(Vec<Datum<N>>),
    /// A struct.
    Struct(Vec<(Rc<str>, Datum<N>)>),
    /// Something that is not looked into, of which only is known which one it is; see
    /// [`super::World`].
    Opaque(u64),
    /// Nothing to look at: declared and not yet set, moved out, or opaque.
    Nothing,
}

impl<N: Number> From<f64> for Datum<N> {
    fn from(value: f64) -> Self {
        Datum::Float(N::constant(Real::Double(value)))
    }
}

impl<N: Number> From<f32> for Datum<N> {
    fn from(value: f32) -> Self {
        Datum::Float(N::constant(Real::Single(value)))
    }
}

impl<N> From<bool> for Datum<N> {
    fn from(value: bool) -> Self {
        Datum::Bool(value)
    }
}

impl<N> From<usize> for Datum<N> {
    fn from(value: usize) -> Self {
        Datum::Integer(value as i128)
    }
}

impl<N> From<i32> for Datum<N> {
    fn from(value: i32) -> Self {
        Datum::Integer(value.into())
    }
}

impl<N, T: Into<Datum<N>> + Clone> From<&[T]> for Datum<N> {
    fn from(values: &[T]) -> Self {
        Datum::List(values.iter().cloned().map(Into::into).collect())
    }
}

impl<N, T: Into<Datum<N>>> From<Vec<T>> for Datum<N> {
    fn from(values: Vec<T>) -> Self {
        Datum::List(values.into_iter().map(Into::into).collect())
    }
}

impl<N, T: Into<Datum<N>>, const L: usize> From<[T; L]> for Datum<N> {
    fn from(values: [T; L]) -> Self {
        Datum::List(values.into_iter().map(Into::into).collect())
    }
}

impl<N: Number> Datum<N> {
    /// The number; a bug of the compiler if it is something else.
    pub fn number(&self) -> Result<N, Trap> {
        match self {
            Datum::Float(value) => Ok(*value),
            other => Err(other.unexpected("a float")),
        }
    }

    /// The integer; a bug of the compiler if it is something else.
    pub fn integer(&self) -> Result<i128, Trap> {
        match self {
            Datum::Integer(value) => Ok(*value),
            other => Err(other.unexpected("an integer")),
        }
    }

    /// The truth value; a bug of the compiler if it is something else.
    pub fn truth(&self) -> Result<bool, Trap> {
        match self {
            Datum::Bool(value) => Ok(*value),
            other => Err(other.unexpected("a truth value")),
        }
    }

    /// The elements; a bug of the compiler if it is something else.
    pub fn elements(&self) -> Result<&[Datum<N>], Trap> {
        match self {
            Datum::List(elements) => Ok(elements),
            other => Err(other.unexpected("elements")),
        }
    }

    /// The elements; a bug of the compiler if it is something else.
    pub fn elements_mut(&mut self) -> Result<&mut Vec<Datum<N>>, Trap> {
        match self {
            Datum::List(elements) => Ok(elements),
            other => Err(other.unexpected("elements")),
        }
    }

    fn unexpected(&self, expected: &str) -> Trap {
        Trap::Broken(format!("{expected} expected, found {self:?}"))
    }

    /// Every float in it, in order.
    pub fn floats(&self) -> Vec<N> {
        let mut found = Vec::new();
        self.clone().for_each_float_mut(&mut |value| found.push(*value));
        found
    }

    /// Calls `visit` on every float in it, in order.
    pub fn for_each_float_mut(&mut self, visit: &mut dyn FnMut(&mut N)) {
        match self {
            Datum::Float(value) => visit(value),
            Datum::List(elements) | Datum::Tuple(elements) => {
                elements.iter_mut().for_each(|element| element.for_each_float_mut(visit));
            }
            Datum::Struct(fields) => {
                fields.iter_mut().for_each(|(_, field)| field.for_each_float_mut(visit));
            }
            Datum::Unit
            | Datum::Integer(_)
            | Datum::Bool(_)
            | Datum::Opaque(_)
            | Datum::Nothing => {}
        }
    }

    /// The same tree with other numbers.
    pub fn map<M>(&self, change: &mut dyn FnMut(N) -> M) -> Datum<M> {
        match self {
            Datum::Unit => Datum::Unit,
            Datum::Float(value) => Datum::Float(change(*value)),
            Datum::Integer(value) => Datum::Integer(*value),
            Datum::Bool(value) => Datum::Bool(*value),
            Datum::List(elements) => {
                Datum::List(elements.iter().map(|element| element.map(change)).collect())
            }
            Datum::Tuple(elements) => {
                Datum::Tuple(elements.iter().map(|element| element.map(change)).collect())
            }
            Datum::Struct(fields) => Datum::Struct(
                fields.iter().map(|(name, field)| (name.clone(), field.map(change))).collect(),
            ),
            Datum::Opaque(identity) => Datum::Opaque(*identity),
            Datum::Nothing => Datum::Nothing,
        }
    }

    /// The same tree with zeros for floats; integers and truth values become `()`.
    pub fn zeros_like(&self) -> Datum<N> {
        match self {
            Datum::Float(value) => Datum::Float(N::constant(value.primal().zero())),
            Datum::List(elements) => Datum::List(elements.iter().map(Datum::zeros_like).collect()),
            Datum::Tuple(elements) => {
                Datum::Tuple(elements.iter().map(Datum::zeros_like).collect())
            }
            Datum::Struct(fields) => Datum::Struct(
                fields.iter().map(|(name, field)| (name.clone(), field.zeros_like())).collect(),
            ),
            Datum::Unit
            | Datum::Integer(_)
            | Datum::Bool(_)
            | Datum::Opaque(_)
            | Datum::Nothing => Datum::Unit,
        }
    }

    /// `T::default()`.
    pub(super) fn default_of(ty: &Type) -> Result<Datum<N>, Trap> {
        Ok(match ty {
            Type::Unit => Datum::Unit,
            Type::Bool => Datum::Bool(false),
            Type::Integer(_) => Datum::Integer(0),
            Type::Float(FloatType::F32) => Datum::from(0.0f32),
            Type::Float(_) => Datum::from(0.0f64),
            Type::Vec(_) => Datum::List(vec![]),
            Type::Tuple(types) => {
                Datum::Tuple(types.iter().map(Datum::default_of).collect::<Result<_, _>>()?)
            }
            Type::Array(element, Length::Literal(length)) => {
                Datum::List(vec![Datum::default_of(element)?; *length as usize])
            }
            // That of a struct of the user may be anything.
            Type::Struct(definition) if definition.tangent => {
                let fields = definition.fields.iter();
                let fields = fields.map(|(name, ty)| Ok((name.clone(), Datum::default_of(ty)?)));
                Datum::Struct(fields.collect::<Result<_, _>>()?)
            }
            other => return Err(Trap::Unsupported(format!("the default of `{other}`"))),
        })
    }
}
