//! The emitted value functions compute what the originals compute, bit for bit, and panic when they
//! do; so does the interpreter, on the IR that they are emitted from.

#[allow(unreachable_pub)]
mod common;

#[path = "common/lowered.rs"]
mod lowered;

use autodiff_compiler::interpret::{Datum, Interpreter, Real, Trap};
use autodiff_compiler::simplify;
use autodiff_compiler::types::Type;
use autodiff_corpus::plain;
use autodiff_oracle_runtime::Tree;
use autodiff_oracle_runtime::compare::{Nearness, compare_values, run, samples};
use common::report;
use lowered::{arguments, lowered};

#[test]
fn emitted_values_are_the_originals() {
    let comparison =
        compare_values(&plain::table(), &autodiff_corpus_derived::table(), |_| Nearness::Bits);
    println!(
        "{} functions, {} calls, {} of them panic; refused: {:?}",
        comparison.functions, comparison.compared, comparison.panics, comparison.missing
    );
    report(&comparison.failures, comparison.compared);
    assert!(comparison.functions >= 350, "only {} functions", comparison.functions);
}

fn tree(datum: &Datum<Real>) -> Tree {
    match datum {
        Datum::Unit | Datum::Opaque(_) | Datum::Nothing => Tree::Unit,
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
                let Some(arguments) = arguments(ir, &inputs) else {
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
