//! Functions written by hand, for tests: a [`Builder`] with parameters and structured control flow as
//! closures.

use super::builder::Builder;
use super::*;
use proc_macro2::Span;
use std::ops::{Deref, DerefMut};

/// A function under construction.
#[derive(Debug)]
pub struct Sketch {
    builder: Builder,
}

impl Deref for Sketch {
    type Target = Builder;
    fn deref(&self) -> &Builder {
        &self.builder
    }
}

impl DerefMut for Sketch {
    fn deref_mut(&mut self) -> &mut Builder {
        &mut self.builder
    }
}

impl Sketch {
    /// A function that takes nothing yet.
    pub fn new(name: &str, result_type: Type) -> Self {
        let span = SourceSpan::from(Span::call_site());
        Self { builder: Builder::new(Function::empty(name, result_type), span) }
    }

    /// A scalar parameter; floats are active.
    pub fn scalar(&mut self, name: &str, ty: Type) -> ValueId {
        let value = self.builder.value(ty.clone(), Some(name.into()));
        self.parameter(name, ty, ParameterBinding::Value(value));
        value
    }

    /// A parameter with structure, as declared (`&[f64]`, `Vec<f64>`, `&mut [f64; 3]`); active if it
    /// holds floats.
    pub fn slot(&mut self, name: &str, ty: Type) -> SlotId {
        let kind = match &ty {
            Type::Reference { mutable: true, .. } => SlotKind::Mutable,
            Type::Reference { mutable: false, .. } => SlotKind::Shared,
            _ => SlotKind::ByValue,
        };
        let span = self.builder.span();
        let slot = self.function.new_slot(ty.referent().clone(), name.into(), span, kind);
        self.parameter(name, ty, ParameterBinding::Slot(slot));
        slot
    }

    fn parameter(&mut self, name: &str, ty: Type, binding: ParameterBinding) {
        let active = ty.holds_floats();
        let span = self.builder.span();
        self.function.parameters.push(Parameter { name: name.into(), ty, binding, active, span });
    }

    /// `if`: both closures give as many values as there are types.
    pub fn branch(
        &mut self,
        condition: ValueId,
        types: &[Type],
        then: impl FnOnce(&mut Self) -> Vec<ValueId>,
        otherwise: impl FnOnce(&mut Self) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        let then_region = self.region(vec![], then);
        let else_region = self.region(vec![], otherwise);
        self.push(InstructionKind::If { condition, then_region, else_region }, types.to_vec())
    }

    /// `for index in start..end` with carried values: the closure gets the index and the carried
    /// values and gives the next ones.
    pub fn count(
        &mut self,
        start: ValueId,
        end: ValueId,
        carried: Vec<ValueId>,
        body: impl FnOnce(&mut Self, ValueId, &[ValueId]) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        self.count_with(start, end, carried, |_| {}, body)
    }

    /// The same, with changes to the loop (step, direction, exits).
    pub fn count_with(
        &mut self,
        start: ValueId,
        end: ValueId,
        carried: Vec<ValueId>,
        change: impl FnOnce(&mut For),
        body: impl FnOnce(&mut Self, ValueId, &[ValueId]) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        let types = self.types(&carried);
        let index_type = self.function.value(start).ty.clone();
        let index = self.builder.value(index_type, Some("i".into()));
        let parameters = self.fresh(&types);
        let all = [&[index], &parameters[..]].concat();
        let body = self.region(all, |sketch| body(sketch, index, &parameters));
        let mut counted = For { carried, body, ..For::over(start, end) };
        change(&mut counted);
        self.push(InstructionKind::For(counted), types)
    }

    /// `loop`: the first carried value is the exit code.
    pub fn repeat(
        &mut self,
        carried: Vec<ValueId>,
        body: impl FnOnce(&mut Self, &[ValueId]) -> Vec<ValueId>,
    ) -> Vec<ValueId> {
        let types = self.types(&carried);
        let parameters = self.fresh(&types);
        let body = self.region(parameters.clone(), |sketch| body(sketch, &parameters));
        self.push(InstructionKind::Loop { carried, body }, types)
    }

    /// The function with its result.
    pub fn returns(mut self, result: Aggregate) -> Function {
        self.function.result = result;
        self.builder.finish()
    }

    /// The function with a scalar result.
    pub fn returns_value(self, value: ValueId) -> Function {
        self.returns(Aggregate::Value(value))
    }

    fn types(&self, values: &[ValueId]) -> Vec<Type> {
        values.iter().map(|value| self.function.value(*value).ty.clone()).collect()
    }

    fn fresh(&mut self, types: &[Type]) -> Vec<ValueId> {
        types.iter().map(|ty| self.builder.value(ty.clone(), None)).collect()
    }

    fn region(
        &mut self,
        parameters: Vec<ValueId>,
        body: impl FnOnce(&mut Self) -> Vec<ValueId>,
    ) -> Region {
        self.open(parameters);
        let yields = body(self);
        self.close(yields)
    }
}

impl Place {
    /// `[index]`, checked when it runs.
    pub fn at(&self, index: ValueId) -> Place {
        self.project(Projection::Index { index, proven: false })
    }

    /// `.name`.
    pub fn field(&self, name: &str) -> Place {
        self.project(Projection::Field(name.into()))
    }

    /// `[start..end]`, checked when it runs.
    pub fn range(&self, start: ValueId, end: ValueId) -> Place {
        self.project(Projection::Range { start, end, proven: false })
    }
}

/// `&ty`.
pub fn shared(ty: Type) -> Type {
    Type::Reference { mutable: false, to: Box::new(ty) }
}

/// `&mut ty`.
pub fn mutable(ty: Type) -> Type {
    Type::Reference { mutable: true, to: Box::new(ty) }
}

/// `[ty; length]`.
pub fn array(ty: Type, length: u64) -> Type {
    Type::Array(Box::new(ty), Length::Literal(length))
}

/// `[ty]`.
pub fn slice(ty: Type) -> Type {
    Type::Slice(Box::new(ty))
}

/// `Vec<ty>`.
pub fn vector(ty: Type) -> Type {
    Type::Vec(Box::new(ty))
}
