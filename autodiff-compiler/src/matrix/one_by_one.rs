//! A loop over the directions, each by a call of the function's own products.
//!
//! What is behind `&mut` is copied before each call, so that every direction begins with the content at
//! entry; the caller's own content changes once, by a call of the function itself.

use super::loops::{Loops, Matrix, Tangent};
use super::{Size, active, gradient_types, hessian_type, jacobian_types, outputs_of};
use crate::diagnostics::SourceSpan;
use crate::ir::*;
use crate::reverse::Refusal;
use crate::signature::{FunctionSignature, Notes, one_or_tuple};
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
    /// The function, whose product is called in several directions at once or not.
    pub fn with_directions(&self, directions: bool) -> Self {
        let mut own = self.clone();
        let signature = FunctionSignature::clone(&self.signature);
        let notes = Notes { directions, ..signature.notes };
        own.signature = Rc::new(FunctionSignature { notes, ..signature });
        own
    }

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
                let place = both.part(index);
                let ty = if index == 0 { &primal.result_type } else { &gradient };
                place.leaving(ty)
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
            let value_part = place.leaving(&value.result_type);
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
