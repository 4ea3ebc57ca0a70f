//! What a loop over chunks tells the emission about its body.

use super::{Region, ValueId};

/// A loop whose body runs the iterations of one chunk of another loop, and then folds what they left into what
/// is outside.
///
/// To the IR such a loop is a loop like any other: one chunk after the other. What stands before the fold only
/// reads what is outside, so that all chunks may do it at once, before the first fold.
#[derive(Clone, Copy, Debug)]
pub struct Chunks {
    /// About how much work all chunks are together, as the emission tells core: a `usize`.
    pub work: ValueId,
    /// What the first instruction of the fold defines.
    pub fold: ValueId,
}

impl Chunks {
    /// Where in the body the fold begins.
    pub fn position_of_fold(&self, body: &Region) -> Option<usize> {
        body.instructions.iter().position(|instruction| instruction.results == [self.fold])
    }
}
