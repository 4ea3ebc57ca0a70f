//! Programs from source: functions that stand side by side, lowered as the road lowers them.

use crate::diagnostics::Diagnostics;
use crate::ir::{Function, InstructionKind};
use crate::options::Options;
use crate::resolve::{TypeContext, signature_of};
use crate::signature::{Environment, FunctionSignature};
use crate::target::Target;
use crate::{expand, fence, infer, lower, resolve};
use proc_macro2::TokenStream;
use quote::ToTokens;

/// An annotated function.
#[derive(Clone)]
pub struct Annotated {
    /// The arguments of its `#[differentiate]`.
    pub options: TokenStream,
    /// The function, without the attribute.
    pub item: syn::ItemFn,
}

/// The lowered form of a function without options that is known to be accepted.
#[cfg(test)]
pub(crate) fn lowered_alone(source: &str) -> Function {
    let item = syn::parse_str(source).expect("a function");
    let functions = lowered(&[Annotated { options: TokenStream::new(), item }]);
    let function = functions.into_iter().next().expect("a function");
    function.expect("it is accepted")
}

/// Lowers functions of one file, each of which may call all of them; why not, where one is refused.
pub fn lowered(functions: &[Annotated]) -> Vec<Result<Function, String>> {
    let mut environment = Environment::default();
    for function in functions {
        if let Some(signature) = signature(function) {
            environment.functions.insert(function.item.sig.ident.to_string(), signature);
        }
    }
    functions.iter().map(|function| lower(&function.item, &environment)).collect()
}

/// What callers know of a function.
fn signature(Annotated { options, item }: &Annotated) -> Option<FunctionSignature> {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(options.clone(), &mut diagnostics);
    let target = Target::parse(&item.to_token_stream(), &mut diagnostics)?;
    let environment = Environment::default();
    let signature = signature_of(&item.sig, &options, &TypeContext::new(&environment));
    Some(FunctionSignature { notes: expand::notes(&target, &options), ..signature })
}

fn lower(item: &syn::ItemFn, environment: &Environment) -> Result<Function, String> {
    let mut diagnostics = Diagnostics::new();
    let name = item.sig.ident.to_string();
    let Some(signature) = environment.functions.get(&name) else {
        return Err(format!("`{name}` cannot be read"));
    };
    fence::check(item, &mut diagnostics);
    let function = resolve::resolve(item, environment, &mut diagnostics).and_then(|body| {
        let types = infer::infer(&body, environment, &mut diagnostics)?;
        lower::lower(&body, &types, environment, &name, &signature.active, &mut diagnostics)
    });
    match (diagnostics.iter().next(), function) {
        (Some(first), _) => Err(first.message.clone()),
        (None, Some(function)) => Ok(function),
        (None, None) => Err("refused without a message".to_owned()),
    }
}

/// A function with those of a file that it calls, directly or not; the function itself is the last.
pub fn with_callees(file: &[Function], main: &Function) -> Vec<Function> {
    let mut names = vec![main.name.clone()];
    let mut found = vec![main.clone()];
    let mut next = 0;
    while next < found.len() {
        let mut called = vec![];
        found[next].body.for_each_instruction(&mut |instruction| {
            if let InstructionKind::Call(call) = &instruction.kind {
                called.push(call.name.to_string());
            }
        });
        for name in called {
            if !names.contains(&name)
                && let Some(callee) = file.iter().find(|function| function.name == name)
            {
                names.push(name);
                found.push(callee.clone());
            }
        }
        next += 1;
    }
    found.reverse();
    found
}
