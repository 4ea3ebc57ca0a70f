//! The emitted gradients equal the oracle's: every function of the corpus that the reverse mode
//! covers, at its samples and near them.

#[allow(unreachable_pub)]
mod common;

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::{Tree, caught, gradient};
use common::{report, run, samples};

/// How far two derivatives may differ: relative to the larger one, and a rounding error of the
/// largest derivative of the same call, from which a small one may be a difference.
fn tolerance(inputs: &[Tree]) -> (f64, f64) {
    if inputs.iter().any(Tree::has_single) { (2e-5, 1e-6) } else { (1e-12, 1e-14) }
}

fn close(actual: f64, expected: f64, largest: f64, (relative, absolute): (f64, f64)) -> bool {
    if actual.is_nan() || expected.is_nan() {
        return actual.is_nan() && expected.is_nan();
    }
    actual == expected
        || (actual - expected).abs()
            <= relative * actual.abs().max(expected.abs()) + absolute * largest
}

/// The parts of a list.
fn items(tree: &Tree) -> &[Tree] {
    match tree {
        Tree::List(items) => items,
        other => panic!("{other:?} is no list"),
    }
}

#[test]
fn emitted_gradients_are_the_oracle_s() {
    let mut failures = Vec::new();
    let (mut functions, mut compared, mut missing) = (0, 0, Vec::new());
    let tables =
        plain::table().into_iter().zip(dual::table()).zip(autodiff_corpus_derived::table());
    for ((plain, dual), derived) in tables {
        assert!(plain.name == dual.name && plain.name == derived.name);
        let (Some(by_gradient), Some(by_both), Some(by_into)) =
            (derived.gradient, derived.value_and_gradient, derived.gradient_into)
        else {
            if plain.gradient {
                missing.push(plain.name);
            }
            continue;
        };
        functions += 1;
        for (label, inputs) in samples(&plain) {
            compared += 1;
            let value = match run(&plain, &inputs) {
                Ok(outputs) => items(&outputs)[0].clone(),
                Err(_) => {
                    if caught(|| by_gradient(&inputs)).is_ok()
                        || caught(|| by_both(&inputs)).is_ok()
                    {
                        failures
                            .push(format!("{label}: the original panics, its gradient does not"));
                    }
                    continue;
                }
            };
            let expected = gradient(&inputs, dual.active, dual.call);
            let actual = match caught(|| (by_gradient(&inputs), by_both(&inputs))) {
                Ok((alone, both)) => {
                    let [both_value, both_gradient] = items(&both) else { panic!("{both:?}") };
                    if !both_value.same_bits(&value) {
                        failures.push(format!("{label}: value {both_value:?} for {value:?}"));
                    }
                    if !alone.same_bits(both_gradient) {
                        failures.push(format!("{label}: gradient differs from value_and_gradient"));
                    }
                    alone
                }
                Err(message) => {
                    failures.push(format!("{label}: the gradient panics: {message}"));
                    continue;
                }
            };
            // Whatever the buffers held is overwritten.
            let mut garbage = items(&actual).to_vec();
            garbage.iter_mut().for_each(|tree| tree.for_each_float(&mut |value| *value = 7e77));
            match caught(|| by_into(&inputs, &garbage)) {
                Ok(both) => {
                    let [into_value, into_gradient] = items(&both) else { panic!("{both:?}") };
                    if !into_value.same_bits(&value) || !into_gradient.same_bits(&actual) {
                        failures.push(format!("{label}: gradient_into gives {both:?}"));
                    }
                }
                Err(message) => failures.push(format!("{label}: gradient_into panics: {message}")),
            }
            let finite = expected.iter().flatten().filter(|slope| slope.is_finite());
            let largest = finite.fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
            for (parameter, (tree, expected)) in items(&actual).iter().zip(&expected).enumerate() {
                let actual = tree.floats();
                let same = actual.len() == expected.len()
                    && actual
                        .iter()
                        .zip(expected)
                        .all(|(a, e)| close(*a, *e, largest, tolerance(&inputs)));
                if !same {
                    failures.push(format!(
                        "{label}, active parameter {parameter}: {actual:?} for {expected:?}"
                    ));
                }
            }
        }
    }
    println!("{functions} functions, {compared} gradients; refused: {missing:?}");
    report(&failures, compared);
    assert!(functions >= 200, "only {functions} functions");
}
