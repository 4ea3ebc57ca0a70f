//! What `cargo check` and a release build take for a crate of a hundred annotated functions, against the same
//! functions with gradients by hand.
//!
//! The functions are those of `benches/compile_time`: sixty formulas, 25 sequential loops, 15 loops with lanes. Each
//! stands in the crate several times, in modules of its own, with another constant, since rustc would merge them. By
//! hand means: the function, and a second one that gives value and gradient, as a person writes one. The annotated
//! crate gets all default outputs.
//!
//! Each module also calls its functions, with arguments that rustc does not know: a library in which nobody calls small
//! functions leaves most of them to the crates that do.
//!
//! Times are those of the crate alone, its dependencies built before, without incremental compilation; the crates are
//! built by turns, and the ratio is the median over the rounds.

use crate::files::read;
use crate::timed_crate::{TimedCrate, ours};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::path::Path;

/// The file of a kind of functions, and how often each of them is there.
const KINDS: [(&str, usize); 3] = [("scalar", 5), ("sequential", 5), ("lanes", 3)];

const ROUNDS: usize = 5;

/// What is timed.
struct Row {
    name: &'static str,
    kinds: &'static [&'static str],
    /// Cargo's.
    arguments: &'static [&'static str],
    /// Whether loops get lanes.
    lanes: bool,
    /// The ratio that is wanted.
    wanted: Option<f64>,
}

const ALL: &[&str] = &["scalar", "sequential", "lanes"];
const RELEASE: &[&str] = &["build", "--release"];

#[rustfmt::skip] // a table
const ROWS: [Row; 6] = [
    Row { name: "cargo check, all", kinds: ALL, arguments: &["check"], lanes: true, wanted: Some(2.0) },
    Row { name: "release, formulas and sequential", kinds: &["scalar", "sequential"], arguments: RELEASE, lanes: true, wanted: Some(1.5) },
    Row { name: "release, loops with lanes", kinds: &["lanes"], arguments: RELEASE, lanes: true, wanted: Some(4.0) },
    Row { name: "release, all, without simd", kinds: ALL, arguments: RELEASE, lanes: false, wanted: Some(1.2) },
    Row { name: "dev, all", kinds: ALL, arguments: &["build"], lanes: true, wanted: None },
    Row { name: "dev, all, without simd", kinds: ALL, arguments: &["build"], lanes: false, wanted: None },
];

/// Prints a table of ratios.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    println!("| crate | by hand | annotated | ratio | wanted |");
    println!("| --- | --- | --- | --- | --- |");
    for Row { name, kinds, arguments, lanes, wanted } in ROWS {
        let [name_by_hand, name_annotated, features] = match lanes {
            true => ["by-hand", "annotated", ""],
            false => ["by-hand-scalar", "annotated-scalar", ", default-features = false"],
        };
        let core = ours(&root, "autodiff-core", features);
        let timed = |name, annotated| {
            let code = source(&root, kinds, annotated)?;
            Ok::<_, String>((TimedCrate::new(&root, name, &core)?, code))
        };
        let (by_hand, code_by_hand) = timed(name_by_hand, false)?;
        let (annotated, code_annotated) = timed(name_annotated, true)?;
        let turn = || {
            let by_hand = by_hand.seconds(&code_by_hand, arguments)?;
            Ok::<_, String>((by_hand, annotated.seconds(&code_annotated, arguments)?))
        };
        // The first time with what they depend on.
        turn()?;
        let times = (0..ROUNDS).map(|_| turn()).collect::<Result<Vec<_>, _>>()?;
        let median = |of: &dyn Fn(&(f64, f64)) -> f64| {
            let mut all: Vec<f64> = times.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let (hand, ours) = (median(&|time| time.0), median(&|time| time.1));
        let ratio = median(&|time| time.1 / time.0);
        let wanted = wanted.map_or("–".to_string(), |wanted| wanted.to_string());
        println!("| {name} | {hand:.2} s | {ours:.2} s | {ratio:.2} | {wanted} |");
    }
    Ok(())
}

/// The text of a crate with the functions of these kinds, annotated or with their gradients by hand.
fn source(root: &Path, kinds: &[&str], annotated: bool) -> Result<String, String> {
    let mut text = String::from("#![allow(missing_docs, unused)]\n");
    for (kind, copies) in KINDS.iter().filter(|(kind, _)| kinds.contains(kind)) {
        let path = root.join(format!("benches/compile_time/{kind}.rs"));
        let file = syn::parse_file(&read(&path)?).map_err(|error| error.to_string())?;
        let functions = file.items.iter().filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function),
            _ => None,
        });
        let (mut originals, by_hand): (Vec<_>, Vec<_>) =
            functions.cloned().partition(|function| !function.attrs.is_empty());
        let called: Vec<TokenStream> = match annotated {
            true => originals.iter().map(|function| gradient_of(&function.sig)).collect(),
            false => by_hand.iter().map(|function| function.sig.ident.to_token_stream()).collect(),
        };
        let calls = originals.iter().zip(called).map(|(function, called)| {
            let arguments = function.sig.inputs.iter().map(argument);
            quote!(black_box(#called(#(#arguments),*));)
        });
        let calls = quote!(pub fn calls() { use std::hint::black_box; #(#calls)* });
        if !annotated {
            originals.iter_mut().for_each(|function| function.attrs.clear());
            originals.extend(by_hand);
        }
        for copy in 0..*copies {
            let shift = 1.0 + copy as f64 / 8.0;
            text += &format!("pub mod {kind}_{copy} {{\n    const SHIFT: f64 = {shift:?};\n");
            if annotated {
                text += "    use autodiff_core::differentiate;\n";
            }
            for function in &originals {
                text += &format!("    {}\n", function.to_token_stream());
            }
            text += &format!("    {calls}\n}}\n");
        }
    }
    Ok(text)
}

/// The path of what gives value and gradient of an annotated function.
fn gradient_of(signature: &syn::Signature) -> TokenStream {
    let name = &signature.ident;
    quote!(#name::value_and_gradient)
}

/// Something to pass for a parameter.
fn argument(parameter: &syn::FnArg) -> TokenStream {
    let ty = match parameter {
        syn::FnArg::Typed(parameter) => parameter.ty.to_token_stream().to_string(),
        syn::FnArg::Receiver(_) => String::new(),
    };
    match ty.replace(' ', "").as_str() {
        "f64" => quote!(black_box(0.5)),
        "usize" => quote!(black_box(10)),
        "&[f64]" => quote!(&black_box(vec![0.5; 20])),
        array if array.starts_with('&') => quote!(&black_box([0.5; _])),
        _ => quote!(black_box([0.5; _])),
    }
}
