//! The size of everything that is emitted for a Hessian: it grows with the source, never with the number of
//! parameters. `cargo xtask hessian-time` compiles the same.

#[path = "size/losses.rs"]
mod losses;

use autodiff_compiler::expand::differentiate;
use quote::quote;

/// The lines of what is emitted beside a function for its Hessian, formatted, documentation and allowed lints
/// included.
fn lines(function: &str, parameters: usize) -> usize {
    let function = losses::with_parameters(function, parameters).parse().expect("Rust");
    let emitted = differentiate(quote!(wrt(w), hessian), function);
    let file: syn::File = syn::parse2(emitted).expect("items");
    let text = prettyplease::unparse(&file);
    assert!(!text.contains("compile_error"), "{text}");
    assert!(text.contains("fn hessian"), "{text}");
    text.lines().count()
}

#[test]
fn the_hessian_of_a_loss_of_80_parameters_takes_less_than_400_lines() {
    for (name, function) in losses::LOSSES {
        let lines = lines(function, 80);
        println!("{name}: {lines} lines");
        assert!(lines < 400, "{name}: {lines} lines");
    }
}

#[test]
fn the_number_of_parameters_does_not_change_the_number_of_lines() {
    for (name, function) in losses::LOSSES {
        assert_eq!(lines(function, 80), lines(function, 800), "{name}");
    }
}
