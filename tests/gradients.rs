//! The emitted gradients equal the oracle's: every function of the corpus that the reverse mode
//! covers, at its samples and near them.

#[allow(unreachable_pub)]
mod common;

use autodiff_corpus::{dual, plain};
use autodiff_oracle_runtime::compare::{Tolerance, compare_gradients, compare_products};
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
