//! Functions whose derivative code once did not compile, or was wrong: one module a bug, `tests/regression/*.rs`.

#[path = "common/close.rs"]
mod close;
#[allow(unreachable_pub)]
#[path = "common/differences.rs"]
mod differences;

#[path = "regression/absent.rs"]
mod absent;
#[path = "regression/captured_where_nothing_is.rs"]
mod captured_where_nothing_is;
#[path = "regression/compared_in_place.rs"]
mod compared_in_place;
#[path = "regression/constants.rs"]
mod constants;
#[path = "regression/copied_structs.rs"]
mod copied_structs;
#[path = "regression/filled_and_replaced.rs"]
mod filled_and_replaced;
#[path = "regression/generic_callees.rs"]
mod generic_callees;
#[path = "regression/gradients_of_lists_of_lists.rs"]
mod gradients_of_lists_of_lists;
#[path = "regression/guards_that_look.rs"]
mod guards_that_look;
#[path = "regression/kept_elsewhere.rs"]
mod kept_elsewhere;
#[path = "regression/left_to_rustc.rs"]
mod left_to_rustc;
#[path = "regression/matched_references.rs"]
mod matched_references;
#[path = "regression/moved_on_some_paths.rs"]
mod moved_on_some_paths;
#[path = "regression/names_of_outputs.rs"]
mod names_of_outputs;
#[path = "regression/nested_products.rs"]
mod nested_products;
#[path = "regression/opaque_arguments.rs"]
mod opaque_arguments;
#[path = "regression/passive_beside_active.rs"]
mod passive_beside_active;
#[path = "regression/passive_buffers.rs"]
mod passive_buffers;
#[path = "regression/passive_calls.rs"]
mod passive_calls;
#[path = "regression/passive_parts.rs"]
mod passive_parts;
#[path = "regression/raw_names.rs"]
mod raw_names;
#[path = "regression/replaced_by_itself.rs"]
mod replaced_by_itself;
#[path = "regression/structs_in_sweeps.rs"]
mod structs_in_sweeps;
#[path = "regression/tape_tracks.rs"]
mod tape_tracks;
#[path = "regression/undetermined_generics.rs"]
mod undetermined_generics;
#[path = "regression/unseen_bounds.rs"]
mod unseen_bounds;
#[path = "regression/vectors_that_move.rs"]
mod vectors_that_move;
#[path = "regression/zeros_behind_what_is_moved.rs"]
mod zeros_behind_what_is_moved;

use close::close;
