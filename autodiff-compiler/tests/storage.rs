//! What sweeps store, and how: the emitted code of small functions has no stack where nothing needs one, and
//! writes those that it needs in a way that rustc can make fast. That the derivatives are right is for the tests of
//! the corpus, which has functions of the same shapes.

use autodiff_compiler::expand;
use proc_macro2::TokenStream;
use quote::quote;

/// The emitted code, one space between tokens.
fn emitted(attribute: TokenStream, item: TokenStream) -> String {
    let text = expand::differentiate(attribute, item).to_string();
    assert!(!text.contains("compile_error"), "{text}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn stores_nothing(attribute: TokenStream, item: TokenStream) {
    let text = emitted(attribute, item);
    assert!(text.contains("gradient_into"), "{text}");
    assert!(!text.contains("Stack ::"), "{text}");
}

#[test]
fn powers_run_again() {
    let polynomial = quote! {
        fn polynomial(x: &[f64], t: f64) -> f64 {
            let mut power = 1.0;
            let mut sum = 0.0;
            for x in x {
                sum += x * power;
                power *= t;
            }
            sum * sum
        }
    };
    stores_nothing(quote!(wrt(x)), polynomial.clone());
    // With a derivative they are carried backwards.
    let active = emitted(quote!(), polynomial);
    assert!(active.contains("Stack ::"), "{active}");
}

#[test]
fn a_maximum_is_compared_with_the_last_one() {
    stores_nothing(
        quote!(),
        quote! {
            fn highest(x: &[f64]) -> f64 {
                x.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            }
        },
    );
    // What looks at the maximum so far needs it.
    let looked_at = emitted(
        quote!(),
        quote! {
            fn rising(x: &[f64]) -> f64 {
                let (mut high, mut sum) = (0.0, 0.0);
                for x in x {
                    high = f64::max(high, *x);
                    sum += high * x;
                }
                sum
            }
        },
    );
    assert!(looked_at.contains("Stack ::"), "{looked_at}");
}

#[test]
fn counted_loops_record_blocks() {
    let text = emitted(
        quote!(),
        quote! {
            fn product(x: &[f64]) -> f64 {
                let mut product = 1.0;
                for i in 0..x.len() {
                    product *= x[i];
                }
                product
            }
        },
    );
    assert!(!text.contains(". push (") && !text.contains(". pop ("), "{text}");
    assert!(text.contains("& mut [f64] = & mut product_stack [base ..]"), "{text}");
    assert!(text.contains("product_stack . truncate (base)"), "{text}");
}

#[test]
fn adjoints_of_fixed_length_are_slices() {
    let text = emitted(
        quote!(),
        quote! {
            fn differences(x: &[f64]) -> f64 {
                let mut y = vec![0.0; x.len()];
                for i in 1..x.len() {
                    y[i] = x[i] * y[i - 1] + x[i - 1];
                }
                y[x.len() - 1]
            }
        },
    );
    assert!(text.contains("let y_adjoint : & mut [f64] = & mut y_adjoint"), "{text}");
}

#[test]
fn small_arrays_go_to_the_tape_as_numbers() {
    let text = emitted(
        quote!(),
        quote! {
            impl Turning {
                #[differentiate]
                fn dot(&self, a: &[f64; 3], b: &[f64; 3]) -> f64 {
                    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
                }

                #[differentiate]
                fn scaled(&self, a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
                    let mut a = *a;
                    let along: f64 = self.dot(&a, b);
                    a[0] += along;
                    let across: f64 = self.dot(&a, b);
                    [across * along, a[0] * across, b[1]]
                }
            }
        },
    );
    assert!(text.contains("Tape :: save_numbers"), "{text}");
    assert!(!text.contains("Stack :: < [f64 ; 3] >"), "{text}");
}
