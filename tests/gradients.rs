//! The emitted gradients equal the oracle's: every function of the corpus that the reverse mode
//! covers, at its samples and near them.

#[allow(unreachable_pub)]
mod common;

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::{Part, Slope, Tree, caught, gradient_with_scales, jacobian_columns};
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
            if plain.gradient && derived.vjp.is_none() {
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

/// The same shape, with a weight in place of every float and nothing in place of anything else.
fn weights(tree: &Tree, next: &mut u64) -> Tree {
    let mut weight = || {
        *next =
            next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*next >> 40) as f64 / (1u64 << 24) as f64 - 0.5) * 4.0
    };
    match tree {
        Tree::Float(_) => Tree::Float(weight()),
        Tree::Single(_) => Tree::Single(weight() as f32),
        Tree::List(items) => Tree::List(items.iter().map(|item| weights(item, next)).collect()),
        Tree::Unit | Tree::Bool(_) | Tree::Integer(_) => Tree::Unit,
    }
}

#[test]
fn emitted_vector_jacobian_products_are_the_oracle_s() {
    let mut failures = Vec::new();
    let (mut functions, mut compared) = (0, 0);
    let tables =
        plain::table().into_iter().zip(dual::table()).zip(autodiff_corpus_derived::table());
    for ((plain, dual), derived) in tables {
        let Some(vjp) = derived.vjp else { continue };
        functions += 1;
        let single = plain.name.starts_with("single::");
        for (label, inputs) in samples(&plain) {
            compared += 1;
            // Without its outputs the shape of the cotangents is not known.
            let Ok(outputs) = run(&plain, &inputs) else { continue };
            let mut seed = 0x9e37_79b9 + compared as u64;
            let cotangents = weights(&outputs, &mut seed);
            let found = match caught(|| vjp(&inputs, items(&cotangents))) {
                Ok(found) => found,
                Err(message) => {
                    failures.push(format!("{label}: vjp panics: {message}"));
                    continue;
                }
            };
            let [value, gradient, mutated] = items(&found) else { panic!("{found:?}") };
            let mut after = vec![value.clone()];
            after.extend(items(mutated).iter().cloned());
            if !Tree::List(after).same_bits(&outputs) {
                failures.push(format!("{label}: value {value:?}, {mutated:?} for {outputs:?}"));
            }
            // Weights of the outputs that the oracle lists: every float.
            let weights = cotangents.floats();
            let columns = jacobian_columns(&inputs, dual.active, dual.call);
            let scales = jacobian_columns(&inputs, dual.active, |inputs, cursor, _| {
                (dual.call)(inputs, cursor, Part::Scale)
            });
            let actual = gradient.floats();
            if actual.len() != columns.len() {
                failures.push(format!("{label}: {} slopes for {}", actual.len(), columns.len()));
                continue;
            }
            for (index, ((actual, column), scale)) in
                actual.iter().zip(&columns).zip(&scales).enumerate()
            {
                let terms = || weights.iter().zip(column).map(|(w, d)| w * d);
                let sums = weights.iter().zip(scale).map(|(w, s)| (w * s).abs());
                let expected = Slope {
                    value: terms().sum(),
                    scale: sums.sum::<f64>() + terms().map(f64::abs).sum::<f64>(),
                };
                if !close(*actual, expected, single) {
                    failures.push(format!("{label}, float {index}: {actual} for {expected:?}"));
                }
            }
        }
    }
    println!("{functions} functions, {compared} products");
    report(&failures, compared);
    assert!(functions >= 30, "only {functions} functions");
}
