//! What loops over directions are made of: seeds, calls of the function's own products with copies of what
//! they change, and the matrix that is filled.

use super::one_by_one::Own;
use crate::forward::takes_tangent;
use crate::ir::builder::Builder;
use crate::ir::operations::{Comparison, Operation};
use crate::ir::*;
use crate::signature::{is_mutable, is_output, one_or_tuple};
use crate::types::{FloatType, Type};
use std::rc::Rc;

/// A tangent that is to be made.
#[derive(Clone)]
pub(super) struct Tangent {
    /// The name of the parameter.
    pub(super) of: Rc<str>,
    pub(super) ty: Type,
    /// Whose tangent it is.
    parameter: ParameterBinding,
}

impl Tangent {
    pub(super) fn of(parameter: &Parameter) -> Self {
        let (of, ty) = (parameter.name.clone(), parameter.ty.tangent());
        Self { of, ty, parameter: parameter.binding }
    }
}

/// Tangents or cotangents that were made.
#[derive(Clone)]
pub(super) struct Made {
    place: Place,
    ty: Type,
}

/// A matrix under construction, or a column.
pub(super) struct Matrix {
    slot: SlotId,
    ty: Type,
    /// In a `Vec`: the number of columns.
    columns: ValueId,
    single: bool,
}

impl Matrix {
    pub(super) fn entry(&self, builder: &mut Builder, row: ValueId, column: ValueId) -> Place {
        let at = |place: Place, index| place.project(Projection::Index { index, proven: true });
        let root = Place::root(self.slot);
        match (&self.ty, self.single) {
            (_, true) => at(root, row),
            (Type::Array(..), _) => at(at(root, row), column),
            _ => {
                let start = builder.product(row, self.columns);
                let index = builder.sum(start, column);
                at(root, index)
            }
        }
    }

    pub(super) fn content(&self) -> Aggregate {
        Place::root(self.slot).leaving(&self.ty)
    }
}

/// A function under construction that calls its own products.
pub(super) struct Loops<'a> {
    primal: &'a Function,
    own: &'a Own,
    float: &'a FloatType,
    pub(super) builder: Builder,
    /// The content at entry of what is behind `&mut`, by parameter.
    entries: Vec<Option<SlotId>>,
}

impl<'a> Loops<'a> {
    pub(super) fn new(primal: &'a Function, own: &'a Own, float: &'a FloatType) -> Self {
        let span = primal.span();
        let mut builder =
            Builder::new(Function { body: Region::default(), ..primal.clone() }, span);
        let entries = primal.parameters.iter().map(|parameter| match parameter.binding {
            ParameterBinding::Slot(slot) if is_mutable(&parameter.ty) => {
                let name = format!("{}_at_entry", parameter.name).into();
                Some(copy(&mut builder, &Place::root(slot), parameter.ty.referent(), name))
            }
            _ => None,
        });
        let entries = entries.collect();
        Self { primal, own, float, builder, entries }
    }

    /// Whether the function itself has to run: it prints, or changes what is behind `&mut`.
    pub(super) fn must_run_once(&self) -> bool {
        self.own.prints || self.entries.iter().any(Option::is_some)
    }

    /// A call with the caller's own arguments. What is given away is a copy: it is needed again.
    pub(super) fn whole_call(&mut self, output: CallOutput, ty: Type) -> Place {
        let arguments = self.primal.parameters.iter().map(|parameter| match parameter.binding {
            ParameterBinding::Slot(slot) if is_mutable(&parameter.ty) => {
                Argument::Mutable(Place::root(slot))
            }
            _ => unchanged(parameter),
        });
        let arguments = arguments.collect();
        self.call(output, arguments, "whole", ty)
    }

    /// The arguments of one direction.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        let entries = self.entries.clone();
        let parameters = self.primal.parameters.iter().zip(entries);
        let builder = &mut self.builder;
        parameters
            .map(|(parameter, entry)| match entry {
                Some(entry) => {
                    let ty = builder.function.slot(entry).ty.clone();
                    let place = Place::root(entry);
                    Argument::Mutable(Place::root(copy(
                        builder,
                        &place,
                        &ty,
                        parameter.name.clone(),
                    )))
                }
                None => unchanged(parameter),
            })
            .collect()
    }

    /// Calls an output of the function itself; the place of the result.
    pub(super) fn call(
        &mut self,
        output: CallOutput,
        arguments: Vec<Argument>,
        name: &str,
        ty: Type,
    ) -> Place {
        let Own { path, name: callee, signature, .. } = self.own.clone();
        let span = self.builder.span();
        let mut call = Call { path, name: callee, signature, output, arguments, result_slot: None };
        if ty.is_scalar() {
            let value = self.builder.push(InstructionKind::Call(call), vec![ty.clone()])[0];
            return Place::root(self.builder.define(ty, name.into(), Aggregate::Value(value)));
        }
        if ty == Type::Unit {
            self.builder.push(InstructionKind::Call(call), vec![]);
            return Place::root(self.builder.define(ty, name.into(), Aggregate::Unit));
        }
        let slot = self.builder.function.new_slot(ty, name.into(), span, SlotKind::Local);
        call.result_slot = Some(slot);
        self.builder.push(InstructionKind::Call(call), vec![]);
        Place::root(slot)
    }

    /// What has the shape of a tangent: the content at entry.
    fn shape(&self, tangent: &Tangent) -> Option<Place> {
        let ParameterBinding::Slot(slot) = tangent.parameter else { return None };
        let bindings = self.primal.parameters.iter().map(|parameter| parameter.binding);
        let entry = bindings.zip(&self.entries).find(|(binding, _)| *binding == tangent.parameter);
        Some(Place::root(entry.and_then(|(_, entry)| *entry).unwrap_or(slot)))
    }

    /// How many floats tangents have together.
    pub(super) fn count(&mut self, tangents: &[Tangent]) -> ValueId {
        let zero = self.builder.usize(0);
        tangents.iter().fold(zero, |sum, tangent| {
            let count = match self.shape(tangent) {
                Some(place) => self.builder.count_floats(&place, &tangent.ty),
                None => self.builder.usize(1),
            };
            self.builder.sum(sum, count)
        })
    }

    /// How many floats the outputs have together.
    pub(super) fn count_outputs(&mut self, returned: Option<&Place>) -> ValueId {
        let zero = self.builder.usize(0);
        self.outputs(returned).into_iter().fold(zero, |sum, output| {
            let count = self.builder.count_floats(&output.place, &output.ty);
            self.builder.sum(sum, count)
        })
    }

    /// What the function itself gave, in the types of cotangents.
    fn outputs(&self, returned: Option<&Place>) -> Vec<Made> {
        let returned = returned.filter(|_| self.primal.result_type.holds_floats());
        let returned = returned
            .map(|place| Made { place: place.clone(), ty: self.primal.result_type.tangent() });
        returned.into_iter().chain(self.changed()).collect()
    }

    /// What is behind `&mut` when the function itself has run.
    fn changed(&self) -> Vec<Made> {
        let changed = self.primal.parameters.iter().filter(|p| is_output(&p.ty));
        let place = |parameter: &Parameter| match parameter.binding {
            ParameterBinding::Slot(slot) => Some(Place::root(slot)),
            ParameterBinding::Value(_) => None,
        };
        changed.filter_map(|p| Some(Made { place: place(p)?, ty: p.ty.tangent() })).collect()
    }

    /// Zeros for a matrix, or for a column if `single`.
    pub(super) fn matrix(
        &mut self,
        name: &str,
        ty: &Type,
        (rows, columns): (ValueId, ValueId),
        single: bool,
    ) -> Matrix {
        let zero = self.builder.float(0.0, self.float);
        let content = match ty {
            Type::Vec(_) => {
                let length = if single { rows } else { self.builder.product(rows, columns) };
                Aggregate::VecRepeat(Box::new(Aggregate::Value(zero)), length)
            }
            _ => self.builder.zeros(ty, None),
        };
        let slot = self.builder.define(ty.clone(), name.into(), content);
        Matrix { slot, ty: ty.clone(), columns, single }
    }

    /// Zeros for tangents.
    pub(super) fn zeros(&mut self, tangents: &[Tangent]) -> Vec<Made> {
        tangents
            .iter()
            .map(|tangent| {
                let shape = self.shape(tangent);
                let zeros = self.builder.zeros(&tangent.ty, shape.as_ref());
                let name = format!("{}_tangent", tangent.of).into();
                let slot = self.builder.define(tangent.ty.clone(), name, zeros);
                Made { place: Place::root(slot), ty: tangent.ty.clone() }
            })
            .collect()
    }

    /// Begins the loop over directions; returns the index.
    pub(super) fn open(&mut self) -> ValueId {
        let direction = self.builder.value(Type::USIZE, Some("direction".into()));
        self.builder.open(vec![direction]);
        direction
    }

    pub(super) fn close(&mut self, count: ValueId) {
        let body = self.builder.close(vec![]);
        let start = self.builder.usize(0);
        self.builder.push(InstructionKind::For(For { body, ..For::over(start, count) }), vec![]);
    }

    /// Makes tangents, end to end, the unit vector of a direction.
    pub(super) fn seed(&mut self, tangents: &[Made], direction: ValueId) {
        let float = self.float.clone();
        let mut position = self.builder.usize(0);
        for Made { place, ty } in tangents {
            position =
                self.builder.for_each_float(place, ty, position, &mut |builder, place, _, at| {
                    let here = builder.compare(Comparison::Equal, at, direction);
                    let (one, zero) = (builder.float(1.0, &float), builder.float(0.0, &float));
                    let seed = builder.operation(
                        Operation::Select,
                        &[here, one, zero],
                        Type::Float(float.clone()),
                    );
                    builder.store(place, seed);
                });
        }
    }

    /// How a direction is passed.
    pub(super) fn passed(&mut self, made: &Made) -> Argument {
        let place = made.place.clone();
        match &made.ty {
            ty @ Type::Float(_) => {
                let value = self.builder.load(place, ty.clone());
                Argument::Value(Aggregate::Value(value))
            }
            Type::Vec(_) => Argument::Shared(place),
            ty if ty.is_copy() => Argument::Value(Aggregate::Place(place, Transfer::Copy)),
            _ => Argument::Value(Aggregate::Place(place, Transfer::Clone)),
        }
    }

    /// Jacobians by Jacobian-vector products: for each parameter a loop over its columns.
    pub(super) fn by_columns(&mut self, parameters: &[Tangent], matrices: &[Matrix]) {
        let output = match self.own.prints {
            true => CallOutput::QuietJvp,
            false => CallOutput::Jvp,
        };
        for (parameter, matrix) in parameters.iter().zip(matrices) {
            let varied = parameter.parameter;
            let count = self.count(std::slice::from_ref(parameter));
            let column = self.open();
            let mut arguments = self.arguments();
            let mut changed = vec![];
            for parameter in self.primal.parameters.iter().filter(|p| takes_tangent(p)) {
                let tangent = Tangent::of(parameter);
                let made = self.zeros(std::slice::from_ref(&tangent)).remove(0);
                if parameter.binding == varied {
                    self.seed(std::slice::from_ref(&made), column);
                }
                if is_output(&parameter.ty) {
                    arguments.push(Argument::Mutable(made.place.clone()));
                    changed.push(made);
                } else {
                    arguments.push(self.passed(&made));
                }
            }
            let result = self.primal.result_type.clone();
            let mut outputs = vec![];
            if result.holds_floats() {
                let pair = Type::Tuple(vec![result.clone(), result.tangent()]);
                let pair = self.call(output, arguments, "product", pair);
                let place = pair.part(1);
                outputs.push(Made { place, ty: result.tangent() });
            } else {
                self.call(output, arguments, "product", result);
            }
            outputs.extend(changed);
            let mut row = self.builder.usize(0);
            for Made { place, ty } in outputs {
                row = self.builder.for_each_float(
                    &place,
                    &ty,
                    row,
                    &mut |builder, place, ty, row| {
                        let value = builder.load(place, ty.clone());
                        let entry = matrix.entry(builder, row, column);
                        builder.store(entry, value);
                    },
                );
            }
            self.close(count);
        }
    }

    /// Jacobians by vector-Jacobian products: one loop over the rows, which all have in common.
    pub(super) fn by_rows(
        &mut self,
        count: ValueId,
        returned: Option<&Place>,
        parameters: &[Tangent],
        matrices: &[Matrix],
    ) {
        let row = self.open();
        let mut arguments = self.arguments();
        let mut cotangents = vec![];
        if self.primal.result_type.holds_floats() {
            let ty = self.primal.result_type.tangent();
            let zeros = self.builder.zeros(&ty, returned);
            let slot = self.builder.define(ty.clone(), "cotangent".into(), zeros);
            cotangents.push(Made { place: Place::root(slot), ty });
        }
        for output in self.changed() {
            let name = self.builder.function.slot(output.place.root).name.clone();
            let zeros = self.builder.zeros(&output.ty, Some(&output.place));
            let name = format!("{name}_cotangent").into();
            let slot = self.builder.define(output.ty.clone(), name, zeros);
            cotangents.push(Made { place: Place::root(slot), ty: output.ty.clone() });
        }
        self.seed(&cotangents, row);
        arguments.extend(cotangents.iter().map(|cotangent| self.passed(cotangent)));
        let gradients: Vec<_> = parameters.iter().map(|parameter| parameter.ty.clone()).collect();
        let gradient = one_or_tuple(gradients, Type::Tuple);
        let pair = Type::Tuple(vec![self.primal.result_type.clone(), gradient]);
        let pair = self.call(CallOutput::Vjp, arguments, "product", pair);
        let gradient = pair.part(1);
        for (index, (parameter, matrix)) in parameters.iter().zip(matrices).enumerate() {
            let place = match parameters.len() {
                1 => gradient.clone(),
                _ => gradient.part(index),
            };
            let first = self.builder.usize(0);
            self.builder.for_each_float(
                &place,
                &parameter.ty,
                first,
                &mut |builder, place, ty, column| {
                    let value = builder.load(place, ty.clone());
                    let entry = matrix.entry(builder, row, column);
                    builder.store(entry, value);
                },
            );
        }
        self.close(count);
    }
}

/// A copy of what is at a place.
fn copy(builder: &mut Builder, place: &Place, ty: &Type, name: Rc<str>) -> SlotId {
    let own = match ty {
        Type::Slice(element) => Type::Vec(element.clone()),
        other => other.clone(),
    };
    let transfer = if own.is_copy() { Transfer::Copy } else { Transfer::Clone };
    builder.define(own, name, Aggregate::Place(place.clone(), transfer))
}

/// An argument that the call does not change: what is given away is a copy.
fn unchanged(parameter: &Parameter) -> Argument {
    match (parameter.binding, &parameter.ty) {
        (ParameterBinding::Value(value), _) => Argument::Value(Aggregate::Value(value)),
        (ParameterBinding::Slot(slot), Type::Reference { .. }) => {
            Argument::Shared(Place::root(slot))
        }
        (ParameterBinding::Slot(slot), ty) => {
            let transfer = if ty.is_copy() { Transfer::Copy } else { Transfer::Clone };
            Argument::Value(Aggregate::Place(Place::root(slot), transfer))
        }
    }
}
