//! What the tests ask of functions beside the outputs that are emitted without being asked for.
//!
//! Included by path where functions get their attribute, and where the compiler's refusals are collected.

/// Arguments for `#[differentiate]`: what every function with a signature like this can have.
pub(crate) fn outputs(signature: &syn::Signature) -> &'static [&'static str] {
    match (returns_float(signature), changes_floats(signature)) {
        (true, false) => &["jvp", "order = 2", "hvp", "hessian"],
        (true, true) => &["jvp", "order = 2", "hvp", "hessian", "jacobian"],
        (false, _) => &["jvp", "order = 2", "jacobian"],
    }
}

/// Whether one float is returned.
pub(crate) fn returns_float(signature: &syn::Signature) -> bool {
    match &signature.output {
        syn::ReturnType::Type(_, ty) => is_float(ty),
        syn::ReturnType::Default => false,
    }
}

fn is_float(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("f64") || path.path.is_ident("f32"))
}

/// Whether there are floats behind a `&mut` parameter.
fn changes_floats(signature: &syn::Signature) -> bool {
    signature.inputs.iter().any(|input| match input {
        syn::FnArg::Typed(input) => match &*input.ty {
            syn::Type::Reference(reference) if reference.mutability.is_some() => {
                let ty = quote::ToTokens::to_token_stream(&reference.elem).to_string();
                let mut words = ty.split(|c: char| !c.is_alphanumeric());
                words.any(|word| matches!(word, "f64" | "f32"))
            }
            _ => false,
        },
        syn::FnArg::Receiver(_) => false,
    })
}
