//! The corpus as `#[differentiate]` emits it, apart from the functions in `tests/corpus/refused.txt`.

#![allow(missing_docs, unused_braces, unused_parens, clippy::all)] // users write what they like

use autodiff_oracle::table;
pub(crate) use autodiff_oracle::{samples, switched as differentiate};
use autodiff_oracle_runtime::Derived;

#[path = "../../functions/branches.rs"]
pub mod branches;
#[path = "../../functions/calls.rs"]
pub mod calls;
#[path = "../../functions/carried.rs"]
pub mod carried;
#[path = "../../functions/closures.rs"]
pub mod closures;
#[path = "../../functions/control_flow.rs"]
pub mod control_flow;
#[path = "../../functions/float_methods.rs"]
pub mod float_methods;
#[path = "../../functions/formulas.rs"]
pub mod formulas;
#[path = "../../functions/integers.rs"]
pub mod integers;
#[path = "../../functions/iterators.rs"]
pub mod iterators;
#[path = "../../functions/landscapes.rs"]
pub mod landscapes;
#[path = "../../functions/losses.rs"]
pub mod losses;
#[path = "../../functions/matrices.rs"]
pub mod matrices;
#[path = "../../functions/misc.rs"]
pub mod misc;
#[path = "../../functions/mutation.rs"]
pub mod mutation;
#[path = "../../functions/nested_lists.rs"]
pub mod nested_lists;
#[path = "../../functions/recipes.rs"]
pub mod recipes;
#[path = "../../functions/reductions.rs"]
pub mod reductions;
#[path = "../../functions/single.rs"]
pub mod single;
#[path = "../../functions/slices.rs"]
pub mod slices;
#[path = "../../functions/tuples.rs"]
pub mod tuples;

/// Every function of the corpus.
pub fn table() -> Vec<Derived> {
    let mut table = Vec::new();
    table.extend(table!(derived crate::branches "../functions/branches.rs"));
    table.extend(table!(derived crate::calls "../functions/calls.rs"));
    table.extend(table!(derived crate::carried "../functions/carried.rs"));
    table.extend(table!(derived crate::closures "../functions/closures.rs"));
    table.extend(table!(derived crate::control_flow "../functions/control_flow.rs"));
    table.extend(table!(derived crate::float_methods "../functions/float_methods.rs"));
    table.extend(table!(derived crate::formulas "../functions/formulas.rs"));
    table.extend(table!(derived crate::integers "../functions/integers.rs"));
    table.extend(table!(derived crate::iterators "../functions/iterators.rs"));
    table.extend(table!(derived crate::landscapes "../functions/landscapes.rs"));
    table.extend(table!(derived crate::losses "../functions/losses.rs"));
    table.extend(table!(derived crate::matrices "../functions/matrices.rs"));
    table.extend(table!(derived crate::misc "../functions/misc.rs"));
    table.extend(table!(derived crate::mutation "../functions/mutation.rs"));
    table.extend(table!(derived crate::nested_lists "../functions/nested_lists.rs"));
    table.extend(table!(derived crate::recipes "../functions/recipes.rs"));
    table.extend(table!(derived crate::reductions "../functions/reductions.rs"));
    table.extend(table!(derived crate::single "../functions/single.rs"));
    table.extend(table!(derived crate::slices "../functions/slices.rs"));
    table.extend(table!(derived crate::tuples "../functions/tuples.rs"));
    table
}
