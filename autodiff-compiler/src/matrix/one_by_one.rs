//! A loop over the directions, each by a call of the function's own products.
//!
//! What is behind `&mut` is copied before each call, so that every direction begins with the content at
//! entry; the caller's own content changes once, by a call of the function itself.

use super::{Size, active, gradient_types, hessian_type, jacobian_types, outputs_of};
use crate::diagnostics::SourceSpan;
use crate::forward::takes_tangent;
use crate::ir::builder::Builder;
use crate::ir::operations::{Comparison, Operation};
use crate::ir::*;
use crate::reverse::Refusal;
use crate::signature::{FunctionSignature, is_mutable, is_output, one_or_tuple};
use crate::types::{FloatType, Type};
use proc_macro2::TokenStream;
use std::rc::Rc;

/// How the function calls itself.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its path.
    pub path: TokenStream,
    /// The last segment of the path.
    pub name: Rc<str>,
    /// Its signature.
    pub signature: Rc<FunctionSignature>,
    /// Whether it prints: then directions are computed by products that do not.
    pub prints: bool,
}

impl Own {
    /// A free function that calls itself by its name.
    pub fn free(name: &proc_macro2::Ident, signature: &FunctionSignature) -> Self {
        Self {
            path: quote::quote!(#name),
            name: name.to_string().into(),
            signature: Rc::new(signature.clone()),
            prints: signature.notes.prints,
        }
    }
}

/// By which product a Jacobian is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Column by column.
    Forward,
    /// Row by row.
    Reverse,
}

/// Why a function cannot be called once for each direction: a parameter that cannot be passed several times,
/// or something that it calls and that prints. Whether a struct is `Clone` is rustc's to say, if the user
/// `asked`.
pub fn refusals(
    primal: &Function,
    own: &Own,
    output: &str,
    (span, asked): (SourceSpan, bool),
) -> Vec<Refusal> {
    fn can_be_copied(ty: &Type, asked: bool) -> bool {
        match ty {
            Type::Reference { mutable: false, .. } | Type::Unit => true,
            Type::Reference { to, .. } => can_be_copied(to, asked),
            Type::Slice(element) | Type::Vec(element) | Type::Array(element, _) => {
                can_be_copied(element, asked)
            }
            Type::Tuple(elements) => elements.iter().all(|element| can_be_copied(element, asked)),
            Type::Struct(_) => asked,
            other => other.is_scalar(),
        }
    }
    let kept = primal.parameters.iter().filter(|parameter| !can_be_copied(&parameter.ty, asked));
    let mut refusals: Vec<_> = kept
        .map(|parameter| Refusal {
            span: parameter.span,
            message: format!(
                "`{output}` runs `{}` once for each direction, and cannot copy `{}`",
                own.name, parameter.name
            ),
            help: Some("take it behind `&`".to_owned()),
        })
        .collect();
    primal.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Call(call) = &instruction.kind
            && call.signature.notes.prints
        {
            refusals.push(prints(output, &call.name, span));
        }
    });
    refusals
}

/// A function that prints would do so once for each direction.
pub fn prints(output: &str, name: &str, span: SourceSpan) -> Refusal {
    Refusal {
        span,
        message: format!("`{output}` runs `{name}` once for each direction, and that prints"),
        help: Some("print where the derivative is used".to_owned()),
    }
}

/// The Hessian of a function that returns one float; with value and gradient before it if asked for.
pub fn hessian(primal: &Function, own: &Own, float: &FloatType, jointly: bool) -> Function {
    let mut loops = Loops::new(primal, own, float);
    let gradients = gradient_types(primal);
    let ty = hessian_type(&gradients, float);
    let gradient = one_or_tuple(gradients, Type::Tuple);
    let both = Type::Tuple(vec![primal.result_type.clone(), gradient.clone()]);
    let both = match jointly {
        true => Some(loops.whole_call(CallOutput::ValueAndGradient, both)),
        false if loops.must_run_once() => {
            loops.whole_call(CallOutput::Value, primal.result_type.clone());
            None
        }
        false => None,
    };
    let all: Vec<_> = active(primal).into_iter().map(Tangent::of).collect();
    let count = loops.count(&all);
    let hessian = loops.matrix("hessian", &ty, (count, count), false);
    let directions = loops.zeros(&all);
    let direction = loops.open();
    loops.seed(&directions, direction);
    let mut arguments = loops.arguments();
    arguments.extend(directions.iter().map(|direction| loops.passed(direction)));
    let output = match own.prints {
        true => CallOutput::QuietHvp,
        false => CallOutput::Hvp,
    };
    let row = loops.call(output, arguments, "row", gradient.clone());
    let first = loops.builder.usize(0);
    loops.builder.for_each_float(&row, &gradient, first, &mut |builder, place, ty, column| {
        let value = builder.load(place, ty.clone());
        // The same entry twice: rounding does not make it asymmetric.
        for (row, column) in [(direction, column), (column, direction)] {
            let place = hessian.entry(builder, row, column);
            builder.store(place, value);
        }
    });
    loops.close(count);
    let content = hessian.content();
    let mut made = loops.builder.finish();
    match both {
        Some(both) => {
            let part = |index: usize| {
                let place = both.project(Projection::Field(index.to_string().into()));
                let ty = if index == 0 { &primal.result_type } else { &gradient };
                Aggregate::Place(place, leaving(ty))
            };
            made.result = Aggregate::Tuple(vec![part(0), part(1), content]);
            made.result_type = Type::Tuple(vec![primal.result_type.clone(), gradient, ty]);
        }
        None => {
            made.result = content;
            made.result_type = ty;
        }
    }
    made
}

/// The Jacobian, one matrix for each active parameter; with what the function returns before it if asked for.
pub fn jacobian(
    value: &Function,
    own: &Own,
    float: &FloatType,
    mode: Mode,
    jointly: bool,
) -> Function {
    let mut loops = Loops::new(value, own, float);
    let outputs = outputs_of(value);
    let rows = Size::of(&outputs);
    let returned = match jointly || loops.must_run_once() || rows == Size::Dynamic {
        true => Some(loops.whole_call(CallOutput::Value, value.result_type.clone())),
        false => None,
    };
    let rows = match rows.literal() {
        Some(count) => loops.builder.usize(count as usize),
        None => loops.count_outputs(returned.as_ref()),
    };
    let types = jacobian_types(&gradient_types(value), &outputs, float);
    let parameters: Vec<_> = active(value).into_iter().map(Tangent::of).collect();
    let mut matrices = vec![];
    for (parameter, ty) in parameters.iter().zip(&types) {
        let columns = loops.count(std::slice::from_ref(parameter));
        let name = match parameters.len() {
            1 => "jacobian".to_owned(),
            _ => format!("{}_jacobian", parameter.of),
        };
        matrices.push(loops.matrix(&name, ty, (rows, columns), parameter.ty.is_float()));
    }
    match mode {
        Mode::Forward => loops.by_columns(&parameters, &matrices),
        Mode::Reverse => loops.by_rows(rows, returned.as_ref(), &parameters, &matrices),
    }
    let matrix = one_or_tuple(matrices.iter().map(Matrix::content).collect(), Aggregate::Tuple);
    let ty = one_or_tuple(types, Type::Tuple);
    let mut made = loops.builder.finish();
    match returned.filter(|_| jointly) {
        Some(place) => {
            let value_part = Aggregate::Place(place, leaving(&value.result_type));
            let value_part =
                if value.result_type == Type::Unit { Aggregate::Unit } else { value_part };
            made.result = Aggregate::Tuple(vec![value_part, matrix]);
            made.result_type = Type::Tuple(vec![value.result_type.clone(), ty]);
        }
        None => {
            made.result = matrix;
            made.result_type = ty;
        }
    }
    made
}

/// How content of a type leaves a place that is not looked at again.
fn leaving(ty: &Type) -> Transfer {
    if ty.is_copy() { Transfer::Copy } else { Transfer::Move }
}

/// A tangent that is to be made.
#[derive(Clone)]
struct Tangent {
    /// The name of the parameter.
    of: Rc<str>,
    ty: Type,
    /// Whose tangent it is.
    parameter: ParameterBinding,
}

impl Tangent {
    fn of(parameter: &Parameter) -> Self {
        let (of, ty) = (parameter.name.clone(), parameter.ty.tangent());
        Self { of, ty, parameter: parameter.binding }
    }
}

/// Tangents or cotangents that were made.
#[derive(Clone)]
struct Made {
    place: Place,
    ty: Type,
}

/// A matrix under construction, or a column.
struct Matrix {
    slot: SlotId,
    ty: Type,
    /// In a `Vec`: the number of columns.
    columns: ValueId,
    single: bool,
}

impl Matrix {
    fn entry(&self, builder: &mut Builder, row: ValueId, column: ValueId) -> Place {
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

    fn content(&self) -> Aggregate {
        Aggregate::Place(Place::root(self.slot), leaving(&self.ty))
    }
}

struct Loops<'a> {
    primal: &'a Function,
    own: &'a Own,
    float: &'a FloatType,
    builder: Builder,
    /// The content at entry of what is behind `&mut`, by parameter.
    entries: Vec<Option<SlotId>>,
}

impl<'a> Loops<'a> {
    fn new(primal: &'a Function, own: &'a Own, float: &'a FloatType) -> Self {
        let span = primal
            .parameters
            .first()
            .map_or_else(|| proc_macro2::Span::call_site().into(), |parameter| parameter.span);
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
    fn must_run_once(&self) -> bool {
        self.own.prints || self.entries.iter().any(Option::is_some)
    }

    /// A call with the caller's own arguments. What is given away is a copy: it is needed again.
    fn whole_call(&mut self, output: CallOutput, ty: Type) -> Place {
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
    fn arguments(&mut self) -> Vec<Argument> {
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
    fn call(
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
    fn count(&mut self, tangents: &[Tangent]) -> ValueId {
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
    fn count_outputs(&mut self, returned: Option<&Place>) -> ValueId {
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
    fn matrix(
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
    fn zeros(&mut self, tangents: &[Tangent]) -> Vec<Made> {
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
    fn open(&mut self) -> ValueId {
        let direction = self.builder.value(Type::USIZE, Some("direction".into()));
        self.builder.open(vec![direction]);
        direction
    }

    fn close(&mut self, count: ValueId) {
        let body = self.builder.close(vec![]);
        let start = self.builder.usize(0);
        self.builder.push(InstructionKind::For(For { body, ..For::over(start, count) }), vec![]);
    }

    /// Makes tangents, end to end, the unit vector of a direction.
    fn seed(&mut self, tangents: &[Made], direction: ValueId) {
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
    fn passed(&mut self, made: &Made) -> Argument {
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
    fn by_columns(&mut self, parameters: &[Tangent], matrices: &[Matrix]) {
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
                let place = pair.project(Projection::Field("1".into()));
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
    fn by_rows(
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
        let gradient = pair.project(Projection::Field("1".into()));
        for (index, (parameter, matrix)) in parameters.iter().zip(matrices).enumerate() {
            let place = match parameters.len() {
                1 => gradient.clone(),
                _ => gradient.project(Projection::Field(index.to_string().into())),
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
