//! The emitted gradients equal the oracle's: every function of the corpus that the reverse mode
//! covers, at its samples and near them.

#[allow(unreachable_pub)]
mod common;

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::{Slope, Tree, caught, gradient_with_scales};
use common::{report, run, samples};

/// Whether an emitted derivative is the oracle's: to a relative error, or to a few rounding errors of
/// what was added up to give it. Where there is no derivative, both are not finite.
fn close(actual: f64, expected: Slope, single: bool) -> bool {
    if !expected.value.is_finite() {
        return !actual.is_finite();
    }
    let (relative, rounding, tiny) =
        if single { (2e-5, 1e-6, 1e-37) } else { (1e-12, 2e-15, 1e-300) };
    (actual - expected.value).abs()
        <= relative * expected.value.abs() + rounding * expected.scale + tiny
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
        let single = plain.name.starts_with("single::");
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
            let expected = gradient_with_scales(&inputs, dual.active, dual.call);
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
            for (parameter, (tree, expected)) in items(&actual).iter().zip(&expected).enumerate() {
                let actual = tree.floats();
                let same = actual.len() == expected.len()
                    && actual.iter().zip(expected).all(|(a, e)| close(*a, *e, single));
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
