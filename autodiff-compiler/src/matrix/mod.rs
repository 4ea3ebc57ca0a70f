//! Hessians and Jacobians as whole matrices.
//!
//! The floats of what a matrix is taken with respect to are laid end to end ([`layout`]), and so are those
//! of the outputs of a Jacobian: what is returned, then what is behind each `&mut` parameter at exit. Where
//! both sizes are known the matrix is an array of rows; else it is a `Vec`, row after row.
//!
//! *At once* ([`at_once`]): few directions of known number, and code that is not long. All tangents are
//! computed in one sweep beside the primal, so that they share it, and of a Hessian only one half.
//! Of code in a straight line the Hessian is also made by *edge pushing* ([`edge_pushing`]), one sweep backwards
//! without directions, and the cheaper one of the two is taken.
//! *One by one* ([`one_by_one`]): a loop over the directions calls the Hessian-vector product, the
//! Jacobian-vector product or the vector-Jacobian product. The size of the code does not depend on the number
//! of parameters.
//!
//! Assumes the simplified value function, and its gradient. Guarantees: a Hessian is symmetric bit for bit;
//! every panic of the primal; effects once, and one change of what is behind `&mut`.

pub mod at_once;
pub mod edge_pushing;
pub mod layout;
mod loops;
pub mod one_by_one;
#[cfg(test)]
mod tests;

use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::signature::is_output;
use crate::types::{FloatType, Length, Type};

/// The size of one side of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// In the types.
    Static(Length),
    /// Known when it runs.
    Dynamic,
}

impl Size {
    /// The number of floats in content of some types, end to end: the sum of literals, or one array whose
    /// length has a name.
    pub fn of(types: &[Type]) -> Size {
        let counts: Option<u64> = types.iter().map(|ty| ty.float_count()).sum();
        if let Some(count) = counts {
            return Size::Static(Length::Literal(count));
        }
        match types {
            [ty] => match ty.referent() {
                Type::Array(element, length) if element.is_float() => Size::Static(length.clone()),
                _ => Size::Dynamic,
            },
            _ => Size::Dynamic,
        }
    }

    /// The number, if a literal says it.
    pub fn literal(&self) -> Option<u64> {
        match self {
            Size::Static(Length::Literal(count)) => Some(*count),
            _ => None,
        }
    }
}

/// The type of a matrix of floats: an array of rows, or a `Vec`.
pub fn matrix_type(float: &FloatType, rows: &Size, columns: &Size) -> Type {
    let float = Type::Float(float.clone());
    match (rows, columns) {
        (Size::Static(rows), Size::Static(columns)) => {
            let row = Type::Array(Box::new(float), columns.clone());
            Type::Array(Box::new(row), rows.clone())
        }
        _ => Type::Vec(Box::new(float)),
    }
}

/// The type of a column of floats.
fn column_type(float: &FloatType, rows: &Size) -> Type {
    let float = Box::new(Type::Float(float.clone()));
    match rows {
        Size::Static(rows) => Type::Array(float, rows.clone()),
        Size::Dynamic => Type::Vec(float),
    }
}

/// The parameters that a derivative is taken with respect to.
pub fn active(primal: &Function) -> Vec<&Parameter> {
    let holds = |parameter: &&Parameter| parameter.active && parameter.ty.tangent() != Type::Unit;
    primal.parameters.iter().filter(holds).collect()
}

/// The types of the gradient: one for each active parameter.
pub fn gradient_types(primal: &Function) -> Vec<Type> {
    active(primal).iter().map(|parameter| parameter.ty.tangent()).collect()
}

/// The type of the Hessian of a function with such a gradient.
pub fn hessian_type(gradient: &[Type], float: &FloatType) -> Type {
    let size = Size::of(gradient);
    matrix_type(float, &size, &size)
}

/// The types of what a function gives: what it returns, if that holds floats, and what is behind `&mut`.
pub fn output_types<'t>(
    result: &Type,
    parameters: impl IntoIterator<Item = &'t Type>,
) -> Vec<Type> {
    let returned = result.holds_floats().then(|| result.tangent());
    let changed = parameters.into_iter().filter(|ty| is_output(ty));
    returned.into_iter().chain(changed.map(Type::tangent)).collect()
}

/// The same of a function in IR.
fn outputs_of(primal: &Function) -> Vec<Type> {
    output_types(&primal.result_type, primal.parameters.iter().map(|parameter| &parameter.ty))
}

/// The types of the Jacobian of such outputs with respect to such inputs: one for each input.
pub fn jacobian_types(inputs: &[Type], outputs: &[Type], float: &FloatType) -> Vec<Type> {
    let rows = Size::of(outputs);
    let types = inputs.iter().map(|input| match input {
        Type::Float(_) => column_type(float, &rows),
        input => matrix_type(float, &rows, &Size::of(std::slice::from_ref(input))),
    });
    types.collect()
}

/// The type of all floats in some types; `None` if there are different ones.
pub fn common_float<'t>(types: impl IntoIterator<Item = &'t Type>) -> Option<FloatType> {
    fn visit(ty: &Type, found: &mut Vec<FloatType>) {
        match ty {
            Type::Float(float) if found.contains(float) => {}
            Type::Float(float) => found.push(float.clone()),
            Type::Tuple(elements) => elements.iter().for_each(|element| visit(element, found)),
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                visit(element, found);
            }
            Type::Reference { to, .. } => visit(to, found),
            Type::Struct(definition) => {
                definition.fields.iter().for_each(|(_, ty)| visit(ty, found));
            }
            _ => {}
        }
    }
    let mut found = vec![];
    types.into_iter().for_each(|ty| visit(ty, &mut found));
    match found.len() {
        1 => found.pop(),
        _ => None,
    }
}

/// At most so many directions are computed at once.
pub const MOST_AT_ONCE: u64 = 8;
/// The same for the columns of a Jacobian that is asked for. Its code grows with their number, not with its square.
pub const MOST_COLUMNS_AT_ONCE: u64 = 16;
/// At most so many instructions, in all directions together.
pub const LONGEST_AT_ONCE: u64 = 2_000;
/// The same for a matrix that nobody asked for.
pub const LONGEST_BY_DEFAULT: u64 = 250;

/// Whether the directions of a Hessian are computed at once, beside this code, which becomes no longer than
/// `longest`.
pub fn fits_at_once(code: &Function, directions: &Size, longest: u64) -> bool {
    so_many_fit_at_once(code, directions, MOST_AT_ONCE, longest)
}

/// Whether directions are computed at once, if there are at most so many.
pub fn so_many_fit_at_once(code: &Function, directions: &Size, most: u64, longest: u64) -> bool {
    let Some(count) = directions.literal() else { return false };
    let mut length = 0;
    let mut calls = false;
    code.body.for_each_instruction(&mut |instruction| {
        length += 1;
        // A call runs in one direction.
        calls |= matches!(instruction.kind, InstructionKind::Call(_));
    });
    count <= most && length * count <= longest && !calls
}

/// The one of two functions that takes less time, by [`cost`]; the first one if they take the same.
pub fn cheaper(first: Function, second: Function) -> Function {
    if cost(&first) <= cost(&second) { first } else { second }
}

/// About how long a function without loops takes, in multiplications: the reciprocals of throughput of x86-64
/// (A. Fog, *Instruction tables*), and for what the standard library computes some dozens.
fn cost(function: &Function) -> u64 {
    use FloatOperation::{
        Abs, Add, Clamp, Copysign, Div, Max, Midpoint, Min, Mul, MulAdd, Neg, Recip, Sqrt, Sub,
    };
    let mut sum = 0;
    function.body.for_each_instruction(&mut |instruction| {
        sum += match &instruction.kind {
            InstructionKind::Operation(Operation::Float(operation), _) => match operation {
                Neg | Abs | Copysign | Add | Sub | Mul | Max | Min | Clamp | MulAdd | Midpoint => 1,
                Div | Recip => 5,
                Sqrt => 9,
                // Most exponents are small constants.
                FloatOperation::Powi => 2,
                _ => 40,
            },
            InstructionKind::Constant(_) => 0,
            _ => 1,
        }
    });
    sum
}
