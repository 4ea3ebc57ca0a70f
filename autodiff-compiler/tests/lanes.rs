//! Which loops get lanes, by what is emitted for them. That they compute the same is for `autodiff-core/tests/batch.rs`.

use autodiff_compiler::expand::differentiate;
use autodiff_compiler::lanes::with_lanes;
use proc_macro2::TokenStream;
use quote::quote;

/// The emitted code with lanes, one space between tokens.
fn emitted(attribute: TokenStream, item: TokenStream) -> String {
    let text = with_lanes(true, || differentiate(attribute, item)).to_string();
    assert!(!text.contains("compile_error"), "{text}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many loops run in groups.
fn groups(text: &str) -> usize {
    text.matches("if __Simd :: VECTORS").count()
}

/// A state of two parts of one list; `second` is where the second one begins.
fn two_parts(second: TokenStream) -> TokenStream {
    quote! {
        fn two_parts(x: &[f64], b: usize, steps: usize) -> f64 {
            let mut state = x.to_vec();
            for step in 0..steps {
                for j in 0..b {
                    let hidden = state[2 * step * b + j];
                    let cell = state[#second + j];
                    state[2 * step * b + j] = hidden * cell;
                    state[#second + j] = hidden.sin();
                }
            }
            state.iter().sum::<f64>()
        }
    }
}

#[test]
fn parts_of_a_list_that_never_meet_are_apart() {
    let counts = |second| groups(&emitted(quote!(wrt(x)), two_parts(second)));
    let apart = counts(quote!((2 * step + 1) * b));
    assert_eq!(counts(quote!(2 * step * b + 3 * b)), apart);
    assert_eq!(counts(quote!(2 * (step * b) - b)), apart);
    for meets in [quote!(2 * step), quote!(2 * step * b + 1), quote!((2 * step + 1) * (b - 1))] {
        // The loops over the state, in the value and in both sweeps of the gradient.
        assert_eq!(counts(meets.clone()), apart - 3, "{meets}");
    }
}

#[test]
fn numbers_that_iterations_record_are_recorded_by_groups() {
    let text = emitted(quote!(wrt(x)), two_parts(quote!((2 * step + 1) * b)));
    assert!(text.contains("__simd :: store (block"), "{text}");
    assert!(text.contains("__simd :: load (simd , block"), "{text}");
}

#[test]
fn short_loops_overlap_if_their_body_is_worth_it() {
    let rows = |body: TokenStream| {
        emitted(
            quote!(value),
            quote! {
                fn rows(x: &[f64], d: usize) -> f64 {
                    let mut total = 0.0;
                    for row in x.chunks_exact(d) {
                        let mut sum = 0.0;
                        for x in row {
                            sum += #body;
                        }
                        total += sum.ln();
                    }
                    total
                }
            },
        )
    };
    assert!(rows(quote!(x.exp())).contains("__simd :: last_lanes"));
    assert!(!rows(quote!(x * x)).contains("__simd :: last_lanes"));
    // It might be given numbers in another order.
    assert!(!rows(quote!((x.exp()).clamp(-*x, *x))).contains("__simd :: last_lanes"));
    // Long loops need not.
    let long = quote! {
        fn long(x: &[f64]) -> f64 {
            x.iter().map(|x| x.exp()).sum()
        }
    };
    assert!(!emitted(quote!(), long).contains("__simd :: last_lanes"));
}

#[test]
fn functions_of_numbers_are_offered_to_loops() {
    let offered = |item: TokenStream| emitted(quote!(), item).contains("fn __gradient_lanes");
    assert!(offered(quote!(
        fn logistic(x: f64, k: f64) -> f64 {
            1.0 / (1.0 + (-k * x).exp())
        }
    )));
    let harmful = [
        quote!(
            fn f(x: f64) -> f64 {
                assert!(x > 0.0);
                x
            }
        ),
        quote!(
            fn f(x: f64) -> f64 {
                x.clamp(x - 1.0, 2.0)
            }
        ),
        quote!(
            fn f(x: f64) -> f64 {
                x * scale()
            }
        ),
        quote!(
            fn f(x: f64) -> f64 {
                [x, 1.0][0]
            }
        ),
        quote!(
            fn f(x: f64, n: usize) -> f64 {
                x * n as f64
            }
        ),
    ];
    for item in harmful {
        assert!(!offered(item.clone()), "{item}");
    }
}

#[test]
fn directions_of_jacobians_are_lanes() {
    let of = |attribute: TokenStream, item: TokenStream| emitted(attribute, item);
    let products = |parameters: TokenStream, body: TokenStream| {
        of(
            quote!(jvp, jacobian, wrt(x)),
            quote!(fn f(x: &[f64], #parameters) -> Vec<f64> { #body }),
        )
    };
    let code = products(quote!(n: usize), quote!(x.iter().map(|x| x.powi(2) * n as f64).collect()));
    assert!(code.contains("fn __jvp_lanes"));
    assert!(code.contains("f :: __jvp_lanes (simd"));
    assert!(!code.contains("__simd :: one_by_one"));
    // Only for several directions at once, and of what can be passed several times.
    let offered =
        |attribute: TokenStream, item: TokenStream| of(attribute, item).contains("fn __jvp_lanes");
    assert!(offered(
        quote!(jvp),
        quote!(
            fn f(x: f64) -> f64 {
                x * x
            }
        )
    ));
    assert!(!offered(
        quote!(hvp),
        quote!(
            fn f(x: f64) -> f64 {
                x * x
            }
        )
    ));
    assert!(!offered(
        quote!(jvp, strict),
        quote!(
            fn f(x: f64) -> f64 {
                x * x
            }
        )
    ));
    assert!(offered(
        quote!(jvp),
        quote!(
            fn f(x: &mut f64) -> f64 {
                *x * *x
            }
        )
    ));
    assert!(!offered(
        quote!(jvp),
        quote!(
            fn f<const N: usize>(x: &[f64; N]) -> f64 {
                x[0]
            }
        )
    ));
    assert!(!offered(
        quote!(jvp),
        quote!(
            fn f(x: f64, y: f32) -> f64 {
                x * f64::from(y)
            }
        )
    ));
    assert!(!offered(
        quote!(jvp, wrt(x)),
        quote!(
            fn f(x: f64, m: Model) -> f64 {
                x
            }
        )
    ));
    assert!(!offered(
        quote!(jvp),
        quote!(
            fn f(x: f64) -> f64 {
                println!("{x}");
                x
            }
        )
    ));
}

#[test]
fn constants_are_the_same_in_every_lane() {
    let by_lane = |item: TokenStream| emitted(quote!(), item).contains("__simd :: from_lanes");
    assert!(!by_lane(quote!(
        fn decay(x: f64) -> f64 {
            (-physics::RATE * x).exp() * SCALE
        }
    )));
    // What is behind a path is read once, but an exponent that differs has no form for several lanes.
    assert!(by_lane(quote!(
        fn power(x: f64) -> f64 {
            let n = if x > LIMIT { 2 } else { 3 };
            x.powi(n)
        }
    )));
}
