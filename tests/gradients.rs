//! The emitted derivatives equal the oracle's, and each other: every function of the corpus, at its samples
//! and near them. What the compiler refuses is listed in `tests/corpus/refused.txt`.

#[allow(unreachable_pub)]
mod common;

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::compare::{
    Comparison, Tolerance, compare_gradients, compare_hessians, compare_jacobians,
    compare_products, compare_tangents,
};
use common::report;

/// How far the derivatives of a function may be apart, and whether they are `f32`.
fn tolerance(name: &str) -> (Tolerance, bool) {
    match name.starts_with("single::") {
        true => (Tolerance::WRITTEN_SINGLE, true),
        false => (Tolerance::WRITTEN, false),
    }
}

#[test]
fn emitted_gradients_are_the_oracle_s() {
    let derived = autodiff_corpus_derived::table();
    let comparison = compare_gradients(&plain::table(), &dual::table(), &derived, tolerance);
    println!(
        "{} functions, {} gradients; refused: {:?}",
        comparison.functions, comparison.compared, comparison.missing
    );
    report(&comparison.failures, comparison.compared);
    assert!(comparison.functions >= 200, "only {} functions", comparison.functions);
}

#[test]
fn emitted_vector_jacobian_products_are_the_oracle_s() {
    let derived = autodiff_corpus_derived::table();
    let comparison = compare_products(&plain::table(), &dual::table(), &derived, tolerance);
    println!("{} functions, {} products", comparison.functions, comparison.compared);
    report(&comparison.failures, comparison.compared);
    assert!(comparison.functions >= 30, "only {} functions", comparison.functions);
}

/// Samples, with all that is near them, at which a tangent of zero meets the infinite slope of `sqrt`: there are
/// no numbers that vary.
const ZERO_TIMES_INFINITY: &[(&str, &str)] = &[
    ("calls::mean_and_spread #1", "the spread of an empty list"),
    ("reductions::norm #2", "the length of an empty vector"),
    ("single::mixed_precision #1", "the length of an empty vector"),
];

/// Samples at which a cotangent of zero meets an infinite slope.
const UNDEFINED_BACKWARDS: &[(&str, &str)] =
    &[("mutation::normalize #1", "the length of a vector of zeros")];

/// Samples at which there are first derivatives only.
const UNDEFINED_AT_SECOND_ORDER: &[(&str, &str)] = &[
    ("float_methods::arctangent2 #5", "atan2(0, 0)"),
    ("float_methods::hypotenuse #2", "hypot(0, 0)"),
    ("float_methods::power #3", "0 to the power 1, whose slope in the exponent is x ln x"),
    ("losses::contrastive #2", "hypot(0, 0)"),
];

/// Fails with all messages but those about excluded samples, each of which has to be among them.
fn report_but(excluded: &[(&str, &str)], comparison: &Comparison) {
    let is_about = |failure: &str, sample: &str| failure.starts_with(&format!("{sample}."));
    for (sample, reason) in excluded {
        let needed = comparison.failures.iter().any(|failure| is_about(failure, sample));
        assert!(needed, "{sample} agrees: it is not to be excluded ({reason})");
    }
    let is_excluded = |failure: &str| excluded.iter().any(|(sample, _)| is_about(failure, sample));
    let failures = comparison.failures.iter().filter(|failure| !is_excluded(failure));
    report(&failures.cloned().collect::<Vec<_>>(), comparison.compared);
}

#[test]
fn emitted_jacobian_vector_products_are_the_oracle_s() {
    let derived = autodiff_corpus_derived::table();
    let comparison = compare_tangents(&plain::table(), &dual::table(), &derived, tolerance);
    println!(
        "{} functions, {} products, {} derivatives skipped; refused: {:?}",
        comparison.functions, comparison.compared, comparison.skipped, comparison.missing
    );
    report_but(ZERO_TIMES_INFINITY, &comparison);
    assert!(comparison.functions >= 390, "only {} functions", comparison.functions);
}

/// How far second derivatives of a function may be apart, and whether they are `f32`.
fn second_order_tolerance(name: &str) -> (Tolerance, bool) {
    match name.starts_with("single::") {
        true => (Tolerance::SECOND_ORDER_SINGLE, true),
        false => (Tolerance::SECOND_ORDER, false),
    }
}

#[test]
fn emitted_hessians_are_the_oracle_s() {
    let derived = autodiff_corpus_derived::table();
    let (plain, dual) = (plain::table(), dual::table());
    let comparison = compare_hessians(&plain, &dual, &derived, second_order_tolerance);
    println!("{} functions, {} products and Hessians", comparison.functions, comparison.compared);
    report_but(UNDEFINED_AT_SECOND_ORDER, &comparison);
    assert!(comparison.functions >= 355, "only {} functions", comparison.functions);
}

#[test]
fn emitted_jacobians_are_the_oracle_s() {
    let derived = autodiff_corpus_derived::table();
    let comparison = compare_jacobians(&plain::table(), &dual::table(), &derived, tolerance);
    println!("{} functions, {} Jacobians", comparison.functions, comparison.compared);
    report_but(UNDEFINED_BACKWARDS, &comparison);
    assert!(comparison.functions >= 60, "only {} functions", comparison.functions);
}
