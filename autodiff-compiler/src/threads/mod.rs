//! Threads: loops whose iterations may run in any order run in chunks, each of which may have a thread.
//!
//! Such a loop becomes a loop over chunks ([`For::chunks`]) that runs the iterations of one chunk with sums of its
//! own, and then folds these into what is outside ([`chunk`]). Where chunks begin and how many there are depends on
//! the sizes of the data only, and the fold goes through the chunks in order: the result has the same bits on any
//! number of threads, one included.
//!
//! Assumes simplified IR of a function that is not differentiated again, and comes before [`crate::lanes`], which
//! works inside of the chunks. Guarantees: to the IR, where one chunk comes after the other, the same values but
//! for the order of sums, and a panic where there was one. Looked at are the loops of the function's body and of
//! its branches, not those inside of other loops. A loop is left as it is if its iterations are not independent
//! ([`share`]), if it changes memory outside in another way than [`share`] knows, if it leaves something on the tape,
//! prints, or calls code that is not known, or if it is known to be too short.

mod chunk;
mod quantity;
mod share;
mod sums;
mod work;

#[cfg(test)]
mod tests;

use crate::ir::builder::Builder;
use crate::ir::*;
use crate::switch;
use crate::types::Type;
use std::cell::Cell;

thread_local! {
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs something with outputs that run on threads, if `wanted`: core has to be there with what they need.
pub fn with_threads<R>(wanted: bool, run: impl FnOnce() -> R) -> R {
    switch::with(&WANTED, wanted, run)
}

/// Whether outputs may run on threads.
pub(crate) fn are_wanted() -> bool {
    WANTED.get()
}

/// How iterations are put into chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grid {
    /// At most 64, each worth its while, with sums that fit the cache.
    Cache,
    /// So many iterations a chunk. Short loops have several chunks then, too, for a check in IR.
    #[cfg(any(test, feature = "interpret"))]
    Of(usize),
}

/// Splits the loops of a function into chunks.
pub(crate) fn split_loops(function: &mut Function, grid: Grid) {
    let span = function.span();
    let empty = Function::empty(function.name.clone(), Type::Unit);
    let mut whole = std::mem::replace(function, empty);
    let body = std::mem::take(&mut whole.body);
    let mentions = share::mentions(&body);
    let mut builder = Builder::new(whole, span);
    append(&mut builder, body.instructions, &mentions, grid);
    *function = builder.finish();
}

/// Whether a function has loops over chunks.
pub(crate) fn has_chunks(function: &Function) -> bool {
    let mut found = false;
    function.body.for_each_instruction(&mut |instruction| {
        found |= matches!(&instruction.kind, InstructionKind::For(For { chunks: Some(_), .. }));
    });
    found
}

/// Appends instructions with their loops split. `mentions`: how often the function mentions each slot.
fn append(
    builder: &mut Builder,
    instructions: Vec<Instruction>,
    mentions: &Map<SlotId, usize>,
    grid: Grid,
) {
    for mut instruction in instructions {
        builder.at(instruction.span);
        if let InstructionKind::For(counted) = &instruction.kind
            && let Some(shared) = share::shared(builder, counted, mentions)
            && let Some(sizes) = chunk::sizes(builder, counted, &shared, grid)
        {
            chunk::split(builder, instruction, &shared, sizes);
            continue;
        }
        if let InstructionKind::If { .. } = instruction.kind {
            for inner in instruction.kind.regions_mut() {
                let Region { parameters, instructions, yields } = std::mem::take(inner);
                builder.open(parameters);
                append(builder, instructions, mentions, grid);
                *inner = builder.close(yields);
            }
        }
        builder.append(instruction);
    }
}
