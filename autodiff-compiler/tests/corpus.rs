//! The passes over every function of the corpus: what is refused must be listed, nothing panics.
//!
//! `tests/corpus/refused.txt` lists each refused function with its first message; `UPDATE_EXPECT=1`
//! writes it. A shorter list is progress, a longer one a regression. With the
//! feature `dump`, `AUTODIFF_SHOW=file::name` prints the IR of a function and of its gradient.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::expand::{self, Choices};
use autodiff_compiler::ir::verify::verify;
use autodiff_compiler::matrix::one_by_one::Own;
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, resolve, signature_of};
use autodiff_compiler::signature::Environment;
use autodiff_compiler::trace::Trace;
use autodiff_compiler::{fence, infer, lower, simplify};
use corpus::Function;
use std::collections::BTreeMap;

/// The signatures of all annotated functions of a file.
fn environment(functions: &[Function], file: &str) -> Environment {
    let empty = Environment::default();
    let mut environment = Environment::default();
    for function in functions.iter().filter(|function| function.file == file) {
        let options = Options::parse(function.options.clone(), &mut Diagnostics::new());
        let context = TypeContext::new(&empty);
        environment.functions.insert(
            function.item.sig.ident.to_string(),
            signature_of(&function.item.sig, &options, &context),
        );
    }
    environment
}

/// A gap in the compiler: which pass refuses and why. The gradient's is told apart from the value's.
enum Refusal {
    Value(String),
    Gradient(String),
}

/// The first refusal of a function on the road of `expand`.
fn refusal(function: &Function, environment: &Environment) -> Result<(), Refusal> {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(function.options.clone(), &mut diagnostics);
    let item = &function.item;
    let name = item.sig.ident.to_string();
    fn first<T>(result: Option<T>, pass: &str, diagnostics: &Diagnostics) -> Result<T, String> {
        match (result, diagnostics.iter().next()) {
            (_, Some(diagnostic)) => Err(format!("{pass}: {}", diagnostic.message)),
            (None, None) => Err(format!("{pass} gave up without a message")),
            (Some(result), None) => Ok(result),
        }
    }
    let valid = |pass: &str, function: &autodiff_compiler::ir::Function| {
        verify(function).map_err(|error| format!("{pass} made a mistake: {error}"))
    };
    let value = || -> Result<_, String> {
        let mut diagnostics = diagnostics;
        fence::check(item, &mut diagnostics);
        first(Some(()), "fence", &diagnostics)?;
        let body = resolve(item, environment, &mut diagnostics);
        let body = first(body, "resolve", &diagnostics)?;
        let types = infer::infer(&body, environment, &mut diagnostics);
        let types = first(types, "infer", &diagnostics)?;
        let signature = signature_of(&item.sig, &options, &TypeContext::new(environment));
        let active = &signature.active;
        let value = lower::lower(&body, &types, environment, &name, active, &mut diagnostics);
        let mut value = first(value, "lower", &diagnostics)?;
        valid("lower", &value)?;
        simplify::simplify(&mut value);
        valid("simplify", &value)?;
        Ok(value)
    };
    let value = value().map_err(Refusal::Value)?;
    if !function.gradient {
        return Ok(());
    }
    let options = Options::parse(function.options.clone(), &mut Diagnostics::new());
    let signature = signature_of(&item.sig, &options, &TypeContext::new(environment));
    let mut diagnostics = Diagnostics::new();
    let mut trace = Trace::new(&name);
    let own = Own::free(&item.sig.ident, &signature);
    let choices = Choices::default();
    let derivatives =
        expand::derivatives(&value, &signature, &own, &choices, &mut trace, &mut diagnostics);
    #[cfg(feature = "dump")]
    if std::env::var("AUTODIFF_SHOW").is_ok_and(|wanted| wanted == function.path()) {
        println!("{value}\n{derivatives:?}");
    }
    first(derivatives, "reverse", &diagnostics).map(|_| ()).map_err(Refusal::Gradient)
}

#[test]
fn every_function_is_accepted_or_listed() {
    let functions = corpus::functions();
    let mut environments = BTreeMap::new();
    let mut refused = String::new();
    for function in &functions {
        let environment = environments
            .entry(function.file)
            .or_insert_with(|| environment(&functions, function.file));
        match refusal(function, environment) {
            Ok(()) => {}
            Err(Refusal::Value(message)) => {
                refused += &format!("{}: {message}\n", function.path());
            }
            Err(Refusal::Gradient(message)) => {
                refused += &format!("{} (gradient): {message}\n", function.path());
            }
        }
    }
    expect_test::expect_file!["../../tests/corpus/refused.txt"].assert_eq(&refused);
}
