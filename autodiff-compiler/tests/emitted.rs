//! Emitted value functions of the corpus against the functions as written: compiled by rustc in one
//! program and run on the samples, they print the same, panics included. Gradients are compiled too.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::emit::item::{Derivatives, Item};
use autodiff_compiler::emit::{self, Header};
use autodiff_compiler::expand::{self, Choices};
use autodiff_compiler::ir;
use autodiff_compiler::matrix::one_by_one::Own;
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, resolve, signature_of};
use autodiff_compiler::signature::Environment;
use autodiff_compiler::trace::Trace;
use autodiff_compiler::{infer, lower, simplify};
use corpus::Function;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::process::Command;

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

/// The function in IR with the items of its body, if the front end takes it.
fn lowered(
    function: &Function,
    environment: &Environment,
) -> Option<(ir::Function, Vec<TokenStream>)> {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(function.options.clone(), &mut diagnostics);
    let signature = signature_of(&function.item.sig, &options, &TypeContext::new(environment));
    let body = resolve(&function.item, environment, &mut diagnostics)?;
    let types = infer::infer(&body, environment, &mut diagnostics)?;
    let name = function.item.sig.ident.to_string();
    let lowered =
        lower::lower(&body, &types, environment, &name, &signature.active, &mut diagnostics)?;
    diagnostics.is_empty().then_some((lowered, body.items))
}

/// The derivative functions, if reverse mode takes the function.
fn derivatives(
    function: &Function,
    environment: &Environment,
    value: &ir::Function,
) -> Derivatives {
    let options = Options::parse(function.options.clone(), &mut Diagnostics::new());
    let signature = signature_of(&function.item.sig, &options, &TypeContext::new(environment));
    let mut trace = Trace::new(&value.name);
    let all = Options::parse(quote!(jvp), &mut Diagnostics::new());
    let own = Own::free(&function.item.sig.ident, &signature);
    let mut diagnostics = Diagnostics::new();
    let choices = Choices::of(&all);
    expand::derivatives(value, &signature, &own, &choices, &mut trace, &mut diagnostics)
        .unwrap_or_default()
}

fn header(function: &Function, name: &str, items: &[TokenStream]) -> Header {
    let signature = &function.item.sig;
    let mut generics = signature.generics.clone();
    let where_clause = generics.where_clause.take().to_token_stream();
    let mut header = Header::new(name);
    header.visibility = quote!(pub);
    header.crate_path = quote!(::autodiff_core);
    header.prologue = quote!(#(#items)*);
    header.generics = generics.to_token_stream();
    header.where_clause = where_clause;
    header.parameter_types = signature
        .inputs
        .iter()
        .map(|input| match input {
            syn::FnArg::Typed(typed) => Some(typed.ty.to_token_stream()),
            syn::FnArg::Receiver(_) => None,
        })
        .collect();
    header
}

/// A call with the sample's arguments, and what it leaves behind, as an expression of type `String`.
fn attempt(function: &Function, callee: &TokenStream, sample: &TokenStream) -> TokenStream {
    let inputs: Vec<&syn::Type> = function
        .item
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(&*typed.ty),
            syn::FnArg::Receiver(_) => None,
        })
        .collect();
    let names: Vec<_> = (0..inputs.len()).map(|i| format_ident!("a{i}")).collect();
    let mut passed = Vec::new();
    let mut after = Vec::new();
    for (name, ty) in names.iter().zip(&inputs) {
        passed.push(match ty {
            syn::Type::Reference(reference) if reference.mutability.is_some() => {
                after.push(quote!(#name));
                quote!(&mut #name)
            }
            syn::Type::Reference(_) => quote!(&#name),
            _ => quote!(#name),
        });
    }
    quote! {
        attempt(|| {
            #[allow(unused_mut, unused_parens)]
            let (#(mut #names,)*) = (#sample);
            let result = #callee(#(#passed),*);
            format!("{:?}", (result, #(#after),*))
        })
    }
}

#[test]
fn emitted_values_are_the_values_of_the_functions() {
    let functions = corpus::functions();
    let mut modules = TokenStream::new();
    let mut main = TokenStream::new();
    let mut gradients = 0;
    let mut sweeps = 0;
    let mut values = 0;
    for (file, text) in corpus::FILES {
        let environment = environment(&functions, file);
        let module = format_ident!("{file}");
        let parsed = syn::parse_file(text).expect("a corpus file parses");
        let items = parsed.items.into_iter().filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.is_ident("samples") => None,
            syn::Item::Use(_) => None,
            syn::Item::Fn(mut function) => {
                function.attrs.retain(|attribute| !attribute.path().is_ident("differentiate"));
                Some(quote!(#function))
            }
            other => Some(quote!(#other)),
        });
        let items: Vec<TokenStream> = items.collect();
        let mut emitted = TokenStream::new();
        for function in functions.iter().filter(|function| function.file == *file) {
            let Some((ir, items)) = lowered(function, &environment) else { continue };
            let name = &function.item.sig.ident;
            let raw_name = format_ident!("raw_{name}");
            let raw = emit::function(&ir, &header(function, &raw_name.to_string(), &items));
            let mut simplified = ir;
            simplify::simplify(&mut simplified);
            values += 1;
            let derivatives = derivatives(function, &environment, &simplified);
            gradients += usize::from(derivatives.gradient.is_some());
            sweeps += usize::from(derivatives.sweeps.is_some());
            let item = Item {
                name: name.clone(),
                prefix: None,
                associated: false,
                visibility: quote!(pub),
                conditions: TokenStream::new(),
                header: header(function, "value", &items),
                formulas: String::new(),
                fallible: None,
            };
            let value = emit::item::items(&item, &simplified, &derivatives);
            emitted.extend(quote!(#raw #value));
            let generics = &function.generics;
            let turbofish = match generics.as_slice() {
                [] => quote!(),
                generics => quote!(::<#(#generics),*>),
            };
            let path = function.path();
            for sample in &function.samples {
                let original = attempt(function, &quote!(#module::#name #turbofish), sample);
                let raw = attempt(function, &quote!(#module::#raw_name #turbofish), sample);
                let value = attempt(function, &quote!(#module::#name::value #turbofish), sample);
                main.extend(quote!(compare(#path, #original, #raw, #value);));
            }
        }
        modules.extend(quote! {
            pub mod #module {
                #(#items)*
                #emitted
            }
        });
    }
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../autodiff-core/src/workspace.rs");
    // Warnings are for the emission tests; the corpus is full of unused things.
    let program = quote! {
        #![allow(warnings)]
        extern crate self as autodiff_core;
        #[path = #workspace]
        mod workspace;
        pub mod __private {
            pub use crate::workspace::{Stack, Tape};
        }
        pub mod special {
            pub fn sech_squared(x: f64) -> f64 {
                1.0 / x.cosh() / x.cosh()
            }
        }
        pub trait Differentiable {
            type Tangent;
            fn zero_tangent(&self) -> Self::Tangent;
        }
        impl Differentiable for f64 {
            type Tangent = f64;
            fn zero_tangent(&self) -> f64 {
                0.0
            }
        }
        impl<T: Differentiable> Differentiable for [T] {
            type Tangent = Vec<T::Tangent>;
            fn zero_tangent(&self) -> Vec<T::Tangent> {
                self.iter().map(T::zero_tangent).collect()
            }
        }
        impl<T: Differentiable> Differentiable for Vec<T> {
            type Tangent = Vec<T::Tangent>;
            fn zero_tangent(&self) -> Vec<T::Tangent> {
                self[..].zero_tangent()
            }
        }
        impl<A: Differentiable, B: Differentiable> Differentiable for (A, B) {
            type Tangent = (A::Tangent, B::Tangent);
            fn zero_tangent(&self) -> Self::Tangent {
                (self.0.zero_tangent(), self.1.zero_tangent())
            }
        }
        fn attempt(call: impl FnOnce() -> String) -> String {
            let call = std::panic::AssertUnwindSafe(call);
            std::panic::catch_unwind(call).unwrap_or_else(|payload| {
                let text = payload.downcast_ref::<String>().cloned();
                let text = text.or(payload.downcast_ref::<&str>().map(|text| text.to_string()));
                // `split_at` is lowered to two ranges, which have other words for it.
                let text = text.unwrap_or_default();
                let slices = text.contains("mid > len") || text.contains("range");
                format!("panic: {}", if slices { "range" } else { &text })
            })
        }
        fn compare(name: &str, original: String, raw: String, value: String) {
            if original != raw {
                println!("{name}: {original}, emitted {raw}");
            }
            if original != value {
                println!("{name}: {original}, simplified {value}");
            }
        }
        #modules
        fn main() {
            std::panic::set_hook(Box::new(|_| {}));
            #main
        }
    };
    let text = match syn::parse2(program.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error}"),
    };
    println!("{values} values, {gradients} gradients, {sweeps} pairs of sweeps");
    let directory = std::env::temp_dir().join(format!("autodiff-emitted-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let source = directory.join("program.rs");
    let program = directory.join("program");
    std::fs::write(&source, text).expect("the program is written");
    let compiled = Command::new("rustc")
        .args(["--edition", "2024", "-C", "opt-level=0", "-o"])
        .args([&program, &source])
        .output()
        .expect("rustc runs");
    let messages = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{messages}\nin {}", source.display());
    let output = Command::new(&program).output().expect("the program runs");
    let differences = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        differences.is_empty() && output.status.success(),
        "{differences}\nin {}",
        source.display()
    );
    let _ = std::fs::remove_dir_all(&directory);
}
