//! The size of everything that is emitted for a Hessian: it grows with the source, never with the number of
//! parameters. `cargo xtask hessian-time` compiles the same.

#[path = "size/losses.rs"]
mod losses;

use autodiff_compiler::expand::differentiate;
use autodiff_compiler::lanes::with_lanes;
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

/// The lines of the Hessian and of what only it calls, with loops that run several iterations at once.
fn lines_with_lanes(function: &str, parameters: usize) -> usize {
    let function = losses::with_parameters(function, parameters).parse().expect("Rust");
    let emitted = with_lanes(true, || differentiate(quote!(wrt(w), hessian), function));
    let mut file: syn::File = syn::parse2(emitted).expect("items");
    let mut found = 0;
    for item in &mut file.items {
        let syn::Item::Impl(block) = item else { continue };
        block.items.retain(|item| match item {
            syn::ImplItem::Fn(function) => {
                let name = function.sig.ident.to_string();
                let is_wanted = ["hessian", "__gradient_into_jvp"].contains(&&*name);
                found += usize::from(is_wanted);
                is_wanted
            }
            _ => true,
        });
    }
    assert_eq!(found, 2);
    let text = prettyplease::unparse(&file);
    assert!(text.contains("__Simd::VECTORS"), "{text}");
    text.lines().count()
}

#[test]
fn with_lanes_the_hessian_alone_takes_less() {
    for (name, function) in losses::LOSSES {
        let lines = lines_with_lanes(function, 80);
        println!("{name}: {lines} lines");
        assert!(lines < 400, "{name}: {lines} lines");
        assert_eq!(lines, lines_with_lanes(function, 800), "{name}");
    }
}

#[test]
fn the_number_of_parameters_does_not_change_the_number_of_lines() {
    for (name, function) in losses::LOSSES {
        assert_eq!(lines(function, 80), lines(function, 800), "{name}");
    }
}
