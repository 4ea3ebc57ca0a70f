//! The passes over every function of the corpus: what is refused must be listed, nothing panics.
//!
//! `tests/corpus/refused.txt` lists each refused function with its first message, and each output that is
//! asked for and refused; `UPDATE_EXPECT=1` writes it. A shorter list is progress, a longer one a regression. With the
//! feature `dump`, `AUTODIFF_SHOW=file::name` prints the IR of a function and of its gradient.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/outputs.rs"]
mod outputs;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::expand::{self, Choices};
use autodiff_compiler::ir::{self, verify::verify};
use autodiff_compiler::matrix::one_by_one::Own;
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, resolve, signature_of};
use autodiff_compiler::signature::Environment;
use autodiff_compiler::trace::Trace;
use autodiff_compiler::{fence, infer, lower, simplify};
use corpus::Function;
use proc_macro2::TokenStream;
use quote::quote;

/// The arguments of the attribute, with outputs that are asked for.
fn options(function: &Function, outputs: &[&str]) -> Options {
    let own = &function.options;
    let asked = outputs.iter().map(|output| -> TokenStream { output.parse().expect("tokens") });
    let comma = (!own.is_empty()).then(|| quote!(,));
    Options::parse(quote!(#own #comma #(#asked),*), &mut Diagnostics::new())
}

/// The signatures of the functions of a file, of which these outputs are asked for.
fn environment(functions: &[(&Function, Vec<&str>)]) -> Environment {
    let empty = Environment::default();
    let mut environment = Environment::default();
    for (function, outputs) in functions {
        let context = TypeContext::new(&empty);
        environment.functions.insert(
            function.item.sig.ident.to_string(),
            signature_of(&function.item.sig, &options(function, outputs), &context),
        );
    }
    environment
}

/// The first message, if there is any.
fn first<T>(result: Option<T>, pass: &str, diagnostics: &Diagnostics) -> Result<T, String> {
    match (result, diagnostics.iter().next()) {
        (_, Some(diagnostic)) => Err(format!("{pass}: {}", diagnostic.message)),
        (None, None) => Err(format!("{pass} gave up without a message")),
        (Some(result), None) => Ok(result),
    }
}

/// The value function, on the road of `expand`.
fn value(function: &Function, environment: &Environment) -> Result<ir::Function, String> {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(function.options.clone(), &mut diagnostics);
    let item = &function.item;
    let valid = |pass: &str, function: &ir::Function| {
        verify(function).map_err(|error| format!("{pass} made a mistake: {error}"))
    };
    fence::check(item, &mut diagnostics);
    first(Some(()), "fence", &diagnostics)?;
    let body = resolve(item, environment, &mut diagnostics);
    let body = first(body, "resolve", &diagnostics)?;
    let types = infer::infer(&body, environment, &mut diagnostics);
    let types = first(types, "infer", &diagnostics)?;
    let signature = signature_of(&item.sig, &options, &TypeContext::new(environment));
    let name = item.sig.ident.to_string();
    let active = &signature.active;
    let value = lower::lower(&body, &types, environment, &name, active, &mut diagnostics);
    let mut value = first(value, "lower", &diagnostics)?;
    valid("lower", &value)?;
    simplify::simplify(&mut value);
    valid("simplify", &value)?;
    Ok(value)
}

/// The derivatives of a value function, with outputs that are asked for.
fn derivatives(
    function: &Function,
    environment: &Environment,
    value: &ir::Function,
    outputs: &[&str],
) -> Result<(), String> {
    let item = &function.item;
    let options = options(function, outputs);
    let signature = signature_of(&item.sig, &options, &TypeContext::new(environment));
    let mut diagnostics = Diagnostics::new();
    let mut trace = Trace::new(&item.sig.ident.to_string());
    let own = Own::free(&item.sig.ident, &signature);
    let choices = Choices::of(&options);
    let derivatives =
        expand::derivatives(value, &signature, &own, &choices, &mut trace, &mut diagnostics);
    #[cfg(feature = "dump")]
    if std::env::var("AUTODIFF_SHOW").is_ok_and(|wanted| wanted == function.path()) {
        println!("{value}\n{derivatives:?}");
    }
    first(derivatives, "reverse", &diagnostics).map(|_| ())
}

/// What the compiler refuses of a function: all of it (no output), its gradient, or outputs that are asked
/// for. Those that are not refused stay in `outputs`.
fn refusals(
    function: &Function,
    environment: &Environment,
    outputs: &mut Vec<&'static str>,
) -> Vec<(&'static str, String)> {
    let value = match value(function, environment) {
        Ok(value) => value,
        Err(message) => {
            outputs.clear();
            return vec![("", message)];
        }
    };
    if !function.gradient {
        return vec![];
    }
    if let Err(message) = derivatives(function, environment, &value, &[]) {
        outputs.clear();
        return vec![("gradient", message)];
    }
    let mut refused = vec![];
    let mut accepted = vec![];
    for output in outputs.iter() {
        // Beside those that are there, as some are made of others.
        let tried: Vec<_> = accepted.iter().copied().chain([*output]).collect();
        match derivatives(function, environment, &value, &tried) {
            Ok(()) => accepted = tried,
            Err(message) => refused.push((*output, message)),
        }
    }
    *outputs = accepted;
    refused
}

#[test]
fn every_function_is_accepted_or_listed() {
    let functions = corpus::functions();
    let mut refused = String::new();
    for file in functions.chunk_by(|a, b| a.file == b.file) {
        let mut asked: Vec<_> = file
            .iter()
            .map(|function| (function, outputs::outputs(&function.item.sig).to_vec()))
            .collect();
        // What one function lacks, its callers lack.
        let lines = loop {
            let before = asked.clone();
            let environment = environment(&asked);
            let mut lines = String::new();
            for (function, outputs) in &mut asked {
                *outputs = outputs::outputs(&function.item.sig).to_vec();
                for (output, message) in refusals(function, &environment, outputs) {
                    let path = function.path();
                    lines += &match output {
                        "" => format!("{path}: {message}\n"),
                        output => format!("{path} ({output}): {message}\n"),
                    };
                }
            }
            let changed = before.iter().zip(&asked).any(|((_, before), (_, now))| before != now);
            if !changed {
                break lines;
            }
        };
        refused += &lines;
    }
    expect_test::expect_file!["../../tests/corpus/refused.txt"].assert_eq(&refused);
}
