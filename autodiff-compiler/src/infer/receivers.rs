//! How the known methods take their receiver: what [`crate::witness`] needs to find out whether a method
//! of the same name from a trait of the user would be called instead.

use super::signatures::row;
use super::table;
use crate::ir::operations::{FloatOperation, IntegerOperation, Spelling};
use crate::types::{FloatType, Type};

/// The type of `self` in the method `name` that is taken for the one of a value of type `base`, which is
/// no reference: `f64`, `&[f64]`, `&mut Vec<f64>`. `None` if the method is not known.
pub fn receiver_of(base: &Type, name: &str) -> Option<Type> {
    let slice = || match base {
        Type::Array(element, _) | Type::Vec(element) => Type::Slice(element.clone()),
        other => other.clone(),
    };
    // `Vec` has these itself, besides slices.
    let of_vec = matches!(base, Type::Vec(_)) && matches!(name, "len" | "is_empty");
    let owner = |of_slices: bool| match of_slices && !of_vec {
        true => slice(),
        false => base.clone(),
    };
    let shared = |to: Type| Type::Reference { mutable: false, to: Box::new(to) };
    let mutable = |to: Type| Type::Reference { mutable: true, to: Box::new(to) };
    // The tables, and whether their methods are those of slices.
    let tables: &[(&[&'static str], bool)] = match base {
        Type::Float(FloatType::F64) => &[(table::FLOAT, false), (table::F64, false)],
        Type::Float(FloatType::F32) => &[(table::FLOAT, false), (table::F32, false)],
        Type::Float(_) => &[(table::FLOAT, false)],
        Type::Integer(_) => &[(table::INTEGER, false)],
        Type::Bool => &[(table::BOOL, false)],
        Type::Slice(_) => &[(table::SLICE, true)],
        Type::Array(..) => &[(table::ARRAY, false), (table::SLICE, true)],
        Type::Vec(_) => &[(table::VEC, false), (table::SLICE, true)],
        Type::Option(_) => &[(table::OPTION, false)],
        Type::Result(..) => &[(table::RESULT, false)],
        _ => &[],
    };
    let collection = matches!(base, Type::Array(..) | Type::Slice(_) | Type::Vec(_));
    match name {
        "clone" if !matches!(base, Type::Slice(_)) => return Some(shared(base.clone())),
        "cmp" | "partial_cmp" | "eq" | "ne" | "lt" | "le" | "gt" | "ge" if !collection => {
            return Some(shared(base.clone()));
        }
        "get" | "concat" | "join" if collection => return Some(shared(slice())),
        "get_mut" if collection => return Some(mutable(slice())),
        "extend" if matches!(base, Type::Vec(_)) => return Some(mutable(base.clone())),
        _ => {}
    }
    for (table, of_slices) in tables {
        let Some(row) = row(table, name) else { continue };
        let (_, parameters) = row.split_once('(')?;
        return match parameters {
            _ if parameters.starts_with("&mut self") => Some(mutable(owner(*of_slices))),
            _ if parameters.starts_with("&self") => Some(shared(owner(*of_slices))),
            _ if parameters.starts_with("self") => Some(base.clone()),
            _ => None,
        };
    }
    let called = |spelling| matches!(spelling, Spelling::Method(method) if method == name);
    let number = match base {
        Type::Float(_) => FloatOperation::ALL.iter().any(|operation| called(operation.spelling())),
        Type::Integer(_) => {
            IntegerOperation::ALL.iter().any(|operation| called(operation.spelling()))
        }
        _ => false,
    };
    number.then(|| base.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(base: Type, name: &str) -> String {
        receiver_of(&base, name).map_or("none".to_string(), |ty| ty.to_string())
    }

    #[test]
    fn receivers_are_those_of_std() {
        let vec = || Type::Vec(Box::new(Type::F64));
        assert_eq!(taken(Type::F64, "sin"), "f64");
        assert_eq!(taken(Type::F64, "total_cmp"), "&f64");
        assert_eq!(taken(Type::USIZE, "pow"), "usize");
        assert_eq!(taken(vec(), "len"), "&Vec<f64>");
        assert_eq!(taken(vec(), "iter"), "&[f64]");
        assert_eq!(taken(vec(), "push"), "&mut Vec<f64>");
        assert_eq!(taken(vec(), "swap"), "&mut [f64]");
        assert_eq!(taken(vec(), "clone"), "&Vec<f64>");
        assert_eq!(taken(vec(), "unheard_of"), "none");
        assert_eq!(taken(Type::F64, "from_bits"), "none");
    }
}
