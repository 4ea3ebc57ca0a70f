//! What can be named at a point, and what may be done to it.

use super::nested::Lists;

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A float.
    Float,
    /// `&f64` (`false`) or `&mut f64` (`true`).
    FloatReference(bool),
    /// An `f32` beside `f64`.
    Narrow,
    /// A `usize`; never more than the bound.
    Count(usize),
    /// An index that is in bounds in every list with this name, as long as it is not changed.
    IndexOf(String),
    /// An `i32` of moderate size.
    Integer,
    /// A truth value.
    Truth,
    /// A list of floats.
    List(List),
    /// A list of rows of so many floats.
    Rows(List, usize),
    /// A list of lists.
    Lists(Lists),
    /// `[usize; n]` with elements below the bound.
    Counts(usize, usize),
    /// `(f64, f64)`.
    Pair,
    /// A closure from so many floats to a float.
    Function(usize),
}

/// A list of floats.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    /// What it is.
    pub(super) form: Form,
    /// It has as many elements, or more.
    pub(super) least: usize,
}

/// Of which type a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `[f64; n]`.
    Array(usize),
    /// `&[f64; n]`, `&mut [f64; n]`.
    ArrayReference(usize),
    /// `&[f64]`, `&mut [f64]`.
    Slice,
    /// `Vec<f64>`.
    Vec,
    /// `&Vec<f64>`, `&mut Vec<f64>`.
    VecReference,
}

impl Form {
    /// The number of elements, where it is part of the type.
    pub(super) fn fixed(self) -> Option<usize> {
        match self {
            Form::Array(length) | Form::ArrayReference(length) => Some(length),
            Form::Slice | Form::Vec | Form::VecReference => None,
        }
    }

    /// Whether it can grow.
    pub(super) fn grows(self) -> bool {
        matches!(self, Form::Vec | Form::VecReference)
    }

    /// Whether the variable owns the list.
    pub(super) fn is_owned(self) -> bool {
        matches!(self, Form::Array(_) | Form::Vec)
    }
}

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it, or what it refers to, may be changed.
    pub(super) mutable: bool,
    /// Borrowed by something that lives: it may be read.
    pub(super) frozen: bool,
    /// Borrowed mutably, or moved: it may not be named.
    pub(super) hidden: bool,
}

impl Variable {
    /// At least how many elements it has, if it is a list.
    pub(super) fn least(&self) -> usize {
        match &self.kind {
            Kind::List(list) | Kind::Rows(list, _) => list.least,
            _ => 0,
        }
    }
}

/// The variables, those of inner blocks last.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    variables: Vec<Variable>,
}

/// What a block began with.
pub(super) struct Kept {
    count: usize,
    flags: Vec<(bool, bool)>,
}

impl Scope {
    pub(super) fn declare(&mut self, name: &str, kind: Kind, mutable: bool) {
        self.variables.push(Variable {
            name: name.to_owned(),
            kind,
            mutable,
            frozen: false,
            hidden: false,
        });
    }

    /// Before a block.
    pub(super) fn enter(&self) -> Kept {
        let flags = self.variables.iter().map(|variable| (variable.frozen, variable.hidden));
        Kept { count: self.variables.len(), flags: flags.collect() }
    }

    /// After it: its variables are gone, and with them what they borrow.
    pub(super) fn leave(&mut self, kept: Kept) {
        self.variables.truncate(kept.count);
        for (variable, (frozen, hidden)) in self.variables.iter_mut().zip(kept.flags) {
            (variable.frozen, variable.hidden) = (frozen, hidden);
        }
    }

    /// The variables that their names mean here and that may be read.
    pub(super) fn visible(&self) -> Vec<&Variable> {
        let meant = self.variables.iter().enumerate().filter(|(index, variable)| {
            self.variables[index + 1..].iter().all(|later| later.name != variable.name)
        });
        meant.map(|(_, variable)| variable).filter(|variable| !variable.hidden).collect()
    }

    /// Those that may be read and are as wanted; the names.
    pub(super) fn named(&self, wanted: impl Fn(&Variable) -> bool) -> Vec<String> {
        let found = self.visible().into_iter().filter(|variable| wanted(variable));
        found.map(|variable| variable.name.clone()).collect()
    }

    /// Those that may be changed and are as wanted; the names.
    pub(super) fn changeable(&self, wanted: impl Fn(&Variable) -> bool) -> Vec<String> {
        self.named(|variable| variable.mutable && !variable.frozen && wanted(variable))
    }

    /// What the name means here.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|variable| variable.name == name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables.iter_mut().rev().find(|variable| variable.name == name)
    }

    /// Until the block ends it may only be read.
    pub(super) fn freeze(&mut self, name: &str) {
        if let Some(variable) = self.get_mut(name) {
            variable.frozen = true;
        }
    }

    /// Until the block ends it may not be named.
    pub(super) fn hide(&mut self, name: &str) {
        if let Some(variable) = self.get_mut(name) {
            variable.hidden = true;
        }
    }

    /// Until the block ends, nothing that is there may be changed.
    pub(super) fn freeze_all(&mut self) {
        self.variables.iter_mut().for_each(|variable| variable.frozen = true);
    }

    /// Everything is gone: a function of its own begins.
    pub(super) fn take(&mut self) -> Scope {
        std::mem::take(self)
    }
}
