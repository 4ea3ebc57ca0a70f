//! How the loops of gradients are written: what is stored at once, and where they end. That they compute the same is
//! for `verification::mechanisms`.

use autodiff_compiler::expand::differentiate;
use proc_macro2::TokenStream;
use quote::quote;

/// The emitted gradient, one space between tokens.
fn gradient(item: TokenStream) -> String {
    let text = differentiate(TokenStream::new(), item).to_string();
    assert!(!text.contains("compile_error"), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, text) = text
        .split_once("pub fn gradient_into")
        .or(text.split_once("fn gradient_into"))
        .expect("a gradient");
    text.split_once(" fn ").map_or(text, |(own, _)| own).to_owned()
}

#[test]
fn what_is_added_to_zeros_is_stored() {
    let text = gradient(quote! {
        fn f(x: &[f64]) -> f64 { x.iter().map(|x| x.sin()).sum::<f64>() }
    });
    assert!(text.contains("x_gradient [i] = ") && !text.contains("fill"), "{text}");
    // The other one may be shorter.
    let text = gradient(quote! {
        fn f(x: &[f64], y: &[f64]) -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() }
    });
    assert!(text.contains("x_gradient [i] += ") && text.contains("x_gradient . fill"), "{text}");
    for body in [
        quote!((1..x.len()).map(|i| x[i].sin()).sum::<f64>()),
        quote!((0..x.len() / 2).map(|i| x[i].sin()).sum::<f64>()),
        quote!((0..x.len()).map(|i| x[i / 2].sin()).sum::<f64>()),
        quote!((0..x.len()).map(|i| x[i] * x[x.len() - 1 - i]).sum::<f64>()),
    ] {
        let text = gradient(quote!(fn f(x: &[f64]) -> f64 { #body }));
        assert!(text.contains("x_gradient . fill (0.0)"), "{text}");
    }
}

#[test]
fn a_loop_ends_where_it_has_handed_its_adjoint_over() {
    let text = gradient(quote! {
        fn f(x: &[f64]) -> f64 { x.iter().map(|x| x * x).fold(0.0, f64::max) }
    });
    assert!(text.contains("break"), "{text}");
    // What it begins with has a part in it.
    let text = gradient(quote! {
        fn f(x: &[f64], y: f64) -> f64 { x.iter().map(|x| x * x).fold(y, f64::max) }
    });
    assert!(!text.contains("break"), "{text}");
    // Rows may run beside each other.
    let text = gradient(quote! {
        fn f(x: &[f64]) -> f64 {
            x.chunks_exact(4).map(|row| row.iter().copied().fold(0.0, f64::max)).sum::<f64>()
        }
    });
    assert!(!text.contains("break"), "{text}");
}
