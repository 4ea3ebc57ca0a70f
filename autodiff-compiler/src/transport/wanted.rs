//! Which signatures a function needs from outside.
//!
//! * every struct that it builds, takes apart or returns;
//! * the type of every parameter that is differentiated by default or by `wrt`, if it is a path that
//!   the compiler does not know;
//! * every function that may be called with an argument that depends on an active parameter. Calls
//!   with passive arguments only need no annotation ([`super::flow`] tells them apart by names).

use super::flow::Flow;
use super::path_text;
use crate::hir::Body;
use crate::options::Options;
use crate::resolve::{Outline, TypeContext, outline, read_type, signature_of};
use crate::signature::{Environment, NestedOutput};
use crate::target::{Place, Target};
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::collections::HashSet;

/// What a function needs from outside.
pub struct Wanted {
    /// The paths to ask for, structs first.
    pub paths: Vec<TokenStream>,
    /// The body, if knowing more would not change how it is resolved.
    pub body: Option<Body>,
}

/// What a function needs from outside.
pub fn wanted(target: &Target, options: &Options) -> Wanted {
    let outline = outline(&target.function);
    let paths = wanted_paths(target, options, &outline);
    // Knowing the function itself, a path may name it where it looked like a constant.
    let name = target.function.sig.ident.to_string();
    let resolved = outline.complete
        && paths.is_empty()
        && matches!(target.place, Place::Free)
        && name.starts_with(|first: char| first.is_lowercase());
    Wanted { paths, body: resolved.then_some(outline.body) }
}

/// The types that a function's signature needs: those of parameters that are differentiated, and of
/// what it returns.
pub fn wanted_by_signature(target: &Target, options: &Options) -> Vec<TokenStream> {
    let mut paths = vec![];
    signature_types(target, options, &mut paths);
    paths
}

fn add(paths: &mut Vec<TokenStream>, path: &dyn ToTokens) {
    let tokens = path.to_token_stream();
    if !paths.iter().any(|other| path_text(other) == path_text(&tokens)) {
        paths.push(tokens);
    }
}

/// Adds the types of the signature. Returns which parameters may hold what is differentiated.
fn signature_types(target: &Target, options: &Options, paths: &mut Vec<TokenStream>) -> Vec<usize> {
    let function = &target.function;
    let environment = Environment::default();
    let mut context = target.context(&environment);
    context.add_generics(&function.sig.generics);
    let read = signature_of(&function.sig, options, &context);
    let others_hold_floats = read.active.iter().any(|active| *active);
    let mut active = vec![];
    for (position, input) in function.sig.inputs.iter().enumerate() {
        let (ty, by_default) = match input {
            syn::FnArg::Receiver(receiver) => (&receiver.ty, !others_hold_floats),
            syn::FnArg::Typed(typed) => (&typed.ty, true),
        };
        if !options.names(input).unwrap_or(by_default) {
            continue;
        }
        let ty = read_type(ty, &context);
        unknown_types(&ty, &context, &mut |path| add(paths, &path));
        if ty.holds_floats() || has_unknown(&ty, &context) {
            active.push(position);
        }
    }
    if let syn::ReturnType::Type(_, ty) = &function.sig.output {
        unknown_types(&read_type(ty, &context), &context, &mut |path| add(paths, &path));
    }
    active
}

fn wanted_paths(target: &Target, options: &Options, outline: &Outline) -> Vec<TokenStream> {
    let function = &target.function;
    let Outline { body, external, .. } = outline;
    let mut paths: Vec<TokenStream> = vec![];
    let mut active = HashSet::new();
    for position in signature_types(target, options, &mut paths) {
        if let Some(parameter) = body.parameters.get(position) {
            active.extend(parameter.pattern.bindings());
        }
    }
    external.structs.iter().for_each(|path| add(&mut paths, path));

    if external.functions.is_empty() {
        return paths;
    }
    let called = Flow::of(body, active).called();
    let own_name = function.sig.ident.to_string();
    for path in &external.functions {
        let text = path_text(path);
        // A capital begins a constructor (`Some`, `Kind::Scaled`), not a function.
        let constructor = path.segments.last().is_some_and(|segment| {
            segment.ident.to_string().starts_with(|first: char| first.is_uppercase())
        });
        if constructor || text == own_name || !called.contains(&text) {
            continue;
        }
        match NestedOutput::of_path(&text) {
            // The derivative of a function: its signature tells.
            Some((function, _)) if function == own_name => {}
            Some(_) => {
                let mut function = path.clone();
                function.segments.pop();
                function.segments.pop_punct();
                add(&mut paths, &function);
            }
            None => add(&mut paths, path),
        }
    }
    paths
}

/// Calls `found` with every path in the type that the compiler does not know.
pub(super) fn unknown_types(
    ty: &Type,
    context: &TypeContext<'_>,
    found: &mut impl FnMut(TokenStream),
) {
    match ty {
        Type::Opaque(Some(opaque)) => {
            if let Ok(path) = syn::parse2::<syn::Path>(opaque.tokens.clone())
                && !is_foreign(&path, context)
            {
                let mut plain = path;
                for segment in &mut plain.segments {
                    segment.arguments = syn::PathArguments::None;
                }
                found(plain.to_token_stream());
            }
        }
        Type::Tuple(elements) => {
            elements.iter().for_each(|element| unknown_types(element, context, found));
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
            unknown_types(element, context, found);
        }
        Type::Reference { to, .. } => unknown_types(to, context, found),
        // Errors are passive.
        Type::Option(value) | Type::Result(value, _) => unknown_types(value, context, found),
        _ => {}
    }
}

fn has_unknown(ty: &Type, context: &TypeContext<'_>) -> bool {
    let mut any = false;
    unknown_types(ty, context, &mut |_| any = true);
    any
}

/// Types of std that hold nothing we differentiate, and generic parameters.
fn is_foreign(path: &syn::Path, context: &TypeContext<'_>) -> bool {
    const PASSIVE: &[&str] = &[
        "str",
        "char",
        "String",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "Duration",
        "Instant",
        "Range",
        "RangeInclusive",
        "PathBuf",
        "Path",
        "Ordering",
        "Rc",
        "Arc",
        "Box",
        "Cell",
        "RefCell",
        "VecDeque",
        "Result",
        "Option",
        "Cow",
    ];
    path.segments.last().is_none_or(|segment| {
        let name = segment.ident.to_string();
        PASSIVE.contains(&name.as_str()) || context.is_parameter(&name)
    })
}
