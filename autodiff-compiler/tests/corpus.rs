//! The passes over every function of the corpus: what is refused must be listed, nothing panics.
//!
//! `tests/corpus/refused.txt` lists each refused function with its first message; `UPDATE_EXPECT=1`
//! writes it. A shorter list is progress, a longer one a regression.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, resolve, signature_of};
use autodiff_compiler::signature::Environment;
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

/// The first refusal of a function.
fn refusal(function: &Function, environment: &Environment) -> Option<String> {
    let mut diagnostics = Diagnostics::new();
    let _options = Options::parse(function.options.clone(), &mut diagnostics);
    let body = resolve(&function.item, environment, &mut diagnostics);
    if let Some(diagnostic) = diagnostics.iter().next() {
        return Some(diagnostic.message.clone());
    }
    let Some(body) = body else { return Some("resolve gave up without a message".to_string()) };
    let types = autodiff_compiler::infer::infer(&body, environment, &mut diagnostics);
    if let Some(diagnostic) = diagnostics.iter().next() {
        return Some(format!("infer: {}", diagnostic.message));
    }
    let Some(types) = types else { return Some("infer gave up without a message".to_string()) };
    let name = function.item.sig.ident.to_string();
    let active = vec![true; body.parameters.len()];
    let lowered = autodiff_compiler::lower::lower(
        &body,
        &types,
        environment,
        &name,
        &active,
        &mut diagnostics,
    );
    if let Some(diagnostic) = diagnostics.iter().next() {
        return Some(format!("lower: {}", diagnostic.message));
    }
    let Some(lowered) = lowered else {
        return Some("lower gave up without a message".to_string());
    };
    autodiff_compiler::ir::verify::verify(&lowered).err().map(|error| format!("verify: {error}"))
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
        if let Some(message) = refusal(function, environment) {
            refused += &format!("{}: {message}\n", function.path());
        }
    }
    expect_test::expect_file!["../../tests/corpus/refused.txt"].assert_eq(&refused);
}
