//! The emitted value functions compute what the originals compute, bit for bit, and panic when they
//! do; so does the interpreter, on the IR that they are emitted from.

#[allow(unreachable_pub)]
mod common;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::interpret::{Datum, Interpreter, Real, Trap};
use autodiff_compiler::ir::Function;
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, resolve, signature_of};
use autodiff_compiler::signature::Environment;
use autodiff_compiler::types::Type;
use autodiff_compiler::{infer, lower, simplify};
use autodiff_corpus::{plain, text};
use autodiff_oracle_runtime::{Cursor, Part, Tree, caught};
use common::{report, run, samples};

#[test]
fn emitted_values_are_the_originals() {
    let mut failures = Vec::new();
    let (mut compared, mut panics, mut functions, mut refused) = (0, 0, 0, Vec::new());
    for (plain, derived) in plain::table().iter().zip(autodiff_corpus_derived::table()) {
        assert_eq!(plain.name, derived.name);
        let Some(value) = derived.value else {
            refused.push(plain.name);
            continue;
        };
        functions += 1;
        for (label, inputs) in samples(plain) {
            let expected = run(plain, &inputs);
            let actual = caught(|| value(&inputs, Cursor::plain(), Part::Value));
            compared += 1;
            let same = match (&expected, &actual) {
                (Ok(expected), Ok(actual)) => expected.same_bits(actual),
                (Err(_), Err(_)) => {
                    panics += 1;
                    true
                }
                _ => false,
            };
            if !same {
                failures.push(format!("{label}: {actual:?} for {expected:?}"));
            }
        }
    }
    println!(
        "{functions} functions, {compared} calls, {panics} of them panic; refused: {refused:?}"
    );
    report(&failures, compared);
    assert!(functions >= 350, "only {functions} functions");
}

/// The IR of every function that the compiler accepts.
fn lowered() -> Vec<(text::Function, Option<Function>)> {
    let functions = text::functions();
    functions
        .iter()
        .map(|function| {
            let mut environment = Environment::default();
            for other in functions.iter().filter(|other| other.file == function.file) {
                let options = Options::parse(other.options.clone(), &mut Diagnostics::new());
                let signature = signature_of(
                    &other.item.sig,
                    &options,
                    &TypeContext::new(&Environment::default()),
                );
                environment.functions.insert(other.item.sig.ident.to_string(), signature);
            }
            let mut diagnostics = Diagnostics::new();
            let name = function.item.sig.ident.to_string();
            let active = environment.functions[&name].active.clone();
            let ir = resolve(&function.item, &environment, &mut diagnostics).and_then(|body| {
                let types = infer::infer(&body, &environment, &mut diagnostics)?;
                lower::lower(&body, &types, &environment, &name, &active, &mut diagnostics)
            });
            (function.clone(), ir)
        })
        .collect()
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

fn tree(datum: &Datum<Real>) -> Tree {
    match datum {
        Datum::Unit | Datum::Nothing => Tree::Unit,
        Datum::Float(Real::Double(value)) => Tree::Float(*value),
        Datum::Float(Real::Single(value)) => Tree::Single(*value),
        Datum::Integer(value) => Tree::Integer(*value),
        Datum::Bool(value) => Tree::Bool(*value),
        Datum::List(items) | Datum::Tuple(items) => Tree::List(items.iter().map(tree).collect()),
        Datum::Struct(fields) => Tree::List(fields.iter().map(|(_, field)| tree(field)).collect()),
    }
}

#[test]
fn the_interpreter_agrees() {
    let mut functions = lowered();
    for simplified in [false, true] {
        if simplified {
            for (_, ir) in &mut functions {
                ir.iter_mut().for_each(simplify::simplify);
            }
        }
        let mut failures = Vec::new();
        let mut unsupported = Vec::new();
        let mut compared = 0;
        for (plain, (function, ir)) in plain::table().iter().zip(&functions) {
            assert_eq!(plain.name, function.path());
            let Some(ir) = ir else { continue };
            let mut interpreter = Interpreter::new();
            for (other, ir) in functions.iter().filter(|(other, _)| other.file == function.file) {
                if let Some(ir) = ir {
                    interpreter = interpreter.function(&other.item.sig.ident.to_string(), ir);
                }
            }
            for (label, inputs) in samples(plain) {
                let arguments: Option<Vec<_>> = inputs
                    .iter()
                    .zip(&ir.parameters)
                    .map(|(input, parameter)| datum(input, &parameter.ty))
                    .collect();
                let Some(arguments) = arguments else {
                    unsupported.push(format!("{label}: an argument"));
                    continue;
                };
                let expected = run(plain, &inputs);
                let actual = interpreter.run(ir, arguments).map(|outcome| {
                    let mut outputs = vec![tree(&outcome.result)];
                    for (parameter, content) in ir.parameters.iter().zip(&outcome.parameters) {
                        if matches!(parameter.ty, Type::Reference { mutable: true, .. }) {
                            outputs.push(tree(content));
                        }
                    }
                    Tree::List(outputs)
                });
                compared += 1;
                let same = match (&expected, &actual) {
                    (Ok(expected), Ok(actual)) => expected.same_bits(actual),
                    (Err(_), Err(trap)) => trap.is_panic(),
                    _ => false,
                };
                if let Err(Trap::Unsupported(what)) = &actual {
                    unsupported.push(format!("{label}: {what}"));
                } else if !same {
                    failures.push(format!("{label}: {actual:?} for {expected:?}"));
                }
            }
        }
        println!("{compared} runs, {} not supported: {unsupported:#?}", unsupported.len());
        report(&failures, compared);
        assert!(unsupported.len() * 20 < compared, "{unsupported:#?}");
    }
}
