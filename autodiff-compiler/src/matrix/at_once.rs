//! All directions in one sweep.

use super::{Size, active, gradient_types, hessian_type, jacobian_types, outputs_of};
use crate::activity::Activity;
use crate::forward::{self, Forward, Forwarded, Seeds};
use crate::ir::*;
use crate::reverse::split::with_active_outputs;
use crate::second::returning_gradient;
use crate::signature::{is_output, one_or_tuple};
use crate::types::{FloatType, Type};
use std::ops::Range;

/// The Hessian of a function that returns one float; with value and gradient before it if asked for.
pub fn hessian(
    primal: &Function,
    gradient: &Function,
    float: &FloatType,
    jointly: bool,
) -> Forwarded {
    let function = returning_gradient(primal, gradient);
    let activity = Activity::of(&function);
    let among: Vec<_> = function.parameters.iter().map(|parameter| parameter.active).collect();
    let mut forward = forward::begin(&function, &activity, Seeds::Units(&among));
    let tangents = forward.tangents_of_result(&function);
    let floats: Vec<_> = tangents
        .iter()
        .map(|tangent| forward.builder.floats(tangent, &function.result_type))
        .collect();
    let entry = |row: usize, column: usize| {
        // The Hessian is symmetric: of each pair of entries one is computed, in the earlier direction.
        floats[row.min(column)].get(row.max(column)).copied()
    };
    let size = floats.len();
    let rows = (0..size).map(|row| {
        let row = (0..size).filter_map(|column| entry(row, column)).map(Aggregate::Value);
        Aggregate::Array(row.collect())
    });
    let matrix = Aggregate::Array(rows.collect());
    let ty = hessian_type(&gradient_types(primal), float);
    let mut made = forward.builder.finish();
    if jointly {
        made.result = Aggregate::Tuple(vec![gradient.result.clone(), function.result, matrix]);
        made.result_type = Type::Tuple(vec![primal.result_type.clone(), function.result_type, ty]);
    } else {
        made.result = matrix;
        made.result_type = ty;
    }
    Forwarded { function: made, refusals: forward.refusals }
}

/// The Jacobian, one matrix for each active parameter; with what the function returns before it if asked for.
pub fn jacobian(value: &Function, float: &FloatType, jointly: bool) -> Forwarded {
    let among: Vec<_> = value.parameters.iter().map(|parameter| parameter.active).collect();
    let primal = with_active_outputs(value);
    let activity = Activity::of(&primal);
    let mut forward = forward::begin(&primal, &activity, Seeds::Units(&among));
    let outputs = outputs_of(value);
    let types = jacobian_types(&gradient_types(value), &outputs, float);
    let matrices = match Size::of(&outputs).literal() {
        Some(_) => in_values(&mut forward, value, &primal, float),
        None => in_memory(&mut forward, value, &primal, (float, &types)),
    };
    let ty = one_or_tuple(types, Type::Tuple);
    let matrix = one_or_tuple(matrices, Aggregate::Tuple);
    let mut made = forward.builder.finish();
    if jointly {
        made.result = Aggregate::Tuple(vec![primal.result, matrix]);
        made.result_type = Type::Tuple(vec![primal.result_type, ty]);
    } else {
        made.result = matrix;
        made.result_type = ty;
    }
    Forwarded { function: made, refusals: forward.refusals }
}

/// The directions of each active parameter.
fn directions(value: &Function) -> Vec<(&Parameter, Range<usize>)> {
    let mut first = 0;
    let own = active(value).into_iter().map(|parameter| {
        let end = first + parameter.ty.tangent().float_count().unwrap_or(0) as usize;
        (parameter, std::mem::replace(&mut first, end)..end)
    });
    own.collect()
}

/// The matrices as arrays of numbers.
fn in_values(
    forward: &mut Forward<'_>,
    value: &Function,
    primal: &Function,
    float: &FloatType,
) -> Vec<Aggregate> {
    let columns = columns(forward, primal, float);
    let rows = columns.first().map_or(0, Vec::len);
    let matrices = directions(value).into_iter().map(|(parameter, own)| {
        let own = &columns[own];
        let rows = (0..rows).map(|row| match parameter.ty.tangent().is_float() {
            true => Aggregate::Value(own[0][row]),
            false => {
                let entries = own.iter().map(|column| Aggregate::Value(column[row]));
                Aggregate::Array(entries.collect())
            }
        });
        Aggregate::Array(rows.collect())
    });
    matrices.collect()
}

/// The tangents of all outputs, by direction.
fn columns(forward: &mut Forward<'_>, primal: &Function, float: &FloatType) -> Vec<Vec<ValueId>> {
    let mut columns = vec![];
    for outputs in outputs(forward, primal) {
        let mut column = vec![];
        for (content, ty) in outputs {
            match content {
                Some(content) => column.extend(forward.builder.floats(&content, &ty)),
                None => {
                    let zero = forward.builder.float(0.0, float);
                    let count = ty.float_count().unwrap_or(0) as usize;
                    column.extend(std::iter::repeat_n(zero, count));
                }
            }
        }
        columns.push(column);
    }
    columns
}

/// The tangents of each output with its type; `None` if they are zeros.
type Outputs = Vec<(Option<Aggregate>, Type)>;

/// The tangents of the outputs, by direction.
fn outputs(forward: &mut Forward<'_>, primal: &Function) -> Vec<Outputs> {
    let tangent = primal.result_type.tangent();
    let returned = forward.tangents_of_result(primal);
    let mut all: Vec<Outputs> = returned
        .into_iter()
        .map(|content| match primal.result_type.holds_floats() {
            true => vec![(Some(content), tangent.clone())],
            false => vec![],
        })
        .collect();
    for parameter in primal.parameters.iter().filter(|parameter| is_output(&parameter.ty)) {
        let ParameterBinding::Slot(slot) = parameter.binding else { continue };
        let ty = parameter.ty.tangent();
        let places = forward.tangents_at_exit(slot);
        for (outputs, place) in all.iter_mut().zip(places) {
            let content = place.map(|place| place.leaving(&ty));
            outputs.push((content, ty.clone()));
        }
    }
    all
}

/// The matrices as `Vec`s, filled by loops over the outputs.
fn in_memory(
    forward: &mut Forward<'_>,
    value: &Function,
    primal: &Function,
    (float, types): (&FloatType, &[Type]),
) -> Vec<Aggregate> {
    let all = outputs(forward, primal);
    let builder = &mut forward.builder;
    // What is moved into a place of its own is not looked at elsewhere.
    let places: Vec<Vec<_>> = all
        .into_iter()
        .map(|outputs| {
            let place = |(content, ty): (Option<Aggregate>, Type)| {
                let place = match content? {
                    Aggregate::Place(place, _) => place,
                    content => Place::root(builder.define(ty.clone(), "column".into(), content)),
                };
                Some((place, ty))
            };
            outputs.into_iter().map(place).collect()
        })
        .collect();
    let zero = builder.usize(0);
    // Tangents are as long as what they belong to; what is returned has them in every direction.
    let changed = primal.parameters.iter().filter(|parameter| is_output(&parameter.ty));
    let changed = changed.filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some((Place::root(slot), parameter.ty.tangent())),
        ParameterBinding::Value(_) => None,
    });
    let returned = match primal.result_type.holds_floats() {
        true => places.first().and_then(|outputs| outputs.first().cloned().flatten()),
        false => None,
    };
    let shapes: Vec<_> = returned.into_iter().chain(changed).collect();
    let rows = shapes.iter().fold(zero, |sum, (place, ty)| {
        let count = builder.count_floats(place, ty);
        builder.sum(sum, count)
    });
    let mut matrices = vec![];
    for ((parameter, own), ty) in directions(value).into_iter().zip(types) {
        let width = builder.usize(own.len());
        let length = builder.product(rows, width);
        let zero = Box::new(Aggregate::Value(builder.float(0.0, float)));
        let name = format!("{}_jacobian", parameter.name).into();
        let matrix = builder.define(ty.clone(), name, Aggregate::VecRepeat(zero, length));
        for (column, outputs) in places[own].iter().enumerate() {
            let column = builder.usize(column);
            let mut row = builder.usize(0);
            for (output, shape) in outputs.iter().zip(&shapes) {
                row = match output {
                    Some((place, ty)) => {
                        builder.for_each_float(place, ty, row, &mut |builder, place, ty, row| {
                            let value = builder.load(place, ty.clone());
                            let start = builder.product(row, width);
                            let index = builder.sum(start, column);
                            let entry = Projection::Index { index, proven: true };
                            builder.store(Place::root(matrix).project(entry), value);
                        })
                    }
                    None => {
                        let count = builder.count_floats(&shape.0, &shape.1);
                        builder.sum(row, count)
                    }
                };
            }
        }
        matrices.push(Aggregate::Place(Place::root(matrix), Transfer::Move));
    }
    matrices
}
