//! Functions whose derivative code once did not compile: one module a bug, `tests/regression/*.rs`.

#[allow(unreachable_pub)]
#[path = "common/differences.rs"]
mod differences;

#[path = "regression/constants.rs"]
mod constants;
#[path = "regression/filled_and_replaced.rs"]
mod filled_and_replaced;
#[path = "regression/generic_callees.rs"]
mod generic_callees;
#[path = "regression/left_to_rustc.rs"]
mod left_to_rustc;
#[path = "regression/opaque_arguments.rs"]
mod opaque_arguments;
#[path = "regression/passive_buffers.rs"]
mod passive_buffers;
#[path = "regression/replaced_by_itself.rs"]
mod replaced_by_itself;
#[path = "regression/structs_in_sweeps.rs"]
mod structs_in_sweeps;
#[path = "regression/tape_tracks.rs"]
mod tape_tracks;
#[path = "regression/undetermined_generics.rs"]
mod undetermined_generics;
#[path = "regression/vectors_that_move.rs"]
mod vectors_that_move;

/// Asserts that two floats agree to 1e-12, relatively.
#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        assert!(difference <= 1e-12 * expected.abs().max(1.0), "{found} is not {expected}");
    }
}
