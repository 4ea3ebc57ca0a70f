//! The evals, one a file: the functions as the mathematics reads, and what is called of their derivatives.

mod ba;
mod det;
mod gmm;
mod hello;
mod ht;
mod kmeans;
mod llsq;
mod lse;
mod lstm;
mod ode;
mod particle;
mod saddle;
mod search;

use crate::timing::Outcome;
use serde_json::value::RawValue;

/// Reads an input, computes and times.
pub type Function = fn(&RawValue) -> Outcome;

/// The functions of a module, by name.
pub fn functions(module: &str) -> Option<&'static [(&'static str, Function)]> {
    Some(match module {
        "ba" => ba::FUNCTIONS,
        "det" => det::FUNCTIONS,
        "gmm" => gmm::FUNCTIONS,
        "hello" => hello::FUNCTIONS,
        "ht" => ht::FUNCTIONS,
        "kmeans" => kmeans::FUNCTIONS,
        "llsq" => llsq::FUNCTIONS,
        "lse" => lse::FUNCTIONS,
        "lstm" => lstm::FUNCTIONS,
        "ode" => ode::FUNCTIONS,
        "particle" => particle::FUNCTIONS,
        "saddle" => saddle::FUNCTIONS,
        _ => return None,
    })
}
