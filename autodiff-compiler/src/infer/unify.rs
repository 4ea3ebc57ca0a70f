//! Type variables and unification.
//!
//! A variable stands for any type, any integer type or any float type (literals without suffix).
//! One that comes from something the compiler cannot see (a field of an unknown struct, the result
//! of an unknown call) carries a mark, so that at the end it is known to be passive and unknown
//! rather than forgotten; the mark spreads to whatever it is unified with.
//!
//! Array lengths have variables too, written `?0`, `?1`, … in [`Length::Expression`]: no expression
//! of the user starts with a question mark.

use crate::types::{FloatType, IntegerType, Length, Type};
use std::rc::Rc;

/// What a variable may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any type.
    Any,
    /// An integer type; `i32` if nothing says otherwise.
    Integer,
    /// A float type; `f64` if nothing says otherwise.
    Float,
}

#[derive(Clone, Debug)]
enum Entry {
    Bound(Type),
    Free { kind: Kind, opaque: bool },
}

/// Two types that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mismatch;

/// All variables of one inference.
#[derive(Debug, Default)]
pub(super) struct Variables {
    types: Vec<Entry>,
    lengths: Vec<Option<Length>>,
    length_defaults: Vec<(Length, Length)>,
}

impl Variables {
    /// A new variable.
    pub(super) fn fresh(&mut self, kind: Kind) -> Type {
        self.types.push(Entry::Free { kind, opaque: false });
        Type::Variable(self.types.len() as u32 - 1)
    }

    /// A new variable for something that cannot be seen.
    pub(super) fn fresh_opaque(&mut self) -> Type {
        self.types.push(Entry::Free { kind: Kind::Any, opaque: true });
        Type::Variable(self.types.len() as u32 - 1)
    }

    /// A new length variable.
    pub(super) fn fresh_length(&mut self) -> Length {
        self.lengths.push(None);
        Length::Expression(format!("?{}", self.lengths.len() - 1).into())
    }

    /// A new length variable that is this length if nothing determines it.
    pub(super) fn fresh_length_or(&mut self, default: Length) -> Length {
        let fresh = self.fresh_length();
        self.length_defaults.push((fresh.clone(), default));
        fresh
    }

    /// Gives every undetermined length its default.
    pub(super) fn default_lengths(&mut self) {
        for (variable, default) in std::mem::take(&mut self.length_defaults) {
            if is_open(&self.length(&variable)) {
                let _ = self.unify_lengths(&variable, &default);
            }
        }
    }

    /// The type with its outermost variable followed.
    pub(super) fn shallow(&self, ty: &Type) -> Type {
        let mut ty = ty;
        while let Type::Variable(index) = ty {
            match self.types.get(*index as usize) {
                Some(Entry::Bound(bound)) => ty = bound,
                _ => break,
            }
        }
        ty.clone()
    }

    /// The type with all its variables followed.
    pub(super) fn deep(&self, ty: &Type) -> Type {
        match self.shallow(ty) {
            Type::Tuple(elements) => Type::Tuple(elements.iter().map(|ty| self.deep(ty)).collect()),
            Type::Array(element, length) => {
                Type::Array(Box::new(self.deep(&element)), self.length(&length))
            }
            Type::Slice(element) => Type::Slice(Box::new(self.deep(&element))),
            Type::Vec(element) => Type::Vec(Box::new(self.deep(&element))),
            Type::Option(value) => Type::Option(Box::new(self.deep(&value))),
            Type::Result(value, error) => {
                Type::Result(Box::new(self.deep(&value)), Box::new(self.deep(&error)))
            }
            Type::Iterator(item) => Type::Iterator(Box::new(self.deep(&item))),
            Type::Range(index) => Type::Range(Box::new(self.deep(&index))),
            Type::Reference { mutable, to } => {
                Type::Reference { mutable, to: Box::new(self.deep(&to)) }
            }
            other => other,
        }
    }

    /// The length with its variable followed.
    pub(super) fn length(&self, length: &Length) -> Length {
        let mut length = length.clone();
        while let Some(index) = length_variable(&length) {
            match self.lengths.get(index) {
                Some(Some(bound)) => length = bound.clone(),
                _ => break,
            }
        }
        length
    }

    /// What the variable may stand for and whether it is marked, if the type is a free variable.
    pub(super) fn free(&self, ty: &Type) -> Option<(u32, Kind, bool)> {
        match self.shallow(ty) {
            Type::Variable(index) => match self.types.get(index as usize) {
                Some(Entry::Free { kind, opaque }) => Some((index, *kind, *opaque)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the type is a free variable that may still be anything.
    pub(super) fn is_unknown(&self, ty: &Type) -> bool {
        matches!(self.free(ty), Some((_, Kind::Any, _)))
    }

    /// Whether the type is a free variable that comes from something the compiler cannot see.
    pub(super) fn is_unseen(&self, ty: &Type) -> bool {
        matches!(self.free(ty), Some((_, Kind::Any, true)))
    }

    /// Whether the type is a number: known, or a variable that will be one.
    pub(super) fn is_number(&self, ty: &Type) -> bool {
        match self.shallow(ty) {
            Type::Float(_) | Type::Integer(_) => true,
            variable => matches!(self.free(&variable), Some((_, Kind::Integer | Kind::Float, _))),
        }
    }

    /// Marks the variables in the type as coming from something that cannot be seen. Returns whether
    /// a mark is new.
    pub(super) fn mark_opaque(&mut self, ty: &Type) -> bool {
        let mut free = Vec::new();
        self.collect_free(ty, &mut free);
        let mut changed = false;
        for index in free {
            if let Some(Entry::Free { opaque, .. }) = self.types.get_mut(index as usize) {
                changed |= !*opaque;
                *opaque = true;
            }
        }
        changed
    }

    /// Adds the free variables of the type to the list.
    pub(super) fn collect_free(&self, ty: &Type, into: &mut Vec<u32>) {
        match self.deep(ty) {
            Type::Variable(index) => into.push(index),
            Type::Tuple(elements) => {
                elements.iter().for_each(|element| self.collect_free(element, into));
            }
            Type::Array(inner, _)
            | Type::Slice(inner)
            | Type::Vec(inner)
            | Type::Option(inner)
            | Type::Iterator(inner)
            | Type::Range(inner)
            | Type::Reference { to: inner, .. } => self.collect_free(&inner, into),
            Type::Result(value, error) => {
                self.collect_free(&value, into);
                self.collect_free(&error, into);
            }
            _ => {}
        }
    }

    /// Gives every unmarked number variable its default: `i32`, `f64`. Returns whether there was one.
    pub(super) fn default_numbers(&mut self) -> bool {
        let mut changed = false;
        for entry in &mut self.types {
            let ty = match entry {
                Entry::Free { kind: Kind::Integer, opaque: false } => {
                    Type::Integer(IntegerType::I32)
                }
                Entry::Free { kind: Kind::Float, opaque: false } => Type::F64,
                _ => continue,
            };
            *entry = Entry::Bound(ty);
            changed = true;
        }
        changed
    }

    /// Makes the two types one.
    ///
    /// Mutability of references is not compared, and `!` and unknown opaque types agree with all:
    /// rustc checks those on the original function.
    pub(super) fn unify(&mut self, a: &Type, b: &Type) -> Result<(), Mismatch> {
        let (a, b) = (self.shallow(a), self.shallow(b));
        match (&a, &b) {
            (Type::Variable(x), Type::Variable(y)) if x == y => Ok(()),
            (Type::Variable(x), _) => self.bind(*x, &b),
            (_, Type::Variable(y)) => self.bind(*y, &a),
            (Type::Never, _) | (_, Type::Never) => Ok(()),
            (Type::Opaque(_), Type::Opaque(_))
            | (Type::Opaque(_), Type::Reference { .. })
            | (Type::Reference { .. }, Type::Opaque(_))
            | (Type::Opaque(None), _)
            | (_, Type::Opaque(None)) => Ok(()),
            (Type::Tuple(x), Type::Tuple(y)) if x.len() == y.len() => {
                x.iter().zip(y).try_for_each(|(x, y)| self.unify(x, y))
            }
            (Type::Array(x, n), Type::Array(y, m)) => {
                self.unify_lengths(n, m)?;
                self.unify(x, y)
            }
            (Type::Slice(x), Type::Slice(y))
            | (Type::Vec(x), Type::Vec(y))
            | (Type::Option(x), Type::Option(y))
            | (Type::Iterator(x), Type::Iterator(y))
            | (Type::Range(x), Type::Range(y))
            | (Type::Reference { to: x, .. }, Type::Reference { to: y, .. }) => self.unify(x, y),
            (Type::Result(x, e), Type::Result(y, f)) => {
                self.unify(x, y)?;
                self.unify(e, f)
            }
            (Type::Struct(x), Type::Struct(y)) if x.name == y.name => Ok(()),
            _ if a == b => Ok(()),
            _ => Err(Mismatch),
        }
    }

    /// Makes the two lengths one. Lengths that are expressions may be equal under different texts;
    /// that is left to rustc.
    pub(super) fn unify_lengths(&mut self, a: &Length, b: &Length) -> Result<(), Mismatch> {
        let (a, b) = (self.length(a), self.length(b));
        if a == b {
            return Ok(());
        }
        match (length_variable(&a), length_variable(&b), &a, &b) {
            (Some(index), ..) => self.lengths[index] = Some(b),
            (None, Some(index), ..) => self.lengths[index] = Some(a),
            (None, None, Length::Literal(_), Length::Literal(_)) => return Err(Mismatch),
            _ => {}
        }
        Ok(())
    }

    fn bind(&mut self, index: u32, ty: &Type) -> Result<(), Mismatch> {
        let Some(Entry::Free { kind, opaque }) = self.types.get(index as usize).cloned() else {
            return Err(Mismatch);
        };
        if let Type::Variable(other) = ty {
            let Some(Entry::Free { kind: other_kind, opaque: other_opaque }) =
                self.types.get(*other as usize).cloned()
            else {
                return Err(Mismatch);
            };
            let kind = match (kind, other_kind) {
                (Kind::Any, kind) | (kind, Kind::Any) => kind,
                (a, b) if a == b => a,
                _ => return Err(Mismatch),
            };
            self.types[*other as usize] = Entry::Free { kind, opaque: opaque || other_opaque };
            self.types[index as usize] = Entry::Bound(ty.clone());
            return Ok(());
        }
        let fits = match kind {
            Kind::Any => true,
            Kind::Integer => matches!(ty, Type::Integer(_) | Type::Never | Type::Opaque(None)),
            Kind::Float => matches!(ty, Type::Float(_) | Type::Never | Type::Opaque(None)),
        };
        if !fits {
            return Err(Mismatch);
        }
        if kind != Kind::Any && !matches!(ty, Type::Integer(_) | Type::Float(_)) {
            return Ok(()); // a number meets `!` or an unknown type: it stays a number
        }
        let mut inside = Vec::new();
        self.collect_free(ty, &mut inside);
        if inside.contains(&index) {
            return Err(Mismatch);
        }
        self.types[index as usize] = Entry::Bound(ty.clone());
        Ok(())
    }
}

/// The index of a length variable.
fn length_variable(length: &Length) -> Option<usize> {
    match length {
        Length::Expression(text) => text.strip_prefix('?')?.parse().ok(),
        Length::Literal(_) => None,
    }
}

/// Whether the length is a variable that nothing determined.
pub(super) fn is_open(length: &Length) -> bool {
    length_variable(length).is_some()
}

/// `&T`.
pub(super) fn shared(to: Type) -> Type {
    Type::Reference { mutable: false, to: Box::new(to) }
}

/// `&T` or `&mut T`.
pub(super) fn reference(mutable: bool, to: Type) -> Type {
    Type::Reference { mutable, to: Box::new(to) }
}

/// The number type of a float parameter of another function.
pub(super) fn substitute(
    ty: &Type,
    float: &mut impl FnMut(&Rc<str>) -> Option<Type>,
    length: &mut impl FnMut(&Length) -> Length,
) -> Type {
    let mut inner = |ty: &Type| Box::new(substitute(ty, float, length));
    match ty {
        Type::Array(element, size) => {
            let element = inner(element);
            Type::Array(element, length(size))
        }
        Type::Slice(element) => Type::Slice(inner(element)),
        Type::Vec(element) => Type::Vec(inner(element)),
        Type::Option(value) => Type::Option(inner(value)),
        Type::Result(value, error) => Type::Result(inner(value), inner(error)),
        Type::Iterator(item) => Type::Iterator(inner(item)),
        Type::Range(index) => Type::Range(inner(index)),
        Type::Reference { mutable, to } => Type::Reference { mutable: *mutable, to: inner(to) },
        Type::Tuple(elements) => Type::Tuple(elements.iter().map(|ty| *inner(ty)).collect()),
        Type::Float(FloatType::Parameter(name)) => float(name).unwrap_or_else(|| ty.clone()),
        other => other.clone(),
    }
}
