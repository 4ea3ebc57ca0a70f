//! The corpus in IR, for tests that run it through the interpreter.

use autodiff_compiler::interpret::{Datum, Real};
use autodiff_compiler::ir::Function;
use autodiff_compiler::types::Type;
use autodiff_compiler::verification::source::{self, Annotated};
use autodiff_corpus::text;
use autodiff_oracle_runtime::Tree;

/// Every function of the corpus, with its IR if the compiler accepts it.
pub(crate) fn lowered() -> Vec<(text::Function, Option<Function>)> {
    let functions = text::functions();
    let files = functions.chunk_by(|a, b| a.file == b.file);
    files
        .flat_map(|file| {
            let annotated: Vec<_> = file
                .iter()
                .map(|function| Annotated {
                    options: function.options.clone(),
                    item: function.item.clone(),
                })
                .collect();
            file.iter().cloned().zip(source::lowered(&annotated).into_iter().map(Result::ok))
        })
        .collect()
}

/// A sample as the interpreter takes it.
pub(crate) fn arguments(function: &Function, inputs: &[Tree]) -> Option<Vec<Datum<Real>>> {
    let parameters = inputs.iter().zip(&function.parameters);
    parameters.map(|(input, parameter)| datum(input, &parameter.ty)).collect()
}

/// A tree as the interpreter takes it.
fn datum(tree: &Tree, ty: &Type) -> Option<Datum<Real>> {
    Some(match (tree, ty.referent()) {
        (Tree::Unit, Type::Unit) => Datum::Unit,
        (Tree::Bool(value), _) => Datum::Bool(*value),
        (Tree::Integer(value), _) => Datum::Integer(*value),
        (Tree::Float(value), _) => Datum::from(*value),
        (Tree::Single(value), _) => Datum::from(*value),
        (Tree::List(items), Type::Tuple(types)) => Datum::Tuple(
            items.iter().zip(types).map(|(item, ty)| datum(item, ty)).collect::<Option<_>>()?,
        ),
        (Tree::List(items), ty) => {
            let element = ty.element()?;
            Datum::List(items.iter().map(|item| datum(item, element)).collect::<Option<_>>()?)
        }
        _ => return None, // `Option` and opaque types
    })
}
